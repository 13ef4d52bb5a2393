//! [`Garbage`]: letting go of what neither JavaScript nor wasm can reach any more, circles through both included.
//!
//! An object of JavaScript that stands for something of wasm *pins* it. Values of JavaScript that wasm holds (host functions of imports,
//! external references) are kept by the agent. So each heap takes for a root what the other one holds, and both collect by themselves
//! whenever they like. What that leaves, circles through both, is found here. QuickJS is asked to collect, and to count what the agent keeps as
//! garbage; but each object that turns out to live reports what it leads to in wasm, which a [`Reach`] finds, and that lives
//! too. Then wasm collects, with the pins that are left.
//!
//! That is due when enough has been made, counted by what things of wasm cost beside the heap of QuickJS: address space, mappings and
//! pages above all. It is done where nothing of wasm runs, before something is made.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ops::Deref;
use std::rc::Rc;

use weft::host::{self, Item, Met, Reach, SuspendedCall};
use weft::{AsContext, AsContextMut, GcRef, OwnedRooted, ResourceError, StoreContextMut};

use super::host_values::SlotIndex;
use super::{Agent, AgentRef, HostValue, ImportedFunction};
use crate::quickjs::{Context, Held, Outside, Phase, Tracer};

/// What things cost beside the heap of QuickJS, in bytes, about.
pub(crate) mod cost {
    /// Most have a memory of their own.
    pub(crate) const INSTANCE: usize = 64 << 10;
    pub(crate) const MEMORY: usize = 64 << 10;
    pub(crate) const TABLE: usize = 16 << 10;
    pub(crate) const GLOBAL: usize = 256;
    pub(crate) const TAG: usize = 256;
    /// A value of JavaScript that wasm is given.
    pub(crate) const VALUE: usize = 256;
    /// What is part of an instance or has been counted when it was made.
    pub(crate) const NOTHING: usize = 0;

    /// A module has its bytes, what they say, and code.
    pub(crate) fn of_module(module: &weft::Module) -> usize {
        (16 << 10) + 4 * module.wasm().len()
    }
}

/// From so much on a collection is worth its time, in bytes.
const LEAST: usize = 16 << 20;

/// So many pins are taken back at the latest.
const MANY: usize = 1 << 10;

/// What pins keep, and collections under way.
#[derive(Default)]
pub(crate) struct Garbage {
    /// What has been pinned and is not needed any more.
    released: RefCell<Vec<Item>>,
    /// What Rust has pinned for itself.
    roots: RefCell<HashMap<u64, Item>>,
    next_root: Cell<u64>,
    /// What the living lead to, in a collection.
    reach: RefCell<Option<Reach>>,
    /// What all that is pinned costs, and what of it has been made since the last collection.
    live: Cell<usize>,
    fresh: Cell<usize>,
    /// How much there was after that.
    left: Cell<usize>,
}

/// Keeps something of wasm as long as an object of JavaScript stands for it.
pub(crate) struct Pinned<T> {
    it: T,
    item: Item,
    cost: usize,
    garbage: Rc<Garbage>,
}

impl<T> Deref for Pinned<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.it
    }
}

impl<T> Drop for Pinned<T> {
    fn drop(&mut self) {
        let garbage = &self.garbage;
        garbage.live.set(garbage.live.get() - self.cost);
        garbage.released.borrow_mut().push(self.item.clone());
    }
}

impl<T> Pinned<T> {
    /// Reports the values of JavaScript that it leads to. For [`Trace`](crate::quickjs::Trace) of a class that has it.
    pub(crate) fn trace(&self, tracer: &mut Tracer) {
        report(tracer, |reach, store, met| {
            reach.item(store, self.item.clone(), met);
        });
    }
}

/// Reports the values of JavaScript that an object of wasm's heap leads to. For [`Trace`](crate::quickjs::Trace) of
/// a class that keeps it.
pub(crate) fn trace_object<T: GcRef>(object: &OwnedRooted<T>, tracer: &mut Tracer) {
    report(tracer, |reach, store, met| {
        // A root of this store is always there.
        let _ = reach.reference(store, &**object, met);
    });
}

/// Reports the values of JavaScript that a suspended call leads to. For [`Trace`](crate::quickjs::Trace) of the class that keeps it.
pub(crate) fn trace_call(call: &SuspendedCall, tracer: &mut Tracer) {
    report(tracer, |reach, store, met| {
        // A call of this agent is one of its store.
        let _ = reach.call(store, call, met);
    });
}

/// Keeps something of wasm that Rust has a handle of while scripts may run.
pub(crate) struct Root {
    number: u64,
    garbage: Rc<Garbage>,
}

impl Drop for Root {
    fn drop(&mut self) {
        let item = self.garbage.roots.borrow_mut().remove(&self.number);
        self.garbage.released.borrow_mut().extend(item);
    }
}

impl Agent {
    /// Pins `it` for an object that stands for it.
    pub(crate) fn pin<T: Clone + Into<Item>>(&self, it: T, cost: usize) -> Pinned<T> {
        let pinned = self.with_store(|store| self.pin_in(store, it, cost));
        pinned.expect("what has just been made or found is there")
    }

    /// The same for whoever has the store.
    ///
    /// # Errors
    /// When it is gone.
    pub(crate) fn pin_in<T: Clone + Into<Item>>(
        &self,
        mut store: impl AsContextMut,
        it: T,
        cost: usize,
    ) -> weft::Result<Pinned<T>> {
        let garbage = &self.garbage;
        if garbage.released.borrow().len() >= MANY {
            garbage.unpin(&mut store);
        }
        let item: Item = it.clone().into();
        host::pin(store, item.clone())?;
        garbage.live.set(garbage.live.get() + cost);
        self.note_made(cost);
        Ok(Pinned {
            it,
            item,
            cost,
            garbage: garbage.clone(),
        })
    }

