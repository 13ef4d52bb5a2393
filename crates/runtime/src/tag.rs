//! Tags (§ 4.2.11): what tells one exception from another.

use std::sync::Arc;

use weft_abi::layout::TypeId;
use weft_module::{ModuleInfo, TagIndex};

use crate::slab::Handle;
use crate::types::RegisteredTypes;

/// A tag of a store.
pub type Tag = Handle<TagEntity>;

/// What a [`Tag`] names.
#[derive(Debug)]
pub struct TagEntity {
    id: u64,
    ty: TypeId,
    /// Keeps the type registered.
    _types: Arc<RegisteredTypes>,
    /// The module that defines it, and its index there; `None` when the host made it.
    origin: Option<(Arc<ModuleInfo>, TagIndex)>,
}

impl TagEntity {
    pub(crate) fn new(
        id: u64,
        ty: TypeId,
        types: Arc<RegisteredTypes>,
        origin: Option<(Arc<ModuleInfo>, TagIndex)>,
    ) -> Self {
        Self {
            id,
            ty,
            _types: types,
            origin,
        }
    }

    /// What code compares: unique in the store.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// The module that defines it, and its index there; `None` when the host made it.
    pub fn origin(&self) -> Option<&(Arc<ModuleInfo>, TagIndex)> {
        self.origin.as_ref()
    }

    /// Its type: a function type whose parameters are the payload.
    pub fn ty(&self) -> TypeId {
        self.ty
    }
}
