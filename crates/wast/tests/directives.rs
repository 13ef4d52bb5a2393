//! Every directive of a script, where it holds and where it does not.

use weft::{Config, Engine};
use weft_wast::{Failure, Form, Report, WastConfig, run_script};

fn run(script: &str) -> Report {
    let mut config = Config::new();
    config.wasm_all_features(true);
    let engine = Engine::new(&config).unwrap();
    let [text, binary, stream] =
        Form::ALL.map(|form| run_script(script, &WastConfig::new(&engine).form(form)));
    assert_eq!(places(&text), places(&binary), "{text:?} {binary:?}");
    assert_eq!(places(&stream), places(&binary), "{stream:?} {binary:?}");
    binary
}

/// What a script's failures have in common in every form.
fn places(report: &Report) -> (usize, Vec<(usize, usize)>) {
    let place = |failure: &Failure| (failure.line, failure.column);
    (report.passed, report.failed.iter().map(place).collect())
}

#[track_caller]
fn holds(script: &str) {
    let report = run(script);
    assert!(report.is_success(), "{report:?}");
}

#[track_caller]
fn fails(script: &str, line: usize, message: &str) {
    let report = run(script);
    let [failure] = &report.failed[..] else {
        panic!("{report:?}");
    };
    assert_eq!(failure.line, line, "{failure}");
    assert!(failure.message.contains(message), "{failure}");
}

#[test]
fn failures_have_a_place() {
    let report = run("(module)\n  (module (func (export \"f\")))\n  (invoke \"g\")");
    let expected = Failure {
        line: 3,
        column: 4,
        message: "the module exports nothing called `g`".into(),
    };
    assert_eq!((report.passed, &report.failed[..]), (2, &[expected][..]));
}

#[test]
fn a_script_that_is_none() {
    let report = run("(module");
    assert_eq!(report.failed.len(), 1);
    assert_eq!(report.failed[0].line, 1);
}

#[test]
fn a_module_alone_is_a_script() {
    holds("(func $f (call $f)) (memory 1)");
}

