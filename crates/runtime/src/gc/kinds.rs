//! What a walk over objects must know of their types: sizes, and where references are.

use std::sync::Arc;

use weft_abi::gc::{ArrayLayout, ObjectLayout, Storage};
use weft_abi::layout::TypeId;

use crate::types::TypeRegistry;

/// What there is to know of a type.
pub(super) enum Kind {
    /// A struct or an exception.
    Fixed(Fixed),
    /// An array.
    Array(ArrayLayout),
}

/// An object of fixed size.
pub(super) struct Fixed {
    pub(super) size: u32,
    /// Where its references are.
    pub(super) refs: Box<[u32]>,
    /// Where it refers to functions.
    pub(super) funcs: Box<[u32]>,
    pub(super) is_exception: bool,
}

impl Kind {
    fn new(layout: &ObjectLayout) -> Self {
        let (size, fields) = match layout {
            ObjectLayout::Struct(layout) => (layout.size, &layout.fields),
            ObjectLayout::Exception(layout) => (layout.size, &layout.payload),
            ObjectLayout::Array(layout) => return Self::Array(*layout),
        };
        let offsets = |storage| {
            let fields = fields.iter().filter(move |field| field.storage == storage);
            fields.map(|field| field.offset).collect()
        };
        Self::Fixed(Fixed {
            size,
            refs: offsets(Storage::Ref),
            funcs: offsets(Storage::Func),
            is_exception: matches!(layout, ObjectLayout::Exception(_)),
        })
    }
}

/// The types that have been met, by id.
pub(super) struct Kinds {
    registry: Arc<TypeRegistry>,
    /// One more than the place in `kinds`, or 0.
    index: Vec<u32>,
    kinds: Vec<Kind>,
}

impl Kinds {
    /// None has been met.
    pub(super) fn new(registry: Arc<TypeRegistry>) -> Self {
        Self {
            registry,
            index: Vec::new(),
            kinds: Vec::new(),
        }
    }

    pub(super) fn get(&mut self, ty: TypeId) -> &Kind {
        let id = ty.0 as usize;
        let known = self.index.get(id).copied().unwrap_or(0);
        let place = match known {
            0 => self.learn(ty),
            known => known as usize - 1,
        };
        &self.kinds[place]
    }

    #[cold]
    fn learn(&mut self, ty: TypeId) -> usize {
        let entry = self
            .registry
            .get(ty)
            .expect("a type is registered while there are objects of it");
        let id = ty.0 as usize;
        if self.index.len() <= id {
            self.index.resize(id + 1, 0);
        }
        self.kinds.push(Kind::new(&entry.layout));
        self.index[id] = self.kinds.len() as u32;
        self.kinds.len() - 1
    }
}
