//! How wasm ends other than by returning: traps, exhausted stacks, timeouts, errors and panics of the
//! host; on one thread and on many.

mod interrupts;
mod threads;

use weft::{
    AsContextMut, Caller, Engine, Extern, Func, Instance, Module, Result, Store, Trap, TypedFunc,
    WasmBacktrace,
};

/// A store with an instance of `wat`, whose imports are `imports`.
fn instantiate(store: &mut Store<()>, wat: &str, imports: &[Extern]) -> Instance {
    let module = Module::new(store.engine(), wat).expect("a valid module");
    Instance::new(store, &module, imports).expect("imports that match")
}

fn function(store: &mut Store<()>, instance: Instance, name: &str) -> TypedFunc<i32, i32> {
    instance
        .get_typed_func(store, name)
        .expect("an export of this type")
}

/// The trap that a call ended with.
fn trap<R: std::fmt::Debug>(result: Result<R>) -> Trap {
    let error = result.expect_err("a trap");
    *error
        .downcast_ref::<Trap>()
        .unwrap_or_else(|| panic!("not a trap: {error:?}"))
}

/// Indices of the functions in the backtrace of an error.
fn frames<R: std::fmt::Debug>(result: Result<R>) -> Vec<u32> {
    let error = result.expect_err("a trap");
    let trace = error.downcast_ref::<WasmBacktrace>().expect("a backtrace");
    trace
        .frames()
        .iter()
        .map(|frame| frame.func_index())
        .collect()
}

const TRAPS: &str = r#"(module
    (memory 1 2)
    (table 3 funcref)
    (elem (i32.const 0) $identity $void)
    (type $type (func (param i32) (result i32)))
    (func $identity (export "identity") (param i32) (result i32) local.get 0)
    (func $void)
    (func (export "unreachable") (param i32) (result i32) unreachable)
    (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
    (func (export "divide") (param i32) (result i32) (i32.div_s (i32.const 1) (local.get 0)))
    (func (export "overflow") (param i32) (result i32) (i32.div_s (i32.const 0x80000000) (local.get 0)))
    (func (export "truncate") (param i32) (result i32) (i32.trunc_f32_s (f32.const nan)))
    (func (export "indirect") (param i32) (result i32)
        (call_indirect (type $type) (i32.const 5) (local.get 0)))
    (func (export "fill") (param i32) (result i32)
        (memory.fill (local.get 0) (i32.const 0) (i32.const 10)) (i32.const 1)))"#;

#[test]
fn every_trap_is_told_apart_and_leaves_a_usable_store() {
    let mut store = Store::new(&Engine::default(), ());
    let instance = instantiate(&mut store, TRAPS, &[]);
    let identity = function(&mut store, instance, "identity");
    let cases = [
        ("unreachable", 0, Trap::Unreachable),
        ("load", 65533, Trap::MemoryOutOfBounds),
        ("load", -1, Trap::MemoryOutOfBounds),
        ("divide", 0, Trap::IntegerDivideByZero),
        ("overflow", -1, Trap::IntegerOverflow),
        ("truncate", 0, Trap::InvalidConversionToInteger),
        ("indirect", 1, Trap::IndirectCallTypeMismatch),
        ("indirect", 2, Trap::UninitializedElement),
        ("indirect", 3, Trap::UndefinedElement),
        ("fill", 65530, Trap::MemoryOutOfBounds),
    ];
    for (name, argument, expected) in cases {
        let called = function(&mut store, instance, name);
        for _ in 0..3 {
            assert_eq!(trap(called.call(&mut store, argument)), expected, "{name}");
            assert_eq!(identity.call(&mut store, 7).unwrap(), 7);
        }
    }
    for (name, argument, expected) in [
        ("load", 65532, 0),
        ("indirect", 0, 5),
        ("overflow", 1, i32::MIN),
    ] {
        let called = function(&mut store, instance, name);
        assert_eq!(
            called.call(&mut store, argument).unwrap(),
            expected,
            "{name}"
        );
    }
}

const RECURSION: &str = r#"(module
    (import "host" "again" (func $again (param i32) (result i32)))
    (func $deep (export "deep") (param i32) (result i32)
        (i32.add (i32.const 1) (call $deep (local.get 0))))
    (func (export "through") (param i32) (result i32)
        (i32.add (i32.const 1) (call $again (local.get 0))))
    ;; A frame far larger than a page: locals that live over a call.
    (func $wide (export "wide") (param i32) (result i32) (local v128 v128 v128 v128)
        (local.set 1 (i32x4.splat (local.get 0)))
        (local.set 2 (i32x4.add (local.get 1) (local.get 1)))
        (local.set 3 (i32x4.mul (local.get 2) (local.get 1)))
        (drop (call $wide (i32x4.extract_lane 0 (local.get 3))))
        (i32x4.extract_lane 1 (i32x4.add (local.get 1) (i32x4.add (local.get 2) (local.get 3)))))
    (func (export "late") (param i32) (result i32) (local.get 0)))"#;

/// A host function that calls export `name` of its caller.
fn again(store: &mut Store<()>, name: &'static str) -> Func {
    Func::wrap(
        store,
        move |mut caller: Caller<'_, ()>, argument: i32| -> Result<i32> {
            let export = caller.get_export(name).and_then(Extern::into_func);
            let export = export.expect("an exported function");
            export
                .typed::<i32, i32>(caller.as_context_mut())?
                .call(caller.as_context_mut(), argument)
        },
    )
}

