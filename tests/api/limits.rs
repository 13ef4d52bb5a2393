//! What stops a guest: fuel, deadlines, interrupts, stack and memory limits.

use std::time::{Duration, Instant};

use weft::{
    Config, Engine, Func, Instance, Linker, Module, ResourceLimiter, Store, StoreLimits,
    StoreLimitsBuilder, Trap, host,
};

const FOREVER: &str = r#"(module (func (export "run") (loop br 0)))"#;

fn trap(error: &weft::Error) -> Trap {
    *error
        .downcast_ref::<Trap>()
        .unwrap_or_else(|| panic!("{error:?}"))
}

fn run<T>(store: &mut Store<T>, text: &str) -> weft::Result<()> {
    let module = Module::new(store.engine(), text)?;
    let instance = Instance::new(&mut *store, &module, &[])?;
    instance
        .get_typed_func::<(), ()>(&mut *store, "run")?
        .call(&mut *store, ())
}

#[test]
fn fuel_runs_out() {
    let engine = Engine::new(Config::new().consume_fuel(true)).unwrap();
    let mut store = Store::new(&engine, ());
    store.set_fuel(10_000).unwrap();
    assert_eq!(
        trap(&run(&mut store, FOREVER).unwrap_err()),
        Trap::OutOfFuel
    );
    store.set_fuel(10_000).unwrap();
    run(&mut store, r#"(module (func (export "run") nop))"#).unwrap();
    let left = store.get_fuel().unwrap();
    assert!(left < 10_000 && left > 9_900, "{left}");
    assert!(Store::new(&Engine::default(), ()).set_fuel(1).is_err());
}

#[test]
fn a_deadline_ends_a_loop_and_the_store_lives_on() {
    let mut store = Store::new(&Engine::default(), ());
    for _ in 0..3 {
        store.set_timeout(Duration::from_millis(20));
        assert_eq!(
            trap(&run(&mut store, FOREVER).unwrap_err()),
            Trap::Interrupted
        );
        store.set_deadline(None);
        run(&mut store, r#"(module (func (export "run")))"#).unwrap();
    }
}

#[test]
fn a_deadline_wakes_a_host_function_that_sleeps() {
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let sleep = Func::wrap(
        &mut store,
        |caller: weft::Caller<'_, ()>| -> weft::Result<()> {
            let _ = host::sleep(&caller, Duration::from_secs(600))?;
            Ok(())
        },
    );
    let module = Module::new(
        &engine,
        r#"(module (import "" "" (func $s)) (func (export "run") (call $s)))"#,
    )
    .unwrap();
    let instance = Instance::new(&mut store, &module, &[sleep.into()]).unwrap();
    let run = instance
        .get_typed_func::<(), ()>(&mut store, "run")
        .unwrap();
    store.set_timeout(Duration::from_millis(20));
    let start = Instant::now();
    assert_eq!(
        trap(&run.call(&mut store, ()).unwrap_err()),
        Trap::Interrupted
    );
    assert!(start.elapsed() < Duration::from_secs(60));
}

#[test]
fn recursion_ends_in_wasm_and_through_the_host() {
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let error = run(&mut store, r#"(module (func $f (export "run") (call $f)))"#).unwrap_err();
    assert_eq!(trap(&error), Trap::StackExhausted);
    let mut linker: Linker<()> = Linker::new(&engine);
    linker
        .func_wrap(
            "",
            "again",
            |mut caller: weft::Caller<'_, ()>| -> weft::Result<()> {
                let run = caller
                    .get_export("run")
                    .and_then(weft::Extern::into_func)
                    .unwrap();
                run.typed::<(), ()>(&caller)?.call(&mut caller, ())
            },
        )
        .unwrap();
    let module = Module::new(
        &engine,
        r#"(module (import "" "again" (func $again)) (func (export "run") (call $again)))"#,
    )
    .unwrap();
    let instance = linker.instantiate(&mut store, &module).unwrap();
    let run = instance
        .get_typed_func::<(), ()>(&mut store, "run")
        .unwrap();
    assert_eq!(
        trap(&run.call(&mut store, ()).unwrap_err()),
        Trap::StackExhausted
    );
}

#[test]
fn settings_bound_instances_and_tables_whatever_a_limiter_allows() {
    let mut config = Config::new();
    let engine = Engine::new(config.max_instances(2).max_table_elements(5)).unwrap();
    let limits = StoreLimitsBuilder::new().instances(3).table_elements(6);
    let mut store = Store::new(&engine, limits.build());
    store.limiter(|limits: &mut StoreLimits| limits);
    let text = r#"(module (table 1 funcref)
        (func (export "grow") (param i32) (result i32) (table.grow (ref.null func) (local.get 0))))"#;
    let module = Module::new(&engine, text).unwrap();
    let instance = Instance::new(&mut store, &module, &[]).unwrap();
    let grow = instance.get_typed_func::<i32, i32>(&mut store, "grow");
    let grow = grow.unwrap();
    assert_eq!(grow.call(&mut store, 4).unwrap(), 1);
    assert_eq!(grow.call(&mut store, 1).unwrap(), -1);
    let too_large = Module::new(&engine, "(module (table 6 funcref))").unwrap();
    assert!(Instance::new(&mut store, &too_large, &[]).is_err());
    Instance::new(&mut store, &module, &[]).unwrap();
    assert!(Instance::new(&mut store, &module, &[]).is_err());
}

