//! [`Agent`]: one JavaScript heap with one store (§ "Interaction of the WebAssembly Store with JavaScript" of the JavaScript
//! interface), and all that stands between the two.
//!
//! JavaScript re-enters at any point, so nobody owns the store: whoever runs JavaScript *lends* it, and whoever
//! JavaScript calls borrows it from there. See `lent`.

mod exceptions;
mod garbage;
mod host_values;
mod identities;
mod lent;

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use weft::{Engine, InterruptHandle, Tag};

pub(crate) use garbage::{Garbage, Pinned, Root, cost, trace_call, trace_object};
pub(crate) use host_values::{HostValue, HostValues, ImportedFunction};
pub(crate) use identities::{Identities, MemoryKey};
pub(crate) use lent::AgentRef;
use lent::Lent;

use crate::atomics::Waits;
use crate::clone::Platform;
use crate::event_loop::EventLoop;
use crate::library::Library;
use crate::mailbox::Mailbox;
use crate::node::Node;
use crate::quickjs::{Context, Held, JsResult, Thrown, Value};
use crate::realm::Realm;
use crate::shell::{Console, Output};
use crate::timings::Recorder;
use crate::webassembly::memory::Buffers;
use crate::webassembly::{ModuleRecords, SourceLines, SuspendedCalls};
use crate::worker::{self, Children, Control, Location, Setup};

/// Why scripts are to run no more.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Ending {
    /// A script has ended the program with this code.
    Quit(i32),
    /// The time is over, or someone has interrupted it.
    Interrupted,
}

/// The agent: everything that its JavaScript and its wasm share.
pub(crate) struct Agent {
    pub(crate) engine: Engine,
    /// What it has in common with its workers.
    pub(crate) setup: Setup,
    store: Lent,
    realm: RefCell<Option<Rc<Realm>>>,
    pub(crate) identities: Identities,
    /// The buffers of memories.
    pub(crate) buffers: Buffers,
    pub(crate) values: HostValues,
    garbage: Rc<Garbage>,
    pub(crate) events: EventLoop,
    pub(crate) library: Library,
    /// Objects of the library that can be cloned.
    pub(crate) platform: RefCell<Platform>,
    pub(crate) suspended: SuspendedCalls,
    pub(crate) source_lines: SourceLines,
    /// Modules of WebAssembly that scripts have imported.
    pub(crate) modules: ModuleRecords,
    /// Promises of `Atomics.waitAsync`.
    pub(crate) waits: Waits,
    /// Workers that it has started.
    pub(crate) children: Children,
    /// What ends it from outside, if it is a worker.
    control: Option<Arc<Control>>,
    location: RefCell<Location>,
    /// What an agent of the identity `node` has.
    pub(crate) node: OnceCell<Node>,
    /// When it began.
    pub(crate) started: Instant,
    /// The same by the clock on the wall.
    pub(crate) started_at: SystemTime,
    /// The tag of exceptions that are any value of JavaScript.
    pub(crate) js_tag: OnceCell<(Tag, Root)>,
    /// Tells whether scripts are to stop.
    pub(crate) interrupt: OnceCell<InterruptHandle>,
    /// Promises that were rejected and that nobody has handled yet.
    pub(crate) rejected: RefCell<Vec<Held>>,
    /// Where scripts write.
    pub(crate) output: Output,
    pub(crate) console: Console,
    /// Where the times of phases are noted.
    pub(crate) recorder: Recorder,
    /// An exception that nobody deals with: the program ends with it.
    uncaught: RefCell<Option<Held>>,
    ending: Cell<Option<Ending>>,
}

impl Agent {
    /// The first agent of a program.
    pub(crate) fn first(setup: Setup, recorder: Recorder) -> Rc<Self> {
        let mailbox = Mailbox::new(&setup.group);
        Self::new(setup, EventLoop::new(mailbox, false), None, recorder)
    }

    /// A worker.
    pub(crate) fn worker(start: &worker::Start) -> Rc<Self> {
        let events = EventLoop::new(start.control.mailbox().clone(), true);
        let control = Some(start.control.clone());
        let agent = Self::new(start.setup.clone(), events, control, Recorder::default());
        agent.set_location(start.location.clone());
        agent
    }

