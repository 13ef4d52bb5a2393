//! Operands and types that no compiler makes: every instruction that takes sizes, with sizes from the edges of what its
//! operands can say, against what the specification's arithmetic says.

use weft::{AnyRef, Config, Engine, Instance, Module, Rooted, Store, Trap};

/// Sizes at the edges of 32 bits.
const EDGES32: [u64; 7] = [
    0,
    1,
    3,
    (1 << 31) - 1,
    1 << 31,
    (1 << 31) + 1,
    (1 << 32) - 1,
];
/// And of 64.
const EDGES64: [u64; 10] = [
    0,
    1,
    3,
    1 << 31,
    (1 << 32) - 1,
    1 << 32,
    (1 << 63) - 1,
    1 << 63,
    (1 << 63) + 1,
    u64::MAX,
];

/// Bytes of the memories, elements of the tables and arrays, and bytes and elements of the segments.
const SIZES: Sizes = Sizes {
    memory: 1 << 16,
    table: 5,
    array: 5,
    segment: 4,
};

struct Sizes {
    memory: u64,
    table: u64,
    array: u64,
    segment: u64,
}

/// A function for each instruction on memories and tables: all operands are of type `i`, and `as` makes a 32-bit one.
fn bulk(i: &str, index_type: &str, narrow: &str) -> String {
    format!(
        r#"(module
            (memory {index_type} 1 2) (table $t {index_type} 5 7 externref)
            (data $d "data") (elem $e externref
                (item (ref.null extern)) (item (ref.null extern)) (item (ref.null extern)) (item (ref.null extern)))
            (func (export "memory.fill") (param {i} {i} {i})
                (memory.fill (local.get 0) (i32.const 7) (local.get 2)))
            (func (export "memory.copy") (param {i} {i} {i})
                (memory.copy (local.get 0) (local.get 1) (local.get 2)))
            (func (export "memory.init") (param {i} {i} {i})
                (memory.init $d (local.get 0) ({narrow} (local.get 1)) ({narrow} (local.get 2))))
            (func (export "table.fill") (param {i} {i} {i})
                (table.fill $t (local.get 0) (ref.null extern) (local.get 2)))
            (func (export "table.copy") (param {i} {i} {i})
                (table.copy $t $t (local.get 0) (local.get 1) (local.get 2)))
            (func (export "table.init") (param {i} {i} {i})
                (table.init $t $e (local.get 0) ({narrow} (local.get 1)) ({narrow} (local.get 2))))
            (func (export "memory.grow") (param {i}) (result {i}) (memory.grow (local.get 0)))
            (func (export "table.grow") (param {i}) (result {i})
                (table.grow $t (ref.null extern) (local.get 0))))"#
    )
}

/// An operand as this type of function takes it.
trait Operand: weft::WasmTy + Copy {
    fn of(value: u64) -> Self;
}

impl Operand for u32 {
    fn of(value: u64) -> Self {
        value as Self
    }
}

impl Operand for u64 {
    fn of(value: u64) -> Self {
        value
    }
}

fn within(start: u64, len: u64, size: u64) -> bool {
    u128::from(start) + u128::from(len) <= u128::from(size)
}

/// Whether an instruction on these operands is in bounds.
fn fits(name: &str, to: u64, from: u64, len: u64) -> bool {
    let size = match name.starts_with("memory") {
        true => SIZES.memory,
        false => SIZES.table,
    };
    // Segments are addressed with 32 bits.
    let (short_from, short_len) = (from & 0xffff_ffff, len & 0xffff_ffff);
    match &name[name.len() - 4..] {
        "fill" => within(to, len, size),
        "copy" => within(to, len, size) && within(from, len, size),
        _ => within(to, short_len, size) && within(short_from, short_len, SIZES.segment),
    }
}

