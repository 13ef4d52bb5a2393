//! Whole programs as whole processes: warm (cached against precompiled) and cold.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Options;
use crate::measure::{Pairs, Table, Unit, peaks, process, walls};
use crate::scratch::Scratch;

/// The two functions that Sightglass programs import to mark what is measured.
const BENCH: &str = r#"(module (func (export "start")) (func (export "end")))"#;

/// Runs a program under Node.
const WASI: &str = include_str!("wasi.mjs");

pub(crate) struct Program {
    pub(crate) name: String,
    pub(crate) wasm: PathBuf,
    /// The module that it imports from as `bench`.
    pub(crate) bench: PathBuf,
    folder: PathBuf,
}

/// What every measurement of programs needs.
pub(crate) struct Bench<'a> {
    options: &'a Options,
    scratch: &'a Scratch,
    preload: PathBuf,
    script: PathBuf,
}

pub(crate) fn run(table: &mut Table, bench: &Bench<'_>) {
    if let Some(hello) = &bench.options.hello {
        bench.hello(table, hello);
    }
    let programs = bench.sightglass();
    bench.all(table, &programs, "warm");
    bench.all(table, &programs, "cold");
}

fn folders(root: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect()
}

fn modules(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == "wasm"))
        .collect()
}

fn text(name: Option<&std::ffi::OsStr>) -> String {
    name.unwrap_or_default().to_string_lossy().into_owned()
}

/// The first core module of a component; what comes after it adapts it to the component's interfaces.
fn core_module(component: &[u8]) -> Option<&[u8]> {
    const CORE_MODULE: u8 = 1;
    let mut rest = component.strip_prefix(b"\0asm\x0d\0\x01\0")?;
    loop {
        let (&id, after) = rest.split_first()?;
        let (length, after) = leb128(after)?;
        let (body, after) = after.split_at_checked(length)?;
        if id == CORE_MODULE {
            return Some(body);
        }
        rest = after;
    }
}

fn leb128(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let end = bytes.iter().position(|byte| byte & 0x80 == 0)?;
    let (number, rest) = bytes.split_at(end + 1);
    let digits = number.iter().rev();
    Some((
        digits.fold(0, |sum, byte| sum << 7 | usize::from(byte & 0x7f)),
        rest,
    ))
}

impl<'a> Bench<'a> {
    pub(crate) fn new(options: &'a Options, scratch: &'a Scratch) -> Self {
        let mut bench = Self {
            options,
            preload: PathBuf::new(),
            script: scratch.file("wasi.mjs", WASI.as_bytes()),
            scratch,
        };
        bench.preload = bench.module("bench", BENCH);
        bench
    }

    /// A file with the module of this text.
    pub(crate) fn module(&self, name: &str, text: &str) -> PathBuf {
        self.file(name, &wat::parse_str(text).expect("it is valid"))
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        self.scratch.file(&format!("{name}.wasm"), bytes)
    }

    pub(crate) fn program(&self, name: &str, wasm: PathBuf, folder: &Path) -> Program {
        Program {
            name: name.to_string(),
            wasm,
            bench: self.preload.clone(),
            folder: folder.to_owned(),
        }
    }

    /// A program of our own.
    pub(crate) fn own(&self, name: &str, text: &str) -> Program {
        self.program(name, self.module(name, text), self.scratch.path())
    }

    /// Every program of the checkout; of a component, the program that it was made from.
    pub(crate) fn sightglass(&self) -> Vec<Program> {
        let Some(checkout) = &self.options.sightglass else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for folder in folders(&checkout.join("benchmarks")) {
            for wasm in modules(&folder) {
                let stem = text(wasm.file_stem());
                let name = if stem == "benchmark" {
                    text(folder.file_name())
                } else {
                    stem
                };
                let bytes = std::fs::read(&wasm).expect("the program can be read");
                let wasm = core_module(&bytes).map_or(wasm, |core| self.file(&name, core));
                found.push(self.program(&name, wasm, &folder));
            }
        }
        found.sort_by(|a, b| a.name.cmp(&b.name));
        found
    }

    fn hello(&self, table: &mut Table, hello: &Path) {
        if !table.wants("hello world") {
            return;
        }
        let program = self.program("hello", hello.to_owned(), self.scratch.path());
        let Some(precompiled) = self.precompile(&program) else {
            return;
        };
        let ours = || self.weft(&program, true);
        let theirs = || self.wasmtime(&program, Some(&precompiled));
        if let Some(pairs) = walls(40, ours, theirs) {
            table.row("hello world, cached", Unit::Seconds, &pairs);
        }
        if let Some(pairs) = peaks(5, ours, theirs) {
            table.row("hello world, cached, memory", Unit::Bytes, &pairs);
        }
    }

    fn all(&self, table: &mut Table, programs: &[Program], mode: &str) {
        let mut ratios = Vec::new();
        for program in programs {
            let name = format!("{} {mode}", program.name);
            if table.wants(&name)
                && let Some(pairs) = self.to_wasmtime(program, mode == "warm")
            {
                ratios.push(table.row(&name, Unit::Seconds, &pairs));
            }
        }
        if !ratios.is_empty() {
            let logs: f64 = ratios.iter().map(|ratio| ratio.ln()).sum();
            table.note(
                &format!("geometric mean of {} {mode}", ratios.len()),
                (logs / ratios.len() as f64).exp(),
            );
        }
    }

    pub(crate) fn to_wasmtime(&self, program: &Program, warm: bool) -> Option<Pairs> {
        let precompiled = if warm {
            Some(self.precompile(program)?)
        } else {
            None
        };
        walls(
            5,
            || self.weft(program, warm),
            || self.wasmtime(program, precompiled.as_deref()),
        )
    }

    /// Node compiles anew each time, since its script keeps nothing.
    pub(crate) fn node(&self, program: &Program, node: &Path) -> Command {
        let mut command = Command::new(node);
        command.arg("--no-warnings").arg(&self.script);
        command.arg(&program.wasm).current_dir(&program.folder);
        command
    }

    pub(crate) fn precompile(&self, program: &Program) -> Option<PathBuf> {
        let target = self.scratch.path().join(format!("{}.cwasm", program.name));
        let mut command = Command::new(&self.options.wasmtime);
        command
            .args(["compile", "-o"])
            .arg(&target)
            .arg(&program.wasm);
        process(&mut command).success.then_some(target)
    }

    pub(crate) fn weft(&self, program: &Program, cached: bool) -> Command {
        let mut command = start(&self.options.weft, program);
        if !cached {
            command.arg("--no-cache");
        }
        command.arg(&program.wasm);
        command
    }

    pub(crate) fn wasmtime(&self, program: &Program, precompiled: Option<&Path>) -> Command {
        let mut command = start(&self.options.wasmtime, program);
        match precompiled {
            Some(precompiled) => command.arg("--allow-precompiled").arg(precompiled),
            None => command.args(["-C", "cache=n"]).arg(&program.wasm),
        };
        command
    }
}

/// What both command lines begin with.
fn start(engine: &Path, program: &Program) -> Command {
    let mut command = Command::new(engine);
    command
        .args(["run", "--dir", ".", "--preload"])
        .arg(format!("bench={}", program.bench.display()))
        .current_dir(&program.folder);
    command
}
