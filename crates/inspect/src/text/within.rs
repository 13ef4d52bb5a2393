//! [`Within`]: what is printed of a part of a module, in pieces for whoever writes them.
//!
//! The printer escapes strings, but neither all that cannot be seen nor what it quotes in comments. It writes in words of a few
//! bytes, so they are collected and looked through many at once, which the thread that writes them does.

use std::fmt;
use std::io;
use std::ops::Range;
use std::sync::mpsc::{Receiver, SyncSender};

use wasmprinter::Print;

use super::dylink;
use crate::harmless::is_plain;
use crate::harmless_text;

/// How much text is collected. Who writes it buffers less, and so takes it as it is.
const CHUNK: usize = 1 << 17;

/// A piece of text.
pub(super) struct Piece {
    text: Vec<u8>,
    /// Where the colour changes, and the escape sequence for it. They are ours: those of the module are in the text.
    colours: Vec<(usize, &'static str)>,
}

impl Piece {
    fn write(&self, output: &mut impl io::Write) -> io::Result<()> {
        let mut start = 0;
        for (end, colour) in &self.colours {
            write_harmless(&self.text[start..*end], output)?;
            output.write_all(colour.as_bytes())?;
            start = *end;
        }
        write_harmless(&self.text[start..], output)
    }
}

fn write_harmless(text: &[u8], output: &mut impl io::Write) -> io::Result<()> {
    if is_plain(text) {
        return output.write_all(text);
    }
    output.write_all(harmless_text(&String::from_utf8_lossy(text)).as_bytes())
}

// Select Graphic Rendition (ECMA-48 § 8.3.117) in colours that are read on a dark and on a light ground.
const LITERAL: &str = "\x1b[32m";
const NAME: &str = "\x1b[35m";
const KEYWORD: &str = "\x1b[34m";
const TYPE: &str = "\x1b[36m";
const COMMENT: &str = "\x1b[2m";
const RESET: &str = "\x1b[0m";

/// Collects from the first line that is about bytes of `range`, until a line is about bytes after them. Then writing fails, and
/// `is_over` says that this is why.
pub(super) struct Within {
    pieces: SyncSender<Piece>,
    range: Range<u64>,
    /// What is collected begins here, and has room behind it.
    text: Vec<u8>,
    length: usize,
    /// How long what is collected may become: nothing, unless the printer is in the range.
    most: usize,
    colours: Vec<(usize, &'static str)>,
    is_coloured: bool,
    has_begun: bool,
    pub(super) is_over: bool,
}

impl Within {
    /// Collects the lines about `range`.
    pub(super) fn new(pieces: SyncSender<Piece>, range: Range<u64>, is_coloured: bool) -> Self {
        let has_begun = range.start == 0;
        Self {
            pieces,
            range,
            text: vec![0; CHUNK],
            length: 0,
            most: if has_begun { CHUNK } else { 0 },
            colours: Vec::new(),
            is_coloured,
            has_begun,
            is_over: false,
        }
    }

    /// Hands over what is collected.
    ///
    /// # Errors
    /// When nobody takes it any more.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        let mut text = std::mem::replace(&mut self.text, vec![0; CHUNK]);
        text.truncate(self.length);
        self.length = 0;
        let colours = std::mem::take(&mut self.colours);
        self.send(Piece { text, colours })
    }

    fn send(&self, piece: Piece) -> io::Result<()> {
        let sent = self.pieces.send(piece);
        sent.map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    /// Takes a word for which there is no room among what is collected.
    #[cold]
    fn write_apart(&mut self, word: &[u8]) -> io::Result<()> {
        if self.is_over {
            return Err(io::Error::other("the part ends here"));
        }
        if !self.has_begun {
            return Ok(());
        }
        self.flush()?;
        match self.text.get_mut(..word.len()) {
            Some(text) => {
                text.copy_from_slice(word);
                self.length = word.len();
                Ok(())
            }
            None => self.send(Piece {
                text: word.to_vec(),
                colours: Vec::new(),
            }),
        }
    }

    fn colour(&mut self, colour: &'static str) -> io::Result<()> {
        if self.is_coloured && self.has_begun && !self.is_over {
            self.colours.push((self.length, colour));
        }
        Ok(())
    }
}

/// Copies a word. Most are a few bytes, for which a call is long.
#[inline]
fn copy(word: &[u8], to: &mut [u8]) {
    match (word, &mut *to) {
        ([a, b], [c, d]) => (*c, *d) = (*a, *b),
        ([a], [b]) => *b = *a,
        _ => match word.len() {
            4..8 => copy_ends::<4>(word, to),
            8..=16 => copy_ends::<8>(word, to),
            _ => to.copy_from_slice(word),
        },
    }
}

/// Copies the first and the last `N` bytes of a word, which are all of it.
#[inline]
fn copy_ends<const N: usize>(word: &[u8], to: &mut [u8]) {
    let last = word.len() - N;
    to[..N].copy_from_slice(&word[..N]);
    to[last..].copy_from_slice(&word[last..]);
}

/// Writes pieces as they come.
pub(super) fn write_pieces(pieces: Receiver<Piece>, output: &mut impl io::Write) -> io::Result<()> {
    pieces.into_iter().try_for_each(|piece| piece.write(output))
}

impl Print for Within {
    #[inline]
    fn write_str(&mut self, text: &str) -> io::Result<()> {
        let word = text.as_bytes();
        let end = self.length + word.len();
        if end > self.most {
            return self.write_apart(word);
        }
        copy(word, &mut self.text[self.length..end]);
        self.length = end;
        Ok(())
    }

    /// As the trait does it, without anything in between.
    fn write_fmt(&mut self, words: fmt::Arguments<'_>) -> io::Result<()> {
        fmt::Write::write_fmt(self, words).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    fn start_line(&mut self, offset: Option<u64>) {
        if let Some(offset) = offset {
            self.has_begun |= offset >= self.range.start;
            self.is_over |= offset >= self.range.end;
            self.most = match self.has_begun && !self.is_over {
                true => CHUNK,
                false => 0,
            };
        }
    }

    fn print_custom_section(&mut self, name: &str, at: u64, data: &[u8]) -> io::Result<bool> {
        if at < self.range.start {
            return Ok(true);
        }
        let is_raw = dylink::must_be_raw(name, data);
        if is_raw {
            self.write_str(&format!("\n  {}", dylink::raw(data)))?;
        }
        Ok(is_raw)
    }

    fn start_literal(&mut self) -> io::Result<()> {
        self.colour(LITERAL)
    }

    fn start_name(&mut self) -> io::Result<()> {
        self.colour(NAME)
    }

    fn start_keyword(&mut self) -> io::Result<()> {
        self.colour(KEYWORD)
    }

    fn start_type(&mut self) -> io::Result<()> {
        self.colour(TYPE)
    }

    fn start_comment(&mut self) -> io::Result<()> {
        self.colour(COMMENT)
    }

    fn reset_color(&mut self) -> io::Result<()> {
        self.colour(RESET)
    }
}

impl fmt::Write for Within {
    #[inline]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        Print::write_str(self, text).map_err(|_| fmt::Error)
    }
}
