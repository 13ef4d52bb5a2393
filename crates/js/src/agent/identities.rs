//! [`Identities`]: which object of JavaScript stands for which thing of wasm ("WebAssembly JS Object Caches" of the
//! JavaScript interface).
//!
//! An object is found as long as JavaScript has it; exceptions also as long as wasm has them, see `exceptions`.

use std::cell::RefCell;
use std::collections::HashMap;

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
    /// Which of its module's functions each host function was when it was imported.
    host_functions: RefCell<HashMap<Func, u32>>,
}

impl Identities {
    /// Notes the "index of the host function".
    pub(crate) fn note_host_function(&self, function: Func, index: u32) {
        self.host_functions.borrow_mut().insert(function, index);
    }

    /// The "index of the host function".
    pub(crate) fn host_function_index(&self, function: Func) -> Option<u32> {
        self.host_functions.borrow().get(&function).copied()
    }
}
