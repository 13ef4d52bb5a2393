//! The implementation limits of the JavaScript API specification.
//!
//! Engines agree on them so that a module that loads in one loads in all. Most are checked by the
//! validator; here are those that it leaves to us.

use crate::{DecodeError, DecodeErrorKind};

/// The size of a module, in bytes: 1 GiB. It lets every offset be a `u32`.
pub const MAX_MODULE_SIZE: usize = 1 << 30;
/// Exports of a module.
pub const MAX_EXPORTS: u32 = 1_000_000;
/// Data segments of a module.
pub const MAX_DATA_SEGMENTS: u32 = 100_000;
/// The size of a function body with its locals, in bytes.
pub const MAX_BODY_SIZE: u64 = 7_654_321;
/// Locals of a function, parameters included.
pub const MAX_LOCALS: u32 = 50_000;
/// Labels of a `br_table`, without the default.
pub const MAX_BR_TABLE_SIZE: u32 = 65_520;
/// Clauses of a `try_table`.
pub const MAX_CATCHES: u32 = 10_000;
/// Values on the stack of a function. No compiler comes near it; without it, calls with a thousand
/// results each would make a small body cost gigabytes.
pub const MAX_OPERANDS: usize = 1_000_000;
/// Operands of an `array.new_fixed`.
pub const MAX_ARRAY_NEW_FIXED: u32 = 10_000;

/// Refuses a module that is, or grows, too large.
pub(crate) fn check_module_size(size: usize) -> Result<(), DecodeError> {
    if size <= MAX_MODULE_SIZE {
        return Ok(());
    }
    let message = format!("the module is larger than {MAX_MODULE_SIZE} bytes");
    Err(DecodeError::new(
        DecodeErrorKind::Limit,
        message,
        MAX_MODULE_SIZE as u64,
    ))
}

/// Refuses a function body that is too large. `start` is its offset.
pub(crate) fn check_body_size(start: u64, size: u64) -> Result<(), DecodeError> {
    if size <= MAX_BODY_SIZE {
        return Ok(());
    }
    let message = format!("function body of {size} bytes; the limit is {MAX_BODY_SIZE}");
    Err(DecodeError::new(DecodeErrorKind::Limit, message, start))
}
