//! The `stack` of errors in V8's form: class and message, then a line for each call.
//!
//! QuickJS writes down the calls alone. What is to go before them is asked of an error when its stack is, as V8 does: classes
//! of programs name themselves after the error is made. The calls that belong to an object are those that QuickJS gave it,
//! unless others have been noted: by `Error.captureStackTrace`, or for an error that has left wasm.

use crate::agent::Agent;
use crate::quickjs::{Attributes, Call, CallKind, Context, Held, JsResult, Key, Value};

const STACK: &str = "stack";

/// What each line of calls begins with.
const CALL: &str = "    at ";

/// What the language has of stacks, and what is in its place.
pub(crate) struct ErrorStacks {
    /// The getter of `Error.prototype.stack`, and `Error.captureStackTrace`: the language's own.
    own_getter: Held,
    own_capture: Held,
    /// What programs see.
    getter: Held,
    setter: Held,
    capture: Held,
    /// Calls by objects: a `WeakMap`, and its methods.
    noted: Held,
    get: Held,
    set: Held,
}

impl ErrorStacks {
    /// Replaces the functions of the realm.
    pub(crate) fn install(context: Context<'_>) -> JsResult<Self> {
        let global = context.global();
        let error = global.get(Key::Name("Error"))?;
        let prototype = error.get(Key::Name("prototype"))?;
        let map = global.get(Key::Name("WeakMap"))?;
        let methods = map.get(Key::Name("prototype"))?;
        let kind = CallKind::Function;
        let getter = context.function("get stack", 0, kind, stack)?;
        let setter = context.function("set stack", 1, kind, set_stack)?;
        let capture = context.function("captureStackTrace", 2, kind, capture)?;
        let stacks = Self {
            own_getter: prototype.getter(Key::Name(STACK))?.hold(),
            own_capture: error.get(Key::Name("captureStackTrace"))?.hold(),
            getter: getter.clone().hold(),
            setter: setter.clone().hold(),
            capture: capture.clone().hold(),
            noted: map.construct(&[], None)?.hold(),
            get: methods.get(Key::Name("get"))?.hold(),
            set: methods.get(Key::Name("set"))?.hold(),
        };
        prototype.define_accessor(Key::Name(STACK), &getter, &setter, Attributes::METHOD)?;
        error.define(Key::Name("captureStackTrace"), capture, Attributes::METHOD)?;
        Ok(stacks)
    }

    /// The calls that belong to an object, a line each, without asking scripts. Whatever `Error.prepareStackTrace` made, if
    /// there was such a function; `undefined` for what is no error.
    pub(crate) fn calls<'js>(&self, object: &Value<'js>) -> JsResult<Value<'js>> {
        let context = object.context();
        let noted = self.noted.get(context);
        let calls = self
            .get
            .get(context)
            .call(&noted, std::slice::from_ref(object))?;
        match calls.is_undefined() {
            true => self.own_getter.get(context).call(object, &[]),
            false => Ok(calls),
        }
    }

    /// Notes calls for an object, in the place of those that it has.
    pub(crate) fn note(&self, object: &Value<'_>, calls: &str) -> JsResult<()> {
        let context = object.context();
        let noted = self.noted.get(context);
        let arguments = [object.clone(), context.string(calls)?];
        self.set.get(context).call(&noted, &arguments).map(drop)
    }
}

/// The calls of a stack that begins with `headline`, if it does.
pub(crate) fn without_headline<'a>(stack: &'a str, headline: &str) -> &'a str {
    let rest = stack.strip_prefix(headline);
    rest.map_or(stack, |calls| calls.trim_start_matches('\n'))
}

/// Whether QuickJS wrote it, or [`ErrorStacks::note`] was given it.
fn are_calls(text: &str) -> bool {
    text.is_empty() || text.starts_with(CALL)
}

/// The getter of `stack`.
fn stack<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let (context, this) = (call.context(), call.this());
    let calls = Agent::of(context).realm().error_stacks.calls(this)?;
    if !calls.is_string() {
        return Ok(calls);
    }
    let text = calls.to_text()?;
    if !are_calls(&text) {
        return Ok(calls);
    }
    let headline = headline(this).unwrap_or_else(|thrown| {
        drop(context.catch(thrown));
        String::from("<error>")
    });
    let lines = [headline.as_str(), text.trim_end()];
    context.string(lines.join("\n").trim_end())
}

/// `Error.prototype.toString`.
fn headline(error: &Value<'_>) -> JsResult<String> {
    let part = |name, absent: &str| {
        let part = error.get(Key::Name(name))?;
        match part.is_undefined() {
            true => Ok(absent.to_owned()),
            false => part.to_text(),
        }
    };
    let (name, message) = (part("name", "Error")?, part("message", "")?);
    let separator = if name.is_empty() || message.is_empty() {
        ""
    } else {
        ": "
    };
    Ok([name, message].join(separator))
}

/// The setter of `stack`: the object has a property of its own from then on.
fn set_stack<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let attributes = match call.this().is_error() {
        true => Attributes::METHOD,
        false => Attributes::ALL,
    };
    call.this()
        .define(Key::Name(STACK), call.argument(0), attributes)?;
    Ok(call.context().undefined())
}

/// `Error.captureStackTrace(object, constructor)`: the object gets a `stack` with the calls from that of the constructor on.
fn capture<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let (context, object) = (call.context(), call.argument(0));
    let realm = Agent::of(context).realm();
    let stacks = &realm.error_stacks;
    let this = stacks.capture.get(context);
    let constructor = Some(call.argument(1)).filter(Value::is_callable);
    let arguments = [object.clone(), constructor.unwrap_or(this)];
    stacks
        .own_capture
        .get(context)
        .call(call.this(), &arguments)?;
    let Some(calls) = object.own_data(Key::Name(STACK))? else {
        // It takes no properties: this says so.
        object.define(Key::Name(STACK), context.undefined(), Attributes::METHOD)?;
        return Ok(context.undefined());
    };
    if !calls.is_string() {
        return Ok(context.undefined());
    }
    let calls = calls.to_text()?;
    if are_calls(&calls) {
        // This function's own call is there when the constructor's is not.
        let own = format!("{CALL}captureStackTrace (native)\n");
        stacks.note(&object, calls.strip_prefix(&own).unwrap_or(&calls))?;
        let (getter, setter) = (stacks.getter.get(context), stacks.setter.get(context));
        object.define_accessor(Key::Name(STACK), &getter, &setter, Attributes::METHOD)?;
    }
    Ok(context.undefined())
}
