//! Runs WebAssembly scripts (`.wast`) on Weft.
//!
//! A script is the form of the specification's own tests: modules, and assertions about what happens
//! when they are decoded, validated, linked, instantiated and called. [`run_script`] checks every
//! directive and reports the ones that do not hold with line and column; it goes on after a failure,
//! so that one run shows all there is to see. The same script can be run with its modules given as
//! text, as binary, or as a binary that arrives in pieces: see [`Form`].

mod legacy;
mod matching;
mod module;
mod outcome;
mod registry;
mod report;
mod runner;
mod spectest;
mod values;

pub use module::Form;
pub use report::{Failure, Report};

use wast::lexer::Lexer;
use wast::parser::{self, ParseBuffer};
use weft::Engine;

/// How a script is run.
#[derive(Clone, Debug)]
pub struct WastConfig {
    /// The engine that compiles and runs the modules; it decides which proposals are on.
    pub engine: Engine,
    /// The form in which modules reach the engine.
    pub form: Form,
    /// Whether the functions `spectest.print…` print to standard output.
    pub print: bool,
}

impl WastConfig {
    /// Modules in binary form and no output, on `engine`.
    pub fn new(engine: &Engine) -> Self {
        Self {
            engine: engine.clone(),
            form: Form::Binary,
            print: false,
        }
    }

    /// The same with modules given as `form`.
    #[must_use]
    pub fn form(self, form: Form) -> Self {
        Self { form, ..self }
    }
}

/// Runs all directives of the script `source`.
///
/// A script that cannot be parsed is a report with one failure.
pub fn run_script(source: &str, config: &WastConfig) -> Report {
    let source = &*legacy::flatten(source);
    try_run(source, config).unwrap_or_else(|error| {
        let mut report = Report::default();
        report.fail(source, error.span(), error.message());
        report
    })
}

fn try_run(source: &str, config: &WastConfig) -> Result<Report, wast::Error> {
    let mut lexer = Lexer::new(source);
    // Names may hold any character; the specification's tests use the odd ones on purpose.
    lexer.allow_confusing_unicode(true);
    let buffer = ParseBuffer::new_with_lexer(lexer)?;
    let script = parser::parse::<wast::Wast<'_>>(&buffer)?;
    Ok(runner::run(source, config, script.directives))
}
