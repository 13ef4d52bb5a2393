//! Host functions made of Rust closures.
//!
//! A closure whose signature fits into registers becomes an `extern "C"` function of its own that compiled
//! code calls through the direct exit stub: its arguments are where wasm put them. Others take
//! their arguments from the frame that the full exit stub spills. Errors and panics are left with the
//! store, and the stub ends the call; an error that is an exception is thrown where the call was.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use smallvec::SmallVec;
use weft_abi::layout::VMHostContext;
use weft_abi::signature::Signature;
use weft_abi::value::{RawVal, Repr};
use weft_runtime as rt;
use weft_runtime::func::{
    HostForm, HostFuncSpec, host_data, host_entity, read_args, write_results,
};
use weft_runtime::store::PendingFailure;
use weft_runtime::stubs::ExitFrame;

use super::list::{Direct, WasmRet, WasmTyList, for_each_arity};
use super::ty::WasmTy;
use super::typed::Slots;
use crate::store::Opaque;
use crate::{Caller, Engine, Error, FuncType, Result, Val};

/// A closure that can be a host function: up to 16 parameters of types that are [`WasmTy`], with or
/// without a [`Caller`] before them, and a result that is [`WasmRet`].
pub trait IntoFunc<T: 'static, Params, Results>: Send + Sync + 'static {
    #[doc(hidden)]
    fn into_spec(self, engine: &Engine) -> Result<HostFuncSpec>;
}

/// Makes the host function of a closure of this type.
pub(crate) fn spec<F: Any + Send + Sync>(
    engine: &Engine,
    params: &[rt::types::ValType],
    results: &[rt::types::ValType],
    form: HostForm,
    closure: F,
) -> Result<HostFuncSpec> {
    let ty = weft_module::FuncType {
        params: params.into(),
        results: results.into(),
    };
    Ok(HostFuncSpec {
        types: engine.types().register_func(&ty)?,
        form,
        data: Arc::new(closure),
    })
}

fn is_direct(params: &[Repr], results: &[Repr]) -> bool {
    Signature::new(params.iter().copied(), results.iter().copied()).is_direct()
}

/// Runs `body` for the host function that runs with `context`, and leaves failures with the store.
///
/// # Safety
/// As for [`Caller::new`].
#[inline(always)]
pub(super) unsafe fn guarded<R>(
    context: *mut VMHostContext,
    otherwise: R,
    body: impl FnOnce() -> Result<R>,
) -> R {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(result)) => result,
        // SAFETY: the caller's.
        Ok(Err(error)) => unsafe { fail(context, error, otherwise) },
        // SAFETY: the caller's.
        Err(panic) => unsafe { panicked(context, panic, otherwise) },
    }
}

/// The same for a host function whose references end with its call.
///
/// # Safety
/// As for [`guarded`].
#[inline(always)]
pub(super) unsafe fn scoped<R>(
    context: *mut VMHostContext,
    otherwise: R,
    body: impl FnOnce() -> Result<R>,
) -> R {
    // SAFETY: the caller's: the store of the running host function.
    let live = unsafe { rt::StoreInner::from_context((*context).store) };
    let scope = live.enter_scope();
    // SAFETY: the caller's.
    let result = unsafe { guarded(context, otherwise, body) };
    live.leave_scope(scope);
    result
}

#[cold]
unsafe fn fail<R>(context: *mut VMHostContext, error: Error, otherwise: R) -> R {
    // SAFETY: the caller's.
    let live = unsafe { rt::StoreInner::from_context((*context).store) };
    // SAFETY: as above; the store's user is this crate.
    let store = unsafe { &*live.user_data().cast::<Opaque>() };
    match thrown(store, &error) {
        // SAFETY: an exception of this store; the host function returns at once.
        Some(exception) => unsafe { live.throw(exception) },
        None => live.fail(PendingFailure::Host(Box::new(error))),
    }
    otherwise
}

/// The exception of this store that an error of a host function is, if it is one.
pub(super) fn thrown(store: &Opaque, error: &Error) -> Option<u32> {
    let exception = error.downcast_ref::<crate::Exception>()?;
    exception.raw(store).ok()
}

