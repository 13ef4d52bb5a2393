//! Starting and ending workers.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ffi::CStr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use weft::InterruptHandle;

use super::channel::{Port, channel};
use super::{Location, Setup, port};
use crate::agent::Agent;
use crate::clone::{self, Message};
use crate::event_loop::Keeps;
use crate::library::native;
use crate::mailbox::{Letter, Mailbox, Sender};
use crate::node::ThreadStart;
use crate::quickjs::{Call, Class, Context, ErrorKind, Held, JsResult, Trace, Value};
use crate::report::Report;

/// How many workers an agent may have at a time.
const MAX_WORKERS: usize = 1024;
/// What the stack of a worker's thread may take, in bytes: what the first thread's mostly may.
const STACK: usize = 8 << 20;

/// What a worker is started with.
pub(crate) struct Start {
    pub(crate) setup: Setup,
    pub(crate) mailbox: Arc<Mailbox>,
    pub(crate) control: Arc<Control>,
    pub(crate) location: Location,
    pub(crate) program: Program,
    pub(crate) parent: Parent,
}

/// What a worker runs.
pub(crate) enum Program {
    /// A script of the web.
    Script {
        is_module: bool,
        name: String,
        /// Its end of the channel to who started it.
        port: Port,
    },
    /// A program for Node.
    Node(Box<ThreadStart>),
}

/// Ends a worker from other threads.
#[derive(Default)]
pub(crate) struct Control {
    is_terminated: AtomicBool,
    interrupt: Mutex<Option<InterruptHandle>>,
}

impl Control {
    /// Whether it is to end.
    pub(crate) fn is_terminated(&self) -> bool {
        self.is_terminated.load(Ordering::SeqCst)
    }

    /// Gives it what interrupts the worker.
    pub(crate) fn attach(&self, handle: InterruptHandle) {
        let mut interrupt = self
            .interrupt
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if self.is_terminated() {
            handle.interrupt();
        }
        *interrupt = Some(handle);
    }

    fn terminate(&self) {
        self.is_terminated.store(true, Ordering::SeqCst);
        let interrupt = self
            .interrupt
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(interrupt) = &*interrupt {
            interrupt.interrupt();
        }
    }
}

/// Tells who started a worker what becomes of it: at last that it has ended, when this is dropped.
pub(crate) struct Parent {
    sender: Sender,
    /// The code that it ends with.
    code: Cell<i32>,
}

/// What a worker tells.
enum News {
    /// An exception that nobody there has dealt with.
    Uncaught {
        error: Option<Message>,
        message: String,
        place: Option<(String, usize, usize)>,
    },
    /// Its script cannot be had.
    NotStarted,
    /// It has ended with this code.
    Ended(i32),
}

impl Parent {
    /// Tells of an exception that nobody has dealt with.
    pub(crate) fn uncaught(&self, exception: &Value<'_>) {
        self.uncaught_as(exception, exception);
    }

    /// The same, with `sent` in place of the exception.
    pub(crate) fn uncaught_as(&self, exception: &Value<'_>, sent: &Value<'_>) {
        let context = exception.context();
        let report = Report::new(exception);
        // What cannot be cloned is told in words.
        let error = clone::write(sent, &[]);
        let error = error.map_err(|thrown| drop(context.catch(thrown)));
        let place = report.place();
        self.sender.send(Box::new(News::Uncaught {
            error: error.ok(),
            message: format!("Uncaught {}", report.message()),
            place: place.map(|(file, line, column)| (file.to_owned(), line, column)),
        }));
    }

    /// Tells that there is no script.
    pub(crate) fn not_started(&self) {
        self.sender.send(Box::new(News::NotStarted));
    }

    /// Notes with which code the worker ends, if it has one. Without, it is 1.
    pub(crate) fn ends_with(&self, code: i32) {
        self.code.set(code);
    }
}

impl Drop for Parent {
    fn drop(&mut self) {
        self.sender.send(Box::new(News::Ended(self.code.get())));
    }
}

/// The workers that an agent has started, by the receivers of their news.
#[derive(Default)]
pub(crate) struct Children(RefCell<HashMap<u64, Child>>);

struct Child {
    control: Arc<Control>,
    thread: JoinHandle<()>,
}

impl Children {
    /// Ends all of them, and waits until they have.
    pub(crate) fn stop(&self) {
        let children = self.0.take();
        for child in children.values() {
            child.control.terminate();
        }
        for child in children.into_values() {
            // A panic has been reported in its thread.
            let _ = child.thread.join();
        }
    }

    fn ended(&self, receiver: u64) {
        let child = self.0.borrow_mut().remove(&receiver);
        if let Some(child) = child {
            let _ = child.thread.join();
        }
    }
}

/// The instance of Rust behind a `Worker`.
struct WorkerObject {
    receiver: u64,
}

