//! [`SourceMap`]: from instructions to lines of the source, by the module's DWARF.
//!
//! DWARF comes from the module and may be anything: what cannot be read is left out. Its addresses count from the
//! start of the code section's contents.

use addr2line::LookupResult;
use gimli::{EndianSlice, LittleEndian, SectionId};
use serde::Serialize;

use crate::Sections;
use crate::demangle;
use crate::sections::CODE;

type Slice<'a> = EndianSlice<'a, LittleEndian>;

/// Inlined functions given for one place; more would be a module's idea of a joke.
const MAX_INLINED: usize = 64;

/// A module's DWARF, ready to be asked.
pub struct SourceMap<'a> {
    context: addr2line::Context<Slice<'a>>,
    code_start: u64,
}

/// A place in the source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The function, demangled. Like all text of a module it may be hostile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    /// The source file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The column, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
}

impl<'a> SourceMap<'a> {
    /// The map of a module, or `None` when it has no line tables.
    pub fn read(wasm: &'a [u8], sections: &Sections) -> Option<Self> {
        let section = |id: SectionId| {
            let section = sections.custom(id.name()).next();
            section.map_or(&[][..], |section| &wasm[section.contents.clone()])
        };
        if section(SectionId::DebugLine).is_empty() {
            return None;
        }
        let load = |id| -> Result<Slice<'a>, gimli::Error> {
            Ok(EndianSlice::new(section(id), LittleEndian))
        };
        let context = addr2line::Context::from_dwarf(gimli::Dwarf::load(load).ok()?).ok()?;
        Some(Self {
            context,
            code_start: sections.by_id(CODE)?.contents.start as u64,
        })
    }

    /// The address in DWARF of an offset in the file.
    pub fn address(&self, offset: u64) -> Option<u64> {
        offset.checked_sub(self.code_start)
    }

    /// The offset in the file of an address in DWARF.
    pub fn offset(&self, address: u64) -> u64 {
        address.saturating_add(self.code_start)
    }

    /// The places that the instruction at `offset` comes from: inlined functions first, the function itself last.
    pub fn places(&self, offset: u64) -> Vec<Place> {
        let Some(address) = self.address(offset) else {
            return Vec::new();
        };
        let LookupResult::Output(Ok(mut frames)) = self.context.find_frames(address) else {
            return Vec::new();
        };
        let mut places = Vec::new();
        while let Ok(Some(frame)) = frames.next() {
            let name = frame
                .function
                .as_ref()
                .and_then(|name| name.raw_name().ok());
            let location = frame.location.as_ref();
            places.push(Place {
                function: name.map(|name| demangle(&name)),
                file: location.and_then(|location| location.file.map(str::to_owned)),
                line: location.and_then(|location| location.line),
                column: location.and_then(|location| location.column),
            });
            if places.len() == MAX_INLINED {
                break;
            }
        }
        places
    }

    /// The line of the instruction at `offset`, in whatever function it was inlined from.
    pub fn line(&self, offset: u64) -> Option<Place> {
        let location = self.location(offset)?;
        Some(Place {
            function: None,
            file: location.file.map(str::to_owned),
            line: location.line,
            column: location.column,
        })
    }

    /// The file of the instruction at `offset`, in whatever function it was inlined from.
    pub fn file(&self, offset: u64) -> Option<&str> {
        self.location(offset)?.file
    }

    /// The file, and the line in it from 1, of the instruction at `offset`.
    pub fn file_and_line(&self, offset: u64) -> Option<(&str, u32)> {
        let location = self.location(offset)?;
        Some((location.file?, location.line?))
    }

    fn location(&self, offset: u64) -> Option<addr2line::Location<'_>> {
        self.context.find_location(self.address(offset)?).ok()?
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{GenerateDwarf, parse};

    #[test]
    fn lines_are_found() {
        let text = "(module\n  (func (export \"f\")\n    nop\n    unreachable))";
        let wasm = parse(
            text.as_bytes(),
            Some("a.wat".as_ref()),
            Some(GenerateDwarf::Lines),
        );
        let wasm = wasm.unwrap();
        let sections = Sections::read(&wasm);
        let map = SourceMap::read(&wasm, &sections).unwrap();
        let body = crate::Functions::read(&wasm, &sections).defined[0]
            .body
            .clone();
        let place = map.line(body.start as u64 + 2).unwrap();
        assert_eq!(
            (place.file.as_deref(), place.line),
            (Some("./a.wat"), Some(4))
        );
        assert!(!map.places(body.start as u64 + 2).is_empty());
        assert_eq!(map.file(body.start as u64 + 2), Some("./a.wat"));
        assert_eq!(map.line(3), None);
    }
}
