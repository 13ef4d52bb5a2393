//! Exceptions across the border: thrown by the host, caught by it, passed through it, and what is left behind.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use weft::{
    AsContextMut, Caller, Config, Engine, Error, Exception, ExnRef, Func, FuncType, HeapType,
    Instance, Linker, Module, Rooted, Store, Tag, TagType, Trap, V128, Val, ValType, WasmBacktrace,
};

/// An engine as it is, and one that collects at every allocation.
fn engines() -> [Engine; 2] {
    let mut config = Config::new();
    config.gc_zeal(1);
    [Engine::default(), Engine::new(&config).unwrap()]
}

fn tag(store: impl AsContextMut, params: &[ValType]) -> Tag {
    let mut store = store;
    let engine = store.as_context_mut().engine().clone();
    let ty = FuncType::new(&engine, params.iter().cloned(), []);
    Tag::new(&mut store, &TagType::new(ty)).unwrap()
}

/// What a store's host functions need: the tags, and a function to call.
#[derive(Default)]
struct Host {
    int: Option<Tag>,
    next: Option<Func>,
    seen: Vec<Exception>,
}

/// A store with a module that imports the tag `h.int`, `h.throw`, which throws it with its argument, and `h.call`, which calls
/// the function that the store names and passes its error on.
fn instance(engine: &Engine, text: &str) -> (Store<Host>, Instance) {
    let mut store = Store::new(engine, Host::default());
    let int = tag(&mut store, &[ValType::I32]);
    store.data_mut().int = Some(int);
    let mut linker: Linker<Host> = Linker::new(engine);
    linker.define(&store, "h", "int", int).unwrap();
    linker
        .func_wrap("h", "throw", |mut caller: Caller<'_, Host>, n: i32| {
            let tag = caller.data().int.unwrap();
            let exception = Exception::new(&mut caller, &tag, &[Val::I32(n)])?;
            Err::<(), _>(Error::new(exception))
        })
        .unwrap();
    linker
        .func_wrap(
            "h",
            "call",
            |mut caller: Caller<'_, Host>| -> weft::Result<()> {
                let next = caller.data().next.unwrap();
                let error = next.call(&mut caller, &[], &mut []).unwrap_err();
                let exception = error.downcast_ref::<Exception>().unwrap().clone();
                caller.data_mut().seen.push(exception);
                Err(error.context("on the way"))
            },
        )
        .unwrap();
    let module = Module::new(engine, text).unwrap();
    let instance = linker.instantiate(&mut store, &module).unwrap();
    let next = instance.get_func(&mut store, "next");
    store.data_mut().next = next;
    (store, instance)
}

fn call(store: &mut Store<Host>, instance: &Instance, name: &str) -> weft::Result<i32> {
    let func = instance.get_typed_func::<(), i32>(&mut *store, name)?;
    func.call(&mut *store, ())
}

const IMPORTS: &str = r#"
    (import "h" "int" (tag $int (param i32)))
    (import "h" "throw" (func $throw (param i32)))
    (import "h" "call" (func $call))"#;

#[test]
fn what_the_host_throws_is_caught_where_it_was_called() {
    for engine in engines() {
        let text = format!(
            r#"(module {IMPORTS}
            (func (export "run") (result i32)
                (block $h (result i32)
                    (try_table (catch $int $h) (call $throw (i32.const 5)))
                    (i32.const 0)))
            (func (export "deep") (result i32)
                (block $h (result i32)
                    (try_table (catch $int $h) (call $one (i32.const 6)))
                    (i32.const 0)))
            (func $one (param i32) (call $two (local.get 0)) (unreachable))
            (func $two (param i32) (call $throw (local.get 0)) (unreachable)))"#
        );
        let (mut store, instance) = instance(&engine, &text);
        assert_eq!(call(&mut store, &instance, "run").unwrap(), 5);
        assert_eq!(call(&mut store, &instance, "deep").unwrap(), 6);
    }
}

