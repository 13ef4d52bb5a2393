//! The scripts of this identity, and the globals that come from them.

use crate::library::{Global, GlobalKind, Script};
use crate::quickjs::{JsResult, Value};

use super::{buffer, crypto, fs, http, inspect, module, os, process, threads, timers, tty, wasi};

/// A script that uses no function of Rust.
fn none(_: &Value<'_>) -> JsResult<()> {
    Ok(())
}

macro_rules! script {
    ($name:literal, $file:literal, $natives:expr) => {
        Script {
            name: $name,
            source: include_str!(concat!("js/", $file, ".js")),
            natives: $natives,
        }
    };
}

/// A script that only gives a part or another name of one above.
macro_rules! alias {
    ($name:literal, $source:literal) => {
        Script {
            name: $name,
            source: concat!("(language, native, library) => ", $source),
            natives: none,
        }
    };
}

pub(crate) const SCRIPTS: &[Script] = &[
    script!("node:internal/errors", "errors", none),
    alias!(
        "node:internal/globals",
        "({ get process() { return library('node:process'); }, get console() { return library('node:console'); } })"
    ),
    script!("node:internal/inspect", "inspect", inspect::natives),
    script!("node:internal/equal", "equal", inspect::equal_natives),
    script!("node:internal/intl", "intl", os::intl_natives),
    script!("node:internal/network", "network", none),
    script!("node:internal/primordials", "primordials", none),
    script!("node:internal/stdin", "stdin", none),
    script!("node:internal/thread", "thread", threads::start_natives),
    script!("node:assert", "assert", inspect::error_natives),
    alias!("node:assert/strict", "library('node:assert').strict"),
    script!("node:buffer", "buffer", buffer::natives),
    script!("node:child_process", "child_process", none),
    script!("node:console", "console", tty::console_natives),
    script!("node:constants", "constants", none),
    script!("node:crypto", "crypto", crypto::natives),
    alias!("node:dgram", "library('node:internal/network').dgram"),
    alias!("node:dns", "library('node:internal/network').dns"),
    alias!("node:dns/promises", "library('node:dns').promises"),
    script!("node:events", "events", none),
    script!("node:fs", "fs", fs::natives),
    script!("node:fs/promises", "fs_promises", none),
    script!("node:http", "http", http::natives),
    alias!("node:https", "library('node:internal/network').https"),
    script!("node:module", "module", module::natives),
    alias!("node:net", "library('node:internal/network').net"),
    script!("node:os", "os", os::natives),
    script!("node:path", "path", none),
    alias!("node:path/posix", "library('node:path')"),
    script!("node:perf_hooks", "perf_hooks", none),
    script!("node:process", "process", process::natives),
    script!("node:querystring", "querystring", none),
    script!("node:stream", "stream", none),
    alias!("node:stream/promises", "library('node:stream').promises"),
    script!("node:string_decoder", "string_decoder", none),
    alias!("node:sys", "library('node:util')"),
    script!("node:timers", "timers", timers::natives),
    alias!("node:timers/promises", "library('node:timers').promises"),
    alias!("node:tls", "library('node:internal/network').tls"),
    script!("node:tty", "tty", tty::natives),
    script!("node:url", "url", none),
    script!("node:util", "util", inspect::util_natives),
    script!("node:util/types", "util_types", none),
    script!("node:vm", "vm", module::vm_natives),
    script!("node:wasi", "wasi", wasi::natives),
    script!("node:worker_threads", "worker_threads", threads::natives),
];

const fn global(name: &'static str, script: &'static str) -> Global {
    Global {
        name,
        script,
        kind: GlobalKind::Interface,
    }
}

/// The globals. Timers and the console take the place of those that every program has.
pub(crate) const GLOBALS: &[Global] = &[
    global("process", "node:internal/globals"),
    global("Buffer", "node:buffer"),
    global("Intl", "node:internal/intl"),
    global("console", "node:internal/globals"),
    global("MessagePort", "node:worker_threads"),
    global("MessageChannel", "node:worker_threads"),
    global("BroadcastChannel", "node:worker_threads"),
    global("setTimeout", "node:timers"),
    global("setInterval", "node:timers"),
    global("setImmediate", "node:timers"),
    global("clearTimeout", "node:timers"),
    global("clearInterval", "node:timers"),
    global("clearImmediate", "node:timers"),
];
