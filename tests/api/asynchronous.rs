//! Asynchronous calls: suspended off the wasm stack, resumed on any thread, given up at any point.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use weft::{Caller, Engine, Instance, Linker, Module, Store, Trap};

/// Pending once, ready when it is polled again.
struct Once(bool);

impl Future for Once {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

#[derive(Default)]
struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Polls to the end, and says how often it was woken.
fn block_on<F: Future>(future: F) -> (F::Output, usize) {
    let count = Arc::new(Count::default());
    let waker = Waker::from(count.clone());
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return (output, count.0.load(Ordering::Relaxed));
        }
    }
}

fn linker(engine: &Engine) -> Linker<i32> {
    let mut linker = Linker::new(engine);
    linker
        .func_wrap_async("h", "next", |mut caller: Caller<'_, i32>, (n,): (i32,)| {
            Box::new(async move {
                Once(false).await;
                *caller.data_mut() += n;
                *caller.data()
            })
        })
        .unwrap();
    linker
        .func_wrap_async("h", "fail", |_: Caller<'_, i32>, ()| {
            Box::new(async move {
                Once(false).await;
                Err::<(), _>(Trap::CastFailure)
            })
        })
        .unwrap();
    linker
}

const SUM: &str = r#"(module
    (import "h" "next" (func $next (param i32) (result i32)))
    (import "h" "fail" (func $fail))
    (memory 1)
    (func (export "sum") (param $n i32) (result i32) (local $sum i32)
        (loop
            (local.set $sum (i32.add (local.get $sum) (call $next (i32.const 1))))
            (br_if 0 (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (local.get $sum))
    (func $fails (export "fails") (call $fail))
    (func (export "many") (param i32 i32 i32 i32 i32 i32 i32) (result i32 f64 i64)
        (i32.add (local.get 6) (call $next (local.get 0))) (f64.const 0.5) (i64.const -1)))"#;

fn instance() -> (Store<i32>, Instance) {
    let engine = Engine::default();
    let module = Module::new(&engine, SUM).unwrap();
    let mut store = Store::new(&engine, 0);
    let instance = linker(&engine).instantiate(&mut store, &module).unwrap();
    (store, instance)
}

#[test]
fn a_call_waits_and_goes_on() {
    let (mut store, instance) = instance();
    let sum = instance
        .get_typed_func::<i32, i32>(&mut store, "sum")
        .unwrap();
    let (result, wakes) = block_on(sum.call_async(&mut store, 10));
    assert_eq!((result.unwrap(), wakes), (55, 10));
    let many = instance
        .get_typed_func::<(i32, i32, i32, i32, i32, i32, i32), (i32, f64, i64)>(&mut store, "many")
        .unwrap();
    let (result, _) = block_on(many.call_async(&mut store, (5, 0, 0, 0, 0, 0, 100)));
    assert_eq!(result.unwrap(), (115, 0.5, -1));
}

#[test]
fn an_error_of_the_future_ends_the_call_with_a_backtrace() {
    let (mut store, instance) = instance();
    let fails = instance
        .get_typed_func::<(), ()>(&mut store, "fails")
        .unwrap();
    let error = block_on(fails.call_async(&mut store, ())).0.unwrap_err();
    assert_eq!(error.downcast_ref::<Trap>(), Some(&Trap::CastFailure));
    assert!(error.to_string().contains("fails"), "{error}");
}

#[test]
fn a_call_that_is_given_up_leaves_the_store_usable() {
    let (mut store, instance) = instance();
    let sum = instance
        .get_typed_func::<i32, i32>(&mut store, "sum")
        .unwrap();
    for _ in 0..100 {
        let mut future = Box::pin(sum.call_async(&mut store, 3));
        let mut context = Context::from_waker(Waker::noop());
        assert!(future.as_mut().poll(&mut context).is_pending());
    }
    *store.data_mut() = 0;
    assert_eq!(block_on(sum.call_async(&mut store, 3)).0.unwrap(), 6);
}

#[test]
fn a_call_moves_between_threads() {
    let (mut store, instance) = instance();
    let sum = instance
        .get_typed_func::<i32, i32>(&mut store, "sum")
        .unwrap();
    let future = async move { sum.call_async(&mut store, 20).await };
    let future: Arc<Mutex<Pin<Box<dyn Future<Output = weft::Result<i32>> + Send>>>> =
        Arc::new(Mutex::new(Box::pin(future)));
    let mut result = Poll::Pending;
    while result.is_pending() {
        let future = future.clone();
        let poll = move || {
            let mut context = Context::from_waker(Waker::noop());
            future
                .lock()
                .unwrap()
                .as_mut()
                .poll(&mut context)
                .map(Result::unwrap)
        };
        result = std::thread::spawn(poll).join().unwrap();
    }
    assert_eq!(result, Poll::Ready(210));
}

#[test]
fn a_synchronous_call_says_what_is_wrong() {
    let (mut store, instance) = instance();
    let sum = instance
        .get_typed_func::<i32, i32>(&mut store, "sum")
        .unwrap();
    let error = sum.call(&mut store, 1).unwrap_err();
    assert!(error.to_string().contains("call_async"), "{error}");
}

#[test]
fn start_functions_wait() {
    let engine = Engine::default();
    let linker = linker(&engine);
    let module = Module::new(
        &engine,
        r#"(module (import "h" "next" (func $next (param i32) (result i32)))
            (global $g (mut i32) (i32.const 0))
            (func $start (global.set $g (call $next (i32.const 7)))) (start $start)
            (func (export "get") (result i32) (global.get $g)))"#,
    )
    .unwrap();
    let mut store = Store::new(&engine, 0);
    let error = linker.instantiate(&mut store, &module).unwrap_err();
    assert!(error.to_string().contains("call_async"), "{error}");
    let get = |instance: weft::Result<Instance>, store: &mut Store<i32>| {
        let get = instance
            .unwrap()
            .get_typed_func::<(), i32>(&mut *store, "get");
        get.unwrap().call(store, ()).unwrap()
    };
    let (instance, wakes) = block_on(linker.instantiate_async(&mut store, &module));
    assert_eq!((get(instance, &mut store), wakes), (7, 1));
    let pre = linker.instantiate_pre(&module).unwrap();
    let (instance, _) = block_on(pre.instantiate_async(&mut store));
    assert_eq!(get(instance, &mut store), 14);
    let next = linker.get(&mut store, "h", "next").unwrap();
    let imports = [next];
    let future = Instance::new_async(&mut store, &module, &imports);
    let (instance, _) = block_on(is_send(future));
    assert_eq!(get(instance, &mut store), 21);
}

fn is_send<F: Send>(future: F) -> F {
    future
}

#[test]
fn calls_nest() {
    let engine = Engine::default();
    let mut linker = linker(&engine);
    linker
        .func_wrap_async("h", "outer", |mut caller: Caller<'_, i32>, (n,): (i32,)| {
            Box::new(async move {
                let sum = caller.get_export("sum").and_then(weft::Extern::into_func);
                let sum = sum.expect("exported").typed::<i32, i32>(&caller)?;
                sum.call_async(&mut caller, n).await
            })
        })
        .unwrap();
    let module = Module::new(&engine, r#"(module
        (import "h" "next" (func $next (param i32) (result i32)))
        (import "h" "outer" (func $outer (param i32) (result i32)))
        (func (export "sum") (param i32) (result i32) (i32.mul (local.get 0) (call $next (i32.const 1))))
        (func (export "run") (result i32) (i32.add (call $outer (i32.const 100)) (call $outer (i32.const 10)))))"#).unwrap();
    let mut store = Store::new(&engine, 0);
    let instance = linker.instantiate(&mut store, &module).unwrap();
    let run = instance
        .get_typed_func::<(), i32>(&mut store, "run")
        .unwrap();
    assert_eq!(block_on(run.call_async(&mut store, ())).0.unwrap(), 120);
}

