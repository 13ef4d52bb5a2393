//! Ways that lead to a throw or a trap, whatever happens.
//!
//! Programs with objects are full of them: what they do if a reference is null, or of another type than it should be, is to make an object that says so
//! and to throw it. Such a way is laid out apart from the rest and takes little code: what it makes is made by calls. Modules without objects and exceptions
//! are not searched for them.

use wasmparser::{Operator, OperatorsReader};

use super::FunctionTranslator;

/// Instructions that are looked at.
const LOOK_AHEAD: usize = 16;

impl FunctionTranslator<'_> {
    /// Must follow every instruction: sees whether the way from here is doomed. `reader` is at the next instruction.
    pub(super) fn look_ahead(&mut self, reader: &OperatorsReader<'_>) {
        let is_fork = std::mem::take(&mut self.is_fork);
        self.is_rare &= self.reachable;
        if is_fork && self.reachable && self.may_be_doomed() && doomed(reader).is_some() {
            self.is_rare = true;
            if let Some(block) = self.builder.current_block() {
                self.builder.set_cold_block(block);
            }
        }
    }

    fn may_be_doomed(&mut self) -> bool {
        !self.module.tags.is_empty() || self.has_objects()
    }
}

/// How many instructions come next, one after the other, up to a throw or a trap, if that is what they end in.
pub(super) fn doomed(reader: &OperatorsReader<'_>) -> Option<usize> {
    // A reader of its own: a copy would copy the stack of open blocks, which may be deep.
    let mut reader = OperatorsReader::new(reader.get_binary_reader());
    for count in 1..=LOOK_AHEAD {
        match reader.read().ok()? {
            Operator::Throw { .. } | Operator::ThrowRef | Operator::Unreachable => {
                return Some(count);
            }
            Operator::Block { .. }
            | Operator::Loop { .. }
            | Operator::If { .. }
            | Operator::Else
            | Operator::End
            | Operator::TryTable { .. }
            | Operator::Try { .. }
            | Operator::Catch { .. }
            | Operator::CatchAll
            | Operator::Delegate { .. }
            | Operator::Rethrow { .. }
            | Operator::Br { .. }
            | Operator::BrIf { .. }
            | Operator::BrTable { .. }
            | Operator::BrOnNull { .. }
            | Operator::BrOnNonNull { .. }
            | Operator::BrOnCast { .. }
            | Operator::BrOnCastFail { .. }
            | Operator::Return
            | Operator::ReturnCall { .. }
            | Operator::ReturnCallIndirect { .. }
            | Operator::ReturnCallRef { .. } => return None,
            _ => {}
        }
    }
    None
}

/// Whether `operator` has two ways out, of which the next instruction is on one.
pub(super) fn is_fork(operator: &Operator<'_>) -> bool {
    matches!(
        operator,
        Operator::If { .. }
            | Operator::Else
            | Operator::BrIf { .. }
            | Operator::BrOnNull { .. }
            | Operator::BrOnNonNull { .. }
    )
}
