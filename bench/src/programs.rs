//! Whole programs as whole processes: warm (cached against precompiled) and cold.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Options;
use crate::measure::{Table, Unit, processes};

/// The two functions that Sightglass programs import to mark what is measured.
const BENCH: &str = r#"(module (func (export "start")) (func (export "end")))"#;

struct Program {
    name: String,
    wasm: PathBuf,
    folder: PathBuf,
}

struct Bench<'a> {
    options: &'a Options,
    scratch: PathBuf,
    preload: PathBuf,
}

pub(crate) fn run(table: &mut Table, options: &Options) {
    let scratch = std::env::temp_dir().join(format!("weft-bench-{}", std::process::id()));
    std::fs::create_dir_all(&scratch).expect("the temporary folder can be written");
    let preload = scratch.join("bench.wasm");
    std::fs::write(&preload, wat::parse_str(BENCH).expect("it is valid"))
        .expect("it can be written");
    let bench = Bench {
        options,
        scratch,
        preload,
    };
    if let Some(hello) = &options.hello {
        bench.hello(table, hello);
    }
    let programs = options
        .sightglass
        .as_deref()
        .map(sightglass)
        .unwrap_or_default();
    bench.all(table, &programs, "warm");
    bench.all(table, &programs, "cold");
    let _ = std::fs::remove_dir_all(&bench.scratch);
}

/// Every program of the checkout that needs no other proposal than the engines have in common.
fn sightglass(checkout: &Path) -> Vec<Program> {
    let mut found = Vec::new();
    for folder in folders(&checkout.join("benchmarks")) {
        let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
        for wasm in entries
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|e| e == "wasm"))
        {
            let stem = wasm
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let base = folder
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let name = if stem == "benchmark" { base } else { stem };
            found.push(Program {
                name,
                wasm,
                folder: folder.clone(),
            });
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

fn folders(root: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect()
}

impl Bench<'_> {
    fn hello(&self, table: &mut Table, hello: &Path) {
        if !table.wants("hello world") {
            return;
        }
        let program = Program {
            name: "hello".into(),
            wasm: hello.to_owned(),
            folder: self.scratch.clone(),
        };
        let Some(precompiled) = self.precompile(&program) else {
            return;
        };
        if let Some(pairs) = processes(
            40,
            || self.weft(&program, true),
            || self.wasmtime(&program, Some(&precompiled)),
        ) {
            table.row("hello world, cached", Unit::Seconds, &pairs.wall);
            table.row("hello world, cached, memory", Unit::Bytes, &pairs.peak);
        }
    }

    fn all(&self, table: &mut Table, programs: &[Program], mode: &str) {
        let mut ratios = Vec::new();
        for program in programs {
            let name = format!("{} {mode}", program.name);
            if table.wants(&name)
                && let Some(pairs) = self.program(program, mode == "warm")
            {
                ratios.push(table.row(&name, Unit::Seconds, &pairs.wall));
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

    fn program(&self, program: &Program, warm: bool) -> Option<crate::measure::Pairs> {
        let precompiled = if warm {
            Some(self.precompile(program)?)
        } else {
            None
        };
        processes(
            5,
            || self.weft(program, warm),
            || self.wasmtime(program, precompiled.as_deref()),
        )
    }

    fn precompile(&self, program: &Program) -> Option<PathBuf> {
        let target = self.scratch.join(format!("{}.cwasm", program.name));
        let mut command = Command::new(&self.options.wasmtime);
        command
            .args(["compile", "-o"])
            .arg(&target)
            .arg(&program.wasm);
        crate::measure::process(&mut command)
            .success
            .then_some(target)
    }

    fn weft(&self, program: &Program, cached: bool) -> Command {
        let mut command = Command::new(&self.options.weft);
        command
            .arg("run")
            .arg("--dir")
            .arg(".")
            .arg("--preload")
            .arg(format!("bench={}", self.preload.display()));
        if !cached {
            command.arg("--no-cache");
        }
        command.arg(&program.wasm).current_dir(&program.folder);
        command
    }

    fn wasmtime(&self, program: &Program, precompiled: Option<&Path>) -> Command {
        let mut command = Command::new(&self.options.wasmtime);
        command
            .arg("run")
            .arg("--dir")
            .arg(".")
            .arg("--preload")
            .arg(format!("bench={}", self.preload.display()));
        if precompiled.is_some() {
            command.arg("--allow-precompiled");
        } else {
            command.args(["-C", "cache=n"]);
        }
        command
            .arg(precompiled.unwrap_or(&program.wasm))
            .current_dir(&program.folder);
        command
    }
}
