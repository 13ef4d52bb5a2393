//! `WebAssembly.Exception`, and how exceptions cross between JavaScript and wasm.

use std::cell::RefCell;
use std::ffi::CStr;

use weft::host::WeakRef;
use weft::{
    AnyRef, AsContextMut, ExnRef, ExternRef, Func, OwnedRooted, RootScope, Tag, Val, ValType,
};

use crate::agent::{Agent, Pinned, cost, trace_object};
use crate::quickjs::{Call, Class, Context, Held, JsResult, Key, Thrown, Trace, Tracer, Value};
use weft::WasmBacktrace;

use super::errors::{self, Ended};
use super::values::{self, Given};
use super::{stack as traces, tag};
use crate::idl::{self, Api, Interface};

/// \[[Type]], \[[Payload]] and \[[Stack]]; \[[Address]] as long as wasm has the exception.
pub(super) struct ExceptionObject {
    tag: Pinned<Tag>,
    payload: Box<[Kept]>,
    exception: RefCell<Option<WeakRef<ExnRef>>>,
    stack: Option<Held>,
}

// SAFETY: the stack is owned by the object alone and reported once; it holds nothing else of JavaScript but by what it pins.
unsafe impl Trace for ExceptionObject {
    fn trace(&self, tracer: &mut Tracer) {
        if let Some(stack) = &self.stack {
            tracer.visit(stack);
        }
        self.payload.iter().for_each(|value| value.trace(tracer));
    }
}

impl Class for ExceptionObject {
    const NAME: &'static CStr = c"WebAssembly.Exception";
}

pub(super) fn interface(context: Context<'_>) -> JsResult<Interface<'_>> {
    Interface::new(context, "WebAssembly.Exception", 2, construct)?
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
    // 8. The exception itself is allocated when it is thrown.
    let payload = agent.with_store(|store| {
        let mut scope = RootScope::new(store);
        let payload = coerced.into_iter().zip(&types);
        payload
            .map(|(value, ty)| {
                let value = value.into_val(&mut scope, ty)?;
                Kept::new(agent, &mut scope, value)
            })
            .collect::<weft::Result<Box<[Kept]>>>()
    });
    let payload = payload.map_err(|error| errors::throw(context, Some(API), None, &error))?;
    // 11. If options["traceStack"] is true, set \[[Stack]].
    let stack = match trace_stack {
        true => Some(stack_here(context)?.hold()),
        false => None,
    };
    // 10. Initialize this.
    let realm = agent.realm();
    let prototype = context.prototype_for(call.this(), &realm.classes.exception)?;
    let data = ExceptionObject {
        tag: agent.pin(tag, cost::NOTHING),
        payload,
        exception: RefCell::new(None),
        stack,
    };
    context.instance(&prototype, data)
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

/// "Create an Exception object", for one that comes from wasm.
fn wrap<'js>(context: Context<'js>, exception: &weft::Exception) -> JsResult<Value<'js>> {
    let agent = Agent::of(context);
    let thrown = |error| errors::throw(context, None, None, &error);
    let weak = agent.with_store(|store| {
        let mut scope = RootScope::new(store);
        let reference = exception.to_ref(&mut scope)?;
        WeakRef::new(&mut scope, &reference)
    });
    let Some(weak) = weak.map_err(thrown)? else {
        return Ok(context.null());
    };
    // 2. If map[exnAddress] exists, return it.
    if let Some(found) = agent.identities.exceptions.get(agent, context, weak.key()) {
        return Ok(found);
    }
    let parts = agent.with_store(|store| -> weft::Result<_> {
        let mut scope = RootScope::new(store);
        let tag = exception.tag(&scope)?;
        let payload = exception.payload(&mut scope)?.into_iter();
        let payload = payload.map(|value| Kept::new(agent, &mut scope, value));
        Ok((tag, payload.collect::<weft::Result<Box<[Kept]>>>()?))
    });
    let (tag, payload) = parts.map_err(thrown)?;
    let data = ExceptionObject {
        tag: agent.pin(tag, cost::NOTHING),
        payload,
        exception: RefCell::new(Some(weak.clone())),
        stack: None,
    };
    let prototype = agent.realm().classes.exception.get(context);
    let object = context.instance(&prototype, data)?;
    agent
        .identities
        .exceptions
        .keep(agent, weak, object.clone());
    Ok(object)
}

/// The exception of wasm that an Exception object is: the one that wasm has, or a new one.
fn unwrap(agent: &Agent, value: &Value<'_>) -> Option<weft::Result<weft::Exception>> {
    let object = value.downcast::<ExceptionObject>()?;
    let present = object.exception.borrow().clone();
    let exception = agent.with_store(|store| {
        let mut scope = RootScope::new(store);
        if let Some(present) = present
            && let Some(reference) = present.upgrade(&mut scope)?
        {
            return Ok((weft::Exception::from_ref(&mut scope, reference)?, None));
        }
        let payload = object.payload.iter();
        let payload = payload.map(|value| value.get(&mut scope));
        let payload = payload.collect::<weft::Result<Vec<Val>>>()?;
        let exception = weft::Exception::new(&mut scope, &object.tag, &payload)?;
        let reference = exception.to_ref(&mut scope)?;
        let weak = WeakRef::new(&mut scope, &reference)?;
        Ok((exception, weak))
    });
    Some(exception.map(|(exception, new)| {
        if let Some(weak) = new {
            object.exception.replace(Some(weak.clone()));
            agent.identities.exceptions.keep(agent, weak, value.clone());
        }
        exception
    }))
}

