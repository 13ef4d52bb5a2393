//! Custom sections that tools agree on (appendix "Custom Sections", and the tool conventions), read into lines.
//!
//! A line is what a person wants to know; [`crate::names`] has names as data.

mod dwarf;
mod linking;

use wasmparser::BinaryReader;

use crate::names::{self, NameKind};
use crate::{Fault, Harmless, Item};

/// What a section says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reading {
    /// In a few words.
    pub(crate) meaning: String,
    /// In full.
    pub(crate) items: Vec<Item>,
    /// Where reading ended, if it is damaged.
    pub(crate) fault: Option<Fault>,
}

impl Reading {
    fn push(&mut self, offset: u64, text: impl Into<String>) {
        let text = text.into();
        self.items.push(Item { offset, text });
    }

    /// The items that `read` adds, up to its error.
    fn collect(read: impl FnOnce(&mut Self) -> wasmparser::Result<()>) -> Self {
        let mut reading = Self::default();
        reading.fault = read(&mut reading).err().map(Fault::from);
        reading
    }

    fn meaning(mut self, meaning: impl Into<String>) -> Self {
        self.meaning = meaning.into();
        self
    }
}

/// Reads the custom section `name`, whose contents begin at `offset`. Sections of DWARF refer to others, which
/// `contents_of` gives by their names. Those that may be large have no items unless somebody `wants_items`.
pub(crate) fn read<'a>(
    name: &str,
    contents: &'a [u8],
    offset: u64,
    wants_items: bool,
    contents_of: impl Fn(&str) -> &'a [u8],
) -> Reading {
    let reader = BinaryReader::new(contents, offset);
    match name {
        "name" => names(contents, offset, wants_items),
        "producers" => producers(reader),
        "target_features" => target_features(reader),
        "sourceMappingURL" => url(reader, "the source map is at"),
        "external_debug_info" => url(reader, "debug information is in"),
        "build_id" => build_id(reader),
        "dylink.0" => linking::dylink(reader),
        "linking" => linking::linking(reader),
        "metadata.code.branch_hint" => branch_hints(reader),
        _ if name.starts_with("reloc.") => linking::relocations(reader, wants_items),
        _ if name.starts_with(".debug_") => dwarf::read(name, offset, wants_items, contents_of),
        _ => Reading::default().meaning(meaning(name)),
    }
}

/// What is known of sections that are not read.
fn meaning(name: &str) -> &'static str {
    match name {
        "dylink" => "dynamic linking, in a form that is no longer made",
        "core" | "coremodules" | "coreinstances" | "corestack" => "a core dump",
        "component-name" => "names of a component's items",
        "component-encoding" | "wit-component-encoding" => "how the component was encoded",
        "__wasm_bindgen_unstable" => "descriptions of the interface, for the command wasm-bindgen",
        "go.buildid" | "go:buildid" => "the build ID of a Go program",
        _ if name.starts_with("component-type") => {
            "the interface of the component to be made of it"
        }
        _ if name.starts_with("contract") => "the interface of a smart contract",
        _ => "",
    }
}

fn names(contents: &[u8], offset: u64, wants_items: bool) -> Reading {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    let mut reading = Reading::default();
    let read = names::each(contents, offset, |entry| {
        let (kind, at) = match entry.kind {
            NameKind::Module => ("module", None),
            NameKind::Item(kind) => (kind, Some((None, entry.index))),
            NameKind::Inner(kind) => (kind, Some((Some(entry.inner), entry.index))),
            NameKind::Unknown(_) => return,
        };
        match counts.iter_mut().find(|(counted, _)| *counted == kind) {
            Some((_, count)) => *count += 1,
            None => counts.push((kind, 1)),
        }
        if !wants_items {
            return;
        }
        let at = match at {
            None => String::new(),
            Some((None, index)) => format!(" {index}"),
            Some((Some(inner), index)) => format!(" {inner} of {index}"),
        };
        let name = String::from_utf8_lossy(entry.name);
        reading.push(entry.offset, format!("{kind}{at}: {}", Harmless(&name)));
    });
    let counts: Vec<String> = counts
        .iter()
        .map(|(kind, count)| plural(*count, kind))
        .collect();
    reading.fault = read.err().map(Fault::from);
    reading.meaning(match counts.is_empty() {
        true => "no names".to_string(),
        false => format!("names of {}", counts.join(", ")),
    })
}

/// `1 function`, `2 functions`.
pub(crate) fn plural(count: usize, what: &str) -> String {
    let ending = match (count, what) {
        (1, _) => "",
        (_, what) if what.ends_with("ch") || what.ends_with('s') => "es",
        _ => "s",
    };
    match what.strip_suffix('y') {
        Some(stem) if count != 1 => format!("{count} {stem}ies"),
        _ => format!("{count} {what}{ending}"),
    }
}

