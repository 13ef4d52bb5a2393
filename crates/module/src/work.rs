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
    state: Mutex<State<'a>>,
    idle: Condvar,
}

struct State<'a> {
    queue: VecDeque<Batch<'a>>,
    /// Workers that nobody is using.
    workers: Vec<Worker>,
    running: usize,
    failed: bool,
    panic: Option<Box<dyn Any + Send>>,
}

impl<'a> Work<'a> {
    pub(crate) fn new(context: Context, queue: VecDeque<Batch<'a>>) -> Self {
        let state = State {
            queue,
            workers: Vec::new(),
            running: 0,
            failed: false,
            panic: None,
        };
        Self {
            context,
            state: Mutex::new(state),
            idle: Condvar::new(),
        }
    }

    /// Adds a batch and returns how many are waiting.
    pub(crate) fn push(&self, batch: Batch<'a>) -> usize {
        let mut state = self.lock();
        state.queue.push_back(batch);
        state.queue.len()
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
        if state.running == 0 {
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