/// Objects that only a suspended call refers to stay, wherever they move meanwhile.
#[test]
fn suspended_calls_are_roots() {
    let mut config = weft::Config::new();
    config.gc_zeal(1);
    let engine = Engine::new(&config).unwrap();
    let mut linker: Linker<()> = Linker::new(&engine);
    linker
        .func_wrap_async("h", "wait", |mut caller: Caller<'_, ()>, ()| {
            Box::new(async move {
                Once(false).await;
                caller.gc()
            })
        })
        .unwrap();
    let module = Module::new(
        &engine,
        r#"(module (type $box (struct (field i32)))
            (import "h" "wait" (func $wait))
            (func (export "f") (param i32) (result i32)
                (local $a (ref $box)) (local $b (ref $box))
                (local.set $a (struct.new $box (local.get 0)))
                (local.set $b (struct.new $box (i32.const 1)))
                (call $wait)
                (call $wait)
                (i32.add (struct.get $box 0 (local.get $a)) (struct.get $box 0 (local.get $b)))))"#,
    )
    .unwrap();
    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &module).unwrap();
    let f = instance
        .get_typed_func::<i32, i32>(&mut store, "f")
        .unwrap();
    assert_eq!(block_on(f.call_async(&mut store, 41)).0.unwrap(), 42);
}