#[test]
fn an_exception_that_nobody_catches_is_the_error_of_the_call() {
    for engine in engines() {
        let text = format!(
            r#"(module {IMPORTS}
            (tag $own (export "own") (param i64 f32))
            (func $inner (throw $own (i64.const 7) (f32.const 0.5)))
            (func (export "run") (result i32) (call $inner) (i32.const 0))
            (func (export "host") (result i32) (call $throw (i32.const 9)) (i32.const 0)))"#
        );
        let (mut store, instance) = instance(&engine, &text);
        let error = call(&mut store, &instance, "run").unwrap_err();
        let exception = error.downcast_ref::<Exception>().unwrap();
        let own = instance.get_tag(&mut store, "own").unwrap();
        assert_eq!(exception.tag(&mut store).unwrap(), own);
        let payload = exception.payload(&mut store).unwrap();
        assert_eq!((payload[0].i64(), payload[1].f32()), (Some(7), Some(0.5)));
        let text = error.to_string();
        assert!(
            text.starts_with("uncaught exception `own` (7, 0.5)\n"),
            "{text}"
        );
        assert_eq!(
            error
                .downcast_ref::<WasmBacktrace>()
                .unwrap()
                .frames()
                .len(),
            2
        );

        let error = call(&mut store, &instance, "host").unwrap_err();
        let exception = error.downcast_ref::<Exception>().unwrap();
        assert_eq!(exception.tag(&store).unwrap(), store.data().int.unwrap());
    }
}

#[test]
fn it_is_the_same_exception_on_every_way() {
    for engine in engines() {
        let text = format!(
            r#"(module {IMPORTS}
            (global $e (mut exnref) (ref.null exn))
            (func (export "next") (throw $int (i32.const 3)))
            (func (export "run") (result i32)
                (block $h (result i32 exnref)
                    (try_table (catch_ref $int $h) (call $call))
                    (unreachable))
                (global.set $e))
            (func (export "again") (result i32) (throw_ref (global.get $e))))"#
        );
        let (mut store, instance) = instance(&engine, &text);
        assert_eq!(call(&mut store, &instance, "run").unwrap(), 3);
        let error = call(&mut store, &instance, "again").unwrap_err();
        let again = error.downcast_ref::<Exception>().unwrap();
        let seen = store.data().seen[0].clone();
        assert!(again.is_same(&seen, &store).unwrap());
        let int = store.data().int.unwrap();
        let other = Exception::new(&mut store, &int, &[Val::I32(3)]).unwrap();
        assert!(!again.is_same(&other, &store).unwrap());
    }
}

#[test]
fn nested_activations_are_left_one_by_one() {
    for engine in engines() {
        let text = format!(
            r#"(module {IMPORTS}
            (global $depth (mut i32) (i32.const 0))
            (func $next (export "next")
                (global.set $depth (i32.add (global.get $depth) (i32.const 1)))
                (if (i32.eq (global.get $depth) (i32.const 20)) (then (throw $int (i32.const 1))))
                (block $h (result i32)
                    (try_table (catch $int $h) (call $call))
                    (unreachable))
                (throw $int (i32.add (i32.const 1))))
            (func (export "run") (result i32)
                (global.set $depth (i32.const 0))
                (block $h (result i32)
                    (try_table (catch $int $h) (call $next))
                    (unreachable))))"#
        );
        let (mut store, instance) = instance(&engine, &text);
        for _ in 0..3 {
            assert_eq!(call(&mut store, &instance, "run").unwrap(), 20);
        }
        assert_eq!(store.data().seen.len(), 3 * 19);
    }
}

