//! `weft compile`: compiles a module ahead of time.

use std::ffi::OsString;
use std::path::PathBuf;

use weft::{Context, Engine, Result, bail};

use crate::exit::usage;
use crate::input::{Input, Kind, Source};
use crate::options::EngineOptions;
use crate::output::write_file;
use crate::progress::Progress;

/// Compile a module ahead of time
#[derive(clap::Args, Debug)]
#[command(after_help = "\
The result holds native code for this version of weft and this kind of CPU. It is run with
`weft run --allow-precompiled FILE`; do so only if you trust where it comes from.

Examples:
  weft compile app.wasm                  makes app.weft
  weft compile app.wasm -o build/app.weft
  cat app.wasm | weft compile - -o app.weft")]
pub(crate) struct Opts {
    /// Where to write the result [default: FILE with the extension .weft]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// The module: a .wasm or .wat file, `-` for standard input
    #[arg(value_name = "FILE", required_unless_present = "wasm")]
    file: Option<OsString>,

    #[command(flatten)]
    engine: EngineOptions,
}

impl Opts {
    pub(crate) fn run(self) -> Result<i32> {
        if self.engine.print_help()? {
            return Ok(0);
        }
        self.engine.require_file(self.file.is_some())?;
        let source = Source::new(self.file.as_deref().unwrap_or("-".as_ref()));
        let output = output_path(self.output, &source)?;
        let input = source.read()?;
        if input.kind == Kind::Precompiled {
            bail!("{source} is precompiled already");
        }
        let engine = self.engine.engine()?;
        let compiled = compile(&engine, input, &source);
        let compiled = compiled.with_context(|| format!("{source} cannot be compiled"))?;
        write_file(&output, |file| file.write_all(&compiled))?;
        Ok(0)
    }
}

fn compile(engine: &Engine, input: Input, source: &Source) -> Result<Vec<u8>> {
    let module = source.module(engine, input)?;
    let progress = Progress::new(&format!("compiling {source}"), module.function_count());
    module.compile_all_telling(|| progress.step())?;
    drop(progress);
    module.serialize()
}

fn output_path(given: Option<PathBuf>, source: &Source) -> Result<PathBuf> {
    match (given, source) {
        (Some(path), _) => Ok(path),
        (None, Source::File(path)) => Ok(path.with_extension("weft")),
        (None, Source::Stdin) => Err(usage(
            "a module from standard input has no name: say where to write with -o FILE",
        )),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_result_stands_beside_the_module() {
        let source = Source::new("a/b.wasm".as_ref());
        assert_eq!(output_path(None, &source).unwrap(), Path::new("a/b.weft"));
        assert!(output_path(None, &Source::Stdin).is_err());
    }
}
