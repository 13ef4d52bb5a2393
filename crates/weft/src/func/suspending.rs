//! Host functions that suspend their caller until the host resumes it: see [`crate::host::func_suspending`].

use std::any::Any;

use weft_abi::layout::VMHostContext;
use weft_runtime::func::{HostForm, HostFuncSpec, host_data, host_entity};
use weft_runtime::stubs::ExitFrame;

use super::host::{self, Dynamic, dynamic_params, scoped};
use super::suspendable::{What, check_can_wait, wait_for};
use crate::{Caller, Engine, FuncType, Result, Val};

/// The host function of a closure that says what its caller is to wait for.
pub(crate) fn spec<T, F>(engine: &Engine, ty: FuncType, closure: F) -> Result<HostFuncSpec>
where
    T: 'static,
    F: Fn(Caller<'_, T>, &[Val]) -> Result<Box<dyn Any + Send>> + Send + Sync + 'static,
{
    host::dynamic_spec(engine, ty, HostForm::Full(shim::<T, F>), closure)
}

unsafe extern "C" fn shim<T, F>(context: *mut VMHostContext, frame: *mut ExitFrame)
where
    T: 'static,
    F: Fn(Caller<'_, T>, &[Val]) -> Result<Box<dyn Any + Send>> + Send + Sync + 'static,
{
    // SAFETY: the stub calls it with the context that was made for this closure.
    unsafe {
        scoped(context, (), || {
            let Dynamic { ty, closure } = host_data::<Dynamic<F>>(context);
            let caller = Caller::<T>::new(context);
            let store: *const crate::store::Opaque = caller.store.opaque();
            let signature = host_entity(context).signature();
            let params = dynamic_params(&*store, ty, signature, frame);
            let what = closure(caller, &params)?;
            // Asked last, because the closure may say it better.
            check_can_wait(context)?;
            wait_for(context, frame, What::Host(what, ty.clone()));
            Ok(())
        });
    }
}
