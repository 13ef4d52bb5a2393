//! Which features a module uses, and which engines have them.
//!
//! A module uses a feature if it is not valid without it. What engines have is what [`SOURCE`] said on its day: the table
//! that the WebAssembly project keeps with the engines' authors.

use serde::Serialize;
use wasmparser::Operator;
use weft_module::Features;

use crate::functions::operators;
use crate::{Functions, Sections};

/// Where the table is from.
pub const SOURCE: &str = "webassembly.org/features, as of 2026-08-21";

/// The engines in the table, in order.
pub const ENGINES: [&str; 9] = [
    "Chrome", "Firefox", "Safari", "Node.js", "Deno", "Wasmtime", "Wasmer", "wazero", "WasmEdge",
];

/// For each feature: since which version an engine has it, `yes` from the start, `flag` if it has to be switched on, `no`.
#[rustfmt::skip]
const TABLE: [(&str, [&str; ENGINES.len()]); 19] = [
    ("mutable-global", ["74", "61", "13.1", "12.0", "0.1", "yes", "0.7", "yes", "0.2.0"]),
    ("saturating-float-to-int", ["75", "64", "15", "12.5", "0.4", "yes", "yes", "yes", "0.6.2"]),
    ("sign-extension", ["74", "62", "14.1", "12.0", "0.1", "yes", "yes", "yes", "0.6.2"]),
    ("reference-types", ["96", "79", "15", "17.2", "1.16", "0.20", "2.0", "yes", "0.7.1"]),
    ("multi-value", ["85", "78", "13.1", "15.0", "1.3.2", "0.17", "1.0", "yes", "0.6.2"]),
    ("bulk-memory", ["75", "79", "15", "12.5", "0.4", "0.20", "1.0", "yes", "0.7.1"]),
    ("simd", ["91", "89", "16.4", "16.4", "1.9", "0.33", "2.0", "yes", "0.7.2"]),
    ("relaxed-simd", ["114", "145", "flag", "21.0", "1.33", "15", "7.1", "no", "0.14.1"]),
    ("threads", ["74", "79", "14.1", "16.4", "1.9", "15", "4.0", "flag", "0.10.1"]),
    ("tail-call", ["112", "121", "18.2", "20.0", "1.32", "22", "7.1", "flag", "0.10.0"]),
    ("multi-memory", ["120", "125", "no", "22.0", "1.38", "15", "no", "no", "0.9.1"]),
    ("memory64", ["133", "134", "no", "24.0", "2.2", "30", "no", "no", "no"]),
    ("extended-const", ["114", "112", "17.4", "21.0", "1.33", "25", "7.1", "flag", "0.10.0"]),
    ("function-references", ["119", "120", "18", "22.0", "1.38", "47", "no", "flag", "0.14.0"]),
    ("gc", ["119", "120", "18.2", "22.0", "1.38", "47", "no", "no", "0.14.0"]),
    ("exceptions", ["137", "131", "18.4", "24.15", "2.3.2", "47", "6.0", "flag", "0.14.0"]),
    ("legacy-exceptions", ["95", "100", "15.2", "17.0", "1.16", "no", "no", "no", "no"]),
    ("custom-page-sizes", ["no", "no", "no", "no", "no", "flag", "no", "no", "no"]),
    ("wide-arithmetic", ["flag", "flag", "flag", "flag", "flag", "flag", "7.1", "no", "no"]),
];

/// A feature that a module uses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Used {
    /// Its name, as `weft run -W` has it.
    pub feature: &'static str,
    /// For each of [`ENGINES`]: since which version it has it, `yes`, `flag` or `no`.
    pub engines: [&'static str; ENGINES.len()],
}

/// The features that the valid module `wasm` is not valid without.
pub(super) fn used(wasm: &[u8]) -> Vec<Used> {
    let needs = |feature: &str| {
        let mut others = Features::all();
        let known = others.set(feature, false).is_ok();
        known && weft_module::validate(wasm, &others).is_err()
    };
    let mut used: Vec<_> = TABLE
        .into_iter()
        .filter(|(feature, _)| needs(feature))
        .collect();
    // The older exceptions have their tags from the newer ones; that alone is no use of those.
    if used
        .iter()
        .any(|(feature, _)| *feature == "legacy-exceptions")
        && !has_try_table(wasm)
    {
        used.retain(|(feature, _)| *feature != "exceptions");
    }
    let used = used.into_iter();
    used.map(|(feature, engines)| Used { feature, engines })
        .collect()
}

fn has_try_table(wasm: &[u8]) -> bool {
    let functions = Functions::read(wasm, &Sections::read(wasm));
    let mut operators = functions
        .defined
        .iter()
        .flat_map(|function| operators(wasm, function));
    operators.any(|operator| matches!(operator, Operator::TryTable { .. } | Operator::ThrowRef))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::parse;

    #[test]
    fn every_feature_has_a_row() {
        let mut rows = TABLE.map(|(feature, _)| feature);
        let mut names = Features::NAMES.to_vec();
        rows.sort_unstable();
        names.sort_unstable();
        assert_eq!(rows.as_slice(), names);
    }

    #[test]
    fn a_module_uses_what_it_is_not_valid_without() {
        for (text, features) in [
            (
                "(module (func (export \"f\") (result i32) i32.const 1))",
                "",
            ),
            ("(module (memory 1 2 shared))", "threads"),
            (
                "(module (func (drop (i32.extend8_s (i32.const 1)))))",
                "sign-extension",
            ),
            ("(module (func (drop (i8x16.splat (i32.const 1)))))", "simd"),
            (
                "(module (memory i64 1) (memory 1))",
                "multi-memory memory64",
            ),
            ("(module (tag) (func (throw 0)))", "exceptions"),
            ("(module (func try catch_all end))", "legacy-exceptions"),
            ("(module (func $f (return_call $f)))", "tail-call"),
            ("(module (type (struct)))", "gc"),
        ] {
            let wasm = parse(text.as_bytes(), None, None).unwrap();
            let found: Vec<&str> = used(&wasm).iter().map(|used| used.feature).collect();
            assert_eq!(found.join(" "), features, "{text}");
        }
    }
}