#[test]
fn endless_recursion_exhausts_the_stack_whatever_it_goes_through() {
    let mut store = Store::new(&Engine::default(), ());
    let again = again(&mut store, "through");
    let instance = instantiate(&mut store, RECURSION, &[again.into()]);
    for name in ["deep", "wide", "through", "deep", "through"] {
        let called = function(&mut store, instance, name);
        assert_eq!(
            trap(called.call(&mut store, 0)),
            Trap::StackExhausted,
            "{name}"
        );
    }
    let late = function(&mut store, instance, "late");
    assert_eq!(late.call(&mut store, 3).unwrap(), 3);
}

#[test]
fn a_function_can_be_compiled_at_the_bottom_of_a_deep_recursion() {
    // The stack of a test's thread is small: what is left of it would not do for a compiler.
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let bottom = Func::wrap(
        &mut store,
        |mut caller: Caller<'_, ()>, left: i32| -> Result<i32> {
            let name = if left == 0 { "late" } else { "through" };
            let export = caller.get_export(name).and_then(Extern::into_func);
            let export = export.expect("an exported function");
            export
                .typed::<i32, i32>(caller.as_context_mut())?
                .call(caller.as_context_mut(), (left - 1).max(0))
        },
    );
    let instance = instantiate(&mut store, RECURSION, &[bottom.into()]);
    let through = function(&mut store, instance, "through");
    assert_eq!(through.call(&mut store, 500).unwrap(), 501);
}

#[test]
fn a_trap_inside_another_stores_call_ends_that_call_alone() {
    let engine = Engine::default();
    let mut outer = Store::new(&engine, ());
    let host = Func::wrap(&mut outer, |argument: i32| -> i32 {
        let mut inner = Store::new(&Engine::default(), ());
        let instance = instantiate(&mut inner, TRAPS, &[]);
        let load = function(&mut inner, instance, "load");
        match load.call(&mut inner, argument) {
            Ok(_) => 0,
            Err(_) => 1,
        }
    });
    let wat = r#"(module
        (import "host" "try" (func $try (param i32) (result i32)))
        (memory 1)
        (func (export "run") (param i32) (result i32)
            (i32.load (i32.mul (call $try (local.get 0)) (i32.const 0x10000)))))"#;
    let instance = instantiate(&mut outer, wat, &[host.into()]);
    let run = function(&mut outer, instance, "run");
    for _ in 0..3 {
        assert_eq!(run.call(&mut outer, 0).unwrap(), 0);
        let result = run.call(&mut outer, -1);
        assert_eq!(
            frames(result),
            [1],
            "the outer store's own trap, after the inner one's"
        );
    }
}

#[test]
fn an_error_of_the_host_comes_out_as_it_went_in() {
    #[derive(Debug)]
    struct Refused(i32);
    impl std::fmt::Display for Refused {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(f, "refused {}", self.0)
        }
    }
    impl std::error::Error for Refused {}

    let mut store = Store::new(&Engine::default(), ());
    let refuse = Func::wrap(&mut store, |argument: i32| -> Result<i32> {
        Err(Refused(argument).into())
    });
    let instance = instantiate(&mut store, RECURSION, &[refuse.into()]);
    let through = function(&mut store, instance, "through");
    for argument in 0..3 {
        let error = through.call(&mut store, argument).unwrap_err();
        assert_eq!(
            error.downcast_ref::<Refused>().map(|refused| refused.0),
            Some(argument)
        );
    }
}

#[test]
fn a_panic_of_the_host_goes_on_outside() {
    let mut store = Store::new(&Engine::default(), ());
    let panics = Func::wrap(&mut store, |argument: i32| -> i32 {
        std::panic::resume_unwind(Box::new(argument));
    });
    let instance = instantiate(&mut store, RECURSION, &[panics.into()]);
    let through = function(&mut store, instance, "through");
    for argument in 0..3 {
        let call = std::panic::AssertUnwindSafe(|| through.call(&mut store, argument));
        let payload = std::panic::catch_unwind(call).unwrap_err();
        assert_eq!(payload.downcast_ref::<i32>(), Some(&argument));
    }
    let late = function(&mut store, instance, "late");
    assert_eq!(late.call(&mut store, 3).unwrap(), 3);
}

#[test]
fn a_fault_of_the_host_is_not_taken_for_a_trap() {
    use std::os::unix::process::ExitStatusExt;
    const KEY: &str = "WEFT_TEST_FAULT";
    if std::env::var_os(KEY).is_none() {
        let output = std::process::Command::new(std::env::current_exe().unwrap())
            .args([
                "a_fault_of_the_host_is_not_taken_for_a_trap",
                "--exact",
                "--test-threads=1",
            ])
            .env(KEY, "1")
            .output()
            .unwrap();
        assert_eq!(output.status.signal(), Some(11), "{output:?}");
        return;
    }
    let mut store = Store::new(&Engine::default(), ());
    let faults = Func::wrap(&mut store, |argument: i32| -> i32 {
        let nowhere = std::hint::black_box(argument as usize + 16) as *const i32;
        // SAFETY: it is meant to fault.
        unsafe { nowhere.read_volatile() }
    });
    let instance = instantiate(&mut store, RECURSION, &[faults.into()]);
    let through = function(&mut store, instance, "through");
    let _ = through.call(&mut store, 0);
}
