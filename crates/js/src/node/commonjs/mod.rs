//! What a text of JavaScript is and exports, as far as one can see without running it.
//!
//! Importing a CommonJS module wants the names of its exports before it runs; Node finds those that compilers and people
//! usually write, and so does this. It also sees `import` and `export`, which make a text an ES module.

mod tokens;

pub(crate) use tokens::{Token, Tokens};

/// What has been seen of a text.
#[derive(Default, PartialEq, Eq, Debug)]
pub(crate) struct Seen {
    /// It has syntax that only ES modules have.
    pub(crate) is_module: bool,
    /// It asks for what only Node gives, outside of any function or condition.
    pub(crate) is_for_node: bool,
    /// What it exports by name.
    pub(crate) exports: Vec<String>,
    /// The modules all of whose exports it exports too.
    pub(crate) reexports: Vec<String>,
}

/// Looks through a text.
pub(crate) fn look(source: &str) -> Seen {
    let mut reader = Reader {
        tokens: Tokens::new(source),
        seen: Seen::default(),
        required: Vec::new(),
    };
    reader.read();
    reader.seen
}

struct Reader<'a> {
    tokens: Tokens<'a>,
    seen: Seen,
    /// Variables that hold what `require` gave, for loops over their keys.
    required: Vec<(&'a str, &'a str)>,
}

impl<'a> Reader<'a> {
    fn read(&mut self) {
        let mut before = None;
        let mut previous = None;
        while let Some(token) = self.tokens.next() {
            if let Token::Word(word) = token
                && (previous != Some(Token::Mark(b'.')) || word == "__exportStar")
            {
                self.word(word, previous, before);
            }
            before = previous;
            previous = Some(token);
        }
    }

    fn word(&mut self, word: &'a str, previous: Option<Token<'a>>, before: Option<Token<'a>>) {
        match word {
            "import" => self.import(previous),
            "export" => self.export(previous),
            "exports" => {
                let ahead = self.tokens.ahead();
                self.member(ahead);
            }
            "module" => self.module(),
            "Object" => self.object(),
            "__exportStar" | "__export" => self.star(),
            "require" => self.require(previous, before),
            _ => {}
        }
    }

    /// `import` as a declaration, and `import.meta`; not `import()`.
    fn import(&mut self, previous: Option<Token<'a>>) {
        let mut ahead = self.tokens.ahead();
        match (ahead.next(), ahead.next()) {
            (Some(Token::Mark(b'.')), Some(Token::Word("meta"))) => self.seen.is_module = true,
            (Some(Token::Mark(b'{' | b'*') | Token::Text(_) | Token::Word(_)), _)
                if self.begins_statement(previous) =>
            {
                self.seen.is_module = true;
                self.seen.is_for_node |= self.names_package();
            }
            _ => {}
        }
    }

    /// Whether the declaration that begins here is of a package or a builtin, and not of a file or URL.
    fn names_package(&self) -> bool {
        /// Names that a declaration may have before where they come from.
        const MOST: usize = 1000;
        let specifier = self
            .tokens
            .ahead()
            .take(MOST)
            .find_map(|token| match token {
                Token::Text(text) => Some(text),
                _ => None,
            });
        specifier.is_some_and(|it| {
            it.starts_with("node:") || !it.starts_with(['.', '/']) && !it.contains(':')
        })
    }

    fn export(&mut self, previous: Option<Token<'a>>) {
        let follows = self.tokens.ahead().next();
        if let Some(Token::Mark(b'{' | b'*') | Token::Word(_)) = follows {
            self.seen.is_module |= self.begins_statement(previous);
        }
    }

    fn begins_statement(&self, previous: Option<Token<'a>>) -> bool {
        let after = matches!(previous, None | Some(Token::Mark(b';' | b'}')));
        self.tokens.depth() == 0 && (after || self.tokens.is_first_of_line)
    }

    /// `.name =` and `['name'] =` after `exports`.
    fn member(&mut self, mut ahead: Tokens<'a>) {
        let name = match (ahead.next(), ahead.next()) {
            (Some(Token::Mark(b'.')), Some(Token::Word(name))) => name,
            (Some(Token::Mark(b'[')), Some(Token::Text(name))) => {
                if ahead.next() != Some(Token::Mark(b']')) {
                    return;
                }
                name
            }
            _ => return,
        };
        if ahead.next() == Some(Token::Mark(b'=')) && ahead.next() != Some(Token::Mark(b'=')) {
            self.add(name);
        }
    }

    /// What follows `module`: `.exports =`, `.exports.name =`.
    fn module(&mut self) {
        let mut ahead = self.tokens.ahead();
        if (ahead.next(), ahead.next()) != (Some(Token::Mark(b'.')), Some(Token::Word("exports"))) {
            return;
        }
        self.member(ahead.clone());
        if ahead.next() != Some(Token::Mark(b'=')) {
            return;
        }
        match ahead.next() {
            Some(Token::Mark(b'{')) => self.literal(ahead),
            Some(Token::Word("require")) => {
                if let Some(name) = call_of_text(&mut ahead) {
                    self.seen.reexports.clear();
                    self.reexport(name);
                }
            }
            _ => {}
        }
    }

