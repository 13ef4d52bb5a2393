//! [`Until`]: where text goes, up to the end of what is to be printed.
//!
//! The printer escapes strings, but neither all that cannot be seen nor what it quotes in comments. It writes in words of a few
//! bytes, so they are collected and looked through many at once.

use std::io;

use wasmprinter::Print;

use super::dylink;
use crate::harmless_text;

/// How much text is collected.
const CHUNK: usize = 1 << 16;

/// Prints until a line is about bytes from `end` on. Then writing fails, and `is_over` says that this is why.
pub(super) struct Until<W> {
    output: W,
    end: u64,
    collected: String,
    pub(super) is_over: bool,
}

impl<W: io::Write> Until<W> {
    pub(super) fn new(output: W, end: u64) -> Self {
        Self {
            output,
            end,
            collected: String::with_capacity(2 * CHUNK),
            is_over: false,
        }
    }

    /// Writes what is collected.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        let written = self
            .output
            .write_all(harmless_text(&self.collected).as_bytes());
        self.collected.clear();
        written
    }
}

impl<W: io::Write> Print for Until<W> {
    fn write_str(&mut self, text: &str) -> io::Result<()> {
        if self.is_over {
            return Err(io::Error::other("the true bytes end here"));
        }
        self.collected.push_str(text);
        match self.collected.len() < CHUNK {
            true => Ok(()),
            false => self.flush(),
        }
    }

    fn start_line(&mut self, offset: Option<u64>) {
        self.is_over |= offset.is_some_and(|offset| offset >= self.end);
    }

    fn print_custom_section(&mut self, name: &str, _: u64, data: &[u8]) -> io::Result<bool> {
        let is_raw = dylink::must_be_raw(name, data);
        if is_raw {
            self.write_str(&format!("\n  {}", dylink::raw(data)))?;
        }
        Ok(is_raw)
    }
}
