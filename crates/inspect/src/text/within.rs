//! [`Within`]: what is printed of a part of a module, in pieces for whoever writes them.
//!
//! The printer escapes strings, but neither all that cannot be seen nor what it quotes in comments. It writes in words of a few
//! bytes, so they are collected and looked through many at once, which the thread that writes them does.

use std::io;
use std::ops::Range;
use std::sync::mpsc::{Receiver, SyncSender};

use wasmprinter::Print;

use super::dylink;
use crate::harmless_text;

/// How much text is collected.
const CHUNK: usize = 1 << 16;

/// How much room a piece has: the last words of it may go beyond.
const ROOM: usize = CHUNK + (1 << 12);

/// A piece of text.
#[derive(Default)]
pub(super) struct Piece {
    text: String,
    /// Where the colour changes, and the escape sequence for it. They are ours: those of the module are in the text.
    colours: Vec<(usize, &'static str)>,
}

impl Piece {
    fn new() -> Self {
        Self {
            text: String::with_capacity(ROOM),
            colours: Vec::new(),
        }
    }

    fn write(&self, output: &mut impl io::Write) -> io::Result<()> {
        let mut start = 0;
        for (end, colour) in &self.colours {
            output.write_all(harmless_text(&self.text[start..*end]).as_bytes())?;
            output.write_all(colour.as_bytes())?;
            start = *end;
        }
        output.write_all(harmless_text(&self.text[start..]).as_bytes())
    }
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
    collected: Piece,
    is_coloured: bool,
    has_begun: bool,
    pub(super) is_over: bool,
}

impl Within {
    /// Collects the lines about `range`.
    pub(super) fn new(pieces: SyncSender<Piece>, range: Range<u64>, is_coloured: bool) -> Self {
        Self {
            pieces,
            has_begun: range.start == 0,
            range,
            collected: Piece::new(),
            is_coloured,
            is_over: false,
        }
    }

    /// Hands over what is collected.
    ///
    /// # Errors
    /// When nobody takes it any more.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        let piece = std::mem::replace(&mut self.collected, Piece::new());
        let sent = self.pieces.send(piece);
        sent.map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    fn colour(&mut self, colour: &'static str) -> io::Result<()> {
        if self.is_coloured && self.has_begun && !self.is_over {
            let Piece { text, colours } = &mut self.collected;
            colours.push((text.len(), colour));
        }
        Ok(())
    }
}

/// Appends a word. Most are indentation or a blank, for which a call is long.
fn push(text: &mut String, word: &str) {
    match word {
        "  " => text.push_str("  "),
        " " => text.push(' '),
        _ => text.push_str(word),
    }
}

/// Writes pieces as they come.
pub(super) fn write_pieces(pieces: Receiver<Piece>, output: &mut impl io::Write) -> io::Result<()> {
    pieces.into_iter().try_for_each(|piece| piece.write(output))
}

impl Print for Within {
    fn write_str(&mut self, text: &str) -> io::Result<()> {
        if self.is_over {
            return Err(io::Error::other("the part ends here"));
        }
        if !self.has_begun {
            return Ok(());
        }
        push(&mut self.collected.text, text);
        match self.collected.text.len() < CHUNK {
            true => Ok(()),
            false => self.flush(),
        }
    }

    fn start_line(&mut self, offset: Option<u64>) {
        if let Some(offset) = offset {
            self.has_begun |= offset >= self.range.start;
            self.is_over |= offset >= self.range.end;
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
