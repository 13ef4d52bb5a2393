//! The older `try` in folded form, which the parser of scripts knows only as a flat list of instructions.
//!
//! `(try (do a) (catch $e b))` becomes `try a catch $e b end`. What goes is replaced by spaces, so that every line
//! stays where it is.

use std::borrow::Cow;

use wast::lexer::{Lexer, TokenKind};

/// What a parenthesis opened.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Open {
    /// Anything but the older exceptions.
    Other,
    /// `(try`, which needs an `end`.
    Try,
    /// `(try` with a `delegate`, which is its end.
    Delegated,
    /// `(do`, `(catch`, `(catch_all` or `(delegate`.
    Clause,
}

/// `source` with every folded `try` in flat form.
pub(crate) fn flatten(source: &str) -> Cow<'_, str> {
    if !source.contains("(try") {
        return source.into();
    }
    let mut lexer = Lexer::new(source);
    lexer.allow_confusing_unicode(true);
    let mut tokens = lexer.iter(0).map_while(Result::ok).peekable();
    let mut open: Vec<Open> = Vec::new();
    let mut flat = String::with_capacity(source.len());
    while let Some(token) = tokens.next() {
        let text = token.src(source);
        match token.kind {
            TokenKind::LParen => {
                let word = tokens.peek().map_or("", |next| next.src(source));
                let kind = opened(word, open.last_mut());
                open.push(kind);
                flat.push_str(if kind == Open::Other { text } else { " " });
                if kind == Open::Clause && word == "do" {
                    flat.push_str("  ");
                    tokens.next();
                }
            }
            TokenKind::RParen => flat.push_str(match open.pop() {
                Some(Open::Try) => " end",
                Some(Open::Delegated | Open::Clause) => " ",
                _ => text,
            }),
            _ => flat.push_str(text),
        }
    }
    flat.into()
}

/// What a parenthesis before `word` opens within `outer`.
fn opened(word: &str, outer: Option<&mut Open>) -> Open {
    match (word, outer) {
        ("try", _) => Open::Try,
        ("do" | "catch" | "catch_all", Some(Open::Try)) => Open::Clause,
        ("delegate", Some(outer @ Open::Try)) => {
            *outer = Open::Delegated;
            Open::Clause
        }
        _ => Open::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folded_try_becomes_flat() {
        let words = |text: &str| -> Vec<String> {
            let flat = flatten(text);
            flat.split_whitespace().map(str::to_string).collect()
        };
        assert_eq!(
            words("(func (try $l (do (nop)) (catch $e (drop)) (catch_all)))").join(" "),
            "(func try $l (nop) catch $e (drop) catch_all end)"
        );
        assert_eq!(
            words("(try (do (try (do) (delegate 0))) (catch_all))").join(" "),
            "try try delegate 0 catch_all end"
        );
    }

    #[test]
    fn nothing_else_changes() {
        let source = "(func (try_table (catch $e 0)) (if (then)) ;; (try (do))\n \"(try (do))\")";
        assert_eq!(flatten(source), source);
        let lines = "(try\n (do)\n (catch_all\n))\n";
        assert_eq!(flatten(lines).lines().count(), lines.lines().count());
    }
}