#[test]
fn results() {
    let module = "(module
        (func (export \"two\") (result i32 f32) (i32.const 1) (f32.const nan))
        (func (export \"v\") (result v128) (v128.const i16x8 0 1 2 3 4 5 6 7))
        (func (export \"null\") (result funcref externref) (ref.null func) (ref.null extern))
        (func (export \"same\") (param externref) (result externref) (local.get 0))
        (func $f (export \"func\") (result funcref) (ref.func $f))
        (global (export \"g\") i64 (i64.const 5)))\n";
    let with = |line: &str| format!("{module}{line}");
    let line = module.lines().count() + 1;
    for right in [
        "(assert_return (invoke \"two\") (i32.const 1) (f32.const nan:canonical))",
        "(assert_return (invoke \"two\") (either (i32.const 0) (i32.const 1)) (f32.const nan:arithmetic))",
        "(assert_return (invoke \"v\") (v128.const i32x4 0x10000 0x30002 0x50004 0x70006))",
        "(assert_return (invoke \"null\") (ref.null func) (ref.null))",
        "(assert_return (invoke \"same\" (ref.extern 9)) (ref.extern 9))",
        "(assert_return (invoke \"same\" (ref.null extern)) (ref.null extern))",
        "(assert_return (invoke \"func\") (ref.func))",
        "(assert_return (get \"g\") (i64.const 5))",
    ] {
        holds(&with(right));
    }
    for (wrong, message) in [
        (
            "(assert_return (invoke \"two\") (i32.const 1))",
            "expected 1 results, got 2",
        ),
        (
            "(assert_return (invoke \"two\") (i32.const 2) (f32.const nan:canonical))",
            "result 0",
        ),
        (
            "(assert_return (invoke \"two\") (i32.const 1) (f32.const 0))",
            "result 1",
        ),
        (
            "(assert_return (invoke \"v\") (v128.const i64x2 0 0))",
            "result 0",
        ),
        (
            "(assert_return (invoke \"null\") (ref.null extern) (ref.null))",
            "result 0",
        ),
        (
            "(assert_return (invoke \"same\" (ref.extern 9)) (ref.extern 8))",
            "result 0",
        ),
        (
            "(assert_return (invoke \"same\" (ref.extern 9)) (ref.null extern))",
            "result 0",
        ),
        ("(assert_return (get \"g\") (i32.const 5))", "result 0"),
        (
            "(assert_return (get \"two\") (i32.const 5))",
            "not a global",
        ),
        ("(invoke \"same\")", "takes 1 arguments"),
    ] {
        fails(&with(wrong), line, message);
    }
}

#[test]
fn traps_and_exhaustion() {
    let module = "(module
        (func (export \"u\") (unreachable))
        (func (export \"ok\"))
        (func $r (export \"r\") (call $r) (call $r)))\n";
    holds(&format!(
        "{module}(assert_trap (invoke \"u\") \"unreachable\")"
    ));
    holds(&format!(
        "{module}(assert_exhaustion (invoke \"r\") \"call stack exhausted\")"
    ));
    holds("(assert_trap (module (func $f (unreachable)) (start $f)) \"unreachable\")");
    let wrong = |line: &str, message: &str| fails(&format!("{module}{line}"), 5, message);
    wrong(
        "(assert_trap (invoke \"u\") \"integer overflow\")",
        "got trap `unreachable`",
    );
    wrong(
        "(assert_trap (invoke \"ok\") \"unreachable\")",
        "it returned []",
    );
    wrong(
        "(assert_exhaustion (invoke \"u\") \"unreachable\")",
        "expected exhaustion",
    );
    wrong("(assert_return (invoke \"u\"))", "unreachable");
    wrong("(assert_exception (invoke \"u\"))", "expected an exception");
}

#[test]
fn modules_that_are_refused() {
    holds("(assert_malformed (module quote \"(func\") \"unexpected end\")");
    holds("(assert_malformed (module binary \"\\00asm\") \"unexpected end\")");
    holds("(assert_invalid (module (func (result i32))) \"type mismatch\")");
    holds("(assert_unlinkable (module (import \"a\" \"b\" (func))) \"unknown import\")");
    holds(
        "(assert_unlinkable (module (import \"spectest\" \"print\" (func (param i32)))) \"incompatible\")",
    );
    fails(
        "(assert_malformed (module quote \"(func)\") \"no\")",
        1,
        "it was accepted",
    );
    fails(
        "(assert_invalid (module (func)) \"no\")",
        1,
        "it was accepted",
    );
    fails(
        "(assert_unlinkable (module (func)) \"no\")",
        1,
        "but it did",
    );
}

#[test]
fn definitions_and_instances() {
    holds(
        "(module definition $M
            (global $g (mut i32) (i32.const 0))
            (func (export \"next\") (result i32)
                (global.set $g (i32.add (global.get $g) (i32.const 1)))
                (global.get $g)))
        (module instance $a $M)
        (module instance $b $M)
        (assert_return (invoke $a \"next\") (i32.const 1))
        (assert_return (invoke $a \"next\") (i32.const 2))
        (assert_return (invoke $b \"next\") (i32.const 1))
        (register \"a\" $a)
        (module (import \"a\" \"next\" (func $n (result i32))) (export \"n\" (func $n)))
        (assert_return (invoke \"n\") (i32.const 3))",
    );
    fails("(module instance $a $M)", 1, "no module definition `$M`");
    fails("(register \"a\" $a)", 1, "no module instance `$a`");
}

#[test]
fn threads_share_memory() {
    holds(
        "(module $mem (memory (export \"shared\") 1 1 shared))
        (thread $writer (shared (module $mem))
            (register \"mem\" $mem)
            (module
                (memory (import \"mem\" \"shared\") 1 1 shared)
                (func (export \"write\")
                    (i32.atomic.store (i32.const 0) (i32.const 42))
                    (drop (memory.atomic.notify (i32.const 0) (i32.const 1)))))
            (invoke \"write\"))
        (register \"mem\" $mem)
        (module
            (memory (import \"mem\" \"shared\") 1 1 shared)
            (func (export \"read\") (result i32)
                (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))
                (i32.atomic.load (i32.const 0))))
        (assert_return (invoke \"read\") (i32.const 42))
        (wait $writer)",
    );
    fails("(module) (wait $nobody)", 1, "no thread `$nobody`");
    fails(
        "(module)
        (thread $t
            (invoke \"f\"))
        (wait $t)",
        3,
        "no module instance",
    );
}