#[test]
fn host_functions_with_arguments_on_the_stack_throw() {
    for engine in engines() {
        let mut store = Store::new(&engine, ());
        let int = tag(&mut store, &[ValType::I32]);
        let ty = FuncType::new(&engine, vec![ValType::I32; 10], vec![ValType::I64; 12]);
        let throws = Func::new(&mut store, ty, move |mut caller, arguments, results| {
            results.fill(Val::I64(1));
            match arguments[9].unwrap_i32() {
                0 => Ok(()),
                n => Err(Exception::new(&mut caller, &int, &[Val::I32(n)])?.into()),
            }
        });
        let arguments = "(local.get 0)".repeat(10);
        let text = format!(
            r#"(module
                (import "" "tag" (tag $int (param i32)))
                (import "" "throws" (func $throws
                    (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
                    (result i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64)))
                (func (export "run") (param i32) (result i32) (local $n i32) (local $s i32)
                    (local.set $n (i32.const 100))
                    (loop $l
                        (local.set $s (i32.add (local.get $s) (block $h (result i32)
                            (try_table (catch $int $h)
                                (call $throws {arguments}) {})
                            (i32.const 1))))
                        (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
                    (local.get $s)))"#,
            "(drop)".repeat(12)
        );
        let module = Module::new(&engine, text).unwrap();
        let instance = Instance::new(&mut store, &module, &[int.into(), throws.into()]).unwrap();
        let run = instance
            .get_typed_func::<i32, i32>(&mut store, "run")
            .unwrap();
        assert_eq!(run.call(&mut store, 0).unwrap(), 100);
        assert_eq!(run.call(&mut store, 7).unwrap(), 700);

        let mut results = vec![Val::I64(0); 12];
        let direct = throws.call(&mut store, &vec![Val::I32(3); 10], &mut results);
        let error = direct.unwrap_err();
        let exception = error.downcast_ref::<Exception>().unwrap();
        assert_eq!(exception.to_string(), "uncaught exception (3)");
    }
}

#[test]
fn traps_and_host_errors_pass_every_handler() {
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let fail = Func::wrap(&mut store, || Err::<(), _>(Trap::CastFailure));
    let text = r#"(module
        (import "" "" (func $fail))
        (func (export "run")
            (block $h (try_table (catch_all $h) (call $fail)))))"#;
    let module = Module::new(&engine, text).unwrap();
    let instance = Instance::new(&mut store, &module, &[fail.into()]).unwrap();
    let run = instance
        .get_typed_func::<(), ()>(&mut store, "run")
        .unwrap();
    let error = run.call(&mut store, ()).unwrap_err();
    assert_eq!(error.downcast_ref::<Trap>(), Some(&Trap::CastFailure));
}

#[test]
fn payloads_of_every_type_go_in_and_out() {
    for engine in engines() {
        let mut store = Store::new(&engine, ());
        let types = [
            ValType::I32,
            ValType::V128,
            ValType::F64,
            ValType::EXTERNREF,
            ValType::FUNCREF,
            ValType::I64,
            ValType::F32,
        ];
        let all = tag(&mut store, &types);
        let host = weft::ExternRef::new(&mut store, "value").unwrap();
        let func = Func::wrap(&mut store, || 1);
        let payload = [
            Val::I32(-1),
            Val::V128(V128::from(u128::MAX - 5)),
            Val::F64(2.5_f64.to_bits()),
            Val::ExternRef(Some(host)),
            Val::FuncRef(Some(func)),
            Val::I64(i64::MIN),
            Val::F32(1),
        ];
        let exception = Exception::new(&mut store, &all, &payload).unwrap();
        let throw = exception.clone();
        let throw = Func::wrap(&mut store, move || Err::<(), _>(Error::new(throw.clone())));
        let text = r#"(module
        (import "" "tag" (tag $t (param i32 v128 f64 externref funcref i64 f32)))
        (import "" "throw" (func $throw))
        (func (export "run") (result i32 v128 f64 externref funcref i64 f32)
            (block $h (result i32 v128 f64 externref funcref i64 f32)
                (try_table (catch $t $h) (call $throw))
                (unreachable))
            (throw $t)))"#;
        let module = Module::new(&engine, text).unwrap();
        let instance = Instance::new(&mut store, &module, &[all.into(), throw.into()]).unwrap();
        let run = instance.get_func(&mut store, "run").unwrap();
        let error = run
            .call(&mut store, &[], &mut vec![Val::I32(0); 7])
            .unwrap_err();
        let caught = error.downcast_ref::<Exception>().unwrap();
        let caught = caught.payload(&mut store).unwrap();
        let text = |values: &[Val]| -> Vec<String> { values.iter().map(Val::to_string).collect() };
        assert_eq!(text(&caught), text(&payload));
        let Val::ExternRef(Some(reference)) = caught[3] else {
            panic!("not a host reference");
        };
        let value = reference.data(&store).unwrap().unwrap();
        assert_eq!(value.downcast_ref::<&str>(), Some(&"value"));
    }
}