    /// The properties of an object literal, as far as their values are names.
    fn literal(&mut self, mut ahead: Tokens<'a>) {
        loop {
            let key = match ahead.next() {
                Some(Token::Word(key) | Token::Text(key)) => key,
                Some(Token::Mark(b'.')) => {
                    // `...require('x')`
                    let is_spread = (ahead.next(), ahead.next())
                        == (Some(Token::Mark(b'.')), Some(Token::Mark(b'.')));
                    if !is_spread || ahead.next() != Some(Token::Word("require")) {
                        return;
                    }
                    let Some(name) = call_of_text(&mut ahead) else {
                        return;
                    };
                    self.reexport(name);
                    if ahead.next() != Some(Token::Mark(b',')) {
                        return;
                    }
                    continue;
                }
                _ => return,
            };
            match ahead.next() {
                Some(Token::Mark(b',')) => self.add(key),
                Some(Token::Mark(b'}')) => return self.add(key),
                Some(Token::Mark(b':')) => {
                    self.add(key);
                    if !matches!(ahead.next(), Some(Token::Word(_) | Token::Text(_)))
                        || ahead.next() != Some(Token::Mark(b','))
                    {
                        return;
                    }
                }
                _ => return,
            }
        }
    }

    /// `Object.defineProperty(exports, 'name', {…` and `Object.keys(x).forEach(`, with which Babel exports everything of `x`.
    fn object(&mut self) {
        let mut ahead = self.tokens.ahead();
        if ahead.next() != Some(Token::Mark(b'.')) {
            return;
        }
        match (ahead.next(), ahead.next()) {
            (Some(Token::Word("defineProperty")), Some(Token::Mark(b'('))) => self.property(ahead),
            (Some(Token::Word("keys")), Some(Token::Mark(b'('))) => {
                let Some(Token::Word(name)) = ahead.next() else {
                    return;
                };
                let follows = (ahead.next(), ahead.next(), ahead.next());
                let is_loop = follows
                    == (
                        Some(Token::Mark(b')')),
                        Some(Token::Mark(b'.')),
                        Some(Token::Word("forEach")),
                    );
                let source = self
                    .required
                    .iter()
                    .rev()
                    .find(|(variable, _)| *variable == name);
                if let Some(&(_, source)) = source.filter(|_| is_loop)
                    && ahead.take(60).any(|token| token == Token::Word("exports"))
                {
                    self.reexport(source);
                }
            }
            _ => {}
        }
    }

    fn property(&mut self, mut ahead: Tokens<'a>) {
        let is_exports = match ahead.next() {
            Some(Token::Word("exports")) => true,
            Some(Token::Word("module")) => {
                (ahead.next(), ahead.next())
                    == (Some(Token::Mark(b'.')), Some(Token::Word("exports")))
            }
            _ => false,
        };
        if !is_exports || ahead.next() != Some(Token::Mark(b',')) {
            return;
        }
        let Some(Token::Text(name)) = ahead.next() else {
            return;
        };
        let opens = (ahead.next(), ahead.next());
        if opens != (Some(Token::Mark(b',')), Some(Token::Mark(b'{'))) {
            return;
        }
        let mut key = ahead.next();
        if key == Some(Token::Word("enumerable")) {
            // `enumerable: true,`
            ahead.by_ref().take(3).for_each(drop);
            key = ahead.next();
        }
        let is_known = match key {
            Some(Token::Word("value")) => true,
            Some(Token::Word("get")) => returns_member(ahead),
            _ => false,
        };
        if is_known {
            self.add(name);
        }
    }

    /// `__exportStar(require('x'), exports)` and `__export(require('x'))`, as TypeScript writes it.
    fn star(&mut self) {
        let mut ahead = self.tokens.ahead();
        let follows = (ahead.next(), ahead.next());
        if follows == (Some(Token::Mark(b'(')), Some(Token::Word("require")))
            && let Some(name) = call_of_text(&mut ahead)
        {
            self.reexport(name);
        }
    }

    /// `require('x')`, and the variable that takes it, perhaps by way of a helper.
    fn require(&mut self, previous: Option<Token<'a>>, before: Option<Token<'a>>) {
        let mut ahead = self.tokens.ahead();
        let Some(name) = call_of_text(&mut ahead) else {
            return;
        };
        self.seen.is_for_node |= self.tokens.depth() == 0;
        if let (Some(Token::Mark(b'=')), Some(Token::Word(variable))) = (previous, before) {
            self.required.push((variable, name));
        }
    }

