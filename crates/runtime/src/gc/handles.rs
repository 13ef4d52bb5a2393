//! References that the host holds.
//!
//! Most live as long as the scope they were made in: the call of a host function, or one that the embedder opens. They are a stack, so
//! that making one is a push and leaving a scope a cut. Others live until they are let go of.

use std::cell::{Cell, RefCell};
use std::sync::{Arc, Mutex, PoisonError};

use super::weak::{Weak, WeakRoot};
use crate::store::StoreInner;

/// A reference that is valid until the scope it was made in is left.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct ScopedRoot {
    index: u32,
    generation: u64,
}

/// A reference that is valid until it is dropped with [`StoreInner::drop_root`].
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct OwnedRoot {
    index: u32,
    generation: u64,
}

#[derive(Copy, Clone)]
struct Entry {
    reference: u32,
    generation: u64,
}

/// The handles of a store.
#[derive(Default)]
pub(crate) struct Handles {
    scoped: RefCell<Vec<Entry>>,
    /// The length of `scoped`, for the calls of host functions that make none: nearly all.
    scoped_count: Cell<usize>,
    /// Counts the scopes that have been left.
    generation: Cell<u64>,
    owned: RefCell<Vec<Entry>>,
    free: RefCell<Vec<u32>>,
    releases: Arc<Releases>,
    weak: Weak,
}

/// What nobody needs any more, noted by whoever has no store at hand.
#[derive(Debug, Default)]
pub struct Releases(Mutex<Vec<Released>>);

/// A handle that nobody needs any more.
#[derive(Copy, Clone, Debug)]
pub enum Released {
    /// An owned root.
    Root(OwnedRoot),
    /// A weak reference.
    Weak(WeakRoot),
}

impl Releases {
    /// Notes that nobody needs this any more.
    pub fn add(&self, released: Released) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(released);
    }

    fn take(&self) -> Vec<Released> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Handles {
    pub(super) fn weak(&self) -> &Weak {
        &self.weak
    }

    /// Ends the handles beyond the first `count`.
    #[cold]
    fn cut(&self, count: usize) {
        self.scoped.borrow_mut().truncate(count);
        self.scoped_count.set(count);
        self.generation.set(self.generation.get().wrapping_add(1));
    }

    /// Calls `visit` with every reference.
    pub(super) fn visit(&self, visit: &mut dyn FnMut(&mut u32)) {
        for entries in [&self.scoped, &self.owned] {
            for entry in entries.borrow_mut().iter_mut() {
                visit(&mut entry.reference);
            }
        }
    }
}

impl StoreInner {
    /// Keeps `reference` until the present scope is left.
    pub fn root(&self, reference: u32) -> ScopedRoot {
        let handles = self.heap().handles();
        let generation = handles.generation.get();
        let mut scoped = handles.scoped.borrow_mut();
        scoped.push(Entry {
            reference,
            generation,
        });
        handles.scoped_count.set(scoped.len());
        ScopedRoot {
            index: scoped.len() as u32 - 1,
            generation,
        }
    }

    /// What `root` refers to now; `None` when its scope has been left.
    pub fn rooted(&self, root: ScopedRoot) -> Option<u32> {
        let scoped = self.heap().handles().scoped.borrow();
        let entry = scoped.get(root.index as usize)?;
        (entry.generation == root.generation).then_some(entry.reference)
    }

    /// Opens a scope: what to pass to [`Self::leave_scope`].
    pub fn enter_scope(&self) -> usize {
        self.heap().handles().scoped_count.get()
    }

    /// Leaves a scope, and all that were opened in it.
    pub fn leave_scope(&self, scope: usize) {
        let handles = self.heap().handles();
        if handles.scoped_count.get() > scope {
            handles.cut(scope);
        }
    }

    /// Keeps `reference` until the result is dropped with [`Self::drop_root`].
    pub fn own_root(&self, reference: u32) -> OwnedRoot {
        let handles = self.heap().handles();
        let mut owned = handles.owned.borrow_mut();
        let index = handles.free.borrow_mut().pop().unwrap_or_else(|| {
            owned.push(Entry {
                reference: 0,
                generation: 0,
            });
            owned.len() as u32 - 1
        });
        let entry = &mut owned[index as usize];
        entry.reference = reference;
        OwnedRoot {
            index,
            generation: entry.generation,
        }
    }

    /// What `root` refers to now; `None` when it has been dropped.
    pub fn owned(&self, root: OwnedRoot) -> Option<u32> {
        let owned = self.heap().handles().owned.borrow();
        let entry = owned.get(root.index as usize)?;
        (entry.generation == root.generation).then_some(entry.reference)
    }

    /// Where to note that owned roots are not needed any more, without the store.
    pub fn releases(&self) -> Arc<Releases> {
        self.heap().handles().releases.clone()
    }

    /// Lets go of what has been noted.
    pub(super) fn drop_released(&self) {
        for released in self.heap().handles().releases.take() {
            match released {
                Released::Root(root) => self.drop_root(root),
                Released::Weak(root) => self.drop_weak(root),
            }
        }
    }

    /// Lets go of what `root` refers to. Once is enough; more does nothing.
    pub fn drop_root(&self, root: OwnedRoot) {
        let handles = self.heap().handles();
        let mut owned = handles.owned.borrow_mut();
        let Some(entry) = owned.get_mut(root.index as usize) else {
            return;
        };
        if entry.generation == root.generation {
            entry.generation = entry.generation.wrapping_add(1);
            entry.reference = 0;
            handles.free.borrow_mut().push(root.index);
        }
    }
}
