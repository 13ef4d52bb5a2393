//! What came of a script: how many directives held, and which did not.

use std::fmt;

use wast::token::Span;

/// The result of a script.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The number of directives that did what they must.
    pub passed: usize,
    /// The others, in the order of the script.
    pub failed: Vec<Failure>,
}

/// A directive that did not do what it must.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Failure {
    /// Line of the directive, from 1.
    pub line: usize,
    /// Column of the directive in bytes, from 1.
    pub column: usize,
    /// What was expected and what happened.
    pub message: String,
}

impl Report {
    /// Whether every directive held.
    pub fn is_success(&self) -> bool {
        self.failed.is_empty()
    }

    /// The number of directives that were checked.
    pub fn total(&self) -> usize {
        self.passed + self.failed.len()
    }

    pub(crate) fn record(&mut self, source: &str, span: Span, outcome: weft::Result<()>) {
        match outcome {
            Ok(()) => self.passed += 1,
            Err(error) => self.fail(source, span, format!("{error:#}")),
        }
    }

    pub(crate) fn fail(&mut self, source: &str, span: Span, message: String) {
        let (line, column) = span.linecol_in(source);
        self.failed.push(Failure {
            line: line + 1,
            column: column + 1,
            message,
        });
    }

    /// Adds what a thread of the script reported.
    pub(crate) fn merge(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed.extend(other.failed);
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.message)
    }
}
