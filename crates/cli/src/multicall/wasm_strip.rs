//! `wasm-strip`: a module without custom sections, in its place.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Parser;
use weft::{Context as _, Result, format_err};
use weft_inspect::strip::strip;

use super::Common;
use crate::exit::usage;
use crate::input::{Kind, Source};
use crate::output::Output;

/// Remove all custom sections from a module, as wasm-strip does: FILE itself is changed without -o
#[derive(Parser, Debug)]
#[command(
    name = "wasm-strip",
    version,
    after_help = "\
Examples:
  wasm-strip app.wasm                  changes app.wasm
  wasm-strip -k name app.wasm -o small.wasm
  wasm-strip -R .debug_info app.wasm"
)]
pub(super) struct Opts {
    /// The module, `-` for standard input
    file: OsString,

    /// Where to write the result [default: FILE]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Keep this section; may be given several times
    #[arg(short, long, value_name = "NAME")]
    keep_section: Vec<String>,

    /// Remove this section alone; may be given several times
    #[arg(short = 'R', long, value_name = "NAME")]
    remove_section: Vec<String>,

    #[command(flatten)]
    common: Common,
}

impl Opts {
    pub(super) fn run(self) -> Result<i32> {
        let source = Source::new(&self.file);
        let input = source.read_any()?;
        if self.output.is_none() && input.kind == Kind::Text {
            return Err(usage(format!(
                "{source} is text, which is not to be overwritten: give -o FILE"
            )));
        }
        let wasm = source.binary(input)?;
        let is_in =
            |sections: &[String], name: &str| sections.iter().any(|section| section == name);
        let removes = |name: &str| match self.remove_section.is_empty() {
            true => !is_in(&self.keep_section, name),
            false => is_in(&self.remove_section, name),
        };
        let stripped = strip(&wasm, &removes);
        let stripped = stripped
            .map_err(|fault| format_err!("{fault}"))
            .with_context(|| format!("{source} is damaged"))?;
        let output = self.output.unwrap_or_else(|| PathBuf::from(&self.file));
        Output::new(Some(output)).write_binary(&stripped)?;
        Ok(0)
    }
}
