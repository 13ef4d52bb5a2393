//! [`TypedFunc`]: a function whose type has been checked once, so that calls are only the call.

use std::fmt;
use std::marker::PhantomData;
use std::mem::MaybeUninit;

use smallvec::SmallVec;
use weft_abi::value::{RawVal, RegClass, Repr};
use weft_runtime::stubs::{self, FloatArgs};

use super::list::{Sink, Source, WasmParams, WasmResults};
use super::ty::Abi;
use crate::store::Opaque;
use crate::{AsContextMut, Error, Func, Result};

/// A [`Func`] whose type is known at compile time.
///
/// Made by [`Func::typed`] and [`Instance::get_typed_func`](crate::Instance::get_typed_func).
pub struct TypedFunc<Params, Results> {
    func: Func,
    types: PhantomData<fn(Params) -> Results>,
}

impl<Params, Results> Copy for TypedFunc<Params, Results> {}

impl<Params, Results> Clone for TypedFunc<Params, Results> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Params, Results> fmt::Debug for TypedFunc<Params, Results> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TypedFunc").field(&self.func).finish()
    }
}

/// Which door into wasm a signature can take.
#[derive(Copy, Clone, PartialEq, Eq)]
pub(crate) enum Door {
    /// Integers only, in registers.
    Direct,
    /// Integers and a few floats, in registers.
    Float,
    /// Any.
    General,
}

pub(crate) const fn door(params: &[Repr], results: &[Repr]) -> Door {
    let (mut ints, mut floats, mut index) = (0, 0, 0);
    while index < params.len() {
        match params[index] {
            Repr::V128 => return Door::General,
            Repr::I32 | Repr::I64 => ints += 1,
            Repr::F32 | Repr::F64 => floats += 1,
        }
        index += 1;
    }
    let one_result = match results {
        [] => true,
        [only] => !matches!(only, Repr::V128),
        _ => false,
    };
    match (ints, floats) {
        (0..=5, 0) if one_result => Door::Direct,
        (0..=5, 0..=4) if one_result => Door::Float,
        _ => Door::General,
    }
}

impl<Params, Results> TypedFunc<Params, Results>
where
    Params: WasmParams,
    Results: WasmResults,
{
    /// # Safety
    /// `func` has the type.
    pub(crate) unsafe fn new_unchecked(func: Func) -> Self {
        Self {
            func,
            types: PhantomData,
        }
    }

    /// The function without its type.
    pub fn func(&self) -> &Func {
        &self.func
    }

    /// Calls the function (§ 4.5.5 "Invocation").
    ///
    /// # Errors
    /// When it traps (a [`Trap`](crate::Trap) with a [`WasmBacktrace`](crate::WasmBacktrace)), a host function that
    /// it calls fails (with that error), or the function or a parameter belongs to another store.
    ///
    /// # Panics
    /// When a host function that it calls panics: the panic goes on here.
    #[inline]
    pub fn call(&self, mut store: impl AsContextMut, params: Params) -> Result<Results> {
        let mut store = store.as_context_mut();
        store.escape();
        let opaque = store.opaque();
        // SAFETY: the type was checked when this was made, and the store is borrowed exclusively.
        unsafe {
            match const { door(Params::REPRS, Results::REPRS) } {
                Door::Direct => self.call_direct(opaque, params),
                Door::Float => self.call_float(opaque, params),
                Door::General => self.call_general(opaque, params),
            }
        }
    }

    #[inline(always)]
    unsafe fn call_direct(&self, store: &Opaque, params: Params) -> Result<Results> {
        let func = self.func.live().func_ref(&store.live)?;
        let mut args = MaybeUninit::<FloatArgs>::uninit();
        params.put(store, &mut Registers::new(args.as_mut_ptr()))?;
        // SAFETY: the caller's; of the arguments that the type has, all are there.
        unsafe {
            let func = func.as_ref();
            let ints = &raw mut (*args.as_mut_ptr()).ints;
            let code = stubs::enter_direct(store.live.context(), func.vmctx, func.code, ints);
            self.returned(store, code, args.as_mut_ptr())
        }
    }

    #[inline(always)]
    unsafe fn call_float(&self, store: &Opaque, params: Params) -> Result<Results> {
        let func = self.func.live().func_ref(&store.live)?;
        let mut args = MaybeUninit::<FloatArgs>::uninit();
        params.put(store, &mut Registers::new(args.as_mut_ptr()))?;
        // SAFETY: as in `call_direct`.
        unsafe {
            let func = func.as_ref();
            let args = args.as_mut_ptr();
            let code = stubs::enter_float(store.live.context(), func.vmctx, func.code, args);
            self.returned(store, code, args)
        }
    }

    #[inline(always)]
    unsafe fn returned(&self, store: &Opaque, code: u32, args: *mut FloatArgs) -> Result<Results> {
        if code != 0 {
            return Err(Error::from_entry(store, code));
        }
        // SAFETY: the call has returned, so the stub has written both words of the result.
        unsafe {
            let ints = &raw const (*args).ints;
            let mut result = DirectResult([(*ints)[0], (*ints)[1]]);
            Ok(Results::take(store, &mut result))
        }
    }

    unsafe fn call_general(&self, store: &Opaque, params: Params) -> Result<Results> {
        let func = self.func.live().func_ref(&store.live)?;
        let count = Params::REPRS.len().max(Results::REPRS.len());
        let mut slots = Slots::new(count);
        params.put(store, &mut slots)?;
        let ty = self.func.entry(store)?;
        let signature = ty.signature.as_ref().expect("a function has a signature");
        // SAFETY: the caller's; the slots hold what the type says.
        let called = unsafe {
            weft_runtime::func::call_raw(&store.live, func, signature, &mut slots.values)
        };
        called.map_err(|failure| Error::from_failure(store, failure))?;
        slots.next = 0;
        // SAFETY: the call has put its results into the slots.
        Ok(unsafe { Results::take(store, &mut slots) })
    }
}

