//! Suites that are too large to carry: they run from a checkout that the user has.

mod misc;

pub(crate) use misc::misc;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::project::{Result, files, root};

/// Each script of `test/core`, and of the older exceptions, by itself, through `weft wast`.
pub(crate) fn spec(checkout: &Path) -> Result {
    let mut scripts = files(&checkout.join("test/core"), "wast");
    scripts.extend(files(&checkout.join("test/legacy/exceptions/core"), "wast"));
    run_all(&scripts, |script| {
        let output = weft()?
            .arg("wast")
            .arg(script)
            .output()
            .map_err(|error| error.to_string())?;
        if output.status.success() {
            Ok(())
        } else {
            Err(first_lines(&output.stderr))
        }
    })
}

/// Each preview 1 program with its arguments, environment and folders, against what its `.json` expects.
pub(crate) fn wasi(checkout: &Path) -> Result {
    let programs: Vec<_> = files(&checkout.join("tests"), "wasm")
        .into_iter()
        .filter(|path| {
            let path = path.to_string_lossy();
            path.contains("/proposals/wasi-threads/")
                || path.contains("wasm32-wasip1") && !path.contains("/proposals/")
        })
        .collect();
    run_all(&programs, wasi_program)
}

#[expect(clippy::print_stdout, reason = "the report is what the task is for")]
fn run_all(cases: &[PathBuf], run: impl Fn(&Path) -> Result) -> Result {
    if cases.is_empty() {
        return Err("no case was found: is --path the root of the checkout?".into());
    }
    weft()?;
    let mut failures = BTreeMap::new();
    for case in cases {
        if let Err(message) = run(case) {
            println!("FAIL {}: {message}", case.display());
            failures.insert(case, message);
        }
    }
    println!("{} of {} pass", cases.len() - failures.len(), cases.len());
    if failures.is_empty() {
        Ok(())
    } else {
        Err(format!("{} failed", failures.len()))
    }
}

/// The program that is tested.
///
/// # Errors
/// When it has not been built.
pub(crate) fn weft() -> Result<Command> {
    let program = root().join("target/release/weft");
    match program.is_file() {
        true => Ok(Command::new(program)),
        false => Err(format!(
            "there is no {}: make it with `cargo build --release --locked`, without CARGO_TARGET_DIR",
            program.display()
        )),
    }
}

fn first_lines(output: &[u8]) -> String {
    String::from_utf8_lossy(output)
        .lines()
        .take(3)
        .collect::<Vec<_>>()
        .join(" | ")
}

fn wasi_program(program: &Path) -> Result {
    let expectation =
        std::fs::read(program.with_extension("json")).unwrap_or_else(|_| b"{}".to_vec());
    let spec: Value = serde_json::from_slice(&expectation).map_err(|error| error.to_string())?;
    let folder = tempfile_copy(program, &spec)?;
    let mut command = weft()?;
    command.arg("run");
    for (key, value) in spec["env"].as_object().into_iter().flatten() {
        command
            .arg("--env")
            .arg(format!("{key}={}", value.as_str().unwrap_or_default()));
    }
    for name in strings(&spec["dirs"]).chain(spec["root"].as_str()) {
        command
            .arg("--dir")
            .arg(format!("{}::{name}", folder.join(name).display()));
    }
    command.arg(program).args(strings(&spec["args"]));
    let output = output_of(&mut command, program)?;
    std::fs::remove_dir_all(&folder).map_err(|error| error.to_string())?;
    compare(&spec, &output)
}

/// Runs with an empty standard input; programs with threads expect one that stays silent.
fn output_of(command: &mut Command, program: &Path) -> Result<Output> {
    let (reader, _silent) = std::io::pipe().map_err(|error| error.to_string())?;
    match program.to_string_lossy().contains("/wasi-threads/") {
        true => command.stdin(reader),
        false => command.stdin(Stdio::null()),
    };
    command.output().map_err(|error| error.to_string())
}

fn compare(spec: &Value, output: &Output) -> Result {
    let expected = spec["exit_code"].as_i64().unwrap_or(0);
    if output.status.code().map(i64::from) != Some(expected) {
        let said = first_lines(&output.stderr);
        return Err(format!(
            "ended with {}, not {expected}: {said}",
            output.status
        ));
    }
    match spec["stdout"].as_str() {
        Some(text) if text.as_bytes() != output.stdout => Err("printed something else".into()),
        _ => Ok(()),
    }
}

fn strings(value: &Value) -> impl Iterator<Item = &str> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}

/// The folders that the program gets, copied, since programs change them.
fn tempfile_copy(program: &Path, spec: &Value) -> Result<PathBuf> {
    let copy = std::env::temp_dir().join(format!("weft-conformance-{}", std::process::id()));
    let source = program.parent().unwrap_or(Path::new("."));
    for name in strings(&spec["dirs"]).chain(spec["root"].as_str()) {
        copy_folder(&source.join(name), &copy.join(name)).map_err(|error| error.to_string())?;
    }
    std::fs::create_dir_all(&copy).map_err(|error| error.to_string())?;
    Ok(copy)
}

fn copy_folder(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        let kind = entry.file_type()?;
        if kind.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else if kind.is_symlink() {
            std::os::unix::fs::symlink(std::fs::read_link(entry.path())?, target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
