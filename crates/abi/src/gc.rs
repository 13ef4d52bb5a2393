//! How objects of the garbage-collected heap look: one place for compilers and for the runtime.
//!
//! An object starts with a header of 8 bytes: the [`TypeId`](crate::layout::TypeId) of its type and a word for the
//! collector. All objects start at multiples of 8.
//!
//! | object | after the header |
//! |---|---|
//! | struct | its fields in declaration order, each at its natural alignment, so that a supertype's fields are a prefix |
//! | array | `u32` length at 8; the elements at 12, or at 16 when they are larger than 4 bytes |
//! | exception | `u64` id of its tag in the store at 8; the payload from 16 on, laid out as a struct's fields are |
//!
//! The type of an exception is the function type of its tag. A `v128` is aligned to 8 like its object: code accesses it
//! as unaligned.
//!
//! References are offsets into a cage of 4 GiB. Nothing is at the first [`NULL_ZONE`] bytes, so an access
//! through null faults, whatever the field. See [`crate::value`] for the tags in a reference.

use weft_module::{CompositeType, FieldType, ModuleInfo, RefKind, StorageType, TypeIndex, ValType};

use crate::value::{Repr, ref_kind, ref_kind_in};

/// Bytes of an object's header.
pub const HEADER: u32 = 8;
/// What every object's address is a multiple of.
pub const ALIGN: u32 = 8;
/// Where an array's length is.
pub const ARRAY_LENGTH: u32 = HEADER;
/// Where an exception's tag is: its id in the store, a `u64`.
pub const EXCEPTION_TAG: u32 = HEADER;
/// Where an exception's payload starts.
pub const EXCEPTION_PAYLOAD: u32 = EXCEPTION_TAG + 8;
/// Bytes of the cage that every reference points into.
pub const CAGE: usize = 1 << 32;
/// Bytes at the cage's start that are never accessible. The largest struct, of 10,000 vectors, is smaller.
pub const NULL_ZONE: usize = 256 << 10;
/// The most bytes an object may have: what is larger does not fit into the cage anyway.
pub const MAX_OBJECT: u64 = 1 << 31;

/// What a field, an element or a part of an exception's payload holds.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Storage {
    /// A packed 8-bit integer.
    I8,
    /// A packed 16-bit integer.
    I16,
    /// A number or vector.
    Plain(Repr),
    /// A pointer to a function, which the collector leaves alone.
    Func,
    /// A reference that the collector follows and updates, of 4 bytes.
    Ref,
}

impl Storage {
    /// Of a field type, where `concrete` gives the hierarchy of a defined type.
    pub fn of<T: Copy>(storage: StorageType<T>, concrete: impl FnOnce(T) -> RefKind) -> Self {
        match storage {
            StorageType::I8 => Self::I8,
            StorageType::I16 => Self::I16,
            StorageType::Val(ty) => Self::of_value(ty, concrete),
        }
    }

    /// Of a value type, where `concrete` gives the hierarchy of a defined type.
    pub fn of_value<T: Copy>(ty: ValType<T>, concrete: impl FnOnce(T) -> RefKind) -> Self {
        match ty {
            ValType::Ref(reference) => match ref_kind(reference.heap, concrete) {
                RefKind::Func => Self::Func,
                RefKind::Any | RefKind::Extern | RefKind::Exn => Self::Ref,
            },
            number => Self::Plain(crate::value::repr(number, concrete)),
        }
    }

    /// A number for it, from which [`Self::from_code`] makes it again.
    pub fn code(self) -> u16 {
        match self {
            Self::I8 => 0,
            Self::I16 => 1,
            Self::Func => 2,
            Self::Ref => 3,
            Self::Plain(Repr::I32) => 4,
            Self::Plain(Repr::I64) => 5,
            Self::Plain(Repr::F32) => 6,
            Self::Plain(Repr::F64) => 7,
            Self::Plain(Repr::V128) => 8,
        }
    }

    /// The storage whose number is `code`.
    pub fn from_code(code: u16) -> Option<Self> {
        Some(match code {
            0 => Self::I8,
            1 => Self::I16,
            2 => Self::Func,
            3 => Self::Ref,
            4 => Self::Plain(Repr::I32),
            5 => Self::Plain(Repr::I64),
            6 => Self::Plain(Repr::F32),
            7 => Self::Plain(Repr::F64),
            8 => Self::Plain(Repr::V128),
            _ => return None,
        })
    }

    /// Its bytes.
    pub fn size(self) -> u32 {
        match self {
            Self::I8 => 1,
            Self::I16 => 2,
            Self::Plain(repr) => repr.size(),
            Self::Func => 8,
            Self::Ref => 4,
        }
    }

    /// What its place is a multiple of.
    pub fn align(self) -> u32 {
        self.size().min(ALIGN)
    }

    /// The machine type of the value that is read from it.
    pub fn repr(self) -> Repr {
        match self {
            Self::I8 | Self::I16 | Self::Ref => Repr::I32,
            Self::Plain(repr) => repr,
            Self::Func => Repr::I64,
        }
    }
}

/// A field of a struct, or a part of an exception's payload.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct FieldLayout {
    /// Bytes from the start of the object.
    pub offset: u32,
    /// What it holds.
    pub storage: Storage,
}

/// The layout of a struct.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StructLayout {
    /// Its fields, in declaration order.
    pub fields: Box<[FieldLayout]>,
    /// Bytes of the object, a multiple of [`ALIGN`].
    pub size: u32,
}

/// The layout of an array.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct ArrayLayout {
    /// What an element is.
    pub element: Storage,
}

/// The layout of an exception.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ExceptionLayout {
    /// The parts of its payload.
    pub payload: Box<[FieldLayout]>,
    /// Bytes of the object, a multiple of [`ALIGN`].
    pub size: u32,
}

