//! Source positions from a module's DWARF, for people who read a trap.
//!
//! Nothing is read until a backtrace is shown. DWARF comes from the guest and may be anything: what
//! cannot be read is left out. Its addresses count from the start of the code section's contents.

use addr2line::LookupResult;
use gimli::{EndianSlice, LittleEndian, SectionId};
use weft_module::ModuleInfo;

use crate::FrameSymbol;

type Slice<'a> = EndianSlice<'a, LittleEndian>;

/// Inlined frames shown for one address; more would be a module's idea of a joke.
const MAX_INLINED: usize = 64;

/// A module's line tables, ready to be asked.
pub(crate) struct Lines<'a> {
    context: addr2line::Context<Slice<'a>>,
    code_start: u64,
}

impl<'a> Lines<'a> {
    /// The line tables of a module, or `None` when it has none.
    pub(crate) fn new(info: &ModuleInfo, bytes: &'a [u8]) -> Option<Self> {
        info.custom_sections(SectionId::DebugLine.name()).next()?;
        let load = |id: SectionId| -> Result<Slice<'a>, gimli::Error> {
            Ok(EndianSlice::new(
                section(info, bytes, id.name()),
                LittleEndian,
            ))
        };
        let context = addr2line::Context::from_dwarf(gimli::Dwarf::load(load).ok()?).ok()?;
        Some(Self {
            context,
            code_start: code_start(bytes)?,
        })
    }

    /// The functions and lines at `module_offset`: inlined ones first, the function itself last.
    pub(crate) fn symbols(&self, module_offset: u64) -> Vec<FrameSymbol> {
        let Some(address) = module_offset.checked_sub(self.code_start) else {
            return Vec::new();
        };
        let LookupResult::Output(Ok(mut frames)) = self.context.find_frames(address) else {
            return Vec::new();
        };
        let mut symbols = Vec::new();
        while let Ok(Some(frame)) = frames.next() {
            symbols.push(symbol(&frame));
            if symbols.len() == MAX_INLINED {
                break;
            }
        }
        symbols
    }
}

fn symbol(frame: &addr2line::Frame<'_, Slice<'_>>) -> FrameSymbol {
    let name = frame
        .function
        .as_ref()
        .and_then(|name| Some(demangle(&name.raw_name().ok()?)));
    let location = frame.location.as_ref();
    FrameSymbol {
        name,
        file: location.and_then(|location| location.file.map(str::to_owned)),
        line: location.and_then(|location| location.line),
        column: location.and_then(|location| location.column),
    }
}

/// The contents of a custom section, or nothing.
fn section<'a>(info: &ModuleInfo, bytes: &'a [u8], name: &str) -> &'a [u8] {
    info.custom_sections(name)
        .next()
        .and_then(|section| bytes.get(section.range.start as usize..section.range.end as usize))
        .unwrap_or_default()
}

/// Where the contents of the code section start.
fn code_start(bytes: &[u8]) -> Option<u64> {
    const CODE: u8 = 10;
    let mut at = 8;
    loop {
        let id = *bytes.get(at)?;
        let (size, contents) = leb128(bytes, at + 1)?;
        if id == CODE {
            return Some(contents as u64);
        }
        at = contents.checked_add(size as usize)?;
    }
}

/// The unsigned 32-bit LEB128 number at `at`, and where it ends.
fn leb128(bytes: &[u8], mut at: usize) -> Option<(u32, usize)> {
    let mut value = 0_u32;
    for shift in (0..35).step_by(7) {
        let byte = *bytes.get(at)?;
        at += 1;
        value |= u32::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some((value, at));
        }
    }
    None
}

/// A symbol as its author wrote it, when it is a mangled Rust name.
pub(crate) fn demangle(symbol: &str) -> String {
    match rustc_demangle::try_demangle(symbol) {
        Ok(name) => format!("{name:#}"),
        Err(_) => symbol.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_section_is_found_behind_others() {
        let mut wasm = b"\0asm\x01\0\0\0".to_vec();
        wasm.extend([0, 3, 1, b'x', 0]);
        wasm.extend([10, 0x81, 0, 0]);
        assert_eq!(code_start(&wasm), Some(16));
        assert_eq!(code_start(&wasm[..12]), None);
    }

    #[test]
    fn names_are_demangled_and_others_left_alone() {
        assert_eq!(
            demangle("_ZN4core3fmt5write17h0123456789abcdefE"),
            "core::fmt::write"
        );
        assert_eq!(demangle("main"), "main");
    }
}
