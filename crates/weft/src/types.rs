//! Types of values and entities (§ 2.3), as a host sees them.
//!
//! A type that names a defined type keeps it registered with its engine; comparing two types is
//! comparing canonical ids. There is `matches`, which is subtyping (§ 3.3), and `eq`, which is equality.

mod composite;
mod entity;
mod heap;

pub use composite::{ArrayType, FieldType, FuncType, Mutability, StorageType, StructType};
pub use entity::{
    ExportType, ExternType, GlobalType, ImportType, MemoryType, MemoryTypeBuilder, TableType,
    TagType,
};
pub use heap::{HeapType, RefType, ValType};

use std::sync::Arc;

use weft_abi::layout::TypeId;
use weft_module::{CompositeType, TypeIndex};
use weft_runtime::types::{RegisteredTypes, TypeEntry, TypeRegistry};

use crate::{Engine, Result};

/// A defined type and what keeps it registered.
#[derive(Clone)]
pub(crate) struct Defined {
    engine: Engine,
    id: TypeId,
    entry: Arc<TypeEntry>,
    _registered: Arc<RegisteredTypes>,
}

impl Defined {
    /// The type `id` of `engine`, which is registered.
    pub(crate) fn keep(engine: &Engine, id: TypeId) -> Option<Self> {
        let registry = engine.types();
        let registered = registry.keep(id)?;
        Self::of(engine, id, registered)
    }

    /// A type of its own, without relation to others.
    fn register(
        engine: &Engine,
        composite: CompositeType<TypeId>,
        is_final: bool,
        supertype: Option<TypeId>,
    ) -> Result<Self> {
        let sub = weft_module::SubType {
            is_final,
            supertype,
            composite,
        };
        let registered = engine.types().register_alone(&sub)?;
        let id = registered.ids()[TypeIndex(0)];
        Self::of(engine, id, registered).ok_or_else(|| crate::format_err!("type was released"))
    }

    fn of(engine: &Engine, id: TypeId, registered: Arc<RegisteredTypes>) -> Option<Self> {
        Some(Self {
            engine: engine.clone(),
            id,
            entry: engine.types().get(id)?,
            _registered: registered,
        })
    }

    pub(crate) fn id(&self) -> TypeId {
        self.id
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    fn registry(&self) -> &TypeRegistry {
        self.engine.types()
    }

    /// Whether `self` is `other` or declared below it. Types of different engines never match.
    fn matches(&self, other: &Self) -> bool {
        Engine::same(&self.engine, &other.engine) && self.registry().is_subtype(self.id, other.id)
    }

    fn same(&self, other: &Self) -> bool {
        Engine::same(&self.engine, &other.engine) && self.id == other.id
    }
}

impl std::hash::Hash for Defined {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}
