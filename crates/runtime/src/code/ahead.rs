//! Compiling what a program will call before it does, on processors that have nothing to do.
//!
//! Threads look from what a program calls for what may be next, and compile it: [`reach`] says which functions those
//! are, and the rank in which it is worth while. A thread that waits for another's function helps. A function that is
//! called before its turn is compiled by its caller as ever; so all that can be lost is work of idle processors, and
//! there is a bound to that.

mod heap;
mod processor;
mod reach;

use std::os::unix::thread::JoinHandleExt;
use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};
use std::time::Duration;

use rustix::thread::sched_getcpu;
use weft_module::DefinedFuncIndex;

use self::processor::{count_spare, move_off, spare_processors};
pub(super) use self::reach::CallGraph;
use self::reach::{Reached, Start};
use super::{Code, lock};

/// How many places to look from are remembered.
const MOST_STARTS: usize = 64;
/// What is more than this was found for what the program no longer does.
const MOST_TASKS: usize = 4096;
/// How long a thread waits for work before it ends.
const PATIENCE: Duration = Duration::from_millis(50);
/// A thread that waits for a function compiles none meanwhile that is larger than this many times that one.
const HELP: u32 = 2;

/// Bytes of a function from which compiling it takes more memory than pays to be had page by page.
const LARGE: u32 = 4096;
/// Bytes of all bodies up to which a module is compiled before another thread has woken up.
const SMALL: u32 = 256;

/// A function to compile.
struct Task {
    /// The highest is next.
    rank: i64,
    size: u32,
    func: DefinedFuncIndex,
    code: Weak<Code>,
}

struct State {
    /// Places from which nobody has looked ahead yet.
    starts: Vec<(Weak<Code>, Start)>,
    tasks: Vec<Task>,
    /// Counts the places that were looked from.
    turn: u64,
    threads: usize,
    /// How many of them wait for work.
    idle: usize,
}

static STATE: Mutex<State> = Mutex::new(State {
    starts: Vec::new(),
    tasks: Vec::new(),
    turn: 0,
    threads: 0,
    idle: 0,
});

/// Told of new work.
static WORK: Condvar = Condvar::new();

impl Code {
    /// Has what `func` calls, which is called and has to be compiled itself, compiled by other threads.
    pub(super) fn look_ahead_of(self: &Arc<Self>, func: DefinedFuncIndex) {
        self.look_from(match self.compiled_count() {
            0 => Start::First(func),
            _ => Start::Later(func),
        });
    }

    /// Has a thread ready when the first function of an instance is called, and the calls read that it may lead to, if it
    /// will have to be compiled.
    pub fn expect_calls(self: &Arc<Self>) {
        let has_code = self.compiled_count() > 0 || self.stored.get().is_some();
        if !has_code && self.calls.set(CallGraph::default()).is_ok() {
            self.look_from(Start::Exports);
        }
    }

    fn look_from(self: &Arc<Self>, start: Start) {
        if self.is_small() || spare_processors() == 0 {
            return;
        }
        let mut state = lock(&STATE);
        // Nobody may be there to look: a child process has none of its parent's threads.
        if state.starts.len() < MOST_STARTS {
            state.starts.push((Arc::downgrade(self), start));
        }
        state.call_thread();
    }

    /// Does other work, but none that takes much longer than compiling `func`, which another thread does and this one
    /// needs; returns whether there was any.
    pub(super) fn help_instead_of(&self, func: DefinedFuncIndex) -> bool {
        let most = self.body_size(func).saturating_mul(HELP);
        let job = lock(&STATE).take_job(most);
        job.map(Job::run).is_some()
    }

    fn is_small(&self) -> bool {
        let bodies = self.info.bodies.as_slice();
        match (bodies.first(), bodies.last()) {
            (Some(first), Some(last)) => last.end - first.start <= SMALL,
            _ => true,
        }
    }

    fn body_size(&self, func: DefinedFuncIndex) -> u32 {
        let body = &self.info.bodies[func];
        body.end - body.start
    }

