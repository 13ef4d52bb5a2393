//! The sections of a module or component (§ 5.5.2), as far as their headers can be read.
//!
//! Reading never fails: what cannot be read ends the list, and is told with its offset.

use std::fmt;
use std::ops::Range;

use serde::Serialize;

/// What a file with the magic number holds, from the layer field after the version.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Layer {
    /// A core module.
    Module,
    /// A component.
    Component,
}

/// Where bytes stop making sense, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The offset in the file.
    pub offset: u64,
    /// What is wrong there.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at offset {:#x}", self.message, self.offset)
    }
}

impl From<wasmparser::BinaryReaderError> for Fault {
    fn from(error: wasmparser::BinaryReaderError) -> Self {
        Self {
            offset: error.offset(),
            // Some are laid out in lines.
            message: error
                .message()
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" "),
        }
    }
}

/// A section, by its place in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// What kind of section it is (§ 5.5.2); 0 for custom sections.
    pub id: u8,
    /// The whole section with its id and size.
    pub range: Range<usize>,
    /// Its contents; without its name if it is a custom section.
    pub contents: Range<usize>,
    /// The name of a custom section, with what is not UTF-8 replaced.
    pub name: Option<String>,
}

impl Section {
    /// Whether a person calls it `name`: its kind, the number of its kind, or the name of a custom section.
    pub fn is_called(&self, layer: Layer, name: &str) -> bool {
        match &self.name {
            Some(own) => own == name || name == "custom",
            None => section_name(layer, self.id) == name || name.parse() == Ok(self.id),
        }
    }
}

/// The sections of a file in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sections {
    /// What the file is, unless its preamble is damaged.
    pub layer: Option<Layer>,
    /// Those whose header and extent are in order.
    pub list: Vec<Section>,
    /// Why there are no more, unless the file ends here.
    pub fault: Option<Fault>,
}

/// Length of the magic number and version.
const PREAMBLE: usize = 8;

impl Sections {
    /// Reads the headers of all sections of `bytes`.
    pub fn read(bytes: &[u8]) -> Self {
        let mut sections = Self {
            layer: None,
            list: Vec::new(),
            fault: None,
        };
        match preamble(bytes) {
            Ok(layer) => sections.layer = Some(layer),
            Err(fault) => {
                sections.fault = Some(fault);
                return sections;
            }
        }
        let mut at = PREAMBLE;
        while at < bytes.len() {
            match section(bytes, at) {
                Ok(section) => {
                    at = section.range.end;
                    sections.list.push(section);
                }
                Err(fault) => {
                    sections.fault = Some(fault);
                    break;
                }
            }
        }
        sections
    }

    /// Where the last section that can be told apart ends.
    pub fn end(&self) -> usize {
        match (self.list.last(), self.layer) {
            (Some(section), _) => section.range.end,
            (None, Some(_)) => PREAMBLE,
            (None, None) => 0,
        }
    }

    /// The custom sections called `name`.
    pub fn custom<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Section> {
        let list = self.list.iter();
        list.filter(move |section| section.name.as_deref() == Some(name))
    }

    /// The first section with this id.
    pub fn by_id(&self, id: u8) -> Option<&Section> {
        self.list.iter().find(|section| section.id == id)
    }
}

/// The core modules of a file in order: the module that it is, or those inside of a component and of its components.
pub fn core_modules(bytes: &[u8]) -> Vec<&[u8]> {
    let places = places_of_core_modules(bytes).into_iter();
    places.map(|place| &bytes[place]).collect()
}

/// Where the largest of [`core_modules`] lies; nothing, if there is none.
pub fn main_module(bytes: &[u8]) -> Range<usize> {
    let places = places_of_core_modules(bytes).into_iter();
    places.max_by_key(Range::len).unwrap_or_default()
}

fn places_of_core_modules(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut modules = Vec::new();
    let whole = 0..bytes.len();
    let mut left = vec![whole];
    while let Some(place) = left.pop() {
        let sections = Sections::read(&bytes[place.clone()]);
        if sections.layer != Some(Layer::Component) {
            modules.push(place);
            continue;
        }
        let inner = sections.list.iter().rev().filter(|section| {
            let name = section_name(Layer::Component, section.id);
            matches!(name, "core module" | "component")
        });
        let start = place.start;
        left.extend(
            inner.map(|section| start + section.contents.start..start + section.contents.end),
        );
    }
    modules
}

/// The id of the import section.
pub const IMPORT: u8 = 2;
/// The id of the export section.
pub const EXPORT: u8 = 7;
/// The id of the start section.
pub const START: u8 = 8;
/// The id of the data count section.
pub const DATA_COUNT: u8 = 12;
/// The id of the function section.
pub const FUNCTION: u8 = 3;
/// The id of the element section.
pub const ELEMENT: u8 = 9;
/// The id of the code section.
pub const CODE: u8 = 10;

const MODULE_SECTIONS: [&str; 14] = [
    "custom",
    "type",
    "import",
    "function",
    "table",
    "memory",
    "global",
    "export",
    "start",
    "element",
    "code",
    "data",
    "data count",
    "tag",
];

const COMPONENT_SECTIONS: [&str; 12] = [
    "custom",
    "core module",
    "core instance",
    "core type",
    "component",
    "instance",
    "alias",
    "type",
    "canonical function",
    "start",
    "import",
    "export",
];

