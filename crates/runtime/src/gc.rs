//! The garbage-collected heap of a store (§ 4.2.2 "structures", "arrays", "exceptions").
//!
//! Objects lie in a cage of address space (`cage`), which is reserved when the store first needs one. Compiled code
//! allocates by itself as long as there is room; then it calls `Heap::allocate`, the only place that starts
//! a collection besides the host's own request. A collection (`collect`) moves every object that can be reached from the
//! roots (`roots`) to the other half of the cage and gives up the rest. Whoever holds a reference in Rust across an
//! allocation must therefore keep it where the collector finds it: in a handle (`handles`), or in the
//! slice that is passed to the allocation.

mod cage;
mod collect;
mod handles;
mod kinds;
mod object;
mod roots;
mod walk;
mod weak;

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;

use weft_abi::gc::{ALIGN, MAX_OBJECT};
use weft_abi::layout::TypeId;

pub(crate) use collect::{Search, drop_quietly};
pub use handles::{OwnedRoot, Released, Releases, ScopedRoot};
pub use object::Field;
pub(crate) use object::{fill_elements, is_object};
pub(crate) use roots::visit_suspended;
pub(crate) use walk::Walk;
pub use weak::WeakRoot;

use crate::error::ResourceError;
use crate::store::StoreInner;
use crate::types::RegisteredTypes;
use cage::Cage;
use handles::Handles;

/// The least size of the room for objects, if there is so much.
const FIRST_CAPACITY: usize = 4 << 20;
/// How much larger the room is than what lives in it after a collection.
const GROWTH: usize = 4;

/// A store's heap. It takes no memory before it is used.
pub(crate) struct Heap {
    cage: OnceCell<Cage>,
    /// The most bytes of objects, live or not.
    limit: usize,
    /// Collect at every n-th allocation, if not 0.
    zeal: u32,
    until_zeal: Cell<u32>,
    /// Bytes of the room for objects, which the store's limiter has allowed.
    room: Cell<usize>,
    /// Where the room for objects ends; the context has 0 instead under zeal, so that every allocation comes here.
    end: Cell<u64>,
    collections: Cell<u64>,
    handles: Handles,
    /// Types of objects that the host has made, which nobody else may keep registered.
    types: RefCell<HashMap<TypeId, Arc<RegisteredTypes>>>,
}

impl Heap {
    /// A heap of at most `limit` bytes that collects at every `zeal`-th allocation, if `zeal` is not 0.
    pub(crate) fn new(limit: usize, zeal: u32) -> Self {
        Self {
            cage: OnceCell::new(),
            limit: limit.min(cage::HALF),
            zeal,
            until_zeal: Cell::new(zeal),
            room: Cell::new(0),
            end: Cell::new(0),
            collections: Cell::new(0),
            handles: Handles::default(),
            types: RefCell::default(),
        }
    }

    pub(crate) fn handles(&self) -> &Handles {
        &self.handles
    }

    /// Reserves the cage, if it is not there yet. Afterwards code may use `StoreContext::gc_base`.
    ///
    /// # Errors
    /// When there is no address space for it.
    pub(crate) fn prepare(&self, store: &StoreInner) -> Result<&Cage, ResourceError> {
        if let Some(cage) = self.cage.get() {
            return Ok(cage);
        }
        let cage = Cage::new()?;
        // SAFETY: the context is this thread's, and no code that uses the heap has run.
        unsafe { (*store.context()).gc_base = cage.base() };
        let cage = self.cage.get_or_init(|| cage);
        // The first object makes room for more.
        self.set_room(store, cage::start(0), 0);
        Ok(cage)
    }

    /// Lets allocation go on at `next`, with room up to `capacity` bytes from the start of its half.
    fn set_room(&self, store: &StoreInner, next: u64, capacity: usize) {
        let half = self.cage.get().map_or(0, Cage::half);
        let end = cage::start(half) + capacity as u64;
        self.end.set(end);
        // SAFETY: the context is this thread's and no code runs meanwhile.
        let context = unsafe { &mut *store.context() };
        context.gc_next = next;
        context.gc_limit = if self.zeal == 0 { end } else { 0 };
    }

