//! Why bytes are not a module.
//!
//! The specification separates what is malformed (§ 5, the binary format) from what is invalid
//! (§ 3), and its tests do too; the reader and the validator report both as one type. The kind is
//! settled where the source is known: an error of the reader is malformed, one of the validator
//! invalid, and a few messages name an implementation limit or a rule that moved between the two.

use crate::{Features, FuncIndex};

/// What is wrong with the bytes.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub enum DecodeErrorKind {
    /// They do not follow the binary format (§ 5).
    Malformed,
    /// They follow it, but not the rules of validation (§ 3).
    Invalid,
    /// They exceed a limit of this implementation, which is one all engines agree on.
    Limit,
}

/// Bytes that are not a valid module.
///
/// When several things are wrong it is the one at the lowest offset, however the bytes came in and
/// however many threads have looked at them.
#[derive(Clone, PartialEq, Eq)]
pub struct DecodeError {
    // One word, so that results stay small.
    inner: Box<Inner>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Inner {
    kind: DecodeErrorKind,
    message: String,
    offset: u64,
    function: Option<(FuncIndex, Option<Box<str>>)>,
}

impl DecodeError {
    #[cold]
    pub(crate) fn new(kind: DecodeErrorKind, message: impl Into<String>, offset: u64) -> Self {
        let inner = Inner {
            kind,
            message: message.into(),
            offset,
            function: None,
        };
        Self {
            inner: Box::new(inner),
        }
    }

    /// An error of the reader: the bytes are not in the format.
    #[cold]
    pub(crate) fn malformed(error: &wasmparser::Error) -> Self {
        let kind = match error.message() {
            // The specification leaves the number of results open, so that is a rule of validation.
            "select types size is out of bounds" => DecodeErrorKind::Invalid,
            message if names_limit(message) => DecodeErrorKind::Limit,
            _ => DecodeErrorKind::Malformed,
        };
        Self::of(kind, error)
    }

    /// An error of the parser that splits a module into sections: always malformed.
    #[cold]
    pub(crate) fn structure(error: &wasmparser::Error) -> Self {
        Self::of(DecodeErrorKind::Malformed, error)
    }

    /// An error of the validator.
    #[cold]
    pub(crate) fn invalid(error: &wasmparser::Error) -> Self {
        let message = error.message();
        let kind = if names_limit(message) {
            DecodeErrorKind::Limit
        } else if belongs_to_the_format(message) {
            DecodeErrorKind::Malformed
        } else {
            DecodeErrorKind::Invalid
        };
        Self::of(kind, error)
    }

    fn of(kind: DecodeErrorKind, error: &wasmparser::Error) -> Self {
        // Some are laid out in lines.
        let words: Vec<_> = error.message().split_whitespace().collect();
        let mut message = words.join(" ");
        if let Some(name) = error.missing_wasm_feature().and_then(Features::name_of) {
            message.push_str(&format!(" (the feature `{name}` is off)"));
        }
        Self::new(kind, message, error.offset())
    }

    /// The same error, known to be in the body of `function`.
    pub(crate) fn in_function(mut self, function: FuncIndex) -> Self {
        self.inner.function = Some((function, None));
        self
    }

    /// Looks up the name of the function that it is in.
    pub(crate) fn name_function(
        mut self,
        name: impl FnOnce(FuncIndex) -> Option<Box<str>>,
    ) -> Self {
        if let Some((function, slot)) = &mut self.inner.function {
            *slot = name(*function);
        }
        self
    }

    /// What sort of error it is.
    pub fn kind(&self) -> DecodeErrorKind {
        self.inner.kind
    }

    /// What is wrong, without the place.
    pub fn message(&self) -> &str {
        &self.inner.message
    }

    /// Where in the module, in bytes from its start.
    pub fn offset(&self) -> u64 {
        self.inner.offset
    }

    /// The function whose body it is in, if it is in one.
    pub fn function(&self) -> Option<FuncIndex> {
        self.inner.function.as_ref().map(|(index, _)| *index)
    }
}

/// Messages of rules that the validator checks and the specification has in the binary format.
fn belongs_to_the_format(message: &str) -> bool {
    const RULES: [&str; 5] = [
        "data count section required",
        "operators remaining after end of function",
        "control frames remain at end of function",
        "unexpected data at the end of operators",
        "malformed section id",
    ];
    RULES.iter().any(|rule| message.starts_with(rule))
}

/// Messages that name a limit of the implementation.
fn names_limit(message: &str) -> bool {
    const MARKS: [&str; 8] = [
        "exceeds limit of",
        "exceeds the limit of",
        "size is out of bounds",
        "string size out of bounds",
        "number of elements is out of bounds",
        "implementation limit",
        "locals exceed maximum",
        "sub type hierarchy too deep",
    ];
    message == "data count section specifies too many data segments"
        || MARKS.iter().any(|mark| message.contains(mark))
}

impl std::fmt::Display for DecodeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Inner {
            kind,
            message,
            offset,
            function,
        } = &*self.inner;
        match kind {
            DecodeErrorKind::Malformed => f.write_str("malformed module: ")?,
            DecodeErrorKind::Invalid => f.write_str("invalid module: ")?,
            DecodeErrorKind::Limit => f.write_str("module exceeds an implementation limit: ")?,
        }
        f.write_str(message)?;
        match function {
            Some((index, Some(name))) => write!(f, " in function {index} (`{name}`)")?,
            Some((index, None)) => write!(f, " in function {index}")?,
            None => {}
        }
        write!(f, " at offset {offset:#x}")
    }
}

impl std::fmt::Debug for DecodeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.inner.fmt(f)
    }
}

impl std::error::Error for DecodeError {}

#[cfg(test)]
mod tests {
    use crate::{Features, decode};

    #[test]
    fn an_error_is_one_line() {
        let error = decode(b"MZ\x90\0\x03\0\0\0", &Features::default()).unwrap_err();
        let message = error.to_string();
        assert!(
            message.contains("magic") && !message.contains('\n'),
            "{message}"
        );
    }
}
