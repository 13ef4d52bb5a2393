//! Modules in the text format (§ 6).

use std::path::Path;

use wast::Wat;
use wast::lexer::Lexer;
use wast::parser::{self, ParseBuffer};

use crate::{Error, Result};

/// Whether `bytes` are to be read as text: they do not start like a binary module, however malformed.
pub(super) fn is_text(bytes: &[u8]) -> bool {
    !bytes.starts_with(b"\0") && !bytes.is_empty()
}

/// Parses text and encodes it. A mistake is shown with the name of the file, if it is from one.
pub(super) fn parse(bytes: &[u8], file: Option<&Path>) -> Result<Vec<u8>> {
    let text = std::str::from_utf8(bytes).map_err(not_utf8)?;
    encode(text).map_err(|mut error| {
        error.set_text(text);
        file.into_iter().for_each(|file| error.set_path(file));
        Error::new(error)
    })
}

fn encode(text: &str) -> Result<Vec<u8>, wast::Error> {
    let mut lexer = Lexer::new(text);
    // Names may hold any character (§ 6.3.3), those that confuse a reader too.
    lexer.allow_confusing_unicode(true);
    let buffer = ParseBuffer::new_with_lexer(lexer)?;
    parser::parse::<Wat<'_>>(&buffer)?.encode()
}

fn not_utf8(error: std::str::Utf8Error) -> Error {
    let place = wast::token::Span::from_offset(error.valid_up_to());
    Error::new(wast::Error::new(place, "malformed UTF-8 encoding".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_has_a_place() {
        let error = parse(b"(module\n  (fun))", Some("m.wat".as_ref())).unwrap_err();
        let shown = error.to_string();
        assert!(error.is::<crate::TextError>());
        assert!(shown.contains("m.wat:2:4"), "{shown}");
    }

    #[test]
    fn names_may_hold_any_character() {
        assert!(parse("(module (func (export \"\u{202e}\")))".as_bytes(), None).is_ok());
        assert!(
            parse(b"(module (func (export \"\xff\")))", None)
                .unwrap_err()
                .is::<crate::TextError>()
        );
    }
}