#[test]
fn exceptions_are_values_of_the_host_too() {
    for engine in engines() {
        let mut store = Store::new(&engine, ());
        let int = tag(&mut store, &[ValType::I32]);
        let made = ExnRef::new(&mut store, &int, &[Val::I32(8)]).unwrap();
        assert_eq!(made.tag(&store).unwrap(), int);
        let kept = Exception::from_ref(&mut store, made).unwrap();

        // Thrown by the host, from a reference that wasm gave it.
        let throw = Func::wrap(
            &mut store,
            |mut caller: Caller<'_, ()>, exception: Option<Rooted<ExnRef>>| -> weft::Result<()> {
                let exception = exception.ok_or_else(|| Error::msg("null"))?;
                Err(Exception::from_ref(&mut caller, exception)?.into())
            },
        );
        let text = r#"(module
            (import "" "tag" (tag $int (param i32)))
            (import "" "throw" (func $throw (param exnref)))
            (func (export "run") (param exnref) (result i32 exnref)
                (block $h (result i32 exnref)
                    (try_table (catch_ref $int $h) (call $throw (local.get 0)))
                    (unreachable))))"#;
        let module = Module::new(&engine, text).unwrap();
        let instance = Instance::new(&mut store, &module, &[int.into(), throw.into()]).unwrap();
        let run = instance.get_func(&mut store, "run").unwrap();
        let mut results = [Val::I32(0), Val::null_ref(&HeapType::Exn)];
        store.gc().unwrap();
        let made = kept.to_ref(&mut store).unwrap();
        run.call(&mut store, &[made.into()], &mut results).unwrap();
        assert_eq!(results[0].i32(), Some(8));
        let back = results[1].unwrap_exnref().unwrap();
        assert!(Rooted::ref_eq(&store, &made, &back).unwrap());
        assert_eq!(back.payload(&mut store).unwrap()[0].i32(), Some(8));
        let null = run.call(&mut store, &[Val::null_ref(&HeapType::Exn)], &mut results);
        assert!(null.unwrap_err().to_string().starts_with("null"));
    }
}

#[test]
fn misuse_is_an_error() {
    let engine = Engine::default();
    let (mut one, mut two) = (Store::new(&engine, ()), Store::new(&engine, ()));
    let int = tag(&mut one, &[ValType::I32]);
    assert!(Exception::new(&mut two, &int, &[Val::I32(1)]).is_err());
    assert!(Exception::new(&mut one, &int, &[]).is_err());
    assert!(Exception::new(&mut one, &int, &[Val::I64(1)]).is_err());
    let exception = Exception::new(&mut one, &int, &[Val::I32(1)]).unwrap();
    assert!(exception.tag(&two).is_err() && exception.payload(&mut two).is_err());

    // In another store it is an error like any other, which no handler takes.
    let foreign = exception.clone();
    let throw = Func::wrap(&mut two, move || Err::<(), _>(Error::new(foreign.clone())));
    let text = r#"(module (import "" "" (func $throw))
        (func (export "run") (block $h (try_table (catch_all $h) (call $throw)))))"#;
    let module = Module::new(&engine, text).unwrap();
    let instance = Instance::new(&mut two, &module, &[throw.into()]).unwrap();
    let run = instance.get_typed_func::<(), ()>(&mut two, "run").unwrap();
    let error = run.call(&mut two, ()).unwrap_err();
    assert_eq!(
        error
            .downcast_ref::<Exception>()
            .unwrap()
            .tag(&one)
            .unwrap(),
        int
    );
    drop(one);
    assert!(exception.tag(&two).is_err());
}

/// Pending once, ready when it is polled again.
struct Once(bool);

impl Future for Once {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        match std::mem::replace(&mut self.0, true) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
        {
            return output;
        }
    }
}

