//! [`Until`]: where text goes, up to the end of what is to be printed.
//!
//! The printer escapes strings, but neither all that cannot be seen nor what it quotes in comments.

use std::io;

use wasmprinter::Print;

use super::dylink;
use crate::harmless_text;

/// Prints until a line is about bytes from `end` on. Then writing fails, and `is_over` says that this is why.
pub(super) struct Until<W> {
    pub(super) output: W,
    pub(super) end: u64,
    pub(super) is_over: bool,
}

impl<W: io::Write> Print for Until<W> {
    fn write_str(&mut self, text: &str) -> io::Result<()> {
        match self.is_over {
            false => self.output.write_all(harmless_text(text).as_bytes()),
            true => Err(io::Error::other("the true bytes end here")),
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
