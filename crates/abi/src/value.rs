//! How values look in registers, tables, globals and the arrays that cross into the host.
//!
//! | type | representation |
//! |---|---|
//! | `i32` | 32 bits; the upper half of its register or 64-bit slot is undefined in code, zero in [`RawVal`] |
//! | `i64`, `f32`, `f64`, `v128` | themselves |
//! | `funcref` and below | a pointer to a [`crate::layout::VMFuncRef`], 0 for null; 64 bits |
//! | `anyref`, `externref`, `exnref` and below | 32 bits: 0 null; `…1` an i31 (`x << 1 \| 1`); `…10` a slot of the store's host references (`slot << 2 \| 2`); `…00` an object of the heap |

use weft_module::{CompositeType, HeapType, ModuleInfo, RefKind, ValType};

/// A value in a 16-byte slot: what crosses between Rust and compiled code by memory.
#[derive(Copy, Clone, Default)]
#[repr(C, align(16))]
pub struct RawVal(pub u128);

macro_rules! raw_accessors {
    ($($from:ident $to:ident $ty:ident $doc:literal;)*) => {$(
        #[doc = concat!("A raw ", $doc, ".")]
        #[inline]
        pub fn $from(value: $ty) -> Self {
            Self(u128::from(value))
        }
        #[doc = concat!("The low bits as ", $doc, ".")]
        #[inline]
        pub fn $to(self) -> $ty {
            self.0 as $ty
        }
    )*};
}

impl RawVal {
    raw_accessors! {
        from_u32 to_u32 u32 "32-bit integer";
        from_u64 to_u64 u64 "64-bit integer";
    }

    /// A raw `i32`.
    #[inline]
    pub fn from_i32(value: i32) -> Self {
        Self::from_u32(value as u32)
    }
    /// The low bits as an `i32`.
    #[inline]
    pub fn to_i32(self) -> i32 {
        self.0 as i32
    }
    /// A raw `i64`.
    #[inline]
    pub fn from_i64(value: i64) -> Self {
        Self::from_u64(value as u64)
    }
    /// The low bits as an `i64`.
    #[inline]
    pub fn to_i64(self) -> i64 {
        self.0 as i64
    }
    /// A raw `f32`.
    #[inline]
    pub fn from_f32(value: f32) -> Self {
        Self::from_u32(value.to_bits())
    }
    /// The low bits as an `f32`.
    #[inline]
    pub fn to_f32(self) -> f32 {
        f32::from_bits(self.to_u32())
    }
    /// A raw `f64`.
    #[inline]
    pub fn from_f64(value: f64) -> Self {
        Self::from_u64(value.to_bits())
    }
    /// The low bits as an `f64`.
    #[inline]
    pub fn to_f64(self) -> f64 {
        f64::from_bits(self.to_u64())
    }
}

impl std::fmt::Debug for RawVal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:#034x}", self.0)
    }
}

/// The class of registers a value travels in.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum RegClass {
    /// A general-purpose register.
    Int,
    /// A vector register.
    Float,
}

/// The machine type of a value.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Repr {
    /// 32 bits in a general-purpose register.
    I32,
    /// 64 bits in a general-purpose register.
    I64,
    /// A float in a vector register.
    F32,
    /// A double in a vector register.
    F64,
    /// A whole vector register.
    V128,
}

impl Repr {
    /// The registers it travels in.
    pub fn class(self) -> RegClass {
        match self {
            Self::I32 | Self::I64 => RegClass::Int,
            Self::F32 | Self::F64 | Self::V128 => RegClass::Float,
        }
    }

    /// Its size in bytes.
    pub fn size(self) -> u32 {
        match self {
            Self::I32 | Self::F32 => 4,
            Self::I64 | Self::F64 => 8,
            Self::V128 => 16,
        }
    }
}

/// The hierarchy that `heap` is in, where `concrete` says it of a type of the type section.
pub fn ref_kind<T: Copy>(heap: HeapType<T>, concrete: impl FnOnce(T) -> RefKind) -> RefKind {
    match heap {
        HeapType::Func | HeapType::NoFunc => RefKind::Func,
        HeapType::Extern | HeapType::NoExtern => RefKind::Extern,
        HeapType::Exn | HeapType::NoExn => RefKind::Exn,
        HeapType::Any
        | HeapType::Eq
        | HeapType::I31
        | HeapType::Struct
        | HeapType::Array
        | HeapType::None => RefKind::Any,
        HeapType::Concrete(ty) => concrete(ty),
    }
}

/// The hierarchy that `heap` is in, within `module`.
pub fn ref_kind_in(module: &ModuleInfo, heap: HeapType) -> RefKind {
    ref_kind(heap, |ty| match module.types[ty].composite {
        CompositeType::Func(_) => RefKind::Func,
        CompositeType::Struct(_) | CompositeType::Array(_) => RefKind::Any,
    })
}

/// The machine type of a reference of `kind`.
pub fn repr_of_ref(kind: RefKind) -> Repr {
    match kind {
        RefKind::Func => Repr::I64,
        RefKind::Any | RefKind::Extern | RefKind::Exn => Repr::I32,
    }
}

/// The machine type of `ty`, where `concrete` gives the hierarchy of a defined type.
pub fn repr<T: Copy>(ty: ValType<T>, concrete: impl FnOnce(T) -> RefKind) -> Repr {
    match ty {
        ValType::I32 => Repr::I32,
        ValType::I64 => Repr::I64,
        ValType::F32 => Repr::F32,
        ValType::F64 => Repr::F64,
        ValType::V128 => Repr::V128,
        ValType::Ref(reference) => repr_of_ref(ref_kind(reference.heap, concrete)),
    }
}

/// The machine type of `ty` within `module`.
pub fn repr_in(module: &ModuleInfo, ty: ValType) -> Repr {
    repr(ty, |index| ref_kind_in(module, HeapType::Concrete(index)))
}
