//! [`Referent`]: what a reference leads to, without a handle whose scope somebody has to open.

use std::any::Any;
use std::sync::Arc;

use weft_abi::value::RawVal;
use weft_runtime::host_ref;

use crate::externals::I31;
use crate::store::Opaque;
use crate::{AnyRef, AsContext, AsContextMut, OwnedRooted, Result, Rooted};

/// What a reference of type `externref`, `anyref` or a type below one of them leads to.
#[derive(Clone, Debug)]
pub enum Referent {
    /// Nothing.
    Null,
    /// An integer of 31 bits.
    I31(I31),
    /// A value of the host.
    Host(Arc<dyn Any + Send + Sync>),
    /// An object of the store's heap.
    Object(OwnedRooted<AnyRef>),
}

impl Referent {
    /// What `reference` leads to.
    ///
    /// # Errors
    /// When its scope has been left, or it belongs to another store.
    pub fn new(store: impl AsContext, reference: &Rooted<AnyRef>) -> Result<Self> {
        let store = store.as_context();
        let reference = reference.raw(store.opaque())?;
        Ok(Self::of(store.opaque(), reference))
    }

    /// What a raw value leads to.
    ///
    /// # Safety
    /// It is a reference of these types and of this store, and nothing has been allocated there since it was one.
    pub unsafe fn from_raw(store: impl AsContext, raw: RawVal) -> Self {
        Self::of(store.as_context().opaque(), raw.to_u32())
    }

    fn of(store: &Opaque, reference: u32) -> Self {
        if reference == 0 {
            return Self::Null;
        }
        if let Some(integer) = host_ref::i31_value(reference) {
            return Self::I31(I31::wrapping_u32(integer));
        }
        match store.live.host_ref(reference) {
            Some(value) => Self::Host(value),
            None => Self::Object(OwnedRooted::new(store, reference)),
        }
    }

    /// A reference to it as a raw value, to be used before anything is allocated in the store.
    ///
    /// # Errors
    /// When an object belongs to another store, or the store holds too many values of the host (2³⁰).
    pub fn into_raw(self, mut store: impl AsContextMut) -> Result<RawVal> {
        let store = store.as_context_mut();
        let reference = self.into_reference(store.opaque())?;
        Ok(RawVal::from_u64(u64::from(reference)))
    }

    /// A reference to it in the present scope, `None` for null.
    ///
    /// # Errors
    /// As [`Referent::into_raw`].
    pub fn into_rooted(self, mut store: impl AsContextMut) -> Result<Option<Rooted<AnyRef>>> {
        let store = store.as_context_mut();
        let reference = self.into_reference(store.opaque())?;
        Ok(Rooted::from_raw(store.opaque(), reference))
    }

    fn into_reference(self, store: &Opaque) -> Result<u32> {
        Ok(match self {
            Self::Null => 0,
            Self::I31(integer) => host_ref::i31(integer.get_u32()),
            Self::Host(value) => store.live.new_host_ref(value)?,
            Self::Object(object) => object.raw(store)?,
        })
    }
}
