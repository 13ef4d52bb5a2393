//! Parameter and result lists as Rust types.
//!
//! A list writes itself into any [`Sink`] and reads itself from any [`Source`], one value at a time
//! with its machine type, so the same code serves registers and memory and disappears when it is inlined.

use weft_abi::value::Repr;
use weft_runtime::types::ValType as LiveType;

use super::ty::{Abi, WasmTy};
use crate::store::Opaque;
use crate::{Error, Result, ValType};

/// Takes values in order.
pub trait Sink {
    /// Takes the next value.
    fn put<A: Abi>(&mut self, value: A);
}

/// Gives values in order.
pub trait Source {
    /// Gives the next value.
    fn take<A: Abi>(&mut self) -> A;
}

/// A list of wasm values as a Rust type: a value, or a tuple of up to 16.
///
/// # Safety
/// Implemented here alone: see [`WasmTy`].
pub unsafe trait WasmTyList: Send + Sized + 'static {
    #[doc(hidden)]
    const REPRS: &'static [Repr];

    #[doc(hidden)]
    const LIVE_TYPES: &'static [LiveType];

    /// The value types of the list.
    fn valtypes() -> impl ExactSizeIterator<Item = ValType>;

    #[doc(hidden)]
    fn put(self, store: &Opaque, sink: &mut impl Sink) -> Result<()>;

    /// # Safety
    /// The source has values of these types, of the store.
    #[doc(hidden)]
    unsafe fn take(store: &Opaque, source: &mut impl Source) -> Self;
}

/// Parameters of a [`TypedFunc`](crate::TypedFunc): a value, or a tuple of up to 16.
pub trait WasmParams: WasmTyList {}

/// Results of a [`TypedFunc`](crate::TypedFunc): a value, or a tuple of up to 16.
pub trait WasmResults: WasmTyList {}

impl<L: WasmTyList> WasmParams for L {}
impl<L: WasmTyList> WasmResults for L {}

// SAFETY: a list of one.
unsafe impl<A: WasmTy> WasmTyList for A {
    const REPRS: &'static [Repr] = &[<A::Abi as Abi>::REPR];
    const LIVE_TYPES: &'static [LiveType] = &[A::LIVE_TYPE];

    fn valtypes() -> impl ExactSizeIterator<Item = ValType> {
        [A::valtype()].into_iter()
    }

    #[inline(always)]
    fn put(self, store: &Opaque, sink: &mut impl Sink) -> Result<()> {
        sink.put(self.into_abi(store)?);
        Ok(())
    }

    #[inline(always)]
    unsafe fn take(store: &Opaque, source: &mut impl Source) -> Self {
        // SAFETY: the caller's.
        unsafe { A::from_abi(source.take(), store) }
    }
}

/// What a host function gives back: a [`WasmTyList`], or a `Result` of one.
///
/// # Safety
/// Implemented here alone: see [`WasmTy`].
pub unsafe trait WasmRet {
    #[doc(hidden)]
    type List: WasmTyList;

    #[doc(hidden)]
    type Direct: Direct;

    #[doc(hidden)]
    fn into_list(self) -> Result<Self::List>;

    #[doc(hidden)]
    fn into_direct(self, store: &Opaque) -> Result<Self::Direct>;
}

/// What an `extern "C"` function gives back for a list of at most one value.
pub trait Direct: Copy {
    /// Something to give back with an error, when nobody looks at it.
    const ANYTHING: Self;
}

impl Direct for () {
    const ANYTHING: Self = ();
}

impl<A: Abi> Direct for A {
    const ANYTHING: Self = A::ZERO;
}

// SAFETY: a list of one.
unsafe impl<A: WasmTy> WasmRet for A {
    type List = A;
    type Direct = A::Abi;

    #[inline(always)]
    fn into_list(self) -> Result<A> {
        Ok(self)
    }

    #[inline(always)]
    fn into_direct(self, store: &Opaque) -> Result<A::Abi> {
        self.into_abi(store)
    }
}

// SAFETY: as the list inside.
unsafe impl<R: WasmRet, E: Into<Error>> WasmRet for Result<R, E> {
    type List = R::List;
    type Direct = R::Direct;

    #[inline(always)]
    fn into_list(self) -> Result<R::List> {
        self.map_err(Into::into)?.into_list()
    }

    #[inline(always)]
    fn into_direct(self, store: &Opaque) -> Result<R::Direct> {
        self.map_err(Into::into)?.into_direct(store)
    }
}

macro_rules! tuple {
    ($($name:ident)*) => {
        // SAFETY: the list of the tuple's values.
        unsafe impl<$($name: WasmTy),*> WasmTyList for ($($name,)*) {
            const REPRS: &'static [Repr] = &[$(<$name::Abi as Abi>::REPR),*];
            const LIVE_TYPES: &'static [LiveType] = &[$($name::LIVE_TYPE),*];

            fn valtypes() -> impl ExactSizeIterator<Item = ValType> {
                IntoIterator::into_iter([$($name::valtype()),*])
            }

            #[inline(always)]
            #[allow(unused_variables, non_snake_case, reason = "a tuple may be empty")]
            fn put(self, store: &Opaque, sink: &mut impl Sink) -> Result<()> {
                let ($($name,)*) = self;
                $(sink.put($name.into_abi(store)?);)*
                Ok(())
            }

            #[inline(always)]
            #[allow(unused_variables, clippy::unused_unit, reason = "a tuple may be empty")]
            unsafe fn take(store: &Opaque, source: &mut impl Source) -> Self {
                // SAFETY: the caller's.
                ($(unsafe { $name::from_abi(source.take(), store) },)*)
            }
        }
    };
}

macro_rules! returned_tuple {
    ($($name:ident)*) => {
        // SAFETY: the list of the tuple's values.
        unsafe impl<$($name: WasmTy),*> WasmRet for ($($name,)*) {
            type List = Self;
            type Direct = ();

            #[inline(always)]
            fn into_list(self) -> Result<Self> {
                Ok(self)
            }

            #[inline(always)]
            fn into_direct(self, _: &Opaque) -> Result<()> {
                Ok(())
            }
        }
    };
}

macro_rules! for_each_arity {
    ($mac:ident) => {
        $mac!(A1);
        $mac!(A1 A2);
        $mac!(A1 A2 A3);
        $mac!(A1 A2 A3 A4);
        $mac!(A1 A2 A3 A4 A5);
        $mac!(A1 A2 A3 A4 A5 A6);
        $mac!(A1 A2 A3 A4 A5 A6 A7);
        $mac!(A1 A2 A3 A4 A5 A6 A7 A8);
        $mac!(A1 A2 A3 A4 A5 A6 A7 A8 A9);
        $mac!(A1 A2 A3 A4 A5 A6 A7 A8 A9 A10);
        $mac!(A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11);
        $mac!(A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12);
        $mac!(A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13);
        $mac!(A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14);
        $mac!(A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15);
        $mac!(A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 A16);
    };
}

pub(super) use for_each_arity;

tuple!();
for_each_arity!(tuple);
returned_tuple!();
for_each_arity!(returned_tuple);
