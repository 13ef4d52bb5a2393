//! Linkers, and link errors that say everything at once.

use weft::{Engine, Instance, LinkError, Linker, Memory, MemoryType, Module, Store};

#[test]
fn all_missing_imports_are_listed_with_their_types() {
    let engine = Engine::default();
    let mut linker: Linker<()> = Linker::new(&engine);
    linker.func_wrap("env", "there", || {}).unwrap();
    linker.func_wrap("env", "other", |_: i32| {}).unwrap();
    let module = Module::new(
        &engine,
        r#"(module
        (import "env" "there" (func))
        (import "env" "missing" (func (param i32 i64) (result f32)))
        (import "env" "other" (func (param i64)))
        (import "js" "mem" (memory 1 2 shared)))"#,
    )
    .unwrap();
    let mut store = Store::new(&engine, ());
    let errors = [
        linker.instantiate(&mut store, &module).unwrap_err(),
        linker.instantiate_pre(&module).map(drop).unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.downcast_ref::<LinkError>().unwrap().problems.len(), 3);
        let text = error.to_string();
        for part in [
            "`env` `missing`: needs (func (param i32 i64) (result f32))",
            "`env` `other`: needs (func (param i64)), given (func (param i32))",
            "`js` `mem`: needs (memory 1 2 shared)",
        ] {
            assert!(text.contains(part), "{text}");
        }
    }
}

#[test]
fn unknown_functions_can_be_left_to_trap() {
    let engine = Engine::default();
    let mut linker: Linker<()> = Linker::new(&engine);
    let module = Module::new(
        &engine,
        r#"(module (import "a" "b" (func $b (result i32)))
        (func (export "run") (result i32) (call $b)))"#,
    )
    .unwrap();
    linker.define_unknown_imports_as_traps(&module).unwrap();
    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &module).unwrap();
    let run = instance
        .get_typed_func::<(), i32>(&mut store, "run")
        .unwrap();
    assert!(
        run.call(&mut store, ())
            .unwrap_err()
            .to_string()
            .contains("`a` `b` has not been defined")
    );
}

#[test]
fn names_are_defined_once_unless_shadowing_is_allowed() {
    let engine = Engine::default();
    let mut linker: Linker<()> = Linker::new(&engine);
    linker.func_wrap("m", "f", || 1).unwrap();
    assert!(linker.func_wrap("m", "f", || 2).is_err());
    linker.allow_shadowing(true);
    linker.func_wrap("m", "f", || 2).unwrap();
    linker.alias("m", "f", "n", "g").unwrap();
    assert!(linker.alias("m", "x", "n", "h").is_err());
    let mut store = Store::new(&engine, ());
    let g = linker
        .get(&mut store, "n", "g")
        .unwrap()
        .into_func()
        .unwrap();
    assert_eq!(
        g.typed::<(), i32>(&store)
            .unwrap()
            .call(&mut store, ())
            .unwrap(),
        2
    );
}

#[test]
fn instances_and_modules_are_linked_by_name() {
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let mut linker: Linker<()> = Linker::new(&engine);
    let library = Module::new(
        &engine,
        r#"(module (global $g (mut i32) (i32.const 0))
        (func (export "_initialize") (global.set $g (i32.const 40)))
        (func (export "get") (result i32) (global.get $g)))"#,
    )
    .unwrap();
    linker.module(&mut store, "lib", &library).unwrap();
    let user = Module::new(
        &engine,
        r#"(module (import "lib" "get" (func $get (result i32)))
        (func (export "run") (result i32) (i32.add (call $get) (i32.const 2))))"#,
    )
    .unwrap();
    let pre = linker.instantiate_pre(&user).unwrap();
    for _ in 0..2 {
        let instance = pre.instantiate(&mut store).unwrap();
        let run = instance
            .get_typed_func::<(), i32>(&mut store, "run")
            .unwrap();
        assert_eq!(run.call(&mut store, ()).unwrap(), 42);
    }
}

#[test]
fn every_call_of_a_command_is_of_a_new_instance() {
    let engine = Engine::default();
    let mut store = Store::new(&engine, 0);
    let mut linker: Linker<i32> = Linker::new(&engine);
    let started = |mut caller: weft::Caller<'_, i32>| *caller.data_mut() += 1;
    linker.func_wrap("host", "started", started).unwrap();
    let command = r#"(module (import "host" "started" (func $started))
        (global $calls (mut i32) (i32.const 0)) (memory (export "memory") 1)
        (func (export "_start") (call $started))
        (func (export "count") (param i32) (result i32)
            (global.set $calls (i32.add (global.get $calls) (local.get 0)))
            (global.get $calls)))"#;
    let command = Module::new(&engine, command).unwrap();
    linker.module(&mut store, "command", &command).unwrap();
    assert_eq!(*store.data(), 0, "nothing runs before it is called");
    let user = r#"(module (import "command" "_start" (func $start))
        (import "command" "count" (func $count (param i32) (result i32)))
        (func (export "run") (result i32)
            (call $start) (i32.add (call $count (i32.const 1)) (call $count (i32.const 20)))))"#;
    let user = Module::new(&engine, user).unwrap();
    let instance = linker.instantiate(&mut store, &user).unwrap();
    let run = instance.get_typed_func::<(), i32>(&mut store, "run");
    assert_eq!(run.unwrap().call(&mut store, ()).unwrap(), 21);
    assert_eq!(*store.data(), 1);
    assert!(linker.get(&mut store, "command", "memory").is_none());
    let start = linker.get_default(&mut store, "command").unwrap();
    start.call(&mut store, &[], &mut []).unwrap();
    assert_eq!(*store.data(), 2);
    assert!(linker.get_default(&mut store, "host").is_err());
}

#[test]
fn a_module_is_a_command_or_a_reactor() {
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let mut refused = |text: &str| {
        let module = Module::new(&engine, text).unwrap();
        let mut linker: Linker<()> = Linker::new(&engine);
        let error = linker.module(&mut store, "m", &module).unwrap_err();
        format!("{error:#}")
    };
    let both = r#"(module (func (export "_start")) (func (export "_initialize")))"#;
    assert!(refused(both).contains("cannot be both a command and a reactor"));
    let global = r#"(module (global (export "_start") i32 (i32.const 0)))"#;
    assert!(refused(global).contains("`_start`, which must be a function but is (global i32)"));
    let table = r#"(module (func (export "_start")) (table (export "t") 1 funcref))"#;
    assert!(refused(table).contains("only functions, but `t` is (table 1"));
    let typed = r#"(module (func (export "_initialize") (param i32)))"#;
    assert!(refused(typed).contains("`_initialize` failed"));
}

#[test]
fn the_number_of_imports_is_checked() {
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let module = Module::new(&engine, r#"(module (import "" "m" (memory 2)))"#).unwrap();
    assert!(Instance::new(&mut store, &module, &[]).is_err());
    let memory = Memory::new(&mut store, MemoryType::new(1, None)).unwrap();
    let error = Instance::new(&mut store, &module, &[memory.into()]).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("needs (memory 2), given (memory 1)"),
        "{error}"
    );
    memory.grow(&mut store, 1).unwrap();
    Instance::new(&mut store, &module, &[memory.into()]).unwrap();
}
