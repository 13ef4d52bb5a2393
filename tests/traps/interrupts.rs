//! Ending wasm from outside: timeouts and interrupts, of code, of bulk instructions and of host calls that block.

use std::time::{Duration, Instant};

use weft::{Caller, Engine, Extern, Func, Result, Store, Trap};

use super::{function, instantiate, trap};

const ENDLESS: &str = r#"(module
    (import "host" "call" (func $host (param i32) (result i32)))
    (memory 1000)
    (func (export "loop") (param i32) (result i32) (loop (br 0)) unreachable)
    (func (export "count") (param i32) (result i32)
        (loop (local.set 0 (i32.add (local.get 0) (i32.const 1))) (br 0)) unreachable)
    (func (export "store") (param i32) (result i32)
        (loop (i32.store (local.get 0) (local.get 0)) (br 0)) unreachable)
    (func (export "calls") (param i32) (result i32)
        (loop (drop (call $host (local.get 0))) (br 0)) unreachable)
    (func (export "once") (param i32) (result i32) (call $host (local.get 0)))
    (func (export "fills") (param i32) (result i32)
        (loop (memory.fill (i32.const 0) (local.get 0) (i32.const 65536000)) (br 0)) unreachable)
    (func (export "grows") (param i32) (result i32)
        (loop (drop (memory.grow (i32.const 0))) (br 0)) unreachable)
    (func $fib (export "finite") (param i32) (result i32)
        (if (result i32) (i32.lt_u (local.get 0) (i32.const 2)) (then (local.get 0))
            (else (i32.add (call $fib (i32.sub (local.get 0) (i32.const 1)))
                (call $fib (i32.sub (local.get 0) (i32.const 2))))))))"#;

fn identity(store: &mut Store<()>) -> Func {
    Func::wrap(store, |argument: i32| argument)
}

#[test]
fn a_timeout_ends_whatever_runs() {
    let mut store = Store::new(&Engine::default(), ());
    let host = identity(&mut store);
    let instance = instantiate(&mut store, ENDLESS, &[host.into()]);
    let finite = function(&mut store, instance, "finite");
    for name in ["loop", "count", "store", "calls", "fills", "grows"] {
        let called = function(&mut store, instance, name);
        let start = Instant::now();
        store.set_timeout(Duration::from_millis(20));
        assert_eq!(
            trap(called.call(&mut store, 0)),
            Trap::Interrupted,
            "{name}"
        );
        assert!(start.elapsed() >= Duration::from_millis(20), "{name}");
        store.set_deadline(None);
        assert_eq!(finite.call(&mut store, 10).unwrap(), 55);
    }
}

#[test]
fn a_timeout_that_does_not_pass_changes_nothing() {
    let mut store = Store::new(&Engine::default(), ());
    let host = identity(&mut store);
    let instance = instantiate(&mut store, ENDLESS, &[host.into()]);
    let finite = function(&mut store, instance, "finite");
    for _ in 0..100 {
        store.set_timeout(Duration::from_secs(1000));
        assert_eq!(finite.call(&mut store, 10).unwrap(), 55);
        store.set_deadline(None);
    }
}

#[test]
fn interrupts_at_random_either_end_a_call_or_come_too_late() {
    let mut store = Store::new(&Engine::default(), ());
    let host = identity(&mut store);
    let instance = instantiate(&mut store, ENDLESS, &[host.into()]);
    let finite = function(&mut store, instance, "finite");
    let handle = store.interrupt_handle();
    let (go, wait) = std::sync::mpsc::channel();
    let (done, finished) = std::sync::mpsc::channel();
    let kicker = std::thread::spawn(move || {
        for spin in wait {
            (0..spin).for_each(|_| std::hint::spin_loop());
            assert!(handle.interrupt());
            done.send(()).unwrap();
        }
    });
    for round in 0..500_u32 {
        go.send(round.wrapping_mul(2_654_435_761) >> 19).unwrap();
        match finite.call(&mut store, 15) {
            Ok(result) => {
                assert_eq!(result, 610);
                // Too late for that call: it ends the next.
                finished.recv().unwrap();
                assert_eq!(trap(finite.call(&mut store, 1)), Trap::Interrupted);
            }
            result => {
                assert_eq!(trap(result), Trap::Interrupted);
                finished.recv().unwrap();
            }
        }
        assert_eq!(finite.call(&mut store, 10).unwrap(), 55);
    }
    drop(go);
    kicker.join().unwrap();
}

