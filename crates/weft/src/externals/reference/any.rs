//! Internal references: of any kind, those with identity, and small integers.

use weft_module::HeapType as LiveHeap;
use weft_runtime as rt;
use weft_runtime::host_ref;

use super::{ArrayRef, ExternRef, Handle, Rooted, StructRef, gc_ref};
use crate::store::Opaque;
use crate::types::heap_type_from_live;
use crate::{AsContext, AsContextMut, HeapType, Result};

gc_ref! {
    /// An internal reference, `anyref`: to a structure, an array or a small integer, or to what an external reference was converted to.
    AnyRef
    /// An internal reference that `ref.eq` compares, `eqref`: to a structure, an array or a small integer.
    EqRef
}

/// A 31-bit integer, as an `i31ref` holds it.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Default, Debug)]
pub struct I31(u32);

impl I31 {
    const MASK: u32 = u32::MAX >> 1;

    /// `value`, if it fits into 31 bits as an unsigned integer.
    pub fn new_u32(value: u32) -> Option<Self> {
        (value <= Self::MASK).then_some(Self(value))
    }

    /// `value`, if it fits into 31 bits as a signed integer.
    pub fn new_i32(value: i32) -> Option<Self> {
        let this = Self::wrapping_i32(value);
        (this.get_i32() == value).then_some(this)
    }

    /// The lower 31 bits of `value`.
    pub fn wrapping_u32(value: u32) -> Self {
        Self(value & Self::MASK)
    }

    /// The lower 31 bits of `value`.
    pub fn wrapping_i32(value: i32) -> Self {
        Self::wrapping_u32(value as u32)
    }

    /// It as an unsigned integer.
    pub fn get_u32(self) -> u32 {
        self.0
    }

    /// It as a signed integer.
    pub fn get_i32(self) -> i32 {
        (self.0 << 1) as i32 >> 1
    }
}

/// The most precise heap type of an internal reference, which is not null.
pub(crate) fn live_heap_type(store: &Opaque, reference: u32) -> rt::types::HeapType {
    if host_ref::i31_value(reference).is_some() {
        return LiveHeap::I31;
    }
    // SAFETY: a reference of this store that a root has just given.
    match unsafe { store.live.object_type(reference) } {
        Some(ty) => LiveHeap::Concrete(ty),
        None => LiveHeap::Any,
    }
}

/// Whether an internal reference is of a heap type.
fn is_of(store: &Opaque, handle: Handle, wanted: rt::types::HeapType) -> Result<bool> {
    let actual = live_heap_type(store, handle.raw(store)?);
    Ok(store.engine.types().heap_matches(actual, wanted))
}

macro_rules! casts {
    ($name:ident: $($is:ident $as_:ident $unwrap:ident $to:ident $heap:ident $doc:literal;)*) => {
        impl $name {$(
            #[doc = concat!("Whether it is ", $doc, ".\n\n# Errors\nWhen its scope has been left, or it belongs to another store.")]
            pub fn $is(&self, store: impl AsContext) -> Result<bool> {
                is_of(store.as_context().opaque(), self.0, LiveHeap::$heap)
            }

            #[doc = concat!("It as ", $doc, ", if it is one.\n\n# Errors\nWhen its scope has been left, or it belongs to another store.")]
            pub fn $as_(&self, store: impl AsContext) -> Result<Option<Rooted<$to>>> {
                let store = store.as_context();
                let opaque = store.opaque();
                if !is_of(opaque, self.0, LiveHeap::$heap)? {
                    return Ok(None);
                }
                let reference = self.0.raw(opaque)?;
                Ok(Some(Rooted::new(opaque, reference)))
            }

            #[doc = concat!("It as ", $doc, ".\n\n# Panics\nWhen it is none.\n\n# Errors\nWhen its scope has been left, or it belongs to another store.")]
            pub fn $unwrap(&self, store: impl AsContext) -> Result<Rooted<$to>> {
                Ok(self.$as_(store)?.expect(concat!("not ", $doc)))
            }
        )*}
    };
}

casts! { AnyRef:
    is_eqref as_eqref unwrap_eqref EqRef Eq "an `eqref`";
    is_struct as_struct unwrap_struct StructRef Struct "a structure";
    is_array as_array unwrap_array ArrayRef Array "an array";
}

