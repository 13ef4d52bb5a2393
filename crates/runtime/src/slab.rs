//! Entities of a store at stable addresses, and the handles that name them.
//!
//! A slab grows by chunks that are never unmapped while the store lives, so the memory behind a
//! handle of the right store can always be looked at; a generation tells whether the entity is still the one that
//! was meant.

use std::cell::{Cell, RefCell, UnsafeCell};
use std::fmt;
use std::marker::PhantomData;
use std::ptr::NonNull;

use crate::error::Misuse;
use crate::store::StoreInner;

/// Which store something belongs to: unique in the process.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct StoreId(pub(crate) u64);

/// What every slot starts with, whatever is in it.
#[derive(Debug, Default)]
#[repr(C)]
pub(crate) struct SlotHeader {
    /// Counts the entities that have been here.
    generation: Cell<u32>,
    /// How many times it has to stay whatever refers to it, or [`KEPT`].
    pins: Cell<u32>,
    /// Met by a search that is under way.
    marked: Cell<bool>,
}

/// The number of pins of what was given to Rust as a handle: it stays for the life of the store, unless that is taken back.
const KEPT: u32 = u32::MAX;

impl SlotHeader {
    #[inline]
    pub(crate) fn generation(&self) -> u32 {
        self.generation.get()
    }

    /// Pins it for the life of the store.
    #[inline]
    pub(crate) fn keep(&self) {
        self.pins.set(KEPT);
    }

    /// Pins it once more.
    pub(crate) fn pin(&self) {
        self.pins.set(self.pins.get().saturating_add(1));
    }

    /// Takes one pin back, or the one for the life of the store, which stands for any number.
    pub(crate) fn unpin(&self) {
        let pins = self.pins.get();
        self.pins.set(match pins {
            KEPT => 0,
            pins => pins.saturating_sub(1),
        });
    }

    pub(crate) fn is_pinned(&self) -> bool {
        self.pins.get() != 0
    }

    /// Notes that a search has met it; whether it is the first time.
    pub(crate) fn mark(&self) -> bool {
        !self.marked.replace(true)
    }
}

/// A place for one entity.
#[repr(C)]
pub(crate) struct Slot<T> {
    pub(crate) header: SlotHeader,
    value: UnsafeCell<Option<T>>,
}

impl<T> Slot<T> {
    /// The entity in it.
    ///
    /// # Safety
    /// There is one, and it is not removed while the reference lives.
    #[inline]
    pub(crate) unsafe fn get(&self) -> &T {
        // SAFETY: the caller's; only `Slab::insert` and `remove` write, and neither finds it occupied.
        unsafe { (*self.value.get()).as_ref().unwrap_unchecked() }
    }
}

/// All entities of one kind in a store.
pub(crate) struct Slab<T> {
    chunks: RefCell<Vec<Box<[Slot<T>]>>>,
    used: Cell<usize>,
    free: RefCell<Vec<NonNull<Slot<T>>>>,
    len: Cell<usize>,
}

const FIRST_CHUNK: usize = 4;
const LARGEST_CHUNK: usize = 1024;

impl<T> Slab<T> {
    pub(crate) fn new() -> Self {
        Self {
            chunks: RefCell::default(),
            used: Cell::new(0),
            free: RefCell::default(),
            len: Cell::new(0),
        }
    }

    /// How many entities there are.
    pub(crate) fn len(&self) -> usize {
        self.len.get()
    }

    /// Puts `value` into a slot, which stays where it is.
    pub(crate) fn insert(&self, value: T) -> NonNull<Slot<T>> {
        let slot = self.vacant();
        // SAFETY: a vacant slot of our own chunks; nobody has a reference to its value.
        unsafe { *slot.as_ref().value.get() = Some(value) };
        self.len.set(self.len.get() + 1);
        slot
    }

    fn vacant(&self) -> NonNull<Slot<T>> {
        if let Some(slot) = self.free.borrow_mut().pop() {
            return slot;
        }
        let mut chunks = self.chunks.borrow_mut();
        if chunks
            .last()
            .is_none_or(|chunk| chunk.len() == self.used.get())
        {
            let size = (FIRST_CHUNK << chunks.len().min(16)).min(LARGEST_CHUNK);
            chunks.push((0..size).map(|_| Slot::vacant()).collect());
            self.used.set(0);
        }
        let index = self.used.get();
        self.used.set(index + 1);
        NonNull::from(&chunks[chunks.len() - 1][index])
    }

