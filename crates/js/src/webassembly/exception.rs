//! `WebAssembly.Exception`, and how exceptions cross between JavaScript and wasm.

use std::ffi::CStr;

use weft::{ExnRef, OwnedRooted, RootScope, Tag, Val, ValType};

use crate::agent::Agent;
use crate::quickjs::{Call, Class, Context, Held, JsResult, Key, Thrown, Trace, Tracer, Value};

use super::errors;
use super::idl::{self, Api, Interface};
use super::tag;
use super::values::{self, Given};

/// \[[Address]], \[[Stack]]; the other slots are read from the exception.
pub(super) struct ExceptionObject {
    exception: OwnedRooted<ExnRef>,
    stack: Option<Held>,
}

// SAFETY: the stack is owned by the object alone and reported once.
unsafe impl Trace for ExceptionObject {
    fn trace(&self, tracer: &mut Tracer) {
        if let Some(stack) = &self.stack {
            tracer.visit(stack);
        }
    }
}

impl Class for ExceptionObject {
    const NAME: &'static CStr = c"WebAssembly.Exception";
}

pub(super) fn interface(context: Context<'_>) -> JsResult<Interface<'_>> {
    Interface::new(context, "Exception", 2, construct)?
        .method("getArg", 2, get_arg)?
        .method("is", 1, is)?
        .getter("stack", stack)
}

/// `new Exception(exceptionTag, payload, options)`.
fn construct<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    const API: Api = Api("WebAssembly.Exception()");
    let context = call.context();
    let agent = Agent::of(context);
    API.require(call, 2)?;
    let tag = tag::argument(API, call)?;
    let payload = idl::sequence(API, &call.argument(1), "Exception values argument")?;
    let trace_stack = trace_stack(call)?;
    // 1. – 2. JSTag is for values of JavaScript.
    if tag == js_tag(context)? {
        return Err(API.type_error(context, "Argument 0 cannot be WebAssembly.JSTag"));
    }
    // 4. – 5. The payload has as many values as the tag's type.
    let types: Vec<ValType> = agent.with_store(|store| tag.ty(store).ty().params().collect());
    if types.len() != payload.len() {
        return Err(API.type_error(
            context,
            "Number of exception values does not match signature length",
        ));
    }
    // 7. ToWebAssemblyValue of each.
    let mut coerced = Vec::new();
    for (value, ty) in payload.iter().zip(&types) {
        if !values::can_pass(ty) {
            return Err(API.type_error(context, &format!("a value of type {ty} cannot pass")));
        }
        coerced.push(values::to_wasm(value, ty)?);
    }
    // 8. exn_alloc.
    let exception = agent.with_store(|store| {
        let mut scope = RootScope::new(store);
        let payload = coerced.into_iter().zip(&types);
        let payload: Vec<Val> = payload
            .map(|(value, ty)| value.into_val(&mut scope, ty))
            .collect::<weft::Result<_>>()?;
        ExnRef::new(&mut scope, &tag, &payload)?.to_owned_rooted(&mut scope)
    });
    let exception = exception.map_err(|error| errors::throw(context, Some(API), None, &error))?;
    // 11. If options["traceStack"] is true, set \[[Stack]].
    let stack = match trace_stack {
        true => Some(stack_here(context)?.hold()),
        false => None,
    };
    // 10. Initialize this.
    let realm = agent.realm();
    let prototype = context.prototype_for(call.this(), &realm.classes.exception)?;
    initialize(agent, &prototype, exception, stack)
}

/// ExceptionOptions.
fn trace_stack(call: &Call<'_>) -> JsResult<bool> {
    let options = call.argument(2);
    if options.is_undefined() || options.is_null() {
        return Ok(false);
    }
    if !options.is_object() {
        let api = Api("WebAssembly.Exception()");
        return Err(api.type_error(call.context(), "Argument 2 is not an object"));
    }
    Ok(options.get(Key::Name("traceStack"))?.to_boolean())
}

/// The call stack as text.
fn stack_here(context: Context<'_>) -> JsResult<Value<'_>> {
    let error = context.new_error(crate::quickjs::ErrorKind::Error, "")?;
    error.get(Key::Name("stack"))
}

fn initialize<'js>(
    agent: &Agent,
    prototype: &Value<'js>,
    exception: OwnedRooted<ExnRef>,
    stack: Option<Held>,
) -> JsResult<Value<'js>> {
    let known = &agent.identities.exceptions;
    let reference = exception.clone();
    known.insert(agent, &reference, |objects, key| {
        let data = ExceptionObject { exception, stack };
        prototype
            .context()
            .instance_of_key(prototype, objects, key, data)
    })
}

/// "Create an Exception object".
fn wrap<'js>(context: Context<'js>, exception: OwnedRooted<ExnRef>) -> JsResult<Value<'js>> {
    let agent = Agent::of(context);
    let known = &agent.identities.exceptions;
    if let Some(found) = known.get(agent, context, &exception, held) {
        return Ok(found);
    }
    let prototype = agent.realm().classes.exception.get(context);
    initialize(agent, &prototype, exception, None)
}

fn held(value: &Value<'_>) -> Option<OwnedRooted<ExnRef>> {
    let object = value.downcast::<ExceptionObject>();
    object.map(|object| object.exception.clone())
}

