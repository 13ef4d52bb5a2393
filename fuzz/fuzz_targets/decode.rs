//! Any bytes are decoded or refused, with the same outcome whole and in chunks.
//!
//! Half of the inputs are taken as they are, the other half as the seed of a module that is valid
//! until some of its bytes are changed.

#![no_main]

use arbitrary::{Arbitrary, Result, Unstructured};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    match data.split_first() {
        Some((kind, seed)) if kind % 2 == 1 => drop(generated(seed)),
        Some((_, bytes)) => weft_module::check::decode_any(bytes),
        None => {}
    }
});

/// A change of one byte: where, and to what.
#[derive(Arbitrary)]
struct Change(u32, u8);

fn generated(seed: &[u8]) -> Result<()> {
    let mut source = Unstructured::new(seed);
    let changes: Vec<Change> = source.arbitrary()?;
    let mut bytes = wasm_smith::Module::new(wasm_smith::Config::default(), &mut source)?.to_bytes();
    for Change(at, byte) in changes {
        let at = at as usize % bytes.len();
        bytes[at] = byte;
    }
    weft_module::check::decode_any(&bytes);
    Ok(())
}
