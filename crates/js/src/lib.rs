//! The JavaScript host: scripts that compile, instantiate and call WebAssembly through the JavaScript interface of its
//! specification, on QuickJS and our own engine.
//!
//! ```
//! use weft::Engine;
//! use weft_js::{Host, HostOptions, Outcome};
//!
//! let engine = Engine::default();
//! let mut host = Host::new(&engine, HostOptions::default())?;
//! let outcome = host.run_source("new WebAssembly.Memory({ initial: 1 }).grow(1)", "example.js");
//! assert!(matches!(outcome, Outcome::Finished));
//! # Ok::<(), weft::Error>(())
//! ```
//!
//! A [`Host`] is an agent: one thread, one heap of JavaScript, one store of wasm, and a queue of tasks. Workers that its scripts
//! start are more of the same, which end with it.

mod access;
mod agent;
mod atomics;
mod bigint_bounds;
mod buffer_source;
pub mod check;
mod clone;
mod error_stack;
mod event_loop;
mod host;
mod identity;
mod idl;
mod inline;
mod library;
mod loader;
mod mailbox;
mod node;
mod quickjs;
mod realm;
mod report;
mod shared_buffer;
mod shell;
mod source_phase;
mod timings;
mod web;
mod webassembly;
mod worker;

pub use access::{Access, Scope};
pub use host::{Host, HostOptions, LimiterFactory, Outcome};
pub use identity::Identity;
pub use report::Report;
pub use shell::{Output, Stream};
pub use timings::{Phase, Timings};
