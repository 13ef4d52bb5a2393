//! The store, while JavaScript runs.
//!
//! Rust that runs JavaScript has the store borrowed: at the top its owner, below wasm a host function with its caller. It lends
//! that borrow for as long as JavaScript runs, and functions that JavaScript calls take it for a moment. While one of
//! them has it there is nothing to take; a call of wasm passes it on, and a host function below lends again.

use std::cell::UnsafeCell;
use std::mem::transmute;
use std::rc::Rc;

use weft::{AsContextMut, ResourceLimiter, StoreContextMut};

use super::Agent;
use crate::quickjs::Core;

/// What a store of JavaScript has as its data.
pub(crate) struct AgentRef {
    pub(crate) agent: Rc<Agent>,
    pub(crate) core: Rc<Core>,
    pub(crate) limiter: Option<Box<dyn ResourceLimiter>>,
}

impl AgentRef {
    /// The agent and its runtime, for a host function that lends the store that this is in.
    pub(crate) fn parts(&self) -> (Rc<Agent>, Rc<Core>) {
        (self.agent.clone(), self.core.clone())
    }
}

type Borrow<'a> = StoreContextMut<'a, AgentRef>;

/// The borrow that can be taken, if there is one.
#[derive(Default)]
pub(super) struct Lent(UnsafeCell<Option<Borrow<'static>>>);

impl Lent {
    fn replace(&self, borrow: Option<Borrow<'static>>) -> Option<Borrow<'static>> {
        // SAFETY: an agent is of one thread, and the reference ends here.
        unsafe { std::mem::replace(&mut *self.0.get(), borrow) }
    }
}

/// Puts back what was there before, also on the way of a panic.
struct Restore<'a> {
    lent: &'a Lent,
    before: Option<Borrow<'static>>,
}

impl Drop for Restore<'_> {
    fn drop(&mut self) {
        self.lent.replace(self.before.take());
    }
}

impl Agent {
    /// Runs `body`, in which [`Agent::with_store`] gives `store`.
    pub(crate) fn lend<R>(
        &self,
        mut store: impl AsContextMut<Data = AgentRef>,
        body: impl FnOnce() -> R,
    ) -> R {
        let borrow = store.as_context_mut();
        // SAFETY: only the lifetime is forgotten. The borrow is taken back below before it ends, whatever happens, and `with_store` lends
        // it no longer than it is here.
        let borrow = unsafe { transmute::<Borrow<'_>, Borrow<'static>>(borrow) };
        let before = self.store.replace(Some(borrow));
        let _restore = Restore {
            lent: &self.store,
            before,
        };
        body()
    }

    /// Runs `body` with the store. It must not run JavaScript, but by way of wasm.
    ///
    /// # Panics
    /// When somebody has the store already, or nobody has lent it.
    pub(crate) fn with_store<R>(&self, body: impl FnOnce(Borrow<'_>) -> R) -> R {
        let borrow = self.store.replace(None).expect("the store is in use");
        // It goes back even if `body` panics, which a host function may.
        let mut restore = Restore {
            lent: &self.store,
            before: Some(borrow),
        };
        match &mut restore.before {
            Some(borrow) => body(borrow.as_context_mut()),
            None => unreachable!("put there just now"),
        }
    }
}
