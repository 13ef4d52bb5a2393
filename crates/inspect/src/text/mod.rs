//! The text format (§ 6): [`parse`] makes a binary module of it, [`print()`] shows a binary module as text.
//!
//! Both are the work of the crates that the WebAssembly project itself keeps. Components are taken, too.

mod bodies;
mod complete;
mod dylink;
mod fields;
mod lines;
mod parts;
mod within;

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::mpsc::{self, SyncSender};

use wasmparser::BinaryReaderError;
use wast::Wat;
use wast::core::EncodeOptions;
use wast::lexer::Lexer;
use wast::parser::{self, ParseBuffer};

use crate::{Fault, Sections};
use complete::complete;
use fields::Pieces;
use parts::{Part, parts};
use within::{Piece, Within, write_pieces};

pub(crate) use bodies::{BodyText, bodies};
pub use lines::{Line, lines};
pub use wast::Error as ParseError;
pub use wast::core::GenerateDwarf;

/// Whether `bytes` look like text of a module: their first token is a parenthesis or a comment.
pub fn is_text(bytes: &[u8]) -> bool {
    let text = bytes.trim_ascii_start();
    text.starts_with(b"(") || text.starts_with(b";;")
}

/// Parses a module or component and encodes it, with `dwarf` that says from which line of `file` each instruction is.
///
/// # Errors
/// When it is no text of a module; the error shows the place.
pub fn parse(
    text: &[u8],
    file: Option<&Path>,
    dwarf: Option<GenerateDwarf>,
) -> Result<Vec<u8>, ParseError> {
    let text = std::str::from_utf8(text).map_err(|error| not_utf8(&error))?;
    encode(text, file, dwarf).map_err(|mut error| {
        error.set_text(text);
        file.into_iter().for_each(|file| error.set_path(file));
        error
    })
}

fn encode(
    text: &str,
    file: Option<&Path>,
    dwarf: Option<GenerateDwarf>,
) -> Result<Vec<u8>, ParseError> {
    if dwarf.is_none()
        && let count = at_once(text.len())
        && count > 1
        && let Some(wasm) = Pieces::cut(text, count).and_then(|pieces| pieces.encode())
    {
        return Ok(wasm);
    }
    let mut buffer = buffer(text)?;
    buffer.track_instr_spans(dwarf.is_some());
    let mut options = EncodeOptions::new();
    if let Some(style) = dwarf {
        options.dwarf(file.unwrap_or(Path::new("<input>.wat")), text, style);
    }
    options.encode_wat(&mut parser::parse::<Wat<'_>>(&buffer)?)
}

fn buffer(text: &str) -> Result<ParseBuffer<'_>, ParseError> {
    let mut lexer = Lexer::new(text);
    // Names may hold any character (§ 6.3.3), those that confuse a reader too.
    lexer.allow_confusing_unicode(true);
    ParseBuffer::new_with_lexer(lexer)
}

/// In how many parts so many bytes of text or of a module are best worked on.
fn at_once(length: usize) -> usize {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    processors.min(length / WORTHWHILE + 1).min(MOST)
}

/// Bytes for which another part is worth its costs: a thread, and when printing, that names are read for each.
const WORTHWHILE: usize = 1 << 20;

/// The most parts: printing, each holds a copy of the module, and its text waits for those before it.
const MOST: usize = 4;

/// The stack of a thread that prints or parses, as much as a main thread's.
const STACK: usize = 8 << 20;

fn not_utf8(error: &std::str::Utf8Error) -> ParseError {
    let place = wast::token::Span::from_offset(error.valid_up_to());
    ParseError::new(place, "malformed UTF-8 encoding".into())
}

/// How text is laid out.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct PrintOptions {
    /// Instructions stand inside those that take their results.
    pub fold: bool,
    /// Each line begins with the offset of its bytes in the module, as a comment.
    pub offsets: bool,
    /// Function bodies and the contents of segments are left out.
    pub skeleton: bool,
    /// Words are in colours, by escape sequences for a terminal.
    pub color: bool,
    /// What has no name gets one, such as `$#func7`.
    pub name_unnamed: bool,
}

/// Writes a binary module or component as text, piece by piece while it is read.
///
/// # Errors
/// When the module is malformed: what comes before the fault has been written. Or when `output` fails.
pub fn print(
    wasm: &[u8],
    options: &PrintOptions,
    output: &mut impl io::Write,
) -> Result<(), PrintError> {
    print_in_parts(wasm, options, at_once(wasm.len()), output)
}

