//! Globals (§ 4.2.10).
//!
//! A module's own globals are part of its vmctx; an entity is made for one only when someone outside
//! asks for it. Globals that the host makes have their cell here.

use std::cell::UnsafeCell;
use std::ptr::NonNull;
use std::sync::Arc;

use weft_abi::layout::VMGlobal;
use weft_abi::value::{self, RawVal, Repr};

use crate::engine::Engine;
use crate::error::Misuse;
use crate::instance::{Instance, InstanceEntity};
use crate::slab::{Handle, Slot};
use crate::store::StoreInner;
use crate::types::{GlobalType, RegisteredTypes};

/// A global of a store.
pub type Global = Handle<GlobalEntity>;

/// What a [`Global`] names.
#[derive(Debug)]
pub struct GlobalEntity {
    vm: *mut VMGlobal,
    ty: GlobalType,
    repr: Repr,
    owner: GlobalOwner,
    /// Keeps the content type registered.
    _types: Option<Arc<RegisteredTypes>>,
}

#[derive(Debug)]
pub(crate) enum GlobalOwner {
    Host(#[expect(dead_code, reason = "owns what `vm` points to")] Box<UnsafeCell<VMGlobal>>),
    Instance(NonNull<Slot<InstanceEntity>>),
}

impl GlobalEntity {
    /// A global of the host's with its initial value.
    pub(crate) fn new(
        engine: &Engine,
        ty: GlobalType,
        value: RawVal,
        types: Option<Arc<RegisteredTypes>>,
    ) -> Self {
        let cell = Box::new(UnsafeCell::new(VMGlobal {
            bytes: value.0.to_le_bytes(),
        }));
        let vm = cell.get();
        // SAFETY: the cell lives as long as the entity.
        unsafe { Self::over(engine, vm, ty, GlobalOwner::Host(cell), types) }
    }

    /// The entity for the global at `vm`.
    ///
    /// # Safety
    /// `vm` lives as long as `owner`.
    pub(crate) unsafe fn over(
        engine: &Engine,
        vm: *mut VMGlobal,
        ty: GlobalType,
        owner: GlobalOwner,
        types: Option<Arc<RegisteredTypes>>,
    ) -> Self {
        let registry = engine.types();
        let repr = value::repr(ty.content, |id| {
            registry.kind(weft_module::HeapType::Concrete(id))
        });
        Self {
            vm,
            ty,
            repr,
            owner,
            _types: types,
        }
    }

    /// Where its value is, for code.
    pub(crate) fn vm(&self) -> *mut VMGlobal {
        self.vm
    }

    /// Whether its cell is here and the collector must look at it.
    pub(crate) fn is_own_ref(&self) -> bool {
        let is_ref = matches!(self.ty.content, crate::types::ValType::Ref(_));
        is_ref && self.repr == Repr::I32 && matches!(self.owner, GlobalOwner::Host(_))
    }

    pub(crate) fn owner_slot(&self) -> Option<NonNull<Slot<InstanceEntity>>> {
        match self.owner {
            GlobalOwner::Host(_) => None,
            GlobalOwner::Instance(slot) => Some(slot),
        }
    }

    /// The instance whose module defines it; `None` when the host made it.
    pub fn instance(&self, store: &StoreInner) -> Option<Instance> {
        Some(Handle::new(store, self.owner_slot()?))
    }

    /// Its type.
    pub fn ty(&self) -> &GlobalType {
        &self.ty
    }

    /// Its value.
    pub fn get(&self) -> RawVal {
        // SAFETY: it lives as long as the entity, and no wasm runs meanwhile.
        let bytes = unsafe { (*self.vm).bytes };
        normalize(self.repr, u128::from_le_bytes(bytes))
    }

    /// Sets its value.
    ///
    /// # Errors
    /// [`Misuse::Immutable`].
    ///
    /// # Safety
    /// `value` is of the global's type, in its representation, and of the same store.
    pub unsafe fn set(&self, value: RawVal) -> Result<(), Misuse> {
        if !self.ty.mutable {
            return Err(Misuse::Immutable);
        }
        // SAFETY: as in `get`.
        unsafe { (*self.vm).bytes = value.0.to_le_bytes() };
        Ok(())
    }
}

/// The value whose representation is in the low bytes of `bits`, with zero above.
pub(crate) fn normalize(repr: Repr, bits: u128) -> RawVal {
    match repr.size() {
        4 => RawVal::from_u32(bits as u32),
        8 => RawVal::from_u64(bits as u64),
        _ => RawVal(bits),
    }
}
