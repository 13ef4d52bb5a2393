//! Waiting for addresses: `memory.atomic.wait` and `notify` of the threads proposal.
//!
//! One table for the process, keyed by host address, so it serves every memory and store, and whatever else threads share. A
//! waiter is in the table before it looks at the value and a notifier looks at the table after whoever calls it
//! changed the value; both hold the bucket's lock, so no wake-up is lost. A waiter is a thread that blocks, or a function
//! to call: then nobody blocks, see [`wait_async32`].

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How a wait ended, with the number that the instruction gives for it.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum WaitResult {
    /// Someone notified.
    Ok = 0,
    /// The value was another one.
    NotEqual = 1,
    /// The time was over.
    TimedOut = 2,
    /// An interrupt is pending in the waiter's store.
    Interrupted = 3,
}

/// Lets someone end a wait early: see [`Waker::wake`].
#[derive(Debug, Default)]
pub struct Waker {
    /// The waiter that blocks now, with the address it is queued at.
    current: Mutex<Option<Arc<Waiter>>>,
}

impl Waker {
    /// Makes the thread that waits with this waker look at its `interrupted` condition.
    pub fn wake(&self) {
        if let Some(waiter) = &*lock(&self.current) {
            // The lock makes sure that the waiter is either before its check or inside the wait.
            let _guard = lock(&bucket(waiter.address).waiters);
            waiter.condvar.notify_one();
        }
    }
}

/// Who waits.
enum Place {
    /// A thread.
    Thread(Arc<Waiter>),
    /// Somebody who is told.
    Call(u64, Box<dyn FnOnce() + Send>),
}

#[derive(Debug)]
struct Waiter {
    address: usize,
    notified: AtomicBool,
    condvar: Condvar,
}

/// Who waits at each address, in the order in which they came.
type Waiters = HashMap<usize, Vec<Place>>;

#[derive(Default)]
struct Bucket {
    waiters: Mutex<Waiters>,
}

const BUCKETS: usize = 64;

