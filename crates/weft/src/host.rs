//! What a host with an event loop, threads or a runtime of its own needs beyond the everyday API.
//!
//! - Letting go of instances and all they are made of: [`weak_handles`], [`pin`] and [`unpin`] with
//!   [`Store::collect`](crate::Store::collect); what refers to what: [`edges`], [`Trace`], [`trace_func`], [`extern_ref`], and [`Reach`] for
//!   a host whose own collector is to find circles through the store.
//! - Identity: [`canonical`] and [`func_index`] for functions; [`WeakRef`] and [`object_key`] for objects.
//! - Word of memories that have grown: [`memory_growths`], [`growths`].
//! - Host functions that block and still obey interrupts and deadlines: [`poll`], [`sleep`], [`blocking`].
//! - Host functions and calls over raw values: [`func_raw`], [`RawFunc`]; and what references among these lead to: [`Referent`].
//! - Calls that the host suspends and resumes by itself: [`call_suspendable`], [`func_suspending`].
//! - Waiting at any address that threads share: [`atomic_wait`], [`atomic_wait_async`], [`atomic_notify`].

mod grow;
mod identity;
mod pin;
mod raw;
mod reach;
mod referent;
mod suspend;
mod trace;
mod waiting;
mod weak;

pub use grow::{growths, memory_growths};
pub use identity::{ObjectKey, canonical, func_index, object_key};
pub use pin::{Item, can_collect, edges, pin, unpin, weak_handles};
pub use raw::{RawFunc, define_raw, func_raw};
pub use reach::{Met, Reach};
pub use referent::Referent;
pub use suspend::{
    Progress, SuspendedCall, Suspension, call_suspendable, func_suspending, suspension,
};
pub use trace::{Trace, Tracer, extern_ref, trace_func, traced};
pub use waiting::{AsyncWait, Expected, atomic_notify, atomic_wait, atomic_wait_async};
pub use weak::WeakRef;
pub use weft_abi::value::RawVal;
pub use weft_runtime::watchdog::{Interrupted, Waker};

use std::io;
use std::os::fd::BorrowedFd;
use std::time::Duration;

use rustix::event::PollFd;

use crate::{AsContext, InterruptHandle};

/// Waits like `poll(2)` until one of `fds` is ready, `timeout` is over, or the store is interrupted; says how many are ready.
///
/// # Errors
/// `Ok(Err(Interrupted))` on an interrupt: the host function should return at once, and a trap follows. Otherwise the system's.
pub fn poll<'a, C: AsContext>(
    store: &'a C,
    fds: &mut [PollFd<'a>],
    timeout: Option<Duration>,
) -> io::Result<Result<usize, Interrupted>> {
    store
        .as_context()
        .opaque()
        .live
        .interrupts()
        .poll(fds, timeout)
}

/// Sleeps for `duration`, or until the store is interrupted.
///
/// # Errors
/// As [`poll`].
pub fn sleep(store: impl AsContext, duration: Duration) -> io::Result<Result<(), Interrupted>> {
    store
        .as_context()
        .opaque()
        .live
        .interrupts()
        .sleep(duration)
}

/// Runs `body`, which blocks, calling `waker` from another thread if the store is interrupted meanwhile,
/// and at once if it has been already.
///
/// `waker` must not block for long, and must not use the store.
pub fn blocking<R>(store: impl AsContext, waker: Waker, body: impl FnOnce() -> R) -> R {
    store
        .as_context()
        .opaque()
        .live
        .interrupts()
        .blocking(waker, body)
}

/// Whether an interrupt has been asked for that has not become a trap yet.
pub fn is_interrupted(store: impl AsContext) -> bool {
    store.as_context().opaque().live.interrupts().is_requested()
}

/// The store's interrupt handle, for a host function to keep: it tells of interrupts as well as making them.
pub fn interrupt_handle(store: impl AsContext) -> InterruptHandle {
    InterruptHandle::new(store.as_context().opaque().live.interrupts().handle())
}

/// A descriptor that becomes readable when the store is interrupted, to wait for together with other things.
///
/// It may be readable for an interrupt that is over: ask [`is_interrupted`].
///
/// # Errors
/// The system's, when file descriptors are used up.
pub fn interrupt_event<C: AsContext>(store: &C) -> io::Result<BorrowedFd<'_>> {
    store.as_context().opaque().live.interrupts().event()
}
