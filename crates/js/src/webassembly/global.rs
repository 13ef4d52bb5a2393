//! `WebAssembly.Global`.
//!
//! A number that a script makes is in the object alone until wasm first meets it, since many never do: then nothing of the store is made,
//! pinned, or found by anybody.

use std::cell::{Cell, OnceCell};
use std::ffi::CStr;

use weft::{Global, GlobalType, Mutability, RootScope, Val, ValType};

use crate::agent::{Agent, Pinned, cost};
use crate::quickjs::{Call, Class, Context, JsResult, Key, Trace, Tracer, Value};

use super::errors;
use super::values::{self, Coerced, Given};
use crate::idl::{Api, Interface};

/// What has \[[Global]].
pub(super) struct GlobalObject {
    /// The number that it is as long as `global` is not there.
    number: Option<Number>,
    /// \[[Global]].
    global: OnceCell<Pinned<Global>>,
}

/// A number and its type.
struct Number {
    ty: GlobalType,
    value: Cell<Val>,
}

// SAFETY: it holds nothing of JavaScript but by what it pins.
unsafe impl Trace for GlobalObject {
    fn trace(&self, tracer: &mut Tracer) {
        if let Some(global) = self.global.get() {
            global.trace(tracer);
        }
    }
}

impl Class for GlobalObject {
    const NAME: &'static CStr = c"WebAssembly.Global";
}

impl GlobalObject {
    /// The number that it is, if wasm has not met it.
    fn number(&self) -> Option<&Number> {
        let number = self.number.as_ref();
        number.filter(|_| self.global.get().is_none())
    }
}

/// \[[Global]] of an object, which is made now if it has been a number.
pub(super) fn address(object: &Value<'_>) -> Option<weft::Result<Global>> {
    let own = object.downcast::<GlobalObject>()?;
    Some(match own.number() {
        Some(number) => meet(object, own, number),
        None => Ok(pinned(own)),
    })
}

/// Makes the global that a number is.
fn meet(object: &Value<'_>, own: &GlobalObject, number: &Number) -> weft::Result<Global> {
    let agent = Agent::of(object.context());
    let global = agent
        .with_store(|mut store| Global::new(&mut store, number.ty.clone(), number.value.get()))?;
    let pinned = agent.pin(global, cost::GLOBAL);
    object.find_by::<GlobalObject, _>(&agent.identities.globals, global);
    Ok(**own.global.get_or_init(|| pinned))
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

const CONSTRUCTOR: Api = Api("WebAssembly.Global()");

/// `new Global(descriptor, v)`.
fn construct<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    const API: Api = CONSTRUCTOR;
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
    let ty = GlobalType::new(content, mutability(mutable));
    let object = match value {
        Coerced::Plain(number) if !ty.content().is_ref() => GlobalObject {
            number: Some(Number {
                ty,
                value: Cell::new(number),
            }),
            global: OnceCell::new(),
        },
        value => return construct_reference(call, ty, value),
    };
    // 10. Initialize this.
    let realm = Agent::of(context).realm();
    let prototype = context.prototype_for(call.this(), &realm.classes.global)?;
    context.instance(&prototype, object)
}

/// The last steps for a reference.
fn construct_reference<'js>(
    call: &Call<'js>,
    ty: GlobalType,
    value: Coerced,
) -> JsResult<Value<'js>> {
    let context = call.context();
    let agent = Agent::of(context);
    agent.collect_if_due(context);
    let global = agent.with_store(|store| {
        let mut scope = RootScope::new(store);
        let value = value.into_val(&mut scope, ty.content())?;
        Global::new(&mut scope, ty, value)
    });
    let global = global.map_err(|error| errors::throw(context, Some(CONSTRUCTOR), None, &error))?;
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
    let object = GlobalObject {
        number: None,
        global: OnceCell::from(agent.pin(global, cost::GLOBAL)),
    };
    prototype
        .context()
        .instance_of_key(prototype, globals, global, object)
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

/// The global of an object that is no number any more.
fn pinned(own: &GlobalObject) -> Global {
    let global = own.global.get().expect("it is one of both");
    **global
}

/// GetGlobalValue.
fn get<'js>(api: Api, call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let own = api.receiver::<GlobalObject>(call)?;
    if let Some(number) = own.number() {
        return values::number_to_js(context, number.value.get());
    }
    let value = value(api, context, pinned(own))?;
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
    let own = API.receiver::<GlobalObject>(call)?;
    let agent = Agent::of(context);
    let ty = match own.number() {
        Some(number) => number.ty.clone(),
        None => agent.with_store(|store| pinned(own).ty(store)),
    };
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
    // The conversion may have run a script that has shown the global to wasm.
    if let (Some(number), Coerced::Plain(value)) = (own.number(), &value) {
        number.value.set(*value);
        return Ok(context.undefined());
    }
    let global = pinned(own);
    let written = agent.with_store(|store| {
        let mut scope = RootScope::new(store);
        let value = value.into_val(&mut scope, ty.content())?;
        global.set(&mut scope, value)
    });
    written.map_err(|error| errors::throw(context, Some(API), None, &error))?;
    agent.modules.refresh(context)?;
    Ok(context.undefined())
}