#[cold]
unsafe fn panicked<R>(context: *mut VMHostContext, panic: Box<dyn Any + Send>, otherwise: R) -> R {
    // SAFETY: the caller's.
    let live = unsafe { rt::StoreInner::from_context((*context).store) };
    live.fail(PendingFailure::Panic(panic));
    otherwise
}

/// Runs a function that takes all its arguments at once.
///
/// # Safety
/// As for [`Caller::new`]; `frame` is what the function was called with, and the list is its type's.
unsafe fn full<T: 'static, P: WasmTyList, R: WasmRet>(
    context: *mut VMHostContext,
    frame: *mut ExitFrame,
    call: impl FnOnce(Caller<'_, T>, P) -> R,
) {
    // SAFETY: the caller's.
    unsafe {
        scoped(context, (), || {
            let caller = Caller::<T>::new(context);
            let signature = host_entity(context).signature();
            let mut slots = Slots::new(signature.params.len().max(signature.results.len()));
            read_args(frame, signature, &mut slots.values);
            let store: *const Opaque = caller.store.opaque();
            let params = P::take(&*store, &mut slots);
            let results = call(caller, params).into_list()?;
            slots.next = 0;
            results.put(&*store, &mut slots)?;
            write_results(frame, signature, &slots.values);
            Ok(())
        });
    }
}

