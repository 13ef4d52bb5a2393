//! Whether two references are to one thing, as keys of the host's own tables.

use weft_runtime as rt;

use crate::{AsContext, Func, GcRef, Result, Rooted};

/// The function itself, where `func` may be what an instance imports it as: two functions are one if these are equal.
///
/// The handle keeps nothing.
///
/// # Errors
/// When it belongs to another store or is gone.
pub fn canonical(store: impl AsContext, func: &Func) -> Result<Func> {
    let func = func.live().canonical(&store.as_context().opaque().live)?;
    Ok(Func::from_live(func))
}

/// The index that `func` has in the module that defines it, or `None` for a function of the host.
///
/// # Errors
/// When it belongs to another store or is gone.
pub fn func_index(store: impl AsContext, func: &Func) -> Result<Option<u32>> {
    let definition = func.live().definition(&store.as_context().opaque().live)?;
    Ok(definition.map(|(_, index)| index.0))
}

/// What an object of a store is known by as long as there is a [`WeakRef`](super::WeakRef) to it.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct ObjectKey(rt::gc::WeakRoot);

impl ObjectKey {
    pub(super) fn new(root: rt::gc::WeakRoot) -> Self {
        Self(root)
    }
}

/// The key of the object that `reference` refers to; `None` when there is no [`WeakRef`](super::WeakRef) to it, or it is no object.
///
/// # Errors
/// When its scope has been left, or it belongs to another store.
pub fn object_key<T: GcRef>(
    store: impl AsContext,
    reference: &Rooted<T>,
) -> Result<Option<ObjectKey>> {
    let store = store.as_context().opaque();
    let raw = reference.raw(store)?;
    // SAFETY: a reference of this store as it is now.
    Ok(unsafe { store.live.find_weak(raw) }.map(ObjectKey))
}
