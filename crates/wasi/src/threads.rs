//! Threads of a guest: the proposal wasi-threads.
//!
//! A guest starts a thread by `thread-spawn` of the module `wasi`. The thread is a new instance of the
//! guest's module in a store of its own, on a thread of the operating system; the memories that the module imports as
//! shared are what the instances have in common. The thread runs the export `wasi_thread_start`.
//!
//! The first end ends them all: the return of the main thread, or `proc_exit`, a trap or
//! another error in any thread. The others are then interrupted, and the program ends when all of them have.

use crate::errno::Errno;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;
use weft::{
    Caller, Context as _, Engine, Error, ExternType, FuncType, Instance, InterruptHandle, Linker,
    MemoryType, Module, Result, SharedMemory, Store, ValType, bail,
};

/// The import that starts a thread.
const SPAWN: (&str, &str) = ("wasi", "thread-spawn");

/// The export that a thread runs.
const ENTRY: &str = "wasi_thread_start";

const NOT_INSTANTIATED: &str = "the program cannot be instantiated";

/// What the main thread counts as; other threads are numbered from 1.
const MAIN: i32 = 0;

/// Numbers of threads are less than this, by the proposal.
const NUMBERS: i32 = 1 << 29;

/// How often threads that go on after the end are interrupted again.
const AGAIN: Duration = Duration::from_millis(10);

/// How threads of a guest are made.
///
/// ```
/// use weft::{Engine, Linker, Module, Store};
/// use weft_wasi::threads::Threads;
/// use weft_wasi::{Exit, WasiCtx, WasiCtxBuilder};
///
/// let engine = Engine::default();
/// let module = Module::new(&engine, r#"
///     (module
///       (import "env" "memory" (memory 1 1 shared))
///       (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
///       (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
///       (func (export "wasi_thread_start") (param $id i32) (param $argument i32)
///         (call $exit (local.get $argument)))
///       (func (export "_start")
///         (drop (call $spawn (i32.const 7)))
///         (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))))
/// "#)?;
/// let mut linker = Linker::new(&engine);
/// weft_wasi::add_to_linker(&mut linker, |ctx| ctx)?;
/// let mut store = Store::new(&engine, WasiCtxBuilder::new().build());
///
/// let threads = Threads::<WasiCtx>::new(16, |caller| {
///     Store::try_new(caller.engine(), caller.data().for_thread())
/// });
/// let result = threads.run(&linker, &mut store, &module, |store, instance| {
///     instance.get_typed_func::<(), ()>(&mut *store, "_start")?.call(store, ())
/// });
/// assert_eq!(result.unwrap_err().downcast_ref::<Exit>(), Some(&Exit(7)));
/// # Ok::<(), weft::Error>(())
/// ```
pub struct Threads<T: 'static> {
    limit: usize,
    fork: Fork<T>,
    prepare: Prepare<T>,
}

