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

/// The heap type that a canonical one of `engine` is.
pub(crate) fn heap_type_from_live(engine: &Engine, ty: weft_runtime::types::HeapType) -> HeapType {
    HeapType::from_live(engine, ty)
}

use std::sync::Arc;

use weft_abi::gc::ObjectLayout;
use weft_abi::layout::TypeId;
use weft_module::{CompositeType, TypeIndex};
use weft_runtime::gc::Field;
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

    /// A type below `supertype`, after checking that it may be.
    fn register_below(
        engine: &Engine,
        composite: CompositeType<TypeId>,
        is_final: bool,
        supertype: Option<&Self>,
    ) -> Result<Self> {
        if let Some(supertype) = supertype {
            if !Engine::same(engine, &supertype.engine) {
                return Err(weft_runtime::Misuse::WrongEngine.into());
            }
            let above = &supertype.entry.ty;
            if above.is_final
                || !engine
                    .types()
                    .composite_matches(&composite, &above.composite)
            {
                crate::bail!("the type cannot be below the supertype that is given");
            }
        }
        Self::register(engine, composite, is_final, supertype.map(Self::id))
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

    /// Where the field `index` of a structure of the type is.
    pub(crate) fn field(&self, index: usize) -> Option<Field> {
        match &self.entry.layout {
            ObjectLayout::Struct(layout) => layout.fields.get(index).map(|field| Field {
                offset: u64::from(field.offset),
                storage: field.storage,
            }),
            _ => None,
        }
    }

    /// Where the element `index` of an array of the type is.
    pub(crate) fn element(&self, index: u32) -> Option<Field> {
        match self.entry.layout {
            ObjectLayout::Array(layout) => Some(Field::element(layout, index)),
            _ => None,
        }
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
