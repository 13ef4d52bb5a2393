//! `WebAssembly.Global`.

use std::ffi::CStr;

use weft::{Global, GlobalType, Mutability, RootScope, ValType};

use crate::agent::{Agent, Pinned, cost};
use crate::quickjs::{Call, Class, Context, JsResult, Key, Trace, Tracer, Value};

use super::errors;
use super::values::{self, Given};
use crate::idl::{Api, Interface};

/// \[[Global]].
pub(super) struct GlobalObject(pub(super) Pinned<Global>);

// SAFETY: it holds nothing of JavaScript but by what it pins.
unsafe impl Trace for GlobalObject {
    fn trace(&self, tracer: &mut Tracer) {
        self.0.trace(tracer);
    }
}

impl Class for GlobalObject {
    const NAME: &'static CStr = c"WebAssembly.Global";
}

pub(super) fn interface(context: Context<'_>) -> JsResult<Interface<'_>> {
    Interface::new(context, "WebAssembly.Global", 1, construct)?
        .method("valueOf", 0, |call| {
            get(Api("WebAssembly.Global.valueOf()"), call)
        })?
        .attribute(
            "value",
            |call| get(Api("get WebAssembly.Global.value"), call),
            set,
        )
}

/// ToValueType, of the enumeration ValueType.
pub(super) fn value_type(api: Api, name: &Value<'_>) -> JsResult<ValType> {
    match name.to_text()?.as_str() {
        "i32" => Ok(ValType::I32),
        "i64" => Ok(ValType::I64),
        "f32" => Ok(ValType::F32),
        "f64" => Ok(ValType::F64),
        "v128" => Ok(ValType::V128),
        "anyfunc" => Ok(ValType::FUNCREF),
        "externref" => Ok(ValType::EXTERNREF),
        other => Err(api.type_error(
            name.context(),
            &format!("'{other}' is not a WebAssembly type; pass 'i32', 'i64', 'f32', 'f64', 'anyfunc' or 'externref'"),
        )),
    }
}

/// `new Global(descriptor, v)`.
fn construct<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    const API: Api = Api("WebAssembly.Global()");
    let context = call.context();
    API.require(call, 1)?;
    let descriptor = call.argument(0);
    API.dictionary(&descriptor, "global")?;
    // 1. – 2. The type.
    let mutable = descriptor.get(Key::Name("mutable"))?.to_boolean();
    let content = API.required(&descriptor, "value")?;
    let content = value_type(API, &content)?;
    // 3. If it is v128 or exnref, throw a TypeError.
    if !values::can_pass(&content) {
        return Err(API.type_error(context, &format!("a global of type {content} cannot pass")));
    }
    // 4. – 5. The value.
    let value = match call.argument(1) {
        missing if missing.is_undefined() => values::default_value(context, &content)?,
        value => Some(values::to_wasm(&value, &content)?),
    };
    let Some(value) = value else {
        return Err(API.type_error(context, "the type has no default value"));
    };
    // 8. global_alloc.
    let agent = Agent::of(context);
    agent.collect_if_due(context);
    let global = agent.with_store(|store| {
        let mut scope = RootScope::new(store);
        let value = value.into_val(&mut scope, &content)?;
        let ty = GlobalType::new(content, mutability(mutable));
        Global::new(&mut scope, ty, value)
    });
    let global = global.map_err(|error| errors::throw(context, Some(API), None, &error))?;
    // 10. Initialize this.
    let realm = agent.realm();
    let prototype = context.prototype_for(call.this(), &realm.classes.global)?;
    initialize(agent, &prototype, global)
}

fn mutability(mutable: bool) -> Mutability {
    match mutable {
        true => Mutability::Var,
        false => Mutability::Const,
    }
}

fn initialize<'js>(agent: &Agent, prototype: &Value<'js>, global: Global) -> JsResult<Value<'js>> {
    let globals = &agent.identities.globals;
    let pinned = agent.pin(global, cost::GLOBAL);
    prototype
        .context()
        .instance_of_key(prototype, globals, global, GlobalObject(pinned))
}

/// "Create a global object".
pub(super) fn wrap<'js>(context: Context<'js>, global: Global) -> JsResult<Value<'js>> {
    let agent = Agent::of(context);
    if let Some(found) = agent.identities.globals.get(context, global) {
        return Ok(found);
    }
    let prototype = agent.realm().classes.global.get(context);
    initialize(agent, &prototype, global)
}

/// GetGlobalValue.
fn get<'js>(api: Api, call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let global = *api.receiver::<GlobalObject>(call)?.0;
    let value = value(api, context, global)?;
    value.ok_or_else(|| api.type_error(context, "Can't get the value of this type of global"))
}

/// The value of a global, unless its type is one that cannot pass.
pub(super) fn value<'js>(
    api: Api,
    context: Context<'js>,
    global: Global,
) -> JsResult<Option<Value<'js>>> {
    let value = Agent::of(context).with_store(|store| {
        let mut scope = RootScope::new(store);
        // 4. If the type is v128 or exnref, throw a TypeError.
        if !values::can_pass(global.ty(&scope).content()) {
            return Ok(None);
        }
        let value = global.get(&mut scope);
        Given::new(&mut scope, value).map(Some)
    });
    let value = value.map_err(|error| errors::throw(context, Some(api), None, &error))?;
    value.map(|value| value.to_js(context)).transpose()
}

/// The setter of `value`.
fn set<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    const API: Api = Api("set WebAssembly.Global.value");
    let context = call.context();
    let global = *API.receiver::<GlobalObject>(call)?.0;
    let agent = Agent::of(context);
    let ty = agent.with_store(|store| global.ty(store));
    // 4. If the type is v128 or exnref, throw a TypeError.
    if !values::can_pass(ty.content()) {
        return Err(API.type_error(context, "Can't set the value of this type of global"));
    }
    // 5. If mut is const, throw a TypeError.
    if !ty.mutability().is_var() {
        return Err(API.type_error(context, "Can't set the value of an immutable global."));
    }
    // 6. – 7. ToWebAssemblyValue, global_write.
    let value = values::to_wasm(&call.argument(0), ty.content())?;
    let written = agent.with_store(|store| {
        let mut scope = RootScope::new(store);
        let value = value.into_val(&mut scope, ty.content())?;
        global.set(&mut scope, value)
    });
    written.map_err(|error| errors::throw(context, Some(API), None, &error))?;
    agent.modules.refresh(context)?;
    Ok(context.undefined())
}
