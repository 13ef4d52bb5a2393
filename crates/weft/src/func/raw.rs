//! Host functions over raw values: for hosts that convert values themselves, by types known at run time.

use std::sync::Arc;

use weft_abi::layout::VMHostContext;
use weft_abi::value::RawVal;
use weft_runtime as rt;
use weft_runtime::func::{
    HostForm, HostFuncSpec, host_data, host_entity, read_args, write_results,
};
use weft_runtime::stubs::ExitFrame;

use super::host::guarded;
use super::typed::Slots;
use crate::{Caller, Engine, FuncType, Result};

/// The host function of a closure over raw values.
///
/// # Safety
/// The closure leaves values of the result types, in their representation and of the caller's store.
pub(crate) unsafe fn spec<T, F>(engine: &Engine, ty: &FuncType, closure: F) -> Result<HostFuncSpec>
where
    T: 'static,
    F: Fn(Caller<'_, T>, &mut [RawVal]) -> Result<()> + Send + Sync + 'static,
{
    if !Engine::same(ty.engine(), engine) {
        return Err(rt::Misuse::WrongEngine.into());
    }
    Ok(HostFuncSpec {
        types: ty.registered()?,
        form: HostForm::Full(shim::<T, F>),
        data: Arc::new(closure),
    })
}

unsafe extern "C" fn shim<T, F>(context: *mut VMHostContext, frame: *mut ExitFrame)
where
    T: 'static,
    F: Fn(Caller<'_, T>, &mut [RawVal]) -> Result<()> + Send + Sync + 'static,
{
    // SAFETY: the stub calls it with the context that was made for this closure.
    unsafe {
        guarded(context, (), || {
            let signature = host_entity(context).signature();
            let mut slots = Slots::new(signature.params.len().max(signature.results.len()));
            read_args(frame, signature, &mut slots.values);
            host_data::<F>(context)(Caller::<T>::new(context), &mut slots.values)?;
            write_results(frame, signature, &slots.values);
            Ok(())
        });
    }
}