    /// Takes the entity out; handles to it are stale from now on.
    ///
    /// # Safety
    /// `slot` is an occupied one of this slab and nobody refers to its entity.
    pub(crate) unsafe fn remove(&self, slot: NonNull<Slot<T>>) -> Option<T> {
        // SAFETY: the caller's.
        let slot_ref = unsafe { slot.as_ref() };
        let header = &slot_ref.header;
        header.pins.set(0);
        self.len.set(self.len.get() - 1);
        header
            .generation
            .set(header.generation.get().wrapping_add(1));
        // A slot that has gone through all generations rests for ever: no handle may become current again.
        if header.generation.get() != 0 {
            self.free.borrow_mut().push(slot);
        }
        // SAFETY: as above.
        unsafe { (*slot_ref.value.get()).take() }
    }

    /// Calls `f` with the slot of every entity that is pinned.
    pub(crate) fn for_each_pinned(&self, mut f: impl FnMut(NonNull<Slot<T>>)) {
        for chunk in self.chunks.borrow().iter() {
            for slot in chunk.iter().filter(|slot| slot.header.is_pinned()) {
                f(NonNull::from(slot));
            }
        }
    }

    /// Takes out every entity that a search has not marked and for which `keep` does not hold, and forgets the marks.
    ///
    /// # Safety
    /// Nobody refers to the entities that are taken out, but each other.
    pub(crate) unsafe fn sweep(&self, keep: impl Fn(&T) -> bool) -> Vec<T> {
        let mut dead = Vec::new();
        for chunk in self.chunks.borrow().iter() {
            for slot in chunk {
                let marked = slot.header.marked.replace(false);
                // SAFETY: as in `for_each`.
                let value = unsafe { (*slot.value.get()).as_ref() };
                if value.is_some_and(|value| !marked && !keep(value)) {
                    // SAFETY: the caller's.
                    dead.extend(unsafe { self.remove(NonNull::from(slot)) });
                }
            }
        }
        dead
    }

    /// Calls `f` with every entity. None is added or removed meanwhile.
    pub(crate) fn for_each(&self, mut f: impl FnMut(&T)) {
        for chunk in self.chunks.borrow().iter() {
            for slot in chunk {
                // SAFETY: entities are shared by reference; only `insert` and `remove` write, and neither happens meanwhile.
                if let Some(entity) = unsafe { (*slot.value.get()).as_ref() } {
                    f(entity);
                }
            }
        }
    }

    /// The slot of an entity for which `test` holds, if there is one.
    pub(crate) fn find(&self, test: impl Fn(&T) -> bool) -> Option<NonNull<Slot<T>>> {
        let chunks = self.chunks.borrow();
        let slots = chunks.iter().flat_map(|chunk| chunk.iter());
        let found = |slot: &&Slot<T>| {
            // SAFETY: only `insert` and `remove` write, and neither runs meanwhile.
            let value = unsafe { &*slot.value.get() };
            value.as_ref().is_some_and(&test)
        };
        slots.into_iter().find(found).map(NonNull::from)
    }

    /// Drops every entity, keeping the slots.
    pub(crate) fn clear(&self) {
        for chunk in self.chunks.borrow().iter() {
            for slot in chunk {
                // SAFETY: called when the store goes away: nothing refers to the entities.
                drop(unsafe { (*slot.value.get()).take() });
            }
        }
    }
}

impl<T> Slot<T> {
    fn vacant() -> Self {
        Self {
            header: SlotHeader::default(),
            value: UnsafeCell::new(None),
        }
    }
}

/// Names an entity of a store. Two handles of one entity are equal.
///
/// Using it with another store, or after its entity has gone, is an error.
pub struct Handle<T> {
    store: StoreId,
    slot: NonNull<Slot<T>>,
    generation: u32,
    of: PhantomData<*const T>,
}

// SAFETY: a handle alone gives access to nothing; the store that it needs is not shared by threads.
unsafe impl<T> Send for Handle<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for Handle<T> {}

impl<T> Handle<T> {
    /// The handle of an entity, which stays for the life of the store by this, unless handles of the store are weak.
    ///
    /// `slot` must be an occupied slot of `store`'s.
    pub(crate) fn new(store: &StoreInner, slot: NonNull<Slot<T>>) -> Self {
        // SAFETY: slots live as long as the store.
        store.keep(unsafe { &slot.as_ref().header });
        Self::weak(store, slot)
    }

    /// The handle of an entity, which does not keep it.
    ///
    /// `slot` must be an occupied slot of `store`'s.
    pub(crate) fn weak(store: &StoreInner, slot: NonNull<Slot<T>>) -> Self {
        // SAFETY: slots live as long as the store.
        let header = unsafe { &slot.as_ref().header };
        Self {
            store: store.id(),
            slot,
            generation: header.generation(),
            of: PhantomData,
        }
    }

