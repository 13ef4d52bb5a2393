//! Loading a module: decoding and validating all of it, compiling nothing yet, as `new WebAssembly.Module` does.

use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Instant;

use crate::Options;
use crate::measure::{Table, Unit, process};

const SCRIPT: &str = "const b = require('fs').readFileSync(process.argv[1]);
const s = process.hrtime.bigint(); new WebAssembly.Module(b);
console.log(Number(process.hrtime.bigint() - s) / 1e9)";

pub(crate) fn run(table: &mut Table, options: &Options) {
    let Some(node) = &options.node else { return };
    for module in &options.modules {
        let name = format!("load {}", module.file_name().unwrap_or_default().display());
        if !table.wants(&name) {
            continue;
        }
        let mut ours = Command::new(std::env::current_exe().expect("this program has a path"));
        ours.arg("child-load").arg(module);
        let mut theirs = Command::new(node);
        theirs.args(["-e", SCRIPT]).arg(module);
        let pairs: Vec<_> = (0..7)
            .map(|_| (seconds(&mut ours), seconds(&mut theirs)))
            .collect();
        table.row(&name, Unit::Seconds, &pairs);
    }
}

/// What the process says it took, without its own start.
fn seconds(command: &mut Command) -> f64 {
    let output = process(command).output;
    String::from_utf8_lossy(&output)
        .trim()
        .parse()
        .expect("the child prints seconds")
}

pub(crate) fn child(module: &Path) -> ExitCode {
    let bytes = std::fs::read(module).expect("the module can be read");
    let engine = weft::Engine::default();
    let start = Instant::now();
    let module = weft::Module::new(&engine, &bytes).expect("the module is valid");
    println!("{}", start.elapsed().as_secs_f64());
    drop(module);
    ExitCode::SUCCESS
}
