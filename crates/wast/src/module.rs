//! From a module of a script to a `weft::Module`, in each form that the engine takes.
//!
//! The parser of scripts has already made a syntax tree of most modules. To test the engine's own way
//! in for text, the module is cut out of the script's source again and handed over as it was written.

use wast::lexer::{Lexer, Token, TokenKind};
use wast::token::Span;
use wast::{QuoteWat, QuoteWatTest, Wat};
use weft::{Engine, Module};

use crate::outcome;

/// The form in which the modules of a script are given to the engine.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub enum Form {
    /// As the script writes them: text goes through the engine's text parser.
    Text,
    /// Encoded to the binary format.
    #[default]
    Binary,
    /// Encoded to the binary format and decoded while it arrives in small pieces.
    Stream,
}

impl Form {
    /// Every form.
    pub const ALL: [Self; 3] = [Self::Text, Self::Binary, Self::Stream];
}

/// The size of a piece in [`Form::Stream`]: odd and small, so that sections and bodies are cut anywhere.
const PIECE: usize = 61;

/// Where modules come from and where they go.
pub(crate) struct Loader<'s> {
    pub(crate) engine: Engine,
    pub(crate) form: Form,
    pub(crate) source: &'s str,
}

impl Loader<'_> {
    /// Compiles a module that may be quoted.
    pub(crate) fn load(&self, mut module: QuoteWat<'_>) -> weft::Result<Module> {
        if let QuoteWat::Wat(wat) = module {
            return self.load_wat(wat);
        }
        match (self.form, module.to_test().map_err(outcome::malformed)?) {
            (Form::Text, QuoteWatTest::Text(text)) => Module::new(&self.engine, &text),
            _ => self.load_binary(&module.encode().map_err(outcome::malformed)?),
        }
    }

    /// Compiles a module that is part of the script's syntax.
    pub(crate) fn load_wat(&self, mut wat: Wat<'_>) -> weft::Result<Module> {
        if self.form == Form::Text
            && let Some(text) = text_of(self.source, wat.span())
        {
            return Module::new(&self.engine, text);
        }
        self.load_binary(&wat.encode().map_err(outcome::malformed)?)
    }

    fn load_binary(&self, bytes: &[u8]) -> weft::Result<Module> {
        if self.form != Form::Stream {
            return Module::from_binary(&self.engine, bytes);
        }
        let mut stream = Module::streaming(&self.engine);
        for piece in bytes.chunks(PIECE) {
            stream.push(piece)?;
        }
        stream.finish()
    }
}

/// The text of the module whose keyword stands at `span`, without the words that only scripts know.
///
/// `None` when the whole script is the module, or the module is not one that text can carry alone.
fn text_of(source: &str, span: Span) -> Option<String> {
    let keyword = span.offset();
    if !source[keyword..].starts_with("module") {
        return Some(source.to_string());
    }
    let mut lexer = Lexer::new(source);
    lexer.allow_confusing_unicode(true);
    let start = keyword + "module".len();
    let body = skip_definition(&lexer, source, start);
    let end = closing_paren(&lexer, start)?;
    Some(format!("(module {})", &source[body..end]))
}

/// Where the text after `definition` starts, or `start` when that word is not there.
fn skip_definition(lexer: &Lexer<'_>, source: &str, start: usize) -> usize {
    let first = lexer.iter(start).map_while(Result::ok).find(is_meaningful);
    match first {
        Some(token) if token.src(source) == "definition" => token.offset + token.len as usize,
        _ => start,
    }
}

/// Where the parenthesis stands that closes the one opened before `start`.
fn closing_paren(lexer: &Lexer<'_>, start: usize) -> Option<usize> {
    let mut depth = 1;
    for token in lexer.iter(start).map_while(Result::ok) {
        match token.kind {
            TokenKind::LParen => depth += 1,
            TokenKind::RParen => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(token.offset);
        }
    }
    None
}

fn is_meaningful(token: &Token) -> bool {
    !matches!(
        token.kind,
        TokenKind::Whitespace | TokenKind::LineComment | TokenKind::BlockComment
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(source: &str) -> String {
        let offset = source.find("module").unwrap();
        text_of(source, Span::from_offset(offset)).unwrap()
    }

    #[test]
    fn a_module_is_cut_out_of_its_script() {
        assert_eq!(
            text(
                r#"(assert_invalid (module $m (func) ;; )
                (data ")(")) "message")"#
            ),
            "(module  $m (func) ;; )\n                (data \")(\"))"
        );
    }

    #[test]
    fn definition_is_a_word_of_scripts_alone() {
        assert_eq!(text("(module definition $m (func))"), "(module  $m (func))");
    }
}
