//! Threads of a guest, as an embedder runs them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use weft::{
    Engine, Error, Global, GlobalType, Linker, Module, Mutability, Result, Store, Trap, Val,
    ValType, bail,
};
use weft_wasi::threads::Threads;
use weft_wasi::{Exit, WasiCtx, WasiCtxBuilder};

/// Thread 1 does `$body`; the main thread starts it and does `$main`.
fn program(body: &str, main: &str) -> String {
    format!(
        r#"(module
            (import "env" "memory" (memory 1 1 shared))
            (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
            (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
            (import "host" "panic" (func $panic))
            (func $wait (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1))))
            (func (export "wasi_thread_start") (param i32 i32) {body})
            (func (export "_start") (drop (call $spawn (i32.const 0))) {main}))"#
    )
}

/// The data of a store, counted as long as it lives.
struct Data {
    wasi: WasiCtx,
    alive: Arc<AtomicUsize>,
}

impl Data {
    fn new(wasi: WasiCtx, alive: &Arc<AtomicUsize>) -> Self {
        alive.fetch_add(1, Ordering::SeqCst);
        Self {
            wasi,
            alive: alive.clone(),
        }
    }
}

impl Drop for Data {
    fn drop(&mut self) {
        self.alive.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Runs a program. Whatever it comes to, no store but the main one is left.
fn run(text: &str) -> Result<()> {
    run_prepared(text, |_, _| Ok(()))
}

/// The same with something that is defined for each thread.
fn run_prepared(
    text: &str,
    prepare: impl Fn(&mut Linker<Data>, &mut Store<Data>) -> Result<()> + Send + Sync + 'static,
) -> Result<()> {
    let engine = Engine::default();
    let module = Module::new(&engine, text)?;
    let mut linker = Linker::new(&engine);
    weft_wasi::add_to_linker(&mut linker, |data: &mut Data| &mut data.wasi)?;
    linker.func_wrap("host", "panic", || -> () { panic!("on purpose") })?;
    let alive = Arc::default();
    let mut store = Store::new(&engine, Data::new(WasiCtxBuilder::new().build(), &alive));
    let threads = Threads::new(4, |caller| {
        let data: &Data = caller.data();
        let data = Data::new(data.wasi.for_thread(), &data.alive);
        Store::try_new(caller.engine(), data)
    });
    let threads = threads.prepare(prepare);
    let result = catch_unwind(AssertUnwindSafe(|| {
        threads.run(&linker, &mut store, &module, |store, instance| {
            let start = instance.get_typed_func::<(), ()>(&mut *store, "_start")?;
            start.call(store, ())
        })
    }));
    assert_eq!(alive.load(Ordering::SeqCst), 1);
    result.unwrap_or_else(|_| Err(Error::msg("the main thread panicked")))
}

fn exit_of(text: &str) -> Option<i32> {
    run(text)
        .unwrap_err()
        .downcast_ref::<Exit>()
        .map(|exit| exit.0)
}

#[test]
fn the_first_end_ends_all() {
    let exit = "(call $exit (i32.const 7))";
    let endless = "(loop $forever (br $forever))";
    for other in ["(call $wait)", endless] {
        assert_eq!(exit_of(&program(exit, other)), Some(7));
        assert_eq!(exit_of(&program(other, exit)), Some(7));
        run(&program(other, "")).unwrap();
        let error = run(&program("unreachable", other)).unwrap_err();
        assert_eq!(error.downcast_ref(), Some(&Trap::Unreachable));
        let error = run(&program(other, "unreachable")).unwrap_err();
        assert_eq!(error.downcast_ref(), Some(&Trap::Unreachable));
    }
}

#[test]
fn panics_of_the_host_end_all() {
    let error = run(&program("(call $panic)", "(call $wait)")).unwrap_err();
    assert!(
        error.to_string().contains("panicked in a thread"),
        "{error}"
    );
    let error = run(&program("(call $wait)", "(call $panic)")).unwrap_err();
    assert!(
        error.to_string().contains("main thread panicked"),
        "{error}"
    );
}

#[test]
fn what_belongs_to_a_store_is_prepared_for_each_thread() {
    let import = r#"(import "host" "number" (global $number i32)) (import "host" "panic""#;
    let program = program("(call $exit (global.get $number))", "(call $wait)")
        .replace(r#"(import "host" "panic""#, import);
    let number = |limit| {
        let count = AtomicUsize::new(0);
        move |linker: &mut Linker<Data>, store: &mut Store<Data>| {
            let number = count.fetch_add(1, Ordering::SeqCst);
            if number == limit {
                bail!("no more than {limit}");
            }
            let ty = GlobalType::new(ValType::I32, Mutability::Const);
            let global = Global::new(&mut *store, ty, Val::I32(number as i32))?;
            linker.define(&*store, "host", "number", global)?;
            Ok(())
        }
    };
    let exit = run_prepared(&program, number(9)).unwrap_err();
    assert_eq!(exit.downcast_ref(), Some(&Exit(1)));
    for limit in [0, 1] {
        let error = format!("{:#}", run_prepared(&program, number(limit)).unwrap_err());
        assert!(error.contains(&format!("no more than {limit}")), "{error}");
    }
}

#[test]
fn a_thread_needs_something_to_run() {
    let text = program("", "").replace("wasi_thread_start", "thread_start");
    let error = run(&text).unwrap_err();
    assert!(error.to_string().contains("wasi_thread_start"), "{error}");
    let text = program("", "").replace("(param i32 i32)", "(param i32)");
    let error = run(&text).unwrap_err();
    assert!(error.to_string().contains("wasi_thread_start"), "{error}");
}