#[test]
fn a_timeout_wakes_a_host_call_that_blocks() {
    let mut store = Store::new(&Engine::default(), ());
    let sleep = Func::wrap(
        &mut store,
        |caller: Caller<'_, ()>, seconds: i32| -> Result<i32> {
            let slept = weft::host::sleep(&caller, Duration::from_secs(seconds as u64))?;
            Ok(slept.is_err() as i32)
        },
    );
    let instance = instantiate(&mut store, ENDLESS, &[sleep.into()]);
    let once = function(&mut store, instance, "once");
    let start = Instant::now();
    store.set_timeout(Duration::from_millis(20));
    assert_eq!(trap(once.call(&mut store, 600)), Trap::Interrupted);
    assert!(start.elapsed() < Duration::from_secs(300));
    store.set_deadline(None);
    assert_eq!(once.call(&mut store, 0).unwrap(), 0);
}

#[test]
fn a_timeout_wakes_an_atomic_wait() {
    let wat = r#"(module
        (memory 1 1 shared)
        (func (export "wait") (param i32) (result i32)
            (memory.atomic.wait32 (local.get 0) (i32.const 0) (i64.const -1))))"#;
    let mut store = Store::new(&Engine::default(), ());
    let instance = instantiate(&mut store, wat, &[]);
    let wait = function(&mut store, instance, "wait");
    for _ in 0..5 {
        store.set_timeout(Duration::from_millis(10));
        assert_eq!(trap(wait.call(&mut store, 0)), Trap::Interrupted);
        store.set_deadline(None);
    }
}

#[test]
fn a_timeout_reaches_through_a_host_function_into_another_store() {
    let engine = Engine::default();
    let mut outer = Store::new(&engine, ());
    let host = Func::wrap(&mut outer, |_: i32| -> Result<i32> {
        let mut inner = Store::new(&Engine::default(), ());
        let none = identity(&mut inner);
        let instance = instantiate(&mut inner, ENDLESS, &[none.into()]);
        let endless = function(&mut inner, instance, "loop");
        endless.call(&mut inner, 0)
    });
    let instance = instantiate(&mut outer, ENDLESS, &[host.into()]);
    let once = function(&mut outer, instance, "once");
    outer.set_timeout(Duration::from_millis(20));
    assert_eq!(trap(once.call(&mut outer, 0)), Trap::Interrupted);
}

#[test]
fn a_host_function_cannot_outlive_a_timeout_by_ignoring_errors() {
    let mut store = Store::new(&Engine::default(), ());
    let stubborn = Func::wrap(
        &mut store,
        |mut caller: Caller<'_, ()>, argument: i32| -> i32 {
            let export = caller.get_export("loop").and_then(Extern::into_func);
            let typed = export.and_then(|export| export.typed::<i32, i32>(&caller).ok());
            let endless = typed.expect("an exported function of this type");
            endless.call(&mut caller, argument).unwrap_or(0)
        },
    );
    let instance = instantiate(&mut store, ENDLESS, &[stubborn.into()]);
    let calls = function(&mut store, instance, "calls");
    store.set_timeout(Duration::from_millis(20));
    // What interrupts the inner loop interrupts the outer one too.
    assert_eq!(trap(calls.call(&mut store, 0)), Trap::Interrupted);
}

#[test]
fn a_handle_is_harmless_when_its_store_is_gone() {
    let store = Store::new(&Engine::default(), ());
    let handle = store.interrupt_handle();
    drop(store);
    assert!(!handle.interrupt());
}
