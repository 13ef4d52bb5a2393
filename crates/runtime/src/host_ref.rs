//! References to values of the host: `externref` (§ 4.2.1 "host addresses") without a heap.
//!
//! A reference is the number of a slot, tagged; the slot keeps the value until a collection finds no reference to
//! it. Small integers need no slot.

use std::any::Any;
use std::cell::RefCell;
use std::sync::Arc;

use crate::error::ResourceError;

/// A value of the host that wasm can hold on to.
pub type HostValue = Arc<dyn Any + Send + Sync>;

/// Slots that a tagged 32-bit reference can name.
const CAPACITY: usize = 1 << 30;

/// The host values of a store.
#[derive(Default)]
pub(crate) struct HostRefs {
    slots: RefCell<Vec<Option<HostValue>>>,
    free: RefCell<Vec<u32>>,
}

/// Which slots a collection has met references to.
#[derive(Debug)]
pub(crate) struct Marks(Vec<u64>);

impl Marks {
    /// Notes that there is a `reference`, which is a slot of host values.
    pub(crate) fn mark(&mut self, reference: u32) {
        let index = reference as usize >> 2;
        if let Some(word) = self.0.get_mut(index / 64) {
            *word |= 1 << (index % 64);
        }
    }

    fn has(&self, index: usize) -> bool {
        self.0[index / 64] >> (index % 64) & 1 == 1
    }
}

/// Whether `reference` is a slot of host values.
pub fn is_host_ref(reference: u32) -> bool {
    reference & 3 == 2
}

/// The reference that is the 31-bit integer `value`; the uppermost bit is lost (§ 4.6.4 `ref.i31`).
pub fn i31(value: u32) -> u32 {
    value << 1 | 1
}

/// The integer of an i31 reference, zero-extended, if it is one.
pub fn i31_value(reference: u32) -> Option<u32> {
    (reference & 1 == 1).then_some(reference >> 1)
}

impl HostRefs {
    /// A reference to `value`.
    pub(crate) fn insert(&self, value: HostValue) -> Result<u32, ResourceError> {
        let mut slots = self.slots.borrow_mut();
        let index = match self.free.borrow_mut().pop() {
            Some(index) => index,
            None if slots.len() < CAPACITY => {
                slots.push(None);
                slots.len() as u32 - 1
            }
            None => {
                return Err(ResourceError::new(format!(
                    "a store holds at most {CAPACITY} host references"
                )));
            }
        };
        slots[index as usize] = Some(value);
        Ok(index << 2 | 2)
    }

    /// No marks for the slots there are.
    pub(crate) fn marks(&self) -> Marks {
        Marks(vec![0; self.slots.borrow().len().div_ceil(64)])
    }

    /// Frees all slots that have no mark, and gives back what was in them.
    pub(crate) fn sweep(&self, marks: &Marks) -> Vec<HostValue> {
        let mut freed = Vec::new();
        for (index, slot) in self.slots.borrow_mut().iter_mut().enumerate() {
            if slot.is_some() && !marks.has(index) {
                freed.extend(slot.take());
                self.free.borrow_mut().push(index as u32);
            }
        }
        freed
    }

    /// The value that `reference` names, if it names one.
    pub(crate) fn get(&self, reference: u32) -> Option<HostValue> {
        if !is_host_ref(reference) {
            return None;
        }
        self.slots.borrow().get(reference as usize >> 2)?.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_tagged_and_slots_reused() {
        let refs = HostRefs::default();
        let first = refs.insert(Arc::new(1i32)).expect("room");
        let second = refs.insert(Arc::new(2i32)).expect("room");
        assert!(is_host_ref(first) && is_host_ref(second) && first != second);
        assert_eq!(
            refs.get(second)
                .and_then(|value| value.downcast_ref().copied()),
            Some(2)
        );
        let mut marks = refs.marks();
        marks.mark(second);
        assert_eq!(refs.sweep(&marks).len(), 1);
        assert!(refs.get(first).is_none() && refs.get(second).is_some());
        assert_eq!(refs.insert(Arc::new(3i32)).expect("room"), first);
        assert_eq!(refs.get(i31(5)).is_none(), i31_value(i31(5)) == Some(5));
    }
}
