//! What an instance costs.

use crate::measure::{Table, Unit, in_turn};

/// A module with 1 MiB of data, as a program with tables and strings has it.
fn with_data() -> Vec<u8> {
    use wasm_encoder::*;
    let mut module = Module::new();
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: 20,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    module.section(&memories);
    let mut data = DataSection::new();
    data.active(
        0,
        &ConstExpr::i32_const(1024),
        (0..1 << 20).map(|i: u32| (i * 7 + 1) as u8),
    );
    module.section(&data);
    module.finish()
}

macro_rules! instantiator {
    ($engine:ident, $bytes:expr) => {{
        let engine = $engine::Engine::default();
        let module = $engine::Module::new(&engine, $bytes).unwrap();
        let pre = $engine::Linker::<()>::new(&engine)
            .instantiate_pre(&module)
            .unwrap();
        move |n: u32| {
            for _ in 0..n {
                let mut store = $engine::Store::new(&engine, ());
                std::hint::black_box(pre.instantiate(&mut store).unwrap());
            }
        }
    }};
}

pub(crate) fn run(table: &mut Table) {
    let bytes = with_data();
    for (name, bytes) in [
        ("instantiate, 1 MiB of data", &bytes[..]),
        ("instantiate, empty", b"\0asm\x01\0\0\0"),
    ] {
        if table.wants(name) {
            let pairs = in_turn(
                9,
                500,
                instantiator!(weft, bytes),
                instantiator!(wasmtime, bytes),
            );
            table.row(name, Unit::Seconds, &pairs);
        }
    }
}
