//! Asynchronous calls: host functions that wait without holding a thread.
//!
//! An asynchronous host function makes its future and suspends the wasm that called it; the future is
//! polled off the wasm stack by whoever polls the call, which then resumes with the results. Such a call
//! runs on a stack of its own, and dropping it frees the stack. No executor is assumed.

use std::future::Future;
use std::pin::Pin;
use std::ptr::NonNull;
use std::sync::Arc;
use std::task::{Context, Poll};

use weft_abi::layout::{VMFuncRef, VMHostContext};
use weft_runtime::func::{HostForm, HostFuncSpec, host_data, host_entity, read_args};
use weft_runtime::stubs::ExitFrame;
use weft_runtime::types::TypeEntry;

use super::host::{self, Dynamic, dynamic_params, guarded};
use super::list::{WasmRet, WasmTyList};
use super::suspendable::{self, Paused, Step, SuspendableCall, Values, What, check_can_wait};
use super::typed::Slots;
use crate::store::Opaque;
use crate::{Caller, Engine, FuncType, Result, Val};

pub(super) type HostFuture = Pin<Box<dyn Future<Output = Result<Values>> + Send>>;

/// Makes the wasm that called the host function wait for `future`.
///
/// # Safety
/// As for [`suspendable::wait_for`]. What `future` borrows is the caller's store, which is borrowed until the call is over.
unsafe fn wait_for<'a>(
    context: *mut VMHostContext,
    frame: *const ExitFrame,
    future: Pin<Box<dyn Future<Output = Result<Values>> + Send + 'a>>,
) {
    // SAFETY: the caller's; whoever polls the call holds the store for at least `'a`.
    unsafe {
        let future =
            std::mem::transmute::<Pin<Box<dyn Future<Output = _> + Send + 'a>>, HostFuture>(future);
        suspendable::wait_for(context, frame, What::Future(future));
    }
}

/// A pointer to a store that goes where the store goes.
#[derive(Copy, Clone)]
struct StoreRef(*const Opaque);

// SAFETY: futures that have one hold the store's exclusive borrow, whose data is `Send`.
unsafe impl Send for StoreRef {}

impl StoreRef {
    /// # Safety
    /// The store is alive.
    unsafe fn get<'a>(self) -> &'a Opaque {
        // SAFETY: the caller's.
        unsafe { &*self.0 }
    }
}

/// The host function of an asynchronous closure.
pub(crate) fn spec<T, F, P, R>(engine: &Engine, closure: F) -> Result<HostFuncSpec>
where
    T: 'static,
    F: for<'a> Fn(Caller<'a, T>, P) -> Box<dyn Future<Output = R> + Send + 'a>
        + Send
        + Sync
        + 'static,
    P: WasmTyList,
    R: WasmRet + 'static,
{
    let results = <R::List as WasmTyList>::LIVE_TYPES;
    let form = HostForm::Full(shim::<T, F, P, R>);
    host::spec(engine, P::LIVE_TYPES, results, form, closure)
}

unsafe extern "C" fn shim<T, F, P, R>(context: *mut VMHostContext, frame: *mut ExitFrame)
where
    T: 'static,
    F: for<'a> Fn(Caller<'a, T>, P) -> Box<dyn Future<Output = R> + Send + 'a>
        + Send
        + Sync
        + 'static,
    P: WasmTyList,
    R: WasmRet + 'static,
{
    // SAFETY: the stub calls it with the context that was made for this closure.
    unsafe {
        guarded(context, (), || {
            check_can_wait(context)?;
            let caller = Caller::<T>::new(context);
            let store = StoreRef(caller.store.opaque());
            let signature = host_entity(context).signature();
            let mut slots = Slots::new(signature.params.len());
            read_args(frame, signature, &mut slots.values);
            let params = P::take(store.get(), &mut slots);
            let future = Box::into_pin(host_data::<F>(context)(caller, params));
            let values = async move {
                let results = future.await.into_list()?;
                let mut slots = Slots::new(<R::List as WasmTyList>::REPRS.len());
                results.put(store.get(), &mut slots)?;
                Ok(slots.values)
            };
            wait_for(context, frame, Box::pin(SendFuture(values)));
            Ok(())
        });
    }
}

