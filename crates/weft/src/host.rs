//! What a host with an event loop, threads or a runtime of its own needs beyond the everyday API.
//!
//! So far: host functions that block and still obey interrupts and deadlines.

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