fn check_bulk<O: Operand>(text: &str, edges: &[u64]) {
    let (mut store, instance) = crate::instance(text);
    for name in [
        "memory.fill",
        "memory.copy",
        "memory.init",
        "table.fill",
        "table.copy",
        "table.init",
    ] {
        let func = instance.get_typed_func::<(O, O, O), ()>(&mut store, name);
        let func = func.unwrap();
        for &to in edges {
            for &from in edges {
                for &len in edges {
                    let result = func.call(&mut store, (O::of(to), O::of(from), O::of(len)));
                    let fits = fits(name, to, from, len);
                    assert_eq!(result.is_ok(), fits, "{name} {to:#x} {from:#x} {len:#x}");
                }
            }
        }
    }
}

#[test]
fn bulk_instructions_are_in_bounds_or_trap() {
    check_bulk::<u32>(&bulk("i32", "", "i32.add (i32.const 0)"), &EDGES32);
    check_bulk::<u64>(&bulk("i64", "i64", "i32.wrap_i64"), &EDGES64);
}

#[test]
fn growth_beyond_the_maximum_is_refused() {
    for (name, room, size) in [("memory.grow", 1, 1), ("table.grow", 2, 5)] {
        for &delta in &EDGES32 {
            let text = bulk("i32", "", "i32.add (i32.const 0)");
            let (mut store, instance) = crate::instance(&text);
            let grow = instance.get_typed_func::<u32, u32>(&mut store, name);
            let old = grow.unwrap().call(&mut store, delta as u32).unwrap();
            let expected = if delta <= room { size } else { u32::MAX };
            assert_eq!(old, expected, "{name} {delta:#x}");
        }
        for &delta in &EDGES64 {
            let (mut store, instance) = crate::instance(&bulk("i64", "i64", "i32.wrap_i64"));
            let grow = instance.get_typed_func::<u64, u64>(&mut store, name);
            let old = grow.unwrap().call(&mut store, delta).unwrap();
            let expected = if delta <= room { size.into() } else { u64::MAX };
            assert_eq!(old, expected, "{name} {delta:#x}");
        }
    }
}

#[test]
fn growth_without_a_maximum_ends_at_what_can_be_had() {
    let mut config = Config::new();
    config.memory_reservation(1 << 32);
    let engine = Engine::new(&config).unwrap();
    let module = Module::new(
        &engine,
        r#"(module (memory 1) (memory $m i64 1) (table $t 1 funcref) (table $u i64 1 funcref)
            (func (export "m") (param i64) (result i64)
                (i64.extend_i32_s (memory.grow (i32.wrap_i64 (local.get 0)))))
            (func (export "m64") (param i64) (result i64) (memory.grow $m (local.get 0)))
            (func (export "t") (param i64) (result i64)
                (i64.extend_i32_s (table.grow $t (ref.null func) (i32.wrap_i64 (local.get 0)))))
            (func (export "t64") (param i64) (result i64)
                (table.grow $u (ref.null func) (local.get 0))))"#,
    )
    .unwrap();
    for name in ["m", "m64", "t", "t64"] {
        for delta in [
            (1 << 31) - 1,
            1 << 31,
            (1 << 32) - 1,
            1 << 48,
            1 << 63,
            u64::MAX,
        ] {
            let mut store = Store::new(&engine, ());
            let instance = Instance::new(&mut store, &module, &[]).unwrap();
            let grow = instance.get_typed_func::<u64, u64>(&mut store, name);
            let old = grow.unwrap().call(&mut store, delta).unwrap();
            // What is nothing in 32 bits is granted.
            let nothing = !name.ends_with("64") && delta as u32 == 0;
            let expected = if nothing { 1 } else { u64::MAX };
            assert_eq!(old, expected, "{name} {delta:#x}");
        }
    }
}

