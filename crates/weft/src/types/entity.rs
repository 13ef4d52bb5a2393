//! Types of what modules import and export (§ 2.3.12 to 2.3.17).

use std::fmt;

use weft_module::{AddressType, Limits};
use weft_runtime::types as rt;

use super::{FuncType, Mutability, RefType, ValType};
use crate::{Engine, Result};

/// The type of an import or export (§ 2.3.17).
#[derive(Clone, Debug)]
pub enum ExternType {
    /// A function.
    Func(FuncType),
    /// A global.
    Global(GlobalType),
    /// A table.
    Table(TableType),
    /// A memory.
    Memory(MemoryType),
    /// A tag.
    Tag(TagType),
}

macro_rules! accessors {
    ($($variant:ident($ty:ident) $get:ident $unwrap:ident $doc:literal;)*) => {$(
        #[doc = concat!("The type of a ", $doc, ", if it is one.")]
        pub fn $get(&self) -> Option<&$ty> {
            match self {
                Self::$variant(ty) => Some(ty),
                _ => None,
            }
        }

        #[doc = concat!("The type of a ", $doc, ".\n\n# Panics\nWhen it is not one.")]
        pub fn $unwrap(&self) -> &$ty {
            self.$get().expect(concat!("not the type of a ", $doc))
        }
    )*};
}

impl ExternType {
    accessors! {
        Func(FuncType) func unwrap_func "function";
        Global(GlobalType) global unwrap_global "global";
        Table(TableType) table unwrap_table "table";
        Memory(MemoryType) memory unwrap_memory "memory";
        Tag(TagType) tag unwrap_tag "tag";
    }

    pub(crate) fn from_live(engine: &Engine, ty: &rt::ExternType) -> Self {
        let func = |id| {
            FuncType::from_id(engine, id).expect("types of a live entity or module are registered")
        };
        match *ty {
            weft_module::ExternType::Func(id) => Self::Func(func(id)),
            weft_module::ExternType::Table(ty) => Self::Table(TableType::from_live(engine, ty)),
            weft_module::ExternType::Memory(ty) => Self::Memory(MemoryType(ty)),
            weft_module::ExternType::Global(ty) => Self::Global(GlobalType::from_live(engine, ty)),
            weft_module::ExternType::Tag(id) => Self::Tag(TagType(func(id))),
        }
    }
}

impl fmt::Display for ExternType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Func(ty) => ty.fmt(f),
            Self::Global(ty) => ty.fmt(f),
            Self::Table(ty) => ty.fmt(f),
            Self::Memory(ty) => ty.fmt(f),
            Self::Tag(ty) => ty.fmt(f),
        }
    }
}

macro_rules! into_extern_type {
    ($($variant:ident($ty:ident))*) => {$(
        impl From<$ty> for ExternType {
            fn from(ty: $ty) -> Self {
                Self::$variant(ty)
            }
        }
    )*};
}

into_extern_type!(Func(FuncType) Global(GlobalType) Table(TableType) Memory(MemoryType) Tag(TagType));

/// A global type (§ 2.3.13).
#[derive(Clone, Hash)]
pub struct GlobalType {
    content: ValType,
    mutability: Mutability,
}

impl GlobalType {
    /// A global type.
    pub fn new(content: ValType, mutability: Mutability) -> Self {
        Self {
            content,
            mutability,
        }
    }

    /// What it holds.
    pub fn content(&self) -> &ValType {
        &self.content
    }

    /// Whether it can be set.
    pub fn mutability(&self) -> Mutability {
        self.mutability
    }

    pub(crate) fn from_live(engine: &Engine, ty: rt::GlobalType) -> Self {
        Self {
            content: ValType::from_live(engine, ty.content),
            mutability: Mutability::from_bool(ty.mutable),
        }
    }

    pub(crate) fn to_live(&self) -> rt::GlobalType {
        weft_module::GlobalType {
            content: self.content.to_live(),
            mutable: self.mutability.is_var(),
        }
    }
}

impl fmt::Display for GlobalType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.mutability {
            Mutability::Var => write!(f, "(global (mut {}))", self.content),
            Mutability::Const => write!(f, "(global {})", self.content),
        }
    }
}

/// A table type (§ 2.3.15).
#[derive(Clone, Hash)]
pub struct TableType {
    element: RefType,
    address: AddressType,
    limits: Limits,
}

impl TableType {
    /// A table with 32-bit indices and sizes in elements.
    pub fn new(element: RefType, min: u32, max: Option<u32>) -> Self {
        Self {
            element,
            address: AddressType::I32,
            limits: Limits {
                min: min.into(),
                max: max.map(u64::from),
            },
        }
    }

