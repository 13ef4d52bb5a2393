//! What modules import and export at run time: handles to entities of a store (§ 4.2.14).
//!
//! A handle is a small `Copy` value that names its store. Using it with another store is an
//! error, or a panic where the method has no error to give.

mod global;
mod memory;
mod reference;
mod shared_memory;
mod table;
mod tag;

pub use global::Global;
pub use memory::{Memory, MemoryAccessError};
pub(crate) use reference::live_heap_type;
pub use reference::{
    AnyRef, ArrayRef, EqRef, Exception, ExnRef, ExternRef, GcRef, I31, OwnedRooted, RootScope,
    Rooted, StructRef,
};
pub use shared_memory::{SharedMemory, WaitResult};
pub use table::Table;
pub use tag::Tag;

use weft_runtime as rt;

use crate::store::Opaque;
use crate::{AsContext, ExternType, Func, Result};

/// Something that a module imports or exports (§ 4.2.14).
#[derive(Clone, Debug)]
pub enum Extern {
    /// A function.
    Func(Func),
    /// A global.
    Global(Global),
    /// A table.
    Table(Table),
    /// A memory of one store.
    Memory(Memory),
    /// A memory that threads share.
    SharedMemory(SharedMemory),
    /// A tag.
    Tag(Tag),
}

macro_rules! conversions {
    ($($variant:ident($ty:ident) $into:ident $doc:literal;)*) => {
        impl Extern {
            $(
                #[doc = concat!("The ", $doc, " that it is.")]
                pub fn $into(self) -> Option<$ty> {
                    match self {
                        Self::$variant(it) => Some(it),
                        _ => None,
                    }
                }
            )*
        }

        $(
            impl From<$ty> for Extern {
                fn from(it: $ty) -> Self {
                    Self::$variant(it)
                }
            }
        )*
    };
}

conversions! {
    Func(Func) into_func "function";
    Global(Global) into_global "global";
    Table(Table) into_table "table";
    Memory(Memory) into_memory "memory";
    SharedMemory(SharedMemory) into_shared_memory "shared memory";
    Tag(Tag) into_tag "tag";
}

impl Extern {
    /// Its type, with present sizes as minima.
    ///
    /// # Panics
    /// When it belongs to another store.
    pub fn ty(&self, store: impl AsContext) -> ExternType {
        let store = store.as_context();
        match self {
            Self::Func(it) => it.ty(store).into(),
            Self::Global(it) => it.ty(store).into(),
            Self::Table(it) => it.ty(store).into(),
            Self::Memory(it) => it.ty(store).into(),
            Self::SharedMemory(it) => it.ty().into(),
            Self::Tag(it) => it.ty(store).into(),
        }
    }

    pub(crate) fn from_live(store: &Opaque, it: rt::Extern) -> Self {
        match it {
            rt::Extern::Func(it) => Self::Func(Func::from_live(it)),
            rt::Extern::Global(it) => Self::Global(Global::from_live(it)),
            rt::Extern::Table(it) => Self::Table(Table::from_live(it)),
            rt::Extern::Memory(it) => Self::memory(store, it),
            rt::Extern::Tag(it) => Self::Tag(Tag::from_live(it)),
        }
    }

    fn memory(store: &Opaque, it: rt::Memory) -> Self {
        let shared = it
            .get(&store.live)
            .ok()
            .and_then(|memory| memory.as_shared());
        match shared {
            Some(shared) => {
                Self::SharedMemory(SharedMemory::from_live(&store.engine, shared.clone()))
            }
            None => Self::Memory(Memory::from_live(it)),
        }
    }

    /// It as an entity of `store`.
    pub(crate) fn to_live(&self, store: &Opaque) -> Result<rt::Extern> {
        Ok(match self {
            Self::Func(it) => rt::Extern::Func(it.live()),
            Self::Global(it) => rt::Extern::Global(it.live()),
            Self::Table(it) => rt::Extern::Table(it.live()),
            Self::Memory(it) => rt::Extern::Memory(it.live()),
            Self::SharedMemory(it) => rt::Extern::Memory(it.in_store(store)?),
            Self::Tag(it) => rt::Extern::Tag(it.live()),
        })
    }

    /// Whether it can be used with `store`.
    pub(crate) fn belongs_to(&self, store: &Opaque) -> Result<(), rt::Misuse> {
        match self {
            Self::Func(it) => it.live().func_ref(&store.live).map(drop),
            Self::Global(it) => it.live().get(&store.live).map(drop),
            Self::Table(it) => it.live().get(&store.live).map(drop),
            Self::Memory(it) => it.live().get(&store.live).map(drop),
            Self::Tag(it) => it.live().get(&store.live).map(drop),
            Self::SharedMemory(it) => it.check_engine(&store.engine),
        }
    }
}

/// An export of an instance: its name and what it is.
#[derive(Clone, Debug)]
pub struct Export<'instance> {
    name: &'instance str,
    definition: Extern,
}

impl<'instance> Export<'instance> {
    pub(crate) fn new(name: &'instance str, definition: Extern) -> Self {
        Self { name, definition }
    }

    /// Its name.
    pub fn name(&self) -> &'instance str {
        self.name
    }

    /// What it is.
    pub fn into_extern(self) -> Extern {
        self.definition
    }

    /// Its type.
    ///
    /// # Panics
    /// When `store` is not the one it came from.
    pub fn ty(&self, store: impl AsContext) -> ExternType {
        self.definition.ty(store)
    }

    /// The function that it is.
    pub fn into_func(self) -> Option<Func> {
        self.definition.into_func()
    }

    /// The memory that it is.
    pub fn into_memory(self) -> Option<Memory> {
        self.definition.into_memory()
    }

    /// The table that it is.
    pub fn into_table(self) -> Option<Table> {
        self.definition.into_table()
    }

    /// The global that it is.
    pub fn into_global(self) -> Option<Global> {
        self.definition.into_global()
    }
}
