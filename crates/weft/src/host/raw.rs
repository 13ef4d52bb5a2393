//! Functions over raw values: host functions, and calls.

use std::fmt;
use std::ptr::NonNull;
use std::sync::Arc;

use smallvec::SmallVec;
use weft_abi::layout::VMFuncRef;
use weft_abi::signature::{Location, Signature};
use weft_abi::value::{RawVal, RegClass, Repr};
use weft_runtime as rt;
use weft_runtime::stubs::{self, FloatArgs};
use weft_runtime::types::TypeEntry;

use crate::func::typed::{Door, door};
use crate::store::Opaque;
use crate::{AsContext, AsContextMut, Caller, Error, Func, FuncType, Linker, Result};

/// A host function of a type known at run time, over raw values: the slots hold the parameters first, and the results
/// when `func` returns.
///
/// # Errors
/// When `ty` belongs to another engine.
///
/// # Safety
/// `func` leaves values of the result types, in their representation (see [`RawVal`]) and of the caller's store.
pub unsafe fn func_raw<T: 'static>(
    mut store: impl AsContextMut<Data = T>,
    ty: &FuncType,
    func: impl Fn(Caller<'_, T>, &mut [RawVal]) -> Result<()> + Send + Sync + 'static,
) -> Result<Func> {
    let store = store.as_context_mut();
    // SAFETY: the caller's.
    let spec = unsafe { crate::func::raw::spec(store.engine(), ty, func) }?;
    Func::from_spec(store.opaque(), &spec)
}

/// The same as [`func_raw`], defined in a linker.
///
/// # Errors
/// When the name is defined already, or `ty` belongs to another engine.
///
/// # Safety
/// As [`func_raw`].
pub unsafe fn define_raw<T: 'static>(
    linker: &mut Linker<T>,
    module: &str,
    name: &str,
    ty: &FuncType,
    func: impl Fn(Caller<'_, T>, &mut [RawVal]) -> Result<()> + Send + Sync + 'static,
) -> Result<()> {
    // SAFETY: the caller's.
    let spec = unsafe { crate::func::raw::spec(linker.engine(), ty, func) }?;
    linker.define_spec(module, name, spec)
}

/// A [`Func`] whose signature has been looked up once, so that calls with raw values are little more than the call.
///
/// It keeps the function no more than the handle does that it is made of.
///
/// ```
/// use weft::host::{RawFunc, RawVal};
/// use weft::{Func, Store};
///
/// let mut store: Store<()> = Store::default();
/// let add = Func::wrap(&mut store, |a: i32, b: i32| a + b);
/// let add = RawFunc::new(&store, &add)?;
/// let mut slots = [RawVal::from_i32(2), RawVal::from_i32(3)];
/// // SAFETY: two parameters of type i32.
/// unsafe { add.call(&mut store, &mut slots) }?;
/// assert_eq!(slots[0].to_i32(), 5);
/// # Ok::<(), weft::Error>(())
/// ```
#[derive(Clone)]
pub struct RawFunc {
    func: Func,
    entry: Arc<TypeEntry>,
    is_short: bool,
}

impl RawFunc {
    /// `func`, to be called.
    ///
    /// # Errors
    /// When it belongs to another store or is gone.
    pub fn new(store: impl AsContext, func: &Func) -> Result<Self> {
        let entry = func.entry(store.as_context().opaque())?;
        let repr = |&(repr, _): &(Repr, Location)| repr;
        let is_short = entry.signature.as_ref().is_some_and(|signature| {
            let params: SmallVec<[Repr; 8]> = signature.params.iter().map(repr).collect();
            let results: SmallVec<[Repr; 4]> = signature.results.iter().map(repr).collect();
            door(&params, &results) != Door::General
        });
        Ok(Self {
            func: *func,
            entry,
            is_short,
        })
    }

    fn signature(&self) -> &Signature {
        let signature = self.entry.signature.as_ref();
        signature.expect("a function has a signature")
    }

    /// Calls the function (§ 4.5.5 "Invocation"): the slots hold its parameters, and its results afterwards.
    ///
    /// # Errors
    /// As [`Func::call`].
    ///
    /// # Panics
    /// When there are fewer slots than parameters or results, or a host function that it calls panics: the panic goes on here.
    ///
    /// # Safety
    /// The slots hold values of the parameters' types, in their representation (see [`RawVal`]) and of this store.
    pub unsafe fn call(&self, mut store: impl AsContextMut, slots: &mut [RawVal]) -> Result<()> {
        let mut store = store.as_context_mut();
        store.escape();
        let opaque = store.opaque();
        let func = self.func.live().func_ref(&opaque.live)?;
        if self.is_short {
            // SAFETY: the caller's, and the store is borrowed exclusively.
            return unsafe { self.call_short(opaque, func, slots) };
        }
        // SAFETY: the caller's; `call_raw` looks whether there is room, and the store is borrowed exclusively.
        unsafe { rt::func::call_raw(&opaque.live, func, self.signature(), slots) }
            .map_err(|failure| Error::from_failure(opaque, failure))
    }

    /// The call of a function whose parameters are few integers and floats, and that has at most one result.
    ///
    /// # Safety
    /// As for [`RawFunc::call`]; `func` is this function in `store`, which is borrowed exclusively.
    unsafe fn call_short(
        &self,
        store: &Opaque,
        func: NonNull<VMFuncRef>,
        slots: &mut [RawVal],
    ) -> Result<()> {
        let signature = self.signature();
        let mut args = FloatArgs::default();
        let (mut ints, mut floats) = (args.ints.iter_mut(), args.floats.iter_mut());
        let slots_of_params = &slots[..signature.params.len()];
        for ((repr, _), slot) in signature.params.iter().zip(slots_of_params) {
            let place = match repr.class() {
                RegClass::Int => ints.next(),
                RegClass::Float => floats.next(),
            };
            *place.expect("the door has counted them") = slot.to_u64();
        }
        // SAFETY: the caller's; of the arguments that the type has, all are there.
        let code = unsafe {
            let func = func.as_ref();
            stubs::enter_float(store.live.context(), func.vmctx, func.code, &raw mut args)
        };
        if code != 0 {
            return Err(Error::from_entry(store, code));
        }
        if let Some((repr, _)) = signature.results.first() {
            let word = match repr.class() {
                RegClass::Int => args.ints[0],
                RegClass::Float => args.ints[1],
            };
            slots[0] = match repr.size() {
                4 => RawVal::from_u32(word as u32),
                _ => RawVal::from_u64(word),
            };
        }
        Ok(())
    }
}

impl fmt::Debug for RawFunc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RawFunc").field(&self.func).finish()
    }
}