    /// A table with 64-bit indices and sizes in elements.
    pub fn new64(element: RefType, min: u64, max: Option<u64>) -> Self {
        Self {
            element,
            address: AddressType::I64,
            limits: Limits { min, max },
        }
    }

    /// Whether indices are 64 bits wide.
    pub fn is_64(&self) -> bool {
        self.address == AddressType::I64
    }

    /// What its slots hold.
    pub fn element(&self) -> &RefType {
        &self.element
    }

    /// The initial size, in elements.
    pub fn minimum(&self) -> u64 {
        self.limits.min
    }

    /// The size that it never exceeds, in elements.
    pub fn maximum(&self) -> Option<u64> {
        self.limits.max
    }

    pub(crate) fn from_live(engine: &Engine, ty: rt::TableType) -> Self {
        Self {
            element: RefType::from_live(engine, ty.element),
            address: ty.address,
            limits: ty.limits,
        }
    }

    pub(crate) fn to_live(&self) -> rt::TableType {
        weft_module::TableType {
            address: self.address,
            limits: self.limits,
            element: self.element.to_live(),
        }
    }
}

impl fmt::Display for TableType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "(table {}{} {})",
            address(self.address),
            Sizes(self.limits),
            self.element
        )
    }
}

/// A memory type (§ 2.3.14).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct MemoryType(weft_module::MemoryType);

impl MemoryType {
    /// A memory with 32-bit addresses; sizes in pages of 64 KiB.
    ///
    /// # Panics
    /// When the limits are impossible.
    pub fn new(minimum: u32, maximum: Option<u32>) -> Self {
        Self::builder()
            .min(minimum.into())
            .max(maximum.map(u64::from))
            .build()
            .expect("impossible limits")
    }

    /// A memory with 64-bit addresses; sizes in pages of 64 KiB.
    ///
    /// # Panics
    /// When the limits are impossible.
    pub fn new64(minimum: u64, maximum: Option<u64>) -> Self {
        Self::builder()
            .memory64(true)
            .min(minimum)
            .max(maximum)
            .build()
            .expect("impossible limits")
    }

    /// A memory with 32-bit addresses that threads may share; sizes in pages of 64 KiB.
    ///
    /// # Panics
    /// When the limits are impossible.
    pub fn shared(minimum: u32, maximum: u32) -> Self {
        Self::builder()
            .shared(true)
            .min(minimum.into())
            .max(Some(maximum.into()))
            .build()
            .expect("impossible limits")
    }

    /// Any other memory type.
    pub fn builder() -> MemoryTypeBuilder {
        MemoryTypeBuilder::new()
    }

    /// Whether addresses are 64 bits wide.
    pub fn is_64(&self) -> bool {
        self.0.address == AddressType::I64
    }

    /// Whether threads may share it.
    pub fn is_shared(&self) -> bool {
        self.0.shared
    }

    /// The initial size, in pages.
    pub fn minimum(&self) -> u64 {
        self.0.limits.min
    }

    /// The size that it never exceeds, in pages.
    pub fn maximum(&self) -> Option<u64> {
        self.0.limits.max
    }

    /// The size of a page, in bytes.
    pub fn page_size(&self) -> u64 {
        self.0.page_size()
    }

    /// The binary logarithm of the size of a page in bytes: 16 or 0.
    pub fn page_size_log2(&self) -> u8 {
        self.0.page_size_log2
    }

    pub(crate) fn from_live(ty: weft_module::MemoryType) -> Self {
        Self(ty)
    }

    pub(crate) fn live(&self) -> weft_module::MemoryType {
        self.0
    }
}

impl fmt::Display for MemoryType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "(memory {}{}",
            address(self.0.address),
            Sizes(self.0.limits)
        )?;
        if self.0.shared {
            f.write_str(" shared")?;
        }
        if self.0.page_size_log2 != 16 {
            write!(f, " (pagesize {})", self.page_size())?;
        }
        f.write_str(")")
    }
}

/// Makes a [`MemoryType`].
#[derive(Clone, Debug)]
pub struct MemoryTypeBuilder(weft_module::MemoryType);

impl Default for MemoryTypeBuilder {
    fn default() -> Self {
        Self(weft_module::MemoryType {
            address: AddressType::I32,
            limits: Limits { min: 0, max: None },
            shared: false,
            page_size_log2: 16,
        })
    }
}

impl MemoryTypeBuilder {
    /// A memory that is empty, unbounded, with 32-bit addresses, not shared, with pages of 64 KiB.
    pub fn new() -> Self {
        Self::default()
    }

    /// The initial size, in pages.
    pub fn min(&mut self, minimum: u64) -> &mut Self {
        self.0.limits.min = minimum;
        self
    }

    /// The size that it never exceeds, in pages.
    pub fn max(&mut self, maximum: Option<u64>) -> &mut Self {
        self.0.limits.max = maximum;
        self
    }

