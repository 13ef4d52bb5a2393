//! Compiling what a function calls before it does, on processors that have nothing to do.
//!
//! When a function had to be compiled because it was called, what it calls is likely to be next. Threads look a
//! few calls ahead and compile what they find, the largest first, for that is what the program would wait for
//! longest; after that some of the functions in the module's tables, which calls do not show. A function that is called before its turn is compiled by its caller as ever; so all that can be
//! lost is work of idle processors, and there is a bound to that.

use std::collections::{BinaryHeap, HashSet, VecDeque};
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError, Weak};
use std::time::Duration;

use rustix::thread::{CpuSet, sched_getaffinity, sched_getcpu, sched_setaffinity};
use weft_module::{DefinedFuncIndex, ElementItems};

use super::{Code, lock};

/// How many calls away from the function that was called.
const LEVELS: usize = 6;
/// How many functions, for each that was called and for a module's tables.
const MOST_FUNCTIONS: usize = 48;
/// How many bodies are read to find them.
const MOST_BODIES: usize = 192;
/// What is more than this was found for what the program no longer does.
const MOST_TASKS: usize = 4096;
/// How long a thread waits for work before it ends.
const PATIENCE: Duration = Duration::from_millis(50);
/// No more threads than this, whatever the machine has.
const MOST_THREADS: usize = 7;

/// A function to compile. The greatest is next.
struct Task {
    /// Counts the functions that were called: what the program is doing now comes first.
    turn: u64,
    size: u32,
    func: DefinedFuncIndex,
    code: Weak<Code>,
}

impl Task {
    /// Compiles the function. An error is found again, and reported, when it is called.
    fn run(self) {
        if let Some(code) = self.code.upgrade() {
            code.compile_if_idle(self.func);
        }
    }

    fn rank(&self) -> (u64, u32, DefinedFuncIndex) {
        (self.turn, self.size, self.func)
    }
}

impl Ord for Task {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank().cmp(&other.rank())
    }
}

impl PartialOrd for Task {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Task {
    fn eq(&self, other: &Self) -> bool {
        self.rank() == other.rank()
    }
}

impl Eq for Task {}

#[derive(Default)]
struct State {
    /// Functions that were called and from which nobody has looked ahead yet.
    called: Vec<(Weak<Code>, DefinedFuncIndex)>,
    tasks: BinaryHeap<Task>,
    turn: u64,
    threads: usize,
    /// How many of them wait for work.
    idle: usize,
    /// The module whose tables were looked at last.
    tables_of: Weak<Code>,
}

static STATE: Mutex<State> = Mutex::new(State {
    called: Vec::new(),
    tasks: BinaryHeap::new(),
    turn: 0,
    threads: 0,
    idle: 0,
    tables_of: Weak::new(),
});

/// Told of new work.
static WORK: Condvar = Condvar::new();

impl Code {
    /// Has what `func` calls, which is called and has to be compiled itself, compiled by other threads.
    pub(super) fn look_ahead_of(self: &Arc<Self>, func: DefinedFuncIndex) {
        if spare_processors() == 0 {
            return;
        }
        let mut state = lock(&STATE);
        // Nobody may be there to look: a child process has none of its parent's threads.
        if state.called.len() < MOST_FUNCTIONS {
            state.called.push((Arc::downgrade(self), func));
        }
        state.call_thread();
    }

    /// Does the next task, unless it is larger than `func`, which another thread compiles and this one needs; returns
    /// whether it did.
    pub(super) fn help_instead_of(&self, func: DefinedFuncIndex) -> bool {
        let largest = self.body_size(func);
        let task = {
            let mut state = lock(&STATE);
            let next = state.tasks.peek().filter(|task| task.size <= largest);
            next.is_some().then(|| state.tasks.pop()).flatten()
        };
        task.map(Task::run).is_some()
    }

    fn body_size(&self, func: DefinedFuncIndex) -> u32 {
        let body = &self.info.bodies[func];
        body.end - body.start
    }

    /// What is reached from `func` by a few direct calls and is not compiled, nearest first.
    fn ahead_of(&self, func: DefinedFuncIndex) -> Vec<DefinedFuncIndex> {
        let mut seen = HashSet::from([func]);
        let mut found = Vec::new();
        let mut frontier = VecDeque::from([(func, 0)]);
        while let Some((func, level)) = frontier.pop_front().filter(|_| seen.len() <= MOST_BODIES) {
            for callee in self.info.direct_callees(&self.bytes, func) {
                let Some(callee) = self.info.defined_func(callee) else {
                    continue;
                };
                if found.len() == MOST_FUNCTIONS || !seen.insert(callee) {
                    continue;
                }
                if self.function(callee).is_none() {
                    found.push(callee);
                }
                if level + 1 < LEVELS {
                    frontier.push_back((callee, level + 1));
                }
            }
        }
        found
    }

