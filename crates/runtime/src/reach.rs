//! What entities refer to, and letting go of those that nothing reaches.
//!
//! Entities refer to each other and to objects of the heap, objects to functions and tags, and values of the host to anything, as they
//! say themselves ([`Traced`]). So one search goes over all of them: it starts from what is pinned, what the host has rooted, and what
//! suspended calls may refer to (`suspended`), and copies objects on its way as every collection does. There is none while wasm of the store runs.

mod edges;
mod search;
mod suspended;
mod trace;

pub(crate) use edges::{Edge, Found, Node};
pub use search::{Met, Reach};
pub use trace::{TraceFn, Traced, Tracer};

use std::collections::HashSet;

use crate::error::{Misuse, ResourceError};
use crate::func::Func;
use crate::gc::{Search, drop_quietly};
use crate::instance::Instance;
use crate::slab::{Slab, SlotHeader};
use crate::store::{Extern, StoreInner};
use suspended::Owners;

/// Anything that a handle names.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Item {
    /// An instance.
    Instance(Instance),
    /// What can be imported or exported.
    Extern(Extern),
}

impl Item {
    /// What says whether it has to stay: for a function, that of its instance.
    fn header(self, store: &StoreInner) -> Result<&SlotHeader, Misuse> {
        match self {
            Self::Instance(instance) => instance.header(store),
            Self::Extern(Extern::Func(func)) => func.header(store),
            Self::Extern(Extern::Table(table)) => table.header(store),
            Self::Extern(Extern::Memory(memory)) => memory.header(store),
            Self::Extern(Extern::Global(global)) => global.header(store),
            Self::Extern(Extern::Tag(tag)) => tag.header(store),
        }
    }
}

/// Pins.
impl StoreInner {
    /// Makes handles that are given out from now on keep nothing.
    pub fn set_weak_handles(&self) {
        self.weak_handles.set(true);
    }

    /// Keeps what a handle has been given out for, unless handles are weak.
    #[inline]
    pub(crate) fn keep(&self, header: &SlotHeader) {
        if !self.weak_handles.get() {
            header.keep();
        }
    }

    /// Keeps what `item` names, as if a handle had been given out for it.
    ///
    /// # Errors
    /// When it belongs to another store or is gone.
    pub fn keep_item(&self, item: Item) -> Result<(), Misuse> {
        self.keep(item.header(self)?);
        Ok(())
    }

    /// Keeps what `item` names until it is unpinned as often.
    ///
    /// # Errors
    /// When it belongs to another store or is gone.
    pub fn pin(&self, item: Item) -> Result<(), Misuse> {
        item.header(self)?.pin();
        Ok(())
    }

    /// Takes back one pin, or what handles keep.
    ///
    /// # Errors
    /// When it belongs to another store or is gone.
    pub fn unpin(&self, item: Item) -> Result<(), Misuse> {
        item.header(self)?.unpin();
        Ok(())
    }
}

/// A search for entities.
struct Everything {
    /// Entities whose references have not been visited.
    work: Vec<Node>,
    /// Tags of exceptions.
    tags: HashSet<u64>,
}

impl Everything {
    /// A search that starts from what is pinned in `store`.
    fn from_pins(store: &StoreInner) -> Self {
        let mut search = Self {
            work: Vec::new(),
            tags: HashSet::new(),
        };
        let mut found = |node| search.meet(node);
        store
            .instances
            .for_each_pinned(|slot| found(Node::Instance(slot)));
        store
            .host_funcs
            .for_each_pinned(|slot| found(Node::HostFunc(slot)));
        store
            .tables
            .for_each_pinned(|slot| found(Node::Table(slot)));
        store
            .memories
            .for_each_pinned(|slot| found(Node::Memory(slot)));
        store
            .globals
            .for_each_pinned(|slot| found(Node::Global(slot)));
        store.tags.for_each_pinned(|slot| found(Node::Tag(slot)));
        search.meet_suspended(store);
        search
    }