    /// Whether addresses are 64 bits wide.
    pub fn memory64(&mut self, memory64: bool) -> &mut Self {
        self.0.address = if memory64 {
            AddressType::I64
        } else {
            AddressType::I32
        };
        self
    }

    /// Whether threads may share it; it needs a maximum then.
    pub fn shared(&mut self, shared: bool) -> &mut Self {
        self.0.shared = shared;
        self
    }

    /// The binary logarithm of the size of a page in bytes: 16 or 0.
    pub fn page_size_log2(&mut self, log2: u8) -> &mut Self {
        self.0.page_size_log2 = log2;
        self
    }

    /// The type.
    ///
    /// # Errors
    /// When the limits contradict each other or exceed what the addresses can reach (§ 3.2.6).
    pub fn build(&self) -> Result<MemoryType> {
        let ty = self.0;
        if !matches!(ty.page_size_log2, 0 | 16) {
            crate::bail!("a page has 2^16 bytes or 1, not 2^{}", ty.page_size_log2);
        }
        let bits = match ty.address {
            AddressType::I32 => 32,
            AddressType::I64 => 64,
        };
        let reachable = 1_u128 << (bits - u32::from(ty.page_size_log2));
        let largest = ty.limits.max.unwrap_or(0).max(ty.limits.min);
        if u128::from(largest) > reachable {
            crate::bail!("memory size must be at most {reachable} pages, not {largest}");
        }
        if ty.limits.max.is_some_and(|max| max < ty.limits.min) {
            crate::bail!("a memory's maximum is below its minimum");
        }
        if ty.shared && ty.limits.max.is_none() {
            crate::bail!("a shared memory must have a maximum");
        }
        Ok(MemoryType(ty))
    }
}

/// A tag type (§ 2.3.16): the function type whose parameters are the payload.
#[derive(Clone, Hash)]
pub struct TagType(FuncType);

impl TagType {
    /// A tag type.
    pub fn new(ty: FuncType) -> Self {
        Self(ty)
    }

    /// The function type whose parameters are the payload.
    pub fn ty(&self) -> &FuncType {
        &self.0
    }
}

impl fmt::Display for TagType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "(tag {})", self.0)
    }
}

macro_rules! debug_as_display {
    ($($ty:ident)*) => {$(
        impl fmt::Debug for $ty {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    )*};
}

debug_as_display!(GlobalType TableType MemoryType TagType);

fn address(ty: AddressType) -> &'static str {
    match ty {
        AddressType::I32 => "",
        AddressType::I64 => "i64 ",
    }
}

struct Sizes(Limits);

impl fmt::Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.max {
            Some(max) => write!(f, "{} {max}", self.0.min),
            None => self.0.min.fmt(f),
        }
    }
}

/// What a module imports: two names and a type.
#[derive(Clone, Debug)]
pub struct ImportType<'module> {
    pub(crate) module: &'module str,
    pub(crate) name: &'module str,
    pub(crate) ty: ExternType,
}

impl<'module> ImportType<'module> {
    /// The first name.
    pub fn module(&self) -> &'module str {
        self.module
    }

    /// The second name.
    pub fn name(&self) -> &'module str {
        self.name
    }

    /// What has to be given.
    pub fn ty(&self) -> ExternType {
        self.ty.clone()
    }
}

/// What a module exports: a name and a type.
#[derive(Clone, Debug)]
pub struct ExportType<'module> {
    pub(crate) name: &'module str,
    pub(crate) ty: ExternType,
}

impl<'module> ExportType<'module> {
    /// Its name.
    pub fn name(&self) -> &'module str {
        self.name
    }

    /// What is exported.
    pub fn ty(&self) -> ExternType {
        self.ty.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impossible_memories_are_refused() {
        let build = |f: fn(&mut MemoryTypeBuilder) -> &mut MemoryTypeBuilder| {
            f(&mut MemoryType::builder()).build()
        };
        assert!(build(|b| b.min(65536)).is_ok());
        assert!(build(|b| b.min(65537)).is_err());
        assert!(build(|b| b.min(2).max(Some(1))).is_err());
        assert!(build(|b| b.shared(true)).is_err());
        assert!(build(|b| b.page_size_log2(3)).is_err());
        assert!(build(|b| b.page_size_log2(0).max(Some(1 << 32))).is_ok());
        assert!(build(|b| b.memory64(true).max(Some(1 << 48))).is_ok());
    }

    #[test]
    fn types_are_shown_as_text() {
        assert_eq!(MemoryType::shared(1, 2).to_string(), "(memory 1 2 shared)");
        let table = TableType::new64(RefType::FUNCREF, 3, None);
        assert_eq!(table.to_string(), "(table i64 3 (ref null func))");
    }
}
