//! References of the host that keep nothing, and the identity that they give to objects.
//!
//! Objects move, so an address cannot tell one from another over time. An object with a weak reference has the reference's number
//! in its header, in the collector's word, and takes it along; so a host finds what it knows of an object without a search.

use std::cell::RefCell;

use super::object::is_object;
use crate::store::StoreInner;

/// A weak reference: the same for all that are made of one object while there is any.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct WeakRoot {
    index: u32,
    generation: u32,
}

#[derive(Copy, Clone)]
struct Entry {
    /// Null when the object is gone.
    reference: u32,
    generation: u32,
    /// How many times it was asked for and has not been dropped.
    count: u32,
}

/// The weak references of a store.
#[derive(Default)]
pub(super) struct Weak {
    entries: RefCell<Vec<Entry>>,
    free: RefCell<Vec<u32>>,
}

impl Weak {
    /// Sets every reference to what `moved` gives for it.
    pub(super) fn update(&self, moved: impl Fn(u32) -> u32) {
        for entry in self.entries.borrow_mut().iter_mut() {
            if entry.reference != 0 {
                entry.reference = moved(entry.reference);
            }
        }
    }

    fn get(&self, root: WeakRoot) -> Option<u32> {
        let entries = self.entries.borrow();
        let entry = entries.get(root.index as usize)?;
        (entry.generation == root.generation && entry.reference != 0).then_some(entry.reference)
    }

    /// One more for the object that has entry `index`.
    fn again(&self, index: u32) -> WeakRoot {
        let entry = &mut self.entries.borrow_mut()[index as usize];
        entry.count += 1;
        WeakRoot {
            index,
            generation: entry.generation,
        }
    }

    fn insert(&self, reference: u32) -> WeakRoot {
        let mut entries = self.entries.borrow_mut();
        let index = self.free.borrow_mut().pop().unwrap_or_else(|| {
            entries.push(Entry {
                reference: 0,
                generation: 0,
                count: 0,
            });
            entries.len() as u32 - 1
        });
        let entry = &mut entries[index as usize];
        entry.reference = reference;
        entry.count = 1;
        WeakRoot {
            index,
            generation: entry.generation,
        }
    }

    /// Drops one; the object's reference when it was the last and the object is there.
    fn remove(&self, root: WeakRoot) -> Option<u32> {
        let mut entries = self.entries.borrow_mut();
        let entry = entries.get_mut(root.index as usize)?;
        if entry.generation != root.generation {
            return None;
        }
        entry.count -= 1;
        if entry.count > 0 {
            return None;
        }
        entry.generation = entry.generation.wrapping_add(1);
        // A number that has gone through all generations rests for ever: no old one may become current again.
        if entry.generation != 0 {
            self.free.borrow_mut().push(root.index);
        }
        let reference = std::mem::take(&mut entry.reference);
        (reference != 0).then_some(reference)
    }
}

impl StoreInner {
    /// A weak reference to the object that `reference` names, to be dropped with [`Self::drop_weak`]; `None` when it names
    /// none: integers and values of the host have no identity.
    ///
    /// # Safety
    /// `reference` is one of this store's, of the present.
    pub unsafe fn weak_root(&self, reference: u32) -> Option<WeakRoot> {
        let weak = self.heap().handles().weak();
        if !is_object(reference) {
            return None;
        }
        // SAFETY: the caller's.
        Some(match unsafe { self.number(reference) } {
            Some(index) => weak.again(index),
            None => {
                let root = weak.insert(reference);
                // SAFETY: as above.
                unsafe { self.set_number(reference, root.index + 1) };
                root
            }
        })
    }

    /// The weak reference to the object that `reference` names, if there is one. It is not counted.
    ///
    /// # Safety
    /// As for [`Self::weak_root`].
    pub unsafe fn find_weak(&self, reference: u32) -> Option<WeakRoot> {
        if !is_object(reference) {
            return None;
        }
        // SAFETY: the caller's.
        let index = unsafe { self.number(reference) }?;
        let generation = self.heap().handles().weak().entries.borrow()[index as usize].generation;
        Some(WeakRoot { index, generation })
    }

    /// The object as it is now; `None` when it is gone.
    pub fn weak(&self, root: WeakRoot) -> Option<u32> {
        self.heap().handles().weak().get(root)
    }

    /// Lets go of a weak reference.
    pub fn drop_weak(&self, root: WeakRoot) {
        if let Some(reference) = self.heap().handles().weak().remove(root) {
            // SAFETY: a reference that has been updated with every collection.
            unsafe { self.set_number(reference, 0) };
        }
    }

    /// The number in an object's header.
    ///
    /// # Safety
    /// `reference` names an object of this store.
    unsafe fn number(&self, reference: u32) -> Option<u32> {
        // SAFETY: the second half of the header is the collector's.
        let number = unsafe { self.object(reference).cast::<u32>().add(1).read() };
        number.checked_sub(1)
    }

    /// # Safety
    /// As for [`Self::number`].
    unsafe fn set_number(&self, reference: u32, number: u32) {
        // SAFETY: as above.
        unsafe { self.object(reference).cast::<u32>().add(1).write(number) };
    }
}
