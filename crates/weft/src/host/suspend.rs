//! Calls that the host suspends and resumes by itself.

use std::any::Any;
use std::fmt;

use weft_abi::value::RawVal;
use weft_runtime as rt;
use weft_runtime::trap;

use crate::func::suspendable::{Paused, Step, SuspendableCall, What, not_suspendable};
use crate::func::{check_results, host, raw_params, suspending};
use crate::store::Opaque;
use crate::{AsContextMut, Caller, Engine, Func, FuncType, Result, Val};

/// A host function of a type known at run time that suspends its caller: `func` says what is to be waited for, and the function
/// returns when the host [resumes](SuspendedCall::resume) the call with its results.
///
/// The call must have been made by [`call_suspendable`], with no other host function in between: see [`suspension`]. Otherwise
/// the function fails when `func` has returned.
///
/// # Errors
/// When `ty` belongs to another engine.
pub fn func_suspending<T: 'static>(
    mut store: impl AsContextMut<Data = T>,
    ty: FuncType,
    func: impl Fn(Caller<'_, T>, &[Val]) -> Result<Box<dyn Any + Send>> + Send + Sync + 'static,
) -> Result<Func> {
    let store = store.as_context_mut();
    let spec = suspending::spec(store.engine(), ty, func)?;
    Func::from_spec(store.opaque(), &spec)
}

/// Whether the caller of a host function can be suspended.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Suspension {
    /// It can.
    Possible,
    /// Another host function runs between it and the call that can be suspended.
    Between,
    /// No call that can be suspended is under way.
    Absent,
}

/// Whether the caller of the running host function can be suspended.
pub fn suspension<T: 'static>(caller: &Caller<'_, T>) -> Suspension {
    let context = caller.store.opaque().live.context();
    // SAFETY: the context of a store whose host function is running on this thread.
    match unsafe { trap::can_suspend(context) } {
        true => Suspension::Possible,
        false if trap::is_in_suspendable(context) => Suspension::Between,
        false => Suspension::Absent,
    }
}

/// How a call went on.
#[derive(Debug)]
pub enum Progress {
    /// It has returned these results.
    Done(Vec<Val>),
    /// A function made by [`func_suspending`] has suspended it, and waits for this.
    Suspended(SuspendedCall, Box<dyn Any + Send>),
}

/// Calls a function on a stack of its own (§ 4.5.5 "Invocation"), so that functions made by [`func_suspending`] can suspend it.
///
/// ```
/// use weft::host::{self, Progress};
/// use weft::{Func, FuncType, Store, Val, ValType};
///
/// let mut store: Store<()> = Store::default();
/// let ty = FuncType::new(store.engine(), [ValType::I32], [ValType::I32]);
/// let wait = host::func_suspending(&mut store, ty, |_, params| Ok(Box::new(params[0].unwrap_i32())))?;
/// let Progress::Suspended(call, what) = host::call_suspendable(&mut store, &wait, &[Val::I32(6)])? else {
///     unreachable!("it suspends")
/// };
/// let number: i32 = *what.downcast().expect("what the function gave");
/// let Progress::Done(results) = call.resume(&mut store, Ok(&[Val::I32(7 * number)]))? else {
///     unreachable!("it returns")
/// };
/// assert_eq!(results[0].unwrap_i32(), 42);
/// # Ok::<(), weft::Error>(())
/// ```
///
/// # Errors
/// As [`Func::call`], and when too many calls are suspended.
///
/// # Panics
/// As [`Func::call`].
pub fn call_suspendable(
    mut store: impl AsContextMut,
    func: &Func,
    params: &[Val],
) -> Result<Progress> {
    let mut store = store.as_context_mut();
    store.escape();
    let opaque = store.opaque();
    let live = func.live().func_ref(&opaque.live)?;
    let entry = func.entry(opaque)?;
    let ty = entry.func().expect("a function has a function type");
    let mut slots = raw_params(opaque, &ty.params, params)?;
    slots.resize(params.len().max(ty.results.len()), RawVal::default());
    let results = ty.results.clone();
    let mut call = SuspendableCall::new(entry, slots);
    // SAFETY: the parameters are of their types, and the store is borrowed exclusively.
    let step = unsafe { call.begin(opaque, live) }?;
    go_on(opaque, call, results, step)
}

