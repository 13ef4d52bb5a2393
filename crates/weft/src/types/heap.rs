//! Value, reference and heap types (§ 2.3.3 to 2.3.5).

use std::fmt;

use weft_module::RefKind;
use weft_runtime::types as rt;

use super::{ArrayType, Defined, FuncType, StructType};
use crate::Engine;

/// A value type (§ 2.3.5).
///
/// It has no `PartialEq`, because one mostly wants to know whether a type [matches](ValType::matches)
/// another; [`ValType::eq`] is equality.
#[derive(Clone, Hash)]
pub enum ValType {
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
    Ref(RefType),
}

/// A reference type (§ 2.3.4): a heap type, and whether null is allowed.
#[derive(Clone, Hash)]
pub struct RefType {
    nullable: bool,
    heap: HeapType,
}

/// A heap type (§ 2.3.3): what a reference refers to.
#[derive(Clone, Hash)]
pub enum HeapType {
    /// Host references.
    Extern,
    /// Nothing; below [`HeapType::Extern`].
    NoExtern,
    /// Functions.
    Func,
    /// Functions of one defined type.
    ConcreteFunc(FuncType),
    /// Nothing; below [`HeapType::Func`].
    NoFunc,
    /// Everything internal: structures, arrays and small integers.
    Any,
    /// What `ref.eq` compares.
    Eq,
    /// Integers of 31 bits.
    I31,
    /// Arrays.
    Array,
    /// Arrays of one defined type.
    ConcreteArray(ArrayType),
    /// Structures.
    Struct,
    /// Structures of one defined type.
    ConcreteStruct(StructType),
    /// Nothing; below [`HeapType::Any`].
    None,
    /// Exceptions.
    Exn,
    /// Nothing; below [`HeapType::Exn`].
    NoExn,
}

impl ValType {
    /// `externref`.
    pub const EXTERNREF: Self = Self::Ref(RefType::EXTERNREF);
    /// `nullexternref`.
    pub const NULLEXTERNREF: Self = Self::Ref(RefType::NULLEXTERNREF);
    /// `funcref`.
    pub const FUNCREF: Self = Self::Ref(RefType::FUNCREF);
    /// `nullfuncref`.
    pub const NULLFUNCREF: Self = Self::Ref(RefType::NULLFUNCREF);
    /// `anyref`.
    pub const ANYREF: Self = Self::Ref(RefType::ANYREF);
    /// `nullref`.
    pub const NULLREF: Self = Self::Ref(RefType::NULLREF);
    /// `exnref`.
    pub const EXNREF: Self = Self::Ref(RefType::EXNREF);
    /// `nullexnref`.
    pub const NULLEXNREF: Self = Self::Ref(RefType::NULLEXNREF);

    /// Whether it is a number.
    pub fn is_num(&self) -> bool {
        matches!(self, Self::I32 | Self::I64 | Self::F32 | Self::F64)
    }

    /// Whether it is `i32`.
    pub fn is_i32(&self) -> bool {
        matches!(self, Self::I32)
    }

    /// Whether it is `i64`.
    pub fn is_i64(&self) -> bool {
        matches!(self, Self::I64)
    }

    /// Whether it is `f32`.
    pub fn is_f32(&self) -> bool {
        matches!(self, Self::F32)
    }

    /// Whether it is `f64`.
    pub fn is_f64(&self) -> bool {
        matches!(self, Self::F64)
    }

    /// Whether it is `v128`.
    pub fn is_v128(&self) -> bool {
        matches!(self, Self::V128)
    }

    /// Whether it is a reference type.
    pub fn is_ref(&self) -> bool {
        matches!(self, Self::Ref(_))
    }

    /// Whether it is `funcref` exactly.
    pub fn is_funcref(&self) -> bool {
        self.as_ref()
            .is_some_and(|ty| ty.nullable && matches!(ty.heap, HeapType::Func))
    }

    /// Whether it is `externref` exactly.
    pub fn is_externref(&self) -> bool {
        self.as_ref()
            .is_some_and(|ty| ty.nullable && matches!(ty.heap, HeapType::Extern))
    }

    /// Whether it is `anyref` exactly.
    pub fn is_anyref(&self) -> bool {
        self.as_ref()
            .is_some_and(|ty| ty.nullable && matches!(ty.heap, HeapType::Any))
    }

