//! Renaming the concrete types inside a type, and visiting them.

use weft_module::{
    CompositeType, FieldType, FuncType, HeapType, RefType, StorageType, SubType, ValType,
};

pub(super) fn map_heap<T: Copy, U>(ty: HeapType<T>, f: &mut dyn FnMut(T) -> U) -> HeapType<U> {
    match ty {
        HeapType::Func => HeapType::Func,
        HeapType::NoFunc => HeapType::NoFunc,
        HeapType::Extern => HeapType::Extern,
        HeapType::NoExtern => HeapType::NoExtern,
        HeapType::Any => HeapType::Any,
        HeapType::Eq => HeapType::Eq,
        HeapType::I31 => HeapType::I31,
        HeapType::Struct => HeapType::Struct,
        HeapType::Array => HeapType::Array,
        HeapType::None => HeapType::None,
        HeapType::Exn => HeapType::Exn,
        HeapType::NoExn => HeapType::NoExn,
        HeapType::Concrete(index) => HeapType::Concrete(f(index)),
    }
}

pub(super) fn map_ref<T: Copy, U>(ty: RefType<T>, f: &mut dyn FnMut(T) -> U) -> RefType<U> {
    RefType {
        nullable: ty.nullable,
        heap: map_heap(ty.heap, f),
    }
}

pub(super) fn map_val<T: Copy, U>(ty: ValType<T>, f: &mut dyn FnMut(T) -> U) -> ValType<U> {
    match ty {
        ValType::I32 => ValType::I32,
        ValType::I64 => ValType::I64,
        ValType::F32 => ValType::F32,
        ValType::F64 => ValType::F64,
        ValType::V128 => ValType::V128,
        ValType::Ref(reference) => ValType::Ref(map_ref(reference, f)),
    }
}

fn map_field<T: Copy, U>(ty: FieldType<T>, f: &mut dyn FnMut(T) -> U) -> FieldType<U> {
    FieldType {
        storage: match ty.storage {
            StorageType::I8 => StorageType::I8,
            StorageType::I16 => StorageType::I16,
            StorageType::Val(val) => StorageType::Val(map_val(val, f)),
        },
        mutable: ty.mutable,
    }
}

fn map_vals<T: Copy, U>(types: &[ValType<T>], f: &mut dyn FnMut(T) -> U) -> Box<[ValType<U>]> {
    types.iter().map(|&ty| map_val(ty, f)).collect()
}

fn map_composite<T: Copy, U>(ty: &CompositeType<T>, f: &mut dyn FnMut(T) -> U) -> CompositeType<U> {
    match ty {
        CompositeType::Func(func) => CompositeType::Func(FuncType {
            params: map_vals(&func.params, f),
            results: map_vals(&func.results, f),
        }),
        CompositeType::Struct(fields) => {
            CompositeType::Struct(fields.iter().map(|&field| map_field(field, f)).collect())
        }
        CompositeType::Array(field) => CompositeType::Array(map_field(*field, f)),
    }
}

/// The same type with every concrete type renamed by `f`.
pub(super) fn map_sub<T: Copy, U>(ty: &SubType<T>, f: &mut dyn FnMut(T) -> U) -> SubType<U> {
    SubType {
        is_final: ty.is_final,
        supertype: ty.supertype.map(&mut *f),
        composite: map_composite(&ty.composite, f),
    }
}

/// Calls `f` with every concrete type in `ty`.
pub(super) fn visit_sub<T: Copy>(ty: &SubType<T>, f: &mut dyn FnMut(T)) {
    ty.supertype.into_iter().for_each(&mut *f);
    match &ty.composite {
        CompositeType::Func(func) => {
            let types = func.params.iter().chain(func.results.iter());
            types.for_each(|&ty| visit_val(ty, f));
        }
        CompositeType::Struct(fields) => fields.iter().for_each(|field| visit_field(field, f)),
        CompositeType::Array(field) => visit_field(field, f),
    }
}

fn visit_field<T: Copy>(field: &FieldType<T>, f: &mut dyn FnMut(T)) {
    if let StorageType::Val(val) = field.storage {
        visit_val(val, f);
    }
}

fn visit_val<T: Copy>(ty: ValType<T>, f: &mut dyn FnMut(T)) {
    if let ValType::Ref(RefType {
        heap: HeapType::Concrete(id),
        ..
    }) = ty
    {
        f(id);
    }
}
