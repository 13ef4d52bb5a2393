//! The engine's code of a function as lines of assembly.

use std::collections::HashMap;

use iced_x86::{Decoder, DecoderOptions, Formatter as _, IntelFormatter};
use weft::NativeCode;
use weft_inspect::NativeInstruction;

/// Disassembles a function's code. `name_of` says what to call another function.
pub(crate) fn disassemble(
    code: NativeCode<'_>,
    name_of: impl Fn(u32) -> String,
) -> Vec<NativeInstruction> {
    let calls: HashMap<u32, u32> = code.calls().collect();
    let positions: Vec<(u32, u32)> = code.positions().collect();
    let mut decoder = Decoder::new(64, code.bytes(), DecoderOptions::NONE);
    let mut formatter = formatter();
    let mut listing = Vec::new();
    while decoder.can_decode() {
        let instruction = decoder.decode();
        let offset = instruction.ip() as u32;
        let constants = decoder.get_constant_offsets(&instruction);
        let field = offset + constants.immediate_offset() as u32;
        let mut text = String::new();
        match calls.get(&field).filter(|_| constants.has_immediate()) {
            Some(target) => {
                formatter.format_mnemonic(&instruction, &mut text);
                text.push(' ');
                text.push_str(&name_of(*target));
            }
            None => formatter.format(&instruction, &mut text),
        }
        listing.push(NativeInstruction {
            offset,
            module_offset: module_offset(&positions, offset),
            text,
        });
    }
    listing
}

fn formatter() -> IntelFormatter {
    let mut formatter = IntelFormatter::new();
    let options = formatter.options_mut();
    options.set_hex_prefix("0x");
    options.set_hex_suffix("");
    options.set_uppercase_hex(false);
    options.set_space_after_operand_separator(true);
    options.set_branch_leading_zeros(false);
    options.set_show_branch_size(false);
    options.set_rip_relative_addresses(true);
    formatter
}

/// The place in the module of the code at `offset`.
fn module_offset(positions: &[(u32, u32)], offset: u32) -> Option<u64> {
    let after = positions.partition_point(|(start, _)| *start <= offset);
    let (_, place) = positions.get(after.checked_sub(1)?)?;
    Some(u64::from(*place))
}
