//! The context of one thread of a guest.

use crate::WasiCtxBuilder;
use crate::errno::Errno;
use crate::linker::Remembered;
use crate::process::Process;
use crate::wait::{Interruption, Waiter};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Everything that WASI knows about one guest: its arguments, its environment, its descriptors.
///
/// Made by [`WasiCtxBuilder`](crate::WasiCtxBuilder) and kept in the data of the guest's store. A guest with several
/// [threads](crate::threads) has a store, and a context, for each of them: see [`WasiCtx::for_thread`].
pub struct WasiCtx {
    process: Arc<Mutex<Process>>,
    waiter: Waiter,
    pub(crate) remembered: Remembered,
}

/// A path that the guest asked for and was not given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denied {
    /// The path as the guest would write it.
    pub path: String,
    /// The path on the host, as far as it is known.
    pub host: PathBuf,
    /// What stood in the way.
    pub reason: DeniedReason,
}

/// Why a path was denied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeniedReason {
    /// No granted directory contains it.
    Outside,
    /// The directory that contains it was granted for reading only.
    ReadOnly,
}

impl Denied {
    /// The host directory that has to be granted, for writing too if the reason is
    /// [`DeniedReason::ReadOnly`], for the path to be reached.
    pub fn dir_to_grant(&self) -> &Path {
        if self.host.is_dir() {
            return &self.host;
        }
        match self.host.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        }
    }
}

impl WasiCtx {
    /// What a context is made with.
    pub fn builder() -> WasiCtxBuilder {
        WasiCtxBuilder::new()
    }

    pub(crate) fn new(process: Process) -> Self {
        Self::of(Arc::new(Mutex::new(process)))
    }

    fn of(process: Arc<Mutex<Process>>) -> Self {
        Self {
            process,
            waiter: Waiter::default(),
            remembered: None,
        }
    }

    /// The context for another thread of the same guest, in a store of its own.
    ///
    /// Descriptors, clocks, random numbers and quotas are the same ones. Calls of threads exclude each other, but none
    /// waits while it keeps others out. Interruptions are of one thread: the new context
    /// obeys its store.
    #[must_use]
    pub fn for_thread(&self) -> Self {
        Self::of(self.process.clone())
    }

    /// The last path that was denied to the guest because of what it was granted.
    ///
    /// A C library looks for a granted directory itself and fails without asking when there is none;
    /// see [`ungranted_arguments`](Self::ungranted_arguments) for that.
    pub fn denied(&self) -> Option<Denied> {
        lock(&self.process).denied.clone()
    }

    /// Arguments that name something on the host which no granted directory covers: where a guest
    /// has failed, likely the files it was meant to work on.
    pub fn ungranted_arguments(&self) -> Vec<Denied> {
        lock(&self.process).ungranted_arguments()
    }

    /// Wakes waiting calls of this thread when the guest is to be stopped, in place of the interruption of its store.
    pub fn set_interruption(&mut self, interruption: Arc<dyn Interruption>) {
        self.waiter.set(interruption);
    }

    /// Obeys the engine, unless the embedder has chosen.
    pub(crate) fn set_default_interruption(&mut self, interruption: Arc<dyn Interruption>) {
        self.waiter.set_default(interruption);
    }

    /// Makes a call on behalf of this thread.
    ///
    /// When there are other threads, `function` breaks off where it would have to wait, and is called again when the wait
    /// is over: a function does nothing before it waits.
    pub(crate) fn call(
        &mut self,
        function: impl Fn(&mut Process) -> Result<(), Errno>,
    ) -> Result<(), Errno> {
        let is_shared = Arc::strong_count(&self.process) > 1;
        self.waiter.begin(is_shared);
        loop {
            let result = self.attempt(&function);
            match (result, self.waiter.take_postponed()) {
                (Err(_), Some(wait)) => self.waiter.wait(&wait)?,
                (result, _) => return result,
            }
        }
    }

