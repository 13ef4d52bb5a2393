//! `weft validate`: checks modules without compiling or running them.

use std::ffi::OsString;

use weft::{Context, Engine, Module, Result, bail};

use crate::exit;
use crate::input::{Kind, Source};
use crate::options::EngineOptions;

/// Check that modules are valid, without running them
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Prints nothing when all is well; `-v` names each valid module. Exit code 1 when one is not valid.

Examples:
  weft validate a.wasm b.wat
  weft validate -W wide-arithmetic=y numbers.wasm
  weft validate --features wasm2,threads,-simd old.wasm
  cat a.wasm | weft validate -")]
pub(crate) struct Opts {
    /// The modules: .wasm or .wat files, `-` for standard input
    #[arg(value_name = "FILE", required_unless_present = "wasm")]
    files: Vec<OsString>,

    /// The proposals to allow, as wasm-tools lists them: `a,-b`, `all`, `wasm1`, `wasm2` or `wasm3`
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        allow_hyphen_values = true
    )]
    features: Vec<String>,

    #[command(flatten)]
    engine: EngineOptions,
}

impl Opts {
    pub(crate) fn run(self) -> Result<i32> {
        if self.engine.print_help()? {
            return Ok(0);
        }
        self.engine.require_file(!self.files.is_empty())?;
        let engine = self.engine.with_feature_list(&self.features).engine()?;
        let mut code = 0;
        for file in &self.files {
            if let Err(error) = validate(&engine, &Source::new(file)) {
                exit::print(&error);
                code = exit::ERROR;
            }
        }
        Ok(code)
    }
}

/// Checks one module.
///
/// # Errors
/// When it cannot be read or is not valid.
pub(crate) fn validate(engine: &Engine, source: &Source) -> Result<()> {
    let input = source.read()?;
    let valid = match input.kind {
        Kind::Precompiled => {
            bail!("{source} is precompiled: only the module it was made from can be validated")
        }
        // Text is parsed on the way; nothing is compiled before it is called.
        Kind::Text => source.module(engine, input).map(drop),
        _ => Module::validate(engine, &input.bytes),
    };
    valid.with_context(|| format!("{source} is not valid"))?;
    crate::log::info(format_args!("{source} is valid"));
    Ok(())
}
