//! [`Identities`]: which object of JavaScript stands for which thing of wasm ("WebAssembly JS Object Caches" of the
//! JavaScript interface).
//!
//! An object is found as long as JavaScript has it; exceptions also as long as wasm has them, see `exceptions`.

use weft::host::ObjectKey;
use weft::{Func, Global, Memory, Table, Tag};

use super::exceptions::Exceptions;
use crate::quickjs::WeakObjects;

/// What tells one memory from another.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum MemoryKey {
    /// A memory of this store.
    Own(Memory),
    /// A memory that agents share, by its address.
    Shared(usize),
}

/// The objects of an agent that stand for something of wasm.
#[derive(Default)]
pub(crate) struct Identities {
    pub(crate) memories: WeakObjects<MemoryKey>,
    pub(crate) tables: WeakObjects<Table>,
    pub(crate) globals: WeakObjects<Global>,
    pub(crate) tags: WeakObjects<Tag>,
    /// By the functions themselves, not what instances import them as.
    pub(crate) functions: WeakObjects<Func>,
    /// Structures and arrays.
    pub(crate) objects: WeakObjects<ObjectKey>,
    pub(crate) exceptions: Exceptions,
}
