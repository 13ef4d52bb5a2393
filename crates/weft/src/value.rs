//! [`Val`] and [`Ref`]: values whose type is only known at run time (§ 4.2.1).

use std::fmt;

use crate::{
    AnyRef, ArrayRef, AsContext, EqRef, ExnRef, ExternRef, Func, HeapType, RefType, Result, Rooted,
    StructRef, V128, ValType,
};

/// A value (§ 4.2.1).
#[derive(Copy, Clone, Debug)]
pub enum Val {
    /// A 32-bit integer.
    I32(i32),
    /// A 64-bit integer.
    I64(i64),
    /// The bits of a 32-bit float, so that a NaN keeps its payload.
    F32(u32),
    /// The bits of a 64-bit float.
    F64(u64),
    /// A 128-bit vector.
    V128(V128),
    /// A function or null.
    FuncRef(Option<Func>),
    /// A host reference or null.
    ExternRef(Option<Rooted<ExternRef>>),
    /// An internal reference or null.
    AnyRef(Option<Rooted<AnyRef>>),
    /// An exception or null.
    ExnRef(Option<Rooted<ExnRef>>),
}

/// A reference (§ 4.2.1).
#[derive(Copy, Clone, Debug)]
pub enum Ref {
    /// A function or null.
    Func(Option<Func>),
    /// A host reference or null.
    Extern(Option<Rooted<ExternRef>>),
    /// An internal reference or null.
    Any(Option<Rooted<AnyRef>>),
    /// An exception or null.
    Exn(Option<Rooted<ExnRef>>),
}

macro_rules! accessors {
    ($($pattern:pat => $get:ident $unwrap:ident $ty:ty, $value:expr, $doc:literal;)*) => {$(
        #[doc = concat!("The ", $doc, " that it is.")]
        pub fn $get(&self) -> Option<$ty> {
            match *self {
                $pattern => Some($value),
                _ => None,
            }
        }

        #[doc = concat!("The ", $doc, " that it is.\n\n# Panics\nWhen it is of another type.")]
        pub fn $unwrap(&self) -> $ty {
            self.$get().expect(concat!("not of type ", $doc))
        }
    )*};
}

impl Val {
    accessors! {
        Self::I32(value) => i32 unwrap_i32 i32, value, "i32";
        Self::I64(value) => i64 unwrap_i64 i64, value, "i64";
        Self::F32(bits) => f32 unwrap_f32 f32, f32::from_bits(bits), "f32";
        Self::F64(bits) => f64 unwrap_f64 f64, f64::from_bits(bits), "f64";
        Self::V128(value) => v128 unwrap_v128 V128, value, "v128";
        Self::FuncRef(value) => funcref unwrap_funcref Option<Func>, value, "funcref";
        Self::ExternRef(value) => externref unwrap_externref Option<Rooted<ExternRef>>, value, "externref";
        Self::AnyRef(value) => anyref unwrap_anyref Option<Rooted<AnyRef>>, value, "anyref";
        Self::ExnRef(value) => exnref unwrap_exnref Option<Rooted<ExnRef>>, value, "exnref";
    }

    /// The reference that it is.
    pub fn ref_(self) -> Option<Ref> {
        match self {
            Self::FuncRef(value) => Some(Ref::Func(value)),
            Self::ExternRef(value) => Some(Ref::Extern(value)),
            Self::AnyRef(value) => Some(Ref::Any(value)),
            Self::ExnRef(value) => Some(Ref::Exn(value)),
            _ => None,
        }
    }

    /// The null of a heap type.
    pub fn null_ref(heap_type: &HeapType) -> Self {
        Ref::null(heap_type).into()
    }

    /// Null as a `funcref`.
    pub const fn null_func_ref() -> Self {
        Self::FuncRef(None)
    }

    /// Null as an `externref`.
    pub const fn null_extern_ref() -> Self {
        Self::ExternRef(None)
    }

    /// Null as an `anyref`.
    pub const fn null_any_ref() -> Self {
        Self::AnyRef(None)
    }

    /// What a local of this type starts as (§ 4.2.13), or `None` for references that cannot be null.
    pub fn default_for_ty(ty: &ValType) -> Option<Self> {
        Some(match ty {
            ValType::I32 => Self::I32(0),
            ValType::I64 => Self::I64(0),
            ValType::F32 => Self::F32(0),
            ValType::F64 => Self::F64(0),
            ValType::V128 => Self::V128(V128::from(0)),
            ValType::Ref(ty) if ty.is_nullable() => Self::null_ref(ty.heap_type()),
            ValType::Ref(_) => return None,
        })
    }

    /// Its most precise type.
    ///
    /// # Errors
    /// When it refers into another store.
    pub fn ty(&self, store: impl AsContext) -> Result<ValType> {
        Ok(match self {
            Self::I32(_) => ValType::I32,
            Self::I64(_) => ValType::I64,
            Self::F32(_) => ValType::F32,
            Self::F64(_) => ValType::F64,
            Self::V128(_) => ValType::V128,
            other => match other.ref_() {
                Some(reference) => reference.ty(store)?.into(),
                None => unreachable!("numbers and vectors are matched above"),
            },
        })
    }

    /// Whether it is a value of type `ty`.
    ///
    /// # Errors
    /// When it refers into another store.
    pub fn matches_ty(&self, store: impl AsContext, ty: &ValType) -> Result<bool> {
        Ok(self.ty(store)?.matches(ty))
    }
}

