//! `weft addr2line`: from offsets in a module to functions and lines of the source.

use std::ffi::OsString;
use std::io;

use weft::Result;
use weft_inspect::source::{Place, SourceMap};
use weft_inspect::{Functions, Harmless, Sections};

use crate::exit;
use crate::input::Source;
use crate::output::Output;

/// Say which function and source line an offset in a module belongs to
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Offsets count from the start of the file, as traps show them, or with --code-section-relative
from the contents of the code section, as DWARF has them; they are decimal, or hexadecimal after
`0x`. Of inlined functions the innermost comes first. Exit code 1 when nothing is known of one.

Examples:
  weft addr2line app.wasm 0x1f3c
  weft addr2line app.wasm 0x1f3c 0x2210
  weft addr2line -c app.wasm 7868")]
pub(crate) struct Opts {
    /// The module, .wasm or .wat; `-` for standard input
    #[arg(value_name = "FILE")]
    file: OsString,

    /// The offsets
    #[arg(value_name = "OFFSET", required = true, value_parser = parse_offset)]
    offsets: Vec<u64>,

    /// Count from the contents of the code section
    #[arg(short, long)]
    code_section_relative: bool,

    #[command(flatten)]
    output: Output,
}

fn parse_offset(text: &str) -> Result<u64, String> {
    let parsed = match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => text.parse(),
    };
    parsed.map_err(|_| "write an offset such as 0x1f3c or 7996".to_string())
}

impl Opts {
    pub(crate) fn run(self) -> Result<i32> {
        let wasm = Source::new(&self.file).read_binary()?;
        let sections = Sections::read(&wasm);
        let functions = Functions::read(&wasm, &sections);
        let map = SourceMap::read(&wasm, &sections);
        let code = sections.by_id(weft_inspect::sections::CODE);
        let start = match self.code_section_relative {
            true => code.map_or(0, |code| code.contents.start as u64),
            false => 0,
        };
        let mut code = 0;
        self.output.write_text(|out| {
            for &given in &self.offsets {
                let offset = given.saturating_add(start);
                let places = map.as_ref().map_or(Vec::new(), |map| map.places(offset));
                let function = functions.at(offset).map(|function| function.shown());
                if places.is_empty() && function.is_none() {
                    code = exit::ERROR;
                }
                write_places(out, given, &places, function)?;
            }
            Ok(())
        })?;
        Ok(code)
    }
}

fn write_places(
    out: &mut dyn io::Write,
    offset: u64,
    places: &[Place],
    function: Option<String>,
) -> io::Result<()> {
    write!(out, "{offset:#x}:")?;
    if places.is_empty() {
        let known = function.as_deref().unwrap_or("no function has this offset");
        return writeln!(out, " {}", Harmless(known));
    }
    for (depth, place) in places.iter().enumerate() {
        let name = place.function.as_ref().or(function.as_ref());
        let name = name.map_or("?", String::as_str);
        let indent = if depth == 0 { "" } else { "  inlined into" };
        let shown = super::inspect::shown_place(place);
        writeln!(out, "{indent} {} at {shown}", Harmless(name))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_decimal_or_hexadecimal() {
        assert_eq!(parse_offset("16"), Ok(16));
        assert_eq!(parse_offset("0x1F"), Ok(31));
        assert!(parse_offset("1f").is_err());
        assert!(parse_offset("-1").is_err());
    }
}
