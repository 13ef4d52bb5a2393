//! What must hold whatever a script does with the `WebAssembly` namespace, as a function that tests and fuzzers call.
//!
//! Bytes are a program for `namespace.js`, which does with live objects what they say: wrong receivers and arguments, buffers that are detached or
//! shared, getters and proxies that re-enter, objects that have been to a worker. Neither crashes nor hangs, nor exceptions that no
//! program should see, may come of it, and a memory's buffer stays over the memory.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use weft::{Engine, Module, StoreLimits, StoreLimitsBuilder};

use crate::{Access, Host, HostOptions, Outcome, Output, Scope};

/// Does the program and finds faults.
const SCRIPT: &str = include_str!("check/namespace.js");

/// Modules for it: each kind of import and export, calls to and fro, exceptions, objects of the heap, and starts that fail.
const MODULES: [&str; 6] = [
    r#"(module (import "m" "f" (func $f (param i32) (result i32))) (memory (export "memory") 1 4) (table (export "table") 2 9 funcref)
        (global (export "global") (mut i32) (i32.const 1)) (elem declare func $f)
        (func (export "call") (param i32) (result i32) (call $f (local.get 0)))
        (func (export "put") (param i32) (table.set (local.get 0) (ref.func $f)))
        (func (export "grow") (result i32) (memory.grow (i32.const 1)))
        (func (export "trap") unreachable))"#,
    r#"(module (import "m" "m" (memory 1 4)) (import "m" "t" (table 1 9 funcref)) (import "m" "v" (global $v (mut i32)))
        (import "m" "f" (func $f (param i64 f32) (result f64 i64)))
        (export "memory" (memory 0)) (export "table" (table 0)) (export "global" (global $v))
        (func (export "f") (param i64 f32) (result f64 i64) (call $f (local.get 0) (local.get 1)))
        (func (export "grow") (result i32) (drop (memory.grow (i32.const 1))) (table.grow (ref.null func) (i32.const 1))))"#,
    r#"(module (import "m" "e" (tag $e (param i32 externref))) (import "m" "f" (func $f (param externref) (result externref)))
        (export "tag" (tag $e))
        (func (export "throw") (param i32 externref) (throw $e (local.get 0) (local.get 1)))
        (func (export "catch") (param externref) (result externref)
            (block $all (result exnref) (try_table (catch_all_ref $all) (return (call $f (local.get 0)))) unreachable) throw_ref))"#,
    r#"(module (type $s (struct (field (mut i32)) (field (mut externref)))) (type $a (array (mut i8)))
        (import "m" "f" (func $f (param anyref) (result anyref)))
        (func (export "struct") (param externref) (result anyref) (struct.new $s (i32.const 1) (local.get 0)))
        (func (export "array") (param i32) (result anyref) (array.new_default $a (i32.and (local.get 0) (i32.const 1023))))
        (func (export "field") (param anyref) (result externref) (struct.get $s 1 (ref.cast (ref $s) (local.get 0))))
        (func (export "call") (param anyref) (result anyref) (call $f (local.get 0))))"#,
    r#"(module (import "m" "g" (func $g)) (import "m" "m" (memory 1 4 shared)) (export "memory" (memory 0))
        (func (export "add") (param i32) (result i32) (i32.atomic.rmw.add (i32.const 0) (local.get 0)))
        (func (export "notify") (result i32) (memory.atomic.notify (i32.const 0) (i32.const 1)))
        (func $start (call $g)) (start $start))"#,
    r#"(module (import "m" "g" (func $g (param f64) (result i64))) (func (export "g") (param f64) (result i64) (call $g (local.get 0)))
        (func $deep (export "deep") (result i32) (i32.add (call $deep) (i32.const 1)))
        (memory (export "m64") i64 1 2) (data (i64.const 65530) "past the end"))"#,
];

/// Nothing that is right takes longer than this, also on a machine with much else to do.
const LONGEST: Duration = Duration::from_secs(60);

/// Runs a program.
///
/// # Panics
/// When something does not hold.
pub fn namespace(engine: &Engine, program: &[u8]) {
    let faults = Arc::new(Mutex::new(String::new()));
    let told = faults.clone();
    let options = HostOptions {
        output: Output::new(move |_, bytes| {
            let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
            told.push_str(&String::from_utf8_lossy(bytes));
        }),
        access: Access {
            read: Scope::only([]),
            write: Scope::only([]),
            network: false,
        },
        limiter: Some(Arc::new(|| Box::new(limits()))),
        max_heap: Some(64 << 20),
        ..HostOptions::default()
    };
    let mut host = Host::new(engine, options).expect("there is memory");
    host.set_timeout(LONGEST);
    let outcome = host.run_source(&source(engine, program), "check.js");
    drop(host);
    assert!(
        !matches!(outcome, Outcome::Uncaught(_)),
        "{outcome:?} for {program:?}"
    );
    assert!(
        !matches!(outcome, Outcome::Interrupted),
        "it takes too long: {program:?}"
    );
    let faults = faults.lock().unwrap_or_else(PoisonError::into_inner);
    assert!(faults.is_empty(), "{faults} for {program:?}");
}

fn limits() -> StoreLimits {
    StoreLimitsBuilder::new()
        .memory_size(16 << 20)
        .table_elements(10_000)
        .build()
}

fn source(engine: &Engine, program: &[u8]) -> String {
    let mut modules = String::new();
    for text in MODULES {
        let module = Module::new(engine, text).expect("it is valid");
        let _ = write!(modules, "new Uint8Array({:?}),", module.wasm());
    }
    format!("({SCRIPT})({program:?}, [{modules}], print)")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    /// A second of random programs.
    #[test]
    fn the_namespace_withstands_every_program() {
        let engine = Engine::default();
        let start = Instant::now();
        let mut random = 0x5eed_u64;
        while start.elapsed() < Duration::from_secs(1) {
            let mut program = [0; 300];
            for byte in &mut program {
                random = random
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                *byte = (random >> 56) as u8;
            }
            namespace(&engine, &program);
        }
    }

    /// What is found must be told.
    #[test]
    #[should_panic(expected = "a fault")]
    fn faults_are_told() {
        let engine = Engine::default();
        let source = source(&engine, &[]).replace("verify();", "fault('a fault');");
        let told = Arc::new(Mutex::new(String::new()));
        let sink = told.clone();
        let options = HostOptions {
            output: Output::new(move |_, bytes| {
                sink.lock()
                    .unwrap()
                    .push_str(&String::from_utf8_lossy(bytes));
            }),
            ..HostOptions::default()
        };
        let outcome = Host::new(&engine, options)
            .unwrap()
            .run_source(&source, "check.js");
        assert!(matches!(outcome, Outcome::Finished), "{outcome:?}");
        assert_eq!(*told.lock().unwrap(), "");
    }
}
