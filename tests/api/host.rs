//! Host functions: closures of every shape, their errors and panics, and what they know of their caller.

use weft::{
    Caller, Engine, Error, Extern, ExternRef, Func, FuncType, Linker, Module, Rooted, Store, Trap,
    Val, ValType,
};

#[derive(Debug, PartialEq)]
struct Exit(i32);

impl std::fmt::Display for Exit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "exit with {}", self.0)
    }
}

impl std::error::Error for Exit {}

fn run<T>(linker: &Linker<T>, store: &mut Store<T>, text: &str) -> weft::Result<i32> {
    let module = Module::new(linker.engine(), text)?;
    let instance = linker.instantiate(&mut *store, &module)?;
    instance
        .get_typed_func::<(), i32>(&mut *store, "run")?
        .call(&mut *store, ())
}

#[test]
fn closures_of_any_shape_are_called() {
    let engine = Engine::default();
    let mut linker: Linker<i32> = Linker::new(&engine);
    linker.func_wrap("h", "none", || {}).unwrap();
    linker
        .func_wrap("h", "five", |a: i32, b: i64, c: u32, d: u64, e: i32| {
            a as i64 + b + i64::from(c) + d as i64 + i64::from(e)
        })
        .unwrap();
    linker
        .func_wrap(
            "h",
            "six",
            |a: i32, b: i32, c: i32, d: i32, e: i32, f: i32| {
                a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f
            },
        )
        .unwrap();
    linker
        .func_wrap(
            "h",
            "mixed",
            |mut caller: Caller<'_, i32>, a: f32, b: i32, c: f64| {
                *caller.data_mut() += b;
                f64::from(a) + c
            },
        )
        .unwrap();
    linker
        .func_wrap("h", "pair", |a: i32| (a + 1, i64::from(a) * 2))
        .unwrap();
    let mut store = Store::new(&engine, 0);
    let result = run(
        &linker,
        &mut store,
        r#"(module
        (import "h" "none" (func $none))
        (import "h" "five" (func $five (param i32 i64 i32 i64 i32) (result i64)))
        (import "h" "six" (func $six (param i32 i32 i32 i32 i32 i32) (result i32)))
        (import "h" "mixed" (func $mixed (param f32 i32 f64) (result f64)))
        (import "h" "pair" (func $pair (param i32) (result i32 i64)))
        (func (export "run") (result i32)
            (local $sum i64)
            (call $none)
            (local.set $sum (call $five (i32.const 1) (i64.const 2) (i32.const 3) (i64.const 4) (i32.const 5)))
            (local.set $sum (i64.add (local.get $sum) (i64.extend_i32_s
                (call $six (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1)))))
            (local.set $sum (i64.add (local.get $sum) (i64.trunc_f64_s
                (call $mixed (f32.const 0.5) (i32.const 9) (f64.const 1.5)))))
            (call $pair (i32.const 100))
            (local.set $sum (i64.add (local.get $sum)))
            (i64.add (i64.extend_i32_s) (local.get $sum))
            i32.wrap_i64))"#,
    );
    // 15 + 21 + 2 + 200 + 101
    assert_eq!(result.unwrap(), 339);
    assert_eq!(*store.data(), 9);
}

#[test]
fn errors_travel_through_wasm_untouched() {
    let engine = Engine::default();
    let mut linker: Linker<()> = Linker::new(&engine);
    linker
        .func_wrap("h", "exit", |code: i32| -> Result<(), Exit> {
            Err(Exit(code))
        })
        .unwrap();
    let mut store = Store::new(&engine, ());
    let error = run(
        &linker,
        &mut store,
        r#"(module
        (import "h" "exit" (func $exit (param i32)))
        (func $inner (call $exit (i32.const 7)))
        (func (export "run") (result i32) (call $inner) (i32.const 0)))"#,
    )
    .unwrap_err();
    assert_eq!(error.downcast_ref::<Exit>(), Some(&Exit(7)));
    assert_eq!(
        error
            .downcast_ref::<weft::WasmBacktrace>()
            .unwrap()
            .frames()
            .len(),
        2
    );
    assert!(
        error
            .to_string()
            .starts_with("exit with 7\nwasm backtrace:"),
        "{error}"
    );
}