    fn add(&mut self, name: &str) {
        let is_plain = !name.contains('\\');
        if is_plain && !self.seen.exports.iter().any(|known| known == name) {
            self.seen.exports.push(name.to_owned());
        }
    }

    fn reexport(&mut self, name: &str) {
        if !self.seen.reexports.iter().any(|known| known == name) {
            self.seen.reexports.push(name.to_owned());
        }
    }
}

/// The rest of a getter that returns a member of a variable: `() { return m.a`, or `: function () { return m.a`.
fn returns_member(mut ahead: Tokens<'_>) -> bool {
    let body = ahead
        .by_ref()
        .take(6)
        .find(|token| *token == Token::Mark(b'{'));
    let follows = (ahead.next(), ahead.next(), ahead.next());
    let is_member = matches!(
        follows,
        (
            Some(Token::Word("return")),
            Some(Token::Word(_)),
            Some(Token::Mark(b'.' | b'['))
        )
    );
    body.is_some() && is_member
}

/// `('text')`.
fn call_of_text<'a>(ahead: &mut Tokens<'a>) -> Option<&'a str> {
    match (ahead.next(), ahead.next(), ahead.next()) {
        (Some(Token::Mark(b'(')), Some(Token::Text(text)), Some(Token::Mark(b')'))) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exports(source: &str) -> Vec<String> {
        look(source).exports
    }

    #[test]
    fn exports_are_seen_as_people_write_them() {
        assert_eq!(
            exports("exports.a = 1; module.exports.b = 2; exports['c'] = 3"),
            ["a", "b", "c"]
        );
        assert_eq!(
            exports("module.exports = { a, b: c, 'd': e, f: g() , h }"),
            ["a", "b", "d", "f"]
        );
        assert_eq!(exports("0 && (module.exports = { a, b })"), ["a", "b"]);
        assert_eq!(
            exports(
                "Object.defineProperty(exports, 'a', { enumerable: true, get: function () { return m.a } })"
            ),
            ["a"]
        );
        assert_eq!(
            exports(
                "Object.defineProperty(exports, 'a', { enumerable: true, get() { return 3 } })"
            ),
            [""; 0]
        );
        assert_eq!(
            exports("Object.defineProperty(exports, '__esModule', { value: true })"),
            ["__esModule"]
        );
        assert_eq!(exports("if (exports.a == 1) x.exports.b = 1"), [""; 0]);
        assert_eq!(exports("exports.a = exports.b = void 0"), ["a", "b"]);
    }

    #[test]
    fn modules_are_passed_on() {
        let reexports = |source| look(source).reexports;
        assert_eq!(reexports("module.exports = require('./a')"), ["./a"]);
        assert_eq!(
            reexports(
                "__exportStar(require(\"b\"), exports); tslib.__exportStar(require('c'), exports)"
            ),
            ["b", "c"]
        );
        assert_eq!(
            reexports("module.exports = { ...require('a'), ...require('b') }"),
            ["a", "b"]
        );
        let babel = "var _x = require('x'); Object.keys(_x).forEach(function (key) { exports[key] = _x[key] })";
        assert_eq!(reexports(babel), ["x"]);
    }

    #[test]
    fn syntax_of_modules_is_told_from_words() {
        for module in [
            "import a from 'a'",
            "import 'a'",
            "let x = 1\nimport {a} from 'a'",
            "var m = (() => { return `${{}}` })();\nexport default m;",
            "export * from 'a'",
            "f(import.meta.url)",
            "a = b / c; /'/; export { a }",
        ] {
            assert!(look(module).is_module, "{module}");
        }
        for script in [
            "import('a')",
            "x.import(a)",
            "const s = 'import a from b'; // export default 1",
            "`\nimport a from 'a'\n`",
            "a = { export: 1, import: 2 }",
            "if (a) /import/.test('\nexport { }')",
            "x++ / 2; '\\'; export {}'",
        ] {
            assert!(!look(script).is_module, "{script}");
        }
    }

    #[test]
    fn what_only_node_gives_is_seen() {
        for node in [
            "const a = require('a')",
            "import a from 'a'",
            "import {\na } from 'node:fs'",
            "'use strict'; require('./x')",
        ] {
            assert!(look(node).is_for_node, "{node}");
        }
        for other in [
            "if (x) { require('a') }",
            "import a from './a'",
            "import 'data:,'",
            "f(() => require('a'))",
            "await import('a')",
        ] {
            assert!(!look(other).is_for_node, "{other}");
        }
    }

    #[test]
    fn any_text_is_read_to_its_end() {
        for text in [
            "",
            "'",
            "`${",
            "/",
            "/[",
            "\\",
            "exports.",
            "module.exports = {",
            "}}}))",
            "é exports.a = 1",
            "\u{feff}exports.b = 1",
        ] {
            let _ = look(text);
        }
    }
}