    fn task(self: &Arc<Self>, reached: Reached, turn: u64) -> Task {
        let size = self.body_size(reached.func);
        Task {
            rank: reached.rank(size, turn),
            size,
            func: reached.func,
            code: Arc::downgrade(self),
        }
    }
}

impl State {
    /// What to do next, if there is anything but functions of more than `most` bytes.
    fn take_job(&mut self, most: u32) -> Option<Job> {
        let look = self.starts.pop();
        look.map(|(code, start)| Job::Look(code, start))
            .or_else(|| self.take_task(most).map(Job::Compile))
    }

    fn take_task(&mut self, most: u32) -> Option<Task> {
        let tasks = self.tasks.iter().enumerate();
        let fit = tasks.filter(|(_, task)| task.size <= most);
        let (best, _) = fit.max_by_key(|(_, task)| task.rank)?;
        Some(self.tasks.swap_remove(best))
    }

    fn add_tasks(&mut self, code: &Arc<Code>, reached: Vec<Reached>) {
        self.turn += 1;
        if self.tasks.len() > MOST_TASKS {
            self.tasks.clear();
        }
        let turn = self.turn;
        let tasks = reached.into_iter().map(|reached| code.task(reached, turn));
        self.tasks.extend(tasks);
        if self.tasks.len() > 1 {
            self.call_thread();
        }
    }

    /// Has another thread work if there is a processor for it.
    fn call_thread(&mut self) {
        if self.idle > 0 {
            WORK.notify_one();
            return;
        }
        if self.threads == spare_processors() {
            return;
        }
        let thread = std::thread::Builder::new().name("weft-compile".into());
        let busy = sched_getcpu();
        // Without a thread everything is compiled when it is called.
        let Ok(thread) = thread.spawn(move || begin(busy)) else {
            return;
        };
        self.threads += 1;
        // SAFETY: it is detached when `thread` is dropped.
        unsafe { move_off(thread.as_pthread_t(), busy) };
    }
}

/// What a thread does that was started on the processor `busy`.
fn begin(busy: usize) {
    // It may begin before the one that started it goes on.
    if sched_getcpu() == busy {
        // SAFETY: it is this thread.
        unsafe { move_off(libc::pthread_self(), busy) };
    }
    match count_spare() {
        0 => lock(&STATE).threads -= 1,
        _ => work(),
    }
}

/// Looks ahead and compiles until there is nothing to do.
fn work() {
    let mut gap = None;
    while let Some(job) = next_job() {
        if gap.is_none() && job.size() >= LARGE {
            gap = Some(heap::prefer_large_pages());
        }
        job.run();
    }
}

enum Job {
    Look(Weak<Code>, Start),
    Compile(Task),
}

impl Job {
    /// Bytes of the function to compile.
    fn size(&self) -> u32 {
        match self {
            Self::Look(..) => 0,
            Self::Compile(task) => task.size,
        }
    }

    fn run(self) {
        match self {
            Self::Look(code, start) => {
                let Some(code) = code.upgrade() else {
                    return;
                };
                let reached = code.reached_from(start);
                if !matches!(start, Start::Exports) {
                    lock(&STATE).add_tasks(&code, reached);
                }
            }
            // An error is found again, and reported, when the function is called.
            Self::Compile(task) => {
                if let Some(code) = task.code.upgrade() {
                    code.compile_if_idle(task.func);
                }
            }
        }
    }
}

/// What a thread does next. When there has been nothing for a while, it is counted out.
fn next_job() -> Option<Job> {
    let mut state = lock(&STATE);
    loop {
        let job = state.take_job(u32::MAX);
        if job.is_some() {
            return job;
        }
        state.idle += 1;
        let waited = WORK.wait_timeout(state, PATIENCE);
        let (waiting, outcome) = waited.unwrap_or_else(PoisonError::into_inner);
        state = waiting;
        state.idle -= 1;
        if outcome.timed_out() && state.starts.is_empty() && state.tasks.is_empty() {
            state.threads -= 1;
            return None;
        }
    }
}
