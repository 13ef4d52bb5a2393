//! Ending wasm from outside: interrupts and deadlines.
//!
//! The truth is a bit in `StoreContext::pending`, which stubs look at; the signal is a kick for code that
//! meets no stub. A host function that blocks is woken by its own means: an event that can stand in a
//! `poll` set, and a hook for anything else. A store that is never interrupted pays nothing for it: no lock, no system call.

use std::collections::BTreeMap;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock};
use std::time::{Duration, Instant};

use rustix::event::{EventfdFlags, PollFd, PollFlags, eventfd, poll};
use weft_abi::layout::{StoreContext, pending};

use crate::trap;

/// How soon an interrupt that has not ended everything is repeated: host functions may swallow the first.
const AGAIN: Duration = Duration::from_millis(10);

/// A store's end of interruption. Dropping it makes all its handles harmless.
#[derive(Debug)]
pub struct Interrupts {
    shared: Arc<Shared>,
}

/// Interrupts a store from any thread, as long as it exists.
#[derive(Clone, Debug)]
pub struct InterruptHandle {
    shared: Arc<Shared>,
}

/// A blocking host function was interrupted: it should return at once, and a trap will follow.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Interrupted;

impl std::fmt::Display for Interrupted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("interrupted")
    }
}

impl std::error::Error for Interrupted {}

/// What wakes a host function that blocks.
pub type Waker = Arc<dyn Fn() + Send + Sync>;

#[derive(Debug)]
struct Shared {
    target: Mutex<Target>,
    event: OnceLock<OwnedFd>,
}

struct Target {
    /// Null when the store is gone.
    ctx: *mut StoreContext,
    wakers: Vec<(u64, Waker)>,
    next_waker: u64,
}

// SAFETY: through the context only atomics are used, under the lock.
unsafe impl Send for Target {}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Target")
            .field("ctx", &self.ctx)
            .finish_non_exhaustive()
    }
}

impl Target {
    fn context(&self) -> Option<&StoreContext> {
        // SAFETY: a context that is not detached is live; shared use is of its atomics alone.
        unsafe { self.ctx.as_ref() }
    }

    fn is_requested(&self) -> bool {
        self.context()
            .is_some_and(|ctx| ctx.pending.load(Ordering::Relaxed) & pending::INTERRUPT != 0)
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Target> {
        lock(&self.target)
    }

    fn interrupt(&self) -> bool {
        let target = self.lock();
        let Some(ctx) = target.context() else {
            return false;
        };
        // Against `Thread::attach`: either the thread sees the bit or we see the thread.
        ctx.pending.fetch_or(pending::INTERRUPT, Ordering::SeqCst);
        trap::kick_thread(ctx.thread.load(Ordering::SeqCst));
        self.signal_event();
        let wakers: Vec<Waker> = target
            .wakers
            .iter()
            .map(|(_, waker)| waker.clone())
            .collect();
        drop(target);
        wakers.iter().for_each(|waker| waker());
        true
    }

    fn signal_event(&self) {
        if let Some(event) = self.event.get() {
            // It fails only when it is set 2⁶⁴ times over.
            let _ = rustix::io::write(event, &1_u64.to_ne_bytes());
        }
    }

    fn event(&self) -> io::Result<BorrowedFd<'_>> {
        if self.event.get().is_none() {
            let event = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
            // Another thread may have been first, with an event as good.
            let _ = self.event.set(event);
            let target = self.lock();
            if target.is_requested() {
                self.signal_event();
            }
        }
        Ok(self.event.get().expect("set above").as_fd())
    }

    fn drain_event(&self) {
        if let Some(event) = self.event.get() {
            // It fails when it is not set.
            let _ = rustix::io::read(event, &mut [0_u8; 8]);
        }
    }

    fn clear(&self) {
        let target = self.lock();
        if let Some(ctx) = target.context() {
            ctx.pending.fetch_and(!pending::INTERRUPT, Ordering::SeqCst);
        }
        self.drain_event();
    }
}

impl InterruptHandle {
    /// Makes wasm in the store trap with `Interrupted`: what runs now, or what is called next.
    ///
    /// Wasm of other stores that the store's host functions run is ended as well. False if the store is gone.
    pub fn interrupt(&self) -> bool {
        self.shared.interrupt()
    }

    /// Whether an interrupt has been asked for that has not become a trap yet.
    pub fn is_requested(&self) -> bool {
        self.shared.lock().is_requested()
    }

    /// As [`Interrupts::event`], for a host function that waits without the store in its hands.
    ///
    /// # Errors
    /// The system's, when file descriptors are used up.
    pub fn event(&self) -> io::Result<BorrowedFd<'_>> {
        self.shared.event()
    }
}

