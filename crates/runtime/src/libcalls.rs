//! What compiled code asks the runtime to do: the implementations behind the stubs.
//!
//! They run on the thread's own stack. One that fails leaves the trap in the store and returns anything; its stub does
//! not go back to wasm then. Long operations look for interrupts between steps; what they had done
//! by then stays done.

mod atomic;
mod control;
mod exception;
mod gc;
mod memory;
mod table;

use std::sync::atomic::Ordering;

use weft_abi::TrapKind;
use weft_abi::layout::{VMContext, pending};

pub(crate) use atomic::{atomic_notify, atomic_wait32, atomic_wait64};
pub(crate) use control::{is_subtype, out_of_fuel, poll};
pub(crate) use exception::throw_ref;
pub(crate) use gc::{
    array_copy, array_fill, array_init_data, array_init_elem, array_new, array_new_data,
    array_new_elem, gc_alloc,
};
pub(crate) use memory::{data_drop, memory_copy, memory_fill, memory_grow, memory_init};
pub(crate) use table::{elem_drop, table_copy, table_fill, table_grow, table_init};

use crate::error::GrowError;
use crate::instance::InstanceEntity;
use crate::store::{PendingFailure, StoreInner};

/// Makes the running libcall end its activation with a trap.
fn raise(store: &StoreInner, kind: TrapKind) {
    // SAFETY: the context is live and this thread's, and a libcall is running.
    unsafe { crate::trap::raise(store.context(), kind) }
}

/// Makes the running libcall trap unless `result` is `Ok`.
fn settle(instance: &InstanceEntity, result: Result<(), TrapKind>) {
    if let Err(kind) = result {
        raise(instance.store(), kind);
    }
}

/// Whether someone wants the store to stop.
fn is_interrupted(store: &StoreInner) -> bool {
    // SAFETY: the context is live; the word is atomic.
    let pending = unsafe { &(*store.context()).pending };
    pending.load(Ordering::Relaxed) & pending::INTERRUPT != 0
}

/// Runs `step(start, len)` over `len` units in pieces of at most `piece`, until done or interrupted.
fn in_steps(store: &StoreInner, len: usize, piece: usize, mut step: impl FnMut(usize, usize)) {
    let mut done = 0;
    while done < len {
        let next = piece.min(len - done);
        step(done, next);
        done += next;
        if is_interrupted(store) {
            return;
        }
    }
}

/// The result of a `grow` instruction: −1 when it fails, unless the host wants the computation to end.
fn grown(store: &StoreInner, result: Result<u64, GrowError>) -> u64 {
    match result {
        Ok(old) => old,
        Err(GrowError::Host(error)) => {
            store.fail(PendingFailure::Host(error));
            u64::MAX
        }
        Err(_) => u64::MAX,
    }
}

/// The instance that runs.
///
/// # Safety
/// `vmctx` is what compiled code passed.
unsafe fn running<'a>(vmctx: *mut VMContext) -> &'a InstanceEntity {
    // SAFETY: the caller's.
    unsafe { InstanceEntity::of(vmctx) }
}

#[cfg(test)]
mod tests;
