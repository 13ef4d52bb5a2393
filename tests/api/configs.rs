//! Settings at the edges of their ranges: an engine, a store and an instance are made, or there is an error that says why not.

use weft::{Config, Engine, Instance, Module, Store};

/// Loads behind the size and grows, in memories of both kinds; `Err` when the module cannot be had.
pub(crate) fn run(config: &Config) -> weft::Result<()> {
    let engine = Engine::new(config)?;
    let text = r#"(module (memory $a 1) (memory $b i64 1) (type $t (array i8))
        (func (export "run") (result i32)
            (drop (array.new_default $t (i32.const 8)))
            (drop (memory.grow $a (i32.const 1)))
            (drop (memory.grow $b (i64.const 1)))
            (i32.load $a (i32.const 100)))
        (func (export "beyond") (param i32) (result i32) (i32.load $a offset=4294967288 (local.get 0)))
        (func (export "beyond64") (param i64) (result i64) (i64.load $b offset=8 (local.get 0))))"#;
    let module = Module::new(&engine, text)?;
    let mut store = Store::try_new(&engine, ())?;
    let instance = Instance::new(&mut store, &module, &[])?;
    let run = instance.get_typed_func::<(), i32>(&mut store, "run")?;
    assert_eq!(run.call(&mut store, ())?, 0);
    let beyond = instance.get_typed_func::<i32, i32>(&mut store, "beyond")?;
    for index in [0, 1, -1, i32::MAX, i32::MIN] {
        assert!(beyond.call(&mut store, index).is_err());
    }
    let beyond = instance.get_typed_func::<i64, i64>(&mut store, "beyond64")?;
    for index in [1 << 17, -1, -8, -9, i64::MAX, i64::MIN] {
        assert!(beyond.call(&mut store, index).is_err());
    }
    Ok(())
}

/// A setting that takes a number of bytes.
type Setting = fn(&mut Config, u64);

const SETTINGS: [(&str, Setting); 5] = [
    ("max_wasm_stack", |config, bytes| {
        config.max_wasm_stack(bytes as usize);
    }),
    ("memory_reservation", |config, bytes| {
        config.memory_reservation(bytes);
    }),
    ("memory64_reservation", |config, bytes| {
        config.memory64_reservation(bytes);
    }),
    ("memory_guard_size", |config, bytes| {
        config.memory_guard_size(bytes);
    }),
    ("max_gc_heap", |config, bytes| {
        config.max_gc_heap(bytes as usize);
    }),
];

#[test]
fn any_number_of_bytes_is_a_setting_or_an_error() {
    let edges = [
        0,
        1,
        4095,
        65536,
        65537,
        (1 << 32) - 1,
        1 << 32,
        1 << 47,
        1 << 63,
        u64::MAX - 4095,
        u64::MAX,
    ];
    for (name, set) in SETTINGS {
        let mut worked = 0;
        for bytes in edges {
            for dynamic in [false, true] {
                let mut config = Config::new();
                set(config.memory_dynamic(dynamic), bytes);
                worked += u32::from(run(&config).is_ok());
            }
        }
        assert!(worked > 0, "no number of bytes works for {name}");
    }
}
