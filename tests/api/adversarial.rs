//! Bodies of shapes that no compiler makes, for which a pass that is fast otherwise takes for ever.
//!
//! Nothing is measured here. Optimised like others, the blocks take most of a minute and the loops hours.

use weft::{Engine, Module, Store};

/// Runs a function whose body is `open` and then `close`, each `count` times; it has one local and a
/// function 1 to call.
fn run(open: &str, close: &str, count: usize) -> weft::Result<()> {
    let text = format!(
        r#"(module (func (export "f") (local i32) {} {}) (func))"#,
        open.repeat(count),
        close.repeat(count)
    );
    call_f(&text)
}

/// Calls the function `f` of a module.
fn call_f(text: &str) -> weft::Result<()> {
    let engine = Engine::default();
    let module = Module::new(&engine, text)?;
    let mut store = Store::new(&engine, ());
    let instance = weft::Instance::new(&mut store, &module, &[])?;
    let func = instance.get_typed_func::<(), ()>(&mut store, "f")?;
    func.call(&mut store, ())
}

#[test]
fn many_blocks_in_a_row() {
    for body in [
        "local.get 0 if end ",
        "i32.const 1 if i32.const 7 local.set 0 end ",
        "block br 0 end ",
        "loop end ",
    ] {
        run(body, "", 40_000).unwrap();
    }
}

#[test]
fn many_blocks_in_each_other() {
    run("block ", "br 0 end ", 60_000).unwrap();
    run("i32.const 1 if ", "end ", 60_000).unwrap();
}

#[test]
fn many_loops_in_each_other() {
    let open = "loop local.get 0 i32.const 1 i32.add local.set 0 ";
    run(open, "local.get 0 i32.eqz br_if 0 end ", 5_000).unwrap();
    // Few enough to be optimised.
    run(open, "local.get 0 i32.eqz br_if 0 end ", 60).unwrap();
}

#[test]
fn many_calls() {
    run("call 1 ", "", 200_000).unwrap();
}

/// Runs a function that keeps the results of `count` calls until the last.
fn keep(count: usize) -> weft::Result<()> {
    let text = format!(
        r#"(module (func (export "f")
                {} {} i64.const {count} i64.ne if unreachable end)
            (func (result i64) i64.const 1))"#,
        "call 1 ".repeat(count),
        "i64.add ".repeat(count - 1)
    );
    call_f(&text)
}

#[test]
fn a_frame_that_no_stack_holds_is_an_error() {
    keep(50_000).unwrap();
    let error = keep(220_000).unwrap_err();
    let message = format!("{error:#}");
    assert!(
        message.contains("function 0") && message.contains("bytes of stack"),
        "{message}"
    );
    assert!(error.is::<weft::UnsupportedFunction>(), "{message}");
}
