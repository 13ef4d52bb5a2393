//! `weft inspect`: what is in a module.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::io;

use weft::{Config, Engine, Module, Result, format_err};
use weft_inspect::source::Place;
use weft_inspect::{
    FunctionLine, FunctionView, Functions, Harmless, Layer, Overview, SectionView, Sections,
    core_modules, hex,
};

use crate::disassembly::disassemble;
use crate::exit::{self, with_hint};
use crate::input::Source;
use crate::json;
use crate::output::Output;
use crate::source_text::SourceText;
use crate::styles::Styles;

/// Show what is in a module: its sections, what they say, and its functions
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Every section is listed with the number of its kind, the offset and length of its bytes and what
it says. A damaged file is shown as far as it goes, then the rest of it as bytes; exit code 1.

Examples:
  weft inspect app.wasm
  weft inspect --section import app.wasm         everything in one section
  weft inspect --section producers app.wasm      custom sections go by their name
  weft inspect --function main app.wasm          text, source lines and native code side by side
  weft inspect --json app.wasm | jq '.sections[].name'")]
pub(crate) struct Opts {
    /// The module or component, .wasm or .wat; standard input if not given
    #[arg(value_name = "FILE", default_value = "-", hide_default_value = true)]
    file: OsString,

    /// Show everything in the sections of this kind, or custom sections of this name
    #[arg(short, long, value_name = "NAME", conflicts_with = "function")]
    section: Option<String>,

    /// Show one function, by its name or index; of a component the first in a core module, with offsets in that
    #[arg(short, long, value_name = "NAME")]
    function: Option<String>,

    /// Write JSON, with everything in all sections
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    output: Output,
}

impl Opts {
    pub(crate) fn run(self) -> Result<i32> {
        let source = Source::new(&self.file);
        let wasm = source.read_binary()?;
        match &self.function {
            Some(name) => self.function(&wasm, name),
            None => self.sections(&wasm, &source),
        }
    }

    fn sections(&self, wasm: &[u8], source: &Source) -> Result<i32> {
        let layer = Sections::read(wasm).layer.unwrap_or(Layer::Module);
        let is_asked = |section: &weft_inspect::Section| match &self.section {
            Some(name) => section.is_called(layer, name),
            None => self.json,
        };
        let mut overview = Overview::new(wasm, is_asked);
        let code = if overview.fault.is_some() {
            exit::ERROR
        } else {
            0
        };
        if let Some(name) = &self.section {
            let known: Vec<String> = overview.sections.iter().map(|s| s.name.clone()).collect();
            let sections = Sections::read(wasm);
            let mut asked = sections.list.iter().map(is_asked);
            overview.sections.retain(|_| asked.next().unwrap_or(false));
            if overview.sections.is_empty() {
                return Err(no_such("section", name, &known));
            }
        }
        let styles = self.output.styles();
        self.output
            .write_text(|out| match (self.json, &self.section) {
                (true, _) => json::write(out, &overview),
                (false, Some(_)) => write_sections(out, &overview, wasm, styles),
                (false, None) => write_overview(out, &overview, wasm, source, styles),
            })?;
        Ok(code)
    }

    fn function(&self, wasm: &[u8], name: &str) -> Result<i32> {
        let modules = core_modules(wasm);
        let has_it = |module: &&&[u8]| {
            let functions = Functions::read(module, &Sections::read(module));
            functions.find(name).is_some()
        };
        let wasm = modules.iter().find(has_it).map_or(wasm, |module| module);
        let sections = Sections::read(wasm);
        let functions = Functions::read(wasm, &sections);
        let Some(function) = functions.find(name) else {
            let known: Vec<String> = functions.iter().map(|f| f.shown()).collect();
            return Err(no_such("function", name, &known));
        };
        if function.body.is_empty() {
            return Err(format_err!(
                "`{}` is imported: it has no body here",
                Harmless(name)
            ));
        }
        let native = match native(wasm, function.index, &functions) {
            Ok(native) => native,
            Err(error) => {
                crate::log::warn(format_args!("there is no native code to show: {error}"));
                Vec::new()
            }
        };
        let view = FunctionView::new(wasm, &sections, function, native);
        let styles = self.output.styles();
        self.output.write_text(|out| match self.json {
            true => json::write(out, &view),
            false => write_function(out, &view, styles),
        })?;
        Ok(0)
    }
}

