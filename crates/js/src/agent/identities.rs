//! [`Identities`]: which object of JavaScript stands for which thing of wasm ("WebAssembly JS Object Caches" of the
//! JavaScript interface).
//!
//! An object is found as long as JavaScript has it. Objects of wasm's heap move; they are found by their present address, and
//! looked over after a collection.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use weft::host::{self, FuncIdentity};
use weft::{AsContextMut, GcRef, Global, Memory, OwnedRooted, Rooted, Table, Tag};

use super::Agent;
use crate::quickjs::{Context, Value, WeakObjects};

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
    pub(crate) functions: WeakObjects<FuncIdentity>,
    pub(crate) exceptions: Moving,
    pub(crate) objects: Moving,
    /// Which of its module's functions each host function was when it was imported.
    host_functions: RefCell<HashMap<FuncIdentity, u32>>,
}

impl Identities {
    pub(crate) fn note_host_function(&self, function: FuncIdentity, index: u32) {
        self.host_functions.borrow_mut().insert(function, index);
    }

    /// The "index of the host function".
    pub(crate) fn host_function_index(&self, function: FuncIdentity) -> Option<u32> {
        self.host_functions.borrow().get(&function).copied()
    }
}

/// Objects that stand for those of wasm's heap.
#[derive(Default)]
pub(crate) struct Moving {
    objects: WeakObjects<u64>,
    next: Cell<u64>,
    /// Where the objects were when the heap had been collected so often.
    addresses: RefCell<HashMap<u32, u64>>,
    collections: Cell<u64>,
}

impl Moving {
    /// The object that stands for `object`. `reference` gives what an object stands for.
    pub(crate) fn get<'js, T: GcRef>(
        &self,
        agent: &Agent,
        context: Context<'js>,
        object: &OwnedRooted<T>,
        reference: impl for<'v> Fn(&'v Value<'js>) -> Option<OwnedRooted<T>>,
    ) -> Option<Value<'js>> {
        self.look_over(agent, context, reference);
        let address = agent.with_store(|store| address(store, object))?;
        let id = *self.addresses.borrow().get(&address)?;
        self.objects.get(context, id)
    }

    /// Makes the object that stands for `object`: with what finds it, and under which key.
    pub(crate) fn insert<'js, T: GcRef, R>(
        &self,
        agent: &Agent,
        object: &OwnedRooted<T>,
        make: impl FnOnce(&WeakObjects<u64>, u64) -> R,
    ) -> R {
        let id = self.next.get();
        self.next.set(id + 1);
        let made = make(&self.objects, id);
        // After what was made, which may have let go of others.
        if let Some(address) = agent.with_store(|store| address(store, object)) {
            self.addresses.borrow_mut().insert(address, id);
        }
        made
    }

    /// Finds out where the objects are after a collection.
    fn look_over<'js, T: GcRef>(
        &self,
        agent: &Agent,
        context: Context<'js>,
        reference: impl for<'v> Fn(&'v Value<'js>) -> Option<OwnedRooted<T>>,
    ) {
        let collections = agent.with_store(|store| host::collections(store));
        if self.collections.replace(collections) == collections {
            return;
        }
        let find = |id: u64| {
            let object = reference(&self.objects.get(context, id)?)?;
            let address = agent.with_store(|store| address(store, &object))?;
            Some((address, id))
        };
        let addresses = self.objects.keys().into_iter().filter_map(find).collect();
        *self.addresses.borrow_mut() = addresses;
    }
}

/// Where an object is now.
fn address<T: GcRef>(mut store: impl AsContextMut, object: &OwnedRooted<T>) -> Option<u32> {
    let mut scope = weft::RootScope::new(store.as_context_mut());
    let object: Rooted<T> = object.to_rooted(&mut scope).ok()?;
    host::object_address(&scope, &object).ok()
}
