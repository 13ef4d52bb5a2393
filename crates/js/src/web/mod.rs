//! What the web has around the language and `WebAssembly`: the standards of the WHATWG and W3C, as far as modules and their glue
//! need them (the minimum common API of WinterTC).
//!
//! Interfaces are scripts, which are close to the standards' own words; what those leave to the host, and what
//! well-kept crates know, is Rust beside them.

mod blob;
mod compression;
mod crypto;
mod event;
mod fetch;
mod http;
mod multipart;
mod upload;
mod url;

use crate::agent::Agent;
use crate::clone;
use crate::library::{Global, GlobalKind, Script, native};
use crate::quickjs::{JsResult, Value};
use crate::worker;

pub(crate) use blob::find as find_blob;
pub(crate) use event::{report, report_rejection};
pub(crate) use fetch::{decode_data, header_natives};
pub(crate) use http::{fetch_script, is_javascript};
pub(crate) use url::pairs;

/// What we call ourselves to servers and programs.
pub(crate) const USER_AGENT: &str = concat!("Weft/", env!("CARGO_PKG_VERSION"));

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
    Script {
        name: "iteration",
        source: include_str!("iteration.js"),
        natives: |_| Ok(()),
    },
    Script {
        name: "url",
        source: include_str!("url.js"),
        natives: url::natives,
    },
    Script {
        name: "crypto",
        source: include_str!("crypto.js"),
        natives: crypto::natives,
    },
    Script {
        name: "performance",
        source: include_str!("performance.js"),
        natives: event::clock_natives,
    },
    Script {
        name: "streams/base",
        source: include_str!("streams/base.js"),
        natives: |_| Ok(()),
    },
    Script {
        name: "streams/readable",
        source: include_str!("streams/readable.js"),
        natives: clone::natives,
    },
    Script {
        name: "streams/bytes",
        source: include_str!("streams/bytes.js"),
        natives: |_| Ok(()),
    },
    Script {
        name: "streams/writable",
        source: include_str!("streams/writable.js"),
        natives: clone::natives,
    },
    Script {
        name: "streams/transform",
        source: include_str!("streams/transform.js"),
        natives: clone::natives,
    },
    Script {
        name: "streams/tee_bytes",
        source: include_str!("streams/tee_bytes.js"),
        natives: |_| Ok(()),
    },
    Script {
        name: "streams/transfer",
        source: include_str!("streams/transfer.js"),
        natives: worker::port::natives,
    },
    Script {
        name: "compression",
        source: include_str!("compression.js"),
        natives: compression::natives,
    },
    Script {
        name: "streams/pipe",
        source: include_str!("streams/pipe.js"),
        natives: |_| Ok(()),
    },
    Script {
        name: "blob",
        source: include_str!("blob.js"),
        natives: blob::natives,
    },
    Script {
        name: "fetch/headers",
        source: include_str!("fetch/headers.js"),
        natives: fetch::header_natives,
    },
    Script {
        name: "fetch/body",
        source: include_str!("fetch/body.js"),
        natives: blob::body_natives,
    },
    Script {
        name: "fetch",
        source: include_str!("fetch/fetch.js"),
        natives: fetch::natives,
    },
    Script {
        name: "globals",
        source: include_str!("globals.js"),
        natives: globals,
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
    interface("url", "URL"),
    interface("url", "URLSearchParams"),
    interface("crypto", "Crypto"),
    interface("crypto", "SubtleCrypto"),
    attribute("crypto", "crypto"),
    interface("performance", "Performance"),
    interface("performance", "PerformanceEntry"),
    interface("performance", "PerformanceMark"),
    interface("performance", "PerformanceMeasure"),
    attribute("performance", "performance"),
    interface("streams/base", "ByteLengthQueuingStrategy"),
    interface("streams/base", "CountQueuingStrategy"),
    interface("streams/readable", "ReadableStream"),
    interface("streams/readable", "ReadableStreamDefaultReader"),
    interface("streams/readable", "ReadableStreamDefaultController"),
    interface("streams/bytes", "ReadableStreamBYOBReader"),
    interface("streams/bytes", "ReadableStreamBYOBRequest"),
    interface("streams/bytes", "ReadableByteStreamController"),
    interface("streams/writable", "WritableStream"),
    interface("streams/writable", "WritableStreamDefaultWriter"),
    interface("streams/writable", "WritableStreamDefaultController"),
    interface("streams/transform", "TransformStream"),
    interface("streams/transform", "TransformStreamDefaultController"),
    interface("streams/transform", "TextEncoderStream"),
    interface("streams/transform", "TextDecoderStream"),
    interface("compression", "CompressionStream"),
    interface("compression", "DecompressionStream"),
    interface("blob", "Blob"),
    interface("blob", "File"),
    interface("blob", "FormData"),
    interface("fetch/headers", "Headers"),
    interface("fetch", "Request"),
    interface("fetch", "Response"),
    operation("fetch", "fetch"),
    interface("globals", "Navigator"),
    attribute("globals", "navigator"),
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

fn globals(natives: &Value<'_>) -> JsResult<()> {
    native(natives, "processors", |call| {
        let count = std::thread::available_parallelism();
        let count = count.map_or(1, std::num::NonZero::get);
        Ok(call.context().number(count as f64))
    })?;
    native(natives, "mayConnect", |call| {
        let context = call.context();
        Ok(context.boolean(Agent::of(context).setup.access.network))
    })?;
    native(natives, "userAgent", |call| {
        call.context().string(USER_AGENT)
    })
}

fn webidl(natives: &Value<'_>) -> JsResult<()> {
    clone::natives(natives)?;
    native(natives, "usv", |call| {
        call.context().string(&call.argument(0).to_text()?)
    })
}
