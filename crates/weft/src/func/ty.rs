//! Rust types that are wasm values, and how they travel.
//!
//! Each has a machine type ([`Abi`]) in which it is an argument or result of an `extern "C"`
//! function; that agrees with the convention of compiled code, so calls between the two need no marshalling.

use std::arch::x86_64::__m128i;

use weft_abi::value::Repr;
use weft_module::{HeapType, RefType, ValType as LiveType};
use weft_runtime as rt;

use crate::store::Opaque;
use crate::{
    AnyRef, ArrayRef, EqRef, ExnRef, ExternRef, Func, GcRef, I31, Result, Rooted, StructRef, V128,
    ValType,
};

/// A machine type.
pub trait Abi: Copy + Send + 'static {
    /// Which.
    const REPR: Repr;
    /// Zero.
    const ZERO: Self;
    /// The value in the low bits, with zero above.
    fn to_bits(self) -> u128;
    /// The low bits as a value.
    fn from_bits(bits: u128) -> Self;
}

macro_rules! abi {
    ($($ty:ident $repr:ident $zero:expr, $value:ident => $to:expr, $bits:ident => $from:expr;)*) => {$(
        impl Abi for $ty {
            const REPR: Repr = Repr::$repr;
            const ZERO: Self = $zero;
            #[inline(always)]
            fn to_bits(self) -> u128 {
                let $value = self;
                $to
            }
            #[inline(always)]
            fn from_bits($bits: u128) -> Self {
                $from
            }
        }
    )*};
}

abi! {
    u32 I32 0, value => u128::from(value), bits => bits as u32;
    u64 I64 0, value => u128::from(value), bits => bits as u64;
    f32 F32 0.0, value => u128::from(value.to_bits()), bits => f32::from_bits(bits as u32);
    f64 F64 0.0, value => u128::from(value.to_bits()), bits => f64::from_bits(bits as u64);
}

impl Abi for __m128i {
    const REPR: Repr = Repr::V128;
    // SAFETY: any bits are a vector.
    const ZERO: Self = unsafe { std::mem::transmute::<u128, __m128i>(0) };
    #[inline(always)]
    fn to_bits(self) -> u128 {
        // SAFETY: any bits are an integer.
        unsafe { std::mem::transmute::<__m128i, u128>(self) }
    }
    #[inline(always)]
    fn from_bits(bits: u128) -> Self {
        // SAFETY: any bits are a vector.
        unsafe { std::mem::transmute::<u128, __m128i>(bits) }
    }
}

/// A Rust type that is a wasm value type: `i32`, `u32`, `i64`, `u64`, `f32`, `f64`, [`V128`], `u128`,
/// [`Func`], [`I31`], [`Rooted`] references, and `Option`s of the last three, for types that allow null.
///
/// # Safety
/// Implemented here alone: code relies on types and representations that belong together.
pub unsafe trait WasmTy: Send + 'static {
    #[doc(hidden)]
    type Abi: Abi;

    #[doc(hidden)]
    const LIVE_TYPE: rt::types::ValType;

    /// The value type that it is.
    fn valtype() -> ValType;

    /// Its representation; an error if it belongs to another store.
    #[doc(hidden)]
    fn into_abi(self, store: &Opaque) -> Result<Self::Abi>;

    /// # Safety
    /// `abi` is of the type, in its representation, and of the store.
    #[doc(hidden)]
    unsafe fn from_abi(abi: Self::Abi, store: &Opaque) -> Self;
}

macro_rules! numbers {
    ($($ty:ident $abi:ident $live:ident $value:ident => $into:expr, $raw:ident => $from:expr;)*) => {$(
        // SAFETY: the representation is that of the value type.
        unsafe impl WasmTy for $ty {
            type Abi = $abi;
            const LIVE_TYPE: rt::types::ValType = LiveType::$live;
            fn valtype() -> ValType {
                ValType::$live
            }
            #[inline(always)]
            fn into_abi(self, _: &Opaque) -> Result<$abi> {
                let $value = self;
                Ok($into)
            }
            #[inline(always)]
            unsafe fn from_abi($raw: $abi, _: &Opaque) -> Self {
                $from
            }
        }
    )*};
}