#[test]
fn a_suspended_host_function_throws_when_it_is_resumed() {
    for engine in engines() {
        let mut store = Store::new(&engine, ());
        let int = tag(&mut store, &[ValType::I32]);
        let throw = Func::wrap_async(
            &mut store,
            move |mut caller: Caller<'_, ()>, (n,): (i32,)| {
                Box::new(async move {
                    Once(false).await;
                    let exception = Exception::new(&mut caller, &int, &[Val::I32(n)])?;
                    Err::<(), _>(Error::new(exception))
                })
            },
        );
        let text = r#"(module
        (import "" "tag" (tag $int (param i32)))
        (import "" "throw" (func $throw (param i32)))
        (func $deep (param i32) (call $throw (local.get 0)) (unreachable))
        (func (export "caught") (param i32) (result i32)
            (local $sum i32)
            (loop $again
                (local.set $sum (i32.add (local.get $sum)
                    (block $h (result i32)
                        (try_table (catch $int $h) (call $deep (local.get 0)))
                        (unreachable))))
                (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
            (local.get $sum))
        (func (export "passed") (param i32) (result i32) (call $deep (local.get 0)) (i32.const 0)))"#;
        let module = Module::new(&engine, text).unwrap();
        let instance = Instance::new(&mut store, &module, &[int.into(), throw.into()]).unwrap();
        let caught = instance
            .get_typed_func::<i32, i32>(&mut store, "caught")
            .unwrap();
        assert_eq!(block_on(caught.call_async(&mut store, 10)).unwrap(), 55);
        let passed = instance
            .get_typed_func::<i32, i32>(&mut store, "passed")
            .unwrap();
        let error = block_on(passed.call_async(&mut store, 8)).unwrap_err();
        let exception = error.downcast_ref::<Exception>().unwrap();
        assert_eq!(exception.payload(&mut store).unwrap()[0].i32(), Some(8));
        assert_eq!(block_on(caught.call_async(&mut store, 4)).unwrap(), 10);
    }
}

/// Megabytes that the process has in memory.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: usize = statm.split_whitespace().nth(1).unwrap().parse().unwrap();
    pages / 256
}

