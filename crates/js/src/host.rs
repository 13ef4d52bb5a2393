//! [`Host`]: an agent with its scripts, from the first to the end of its event loop.

use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use weft::host::blocking;
use weft::{Engine, InterruptHandle, ResourceLimiter, Store};

use crate::access::Access;
use crate::agent::{Agent, AgentRef, Ending};
use crate::event_loop::{Next, Timer};
use crate::identity::Identity;
use crate::library;
use crate::loader::{self, FileLoader};
use crate::node::{self, Node, NodeLoader};
use crate::quickjs::{
    Compiled, Context, HeapBudget, JsResult, Key, PromiseState, Runtime, Thrown, Value,
};
use crate::realm::Realm;
use crate::report::Report;
use crate::shell::{self, Output};
use crate::timings::{Recorder, Timings};
use crate::web;
use crate::webassembly;
use crate::worker::{self, Location, Setup};

/// How a host is set up.
pub struct HostOptions {
    /// As what the host shows itself.
    pub identity: Identity,
    /// What scripts see as `arguments` and `scriptArgs`, or after the first two of `process.argv`.
    pub arguments: Vec<String>,
    /// Where `print` and `console` write.
    pub output: Output,
    /// What scripts may use of the machine.
    pub access: Access,
    /// Whether to measure how long the phases of WebAssembly take, but for those in workers.
    pub timings: bool,
    /// Makes what is asked before memories and tables are made or grow: one for the host, and one for each worker that it starts.
    pub limiter: Option<LimiterFactory>,
    /// The most bytes that the heaps of JavaScript may take, those of all workers together.
    pub max_heap: Option<usize>,
}

/// Makes a limiter. Workers call it in their own threads.
pub type LimiterFactory = Arc<dyn Fn() -> Box<dyn ResourceLimiter> + Send + Sync>;

impl Default for HostOptions {
    /// No arguments, the process's own output, files and network, and no limits but the engine's.
    fn default() -> Self {
        Self {
            arguments: Vec::new(),
            output: Output::process(),
            access: Access::default(),
            timings: false,
            limiter: None,
            max_heap: None,
            identity: Identity::Shell,
        }
    }
}

/// How scripts have ended.
#[derive(Debug)]
pub enum Outcome {
    /// Nothing was left to do.
    Finished,
    /// A script has ended the program with this code.
    Quit(i32),
    /// Somebody has interrupted it, or its time was over.
    Interrupted,
    /// An exception that nobody caught, or a rejection that nobody handled.
    Uncaught(Box<Report>),
}

/// An agent: one thread, one heap of JavaScript, one store of wasm, and a queue of tasks.
pub struct Host {
    agent: Rc<Agent>,
    /// Before the store, over whose memories its buffers are. `None` only while it is dropped.
    runtime: Option<Runtime>,
    store: Store<AgentRef>,
    identity: Identity,
}

