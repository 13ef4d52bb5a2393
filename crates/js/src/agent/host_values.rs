//! [`HostValues`]: values of JavaScript that wasm holds (the "host value cache" of the JavaScript interface).
//!
//! What wasm holds must be `Send`, since a store is; so it holds a number, and the value stays here. A number that is dropped,
//! possibly in the midst of a collection of wasm's heap, is only noted; its value goes when the next one comes.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

use weft::host;

use crate::quickjs::{Context, Held, Tracer, Value};

/// The values of an agent that wasm holds.
#[derive(Default)]
pub(crate) struct HostValues {
    slots: RefCell<Vec<Option<Slot>>>,
    free: RefCell<Vec<u32>>,
    released: Arc<Released>,
}

/// Which of the values it is.
#[derive(Copy, Clone, Debug)]
pub(super) struct SlotIndex(u32);

/// A value that wasm holds.
struct Slot {
    value: Held,
    /// Whether a collection under way has found that it lives.
    is_marked: Cell<bool>,
    /// Its code units, if it is a string that somebody has looked into.
    units: OnceCell<Rc<[u16]>>,
}

#[derive(Default)]
struct Released(Mutex<Vec<u32>>);

/// A value of JavaScript, as wasm holds it.
pub(crate) struct HostValue {
    index: u32,
    released: Arc<Released>,
}

/// What a host function of an import is [traced](host::trace_func) by: the function that it calls.
pub(crate) struct ImportedFunction {
    value: Arc<HostValue>,
    /// The "index of the host function".
    pub(crate) index: u32,
}

impl ImportedFunction {
    pub(crate) fn new(value: Arc<HostValue>, index: u32) -> Self {
        Self { value, index }
    }

    pub(super) fn slot(&self) -> SlotIndex {
        self.value.slot()
    }
}

impl HostValue {
    pub(super) fn slot(&self) -> SlotIndex {
        SlotIndex(self.index)
    }
}

impl host::Trace for ImportedFunction {
    /// It holds nothing of the store.
    fn trace(&self, _: &mut host::Tracer<'_, '_>) {}
}

impl Drop for HostValue {
    fn drop(&mut self) {
        self.released.add(self.index);
    }
}

impl Released {
    fn add(&self, index: u32) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(index);
    }

    fn take(&self) -> Vec<u32> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl HostValues {
    /// Keeps a value for as long as the result lives.
    pub(crate) fn keep(&self, value: Value<'_>) -> HostValue {
        self.release();
        let free = self.free.borrow_mut().pop();
        let mut slots = self.slots.borrow_mut();
        let index = free.unwrap_or_else(|| {
            slots.push(None);
            u32::try_from(slots.len() - 1).expect("wasm holds fewer references than that")
        });
        slots[index as usize] = Some(Slot {
            value: value.hold(),
            is_marked: Cell::new(false),
            units: OnceCell::new(),
        });
        HostValue {
            index,
            released: self.released.clone(),
        }
    }

    /// The value again: `undefined` if nothing that lives led to it in a collection.
    ///
    /// # Panics
    /// When it is another agent's.
    pub(crate) fn get<'js>(&self, context: Context<'js>, value: &HostValue) -> Value<'js> {
        let found = self.with_slot(value, |slot| slot.value.get(context));
        found.unwrap_or_else(|| context.undefined())
    }

    /// The code units of the value if it is a string. They are kept, so that looking at one is not looking at all of them.
    pub(crate) fn units(&self, context: Context<'_>, value: &HostValue) -> Option<Rc<[u16]>> {
        if let Some(known) = self.with_slot(value, |slot| slot.units.get().cloned())? {
            return Some(known);
        }
        let string = self.get(context, value);
        if !string.is_string() {
            return None;
        }
        let units = string.to_utf16().map_err(|thrown| context.catch(thrown));
        let units: Rc<[u16]> = units.ok()?.into();
        self.with_slot(value, |slot| slot.units.get_or_init(|| units).clone())
    }

    /// Notes that the value of this slot lives, in a collection.
    pub(super) fn mark(&self, index: SlotIndex) {
        if let Some(Some(slot)) = self.slots.borrow().get(index.0 as usize) {
            slot.is_marked.set(true);
        }
    }

    /// The same, and reports it.
    pub(super) fn report(&self, index: SlotIndex, tracer: &mut Tracer) {
        if let Some(Some(slot)) = self.slots.borrow().get(index.0 as usize)
            && !slot.is_marked.replace(true)
        {
            tracer.visit(&slot.value);
        }
    }

    /// Reports all values without a mark.
    pub(super) fn report_unmarked(&self, tracer: &mut Tracer) {
        for slot in self.slots.borrow().iter().flatten() {
            if !slot.is_marked.get() {
                tracer.visit(&slot.value);
            }
        }
    }

    /// The same, and gives them up.
    pub(super) fn bury_unmarked(&self, tracer: &mut Tracer) -> Vec<Held> {
        let mut slots = self.slots.borrow_mut();
        let is_dead = |slot: &mut Slot| !slot.is_marked.get();
        let dead = slots.iter_mut().filter_map(|slot| slot.take_if(is_dead));
        let dead: Vec<Held> = dead.map(|slot| slot.value).collect();
        dead.iter().for_each(|value| tracer.visit(value));
        dead
    }

    /// Takes all marks away, after a collection.
    pub(super) fn forget_marks(&self) {
        for slot in self.slots.borrow().iter().flatten() {
            slot.is_marked.set(false);
        }
    }

    fn with_slot<R>(&self, value: &HostValue, body: impl FnOnce(&Slot) -> R) -> Option<R> {
        assert!(
            Arc::ptr_eq(&self.released, &value.released),
            "a value of another agent"
        );
        let slots = self.slots.borrow();
        let slot = slots.get(value.index as usize).and_then(Option::as_ref);
        slot.map(body)
    }

    /// Lets go of what wasm has dropped.
    pub(crate) fn release(&self) {
        for index in self.released.take() {
            let held = self
                .slots
                .borrow_mut()
                .get_mut(index as usize)
                .and_then(Option::take);
            self.free.borrow_mut().push(index);
            // Its finalizers may come back here, so nothing is borrowed.
            drop(held);
        }
    }

    /// Lets go of everything, at the agent's end.
    pub(super) fn clear(&self) {
        let slots = std::mem::take(&mut *self.slots.borrow_mut());
        drop(slots);
    }
}
