//! The rules of the house, as a program: it runs as a test.
//!
//! What is checked is what people forget: which crate may depend on which, that each file says what it is,
//! that documents name only what exists.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::project::{Result, files, metadata, root, text};

/// Every crate of ours, with those of ours it may use. `xtask` and `weft-tests` may use all.
const ARROWS: &[(&str, &[&str])] = &[
    ("weft-module", &[]),
    ("weft-abi", &["weft-module"]),
    ("weft-optimizing", &["weft-module", "weft-abi"]),
    ("weft-runtime", &["weft-module", "weft-abi"]),
    (
        "weft",
        &["weft-module", "weft-abi", "weft-optimizing", "weft-runtime"],
    ),
    ("weft-wasi", &["weft"]),
    ("weft-js", &["weft", "weft-wasi"]),
    ("weft-wast", &["weft"]),
    ("weft-inspect", &["weft-module"]),
    (
        "weft-cli",
        &["weft", "weft-wasi", "weft-js", "weft-wast", "weft-inspect"],
    ),
];

/// Crates from outside that only some of ours may name.
const KEPT_APART: &[(&str, &[&str])] = &[
    (
        "wasmparser",
        &["weft-module", "weft-optimizing", "weft-inspect"],
    ),
    ("cranelift-", &["weft-optimizing"]),
    ("cap-", &["weft-wasi"]),
    ("clap", &["weft-cli"]),
    ("gimli", &["weft", "weft-inspect"]),
    ("rquickjs", &["weft-js"]),
];

const DOCUMENTS: &[&str] = &[
    "README.md",
    "ARCHITECTURE.md",
    "RATIONALE.md",
    "STYLE.md",
    "SECURITY.md",
    "CHANGELOG.md",
];

/// Checks everything and reports all that is wrong at once.
pub(crate) fn run() -> Result {
    let mut faults = Vec::new();
    arrows(&metadata(false)?, &mut faults);
    headers(&mut faults);
    documents(&mut faults);
    if let Err(fault) = crate::notices::check() {
        faults.push(fault);
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(faults.join("\n"))
    }
}

fn arrows(metadata: &Value, faults: &mut Vec<String>) {
    let allowed: BTreeMap<_, _> = ARROWS.iter().copied().collect();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let name = text(package, "name");
        let free = matches!(name, "xtask" | "weft-tests");
        if !free && !allowed.contains_key(name) {
            faults.push(format!("crate {name} has no arrows in xtask/src/tidy.rs"));
        }
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            if dependency["kind"] == "dev" || free {
                continue;
            }
            arrow(
                name,
                text(dependency, "name"),
                allowed.get(name).copied().unwrap_or(&[]),
                faults,
            );
        }
    }
}

fn arrow(from: &str, to: &str, allowed: &[&str], faults: &mut Vec<String>) {
    if to.starts_with("weft") && !allowed.contains(&to) {
        faults.push(format!(
            "{from} must not depend on {to}: see the arrows in ARCHITECTURE.md"
        ));
    }
    for (prefix, owners) in KEPT_APART {
        if to.starts_with(prefix) && !owners.contains(&from) {
            faults.push(format!(
                "{from} must not name {to}: only {} may",
                owners.join(" and ")
            ));
        }
    }
}

fn headers(faults: &mut Vec<String>) {
    for path in files(&root(), "rs") {
        let source = std::fs::read_to_string(&path).unwrap_or_default();
        let shown = path
            .strip_prefix(root())
            .unwrap_or(&path)
            .display()
            .to_string();
        if !source
            .trim_start_matches("#![no_main]")
            .trim_start()
            .starts_with("//!")
        {
            faults.push(format!(
                "{shown}: begins without a `//!` that says what it is"
            ));
        }
        if source.lines().any(|line| line.ends_with([' ', '\t'])) {
            faults.push(format!("{shown}: has white space at the end of a line"));
        }
    }
}

fn documents(faults: &mut Vec<String>) {
    for name in DOCUMENTS {
        match std::fs::read_to_string(root().join(name)) {
            Ok(document) => named_paths(name, &document, faults),
            Err(error) => faults.push(format!("{name}: {error}")),
        }
    }
}

/// A word in back quotes that looks like a path of ours must be one.
fn named_paths(document: &str, content: &str, faults: &mut Vec<String>) {
    for word in content.split('`').skip(1).step_by(2) {
        let ours = [
            "crates/",
            "tests/",
            "xtask/",
            "bench/",
            "fuzz/",
            "examples/",
            "docs/",
            ".ci/",
        ];
        let is_path = ours.iter().any(|start| word.starts_with(start))
            && !word.contains([' ', '*', '{', '<']);
        if is_path && !exists(word) {
            faults.push(format!("{document}: names {word}, which does not exist"));
        }
    }
}

fn exists(path: &str) -> bool {
    root().join(Path::new(path.trim_end_matches('/'))).exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_house_is_tidy() {
        if let Err(faults) = run() {
            panic!("\n{faults}\n");
        }
    }

    #[test]
    fn a_forbidden_arrow_is_found() {
        let mut faults = Vec::new();
        arrow("weft-abi", "weft-runtime", &["weft-module"], &mut faults);
        arrow("weft-runtime", "cranelift-codegen", &[], &mut faults);
        arrow("weft-abi", "weft-module", &["weft-module"], &mut faults);
        assert_eq!(faults.len(), 2);
    }

    #[test]
    fn a_path_that_is_gone_is_found() {
        let mut faults = Vec::new();
        named_paths(
            "X.md",
            "see `crates/nowhere/lib.rs` and `crates/module`",
            &mut faults,
        );
        assert_eq!(
            faults,
            ["X.md: names crates/nowhere/lib.rs, which does not exist"]
        );
    }
}
