//! Exceptions: what a throw costs and keeps, and what handlers cost that nothing is thrown to.

use std::process::{Command, ExitCode};

use crate::measure::{Table, Unit, median, peaks, process};
use crate::programs::{Bench, Program};

const THROWS: &str = include_str!("../programs/throws.wat");
const HANDLERS: &str = include_str!("../programs/handlers.wat");

pub(crate) fn run(table: &mut Table, bench: &Bench<'_>) {
    throws(table, bench);
    memory(table, bench);
    handlers(table);
}

/// The program with so many throws.
fn thrower(bench: &Bench<'_>, throws: u32) -> Program {
    let count = format!("(module (global (export \"throws\") i32 (i32.const {throws})))");
    let mut program = bench.own(&format!("throws-{throws}"), THROWS);
    program.bench = bench.module(&format!("count-{throws}"), &count);
    program
}

/// Each side throws as often as takes it about as long, so that starting counts for neither.
fn throws(table: &mut Table, bench: &Bench<'_>) {
    const OURS: u32 = 10_000_000;
    const THEIRS: u32 = 100_000;
    let name = "exceptions: thrown five frames up, to Wasmtime";
    if !table.wants(name) {
        return;
    }
    let (ours, theirs) = (thrower(bench, OURS), thrower(bench, THEIRS));
    let Some(precompiled) = bench.precompile(&theirs) else {
        return;
    };
    let seconds = |mut command: Command, throws: u32| {
        let finished = process(&mut command);
        assert!(finished.success, "{command:?} failed");
        finished.wall.as_secs_f64() / f64::from(throws)
    };
    let pairs: Vec<_> = (0..6)
        .map(|_| {
            let ours = seconds(bench.weft(&ours, true), OURS);
            (
                ours,
                seconds(bench.wasmtime(&theirs, Some(&precompiled)), THEIRS),
            )
        })
        .skip(1)
        .collect();
    table.row(name, Unit::Seconds, &pairs);
}

/// The peak of many throws to that of few.
fn memory(table: &mut Table, bench: &Bench<'_>) {
    let name = "exceptions: memory of 10^8 throws, to 10^6";
    if table.wants(name) {
        let throws = |throws| bench.weft(&thrower(bench, throws), true);
        if let Some(pairs) = peaks(1, || throws(100_000_000), || throws(1_000_000)) {
            table.row(name, Unit::Bytes, &pairs);
        }
    }
}

/// A call between handlers and the same call without, of a function that may throw: one that does next to nothing, and one that does a little.
///
/// Instructions, as `callgrind` counts them, since many machines let nobody read their counters.
fn handlers(table: &mut Table) {
    for (rounds, about) in [(1, 10), (12, 100)] {
        let name = format!("exceptions: handlers to none, callee may throw, {about} instructions");
        if !table.wants(&name) {
            continue;
        }
        if let (Some(with), Some(without)) = (per_call("with", rounds), per_call("without", rounds))
        {
            table.row(&name, Unit::Instructions, &[(with, without)]);
        } else {
            eprintln!("{name}: left out, it needs valgrind");
        }
    }
}

/// Instructions for one call in the loop of an export: the difference of two runs has none of the start.
fn per_call(export: &str, rounds: u32) -> Option<f64> {
    const FEW: u32 = 10_000;
    const MORE: u32 = 110_000;
    let difference =
        || Some(instructions(export, MORE, rounds)? - instructions(export, FEW, rounds)?);
    let differences: Option<Vec<f64>> = (0..3).map(|_| difference()).collect();
    Some(median(differences?.into_iter()) / f64::from(MORE - FEW))
}

fn instructions(export: &str, calls: u32, rounds: u32) -> Option<f64> {
    let mut command = Command::new("valgrind");
    command
        .args([
            "--tool=callgrind",
            "--callgrind-out-file=/dev/null",
            "--log-fd=1",
        ])
        .args(["--smc-check=all-non-file"])
        .arg(std::env::current_exe().expect("this program has a path"))
        .args([
            "child-handlers",
            export,
            &calls.to_string(),
            &rounds.to_string(),
        ]);
    let output = process(&mut command).output;
    let output = String::from_utf8_lossy(&output);
    let (_, collected) = output.split_once("Collected : ")?;
    collected.split_whitespace().next()?.parse().ok()
}

pub(crate) fn child(export: &str, calls: &str, rounds: &str) -> ExitCode {
    let mut config = weft::Config::new();
    config.strategy(weft::Strategy::Eager);
    let engine = weft::Engine::new(&config).expect("the settings are valid");
    let module = weft::Module::new(&engine, HANDLERS).expect("it is valid");
    let mut store = weft::Store::new(&engine, ());
    let instance = weft::Instance::new(&mut store, &module, &[]).expect("it needs nothing");
    let work = instance
        .get_typed_func::<(i32, i32), i64>(&mut store, export)
        .expect("it exports this");
    let number = |text: &str| text.parse().expect("it is a number");
    let result = work.call(&mut store, (number(calls), number(rounds)));
    result.expect("nothing is thrown");
    ExitCode::SUCCESS
}
