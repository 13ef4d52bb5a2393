//! `weft metadata`: who made a module, shown and added to.

use std::ffi::OsString;
use std::io;

use weft::{Context as _, Result, format_err};
use weft_inspect::Harmless;
use weft_inspect::metadata::{Metadata, Producer};

use crate::input::Source;
use crate::json;
use crate::output::Output;

/// Show or add to what a module says about who made it
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  weft metadata show app.wasm
  weft metadata show --json app.wasm
  weft metadata add app.wasm --name app --language Rust=1.95 --licenses MIT -o app.wasm")]
pub(crate) struct Opts {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand, Debug)]
enum Command {
    Show(Show),
    Add(Box<Add>),
}

/// Show the name, the producers and the texts about a module
#[derive(clap::Args, Debug)]
struct Show {
    /// The module or component, .wasm or .wat; standard input if not given
    #[arg(value_name = "FILE", default_value = "-", hide_default_value = true)]
    file: OsString,

    /// Write JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    output: Output,
}

/// Write a module with more metadata; what it has stays, unless it is given anew
#[derive(clap::Args, Debug)]
struct Add {
    /// The module, .wasm or .wat; standard input if not given
    #[arg(value_name = "FILE", default_value = "-", hide_default_value = true)]
    file: OsString,

    /// The name of the module
    #[arg(long)]
    name: Option<String>,

    /// A language that it was written in
    #[arg(long, value_name = "NAME[=VERSION]")]
    language: Vec<String>,

    /// A tool that made it or changed it
    #[arg(long, value_name = "NAME[=VERSION]")]
    processed_by: Vec<String>,

    /// An SDK that it was built with
    #[arg(long, value_name = "NAME[=VERSION]")]
    sdk: Vec<String>,

    /// Who wrote it
    #[arg(long)]
    authors: Option<String>,

    /// What it does
    #[arg(long)]
    description: Option<String>,

    /// Where to read about it
    #[arg(long, value_name = "URL")]
    homepage: Option<String>,

    /// Its licences, as an SPDX expression
    #[arg(long)]
    licenses: Option<String>,

    /// The revision of its source
    #[arg(long)]
    revision: Option<String>,

    /// Where its source is
    #[arg(long, value_name = "URL")]
    source: Option<String>,

    /// Its version
    #[arg(long = "version", value_name = "VERSION")]
    own_version: Option<String>,

    #[command(flatten)]
    output: Output,
}

impl Opts {
    pub(crate) fn run(self) -> Result<i32> {
        match self.command {
            Command::Show(show) => show.run()?,
            Command::Add(add) => add.run()?,
        }
        Ok(0)
    }
}

impl Show {
    fn run(self) -> Result<()> {
        let wasm = Source::new(&self.file).read_binary()?;
        let metadata = Metadata::read(&wasm);
        self.output.write_text(|out| match self.json {
            true => json::write(out, &metadata),
            false => write(out, &metadata),
        })
    }
}

fn write(out: &mut dyn io::Write, metadata: &Metadata) -> io::Result<()> {
    let mut line =
        |what: &str, value: &str| writeln!(out, "{}: {}", Harmless(what), Harmless(value));
    if let Some(name) = &metadata.name {
        line("name", name)?;
    }
    for (field, producers) in &metadata.producers {
        for Producer { name, version } in producers {
            line(field, format!("{name} {version}").trim_end())?;
        }
    }
    metadata
        .texts
        .iter()
        .try_for_each(|(name, text)| line(name, text))
}

impl Add {
    fn run(self) -> Result<()> {
        let source = Source::new(&self.file);
        let wasm = source.read_binary()?;
        let mut metadata = Metadata::read(&wasm);
        if self.name.is_some() {
            metadata.name = self.name;
        }
        for (field, given) in [
            ("language", &self.language),
            ("processed-by", &self.processed_by),
            ("sdk", &self.sdk),
        ] {
            for producer in given {
                let (name, version) = producer.split_once('=').unwrap_or((producer, ""));
                metadata.add_producer(field, name, version);
            }
        }
        for (name, text) in [
            ("authors", self.authors),
            ("description", self.description),
            ("homepage", self.homepage),
            ("licenses", self.licenses),
            ("revision", self.revision),
            ("source", self.source),
            ("version", self.own_version),
        ] {
            if let Some(text) = text {
                metadata.texts.insert(name.to_string(), text);
            }
        }
        let written = metadata.write(&wasm);
        let written = written
            .map_err(|fault| format_err!("{fault}"))
            .with_context(|| format!("metadata cannot be added to {source}"))?;
        self.output.write_binary(&written)
    }
}