impl Host {
    /// An agent without scripts.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn new(engine: &Engine, options: HostOptions) -> weft::Result<Self> {
        let mut setup = Setup::new(engine, options.output, options.access);
        setup.limiter = options.limiter;
        setup.heap = options.max_heap.map(HeapBudget::new);
        let mut host = Self::of(
            Agent::first(setup, Recorder::new(options.timings)),
            options.identity,
        )?;
        let installed = host.enter(|_, context| {
            let installed = match options.identity {
                Identity::Shell => shell::install(context, &options.arguments),
                Identity::Node => node::install(context, &options.arguments),
                Identity::Worker => Ok(()),
            };
            installed.map_err(|thrown| drop(context.catch(thrown)))
        });
        installed.map_err(|()| no_memory())?;
        Ok(host)
    }

    /// With what every identity has.
    pub(crate) fn of(agent: Rc<Agent>, identity: Identity) -> weft::Result<Self> {
        let runtime = Runtime::new(agent.setup.heap.clone()).ok_or_else(no_memory)?;
        let core = runtime.core().clone();
        let mut store = Store::try_new(
            &agent.engine,
            AgentRef {
                agent: agent.clone(),
                core: core.clone(),
                limiter: None,
            },
        )?;
        weft::host::weak_handles(&mut store);
        if let Some(limiter) = &agent.setup.limiter {
            store.data_mut().limiter = Some(limiter());
            store.limiter(|data| match &mut data.limiter {
                Some(limiter) => &mut **limiter,
                None => unreachable!("set just now, and never taken"),
            });
        }
        let _ = agent.interrupt.set(store.interrupt_handle());
        core.set_host(Box::new(agent.clone()));
        let asked = Rc::downgrade(&agent);
        core.set_interrupt(Box::new(move || {
            asked.upgrade().is_some_and(|agent| agent.shall_stop())
        }));
        core.set_loader(match identity {
            Identity::Shell | Identity::Worker => Box::new(FileLoader),
            Identity::Node => Box::new(NodeLoader),
        });
        core.set_rejection_tracker(Box::new(shell::Rejections));
        let mut host = Self {
            agent,
            runtime: Some(runtime),
            store,
            identity,
        };
        let prepared = host.enter(|agent, context| {
            let prepared = Realm::new(context).and_then(|realm| {
                agent.set_realm(realm);
                shell::install_common(context)?;
                library::install(context)?;
                if identity != Identity::Node {
                    shell::install_scope(context)?;
                }
                worker::install(context)
            });
            prepared.map_err(|thrown| drop(context.catch(thrown)))
        });
        prepared.map_err(|()| no_memory())?;
        Ok(host)
    }

    /// How long the phases of WebAssembly have taken so far, if the options ask for it.
    pub fn timings(&self) -> Option<Timings> {
        self.agent.recorder.timings()
    }

    /// Something that ends scripts from another thread.
    pub fn interrupt_handle(&self) -> InterruptHandle {
        self.store.interrupt_handle()
    }

    /// Ends scripts that still run after this time, at the next step of one that looks for it: what is a single step to the JavaScript
    /// engine, such as turning round an object that says it is an array of 2⁵³ items, is finished first. For a worker nobody waits that
    /// long: a second after it was to end it is left to itself, and its thread ends with its step, or with the process.
    pub fn set_timeout(&mut self, timeout: Duration) {
        self.store.set_timeout(timeout);
    }

    /// Runs the script or module in a file, and then everything that it has left to do.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn run_file(&mut self, path: &Path) -> weft::Result<Outcome> {
        // Whoever starts a script lets it be read.
        let source = loader::read_text(&Access::default(), path).map_err(weft::Error::msg)?;
        if self.agent.node.get().is_some() {
            return Ok(self.run(|context| {
                let name = loader::name_of(path);
                Agent::of(context).set_location(Location::file(&name));
                node::run_main(context, path)
            }));
        }
        let name = loader::name_of(path);
        Ok(self.run_source(&source, &name))
    }

    /// The same for a source text; whether it is a module depends on its name and text.
    pub fn run_source(&mut self, source: &str, name: &str) -> Outcome {
        let identity = self.identity;
        self.run(|context| {
            Agent::of(context).set_location(Location::file(name));
            let (code, kind) = compile(context, source, name)?;
            if identity == Identity::Worker {
                worker::begin(context, None, "", kind == Kind::Module)?;
            }
            let value = context.run(code)?;
            Ok((kind == Kind::Module).then_some(value))
        })
    }

    /// Runs what `start` starts; of a module it gives the promise.
    fn run(
        &mut self,
        start: impl for<'js> FnOnce(Context<'js>) -> JsResult<Option<Value<'js>>>,
    ) -> Outcome {
        self.enter(|agent, context| {
            agent.events.mailbox().resume();
            let result = run_all(agent, context, start);
            let outcome = outcome(agent, context, result);
            agent.children.stop();
            outcome
        })
    }

    pub(crate) fn enter<R>(
        &mut self,
        body: impl for<'js> FnOnce(&Rc<Agent>, Context<'js>) -> R,
    ) -> R {
        let agent = self.agent.clone();
        let runtime = self.runtime.as_ref().expect("a host has a runtime");
        let core = runtime.core().clone();
        let result = agent.lend(&mut self.store, || {
            core.enter(|context| body(&agent, context))
        });
        core.resume_panic();
        result
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.agent.clear();
        self.runtime.take();
        if self.agent.control().is_none() {
            self.agent.events.mailbox().close();
        }
    }
}

