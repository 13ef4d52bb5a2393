//! `test/js-api` of a WebAssembly/spec checkout: the JavaScript interface, through the suite's own harness.
//!
//! What fails is listed in `expectations.txt` with its reason; a listed subtest that passes is an error too.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::conformance::weft;
use crate::project::{Result, files};

const HARNESS: &str = include_str!("harness.js");
const EXPECTATIONS: &str = include_str!("expectations.txt");

/// What one file's subtests gave.
#[derive(Default)]
struct Count {
    passed: usize,
    total: usize,
    surprises: Vec<String>,
}

/// Runs every file and reports what is not as expected.
#[expect(clippy::print_stdout, reason = "the report is what the task is for")]
pub(crate) fn run(checkout: &Path) -> Result {
    weft()?;
    let test = checkout.join("test");
    let mut scripts = files(&test.join("js-api"), "js");
    scripts.retain(|path| is_test(path));
    if scripts.is_empty() {
        return Err("no case was found: is --path the root of the checkout?".into());
    }
    let folder = std::env::temp_dir().join(format!("weft-js-api-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let harness = folder.join("harness.js");
    std::fs::write(&harness, HARNESS).map_err(|error| error.to_string())?;

    let expected = expectations()?;
    let mut all = Count::default();
    for script in &scripts {
        let name = script.strip_prefix(test.join("js-api")).unwrap_or(script);
        let name = name.display().to_string();
        let count = run_file(&harness, &test, script, &name, &expected);
        println!("{name}: {} of {}", count.passed, count.total);
        for surprise in &count.surprises {
            println!("  {surprise}");
        }
        all.passed += count.passed;
        all.total += count.total;
        all.surprises.extend(count.surprises);
    }
    println!("{} of {} subtests pass", all.passed, all.total);
    std::fs::remove_dir_all(&folder).map_err(|error| error.to_string())?;
    match all.surprises.len() {
        0 => Ok(()),
        count => Err(format!(
            "{count} are not as xtask/src/js_api/expectations.txt says"
        )),
    }
}

fn is_test(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.ends_with(".any.js") || name == "error-interfaces-no-symbol-tostringtag.js"
}

/// The reasons of expected failures, by file and subtest.
fn expectations() -> Result<BTreeMap<(&'static str, &'static str), &'static str>> {
    let lines = EXPECTATIONS.lines();
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let mut parts = line.splitn(3, " | ");
            match (parts.next(), parts.next(), parts.next()) {
                (Some(file), Some(name), Some(reason)) => Ok(((file, name), reason)),
                _ => Err(format!(
                    "expectations.txt: not `file | subtest | reason`: {line}"
                )),
            }
        })
        .collect()
}

fn run_file(
    harness: &Path,
    test: &Path,
    script: &Path,
    name: &str,
    expected: &BTreeMap<(&str, &str), &str>,
) -> Count {
    let mut count = Count::default();
    let lines = match output(harness, test, script) {
        Ok(lines) => lines,
        Err(message) => {
            count.surprises.push(message);
            return count;
        }
    };
    let mut seen = Vec::new();
    for line in &lines {
        if line[0] == "end" {
            continue;
        }
        let subtest = line[1].as_str().unwrap_or_default();
        let passed = line[0] == 0;
        let reason = expected.get(&(name, subtest));
        count.total += 1;
        count.passed += usize::from(passed);
        match (passed, reason) {
            (true, Some(_)) => count.surprises.push(format!("passes now: {subtest}")),
            (false, None) => count.surprises.push(format!(
                "FAIL {subtest}: {}",
                line[2].as_str().unwrap_or_default()
            )),
            _ => {}
        }
        seen.push(subtest);
    }
    let gone = expected
        .keys()
        .filter(|(file, subtest)| *file == name && !seen.contains(subtest));
    count
        .surprises
        .extend(gone.map(|(_, subtest)| format!("there is no subtest: {subtest}")));
    if lines.last().is_none_or(|line| line[0] != "end") {
        count.surprises.push("did not come to its end".into());
    }
    count
}

/// The lines of JSON that the harness prints for a file.
fn output(harness: &Path, test: &Path, script: &Path) -> Result<Vec<Value>> {
    let output = weft()?
        .arg("run")
        .arg(harness)
        .arg(test)
        .arg(script)
        .output()
        .map_err(|error| error.to_string())?;
    let lines = String::from_utf8_lossy(&output.stdout);
    let lines: Vec<Value> = lines
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    match output.status.success() {
        true => Ok(lines),
        false => Err(format!(
            "ended with {}: {}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
                .lines()
                .take(6)
                .collect::<Vec<_>>()
                .join(" | ")
        )),
    }
}
