//! Waiting at any address that threads share, in the queue that `memory.atomic.wait` and `memory.atomic.notify` use: for hosts
//! with shared memory of their own, and views of a memory's.

use std::time::Duration;

use weft_runtime::wait;
pub use weft_runtime::wait::AsyncWait;

use super::Interrupted;
use crate::{AsContext, WaitResult};

/// What is waited for to change.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Expected {
    /// 32 bits.
    I32(u32),
    /// 64 bits.
    I64(u64),
}

/// Blocks while the value at `address` is `expected`, as the store's interrupts and deadline allow.
///
/// # Errors
/// When the store is interrupted.
///
/// # Safety
/// `address` is readable and a multiple of the value's size.
pub unsafe fn atomic_wait(
    store: impl AsContext,
    address: *mut u8,
    expected: Expected,
    timeout: Option<Duration>,
) -> Result<WaitResult, Interrupted> {
    let interrupts = store.as_context().opaque().live.interrupts();
    let waker = std::sync::Arc::new(wait::Waker::default());
    let wake = waker.clone();
    let interrupted = || interrupts.is_requested();
    let interruption: wait::Interruption<'_> = Some((&waker, &interrupted));
    let result = interrupts.blocking(std::sync::Arc::new(move || wake.wake()), || {
        // SAFETY: the caller's.
        unsafe {
            match expected {
                Expected::I32(value) => wait::wait32(address, value, timeout, interruption),
                Expected::I64(value) => wait::wait64(address, value, timeout, interruption),
            }
        }
    });
    match result {
        wait::WaitResult::Ok => Ok(WaitResult::Ok),
        wait::WaitResult::NotEqual => Ok(WaitResult::Mismatch),
        wait::WaitResult::TimedOut => Ok(WaitResult::TimedOut),
        wait::WaitResult::Interrupted => Err(Interrupted),
    }
}

/// Has `notified` called when somebody notifies `address`; `None` if the value there is not `expected`. Nothing blocks.
///
/// Only the address is remembered. `notified` is called in the notifying thread.
///
/// # Safety
/// `address` is readable and a multiple of the value's size.
pub unsafe fn atomic_wait_async(
    address: *mut u8,
    expected: Expected,
    notified: impl FnOnce() + Send + 'static,
) -> Option<AsyncWait> {
    // SAFETY: the caller's.
    unsafe {
        match expected {
            Expected::I32(value) => wait::wait_async32(address, value, notified),
            Expected::I64(value) => wait::wait_async64(address, value, notified),
        }
    }
}

/// Wakes up to `count` of those that wait at `address`, longest waiting first, and says how many.
pub fn atomic_notify(address: *mut u8, count: u32) -> u32 {
    wait::notify(address, count)
}