#[test]
fn a_million_throws_leave_nothing_behind() {
    if !crate::is_alone("exceptions::a_million_throws_leave_nothing_behind") {
        return;
    }
    let text = format!(
        r#"(module {IMPORTS}
            (func $f (param i32) (if (local.get 0) (then (call $g (local.get 0)))))
            (func $g (param i32) (throw $int (local.get 0)))
            (func (export "inside") (result i32) (local $n i32) (local $sum i32)
                (local.set $n (i32.const 1000000))
                (loop $l
                    (local.set $sum (i32.add (local.get $sum) (block $h (result i32)
                        (try_table (catch $int $h) (call $f (local.get $n)))
                        (unreachable))))
                    (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
                (local.get $sum))
            (func (export "across") (result i32) (local $n i32) (local $sum i32)
                (local.set $n (i32.const 100000))
                (loop $l
                    (local.set $sum (i32.add (local.get $sum) (block $h (result i32 exnref)
                        (try_table (catch_ref $int $h) (call $throw (local.get $n)))
                        (unreachable))
                        (drop)))
                    (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
                (local.get $sum)))"#
    );
    let (mut store, instance) = instance(&Engine::default(), &text);
    let sum = |n: i64| (n * (n + 1) / 2) as i32;
    assert_eq!(
        call(&mut store, &instance, "inside").unwrap(),
        sum(1_000_000)
    );
    assert_eq!(call(&mut store, &instance, "across").unwrap(), sum(100_000));
    let before = resident();
    assert_eq!(
        call(&mut store, &instance, "inside").unwrap(),
        sum(1_000_000)
    );
    assert_eq!(call(&mut store, &instance, "across").unwrap(), sum(100_000));
    let more = resident().saturating_sub(before);
    assert!(more < 16, "{more} MiB more");
}

/// Values of every class that are live across ten frames of throws.
#[test]
fn live_values_survive_throws_across_ten_frames() {
    let text = format!(
        r#"(module {IMPORTS}
            (func $down (param i32) (result i32)
                (if (i32.eqz (local.get 0)) (then (throw $int (i32.const 1000))))
                (i32.add (call $down (i32.sub (local.get 0) (i32.const 1))) (local.get 0)))
            (func $values (param i32 i64 f32 f64 v128 i32 i32 i32 i64 f64) (result i32)
                (i32.add (block $h (result i32)
                    (try_table (result i32) (catch $int $h) (call $down (i32.const 9))))
                (i32.add (local.get 0) (i32.add (i32.wrap_i64 (local.get 1))
                (i32.add (i32.trunc_f32_s (local.get 2)) (i32.add (i32.trunc_f64_s (local.get 3))
                (i32.add (i32x4.extract_lane 3 (local.get 4)) (i32.add (local.get 5) (i32.add (local.get 6)
                (i32.add (local.get 7) (i32.add (i32.wrap_i64 (local.get 8))
                    (i32.trunc_f64_s (local.get 9)))))))))))))
            (func (export "run") (result i32)
                (call $values (i32.const 1) (i64.const 2) (f32.const 3) (f64.const 4)
                    (v128.const i32x4 0 0 0 5) (i32.const 6) (i32.const 7) (i32.const 8)
                    (i64.const 9) (f64.const 10))))"#
    );
    let (mut store, instance) = instance(&Engine::default(), &text);
    for _ in 0..100 {
        assert_eq!(call(&mut store, &instance, "run").unwrap(), 1055);
    }
}

#[test]
fn locals_in_the_frame_live_over_calls_that_throw() {
    let locals = "(ref null $n) ".repeat(1100);
    let text = format!(
        r#"(module
            (type $n (struct (field i32)))
            (tag $t)
            (func $f (param i32) (result (ref $n))
                (drop (struct.new $n (i32.const -1)))
                (if (local.get 0) (then (throw $t)))
                (struct.new $n (i32.const 30)))
            (func (export "run") (param i32) (result i32) (local {locals})
                (local.set 1100 (struct.new $n (i32.const 1)))
                (local.set 5 (struct.new $n (i32.const 200)))
                (block $h
                    (try_table (catch $t $h) (local.set 1099 (call $f (local.get 0))))
                    (return (i32.add (struct.get $n 0 (local.get 1099))
                        (struct.get $n 0 (local.get 1100)))))
                (drop (struct.new $n (i32.const -1)))
                (i32.add (struct.get $n 0 (local.get 5)) (struct.get $n 0 (local.get 1100)))))"#
    );
    for engine in engines() {
        let mut store = Store::new(&engine, ());
        let module = Module::new(&engine, &text).unwrap();
        let instance = Instance::new(&mut store, &module, &[]).unwrap();
        let run = instance
            .get_typed_func::<i32, i32>(&mut store, "run")
            .unwrap();
        assert_eq!(run.call(&mut store, 0).unwrap(), 31);
        assert_eq!(run.call(&mut store, 1).unwrap(), 201);
    }
}

#[test]
fn precompiled_code_catches() {
    let engine = Engine::default();
    let text = r#"(module
        (tag $t (param i32))
        (func $f (throw $t (i32.const 4)))
        (func (export "run") (result i32)
            (block $h (result i32) (try_table (catch $t $h) (call $f)) (unreachable))))"#;
    let artifact = Module::new(&engine, text).unwrap().serialize().unwrap();
    // SAFETY: made right above.
    let module = unsafe { Module::deserialize(&engine, artifact) }.unwrap();
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[]).unwrap();
    let run = instance
        .get_typed_func::<(), i32>(&mut store, "run")
        .unwrap();
    assert_eq!(run.call(&mut store, ()).unwrap(), 4);
}

#[test]
fn the_older_instructions_can_be_switched_off() {
    let mut config = Config::new();
    config.wasm_feature("legacy-exceptions", false).unwrap();
    let engine = Engine::new(&config).unwrap();
    let text = "(module (func try catch_all end))";
    assert!(Module::new(&engine, text).is_err());
    assert!(Module::new(&Engine::default(), text).is_ok());
}