#[test]
fn a_limiter_bounds_memories_and_tables() {
    let engine = Engine::default();
    let limits = StoreLimitsBuilder::new()
        .memory_size(2 << 16)
        .table_elements(5)
        .instances(2)
        .build();
    let mut store = Store::new(&engine, limits);
    store.limiter(|limits: &mut StoreLimits| limits);
    let module = Module::new(&engine, r#"(module (memory 1) (table 1 funcref)
        (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
        (func (export "tgrow") (param i32) (result i32) (table.grow (ref.null func) (local.get 0))))"#).unwrap();
    let instance = Instance::new(&mut store, &module, &[]).unwrap();
    let mut call = |name, n| {
        instance
            .get_typed_func::<i32, i32>(&mut store, name)
            .unwrap()
            .call(&mut store, n)
            .unwrap()
    };
    assert_eq!(
        [
            call("grow", 1),
            call("grow", 1),
            call("tgrow", 4),
            call("tgrow", 1)
        ],
        [1, -1, 1, -1]
    );
    let too_large = Module::new(&engine, "(module (memory 3))").unwrap();
    assert!(Instance::new(&mut store, &too_large, &[]).is_err());
    Instance::new(&mut store, &module, &[]).unwrap();
    assert!(Instance::new(&mut store, &module, &[]).is_err());
}

#[test]
fn a_limiter_can_end_the_guest() {
    let engine = Engine::default();
    let limits = StoreLimitsBuilder::new()
        .memory_size(1 << 16)
        .trap_on_grow_failure(true)
        .build();
    let mut store = Store::new(&engine, limits);
    store.limiter(|limits: &mut StoreLimits| limits);
    let error = run(
        &mut store,
        r#"(module (memory 1) (func (export "run") (drop (memory.grow (i32.const 1)))))"#,
    );
    assert!(
        error
            .unwrap_err()
            .to_string()
            .contains("above the store's limit")
    );
}

/// Counts what it has allowed and heard to have failed.
#[derive(Default)]
struct Heard {
    allowed: usize,
    failed: usize,
}

impl ResourceLimiter for Heard {
    fn memory_growing(&mut self, _: usize, _: usize, _: Option<usize>) -> weft::Result<bool> {
        self.allowed += 1;
        Ok(true)
    }

    fn memory_grow_failed(&mut self, _: weft::Error) -> weft::Result<()> {
        self.failed += 1;
        Ok(())
    }

    fn table_growing(&mut self, _: usize, _: usize, _: Option<usize>) -> weft::Result<bool> {
        self.allowed += 1;
        Ok(true)
    }

    fn table_grow_failed(&mut self, _: weft::Error) -> weft::Result<()> {
        self.failed += 1;
        Ok(())
    }
}

#[test]
fn what_a_limiter_has_not_allowed_does_not_fail() {
    let mut store = Store::new(&Engine::default(), Heard::default());
    store.limiter(|heard: &mut Heard| heard);
    let ran = run(
        &mut store,
        r#"(module (memory 1 2) (table 1 2 funcref) (func (export "run")
            (drop (memory.grow (i32.const 1))) (drop (memory.grow (i32.const 1)))
            (drop (table.grow (ref.null func) (i32.const 1))) (drop (table.grow (ref.null func) (i32.const 1)))))"#,
    );
    assert!(ran.is_ok());
    let Heard { allowed, failed } = *store.data();
    assert_eq!((allowed, failed), (4, 0));
}

