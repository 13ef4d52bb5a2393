//! Bytes that are no module, or hardly one, are looked at in every way.

use arbitrary::{Arbitrary, Result, Unstructured};
use weft_inspect::Sections;
use weft_inspect::check::{look_at, print_parts};
use weft_inspect::size::Sizes;
use weft_inspect::source::SourceMap;
use weft_inspect::text::{GenerateDwarf, parse};

/// A module with a section of every kind that is read, for changes to go through.
const EVERYTHING: &str = include_str!("../../../tests/cli/inspect.wat");

#[test]
fn nothing() {
    look_at(b"");
    look_at(b"\0asm");
    look_at(b"\0asm\x01\0\0\0");
    look_at(b"\0asm\x0d\0\x01\0");
}

#[test]
fn any_byte_may_be_missing_or_another() {
    let wasm = parse(EVERYTHING.as_bytes(), None, Some(GenerateDwarf::Full)).unwrap();
    look_at(&wasm);
    for at in 0..wasm.len() {
        look_at(&wasm[..at]);
        for change in [0x01, 0x80, 0xff] {
            let mut changed = wasm.clone();
            changed[at] ^= change;
            look_at(&changed);
        }
    }
}

#[test]
fn components_may_be_damaged() {
    let text = "(component (core module $m (func (export \"f\")))
        (component (core module (@custom \"a\" \"b\"))) (import \"x\" (func)))";
    let wasm = parse(text.as_bytes(), None, None).unwrap();
    look_at(&wasm);
    for at in 0..wasm.len() {
        look_at(&wasm[..at]);
        let mut changed = wasm.clone();
        changed[at] ^= 0xff;
        look_at(&changed);
    }
}

#[test]
fn generated_modules_with_changes() {
    for seed in 0..100 {
        // Too little entropy for a module is no failure.
        let _ = generated(&pseudo_random(seed));
    }
}

fn generated(entropy: &[u8]) -> Result<()> {
    let mut source = Unstructured::new(entropy);
    let changes = <[(u32, u8); 4]>::arbitrary(&mut source)?;
    let config = wasm_smith::Config::default();
    let mut bytes = wasm_smith::Module::new(config, &mut source)?.to_bytes();
    look_at(&bytes);
    print_parts(&bytes);
    for (at, byte) in changes {
        let at = at as usize % bytes.len();
        bytes[at] = byte;
        look_at(&bytes);
        print_parts(&bytes);
    }
    Ok(())
}

/// The same bytes for the same seed: xorshift.
fn pseudo_random(seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 24) as u8
    };
    std::iter::repeat_with(next).take(4096).collect()
}

/// Line tables say which addresses a line has, and a damaged one may say anything: that they end where numbers end, or before
/// they begin.
#[test]
fn line_tables_may_say_anything() {
    let text = "(module (func nop i32.const 1 drop) (func nop))";
    let whole = parse(
        text.as_bytes(),
        Some("a.wat".as_ref()),
        Some(GenerateDwarf::Lines),
    )
    .unwrap();
    let sections = Sections::read(&whole);
    let lines = sections
        .custom(".debug_line")
        .next()
        .unwrap()
        .contents
        .clone();
    let code = sections
        .by_id(weft_inspect::sections::CODE)
        .unwrap()
        .contents
        .clone();
    for at in lines {
        for byte in 0..=u8::MAX {
            let mut damaged = whole.clone();
            damaged[at] = byte;
            let sizes = Sizes::new(&damaged);
            let known: u64 = sizes.files.iter().map(|file| file.bytes).sum();
            assert!(
                known <= code.len() as u64 || sizes.files.is_empty(),
                "{at} {byte}"
            );
            let sections = Sections::read(&damaged);
            let Some(map) = SourceMap::read(&damaged, &sections) else {
                continue;
            };
            for offset in code.clone() {
                let is_placed = map.file_and_line(offset as u64).is_some();
                assert!(!is_placed || map.file(offset as u64).is_some());
                assert!(map.places(offset as u64).len() <= 64);
            }
        }
    }
}
