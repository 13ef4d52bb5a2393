//! [`Tokens`]: JavaScript as words, texts and punctuation, without a parser.
//!
//! Only what a reader must know to stay in step is known: comments, strings, templates, and whether a slash divides or
//! begins a regular expression, which is guessed from what stands before it.

/// A token.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Token<'a> {
    /// An identifier, keyword or number.
    Word(&'a str),
    /// A string literal, with what is between its quotes.
    Text(&'a str),
    /// A template or regular expression.
    Literal,
    /// A character of punctuation; `++` and `--` are `+` with a count in [`Tokens`].
    Mark(u8),
}

/// What is open, for the character that closes it.
#[derive(Copy, Clone)]
enum Open {
    /// A parenthesis, and whether a statement follows what closes it.
    Parenthesis {
        of_statement: bool,
    },
    Bracket,
    /// A brace, and whether it holds statements.
    Brace {
        is_block: bool,
    },
    /// `${` of a template.
    Template,
}

/// The tokens of a text.
#[derive(Clone)]
pub(crate) struct Tokens<'a> {
    source: &'a str,
    at: usize,
    open: Vec<Open>,
    /// The token before.
    last: Option<Token<'a>>,
    /// Whether an expression ends with the token before, so that a slash divides.
    is_operand: bool,
    /// Whether there was an end of line before the last token.
    pub(super) is_first_of_line: bool,
}

impl<'a> Tokens<'a> {
    pub(crate) fn new(source: &'a str) -> Self {
        let mut tokens = Self {
            source,
            at: 0,
            open: Vec::new(),
            last: None,
            is_operand: false,
            is_first_of_line: true,
        };
        if source.starts_with("#!") {
            tokens.skip_line();
        }
        tokens
    }

    /// The same place, to look ahead from.
    pub(crate) fn ahead(&self) -> Self {
        Self {
            open: Vec::new(),
            ..*self
        }
    }

    /// How many brackets of any kind are open.
    pub(crate) fn depth(&self) -> usize {
        self.open.len()
    }