    fn attempt(
        &mut self,
        function: impl Fn(&mut Process) -> Result<(), Errno>,
    ) -> Result<(), Errno> {
        let mut process = lock(&self.process);
        std::mem::swap(&mut process.waiter, &mut self.waiter);
        let result = function(&mut process);
        std::mem::swap(&mut process.waiter, &mut self.waiter);
        result
    }
}

/// A stream of the embedder's that panicked leaves everything of ours whole.
fn lock(process: &Mutex<Process>) -> MutexGuard<'_, Process> {
    process.lock().unwrap_or_else(PoisonError::into_inner)
}

impl std::fmt::Debug for WasiCtx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let process = lock(&self.process);
        let preopens: Vec<_> = process.table.preopens().map(|dir| &dir.name).collect();
        f.debug_struct("WasiCtx")
            .field("preopens", &preopens)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use crate::memory::{GuestMemory, Value};
    use crate::types::{Subscription, Wanted};
    use crate::{Errno, InputStream, WasiCtxBuilder, clock, fd, poll};
    use rustix::fd::{AsFd, BorrowedFd};
    use std::io::{PipeReader, Read, Write};
    use std::time::{Duration, Instant};

    struct Piped(PipeReader);

    impl InputStream for Piped {
        fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
            self.0.read(buf)
        }
        fn poll_fd(&self) -> Option<BorrowedFd<'_>> {
            Some(self.0.as_fd())
        }
    }

    #[test]
    fn a_thread_that_waits_keeps_no_other_out() {
        let (reader, mut writer) = std::io::pipe().unwrap();
        let mut ctx = WasiCtxBuilder::new().stdin(Piped(reader)).build();
        let mut other = ctx.for_thread();
        let reading = std::thread::spawn(move || {
            let mut bytes = [0; 64];
            let memory = GuestMemory::new(&mut bytes);
            memory.write(0, 32_u32).unwrap();
            memory.write(4, 3_u32).unwrap();
            let first = ctx.call(|process| fd::fd_read(process, memory, 0, 0, 1, 16));
            let second = ctx.call(|process| fd::fd_read(process, memory, 0, 0, 1, 16));
            (first, second, bytes[32..35].to_vec())
        });
        std::thread::sleep(Duration::from_millis(30));
        let mut bytes = [0; 8];
        let memory = GuestMemory::new(&mut bytes);
        other
            .call(|process| clock::clock_time_get(process, memory, 1, 0, 0))
            .unwrap();
        assert!(!reading.is_finished());
        writer.write_all(b"abc").unwrap();
        // The descriptor goes away while the thread waits for more.
        std::thread::sleep(Duration::from_millis(30));
        assert!(!reading.is_finished());
        other
            .call(|process| fd::fd_close(process, memory, 0))
            .unwrap();
        drop(writer);
        let (first, second, read) = reading.join().unwrap();
        assert_eq!((first, second), (Ok(()), Err(Errno::Badf)));
        assert_eq!(read, b"abc");
    }

    #[test]
    fn timers_count_from_when_the_call_began() {
        let mut ctx = WasiCtxBuilder::new().build();
        let _other = ctx.for_thread();
        for absolute in [false, true] {
            let mut bytes = [0; 128];
            let memory = GuestMemory::new(&mut bytes);
            ctx.call(|process| clock::clock_time_get(process, memory, 1, 0, 0))
                .unwrap();
            let now: u64 = memory.read(0).unwrap();
            let timeout = 30_000_000 + if absolute { now } else { 0 };
            let wanted = Wanted::Clock {
                clock: 1,
                timeout,
                absolute,
            };
            let subscription = Subscription {
                userdata: 5,
                wanted,
            };
            let mut encoded = [0; Subscription::SIZE as usize];
            subscription.encode(&mut encoded);
            memory.copy_out(0, &encoded).unwrap();
            let start = Instant::now();
            ctx.call(|process| poll::poll_oneoff(process, memory, 0, 64, 1, 120))
                .unwrap();
            assert!(start.elapsed() >= Duration::from_millis(29));
            assert!(start.elapsed() < Duration::from_secs(20));
            assert_eq!(memory.read::<u32>(120), Ok(1));
            assert_eq!(memory.read::<u64>(64), Ok(5));
        }
    }
}
