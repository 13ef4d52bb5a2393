//! WASI preview 1 for Weft: what a guest sees of files, clocks, arguments and the rest of the host.
//!
//! A guest is granted directories, streams and sockets by a [`WasiCtxBuilder`]; everything it does goes
//! through the descriptors of its [`WasiCtx`]. The functions of `wasi_snapshot_preview1` are one file
//! per area (`fd`, `path`, `poll`, …), plain functions over `(process, guest memory, integers)`, so
//! that all of them can be tested without an engine; one table binds them to a linker.
//!
//! Threads of a guest share one process, which calls lock. Where a call would wait it breaks off
//! instead, and is made again when the wait is over ([`WasiCtx::for_thread`], [`threads`]).
//!
//! Three rules hold everywhere. Guest pointers are checked before anything happens, and guest memory
//! is never a Rust reference ([`memory`]). A path never leaves the directory it starts from, and what
//! was granted for reading is never written ([`rights`]). No call waits without watching for the
//! engine's interruption, and none allocates by a size that the guest chose ([`Interruption`]).

#![expect(
    clippy::too_many_arguments,
    reason = "the parameters of a function are those that WASI gives it"
)]

mod args;
mod builder;
pub mod check;
mod clock;
mod ctx;
mod dir;
mod environ;
mod errno;
mod fd;
mod functions;
mod io;
mod linker;
pub mod memory;
mod open;
mod path;
mod poll;
mod proc;
mod process;
mod quota;
mod random;
pub mod rights;
mod sched;
mod sock;
mod stdio;
mod table;
#[cfg(test)]
mod tests;
pub mod threads;
mod types;
mod unstable;
mod wait;

pub use builder::WasiCtxBuilder;
pub use clock::{Clock, VirtualClock};
pub use ctx::{Denied, DeniedReason, WasiCtx};
pub use errno::Errno;
pub use functions::{Function, functions};
pub use linker::{add_imports_to_linker, add_to_linker, add_unstable_to_linker};
pub use proc::{Exit, proc_raise};
pub use random::{RandomSource, SeededRandom};
pub use rights::{DirPerms, FilePerms, Permissions};
pub use stdio::{Empty, InputStream, MemoryPipe, OutputStream, ReadStream, Sink, WriteStream};
pub use wait::Interruption;