/// A function for each instruction on arrays.
const ARRAYS: &str = r#"(module
    (type $bytes (array (mut i8))) (type $vectors (array (mut v128))) (type $refs (array (mut anyref)))
    (data $d "data")
    (elem $e anyref (item (ref.null any)) (item (ref.null any)) (item (ref.null any)) (item (ref.null any)))
    (func $bytes (result (ref $bytes)) (array.new_default $bytes (i32.const 5)))
    (func $vectors (result (ref $vectors)) (array.new_default $vectors (i32.const 5)))
    (func $refs (result (ref $refs)) (array.new_default $refs (i32.const 5)))
    (func (export "fill bytes") (param i32 i32 i32)
        (array.fill $bytes (call $bytes) (local.get 0) (i32.const 1) (local.get 2)))
    (func (export "fill vectors") (param i32 i32 i32)
        (array.fill $vectors (call $vectors) (local.get 0) (v128.const i64x2 1 2) (local.get 2)))
    (func (export "fill refs") (param i32 i32 i32)
        (array.fill $refs (call $refs) (local.get 0) (ref.null any) (local.get 2)))
    (func (export "copy bytes") (param i32 i32 i32)
        (array.copy $bytes $bytes (call $bytes) (local.get 0) (call $bytes) (local.get 1) (local.get 2)))
    (func (export "copy vectors") (param i32 i32 i32)
        (array.copy $vectors $vectors (call $vectors) (local.get 0) (call $vectors) (local.get 1) (local.get 2)))
    (func (export "copy refs") (param i32 i32 i32)
        (array.copy $refs $refs (call $refs) (local.get 0) (call $refs) (local.get 1) (local.get 2)))
    (func (export "init bytes") (param i32 i32 i32)
        (array.init_data $bytes $d (call $bytes) (local.get 0) (local.get 1) (local.get 2)))
    (func (export "init vectors") (param i32 i32 i32)
        (array.init_data $vectors $d (call $vectors) (local.get 0) (local.get 1) (local.get 2)))
    (func (export "init refs") (param i32 i32 i32)
        (array.init_elem $refs $e (call $refs) (local.get 0) (local.get 1) (local.get 2)))
    (func (export "data bytes") (param i32 i32 i32)
        (drop (array.new_data $bytes $d (local.get 1) (local.get 2))))
    (func (export "data vectors") (param i32 i32 i32)
        (drop (array.new_data $vectors $d (local.get 1) (local.get 2))))
    (func (export "data refs") (param i32 i32 i32)
        (drop (array.new_elem $refs $e (local.get 1) (local.get 2)))))"#;

#[test]
fn array_instructions_are_in_bounds_or_trap() {
    let (mut store, instance) = crate::instance(ARRAYS);
    for what in ["fill", "copy", "init", "data"] {
        for (element, bytes) in [("bytes", 1), ("vectors", 16), ("refs", 1)] {
            let name = format!("{what} {element}");
            let func = instance.get_typed_func::<(u32, u32, u32), ()>(&mut store, &name);
            let func = func.unwrap();
            for (to, from, len) in triples(&EDGES32) {
                let result = func.call(&mut store, (to as u32, from as u32, len as u32));
                let in_array = within(to, len, SIZES.array);
                let in_segment = within(from, len * bytes, SIZES.segment);
                let fits = match what {
                    "fill" => in_array,
                    "copy" => in_array && within(from, len, SIZES.array),
                    "init" => in_array && in_segment,
                    _ => in_segment,
                };
                assert_eq!(result.is_ok(), fits, "{name} {to:#x} {from:#x} {len:#x}");
            }
        }
    }
}

fn triples(edges: &[u64]) -> impl Iterator<Item = (u64, u64, u64)> {
    let pairs = edges
        .iter()
        .flat_map(|&to| edges.iter().map(move |&from| (to, from)));
    pairs.flat_map(|(to, from)| edges.iter().map(move |&len| (to, from, len)))
}