/// Counts what there is, and refuses objects beyond a limit.
#[derive(Default)]
struct Counts {
    most: usize,
    heap: usize,
    memories: usize,
    tables: usize,
}

impl ResourceLimiter for Counts {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _: Option<usize>,
    ) -> weft::Result<bool> {
        self.memories += desired - current;
        Ok(true)
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _: Option<usize>,
    ) -> weft::Result<bool> {
        self.tables += desired - current;
        Ok(true)
    }

    fn heap_resizing(&mut self, current: usize, desired: usize) -> bool {
        assert_eq!(current, self.heap);
        let may = desired <= current || desired <= self.most;
        if may {
            self.heap = desired;
        }
        may
    }

    fn memory_freed(&mut self, bytes: usize) {
        self.memories -= bytes;
    }

    fn table_freed(&mut self, elements: usize) {
        self.tables -= elements;
    }
}

#[test]
fn a_limiter_bounds_objects_and_knows_their_room() {
    for most in [0, 100_000, 1 << 20, 5 << 20] {
        let counts = Counts {
            most,
            ..Counts::default()
        };
        let mut store = Store::new(&Engine::default(), counts);
        store.limiter(|counts: &mut Counts| counts);
        let text = r#"(module (type $list (struct (field (ref null $list)) (field i64)))
            (global $kept (mut (ref null $list)) (ref.null $list))
            (func (export "run")
                (loop $more
                    (global.set $kept (struct.new $list (global.get $kept) (i64.const 1)))
                    (br $more)))
            (func (export "size") (result i32) (local $n i32) (local $list (ref null $list))
                (local.set $list (global.get $kept))
                (loop $more (result i32)
                    (if (ref.is_null (local.get $list)) (then (return (local.get $n))))
                    (local.set $n (i32.add (local.get $n) (i32.const 1)))
                    (local.set $list (struct.get $list 0 (local.get $list)))
                    (br $more)))
            (func (export "drop") (global.set $kept (ref.null $list))))"#;
        let module = Module::new(store.engine(), text).unwrap();
        let instance = Instance::new(&mut store, &module, &[]).unwrap();
        assert_eq!(store.data().heap, 0, "nothing is taken before it is needed");
        for _ in 0..2 {
            let run = instance
                .get_typed_func::<(), ()>(&mut store, "run")
                .unwrap();
            let error = run.call(&mut store, ()).unwrap_err();
            assert_eq!(trap(&error), Trap::ResourceExhausted);
            let size = instance.get_typed_func::<(), i32>(&mut store, "size");
            let objects = size.unwrap().call(&mut store, ()).unwrap() as usize;
            assert_eq!(objects, most / 24, "all of it is used");
            let drop = instance.get_typed_func::<(), ()>(&mut store, "drop");
            drop.unwrap().call(&mut store, ()).unwrap();
            store.gc().unwrap();
            assert!(store.data().heap <= most);
        }
    }
}

#[test]
fn a_limiter_is_told_of_what_goes() {
    let mut store = Store::new(&Engine::default(), Counts::default());
    store.limiter(|counts: &mut Counts| counts);
    host::weak_handles(&mut store);
    let text = r#"(module (memory 2) (table 3 funcref)
        (func (export "run") (drop (memory.grow (i32.const 1))) (drop (table.grow (ref.null func) (i32.const 4)))))"#;
    run(&mut store, text).unwrap();
    assert_eq!((store.data().memories, store.data().tables), (3 << 16, 7));
    store.collect().unwrap();
    assert_eq!((store.data().memories, store.data().tables), (0, 0));
    let fails = Module::new(
        store.engine(),
        r#"(module (memory 2) (table 3 funcref) (type $a (array i8))
            (global (ref $a) (array.new_default $a (i32.const 10))))"#,
    );
    assert!(Instance::new(&mut store, &fails.unwrap(), &[]).is_err());
    assert_eq!((store.data().memories, store.data().tables), (0, 0));
}
