//! Objects: programs that allocate, against both peers, and copies of arrays against the machine's own.

use std::path::Path;

use crate::measure::{Table, Unit, in_turn, peaks, walls};
use crate::programs::{Bench, Program};

const BINARY_TREES: &str = include_str!("../programs/binary_trees.wat");

/// The programs of Sightglass that are made of objects.
const SIGHTGLASS: &[&str] = &["kotlin-richards", "splay"];

pub(crate) fn run(table: &mut Table, bench: &Bench<'_>, node: Option<&Path>) {
    let mut programs = bench.sightglass();
    programs.retain(|program| SIGHTGLASS.contains(&program.name.as_str()));
    programs.push(bench.own("binary-trees", BINARY_TREES));
    for program in &programs {
        compare(table, bench, program, node);
    }
    array_copy(table);
}

fn compare(table: &mut Table, bench: &Bench<'_>, program: &Program, node: Option<&Path>) {
    let name = format!("objects: {}, to Wasmtime", program.name);
    if table.wants(&name)
        && let Some(pairs) = bench.to_wasmtime(program, true)
    {
        table.row(&name, Unit::Seconds, &pairs);
    }
    let Some(node) = node else { return };
    let (ours, theirs) = (|| bench.weft(program, true), || bench.node(program, node));
    let name = format!("objects: {}, to Node", program.name);
    if table.wants(&name)
        && let Some(pairs) = walls(5, ours, theirs)
    {
        table.row(&name, Unit::Seconds, &pairs);
    }
    let name = format!("{name}, memory");
    if table.wants(&name)
        && let Some(pairs) = peaks(5, ours, theirs)
    {
        table.row(&name, Unit::Bytes, &pairs);
    }
}

const SIZE: usize = 1 << 20;

const COPY: &str = r#"(module
    (type $bytes (array (mut i8)))
    (global $from (ref $bytes) (array.new $bytes (i32.const 7) (i32.const 1048576)))
    (global $to (ref $bytes) (array.new_default $bytes (i32.const 1048576)))
    (func (export "copy") (param $n i32)
        (loop $again
            (array.copy $bytes $bytes
                (global.get $to) (i32.const 0) (global.get $from) (i32.const 0) (i32.const 1048576))
            (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))"#;

fn array_copy(table: &mut Table) {
    let name = "objects: array.copy of 1 MiB, to memmove";
    if !table.wants(name) {
        return;
    }
    let engine = weft::Engine::default();
    let module = weft::Module::new(&engine, COPY).expect("it is valid");
    let mut store = weft::Store::new(&engine, ());
    let instance = weft::Instance::new(&mut store, &module, &[]).expect("it needs nothing");
    let copy = instance
        .get_typed_func::<i32, ()>(&mut store, "copy")
        .expect("it exports this");
    let mut buffer = vec![7u8; 2 * SIZE];
    let pairs = in_turn(
        9,
        2000,
        |n| copy.call(&mut store, n as i32).expect("it ends"),
        |n| {
            (0..n).for_each(|_| {
                std::hint::black_box(&mut buffer).copy_within(0..SIZE, SIZE);
            })
        },
    );
    table.row(name, Unit::Seconds, &pairs);
}
