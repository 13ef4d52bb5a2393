//! Functions as values, and calling them.
//!
//! A [`Func`] is a pointer to a [`VMFuncRef`] with the slot of what owns it: the instance that defines
//! or imports the function, or the host function itself.

mod call;
mod host;

use std::ptr::NonNull;

use weft_abi::layout::{
    TypeId, VMCONTEXT_MAGIC, VMContext, VMFuncRef, VMHOSTCONTEXT_MAGIC, VMHostContext,
};

pub use call::{active_frames, call_raw, finish, load_params, take_results};
pub(crate) use host::BoundHost;
pub use host::{
    HostForm, HostFuncEntity, HostFuncSpec, host_data, host_entity, read_args, write_results,
};

use crate::error::Misuse;
use crate::instance::{Instance, InstanceEntity};
use crate::slab::{Handle, Slot, SlotHeader, StoreId};
use crate::store::StoreInner;

/// A function of a store.
///
/// Equality is that of the reference; see [`Func::identity`] for functions that a host made and several instances import.
#[derive(Copy, Clone, Debug)]
pub struct Func {
    store: StoreId,
    owner: NonNull<SlotHeader>,
    func_ref: NonNull<VMFuncRef>,
    generation: u32,
}

// SAFETY: a handle alone gives access to nothing; the store that it needs is not shared by threads.
unsafe impl Send for Func {}
// SAFETY: as above.
unsafe impl Sync for Func {}

impl PartialEq for Func {
    fn eq(&self, other: &Self) -> bool {
        self.func_ref == other.func_ref && self.generation == other.generation
    }
}

impl Eq for Func {}

impl std::hash::Hash for Func {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.func_ref.hash(state);
    }
}

/// What the first argument of a function points to.
pub(crate) enum Context {
    /// An instance's vmctx.
    Instance(NonNull<Slot<InstanceEntity>>),
    /// A host function's, as seen by an importer or by nobody.
    Host(NonNull<Slot<HostFuncEntity>>, *mut VMContext),
}

/// What `vmctx` is.
///
/// # Safety
/// It is the context of a live function.
pub(crate) unsafe fn context_of(vmctx: *mut VMContext) -> Context {
    // SAFETY: both kinds of context start with their magic, and hold non-null pointers to slots.
    unsafe {
        match (*vmctx).magic {
            VMCONTEXT_MAGIC => Context::Instance(NonNull::new_unchecked((*vmctx).instance.cast())),
            magic => {
                debug_assert_eq!(magic, VMHOSTCONTEXT_MAGIC);
                let host = vmctx.cast::<VMHostContext>();
                Context::Host(
                    NonNull::new_unchecked((*host).data.cast()),
                    (*host).importer,
                )
            }
        }
    }
}

impl Func {
    /// The handle of the function that a reference names, `None` for null. It keeps what owns the function as other handles do.
    ///
    /// # Safety
    /// `func_ref` is a reference in its representation, of this store.
    pub unsafe fn from_raw(store: &StoreInner, func_ref: u64) -> Option<Self> {
        let func_ref = NonNull::new(func_ref as *mut VMFuncRef)?;
        // SAFETY: the caller's.
        Some(unsafe { Self::from_ref(store, func_ref) })
    }

    /// The same for a reference that is not null.
    ///
    /// # Safety
    /// As for [`Self::from_raw`].
    pub(crate) unsafe fn from_ref(store: &StoreInner, func_ref: NonNull<VMFuncRef>) -> Self {
        // SAFETY: the caller's; slots are mapped as long as their store.
        unsafe {
            let func = Self::weak_from_ref(store, func_ref);
            store.keep(func.owner.as_ref());
            func
        }
    }

    /// The same, but it does not keep what owns the function.
    ///
    /// # Safety
    /// As for [`Self::from_raw`].
    pub(crate) unsafe fn weak_from_ref(store: &StoreInner, func_ref: NonNull<VMFuncRef>) -> Self {
        // SAFETY: the caller's. A bound host function belongs to the instance that imports it.
        let owner: NonNull<SlotHeader> = unsafe {
            match context_of(func_ref.as_ref().vmctx) {
                Context::Instance(slot) => slot.cast(),
                Context::Host(slot, importer) if importer.is_null() => slot.cast(),
                Context::Host(_, importer) => NonNull::new_unchecked((*importer).instance.cast()),
            }
        };
        Self {
            store: store.id(),
            owner,
            func_ref,
            // SAFETY: slots are mapped as long as their store.
            generation: unsafe { owner.as_ref() }.generation(),
        }
    }

    /// The reference in its representation: what code and tables hold.
    ///
    /// # Errors
    /// When it belongs to another store or is gone.
    pub fn to_raw(self, store: &StoreInner) -> Result<u64, Misuse> {
        Ok(self.func_ref(store)?.as_ptr() as u64)
    }

    /// The function's record, after checking that it is there.
    ///
    /// # Errors
    /// When it belongs to another store or is gone.
    #[inline]
    pub fn func_ref(self, store: &StoreInner) -> Result<NonNull<VMFuncRef>, Misuse> {
        if self.store != store.id() {
            return Err(Misuse::WrongStore);
        }
        // SAFETY: the store is the right one, so the slot is mapped.
        match unsafe { self.owner.as_ref() }.generation() == self.generation {
            true => Ok(self.func_ref),
            false => Err(Misuse::Stale),
        }
    }

    /// What says whether its owner has to stay.
    pub(crate) fn header(self, store: &StoreInner) -> Result<&SlotHeader, Misuse> {
        self.func_ref(store)?;
        // SAFETY: slots are mapped as long as their store.
        Ok(unsafe { &*self.owner.as_ptr() })
    }

    /// The store it belongs to.
    pub fn store_id(self) -> StoreId {
        self.store
    }

    /// Its canonical type.
    ///
    /// # Errors
    /// When it belongs to another store or is gone.
    pub fn ty(self, store: &StoreInner) -> Result<TypeId, Misuse> {
        // SAFETY: checked by `func_ref`.
        Ok(unsafe { self.func_ref(store)?.as_ref().ty })
    }

    /// An address that is the same for every reference to the same function.
    ///
    /// # Errors
    /// When it belongs to another store or is gone.
    pub fn identity(self, store: &StoreInner) -> Result<usize, Misuse> {
        // SAFETY: checked by `func_ref`.
        Ok(unsafe { self.func_ref(store)?.as_ref().canonical } as usize)
    }

    /// The instance that defines it and its index there, or `None` for a function of the host.
    ///
    /// # Errors
    /// When it belongs to another store or is gone.
    pub fn definition(
        self,
        store: &StoreInner,
    ) -> Result<Option<(Instance, weft_module::FuncIndex)>, Misuse> {
        // SAFETY: checked by `func_ref`; its context lives with it.
        let func_ref = unsafe { self.func_ref(store)?.as_ref() };
        // SAFETY: as above.
        Ok(match unsafe { context_of(func_ref.vmctx) } {
            Context::Instance(slot) => Some((
                Handle::new(store, slot),
                weft_module::FuncIndex(func_ref.func),
            )),
            Context::Host(..) => None,
        })
    }
}
