//! Borrowed stores, and what can be borrowed as one.

use super::{Inner, Opaque, Store};
use crate::{Engine, Result};

/// A shared borrow of a [`Store`].
#[repr(transparent)]
pub struct StoreContext<'a, T: 'static>(pub(crate) &'a Inner<T>);

/// An exclusive borrow of a [`Store`].
#[repr(transparent)]
pub struct StoreContextMut<'a, T: 'static>(pub(crate) &'a mut Inner<T>);

/// What a store can be read through: the store, borrows of it, and a [`Caller`](crate::Caller).
pub trait AsContext {
    /// The type of the host's data.
    type Data: 'static;

    /// The store.
    fn as_context(&self) -> StoreContext<'_, Self::Data>;
}

/// What a store can be used through.
pub trait AsContextMut: AsContext {
    /// The store.
    fn as_context_mut(&mut self) -> StoreContextMut<'_, Self::Data>;
}

impl<T: 'static> Clone for StoreContext<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: 'static> Copy for StoreContext<'_, T> {}

impl<'a, T: 'static> StoreContext<'a, T> {
    /// The host's data.
    pub fn data(&self) -> &'a T {
        &self.0.data
    }

    /// The engine the store belongs to.
    pub fn engine(&self) -> &'a Engine {
        &self.0.opaque.engine
    }

    /// The fuel that is left: see [`Store::get_fuel`].
    ///
    /// # Errors
    /// When the engine does not consume fuel.
    pub fn get_fuel(&self) -> Result<u64> {
        self.0.opaque.get_fuel()
    }

    pub(crate) fn opaque(self) -> &'a Opaque {
        &self.0.opaque
    }
}

impl<'a, T: 'static> StoreContextMut<'a, T> {
    /// Collects garbage: see [`Store::gc`].
    ///
    /// # Errors
    /// When the machine has no memory for it.
    pub fn gc(&mut self) -> Result<()> {
        Ok(self.0.opaque.live.collect_garbage()?)
    }

    /// Lets go of instances and other entities that nothing refers to: see [`Store::collect`].
    ///
    /// # Errors
    /// While a call into wasm of the store is under way, or when the machine has no memory.
    pub fn collect(&mut self) -> Result<()> {
        self.escape();
        // SAFETY: the store is borrowed exclusively, so nobody has a reference into it.
        Ok(unsafe { self.0.opaque.live.collect() }?)
    }

    /// The host's data.
    pub fn data(&self) -> &T {
        &self.0.data
    }

    /// The host's data.
    pub fn data_mut(&mut self) -> &mut T {
        &mut self.0.data
    }

    /// The engine the store belongs to.
    pub fn engine(&self) -> &Engine {
        &self.0.opaque.engine
    }

    /// The fuel that is left: see [`Store::get_fuel`].
    ///
    /// # Errors
    /// When the engine does not consume fuel.
    pub fn get_fuel(&self) -> Result<u64> {
        self.0.opaque.get_fuel()
    }

    /// Sets the fuel that is left: see [`Store::set_fuel`].
    ///
    /// # Errors
    /// When the engine does not consume fuel.
    pub fn set_fuel(&mut self, fuel: u64) -> Result<()> {
        self.0.opaque.set_fuel(fuel)
    }

    pub(crate) fn opaque(&self) -> &Opaque {
        &self.0.opaque
    }

    /// Tells the compiler that what comes next may use the store by other ways than this borrow: host
    /// functions find it through the pointer that wasm carries.
    #[inline(always)]
    pub(crate) fn escape(&mut self) {
        // SAFETY: no instruction at all.
        unsafe { std::arch::asm!("/* {0} */", in(reg) std::ptr::from_mut(self.0)) };
    }

    /// The same borrow for as long as it lasts.
    pub(crate) fn into_inner(self) -> &'a mut Inner<T> {
        self.0
    }
}

impl<T: 'static> AsContext for Store<T> {
    type Data = T;
    fn as_context(&self) -> StoreContext<'_, T> {
        StoreContext(self.inner())
    }
}

impl<T: 'static> AsContextMut for Store<T> {
    fn as_context_mut(&mut self) -> StoreContextMut<'_, T> {
        StoreContextMut(self.inner_mut())
    }
}

impl<T: 'static> AsContext for StoreContext<'_, T> {
    type Data = T;
    fn as_context(&self) -> StoreContext<'_, T> {
        *self
    }
}

impl<T: 'static> AsContext for StoreContextMut<'_, T> {
    type Data = T;
    fn as_context(&self) -> StoreContext<'_, T> {
        StoreContext(self.0)
    }
}

impl<T: 'static> AsContextMut for StoreContextMut<'_, T> {
    fn as_context_mut(&mut self) -> StoreContextMut<'_, T> {
        StoreContextMut(self.0)
    }
}

impl<C: AsContext + ?Sized> AsContext for &C {
    type Data = C::Data;
    fn as_context(&self) -> StoreContext<'_, C::Data> {
        C::as_context(self)
    }
}

impl<C: AsContext + ?Sized> AsContext for &mut C {
    type Data = C::Data;
    fn as_context(&self) -> StoreContext<'_, C::Data> {
        C::as_context(self)
    }
}

impl<C: AsContextMut + ?Sized> AsContextMut for &mut C {
    fn as_context_mut(&mut self) -> StoreContextMut<'_, C::Data> {
        C::as_context_mut(self)
    }
}

impl<'a, C: AsContext + ?Sized> From<&'a C> for StoreContext<'a, C::Data> {
    fn from(store: &'a C) -> Self {
        store.as_context()
    }
}

impl<'a, C: AsContext + ?Sized> From<&'a mut C> for StoreContext<'a, C::Data> {
    fn from(store: &'a mut C) -> Self {
        C::as_context(store)
    }
}

impl<'a, T: 'static> From<StoreContextMut<'a, T>> for StoreContext<'a, T> {
    fn from(store: StoreContextMut<'a, T>) -> Self {
        Self(store.0)
    }
}

impl<'a, C: AsContextMut + ?Sized> From<&'a mut C> for StoreContextMut<'a, C::Data> {
    fn from(store: &'a mut C) -> Self {
        store.as_context_mut()
    }
}