    /// Meets what suspended calls may refer to.
    fn meet_suspended(&mut self, store: &StoreInner) {
        let places = store.suspended().places();
        if places.is_empty() {
            return;
        }
        let mut owners = Owners::new(store);
        for place in &places {
            owners.visit(place, &mut |node| self.meet(node));
        }
    }

    fn meet(&mut self, node: Node) {
        if node.header().mark() {
            self.work.push(node);
        }
    }
}

impl Search for Everything {
    const ENTITIES: bool = true;

    fn reach(&mut self, found: Found) {
        self.meet(match found {
            // SAFETY: functions that can be reached are alive.
            Found::Func(func) => unsafe { Node::owner_of(func) },
            Found::Node(node) => node,
        });
    }

    fn tag(&mut self, id: u64) {
        self.tags.insert(id);
    }

    fn next(&mut self) -> Option<Node> {
        self.work.pop()
    }
}

impl StoreInner {
    /// Whether wasm of this store runs on this thread.
    pub fn is_active(&self) -> bool {
        // SAFETY: plain data of this thread.
        unsafe { (*self.context()).host_sp != 0 }
    }

    /// Lets go of all entities, objects and values of the host that can be reached neither from a pin nor from a root nor from a
    /// suspended call.
    ///
    /// # Errors
    /// When wasm of the store runs, or the machine has no memory: nothing is lost then.
    ///
    /// # Safety
    /// Nobody refers to an entity of the store but by handles.
    pub unsafe fn collect(&self) -> Result<(), ResourceError> {
        if self.is_active() {
            return Err(ResourceError::new(
                "instances can be collected only while no call into the store is under way",
            ));
        }
        let search = self
            .heap()
            .collect_with(self, || Everything::from_pins(self))?;
        // SAFETY: the caller's, and the search has found whatever anything else refers to.
        unsafe {
            let is_thrown = |tag: &crate::tag::TagEntity| search.tags.contains(&tag.id());
            let instances = sweep(&self.instances);
            let funcs = sweep(&self.host_funcs);
            let others = (sweep(&self.globals), self.tags.sweep(is_thrown));
            let (tables, memories) = (sweep(&self.tables), sweep(&self.memories));
            tables.iter().for_each(|table| self.table_freed(table));
            memories.iter().for_each(|memory| self.memory_freed(memory));
            drop((instances, others, tables, memories));
            // Last, because the closures' own code may do anything.
            drop_quietly(funcs);
        }
        Ok(())
    }

    /// What an entity refers to, but for objects and values of the host. The handles keep nothing.
    ///
    /// # Errors
    /// When it belongs to another store or is gone.
    pub fn edges(&self, item: Item) -> Result<Vec<Item>, Misuse> {
        let node = Node::of(item, self)?;
        let mut items = Vec::new();
        node.for_each_edge(self, &mut |edge| {
            if let Edge::Found(found) = edge {
                items.push(found.item(self));
            }
        });
        Ok(items)
    }
}

/// # Safety
/// As for [`Slab::sweep`].
unsafe fn sweep<T>(slab: &Slab<T>) -> Vec<T> {
    // SAFETY: the caller's.
    unsafe { slab.sweep(|_| false) }
}

/// The other names of a function.
impl Func {
    /// The function itself, where this may be what an instance imports it as. The handle keeps nothing.
    ///
    /// # Errors
    /// When it belongs to another store or is gone.
    pub fn canonical(self, store: &StoreInner) -> Result<Self, Misuse> {
        // SAFETY: checked by `func_ref`; what it is of lives as long.
        unsafe {
            let canonical = self.func_ref(store)?.as_ref().canonical;
            let canonical = std::ptr::NonNull::new_unchecked(canonical.cast_mut());
            Ok(Self::weak_from_ref(store, canonical))
        }
    }
}