numbers! {
    i32 u32 I32 value => value as u32, raw => raw as i32;
    u32 u32 I32 value => value, raw => raw;
    i64 u64 I64 value => value as u64, raw => raw as i64;
    u64 u64 I64 value => value, raw => raw;
    f32 f32 F32 value => value, raw => raw;
    f64 f64 F64 value => value, raw => raw;
    V128 __m128i V128 value => __m128i::from_bits(value.as_u128()), raw => V128::from(raw.to_bits());
    u128 __m128i V128 value => __m128i::from_bits(value), raw => raw.to_bits();
}

const fn reference(nullable: bool, heap: rt::types::HeapType) -> rt::types::ValType {
    LiveType::Ref(RefType { nullable, heap })
}

macro_rules! references {
    ($($ty:ty, $abi:ident $heap:ident;)*) => {$(
        // SAFETY: the representation is that of the reference type; null is zero.
        unsafe impl WasmTy for Option<$ty> {
            type Abi = $abi;
            const LIVE_TYPE: rt::types::ValType = reference(true, HeapType::$heap);
            fn valtype() -> ValType {
                ValType::Ref(crate::RefType::new(true, crate::HeapType::$heap))
            }
            #[inline]
            fn into_abi(self, store: &Opaque) -> Result<$abi> {
                match self {
                    None => Ok(0),
                    Some(value) => value.into_abi(store),
                }
            }
            #[inline]
            unsafe fn from_abi(abi: $abi, store: &Opaque) -> Self {
                // SAFETY: the caller's.
                unsafe { <$ty>::from_reference(abi, store) }
            }
        }

        // SAFETY: as above, and the type does not allow null.
        unsafe impl WasmTy for $ty {
            type Abi = $abi;
            const LIVE_TYPE: rt::types::ValType = reference(false, HeapType::$heap);
            fn valtype() -> ValType {
                ValType::Ref(crate::RefType::new(false, crate::HeapType::$heap))
            }
            #[inline]
            fn into_abi(self, store: &Opaque) -> Result<$abi> {
                self.into_reference(store)
            }
            #[inline]
            unsafe fn from_abi(abi: $abi, store: &Opaque) -> Self {
                // SAFETY: the caller's.
                unsafe { <$ty>::from_reference(abi, store) }.expect("not null by its type")
            }
        }
    )*};
}

references! {
    Func, u64 Func;
    Rooted<ExternRef>, u32 Extern;
    Rooted<AnyRef>, u32 Any;
    Rooted<EqRef>, u32 Eq;
    Rooted<StructRef>, u32 Struct;
    Rooted<ArrayRef>, u32 Array;
    I31, u32 I31;
    Rooted<ExnRef>, u32 Exn;
}

impl Func {
    fn into_reference(self, store: &Opaque) -> Result<u64> {
        Ok(self.live().to_raw(&store.live)?)
    }

    unsafe fn from_reference(raw: u64, store: &Opaque) -> Option<Self> {
        // SAFETY: the caller's.
        unsafe { rt::Func::from_raw(&store.live, raw) }.map(Self::from_live)
    }
}

impl<T: GcRef> Rooted<T> {
    fn into_reference(self, store: &Opaque) -> Result<u32> {
        Ok(self.raw(store)?)
    }

    unsafe fn from_reference(raw: u32, store: &Opaque) -> Option<Self> {
        Self::from_raw(store, raw)
    }
}

impl I31 {
    fn into_reference(self, _: &Opaque) -> Result<u32> {
        Ok(rt::host_ref::i31(self.get_u32()))
    }

    unsafe fn from_reference(raw: u32, _: &Opaque) -> Option<Self> {
        rt::host_ref::i31_value(raw).map(Self::wrapping_u32)
    }
}