/// A call that waits to be resumed. Dropping it ends the call: what it had done stays done, and nothing of it runs any more.
///
/// What it keeps for [`Store::collect`](crate::Store::collect) is said there; a [`Reach`](super::Reach) goes on from it.
pub struct SuspendedCall(Option<Box<Parts>>);

struct Parts {
    call: SuspendableCall,
    results: Box<[rt::types::ValType]>,
    paused: Paused,
    /// What the host function returns that it waits for.
    awaited: FuncType,
    store: rt::StoreId,
    engine: Engine,
}

impl Drop for SuspendedCall {
    fn drop(&mut self) {
        if let Some(parts) = self.0.take() {
            parts.paused.give_up(&parts.engine);
        }
    }
}

impl SuspendedCall {
    /// What it has left on its stack, for a search in its store.
    pub(super) fn suspended(&self, store: &Opaque) -> Result<&trap::Suspended> {
        let parts = self.0.as_ref();
        let parts = parts.expect("there until it is resumed or dropped");
        match store.live.id() == parts.store {
            true => Ok(parts.paused.suspended()),
            false => Err(rt::Misuse::WrongStore.into()),
        }
    }

    /// Goes on as if the function that suspended the call returned `results`, or failed.
    ///
    /// # Errors
    /// As [`call_suspendable`]. Results of wrong types end the call with an error.
    ///
    /// # Panics
    /// As [`Func::call`], and when it belongs to another store.
    pub fn resume(
        mut self,
        mut store: impl AsContextMut,
        results: Result<&[Val]>,
    ) -> Result<Progress> {
        let mut store = store.as_context_mut();
        store.escape();
        let opaque = store.opaque();
        let parts = self.0.take().expect("there until it is resumed or dropped");
        assert!(opaque.live.id() == parts.store, "a call of another store");
        let Parts {
            mut call,
            results: types,
            paused,
            awaited,
            ..
        } = *parts;
        let values = results.and_then(|results| {
            check_results(awaited.results().len(), results.len())?;
            host::raw_results(opaque, &awaited, results)
        });
        // SAFETY: the values have been checked, and the store is the call's and borrowed exclusively.
        let step = unsafe { call.resume(opaque, paused, values) };
        go_on(opaque, call, types, step)
    }
}

/// What has become of a call.
fn go_on(
    store: &Opaque,
    mut call: SuspendableCall,
    results: Box<[rt::types::ValType]>,
    mut step: Step,
) -> Result<Progress> {
    loop {
        match step {
            Step::Over(result) => {
                result?;
                let values = results.iter().zip(&call.slots);
                // SAFETY: the call has put values of these types there.
                let values = values.map(|(ty, slot)| unsafe { Val::from_raw(store, *slot, *ty) });
                return Ok(Progress::Done(values.collect()));
            }
            Step::Suspended(paused, What::Host(what, awaited)) => {
                let parts = Parts {
                    call,
                    results,
                    paused,
                    awaited,
                    store: store.live.id(),
                    engine: store.engine.clone(),
                };
                return Ok(Progress::Suspended(
                    SuspendedCall(Some(Box::new(parts))),
                    what,
                ));
            }
            Step::Suspended(paused, What::Future(future)) => {
                drop(future);
                // SAFETY: the caller's store and call; an error is of any type.
                step = unsafe { call.resume(store, paused, Err(not_suspendable())) };
            }
        }
    }
}

impl fmt::Debug for SuspendedCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SuspendedCall").finish_non_exhaustive()
    }
}
