//! How the program ends: what it prints and its exit code.
//!
//! | code | meaning |
//! |------|---------|
//! | the guest's | the guest called `proc_exit`, or `_start` returned: 0 |
//! | 1 | another error |
//! | 2 | the command line is wrong |
//! | 130 | interrupted by Ctrl-C |
//! | 134 | the guest trapped, threw an exception that nobody caught, or a limit stopped it |

use std::fmt;
use std::io::Write as _;

use anstyle::{AnsiColor, Style};
use weft::{Error, Exception, Trap};
use weft_inspect::harmless_text;

/// Exit code of an error that has no other.
pub(crate) const ERROR: i32 = 1;
/// Exit code of a wrong command line.
pub(crate) const USAGE: i32 = 2;
/// Exit code after Ctrl-C.
pub(crate) const INTERRUPTED: i32 = 130;
/// Exit code of a trap, or an exception that nobody caught.
pub(crate) const TRAP: i32 = 134;

/// Marks an error as a fault of the command line.
#[derive(Debug)]
pub(crate) struct Usage(String);

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// An error of the command line.
pub(crate) fn usage(message: impl Into<String>) -> Error {
    Error::new(Usage(message.into()))
}

/// Advice that belongs to an error, shown below it.
#[derive(Debug)]
pub(crate) struct Hint(String);

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `error` with advice below it.
pub(crate) fn with_hint(error: Error, hint: impl Into<String>) -> Error {
    error.context(Hint(hint.into()))
}

/// The exit code that an error stands for.
pub(crate) fn code_of(error: &Error) -> i32 {
    match () {
        () if error.is::<Usage>() => USAGE,
        () if error.is::<Trap>() || error.is::<Exception>() => TRAP,
        () => ERROR,
    }
}

/// Prints an error with its causes and advice to standard error. Names in it are a module's and may be hostile.
pub(crate) fn print(error: &Error) {
    let style = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
    write_stderr(&format!(
        "{style}error{style:#}: {}\n",
        harmless_text(&message_of(error))
    ));
    if let Some(hint) = error.downcast_ref::<Hint>() {
        print_hint(&hint.0);
    }
}

/// Prints advice to standard error.
pub(crate) fn print_hint(hint: &str) {
    let style = Style::new().bold().fg_color(Some(AnsiColor::Cyan.into()));
    write_stderr(&format!("{style}help{style:#}: {}\n", harmless_text(hint)));
}

/// Writes to standard error, without colour where none is wanted.
pub(crate) fn write_stderr(text: &str) {
    // A closed standard error leaves nobody to tell.
    let _ = anstream::stderr().write_all(text.as_bytes());
}

/// Writes a command's result to standard output.
///
/// # Errors
/// When it cannot be written, except that nobody reads it any more (`weft … | head`).
pub(crate) fn write_stdout(bytes: &[u8]) -> weft::Result<()> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(weft::format_err!(
            "standard output cannot be written: {error}"
        )),
        _ => Ok(()),
    }
}

/// The messages of an error and its causes without the advice: the outermost first, the others indented.
fn message_of(error: &Error) -> String {
    let hint = error.downcast_ref::<Hint>().map(|hint| hint.0.as_str());
    let mut parts: Vec<String> = Vec::new();
    for cause in error.chain() {
        let text = cause.to_string();
        let text = match parts.is_empty() {
            true => text,
            false => text.replace('\n', "\n    "),
        };
        let is_repeated = parts.last().is_some_and(|last| last.contains(&text));
        if Some(text.as_str()) != hint && !is_repeated {
            parts.push(text);
        }
    }
    parts.join("\n  because: ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_error_has_its_code() {
        assert_eq!(code_of(&usage("no")), USAGE);
        assert_eq!(
            code_of(&Error::new(Trap::Unreachable).context("in it")),
            TRAP
        );
        assert_eq!(code_of(&Error::msg("other")), ERROR);
    }

    #[test]
    fn advice_stands_below_the_causes() {
        let error = Error::msg("cause").context("what failed");
        let error = with_hint(error, "do this");
        assert_eq!(message_of(&error), "what failed\n  because: cause");
        assert_eq!(error.downcast_ref::<Hint>().unwrap().0, "do this");
    }
}
