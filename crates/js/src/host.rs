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
use crate::library;
use crate::loader::{self, FileLoader};
use crate::quickjs::{Compiled, Context, JsResult, Key, PromiseState, Runtime, Thrown, Value};
use crate::realm::Realm;
use crate::report::Report;
use crate::shell::{self, Output};
use crate::timings::{Recorder, Timings};
use crate::web;
use crate::webassembly;

/// How a host is set up.
pub struct HostOptions {
    /// What scripts see as `arguments` and `scriptArgs`.
    pub arguments: Vec<String>,
    /// Where `print` and `console` write.
    pub output: Output,
    /// What scripts may use of the machine.
    pub access: Access,
    /// Whether to measure how long the phases of WebAssembly take.
    pub timings: bool,
    /// What is asked before memories and tables are made or grow.
    pub limiter: Option<Box<dyn ResourceLimiter>>,
    /// The most bytes that the heap of JavaScript may take.
    pub max_heap: Option<usize>,
}

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
        }
    }
}

/// How scripts have ended.
#[derive(Debug)]
pub enum Outcome {
    /// Nothing was left to do.
    Finished,
    /// A script has called `quit` with this code.
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
}

impl Host {
    /// An agent without scripts.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn new(engine: &Engine, options: HostOptions) -> weft::Result<Self> {
        let no_memory = || weft::Error::msg("there is no memory for a JavaScript heap");
        let runtime = Runtime::new().ok_or_else(no_memory)?;
        if let Some(bytes) = options.max_heap {
            runtime.set_heap_limit(bytes);
        }
        let core = runtime.core().clone();
        let recorder = Recorder::new(options.timings);
        let agent = Agent::new(engine, options.output, options.access, recorder);
        let mut store = Store::try_new(
            engine,
            AgentRef {
                agent: agent.clone(),
                core: core.clone(),
                limiter: None,
            },
        )?;
        if let Some(limiter) = options.limiter {
            store.data_mut().limiter = Some(limiter);
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
        core.set_loader(Box::new(FileLoader {
            access: agent.access.clone(),
        }));
        core.set_rejection_tracker(Box::new(shell::Rejections));
        let mut host = Self {
            agent,
            runtime: Some(runtime),
            store,
        };
        let prepared = host.enter(|agent, context| {
            let prepared = Realm::new(context).and_then(|realm| {
                agent.set_realm(realm);
                shell::install(context, &options.arguments)?;
                library::install(context)
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

    /// Ends scripts that still run after this time.
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
        let name = loader::name_of(path);
        Ok(self.run_source(&source, &name))
    }

    /// The same for a source text; whether it is a module depends on its name and text.
    pub fn run_source(&mut self, source: &str, name: &str) -> Outcome {
        self.enter(|agent, context| {
            if name.starts_with('/') {
                agent.base.replace(Some(loader::url_of(name)));
            }
            let started = compile(context, source, name).and_then(|(code, kind)| {
                let value = context.run(code)?;
                Ok((kind == Kind::Module).then(|| value.hold()))
            });
            let started = started.or_else(|thrown| web::report(context, thrown).map(|()| None));
            let result = started.and_then(|module| {
                run_events(agent, context)?;
                // A module that still waits when nothing can happen any more has ended all the same.
                match module.and_then(|module| module.get(context).promise_state()) {
                    Some((PromiseState::Rejected, reason)) => Err(context.throw(reason)),
                    _ => Ok(()),
                }
            });
            outcome(agent, context, result)
        })
    }

    fn enter<R>(&mut self, body: impl for<'js> FnOnce(&Rc<Agent>, Context<'js>) -> R) -> R {
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
    }
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
fn outcome<'js>(agent: &Agent, context: Context<'js>, result: JsResult<()>) -> Outcome {
    let uncaught = match result {
        Ok(()) => None,
        Err(thrown) => Some(context.catch(thrown)),
    };
    match agent.ending() {
        Some(Ending::Quit(code)) => return Outcome::Quit(code),
        Some(Ending::Interrupted) => return Outcome::Interrupted,
        None => {}
    }
    match uncaught {
        None => Outcome::Finished,
        Some(exception) if webassembly::is_ending(&exception) => Outcome::Interrupted,
        Some(exception) => Outcome::Uncaught(Box::new(Report::new(&exception))),
    }
}

/// Runs tasks until none is left that could come.
fn run_events(agent: &Agent, context: Context<'_>) -> JsResult<()> {
    loop {
        run_jobs(agent, context)?;
        agent.throw_uncaught(context)?;
        let done = match agent.events.next() {
            Next::Task(task) => task(context),
            Next::Timer(timer) => call_timer(agent, context, timer),
            Next::Wait(until) => wait(agent, context, until),
            Next::End => return Ok(()),
        };
        done.or_else(|thrown| web::report(context, thrown))?;
    }
}

/// Runs the jobs of promises ("perform a microtask checkpoint"), and looks for rejections that nobody handles.
fn run_jobs(agent: &Agent, context: Context<'_>) -> JsResult<()> {
    loop {
        while run_job(context)? {
            check(agent, context)?;
        }
        check(agent, context)?;
        agent.values.release();
        let Some(promise) = agent.rejected.borrow_mut().pop() else {
            return Ok(());
        };
        let promise = promise.get(context);
        if let Some((PromiseState::Rejected, reason)) = promise.promise_state()
            && !web::report_rejection(&promise, &reason)?
        {
            return Err(context.throw(reason));
        }
    }
}

/// Runs the next job, if there is one, and says whether there was.
fn run_job(context: Context<'_>) -> JsResult<bool> {
    let run = context.core().run_job(context);
    run.or_else(|thrown| web::report(context, thrown).map(|()| true))
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
fn wait(agent: &Agent, context: Context<'_>, until: Option<Instant>) -> JsResult<()> {
    let done = agent.events.done().clone();
    let waker = done.clone();
    let waker: weft::host::Waker = Arc::new(move || waker.wake());
    agent.with_store(|store| blocking(&store, waker, || done.wait(until)));
    check(agent, context)
}
