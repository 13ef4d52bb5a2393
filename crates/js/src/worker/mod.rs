//! Workers and messages: `Worker`, `MessageChannel`, `BroadcastChannel`, `structuredClone`, and the global object of a worker
//! (HTML § 9.4, § 9.5 and § 10).
//!
//! A worker is an agent like the first one: a thread with a heap of JavaScript, a store and an event loop of its own. What two
//! agents share is data: messages, which belong to nobody, and memory that is meant for it.

mod broadcast;
mod channel;
mod children;
mod control;
pub(crate) mod port;
mod run;
mod scope;
mod script;
mod setup;

use crate::library::{Global, GlobalKind, Script};
use crate::quickjs::{JsResult, Value};

use channel::Port;
pub(crate) use children::{Children, Parent, Program, Start, control_natives, start};
pub(crate) use control::Control;
pub(crate) use scope::{begin, install, open_port, update_listening};
pub(crate) use script::{Location, read_script};
pub(crate) use setup::Setup;

/// The scripts.
pub(crate) const SCRIPTS: &[Script] = &[
    Script {
        name: "messaging",
        source: include_str!("messaging.js"),
        natives: messaging,
    },
    Script {
        name: "worker",
        source: include_str!("worker.js"),
        natives: children::natives,
    },
    Script {
        name: "scope",
        source: include_str!("scope.js"),
        natives: scope::natives,
    },
];

/// What they export to everybody.
pub(crate) const GLOBALS: &[Global] = &[
    interface("messaging", "MessagePort"),
    interface("messaging", "MessageChannel"),
    interface("messaging", "BroadcastChannel"),
    interface("worker", "Worker"),
    Global {
        name: "structuredClone",
        script: "messaging",
        kind: GlobalKind::Operation,
    },
];

const fn interface(script: &'static str, name: &'static str) -> Global {
    let kind = GlobalKind::Interface;
    Global { name, script, kind }
}

fn messaging(natives: &Value<'_>) -> JsResult<()> {
    port::natives(natives)?;
    broadcast::natives(natives)
}
