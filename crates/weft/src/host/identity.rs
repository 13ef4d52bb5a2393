//! What tells functions and objects from one another, for hosts that have one object of their own for each.
//!
//! The other handles (memories, tables, globals, tags) tell that by themselves: they are equal if they name the same thing.

use crate::externals::GcRef;
use crate::{AsContext, Func, Result, Rooted};

/// What tells a function from all others of its store: the same for every reference to it.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct FuncIdentity(usize);

/// What tells `func` from other functions.
///
/// # Errors
/// When it belongs to another store.
pub fn func_identity(store: impl AsContext, func: &Func) -> Result<FuncIdentity> {
    let store = store.as_context();
    Ok(FuncIdentity(func.live().identity(&store.opaque().live)?))
}

/// The index that `func` has in the module that defines it, or `None` for a function of the host.
///
/// # Errors
/// When it belongs to another store.
pub fn func_index(store: impl AsContext, func: &Func) -> Result<Option<u32>> {
    let store = store.as_context();
    let definition = func.live().definition(&store.opaque().live)?;
    Ok(definition.map(|(_, index)| index.0))
}

/// How often the store's heap has been collected. Between two collections no object moves.
pub fn collections(store: impl AsContext) -> u64 {
    store.as_context().opaque().live.collections()
}

/// A number that tells an object from all others of its store until the next [collection](collections).
///
/// # Errors
/// When its scope has been left, or it belongs to another store.
pub fn object_address<T: GcRef>(store: impl AsContext, object: &Rooted<T>) -> Result<u32> {
    let store = store.as_context();
    Ok(object.raw(store.opaque())?)
}
