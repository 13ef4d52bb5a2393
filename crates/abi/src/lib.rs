//! What compiled code and the runtime agree on.
//!
//! A compiler is a function from a validated body to a [`CompiledFunction`]; the runtime links and
//! runs what comes back. Everything both sides must know to do so is here, as plain data: the layouts
//! that code reads ([`layout`]), the calling convention ([`signature`]), the representation of values
//! ([`value`]), the objects of the heap ([`gc`]), the calls into the runtime ([`libcall`]), the reasons to stop ([`TrapKind`]) and the
//! settings that change code ([`Tunables`]).

pub mod compiled;
pub mod gc;
pub mod layout;
pub mod libcall;
pub mod signature;
mod trap;
mod tunables;
pub mod value;

pub use compiled::{
    CallSite, CodePosition, CompileError, CompiledFunction, Compiler, FrameRefs, Handler,
    Relocation, SavedRegisters, StackMap, TrapSite,
};
pub use libcall::Libcall;
pub use trap::TrapKind;
pub use tunables::{MemoryPlan, Tunables};