impl Ref {
    /// The null of a heap type.
    pub fn null(heap_type: &HeapType) -> Self {
        match heap_type.top() {
            HeapType::Func => Self::Func(None),
            HeapType::Extern => Self::Extern(None),
            HeapType::Exn => Self::Exn(None),
            _ => Self::Any(None),
        }
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        matches!(
            self,
            Self::Func(None) | Self::Extern(None) | Self::Any(None) | Self::Exn(None)
        )
    }

    /// Whether it is not null.
    pub fn is_non_null(&self) -> bool {
        !self.is_null()
    }

    accessors! {
        Self::Func(value) => as_func unwrap_func Option<Func>, value, "funcref";
        Self::Extern(value) => as_extern unwrap_extern Option<Rooted<ExternRef>>, value, "externref";
        Self::Any(value) => as_any unwrap_any Option<Rooted<AnyRef>>, value, "anyref";
        Self::Exn(value) => as_exn unwrap_exn Option<Rooted<ExnRef>>, value, "exnref";
    }

    /// Its most precise type: that of a null is nullable, at the bottom of its hierarchy.
    ///
    /// # Errors
    /// When it refers into another store.
    pub fn ty(&self, store: impl AsContext) -> Result<RefType> {
        Ok(match self {
            Self::Func(None) => RefType::NULLFUNCREF,
            Self::Extern(None) => RefType::NULLEXTERNREF,
            Self::Any(None) => RefType::NULLREF,
            Self::Exn(None) => RefType::NULLEXNREF,
            Self::Func(Some(func)) => {
                RefType::new(false, HeapType::ConcreteFunc(func.try_ty(store)?))
            }
            Self::Extern(Some(_)) => RefType::new(false, HeapType::Extern),
            Self::Any(Some(value)) => RefType::new(false, value.ty(store)?),
            Self::Exn(Some(_)) => RefType::new(false, HeapType::Exn),
        })
    }

    /// Whether it is a value of type `ty`.
    ///
    /// # Errors
    /// When it refers into another store.
    pub fn matches_ty(&self, store: impl AsContext, ty: &RefType) -> Result<bool> {
        Ok(self.ty(store)?.matches(ty))
    }
}

impl From<Ref> for Val {
    fn from(value: Ref) -> Self {
        match value {
            Ref::Func(value) => Self::FuncRef(value),
            Ref::Extern(value) => Self::ExternRef(value),
            Ref::Any(value) => Self::AnyRef(value),
            Ref::Exn(value) => Self::ExnRef(value),
        }
    }
}

macro_rules! from_values {
    ($($to:ident: $from:ty => $value:pat => $made:expr;)*) => {$(
        impl From<$from> for $to {
            fn from($value: $from) -> Self {
                $made
            }
        }
    )*};
}

from_values! {
    Val: i32 => value => Self::I32(value);
    Val: u32 => value => Self::I32(value as i32);
    Val: i64 => value => Self::I64(value);
    Val: u64 => value => Self::I64(value as i64);
    Val: f32 => value => Self::F32(value.to_bits());
    Val: f64 => value => Self::F64(value.to_bits());
    Val: V128 => value => Self::V128(value);
    Val: Func => value => Self::FuncRef(Some(value));
    Val: Option<Func> => value => Self::FuncRef(value);
    Val: Rooted<ExternRef> => value => Self::ExternRef(Some(value));
    Val: Option<Rooted<ExternRef>> => value => Self::ExternRef(value);
    Val: Rooted<AnyRef> => value => Self::AnyRef(Some(value));
    Val: Option<Rooted<AnyRef>> => value => Self::AnyRef(value);
    Val: Rooted<EqRef> => value => Self::AnyRef(Some(value.into()));
    Val: Rooted<StructRef> => value => Self::AnyRef(Some(value.into()));
    Val: Rooted<ArrayRef> => value => Self::AnyRef(Some(value.into()));
    Val: Rooted<ExnRef> => value => Self::ExnRef(Some(value));
    Val: Option<Rooted<ExnRef>> => value => Self::ExnRef(value);
    Ref: Func => value => Self::Func(Some(value));
    Ref: Option<Func> => value => Self::Func(value);
    Ref: Rooted<ExternRef> => value => Self::Extern(Some(value));
    Ref: Option<Rooted<ExternRef>> => value => Self::Extern(value);
    Ref: Rooted<AnyRef> => value => Self::Any(Some(value));
    Ref: Option<Rooted<AnyRef>> => value => Self::Any(value);
    Ref: Rooted<ExnRef> => value => Self::Exn(Some(value));
}

impl fmt::Display for Val {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::I32(value) => value.fmt(f),
            Self::I64(value) => value.fmt(f),
            Self::F32(bits) => f32::from_bits(*bits).fmt(f),
            Self::F64(bits) => f64::from_bits(*bits).fmt(f),
            Self::V128(value) => write!(f, "{:#034x}", value.as_u128()),
            Self::FuncRef(None)
            | Self::ExternRef(None)
            | Self::AnyRef(None)
            | Self::ExnRef(None) => f.write_str("null"),
            Self::FuncRef(Some(_)) => f.write_str("<function>"),
            Self::ExternRef(Some(_)) => f.write_str("<host reference>"),
            Self::AnyRef(Some(_)) => f.write_str("<reference>"),
            Self::ExnRef(Some(_)) => f.write_str("<exception>"),
        }
    }
}