// SAFETY: it holds nothing of JavaScript.
unsafe impl Trace for WorkerObject {}

impl Class for WorkerObject {
    const NAME: &'static CStr = c"Worker";
}

pub(super) fn natives(natives: &Value<'_>) -> JsResult<()> {
    super::port::natives(natives)?;
    native(natives, "spawn", spawn)?;
    control_natives(natives)
}

/// Functions for workers that run: `terminate(worker)` and `keepWorker(worker, isAwaited)`.
pub(crate) fn control_natives(natives: &Value<'_>) -> JsResult<()> {
    native(natives, "keepWorker", |call| {
        let context = call.context();
        if let Some(worker) = call.argument_ref::<WorkerObject>(0) {
            let keeps = Keeps::idle_if(call.argument(1).to_boolean());
            Agent::of(context).events.set_keeps(worker.receiver, keeps);
        }
        Ok(context.undefined())
    })?;
    native(natives, "terminate", |call| {
        let context = call.context();
        if let Some(worker) = call.argument_ref::<WorkerObject>(0) {
            let agent = Agent::of(context);
            if let Some(child) = agent.children.0.borrow().get(&worker.receiver) {
                child.control.terminate();
                // It will certainly tell that it has ended.
                agent.events.set_keeps(worker.receiver, Keeps::Busy);
            }
        }
        Ok(context.undefined())
    })
}

/// `spawn(url, isModule, name, hear)`: starts a worker and gives the port to it and its handle.
fn spawn<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let agent = Agent::of(context);
    let url = call.argument(0).to_text()?;
    let Some(location) = agent.location().join(&url) else {
        let message = format!("Failed to construct 'Worker': '{url}' is not a valid URL here.");
        return Err(context.throw_dom("SyntaxError", &message));
    };
    let (outside, inside) = channel();
    let program = Program::Script {
        is_module: call.argument(1).to_boolean(),
        name: call.argument(2).to_text()?,
        port: inside,
    };
    let worker = start(context, location, program, call.argument(3).hold())?;
    context.array([port::wrap(context, outside)?, worker])
}

/// Starts a worker and gives its handle. `hear` is called with what it tells: see [`tell`].
pub(crate) fn start(
    context: Context<'_>,
    location: Location,
    program: Program,
    hear: Held,
) -> JsResult<Value<'_>> {
    let agent = Agent::of(context);
    if agent.children.0.borrow().len() >= MAX_WORKERS {
        return Err(context.throw_error(
            ErrorKind::Error,
            "Failed to construct 'Worker': there are too many already",
        ));
    }
    let news = agent
        .events
        .receive(Keeps::Idle, move |context, receiver, letter| {
            tell(context, receiver, &hear, letter)
        });
    let receiver = news.receiver();
    let control = Arc::<Control>::default();
    let start = Start {
        setup: agent.setup.clone(),
        // From here, lest its group seems to be over before it has begun.
        mailbox: Mailbox::new(&agent.setup.group),
        control: control.clone(),
        location,
        program,
        parent: Parent {
            sender: news,
            code: Cell::new(1),
        },
    };
    let mailbox = start.mailbox.clone();
    let thread = thread::Builder::new().stack_size(STACK);
    let thread = match thread.spawn(move || super::run::run(start)) {
        Ok(thread) => thread,
        Err(error) => {
            mailbox.close();
            agent.events.forget(receiver);
            let message = format!("Failed to construct 'Worker': no thread for it: {error}");
            return Err(context.throw_error(ErrorKind::Error, &message));
        }
    };
    let child = Child { control, thread };
    agent.children.0.borrow_mut().insert(receiver, child);
    context.instance(&context.null(), WorkerObject { receiver })
}

/// Passes on what a worker tells: that it has not started without arguments, that it has ended with its code alone.
fn tell(context: Context<'_>, receiver: u64, hear: &Held, letter: Letter) -> JsResult<()> {
    let Ok(news) = letter.downcast::<News>() else {
        return Ok(());
    };
    let agent = Agent::of(context);
    let arguments = match *news {
        News::Ended(code) => {
            agent.events.forget(receiver);
            agent.children.ended(receiver);
            vec![context.int(code)]
        }
        News::NotStarted => Vec::new(),
        News::Uncaught {
            error,
            message,
            place,
        } => {
            let cloned = error.map(|error| clone::read(context, &error));
            let error = match cloned {
                Some(Ok(received)) => received.value,
                Some(Err(thrown)) => context.catch(thrown),
                None => context.new_error(ErrorKind::Error, &message)?,
            };
            let (file, line, column) = place.unwrap_or_default();
            vec![
                error,
                context.string(&message)?,
                context.string(&file)?,
                context.number(line as f64),
                context.number(column as f64),
            ]
        }
    };
    let hear = hear.get(context);
    hear.call(&context.undefined(), &arguments).map(drop)
}
