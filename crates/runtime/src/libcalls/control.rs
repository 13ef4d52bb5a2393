//! Reasons to stop that compiled code finds by itself.

use weft_abi::TrapKind;
use weft_abi::layout::{TypeId, VMContext};

use super::{raise, running};

/// Fuel went below zero.
pub(crate) unsafe extern "C" fn out_of_fuel(vmctx: *mut VMContext) {
    // SAFETY: called by compiled code.
    raise(unsafe { running(vmctx) }.store(), TrapKind::OutOfFuel);
}

/// Compiled code saw something pending; the stub that called this looks at it when this returns.
pub(crate) unsafe extern "C" fn poll(_vmctx: *mut VMContext) {}

/// Whether one canonical type is below another, for hierarchies deeper than the display.
pub(crate) unsafe extern "C" fn is_subtype(vmctx: *mut VMContext, sub: u32, sup: u32) -> u32 {
    // SAFETY: called by compiled code.
    let store = unsafe { running(vmctx) }.store();
    u32::from(store.engine().types().is_subtype(TypeId(sub), TypeId(sup)))
}