/// The layout of whatever an object of a type is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ObjectLayout {
    /// Of a struct type.
    Struct(StructLayout),
    /// Of an array type.
    Array(ArrayLayout),
    /// Of exceptions whose tag is of a function type.
    Exception(ExceptionLayout),
}

fn place(start: u32, parts: impl IntoIterator<Item = Storage>) -> (Box<[FieldLayout]>, u32) {
    let mut end = start;
    let fields = parts
        .into_iter()
        .map(|storage| {
            let offset = end.next_multiple_of(storage.align());
            end = offset + storage.size();
            FieldLayout { offset, storage }
        })
        .collect();
    (fields, end.next_multiple_of(ALIGN))
}

impl StructLayout {
    /// The layout of a struct with these fields.
    pub fn new(fields: impl IntoIterator<Item = Storage>) -> Self {
        let (fields, size) = place(HEADER, fields);
        Self { fields, size }
    }

    /// That of the struct type `ty` of `module`; `None` when it is of another kind.
    pub fn in_module(module: &ModuleInfo, ty: TypeIndex) -> Option<Self> {
        match &module.types[ty].composite {
            CompositeType::Struct(fields) => Some(Self::new(
                fields.iter().map(|field| storage_in(module, field)),
            )),
            _ => None,
        }
    }
}

impl ArrayLayout {
    /// That of the array type `ty` of `module`; `None` when it is of another kind.
    pub fn in_module(module: &ModuleInfo, ty: TypeIndex) -> Option<Self> {
        match &module.types[ty].composite {
            CompositeType::Array(field) => Some(Self {
                element: storage_in(module, field),
            }),
            _ => None,
        }
    }

    /// Where the elements start, in bytes from the start of the object.
    pub fn elements(self) -> u32 {
        (ARRAY_LENGTH + 4).next_multiple_of(self.element.align())
    }

    /// Bytes of an array of `length` elements, a multiple of [`ALIGN`].
    pub fn size(self, length: u32) -> u64 {
        let bytes = u64::from(self.elements()) + u64::from(length) * u64::from(self.element.size());
        bytes.next_multiple_of(u64::from(ALIGN))
    }
}

impl ExceptionLayout {
    /// The layout of an exception with this payload.
    pub fn new(payload: impl IntoIterator<Item = Storage>) -> Self {
        let (payload, size) = place(EXCEPTION_PAYLOAD, payload);
        Self { payload, size }
    }

    /// That of exceptions whose tag is of the function type `ty` of `module`.
    pub fn in_module(module: &ModuleInfo, ty: TypeIndex) -> Self {
        let params = module.func_type(ty).params.iter();
        Self::new(params.map(|&ty| {
            Storage::of_value(ty, |index| {
                ref_kind_in(module, weft_module::HeapType::Concrete(index))
            })
        }))
    }
}

impl ObjectLayout {
    /// The layout of objects of `composite`, where `concrete` gives the hierarchy of a defined type.
    pub fn of<T: Copy>(composite: &CompositeType<T>, concrete: impl Fn(T) -> RefKind) -> Self {
        let field = |field: &FieldType<T>| Storage::of(field.storage, &concrete);
        match composite {
            CompositeType::Struct(fields) => {
                Self::Struct(StructLayout::new(fields.iter().map(field)))
            }
            CompositeType::Array(element) => Self::Array(ArrayLayout {
                element: field(element),
            }),
            CompositeType::Func(func) => Self::Exception(ExceptionLayout::new(
                func.params
                    .iter()
                    .map(|&ty| Storage::of_value(ty, &concrete)),
            )),
        }
    }
}

fn storage_in(module: &ModuleInfo, field: &FieldType) -> Storage {
    Storage::of(field.storage, |index| {
        ref_kind_in(module, weft_module::HeapType::Concrete(index))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_naturally_aligned_and_prefixes_stay() {
        let parent = [Storage::I8, Storage::Plain(Repr::I64), Storage::I16];
        let child = [
            parent.as_slice(),
            &[Storage::Plain(Repr::V128), Storage::Ref],
        ]
        .concat();
        let (parent, child) = (StructLayout::new(parent), StructLayout::new(child));
        let offsets = |layout: &StructLayout| -> Vec<u32> {
            layout.fields.iter().map(|field| field.offset).collect()
        };
        assert_eq!(offsets(&parent), [8, 16, 24]);
        assert_eq!(offsets(&child), [8, 16, 24, 32, 48]);
        assert_eq!((parent.size, child.size), (32, 56));
    }

    #[test]
    fn arrays_have_their_elements_right_after_the_length() {
        let array = |element| ArrayLayout { element };
        assert_eq!(array(Storage::I8).elements(), 12);
        assert_eq!(array(Storage::Ref).elements(), 12);
        assert_eq!(array(Storage::Func).elements(), 16);
        assert_eq!(array(Storage::Plain(Repr::V128)).elements(), 16);
        assert_eq!(array(Storage::I8).size(0), 16);
        assert_eq!(array(Storage::I8).size(5), 24);
        assert_eq!(
            array(Storage::Plain(Repr::V128)).size(u32::MAX),
            16 * (1 << 32)
        );
    }

    #[test]
    fn storage_is_made_again_from_its_code() {
        for code in 0..9 {
            assert_eq!(Storage::from_code(code).map(Storage::code), Some(code));
        }
        assert_eq!(Storage::from_code(9), None);
    }

    #[test]
    fn the_largest_struct_is_within_the_null_zone() {
        let layout = StructLayout::new(vec![Storage::Plain(Repr::V128); 10_000]);
        assert!((layout.size as usize) < NULL_ZONE);
    }
}
