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

use smallvec::SmallVec;
use weft_abi::layout::{VMFuncRef, VMHostContext};
use weft_abi::signature::Signature;
use weft_abi::value::RawVal;
use weft_runtime as rt;
use weft_runtime::func::{
    HostForm, HostFuncSpec, host_data, host_entity, load_params, read_args, take_results,
    write_results,
};
use weft_runtime::store::PendingFailure;
use weft_runtime::stubs::{ExitFrame, RegisterFile};
use weft_runtime::trap::{self, Outcome, Suspended};
use weft_runtime::types::TypeEntry;

use super::host::{self, Dynamic, dynamic_params, guarded};
use super::list::{WasmRet, WasmTyList};
use super::typed::Slots;
use crate::store::Opaque;
use crate::{Caller, Engine, Error, FuncType, Result, Val};

type Values = SmallVec<[RawVal; 8]>;
type HostFuture = Pin<Box<dyn Future<Output = Result<Values>> + Send>>;

/// What a suspended call waits for: a host function's future, and where its results go.
pub(crate) struct Waiting {
    future: HostFuture,
    signature: Signature,
    /// Where results go that do not fit into registers: the third word of the frame the function was called with.
    memory: u64,
}

/// Makes the wasm that called the host function wait for `future`.
///
/// # Safety
/// `context` and `frame` are what the running host function was called with. What `future` borrows is the
/// caller's store, which is borrowed until the call is over.
unsafe fn wait_for<'a>(
    context: *mut VMHostContext,
    frame: *const ExitFrame,
    future: Pin<Box<dyn Future<Output = Result<Values>> + Send + 'a>>,
) {
    // SAFETY: the caller's; whoever polls the call holds the store for at least `'a`.
    unsafe {
        let future =
            std::mem::transmute::<Pin<Box<dyn Future<Output = _> + Send + 'a>>, HostFuture>(future);
        let live = rt::StoreInner::from_context((*context).store);
        let store = live.user_data().cast::<Opaque>();
        (*store).waiting.set(Some(Box::new(Waiting {
            future,
            signature: host_entity(context).signature().clone(),
            memory: (*frame).ints[1],
        })));
        trap::suspend((*context).store);
    }
}

/// # Safety
/// `context` is what the running host function was called with.
unsafe fn check_can_wait(context: *mut VMHostContext) -> Result<()> {
    // SAFETY: the caller's.
    if unsafe { trap::can_suspend((*context).store) } {
        return Ok(());
    }
    crate::bail!(
        "an asynchronous host function was called by a call that is not: use call_async, with no synchronous host function in between"
    )
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

/// A call that can be suspended. It resolves when the function has returned, with the results in `slots`.
pub(crate) struct AsyncCall {
    store: StoreRef,
    func: NonNull<VMFuncRef>,
    entry: Arc<TypeEntry>,
    pub(crate) slots: Box<[RawVal]>,
    stack_args: Box<[u128]>,
    registers: Box<RegisterFile>,
    state: State,
}

// SAFETY: everything in it belongs to the store, whose exclusive borrow goes along and whose data is `Send`.
unsafe impl Send for AsyncCall {}

enum State {
    New,
    Suspended(Suspended, Box<Waiting>),
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
        let words = signature(&entry).stack_bytes as usize / 16;
        Self {
            store: StoreRef(store),
            func,
            entry,
            slots: slots.into_vec().into_boxed_slice(),
            stack_args: vec![0; words].into_boxed_slice(),
            registers: Box::default(),
            state: State::New,
        }
    }

    fn begin(&mut self) -> Result<Outcome> {
        // SAFETY: the store is alive as `new` demands.
        let store = unsafe { self.store.get() };
        let stack = store.engine.live().stacks().take()?;
        let signature = signature(&self.entry);
        *self.registers = load_params(signature, &mut self.slots, &mut self.stack_args);
        // SAFETY: as `new` demands; the registers hold what the signature says.
        Ok(unsafe {
            let func = self.func.as_ref();
            let registers = &raw mut *self.registers;
            trap::enter_suspendable(
                store.live.context(),
                stack,
                func.vmctx,
                func.code,
                registers,
            )
        })
    }

    /// Goes on with what the host function's future gave.
    fn resume(
        &mut self,
        suspended: Suspended,
        waiting: &Waiting,
        values: Result<Values>,
    ) -> Outcome {
        // SAFETY: as in `begin`.
        let store = unsafe { self.store.get() };
        self.registers.ints[1] = waiting.memory;
        match values {
            // SAFETY: the values are the results of the function whose signature this is.
            Ok(values) => unsafe {
                write_results(&raw mut *self.registers, &waiting.signature, &values);
            },
            Err(error) => match host::thrown(store, &error) {
                // SAFETY: an exception of this store; the call is resumed right below.
                Some(exception) => unsafe { store.live.throw_into(&suspended, exception) },
                None => store.live.fail(PendingFailure::Host(Box::new(error))),
            },
        }
        // SAFETY: as in `begin`; a failure that is pending ends the call at once.
        unsafe {
            trap::resume_suspendable(store.live.context(), suspended, &raw mut *self.registers)
        }
    }

    /// Takes note of how it went on; ready when it is over.
    fn went(&mut self, outcome: Outcome) -> Poll<Result<()>> {
        // SAFETY: as in `begin`.
        let store = unsafe { self.store.get() };
        match outcome {
            Outcome::Suspended(suspended) => {
                let waiting = store.waiting.take();
                let waiting = waiting.expect("whoever suspends says what it waits for");
                self.state = State::Suspended(suspended, waiting);
                Poll::Pending
            }
            Outcome::Done(code, stack) => {
                // The backtrace is read from the stack, so that goes last.
                let result = match code {
                    0 => Ok(()),
                    code => Err(Error::from_entry(store, code)),
                };
                store.engine.live().stacks().put(stack);
                take_results(&self.registers, signature(&self.entry), &mut self.slots);
                Poll::Ready(result)
            }
        }
    }
}

fn signature(entry: &TypeEntry) -> &Signature {
    entry
        .signature
        .as_ref()
        .expect("a function has a signature")
}

impl Future for AsyncCall {
    type Output = Result<()>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        loop {
            let outcome = match std::mem::replace(&mut self.state, State::Over) {
                State::New => self.begin()?,
                State::Suspended(suspended, mut waiting) => {
                    match waiting.future.as_mut().poll(context) {
                        Poll::Ready(values) => self.resume(suspended, &waiting, values),
                        Poll::Pending => {
                            self.state = State::Suspended(suspended, waiting);
                            return Poll::Pending;
                        }
                    }
                }
                State::Over => panic!("polled after it was over"),
            };
            if let Poll::Ready(result) = self.went(outcome) {
                return Poll::Ready(result);
            }
        }
    }
}

impl Drop for AsyncCall {
    fn drop(&mut self) {
        if let State::Suspended(suspended, waiting) =
            std::mem::replace(&mut self.state, State::Over)
        {
            // The future goes first: it may use the store when it is dropped.
            drop(waiting);
            // SAFETY: as in `begin`.
            let store = unsafe { self.store.get() };
            store.engine.live().stacks().put(suspended.into_stack());
        }
    }
}