fn no_memory() -> weft::Error {
    weft::Error::msg("there is no memory for a JavaScript heap")
}

/// What a source text is.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Kind {
    Script,
    Module,
}

/// A source text is a module if its name ends in `.mjs`, or if it is one and no script.
fn compile<'js>(
    context: Context<'js>,
    source: &str,
    name: &str,
) -> JsResult<(Compiled<'js>, Kind)> {
    let module = || Ok((context.compile_module(source, name)?, Kind::Module));
    if name.ends_with(".mjs") {
        return module();
    }
    let fault = match context.compile_script(source, name) {
        Ok(code) => return Ok((code, Kind::Script)),
        Err(thrown) => context.catch(thrown),
    };
    module().map_err(|thrown| {
        let other = context.catch(thrown);
        // What is neither has the faults of a script. What is a module may import one that is not there.
        match is_syntax_error(&other) {
            true => context.throw(fault),
            false => context.throw(other),
        }
    })
}

fn is_syntax_error(error: &Value<'_>) -> bool {
    let name = error.get(Key::Name("name"));
    let name = name.map_err(|thrown| drop(error.context().catch(thrown)));
    name.is_ok_and(|name| name.to_text().is_ok_and(|name| name == "SyntaxError"))
}

/// What a result at the top means.
fn outcome<'js>(agent: &Agent, context: Context<'js>, result: JsResult<i32>) -> Outcome {
    let mut code = 0;
    let uncaught = match result {
        Ok(given) => {
            code = given;
            None
        }
        Err(thrown) => Some(context.catch(thrown)),
    };
    match agent.ending() {
        Some(Ending::Quit(code)) => return Outcome::Quit(code),
        Some(Ending::Interrupted) => return Outcome::Interrupted,
        None => {}
    }
    match uncaught {
        None if code != 0 => Outcome::Quit(code),
        None => Outcome::Finished,
        Some(exception) if webassembly::is_ending(&exception) => Outcome::Interrupted,
        Some(exception) => Outcome::Uncaught(Box::new(Report::new(&exception))),
    }
}

/// Runs what `start` starts, and everything that is left to do then; gives the code of a program that has one.
pub(crate) fn run_all<'js>(
    agent: &Agent,
    context: Context<'js>,
    start: impl FnOnce(Context<'js>) -> JsResult<Option<Value<'js>>>,
) -> JsResult<i32> {
    let started = start(context);
    let started = started.or_else(|thrown| report(agent, context, thrown).map(|()| None));
    run_to_end(agent, context, started?.as_ref())
}

/// Runs everything that is left to do, and gives the code of a program that has one.
fn run_to_end<'js>(
    agent: &Agent,
    context: Context<'js>,
    module: Option<&Value<'js>>,
) -> JsResult<i32> {
    // A module is a job itself, so what it has queued comes before what else it has left to do.
    while module.is_some() && run_job(agent, context)? {}
    run_events(agent, context)?;
    let state = module.and_then(Value::promise_state);
    if let Some((PromiseState::Rejected, reason)) = state {
        // A module that still waits when nothing can happen any more has ended all the same.
        return Err(context.throw(reason));
    }
    match agent.node.get() {
        None => Ok(0),
        Some(_) => node::end(context, module, || run_events(agent, context)),
    }
}

/// Runs tasks until none is left that could come, and says whether there was one.
fn run_events(agent: &Agent, context: Context<'_>) -> JsResult<bool> {
    let mut has_run = false;
    while turn(agent, context)? {
        has_run = true;
    }
    Ok(has_run)
}