impl Interrupts {
    /// For the store with context `ctx`.
    ///
    /// # Safety
    /// `ctx` stays valid until the result is dropped.
    pub unsafe fn new(ctx: *mut StoreContext) -> Self {
        let target = Target {
            ctx,
            wakers: Vec::new(),
            next_waker: 0,
        };
        Self {
            shared: Arc::new(Shared {
                target: Mutex::new(target),
                event: OnceLock::new(),
            }),
        }
    }

    /// A handle for other threads.
    pub fn handle(&self) -> InterruptHandle {
        InterruptHandle {
            shared: self.shared.clone(),
        }
    }

    /// Whether an interrupt has been asked for that has not become a trap yet.
    pub fn is_requested(&self) -> bool {
        self.shared.lock().is_requested()
    }

    /// Takes back an interrupt that has not become a trap yet.
    pub fn clear(&self) {
        self.shared.clear();
    }

    /// An event that becomes readable when an interrupt is asked for, to wait for together with other things.
    ///
    /// It may be readable for an interrupt that is over: ask [`Interrupts::is_requested`].
    ///
    /// # Errors
    /// The system's, when file descriptors are used up.
    pub fn event(&self) -> io::Result<BorrowedFd<'_>> {
        self.shared.event()
    }

    /// Waits like `poll(2)` until one of `fds` is ready, `timeout` is over or an interrupt comes.
    /// Says how many are ready.
    ///
    /// # Errors
    /// `Ok(Err(Interrupted))` on an interrupt; the system's errors otherwise.
    pub fn poll<'a>(
        &'a self,
        fds: &mut [PollFd<'a>],
        timeout: Option<Duration>,
    ) -> io::Result<Result<usize, Interrupted>> {
        let event = self.event()?;
        let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let mut all: Vec<PollFd<'_>> = fds.to_vec();
        all.push(PollFd::from_borrowed_fd(event, PollFlags::IN));
        loop {
            if self.is_requested() {
                return Ok(Err(Interrupted));
            }
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            let Some(ready) = poll_once(&mut all, left)? else {
                continue;
            };
            let stale = !all[fds.len()].revents().is_empty();
            if stale && !self.is_requested() {
                self.shared.drain_event();
            }
            let ready = ready - stale as usize;
            if ready > 0 || left.is_some_and(|left| left.is_zero()) {
                fds.clone_from_slice(&all[..fds.len()]);
                return Ok(Ok(ready));
            }
        }
    }

    /// Sleeps for `duration`, or until an interrupt comes.
    ///
    /// # Errors
    /// As [`Interrupts::poll`].
    pub fn sleep(&self, duration: Duration) -> io::Result<Result<(), Interrupted>> {
        Ok(self.poll(&mut [], Some(duration))?.map(|_| ()))
    }

    /// Runs `body`, which blocks, calling `waker` from another thread if an interrupt comes meanwhile,
    /// and at once if one has come already.
    ///
    /// `waker` must not block for long, and must not use the store.
    pub fn blocking<R>(&self, waker: Waker, body: impl FnOnce() -> R) -> R {
        let _registered = self.register(waker);
        body()
    }

    fn register(&self, waker: Waker) -> Registered<'_> {
        let mut target = self.shared.lock();
        let id = target.next_waker;
        target.next_waker += 1;
        target.wakers.push((id, waker.clone()));
        let requested = target.is_requested();
        drop(target);
        if requested {
            waker();
        }
        Registered {
            shared: &self.shared,
            id,
        }
    }

    /// Interrupts the store `after` from now, again and again, unless the result is dropped before.
    pub fn deadline(&self, after: Duration) -> Deadline {
        let key = Watchdog::get().arm(&self.shared, after);
        Deadline {
            shared: self.shared.clone(),
            key,
        }
    }
}

impl Drop for Interrupts {
    fn drop(&mut self) {
        self.shared.lock().ctx = std::ptr::null_mut();
    }
}

struct Registered<'a> {
    shared: &'a Shared,
    id: u64,
}

impl Drop for Registered<'_> {
    fn drop(&mut self) {
        self.shared.lock().wakers.retain(|waker| waker.0 != self.id);
    }
}

