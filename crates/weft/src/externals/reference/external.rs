//! References to values of the host.

use std::any::Any;
use std::sync::Arc;

use super::{AnyRef, Rooted, gc_ref};
use crate::{AsContext, AsContextMut, Result};

/// A value of the host in a store.
type HostValue = Arc<dyn Any + Send + Sync>;

gc_ref! {
    /// A reference to a value of the host (§ 4.2.1 "host addresses"), `externref`.
    ///
    /// The store keeps the value as long as wasm or the host can reach it.
    ExternRef
}

impl ExternRef {
    /// A reference to `value`.
    ///
    /// # Errors
    /// When the store holds too many (2³⁰).
    ///
    /// ```
    /// use weft::{ExternRef, Store};
    ///
    /// let mut store: Store<()> = Store::default();
    /// let reference = ExternRef::new(&mut store, "a value".to_string())?;
    /// let value = reference.data(&store)?.unwrap();
    /// assert_eq!(value.downcast_ref::<String>().unwrap(), "a value");
    /// # Ok::<(), weft::Error>(())
    /// ```
    pub fn new<V>(mut store: impl AsContextMut, value: V) -> Result<Rooted<Self>>
    where
        V: Any + Send + Sync,
    {
        let store = store.as_context_mut();
        let reference = store.opaque().live.new_host_ref(Arc::new(value))?;
        Ok(Rooted::new(store.opaque(), reference))
    }

    /// The value, or `None` for a reference that wasm made, which has none.
    ///
    /// # Errors
    /// When its scope has been left, or it belongs to another store.
    pub fn data(&self, store: impl AsContext) -> Result<Option<HostValue>> {
        let store = store.as_context();
        let reference = self.0.raw(store.opaque())?;
        Ok(store.opaque().live.host_ref(reference))
    }

    /// An internal reference as an external one (§ 4.6.3 `extern.convert_any`).
    ///
    /// # Errors
    /// When its scope has been left, or it belongs to another store.
    pub fn convert_any(mut store: impl AsContextMut, any: Rooted<AnyRef>) -> Result<Rooted<Self>> {
        let store = store.as_context_mut();
        let reference = any.raw(store.opaque())?;
        Ok(Rooted::new(store.opaque(), reference))
    }
}
