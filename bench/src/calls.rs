//! What it costs to cross between the host and WebAssembly.

use crate::measure::{Table, Unit, in_turn};

const NOOP: &str = r#"(module
    (import "host" "nop" (func $nop (param i64) (result i64)))
    (func (export "nop") (param i64) (result i64) local.get 0)
    (func (export "loop") (param $n i32)
        (loop $again
            (drop (call $nop (i64.const 1)))
            (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))"#;

macro_rules! setup {
    ($engine:ident) => {{
        let engine = $engine::Engine::default();
        let module = $engine::Module::new(&engine, wat::parse_str(NOOP).unwrap()).unwrap();
        let mut linker = $engine::Linker::<()>::new(&engine);
        linker.func_wrap("host", "nop", |value: i64| value).unwrap();
        let mut store = $engine::Store::new(&engine, ());
        let instance = linker.instantiate(&mut store, &module).unwrap();
        let nop = instance
            .get_typed_func::<i64, i64>(&mut store, "nop")
            .unwrap();
        let repeat = instance
            .get_typed_func::<i32, ()>(&mut store, "loop")
            .unwrap();
        (store, nop, repeat)
    }};
}

pub(crate) fn run(table: &mut Table) {
    let (mut ours, our_nop, our_loop) = setup!(weft);
    let (mut theirs, their_nop, their_loop) = setup!(wasmtime);
    if table.wants("call host to wasm") {
        let pairs = in_turn(
            9,
            2_000_000,
            |n| {
                (0..n).for_each(|i| {
                    std::hint::black_box(our_nop.call(&mut ours, i64::from(i)).unwrap());
                })
            },
            |n| {
                (0..n).for_each(|i| {
                    std::hint::black_box(their_nop.call(&mut theirs, i64::from(i)).unwrap());
                })
            },
        );
        table.row("call host to wasm, typed", Unit::Seconds, &pairs);
    }
    if table.wants("call wasm to host") {
        let pairs = in_turn(
            9,
            5_000_000,
            |n| our_loop.call(&mut ours, n as i32).unwrap(),
            |n| their_loop.call(&mut theirs, n as i32).unwrap(),
        );
        table.row("call wasm to host", Unit::Seconds, &pairs);
    }
}
