//! The identity `node`: what programs for Node find, as far as those around WebAssembly modules use it.
//!
//! The modules `node:…` are scripts of the library (`js`) over a few functions of Rust; which file a specifier means is decided
//! in Rust, see `resolution`. Everything is written from Node's documentation and its behaviour.

mod buffer;
mod builtins;
mod commonjs;
mod crypto;
mod errors;
mod files;
mod fs;
mod graph;
mod http;
mod inspect;
mod lifecycle;
mod loader;
mod module;
mod os;
mod process;
mod resolution;
mod scripts;
mod threads;
mod timers;
mod tty;
mod wasi;

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::agent::Agent;
use crate::library;
use crate::quickjs::{Attributes, Context, Held, JsResult, Key};

pub(crate) use commonjs::{Token, Tokens};
pub(crate) use lifecycle::{drain_ticks, end, take_rejection, take_uncaught};
pub(crate) use loader::{NodeLoader, run_main};
pub(crate) use scripts::SCRIPTS;
pub(crate) use threads::{ThreadStart, run as run_thread};

use files::Files;
use graph::Graph;
use lifecycle::Hooks;
use module::ModuleHooks;
use resolution::Resolver;

/// Globals of the web that Node does not have, and by which glue code tells the two apart.
const FOREIGN: [&str; 9] = [
    "Worker",
    "PromiseRejectionEvent",
    "crossOriginIsolated",
    "addEventListener",
    "removeEventListener",
    "dispatchEvent",
    "reportError",
    "onerror",
    "onunhandledrejection",
];

/// What an agent of this identity has.
#[derive(Default)]
pub(crate) struct Node {
    resolver: Resolver,
    graph: Graph,
    files: Files,
    /// The program's file.
    main: RefCell<PathBuf>,
    /// What a worker has been started with.
    thread: RefCell<Option<Held>>,
    /// What comes after the program's name.
    arguments: RefCell<Vec<String>>,
    /// Functions of `node:process`, when it runs.
    hooks: RefCell<Option<Rc<Hooks>>>,
    /// Functions of `node:module`, when it runs.
    module_hooks: RefCell<Option<Rc<ModuleHooks>>>,
    /// Whether something waits for the end of what runs now, by `process.nextTick`.
    has_ticks: Cell<bool>,
}

impl Node {
    /// The state of the agent, which is of this identity.
    fn of<'js>(context: Context<'js>) -> &'js Self {
        let node = Agent::of(context).node.get();
        node.expect("only programs of this identity come here")
    }

    /// Notes that a job of a promise is over.
    pub(crate) fn end_job(&self) {
        self.graph.end_job();
    }

    /// Lets go of everything of JavaScript, at the agent's end.
    pub(crate) fn clear(&self) {
        self.hooks.take();
        self.thread.take();
        self.module_hooks.take();
    }
}

/// Makes the realm that of a program for Node.
pub(crate) fn install(context: Context<'_>, arguments: &[String]) -> JsResult<()> {
    let agent = Agent::of(context);
    let node = Node {
        resolver: Resolver::new(agent.setup.access.clone()),
        ..Node::default()
    };
    *node.arguments.borrow_mut() = arguments.to_vec();
    let _ = agent.node.set(node);
    agent.events.end_alone();
    let global = context.global();
    global.define(Key::Name("global"), global.clone(), Attributes::METHOD)?;
    for name in FOREIGN {
        global.delete(Key::Name(name))?;
    }
    // What it keeps is what there is before any program.
    library::exports(context, "node:internal/primordials")?;
    library::install_globals(context, scripts::GLOBALS)
}

/// Notes which file the program is, or that of a worker.
fn set_main(context: Context<'_>, path: &Path) {
    let node = Node::of(context);
    node.main.replace(path.to_owned());
    if node.thread.borrow().is_none() {
        node.resolver.granted.replace(path.to_owned());
    }
}

/// Whether a text asks for what only Node gives.
pub(crate) fn is_for_node(text: &str) -> bool {
    commonjs::look(text).is_for_node
}

/// Whether a file belongs to a package that says of which type its files are.
pub(crate) fn has_typed_package(path: &Path) -> bool {
    let path = std::fs::canonicalize(path).unwrap_or_default();
    Resolver::default().has_type(&path)
}
