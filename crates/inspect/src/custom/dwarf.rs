//! Sections of DWARF. Each is shown by what it holds; `.debug_info` with its compilation units as far as it says them alone.

use gimli::{DebugInfo, EndianSlice, LittleEndian};

use super::{Reading, plural};
use crate::Fault;

pub(super) fn read(name: &str, contents: &[u8], offset: u64) -> Reading {
    match name {
        ".debug_info" => units(contents, offset),
        _ => Reading::default().meaning(meaning(name)),
    }
}

fn meaning(name: &str) -> &'static str {
    match name {
        ".debug_abbrev" => "DWARF: the forms of entries",
        ".debug_addr" => "DWARF: addresses",
        ".debug_aranges" => "DWARF: which unit has which addresses",
        ".debug_frame" => "DWARF: call frames",
        ".debug_line" => "DWARF: lines of the source",
        ".debug_line_str" | ".debug_str" => "DWARF: strings",
        ".debug_loc" | ".debug_loclists" => "DWARF: where variables are",
        ".debug_macinfo" | ".debug_macro" => "DWARF: macros",
        ".debug_names" | ".debug_pubnames" | ".debug_pubtypes" => "DWARF: an index of names",
        ".debug_ranges" | ".debug_rnglists" => "DWARF: ranges of addresses",
        ".debug_str_offsets" => "DWARF: where strings are",
        ".debug_types" => "DWARF: types",
        _ => "DWARF",
    }
}

fn units(contents: &[u8], offset: u64) -> Reading {
    let mut reading = Reading::default();
    let section = DebugInfo::from(EndianSlice::new(contents, LittleEndian));
    let mut units = section.units();
    loop {
        match units.next() {
            Ok(Some(unit)) => {
                let at = unit.debug_info_offset().map_or(0, |offset| offset.0) as u64;
                let (version, length) = (unit.version(), unit.length_including_self());
                reading.push(
                    offset + at,
                    format!("unit of DWARF {version}, {length} bytes"),
                );
            }
            Ok(None) => break,
            Err(error) => {
                let (message, offset) = (error.to_string(), last_end(&reading, offset));
                reading.fault = Some(Fault { offset, message });
                break;
            }
        }
    }
    let meaning = format!("DWARF: {}", plural(reading.items.len(), "unit"));
    reading.meaning(meaning)
}

/// Where the last unit that could be read begins: nothing nearer to the fault is known.
fn last_end(reading: &Reading, offset: u64) -> u64 {
    reading.items.last().map_or(offset, |item| item.offset)
}
