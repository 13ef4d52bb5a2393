//! Pins: what stays in a store although nothing refers to it.
//!
//! Every handle that the everyday API gives keeps what it names for the life of the store, since nobody can know how long a `Copy` value
//! is used. A host that makes and forgets many instances says so itself instead: it takes back what handles keep ([`unpin`]), or has
//! them keep nothing in the first place ([`weak_handles`]), and calls [`Store::collect`](crate::Store::collect) from time to time.

use weft_runtime as rt;

use crate::store::Opaque;
use crate::{AsContext, AsContextMut, Extern, Func, Global, Instance, Memory, Result, Table, Tag};

/// Anything in a store that a handle names. All handles convert to it.
#[derive(Clone, Debug)]
pub enum Item {
    /// An instance.
    Instance(Instance),
    /// What can be imported or exported.
    Extern(Extern),
}

macro_rules! from_handles {
    ($($ty:ident)*) => {$(
        impl From<$ty> for Item {
            fn from(it: $ty) -> Self {
                Self::Extern(it.into())
            }
        }
    )*};
}

from_handles!(Func Global Memory Table Tag);

impl From<Extern> for Item {
    fn from(it: Extern) -> Self {
        Self::Extern(it)
    }
}

impl From<Instance> for Item {
    fn from(it: Instance) -> Self {
        Self::Instance(it)
    }
}

impl Item {
    /// It as the runtime has it; `None` for a shared memory, which belongs to no store.
    pub(crate) fn live(&self) -> Option<rt::reach::Item> {
        Some(match self {
            Self::Instance(it) => rt::reach::Item::Instance(it.live()),
            Self::Extern(it) => rt::reach::Item::Extern(match it {
                Extern::Func(it) => rt::Extern::Func(it.live()),
                Extern::Global(it) => rt::Extern::Global(it.live()),
                Extern::Table(it) => rt::Extern::Table(it.live()),
                Extern::Memory(it) => rt::Extern::Memory(it.live()),
                Extern::Tag(it) => rt::Extern::Tag(it.live()),
                Extern::SharedMemory(_) => return None,
            }),
        })
    }

    fn from_live(store: &Opaque, item: rt::reach::Item) -> Self {
        match item {
            rt::reach::Item::Instance(it) => Self::Instance(Instance::from_live(it)),
            rt::reach::Item::Extern(it) => Self::Extern(Extern::from_live(store, it)),
        }
    }
}

/// Makes handles that the store gives from now on keep nothing: what the host wants to find again after a [`Store::collect`](crate::Store::collect), it
/// [`pin`]s. A handle of what has gone is an error, or a panic where a method has no error to give.
pub fn weak_handles(mut store: impl AsContextMut) {
    store.as_context_mut().opaque().live.set_weak_handles();
}

/// Keeps what `item` names, and whatever that refers to, until [`unpin`] is called as often. A function keeps its instance.
///
/// A shared memory needs no pin: whoever has it keeps it.
///
/// # Errors
/// When it belongs to another store or is gone.
pub fn pin(mut store: impl AsContextMut, item: impl Into<Item>) -> Result<()> {
    let store = store.as_context_mut();
    match item.into().live() {
        Some(item) => Ok(store.opaque().live.pin(item)?),
        None => Ok(()),
    }
}

/// Takes one pin back; or, where handles keep what they name, what all of them together keep.
///
/// From then on it lives as long as something else refers to it; when that is so can be seen after a
/// [`Store::collect`](crate::Store::collect) alone.
///
/// # Errors
/// When it belongs to another store or is gone.
pub fn unpin(mut store: impl AsContextMut, item: impl Into<Item>) -> Result<()> {
    let store = store.as_context_mut();
    match item.into().live() {
        Some(item) => Ok(store.opaque().live.unpin(item)?),
        None => Ok(()),
    }
}

/// Whether [`Store::collect`](crate::Store::collect) can run now: not while a call into wasm of the store is under way. Calls that are
/// suspended do not prevent it.
pub fn can_collect(store: impl AsContext) -> bool {
    !store.as_context().opaque().live.is_active()
}

/// What `item` refers to, for a host whose own collector wants to know: an instance to what it imports and defines and to functions in its
/// globals, a table to its functions, a global to its instance or function, a host function to what it [traces](super::trace_func).
///
/// The handles keep nothing. References to objects and values of the host are not among them.
///
/// # Errors
/// When it belongs to another store or is gone.
pub fn edges(store: impl AsContext, item: impl Into<Item>) -> Result<Vec<Item>> {
    let store = store.as_context().opaque();
    let Some(item) = item.into().live() else {
        return Ok(Vec::new());
    };
    let edges = store.live.edges(item)?.into_iter();
    Ok(edges.map(|item| Item::from_live(store, item)).collect())
}