/// `poll(2)` once; `None` if a signal interrupted it.
fn poll_once(fds: &mut [PollFd<'_>], timeout: Option<Duration>) -> io::Result<Option<usize>> {
    // A time beyond the clock's range is for ever; the caller sees whether it was.
    let timeout = timeout.and_then(|timeout| rustix::time::Timespec::try_from(timeout).ok());
    match poll(fds, timeout.as_ref()) {
        Ok(ready) => Ok(Some(ready)),
        Err(rustix::io::Errno::INTR) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// A time limit on what a store runs. Dropping it disarms it.
#[derive(Debug)]
pub struct Deadline {
    shared: Arc<Shared>,
    key: Key,
}

impl Deadline {
    /// Ends the limit, and says whether it had passed.
    ///
    /// An interrupt of its making that has not become a trap is taken back.
    pub fn disarm(self) -> bool {
        self.end()
    }

    fn end(&self) -> bool {
        let passed = Watchdog::get().disarm(self.key);
        if passed {
            self.shared.clear();
        }
        passed
    }
}

impl Drop for Deadline {
    fn drop(&mut self) {
        self.end();
    }
}

/// When a deadline was to pass first, and a number that makes it unique.
type Key = u64;

struct Watchdog {
    alarms: Mutex<Alarms>,
    earlier: Condvar,
}

#[derive(Default)]
struct Alarms {
    by_time: BTreeMap<(Instant, Key), Arc<Shared>>,
    armed: std::collections::HashMap<Key, Alarm>,
    /// When the thread will look again; `None` when it waits to be told.
    wakes: Option<Instant>,
    running: bool,
    /// The alarm whose interrupt is being made, outside the lock.
    ringing: Option<Key>,
}

struct Alarm {
    time: Instant,
    passed: bool,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poison| poison.into_inner())
}

impl Watchdog {
    fn get() -> &'static Self {
        static WATCHDOG: OnceLock<Watchdog> = OnceLock::new();
        WATCHDOG.get_or_init(|| Self {
            alarms: Mutex::default(),
            earlier: Condvar::new(),
        })
    }

    fn arm(&'static self, shared: &Arc<Shared>, after: Duration) -> Key {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let key = NEXT.fetch_add(1, Ordering::Relaxed);
        let far = Duration::from_secs(86_400 * 365 * 100);
        let time = Instant::now() + after.min(far);
        let mut alarms = lock(&self.alarms);
        if !alarms.running {
            alarms.running = true;
            std::thread::Builder::new()
                .name("weft-watchdog".into())
                .stack_size(128 << 10)
                .spawn(|| self.run())
                .expect("a thread for deadlines");
        }
        alarms.by_time.insert((time, key), shared.clone());
        alarms.armed.insert(
            key,
            Alarm {
                time,
                passed: false,
            },
        );
        if alarms.wakes.is_none_or(|wakes| time < wakes) {
            self.earlier.notify_one();
        }
        key
    }

    /// Removes an alarm; whether it had passed. Afterwards it makes no interrupt.
    fn disarm(&self, key: Key) -> bool {
        let mut alarms = lock(&self.alarms);
        while alarms.ringing == Some(key) {
            drop(alarms);
            std::thread::yield_now();
            alarms = lock(&self.alarms);
        }
        match alarms.armed.remove(&key) {
            Some(alarm) => {
                alarms.by_time.remove(&(alarm.time, key));
                alarm.passed
            }
            None => false,
        }
    }

    fn run(&self) {
        let mut alarms = lock(&self.alarms);
        loop {
            let now = Instant::now();
            alarms = match alarms.by_time.first_key_value().map(|(&key, _)| key) {
                Some((time, key)) if time <= now => self.ring(alarms, time, key),
                Some((time, _)) => {
                    alarms.wakes = Some(time);
                    let waited = self.earlier.wait_timeout(alarms, time - now);
                    waited.unwrap_or_else(|poison| poison.into_inner()).0
                }
                None => {
                    alarms.wakes = None;
                    let waited = self.earlier.wait(alarms);
                    waited.unwrap_or_else(|poison| poison.into_inner())
                }
            };
        }
    }

    /// Makes the interrupt of an alarm, and sets it to come again.
    fn ring<'a>(
        &'a self,
        mut alarms: MutexGuard<'a, Alarms>,
        time: Instant,
        key: Key,
    ) -> MutexGuard<'a, Alarms> {
        let Some(shared) = alarms.by_time.remove(&(time, key)) else {
            return alarms;
        };
        let again = Instant::now() + AGAIN;
        alarms.armed.insert(
            key,
            Alarm {
                time: again,
                passed: true,
            },
        );
        alarms.by_time.insert((again, key), shared.clone());
        alarms.ringing = Some(key);
        drop(alarms);
        shared.interrupt();
        let mut alarms = lock(&self.alarms);
        alarms.ringing = None;
        alarms
    }
}
