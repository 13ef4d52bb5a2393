//! References that are not functions, as the host holds them.
//!
//! Objects move, so the host never has the reference itself: it has the number of a root of the store, which the collector
//! updates. A [`Rooted`] is a root of the scope it was made in, small and `Copy`; an [`OwnedRooted`] lives until it is dropped.
//! Either is used with its store, and fails as an error when its scope has been left or the store is another.

mod aggregate;
mod any;
mod exception;
mod external;

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use weft_runtime as rt;
use weft_runtime::gc::{OwnedRoot, Releases, ScopedRoot};

pub use aggregate::{ArrayRef, StructRef};
pub(crate) use any::live_heap_type;
pub use any::{AnyRef, EqRef, I31};
pub use exception::{Exception, ExnRef};
pub use external::ExternRef;

use crate::store::Opaque;
use crate::{AsContext, AsContextMut, Result, StoreContext, StoreContextMut};

/// A root: how a store finds a reference.
#[derive(Copy, Clone, Debug)]
pub struct Handle {
    store: rt::StoreId,
    root: Root,
}

#[derive(Copy, Clone, Debug)]
enum Root {
    Scoped(ScopedRoot),
    Owned(OwnedRoot),
}

impl Handle {
    /// The reference as it is now. It is stale after anything that may allocate.
    pub(crate) fn raw(self, store: &Opaque) -> Result<u32, rt::Misuse> {
        if self.store != store.live.id() {
            return Err(rt::Misuse::WrongStore);
        }
        let reference = match self.root {
            Root::Scoped(root) => store.live.rooted(root),
            Root::Owned(root) => store.live.owned(root),
        };
        reference.ok_or(rt::Misuse::Stale)
    }
}

/// What a [`Rooted`] or [`OwnedRooted`] can refer to.
///
/// Implemented here alone, for [`ExternRef`], [`AnyRef`], [`EqRef`], [`StructRef`], [`ArrayRef`] and [`ExnRef`].
pub trait GcRef: Copy + fmt::Debug + Send + Sync + 'static + sealed::Sealed {
    #[doc(hidden)]
    fn from_handle(handle: Handle) -> Self;
    #[doc(hidden)]
    fn handle(&self) -> Handle;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! gc_ref {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Copy, Clone, Debug)]
        pub struct $name(pub(super) crate::externals::reference::Handle);

        impl crate::externals::reference::sealed::Sealed for $name {}

        impl crate::externals::reference::GcRef for $name {
            fn from_handle(handle: crate::externals::reference::Handle) -> Self {
                Self(handle)
            }

            fn handle(&self) -> crate::externals::reference::Handle {
                self.0
            }
        }
    )*};
}

use gc_ref;

/// A reference that the host holds as long as the scope lasts in which it got it: the call of a host function, a [`RootScope`], or
/// else the life of the store.
///
/// It gives the methods of what it refers to, such as [`StructRef`].
#[derive(Debug)]
pub struct Rooted<T> {
    reference: T,
}

impl<T: GcRef> Copy for Rooted<T> {}

impl<T: GcRef> Clone for Rooted<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Deref for Rooted<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.reference
    }
}

impl<T: GcRef> Rooted<T> {
    /// Roots `reference` in the present scope.
    pub(crate) fn new(store: &Opaque, reference: u32) -> Self {
        let handle = Handle {
            store: store.live.id(),
            root: Root::Scoped(store.live.root(reference)),
        };
        Self {
            reference: T::from_handle(handle),
        }
    }

    /// The same unless `reference` is null.
    pub(crate) fn from_raw(store: &Opaque, reference: u32) -> Option<Self> {
        (reference != 0).then(|| Self::new(store, reference))
    }

    /// The reference as it is now. It is stale after anything that may allocate.
    pub(crate) fn raw(&self, store: &Opaque) -> Result<u32, rt::Misuse> {
        self.reference.handle().raw(store)
    }

    /// The same reference under another type, which it must be of.
    pub(crate) fn cast<U: GcRef>(self) -> Rooted<U> {
        Rooted {
            reference: U::from_handle(self.reference.handle()),
        }
    }

    /// The same reference, held until the result is dropped.
    ///
    /// # Errors
    /// When its scope has been left, or it belongs to another store.
    pub fn to_owned_rooted(&self, mut store: impl AsContextMut) -> Result<OwnedRooted<T>> {
        let store = store.as_context_mut();
        let reference = self.raw(store.opaque())?;
        Ok(OwnedRooted::new(store.opaque(), reference))
    }

