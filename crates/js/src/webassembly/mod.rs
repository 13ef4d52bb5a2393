//! The `WebAssembly` namespace: one file for each interface of the JavaScript interface of WebAssembly (document/js-api/index.bs of the
//! specification), whose steps are the comments.
//!
//! What a step calls ToWebAssemblyValue and ToJSValue is in `values`, what can go wrong in `errors`.

pub(crate) mod buffer_guard;
mod builtins;
mod direct;
mod errors;
mod esm;
mod exception;
mod function;
mod gc_object;
mod global;
mod host_function;
mod imports;
mod instance;
pub(crate) mod memory;
pub(crate) mod module;
mod namespace;
mod options;
mod promising;
mod stack;
mod streaming;
mod suspending;
mod table;
mod tag;
mod values;

use crate::quickjs::{Context, Held};

pub(crate) use errors::is_ending;
pub(crate) use esm::{ModuleRecords, is_wasm};
pub(crate) use memory::bytes as memory_bytes;
pub(crate) use namespace::install;
pub(crate) use promising::SuspendedCalls;
pub(crate) use stack::SourceLines;
pub(crate) use streaming::SCRIPTS;

/// Prototypes and constructors of the namespace, which scripts may move elsewhere.
pub(crate) struct Classes {
    pub(crate) compile_error: Held,
    pub(crate) link_error: Held,
    pub(crate) runtime_error: Held,
    pub(crate) suspend_error: Held,
    pub(crate) module: Held,
    pub(crate) instance: Held,
    pub(crate) memory: Held,
    pub(crate) table: Held,
    pub(crate) global: Held,
    pub(crate) tag: Held,
    pub(crate) exception: Held,
    pub(crate) suspending: Held,
    /// The handler of proxies that are objects of wasm's heap.
    pub(crate) gc_handler: Held,
}

/// The agent's realm, which every step may need.
fn realm(context: Context<'_>) -> std::rc::Rc<crate::realm::Realm> {
    crate::agent::Agent::of(context).realm()
}
