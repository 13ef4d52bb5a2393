//! QuickJS as safe Rust, and the only place that names it.
//!
//! A [`Runtime`] is one JavaScript heap with one realm. [`Core::enter`] gives a [`Context`], and with it come [`Value`]s: both
//! are branded with the lifetime `'js`, so they cannot leave the call that they came with, nor be mixed with those
//! of another runtime. What must live longer is a [`Held`]. A failed operation leaves its exception in the
//! context and returns [`Thrown`], which is that fact as a type.
//!
//! Rust is called by QuickJS through shims that neither unwind nor return with a panic unreported: see `function`.

mod buffer;
mod class;
mod collection;
mod context;
mod exception;
mod function;
mod heap;
mod held;
mod kind;
mod module;
mod promise;
mod property;
mod runtime;
mod string;
mod value;

pub(crate) use buffer::{BackingStore, BufferKind, ElementType, MAX_BUFFER, SharedBytes, ViewKind};
pub(crate) use class::{Class, Trace, Tracer};
pub(crate) use collection::{Outside, Phase};
pub(crate) use context::Context;
pub(crate) use exception::{ErrorKind, JsResult, Thrown};
pub(crate) use function::{Call, CallKind};
pub(crate) use heap::{Charge, HeapBudget};
pub(crate) use held::{Held, ObjectId, WeakObjects};
pub(crate) use kind::ObjectKind;
pub(crate) use module::{Compiled, Loader, ModuleSource};
pub(crate) use promise::{Capability, PromiseResolve, PromiseState, RejectionTracker};
pub(crate) use property::{Attributes, Key};
pub(crate) use runtime::{Core, Runtime, version};
pub(crate) use value::Value;

#[cfg(test)]
mod tests;
