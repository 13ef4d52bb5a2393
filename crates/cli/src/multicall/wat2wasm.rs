//! `wat2wasm`: text to binary, validated, without names unless they are asked for.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::Parser;
use weft::{Context as _, Module, Result, format_err};
use weft_inspect::hex;
use weft_inspect::strip::strip;

use super::{Common, Features};
use crate::exit::{usage, with_hint, write_stdout};
use crate::input::Source;
use crate::output::Output;

/// Turn text (.wat) into a binary module (.wasm), as wat2wasm does
#[derive(Parser, Debug)]
#[command(
    name = "wat2wasm",
    version,
    after_help = "\
Every feature is on that no flag such as --disable-simd switches off. --no-canonicalize-leb128s and
--debug-parser are accepted and change nothing: the module means the same.

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

    /// Print the bytes of the module
    #[arg(short, long)]
    dump_module: bool,

    /// Not supported: object files for a linker come from compilers
    #[arg(short, long)]
    relocatable: bool,

    /// Do not validate the module
    #[arg(long)]
    no_check: bool,

    #[arg(long, hide = true)]
    no_canonicalize_leb128s: bool,

    #[arg(long, hide = true)]
    debug_parser: bool,

    #[command(flatten)]
    common: Common,
}

impl Opts {
    pub(super) fn run(self, features: &Features) -> Result<i32> {
        if self.relocatable {
            return Err(with_hint(
                usage("--relocatable is not supported: no object file is made of text here"),
                "leave it out for a module that needs no linker, or let clang assemble a .s file",
            ));
        }
        let source = Source::new(&self.file);
        let wasm = source.read_binary()?;
        if !self.no_check {
            Module::validate(&features.engine()?, &wasm)
                .with_context(|| format!("{source} is not valid"))?;
        }
        let wasm = strip(&wasm, &|name| name == "name" && !self.debug_names);
        let wasm = wasm.map_err(|fault| format_err!("{fault}"))?;
        if self.dump_module {
            let dump: String = hex::rows(&wasm, 0)
                .map(|row| format!("{:07x}: {}\n", row.offset, row.text))
                .collect();
            write_stdout(dump.as_bytes())?;
        }
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