    /// Whether both are the same reference (§ 4.6.3 `ref.eq`): equal integers, or one object.
    ///
    /// # Errors
    /// When the scope of one has been left, or it belongs to another store.
    pub fn ref_eq(store: impl AsContext, a: &Self, b: &Self) -> Result<bool> {
        let store = store.as_context();
        Ok(a.raw(store.opaque())? == b.raw(store.opaque())?)
    }
}

/// A reference that the host holds until this is dropped, across scopes.
///
/// It gives the methods of what it refers to, such as [`StructRef`]. Cloning it is cheap.
pub struct OwnedRooted<T> {
    reference: T,
    _root: Arc<Releasing>,
    of: PhantomData<T>,
}

/// Lets go of a root when it is dropped.
struct Releasing {
    root: OwnedRoot,
    releases: Arc<Releases>,
}

impl Drop for Releasing {
    fn drop(&mut self) {
        self.releases.add(rt::gc::Released::Root(self.root));
    }
}

impl<T: GcRef> OwnedRooted<T> {
    pub(crate) fn new(store: &Opaque, reference: u32) -> Self {
        Self::from_root(store, store.live.own_root(reference))
    }

    /// The reference as it is now. It is stale after anything that may allocate.
    pub(crate) fn raw(&self, store: &Opaque) -> Result<u32, rt::Misuse> {
        self.reference.handle().raw(store)
    }

    /// The reference that `root` holds, which is this one's from now on.
    fn from_root(store: &Opaque, root: OwnedRoot) -> Self {
        let handle = Handle {
            store: store.live.id(),
            root: Root::Owned(root),
        };
        Self {
            reference: T::from_handle(handle),
            _root: Arc::new(Releasing {
                root,
                releases: store.live.releases(),
            }),
            of: PhantomData,
        }
    }

    /// The same reference in the present scope.
    ///
    /// # Errors
    /// When it belongs to another store.
    pub fn to_rooted(&self, mut store: impl AsContextMut) -> Result<Rooted<T>> {
        let store = store.as_context_mut();
        let reference = self.raw(store.opaque())?;
        Ok(Rooted::new(store.opaque(), reference))
    }
}

impl<T: GcRef> Clone for OwnedRooted<T> {
    fn clone(&self) -> Self {
        Self {
            reference: self.reference,
            _root: self._root.clone(),
            of: PhantomData,
        }
    }
}

impl<T> Deref for OwnedRooted<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.reference
    }
}

impl<T: fmt::Debug> fmt::Debug for OwnedRooted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OwnedRooted").field(&self.reference).finish()
    }
}

/// A scope: every [`Rooted`] that is made in it ends with it.
///
/// ```
/// use weft::{AnyRef, AsContextMut, I31, RootScope, Store};
///
/// let mut store: Store<()> = Store::default();
/// let outside = {
///     let mut scope = RootScope::new(&mut store);
///     let inside = AnyRef::from_i31(&mut scope, I31::wrapping_u32(7));
///     assert_eq!(inside.as_i31(&scope)?.map(I31::get_u32), Some(7));
///     inside
/// };
/// assert!(outside.as_i31(&store).is_err());
/// # Ok::<(), weft::Error>(())
/// ```
#[derive(Debug)]
pub struct RootScope<C: AsContextMut> {
    store: C,
    scope: usize,
}

impl<C: AsContextMut> RootScope<C> {
    /// Opens a scope.
    pub fn new(mut store: C) -> Self {
        let scope = store.as_context_mut().opaque().live.enter_scope();
        Self { store, scope }
    }
}

impl<C: AsContextMut> Drop for RootScope<C> {
    fn drop(&mut self) {
        let store = self.store.as_context_mut();
        store.opaque().live.leave_scope(self.scope);
    }
}

impl<C: AsContextMut> AsContext for RootScope<C> {
    type Data = C::Data;
    fn as_context(&self) -> StoreContext<'_, C::Data> {
        self.store.as_context()
    }
}

impl<C: AsContextMut> AsContextMut for RootScope<C> {
    fn as_context_mut(&mut self) -> StoreContextMut<'_, C::Data> {
        self.store.as_context_mut()
    }
}
