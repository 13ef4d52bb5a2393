//! The part of the host that is written in JavaScript: scripts beside the Rust whose functions they use.
//!
//! A [`Script`] is compiled and run when somebody first wants what it exports, so that a program waits for nothing that it
//! does not use. It is a function of three arguments, and returns its exports:
//!
//! - `language`: constructors and functions of the language, from before the first script, which may replace the globals of
//!   these names;
//! - `native`: functions of Rust for this script alone. Programs never see the object; so what such a function is given
//!   comes from us, while values within may be anybody's;
//! - `library`: gives another script's exports by its name.
//!
//! Programs reach exports as globals, see `globals`, or by what the exports themselves hand out. What a script of ours
//! relies on for a program's safety it must not ask an object that programs can change.

mod globals;
mod reflection;

use std::cell::RefCell;
use std::collections::HashMap;

use crate::agent::Agent;
use crate::quickjs::{Attributes, Call, CallKind, Context, ErrorKind, Held, JsResult, Key, Value};
use crate::{node, web, webassembly, worker};

pub(crate) use globals::{Global, GlobalKind};
pub(crate) use reflection::Reflection;

/// A script of ours.
pub(crate) struct Script {
    /// What others ask for it by. Stack traces have `weft:` before it.
    pub(crate) name: &'static str,
    pub(crate) source: &'static str,
    /// Puts the functions of Rust that it uses into an object.
    pub(crate) natives: fn(&Value<'_>) -> JsResult<()>,
}

/// The scripts of all rooms.
const ROOMS: [&[Script]; 4] = [
    web::SCRIPTS,
    webassembly::SCRIPTS,
    worker::SCRIPTS,
    node::SCRIPTS,
];

/// What of the language, and of the host's own classes, scripts of ours are given by their names.
const LANGUAGE: [&str; 42] = [
    "AggregateError",
    "Array",
    "ArrayBuffer",
    "BigInt",
    "BigInt64Array",
    "BigUint64Array",
    "Boolean",
    "DOMException",
    "DataView",
    "Date",
    "Error",
    "FinalizationRegistry",
    "Float16Array",
    "Float32Array",
    "Float64Array",
    "Function",
    "Int16Array",
    "Int32Array",
    "Int8Array",
    "JSON",
    "Map",
    "Math",
    "Number",
    "Object",
    "Promise",
    "RangeError",
    "Reflect",
    "RegExp",
    "Set",
    "SharedArrayBuffer",
    "String",
    "Symbol",
    "SyntaxError",
    "TextDecoder",
    "TextEncoder",
    "TypeError",
    "Uint16Array",
    "Uint32Array",
    "Uint8Array",
    "Uint8ClampedArray",
    "WeakMap",
    "WeakRef",
];

/// What an agent has of the library.
#[derive(Default)]
pub(crate) struct Library {
    /// What `language` is made of, in the order of [`LANGUAGE`], then `apply` and `then`.
    captured: RefCell<Vec<Held>>,
    /// The object `language`, once a script has run.
    language: RefCell<Option<Held>>,
    /// Exports of the scripts that have run.
    exports: RefCell<HashMap<&'static str, Held>>,
}

impl Library {
    /// Lets go of everything of JavaScript, at the agent's end.
    pub(crate) fn clear(&self) {
        drop(self.captured.take());
        drop(self.language.take());
        drop(self.exports.take());
    }
}

/// Makes the realm ready: keeps what scripts of ours will need of it, and puts our globals into it.
pub(crate) fn install(context: Context<'_>) -> JsResult<()> {
    let global = context.global();
    let mut captured = Vec::with_capacity(LANGUAGE.len() + 2);
    for name in LANGUAGE {
        captured.push(global.get(Key::Name(name))?.hold());
    }
    let reflect = global.get(Key::Name("Reflect"))?;
    captured.push(reflect.get(Key::Name("apply"))?.hold());
    let promise = global.get(Key::Name("Promise"))?;
    let promise = promise.get(Key::Name("prototype"))?;
    captured.push(promise.get(Key::Name("then"))?.hold());
    Agent::of(context).library.captured.replace(captured);
    install_globals(context, web::GLOBALS)?;
    install_globals(context, worker::GLOBALS)
}

/// Puts globals into the realm.
pub(crate) fn install_globals(context: Context<'_>, globals: &'static [Global]) -> JsResult<()> {
    globals::install(context, globals)
}

/// The object `language`.
fn language(context: Context<'_>) -> JsResult<Value<'_>> {
    let library = &Agent::of(context).library;
    if let Some(language) = &*library.language.borrow() {
        return Ok(language.get(context));
    }
    let language = context.object_of(&context.null())?;
    let keep = |name, value| language.define(Key::Name(name), value, Attributes::ALL);
    let names = LANGUAGE.into_iter().chain(["apply", "then"]);
    for (name, held) in names.zip(&*library.captured.borrow()) {
        keep(name, held.get(context))?;
    }
    keep("global", context.global())?;
    library.language.replace(Some(language.clone().hold()));
    Ok(language)
}

/// What the script `name` exports. It runs if it has not yet.
pub(crate) fn exports<'js>(context: Context<'js>, name: &str) -> JsResult<Value<'js>> {
    if let Some(exports) = loaded(context, name) {
        return Ok(exports);
    }
    let script = ROOMS.into_iter().flatten().find(|it| it.name == name);
    let Some(script) = script else {
        let message = format!("there is no script '{name}' in the library");
        return Err(context.throw_error(ErrorKind::Internal, &message));
    };
    let function = context.eval_script(script.source, &format!("weft:{name}"))?;
    let native = context.object_of(&context.null())?;
    (script.natives)(&native)?;
    let library = &Agent::of(context).library;
    let arguments = [
        language(context)?,
        native,
        context.function("library", 1, CallKind::Function, ask)?,
    ];
    let exports = function.call(&context.undefined(), &arguments)?;
    let kept = exports.clone().hold();
    let before = library.exports.borrow_mut().insert(script.name, kept);
    drop(before);
    Ok(exports)
}

/// What the script `name` exports, if it has run.
pub(crate) fn loaded<'js>(context: Context<'js>, name: &str) -> Option<Value<'js>> {
    let exports = Agent::of(context).library.exports.borrow();
    exports.get(name).map(|exports| exports.get(context))
}

/// One of the exports of the script `script`.
pub(crate) fn export<'js>(context: Context<'js>, script: &str, name: &str) -> JsResult<Value<'js>> {
    exports(context, script)?.get(Key::Name(name))
}

/// `library(name)`.
fn ask<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let name = call.argument(0).to_text()?;
    exports(call.context(), &name)
}

/// Puts a function into the natives of a script.
pub(crate) fn native<F>(natives: &Value<'_>, name: &str, function: F) -> JsResult<()>
where
    F: for<'a> Fn(&Call<'a>) -> JsResult<Value<'a>> + Copy + 'static,
{
    let function = natives
        .context()
        .function(name, 0, CallKind::Function, function)?;
    natives.define(Key::Name(name), function, Attributes::ALL)
}
