//! Objects of the library, the host's scripts, that can be cloned or transferred ("platform objects" that are serializable or transferable).
//!
//! A script makes an object one by `native.portable(object, script, steps)`. Then the export `steps` of that script is an object
//! of functions, in every agent: `serialize(object)` gives data to be cloned in its stead and `deserialize(data)` the new object;
//! `transfer(object)` and `receive(data)` likewise for an object that only changes hands. One that lacks the functions cannot
//! be cloned, or not be transferred. What the functions give may hold instances of Rust that are [`Portable`](super::Portable).
//!
//! Which objects are such is known to a `WeakMap` that no program can reach, since properties of objects can be forged.

use std::cell::OnceCell;

use crate::agent::Agent;
use crate::library;
use crate::quickjs::{Call, Context, Held, JsResult, Key, Value};

/// What an agent knows of such objects.
#[derive(Default)]
pub(crate) struct Platform {
    kinds: OnceCell<Held>,
}

impl Platform {
    /// Lets go of everything of JavaScript, at the agent's end.
    pub(crate) fn clear(&mut self) {
        drop(self.kinds.take());
    }
}

/// Where the functions are.
#[derive(Clone)]
pub(super) struct Kind {
    script: String,
    steps: String,
}

impl Kind {
    /// What `object` is, if it is such an object.
    pub(super) fn of(object: &Value<'_>) -> JsResult<Option<Self>> {
        let context = object.context();
        let agent = Agent::of(context);
        let platform = agent.platform.borrow();
        let Some(kinds) = platform.kinds.get() else {
            return Ok(None);
        };
        let get = agent.realm().clone.weak_map_get.get(context);
        let kind = get.call(&kinds.get(context), std::slice::from_ref(object))?;
        if kind.is_undefined() {
            return Ok(None);
        }
        Ok(Some(Self {
            script: kind.get(Key::Index(0))?.to_text()?,
            steps: kind.get(Key::Index(1))?.to_text()?,
        }))
    }

    /// One of the functions, if there is such.
    pub(super) fn step<'js>(
        &self,
        context: Context<'js>,
        name: &str,
    ) -> JsResult<Option<Value<'js>>> {
        let steps = library::export(context, &self.script, &self.steps)?;
        let step = steps.get(Key::Name(name))?;
        Ok(step.is_callable().then_some(step))
    }
}

/// Puts `portable` into the natives of a script.
pub(crate) fn natives(natives: &Value<'_>) -> JsResult<()> {
    library::native(natives, "portable", portable)
}

/// `portable(object, script, steps)`.
fn portable<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let agent = Agent::of(context);
    let realm = agent.realm();
    if agent.platform.borrow().kinds.get().is_none() {
        let kinds = realm.clone.weak_map.get(context).construct(&[], None)?;
        let _ = agent.platform.borrow().kinds.set(kinds.hold());
    }
    let platform = agent.platform.borrow();
    if let Some(kinds) = platform.kinds.get() {
        let kind = context.array([call.argument(1), call.argument(2)])?;
        let set = realm.clone.weak_map_set.get(context);
        set.call(&kinds.get(context), &[call.argument(0), kind])?;
    }
    Ok(context.undefined())
}
