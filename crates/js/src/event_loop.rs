//! [`EventLoop`]: one queue of tasks for an agent, timers, and work that other threads do.
//!
//! A task is whatever runs JavaScript from an empty stack; after each, the jobs of promises run until none is left. The
//! loop ends when nothing is left that could make another task.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::quickjs::{Context, Held, JsResult};

/// A task.
pub(crate) type Task = Box<dyn for<'js> FnOnce(Context<'js>) -> JsResult<()>>;
/// What becomes of another thread's work.
type Then = Box<dyn for<'js> FnOnce(Context<'js>, Box<dyn Any + Send>) -> JsResult<()>>;

/// What an agent has to do.
#[derive(Default)]
pub(crate) struct EventLoop {
    tasks: RefCell<VecDeque<Task>>,
    /// Timers by when they are due; of one moment the first that was set.
    timers: RefCell<BTreeMap<(Instant, u32), Timer>>,
    /// When each timer is due.
    due: RefCell<HashMap<u32, Instant>>,
    next_timer: Cell<u32>,
    /// Works of other threads, by number.
    works: RefCell<HashMap<u64, Then>>,
    next_work: Cell<u64>,
    done: Arc<Done>,
}

/// A function that is called later.
pub(crate) struct Timer {
    pub(crate) id: u32,
    pub(crate) function: Held,
    pub(crate) arguments: Vec<Held>,
    /// After which time again, if it is.
    pub(crate) every: Option<Duration>,
    /// Whether the loop goes on for it alone.
    pub(crate) is_awaited: bool,
}

/// What other threads have finished.
#[derive(Default)]
pub(crate) struct Done {
    results: Mutex<Results>,
    changed: Condvar,
}

#[derive(Default)]
struct Results {
    finished: VecDeque<(u64, Box<dyn Any + Send>)>,
    /// Somebody wants the loop to look around.
    is_woken: bool,
}

/// What comes next.
pub(crate) enum Next {
    /// Run this.
    Task(Task),
    /// Call this.
    Timer(Timer),
    /// Wait for another thread, at most until then.
    Wait(Option<Instant>),
    /// Nothing can happen any more.
    End,
}

