//! Calls that the host suspends and resumes by itself: in any order, with errors, given up, and not where they cannot be.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use weft::host::{self, Progress, SuspendedCall, Suspension};
use weft::{
    Caller, Engine, Extern, Func, FuncType, Instance, Module, Store, Trap, Val, ValType,
    WasmBacktrace,
};

/// An instance whose `run` calls `h.wait` and `again` that of the store's data, if there is one.
fn instance(store: &mut Store<Option<Func>>) -> Instance {
    let text = r#"(module
        (import "h" "wait" (func $wait (param i32) (result i32)))
        (import "h" "again" (func $again))
        (memory (export "memory") 1)
        (func (export "run") (param i32) (result i32)
            (i32.add (local.get 0) (call $wait (i32.mul (local.get 0) (i32.const 10)))))
        (func (export "trap") (drop (call $wait (i32.const 0))) unreachable)
        (func (export "again") (call $again)))"#;
    let module = Module::new(store.engine(), text).unwrap();
    let ty = FuncType::new(store.engine(), [ValType::I32], [ValType::I32]);
    let wait = host::func_suspending(&mut *store, ty, |caller, params| {
        Ok(Box::new((
            host::suspension(&caller),
            params[0].unwrap_i32(),
        )))
    });
    let again = Func::wrap(&mut *store, |mut caller: Caller<'_, Option<Func>>| {
        let run = caller.data().expect("there is a function");
        run.call(&mut caller, &[Val::I32(1)], &mut [Val::I32(0)])
    });
    let imports: [Extern; 2] = [wait.unwrap().into(), again.into()];
    Instance::new(store, &module, &imports).unwrap()
}

fn func(store: &mut Store<Option<Func>>, instance: Instance, name: &str) -> Func {
    instance.get_func(store, name).unwrap()
}

/// A call that waits, and what it waits for.
fn suspended(progress: Progress) -> (SuspendedCall, i32) {
    let Progress::Suspended(call, what) = progress else {
        panic!("{progress:?}");
    };
    let (suspension, number) = *what.downcast::<(Suspension, i32)>().unwrap();
    assert_eq!(suspension, Suspension::Possible);
    (call, number)
}

fn done(progress: Progress) -> i32 {
    match progress {
        Progress::Done(results) => results[0].unwrap_i32(),
        Progress::Suspended(..) => panic!("{progress:?}"),
    }
}

fn start(store: &mut Store<Option<Func>>, func: &Func, number: i32) -> (SuspendedCall, i32) {
    suspended(host::call_suspendable(store, func, &[Val::I32(number)]).unwrap())
}

#[test]
fn calls_are_resumed_in_any_order() {
    let mut store = Store::default();
    let instance = instance(&mut store);
    let run = func(&mut store, instance, "run");
    let mut calls: Vec<_> = (1..=5).map(|it| start(&mut store, &run, it)).collect();
    for expected in [3, 1, 5, 2, 4] {
        let place = calls.iter().position(|(_, it)| *it == 10 * expected);
        let (call, number) = calls.remove(place.unwrap());
        let progress = call.resume(&mut store, Ok(&[Val::I32(number)])).unwrap();
        assert_eq!(done(progress), 11 * expected);
    }
}

#[test]
fn a_suspended_call_ends_with_errors_and_traps() {
    let mut store = Store::default();
    let instance = instance(&mut store);
    let run = func(&mut store, instance, "run");
    let (call, _) = start(&mut store, &run, 1);
    let error = call.resume(&mut store, Err(weft::Error::msg("a reason")));
    let text = error.unwrap_err().to_string();
    assert!(text.starts_with("a reason\n"), "{text}");
    let wrong: [&[Val]; 3] = [&[], &[Val::I64(0)], &[Val::I32(0), Val::I32(0)]];
    for results in wrong {
        let (call, _) = start(&mut store, &run, 1);
        assert!(call.resume(&mut store, Ok(results)).is_err());
    }
    let trap = func(&mut store, instance, "trap");
    let (call, _) = suspended(host::call_suspendable(&mut store, &trap, &[]).unwrap());
    let error = call.resume(&mut store, Ok(&[Val::I32(0)])).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Trap::Unreachable));
    let frames = error.downcast_ref::<WasmBacktrace>().unwrap().frames();
    assert_eq!(frames.len(), 1);
    // The store is as it was.
    let (call, number) = start(&mut store, &run, 7);
    let progress = call.resume(&mut store, Ok(&[Val::I32(number)])).unwrap();
    assert_eq!(done(progress), 77);
}

#[test]
fn only_a_call_that_can_be_suspended_is() {
    let mut store = Store::default();
    let instance = instance(&mut store);
    let run = func(&mut store, instance, "run");
    let call = run.call(&mut store, &[Val::I32(1)], &mut [Val::I32(0)]);
    assert!(call.unwrap_err().to_string().contains("call_async"));
    // Nor with a host function in between.
    let again = func(&mut store, instance, "again");
    *store.data_mut() = Some(run);
    let error = host::call_suspendable(&mut store, &again, &[]).unwrap_err();
    assert!(error.to_string().contains("in between"), "{error}");
    // Who resumes it decides how it was begun.
    let mut results = [Val::I32(0)];
    let mut future = pin!(run.call_async(&mut store, &[Val::I32(1)], &mut results));
    let Poll::Ready(result) = future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    else {
        panic!("nobody could resume it");
    };
    assert!(result.is_err());
}

#[test]
fn a_future_is_nothing_for_the_host_to_resume() {
    let mut store = Store::new(&Engine::default(), ());
    let wait = Func::wrap_async(&mut store, |_: Caller<'_, ()>, (): ()| {
        Box::new(std::future::pending::<i32>())
    });
    let error = host::call_suspendable(&mut store, &wait, &[]).unwrap_err();
    assert!(error.to_string().contains("call_async"), "{error}");
}

#[test]
fn a_call_that_is_given_up_keeps_nothing() {
    let mut store = Store::default();
    let instance = instance(&mut store);
    let run = func(&mut store, instance, "run");
    let calls: Vec<_> = (0..100).map(|it| start(&mut store, &run, it)).collect();
    assert!(host::can_collect(&store) && store.collect().is_ok());
    drop(calls);
    assert!(store.collect().is_ok());
    // It may outlive its store.
    let call = start(&mut store, &run, 1);
    drop(store);
    drop(call);
}

#[test]
fn so_many_calls_wait_at_a_time_and_no_more() {
    let mut store = Store::default();
    let instance = instance(&mut store);
    let run = func(&mut store, instance, "run");
    let mut calls: Vec<_> = (0..10_000).map(|_| start(&mut store, &run, 1)).collect();
    let error = host::call_suspendable(&mut store, &run, &[Val::I32(1)]).unwrap_err();
    assert!(error.is::<weft::ResourceError>(), "{error}");
    calls.truncate(9_999);
    calls.push(start(&mut store, &run, 1));
}