fn native(
    wasm: &[u8],
    index: u32,
    functions: &Functions,
) -> Result<Vec<weft_inspect::NativeInstruction>> {
    let mut config = Config::new();
    config.wasm_all_features(true);
    let module = Module::from_binary(&Engine::new(&config)?, wasm)?;
    let name_of = |index| match functions.get(index) {
        Some(function) => Harmless(&function.shown()).to_string(),
        None => format!("function {index}"),
    };
    Ok(disassemble(module.native_code(index)?, name_of))
}

/// The error about a name that is none, with the nearest of `known`.
pub(crate) fn no_such(what: &str, name: &str, known: &[String]) -> weft::Error {
    let error = format_err!("there is no {what} `{}`", Harmless(name));
    match crate::suggest::nearest(name, known.iter().map(String::as_str)) {
        Some(near) => with_hint(error, format!("there is `{}`", Harmless(near))),
        None => error,
    }
}

/// Bytes of the rest of a damaged file that are shown.
const SHOWN_REST: usize = 256;

/// Writes a line for each section, and what is wrong with the file.
pub(crate) fn write_overview(
    out: &mut dyn io::Write,
    overview: &Overview,
    wasm: &[u8],
    source: &Source,
    styles: Styles,
) -> io::Result<()> {
    let Styles {
        heading,
        fault: wrong,
        ..
    } = styles;
    let state = match (overview.kind, &overview.fault) {
        (Some(Layer::Component), None) => "a component",
        (Some(Layer::Component), Some(_)) => "a damaged component",
        (Some(Layer::Module), None) => "a valid module",
        (Some(Layer::Module), Some(_)) => "a module with a fault",
        (None, _) => "no module",
    };
    let name = source.to_string();
    writeln!(
        out,
        "{heading}{}{heading:#}: {state}, {} bytes",
        Harmless(&name),
        overview.bytes
    )?;
    if let Some(fault) = &overview.fault {
        writeln!(out, "{wrong}fault{wrong:#}: {fault}")?;
    }
    if !overview.sections.is_empty() {
        writeln!(
            out,
            "\n{heading} id    offset     length  section{heading:#}"
        )?;
    }
    overview
        .sections
        .iter()
        .try_for_each(|section| write_line(out, section, 0, styles))?;
    let Some(rest) = overview.rest else {
        return Ok(());
    };
    let rest = &wasm[rest as usize..];
    writeln!(out, "\nthe rest of {} bytes:", rest.len())?;
    let shown = &rest[..rest.len().min(SHOWN_REST)];
    write_bytes(out, shown, overview.bytes - rest.len() as u64, styles)?;
    match rest.len() - shown.len() {
        0 => Ok(()),
        more => writeln!(out, "   and {more} more"),
    }
}

fn write_line(
    out: &mut dyn io::Write,
    section: &SectionView,
    depth: usize,
    styles: Styles,
) -> io::Result<()> {
    let SectionView {
        id,
        offset,
        length,
        name,
        meaning,
        ..
    } = section;
    let indent = "  ".repeat(depth);
    let name = match (id, name.contains(' ')) {
        (0, true) => format!("`{name}`"),
        _ => name.clone(),
    };
    let gap = if meaning.is_empty() { "" } else { ": " };
    let Styles {
        name: called,
        quiet,
        fault: wrong,
        ..
    } = styles;
    writeln!(
        out,
        "{id:>3}  {quiet}{offset:#08x}{quiet:#} {length:>10}  {indent}{called}{name}{called:#}{gap}{}",
        cut(meaning)
    )?;
    if let Some(fault) = &section.fault {
        writeln!(
            out,
            "                          {indent}{wrong}damaged{wrong:#}: {fault}"
        )?;
    }
    let mut inner = section.sections.iter();
    inner.try_for_each(|section| write_line(out, section, depth + 1, styles))
}

/// A meaning that fits a line: what is cut off can be had with `--section`.
fn cut(meaning: &str) -> String {
    const MAX: usize = 160;
    match meaning.char_indices().nth(MAX) {
        Some((end, _)) => format!("{} ...", &meaning[..end]),
        None => meaning.to_string(),
    }
}

