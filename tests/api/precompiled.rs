//! Precompiled modules and the code cache.

use std::os::unix::fs::PermissionsExt;
use std::sync::{Arc, Mutex};

use weft::{
    ArtifactError, CacheConfig, Config, Engine, Instance, LogLevel, Module, Store, Strategy,
};

const FIB: &str = r#"(module
    (func $fib (export "fib") (param i32) (result i32)
        (if (result i32) (i32.lt_u (local.get 0) (i32.const 2))
            (then (local.get 0))
            (else (i32.add (call $fib (i32.sub (local.get 0) (i32.const 1)))
                           (call $fib (i32.sub (local.get 0) (i32.const 2)))))))
    (func (export "other") (result i32) (call $fib (i32.const 10)))
    (func (export "trap") unreachable))"#;

fn fib(module: &Module) -> i32 {
    let mut store = Store::new(module.engine(), ());
    let instance = Instance::new(&mut store, module, &[]).unwrap();
    instance
        .get_typed_func::<i32, i32>(&mut store, "fib")
        .unwrap()
        .call(&mut store, 20)
        .unwrap()
}

fn artifact_error(result: weft::Result<Module>) -> ArtifactError {
    result
        .unwrap_err()
        .downcast_ref::<ArtifactError>()
        .expect("of this type")
        .clone()
}

#[test]
fn what_was_serialized_runs_again() {
    let engine = Engine::default();
    let bytes = Module::new(&engine, FIB).unwrap().serialize().unwrap();
    assert!(Module::is_precompiled(&bytes));
    // SAFETY: just serialized.
    let module = unsafe { Module::deserialize(&Engine::default(), &bytes) }.unwrap();
    assert_eq!((module.compiled_count(), module.function_count()), (3, 3));
    assert_eq!(fib(&module), 6765);
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &bytes).unwrap();
    // SAFETY: as above.
    let module = unsafe { Module::deserialize_file(&engine, file.path()) }.unwrap();
    assert_eq!(fib(&module), 6765);
    let eager = Engine::new(Config::new().strategy(Strategy::Eager)).unwrap();
    assert_eq!(
        Module::new(&eager, FIB).unwrap().serialize().unwrap(),
        bytes
    );
}

#[test]
fn foreign_and_damaged_code_is_refused_with_a_reason() {
    let engine = Engine::default();
    let bytes = Module::new(&engine, FIB).unwrap().serialize().unwrap();
    let fuel = Engine::new(Config::new().consume_fuel(true)).unwrap();
    // SAFETY: refused, or just serialized.
    let load = |engine: &Engine, bytes: &[u8]| unsafe { Module::deserialize(engine, bytes) };
    assert!(matches!(
        artifact_error(load(&fuel, &bytes)),
        ArtifactError::Settings { found, expected } if found == "fuel: false" && expected == "fuel: true"
    ));
    for at in (0..bytes.len()).step_by(101) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 4;
        assert!(load(&engine, &damaged).is_err(), "byte {at}");
    }
    assert!(matches!(
        artifact_error(load(&engine, b"\0asm")),
        ArtifactError::NotAnArtifact
    ));
}

#[test]
fn a_run_adds_what_it_compiled_to_the_cache() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("cache");
    let messages: Arc<Mutex<Vec<String>>> = Arc::default();
    let engine = || {
        let messages = messages.clone();
        let mut config = Config::new();
        config.cache(Some(CacheConfig::new(&path)));
        config.log(move |_: LogLevel, message: &str| messages.lock().unwrap().push(message.into()));
        Engine::new(&config).unwrap()
    };
    let compiled = |run: &dyn Fn(&Module)| {
        let module = Module::new(&engine(), FIB).unwrap();
        let before = module.compiled_count();
        run(&module);
        before
    };
    assert_eq!(compiled(&|_| ()), 0);
    assert_eq!(compiled(&|module| assert_eq!(fib(module), 6765)), 0);
    assert_eq!(compiled(&|module| module.compile_all().unwrap()), 1);
    assert_eq!(compiled(&|module| assert_eq!(fib(module), 6765)), 3);
    // A damaged entry is reported, not used, and replaced.
    let entry = std::fs::read_dir(&path)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let mut bytes = std::fs::read(&entry).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&entry, bytes).unwrap();
    assert!(messages.lock().unwrap().is_empty());
    assert_eq!(compiled(&|module| assert_eq!(fib(module), 6765)), 0);
    assert_eq!(messages.lock().unwrap().len(), 1);
    assert_eq!(compiled(&|_| ()), 1);
    // A directory that others can write to is not used.
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o777)).unwrap();
    assert_eq!(compiled(&|_| ()), 0);
    assert!(
        messages
            .lock()
            .unwrap()
            .last()
            .unwrap()
            .contains("open to other users")
    );
}

#[test]
fn a_cached_module_with_too_new_a_feature_is_validated_again() {
    let directory = tempfile::tempdir().unwrap();
    let text = "(module (memory 1 (pagesize 1)))";
    let engine = |on: bool| {
        let mut config = Config::new();
        config
            .wasm_custom_page_sizes(on)
            .cache(Some(CacheConfig::new(directory.path().join("c"))));
        Engine::new(&config).unwrap()
    };
    Module::new(&engine(true), text)
        .unwrap()
        .save_to_cache()
        .unwrap();
    assert!(Module::new(&engine(false), text).is_err());
}
