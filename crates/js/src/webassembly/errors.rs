//! Errors: the classes of the namespace, and what an error of the engine becomes ("Error Condition Mappings to JavaScript").
//!
//! Messages begin as V8's do, since people and programs look for them; what the engine knows beyond that follows.

use std::fmt::Write as _;

use weft::{CompileError, GrowError, LinkError, Module, ResourceError, Trap, WasmBacktrace};

use crate::agent::{Agent, Ending};
use crate::quickjs::{Attributes, Call, CallKind, Context, Held, JsResult, Key, Thrown, Value};

use super::builtins::Unfit;
use super::{Classes, realm, stack};
use crate::idl::{Api, link};

/// A class of errors of the namespace.
#[derive(Copy, Clone)]
pub(super) enum ErrorClass {
    Compile,
    Link,
    Runtime,
    Suspend,
}

impl ErrorClass {
    const fn name(self) -> &'static str {
        match self {
            Self::Compile => "CompileError",
            Self::Link => "LinkError",
            Self::Runtime => "RuntimeError",
            Self::Suspend => "SuspendError",
        }
    }

    fn constructor(self, classes: &Classes) -> &Held {
        match self {
            Self::Compile => &classes.compile_error,
            Self::Link => &classes.link_error,
            Self::Runtime => &classes.runtime_error,
            Self::Suspend => &classes.suspend_error,
        }
    }

    /// Throws an error of the class.
    pub(super) fn throw(self, context: Context<'_>, message: &str) -> Thrown {
        match self.make(context, message) {
            Ok(error) => context.throw(error),
            Err(thrown) => thrown,
        }
    }

    fn make<'js>(self, context: Context<'js>, message: &str) -> JsResult<Value<'js>> {
        let realm = realm(context);
        let constructor = self.constructor(&realm.classes).get(context);
        let message = context.string(message)?;
        let error = realm.language.error.get(context);
        error.construct(&[message], Some(&constructor))
    }

    /// A constructor after the NativeError Object Structure (§ 20.5.6 of ECMA-262).
    pub(super) fn install<'js>(self, error: &Value<'js>, namespace: &Value<'js>) -> JsResult<Held> {
        let context = namespace.context();
        let kind = CallKind::ConstructorOrFunction;
        let name = self.name();
        let constructor = match self {
            Self::Compile => context.function(name, 1, kind, |call| construct(call, Self::Compile)),
            Self::Link => context.function(name, 1, kind, |call| construct(call, Self::Link)),
            Self::Runtime => context.function(name, 1, kind, |call| construct(call, Self::Runtime)),
            Self::Suspend => context.function(name, 1, kind, |call| construct(call, Self::Suspend)),
        }?;
        constructor.set_prototype(error)?;
        let prototype = context.object_of(&error.get(Key::Name("prototype"))?)?;
        link(&constructor, &prototype)?;
        prototype.define(Key::Name("name"), context.string(name)?, Attributes::METHOD)?;
        prototype.define(
            Key::Name("message"),
            context.string("")?,
            Attributes::METHOD,
        )?;
        namespace.define(Key::Name(name), constructor.clone(), Attributes::METHOD)?;
        Ok(constructor.hold())
    }
}

/// `NativeError(message, options)`: what `Error` does, for another new target.
fn construct<'js>(call: &Call<'js>, class: ErrorClass) -> JsResult<Value<'js>> {
    let context = call.context();
    let realm = realm(context);
    let own = class.constructor(&realm.classes).get(context);
    let error = realm.language.error.get(context);
    if call.this().is_undefined() {
        return error.construct(&call.arguments(0), Some(&own));
    }
    // A new target without a prototype gets that of the class, where `Error` would give its own.
    let prototype = call.this().get(Key::Name("prototype"))?;
    let made = error.construct(&call.arguments(0), Some(&own))?;
    if prototype.is_object() {
        made.set_prototype(&prototype)?;
    }
    Ok(made)
}

/// Scripts have been ended below wasm: an error that goes through it to the script above.
#[derive(Debug)]
pub(super) struct Ended;

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the script has been ended")
    }
}

impl std::error::Error for Ended {}

/// Whether an exception that arrives at the top only says that scripts have been ended.
pub(crate) fn is_ending(exception: &Value<'_>) -> bool {
    exception.is_uncatchable()
}

