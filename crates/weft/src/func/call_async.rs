//! `call_async`, `wrap_async` and their kin: the public side of asynchronous calls.

use std::future::Future;

use smallvec::SmallVec;
use weft_abi::value::RawVal;

use super::asynchronous::{self, AsyncCall};
use super::list::{WasmParams, WasmResults, WasmRet, WasmTyList};
use super::typed::{Slots, TypedFunc};
use super::{Func, check_results, raw_params};
use crate::{AsContextMut, Caller, FuncType, Result, Val};

impl Func {
    /// An asynchronous host function from a closure: wasm that calls it waits for the future without
    /// holding a thread. It must be called through `call_async`.
    ///
    /// ```
    /// use weft::{Engine, Func, Store};
    ///
    /// let mut store = Store::new(&Engine::default(), 20);
    /// let add = Func::wrap_async(&mut store, |caller: weft::Caller<'_, i32>, (n,): (i32,)| {
    ///     Box::new(async move { n + *caller.data() })
    /// });
    /// let add = add.typed::<i32, i32>(&store)?;
    /// let future = add.call_async(&mut store, 1);
    /// # let mut future = std::pin::pin!(future);
    /// # let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    /// # let std::task::Poll::Ready(sum) = future.as_mut().poll(&mut context) else { unreachable!() };
    /// # use std::future::Future;
    /// assert_eq!(sum?, 21);
    /// # Ok::<(), weft::Error>(())
    /// ```
    ///
    /// # Panics
    /// When the engine is full of types (2²⁴).
    pub fn wrap_async<T, F, P, R>(mut store: impl AsContextMut<Data = T>, func: F) -> Self
    where
        T: 'static,
        F: for<'a> Fn(Caller<'a, T>, P) -> Box<dyn Future<Output = R> + Send + 'a>
            + Send
            + Sync
            + 'static,
        P: WasmTyList,
        R: WasmRet + 'static,
    {
        let store = store.as_context_mut();
        let spec = asynchronous::spec(store.engine(), func);
        spec.and_then(|spec| Self::from_spec(store.opaque(), &spec))
            .expect("cannot make a host function")
    }

    /// An asynchronous host function of a type known at run time: see [`Func::new`] and [`Func::wrap_async`].
    ///
    /// # Panics
    /// When `ty` belongs to another engine.
    pub fn new_async<T, F>(mut store: impl AsContextMut<Data = T>, ty: FuncType, func: F) -> Self
    where
        T: 'static,
        F: for<'a> Fn(
                Caller<'a, T>,
                &'a [Val],
                &'a mut [Val],
            ) -> Box<dyn Future<Output = Result<()>> + Send + 'a>
            + Send
            + Sync
            + 'static,
    {
        let store = store.as_context_mut();
        let spec = asynchronous::dynamic(store.engine(), ty, func);
        spec.and_then(|spec| Self::from_spec(store.opaque(), &spec))
            .expect("cannot make a host function")
    }

    /// Calls the function so that asynchronous host functions can suspend it: see [`Func::call`].
    ///
    /// Dropping the future ends the call; what it had done stays done.
    ///
    /// # Errors
    /// As [`Func::call`].
    pub async fn call_async(
        &self,
        mut store: impl AsContextMut<Data: Send>,
        params: &[Val],
        results: &mut [Val],
    ) -> Result<()> {
        let mut store = store.as_context_mut();
        store.escape();
        let (mut call, types) = {
            let opaque = store.opaque();
            let func = self.live().func_ref(&opaque.live)?;
            let entry = self.entry(opaque)?;
            let ty = entry
                .func()
                .expect("a function has a function type")
                .clone();
            let mut slots = raw_params(opaque, &ty.params, params)?;
            check_results(ty.results.len(), results.len())?;
            slots.resize(params.len().max(results.len()), RawVal::default());
            // SAFETY: the parameters were checked, and `store` is held until the call is over.
            (
                unsafe { AsyncCall::new(opaque, func, entry, slots) },
                ty.results,
            )
        };
        (&mut call).await?;
        let values = results.iter_mut().zip(&call.call.slots).zip(&types);
        for ((result, slot), ty) in values {
            // SAFETY: the call has put a value of this type there.
            *result = unsafe { Val::from_raw(store.opaque(), *slot, *ty) };
        }
        Ok(())
    }
}

impl<Params, Results> TypedFunc<Params, Results>
where
    Params: WasmParams,
    Results: WasmResults,
{
    /// Calls the function so that asynchronous host functions can suspend it: see [`TypedFunc::call`].
    ///
    /// Dropping the future ends the call; what it had done stays done.
    ///
    /// # Errors
    /// As [`TypedFunc::call`].
    pub async fn call_async(
        &self,
        mut store: impl AsContextMut<Data: Send>,
        params: Params,
    ) -> Result<Results> {
        let mut store = store.as_context_mut();
        store.escape();
        let mut call = {
            let opaque = store.opaque();
            let func = self.func().live().func_ref(&opaque.live)?;
            let mut slots = Slots::new(Params::REPRS.len().max(Results::REPRS.len()));
            params.put(opaque, &mut slots)?;
            let entry = self.func().entry(opaque)?;
            // SAFETY: the type was checked when this was made, and `store` is held until the call is over.
            unsafe { AsyncCall::new(opaque, func, entry, slots.values) }
        };
        (&mut call).await?;
        let mut slots = Slots {
            values: SmallVec::from_slice(&call.call.slots),
            next: 0,
        };
        // SAFETY: the call has put its results there.
        Ok(unsafe { Results::take(store.opaque(), &mut slots) })
    }
}
