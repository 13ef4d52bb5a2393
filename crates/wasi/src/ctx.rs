//! The context of one thread of a guest.

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