#[test]
fn arrays_that_are_too_long_are_exhaustion() {
    let mut config = Config::new();
    config.max_gc_heap(64 << 20);
    let engine = Engine::new(&config).unwrap();
    let module = Module::new(
        &engine,
        r#"(module
            (type $bytes (array (mut i8))) (type $vectors (array (mut v128))) (type $refs (array (mut anyref)))
            (func (export "bytes") (param i32) (drop (array.new $bytes (i32.const 1) (local.get 0))))
            (func (export "vectors") (param i32)
                (drop (array.new $vectors (v128.const i64x2 1 2) (local.get 0))))
            (func (export "refs") (param i32) (drop (array.new_default $refs (local.get 0)))))"#,
    );
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module.unwrap(), &[]).unwrap();
    for (name, bytes) in [("bytes", 1), ("vectors", 16), ("refs", 4)] {
        let new = instance.get_typed_func::<u32, ()>(&mut store, name);
        let new = new.unwrap();
        for &length in &EDGES32 {
            let result = new.call(&mut store, length as u32);
            match length * bytes < 1 << 20 {
                true => result.unwrap(),
                false => {
                    let error = result.unwrap_err();
                    assert_eq!(error.downcast_ref(), Some(&Trap::ResourceExhausted));
                }
            }
        }
    }
}

#[test]
fn a_heap_full_of_garbage_at_its_limit_is_collected() {
    let mut config = Config::new();
    config.max_gc_heap(1 << 20);
    let engine = Engine::new(&config).unwrap();
    let module = Module::new(
        &engine,
        r#"(module (type $bytes (array (mut i8)))
            (func (export "fill") (param $length i32) (param $count i32) (result anyref)
                (local $last anyref)
                (loop $more
                    (local.set $last (array.new_default $bytes (local.get $length)))
                    (br_if $more (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))
                (local.get $last)))"#,
    )
    .unwrap();
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[]).unwrap();
    let fill = instance
        .get_typed_func::<(i32, i32), Option<Rooted<AnyRef>>>(&mut store, "fill")
        .unwrap();
    // Every size up to the whole heap, so that garbage ends anywhere before the limit.
    for length in [0, 1, 100, 4096, 65_000, (1 << 19) - 16, (1 << 20) - 16] {
        let count = (4 << 20) / (length + 16);
        let mut scope = weft::RootScope::new(&mut store);
        assert!(fill.call(&mut scope, (length, count)).unwrap().is_some());
        let error = fill.call(&mut scope, (1 << 20, 1)).unwrap_err();
        assert_eq!(error.downcast_ref(), Some(&Trap::ResourceExhausted));
    }
}

/// Types of which each is declared a subtype of the one before, or refers to it, or all to each other.
fn chain(count: usize, each: impl Fn(usize) -> String) -> String {
    (0..count).map(each).collect()
}

#[test]
fn chains_of_types_are_valid_or_refused() {
    let engine = Engine::default();
    let subtypes = chain(100_000, |index| match index {
        0 => "(type (sub (struct)))".to_owned(),
        index => format!("(type (sub {} (struct)))", index - 1),
    });
    assert!(Module::new(&engine, format!("(module {subtypes})")).is_err());
    let shallow = chain(60, |index| match index {
        0 => "(type (sub (struct)))".to_owned(),
        index => format!("(type (sub {} (struct)))", index - 1),
    });
    Module::new(&engine, format!("(module {shallow})")).unwrap();
    let mut modules = Vec::new();
    for count in [1000, 100_000] {
        let references = chain(count, |index| {
            let next = index.saturating_sub(1);
            match index {
                0 => "(type (struct))".to_owned(),
                _ => format!("(type (struct (field (ref null {next}))))"),
            }
        });
        modules.extend(Module::new(&engine, format!("(module {references})")));
        let cycle = chain(count, |index| {
            format!("(type (struct (field (ref null {}))))", (index + 1) % count)
        });
        modules.extend(Module::new(&engine, format!("(module (rec {cycle}))")));
    }
    assert!(modules.len() >= 2, "the shorter ones are within the limits");
    // All of it goes without a stack that grows with the chain.
    drop(modules);
}
