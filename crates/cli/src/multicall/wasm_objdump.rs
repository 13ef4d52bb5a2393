//! `wasm-objdump`: what is in a module.

use std::ffi::OsString;

use clap::{ArgAction, Parser};
use weft::Result;
use weft_inspect::text::PrintOptions;
use weft_inspect::{Layer, Overview, Section, Sections};

use super::Common;
use crate::commands::inspect::{write_contents, write_overview, write_sections};
use crate::commands::print::print;
use crate::exit::usage;
use crate::input::Source;
use crate::output::Output;
use crate::styles::Styles;

/// Show the sections, details, code or bytes of a module, as wasm-objdump does
#[derive(Parser, Debug)]
#[command(
    name = "wasm-objdump",
    version,
    disable_help_flag = true,
    after_help = "\
Examples:
  wasm-objdump -h app.wasm             the sections
  wasm-objdump -x -j import app.wasm   everything in one section
  wasm-objdump -d app.wasm             the code, with offsets
  wasm-objdump -s -j data app.wasm     bytes"
)]
pub(super) struct Opts {
    /// The modules, `-` for standard input
    #[arg(required = true)]
    files: Vec<OsString>,

    /// Show the sections
    #[arg(short = 'h', long)]
    headers: bool,

    /// Show everything in the sections
    #[arg(short = 'x', long)]
    details: bool,

    /// Show the code
    #[arg(short, long)]
    disassemble: bool,

    /// Show the bytes of the sections
    #[arg(short = 's', long)]
    full_contents: bool,

    /// Show relocations
    #[arg(short, long)]
    reloc: bool,

    /// Show this section alone
    #[arg(short = 'j', long, value_name = "SECTION")]
    section: Option<String>,

    #[arg(long, hide = true)]
    debug: bool,

    /// Print help
    #[arg(long, action = ArgAction::Help)]
    help: Option<bool>,

    #[command(flatten)]
    common: Common,
}

impl Opts {
    pub(super) fn run(self) -> Result<i32> {
        if !(self.headers || self.details || self.disassemble || self.full_contents || self.reloc) {
            return Err(usage(
                "say what to show: at least one of -h, -x, -d, -s and -r",
            ));
        }
        let mut code = 0;
        for file in &self.files {
            code = self.show(&Source::new(file))?.max(code);
        }
        Ok(code)
    }

    fn show(&self, source: &Source) -> Result<i32> {
        let wasm = source.read_binary()?;
        let sections = Sections::read(&wasm);
        let layer = sections.layer.unwrap_or(Layer::Module);
        let is_meant = |section: &Section| {
            let is_reloc = section
                .name
                .as_deref()
                .is_some_and(|name| name.starts_with("reloc."));
            match &self.section {
                Some(name) => {
                    section.is_called(layer, &name.to_lowercase()) || section.is_called(layer, name)
                }
                None => self.details || self.full_contents || (self.reloc && is_reloc),
            }
        };
        let mut overview = Overview::new(&wasm, |section| is_meant(section) && !self.full_contents);
        let output = Output::new(None);
        let styles = Styles::default();
        if self.headers || (self.details && self.section.is_none()) {
            output.write_text(|out| write_overview(out, &overview, &wasm, source, styles))?;
        }
        let mut meant = sections.list.iter().map(is_meant);
        overview.sections.retain(|_| meant.next().unwrap_or(false));
        if self.details || self.reloc {
            output.write_text(|out| write_sections(out, &overview, &wasm, styles))?;
        }
        if self.disassemble {
            let options = PrintOptions {
                offsets: true,
                ..PrintOptions::default()
            };
            print(&wasm, &options, &output)?;
        }
        if self.full_contents {
            output.write_text(|out| {
                overview
                    .sections
                    .iter()
                    .try_for_each(|section| write_contents(out, section, &wasm, styles))
            })?;
        }
        Ok(i32::from(overview.fault.is_some()))
    }
}