    /// The store it belongs to.
    pub fn store_id(self) -> StoreId {
        self.store
    }

    pub(crate) fn slot(self, store: &StoreInner) -> Result<NonNull<Slot<T>>, Misuse> {
        if self.store != store.id() {
            return Err(Misuse::WrongStore);
        }
        // SAFETY: the store is the right one, so the slot is mapped.
        match unsafe { self.slot.as_ref() }.header.generation() == self.generation {
            true => Ok(self.slot),
            false => Err(Misuse::Stale),
        }
    }

    /// The entity.
    ///
    /// # Errors
    /// When it belongs to another store or is gone.
    #[inline]
    pub fn get(self, store: &StoreInner) -> Result<&T, Misuse> {
        let slot = self.slot(store)?;
        // SAFETY: the generation is current, so the slot is occupied; entities are removed only
        // while nobody borrows the store.
        Ok(unsafe { slot.as_ref().get() })
    }

    /// What says whether the entity has to stay.
    pub(crate) fn header(self, store: &StoreInner) -> Result<&SlotHeader, Misuse> {
        let slot = self.slot(store)?;
        // SAFETY: slots live as long as the store.
        Ok(unsafe { &(*slot.as_ptr()).header })
    }

    /// An address that no other living entity has: its identity.
    pub fn address(self) -> usize {
        self.slot.as_ptr() as usize
    }
}

impl<T> Copy for Handle<T> {}

impl<T> Clone for Handle<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> PartialEq for Handle<T> {
    fn eq(&self, other: &Self) -> bool {
        // What a store leaves when it goes another one gets.
        self.slot == other.slot && self.generation == other.generation && self.store == other.store
    }
}

impl<T> Eq for Handle<T> {}

impl<T> std::hash::Hash for Handle<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.slot.hash(state);
    }
}

impl<T> fmt::Debug for Handle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:p}", self.slot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_stay_where_they_are_and_are_reused() {
        let slab = Slab::new();
        let slots: Vec<_> = (0..100).map(|value| slab.insert(value)).collect();
        for (value, slot) in slots.iter().enumerate() {
            // SAFETY: occupied.
            assert_eq!(unsafe { *slot.as_ref().get() }, value);
        }
        // SAFETY: occupied, and nobody refers to it.
        assert_eq!(unsafe { slab.remove(slots[7]) }, Some(7));
        assert_eq!(slab.insert(1000), slots[7]);
        assert_eq!(slab.len(), 100);
    }

    #[test]
    fn removing_changes_the_generation() {
        let slab = Slab::new();
        let slot = slab.insert(1);
        // SAFETY: slots live as long as the slab.
        let header = unsafe { &slot.as_ref().header };
        let before = header.generation();
        // SAFETY: occupied, and nobody refers to it.
        unsafe { slab.remove(slot) };
        assert_ne!(header.generation(), before);
    }

    #[test]
    fn a_slot_that_has_gone_through_all_generations_rests() {
        let slab = Slab::new();
        let slot = slab.insert(1);
        // SAFETY: slots live as long as the slab.
        unsafe { slot.as_ref() }.header.generation.set(u32::MAX);
        // SAFETY: occupied, and nobody refers to it.
        assert_eq!(unsafe { slab.remove(slot) }, Some(1));
        for value in 0..10 {
            assert_ne!(slab.insert(value), slot);
        }
    }

    #[test]
    fn a_sweep_takes_what_is_neither_marked_nor_kept() {
        let slab = Slab::new();
        let slots: Vec<_> = (0..10).map(|value| slab.insert(value)).collect();
        for slot in [slots[2], slots[5]] {
            // SAFETY: slots live as long as the slab.
            let header = unsafe { &slot.as_ref().header };
            assert!(header.mark() && !header.mark());
        }
        // SAFETY: nobody refers to the entities.
        let dead = unsafe { slab.sweep(|&value| value == 9) };
        assert_eq!(dead, [0, 1, 3, 4, 6, 7, 8]);
        // SAFETY: as above. The marks are gone.
        assert_eq!(unsafe { slab.sweep(|_| false) }, [2, 5, 9]);
        assert_eq!(slab.len(), 0);
    }

    #[test]
    fn pins_are_counted_unless_they_are_for_good() {
        let header = SlotHeader::default();
        header.pin();
        header.pin();
        header.unpin();
        assert!(header.is_pinned());
        header.unpin();
        header.unpin();
        assert!(!header.is_pinned());
        header.keep();
        header.pin();
        header.unpin();
        assert!(!header.is_pinned());
    }
}
