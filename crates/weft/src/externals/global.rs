//! [`Global`]: a global variable of a store (§ 4.2.10).

use weft_runtime as rt;

use crate::store::Opaque;
use crate::{AsContext, AsContextMut, GlobalType, Result, Val};

/// A global of a store (§ 4.2.10).
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub struct Global(rt::Global);

impl Global {
    /// A global with an initial value.
    ///
    /// # Errors
    /// When `value` is not of the type, or belongs to another store.
    pub fn new(mut store: impl AsContextMut, ty: GlobalType, value: Val) -> Result<Self> {
        let store = store.as_context_mut();
        let opaque = store.opaque();
        let raw = value.to_raw(opaque, ty.content())?;
        if !ty.content().belongs_to(&opaque.engine) {
            return Err(rt::Misuse::WrongEngine.into());
        }
        // SAFETY: `to_raw` has checked the value's type and store.
        let global = unsafe { opaque.live.new_global(ty.to_live(), raw) }?;
        Ok(Self(global))
    }

    pub(crate) fn from_live(global: rt::Global) -> Self {
        Self(global)
    }

    pub(crate) fn live(self) -> rt::Global {
        self.0
    }

    fn entity(self, store: &Opaque) -> &rt::global::GlobalEntity {
        self.0
            .get(&store.live)
            .expect("the global belongs to another store or is gone")
    }

    /// Its type.
    ///
    /// # Panics
    /// When it belongs to another store.
    pub fn ty(&self, store: impl AsContext) -> GlobalType {
        let store = store.as_context();
        GlobalType::from_live(store.engine(), *self.entity(store.opaque()).ty())
    }

    /// Its value.
    ///
    /// # Panics
    /// When it belongs to another store.
    pub fn get(&self, mut store: impl AsContextMut) -> Val {
        let store = store.as_context_mut();
        let entity = self.entity(store.opaque());
        // SAFETY: a global holds a value of its type and store.
        unsafe { Val::from_raw(store.opaque(), entity.get(), entity.ty().content) }
    }

    /// Sets its value.
    ///
    /// # Errors
    /// When it is constant, `value` is of another type, or either belongs to another store.
    pub fn set(&self, mut store: impl AsContextMut, value: Val) -> Result<()> {
        let store = store.as_context_mut();
        let opaque = store.opaque();
        let entity = self.0.get(&opaque.live)?;
        let raw = value.to_raw_live(opaque, entity.ty().content)?;
        // SAFETY: `to_raw_live` has checked the value's type and store.
        unsafe { entity.set(raw) }?;
        Ok(())
    }
}
