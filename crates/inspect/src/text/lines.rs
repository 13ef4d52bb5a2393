//! The lines of a module's text that are about certain bytes.

use std::io;
use std::ops::Range;

use wasmprinter::Print;

use super::PrintOptions;
use super::complete::complete;
use super::dylink;
use crate::{Sections, harmless_text};

/// A line of text and where its bytes are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The offset of what the line begins with.
    pub offset: u64,
    /// The line, with its indentation.
    pub text: String,
}

/// The lines about the bytes in `range`, in order. A damaged module has those up to its fault.
pub fn lines(wasm: &[u8], options: &PrintOptions, range: Range<u64>) -> Vec<Line> {
    let sections = Sections::read(wasm);
    let completed = complete(wasm, &sections);
    let (bytes, end) = match &completed {
        Some(completed) => (&completed.bytes[..], completed.end as u64),
        None => (wasm, u64::MAX),
    };
    let mut collected = Collected {
        lines: Vec::new(),
        range: range.start..range.end.min(end),
        is_inside: false,
        is_over: false,
    };
    // An error ends the lines: that of the module, or ours because there is no more to collect.
    let _ = options.config().print(bytes, &mut collected);
    for line in &mut collected.lines {
        line.text.truncate(line.text.trim_end().len());
    }
    collected.lines
}

struct Collected {
    lines: Vec<Line>,
    range: Range<u64>,
    is_inside: bool,
    /// Whether no line that is wanted can follow.
    is_over: bool,
}

impl Print for Collected {
    fn write_str(&mut self, text: &str) -> io::Result<()> {
        if self.is_over {
            return Err(io::Error::other("all lines are there"));
        }
        if let (true, Some(line)) = (self.is_inside, self.lines.last_mut()) {
            line.text.push_str(&harmless_text(text));
        }
        Ok(())
    }

    fn start_line(&mut self, offset: Option<u64>) {
        // What has no offset belongs to the line before it, such as the parenthesis that closes a function.
        let Some(offset) = offset else {
            if let (true, Some(line)) = (self.is_inside, self.lines.last()) {
                let offset = line.offset;
                self.begin(offset);
            }
            return;
        };
        let was_inside = self.is_inside;
        self.is_inside = self.range.contains(&offset);
        // The printer goes through the sections in order, but for names at their ends.
        self.is_over = was_inside && offset >= self.range.end;
        if self.is_inside {
            self.begin(offset);
        }
    }

    fn print_custom_section(&mut self, name: &str, _: u64, data: &[u8]) -> io::Result<bool> {
        Ok(dylink::must_be_raw(name, data))
    }
}

impl Collected {
    fn begin(&mut self, offset: u64) {
        self.lines.push(Line {
            offset,
            text: String::new(),
        });
    }
}
