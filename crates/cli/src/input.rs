//! Reads a module from a file or from standard input, and says what else it is when it is none.

use std::ffi::OsStr;
use std::fmt;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use clap::CommandFactory as _;
use weft::{Context, Engine, Error, Module, Result, TextError, format_err};
use weft_inspect::text::is_text;

use crate::exit::with_hint;

/// Where a module comes from: a path, or `-` for standard input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// A file.
    File(PathBuf),
    /// Standard input.
    Stdin,
}

impl Source {
    /// The source that an argument of the command line names.
    pub(crate) fn new(arg: &OsStr) -> Self {
        match arg == "-" {
            true => Self::Stdin,
            false => Self::File(arg.into()),
        }
    }

    /// What the guest sees as its name: `argv[0]`.
    pub(crate) fn program_name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Stdin => "-".to_string(),
        }
    }

    /// Reads the module.
    ///
    /// # Errors
    /// When it cannot be read, or when it is something else than a core module; the error says what.
    pub(crate) fn read(&self) -> Result<Input> {
        let input = self.read_all()?;
        match self.refusal(&input.kind, &input.bytes) {
            Some(error) => Err(error),
            None => Ok(input),
        }
    }

    /// Reads a module or component, for tools that only look at it.
    ///
    /// # Errors
    /// When it cannot be read, or when it is something else; the error says what.
    pub(crate) fn read_any(&self) -> Result<Input> {
        let input = self.read_all()?;
        match input.kind {
            Kind::Binary | Kind::Text | Kind::Component => Ok(input),
            Kind::Precompiled => Err(with_hint(
                format_err!("{self} is precompiled: it holds native code"),
                "give the module that it was made from",
            )),
            Kind::Empty | Kind::Other => Err(self
                .refusal(&input.kind, &input.bytes)
                .unwrap_or_else(|| format_err!("{self} is no module"))),
        }
    }

    /// The same in the binary format: text is parsed.
    ///
    /// # Errors
    /// As [`Source::read_any`], and when text is malformed.
    pub(crate) fn read_binary(&self) -> Result<Vec<u8>> {
        self.binary(self.read_any()?)
    }

    /// What was read from here, in the binary format.
    ///
    /// # Errors
    /// When text is malformed.
    pub(crate) fn binary(&self, input: Input) -> Result<Vec<u8>> {
        match input.kind {
            Kind::Text => Ok(weft_inspect::text::parse(&input.bytes, self.path(), None)?),
            _ => Ok(input.bytes),
        }
    }

    fn read_all(&self) -> Result<Input> {
        let bytes = match self {
            Self::File(path) => read_file(path)?,
            Self::Stdin => read_stdin()?,
        };
        let kind = Kind::of(&bytes, self);
        Ok(Input { bytes, kind })
    }

    /// Its path, if it is a file.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Stdin => None,
        }
    }

    /// Why this content cannot be a module, if so.
    fn refusal(&self, kind: &Kind, bytes: &[u8]) -> Option<Error> {
        let (error, hint) = match kind {
            Kind::Binary | Kind::Text | Kind::Precompiled => return None,
            Kind::Component => (
                format_err!("{self} is a component, and the component model is not supported"),
                "weft runs core modules: compile for `wasm32-wasip1`, or take the core module out \
                 of the component",
            ),
            Kind::Empty => (format_err!("{self} is empty"), "give a .wasm or .wat file"),
            Kind::Other => (
                format_err!(
                    "{self} is not a WebAssembly module: it starts with {}",
                    Beginning(bytes)
                ),
                "a module starts with the bytes `\\0asm`, or with `(module` in text form",
            ),
        };
        Some(with_hint(error, hint))
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "`{}`", path.display()),
            Self::Stdin => f.write_str("standard input"),
        }
    }
}

/// The content of a module file.
pub(crate) struct Input {
    /// All of it.
    pub(crate) bytes: Vec<u8>,
    /// What it is.
    pub(crate) kind: Kind,
}

/// What the content of a file is.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// A module in binary form.
    Binary,
    /// Probably a module in text form.
    Text,
    /// A module that `weft compile` made.
    Precompiled,
    /// A component.
    Component,
    /// Nothing.
    Empty,
    /// Something else.
    Other,
}

impl Kind {
    fn of(bytes: &[u8], source: &Source) -> Self {
        match bytes {
            [] => Self::Empty,
            // The layer field, which follows the version, is 1 in components.
            [0, b'a', b's', b'm', _, _, 1, 0, ..] => Self::Component,
            [0, b'a', b's', b'm', ..] => Self::Binary,
            _ if weft::Module::is_precompiled(bytes) => Self::Precompiled,
            _ if source.is_called_text() || is_text(bytes) => Self::Text,
            _ => Self::Other,
        }
    }
}

