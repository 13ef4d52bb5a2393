//! What the engine does not do yet, with the reason. Nothing else may fail.

/// Proposals that are not part of what Weft implements.
pub(crate) const NOT_SUPPORTED: &[&str] = &[
    // Phase 3 and built on GC objects.
    "custom-descriptors",
];

const SUPERSEDED: &str = "a later version of the specification says otherwise";

/// Scripts that fail for now.
const FAILING: &[(&str, &str)] = &[];

/// Why the script `name` must fail for now, if it must.
pub(crate) fn reason_to_fail(name: &str) -> Option<&'static str> {
    let entry = FAILING.iter().find(|(listed, _)| *listed == name);
    entry.map(|(_, reason)| *reason)
}

/// Single directives that fail, by line, in scripts that otherwise pass.
const FAILING_LINES: &[(&str, &[usize], &str)] = &[
    // A `br_table` in unreachable code may mix label types since the proposal was merged; version
    // 2.0 dropped the assertion.
    ("reference-types/unreached-invalid.wast", &[539], SUPERSEDED),
    // Segments that do not fit trap since version 2.0, and those before them stay written.
    (
        "mutable-global/linking.wast",
        &[206, 227, 236, 238, 248, 298, 334, 342, 344, 354],
        SUPERSEDED,
    ),
];

/// The lines of directives in the script `name` that fail though the script passes otherwise.
pub(crate) fn failing_lines(name: &str) -> &'static [usize] {
    let entry = FAILING_LINES.iter().find(|(listed, ..)| *listed == name);
    entry.map_or(&[], |(_, lines, _)| lines)
}

/// Proposals whose absence the scripts of a collection assert, because they are older.
pub(crate) fn later_proposals(collection: &str) -> &'static [&'static str] {
    match collection {
        "wasm-v1" | "wasm-v2" | "function-references" | "multi-value" | "reference-types" => {
            &["multi-memory", "memory64"]
        }
        "memory64" => &["multi-memory"],
        "threads" => &[
            "reference-types",
            "function-references",
            "gc",
            "exceptions",
            "multi-memory",
            "memory64",
        ],
        _ => &[],
    }
}
