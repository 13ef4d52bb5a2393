//! How wasm ends before it returns.
//!
//! A trap is a fault of the machine (`signals`) or a bit in `StoreContext::pending`
//! that a host function or the watchdog has set. Either way control lands in the innermost entry
//! stub; nothing is unwound. `activation` knows what is active on a thread, `backtrace` walks it. An exception goes
//! to a handler instead: `throw` finds it.

pub(crate) mod activation;
mod backtrace;
mod signals;
mod throw;

use std::sync::atomic::Ordering;

use weft_abi::TrapKind;
use weft_abi::layout::{StoreContext, VMHostContext, pending};

pub use activation::{
    Outcome, Suspended, can_suspend, enter_suspendable, is_in_suspendable, resume_suspendable,
};
pub(crate) use activation::{SuspendedCalls, SuspendedPlace};
pub use backtrace::{Frame, capture, capture_trap};
pub(crate) use backtrace::{for_each_frame, for_each_suspended_frame};
pub(crate) use signals::kick_thread;
pub use signals::{KickSignal, set_kick_signal};
pub use throw::{Thrown, throw};

use crate::store::StoreInner;
use crate::stubs::HOST_ERROR;

/// Makes the host function or libcall that is running fail with `kind` when it returns.
///
/// # Safety
/// `ctx` is live, belongs to this thread, and is running a host function.
pub unsafe fn raise(ctx: *mut StoreContext, kind: TrapKind) {
    // SAFETY: as the caller promises.
    unsafe { leave(ctx, kind as u32) }
}

/// Makes the host function that is running fail with an error that the store keeps: its entry
/// returns [`HOST_ERROR`].
///
/// # Safety
/// As for [`raise`].
pub unsafe fn raise_error(ctx: *mut StoreContext) {
    // SAFETY: as the caller promises.
    unsafe { leave(ctx, HOST_ERROR) }
}

/// Makes the host function that is running, which was called with `host`, suspend its activation when it returns.
///
/// # Safety
/// As for [`raise`], and [`can_suspend`] is true.
pub unsafe fn suspend(host: *mut VMHostContext) {
    // SAFETY: as the caller promises; only tests have contexts without a store.
    unsafe {
        let ctx = (*host).store;
        if !(*ctx).store.is_null() {
            StoreInner::from_context(ctx).suspended().set_host(host);
        }
        (*ctx).pending.fetch_or(pending::SUSPEND, Ordering::Relaxed);
    }
}

unsafe fn leave(ctx: *mut StoreContext, code: u32) {
    // SAFETY: as the caller promises; the watchdog only touches `pending`.
    unsafe {
        (*ctx).trap = code;
        (*ctx)
            .pending
            .fetch_or(pending::HOST_TRAP, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod injection;
#[cfg(test)]
mod tests;
