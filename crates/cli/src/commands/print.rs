//! `weft print`: a binary module as text.

use std::ffi::OsString;

use weft::{Context as _, Result, format_err};
use weft_inspect::text::{self, PrintError, PrintOptions};

use crate::exit::with_hint;
use crate::input::Source;
use crate::output::Output;

/// Show a binary module (.wasm) as text (.wat)
#[derive(clap::Args, Debug)]
#[command(after_help = "\
`weft parse` makes the same module of the text again, but for what text cannot say and nothing depends
on: padded numbers, locals in more groups than needed, the place of custom sections. A damaged module is
printed as far as it goes, and the error names the offset of the fault. Text is taken, too: it is laid
out anew.

Examples:
  weft print app.wasm | less
  weft print --fold math.wasm -o math.wat
  weft print --skeleton --offsets app.wasm       what is where, without bodies and data
  cat app.wasm | weft print")]
pub(crate) struct Opts {
    /// The module; standard input if not given
    #[arg(value_name = "FILE", default_value = "-", hide_default_value = true)]
    file: OsString,

    #[command(flatten)]
    output: Output,

    /// Write instructions inside those that take their results
    #[arg(short, long, alias = "fold-instructions")]
    fold: bool,

    /// Begin lines with the offset of their bytes in the module
    #[arg(short = 'p', long, alias = "print-offsets")]
    offsets: bool,

    /// Leave out function bodies and the contents of segments
    #[arg(long)]
    skeleton: bool,

    /// Give a name to what has none
    #[arg(long)]
    name_unnamed: bool,
}

impl Opts {
    pub(crate) fn run(self) -> Result<i32> {
        let source = Source::new(&self.file);
        let wasm = source.read_binary()?;
        let options = PrintOptions {
            fold: self.fold,
            offsets: self.offsets,
            skeleton: self.skeleton,
            name_unnamed: self.name_unnamed,
            color: self.output.is_coloured(),
        };
        print(&wasm, &options, &self.output)
            .with_context(|| format!("{source} cannot be printed to its end"))?;
        Ok(0)
    }
}

/// What the printer says of `try` and `delegate` in folded form.
const LEGACY: &str = "legacy-exceptions not supported";

/// Prints to where `output` says. A fault of the module ends the text and not the writing of it.
pub(crate) fn print(wasm: &[u8], options: &PrintOptions, output: &Output) -> Result<()> {
    let mut fault = None;
    output.write_text(|mut writer| match text::print(wasm, options, &mut writer) {
        Ok(()) => Ok(()),
        Err(PrintError::Write(error)) => Err(error),
        Err(PrintError::Malformed(message)) => {
            fault = Some(message);
            writer.write_all(b"\n")
        }
    })?;
    match fault {
        // The printer's own restriction, of what compilers no longer make.
        Some(fault) if options.fold && fault.message == LEGACY => Err(with_hint(
            format_err!(
                "`try` of the older exceptions cannot be folded, at offset {:#x}",
                fault.offset
            ),
            "print it without folding",
        )),
        Some(fault) => Err(format_err!("{fault}")),
        None => Ok(()),
    }
}
