//! Compiling a whole module at once: wall time and peak memory, each in a process of its own.

use std::path::Path;
use std::process::{Command, ExitCode};

use crate::Options;
use crate::measure::{Table, Unit, peaks, walls};

pub(crate) fn run(table: &mut Table, options: &Options) {
    for module in &options.modules {
        let name = format!(
            "compile all of {}",
            module.file_name().unwrap_or_default().display()
        );
        if !table.wants(&name) {
            continue;
        }
        let child = |engine: &str| {
            let mut command =
                Command::new(std::env::current_exe().expect("this program has a path"));
            command.args(["child-compile", engine]).arg(module);
            command
        };
        if let Some(pairs) = walls(3, || child("weft"), || child("wasmtime")) {
            table.row(&name, Unit::Seconds, &pairs);
        }
        if let Some(pairs) = peaks(1, || child("weft"), || child("wasmtime")) {
            table.row(&format!("{name}, memory"), Unit::Bytes, &pairs);
        }
    }
}

pub(crate) fn child(engine: &str, module: &Path) -> ExitCode {
    let bytes = std::fs::read(module).expect("the module can be read");
    match engine {
        "weft" => {
            let mut config = weft::Config::new();
            config.strategy(weft::Strategy::Eager);
            let engine = weft::Engine::new(&config).expect("the settings are valid");
            weft::Module::new(&engine, &bytes).expect("the module is valid");
        }
        _ => {
            let engine = wasmtime::Engine::default();
            wasmtime::Module::new(&engine, &bytes).expect("the module is valid");
        }
    }
    ExitCode::SUCCESS
}
