//! References to values of the host: `externref` (§ 4.2.1 "host addresses") without a heap.
//!
//! A reference is the number of a slot, tagged; the slot keeps the value until a collection finds no reference to
//! it. Small integers need no slot.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::sync::Arc;

use crate::error::ResourceError;
use crate::reach::{TraceFn, Traced};

/// A value of the host that wasm can hold on to.
pub type HostValue = Arc<dyn Any + Send + Sync>;

/// Slots that a tagged 32-bit reference can name.
const CAPACITY: usize = 1 << 30;

/// The host values of a store.
#[derive(Default)]
pub(crate) struct HostRefs {
    slots: RefCell<Vec<Option<HostSlot>>>,
    free: RefCell<Vec<u32>>,
    /// Whether any of them ever said what it refers to.
    traced: Cell<bool>,
}

#[derive(Clone)]
struct HostSlot {
    value: HostValue,
    /// How to ask it what it refers to, if it refers to anything of the store.
    trace: Option<TraceFn>,
}

/// Which slots a collection has met references to.
#[derive(Debug)]
pub(crate) struct Marks(Vec<u64>);

impl Marks {
    /// Notes that there is a `reference`, which is a slot of host values; whether it is the first.
    pub(crate) fn mark(&mut self, reference: u32) -> bool {
        let index = reference as usize >> 2;
        let bit = 1 << (index % 64);
        match self.0.get_mut(index / 64) {
            Some(word) => std::mem::replace(word, *word | bit) & bit == 0,
            None => false,
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
    /// A reference to `value`, which refers to what `trace` tells.
    pub(crate) fn insert(
        &self,
        value: HostValue,
        trace: Option<TraceFn>,
    ) -> Result<u32, ResourceError> {
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
        slots[index as usize] = Some(HostSlot { value, trace });
        if trace.is_some() {
            self.traced.set(true);
        }
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
                freed.extend(slot.take().map(|slot| slot.value));
                self.free.borrow_mut().push(index as u32);
            }
        }
        freed
    }

    /// The value that `reference` names, if it names one.
    pub(crate) fn get(&self, reference: u32) -> Option<HostValue> {
        Some(self.slot(reference)?.value)
    }

    /// The value that `reference` names and how to ask it what it refers to, if there is a way.
    pub(crate) fn traced(&self, reference: u32) -> Option<Traced> {
        let HostSlot { value, trace } = self.slot(reference)?;
        Some(Traced {
            value,
            trace: trace?,
        })
    }

    /// Whether any value ever said what it refers to.
    pub(crate) fn has_traced(&self) -> bool {
        self.traced.get()
    }

    fn slot(&self, reference: u32) -> Option<HostSlot> {
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
        let first = refs.insert(Arc::new(1i32), None).expect("room");
        let second = refs.insert(Arc::new(2i32), None).expect("room");
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
        assert_eq!(refs.insert(Arc::new(3i32), None).expect("room"), first);
        assert_eq!(refs.get(i31(5)).is_none(), i31_value(i31(5)) == Some(5));
    }
}
