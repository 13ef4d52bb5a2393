//! The reader's types as ours.
//!
//! Indices are those written in the module, not the validator's canonical ids: types are converted
//! from what was read, never from what was validated.

use wasmparser::{AbstractHeapType, CompositeInnerType, TypeRef, UnpackedIndex};

use crate::{
    AddressType, CompositeType, ExternType, FieldType, FuncType, GlobalType, HeapType, Limits,
    MemoryType, RefType, StorageType, SubType, TableType, TypeIndex, ValType,
};

/// A type of a proposal that no [`crate::Features`] can switch on, so that the validator has
/// already refused it.
#[derive(Debug)]
pub(crate) struct Unsupported;

type Converted<T> = Result<T, Unsupported>;

/// What rec groups need to know: the index of their first type, for references inside the group.
#[derive(Copy, Clone)]
pub(crate) struct Types {
    /// The first type of the group.
    pub(crate) group: u32,
}

impl Types {
    /// For types outside the type section, which only refer to the module's index space.
    pub(crate) const OUTSIDE: Self = Self { group: 0 };

    fn index(self, index: UnpackedIndex) -> Converted<TypeIndex> {
        match index {
            UnpackedIndex::Module(index) => Ok(TypeIndex(index)),
            UnpackedIndex::RecGroup(index) => Ok(TypeIndex(self.group + index)),
            UnpackedIndex::Id(_) => Err(Unsupported),
        }
    }

    fn heap(self, ty: wasmparser::HeapType) -> Converted<HeapType> {
        match ty {
            wasmparser::HeapType::Abstract { shared: false, ty } => abstract_heap(ty),
            wasmparser::HeapType::Concrete(index) => Ok(HeapType::Concrete(self.index(index)?)),
            wasmparser::HeapType::Abstract { .. } | wasmparser::HeapType::Exact(_) => {
                Err(Unsupported)
            }
        }
    }

    fn reference(self, ty: wasmparser::RefType) -> Converted<RefType> {
        Ok(RefType {
            nullable: ty.is_nullable(),
            heap: self.heap(ty.heap_type())?,
        })
    }

    fn value(self, ty: wasmparser::ValType) -> Converted<ValType> {
        Ok(match ty {
            wasmparser::ValType::I32 => ValType::I32,
            wasmparser::ValType::I64 => ValType::I64,
            wasmparser::ValType::F32 => ValType::F32,
            wasmparser::ValType::F64 => ValType::F64,
            wasmparser::ValType::V128 => ValType::V128,
            wasmparser::ValType::Ref(ty) => ValType::Ref(self.reference(ty)?),
        })
    }

    fn values(self, types: &[wasmparser::ValType]) -> Converted<Box<[ValType]>> {
        types.iter().map(|&ty| self.value(ty)).collect()
    }

    fn field(self, field: wasmparser::FieldType) -> Converted<FieldType> {
        let storage = match field.element_type {
            wasmparser::StorageType::I8 => StorageType::I8,
            wasmparser::StorageType::I16 => StorageType::I16,
            wasmparser::StorageType::Val(ty) => StorageType::Val(self.value(ty)?),
        };
        Ok(FieldType {
            storage,
            mutable: field.mutable,
        })
    }

    fn composite(self, ty: &wasmparser::CompositeType) -> Converted<CompositeType> {
        if ty.shared {
            return Err(Unsupported);
        }
        Ok(match &ty.inner {
            CompositeInnerType::Func(func) => CompositeType::Func(FuncType {
                params: self.values(func.params())?,
                results: self.values(func.results())?,
            }),
            CompositeInnerType::Struct(fields) => CompositeType::Struct(
                fields
                    .fields
                    .iter()
                    .map(|&field| self.field(field))
                    .collect::<Result<_, _>>()?,
            ),
            CompositeInnerType::Array(array) => CompositeType::Array(self.field(array.0)?),
            CompositeInnerType::Cont(_) => return Err(Unsupported),
        })
    }

    /// A type of the type section.
    pub(crate) fn sub_type(self, ty: &wasmparser::SubType) -> Converted<SubType> {
        let supertype = match ty.supertype_idxs.as_slice() {
            [] => None,
            [index] => Some(self.index(index.unpack())?),
            _ => return Err(Unsupported),
        };
        Ok(SubType {
            is_final: ty.is_final,
            supertype,
            composite: self.composite(&ty.composite_type)?,
        })
    }
}

fn abstract_heap(ty: AbstractHeapType) -> Converted<HeapType> {
    Ok(match ty {
        AbstractHeapType::Func => HeapType::Func,
        AbstractHeapType::NoFunc => HeapType::NoFunc,
        AbstractHeapType::Extern => HeapType::Extern,
        AbstractHeapType::NoExtern => HeapType::NoExtern,
        AbstractHeapType::Any => HeapType::Any,
        AbstractHeapType::Eq => HeapType::Eq,
        AbstractHeapType::I31 => HeapType::I31,
        AbstractHeapType::Struct => HeapType::Struct,
        AbstractHeapType::Array => HeapType::Array,
        AbstractHeapType::None => HeapType::None,
        AbstractHeapType::Exn => HeapType::Exn,
        AbstractHeapType::NoExn => HeapType::NoExn,
        AbstractHeapType::Cont | AbstractHeapType::NoCont => return Err(Unsupported),
    })
}

/// A heap type outside the type section.
pub(crate) fn heap_type(ty: wasmparser::HeapType) -> Converted<HeapType> {
    Types::OUTSIDE.heap(ty)
}

/// A reference type outside the type section.
pub(crate) fn ref_type(ty: wasmparser::RefType) -> Converted<RefType> {
    Types::OUTSIDE.reference(ty)
}

fn address(is_64: bool) -> AddressType {
    if is_64 {
        AddressType::I64
    } else {
        AddressType::I32
    }
}

/// A table type.
pub(crate) fn table_type(ty: &wasmparser::TableType) -> Converted<TableType> {
    Ok(TableType {
        address: address(ty.table64),
        limits: Limits {
            min: ty.initial,
            max: ty.maximum,
        },
        element: ref_type(ty.element_type)?,
    })
}

/// A memory type.
pub(crate) fn memory_type(ty: &wasmparser::MemoryType) -> Converted<MemoryType> {
    Ok(MemoryType {
        address: address(ty.memory64),
        limits: Limits {
            min: ty.initial,
            max: ty.maximum,
        },
        shared: ty.shared,
        page_size_log2: u8::try_from(ty.page_size_log2()).map_err(|_| Unsupported)?,
    })
}

/// A global type.
pub(crate) fn global_type(ty: &wasmparser::GlobalType) -> Converted<GlobalType> {
    Ok(GlobalType {
        content: Types::OUTSIDE.value(ty.content_type)?,
        mutable: ty.mutable,
    })
}

/// The type of an import.
pub(crate) fn extern_type(ty: &TypeRef) -> Converted<ExternType> {
    Ok(match ty {
        TypeRef::Func(index) => ExternType::Func(TypeIndex(*index)),
        TypeRef::Table(ty) => ExternType::Table(table_type(ty)?),
        TypeRef::Memory(ty) => ExternType::Memory(memory_type(ty)?),
        TypeRef::Global(ty) => ExternType::Global(global_type(ty)?),
        TypeRef::Tag(ty) => ExternType::Tag(TypeIndex(ty.func_type_idx)),
        TypeRef::FuncExact(_) => return Err(Unsupported),
    })
}
