//! Sharing the validation of bodies between threads.
//!
//! A queue of batches that any thread may take from: workers of the pool, the thread that pushes
//! bytes when it runs ahead, and the one that waits for the outcome. As the waiting thread empties
//! the queue itself, nothing depends on the pool having a free thread, and waiting inside the pool
//! cannot deadlock: what is left then is running.

use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::DecodeError;
use crate::bodies::{Batch, Context, Worker};
use crate::facts::BodyFacts;

/// Batches to validate, and what has come of those that are done.
pub(crate) struct Work<'a> {
    context: Context,
    /// How many threads of the pool may help.
    max_helpers: usize,
    state: Mutex<State<'a>>,
    idle: Condvar,
}

#[derive(Default)]
struct State<'a> {
    queue: VecDeque<Batch<'a>>,
    /// Workers that nobody is using.
    workers: Vec<Worker>,
    running: usize,
    helpers: usize,
    failed: bool,
    panic: Option<Box<dyn Any + Send>>,
}

/// What a push leaves the caller to do.
pub(crate) struct Pushed {
    /// Let another thread call [`Work::help`].
    pub(crate) helper: bool,
    /// How many batches are waiting.
    pub(crate) waiting: usize,
}

impl<'a> Work<'a> {
    /// Work that up to `max_helpers` threads help with, besides the one that pushes.
    pub(crate) fn new(context: Context, max_helpers: usize) -> Self {
        Self {
            context,
            max_helpers,
            state: Mutex::default(),
            idle: Condvar::new(),
        }
    }

    /// Adds a batch.
    pub(crate) fn push(&self, batch: Batch<'a>) -> Pushed {
        let mut state = self.lock();
        state.queue.push_back(batch);
        let helper = state.helpers < self.max_helpers;
        state.helpers += usize::from(helper);
        Pushed {
            helper,
            waiting: state.queue.len(),
        }
    }

    /// Validates batches until there are none; for a thread that [`Self::push`] has asked for.
    pub(crate) fn help(&self) {
        while self.step() {}
        self.lock().helpers -= 1;
    }

    /// Whether a body that is not valid has been met.
    pub(crate) fn failed(&self) -> bool {
        self.lock().failed
    }

    /// Validates one batch; whether there was one.
    pub(crate) fn step(&self) -> bool {
        let mut state = self.lock();
        let Some(batch) = state.queue.pop_front() else {
            return false;
        };
        let mut worker = state.workers.pop().unwrap_or_default();
        state.running += 1;
        drop(state);

        let outcome = catch_unwind(AssertUnwindSafe(|| worker.validate(&self.context, &batch)));

        let mut state = self.lock();
        state.running -= 1;
        state.failed |= worker.error.is_some();
        match outcome {
            Ok(()) => state.workers.push(worker),
            Err(panic) => state.panic = Some(panic),
        }
        // Without helpers this is the thread that would wait.
        if state.running == 0 && state.helpers > 0 {
            self.idle.notify_all();
        }
        true
    }

    /// Validates what is left, waits for what others are validating, and returns the outcome.
    pub(crate) fn finish(&self) -> Result<BodyFacts, DecodeError> {
        while self.step() {}
        let mut state = self.lock();
        while state.running > 0 {
            state = self
                .idle
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        if let Some(panic) = state.panic.take() {
            drop(state);
            resume_unwind(panic);
        }
        merge(&state.workers)
    }

    fn lock(&self) -> MutexGuard<'_, State<'a>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn merge(workers: &[Worker]) -> Result<BodyFacts, DecodeError> {
    let mut all = Worker::default();
    for worker in workers {
        all.facts.union(&worker.facts);
        if let Some(error) = &worker.error {
            all.fail(error.clone());
        }
    }
    all.error.map_or(Ok(all.facts), Err)
}
