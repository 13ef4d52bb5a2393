//! Trap kinds as Cranelift's trap codes, one to one.
//!
//! Cranelift raises five traps by itself; their kinds have no other code, and every other kind is a user code
//! with the kind's own number.

use cranelift_codegen::ir::TrapCode;
use weft_abi::TrapKind;

/// What Cranelift raises for its own instructions.
const BUILTIN: [(TrapKind, TrapCode); 5] = [
    (TrapKind::StackExhausted, TrapCode::STACK_OVERFLOW),
    (TrapKind::IntegerOverflow, TrapCode::INTEGER_OVERFLOW),
    (
        TrapKind::IntegerDivideByZero,
        TrapCode::INTEGER_DIVISION_BY_ZERO,
    ),
    (
        TrapKind::InvalidConversionToInteger,
        TrapCode::BAD_CONVERSION_TO_INTEGER,
    ),
    (TrapKind::MemoryOutOfBounds, TrapCode::HEAP_OUT_OF_BOUNDS),
];

/// The code for `kind`.
pub(crate) fn code(kind: TrapKind) -> TrapCode {
    let builtin = BUILTIN.iter().find(|(builtin, _)| *builtin == kind);
    builtin.map_or_else(|| TrapCode::unwrap_user(kind as u8), |&(_, code)| code)
}

/// The kind that has `code`.
pub(crate) fn kind(code: TrapCode) -> Option<TrapKind> {
    let builtin = BUILTIN.iter().find(|(_, builtin)| *builtin == code);
    builtin.map_or_else(
        || TrapKind::from_code(code.as_raw().get()),
        |&(kind, _)| Some(kind),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_codes_are_one_to_one() {
        for &trap in TrapKind::ALL {
            assert_eq!(kind(code(trap)), Some(trap));
        }
    }

    #[test]
    fn every_code_of_cranelift_has_a_kind() {
        for &own in TrapCode::non_user_traps() {
            assert_eq!(code(kind(own).unwrap()), own);
        }
    }
}
