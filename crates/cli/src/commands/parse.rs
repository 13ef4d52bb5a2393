//! `weft parse`: text of a module to a binary module.

use std::ffi::OsString;

use clap::ValueEnum;
use weft::{Result, bail};
use weft_inspect::text::{self, GenerateDwarf};

use crate::input::{Kind, Source};
use crate::output::Output;

/// Turn text (.wat) into a binary module (.wasm)
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Names stay in the name section, and annotations such as `(@custom ...)` become custom sections.
A module that is binary already is passed on as it is. The result is not validated: see
`weft validate`.

Examples:
  weft parse math.wat -o math.wasm
  weft parse -g lines math.wat -o math.wasm      traps then show lines of math.wat
  echo '(module)' | weft parse | xxd")]
pub(crate) struct Opts {
    /// The text; standard input if not given
    #[arg(value_name = "FILE", default_value = "-", hide_default_value = true)]
    file: OsString,

    #[command(flatten)]
    output: Output,

    /// Add DWARF that leads back to the text: lines, or full for the names of functions too
    #[arg(
        short = 'g',
        long,
        value_name = "lines|full",
        hide_possible_values = true
    )]
    generate_dwarf: Option<Dwarf>,
}

#[derive(ValueEnum, Copy, Clone, Debug)]
enum Dwarf {
    Lines,
    Full,
}

impl Opts {
    pub(crate) fn run(self) -> Result<i32> {
        let source = Source::new(&self.file);
        let input = source.read_any()?;
        let binary = match input.kind {
            Kind::Text => {
                let dwarf = self.generate_dwarf.map(|style| match style {
                    Dwarf::Lines => GenerateDwarf::Lines,
                    Dwarf::Full => GenerateDwarf::Full,
                });
                text::parse(&input.bytes, source.path(), dwarf)?
            }
            _ if self.generate_dwarf.is_some() => {
                bail!("{source} is binary already: DWARF is generated from text alone")
            }
            _ => input.bytes,
        };
        self.output.write_binary(&binary)?;
        Ok(0)
    }
}