/// Makes the store of a thread.
type Fork<T> = Box<dyn Fn(&mut Caller<'_, T>) -> Result<Store<T>> + Send + Sync>;

/// Defines what belongs to the store of a thread.
type Prepare<T> = Box<dyn Fn(&mut Linker<T>, &mut Store<T>) -> Result<()> + Send + Sync>;

/// The memories that `module` imports as shared: their names and types.
///
/// A module that has any, or that [starts threads](spawns), is for [`Threads::run`].
pub fn shared_memories(module: &Module) -> impl Iterator<Item = (&str, &str, MemoryType)> {
    module.imports().filter_map(|import| match import.ty() {
        ExternType::Memory(ty) if ty.is_shared() => Some((import.module(), import.name(), ty)),
        _ => None,
    })
}

/// Whether `module` imports the function that starts threads.
pub fn spawns(module: &Module) -> bool {
    module
        .imports()
        .any(|import| (import.module(), import.name()) == SPAWN)
}

impl<T: Send + 'static> Threads<T> {
    /// At most `limit` threads at a time beside the main one, with the stores that `fork` makes for them from
    /// that of the thread that starts them. An error of `fork` is one of `thread-spawn` to the guest.
    ///
    /// What limits the main thread's store limits no other: `fork` must set limits anew, and share between
    /// all stores what is limited in sum. A deadline of the main thread's store ends all threads.
    pub fn new(
        limit: usize,
        fork: impl Fn(&mut Caller<'_, T>) -> Result<Store<T>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            limit,
            fork: Box::new(fork),
            prepare: Box::new(|_, _| Ok(())),
        }
    }

    /// Has `prepare` define what belongs to a store, such as instances of other modules, anew for every thread, the main
    /// one included. It sees the shared memories of the program and `thread-spawn` as defined. Its error is one of
    /// [`run`](Self::run), and in another thread than the main one the end of the program.
    #[must_use]
    pub fn prepare(
        self,
        prepare: impl Fn(&mut Linker<T>, &mut Store<T>) -> Result<()> + Send + Sync + 'static,
    ) -> Self {
        Self {
            prepare: Box::new(prepare),
            ..self
        }
    }

    /// Instantiates `module` in `store` and runs `main` with it as the main thread.
    ///
    /// Beside what `linker` defines, which may be nothing that belongs to a store, and what
    /// [`prepare`](Self::prepare) does, the module imports `thread-spawn`, and shared
    /// memories that are made here with their initial size. Whatever else
    /// blocks a thread must obey the interruption of its store, for all threads to end.
    ///
    /// # Errors
    /// Those of preparing, of instantiating and of `main`. When another thread ended the program: how that thread ended, an
    /// [`Exit`](crate::Exit) or another error.
    ///
    /// # Panics
    /// When `main` does.
    pub fn run(
        self,
        linker: &Linker<T>,
        store: &mut Store<T>,
        module: &Module,
        main: impl FnOnce(&mut Store<T>, Instance) -> Result<()>,
    ) -> Result<()> {
        check_entry(module)?;
        let mut linker = linker.clone();
        define_memories(&mut linker, store, module)?;
        let group = Arc::new(Group {
            limit: self.limit,
            fork: self.fork,
            program: OnceLock::new(),
            state: Mutex::default(),
            left: Condvar::new(),
        });
        define_spawn(&mut linker, &group)?;
        let program = group.program.get_or_init(|| Program {
            linker,
            prepare: self.prepare,
            module: module.clone(),
        });
        group.enter(MAIN, store.interrupt_handle());
        let result = catch_unwind(AssertUnwindSafe(|| {
            let instance = program.instantiate(store)?;
            main(store, instance)
        }));
        match result {
            Ok(result) => group.end(result),
            Err(panic) => {
                let _ = group.end(Ok(()));
                resume_unwind(panic)
            }
        }
    }
}

/// Refuses a module that starts threads and does not say what they do.
fn check_entry(module: &Module) -> Result<()> {
    if !spawns(module) {
        return Ok(());
    }
    match module.get_export(ENTRY) {
        Some(ExternType::Func(ty)) if ty.matches(&entry_type(module.engine())) => Ok(()),
        _ => bail!(
            "the module imports `{}` `{}`, but exports no function `{ENTRY}` of two i32",
            SPAWN.0,
            SPAWN.1
        ),
    }
}

fn entry_type(engine: &Engine) -> FuncType {
    FuncType::new(engine, [ValType::I32, ValType::I32], [])
}

/// Makes the shared memories that `module` imports and nothing else defines.
fn define_memories<T>(linker: &mut Linker<T>, store: &mut Store<T>, module: &Module) -> Result<()> {
    for (from, name, ty) in shared_memories(module) {
        if linker.get(&mut *store, from, name).is_none() {
            let memory = SharedMemory::new(module.engine(), ty)?;
            linker.define(&*store, from, name, memory)?;
        }
    }
    Ok(())
}

/// The function knows the group only as long as it runs: the group's linker holds the function.
fn define_spawn<T: Send + 'static>(linker: &mut Linker<T>, group: &Arc<Group<T>>) -> Result<()> {
    let group = Arc::downgrade(group);
    linker.func_wrap(
        SPAWN.0,
        SPAWN.1,
        move |mut caller: Caller<'_, T>, argument: i32| match spawn(&group, &mut caller, argument) {
            Ok(number) => number,
            // The only error that the proposal's C library knows.
            Err(_) => -Errno::Again.number(),
        },
    )?;
    Ok(())
}

fn spawn<T: Send + 'static>(
    group: &Weak<Group<T>>,
    caller: &mut Caller<'_, T>,
    argument: i32,
) -> Result<i32> {
    let Some(group) = group.upgrade() else {
        bail!("the program has ended");
    };
    // Before the fork, which may share out what the store has left.
    group.check_room(&group.lock())?;
    let store = (group.fork)(caller)?;
    let number = group.number(store.interrupt_handle())?;
    let member = group.clone();
    let thread = std::thread::Builder::new().name(format!("wasi-thread-{number}"));
    // The handle is not kept: the group knows when the thread has left.
    match thread.spawn(move || member.run(store, number, argument)) {
        Ok(_) => Ok(number),
        Err(error) => {
            group.leave(number, Ok(()));
            Err(Error::new(error))
        }
    }
}

