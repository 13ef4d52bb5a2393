//! Modules: both formats, in pieces, and what they say of themselves.

use weft::{CompileError, CompileErrorKind, Config, Engine, Instance, Module, Store};

fn kind(error: &weft::Error) -> CompileErrorKind {
    error
        .downcast_ref::<CompileError>()
        .unwrap_or_else(|| panic!("{error:?}"))
        .kind()
}

#[test]
fn bytes_that_are_no_module_are_told_apart() {
    let engine = Engine::default();
    let malformed = Module::new(&engine, b"\0asm\x01\0\0\0\x01").unwrap_err();
    assert_eq!(kind(&malformed), CompileErrorKind::Malformed);
    let invalid = Module::new(&engine, "(module (func (result i32)))").unwrap_err();
    assert_eq!(kind(&invalid), CompileErrorKind::Invalid);
    assert!(
        Module::new(&engine, "(module")
            .unwrap_err()
            .to_string()
            .contains("expected")
    );
    assert_eq!(
        kind(&Module::new(&engine, b"").unwrap_err()),
        CompileErrorKind::Malformed
    );
    let binary = wat::parse_str("(module)").unwrap();
    Module::validate(&engine, &binary).unwrap();
    assert!(Module::validate(&engine, &binary[..7]).is_err());
}

#[test]
fn features_are_switched_by_name() {
    let text = "(module (func (param i64 i64 i64 i64) (result i64 i64)
        local.get 0 local.get 1 local.get 2 local.get 3 i64.add128))";
    let off = Module::new(&Engine::default(), text).unwrap_err();
    assert!(off.to_string().contains("wide-arithmetic"), "{off}");
    let mut config = Config::new();
    config.wasm_feature("wide-arithmetic", true).unwrap();
    Module::new(&Engine::new(&config).unwrap(), text).unwrap();
    assert!(
        config
            .wasm_feature("no-such", true)
            .unwrap_err()
            .to_string()
            .contains("simd")
    );
}

#[test]
fn pieces_give_the_same_module() {
    let engine = Engine::default();
    let binary =
        wat::parse_str(r#"(module $name (func (export "f") (result i32) i32.const 3))"#).unwrap();
    let mut builder = Module::streaming(&engine);
    for byte in &binary {
        builder.push(std::slice::from_ref(byte)).unwrap();
    }
    let module = builder.finish().unwrap();
    assert_eq!((module.name(), module.wasm()), (Some("name"), &*binary));
    let mut truncated = Module::streaming(&engine);
    truncated.push(&binary[..binary.len() - 1]).unwrap();
    assert_eq!(
        kind(&truncated.finish().unwrap_err()),
        CompileErrorKind::Malformed
    );
}

#[test]
fn imports_exports_and_custom_sections_are_shown() {
    let engine = Engine::default();
    let module = Module::new(
        &engine,
        r#"(module
        (@custom "x" "one") (@custom "x" "two")
        (import "a" "t" (table 1 2 externref))
        (import "a" "g" (global (mut i64)))
        (func (export "f") (param f32) (result v128 funcref) unreachable))"#,
    )
    .unwrap();
    let imports: Vec<_> = module
        .imports()
        .map(|import| format!("{} {} {}", import.module(), import.name(), import.ty()))
        .collect();
    assert_eq!(
        imports,
        [
            "a t (table 1 2 (ref null extern))",
            "a g (global (mut i64))"
        ]
    );
    let export = module.exports().next().unwrap();
    assert_eq!(
        export.ty().to_string(),
        "(func (param f32) (result v128 (ref null func)))"
    );
    assert!(module.get_export("g").is_none());
    let sections: Vec<_> = module.custom_sections("x").collect();
    assert_eq!(sections, [b"one", b"two"]);
}

#[test]
fn deterministic_engines_give_canonical_nans() {
    let engine = Engine::new(Config::new().deterministic(true)).unwrap();
    let mut store = weft::Store::new(&engine, ());
    let module = Module::new(
        &engine,
        r#"(module (func (export "f") (param f32 f32) (result i32)
        (i32.reinterpret_f32 (f32.add (local.get 0) (local.get 1)))))"#,
    )
    .unwrap();
    let instance = weft::Instance::new(&mut store, &module, &[]).unwrap();
    let f = instance
        .get_typed_func::<(f32, f32), u32>(&mut store, "f")
        .unwrap();
    let odd = f32::from_bits(0xffc1_2345);
    assert_eq!(f.call(&mut store, (odd, 1.0)).unwrap(), 0x7fc0_0000);
}

/// Other threads compile what a called function might call and what stands in tables, and nothing else.
#[test]
fn callees_are_compiled_ahead() {
    if std::thread::available_parallelism().is_ok_and(|count| count.get() == 1) {
        return;
    }
    let engine = Engine::default();
    // For a module with less code no other thread is woken.
    let code = "(drop (i64.const 0))".repeat(100);
    let text = format!(
        r#"(module
            (table 1 funcref) (elem (i32.const 0) $in_table)
            (func (export "run") (param i32) (if (local.get 0) (then (call $callee))))
            (func $callee (call $its_callee))
            (func $its_callee)
            (func $in_table)
            (func (export "apart") {code}))"#,
    );
    let module = Module::new(&engine, text).unwrap();
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[]).unwrap();
    let run = instance
        .get_typed_func::<i32, ()>(&mut store, "run")
        .unwrap();
    assert_eq!(module.compiled_count(), 0);
    run.call(&mut store, 0).unwrap();
    let start = std::time::Instant::now();
    while module.compiled_count() < 4 && start.elapsed().as_secs() < 60 {
        std::thread::yield_now();
    }
    std::thread::sleep(std::time::Duration::from_millis(20));
    assert_eq!(module.compiled_count(), 4);
}

#[test]
fn native_code_leads_back_to_the_module() {
    let engine = Engine::default();
    let text = "(module (import \"m\" \"f\" (func)) (func $g (call 0)) (func (call $g)))";
    let module = Module::new(&engine, text).unwrap();
    let code = module.native_code(2).unwrap();
    assert!(!code.bytes().is_empty());
    assert!(
        code.positions()
            .all(|(_, place)| (place as usize) < module.wasm().len())
    );
    let calls: Vec<_> = code.calls().map(|(_, function)| function).collect();
    assert_eq!(calls, [1]);
    assert_eq!(module.compiled_count(), 1);
    for none in [0, 3, u32::MAX] {
        assert!(module.native_code(none).is_err(), "{none}");
    }
}
