//! References that are not functions: to values of the host, internal ones and exceptions.
//!
//! A host reference is a slot of its store with the host's value in it (§ 4.2.1 "host addresses");
//! small integers live in the reference itself.

use std::any::Any;
use std::sync::Arc;

use weft_runtime as rt;
use weft_runtime::host_ref;

use crate::store::Opaque;
use crate::{AsContext, AsContextMut, HeapType, Result};

/// A value of the host in a store.
type HostValue = Arc<dyn Any + Send + Sync>;

/// A reference to a value of the host, `externref`. It keeps the value for the life of the store,
/// unless [`ExternRef::release`] lets it go.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub struct ExternRef {
    store: rt::StoreId,
    reference: u32,
}

impl ExternRef {
    /// A reference to `value`.
    ///
    /// # Errors
    /// When the store holds too many (2³⁰).
    pub fn new<V>(mut store: impl AsContextMut, value: V) -> Result<Self>
    where
        V: Any + Send + Sync,
    {
        let store = store.as_context_mut();
        let live = &store.opaque().live;
        Ok(Self {
            store: live.id(),
            reference: live.new_host_ref(Arc::new(value))?,
        })
    }

    /// The value, or `None` for a reference that wasm made, which has none.
    ///
    /// # Errors
    /// When it belongs to another store.
    pub fn data(&self, store: impl AsContext) -> Result<Option<HostValue>> {
        let store = store.as_context();
        self.check(store.opaque())?;
        Ok(store.opaque().live.host_ref(self.reference))
    }

    /// Lets go of the value: nobody must use the reference, or copies of it in wasm, any more; those that do find another value or none.
    ///
    /// # Errors
    /// When it belongs to another store.
    pub fn release(self, mut store: impl AsContextMut) -> Result<()> {
        let store = store.as_context_mut();
        self.check(store.opaque())?;
        store.opaque().live.remove_host_ref(self.reference);
        Ok(())
    }

    pub(crate) fn check(&self, store: &Opaque) -> Result<(), rt::Misuse> {
        check_store(self.store, store)
    }

    pub(crate) fn raw(self) -> u32 {
        self.reference
    }

    pub(crate) fn from_raw(store: &Opaque, reference: u32) -> Option<Self> {
        (reference != 0).then(|| Self {
            store: store.live.id(),
            reference,
        })
    }
}

macro_rules! opaque_reference {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
        pub struct $name {
            store: rt::StoreId,
            reference: u32,
        }

        impl $name {
            pub(crate) fn check(&self, store: &Opaque) -> Result<(), rt::Misuse> {
                check_store(self.store, store)
            }

            pub(crate) fn raw(self) -> u32 {
                self.reference
            }

            pub(crate) fn from_raw(store: &Opaque, reference: u32) -> Option<Self> {
                (reference != 0).then(|| Self {
                    store: store.live.id(),
                    reference,
                })
            }
        }
    )*};
}

opaque_reference! {
    /// An internal reference, `anyref`.
    AnyRef
    /// A reference to an exception, `exnref`.
    ExnRef
}

impl AnyRef {
    /// An internal reference that is a 31-bit integer (§ 4.6.4 `ref.i31`): the upper bit of `value` is lost.
    pub fn from_i31(mut store: impl AsContextMut, value: u32) -> Self {
        Self {
            store: store.as_context_mut().opaque().live.id(),
            reference: host_ref::i31(value),
        }
    }

    /// The unsigned integer that it is, if it is one.
    pub fn as_i31(&self) -> Option<u32> {
        host_ref::i31_value(self.reference)
    }

    pub(crate) fn heap_type(&self) -> HeapType {
        match self.as_i31() {
            Some(_) => HeapType::I31,
            None => HeapType::Any,
        }
    }
}

fn check_store(store: rt::StoreId, other: &Opaque) -> Result<(), rt::Misuse> {
    match store == other.live.id() {
        true => Ok(()),
        false => Err(rt::Misuse::WrongStore),
    }
}
