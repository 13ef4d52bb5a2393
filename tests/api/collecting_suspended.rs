//! What stays while calls are suspended, and what goes all the same.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use weft::host::{self, Met, Progress, Reach, SuspendedCall};
use weft::{
    AsContextMut, Caller, Config, Engine, Extern, ExternRef, Func, FuncType, Instance, Linker,
    Module, Ref, RefType, RootScope, Store, Table, TableType, Val, ValType,
};

use crate::collecting::{is_alive, store, store_in, usage};

/// A host function that suspends its caller and returns an `i32`.
fn wait(store: &mut Store<()>) -> Func {
    let ty = FuncType::new(store.engine(), [], [ValType::I32]);
    host::func_suspending(store, ty, |_, _| Ok(Box::new(()))).unwrap()
}

fn instantiate(store: &mut Store<()>, text: &str, imports: &[Extern]) -> Instance {
    let module = Module::new(store.engine(), text).unwrap();
    Instance::new(store, &module, imports).unwrap()
}

fn start(store: &mut Store<()>, func: &Func, params: &[Val]) -> SuspendedCall {
    match host::call_suspendable(store, func, params).unwrap() {
        Progress::Suspended(call, _) => call,
        Progress::Done(_) => panic!("it waits"),
    }
}

fn finish(store: &mut Store<()>, call: SuspendedCall, value: i32) -> i32 {
    match call.resume(store, Ok(&[Val::I32(value)])).unwrap() {
        Progress::Done(results) => results[0].unwrap_i32(),
        Progress::Suspended(..) => panic!("it returns"),
    }
}

/// When it goes on, its frame uses nothing but the address of a memory, which it had before.
const WAITER: &str = r#"(module (import "" "wait" (func $wait (result i32)))
    (memory 1) (data (i32.const 8) "\15\00\00\00\15")
    (func (export "run") (result i32) (local $first i32)
        (local.set $first (i32.load (i32.const 12)))
        (i32.add (local.get $first) (i32.load (call $wait)))))"#;

#[test]
fn a_frame_keeps_its_instance_until_the_call_is_over() {
    let mut store = store();
    let wait = wait(&mut store);
    let instance = instantiate(&mut store, WAITER, &[wait.into()]);
    let run = instance.get_func(&mut store, "run").unwrap();
    let other = instantiate(&mut store, "(module (memory 1))", &[]);
    let call = start(&mut store, &run, &[]);
    for _ in 0..3 {
        store.collect().unwrap();
        assert!(is_alive(&store, instance) && is_alive(&store, wait));
        assert!(!is_alive(&store, other), "no frame is of its module");
    }
    assert_eq!(finish(&mut store, call, 8), 42);
    store.collect().unwrap();
    assert!(!is_alive(&store, instance) && !is_alive(&store, wait));
}

#[test]
fn instances_made_after_a_call_was_suspended_are_not_its() {
    let mut store = store();
    let wait = wait(&mut store);
    let module = Module::new(store.engine(), WAITER).unwrap();
    let make = |store: &mut Store<()>| Instance::new(store, &module, &[wait.into()]).unwrap();
    let first = make(&mut store);
    let run = first.get_func(&mut store, "run").unwrap();
    let call = start(&mut store, &run, &[]);
    let second = make(&mut store);
    store.collect().unwrap();
    assert!(is_alive(&store, first) && !is_alive(&store, second));
    // One that is given up keeps nothing.
    drop(call);
    store.collect().unwrap();
    assert!(!is_alive(&store, first));
}

#[test]
fn functions_in_a_frame_stay() {
    let mut store = store();
    let wait = wait(&mut store);
    let ty = TableType::new(RefType::FUNCREF, 2, None);
    let table = Table::new(&mut store, ty, Ref::Func(None)).unwrap();
    host::pin(&mut store, table).unwrap();
    let caller = instantiate(
        &mut store,
        r#"(module (import "" "wait" (func $wait (result i32))) (import "" "t" (table 2 funcref))
            (type $f (func (param i32) (result i32)))
            (func (export "run") (result i32) (local $own (ref null $f)) (local $host (ref null $f))
                (local.set $own (ref.cast (ref $f) (table.get (i32.const 0))))
                (local.set $host (ref.cast (ref $f) (table.get (i32.const 1))))
                (table.set (i32.const 0) (ref.null func))
                (table.set (i32.const 1) (ref.null func))
                (call_ref $f (call_ref $f (call $wait) (local.get $own)) (local.get $host))))"#,
        &[wait.into(), table.into()],
    );
    let callee = instantiate(
        &mut store,
        r#"(module (memory 1) (data (i32.const 4) "\15")
            (func (export "f") (param i32) (result i32) (i32.load (local.get 0))))"#,
        &[],
    );
    let own = callee.get_func(&mut store, "f").unwrap();
    let double = Func::wrap(&mut store, |n: i32| 2 * n);
    table.set(&mut store, 0, Ref::Func(Some(own))).unwrap();
    table.set(&mut store, 1, Ref::Func(Some(double))).unwrap();
    let run = caller.get_func(&mut store, "run").unwrap();
    let call = start(&mut store, &run, &[]);
    store.collect().unwrap();
    assert!(is_alive(&store, callee) && is_alive(&store, double));
    assert_eq!(finish(&mut store, call, 4), 42);
    store.collect().unwrap();
    assert!(!is_alive(&store, callee) && !is_alive(&store, double));
}

