//! Types, as § 2.3 of the specification has them.
//!
//! They are generic over how a concrete type is named: inside a module by [`TypeIndex`], in a
//! live engine by the registry's canonical id. So there is one `ValType`, not one a crate.

use crate::TypeIndex;

/// A value type (§ 2.3.5).
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum ValType<T = TypeIndex> {
    /// A 32-bit integer.
    I32,
    /// A 64-bit integer.
    I64,
    /// A 32-bit float.
    F32,
    /// A 64-bit float.
    F64,
    /// A 128-bit vector.
    V128,
    /// A reference.
    Ref(RefType<T>),
}

/// A reference type (§ 2.3.4).
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct RefType<T = TypeIndex> {
    /// Whether null is a value of it.
    pub nullable: bool,
    /// What it refers to.
    pub heap: HeapType<T>,
}

/// A heap type (§ 2.3.3).
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
#[allow(
    missing_docs,
    reason = "the variants are the specification's own words"
)]
pub enum HeapType<T = TypeIndex> {
    Func,
    NoFunc,
    Extern,
    NoExtern,
    Any,
    Eq,
    I31,
    Struct,
    Array,
    None,
    Exn,
    NoExn,
    /// A type of the type section.
    Concrete(T),
}

/// A function type (§ 2.3.8).
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct FuncType<T = TypeIndex> {
    /// Parameter types.
    pub params: Box<[ValType<T>]>,
    /// Result types.
    pub results: Box<[ValType<T>]>,
}

/// What a field of a struct or an element of an array holds (§ 2.3.7).
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum StorageType<T = TypeIndex> {
    /// A packed 8-bit integer.
    I8,
    /// A packed 16-bit integer.
    I16,
    /// An unpacked value.
    Val(ValType<T>),
}

/// A field type (§ 2.3.7).
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct FieldType<T = TypeIndex> {
    /// What is stored.
    pub storage: StorageType<T>,
    /// Whether it may be written after creation.
    pub mutable: bool,
}

/// A composite type (§ 2.3.9).
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum CompositeType<T = TypeIndex> {
    /// A function type.
    Func(FuncType<T>),
    /// A structure with these fields.
    Struct(Box<[FieldType<T>]>),
    /// An array of this element.
    Array(FieldType<T>),
}

/// A sub type (§ 2.3.10): a composite type with its place in the hierarchy.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct SubType<T = TypeIndex> {
    /// Whether it may have no subtypes.
    pub is_final: bool,
    /// The declared supertype, if any.
    pub supertype: Option<T>,
    /// The structure.
    pub composite: CompositeType<T>,
}

/// The type of addresses of a memory or table (§ 2.3.11).
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum AddressType {
    /// 32-bit addresses.
    I32,
    /// 64-bit addresses.
    I64,
}

/// Size limits (§ 2.3.12), in pages for memories and in elements for tables.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct Limits {
    /// The initial size.
    pub min: u64,
    /// The size it never exceeds, if given.
    pub max: Option<u64>,
}

/// A memory type (§ 2.3.14).
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct MemoryType {
    /// 32- or 64-bit addresses.
    pub address: AddressType,
    /// Sizes in pages of `1 << page_size_log2` bytes.
    pub limits: Limits,
    /// Whether threads may share it.
    pub shared: bool,
    /// 16 (64 KiB pages), or 0 with the custom-page-sizes proposal.
    pub page_size_log2: u8,
}

/// A table type (§ 2.3.15).
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct TableType<T = TypeIndex> {
    /// 32- or 64-bit indices.
    pub address: AddressType,
    /// Sizes in elements.
    pub limits: Limits,
    /// What its slots hold.
    pub element: RefType<T>,
}

/// A global type (§ 2.3.13).
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct GlobalType<T = TypeIndex> {
    /// What it holds.
    pub content: ValType<T>,
    /// Whether it may be set.
    pub mutable: bool,
}

/// The type of an import or export (§ 2.3.17).
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum ExternType<T = TypeIndex> {
    /// A function of this defined type.
    Func(T),
    /// A table.
    Table(TableType<T>),
    /// A memory.
    Memory(MemoryType),
    /// A global.
    Global(GlobalType<T>),
    /// A tag; its function type gives the payload.
    Tag(T),
}

/// The three hierarchies that a compiled reference can belong to.
///
/// They differ in representation: see `weft_abi::value`.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum RefKind {
    /// `func` and below: a pointer to a `VMFuncRef`.
    Func,
    /// `any` and below, and `extern`: a 32-bit tagged reference.
    Any,
    /// See [`RefKind::Any`]; apart because the types are disjoint.
    Extern,
    /// `exn` and below: a 32-bit reference.
    Exn,
}

impl MemoryType {
    /// The size of a page in bytes.
    pub fn page_size(&self) -> u64 {
        1 << self.page_size_log2
    }
}

impl<T> ValType<T> {
    /// A nullable `funcref`.
    pub const FUNCREF: Self = Self::Ref(RefType {
        nullable: true,
        heap: HeapType::Func,
    });
    /// A nullable `externref`.
    pub const EXTERNREF: Self = Self::Ref(RefType {
        nullable: true,
        heap: HeapType::Extern,
    });
}