    /// The reference type it is.
    pub fn as_ref(&self) -> Option<&RefType> {
        match self {
            Self::Ref(ty) => Some(ty),
            _ => None,
        }
    }

    /// The reference type it is.
    ///
    /// # Panics
    /// When it is not one.
    pub fn unwrap_ref(&self) -> &RefType {
        self.as_ref().expect("not a reference type")
    }

    /// Whether every value of this type is one of `other` (§ 3.3.3).
    pub fn matches(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Ref(a), Self::Ref(b)) => a.matches(b),
            _ => Self::eq(self, other),
        }
    }

    /// Whether both are the same type.
    #[allow(
        clippy::should_implement_trait,
        reason = "types have no `PartialEq` on purpose: see `ValType`"
    )]
    pub fn eq(a: &Self, b: &Self) -> bool {
        match (a, b) {
            (Self::Ref(a), Self::Ref(b)) => RefType::eq(a, b),
            _ => std::mem::discriminant(a) == std::mem::discriminant(b),
        }
    }

    pub(crate) fn from_live(engine: &Engine, ty: rt::ValType) -> Self {
        match ty {
            weft_module::ValType::I32 => Self::I32,
            weft_module::ValType::I64 => Self::I64,
            weft_module::ValType::F32 => Self::F32,
            weft_module::ValType::F64 => Self::F64,
            weft_module::ValType::V128 => Self::V128,
            weft_module::ValType::Ref(ty) => Self::Ref(RefType::from_live(engine, ty)),
        }
    }

    pub(crate) fn to_live(&self) -> rt::ValType {
        match self {
            Self::I32 => weft_module::ValType::I32,
            Self::I64 => weft_module::ValType::I64,
            Self::F32 => weft_module::ValType::F32,
            Self::F64 => weft_module::ValType::F64,
            Self::V128 => weft_module::ValType::V128,
            Self::Ref(ty) => weft_module::ValType::Ref(ty.to_live()),
        }
    }

    /// Whether it can be used with `engine`: it names no type of another one.
    pub(crate) fn belongs_to(&self, engine: &Engine) -> bool {
        self.as_ref().is_none_or(|ty| ty.heap.belongs_to(engine))
    }
}

impl From<RefType> for ValType {
    fn from(ty: RefType) -> Self {
        Self::Ref(ty)
    }
}

macro_rules! nullable {
    ($($(#[$doc:meta])* $name:ident = $heap:ident;)*) => {$(
        $(#[$doc])*
        pub const $name: Self = Self {
            nullable: true,
            heap: HeapType::$heap,
        };
    )*};
}

impl RefType {
    nullable! {
        /// `externref`.
        EXTERNREF = Extern;
        /// `nullexternref`.
        NULLEXTERNREF = NoExtern;
        /// `funcref`.
        FUNCREF = Func;
        /// `nullfuncref`.
        NULLFUNCREF = NoFunc;
        /// `anyref`.
        ANYREF = Any;
        /// `eqref`.
        EQREF = Eq;
        /// `i31ref`.
        I31REF = I31;
        /// `arrayref`.
        ARRAYREF = Array;
        /// `structref`.
        STRUCTREF = Struct;
        /// `nullref`.
        NULLREF = None;
        /// `exnref`.
        EXNREF = Exn;
        /// `nullexnref`.
        NULLEXNREF = NoExn;
    }

    /// A reference type.
    pub fn new(is_nullable: bool, heap_type: HeapType) -> Self {
        Self {
            nullable: is_nullable,
            heap: heap_type,
        }
    }

    /// Whether null is a value of it.
    pub fn is_nullable(&self) -> bool {
        self.nullable
    }

    /// What it refers to.
    pub fn heap_type(&self) -> &HeapType {
        &self.heap
    }

    /// Whether every value of this type is one of `other` (§ 3.3.2).
    pub fn matches(&self, other: &Self) -> bool {
        (other.nullable || !self.nullable) && self.heap.matches(&other.heap)
    }

    /// Whether both are the same type.
    #[allow(
        clippy::should_implement_trait,
        reason = "types have no `PartialEq` on purpose: see `ValType`"
    )]
    pub fn eq(a: &Self, b: &Self) -> bool {
        a.nullable == b.nullable && HeapType::eq(&a.heap, &b.heap)
    }

    pub(crate) fn from_live(engine: &Engine, ty: rt::RefType) -> Self {
        Self {
            nullable: ty.nullable,
            heap: HeapType::from_live(engine, ty.heap),
        }
    }

    pub(crate) fn to_live(&self) -> rt::RefType {
        weft_module::RefType {
            nullable: self.nullable,
            heap: self.heap.to_live(),
        }
    }
}