/// A future that is `Send` although its results, which are wasm values, are only known to be so by their trait.
struct SendFuture<F>(F);

// SAFETY: what it holds across suspension points is the host's future, which is `Send`, a `StoreRef`, and wasm values.
unsafe impl<F> Send for SendFuture<F> {}

impl<F: Future> Future for SendFuture<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        // SAFETY: the only field is pinned with the whole.
        unsafe { self.map_unchecked_mut(|this| &mut this.0) }.poll(context)
    }
}

/// The host function of an asynchronous closure over values of any types.
pub(crate) fn dynamic<T, F>(engine: &Engine, ty: FuncType, closure: F) -> Result<HostFuncSpec>
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
    host::dynamic_spec(engine, ty, HostForm::Full(dynamic_shim::<T, F>), closure)
}

unsafe extern "C" fn dynamic_shim<T, F>(context: *mut VMHostContext, frame: *mut ExitFrame)
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
    // SAFETY: the stub calls it with the context that was made for this closure.
    unsafe {
        guarded(context, (), || {
            check_can_wait(context)?;
            let caller = Caller::<T>::new(context);
            let store = StoreRef(caller.store.opaque());
            let Dynamic { ty, closure } = host_data::<Dynamic<F>>(context);
            let params = dynamic_params(store.get(), ty, host_entity(context).signature(), frame);
            let values = async move {
                let mut results = host::default_results(ty);
                Box::into_pin(closure(caller, &params, &mut results)).await?;
                host::raw_results(store.get(), ty, &results)
            };
            wait_for(context, frame, Box::pin(SendFuture(values)));
            Ok(())
        });
    }
}

/// A call that can be suspended. It resolves when the function has returned, with the results in the call's slots.
pub(crate) struct AsyncCall {
    store: StoreRef,
    func: NonNull<VMFuncRef>,
    pub(crate) call: SuspendableCall,
    state: State,
}

// SAFETY: everything in it belongs to the store, whose exclusive borrow goes along and whose data is `Send`.
unsafe impl Send for AsyncCall {}

enum State {
    New,
    Suspended(Paused, What),
    Over,
}

impl AsyncCall {
    /// A call with the parameters in `slots`, which has room for the results.
    ///
    /// # Safety
    /// The parameters are of their types, and the store stays borrowed exclusively while this lives, by
    /// someone who may move to another thread.
    pub(crate) unsafe fn new(
        store: &Opaque,
        func: NonNull<VMFuncRef>,
        entry: Arc<TypeEntry>,
        slots: Values,
    ) -> Self {
        Self {
            store: StoreRef(store),
            func,
            call: SuspendableCall::new(entry, slots),
            state: State::New,
        }
    }
}

impl Future for AsyncCall {
    type Output = Result<()>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        let this = &mut *self;
        // SAFETY: the store is alive as `new` demands.
        let store = unsafe { this.store.get() };
        loop {
            let step = match std::mem::replace(&mut this.state, State::Over) {
                // SAFETY: as `new` demands.
                State::New => unsafe { this.call.begin(store, this.func) }?,
                State::Suspended(paused, mut what) => {
                    let values = match &mut what {
                        What::Future(future) => future.as_mut().poll(context),
                        What::Host(..) => Poll::Ready(Err(suspendable::not_suspendable())),
                    };
                    let Poll::Ready(values) = values else {
                        this.state = State::Suspended(paused, what);
                        return Poll::Pending;
                    };
                    // SAFETY: as `new` demands; the future gives the results of its host function.
                    unsafe { this.call.resume(store, paused, values) }
                }
                State::Over => panic!("polled after it was over"),
            };
            match step {
                Step::Over(result) => return Poll::Ready(result),
                Step::Suspended(paused, what) => this.state = State::Suspended(paused, what),
            }
        }
    }
}

impl Drop for AsyncCall {
    fn drop(&mut self) {
        if let State::Suspended(paused, what) = std::mem::replace(&mut self.state, State::Over) {
            // The future goes first: it may use the store when it is dropped.
            drop(what);
            // SAFETY: as in `poll`.
            paused.give_up(unsafe { &self.store.get().engine });
        }
    }
}