casts! { EqRef:
    is_struct as_struct unwrap_struct StructRef Struct "a structure";
    is_array as_array unwrap_array ArrayRef Array "an array";
}

macro_rules! integers {
    ($($name:ident)*) => {$(
        impl $name {
            /// A reference that is a 31-bit integer (§ 4.6.3 `ref.i31`).
            pub fn from_i31(mut store: impl AsContextMut, value: I31) -> Rooted<Self> {
                let store = store.as_context_mut();
                Rooted::new(store.opaque(), host_ref::i31(value.get_u32()))
            }

            /// Whether it is a 31-bit integer.
            ///
            /// # Errors
            /// When its scope has been left, or it belongs to another store.
            pub fn is_i31(&self, store: impl AsContext) -> Result<bool> {
                Ok(self.as_i31(store)?.is_some())
            }

            /// The integer that it is, if it is one.
            ///
            /// # Errors
            /// When its scope has been left, or it belongs to another store.
            pub fn as_i31(&self, store: impl AsContext) -> Result<Option<I31>> {
                let reference = self.0.raw(store.as_context().opaque())?;
                Ok(host_ref::i31_value(reference).map(I31))
            }

            /// The integer that it is.
            ///
            /// # Panics
            /// When it is none.
            ///
            /// # Errors
            /// When its scope has been left, or it belongs to another store.
            pub fn unwrap_i31(&self, store: impl AsContext) -> Result<I31> {
                Ok(self.as_i31(store)?.expect("not a 31-bit integer"))
            }

            /// Its most precise heap type.
            ///
            /// # Errors
            /// When its scope has been left, or it belongs to another store.
            pub fn ty(&self, store: impl AsContext) -> Result<HeapType> {
                let store = store.as_context();
                let opaque = store.opaque();
                let live = live_heap_type(opaque, self.0.raw(opaque)?);
                Ok(heap_type_from_live(&opaque.engine, live))
            }

            /// Whether it is of type `ty`.
            ///
            /// # Errors
            /// When its scope has been left, or it belongs to another store.
            pub fn matches_ty(&self, store: impl AsContext, ty: &HeapType) -> Result<bool> {
                Ok(self.ty(store)?.matches(ty))
            }
        }
    )*};
}

integers!(AnyRef EqRef);

impl AnyRef {
    /// An external reference as an internal one (§ 4.6.3 `any.convert_extern`).
    ///
    /// # Errors
    /// When its scope has been left, or it belongs to another store.
    pub fn convert_extern(
        mut store: impl AsContextMut,
        external: Rooted<ExternRef>,
    ) -> Result<Rooted<Self>> {
        let store = store.as_context_mut();
        let reference = external.raw(store.opaque())?;
        Ok(Rooted::new(store.opaque(), reference))
    }
}

macro_rules! upcasts {
    ($($from:ident $to:ident $method:ident $name:literal;)*) => {$(
        impl Rooted<$from> {
            #[doc = concat!("It as ", $name, ".")]
            pub fn $method(self) -> Rooted<$to> {
                self.cast()
            }
        }

        impl From<Rooted<$from>> for Rooted<$to> {
            fn from(reference: Rooted<$from>) -> Self {
                reference.cast()
            }
        }
    )*};
}

upcasts! {
    EqRef AnyRef to_anyref "an `anyref`";
    StructRef AnyRef to_anyref "an `anyref`";
    StructRef EqRef to_eqref "an `eqref`";
    ArrayRef AnyRef to_anyref "an `anyref`";
    ArrayRef EqRef to_eqref "an `eqref`";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_integers_have_31_bits() {
        assert_eq!(I31::new_u32(1 << 31), None);
        assert_eq!(I31::new_i32(1 << 30), None);
        assert_eq!(I31::new_i32(-(1 << 30)).map(I31::get_i32), Some(-(1 << 30)));
        assert_eq!(I31::wrapping_u32(u32::MAX).get_u32(), u32::MAX >> 1);
        assert_eq!(I31::wrapping_u32(u32::MAX).get_i32(), -1);
    }
}
