//! Differential testing: a generated module does the same in Weft as in an independent interpreter.
//!
//! A module is drawn from a source of entropy, instantiated in both engines with the same imports,
//! and its exported functions are called with the same arguments. Both follow the deterministic profile, so that
//! NaNs have the same bits. Results, the kind of each trap, what
//! host functions saw, and at the end all exported memories, globals and table sizes must agree. When
//! one engine stops for a reason that the specification leaves open — fuel, stack, a refused
//! allocation — nothing after it is compared. A module that the interpreter does not know is
//! compared with itself under other settings.

mod case;
mod oracle;
mod record;
mod subject;

use arbitrary::{Result, Unstructured};

pub use case::Case;
pub use record::{Ending, Internal, Record, Trap, Value};
pub use subject::{Bounds, Code, Settings};

/// Draws a module and settings from `source` and compares the engines on it.
///
/// # Errors
/// When `source` does not hold enough for a module.
///
/// # Panics
/// When the engines disagree. The message has the module as text.
pub fn compile_run(source: &mut Unstructured<'_>) -> Result<()> {
    let settings = source.arbitrary()?;
    let case = Case::generate(source)?;
    compare(&case, settings);
    Ok(())
}

/// Compares the engines on `case`.
///
/// # Panics
/// When they disagree.
pub fn compare(case: &Case, settings: Settings) {
    let expected = oracle::run(case);
    let expected = expected.unwrap_or_else(|| subject::run(case, Settings::default()));
    let actual = subject::run(case, settings);
    if let Err(difference) = expected.agrees(&actual) {
        panic!("{difference}\nsettings: {settings:?}\n{}", case.text());
    }
}
