//! What a WebAssembly module is: its types, indices and structure, decoded and validated.
//!
//! Nothing here is live: an instance, a memory or a compiled function belongs to `weft-runtime`.

mod index;
mod module;
mod types;

pub use index::*;
pub use module::*;
pub use types::*;
