//! The text of all function bodies, one after another while the module is read.
//!
//! [`super::lines`] gives a part of the text; this is for all of it, of which only a function at a time is kept.

use std::io;

use wasmprinter::Print;

use super::PrintOptions;
use super::complete::complete;
use super::dylink;
use crate::functions::Function;
use crate::{Sections, harmless_text};

/// The lines of a function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct BodyText {
    /// The lines with their indentation, each ended by a line feed.
    pub(crate) text: String,
    /// The offset of what each line begins with.
    pub(crate) offsets: Vec<u64>,
}

/// Gives the text of each of `functions`, which are in the order of their bodies, to `take`. A damaged module has those
/// up to its fault.
///
/// # Errors
/// Those of `take`, which end it.
pub(crate) fn bodies(
    wasm: &[u8],
    functions: &[Function],
    take: &mut dyn FnMut(&Function, BodyText) -> io::Result<()>,
) -> io::Result<()> {
    let completed = complete(wasm, &Sections::read(wasm));
    let (bytes, end) = match &completed {
        Some(completed) => (&completed.bytes[..], completed.end as u64),
        None => (wasm, u64::MAX),
    };
    let is_true = |function: &&Function| function.body.end as u64 <= end;
    let mut collected = Bodies {
        functions: functions.iter().take_while(is_true).peekable(),
        is_inside: false,
        line: String::new(),
        body: BodyText::default(),
        take,
        ending: Ok(()),
    };
    // The module's own error ends the text and is told elsewhere.
    let _ = PrintOptions::default()
        .config()
        .print(bytes, &mut collected);
    collected.end_line();
    collected.end_body();
    collected.ending
}

struct Bodies<'a, I: Iterator<Item = &'a Function>> {
    /// The function whose body is being printed or comes next, and those after it.
    functions: std::iter::Peekable<I>,
    is_inside: bool,
    /// The line that is being printed.
    line: String,
    body: BodyText,
    take: &'a mut dyn FnMut(&Function, BodyText) -> io::Result<()>,
    ending: io::Result<()>,
}

impl<'a, I: Iterator<Item = &'a Function>> Bodies<'a, I> {
    fn end_line(&mut self) {
        if self.is_inside {
            let line = harmless_text(self.line.trim_end());
            // An item of the text is a line of it, whatever the printer does.
            self.body.text.push_str(&line.replace('\n', " "));
            self.body.text.push('\n');
        }
        self.line.clear();
    }

    /// Hands over the body that has been printed, if there is one.
    fn end_body(&mut self) {
        if !self.is_inside {
            return;
        }
        self.is_inside = false;
        let body = std::mem::take(&mut self.body);
        if let (Some(function), Ok(())) = (self.functions.next(), &self.ending) {
            self.ending = (self.take)(function, body);
        }
    }

    /// Finds out whose body `offset` is in.
    fn go_to(&mut self, offset: u64) {
        while let Some(function) = self.functions.peek() {
            if offset < function.body.end as u64 {
                self.is_inside = function.body.start as u64 <= offset;
                return;
            }
            match self.is_inside {
                true => self.end_body(),
                false => drop(self.functions.next()),
            }
        }
    }
}

impl<'a, I: Iterator<Item = &'a Function>> Print for Bodies<'a, I> {
    fn write_str(&mut self, text: &str) -> io::Result<()> {
        if self.ending.is_err() {
            return Err(io::Error::other("the text is not wanted any more"));
        }
        if self.is_inside {
            self.line.push_str(text);
        }
        Ok(())
    }

    fn start_line(&mut self, offset: Option<u64>) {
        self.end_line();
        if let Some(offset) = offset {
            self.go_to(offset);
        }
        if self.is_inside {
            // What has no offset belongs to the line before it, such as the parenthesis that closes a function.
            let last = self.body.offsets.last().copied();
            self.body.offsets.push(offset.or(last).unwrap_or(0));
        }
    }

    fn print_custom_section(&mut self, name: &str, _: u64, data: &[u8]) -> io::Result<bool> {
        Ok(dylink::must_be_raw(name, data))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Functions;
    use crate::text::{lines, parse};

    #[test]
    fn each_function_has_the_lines_that_it_has_alone() {
        let text = "(module (import \"m\" \"f\" (func)) (func $a nop) (func)
            (func $b (param i32) (local i64) block local.get 0 br_if 0 end) (data \"x\"))";
        let wasm = parse(text.as_bytes(), None, None).unwrap();
        let functions = Functions::read(&wasm, &Sections::read(&wasm));
        let mut seen = 0;
        bodies(&wasm, &functions.defined, &mut |function, body| {
            let range = function.body.start as u64..function.body.end as u64;
            let alone = lines(&wasm, &PrintOptions::default(), range);
            let same = std::iter::zip(body.text.lines(), &body.offsets);
            for ((text, offset), line) in std::iter::zip(same, &alone) {
                assert_eq!((text, *offset), (&*line.text, line.offset));
            }
            assert_eq!(body.text.lines().count(), body.offsets.len());
            assert_eq!(body.offsets.len(), alone.len());
            seen += 1;
            Ok(())
        })
        .unwrap();
        assert_eq!(seen, 3);
    }
}
