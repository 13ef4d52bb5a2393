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
mod inspect;
mod lifecycle;
mod loader;
mod module;
mod os;
mod process;
mod resolution;
mod scripts;
mod timers;
mod tty;

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::agent::Agent;
use crate::library;
use crate::quickjs::{Attributes, Context, JsResult, Key};

pub(crate) use commonjs::{Token, Tokens};
pub(crate) use lifecycle::{drain_ticks, end, take_rejection, take_uncaught};
pub(crate) use loader::{NodeLoader, run_main};
pub(crate) use scripts::SCRIPTS;

use files::Files;
use lifecycle::Hooks;
use module::ModuleHooks;
use resolution::Resolver;

/// Globals of the web that Node does not have, and by which glue code tells the two apart.
const FOREIGN: [&str; 6] = [
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
    files: Files,
    /// The program's file.
    main: RefCell<PathBuf>,
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

    /// Lets go of everything of JavaScript, at the agent's end.
    pub(crate) fn clear(&self) {
        self.hooks.take();
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
    let global = context.global();
    global.define(Key::Name("global"), global.clone(), Attributes::METHOD)?;
    for name in FOREIGN {
        global.delete(Key::Name(name))?;
    }
    library::install_globals(context, scripts::GLOBALS)
}

/// Notes which file the program is.
fn set_main(context: Context<'_>, path: &Path) {
    *Node::of(context).main.borrow_mut() = path.to_owned();
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