/// Runs the next task with the jobs that came before it. False when none is left that could come.
pub(crate) fn turn(agent: &Agent, context: Context<'_>) -> JsResult<bool> {
    run_jobs(agent, context)?;
    agent.throw_uncaught(context)?;
    let done = match agent.events.next() {
        Next::Task(task) => {
            agent.collect_if_due(context);
            task(context)
        }
        Next::Timer(timer) => call_timer(agent, context, timer),
        Next::Wait(until) => wait(agent, context, until, false),
        Next::Idle(until) => wait(agent, context, until, true),
        Next::End => return Ok(false),
    };
    done.or_else(|thrown| report(agent, context, thrown))?;
    Ok(true)
}

/// Runs the jobs of promises ("perform a microtask checkpoint"), and looks for rejections that nobody handles.
fn run_jobs(agent: &Agent, context: Context<'_>) -> JsResult<()> {
    loop {
        if agent.node.get().is_some() {
            node::drain_ticks(context).or_else(|thrown| report(agent, context, thrown))?;
        }
        while run_job(agent, context)? {
            check(agent, context)?;
        }
        check(agent, context)?;
        if agent.node.get().is_some_and(Node::has_ticks) {
            continue;
        }
        agent.values.release();
        let Some(promise) = agent.rejected.borrow_mut().pop() else {
            return Ok(());
        };
        let promise = promise.get(context);
        if let Some((PromiseState::Rejected, reason)) = promise.promise_state()
            && !report_rejection(agent, &promise, &reason)?
        {
            return Err(context.throw(reason));
        }
    }
}

/// Runs the next job, if there is one, and says whether there was.
fn run_job(agent: &Agent, context: Context<'_>) -> JsResult<bool> {
    let run = context.core().run_job(context);
    if let Some(node) = agent.node.get() {
        node.end_job();
    }
    run.or_else(|thrown| report(agent, context, thrown).map(|()| true))
}

/// Gives an exception to the program in the way of its identity. What it does not deal with comes back.
fn report(agent: &Agent, context: Context<'_>, thrown: Thrown) -> JsResult<()> {
    match agent.node.get() {
        None => web::report(context, thrown),
        Some(_) => node::take_uncaught(context, thrown),
    }
}

/// The same for a rejection; gives whether the program has dealt with it.
fn report_rejection<'js>(
    agent: &Agent,
    promise: &Value<'js>,
    reason: &Value<'js>,
) -> JsResult<bool> {
    match agent.node.get() {
        None => web::report_rejection(promise, reason),
        Some(_) => node::take_rejection(promise, reason),
    }
}

/// Stops when scripts have been ended. An asynchronous function turns the end of a script into a rejection.
fn check(agent: &Agent, context: Context<'_>) -> Result<(), Thrown> {
    match agent.shall_stop() {
        true => Err(agent.end(context, Ending::Interrupted)),
        false => Ok(()),
    }
}

fn call_timer(agent: &Agent, context: Context<'_>, timer: Timer) -> JsResult<()> {
    let function = timer.function.get(context);
    let arguments: Vec<Value<'_>> = timer
        .arguments
        .iter()
        .map(|argument| argument.get(context))
        .collect();
    function.call(&context.undefined(), &arguments)?;
    if let Some(every) = timer.every
        && agent.events.is_set(timer.id)
    {
        agent.events.add_timer(timer, every);
    }
    Ok(())
}

/// Waits for other threads or the next timer, unless scripts are ended meanwhile.
fn wait(
    agent: &Agent,
    context: Context<'_>,
    until: Option<Instant>,
    is_idle: bool,
) -> JsResult<()> {
    let mailbox = agent.events.mailbox();
    let waker = mailbox.clone();
    let waker: weft::host::Waker = Arc::new(move || waker.wake());
    agent.with_store(|store| blocking(&store, waker, || mailbox.wait(until, is_idle)));
    check(agent, context)
}