/// Writes everything in the sections.
pub(crate) fn write_sections(
    out: &mut dyn io::Write,
    overview: &Overview,
    wasm: &[u8],
    styles: Styles,
) -> io::Result<()> {
    let quiet = styles.quiet;
    for section in &overview.sections {
        write_line(out, section, 0, styles)?;
        for item in &section.items {
            writeln!(out, "  {quiet}{:#08x}{quiet:#}  {}", item.offset, item.text)?;
        }
        match (&section.fault, section.items.is_empty()) {
            (Some(fault), _) => write_bytes_of(out, section, fault.offset, wasm, styles)?,
            (None, true) => write_bytes_of(out, section, section.contents, wasm, styles)?,
            (None, false) => {}
        }
    }
    Ok(())
}

/// Writes a section as bytes.
pub(crate) fn write_contents(
    out: &mut dyn io::Write,
    section: &SectionView,
    wasm: &[u8],
    styles: Styles,
) -> io::Result<()> {
    write_line(out, section, 0, styles)?;
    write_bytes_of(out, section, section.contents, wasm, styles)
}

/// Writes the bytes of a section from `start` on.
fn write_bytes_of(
    out: &mut dyn io::Write,
    section: &SectionView,
    start: u64,
    wasm: &[u8],
    styles: Styles,
) -> io::Result<()> {
    let end = section.offset + section.length;
    let start = start.min(end);
    write_bytes(out, &wasm[start as usize..end as usize], start, styles)
}

fn write_bytes(
    out: &mut dyn io::Write,
    bytes: &[u8],
    offset: u64,
    Styles { quiet, .. }: Styles,
) -> io::Result<()> {
    hex::rows(bytes, offset)
        .try_for_each(|row| writeln!(out, "  {quiet}{:#08x}{quiet:#}  {}", row.offset, row.text))
}

fn write_function(out: &mut dyn io::Write, view: &FunctionView, styles: Styles) -> io::Result<()> {
    let Styles {
        heading,
        name: called,
        ..
    } = styles;
    let FunctionView {
        index,
        name,
        offset,
        length,
        ..
    } = view;
    writeln!(
        out,
        "{heading}function {index}, {name}{heading:#}: {length} bytes at {offset:#x}\n"
    )?;
    let width = view
        .lines
        .iter()
        .map(|line| line.text.chars().count())
        .max();
    let width = width.unwrap_or(0).min(MAX_WAT);
    let mut sources = SourceText::default();
    let mut last = String::new();
    for line in &view.lines {
        let place = line.source.as_ref().map(shown_place);
        if let Some(place) = place.filter(|place| *place != last) {
            let text = source_text(line, &mut sources);
            writeln!(out, "{:10}{called}; {place}{text}{called:#}", "")?;
            last = place;
        }
        write_function_line(out, line, width, styles)?;
    }
    Ok(())
}

/// Columns of text beside native code, at most.
const MAX_WAT: usize = 48;

fn write_function_line(
    out: &mut dyn io::Write,
    line: &FunctionLine,
    width: usize,
    Styles { quiet, .. }: Styles,
) -> io::Result<()> {
    let mut native = line
        .native
        .iter()
        .map(|n| format!("{:4x}  {}", n.offset, n.text));
    let mut row = format!("{quiet}{:#08x}{quiet:#}  {:width$}", line.offset, line.text);
    loop {
        if let Some(instruction) = native.next() {
            // Writing to a string cannot fail.
            let _ = write!(row, "  {quiet}| {instruction}{quiet:#}");
        }
        writeln!(out, "{}", row.trim_end())?;
        if native.len() == 0 {
            return Ok(());
        }
        row = format!("{:width$}", "", width = width + 10);
    }
}

/// A place in the source as people write it.
pub(crate) fn shown_place(place: &Place) -> String {
    let file = place.file.as_deref().unwrap_or("?");
    let mut text = Harmless(file).to_string();
    for number in [place.line, place.column].into_iter().flatten() {
        let _ = write!(text, ":{number}");
    }
    text
}

/// The line of the source, if the file is here.
fn source_text(line: &FunctionLine, sources: &mut SourceText) -> String {
    let place = line.source.as_ref();
    let text = place.and_then(|place| sources.line(place.file.as_deref()?, place.line?));
    text.map_or(String::new(), |text| format!("  {}", Harmless(text.trim())))
}