/// A value of a payload, kept beyond the exception.
enum Kept {
    Plain(Val),
    Any(OwnedRooted<AnyRef>),
    Extern(OwnedRooted<ExternRef>),
    Exn(OwnedRooted<ExnRef>),
    Func(Pinned<Func>),
}

impl Kept {
    fn new(agent: &Agent, store: impl AsContextMut, value: Val) -> weft::Result<Self> {
        Ok(match value {
            Val::AnyRef(Some(reference)) => Self::Any(reference.to_owned_rooted(store)?),
            Val::ExternRef(Some(reference)) => Self::Extern(reference.to_owned_rooted(store)?),
            Val::ExnRef(Some(reference)) => Self::Exn(reference.to_owned_rooted(store)?),
            Val::FuncRef(Some(func)) => Self::Func(agent.pin_in(store, func, cost::NOTHING)?),
            plain => Self::Plain(plain),
        })
    }

    fn trace(&self, tracer: &mut Tracer) {
        match self {
            Self::Plain(_) => {}
            Self::Any(reference) => trace_object(reference, tracer),
            Self::Extern(reference) => trace_object(reference, tracer),
            Self::Exn(reference) => trace_object(reference, tracer),
            Self::Func(func) => func.trace(tracer),
        }
    }

    fn get(&self, store: impl AsContextMut) -> weft::Result<Val> {
        Ok(match self {
            Self::Plain(value) => *value,
            Self::Any(reference) => reference.to_rooted(store)?.into(),
            Self::Extern(reference) => reference.to_rooted(store)?.into(),
            Self::Exn(reference) => reference.to_rooted(store)?.into(),
            Self::Func(func) => Val::FuncRef(Some(**func)),
        })
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
    if *this.tag != tag {
        return Err(API.type_error(context, "First argument does not match the exception tag"));
    }
    // 4. – 8. The value.
    let found = Agent::of(context).with_store(|store| {
        let mut scope = RootScope::new(store);
        let types: Vec<ValType> = tag.ty(&scope).ty().params().collect();
        Ok(match (this.payload.get(index), types.get(index)) {
            (Some(value), Some(ty)) if values::can_pass(ty) => {
                let value = value.get(&mut scope)?;
                Ok(Given::new(&mut scope, value)?)
            }
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
    Ok(context.boolean(*this.tag == tag))
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
        return Ok(tag.0);
    }
    let ty = weft::FuncType::new(&agent.engine, [ValType::EXTERNREF], []);
    let tag = agent.with_store(|store| Tag::new(store, &weft::TagType::new(ty)));
    let tag = tag.map_err(|error| errors::throw(context, None, None, &error))?;
    let (tag, _) = agent.js_tag.get_or_init(|| (tag, agent.root(tag)));
    Ok(*tag)
}

/// Throws an exception of wasm in JavaScript: the value that it carries if that is one of JavaScript.
pub(super) fn throw(
    context: Context<'_>,
    exception: &weft::Exception,
    backtrace: Option<&WasmBacktrace>,
) -> Thrown {
    let js_tag = match js_tag(context) {
        Ok(tag) => tag,
        Err(thrown) => return thrown,
    };
    let carried = Agent::of(context).with_store(|store| -> weft::Result<Option<Given>> {
        let mut scope = RootScope::new(store);
        if exception.tag(&scope)? != js_tag {
            return Ok(None);
        }
        let payload = exception.payload(&mut scope)?;
        let value = payload.first().copied().unwrap_or(Val::null_extern_ref());
        Given::new(&mut scope, value).map(Some)
    });
    let value = match carried {
        Ok(Some(value)) => value.to_js(context),
        Ok(None) => wrap(context, exception),
        Err(error) => return errors::throw(context, None, None, &error),
    };
    match value {
        Ok(value) => {
            if let Some(backtrace) = backtrace {
                traces::add_frames(&value, backtrace);
            }
            context.throw(value)
        }
        Err(thrown) => thrown,
    }
}

/// What a host function fails with after JavaScript has thrown: an exception of wasm, unless scripts have been ended.
pub(super) fn from_thrown(context: Context<'_>, thrown: Thrown) -> weft::Error {
    let value = context.catch(thrown);
    if value.is_uncatchable() {
        return weft::Error::new(Ended);
    }
    let agent = Agent::of(context);
    // If v implements Exception, its address.
    let exception = match unwrap(agent, &value) {
        Some(exception) => exception,
        // Otherwise a new exception with the JavaScript exception tag.
        None => of_value(context, &value),
    };
    exception.map_or_else(|error| error, weft::Error::new)
}

/// A new exception that carries a value of JavaScript.
fn of_value(context: Context<'_>, value: &Value<'_>) -> weft::Result<weft::Exception> {
    let lost = |thrown| {
        drop(context.catch(thrown));
        weft::Error::msg("the exception could not be thrown in wasm")
    };
    let tag = js_tag(context).map_err(lost)?;
    let payload = values::to_wasm(value, &ValType::EXTERNREF).map_err(lost)?;
    Agent::of(context).with_store(|store| {
        let mut scope = RootScope::new(store);
        let payload = payload.into_val(&mut scope, &ValType::EXTERNREF)?;
        weft::Exception::new(&mut scope, &tag, &[payload])
    })
}
