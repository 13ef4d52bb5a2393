//! Weft against its peers: every figure is a ratio of two things measured in turn in one run.
//!
//! `cargo run --release` prints the table for what needs no files. The rest needs a path each:
//! see [`HELP`].

mod calls;
mod compile;
mod exceptions;
mod instantiate;
mod load;
mod measure;
mod objects;
mod programs;
mod scratch;

use std::path::PathBuf;
use std::process::ExitCode;

use measure::Table;
use programs::Bench;
use scratch::Scratch;

const HELP: &str = "\
cargo run --release -- [OPTIONS]

Prints a table of ratios, Weft to its peer; below 1 Weft is ahead.

  --wasmtime FILE     the program wasmtime 48, for whole programs (default: the one on PATH)
  --weft FILE         the program weft (default: ../target/release/weft)
  --node FILE         the program node, to compare loading and objects with
  --module FILE       a module to load and to compile as a whole; may be repeated
  --sightglass DIR    a checkout of sightglass, for whole programs
  --hello FILE        a small WASI program, for start-up
  --only WORD         only rows whose name contains it; may be repeated";

#[derive(Default)]
pub(crate) struct Options {
    pub(crate) wasmtime: PathBuf,
    pub(crate) weft: PathBuf,
    pub(crate) node: Option<PathBuf>,
    pub(crate) modules: Vec<PathBuf>,
    pub(crate) sightglass: Option<PathBuf>,
    pub(crate) hello: Option<PathBuf>,
    pub(crate) only: Vec<String>,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // A child that compiles one module with one engine, so that its peak memory is its own.
    if let [command, engine, module] = arguments.as_slice()
        && command == "child-compile"
    {
        return compile::child(engine, module.as_ref());
    }
    if let [command, rest @ ..] = arguments.as_slice()
        && command == "child-peak"
    {
        return measure::child(rest);
    }
    if let [command, export, calls, rounds] = arguments.as_slice()
        && command == "child-handlers"
    {
        return exceptions::child(export, calls, rounds);
    }
    if let [command, module] = arguments.as_slice()
        && command == "child-load"
    {
        return load::child(module.as_ref());
    }
    let Some(mut options) = parse(&arguments) else {
        eprintln!("{HELP}");
        return ExitCode::from(2);
    };
    let scratch = Scratch::new();
    options.weft = scratch.program("weft", &options.weft);
    options.wasmtime = scratch.program("wasmtime", &options.wasmtime);
    options.node = options.node.map(|node| scratch.program("node", &node));
    let mut table = Table::new(options.only.clone());
    calls::run(&mut table);
    instantiate::run(&mut table);
    compile::run(&mut table, &options);
    load::run(&mut table, &options);
    let bench = Bench::new(&options, &scratch);
    objects::run(&mut table, &bench, options.node.as_deref());
    exceptions::run(&mut table, &bench);
    programs::run(&mut table, &bench);
    ExitCode::SUCCESS
}

fn parse(arguments: &[String]) -> Option<Options> {
    let mut options = Options {
        wasmtime: "wasmtime".into(),
        weft: concat!(env!("CARGO_MANIFEST_DIR"), "/../target/release/weft").into(),
        ..Options::default()
    };
    for pair in arguments.chunks(2) {
        let [name, value] = pair else { return None };
        match name.as_str() {
            "--wasmtime" => options.wasmtime = existing(value)?,
            "--weft" => options.weft = existing(value)?,
            "--node" => options.node = Some(existing(value)?),
            "--module" => options.modules.push(existing(value)?),
            "--sightglass" => options.sightglass = Some(existing(value)?),
            "--hello" => options.hello = Some(existing(value)?),
            "--only" => options.only.push(value.clone()),
            _ => return None,
        }
    }
    Some(options)
}

/// The path from the root: programs run in folders of their own.
fn existing(path: &str) -> Option<PathBuf> {
    let found = std::fs::canonicalize(path);
    found.map_err(|error| eprintln!("{path}: {error}")).ok()
}
