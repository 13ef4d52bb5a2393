//! What an object refers to, for a search that moves nothing.

use std::ptr::NonNull;

use weft_abi::gc::Storage;
use weft_abi::layout::VMFuncRef;

use super::kinds::{Kind, Kinds};
use super::object::Field;
use crate::reach::{Edge, Found};
use crate::store::StoreInner;

/// Walks from object to object.
pub(crate) struct Walk {
    kinds: Kinds,
}

impl Walk {
    /// A walk over the heap of `store`.
    pub(crate) fn new(store: &StoreInner) -> Self {
        Self {
            kinds: Kinds::new(store.engine().types().clone()),
        }
    }

    /// Calls `visit` with everything that an object refers to, but for tags. References that it changes are copies.
    ///
    /// # Safety
    /// `object` names an object of `store`, of the present.
    pub(crate) unsafe fn visit(
        &mut self,
        store: &StoreInner,
        object: u32,
        visit: &mut dyn FnMut(Edge<'_>),
    ) {
        // SAFETY: the caller's.
        let Some(ty) = (unsafe { store.object_type(object) }) else {
            return;
        };
        let mut field = |offset: u64, storage| {
            let field = Field { offset, storage };
            // SAFETY: a field of this object's type.
            let value = unsafe { store.read_field(object, field) };
            match storage {
                Storage::Ref => visit(Edge::Object(&mut value.to_u32())),
                _ => visit_func(value.to_u64(), visit),
            }
        };
        match self.kinds.get(ty) {
            Kind::Fixed(fixed) => {
                let refs = fixed.refs.iter();
                refs.for_each(|&offset| field(u64::from(offset), Storage::Ref));
                let funcs = fixed.funcs.iter();
                funcs.for_each(|&offset| field(u64::from(offset), Storage::Func));
            }
            Kind::Array(layout) if matches!(layout.element, Storage::Ref | Storage::Func) => {
                // SAFETY: an array.
                let length = unsafe { store.array_length(object) };
                for index in 0..length {
                    let element = Field::element(*layout, index);
                    field(element.offset, element.storage);
                }
            }
            Kind::Array(_) => {}
        }
    }
}

fn visit_func(func_ref: u64, visit: &mut dyn FnMut(Edge<'_>)) {
    if let Some(func) = NonNull::new(func_ref as *mut VMFuncRef) {
        visit(Edge::Found(Found::Func(func)));
    }
}
