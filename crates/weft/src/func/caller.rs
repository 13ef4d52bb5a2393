//! [`Caller`]: what a host function knows of who calls it.

use weft_abi::layout::{VMContext, VMHostContext};
use weft_runtime as rt;

use crate::store::{Inner, StoreContext, StoreContextMut};
use crate::{AsContext, AsContextMut, Engine, Extern, Instance, Result};

/// The store that a host function runs in, and the instance that calls it.
pub struct Caller<'a, T: 'static> {
    pub(crate) store: StoreContextMut<'a, T>,
    importer: *mut VMContext,
}

// SAFETY: the pointer is to the instance's context, which belongs to the store that is borrowed.
unsafe impl<T: Send> Send for Caller<'_, T> {}

impl<T: 'static> Caller<'_, T> {
    /// The caller of the host function that runs with `context`.
    ///
    /// # Safety
    /// `context` is what the running host function was called with, and its store has data of type `T`.
    #[inline(always)]
    pub(crate) unsafe fn new<'a>(context: *mut VMHostContext) -> Caller<'a, T> {
        // SAFETY: the caller's. The store is borrowed by the call that wasm runs in, whose borrow rests
        // until the host function returns.
        unsafe {
            let live = rt::StoreInner::from_context((*context).store);
            let inner = live.user_data().cast::<Inner<T>>();
            Caller {
                store: StoreContextMut(&mut *inner),
                importer: (*context).importer,
            }
        }
    }

    /// The host's data.
    pub fn data(&self) -> &T {
        self.store.data()
    }

    /// The host's data.
    pub fn data_mut(&mut self) -> &mut T {
        self.store.data_mut()
    }

    /// Collects garbage: see [`Store::gc`](crate::Store::gc).
    ///
    /// # Errors
    /// When the machine has no memory for it.
    pub fn gc(&mut self) -> Result<()> {
        self.store.gc()
    }

    /// The engine the store belongs to.
    pub fn engine(&self) -> &Engine {
        self.store.engine()
    }

    /// The instance that calls, which imports this function. `None` when the host calls it.
    pub fn instance(&self) -> Option<Instance> {
        // SAFETY: an importer is an instance of this store, and lives while it calls.
        let live = unsafe { rt::Instance::from_vmctx(&self.store.opaque().live, self.importer) };
        live.map(Instance::from_live)
    }

    /// What the calling instance exports as `name`.
    pub fn get_export(&mut self, name: &str) -> Option<Extern> {
        self.instance()?.get_export(&mut self.store, name)
    }

    /// The fuel that is left: see [`Store::get_fuel`](crate::Store::get_fuel).
    ///
    /// # Errors
    /// When the engine does not consume fuel.
    pub fn get_fuel(&self) -> Result<u64> {
        self.store.get_fuel()
    }

    /// Sets the fuel that is left: see [`Store::set_fuel`](crate::Store::set_fuel).
    ///
    /// # Errors
    /// When the engine does not consume fuel.
    pub fn set_fuel(&mut self, fuel: u64) -> Result<()> {
        self.store.set_fuel(fuel)
    }
}

impl<T: 'static> AsContext for Caller<'_, T> {
    type Data = T;
    fn as_context(&self) -> StoreContext<'_, T> {
        self.store.as_context()
    }
}

impl<T: 'static> AsContextMut for Caller<'_, T> {
    fn as_context_mut(&mut self) -> StoreContextMut<'_, T> {
        self.store.as_context_mut()
    }
}

impl<T: 'static> std::fmt::Debug for Caller<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Caller").finish_non_exhaustive()
    }
}
