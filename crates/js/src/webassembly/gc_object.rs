//! Exported GC Objects: structures and arrays of wasm's heap as objects of JavaScript.
//!
//! Such an object is a proxy, because nothing else in QuickJS has all the internal methods that the specification defines. Its
//! target is an instance that holds the reference and is never given away.

use std::ffi::CStr;

use weft::host::WeakRef;
use weft::{AnyRef, HeapType, OwnedRooted, RootScope};

use crate::agent::{Agent, trace_object};
use crate::quickjs::{
    Attributes, Call, CallKind, Class, Context, Held, JsResult, Key, Trace, Tracer, Value,
};

use super::{errors, realm};

/// What the target of a proxy holds: \[[ObjectAddress]].
struct GcObject {
    object: OwnedRooted<AnyRef>,
    /// Keeps the object's key what it is.
    _key: WeakRef<AnyRef>,
}

// SAFETY: it holds nothing of JavaScript but by what it pins.
unsafe impl Trace for GcObject {
    fn trace(&self, tracer: &mut Tracer) {
        trace_object(&self.object, tracer);
    }
}

impl Class for GcObject {
    const NAME: &'static CStr = c"WebAssembly object";
}

/// The handler of all proxies.
pub(super) fn handler(context: Context<'_>) -> JsResult<Held> {
    let handler = context.object_of(&context.null())?;
    trap(&handler, "getPrototypeOf", |call| Ok(call.context().null()))?;
    trap(&handler, "setPrototypeOf", no)?;
    trap(&handler, "isExtensible", no)?;
    trap(&handler, "preventExtensions", no)?;
    trap(&handler, "getOwnPropertyDescriptor", nothing)?;
    trap(&handler, "defineProperty", no)?;
    trap(&handler, "has", no)?;
    trap(&handler, "get", nothing)?;
    trap(&handler, "set", refuse)?;
    trap(&handler, "deleteProperty", refuse)?;
    trap(&handler, "ownKeys", |call| call.context().array([]))?;
    Ok(handler.hold())
}

fn trap<F>(handler: &Value<'_>, name: &str, function: F) -> JsResult<()>
where
    F: for<'a> Fn(&Call<'a>) -> JsResult<Value<'a>> + Copy + 'static,
{
    let context = handler.context();
    let function = context.function(name, 0, CallKind::Function, function)?;
    handler.define(Key::Name(name), function, Attributes::NONE)
}

fn no<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    Ok(call.context().boolean(false))
}

fn nothing<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    Ok(call.context().undefined())
}

fn refuse<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    Err(call.context().throw_type("WebAssembly objects are opaque"))
}

/// The reference behind an Exported GC Object, and its type.
pub(super) fn reference_of(value: &Value<'_>) -> Option<(OwnedRooted<AnyRef>, HeapType)> {
    let object = held(value)?;
    let agent = Agent::of(value.context());
    let ty = agent.with_store(|store| object.ty(&store)).ok()?;
    Some((object, ty))
}

fn held(value: &Value<'_>) -> Option<OwnedRooted<AnyRef>> {
    let target = value.proxy_target()?;
    target
        .downcast::<GcObject>()
        .map(|object| object.object.clone())
}

/// A new Exported GC Object, or the one that there is.
pub(super) fn wrap<'js>(
    context: Context<'js>,
    object: &OwnedRooted<AnyRef>,
) -> JsResult<Value<'js>> {
    let agent = Agent::of(context);
    let weak = agent.with_store(|store| {
        let mut scope = RootScope::new(store);
        let object = object.to_rooted(&mut scope)?;
        WeakRef::new(&mut scope, &object)
    });
    let weak = match weak {
        Ok(Some(weak)) => weak,
        Ok(None) => return Ok(context.null()),
        Err(error) => return Err(errors::throw(context, None, None, &error)),
    };
    let (objects, key) = (&agent.identities.objects, weak.key());
    if let Some(found) = objects.get(context, key) {
        return Ok(found);
    }
    let handler = realm(context).classes.gc_handler.get(context);
    let object = GcObject {
        object: object.clone(),
        _key: weak,
    };
    context.proxy_of_key(&handler, objects, key, object)
}