    fn new(
        setup: Setup,
        events: EventLoop,
        control: Option<Arc<Control>>,
        recorder: Recorder,
    ) -> Rc<Self> {
        Rc::new(Self {
            engine: setup.engine.clone(),
            output: setup.output.clone(),
            setup,
            events,
            control,
            location: RefCell::new(Location::file("/")),
            platform: RefCell::default(),
            suspended: SuspendedCalls::default(),
            source_lines: SourceLines::default(),
            modules: ModuleRecords::default(),
            waits: Waits::default(),
            children: Children::default(),
            store: Lent::default(),
            realm: RefCell::new(None),
            identities: Identities::default(),
            buffers: Buffers::default(),
            values: HostValues::default(),
            library: Library::default(),
            node: OnceCell::new(),
            started: Instant::now(),
            started_at: SystemTime::now(),
            garbage: Rc::default(),
            js_tag: OnceCell::new(),
            interrupt: OnceCell::new(),
            rejected: RefCell::default(),
            console: Console::default(),
            recorder,
            uncaught: RefCell::default(),
            ending: Cell::new(None),
        })
    }

    /// The agent whose realm `context` is.
    pub(crate) fn of<'js>(context: Context<'js>) -> &'js Rc<Self> {
        context.host::<Rc<Self>>()
    }

    pub(crate) fn set_realm(&self, realm: Realm) {
        *self.realm.borrow_mut() = Some(Rc::new(realm));
    }

    /// The realm's own functions and prototypes.
    pub(crate) fn realm(&self) -> Rc<Realm> {
        let realm = self.realm.borrow();
        realm.clone().expect("scripts run in a finished realm")
    }

    /// Lets go of everything of JavaScript.
    pub(crate) fn clear(&self) {
        self.children.stop();
        self.waits.clear();
        self.events.clear();
        self.platform.borrow_mut().clear();
        self.library.clear();
        if let Some(node) = self.node.get() {
            node.clear();
        }
        drop(self.uncaught.take());
        drop(self.rejected.take());
        self.modules.clear();
        self.identities.exceptions.clear();
        self.values.clear();
        self.realm.borrow_mut().take();
    }

    /// What ends it from outside, if it is a worker.
    pub(crate) fn control(&self) -> Option<&Control> {
        self.control.as_deref()
    }

    /// Where its script is.
    pub(crate) fn location(&self) -> Location {
        self.location.borrow().clone()
    }

    pub(crate) fn set_location(&self, location: Location) {
        self.location.replace(location);
    }

    /// Why scripts are to run no more, if they are not.
    pub(crate) fn ending(&self) -> Option<Ending> {
        self.ending.get()
    }

    /// Ends scripts: what this throws nobody catches. The first ending counts.
    pub(crate) fn end(&self, context: Context<'_>, ending: Ending) -> Thrown {
        if self.ending.get().is_none() {
            self.ending.set(Some(ending));
        }
        context.throw_uncatchable("the script has been ended")
    }

    /// Ends the program after this task with an exception that nobody deals with. The first one counts.
    pub(crate) fn end_uncaught(&self, exception: Value<'_>) {
        let mut uncaught = self.uncaught.borrow_mut();
        if uncaught.is_none() {
            *uncaught = Some(exception.hold());
        }
    }

    /// Throws what the program is to end with, if it is.
    pub(crate) fn throw_uncaught(&self, context: Context<'_>) -> JsResult<()> {
        let uncaught = self.uncaught.take();
        match uncaught {
            None => Ok(()),
            Some(exception) => Err(context.throw(exception.get(context))),
        }
    }

    /// Whether QuickJS shall stop. Called in the midst of a script.
    pub(crate) fn shall_stop(&self) -> bool {
        let interrupt = self.interrupt.get();
        let asked = interrupt.is_some_and(InterruptHandle::is_interrupted)
            || self
                .control
                .as_ref()
                .is_some_and(|control| control.is_terminated());
        if self.ending.get().is_none() && asked {
            self.ending.set(Some(Ending::Interrupted));
        }
        self.ending.get().is_some()
    }

    /// Does what is due whenever wasm has run and JavaScript is next: views of memories that have grown are renewed, and bindings of
    /// globals.
    pub(crate) fn after_wasm(&self, context: Context<'_>) -> JsResult<()> {
        crate::webassembly::memory::refresh(self, context)?;
        self.modules.refresh(context)
    }
}
