//! Live objects and the machine beneath them.
//!
//! The lower half runs code: [`code_memory`] holds it, [`stubs`] enter and leave it, [`stacks`]
//! are what it runs on, [`trap`] ends it, and [`watchdog`] ends it from outside. The upper half is what
//! runs: an [`Engine`] with [`Code`], and in a [`Store`] the [`Instance`]s, [`Func`]s, [`Memory`]s and so on.

#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
compile_error!(
    "Weft runs on Linux on x86-64; stacks, stubs, traps and code memory need a port for this target"
);

pub mod artifact;
pub mod code;
pub mod code_memory;
pub mod compiled;
pub mod engine;
pub mod error;
pub mod exception;
pub mod func;
pub mod gc;
pub mod global;
pub mod host_ref;
pub mod instance;
pub mod limiter;
pub mod linking;
pub mod memory;
pub mod pages;
pub mod reach;
pub mod slab;
pub mod stacks;
pub mod store;
pub mod stubs;
pub mod table;
pub mod tag;
pub mod trap;
pub mod types;
pub mod wait;
pub mod watchdog;

#[cfg(test)]
mod by_heart;
mod libcalls;
#[cfg(test)]
mod testing;

pub use code::Code;
pub use engine::{Engine, EngineConfig};
pub use error::{Failure, GrowError, InstantiateError, LinkError, Misuse, ResourceError, Trap};
pub use func::{Func, HostForm, HostFuncSpec};
pub use global::Global;
pub use instance::{Instance, instantiate};
pub use limiter::Limiter;
pub use memory::{Memory, SharedMemory};
pub use slab::StoreId;
pub use store::{Extern, Store, StoreInner};
pub use table::Table;
pub use tag::Tag;
