//! [`Code`]: the functions of a module as text, with the source and native code of each line.

use std::collections::HashMap;
use std::io;

use serde::Serialize;

use super::blobs::{Blobs, SIZE};
use super::{Core, Explorer};
use crate::functions::Function;
use crate::source::SourceMap;
use crate::text::{BodyText, bodies};
use crate::{Harmless, NativeInstruction, harmless_text};

/// Where the page finds functions and source files.
#[derive(Default, Serialize)]
pub(super) struct Code {
    /// For each piece: the first function in it, counted from those that are defined here, and its number.
    pieces: Vec<(usize, usize)>,
    /// Source files: what they are called, and the number of the piece with their lines.
    files: Vec<(String, usize)>,
    /// How many functions have native code here.
    native: usize,
}

/// A function in a piece.
#[derive(Serialize)]
struct Body {
    /// Its lines.
    t: String,
    /// The offset of each line, less that of the line before it; the first counts from the start of the body.
    o: Vec<i64>,
    /// Where another place of the source begins: line of the text, file, line of the source.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    p: Vec<(usize, usize, u32)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<Native>,
}

/// Native code of a function.
#[derive(Serialize)]
struct Native {
    /// Its instructions, one a line.
    t: String,
    /// Their offsets in the function's code.
    o: Vec<u32>,
    /// The lines of the text that they were compiled from.
    l: Vec<usize>,
}

/// A source file in a piece.
#[derive(Default, Serialize)]
struct File {
    /// Its text, if it may be shown.
    t: Option<String>,
    /// Lines that code was made of, in order.
    l: Vec<u32>,
    /// The offset of code of each.
    o: Vec<u64>,
}

impl Code {
    pub(super) fn write(
        explorer: &Explorer<'_>,
        core: &Core<'_>,
        blobs: &mut Blobs<'_>,
    ) -> io::Result<Self> {
        let mut writer = Writer {
            explorer,
            start: core.start as u64,
            source: SourceMap::read(core.wasm, &core.sections),
            code: Self::default(),
            files: HashMap::new(),
            lines: Vec::new(),
            piece: Vec::new(),
            written: 0,
        };
        bodies(core.wasm, &core.functions.defined, &mut |function, body| {
            writer.add(function, body, blobs)
        })?;
        writer.finish(blobs)
    }
}

struct Writer<'a> {
    explorer: &'a Explorer<'a>,
    /// Where the core module begins, from which offsets count here.
    start: u64,
    source: Option<SourceMap<'a>>,
    code: Code,
    /// The numbers of source files by name.
    files: HashMap<String, usize>,
    /// For each of them the lines that code was made of, with an offset of it.
    lines: Vec<Vec<(u32, u64)>>,
    /// Functions that are not yet in a piece, as JSON.
    piece: Vec<u8>,
    written: usize,
}

impl Writer<'_> {
    fn add(
        &mut self,
        function: &Function,
        text: BodyText,
        blobs: &mut Blobs<'_>,
    ) -> io::Result<()> {
        if self.piece.is_empty() {
            self.code.pieces.push((self.written, 0));
        }
        let body = self.body(function, text);
        self.piece
            .push(if self.piece.is_empty() { b'[' } else { b',' });
        serde_json::to_writer(&mut self.piece, &body)?;
        self.written += 1;
        match self.piece.len() < SIZE {
            true => Ok(()),
            false => self.end_piece(blobs),
        }
    }

    fn body(&mut self, function: &Function, text: BodyText) -> Body {
        let places = self.places(&text.offsets);
        let native = (self.explorer.native)(function.index);
        self.code.native += usize::from(!native.is_empty());
        let native = Native::new(native, &text.offsets);
        let mut last = function.body.start as i64;
        let since_last = |offset: u64| offset as i64 - std::mem::replace(&mut last, offset as i64);
        Body {
            t: text.text,
            o: text.offsets.into_iter().map(since_last).collect(),
            p: places,
            n: native,
        }
    }

    /// The places in the source of the lines at `offsets`, where they change.
    fn places(&mut self, offsets: &[u64]) -> Vec<(usize, usize, u32)> {
        let Some(source) = &self.source else {
            return Vec::new();
        };
        let mut places: Vec<(usize, usize, u32)> = Vec::new();
        for (number, offset) in offsets.iter().enumerate() {
            let Some((name, line)) = source.file_and_line(*offset) else {
                continue;
            };
            let known = self.files.get(name).copied();
            let file = known.unwrap_or_else(|| {
                self.files.insert(name.to_string(), self.lines.len());
                self.lines.push(Vec::new());
                self.lines.len() - 1
            });
            let is_same = |last: &(usize, usize, u32)| (last.1, last.2) == (file, line);
            if !places.last().is_some_and(is_same) {
                places.push((number, file, line));
                self.lines[file].push((line, *offset));
            }
        }
        places
    }

    fn end_piece(&mut self, blobs: &mut Blobs<'_>) -> io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        self.piece.push(b']');
        let number = blobs.add(std::mem::take(&mut self.piece))?;
        if let Some(last) = self.code.pieces.last_mut() {
            last.1 = number;
        }
        Ok(())
    }

    fn finish(mut self, blobs: &mut Blobs<'_>) -> io::Result<Code> {
        self.end_piece(blobs)?;
        let mut names: Vec<(String, usize)> = self.files.into_iter().collect();
        names.sort_by_key(|(_, number)| *number);
        for ((name, _), mut lines) in std::iter::zip(names, self.lines) {
            lines.sort_unstable();
            let text = (self.explorer.source)(&name);
            let file = File {
                t: text.map(|text| harmless_text(&text).into_owned()),
                l: lines.iter().map(|(line, _)| *line).collect(),
                o: lines
                    .iter()
                    .map(|(_, offset)| self.start + offset)
                    .collect(),
            };
            let number = blobs.add_json(&file)?;
            self.code.files.push((Harmless(&name).to_string(), number));
        }
        Ok(self.code)
    }
}

impl Native {
    fn new(instructions: Vec<NativeInstruction>, offsets: &[u64]) -> Option<Self> {
        let start = *offsets.first()?;
        let line = |instruction: &NativeInstruction| {
            let offset = instruction.module_offset.unwrap_or(start);
            let after = offsets.partition_point(|line| *line <= offset);
            after.saturating_sub(1)
        };
        let mut native = Self {
            t: String::new(),
            o: instructions.iter().map(|n| n.offset).collect(),
            l: instructions.iter().map(line).collect(),
        };
        for instruction in &instructions {
            native.t.push_str(&instruction.text);
            native.t.push('\n');
        }
        (!instructions.is_empty()).then_some(native)
    }
}
