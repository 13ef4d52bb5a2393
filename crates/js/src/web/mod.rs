//! What the web has around the language and `WebAssembly`: the standards of the WHATWG and W3C, as far as modules and their glue
//! need them (the minimum common API of WinterTC).
//!
//! Interfaces are scripts, which are close to the standards' own words; what those leave to the host, and what
//! well-kept crates know, is Rust beside them.

mod event;

use crate::library::{Global, GlobalKind, Script, native};
use crate::quickjs::{JsResult, Value};

pub(crate) use event::{report, report_rejection};

/// The scripts.
pub(crate) const SCRIPTS: &[Script] = &[
    Script {
        name: "webidl",
        source: include_str!("webidl.js"),
        natives: webidl,
    },
    Script {
        name: "event",
        source: include_str!("event.js"),
        natives: event::natives,
    },
    Script {
        name: "abort",
        source: include_str!("abort.js"),
        natives: event::abort_natives,
    },
];

/// What they export to everybody.
pub(crate) const GLOBALS: &[Global] = &[
    interface("event", "Event"),
    interface("event", "EventTarget"),
    interface("event", "CustomEvent"),
    interface("event", "MessageEvent"),
    interface("event", "ErrorEvent"),
    interface("event", "PromiseRejectionEvent"),
    interface("event", "CloseEvent"),
    operation("event", "addEventListener"),
    operation("event", "removeEventListener"),
    operation("event", "dispatchEvent"),
    operation("event", "reportError"),
    attribute("event", "onerror"),
    attribute("event", "onunhandledrejection"),
    interface("abort", "AbortController"),
    interface("abort", "AbortSignal"),
];

const fn interface(script: &'static str, name: &'static str) -> Global {
    let kind = GlobalKind::Interface;
    Global { name, script, kind }
}

const fn operation(script: &'static str, name: &'static str) -> Global {
    let kind = GlobalKind::Operation;
    Global { name, script, kind }
}

const fn attribute(script: &'static str, name: &'static str) -> Global {
    let kind = GlobalKind::Attribute;
    Global { name, script, kind }
}

fn webidl(natives: &Value<'_>) -> JsResult<()> {
    native(natives, "usv", |call| {
        call.context().string(&call.argument(0).to_text()?)
    })
}
