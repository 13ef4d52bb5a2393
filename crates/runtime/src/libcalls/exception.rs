//! Exceptions that leave the function they are thrown in.

use weft_abi::layout::VMContext;

use super::running;

/// `throw`, `throw_ref` and the older `rethrow`.
pub(crate) unsafe extern "C" fn throw_ref(vmctx: *mut VMContext, exception: u32) {
    // SAFETY: called by compiled code, with an exception that is not null.
    unsafe { running(vmctx).store().throw(exception) };
}
