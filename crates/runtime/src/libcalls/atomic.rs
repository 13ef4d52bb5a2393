//! Waiting and notifying, of the threads proposal.

use std::time::Duration;

use weft_abi::TrapKind;
use weft_abi::layout::VMContext;
use weft_module::MemoryIndex;

use super::{is_interrupted, raise, running};
use crate::instance::InstanceEntity;
use crate::wait::{self, Interruption, WaitResult};

pub(crate) unsafe extern "C" fn atomic_notify(
    vmctx: *mut VMContext,
    memory: u32,
    address: u64,
    count: u32,
) -> u32 {
    // SAFETY: called by compiled code.
    let instance = unsafe { running(vmctx) };
    match place(instance, MemoryIndex(memory), address, 4) {
        Ok(place) => wait::notify(place, count),
        Err(kind) => {
            raise(instance.store(), kind);
            0
        }
    }
}

pub(crate) unsafe extern "C" fn atomic_wait32(
    vmctx: *mut VMContext,
    memory: u32,
    address: u64,
    expected: u32,
    timeout: u64,
) -> u32 {
    // SAFETY: called by compiled code.
    let instance = unsafe { running(vmctx) };
    block(
        instance,
        MemoryIndex(memory),
        address,
        4,
        |place, interruption| {
            // SAFETY: within the memory and aligned.
            unsafe { wait::wait32(place, expected, duration(timeout), interruption) }
        },
    )
}

pub(crate) unsafe extern "C" fn atomic_wait64(
    vmctx: *mut VMContext,
    memory: u32,
    address: u64,
    expected: u64,
    timeout: u64,
) -> u32 {
    // SAFETY: called by compiled code.
    let instance = unsafe { running(vmctx) };
    block(
        instance,
        MemoryIndex(memory),
        address,
        8,
        |place, interruption| {
            // SAFETY: within the memory and aligned.
            unsafe { wait::wait64(place, expected, duration(timeout), interruption) }
        },
    )
}

/// Nanoseconds; negative is for ever.
fn duration(timeout: u64) -> Option<Duration> {
    ((timeout as i64) >= 0).then(|| Duration::from_nanos(timeout))
}

/// The host address of `address`, when it is aligned and in bounds.
fn place(
    instance: &InstanceEntity,
    memory: MemoryIndex,
    address: u64,
    size: u64,
) -> Result<*mut u8, TrapKind> {
    if !address.is_multiple_of(size) {
        return Err(TrapKind::UnalignedAtomic);
    }
    let range = instance.memory(memory).range(address, size);
    range.map_err(|_| TrapKind::MemoryOutOfBounds)
}

fn waitable(
    instance: &InstanceEntity,
    memory: MemoryIndex,
    address: u64,
    size: u64,
) -> Result<*mut u8, TrapKind> {
    let place = place(instance, memory, address, size)?;
    if !instance.memory(memory).is_shared() {
        return Err(TrapKind::ExpectedSharedMemory);
    }
    match instance.store().can_block() {
        true => Ok(place),
        false => Err(TrapKind::CannotWait),
    }
}

fn block(
    instance: &InstanceEntity,
    memory: MemoryIndex,
    address: u64,
    size: u64,
    wait: impl FnOnce(*mut u8, Interruption<'_>) -> WaitResult,
) -> u32 {
    let store = instance.store();
    let place = match waitable(instance, memory, address, size) {
        Ok(place) => place,
        Err(kind) => {
            raise(store, kind);
            return 0;
        }
    };
    let waker = store.waker().clone();
    let wake = waker.clone();
    let interrupted = || is_interrupted(store);
    // An interrupt is pending when the wait ends by one, so the stub traps.
    store
        .interrupts()
        .blocking(std::sync::Arc::new(move || wake.wake()), || {
            wait(place, Some((&waker, &interrupted))) as u32
        })
}
