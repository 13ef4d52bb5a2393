//! The language's functions that describe properties: of the global object they are told what `globals` promises.

use crate::agent::Agent;
use crate::quickjs::{Attributes, Call, CallKind, Context, Held, JsResult, Key, Value};

use super::globals::settle;

/// The language's own functions.
pub(crate) struct Reflection {
    /// `Object.getOwnPropertyDescriptor`.
    one: Held,
    /// `Object.getOwnPropertyDescriptors`.
    all: Held,
    /// `Reflect.getOwnPropertyDescriptor`.
    reflect: Held,
}

impl Reflection {
    /// Puts functions that know of our globals in the place of the language's own.
    pub(crate) fn install(context: Context<'_>) -> JsResult<Self> {
        let global = context.global();
        let object = global.get(Key::Name("Object"))?;
        let reflect = global.get(Key::Name("Reflect"))?;
        const ONE: &str = "getOwnPropertyDescriptor";
        const ALL: &str = "getOwnPropertyDescriptors";
        Ok(Self {
            one: replace(&object, ONE, 2, |call| describe(call, |own| &own.one))?,
            all: replace(&object, ALL, 1, describe_all)?,
            reflect: replace(&reflect, ONE, 2, |call| describe(call, |own| &own.reflect))?,
        })
    }
}

/// Replaces a method and gives what was there.
fn replace<F>(object: &Value<'_>, name: &str, length: i32, function: F) -> JsResult<Held>
where
    F: for<'a> Fn(&Call<'a>) -> JsResult<Value<'a>> + Copy + 'static,
{
    let context = object.context();
    let own = object.get(Key::Name(name))?;
    let function = context.function(name, length, CallKind::Function, function)?;
    object.define(Key::Name(name), function, Attributes::METHOD)?;
    Ok(own.hold())
}

fn describe<'js>(call: &Call<'js>, own: fn(&Reflection) -> &Held) -> JsResult<Value<'js>> {
    let context = call.context();
    let (object, name) = (call.argument(0), call.argument(1));
    if name.is_string() && object.is_same(&context.global()) {
        settle(&object, &name)?;
    }
    let realm = Agent::of(context).realm();
    let own = own(&realm.reflection).get(context);
    own.call(call.this(), &call.arguments(0))
}

fn describe_all<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let object = call.argument(0);
    if object.is_same(&context.global()) {
        for name in object.own_keys(true)? {
            settle(&object, &name)?;
        }
    }
    let realm = Agent::of(context).realm();
    let own = realm.reflection.all.get(context);
    own.call(call.this(), &call.arguments(0))
}
