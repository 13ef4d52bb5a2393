//! `wasm2wat`: binary to text.

use std::ffi::OsString;

use clap::Parser;
use weft::{Result, format_err};
use weft_inspect::strip::strip;
use weft_inspect::text::PrintOptions;

use super::Common;
use crate::commands::print::print;
use crate::input::Source;
use crate::output::Output;

/// Show a binary module (.wasm) as text (.wat), as wasm2wat does
#[derive(Parser, Debug)]
#[command(
    name = "wasm2wat",
    version,
    after_help = "\
Flags such as --enable-threads are understood, too. --inline-exports, --inline-imports, --no-check and
--ignore-custom-section-errors are accepted and change nothing: the text means the same.

Examples:
  wasm2wat app.wasm
  wasm2wat -f math.wasm -o math.wat"
)]
pub(super) struct Opts {
    /// The module, `-` for standard input
    file: OsString,

    #[command(flatten)]
    output: Output,

    /// Write instructions inside those that take their results
    #[arg(short, long)]
    fold_exprs: bool,

    /// Give a name to what has none
    #[arg(long)]
    generate_names: bool,

    /// Do without the names in the module
    #[arg(long)]
    no_debug_names: bool,

    #[arg(long, hide = true)]
    inline_exports: bool,

    #[arg(long, hide = true)]
    inline_imports: bool,

    #[arg(long, hide = true)]
    no_check: bool,

    #[arg(long, hide = true)]
    ignore_custom_section_errors: bool,

    #[command(flatten)]
    common: Common,
}

impl Opts {
    pub(super) fn run(self) -> Result<i32> {
        let mut wasm = Source::new(&self.file).read_binary()?;
        if self.no_debug_names {
            let stripped = strip(&wasm, &|name| name == "name");
            wasm = stripped.map_err(|fault| format_err!("{fault}"))?;
        }
        let options = PrintOptions {
            fold: self.fold_exprs,
            name_unnamed: self.generate_names,
            ..PrintOptions::default()
        };
        print(&wasm, &options, &self.output)?;
        Ok(0)
    }
}
