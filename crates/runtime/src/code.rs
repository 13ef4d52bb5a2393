//! Compiled modules.

use weft_abi::layout::VMContext;

/// Compiles the function that a lazy stub stands for.
pub(crate) unsafe extern "C" fn compile_lazily(_vmctx: *mut VMContext, _func: u32) -> *const u8 {
    std::ptr::null()
}