impl Source {
    /// The module in `input`, which was read from here.
    ///
    /// # Errors
    /// When it is malformed, invalid or beyond a limit.
    pub(crate) fn module(&self, engine: &Engine, input: Input) -> Result<Module> {
        match input.kind {
            Kind::Text => Module::new(engine, &input.bytes).map_err(|error| self.place(error)),
            _ => Module::from_owned(engine, input.bytes),
        }
    }

    /// Puts the name of the file into an error that shows a mistake in text.
    fn place(&self, mut error: Error) -> Error {
        if let (Self::File(path), Some(mistake)) = (self, error.downcast_mut::<TextError>()) {
            mistake.set_path(path);
        }
        error
    }

    fn is_called_text(&self) -> bool {
        match self {
            Self::File(path) => path.extension().is_some_and(|extension| extension == "wat"),
            Self::Stdin => false,
        }
    }
}

/// Reads a whole file.
///
/// # Errors
/// When it cannot be read; the error says what to do.
pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|error| unreadable(path, &error))
}

/// Why a file cannot be read, and what to do.
pub(crate) fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    let shown = path.display();
    match error.kind() {
        ErrorKind::NotFound => not_found(path),
        ErrorKind::IsADirectory => with_hint(
            format_err!("`{shown}` is a directory, not a module"),
            format!("to let a guest use it, give `--dir {shown}` before the module"),
        ),
        ErrorKind::PermissionDenied => with_hint(
            format_err!("`{shown}` must not be read: permission denied"),
            "change its permissions, or run as a user who may read it",
        ),
        _ => format_err!("`{shown}` cannot be read: {error}"),
    }
}

fn not_found(path: &Path) -> Error {
    let shown = path.display();
    let error = format_err!("there is no file `{shown}`");
    let hint = match (nearest_sibling(path), nearest_command(path)) {
        (Some(name), _) => format!("there is one called `{}`", name.display()),
        (None, Some(command)) => format!("did you mean the command `weft {command}`?"),
        (None, None) => format!(
            "check the path; `weft` is running in `{}`",
            here().display()
        ),
    };
    with_hint(error, hint)
}

/// The command whose name is close to `path`: `weft FILE` takes a slip for a file.
fn nearest_command(path: &Path) -> Option<String> {
    let weft = crate::Weft::command();
    let names = weft.get_subcommands().map(clap::Command::get_name);
    crate::suggest::nearest(path.to_str()?, names).map(String::from)
}

fn here() -> PathBuf {
    std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."))
}

/// A file beside `path` whose name is close to it.
fn nearest_sibling(path: &Path) -> Option<PathBuf> {
    let wanted = path.file_name()?.to_str()?;
    let parent = path.parent().unwrap_or(Path::new(""));
    let searched = match parent.as_os_str().is_empty() {
        true => Path::new("."),
        false => parent,
    };
    let names: Vec<String> = std::fs::read_dir(searched)
        .ok()?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    let found = crate::suggest::nearest(wanted, names.iter().map(String::as_str))?;
    Some(parent.join(found))
}

fn read_stdin() -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::io::stdin()
        .lock()
        .read_to_end(&mut bytes)
        .context("standard input cannot be read")?;
    Ok(bytes)
}

/// The first bytes of something, to recognise it by.
struct Beginning<'b>(&'b [u8]);

impl fmt::Display for Beginning<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = &self.0[..self.0.len().min(16)];
        match std::str::from_utf8(start) {
            Ok(text) if !text.contains(|c: char| c.is_control() && !c.is_whitespace()) => {
                write!(f, "`{}`", text.lines().next().unwrap_or("").trim_end())
            }
            _ => {
                f.write_str("the bytes")?;
                start[..start.len().min(8)]
                    .iter()
                    .try_for_each(|byte| write!(f, " {byte:02x}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(bytes: &[u8]) -> Kind {
        Kind::of(bytes, &Source::Stdin)
    }

    #[test]
    fn content_tells_what_it_is() {
        assert_eq!(kind(b"\0asm\x01\0\0\0"), Kind::Binary);
        assert_eq!(kind(b"\0asm\x0d\0\x01\0"), Kind::Component);
        assert_eq!(kind(b"  \n(module)"), Kind::Text);
        assert_eq!(kind(b";; a comment"), Kind::Text);
        assert_eq!(kind(b""), Kind::Empty);
        assert_eq!(kind(b"\x7fELF"), Kind::Other);
    }

    #[test]
    fn a_truncated_header_is_left_to_the_decoder() {
        assert_eq!(kind(b"\0asm"), Kind::Binary);
    }

    #[test]
    fn the_beginning_is_shown_as_text_or_bytes() {
        assert_eq!(Beginning(b"#!/bin/sh\necho").to_string(), "`#!/bin/sh`");
        assert_eq!(
            Beginning(b"\x7fELF\x02\x01\x01\0\0").to_string(),
            "the bytes 7f 45 4c 46 02 01 01 00"
        );
    }
}