impl HeapType {
    fn defined(&self) -> Option<&Defined> {
        match self {
            Self::ConcreteFunc(ty) => Some(ty.defined()),
            Self::ConcreteArray(ty) => Some(ty.defined()),
            Self::ConcreteStruct(ty) => Some(ty.defined()),
            _ => None,
        }
    }

    pub(crate) fn belongs_to(&self, engine: &Engine) -> bool {
        self.defined()
            .is_none_or(|ty| Engine::same(ty.engine(), engine))
    }

    /// Whether it is a defined type rather than one of the abstract ones.
    pub fn is_concrete(&self) -> bool {
        self.defined().is_some()
    }

    /// Whether it is one of the abstract types.
    pub fn is_abstract(&self) -> bool {
        !self.is_concrete()
    }

    /// The function type it is, if it is a defined one.
    pub fn as_concrete_func(&self) -> Option<&FuncType> {
        match self {
            Self::ConcreteFunc(ty) => Some(ty),
            _ => None,
        }
    }

    /// The structure type it is, if it is a defined one.
    pub fn as_concrete_struct(&self) -> Option<&StructType> {
        match self {
            Self::ConcreteStruct(ty) => Some(ty),
            _ => None,
        }
    }

    /// The array type it is, if it is a defined one.
    pub fn as_concrete_array(&self) -> Option<&ArrayType> {
        match self {
            Self::ConcreteArray(ty) => Some(ty),
            _ => None,
        }
    }

    pub(crate) fn kind(&self) -> RefKind {
        match self {
            Self::Func | Self::ConcreteFunc(_) | Self::NoFunc => RefKind::Func,
            Self::Extern | Self::NoExtern => RefKind::Extern,
            Self::Exn | Self::NoExn => RefKind::Exn,
            _ => RefKind::Any,
        }
    }

    /// The top of the hierarchy that it is in.
    pub fn top(&self) -> Self {
        match self.kind() {
            RefKind::Func => Self::Func,
            RefKind::Extern => Self::Extern,
            RefKind::Exn => Self::Exn,
            RefKind::Any => Self::Any,
        }
    }

    /// The bottom of the hierarchy that it is in.
    pub fn bottom(&self) -> Self {
        match self.kind() {
            RefKind::Func => Self::NoFunc,
            RefKind::Extern => Self::NoExtern,
            RefKind::Exn => Self::NoExn,
            RefKind::Any => Self::None,
        }
    }

    /// Whether it is [`HeapType::Extern`].
    pub fn is_extern(&self) -> bool {
        matches!(self, Self::Extern)
    }

    /// Whether it is [`HeapType::Func`].
    pub fn is_func(&self) -> bool {
        matches!(self, Self::Func)
    }

    /// Whether it is [`HeapType::Any`].
    pub fn is_any(&self) -> bool {
        matches!(self, Self::Any)
    }

    /// Whether everything of this type is of `other` as well (§ 3.3.1).
    pub fn matches(&self, other: &Self) -> bool {
        use HeapType as H;
        match (self, other) {
            (H::ConcreteFunc(a), H::ConcreteFunc(b)) => a.matches(b),
            (H::ConcreteArray(a), H::ConcreteArray(b)) => a.matches(b),
            (H::ConcreteStruct(a), H::ConcreteStruct(b)) => a.matches(b),
            (H::ConcreteFunc(_), H::Func)
            | (H::ConcreteArray(_), H::Array | H::Eq | H::Any)
            | (H::ConcreteStruct(_), H::Struct | H::Eq | H::Any)
            | (H::I31 | H::Struct | H::Array, H::Eq)
            | (H::Eq | H::I31 | H::Struct | H::Array, H::Any) => true,
            (H::NoFunc | H::NoExtern | H::NoExn | H::None, _) => self.kind() == other.kind(),
            _ => Self::eq(self, other),
        }
    }