    fn bytes(&self) -> &'a [u8] {
        self.source.as_bytes()
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes().get(self.at + ahead).copied()
    }

    /// A part of the text, whose ends are at ASCII characters.
    fn part(&self, start: usize, end: usize) -> &'a str {
        self.source.get(start..end).unwrap_or_default()
    }

    fn skip_line(&mut self) {
        while self.peek(0).is_some_and(|byte| byte != b'\n') {
            self.at += 1;
        }
    }

    fn skip_comment(&mut self) {
        self.at += 2;
        while let Some(byte) = self.peek(0) {
            if byte == b'*' && self.peek(1) == Some(b'/') {
                self.at += 2;
                return;
            }
            self.is_first_of_line |= byte == b'\n';
            self.at += 1;
        }
    }

    fn skip_space(&mut self) {
        while let Some(byte) = self.peek(0) {
            match (byte, self.peek(1)) {
                (b'/', Some(b'/')) => self.skip_line(),
                (b'/', Some(b'*')) => self.skip_comment(),
                (b'\n', _) => {
                    self.is_first_of_line = true;
                    self.at += 1;
                }
                (b' ' | b'\t' | b'\r' | 0x0b | 0x0c, _) => self.at += 1,
                // A byte order mark or a space that is no ASCII.
                (0xc2 | 0xe2 | 0xe3 | 0xef, _) => match self.source[self.at..].chars().next() {
                    Some(space) if space.is_whitespace() || space == '\u{feff}' => {
                        self.at += space.len_utf8();
                    }
                    _ => return,
                },
                _ => return,
            }
        }
    }

    fn word(&mut self) -> Token<'a> {
        let start = self.at;
        let is_part = |byte: u8| {
            byte.is_ascii_alphanumeric()
                || matches!(byte, b'_' | b'$' | b'\\' | b'#')
                || byte >= 0x80
        };
        while self.peek(0).is_some_and(is_part) {
            self.at += 1;
        }
        // A number with a point is no member access.
        let is_number = self.bytes()[start].is_ascii_digit();
        if is_number && self.peek(0) == Some(b'.') {
            self.at += 1;
            while self.peek(0).is_some_and(is_part) {
                self.at += 1;
            }
        }
        Token::Word(self.part(start, self.at))
    }

    fn text(&mut self, quote: u8) -> Token<'a> {
        self.at += 1;
        let start = self.at;
        while let Some(byte) = self.peek(0) {
            match byte {
                byte if byte == quote => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        let end = self.at.min(self.source.len());
        self.at = end + 1;
        Token::Text(self.part(start, end))
    }

    /// The rest of a template, up to its end or the next `${`.
    fn template(&mut self) -> Token<'a> {
        while let Some(byte) = self.peek(0) {
            match byte {
                b'`' => {
                    self.at += 1;
                    break;
                }
                b'\\' => self.at += 2,
                b'$' if self.peek(1) == Some(b'{') => {
                    self.at += 2;
                    self.open.push(Open::Template);
                    return Token::Mark(b'{');
                }
                _ => self.at += 1,
            }
        }
        Token::Literal
    }

    fn regular_expression(&mut self) -> Token<'a> {
        self.at += 1;
        let mut in_class = false;
        while let Some(byte) = self.peek(0) {
            match byte {
                b'\n' => break,
                b'\\' => self.at += 1,
                b'[' => in_class = true,
                b']' => in_class = false,
                b'/' if !in_class => {
                    self.at += 1;
                    break;
                }
                _ => {}
            }
            self.at += 1;
        }
        while self
            .peek(0)
            .is_some_and(|byte| byte.is_ascii_alphanumeric())
        {
            self.at += 1;
        }
        Token::Literal
    }

    fn mark(&mut self, byte: u8) -> Token<'a> {
        self.at += 1;
        let last = self.last;
        let is_operand = match byte {
            b'(' => {
                let of_statement =
                    matches!(last, Some(Token::Word("if" | "while" | "for" | "with")));
                self.open.push(Open::Parenthesis { of_statement });
                false
            }
            b'[' => {
                self.open.push(Open::Bracket);
                false
            }
            b'{' => {
                let is_block = match last {
                    None | Some(Token::Mark(b')' | b';' | b'{' | b'}' | b'>')) => true,
                    Some(Token::Word(word)) => !matches!(
                        word,
                        "return"
                            | "typeof"
                            | "in"
                            | "of"
                            | "new"
                            | "void"
                            | "delete"
                            | "throw"
                            | "case"
                            | "yield"
                            | "await"
                            | "default"
                    ),
                    _ => false,
                };
                self.open.push(Open::Brace { is_block });
                false
            }
            b')' => !matches!(
                self.open.pop(),
                Some(Open::Parenthesis { of_statement: true })
            ),
            b']' => {
                self.open.pop();
                true
            }
            b'}' => match self.open.pop() {
                Some(Open::Template) => {
                    let token = self.template();
                    self.is_operand = token == Token::Literal;
                    return token;
                }
                Some(Open::Brace { is_block: true }) => false,
                _ => true,
            },
            b'+' | b'-' if self.peek(0) == Some(byte) => {
                self.at += 1;
                true
            }
            _ => false,
        };
        self.is_operand = is_operand;
        Token::Mark(byte)
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        self.is_first_of_line = self.last.is_none();
        self.skip_space();
        let byte = self.peek(0)?;
        let token = match byte {
            b'"' | b'\'' => {
                self.is_operand = true;
                self.text(byte)
            }
            b'`' => {
                self.at += 1;
                let token = self.template();
                self.is_operand = token == Token::Literal;
                token
            }
            b'/' if !self.is_operand => {
                self.is_operand = true;
                self.regular_expression()
            }
            byte if byte.is_ascii_alphanumeric()
                || matches!(byte, b'_' | b'$' | b'\\' | b'#')
                || byte >= 0x80 =>
            {
                let after_point = self.last == Some(Token::Mark(b'.'));
                let word = self.word();
                let Token::Word(name) = word else {
                    return Some(word);
                };
                self.is_operand = after_point || !expects_operand(name);
                word
            }
            byte => self.mark(byte),
        };
        self.last = Some(token);
        Some(token)
    }
}

/// Whether an expression follows the keyword.
fn expects_operand(word: &str) -> bool {
    matches!(
        word,
        "return"
            | "typeof"
            | "case"
            | "do"
            | "else"
            | "in"
            | "instanceof"
            | "new"
            | "void"
            | "delete"
            | "throw"
            | "yield"
            | "await"
            | "of"
    )
}
