//! Small modules with the marks of toolchains are told apart. `cargo xtask doctor-check` does the same with published ones.

use weft_inspect::doctor::{Diagnosis, Kind, Provider};
use weft_inspect::text::parse;

fn diagnosis(text: &str) -> Diagnosis {
    Diagnosis::new(&parse(text.as_bytes(), None, None).unwrap())
}

#[track_caller]
fn check(kind: Kind, text: &str) {
    let found = diagnosis(text);
    assert_eq!(found.kind, Some(kind), "{text}");
    assert!(!found.because.is_empty());
}

#[test]
fn kinds_are_told_by_their_marks() {
    use Kind::*;
    for (kind, text) in [
        (Component, "(component)"),
        (Bare, "(module)"),
        (Bare, "(module (import \"env\" \"abort\" (func)))"),
        (WasiCommand, "(module (func (export \"_start\")))"),
        (WasiReactor, "(module (func (export \"_initialize\")))"),
        (WasiReactor, "(module (import \"wasi_snapshot_preview1\" \"fd_write\" (func)))"),
        (CoreOfComponent, "(module (import \"wasi:cli/stdout@0.2.0\" \"get-stdout\" (func (result i32))))"),
        (CoreOfComponent, "(module (func (export \"cabi_realloc\")))"),
        (CoreOfComponent, "(module (@custom \"component-type:x\" \"\"))"),
        (WasmBindgen, "(module (import \"wbg\" \"__wbg_log_12\" (func)))"),
        (WasmBindgen, "(module (func (export \"__wbindgen_malloc\")))"),
        (WasmBindgen, "(module (@producers (processed-by \"wasm-bindgen\" \"0.2.100\")))"),
        (BeforeWasmBindgen, "(module (@custom \"__wasm_bindgen_unstable\" \"x\") (import \"__wbindgen_placeholder__\" \"__wbindgen_throw\" (func)))"),
        (Emscripten, "(module (import \"env\" \"emscripten_resize_heap\" (func)))"),
        (Emscripten, "(module (import \"a\" \"a\" (func)) (import \"a\" \"memory\" (memory 1)) (func (export \"b\")))"),
        (Bare, "(module (import \"a\" \"a\" (func)) (func (export \"compute\")))"),
        (SideModule, "(module (@dylink.0 (mem-info (memory 0 0))) (import \"env\" \"__memory_base\" (global i32)))"),
        (Emscripten, "(module (@dylink.0 (mem-info (memory 0 0))) (import \"env\" \"__memory_base\" (global i32))
            (import \"env\" \"_abort_js\" (func)) (func (export \"malloc\")))"),
        (Object, "(module (@custom \"linking\" \"\\02\"))"),
        (Go, "(module (import \"gojs\" \"runtime.wasmExit\" (func (param i32))))"),
        (DotNet, "(module (import \"env\" \"mono_wasm_bind_js_import\" (func)))"),
        (DotNet, "(module (global (export \"webcilVersion\") i32 (i32.const 0)))"),
        (Dart, "(module (import \"dart2wasm\" \"_12\" (func)))"),
        (NodeApi, "(module (import \"env\" \"napi_create_function\" (func)))"),
        (AssemblyScript, "(module (import \"env\" \"abort\" (func (param i32 i32 i32 i32))))"),
        (AssemblyScript, "(module (func (export \"__new\")) (func (export \"__pin\")))"),
    ] {
        check(kind, text);
    }
    assert_eq!(Diagnosis::new(b"no module").kind, None);
}

#[test]
fn each_import_has_its_provider() {
    let found = diagnosis(
        "(module (import \"wasi_snapshot_preview1\" \"fd_write\" (func)) (import \"env\" \"memory\" (memory 1 1 shared))
            (import \"wasi\" \"thread-spawn\" (func)) (import \"env\" \"own\" (func))
            (import \"wasi_snapshot_preview1\" \"fd_wrote\" (func)) (func (export \"_start\")))",
    );
    let needs: Vec<_> = found
        .needs
        .iter()
        .map(|need| {
            (
                &*need.module,
                need.provider,
                need.names.len(),
                need.unknown.len(),
            )
        })
        .collect();
    assert_eq!(
        needs,
        [
            ("wasi_snapshot_preview1", Provider::Wasi, 2, 1),
            ("env", Provider::WasiThreads, 1, 0),
            ("wasi", Provider::WasiThreads, 1, 0),
            ("env", Provider::Embedder, 1, 0),
        ]
    );
    assert!(found.has_shared_memory);
    // Emscripten's JavaScript brings a WASI of its own.
    let found = diagnosis(
        "(module (import \"wasi_snapshot_preview1\" \"fd_write\" (func)) (import \"env\" \"invoke_ii\" (func)))",
    );
    assert!(
        found
            .needs
            .iter()
            .all(|need| need.provider == Provider::Glue)
    );
}

#[test]
fn a_component_needs_interfaces() {
    let found = diagnosis(
        "(component (import \"wasi:cli/stdout@0.2.0\" (instance)) (import \"wasi:io/streams@0.2.0\" (instance))
            (import \"wasi:cli/environment@0.2.0\" (instance)) (import \"log\" (func)))",
    );
    let needs: Vec<_> = found
        .needs
        .iter()
        .map(|need| (&*need.module, need.names.join(" "), need.provider))
        .collect();
    let host = Provider::ComponentHost;
    assert_eq!(
        needs,
        [
            (
                "wasi:cli",
                "stdout@0.2.0 environment@0.2.0".to_string(),
                host
            ),
            ("wasi:io", "streams@0.2.0".to_string(), host),
            ("log", "log".to_string(), host),
        ]
    );
}