macro_rules! into_func {
    ($($name:ident)*) => {
        #[allow(non_snake_case, reason = "parameters are called like their types")]
        impl<T, F, R, $($name),*> IntoFunc<T, (Caller<'_, T>, $($name,)*), R> for F
        where
            T: 'static,
            F: Fn(Caller<'_, T>, $($name),*) -> R + Send + Sync + 'static,
            R: WasmRet,
            $($name: WasmTy,)*
        {
            fn into_spec(self, engine: &Engine) -> Result<HostFuncSpec> {
                #[allow(improper_ctypes_definitions, reason = "vectors travel in registers as in C")]
                unsafe extern "C" fn direct_shim<T, F, R, $($name),*>(
                    context: *mut VMHostContext,
                    $($name: $name::Abi,)*
                ) -> R::Direct
                where
                    T: 'static,
                    F: Fn(Caller<'_, T>, $($name),*) -> R + Send + Sync + 'static,
                    R: WasmRet,
                    $($name: WasmTy,)*
                {
                    // SAFETY: the stub calls it with the context that was made for this closure and
                    // arguments of its type.
                    unsafe {
                        scoped(context, R::Direct::ANYTHING, || {
                            let caller = Caller::<T>::new(context);
                            let store: *const Opaque = caller.store.opaque();
                            let closure = host_data::<F>(context);
                            $(let $name = $name::from_abi($name, &*store);)*
                            closure(caller, $($name),*).into_direct(&*store)
                        })
                    }
                }

                unsafe extern "C" fn full_shim<T, F, R, $($name),*>(
                    context: *mut VMHostContext,
                    frame: *mut ExitFrame,
                )
                where
                    T: 'static,
                    F: Fn(Caller<'_, T>, $($name),*) -> R + Send + Sync + 'static,
                    R: WasmRet,
                    $($name: WasmTy,)*
                {
                    // SAFETY: as in `direct_shim`.
                    unsafe {
                        let closure = host_data::<F>(context);
                        full(context, frame, |caller: Caller<'_, T>, ($($name,)*): ($($name,)*)| {
                            closure(caller, $($name),*)
                        });
                    }
                }

                let form = if is_direct(<($($name,)*)>::REPRS, R::List::REPRS) {
                    HostForm::Direct(direct_shim::<T, F, R, $($name),*> as *const u8)
                } else {
                    HostForm::Full(full_shim::<T, F, R, $($name),*>)
                };
                spec(engine, <($($name,)*)>::LIVE_TYPES, R::List::LIVE_TYPES, form, self)
            }
        }

        #[allow(non_snake_case, reason = "parameters are called like their types")]
        impl<T, F, R, $($name),*> IntoFunc<T, ($($name,)*), R> for F
        where
            T: 'static,
            F: Fn($($name),*) -> R + Send + Sync + 'static,
            R: WasmRet,
            $($name: WasmTy,)*
        {
            fn into_spec(self, engine: &Engine) -> Result<HostFuncSpec> {
                let closure = move |_: Caller<'_, T>, $($name: $name),*| self($($name),*);
                IntoFunc::<T, (Caller<'_, T>, $($name,)*), R>::into_spec(closure, engine)
            }
        }
    };
}

into_func!();
for_each_arity!(into_func);

/// A closure over values whose types are only known at run time.
pub(super) struct Dynamic<F> {
    pub(super) ty: FuncType,
    pub(super) closure: F,
}

/// The host function of a closure that takes and gives values of any types.
pub(crate) fn dynamic<T, F>(engine: &Engine, ty: FuncType, closure: F) -> Result<HostFuncSpec>
where
    T: 'static,
    F: Fn(Caller<'_, T>, &[Val], &mut [Val]) -> Result<()> + Send + Sync + 'static,
{
    dynamic_spec(engine, ty, HostForm::Full(dynamic_shim::<T, F>), closure)
}

pub(super) fn dynamic_spec<F>(
    engine: &Engine,
    ty: FuncType,
    form: HostForm,
    closure: F,
) -> Result<HostFuncSpec>
where
    F: Send + Sync + 'static,
{
    if !Engine::same(ty.engine(), engine) {
        return Err(rt::Misuse::WrongEngine.into());
    }
    Ok(HostFuncSpec {
        types: ty.registered()?,
        form,
        data: Arc::new(Dynamic { ty, closure }),
    })
}

unsafe extern "C" fn dynamic_shim<T, F>(context: *mut VMHostContext, frame: *mut ExitFrame)
where
    T: 'static,
    F: Fn(Caller<'_, T>, &[Val], &mut [Val]) -> Result<()> + Send + Sync + 'static,
{
    // SAFETY: the stub calls it with the context that was made for this closure.
    unsafe { scoped(context, (), || call_dynamic::<T, F>(context, frame)) }
}

unsafe fn call_dynamic<T, F>(context: *mut VMHostContext, frame: *mut ExitFrame) -> Result<()>
where
    T: 'static,
    F: Fn(Caller<'_, T>, &[Val], &mut [Val]) -> Result<()> + Send + Sync + 'static,
{
    // SAFETY: the caller's.
    unsafe {
        let caller = Caller::<T>::new(context);
        let Dynamic { ty, closure } = host_data::<Dynamic<F>>(context);
        let store: *const Opaque = caller.store.opaque();
        let signature = host_entity(context).signature();
        let params = dynamic_params(&*store, ty, signature, frame);
        let mut results = default_results(ty);
        closure(caller, &params, &mut results)?;
        let values = raw_results(&*store, ty, &results)?;
        write_results(frame, signature, &values);
        Ok(())
    }
}

/// # Safety
/// `frame` is what a function of this type was called with.
pub(super) unsafe fn dynamic_params(
    store: &Opaque,
    ty: &FuncType,
    signature: &Signature,
    frame: *mut ExitFrame,
) -> Vec<Val> {
    let mut slots = Slots::new(signature.params.len());
    // SAFETY: the caller's; arguments are of their types.
    unsafe {
        read_args(frame, signature, &mut slots.values);
        let types = ty.live().params.iter();
        types
            .zip(&slots.values)
            .map(|(ty, raw)| Val::from_raw(store, *raw, *ty))
            .collect()
    }
}

/// What results are before the closure sets them.
pub(super) fn default_results(ty: &FuncType) -> Vec<Val> {
    let default = |ty| Val::default_for_ty(&ty).unwrap_or(Val::null_func_ref());
    ty.results().map(default).collect()
}

/// The results of a closure, after checking their types.
pub(crate) fn raw_results(
    store: &Opaque,
    ty: &FuncType,
    results: &[Val],
) -> Result<SmallVec<[RawVal; 8]>> {
    let raw = |(result, ty): (&Val, &rt::types::ValType)| {
        let raw = result.to_raw_live(store, *ty);
        raw.map_err(|error| error.context("a host function's result is of the wrong type"))
    };
    results.iter().zip(&ty.live().results).map(raw).collect()
}
