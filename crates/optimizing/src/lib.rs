//! The optimising compiler: WebAssembly → Cranelift → [`weft_abi::CompiledFunction`].
//!
//! [`Optimizing`] is the only thing a user sees. Behind it a function goes through three steps, each a
//! room of its own: `translate` turns a validated body into Cranelift's IR, with one file for
//! each group of instructions under `ops`; Cranelift turns that into machine code; `finish` turns
//! what comes out into the plain data of `weft-abi`. Nothing here knows of live objects, and no
//! other crate names Cranelift.

mod compiler;
mod finish;
mod ops;
mod phase;
mod pool;
mod target;
mod translate;
mod traps;

pub use compiler::Optimizing;
pub use target::TargetError;
