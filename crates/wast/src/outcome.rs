//! What an action came to, and whether that is what the script says.
//!
//! Messages of malformed and invalid modules are the engine's own: the specification leaves their
//! wording open, so only the phase is compared. Traps have a kind each, and the kind is compared.

use std::fmt;

use weft::{CompileError, Exception, LinkError, TextError, Trap, Val, bail, format_err};

/// What an action came to.
pub(crate) enum Outcome {
    /// It returned these values.
    Returned(Vec<Val>),
    /// It ended with an error of the engine.
    Failed(weft::Error),
}

impl Outcome {
    pub(crate) fn new(result: weft::Result<Vec<Val>>) -> Self {
        match result {
            Ok(values) => Self::Returned(values),
            Err(error) => Self::Failed(error),
        }
    }

    /// The values, or the error as the failure of a directive that expects none.
    pub(crate) fn returned(self) -> weft::Result<Vec<Val>> {
        match self {
            Self::Returned(values) => Ok(values),
            Self::Failed(error) => Err(error),
        }
    }

    /// Checks that this is the trap of which `expected` tells.
    pub(crate) fn trapped(self, expected: &str) -> weft::Result<()> {
        let error = self.failed(&format_args!("trap `{expected}`"))?;
        match error.downcast_ref::<Trap>() {
            Some(trap) if is_trap(*trap, expected) => Ok(()),
            Some(trap) => bail!("expected trap `{expected}`, got trap `{trap}`"),
            None => Err(error.context(format!("expected trap `{expected}`, got another error"))),
        }
    }

    /// Checks that this is exhaustion of the call stack or of another resource.
    pub(crate) fn exhausted(self, expected: &str) -> weft::Result<()> {
        let error = self.failed(&format_args!("exhaustion `{expected}`"))?;
        match error.downcast_ref::<Trap>() {
            Some(trap) if is_exhaustion(*trap) && is_trap(*trap, expected) => Ok(()),
            _ => Err(error.context(format!("expected exhaustion `{expected}`"))),
        }
    }

    /// Checks that this is an exception that nobody caught.
    pub(crate) fn threw(self) -> weft::Result<()> {
        let error = self.failed(&"an exception")?;
        match error.is::<Exception>() {
            true => Ok(()),
            false => Err(error.context("expected an exception")),
        }
    }

    fn failed(self, expected: &dyn fmt::Display) -> weft::Result<weft::Error> {
        match self {
            Self::Returned(values) => bail!("expected {expected}, but it returned {values:?}"),
            Self::Failed(error) => Ok(error),
        }
    }
}

/// An error of the text format, which the script's parser found before the engine saw the module.
pub(crate) fn malformed(error: wast::Error) -> weft::Error {
    format_err!("malformed text: {}", error.message()).context(Unparsed)
}

/// Marks an error of the text format.
#[derive(Copy, Clone, Debug)]
struct Unparsed;

impl fmt::Display for Unparsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the module's text cannot be parsed")
    }
}

/// Checks that compiling a module failed because the module is malformed or invalid.
pub(crate) fn rejected<T>(result: weft::Result<T>, expected: &str) -> weft::Result<()> {
    match result {
        Ok(_) => bail!("expected the module to be refused (`{expected}`), but it was accepted"),
        Err(error) if is_compile(&error) => Ok(()),
        Err(error) => Err(error.context("expected an error of decoding or validation")),
    }
}

/// Checks that an instantiation failed because imports do not fit.
pub(crate) fn unlinkable<T>(result: weft::Result<T>, expected: &str) -> weft::Result<()> {
    match result {
        Ok(_) => bail!("expected the module not to link (`{expected}`), but it did"),
        Err(error) if is_link(&error) => Ok(()),
        Err(error) => Err(error.context("expected a link error")),
    }
}

fn is_compile(error: &weft::Error) -> bool {
    error.is::<CompileError>() || error.is::<TextError>() || error.is::<Unparsed>()
}

fn is_link(error: &weft::Error) -> bool {
    error.is::<LinkError>()
}

fn is_exhaustion(trap: Trap) -> bool {
    matches!(
        trap,
        Trap::StackExhausted | Trap::ResourceExhausted | Trap::OutOfFuel
    )
}

/// Whether the script's words mean this trap.
///
/// Scripts shorten some messages ("out of bounds") and lengthen others ("uninitialized element 2",
/// "null structure reference").
fn is_trap(trap: Trap, expected: &str) -> bool {
    let message = trap.message();
    let is_null_reference = expected.starts_with("null ") && expected.ends_with(" reference");
    match trap {
        Trap::NullReference | Trap::NullFunctionReference if is_null_reference => true,
        _ => message.starts_with(expected) || expected.starts_with(message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_scripts_name_kinds() {
        assert!(is_trap(Trap::MemoryOutOfBounds, "out of bounds"));
        assert!(is_trap(
            Trap::UninitializedElement,
            "uninitialized element 2"
        ));
        assert!(is_trap(Trap::NullReference, "null structure reference"));
        assert!(is_trap(Trap::NullFunctionReference, "null reference"));
        assert!(!is_trap(
            Trap::MemoryOutOfBounds,
            "out of bounds table access"
        ));
        assert!(!is_trap(Trap::UninitializedElement, "undefined element"));
        assert!(!is_trap(Trap::Unreachable, "null reference"));
    }
}
