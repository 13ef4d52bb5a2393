//! `wat2wasm`: text to binary, validated, without names unless they are asked for.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::Parser;
use weft::{Context as _, Module, Result, format_err};
use weft_inspect::strip::strip;

use super::{Common, Features};
use crate::input::Source;
use crate::output::Output;

/// Turn text (.wat) into a binary module (.wasm), as wat2wasm does
#[derive(Parser, Debug)]
#[command(
    name = "wat2wasm",
    version,
    after_help = "\
Flags such as --enable-threads and --disable-simd are understood, too.

Examples:
  wat2wasm math.wat                    makes math.wasm in this directory
  wat2wasm math.wat -o out.wasm --debug-names"
)]
pub(super) struct Opts {
    /// The text, `-` for standard input
    file: OsString,

    /// Where to write the module; `-` for standard output [default: FILE.wasm in this directory]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Keep names in the module
    #[arg(long)]
    debug_names: bool,

    /// Do not validate the module
    #[arg(long)]
    no_check: bool,

    #[command(flatten)]
    common: Common,
}

impl Opts {
    pub(super) fn run(self, features: &Features) -> Result<i32> {
        let source = Source::new(&self.file);
        let wasm = source.read_binary()?;
        if !self.no_check {
            Module::validate(&features.engine()?, &wasm)
                .with_context(|| format!("{source} is not valid"))?;
        }
        let wasm = strip(&wasm, &|name| name == "name" && !self.debug_names);
        let wasm = wasm.map_err(|fault| format_err!("{fault}"))?;
        Output::new(Some(self.output.unwrap_or_else(|| beside(&source)))).write_binary(&wasm)?;
        Ok(0)
    }
}

/// The file in this directory that has the name of the text with another ending.
fn beside(source: &Source) -> PathBuf {
    match source.path().and_then(Path::file_name) {
        Some(name) => Path::new(name).with_extension("wasm"),
        None => PathBuf::from("-"),
    }
}