impl EventLoop {
    /// Queues a task.
    pub(crate) fn task(&self, task: impl for<'js> FnOnce(Context<'js>) -> JsResult<()> + 'static) {
        self.tasks.borrow_mut().push_back(Box::new(task));
    }

    /// Has another thread do `work`, and queues `then` with what it gives.
    pub(crate) fn work<R: Send + 'static>(
        &self,
        work: impl FnOnce() -> R + Send + 'static,
        then: impl for<'js> FnOnce(Context<'js>, R) -> JsResult<()> + 'static,
    ) {
        let id = self.next_work.get();
        self.next_work.set(id + 1);
        let then: Then = Box::new(move |context, result| match result.downcast::<R>() {
            Ok(result) => then(context, *result),
            Err(_) => Ok(()),
        });
        self.works.borrow_mut().insert(id, then);
        let done = self.done.clone();
        rayon::spawn(move || done.finish(id, Box::new(work())));
    }

    /// Sets a timer and returns its number.
    pub(crate) fn set_timer(
        &self,
        function: Held,
        arguments: Vec<Held>,
        delay: Duration,
        repeats: bool,
    ) -> u32 {
        let id = self.next_timer.get() + 1;
        self.next_timer.set(id);
        self.add_timer(
            Timer {
                id,
                function,
                arguments,
                every: repeats.then_some(delay),
                is_awaited: true,
            },
            delay,
        );
        id
    }

    /// Sets a timer that nothing waits for: where nothing else is left to do the loop ends before it.
    pub(crate) fn set_idle_timer(&self, function: Held, delay: Duration) {
        let id = self.next_timer.get() + 1;
        self.next_timer.set(id);
        self.add_timer(
            Timer {
                id,
                function,
                arguments: Vec::new(),
                every: None,
                is_awaited: false,
            },
            delay,
        );
    }

    /// Sets a timer that has been due again.
    pub(crate) fn add_timer(&self, timer: Timer, delay: Duration) {
        // What the clock cannot express is for ever.
        let Some(at) = Instant::now().checked_add(delay) else {
            return;
        };
        self.due.borrow_mut().insert(timer.id, at);
        self.timers.borrow_mut().insert((at, timer.id), timer);
    }

    /// Forgets a timer, if there is one of that number.
    pub(crate) fn clear_timer(&self, id: u32) {
        let due = self.due.borrow_mut().remove(&id);
        let timer = due.and_then(|at| self.timers.borrow_mut().remove(&(at, id)));
        drop(timer);
    }

    /// Says whether the loop goes on for a timer, if there is one of that number.
    pub(crate) fn await_timer(&self, id: u32, is_awaited: bool) {
        let due = self.due.borrow().get(&id).copied();
        let mut timers = self.timers.borrow_mut();
        if let Some(timer) = due.and_then(|at| timers.get_mut(&(at, id))) {
            timer.is_awaited = is_awaited;
        }
    }

    /// Whether the timer of that number is to be called again.
    pub(crate) fn is_set(&self, id: u32) -> bool {
        self.due.borrow().contains_key(&id)
    }

    /// What comes next: tasks in their order, what others have finished, and timers that are due.
    pub(crate) fn next(&self) -> Next {
        if let Some(task) = self.tasks.borrow_mut().pop_front() {
            return Next::Task(task);
        }
        if let Some((id, result)) = self.done.take() {
            let then = self.works.borrow_mut().remove(&id);
            return match then {
                Some(then) => Next::Task(Box::new(move |context| then(context, result))),
                None => self.next(),
            };
        }
        let first = self.timers.borrow().keys().next().copied();
        match first {
            Some((at, id)) if at <= Instant::now() => self.due_timer(at, id),
            _ if !self.is_awaited() => Next::End,
            Some((at, _)) => Next::Wait(Some(at)),
            None => Next::Wait(None),
        }
    }

    /// Whether anything is under way that the loop goes on for.
    fn is_awaited(&self) -> bool {
        !self.works.borrow().is_empty() || self.timers.borrow().values().any(|it| it.is_awaited)
    }

    fn due_timer(&self, at: Instant, id: u32) -> Next {
        let timer = self.timers.borrow_mut().remove(&(at, id));
        let Some(timer) = timer else {
            return Next::End;
        };
        // One that repeats stays set while it is called, so that it can be cleared.
        if timer.every.is_none() {
            self.due.borrow_mut().remove(&id);
        }
        Next::Timer(timer)
    }

    /// What other threads have finished.
    pub(crate) fn done(&self) -> &Arc<Done> {
        &self.done
    }

    /// Forgets everything, at the agent's end.
    pub(crate) fn clear(&self) {
        let tasks = std::mem::take(&mut *self.tasks.borrow_mut());
        let timers = std::mem::take(&mut *self.timers.borrow_mut());
        let works = std::mem::take(&mut *self.works.borrow_mut());
        drop((tasks, timers, works));
    }
}

impl Done {
    fn lock(&self) -> std::sync::MutexGuard<'_, Results> {
        self.results.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn finish(&self, id: u64, result: Box<dyn Any + Send>) {
        self.lock().finished.push_back((id, result));
        self.changed.notify_all();
    }

    fn take(&self) -> Option<(u64, Box<dyn Any + Send>)> {
        self.lock().finished.pop_front()
    }

    /// Makes a wait end.
    pub(crate) fn wake(&self) {
        self.lock().is_woken = true;
        self.changed.notify_all();
    }

    /// Waits until something is finished, someone wakes, or `until`.
    pub(crate) fn wait(&self, until: Option<Instant>) {
        let mut results = self.lock();
        while results.finished.is_empty() && !std::mem::take(&mut results.is_woken) {
            results = match until.map(|at| at.saturating_duration_since(Instant::now())) {
                None => self
                    .changed
                    .wait(results)
                    .unwrap_or_else(PoisonError::into_inner),
                Some(Duration::ZERO) => return,
                Some(rest) => {
                    let waited = self.changed.wait_timeout(results, rest);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }
}