fn producers(mut reader: BinaryReader<'_>) -> Reading {
    let reading = Reading::collect(|reading| {
        for _ in 0..reader.read_var_u32()? {
            let field = reader.read_string()?;
            for _ in 0..reader.read_var_u32()? {
                let offset = reader.original_position();
                let (name, version) = (reader.read_string()?, reader.read_string()?);
                let text = format!(
                    "{}: {} {}",
                    Harmless(field),
                    Harmless(name),
                    Harmless(version)
                );
                reading.push(offset, text.trim_end());
            }
        }
        Ok(())
    });
    let made_by: Vec<&str> = reading.items.iter().map(|item| &*item.text).collect();
    let meaning = made_by.join(", ");
    reading.meaning(meaning)
}

fn target_features(mut reader: BinaryReader<'_>) -> Reading {
    let reading = Reading::collect(|reading| {
        for _ in 0..reader.read_var_u32()? {
            let offset = reader.original_position();
            let prefix = char::from(reader.read_u8()?);
            let name = reader.read_string()?;
            let prefix = prefix.to_string();
            reading.push(offset, format!("{}{}", Harmless(&prefix), Harmless(name)));
        }
        Ok(())
    });
    let features: Vec<&str> = reading.items.iter().map(|item| &*item.text).collect();
    let meaning = format!("the compiler's features: {}", features.join(" "));
    reading.meaning(meaning)
}

fn url(mut reader: BinaryReader<'_>, what: &str) -> Reading {
    let offset = reader.original_position();
    let reading = Reading::collect(|reading| {
        let url = reader.read_string()?;
        reading.push(offset, Harmless(url).to_string());
        Ok(())
    });
    let meaning = reading
        .items
        .first()
        .map(|item| format!("{what} {}", item.text));
    reading.meaning(meaning.unwrap_or_default())
}

fn build_id(mut reader: BinaryReader<'_>) -> Reading {
    let offset = reader.original_position();
    let reading = Reading::collect(|reading| {
        let length = reader.read_var_u32()?;
        let id = reader.read_bytes(length as usize)?;
        let hex: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
        reading.push(offset, hex);
        Ok(())
    });
    let meaning = reading.items.first().map(|item| item.text.clone());
    reading.meaning(meaning.unwrap_or_default())
}

fn branch_hints(mut reader: BinaryReader<'_>) -> Reading {
    let reading = Reading::collect(|reading| {
        for _ in 0..reader.read_var_u32()? {
            let function = reader.read_var_u32()?;
            for _ in 0..reader.read_var_u32()? {
                let offset = reader.original_position();
                let at = reader.read_var_u32()?;
                let size = reader.read_var_u32()?;
                let value = reader.read_bytes(size as usize)?;
                let taken = match value {
                    [0] => "unlikely",
                    [1] => "likely",
                    _ => "malformed",
                };
                reading.push(offset, format!("function {function} at byte {at}: {taken}"));
            }
        }
        Ok(())
    });
    let meaning = format!("which way {} go", plural(reading.items.len(), "branch"));
    reading.meaning(meaning)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(name: &str, contents: &[u8]) -> Vec<String> {
        let reading = read(name, contents, 0, true, |_| &[]);
        assert_eq!(reading.fault, None);
        reading.items.into_iter().map(|item| item.text).collect()
    }

    #[test]
    fn known_sections_are_read() {
        assert_eq!(
            texts("producers", b"\x01\x08language\x02\x04Rust\x00\x01C\x03c11"),
            ["language: Rust", "language: C c11"]
        );
        assert_eq!(
            texts("target_features", b"\x02+\x04simd-\x07threads"),
            ["+simd", "-threads"]
        );
        assert_eq!(texts("sourceMappingURL", b"\x05a.map"), ["a.map"]);
        assert_eq!(texts("external_debug_info", b"\x06a.wasm"), ["a.wasm"]);
        assert_eq!(texts("build_id", b"\x02\x0a\xff"), ["0aff"]);
        assert_eq!(
            texts("metadata.code.branch_hint", b"\x01\x03\x01\x07\x01\x01"),
            ["function 3 at byte 7: likely"]
        );
    }

    #[test]
    fn what_is_not_wanted_is_counted() {
        for (name, contents, meaning) in [
            (
                "name",
                &b"\x01\x07\x02\x00\x01f\x01\x01g"[..],
                "names of 2 functions",
            ),
            (
                "reloc.CODE",
                b"\x03\x01\x06\x02\x00",
                "1 place for the linker to fill in section 3",
            ),
        ] {
            for (wants_items, is_empty) in [(false, true), (true, false)] {
                let reading = read(name, contents, 0, wants_items, |_| &[]);
                assert_eq!((&*reading.meaning, reading.fault), (meaning, None));
                assert_eq!(reading.items.is_empty(), is_empty, "{name}");
            }
        }
    }

    #[test]
    fn damage_keeps_what_is_before_it() {
        let reading = read("target_features", b"\x02+\x04simd-\x70", 50, true, |_| &[]);
        assert_eq!(reading.items.len(), 1);
        assert_eq!(reading.fault.map(|fault| fault.offset), Some(59));
    }

    #[test]
    fn hostile_text_is_harmless() {
        assert_eq!(texts("sourceMappingURL", b"\x04\x1b[2J"), ["\\u{1b}[2J"]);
    }
}