/// What the specification calls sections with this id.
pub fn section_name(layer: Layer, id: u8) -> &'static str {
    let names: &[&str] = match layer {
        Layer::Module => &MODULE_SECTIONS,
        Layer::Component => &COMPONENT_SECTIONS,
    };
    names.get(usize::from(id)).copied().unwrap_or("unknown")
}

fn preamble(bytes: &[u8]) -> Result<Layer, Fault> {
    let fault = |offset, message: &str| Fault {
        offset,
        message: message.to_string(),
    };
    if !bytes.starts_with(b"\0asm") {
        return Err(fault(0, "the magic number is missing"));
    }
    match bytes.get(4..PREAMBLE) {
        None => Err(fault(4, "the file ends within its version")),
        Some([1, 0, 0, 0]) => Ok(Layer::Module),
        Some([0x0d, 0, 1, 0]) => Ok(Layer::Component),
        Some(_) => Err(fault(4, "the version is none that is known")),
    }
}

/// The section whose id is at `at`.
fn section(bytes: &[u8], at: usize) -> Result<Section, Fault> {
    let fault = |offset: usize, message: String| Fault {
        offset: offset as u64,
        message,
    };
    let (size, start) = leb128(bytes, at + 1)
        .ok_or_else(|| fault(at + 1, "the size of a section is malformed".to_string()))?;
    let left = bytes.len() - start;
    if size as usize > left {
        let message = format!("a section of {size} bytes begins with {left} bytes left");
        return Err(fault(at, message));
    }
    let end = start + size as usize;
    let id = bytes[at];
    let (name, contents) = match id {
        0 => custom_name(bytes, start, end).ok_or_else(|| {
            fault(
                start,
                "the name of a custom section is malformed".to_string(),
            )
        })?,
        _ => (None, start),
    };
    Ok(Section {
        id,
        range: at..end,
        contents: contents..end,
        name,
    })
}

/// The name of a custom section, and where it ends.
fn custom_name(bytes: &[u8], start: usize, end: usize) -> Option<(Option<String>, usize)> {
    let section = &bytes[..end];
    let (length, name) = leb128(section, start)?;
    let after = name.checked_add(length as usize)?;
    let name = String::from_utf8_lossy(section.get(name..after)?);
    Some((Some(name.into_owned()), after))
}

/// The unsigned 32-bit LEB128 number at `at` (§ 5.2.2), and where it ends.
pub(crate) fn leb128(bytes: &[u8], mut at: usize) -> Option<(u32, usize)> {
    let mut value = 0_u32;
    for shift in (0..35).step_by(7) {
        let byte = *bytes.get(at)?;
        at += 1;
        value |= u32::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            let fits = shift < 28 || byte < 0x10;
            return fits.then_some((value, at));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODULE: &[u8] = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\0\x05\x03abcd\x0a\x81\0\0";

    #[test]
    fn every_section_has_its_place() {
        let sections = Sections::read(MODULE);
        assert_eq!(sections.layer, Some(Layer::Module));
        assert_eq!(sections.fault, None);
        let ranges: Vec<_> = sections
            .list
            .iter()
            .map(|s| (s.id, s.contents.clone()))
            .collect();
        assert_eq!(ranges, [(1, 10..14), (0, 20..21), (10, 24..25)]);
        assert_eq!(sections.custom("abc").count(), 1);
        assert_eq!(sections.end(), MODULE.len());
    }

    #[test]
    fn a_damaged_file_is_read_as_far_as_it_goes() {
        for cut in 0..MODULE.len() {
            let sections = Sections::read(&MODULE[..cut]);
            assert!(sections.end() <= cut);
            let whole = [8, 14, 21].contains(&cut);
            assert_eq!(sections.fault.is_none(), whole, "{cut}");
        }
        let long = Sections::read(b"\0asm\x01\0\0\0\x01\xff\xff\xff\xff\x0f");
        assert_eq!(long.fault.map(|fault| fault.offset), Some(8));
        let malformed = Sections::read(b"\0asm\x01\0\0\0\x01\xff\xff\xff\xff\x1f");
        assert_eq!(malformed.fault.map(|fault| fault.offset), Some(9));
    }

    #[test]
    fn core_modules_are_found_in_components() {
        assert_eq!(core_modules(MODULE), [MODULE]);
        let text =
            "(component (core module (func)) (component (core module)) (core module (memory 1)))";
        let component = crate::text::parse(text.as_bytes(), None, None).unwrap();
        let sizes = core_modules(&component);
        let sizes: Vec<_> = sizes.iter().map(|module| module.len()).collect();
        assert_eq!((sizes.len(), sizes[1]), (3, 8), "{sizes:?}");
        assert!(sizes[0] > sizes[2], "{sizes:?}");
        assert_eq!(
            &component[main_module(&component)],
            core_modules(&component)[0]
        );
        assert_eq!(main_module(MODULE), 0..MODULE.len());
        assert_eq!(main_module(&component[..8]), 0..0);
    }

    #[test]
    fn a_component_is_no_module() {
        let sections = Sections::read(b"\0asm\x0d\0\x01\0");
        assert_eq!(sections.layer, Some(Layer::Component));
        assert_eq!(Sections::read(b"\0asm\x02\0\0\0").layer, None);
    }
}
