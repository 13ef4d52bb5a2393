//! Live objects and the machine beneath them.
//!
//! The lower half runs code: [`code_memory`] holds it, [`stubs`] enter and leave it, [`stacks`]
//! are what it runs on, [`trap`] ends it, and [`watchdog`] ends it from outside.

#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
compile_error!(
    "Weft runs on Linux on x86-64; stacks, stubs, traps and code memory need a port for this target"
);

pub mod artifact;
pub mod code_memory;
pub mod stacks;
pub mod stubs;
pub mod trap;
pub mod watchdog;

mod code;
mod libcalls;