/// Arguments on their way into registers.
struct Registers {
    args: *mut FloatArgs,
    ints: usize,
    floats: usize,
}

impl Registers {
    #[inline(always)]
    fn new(args: *mut FloatArgs) -> Self {
        Self {
            args,
            ints: 0,
            floats: 0,
        }
    }
}

impl Sink for Registers {
    #[inline(always)]
    fn put<A: Abi>(&mut self, value: A) {
        let bits = value.to_bits() as u64;
        // SAFETY: `door` has counted the arguments; the pointer is to a place on the caller's stack.
        unsafe {
            match A::REPR.class() {
                RegClass::Int => {
                    (&raw mut (*self.args).ints)
                        .cast::<u64>()
                        .add(self.ints)
                        .write(bits);
                    self.ints += 1;
                }
                RegClass::Float => {
                    (&raw mut (*self.args).floats)
                        .cast::<u64>()
                        .add(self.floats)
                        .write(bits);
                    self.floats += 1;
                }
            }
        }
    }
}

/// The integer and the float result register.
struct DirectResult([u64; 2]);

impl Source for DirectResult {
    #[inline(always)]
    fn take<A: Abi>(&mut self) -> A {
        let word = match A::REPR.class() {
            RegClass::Int => self.0[0],
            RegClass::Float => self.0[1],
        };
        A::from_bits(u128::from(word))
    }
}

/// Values in memory, one slot each.
pub(super) struct Slots {
    pub(super) values: SmallVec<[RawVal; 8]>,
    pub(super) next: usize,
}

impl Slots {
    pub(super) fn new(count: usize) -> Self {
        Self {
            values: SmallVec::from_elem(RawVal::default(), count),
            next: 0,
        }
    }
}

impl Sink for Slots {
    #[inline]
    fn put<A: Abi>(&mut self, value: A) {
        self.values[self.next] = RawVal(value.to_bits());
        self.next += 1;
    }
}

impl Source for Slots {
    #[inline]
    fn take<A: Abi>(&mut self) -> A {
        self.next += 1;
        A::from_bits(self.values[self.next - 1].0)
    }
}
