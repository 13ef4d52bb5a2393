//! [`WeakRef`]: a reference to an object that does not keep it.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use weft_runtime as rt;
use weft_runtime::gc::{Released, Releases, WeakRoot};

use super::ObjectKey;
use crate::{AsContextMut, GcRef, Result, Rooted};

/// A reference to an object of the heap that does not keep it, but knows when it is gone. Cloning it is cheap.
pub struct WeakRef<T> {
    store: rt::StoreId,
    root: Arc<Releasing>,
    of: PhantomData<T>,
}

/// Lets go of a weak reference when it is dropped.
struct Releasing {
    root: WeakRoot,
    releases: Arc<Releases>,
}

impl Drop for Releasing {
    fn drop(&mut self) {
        self.releases.add(Released::Weak(self.root));
    }
}

impl<T: GcRef> WeakRef<T> {
    /// A weak reference to what `reference` does; `None` when that is no object but an integer or a value of the host.
    ///
    /// # Errors
    /// When its scope has been left, or it belongs to another store.
    ///
    /// ```
    /// use weft::host::WeakRef;
    /// use weft::{ArrayRef, ArrayType, FieldType, Mutability, RootScope, StorageType, Store, Val};
    ///
    /// let mut store: Store<()> = Store::default();
    /// let bytes = FieldType::new(Mutability::Var, StorageType::I8);
    /// let bytes = ArrayType::new(store.engine(), bytes)?;
    /// let weak = {
    ///     let mut scope = RootScope::new(&mut store);
    ///     let array = ArrayRef::new(&mut scope, &bytes, &Val::I32(0), 10)?;
    ///     let weak = WeakRef::new(&mut scope, &array)?.unwrap();
    ///     assert!(weak.upgrade(&mut scope)?.is_some());
    ///     weak
    /// };
    /// store.gc()?;
    /// assert!(weak.upgrade(&mut store)?.is_none());
    /// # Ok::<(), weft::Error>(())
    /// ```
    pub fn new(mut store: impl AsContextMut, reference: &Rooted<T>) -> Result<Option<Self>> {
        let store = store.as_context_mut();
        let live = &store.opaque().live;
        let raw = reference.raw(store.opaque())?;
        // SAFETY: a reference of this store as it is now.
        let root = unsafe { live.weak_root(raw) };
        Ok(root.map(|root| Self {
            store: live.id(),
            root: Arc::new(Releasing {
                root,
                releases: live.releases(),
            }),
            of: PhantomData,
        }))
    }

    /// The reference, rooted in the present scope; `None` when the object is gone.
    ///
    /// # Errors
    /// When it belongs to another store.
    pub fn upgrade(&self, mut store: impl AsContextMut) -> Result<Option<Rooted<T>>> {
        let store = store.as_context_mut();
        let live = &store.opaque().live;
        if live.id() != self.store {
            return Err(rt::Misuse::WrongStore.into());
        }
        let reference = live.weak(self.root());
        Ok(reference.map(|reference| Rooted::new(store.opaque(), reference)))
    }

    /// The object's key: see [`object_key`](super::object_key).
    pub fn key(&self) -> ObjectKey {
        ObjectKey::new(self.root())
    }

    pub(crate) fn root(&self) -> WeakRoot {
        self.root.root
    }
}

impl<T> Clone for WeakRef<T> {
    fn clone(&self) -> Self {
        Self {
            store: self.store,
            root: self.root.clone(),
            of: PhantomData,
        }
    }
}

impl<T> fmt::Debug for WeakRef<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("WeakRef").field(&self.root.root).finish()
    }
}
