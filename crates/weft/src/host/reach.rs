//! [`Reach`]: which values of the host a handle leads to.

use std::any::Any;
use std::sync::Arc;

use weft_runtime as rt;

use super::{Item, ObjectKey, SuspendedCall};
use crate::{AsContext, GcRef, Result};

/// A search for values of the host, for a host with a collector of its own.
///
/// Such a host has values that wasm holds, and keeps things of wasm by values. To find a circle through both it goes on from each thing
/// that a value of its own keeps, and sees which of its values that keeps in turn. What one search has met it does not meet
/// again, so starting points that lead to the same cost no more than one. It must be over before anything else is done with the store.
///
/// ```
/// use std::sync::Arc;
///
/// use weft::host::{Met, Reach};
/// use weft::{ExternRef, Ref, RefType, Store, Table, TableType};
///
/// let mut store: Store<()> = Store::default();
/// let value = ExternRef::new(&mut store, "a value")?;
/// let table = Table::new(&mut store, TableType::new(RefType::EXTERNREF, 2, None), value.into())?;
/// let mut reach = Reach::new(&store);
/// let mut found = Vec::new();
/// for _ in 0..2 {
///     reach.item(&store, table, &mut |met| match met {
///         Met::Value(value) => found.extend(value.downcast_ref::<&str>().copied()),
///         Met::Object(_) => {}
///     });
/// }
/// assert_eq!(found, ["a value"]);
/// # Ok::<(), weft::Error>(())
/// ```
pub struct Reach(rt::reach::Reach);

/// Something of the host's that a search has met.
#[derive(Clone)]
pub enum Met {
    /// A value that wasm holds, or what a function of the host is [traced](super::trace_func) by.
    Value(Arc<dyn Any + Send + Sync>),
    /// An object that there are [weak references](super::WeakRef) to.
    Object(ObjectKey),
}

impl Reach {
    /// A search that has met nothing.
    pub fn new(store: impl AsContext) -> Self {
        Self(rt::reach::Reach::new(&store.as_context().opaque().live))
    }

    /// Goes on from what `item` names. From what is gone or belongs to another store nothing is met.
    pub fn item(&mut self, store: impl AsContext, item: impl Into<Item>, met: &mut dyn FnMut(Met)) {
        if let Some(item) = item.into().live() {
            let store = &store.as_context().opaque().live;
            self.0.item(store, item, &mut |it| met(it.into()));
        }
    }

    /// Goes on from a suspended call, which leads to whatever its frames may refer to.
    ///
    /// # Errors
    /// When it belongs to another store.
    pub fn call(
        &mut self,
        store: impl AsContext,
        call: &SuspendedCall,
        met: &mut dyn FnMut(Met),
    ) -> Result<()> {
        let store = store.as_context().opaque();
        let suspended = call.suspended(store)?;
        // SAFETY: a call of this store.
        unsafe {
            self.0
                .call(&store.live, suspended, &mut |it| met(it.into()))
        };
        Ok(())
    }

    /// Goes on from the object or value that a reference names.
    ///
    /// # Errors
    /// When its scope has been left, or it belongs to another store.
    pub fn reference<T: GcRef>(
        &mut self,
        store: impl AsContext,
        reference: &T,
        met: &mut dyn FnMut(Met),
    ) -> Result<()> {
        let store = store.as_context().opaque();
        let raw = reference.handle().raw(store)?;
        // SAFETY: a reference of this store as it is now.
        unsafe { self.0.reference(&store.live, raw, &mut |it| met(it.into())) };
        Ok(())
    }
}

impl From<rt::reach::Met> for Met {
    fn from(met: rt::reach::Met) -> Self {
        match met {
            rt::reach::Met::Value(value) => Self::Value(value),
            rt::reach::Met::Object(root) => Self::Object(ObjectKey::new(root)),
        }
    }
}

impl std::fmt::Debug for Reach {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reach").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Met {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Value(_) => f.write_str("Value"),
            Self::Object(key) => f.debug_tuple("Object").field(key).finish(),
        }
    }
}
