//! What values and functions of the host refer to, as they say themselves.
//!
//! A host value that holds a handle which keeps nothing tells every search of it, so that what it refers to stays as long as it can be
//! reached itself, and a circle through the host goes when nothing else reaches it.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::Item;
use super::edges::{Edge, Found, Node};
use crate::error::Misuse;
use crate::func::{Context, Func, context_of};
use crate::gc::WeakRoot;
use crate::store::{Extern, StoreInner};

/// Tells what a value refers to.
pub type TraceFn = fn(&(dyn Any + Send + Sync), &mut Tracer<'_>);

/// A value of the host that refers to what `trace` tells.
#[derive(Clone)]
pub struct Traced {
    /// The value.
    pub value: Arc<dyn Any + Send + Sync>,
    /// How to ask it.
    pub trace: TraceFn,
}

impl Traced {
    /// Asks it. A panic of its code has been reported by its hook and ends here: what it has not named may go, and its handles say so.
    pub(super) fn trace(&self, tracer: &mut Tracer<'_>) {
        let _ = catch_unwind(AssertUnwindSafe(|| (self.trace)(&*self.value, tracer)));
    }
}

/// Takes what a value refers to.
pub struct Tracer<'a> {
    store: &'a StoreInner,
    visit: &'a mut dyn FnMut(Edge<'_>),
}

impl<'a> Tracer<'a> {
    pub(super) fn new(store: &'a StoreInner, visit: &'a mut dyn FnMut(Edge<'_>)) -> Self {
        Self { store, visit }
    }

    /// The value refers to what `item` names. Nothing happens when that is gone or belongs to another store.
    pub fn item(&mut self, item: Item) {
        let found = match item {
            Item::Extern(Extern::Func(func)) => func.func_ref(self.store).map(Found::Func),
            item => Node::of(item, self.store).map(Found::Node),
        };
        if let Ok(found) = found {
            (self.visit)(Edge::Found(found));
        }
    }

    /// The value refers to the object of a weak reference. Nothing happens when that is gone.
    pub fn object(&mut self, root: WeakRoot) {
        if let Some(mut reference) = self.store.weak(root) {
            // The weak reference itself is updated when the search is over.
            (self.visit)(Edge::Object(&mut reference));
        }
    }
}

impl StoreInner {
    /// Has every search ask what `func`, a function of the host, refers to.
    ///
    /// # Errors
    /// When it belongs to another store, is gone, or is not of the host.
    pub fn set_traced(&self, func: Func, traced: Traced) -> Result<(), Misuse> {
        // SAFETY: checked by `func_ref`; its context lives with it.
        match unsafe { context_of(func.func_ref(self)?.as_ref().vmctx) } {
            // SAFETY: a host function lives as long as whoever imports it.
            Context::Host(slot, _) => unsafe { slot.as_ref().get().set_traced(traced) },
            Context::Instance(_) => {
                return Err(Misuse::Type("the function is not of the host".to_string()));
            }
        }
        Ok(())
    }

    /// Visits the objects that functions of the host refer to.
    pub(crate) fn trace_host_funcs(&self, visit: &mut dyn FnMut(&mut u32)) {
        let mut visit = |edge: Edge<'_>| {
            if let Edge::Object(reference) = edge {
                visit(reference);
            }
        };
        self.host_funcs.for_each(|func| {
            if let Some(traced) = func.traced() {
                traced.trace(&mut Tracer::new(self, &mut visit));
            }
        });
    }

    /// Visits what the value that `reference` names refers to.
    pub(crate) fn trace_host_ref(&self, reference: u32, visit: &mut dyn FnMut(Edge<'_>)) {
        if let Some(traced) = self.traced_ref(reference) {
            traced.trace(&mut Tracer::new(self, visit));
        }
    }
}

impl Func {
    /// What searches ask for this function, if it is of the host and there is anything.
    ///
    /// # Errors
    /// When it belongs to another store or is gone.
    pub fn traced(self, store: &StoreInner) -> Result<Option<Traced>, Misuse> {
        // SAFETY: checked by `func_ref`; its context lives with it.
        Ok(
            match unsafe { context_of(self.func_ref(store)?.as_ref().vmctx) } {
                // SAFETY: a host function lives as long as whoever imports it.
                Context::Host(slot, _) => unsafe { slot.as_ref().get() }.traced(),
                Context::Instance(_) => None,
            },
        )
    }
}