/// What each thread is an instance of.
struct Program<T: 'static> {
    linker: Linker<T>,
    prepare: Prepare<T>,
    module: Module,
}

impl<T: 'static> Program<T> {
    fn instantiate(&self, store: &mut Store<T>) -> Result<Instance> {
        let mut linker = self.linker.clone();
        (self.prepare)(&mut linker, store)?;
        let instance = linker.instantiate(store, &self.module);
        instance.context(NOT_INSTANTIATED)
    }
}

/// The threads of one guest.
struct Group<T: 'static> {
    limit: usize,
    fork: Fork<T>,
    program: OnceLock<Program<T>>,
    state: Mutex<State>,
    /// Told when a thread leaves.
    left: Condvar,
}

#[derive(Default)]
struct State {
    running: HashMap<i32, InterruptHandle>,
    /// The number given last.
    last: i32,
    /// What the program came to, once it has ended.
    outcome: Option<Result<()>>,
}

impl<T: Send + 'static> Group<T> {
    /// Runs a thread to its end.
    fn run(&self, store: Store<T>, number: i32, argument: i32) {
        // The store goes before the thread has left, so that nothing of it is there when the program has ended.
        let work = AssertUnwindSafe(move || self.call(store, number, argument));
        let result = catch_unwind(work)
            .unwrap_or_else(|_| Err(Error::msg("a host function panicked in a thread")));
        self.leave(number, result);
    }

    fn call(&self, mut store: Store<T>, number: i32, argument: i32) -> Result<()> {
        let Some(program) = self.program.get() else {
            bail!("a thread was started before the program");
        };
        let instance = program.instantiate(&mut store);
        let instance = instance.context("a thread cannot be started")?;
        let entry = instance.get_typed_func::<(i32, i32), ()>(&mut store, ENTRY)?;
        entry.call(&mut store, (number, argument))
    }
}

impl<T> Group<T> {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, number: i32, handle: InterruptHandle) {
        self.lock().running.insert(number, handle);
    }

    /// Refuses a new thread when there are too many or the program has ended.
    fn check_room(&self, state: &State) -> Result<()> {
        if state.outcome.is_some() {
            bail!("the program has ended");
        }
        // The main thread does not count.
        if state.running.len() > self.limit {
            bail!("there are {} threads already", self.limit);
        }
        Ok(())
    }

    /// Takes a new thread in and gives it a number.
    fn number(&self, handle: InterruptHandle) -> Result<i32> {
        let mut state = self.lock();
        self.check_room(&state)?;
        let number = state.next_number();
        state.running.insert(number, handle);
        Ok(number)
    }

    /// A thread has ended; by an error, the program has.
    fn leave(&self, number: i32, result: Result<()>) {
        let mut state = self.lock();
        state.running.remove(&number);
        if result.is_err() {
            state.end(result);
        }
        self.left.notify_all();
    }

    /// The main thread has ended, and with it the program. Waits for the others and says what the program came to.
    fn end(&self, result: Result<()>) -> Result<()> {
        let mut state = self.lock();
        state.running.remove(&MAIN);
        state.end(result);
        while !state.running.is_empty() {
            let waited = self.left.wait_timeout(state, AGAIN);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
            // A host function may have made nothing of the first one.
            state.interrupt();
        }
        state.outcome.take().unwrap_or(Ok(()))
    }
}

impl State {
    /// The next number that no thread has.
    fn next_number(&mut self) -> i32 {
        loop {
            self.last = self.last % (NUMBERS - 1) + 1;
            if !self.running.contains_key(&self.last) {
                return self.last;
            }
        }
    }

    fn end(&mut self, result: Result<()>) {
        if self.outcome.is_none() {
            self.outcome = Some(result);
            self.interrupt();
        }
    }

    fn interrupt(&self) {
        for handle in self.running.values() {
            handle.interrupt();
        }
    }
}

impl<T> std::fmt::Debug for Threads<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Threads")
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_start_again_and_are_unique() {
        let handle = || Store::new(&Engine::default(), ()).interrupt_handle();
        let mut state = State {
            last: NUMBERS - 2,
            ..State::default()
        };
        state.running.insert(1, handle());
        assert_eq!(state.next_number(), NUMBERS - 1);
        assert_eq!(state.next_number(), 2);
    }
}
