//! [`Exceptions`]: the objects of exceptions that wasm has.
//!
//! Wasm may have an exception while no script has its object, and throw it again later: then it must be the same object, with what
//! scripts have put on it. So the object is kept as long as the exception lives. It does not keep the exception in turn; an
//! object whose exception has gone becomes a new one when it is thrown, and nothing in wasm can tell.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use weft::host::{ObjectKey, WeakRef};
use weft::{ExnRef, RootScope};

use super::host_values::SlotIndex;
use super::{Agent, HostValue};
use crate::quickjs::{Context, Value};

/// The objects of exceptions that wasm may have.
#[derive(Default)]
pub(crate) struct Exceptions {
    objects: RefCell<HashMap<ObjectKey, (WeakRef<ExnRef>, HostValue)>>,
    /// How many were left when those of dead exceptions were last looked for.
    living: Cell<usize>,
}

/// So many objects are kept before dead ones are looked for.
const FEW: usize = 1024;

impl Exceptions {
    /// The object of the exception with this key.
    pub(crate) fn get<'js>(
        &self,
        agent: &Agent,
        context: Context<'js>,
        key: ObjectKey,
    ) -> Option<Value<'js>> {
        let objects = self.objects.borrow();
        let (_, object) = objects.get(&key)?;
        Some(agent.values.get(context, object))
    }

    /// Keeps `object` as long as `exception` lives.
    pub(crate) fn keep(&self, agent: &Agent, exception: WeakRef<ExnRef>, object: Value<'_>) {
        let object = agent.values.keep(object);
        let before = self
            .objects
            .borrow_mut()
            .insert(exception.key(), (exception, object));
        drop(before);
        if self.objects.borrow().len() > FEW.max(2 * self.living.get()) {
            self.sweep(agent);
        }
    }

    /// Which of the values that the agent keeps is the object of the exception with this key.
    pub(super) fn slot_of(&self, key: ObjectKey) -> Option<SlotIndex> {
        let objects = self.objects.borrow();
        objects.get(&key).map(|(_, object)| object.slot())
    }

    /// Lets go of the objects of exceptions that are dead.
    fn sweep(&self, agent: &Agent) {
        let objects = self.objects.take();
        let (living, dead): (HashMap<_, _>, HashMap<_, _>) = agent.with_store(|mut store| {
            // Without memory for a collection all of them live on.
            let _ = store.gc();
            let mut scope = RootScope::new(store);
            objects
                .into_iter()
                .partition(|(_, (exception, _))| !matches!(exception.upgrade(&mut scope), Ok(None)))
        });
        self.living.set(living.len());
        self.objects.replace(living);
        // Their end may come back here.
        drop(dead);
    }

    /// Lets go of everything, at the agent's end.
    pub(super) fn clear(&self) {
        drop(self.objects.take());
    }
}