#[test]
fn a_host_function_can_trap() {
    let engine = Engine::default();
    let mut linker: Linker<()> = Linker::new(&engine);
    linker
        .func_wrap("h", "f", || -> weft::Result<i32> {
            Err(Trap::IntegerOverflow.into())
        })
        .unwrap();
    let mut store = Store::new(&engine, ());
    let error = run(
        &linker,
        &mut store,
        r#"(module (import "h" "f" (func $f (result i32)))
        (func (export "run") (result i32) (call $f)))"#,
    )
    .unwrap_err();
    assert_eq!(error.downcast_ref::<Trap>(), Some(&Trap::IntegerOverflow));
}

#[test]
fn panics_go_through_wasm_and_the_store_lives_on() {
    let engine = Engine::default();
    let mut linker: Linker<bool> = Linker::new(&engine);
    linker
        .func_wrap("h", "f", |caller: Caller<'_, bool>, n: i32| -> i32 {
            assert!(!*caller.data(), "told to");
            n
        })
        .unwrap();
    let module = Module::new(
        &engine,
        r#"(module (import "h" "f" (func $f (param i32) (result i32)))
        (func (export "run") (result i32) (call $f (i32.const 3))))"#,
    )
    .unwrap();
    let mut store = Store::new(&engine, true);
    let instance = linker.instantiate(&mut store, &module).unwrap();
    let f = instance
        .get_typed_func::<(), i32>(&mut store, "run")
        .unwrap();
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| f.call(&mut store, ())));
    let payload = panic.unwrap_err();
    assert_eq!(payload.downcast_ref::<&str>(), Some(&"told to"));
    *store.data_mut() = false;
    assert_eq!(f.call(&mut store, ()).unwrap(), 3);
}

#[test]
fn functions_of_types_known_at_run_time() {
    let engine = Engine::default();
    let mut linker: Linker<()> = Linker::new(&engine);
    let ty = FuncType::new(
        &engine,
        [ValType::I32, ValType::F64],
        [ValType::F64, ValType::EXTERNREF],
    );
    linker
        .func_new("h", "f", ty, |mut caller, params, results| {
            let sum = f64::from(params[0].unwrap_i32()) + params[1].unwrap_f64();
            results[0] = sum.into();
            results[1] = ExternRef::new(&mut caller, "text")?.into();
            Ok(())
        })
        .unwrap();
    let module = Module::new(
        &engine,
        r#"(module
        (import "h" "f" (func $f (param i32 f64) (result f64 externref)))
        (export "f" (func $f)))"#,
    )
    .unwrap();
    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &module).unwrap();
    let f = instance
        .get_typed_func::<(i32, f64), (f64, Option<Rooted<ExternRef>>)>(&mut store, "f")
        .unwrap();
    let (sum, reference) = f.call(&mut store, (2, 0.5)).unwrap();
    assert_eq!(sum, 2.5);
    let value = reference.unwrap().data(&store).unwrap().unwrap();
    assert_eq!(value.downcast_ref::<&str>(), Some(&"text"));
}

#[test]
fn results_of_the_wrong_type_are_an_error() {
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let ty = FuncType::new(&engine, [], [ValType::I32]);
    let f = Func::new(&mut store, ty, |_, _, results| {
        results[0] = Val::I64(1);
        Ok(())
    });
    let error: Error = f.call(&mut store, &[], &mut [Val::I32(0)]).unwrap_err();
    assert!(
        format!("{error:#}").contains("result is of the wrong type"),
        "{error:#}"
    );
}

#[test]
fn a_caller_knows_its_instance() {
    let engine = Engine::default();
    let mut linker: Linker<()> = Linker::new(&engine);
    linker
        .func_wrap("h", "first", |mut caller: Caller<'_, ()>| {
            let memory = caller.get_export("memory").and_then(Extern::into_memory);
            memory.map_or(-1, |memory| i32::from(memory.data(&caller)[0]))
        })
        .unwrap();
    let mut store = Store::new(&engine, ());
    for (contents, expected) in [("\\2a", 42), ("\\07", 7)] {
        let text = format!(
            r#"(module (import "h" "first" (func $first (result i32)))
            (table funcref (elem $first)) (memory (export "memory") (data "{contents}"))
            (func (export "run") (result i32) (return_call_indirect (result i32) (i32.const 0))))"#
        );
        assert_eq!(run(&linker, &mut store, &text).unwrap(), expected);
    }
    let without =
        r#"(module (import "h" "first" (func $first (result i32))) (export "run" (func $first)))"#;
    assert_eq!(run(&linker, &mut store, without).unwrap(), -1);
}
