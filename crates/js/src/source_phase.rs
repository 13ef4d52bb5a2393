//! Source phase imports, `import source x from "./x.wasm"` and `import.source("./x.wasm")`, for an engine that does not parse them.
//!
//! A text that the engine refuses and that has such imports is written anew, on the same lines: they become imports of the default
//! export of a module whose name is that of the imported one with a [`PREFIX`], which has the source as its only export.

use std::ops::Range;

use crate::node::{Token, Tokens};

/// What the name of a module that has the source of another one begins with. No file has such a name.
pub(crate) const PREFIX: &str = "\u{1}source:";

/// The same as it is in a literal.
const ESCAPED: &str = "\\u0001source:";

/// The text without source phase imports, if it has some.
pub(crate) fn rewrite(source: &str) -> Option<String> {
    if !source.contains("source") {
        return None;
    }
    let mut changes = Vec::new();
    let mut tokens = Tokens::new(source);
    let mut before = None;
    while let Some(token) = tokens.next() {
        if token == Token::Word("import") && before != Some(Token::Mark(b'.')) {
            let found = match tokens.depth() {
                0 => declaration(source, &tokens),
                _ => None,
            };
            let found = found.or_else(|| call(source, &tokens, token));
            changes.extend(found.into_iter().flatten());
        }
        before = Some(token);
    }
    (!changes.is_empty()).then(|| apply(source, &changes))
}

/// A part of the text, and what stands there instead.
type Change = (Range<usize>, String);

/// `source x from "…"` after an `import`: the word goes, and the text gets the prefix.
fn declaration(source: &str, tokens: &Tokens<'_>) -> Option<Vec<Change>> {
    let mut rest = tokens.ahead();
    let (Token::Word(phase @ "source"), Token::Word(_), Token::Word("from"), Token::Text(from)) =
        (rest.next()?, rest.next()?, rest.next()?, rest.next()?)
    else {
        return None;
    };
    let (phase, from) = (place(source, phase), place(source, from));
    Some(vec![
        (phase.clone(), " ".repeat(phase.len())),
        (from.start..from.start, ESCAPED.to_owned()),
    ])
}

/// `.source(` after an `import`: a function is called instead.
fn call(source: &str, tokens: &Tokens<'_>, import: Token<'_>) -> Option<Vec<Change>> {
    let mut rest = tokens.ahead();
    let (Token::Mark(b'.'), Token::Word(phase @ "source"), Token::Mark(b'(')) =
        (rest.next()?, rest.next()?, rest.next()?)
    else {
        return None;
    };
    let Token::Word(import) = import else {
        return None;
    };
    let function = format!("(async name => (await import(\"{ESCAPED}\" + name)).default)");
    let whole = place(source, import).start..place(source, phase).end;
    // What was on several lines stays so.
    let lines = source[whole.clone()].matches('\n').count();
    Some(vec![(whole, function + &"\n".repeat(lines))])
}

/// Where a part of the text is.
fn place(source: &str, part: &str) -> Range<usize> {
    let start = part.as_ptr() as usize - source.as_ptr() as usize;
    start..start + part.len()
}

fn apply(source: &str, changes: &[Change]) -> String {
    let mut text = String::new();
    let mut at = 0;
    for (range, instead) in changes {
        text.push_str(&source[at..range.start]);
        text.push_str(instead);
        at = range.end;
    }
    text + &source[at..]
}

#[cfg(test)]
mod tests {
    use super::rewrite;

    #[test]
    fn declarations_and_calls_are_written_anew() {
        assert_eq!(
            rewrite("import source x from './x.wasm';\nimport source from from \"y\" with {};")
                .as_deref(),
            Some(
                "import        x from '\\u0001source:./x.wasm';\nimport        from from \"\\u0001source:y\" with {};"
            )
        );
        let call = rewrite("f(import\n.source(name))").unwrap();
        assert_eq!(
            call,
            "f((async name => (await import(\"\\u0001source:\" + name)).default)\n(name))"
        );
    }

    #[test]
    fn what_only_looks_alike_stays() {
        for text in [
            "import source from './x.js'",
            "import source, { a } from './x.js'",
            "import { source } from 'x'",
            "`import source x from 'y'`; // import source x from 'y'",
            "({ import: 1 }).import.source(1)",
            "import('source')",
            "const source = /import source x from 'y'/",
        ] {
            assert_eq!(rewrite(text), None, "{text}");
        }
    }
}
