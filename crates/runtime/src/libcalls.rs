//! What compiled code asks the runtime to do.

use weft_abi::TrapKind;
use weft_abi::layout::VMContext;

macro_rules! ty {
    (I32) => {
        u32
    };
    (I64) => {
        u64
    };
}

macro_rules! unsupported {
    ($($name:ident $snake:ident($($param:ident: $ty:ident),*) $(-> $result:ident)?;)*) => {$(
        pub(crate) unsafe extern "C" fn $snake(vmctx: *mut VMContext $(, $param: ty!($ty))*) $(-> ty!($result))? {
            $(let _ = $param;)*
            // SAFETY: code passes a live vmctx.
            unsafe { crate::trap::raise((*vmctx).store, TrapKind::ResourceExhausted) };
            $(0 as ty!($result))?
        }
    )*};
}

weft_abi::for_each_libcall!(unsupported);
