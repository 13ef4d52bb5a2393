//! `wasm-validate`: whether a module is valid.

use std::ffi::OsString;

use clap::Parser;
use weft::Result;

use super::{Common, Features};
use crate::commands::validate::validate;
use crate::input::Source;

/// Check that a module is valid, as wasm-validate does
#[derive(Parser, Debug)]
#[command(
    name = "wasm-validate",
    version,
    after_help = "\
Every feature is on that no flag such as --disable-simd switches off.

Examples:
  wasm-validate app.wasm
  wasm-validate --disable-threads app.wasm"
)]
pub(super) struct Opts {
    /// The module, `-` for standard input
    file: OsString,

    #[arg(long, hide = true)]
    no_debug_names: bool,

    #[arg(long, hide = true)]
    ignore_custom_section_errors: bool,

    #[command(flatten)]
    common: Common,
}

impl Opts {
    pub(super) fn run(self, features: &Features) -> Result<i32> {
        validate(&features.engine()?, &Source::new(&self.file))?;
        Ok(0)
    }
}
