//! Sections of DWARF. Each is shown by what it holds; `.debug_info` with its compilation units.

use gimli::{AttributeValue, Dwarf, EndianSlice, LittleEndian, SectionId, UnitHeader};

use super::{Reading, plural};
use crate::{Fault, Harmless};

type Slice<'a> = EndianSlice<'a, LittleEndian>;

/// Reads a section; `.debug_info` refers to others, which `contents_of` gives.
pub(super) fn read<'a>(
    name: &str,
    offset: u64,
    wants_items: bool,
    contents_of: impl Fn(&str) -> &'a [u8],
) -> Reading {
    match name {
        ".debug_info" => units(offset, wants_items, contents_of),
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

fn units<'a>(offset: u64, wants_items: bool, contents_of: impl Fn(&str) -> &'a [u8]) -> Reading {
    let load = |id: SectionId| Slice::new(contents_of(id.name()), LittleEndian);
    let dwarf = Dwarf::load(|id| Ok::<_, gimli::Error>(load(id))).unwrap_or_default();
    let mut reading = Reading::default();
    let mut units = dwarf.units();
    let (mut count, mut last) = (0, offset);
    loop {
        match units.next() {
            Ok(Some(header)) => {
                count += 1;
                last = offset + header.debug_info_offset().map_or(0, |offset| offset.0) as u64;
                if wants_items {
                    reading.push(last, unit(&dwarf, header));
                }
            }
            Ok(None) => break,
            Err(error) => {
                // Where the last unit begins that could be read: nothing nearer to the fault is known.
                reading.fault = Some(Fault {
                    offset: last,
                    message: error.to_string(),
                });
                break;
            }
        }
    }
    let meaning = format!("DWARF: {}", plural(count, "unit"));
    reading.meaning(meaning)
}

/// A compilation unit by its own first entry, as far as that can be read.
fn unit(dwarf: &Dwarf<Slice<'_>>, header: UnitHeader<Slice<'_>>) -> String {
    let (version, length) = (header.version(), header.length_including_self());
    let mut text = format!("unit of DWARF {version}, {length} bytes");
    let Ok(unit) = dwarf.unit(header) else {
        return text;
    };
    if let Some(name) = unit.name {
        text = format!("{}: {text}", Harmless(&name.to_string_lossy()));
    }
    let Ok(root) = unit.entry(unit.root_offset()) else {
        return text;
    };
    if let Some(AttributeValue::Language(language)) = root.attr_value(gimli::DW_AT_language) {
        let name = language
            .static_string()
            .and_then(|name| name.strip_prefix("DW_LANG_"));
        text.push_str(&format!(", {}", name.unwrap_or("unknown language")));
    }
    let producer = root.attr_value(gimli::DW_AT_producer);
    let producer = producer.and_then(|value| dwarf.attr_string(&unit, value).ok());
    if let Some(producer) = producer {
        text.push_str(&format!(", by {}", Harmless(&producer.to_string_lossy())));
    }
    text
}