    /// Whether both are the same type.
    #[allow(
        clippy::should_implement_trait,
        reason = "types have no `PartialEq` on purpose: see `ValType`"
    )]
    pub fn eq(a: &Self, b: &Self) -> bool {
        match (a.defined(), b.defined()) {
            (Some(a), Some(b)) => a.same(b),
            (None, None) => std::mem::discriminant(a) == std::mem::discriminant(b),
            _ => false,
        }
    }

    pub(crate) fn from_live(engine: &Engine, ty: rt::HeapType) -> Self {
        use weft_module::HeapType as H;
        match ty {
            H::Func => Self::Func,
            H::NoFunc => Self::NoFunc,
            H::Extern => Self::Extern,
            H::NoExtern => Self::NoExtern,
            H::Any => Self::Any,
            H::Eq => Self::Eq,
            H::I31 => Self::I31,
            H::Struct => Self::Struct,
            H::Array => Self::Array,
            H::None => Self::None,
            H::Exn => Self::Exn,
            H::NoExn => Self::NoExn,
            H::Concrete(id) => Self::from_id(engine, id),
        }
    }

    fn from_id(engine: &Engine, id: weft_abi::layout::TypeId) -> Self {
        use weft_module::CompositeType;
        let defined = Defined::keep(engine, id)
            .expect("a type that an entity has is registered while the entity lives");
        match defined.entry.ty.composite {
            CompositeType::Func(_) => Self::ConcreteFunc(FuncType::from_defined(defined)),
            CompositeType::Struct(_) => Self::ConcreteStruct(StructType::from_defined(defined)),
            CompositeType::Array(_) => Self::ConcreteArray(ArrayType::from_defined(defined)),
        }
    }

    pub(crate) fn to_live(&self) -> rt::HeapType {
        use weft_module::HeapType as H;
        match self {
            Self::Func => H::Func,
            Self::NoFunc => H::NoFunc,
            Self::Extern => H::Extern,
            Self::NoExtern => H::NoExtern,
            Self::Any => H::Any,
            Self::Eq => H::Eq,
            Self::I31 => H::I31,
            Self::Struct => H::Struct,
            Self::Array => H::Array,
            Self::None => H::None,
            Self::Exn => H::Exn,
            Self::NoExn => H::NoExn,
            Self::ConcreteFunc(ty) => H::Concrete(ty.defined().id()),
            Self::ConcreteArray(ty) => H::Concrete(ty.defined().id()),
            Self::ConcreteStruct(ty) => H::Concrete(ty.defined().id()),
        }
    }
}

impl fmt::Display for ValType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::F32 => "f32",
            Self::F64 => "f64",
            Self::V128 => "v128",
            Self::Ref(ty) => return ty.fmt(f),
        })
    }
}

impl fmt::Display for RefType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.nullable {
            true => write!(f, "(ref null {})", self.heap),
            false => write!(f, "(ref {})", self.heap),
        }
    }
}

impl fmt::Display for HeapType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Extern => "extern",
            Self::NoExtern => "noextern",
            Self::Func => "func",
            Self::NoFunc => "nofunc",
            Self::Any => "any",
            Self::Eq => "eq",
            Self::I31 => "i31",
            Self::Array => "array",
            Self::Struct => "struct",
            Self::None => "none",
            Self::Exn => "exn",
            Self::NoExn => "noexn",
            Self::ConcreteFunc(ty) => return ty.fmt(f),
            Self::ConcreteArray(ty) => return write!(f, "$array{}", ty.defined().id().0),
            Self::ConcreteStruct(ty) => return write!(f, "$struct{}", ty.defined().id().0),
        })
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

debug_as_display!(ValType RefType HeapType);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matching_follows_the_hierarchies() {
        let engine = Engine::default();
        let func = HeapType::ConcreteFunc(FuncType::new(&engine, [], []));
        assert!(func.matches(&HeapType::Func) && HeapType::NoFunc.matches(&func));
        assert!(!HeapType::Func.matches(&func));
        assert!(HeapType::I31.matches(&HeapType::Eq) && HeapType::Eq.matches(&HeapType::Any));
        assert!(HeapType::None.matches(&HeapType::I31));
        assert!(!HeapType::None.matches(&HeapType::Extern));
        assert!(RefType::new(false, HeapType::Func).matches(&RefType::FUNCREF));
        assert!(!RefType::FUNCREF.matches(&RefType::new(false, HeapType::Func)));
    }
}
