//! Bytes that are broken: cut short, with bits flipped, or past a limit. They are refused, never
//! a panic, with the same error however they come in.

use std::time::{Duration, Instant};

use arbitrary::Unstructured;
use wasm_smith::{Config, Module};
use weft_module::{DecodeErrorKind, Features, check, decode, limits};

/// Something of every section.
const EVERYTHING: &str = r#"(module $everything
    (type $f (func (param i32) (result i32)))
    (rec (type $s (sub (struct (field $x (mut i32)) (field (ref null $a))))) (type $a (array (mut i8))))
    (import "env" "f" (func $import (type $f)))
    (import "env" "memory" (memory 1))
    (table $t 4 8 funcref)
    (table $u 1 (ref null $f) (ref.func $import))
    (memory 1 2)
    (memory i64 1)
    (tag $tag (param i32))
    (global $g (mut i32) (i32.const 42))
    (global i64 (i64.mul (i64.const 6) (i64.const 7)))
    (global v128 (v128.const i64x2 1 2))
    (export "f" (func $double))
    (export "memory" (memory 1))
    (start $start)
    (elem (table $t) (i32.const 0) func $import $double)
    (elem funcref (ref.func $start) (ref.null func))
    (elem declare func $double)
    (data (i32.const 8) "active")
    (data "passive")
    (func $double (type $f) (local $sum i64) local.get 0 i32.const 1 i32.shl)
    (func $start
        (drop (call_indirect $t (type $f) (i32.const 1) (i32.const 0)))
        (memory.init 1 (i32.const 0) (i32.const 0) (i32.const 1))
        (table.set $t (i32.const 0) (ref.func $double))
        (block $done (loop $again (br_table $again $done (global.get $g))))
        (drop (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15
            (v128.const i32x4 1 2 3 4) (i32x4.splat (i32.const 7))))
        (drop (f64.add (f64.const 1.5) (f64.promote_f32 (f32.const 2.5)))))
    (@custom "note" "text"))"#;

fn everything() -> Vec<u8> {
    wat::parse_str(EVERYTHING).unwrap()
}

#[test]
fn the_whole_is_fine() {
    decode(&everything(), &Features::default()).unwrap();
}

#[test]
fn every_truncation_is_refused() {
    let module = everything();
    for end in 0..module.len() {
        let cut = &module[..end];
        check::decode_any(cut);
        // Between sections a prefix can be a module of its own, but not once functions are declared.
        if let Ok(info) = decode(cut, &Features::default()) {
            assert!(
                info.bodies.is_empty() || info.bodies.len() == 2,
                "cut at {end}"
            );
        }
    }
}

#[test]
fn every_flipped_bit_is_survived() {
    let mut module = everything();
    for bit in 0..module.len() * 8 {
        module[bit / 8] ^= 1 << (bit % 8);
        check::decode_any(&module);
        module[bit / 8] ^= 1 << (bit % 8);
    }
}

#[test]
fn every_chunk_size_gives_the_same() {
    let module = everything();
    let mut broken = module.clone();
    let body = decode(&module, &Features::default()).unwrap().bodies
        [weft_module::DefinedFuncIndex(1)]
    .clone();
    broken[body.start as usize + 1] = 0x6a;
    for bytes in [&module, &broken] {
        let whole = decode(bytes, &Features::default());
        for size in 1..=bytes.len() {
            assert_eq!(
                check::decode_in_chunks(bytes, size, &Features::default()),
                whole,
                "{size}"
            );
        }
    }
}

/// Generated modules, whole and with a few bytes changed, for a second.
#[test]
fn generated_modules() {
    let end = Instant::now() + Duration::from_secs(1);
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    let mut accepted = 0;
    while Instant::now() < end {
        let seed: Vec<u8> = (0..2000).map(|_| random.next() as u8).collect();
        let config = Config {
            max_memories: 4,
            max_tables: 4,
            custom_page_sizes_enabled: random.next().is_multiple_of(8),
            compact_imports_enabled: false,
            ..Config::default()
        };
        let Ok(module) = Module::new(config, &mut Unstructured::new(&seed)) else {
            continue;
        };
        let mut bytes = module.to_bytes();
        accepted += usize::from(decode(&bytes, &Features::all()).is_ok());
        check::decode_any(&bytes);
        for _ in 0..4 {
            let at = random.next() as usize % bytes.len();
            bytes[at] = random.next() as u8;
            check::decode_any(&bytes);
        }
    }
    assert!(accepted > 0, "no generated module was accepted");
}

/// xorshift64*: the same sequence in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }
}

/// A module of many functions, so that it is shared between threads, with two that are not valid.
#[test]
fn the_lowest_of_several_errors_is_reported() {
    let mut text = String::from("(module (func $zero (result i32) i32.const 0)");
    for function in 1..20_000 {
        let wrong = [9_000, 19_000].contains(&function);
        text.push_str(if wrong {
            "(func i64.const 1 i32.eqz drop)"
        } else {
            "(func (drop (i32.add (call 0) (i32.const 1))))"
        });
    }
    text.push(')');
    let bytes = wat::parse_str(text).unwrap();
    let error = decode(&bytes, &Features::default()).unwrap_err();
    assert_eq!(error.kind(), DecodeErrorKind::Invalid);
    assert_eq!(error.function(), Some(weft_module::FuncIndex(9_000)));
    check::decode_any(&bytes);

    // What comes later and is broken does not hide it.
    let cut = &bytes[..bytes.len() - 100];
    assert_eq!(decode(cut, &Features::default()).unwrap_err(), error);
    check::decode_any(cut);
}

fn limit(text: &str) -> String {
    let bytes = wat::parse_str(text).unwrap();
    let error = decode(&bytes, &Features::default()).unwrap_err();
    assert_eq!(error.kind(), DecodeErrorKind::Limit, "{error}");
    error.to_string()
}

#[test]
fn limits_are_enforced() {
    limit(&format!("(module {})", "(memory 1)".repeat(101)));
    limit(&format!("(module (func (param {})))", "i32 ".repeat(1001)));
    limit(&format!(
        "(module (func (result {}) unreachable))",
        "i32 ".repeat(1001)
    ));
    limit(&format!(
        "(module (func (local {})))",
        "i32 ".repeat(limits::MAX_LOCALS as usize + 1)
    ));
    limit(&format!(
        "(module (func (param i32) (local {})))",
        "i32 ".repeat(limits::MAX_LOCALS as usize)
    ));
    limit(&format!("(module {})", "(table 1 funcref)".repeat(100_001)));
    limit(&format!("(module {})", "(data \"\")".repeat(100_001)));
    limit(&format!(
        "(module (func (br_table {} (i32.const 0))))",
        "0 ".repeat(65_522)
    ));
    let body = limit(&format!(
        "(module (func {}))",
        "nop ".repeat(limits::MAX_BODY_SIZE as usize)
    ));
    assert!(body.contains("function body of"), "{body}");
}

#[test]
fn the_last_that_a_limit_allows_is_accepted() {
    for text in [
        format!("(module {})", "(memory 1)".repeat(100)),
        format!("(module (func (param {})))", "i32 ".repeat(1000)),
        format!(
            "(module (func (param i32) (local {})))",
            "i32 ".repeat(limits::MAX_LOCALS as usize - 1)
        ),
        format!(
            "(module (func (br_table {} (i32.const 0))))",
            "0 ".repeat(65_521)
        ),
    ] {
        decode(&wat::parse_str(text).unwrap(), &Features::default()).unwrap();
    }
}