    /// Bytes of objects, live or not.
    fn used(&self, store: &StoreInner) -> usize {
        let half = self.cage.get().map_or(0, Cage::half);
        // SAFETY: as in `set_room`.
        let next = unsafe { (*store.context()).gc_next };
        next.saturating_sub(cage::start(half)) as usize
    }

    /// A new object of `bytes` bytes with the header of type `ty`. The rest of it is undefined: it must be written before the next
    /// allocation. The references in `held` are kept, and updated if objects move.
    ///
    /// # Errors
    /// When it does not fit within the limit or the machine has no memory.
    fn allocate(
        &self,
        store: &StoreInner,
        ty: TypeId,
        bytes: u64,
        held: &mut [u32],
    ) -> Result<u32, ResourceError> {
        debug_assert!(bytes.is_multiple_of(u64::from(ALIGN)));
        let cage = self.prepare(store)?;
        if bytes > MAX_OBJECT || bytes > self.limit as u64 {
            return Err(self.too_large());
        }
        if self.zeal_asks() || !self.has_room(store, bytes) {
            self.collect(store, bytes as usize, held)?;
            if !self.has_room(store, bytes) {
                return Err(match self.used(store) as u64 + bytes > self.limit as u64 {
                    true => self.too_large(),
                    false => ResourceError::new(
                        "the store's limiter or the machine has no room for more objects",
                    ),
                });
            }
        }
        // SAFETY: the context is this thread's; there is room at `gc_next` in the open part of the half.
        unsafe {
            let context = &mut *store.context();
            let reference = context.gc_next as u32;
            context.gc_next += bytes;
            cage.header(reference).write(u64::from(ty.0));
            Ok(reference)
        }
    }

    fn has_room(&self, store: &StoreInner, bytes: u64) -> bool {
        // SAFETY: as in `set_room`.
        let next = unsafe { (*store.context()).gc_next };
        next + bytes <= self.end.get()
    }

    fn zeal_asks(&self) -> bool {
        if self.zeal == 0 {
            return false;
        }
        let left = self.until_zeal.get() - 1;
        self.until_zeal
            .set(if left == 0 { self.zeal } else { left });
        left == 0
    }

    fn too_large(&self) -> ResourceError {
        ResourceError::new(format!(
            "the garbage-collected heap cannot grow beyond its limit of {} bytes",
            self.limit
        ))
    }
}

impl StoreInner {
    /// A new object of `bytes` bytes with the header of type `ty`: see [`Heap::allocate`].
    pub(crate) fn allocate_object(
        &self,
        ty: TypeId,
        bytes: u64,
        held: &mut [u32],
    ) -> Result<u32, ResourceError> {
        self.heap().allocate(self, ty, bytes, held)
    }

    /// Keeps `ty` registered for the life of the store, so that it may have objects of it.
    ///
    /// # Errors
    /// When it is not registered.
    pub fn keep_type(&self, ty: TypeId) -> Result<TypeId, ResourceError> {
        let mut types = self.heap().types.borrow_mut();
        if let std::collections::hash_map::Entry::Vacant(entry) = types.entry(ty) {
            let kept = self.engine().types().keep(ty);
            entry.insert(kept.ok_or_else(|| ResourceError::new("a type that is not registered"))?);
        }
        Ok(ty)
    }

    /// Finds the objects that cannot be reached any more and lets go of them, and of values of the host that only they or
    /// nobody refers to.
    ///
    /// # Errors
    /// When the machine has no memory to move the rest to; nothing is lost then.
    pub fn collect_garbage(&self) -> Result<(), ResourceError> {
        self.heap().collect(self, 0, &mut [])
    }

    /// How often the heap has been collected.
    pub fn collections(&self) -> u64 {
        self.heap().collections.get()
    }

    /// How many bytes of objects there are, live or not.
    pub fn heap_size(&self) -> usize {
        self.heap().used(self)
    }
}