    /// The first functions of the element segments, without those that are compiled.
    fn ahead_in_tables(&self) -> Vec<DefinedFuncIndex> {
        let segments = self.info.elements.iter();
        let functions = segments.filter_map(|(_, segment)| match &segment.items {
            ElementItems::Functions(functions) => Some(functions.iter()),
            ElementItems::Expressions(_) => None,
        });
        functions
            .flatten()
            .filter_map(|&func| self.info.defined_func(func))
            .filter(|&func| self.function(func).is_none())
            .take(MOST_FUNCTIONS)
            .collect()
    }

    fn task(self: &Arc<Self>, func: DefinedFuncIndex, turn: u64) -> Task {
        Task {
            turn,
            size: self.body_size(func),
            func,
            code: Arc::downgrade(self),
        }
    }
}

impl State {
    fn take_job(&mut self) -> Option<Job> {
        let look = self.called.pop().map(|(code, func)| Job::Look(code, func));
        look.or_else(|| self.tasks.pop().map(Job::Compile))
    }

    /// Whether the tables of another module were looked at last; now they are this one's.
    fn is_other_module(&mut self, code: &Arc<Code>) -> bool {
        let before = std::mem::replace(&mut self.tables_of, Arc::downgrade(code));
        !Weak::ptr_eq(&before, &self.tables_of)
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
        let thread = thread.spawn(move || {
            leave_processor(busy);
            work();
        });
        // Without a thread everything is compiled when it is called.
        self.threads += usize::from(thread.is_ok());
    }
}

/// Looks ahead and compiles until there is nothing to do.
fn work() {
    while let Some(job) = next_job() {
        match job {
            Job::Look(code, func) => look_ahead(&code, func),
            // An error is found again, and reported, when the function is called.
            Job::Compile(task) => task.run(),
        }
    }
}

enum Job {
    Look(Weak<Code>, DefinedFuncIndex),
    Compile(Task),
}

/// What a thread does next. When there has been nothing for a while, it is counted out.
fn next_job() -> Option<Job> {
    let mut state = lock(&STATE);
    loop {
        let job = state.take_job();
        if job.is_some() {
            return job;
        }
        state.idle += 1;
        let waited = WORK.wait_timeout(state, PATIENCE);
        let (waiting, outcome) = waited.unwrap_or_else(PoisonError::into_inner);
        state = waiting;
        state.idle -= 1;
        if outcome.timed_out() && state.called.is_empty() && state.tasks.is_empty() {
            state.threads -= 1;
            return None;
        }
    }
}

fn look_ahead(code: &Weak<Code>, func: DefinedFuncIndex) {
    let Some(code) = code.upgrade() else {
        return;
    };
    let found = code.ahead_of(func);
    let in_tables = match lock(&STATE).is_other_module(&code) {
        true => code.ahead_in_tables(),
        false => Vec::new(),
    };
    let mut state = lock(&STATE);
    state.turn += 1;
    let turn = state.turn;
    if state.tasks.len() > MOST_TASKS {
        state.tasks.clear();
    }
    let in_tables = in_tables.into_iter().map(|func| code.task(func, 0));
    let found = found.into_iter().map(|func| code.task(func, turn));
    state.tasks.extend(found.chain(in_tables));
    if state.tasks.len() > 1 {
        state.call_thread();
    }
}

/// Has this thread run elsewhere than on the processor of the one that started it. The system may leave a new
/// thread there for longer than a small program takes, and the two would run by turns.
fn leave_processor(busy: usize) {
    // It is an improvement only, so that whatever is refused does no harm.
    let Ok(all) = sched_getaffinity(None) else {
        return;
    };
    let mut others = all;
    if busy < CpuSet::MAX_CPU {
        others.unset(busy);
    }
    if others.count() > 0 && sched_setaffinity(None, &others).is_ok() {
        let _ = sched_setaffinity(None, &all);
    }
}

/// Processors besides the one that runs the program.
fn spare_processors() -> usize {
    static COUNT: OnceLock<usize> = OnceLock::new();
    *COUNT.get_or_init(|| {
        let all = std::thread::available_parallelism().map_or(1, usize::from);
        (all - 1).min(MOST_THREADS)
    })
}
