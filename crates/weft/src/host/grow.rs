//! Word of memories that have grown, for hosts that keep views of their bytes.
//!
//! A host with views asks [`memory_growths`] whenever wasm has run, which is one load, and only where that has changed
//! each memory by [`growths`]. Growing by no pages counts: JavaScript's buffers are detached by it too.

use crate::{AsContext, Memory};

/// How often any memory has grown in the store.
pub fn memory_growths(store: impl AsContext) -> u64 {
    store.as_context().opaque().live.memory_growths()
}

/// How often `memory` has grown.
///
/// # Panics
/// When it belongs to another store.
pub fn growths(store: impl AsContext, memory: &Memory) -> u64 {
    let store = store.as_context();
    let memory = memory.live().get(&store.opaque().live);
    memory
        .expect("the memory belongs to another store")
        .growths()
}
