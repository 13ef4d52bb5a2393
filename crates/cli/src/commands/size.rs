//! `weft size`: what the bytes of a module are for.

use std::ffi::OsString;
use std::io;

use clap::ValueEnum;
use weft::Result;
use weft_inspect::Harmless;
use weft_inspect::size::{Change, Diff, Size, Sizes, diff};

use crate::input::Source;
use crate::json;
use crate::output::Output;
use crate::styles::Styles;

/// Show what the bytes of a module are for, or what changed between two builds
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Functions are named by the name section, and told apart by crate, namespace or package; source
files are known when the module has debug information. With --diff, functions are compared by
what they do: that others moved does not change them.

Examples:
  weft size app.wasm
  weft size --by function --top 50 app.wasm
  weft size --by file app.wasm                   needs debug information
  weft size --diff old.wasm new.wasm
  weft size --json app.wasm | jq '.functions[0]'")]
pub(crate) struct Opts {
    /// The module, .wasm or .wat; standard input if not given
    #[arg(value_name = "FILE", default_value = "-", hide_default_value = true)]
    file: OsString,

    /// Compare with this earlier build
    #[arg(short, long, value_name = "OLD")]
    diff: Option<OsString>,

    /// Show one kind of thing alone: section, function, namespace or file
    #[arg(short, long, value_name = "KIND", hide_possible_values = true)]
    by: Option<By>,

    /// How many of each kind to show
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20)]
    top: usize,

    /// Write JSON, with everything
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    output: Output,
}

#[derive(ValueEnum, Copy, Clone, Debug, PartialEq, Eq)]
enum By {
    Section,
    Function,
    Namespace,
    File,
}

impl Opts {
    pub(crate) fn run(self) -> Result<i32> {
        let wasm = Source::new(&self.file).read_binary()?;
        match &self.diff {
            None => {
                let sizes = Sizes::new(&wasm);
                self.output.write_text(|out| match self.json {
                    true => json::write(out, &sizes),
                    false => self.write_sizes(out, &sizes),
                })?;
            }
            Some(old) => {
                let old = Source::new(old).read_binary()?;
                let diff = diff(&old, &wasm);
                self.output.write_text(|out| match self.json {
                    true => json::write(out, &diff),
                    false => self.write_diff(out, &diff),
                })?;
            }
        }
        Ok(0)
    }

    fn shows(&self, kind: By) -> bool {
        self.by.is_none_or(|by| by == kind)
    }

    fn write_sizes(&self, out: &mut dyn io::Write, sizes: &Sizes) -> io::Result<()> {
        let styles = self.output.styles();
        writeln!(out, "{} bytes", sizes.bytes)?;
        let kinds = [
            (By::Section, "section", &sizes.sections),
            (By::Function, "function", &sizes.functions),
            (
                By::Namespace,
                "crate, namespace or package",
                &sizes.namespaces,
            ),
            (By::File, "source file", &sizes.files),
        ];
        for (kind, title, list) in kinds {
            if self.shows(kind) && !list.is_empty() {
                let top = if kind == By::Section {
                    list.len()
                } else {
                    self.top
                };
                write_list(out, title, list, top, sizes.bytes, styles)?;
            }
        }
        Ok(())
    }

    fn write_diff(&self, out: &mut dyn io::Write, diff: &Diff) -> io::Result<()> {
        let styles = self.output.styles();
        let [before, after] = diff.bytes;
        let growth = after as i64 - before as i64;
        writeln!(out, "{after} bytes, {growth:+}")?;
        let kinds = [
            (By::Section, "section", &diff.sections),
            (By::Function, "function", &diff.functions),
            (
                By::Namespace,
                "crate, namespace or package",
                &diff.namespaces,
            ),
            (By::File, "source file", &diff.files),
        ];
        for (kind, title, changes) in kinds {
            if self.shows(kind) && !changes.is_empty() {
                write_changes(out, title, changes, self.top, styles)?;
            }
        }
        if self.by.is_some() {
            return Ok(());
        }
        writeln!(out, "\n{} functions are the same", diff.unchanged_functions)?;
        write_lines(out, "types", &diff.types, styles)?;
        write_lines(out, "imports", &diff.imports, styles)?;
        write_lines(out, "exports", &diff.exports, styles)
    }
}

fn write_list(
    out: &mut dyn io::Write,
    title: &str,
    list: &[Size],
    top: usize,
    all: u64,
    Styles { heading, quiet, .. }: Styles,
) -> io::Result<()> {
    writeln!(out, "\n{heading}     bytes      %  {title}{heading:#}")?;
    for Size { name, bytes } in list.iter().take(top) {
        let percent = *bytes as f64 * 100.0 / all.max(1) as f64;
        writeln!(
            out,
            "{bytes:>10}  {quiet}{percent:>5.1}{quiet:#}  {}",
            Harmless(name)
        )?;
    }
    let rest = list.get(top..).unwrap_or(&[]);
    if rest.is_empty() {
        return Ok(());
    }
    let bytes: u64 = rest.iter().map(|size| size.bytes).sum();
    let percent = bytes as f64 * 100.0 / all.max(1) as f64;
    writeln!(
        out,
        "{bytes:>10}  {quiet}{percent:>5.1}{quiet:#}  ({} more)",
        rest.len()
    )
}

fn write_changes(
    out: &mut dyn io::Write,
    title: &str,
    changes: &[Change],
    top: usize,
    Styles { heading, .. }: Styles,
) -> io::Result<()> {
    writeln!(
        out,
        "\n{heading}    before      after    growth  {title}{heading:#}"
    )?;
    let bytes = |bytes: Option<u64>| bytes.map_or("-".to_string(), |bytes| bytes.to_string());
    for change in changes.iter().take(top) {
        let (before, after) = (bytes(change.before), bytes(change.after));
        let (growth, name) = (change.growth(), Harmless(&change.name));
        writeln!(out, "{before:>10} {after:>10} {growth:>+9}  {name}")?;
    }
    match changes.len().saturating_sub(top) {
        0 => Ok(()),
        more => writeln!(out, "{:31}  ({more} more)", ""),
    }
}

fn write_lines(
    out: &mut dyn io::Write,
    title: &str,
    lines: &[String],
    Styles { heading, .. }: Styles,
) -> io::Result<()> {
    if !lines.is_empty() {
        writeln!(out, "\n{heading}{title}{heading:#}")?;
    }
    lines
        .iter()
        .try_for_each(|line| writeln!(out, "  {}", Harmless(line)))
}