/// Throws what an error of the engine is in JavaScript.
pub(super) fn throw(
    context: Context<'_>,
    api: Option<Api>,
    module: Option<&Module>,
    error: &weft::Error,
) -> Thrown {
    let message = |text: String| {
        // Messages are a line.
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        match api {
            Some(api) => api.message(&text),
            None => text,
        }
    };
    if error.is::<Ended>() {
        let agent = Agent::of(context);
        let ending = agent.ending().unwrap_or(Ending::Interrupted);
        return agent.end(context, ending);
    }
    if let Some(exception) = error.downcast_ref::<weft::Exception>() {
        return super::exception::throw(context, exception, error.downcast_ref());
    }
    if let Some(error) = error.downcast_ref::<CompileError>() {
        return ErrorClass::Compile.throw(context, &message(error.to_string()));
    }
    if let Some(error) = error.downcast_ref::<LinkError>() {
        return ErrorClass::Link.throw(context, &message(link_message(module, error)));
    }
    if let Some(&trap) = error.downcast_ref::<Trap>() {
        return throw_trap(context, trap, error.downcast_ref::<WasmBacktrace>());
    }
    if let Some(error) = error.downcast_ref::<Unfit>() {
        return ErrorClass::Compile.throw(context, &message(error.to_string()));
    }
    if error.is::<ResourceError>() || error.is::<GrowError>() {
        return context.throw_range(&message(format!("{error:#}")));
    }
    if error.is::<weft::UnsupportedFunction>() {
        return ErrorClass::Compile.throw(context, &message(format!("{error:#}")));
    }
    ErrorClass::Runtime.throw(context, &message(format!("{error:#}")))
}

/// What is wrong with imports: the first in V8's form, and how many more there are.
fn link_message(module: Option<&Module>, error: &LinkError) -> String {
    let Some(first) = error.problems.first() else {
        return error.to_string();
    };
    let place = module.and_then(|module| {
        module
            .imports()
            .position(|import| *import.module() == *first.module && *import.name() == *first.name)
    });
    let mut message = String::from("Import ");
    if let Some(place) = place {
        let _ = write!(message, "#{place} ");
    }
    let _ = write!(
        message,
        "\"{}\" \"{}\": imported {} does not match the expected type {}",
        first.module,
        first.name,
        first.found.as_deref().unwrap_or("nothing"),
        first.expected,
    );
    if error.problems.len() > 1 {
        let _ = write!(message, " (and {} more imports)", error.problems.len() - 1);
    }
    message
}

fn throw_trap(context: Context<'_>, trap: Trap, backtrace: Option<&WasmBacktrace>) -> Thrown {
    if trap == Trap::Interrupted {
        return Agent::of(context).end(context, Ending::Interrupted);
    }
    let error = match trap {
        // The same class of exception as for a stack overflow in JavaScript.
        Trap::StackExhausted => context.new_error(
            crate::quickjs::ErrorKind::Range,
            "Maximum call stack size exceeded",
        ),
        trap => ErrorClass::Runtime.make(context, trap_message(trap)),
    };
    match error {
        Ok(error) => {
            if let Some(backtrace) = backtrace {
                stack::add_frames(&error, backtrace);
            }
            context.throw(error)
        }
        Err(thrown) => thrown,
    }
}

/// V8's words for a trap.
pub(super) fn trap_message(trap: Trap) -> &'static str {
    match trap {
        Trap::Unreachable => "unreachable",
        Trap::MemoryOutOfBounds => "memory access out of bounds",
        Trap::TableOutOfBounds | Trap::UndefinedElement => "table index is out of bounds",
        Trap::UninitializedElement | Trap::IndirectCallTypeMismatch => {
            "null function or function signature mismatch"
        }
        Trap::IntegerOverflow => "divide result unrepresentable",
        Trap::IntegerDivideByZero => "divide by zero",
        Trap::InvalidConversionToInteger => "float unrepresentable in integer range",
        Trap::NullReference | Trap::NullFunctionReference => "dereferencing a null pointer",
        Trap::CastFailure => "illegal cast",
        Trap::ArrayOutOfBounds => "array element access out of bounds",
        Trap::UnalignedAtomic => "operation does not support unaligned accesses",
        Trap::ExpectedSharedMemory => "Atomics.wait cannot be called in this context",
        other => other.message(),
    }
}
