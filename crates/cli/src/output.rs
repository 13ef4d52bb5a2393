//! Where a tool's result goes: to a file, or to standard output unless that would hurt a terminal.

use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use weft::{Error, Result, format_err};

use crate::exit::{usage, with_hint};
use crate::styles::Styles;

/// What was asked for with `-o`.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Output {
    /// Where to write the result; standard output if not given
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Output {
    /// The file `output`, or standard output.
    pub(crate) fn new(output: Option<PathBuf>) -> Self {
        Self { output }
    }

    /// Writes a binary.
    ///
    /// # Errors
    /// When it cannot be written, or would go to a terminal.
    pub(crate) fn write_binary(&self, bytes: &[u8]) -> Result<()> {
        match self.file() {
            Some(path) => write_file(path, |file| file.write_all(bytes)),
            None if io::stdout().is_terminal() => Err(usage(
                "a binary module would not be readable here: say where to write with -o FILE",
            )),
            None => crate::exit::write_stdout(bytes),
        }
    }

    /// Writes text, as `write` produces it.
    ///
    /// # Errors
    /// When it cannot be written, except that nobody reads it any more; and what `write` gives.
    pub(crate) fn write_text(
        &self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<()> {
        match self.file() {
            Some(path) => write_file(path, write),
            None => match buffered(&mut io::stdout().lock(), write) {
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                    Err(format_err!("standard output cannot be written: {error}"))
                }
                _ => Ok(()),
            },
        }
    }

    /// Whether this goes where colours are shown: to a terminal, unless it or the user wants none; or anywhere, if the user wants
    /// them always.
    pub(crate) fn is_coloured(&self) -> bool {
        let choice = anstream::AutoStream::choice(&io::stdout());
        self.file().is_none() && choice != anstream::ColorChoice::Never
    }

    /// How text looks there.
    pub(crate) fn styles(&self) -> Styles {
        match self.is_coloured() {
            true => Styles::coloured(),
            false => Styles::default(),
        }
    }

    /// The file; `-` means standard output.
    fn file(&self) -> Option<&Path> {
        self.output
            .as_deref()
            .filter(|path| *path != Path::new("-"))
    }
}

fn buffered(
    output: &mut dyn Write,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut buffer = BufWriter::with_capacity(1 << 16, output);
    write(&mut buffer)?;
    buffer.flush()
}

/// Writes to a file beside `path` and renames it, so that nobody ever sees half of it. What is no regular file, such as
/// `/dev/null`, is written directly.
///
/// # Errors
/// When that fails.
pub(crate) fn write_file(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<()> {
    let mut name = path
        .file_name()
        .ok_or_else(|| usage(format!("`{}` is not the name of a file", path.display())))?
        .to_os_string();
    if path.exists() && !path.is_file() {
        let written = open(path).and_then(|mut file| buffered(&mut file, write));
        return written.map_err(|error| unwritable(path, &error));
    }
    name.push(format!(".tmp-{}", std::process::id()));
    let temporary = path.with_file_name(name);
    std::fs::File::create(&temporary)
        .and_then(|mut file| buffered(&mut file, write))
        .and_then(|()| std::fs::rename(&temporary, path))
        .map_err(|error| {
            // What is half written must not stay behind; the first error is the one to tell.
            let _ = std::fs::remove_file(&temporary);
            unwritable(path, &error)
        })
}

fn open(path: &Path) -> io::Result<std::fs::File> {
    std::fs::File::options().write(true).open(path)
}

fn unwritable(path: &Path, error: &io::Error) -> Error {
    with_hint(
        format_err!("`{}` cannot be written: {error}", path.display()),
        "choose another place with -o FILE",
    )
}