impl ExceptionObject {
    fn tag(&self, context: Context<'_>) -> JsResult<Tag> {
        let tag = Agent::of(context).with_store(|store| self.exception.tag(store));
        tag.map_err(|error| errors::throw(context, None, None, &error))
    }
}

/// `getArg(exceptionTag, index)`.
fn get_arg<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    const API: Api = Api("WebAssembly.Exception.getArg()");
    let context = call.context();
    let this = API.receiver::<ExceptionObject>(call)?;
    API.require(call, 2)?;
    let tag = tag::argument(API, call)?;
    let index = API.enforce_u32(&call.argument(1), "Index")? as usize;
    // 2. If \[[Type]] is not the tag, throw a TypeError.
    if this.tag(context)? != tag {
        return Err(API.type_error(context, "First argument does not match the exception tag"));
    }
    // 4. – 8. The value.
    let found = Agent::of(context).with_store(|store| {
        let mut scope = RootScope::new(store);
        let types: Vec<ValType> = tag.ty(&scope).ty().params().collect();
        let payload = this.exception.payload(&mut scope)?;
        Ok(match (payload.get(index), types.get(index)) {
            (Some(value), Some(ty)) if values::can_pass(ty) => Ok(Given::new(&mut scope, *value)?),
            (Some(_), _) => Err(true),
            (None, _) => Err(false),
        })
    });
    match found.map_err(|error| errors::throw(context, Some(API), None, &error))? {
        Ok(value) => value.to_js(context),
        // 6. If index ≥ payload's size, throw a RangeError.
        Err(false) => Err(API.range_error(context, "Index must be convertible to a valid number")),
        Err(true) => Err(API.type_error(context, "a value of this type cannot pass")),
    }
}

/// `is(exceptionTag)`.
fn is<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    const API: Api = Api("WebAssembly.Exception.is()");
    let context = call.context();
    let this = API.receiver::<ExceptionObject>(call)?;
    API.require(call, 1)?;
    let tag = tag::argument(API, call)?;
    Ok(context.boolean(this.tag(context)? == tag))
}

/// `stack`.
fn stack<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let this = Api("WebAssembly.Exception.stack").receiver::<ExceptionObject>(call)?;
    let context = call.context();
    Ok(match &this.stack {
        Some(stack) => stack.get(context),
        None => context.undefined(),
    })
}

/// "Get the JavaScript exception tag".
pub(super) fn js_tag(context: Context<'_>) -> JsResult<Tag> {
    let agent = Agent::of(context);
    if let Some(tag) = agent.js_tag.get() {
        return Ok(*tag);
    }
    let ty = weft::FuncType::new(&agent.engine, [ValType::EXTERNREF], []);
    let tag = agent.with_store(|store| Tag::new(store, &weft::TagType::new(ty)));
    let tag = tag.map_err(|error| errors::throw(context, None, None, &error))?;
    Ok(*agent.js_tag.get_or_init(|| tag))
}

/// Throws an exception of wasm in JavaScript: the value that it carries if that is one of JavaScript.
pub(super) fn throw(context: Context<'_>, exception: &weft::Exception) -> Thrown {
    enum What {
        Value(Given),
        Exception(OwnedRooted<ExnRef>),
    }
    let js_tag = match js_tag(context) {
        Ok(tag) => tag,
        Err(thrown) => return thrown,
    };
    let what = Agent::of(context).with_store(|store| -> weft::Result<What> {
        let mut scope = RootScope::new(store);
        if exception.tag(&scope)? == js_tag {
            let payload = exception.payload(&mut scope)?;
            let value = payload.first().copied().unwrap_or(Val::null_extern_ref());
            return Ok(What::Value(Given::new(&mut scope, value)?));
        }
        let reference = exception.to_ref(&mut scope)?;
        Ok(What::Exception(reference.to_owned_rooted(&mut scope)?))
    });
    let value = match what {
        Ok(What::Value(value)) => value.to_js(context),
        Ok(What::Exception(exception)) => wrap(context, exception),
        Err(error) => return errors::throw(context, None, None, &error),
    };
    match value {
        Ok(value) => context.throw(value),
        Err(thrown) => thrown,
    }
}

/// The exception of wasm that is what JavaScript has thrown, or `None` if scripts have been ended.
pub(super) fn from_thrown(context: Context<'_>, thrown: Thrown) -> Option<weft::Exception> {
    let value = context.catch(thrown);
    if value.is_uncatchable() {
        return None;
    }
    let agent = Agent::of(context);
    // If v implements Exception, its address.
    if let Some(exception) = held(&value) {
        return agent.with_store(|store| {
            let mut scope = RootScope::new(store);
            let reference = exception.to_rooted(&mut scope).ok()?;
            weft::Exception::from_ref(&mut scope, reference).ok()
        });
    }
    // Otherwise a new exception with the JavaScript exception tag.
    let tag = js_tag(context)
        .map_err(|thrown| context.catch(thrown))
        .ok()?;
    let payload = values::to_wasm(&value, &ValType::EXTERNREF);
    let payload = payload.map_err(|thrown| context.catch(thrown)).ok()?;
    agent.with_store(|store| {
        let mut scope = RootScope::new(store);
        let payload = payload.into_val(&mut scope, &ValType::EXTERNREF).ok()?;
        weft::Exception::new(&mut scope, &tag, &[payload]).ok()
    })
}