    /// Notes that something that costs so much has been made.
    pub(crate) fn note_made(&self, cost: usize) {
        self.garbage.fresh.set(self.garbage.fresh.get() + cost);
    }

    /// Keeps `it` for Rust.
    pub(crate) fn root(&self, it: impl Into<Item>) -> Root {
        let item = it.into();
        let pinned = self.with_store(|store| host::pin(store, item.clone()));
        pinned.expect("what has just been made or found is there");
        let garbage = &self.garbage;
        let number = garbage.next_root.get();
        garbage.next_root.set(number + 1);
        garbage.roots.borrow_mut().insert(number, item);
        Root {
            number,
            garbage: garbage.clone(),
        }
    }

    /// Collects if it is due and nothing of wasm runs. To be called before something is made.
    pub(crate) fn collect_if_due(&self, context: Context<'_>) {
        let garbage = &self.garbage;
        let fresh = garbage.fresh.get();
        if fresh < LEAST {
            return;
        }
        let due = garbage.left.get().max(context.heap_size());
        if fresh >= due && self.with_store(|store| host::can_collect(&store)) {
            self.collect(context);
        }
    }

    /// Makes something of wasm, once more after a collection if there is no room for it.
    pub(crate) fn make<R>(
        &self,
        context: Context<'_>,
        make: impl Fn(StoreContextMut<'_, AgentRef>) -> weft::Result<R>,
    ) -> weft::Result<R> {
        self.collect_if_due(context);
        let made = self.with_store(&make);
        let is_full = made
            .as_ref()
            .is_err_and(|error| error.is::<ResourceError>());
        match is_full && self.with_store(|store| host::can_collect(&store)) {
            true => {
                self.collect(context);
                self.with_store(make)
            }
            false => made,
        }
    }

    /// Collects; while wasm runs, what JavaScript alone can find.
    pub(crate) fn collect_what_can_be(&self, context: Context<'_>) {
        match self.with_store(|store| host::can_collect(&store)) {
            true => self.collect(context),
            false => context.collect_circles(),
        }
    }

    fn collect(&self, context: Context<'_>) {
        let garbage = &self.garbage;
        let reach = self.with_store(|store| self.reach_from_roots(store));
        garbage.reach.replace(Some(reach));
        let collected = context.collect(Estate);
        garbage.reach.take();
        self.values.forget_marks();
        if let Err(thrown) = collected {
            drop(context.catch(thrown));
        }
        self.collect_wasm();
        garbage.fresh.set(0);
        garbage.left.set(garbage.live.get());
    }

    fn collect_wasm(&self) {
        self.with_store(|mut store| {
            self.garbage.unpin(&mut store);
            // Without memory for a collection all of it stays until the next one.
            let _ = store.collect();
        });
        self.values.release();
    }
}

impl Garbage {
    fn unpin(&self, mut store: impl AsContextMut) {
        for item in self.released.take() {
            // It is there, since it was pinned.
            let _ = host::unpin(&mut store, item);
        }
    }
}

/// What the agent keeps for wasm.
impl Agent {
    /// A search that has met what Rust's own pins lead to. It lives, whatever QuickJS finds, and nobody reports it.
    fn reach_from_roots(&self, store: impl AsContext) -> Reach {
        let mut reach = Reach::new(&store);
        for item in self.garbage.roots.borrow().values() {
            reach.item(&store, item.clone(), &mut |met| {
                if let Some(index) = self.slot_of(&met) {
                    self.values.mark(index);
                }
            });
        }
        reach
    }

    /// Which of the values that the agent keeps is kept for what a search has met.
    fn slot_of(&self, met: &Met) -> Option<SlotIndex> {
        match met {
            Met::Object(exception) => self.identities.exceptions.slot_of(*exception),
            Met::Value(value) => match value.downcast_ref::<ImportedFunction>() {
                Some(imported) => Some(imported.slot()),
                None => value.downcast_ref::<HostValue>().map(HostValue::slot),
            },
        }
    }
}

/// Reports the values that a search goes on to from an object that lives, in a collection of ours.
fn report(
    tracer: &mut Tracer,
    go: impl FnOnce(&mut Reach, StoreContextMut<'_, AgentRef>, &mut dyn FnMut(Met)),
) {
    if tracer.phase() != Some(Phase::Living) {
        return;
    }
    let agent = tracer.core().host::<Rc<Agent>>().clone();
    if let Some(reach) = &mut *agent.garbage.reach.borrow_mut() {
        agent.with_store(|store| {
            go(reach, store, &mut |met| {
                if let Some(index) = agent.slot_of(&met) {
                    agent.values.report(index, tracer);
                }
            });
        });
    }
}

/// What the agent keeps for wasm, as the estate of the dead: all of it is garbage that nobody living reports.
struct Estate;

// SAFETY: in a collection each value is reported when all are counted, and then once again: by a living object, or here.
unsafe impl Outside for Estate {
    fn count(&self, tracer: &mut Tracer) {
        tracer
            .core()
            .host::<Rc<Agent>>()
            .clone()
            .values
            .report_unmarked(tracer);
    }

    fn bury(&self, tracer: &mut Tracer) -> Vec<Held> {
        tracer
            .core()
            .host::<Rc<Agent>>()
            .clone()
            .values
            .bury_unmarked(tracer)
    }
}
