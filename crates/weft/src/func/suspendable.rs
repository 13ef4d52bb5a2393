//! Calls that can be suspended: what calls that futures resume and calls that the host resumes have in common.
//!
//! Such a call runs on a stack of its own. A host function leaves word with the store of what it waits for and suspends the wasm that
//! called it; then the entry returns, and whoever made the call keeps the stack until the results are there.

use std::any::Any;
use std::ptr::NonNull;
use std::sync::Arc;

use smallvec::SmallVec;
use weft_abi::layout::{VMFuncRef, VMHostContext};
use weft_abi::signature::Signature;
use weft_abi::value::RawVal;
use weft_runtime as rt;
use weft_runtime::func::{host_entity, load_params, take_results, write_results};
use weft_runtime::store::PendingFailure;
use weft_runtime::stubs::{ExitFrame, RegisterFile};
use weft_runtime::trap::{self, Outcome, Suspended};
use weft_runtime::types::TypeEntry;

use super::asynchronous::HostFuture;
use super::host;
use crate::store::Opaque;
use crate::{Engine, Error, FuncType, Result};

pub(crate) type Values = SmallVec<[RawVal; 8]>;

/// What a host function leaves with the store that suspends its caller.
pub(crate) struct Waiting {
    what: What,
    place: Box<ResultPlace>,
}

/// Where the results of the host function go.
struct ResultPlace {
    signature: Signature,
    /// Where results go that do not fit into registers: the third word of the frame the function was called with.
    memory: u64,
}

/// What a call waits for: that is, who resumes it.
pub(crate) enum What {
    /// Whoever polls it, when this is ready.
    Future(HostFuture),
    /// The host, which knows what to do by this, with results of that function type.
    Host(Box<dyn Any + Send>, FuncType),
}

/// Makes the wasm that called the host function wait.
///
/// # Safety
/// `context` and `frame` are what the running host function was called with, which [`check_can_wait`] has let through.
pub(super) unsafe fn wait_for(context: *mut VMHostContext, frame: *const ExitFrame, what: What) {
    // SAFETY: the caller's.
    unsafe {
        let live = rt::StoreInner::from_context((*context).store);
        let store = live.user_data().cast::<Opaque>();
        let place = Box::new(ResultPlace {
            signature: host_entity(context).signature().clone(),
            memory: (*frame).ints[1],
        });
        (*store).waiting.set(Some(Waiting { what, place }));
        trap::suspend(context);
    }
}

/// # Safety
/// `context` is what the running host function was called with.
pub(super) unsafe fn check_can_wait(context: *mut VMHostContext) -> Result<()> {
    // SAFETY: the caller's.
    match unsafe { trap::can_suspend((*context).store) } {
        true => Ok(()),
        false => Err(not_suspendable()),
    }
}

/// The error of a host function that cannot wait.
pub(crate) fn not_suspendable() -> Error {
    crate::format_err!(
        "an asynchronous host function was called by a call that is not: use call_async, with no synchronous host function in between"
    )
}

/// A call that can be suspended.
pub(crate) struct SuspendableCall {
    entry: Arc<TypeEntry>,
    /// The parameters, and the results when it is over.
    pub(crate) slots: Box<[RawVal]>,
    registers: Box<RegisterFile>,
}

/// How a call went on.
pub(crate) enum Step {
    /// It is over, and its results are in the slots.
    Over(Result<()>),
    /// It waits.
    Suspended(Paused, What),
}

/// Where a call that waits goes on.
pub(crate) struct Paused {
    suspended: Suspended,
    place: Box<ResultPlace>,
}

impl Paused {
    /// Where it lies.
    pub(crate) fn suspended(&self) -> &Suspended {
        &self.suspended
    }

    /// Gives the call up.
    pub(crate) fn give_up(self, engine: &Engine) {
        engine.live().stacks().put(self.suspended.into_stack());
    }
}

impl SuspendableCall {
    /// A call of a function of this type with the parameters in `slots`, which has room for the results.
    pub(crate) fn new(entry: Arc<TypeEntry>, slots: Values) -> Self {
        Self {
            entry,
            slots: slots.into_vec().into_boxed_slice(),
            registers: Box::default(),
        }
    }

    /// Begins the call.
    ///
    /// # Errors
    /// When there is no stack for it.
    ///
    /// # Safety
    /// `func` is a live function of the call's type; the parameters are of their types; the store is used by this thread alone.
    pub(crate) unsafe fn begin(
        &mut self,
        store: &Opaque,
        func: NonNull<VMFuncRef>,
    ) -> Result<Step> {
        let stack = store.live.take_stack()?;
        let signature = signature(&self.entry);
        let mut stack_args = vec![0_u128; signature.stack_bytes as usize / 16];
        *self.registers = load_params(signature, &mut self.slots, &mut stack_args);
        // SAFETY: the caller's; the registers hold what the signature says.
        let outcome = unsafe {
            let func = func.as_ref();
            let registers = &raw mut *self.registers;
            let context = store.live.context();
            trap::enter_suspendable(context, stack, func.vmctx, func.code, registers)
        };
        Ok(self.went(store, outcome))
    }

    /// Goes on with what the host function that suspended it gives.
    ///
    /// # Safety
    /// `paused` is this call in `store`, which is used by this thread alone; the values are the results of the host function.
    pub(crate) unsafe fn resume(
        &mut self,
        store: &Opaque,
        paused: Paused,
        values: Result<Values>,
    ) -> Step {
        let Paused { suspended, place } = paused;
        self.registers.ints[1] = place.memory;
        match values {
            // SAFETY: the values are the results of the function whose signature this is.
            Ok(values) => unsafe {
                write_results(&raw mut *self.registers, &place.signature, &values);
            },
            Err(error) => match host::thrown(store, &error) {
                // SAFETY: an exception of this store; the call is resumed right below.
                Some(exception) => unsafe { store.live.throw_into(&suspended, exception) },
                None => store.live.fail(PendingFailure::Host(Box::new(error))),
            },
        }
        // SAFETY: the caller's; a failure that is pending ends the call at once.
        let outcome = unsafe {
            trap::resume_suspendable(store.live.context(), suspended, &raw mut *self.registers)
        };
        self.went(store, outcome)
    }

    /// Takes note of how it went on.
    fn went(&mut self, store: &Opaque, outcome: Outcome) -> Step {
        let waiting = store.waiting.take();
        match outcome {
            Outcome::Suspended(suspended) => {
                let waiting = waiting.expect("whoever suspends says what it waits for");
                let Waiting { what, place } = waiting;
                Step::Suspended(Paused { suspended, place }, what)
            }
            Outcome::Done(code, stack) => {
                // The backtrace is read from the stack, so that goes last.
                let result = match code {
                    0 => Ok(()),
                    code => Err(Error::from_entry(store, code)),
                };
                store.engine.live().stacks().put(stack);
                take_results(&self.registers, signature(&self.entry), &mut self.slots);
                Step::Over(result)
            }
        }
    }
}

fn signature(entry: &TypeEntry) -> &Signature {
    let signature = entry.signature.as_ref();
    signature.expect("a function has a signature")
}