#[test]
fn a_host_function_that_waits_stays() {
    let mut store = store();
    let wait = wait(&mut store);
    let ty = TableType::new(RefType::FUNCREF, 1, None);
    let table = Table::new(&mut store, ty, Ref::Func(Some(wait))).unwrap();
    host::pin(&mut store, table).unwrap();
    let caller = instantiate(
        &mut store,
        r#"(module (import "" "t" (table 1 funcref))
            (func (export "run") (result i32) (call_indirect (result i32) (i32.const 0))))"#,
        &[table.into()],
    );
    let run = caller.get_func(&mut store, "run").unwrap();
    let call = start(&mut store, &run, &[]);
    table.set(&mut store, 0, Ref::Func(None)).unwrap();
    store.collect().unwrap();
    assert!(is_alive(&store, wait));
    assert_eq!(finish(&mut store, call, 7), 7);
    // So does one that was called without any wasm.
    let call = start(&mut store, &wait, &[]);
    store.collect().unwrap();
    assert!(is_alive(&store, wait));
    drop(call);
    store.collect().unwrap();
    assert!(!is_alive(&store, wait));
}

/// The frame of `run` holds an object, which holds a value of the host, and nothing else does.
const HOLDER: &str = r#"(module (import "" "wait" (func $wait (result i32)))
    (import "" "look" (func $look (param externref) (result i32)))
    (type $box (struct (field externref)))
    (func (export "run") (param externref) (result i32) (local $box (ref null $box))
        (local.set $box (struct.new $box (local.get 0)))
        (local.set 0 (ref.null extern))
        (i32.add (call $wait) (call $look (struct.get $box 0 (local.get $box))))))"#;

#[test]
fn objects_in_a_frame_stay_and_a_search_meets_what_they_hold() {
    for zeal in [0, 1] {
        let engine = Engine::new(Config::new().gc_zeal(zeal)).unwrap();
        let mut store = store_in(&engine);
        let wait = wait(&mut store);
        let look = Func::wrap(&mut store, |mut caller: Caller<'_, ()>, value: _| -> i32 {
            let value: Option<weft::Rooted<ExternRef>> = value;
            let store = caller.as_context_mut();
            let value = value.unwrap();
            *value.data(&store).unwrap().unwrap().downcast_ref().unwrap()
        });
        let instance = instantiate(&mut store, HOLDER, &[wait.into(), look.into()]);
        let call = {
            let mut scope = RootScope::new(&mut store);
            let run = instance.get_func(&mut scope, "run").unwrap();
            let value = ExternRef::new(&mut scope, 40).unwrap();
            let Progress::Suspended(call, _) =
                host::call_suspendable(&mut scope, &run, &[value.into()]).unwrap()
            else {
                panic!("it waits");
            };
            call
        };
        store.collect().unwrap();
        let mut met = 0;
        let mut reach = Reach::new(&store);
        for _ in 0..2 {
            let found = reach.call(&store, &call, &mut |it| {
                met += i32::from(matches!(it, Met::Value(value) if value.is::<i32>()));
            });
            found.unwrap();
        }
        assert_eq!(met, 1);
        assert!(reach.call(store_in(&engine), &call, &mut |_| {}).is_err());
        assert_eq!(finish(&mut store, call, 2), 42);
    }
}

#[test]
fn a_future_of_the_host_collects_while_its_caller_waits() {
    let mut store = store();
    let ty = FuncType::new(store.engine(), [], [ValType::I32]);
    let wait = Func::new_async(&mut store, ty, |mut caller: Caller<'_, ()>, _, results| {
        Box::new(async move {
            caller.as_context_mut().collect()?;
            results[0] = Val::I32(i32::from(caller.get_export("memory").is_some()));
            Ok(())
        })
    });
    let instance = instantiate(
        &mut store,
        r#"(module (import "" "wait" (func $wait (result i32))) (memory (export "memory") 1)
            (func (export "run") (result i32) (call $wait)))"#,
        &[wait.into()],
    );
    let run = instance.get_typed_func::<(), i32>(&mut store, "run");
    let run = run.unwrap();
    {
        let call = pin!(run.call_async(&mut store, ()));
        let mut context = Context::from_waker(Waker::noop());
        assert!(matches!(call.poll(&mut context), Poll::Ready(Ok(1))));
    }
    store.collect().unwrap();
    assert!(!is_alive(&store, instance));
}

#[test]
fn a_hundred_thousand_instances_come_and_go_while_a_call_waits() {
    const NAME: &str =
        "collecting_suspended::a_hundred_thousand_instances_come_and_go_while_a_call_waits";
    if !crate::is_alone(NAME) {
        return;
    }
    let mut store = store();
    let mut linker = Linker::new(store.engine());
    let wait = wait(&mut store);
    linker.define(&store, "", "wait", wait).unwrap();
    let module = Module::new(store.engine(), WAITER).unwrap();
    let make = |store: &mut Store<()>| {
        let instance = linker.instantiate(&mut *store, &module).unwrap();
        let run = instance.get_func(&mut *store, "run").unwrap();
        (instance, start(store, &run, &[]))
    };
    let (instance, waiting) = make(&mut store);
    let mut before = None;
    for round in 0..100_000 {
        let (_, call) = make(&mut store);
        assert_eq!(finish(&mut store, call, 8), 42);
        if round % 64 == 0 {
            store.collect().unwrap();
        }
        if round == 6400 {
            before = Some(usage());
        }
    }
    store.collect().unwrap();
    let (before, after) = (before.unwrap(), usage());
    for (before, after) in before.into_iter().zip(after) {
        assert!(after < before + 4096, "{before} kB became {after} kB");
    }
    assert!(is_alive(&store, instance));
    assert_eq!(finish(&mut store, waiting, 8), 42);
}