/// Does [`print()`] in at most `count` parts.
pub(crate) fn print_in_parts(
    wasm: &[u8],
    options: &PrintOptions,
    count: usize,
    output: &mut impl io::Write,
) -> Result<(), PrintError> {
    let sections = Sections::read(wasm);
    let Some(completed) = complete(wasm, &sections) else {
        let parts = parts(wasm, &sections, count);
        let printed = print_while_writing(&parts, options, output).map_err(PrintError::Write)?;
        return printed.map_err(|error| PrintError::new(error, wasm.len()));
    };
    let parts = [Part::whole(&completed.bytes, completed.end as u64)];
    let printed = print_while_writing(&parts, options, output).map_err(PrintError::Write)?;
    Err(match printed {
        Err(error) => PrintError::new(error, completed.end.min(wasm.len())),
        Ok(()) => PrintError::Malformed(sections.fault.unwrap_or(Fault {
            offset: completed.end as u64,
            message: "unknown section".to_string(),
        })),
    })
}

/// Pieces of text of the part that is being written which may wait for that.
const WAITING: usize = 8;

/// Pieces that may wait until those of the parts before them are written.
const LATER: usize = 1 << 12;

/// Prints each part on a thread of its own while this one writes. What the printer says of the first that it cannot print.
///
/// # Errors
/// When `output` fails.
fn print_while_writing(
    parts: &[Part<'_>],
    options: &PrintOptions,
    output: &mut impl io::Write,
) -> io::Result<anyhow::Result<()>> {
    std::thread::scope(|scope| {
        let mut printers = Vec::new();
        for part in parts {
            let waiting = if printers.is_empty() { WAITING } else { LATER };
            let (sender, pieces) = mpsc::sync_channel(waiting);
            let printer = std::thread::Builder::new().stack_size(STACK);
            let printing = printer.spawn_scoped(scope, || print_part(part, options, sender))?;
            printers.push((pieces, printing));
        }
        for (pieces, printing) in printers {
            write_pieces(pieces, output)?;
            let printed = printing.join();
            let printed = printed.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            if printed.is_err() {
                return Ok(printed);
            }
        }
        Ok(Ok(()))
    })
}

/// Prints a part, in pieces for `sender`.
fn print_part(
    part: &Part<'_>,
    options: &PrintOptions,
    sender: SyncSender<Piece>,
) -> anyhow::Result<()> {
    let mut within = Within::new(sender, part.range.clone(), options.color);
    let printed = options.config().print(&part.bytes, &mut within);
    // Who does not take the last piece says so itself.
    let _ = within.flush();
    match within.is_over {
        true => Ok(()),
        false => printed,
    }
}

impl PrintOptions {
    fn config(&self) -> wasmprinter::Config {
        let mut config = wasmprinter::Config::new();
        config
            .fold_instructions(self.fold)
            .print_offsets(self.offsets)
            .print_skeleton(self.skeleton)
            .name_unnamed(self.name_unnamed);
        config
    }
}

/// Why a module could not be printed to its end.
#[derive(Debug)]
pub enum PrintError {
    /// The module is malformed.
    Malformed(Fault),
    /// The text cannot be written.
    Write(io::Error),
}

impl PrintError {
    /// From the printer's error about a module that can be read up to `end`.
    fn new(error: anyhow::Error, end: usize) -> Self {
        match error.downcast::<io::Error>() {
            Ok(error) => Self::Write(error),
            Err(error) => Self::Malformed(match error.downcast_ref::<BinaryReaderError>() {
                Some(error) => error.clone().into(),
                None => Fault {
                    offset: end as u64,
                    message: format!("{error:#}"),
                },
            }),
        }
    }
}

impl fmt::Display for PrintError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(fault) => fault.fmt(f),
            Self::Write(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for PrintError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(text: &str, options: &PrintOptions) -> String {
        let wasm = parse(text.as_bytes(), None, None).unwrap();
        let mut output = Vec::new();
        print(&wasm, options, &mut output).unwrap();
        String::from_utf8(output).unwrap()
    }

    const ADD: &str =
        "(module (func $add (param i32) (result i32) local.get 0 i32.const 1 i32.add))";

    #[test]
    fn instructions_fold_on_request() {
        let flat = printed(ADD, &PrintOptions::default());
        assert!(
            flat.contains("    local.get 0\n    i32.const 1\n    i32.add\n"),
            "{flat}"
        );
        let fold = PrintOptions {
            fold: true,
            ..PrintOptions::default()
        };
        assert!(printed(ADD, &fold).contains("(i32.add\n      (local.get 0)"));
    }

    #[test]
    fn colours_are_ours_alone() {
        let color = PrintOptions {
            color: true,
            ..PrintOptions::default()
        };
        let text = "(module (func (export \"\\1b[2J\") i32.const 7 drop))";
        let shown = printed(text, &color);
        assert!(shown.contains("\x1b[32m 7\x1b[0m"), "{shown:?}");
        assert!(!shown.contains("\x1b[2J"), "{shown:?}");
        let mut plain = shown;
        for code in ["0", "2", "32", "34", "35", "36"] {
            plain = plain.replace(&format!("\x1b[{code}m"), "");
        }
        assert_eq!(plain, printed(text, &PrintOptions::default()));
    }

    #[test]
    fn hostile_names_are_escaped() {
        let text = "(module (func (export \"\\1b[2J\u{202e}\")))";
        let shown = printed(text, &PrintOptions::default());
        assert!(!shown.contains(['\u{1b}', '\u{202e}']), "{shown}");
    }

    #[test]
    fn a_cut_module_is_printed_as_far_as_it_goes() {
        let text =
            "(module (func (export \"a\") nop) (func i32.const 77 drop) (func nop) (memory 1))";
        let wasm = parse(text.as_bytes(), None, None).unwrap();
        let whole = printed(text, &PrintOptions::default());
        let mut most = 0;
        for cut in 8..wasm.len() {
            let mut output = Vec::new();
            let error = print(&wasm[..cut], &PrintOptions::default(), &mut output).err();
            let output = String::from_utf8(output).unwrap();
            let lines = output.trim_end().trim_end_matches(')');
            assert!(whole.starts_with(lines), "{cut}: {output}");
            if let Some(error) = error {
                assert!(matches!(error, PrintError::Malformed(_)), "{error}");
                most = most.max(lines.len());
            }
        }
        // All but the last function.
        assert!(
            whole[most..].trim().lines().count() <= 5,
            "{}",
            &whole[..most]
        );
    }

    #[test]
    fn hostile_text_in_comments_is_escaped() {
        let mut wasm = b"\0asm\x01\0\0\0\0\x13\x09producers".to_vec();
        wasm.extend(b"\x01\x05\x1b[2JX\x00\x00");
        wasm[9] = (wasm.len() - 10) as u8;
        let mut output = Vec::new();
        print(&wasm, &PrintOptions::default(), &mut output).unwrap();
        let text = String::from_utf8(output).unwrap();
        assert!(
            text.contains("failed to parse") && !text.contains('\u{1b}'),
            "{text}"
        );
    }

    #[test]
    fn unknown_parts_of_dylink_are_kept_as_bytes() {
        let text = "(module (@custom \"dylink.0\" (before first) \"\\63\\02a\\ff\") (func))";
        let shown = printed(text, &PrintOptions::default());
        assert!(
            shown.contains("(@custom \"dylink.0\" (before first) \"c\\02a\\ff\")"),
            "{shown}"
        );
        let wasm = parse(text.as_bytes(), None, None).unwrap();
        assert_eq!(parse(shown.as_bytes(), None, None).unwrap(), wasm);
    }

    #[test]
    fn what_no_section_is_ends_the_text() {
        let mut wasm = parse(ADD.as_bytes(), None, None).unwrap();
        let end = wasm.len();
        wasm.extend([99, 1, 0]);
        let mut output = Vec::new();
        let error = print(&wasm, &PrintOptions::default(), &mut output).unwrap_err();
        assert!(
            error.to_string().contains(&format!("offset {end:#x}")),
            "{error}"
        );
        assert!(String::from_utf8(output).unwrap().contains("i32.add"));
    }

    #[test]
    fn a_mistake_has_a_place() {
        let error = parse(b"(module\n  (fun))", Some("m.wat".as_ref()), None).unwrap_err();
        assert!(error.to_string().contains("m.wat:2:4"), "{error}");
        assert!(parse(b"(module \"\xff\")", None, None).is_err());
    }
}
