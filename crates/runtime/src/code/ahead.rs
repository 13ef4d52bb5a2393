//! Compiling what a function calls before it does, on processors that have nothing to do.
//!
//! When a function had to be compiled because it was called, what it calls is likely to be next. Threads look a
//! few calls ahead and compile what they find, the largest first, for that is what the program would wait for
//! longest. A function that is called before its turn is compiled by its caller as ever; so all that can be
//! lost is work of idle processors, and there is a bound to that.

use std::collections::{BinaryHeap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, OnceLock, Weak};

use weft_module::DefinedFuncIndex;

use super::{Code, lock};

/// How many calls away from the function that was called.
const LEVELS: usize = 6;
/// How many functions, for each that was called.
const MOST_FUNCTIONS: usize = 48;
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
}

static STATE: Mutex<State> = Mutex::new(State {
    called: Vec::new(),
    tasks: BinaryHeap::new(),
    turn: 0,
    threads: 0,
});

impl Code {
    /// Has what `func` calls, which is called and has to be compiled itself, compiled by other threads.
    pub(super) fn look_ahead_of(self: &Arc<Self>, func: DefinedFuncIndex) {
        if spare_processors() == 0 {
            return;
        }
        let mut state = lock(&STATE);
        state.called.push((Arc::downgrade(self), func));
        state.start_thread();
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
        while let Some((func, level)) = frontier.pop_front() {
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
    fn start_thread(&mut self) {
        if self.threads == spare_processors() {
            return;
        }
        let thread = std::thread::Builder::new().name("weft-compile".into());
        // Without a thread everything is compiled when it is called.
        self.threads += usize::from(thread.spawn(work).is_ok());
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

/// What a thread does next; without anything it is counted out.
fn next_job() -> Option<Job> {
    let mut state = lock(&STATE);
    let look = state.called.pop().map(|(code, func)| Job::Look(code, func));
    let job = look.or_else(|| state.tasks.pop().map(Job::Compile));
    state.threads -= usize::from(job.is_none());
    job
}

fn look_ahead(code: &Weak<Code>, func: DefinedFuncIndex) {
    let Some(code) = code.upgrade() else {
        return;
    };
    let found = code.ahead_of(func);
    let mut state = lock(&STATE);
    state.turn += 1;
    let turn = state.turn;
    let tasks = found.into_iter().map(|func| code.task(func, turn));
    state.tasks.extend(tasks);
    if state.tasks.len() > 1 {
        state.start_thread();
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
