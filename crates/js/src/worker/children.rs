//! Starting and ending workers.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ffi::CStr;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Instant;

use super::channel::{Port, channel};
use super::control::{Control, PATIENCE};
use super::{Location, Setup, port};
use crate::agent::Agent;
use crate::clone::{self, Message};
use crate::event_loop::Keeps;
use crate::library::native;
use crate::mailbox::{Letter, Mailbox, Sender};
use crate::node::ThreadStart;
use crate::quickjs::{Call, CallKind, Class, Context, ErrorKind, Held, JsResult, Trace, Value};
use crate::report::Report;

/// How many workers an agent may have at a time.
const MAX_WORKERS: usize = 1024;
/// What the stack of a worker's thread may take, in bytes: what the first thread's mostly may.
const STACK: usize = 8 << 20;

/// What a worker is started with.
pub(crate) struct Start {
    pub(crate) setup: Setup,
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
    /// It was to end, and has not: this comes from who started it.
    Overdue,
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
    is_abandoned: bool,
}

impl Children {
    /// Ends all of them, and waits until they have: see [`PATIENCE`].
    pub(crate) fn stop(&self) {
        let children = self.0.take();
        for child in children.values() {
            child.control.terminate();
        }
        let until = Instant::now() + PATIENCE;
        for child in children.into_values() {
            if !child.is_abandoned && child.control.wait(until) {
                // A panic has been reported in its thread.
                let _ = child.thread.join();
            } else {
                child.control.abandon();
            }
        }
    }

    /// Ends one. Says whether that is new.
    fn terminate(&self, receiver: u64) -> bool {
        let children = self.0.borrow();
        children
            .get(&receiver)
            .is_some_and(|child| child.control.terminate())
    }

    fn ended(&self, receiver: u64) {
        let child = self.0.borrow_mut().remove(&receiver);
        if let Some(child) = child {
            let _ = child.thread.join();
        }
    }

    /// Regards a worker as ended. It counts as one of those that run until its thread does end.
    fn abandon(&self, receiver: u64) {
        if let Some(child) = self.0.borrow_mut().get_mut(&receiver) {
            child.is_abandoned = true;
            child.control.abandon();
        }
    }

    fn is_abandoned(&self, receiver: u64) -> bool {
        let children = self.0.borrow();
        children
            .get(&receiver)
            .is_some_and(|child| child.is_abandoned)
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
    native(natives, "terminate", terminate)
}

/// `terminate(worker)`.
fn terminate<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let agent = Agent::of(context);
    let Some(&WorkerObject { receiver }) = call.argument_ref::<WorkerObject>(0) else {
        return Ok(context.undefined());
    };
    if agent.children.terminate(receiver) {
        // It will certainly tell that it has ended, or be overdue.
        agent.events.set_keeps(receiver, Keeps::Busy);
        let look = context.function("", 0, CallKind::Function, overdue)?.hold();
        let worker = call.argument(0).hold();
        agent.events.set_idle_timer(look, vec![worker], PATIENCE);
    }
    Ok(context.undefined())
}

/// Tells the receiver of a worker's news that it could have ended by now.
fn overdue<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    if let Some(worker) = call.argument_ref::<WorkerObject>(0) {
        let mailbox = Agent::of(context).events.mailbox();
        mailbox
            .sender(worker.receiver)
            .send(Box::new(News::Overdue));
    }
    Ok(context.undefined())
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
    // From here, lest its group seems to be over before it has begun.
    let control = Control::new(Mailbox::new(&agent.setup.group));
    let start = Start {
        setup: agent.setup.clone(),
        control: control.clone(),
        location,
        program,
        parent: Parent {
            sender: news,
            code: Cell::new(1),
        },
    };
    let thread = thread::Builder::new().stack_size(STACK);
    let thread = match thread.spawn(move || super::run::run(start)) {
        Ok(thread) => thread,
        Err(error) => {
            control.mailbox().close();
            agent.events.forget(receiver);
            let message = format!("Failed to construct 'Worker': no thread for it: {error}");
            return Err(context.throw_error(ErrorKind::Error, &message));
        }
    };
    if let Some(own) = agent.control() {
        own.adopt(&control);
    }
    let child = Child {
        control,
        thread,
        is_abandoned: false,
    };
    agent.children.0.borrow_mut().insert(receiver, child);
    context.instance(&context.null(), WorkerObject { receiver })
}

/// Passes on what a worker tells: that it has not started without arguments, that it has ended with its code alone.
fn tell(context: Context<'_>, receiver: u64, hear: &Held, letter: Letter) -> JsResult<()> {
    let Ok(news) = letter.downcast::<News>() else {
        return Ok(());
    };
    let agent = Agent::of(context);
    let is_abandoned = agent.children.is_abandoned(receiver);
    let arguments = match *news {
        News::Ended(code) => {
            agent.events.forget(receiver);
            agent.children.ended(receiver);
            vec![context.int(code)]
        }
        News::Overdue => {
            agent.events.set_keeps(receiver, Keeps::Nothing);
            agent.children.abandon(receiver);
            vec![context.int(1)]
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
    // Of one that has been abandoned nothing is heard any more.
    if is_abandoned {
        return Ok(());
    }
    let hear = hear.get(context);
    hear.call(&context.undefined(), &arguments).map(drop)
}
