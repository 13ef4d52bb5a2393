//! [`Timings`]: how long the phases of WebAssembly took (Fetch, Compile, Instantiate, Call), for those who want to know.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use weft::Module;

/// What has been measured.
#[derive(Clone, Debug, Default)]
pub struct Timings {
    /// Fetches, compilations and instantiations, in the order in which they ended.
    pub phases: Vec<Phase>,
    /// How often scripts have called into wasm.
    pub calls: u64,
    /// The time of those calls, with what they called in turn.
    pub call_time: Duration,
}

/// One of the phases.
#[derive(Clone, Debug)]
pub enum Phase {
    /// From asking to the last byte.
    Fetch {
        /// What was fetched.
        url: String,
        /// The length of the body.
        bytes: u64,
        /// How long it took.
        time: Duration,
    },
    /// From bytes to a module.
    Compile {
        /// The module.
        module: Module,
        /// The length of the binary.
        bytes: u64,
        /// How long it took; of one that was compiled while it arrived only what was left to do after the last byte.
        time: Duration,
        /// Whether it was compiled while it arrived.
        is_streamed: bool,
    },
    /// From a module to an instance, with its start function.
    Instantiate {
        /// How long it took.
        time: Duration,
    },
}

/// Where an agent notes them, if somebody wants to know.
#[derive(Default)]
pub(crate) struct Recorder {
    is_on: bool,
    /// How deep calls are within each other. Only the outermost are measured.
    depth: Cell<u32>,
    timings: RefCell<Timings>,
}

impl Recorder {
    /// One that measures.
    pub(crate) fn new(is_on: bool) -> Self {
        Self {
            is_on,
            ..Self::default()
        }
    }

    /// Now, if somebody wants to know.
    pub(crate) fn start(&self) -> Option<Instant> {
        self.is_on.then(Instant::now)
    }

    /// Notes a phase that began at `start`.
    pub(crate) fn note(&self, start: Option<Instant>, phase: impl FnOnce(Duration) -> Phase) {
        if let Some(start) = start {
            let phase = phase(start.elapsed());
            self.timings.borrow_mut().phases.push(phase);
        }
    }

    /// Measures a call until what this returns is dropped.
    pub(crate) fn call(&self) -> Option<CallTime<'_>> {
        let start = self.start()?;
        self.depth.set(self.depth.get() + 1);
        let recorder = self;
        Some(CallTime { recorder, start })
    }

    /// What has been measured so far, if anything is.
    pub(crate) fn timings(&self) -> Option<Timings> {
        self.is_on.then(|| self.timings.borrow().clone())
    }
}

/// A call that is being measured.
pub(crate) struct CallTime<'a> {
    recorder: &'a Recorder,
    start: Instant,
}

impl Drop for CallTime<'_> {
    fn drop(&mut self) {
        let depth = self.recorder.depth.get() - 1;
        self.recorder.depth.set(depth);
        let mut timings = self.recorder.timings.borrow_mut();
        timings.calls += 1;
        if depth == 0 {
            timings.call_time += self.start.elapsed();
        }
    }
}
