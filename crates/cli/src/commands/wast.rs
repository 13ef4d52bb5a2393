//! `weft wast`: runs scripts in the form of the specification's tests.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use weft::{Context, Result};
use weft_wast::{Form, Report, WastConfig, run_script};

use crate::exit;
use crate::options::EngineOptions;

/// Run WebAssembly test scripts
#[derive(clap::Args, Debug)]
#[command(after_help = "\
A script is a .wast file: modules and assertions about them, as the tests of the
specification are written. Every failing directive is listed with its place; exit code 1
when there is one. All proposals that the engine knows are on unless -W says otherwise.

Examples:
  weft wast i32.wast
  weft wast --form stream spec/test/core/*.wast")]
pub(crate) struct Opts {
    /// The form in which modules are given to the engine: text, binary, stream or all
    #[arg(
        long,
        value_name = "FORM",
        default_value = "binary",
        hide_default_value = true
    )]
    form: Forms,

    /// The scripts
    #[arg(value_name = "FILE", required_unless_present = "wasm")]
    files: Vec<PathBuf>,

    #[command(flatten)]
    engine: EngineOptions,
}

#[derive(clap::ValueEnum, Copy, Clone, Debug)]
enum Forms {
    /// As the script writes them, through the text parser
    Text,
    /// Encoded to the binary format
    Binary,
    /// Encoded to the binary format, decoded while it arrives in pieces
    Stream,
    /// One after the other
    All,
}

impl Forms {
    fn forms(self) -> &'static [Form] {
        match self {
            Self::Text => &[Form::Text],
            Self::Binary => &[Form::Binary],
            Self::Stream => &[Form::Stream],
            Self::All => &Form::ALL,
        }
    }
}

impl Opts {
    pub(crate) fn run(self) -> Result<i32> {
        let options = self.engine.with_all_features();
        if options.print_help()? {
            return Ok(0);
        }
        options.require_file(!self.files.is_empty())?;
        let engine = options.engine()?;
        let mut code = 0;
        for file in &self.files {
            let source = read(file)?;
            for form in self.form.forms() {
                let config = WastConfig {
                    print: true,
                    ..WastConfig::new(&engine).form(*form)
                };
                if !show(file, &run_script(&source, &config)) {
                    code = exit::ERROR;
                }
            }
        }
        Ok(code)
    }
}

fn read(file: &Path) -> Result<String> {
    let bytes = crate::input::read_file(file)?;
    String::from_utf8(bytes)
        .with_context(|| format!("`{}` is not a script: it is not UTF-8 text", file.display()))
}

/// Prints what failed, and answers whether nothing did.
fn show(file: &Path, report: &Report) -> bool {
    let file = file.display();
    let mut out = String::new();
    for failure in &report.failed {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{file}:{failure}");
    }
    if !report.is_success() {
        let _ = writeln!(
            out,
            "{file}: {} of {} directives failed",
            report.failed.len(),
            report.total()
        );
    }
    exit::write_stderr(&out);
    crate::log::info(format_args!("{file}: {} directives passed", report.passed));
    report.is_success()
}
