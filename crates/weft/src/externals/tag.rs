//! [`Tag`]: what tells one exception from another (§ 4.2.11).

use weft_runtime as rt;

use crate::{AsContext, AsContextMut, FuncType, Result, TagType};

/// A tag of a store (§ 4.2.11).
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tag(rt::Tag);

impl Tag {
    /// A tag that is like no other.
    ///
    /// # Errors
    /// When the type belongs to another engine.
    pub fn new(mut store: impl AsContextMut, ty: &TagType) -> Result<Self> {
        let store = store.as_context_mut();
        if !crate::Engine::same(ty.ty().engine(), store.engine()) {
            return Err(rt::Misuse::WrongEngine.into());
        }
        Ok(Self(store.opaque().live.new_tag(ty.ty().id())?))
    }

    pub(crate) fn from_live(tag: rt::Tag) -> Self {
        Self(tag)
    }

    pub(crate) fn live(self) -> rt::Tag {
        self.0
    }

    /// Its type.
    ///
    /// # Panics
    /// When it belongs to another store.
    pub fn ty(&self, store: impl AsContext) -> TagType {
        let store = store.as_context();
        let entity = self
            .0
            .get(&store.opaque().live)
            .expect("the tag belongs to another store or is gone");
        let ty = FuncType::from_id(store.engine(), entity.ty());
        TagType::new(ty.expect("the tag keeps its type registered"))
    }

    /// Whether both are the same tag.
    pub fn eq(a: &Self, b: &Self, _store: impl AsContext) -> bool {
        a == b
    }
}