fn bucket(address: usize) -> &'static Bucket {
    static TABLE: std::sync::LazyLock<[Bucket; BUCKETS]> =
        std::sync::LazyLock::new(|| std::array::from_fn(|_| Bucket::default()));
    let mixed = (address as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    &TABLE[(mixed >> 58) as usize]
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What can end a wait from outside: a waker to call, and the condition it announces.
pub type Interruption<'a> = Option<(&'a Waker, &'a dyn Fn() -> bool)>;

/// Blocks while the 32 bits at `address` are `expected`.
///
/// # Safety
/// `address` is readable and a multiple of 4.
pub unsafe fn wait32(
    address: *mut u8,
    expected: u32,
    timeout: Option<Duration>,
    interruption: Interruption<'_>,
) -> WaitResult {
    // SAFETY: the caller's.
    let value = unsafe { AtomicU32::from_ptr(address.cast()) };
    let same = || value.load(Ordering::SeqCst) == expected;
    wait(address as usize, &same, timeout, interruption)
}

/// Blocks while the 64 bits at `address` are `expected`.
///
/// # Safety
/// `address` is readable and a multiple of 8.
pub unsafe fn wait64(
    address: *mut u8,
    expected: u64,
    timeout: Option<Duration>,
    interruption: Interruption<'_>,
) -> WaitResult {
    // SAFETY: the caller's.
    let value = unsafe { AtomicU64::from_ptr(address.cast()) };
    let same = || value.load(Ordering::SeqCst) == expected;
    wait(address as usize, &same, timeout, interruption)
}

fn wait(
    address: usize,
    same: &dyn Fn() -> bool,
    timeout: Option<Duration>,
    interruption: Interruption<'_>,
) -> WaitResult {
    // A deadline beyond what the clock can express is none.
    let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    let waiter = Arc::new(Waiter {
        address,
        notified: AtomicBool::new(false),
        condvar: Condvar::new(),
    });
    if let Some((waker, _)) = interruption {
        *lock(&waker.current) = Some(waiter.clone());
    }
    let interrupted = || interruption.is_some_and(|(_, interrupted)| interrupted());
    let result = park(&waiter, same, deadline, &interrupted);
    if let Some((waker, _)) = interruption {
        *lock(&waker.current) = None;
    }
    result
}

fn park(
    waiter: &Arc<Waiter>,
    same: &dyn Fn() -> bool,
    deadline: Option<Instant>,
    interrupted: &dyn Fn() -> bool,
) -> WaitResult {
    let mut waiters = lock(&bucket(waiter.address).waiters);
    if !same() {
        return WaitResult::NotEqual;
    }
    waiters
        .entry(waiter.address)
        .or_default()
        .push(Place::Thread(waiter.clone()));
    let is_own =
        |place: &Place| matches!(place, Place::Thread(other) if Arc::ptr_eq(other, waiter));
    loop {
        if waiter.notified.load(Ordering::Relaxed) {
            // The notifier took it from the queue.
            return WaitResult::Ok;
        }
        if interrupted() {
            leave(&mut waiters, waiter.address, is_own);
            return WaitResult::Interrupted;
        }
        let now = Instant::now();
        waiters = match deadline {
            Some(deadline) if deadline <= now => {
                leave(&mut waiters, waiter.address, is_own);
                return WaitResult::TimedOut;
            }
            Some(deadline) => {
                let wait = waiter.condvar.wait_timeout(waiters, deadline - now);
                wait.unwrap_or_else(PoisonError::into_inner).0
            }
            None => {
                let wait = waiter.condvar.wait(waiters);
                wait.unwrap_or_else(PoisonError::into_inner)
            }
        };
    }
}

/// Takes one out of the queue, and says whether it was there.
fn leave(waiters: &mut Waiters, address: usize, is_own: impl Fn(&Place) -> bool) -> bool {
    let Some(queue) = waiters.get_mut(&address) else {
        return false;
    };
    let place = queue.iter().position(is_own);
    if let Some(place) = place {
        queue.remove(place);
    }
    if queue.is_empty() {
        waiters.remove(&address);
    }
    place.is_some()
}

/// Somebody who waits without blocking. Dropping it changes nothing.
#[derive(Debug)]
pub struct AsyncWait {
    address: usize,
    number: u64,
}

impl AsyncWait {
    /// Waits no more: false if it was notified before.
    pub fn cancel(&self) -> bool {
        let mut waiters = lock(&bucket(self.address).waiters);
        leave(
            &mut waiters,
            self.address,
            |place| matches!(place, Place::Call(number, _) if *number == self.number),
        )
    }
}

/// Has `notified` called when somebody notifies `address`; `None` if its 32 bits are not `expected`.
///
/// Only its address is remembered. `notified` is called in the notifying thread, before [`notify`] returns.
///
/// # Safety
/// `address` is readable and a multiple of 4.
pub unsafe fn wait_async32(
    address: *mut u8,
    expected: u32,
    notified: impl FnOnce() + Send + 'static,
) -> Option<AsyncWait> {
    // SAFETY: the caller's.
    let value = unsafe { AtomicU32::from_ptr(address.cast()) };
    let same = || value.load(Ordering::SeqCst) == expected;
    wait_async(address as usize, &same, Box::new(notified))
}

/// The same for 64 bits.
///
/// # Safety
/// `address` is readable and a multiple of 8.
pub unsafe fn wait_async64(
    address: *mut u8,
    expected: u64,
    notified: impl FnOnce() + Send + 'static,
) -> Option<AsyncWait> {
    // SAFETY: the caller's.
    let value = unsafe { AtomicU64::from_ptr(address.cast()) };
    let same = || value.load(Ordering::SeqCst) == expected;
    wait_async(address as usize, &same, Box::new(notified))
}

fn wait_async(
    address: usize,
    same: &dyn Fn() -> bool,
    notified: Box<dyn FnOnce() + Send>,
) -> Option<AsyncWait> {
    static NUMBERS: AtomicU64 = AtomicU64::new(0);
    let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
    let mut waiters = lock(&bucket(address).waiters);
    if !same() {
        return None;
    }
    let queue = waiters.entry(address).or_default();
    queue.push(Place::Call(number, notified));
    Some(AsyncWait { address, number })
}

/// Wakes up to `count` of those that wait at `address`, longest waiting first, and says how many.
pub fn notify(address: *mut u8, count: u32) -> u32 {
    let address = address as usize;
    let mut waiters = lock(&bucket(address).waiters);
    let Some(queue) = waiters.get_mut(&address) else {
        return 0;
    };
    let woken = queue.len().min(count as usize);
    let mut calls = Vec::new();
    for place in queue.drain(..woken) {
        match place {
            Place::Thread(waiter) => {
                waiter.notified.store(true, Ordering::Relaxed);
                waiter.condvar.notify_one();
            }
            Place::Call(_, call) => calls.push(call),
        }
    }
    if queue.is_empty() {
        waiters.remove(&address);
    }
    drop(waiters);
    // They may do anything, so nothing is locked.
    calls.into_iter().for_each(|call| call());
    woken as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notified_thread_wakes_and_others_stay() {
        static WORD: AtomicU32 = AtomicU32::new(7);
        let address = WORD.as_ptr() as usize;
        let wait = move || {
            // SAFETY: a static.
            unsafe { wait32(address as *mut u8, 7, Some(Duration::from_secs(20)), None) }
        };
        let threads = [std::thread::spawn(wait), std::thread::spawn(wait)];
        let mut woken = 0;
        while woken < 2 {
            woken += notify(address as *mut u8, 1);
            std::thread::yield_now();
        }
        for thread in threads {
            assert_eq!(thread.join().expect("no panic"), WaitResult::Ok);
        }
        assert_eq!(notify(address as *mut u8, 1), 0);
    }

    #[test]
    fn other_values_and_timeouts_do_not_block() {
        let word = AtomicU64::new(1);
        let address = word.as_ptr().cast();
        // SAFETY: a live local.
        unsafe {
            assert_eq!(wait64(address, 2, None, None), WaitResult::NotEqual);
            let timeout = Some(Duration::from_millis(1));
            assert_eq!(wait64(address, 1, timeout, None), WaitResult::TimedOut);
        }
    }

    #[test]
    fn a_waker_ends_an_endless_wait() {
        let word = AtomicU32::new(0);
        let (waker, flag) = (Waker::default(), AtomicBool::new(false));
        let address = word.as_ptr() as usize;
        let result = std::thread::scope(|scope| {
            let thread = scope.spawn(|| {
                let interrupted = || flag.load(Ordering::SeqCst);
                // SAFETY: a live local.
                unsafe { wait32(address as *mut u8, 0, None, Some((&waker, &interrupted))) }
            });
            flag.store(true, Ordering::SeqCst);
            while !thread.is_finished() {
                waker.wake();
                std::thread::yield_now();
            }
            thread.join().expect("no panic")
        });
        assert_eq!(result, WaitResult::Interrupted);
    }

    #[test]
    fn who_does_not_block_is_called_in_turn() {
        let word = AtomicU32::new(3);
        let address = word.as_ptr().cast();
        let (sender, called) = std::sync::mpsc::channel();
        let wait = |number: u32, expected| {
            let sender = sender.clone();
            // SAFETY: a live local.
            unsafe {
                wait_async32(address, expected, move || {
                    sender.send(number).expect("kept")
                })
            }
        };
        assert!(wait(0, 4).is_none());
        let waits = [1, 2, 3].map(|number| wait(number, 3).expect("the value is the expected one"));
        assert!(waits[1].cancel());
        assert!(!waits[1].cancel());
        assert_eq!(notify(address, 1), 1);
        assert_eq!(called.try_iter().collect::<Vec<_>>(), [1]);
        assert!(!waits[0].cancel());
        assert_eq!(notify(address, u32::MAX), 1);
        assert_eq!(called.try_iter().collect::<Vec<_>>(), [3]);
    }
}
