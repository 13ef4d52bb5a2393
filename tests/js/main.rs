//! Scripts of JavaScript with what they print: one for each interface of the `WebAssembly` namespace, and the shell.
//!
//! The lines of a script that start with `//> ` are its output, in order; a last one says how it ended, unless nothing
//! was left to do. A template wat`…` is the binary of a module in text form.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use weft::Engine;
use weft_js::{Host, HostOptions, Outcome, Output};

fn scripts() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("js");
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let mut scripts: Vec<PathBuf> = entries
        .map(|entry| entry.expect("it can be listed").path())
        .filter(|path| path.extension().is_some_and(|it| it == "js" || it == "mjs"))
        .collect();
    scripts.sort();
    scripts
}

/// Puts the bytes of modules where their text is.
fn assemble(source: &str) -> String {
    let mut parts = source.split("wat`");
    let mut assembled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (text, rest) = part.split_once('`').expect("the text ends");
        let bytes = wat::parse_str(text).unwrap_or_else(|error| panic!("{error}"));
        // The lines stay as many as they were.
        assembled.push_str(&format!("new Uint8Array({bytes:?}"));
        assembled.push_str(&"\n".repeat(text.matches('\n').count()));
        assembled.push(')');
        assembled.push_str(rest);
    }
    assembled
}

fn run(engine: &Engine, path: &Path) -> String {
    let source = std::fs::read_to_string(path).expect("it can be read");
    let printed = Rc::new(RefCell::new(String::new()));
    let sink = printed.clone();
    let options = HostOptions {
        arguments: vec!["an".into(), "argument".into()],
        output: Output::new(move |_, bytes| {
            sink.borrow_mut().push_str(&String::from_utf8_lossy(bytes));
        }),
        ..HostOptions::default()
    };
    let mut host = Host::new(engine, options).expect("there is memory");
    let name = path.to_str().expect("a name of ours");
    let ending = match host.run_source(&assemble(&source), name) {
        Outcome::Finished => String::new(),
        Outcome::Quit(code) => format!("quit {code}\n"),
        Outcome::Interrupted => "interrupted\n".into(),
        Outcome::Uncaught(report) => format!("uncaught {}\n", report.message()),
    };
    drop(host);
    let printed = printed.borrow();
    format!("{printed}{ending}")
}

fn expected(path: &Path) -> String {
    let source = std::fs::read_to_string(path).expect("it can be read");
    let lines = source.lines().filter_map(|line| line.strip_prefix("//> "));
    lines.map(|line| format!("{line}\n")).collect()
}

#[test]
fn scripts_print_what_they_say() {
    let engine = Engine::default();
    let mut failed = Vec::new();
    for path in scripts() {
        let (printed, expected) = (run(&engine, &path), expected(&path));
        if printed != expected {
            let place = printed
                .lines()
                .zip(expected.lines())
                .position(|(printed, expected)| printed != expected);
            failed.push(format!(
                "{}: first difference at line {}\n--- printed\n{printed}--- expected\n{expected}",
                path.display(),
                place.map_or_else(|| "the end".into(), |place| (place + 1).to_string())
            ));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn a_host_is_stopped_in_javascript_and_in_wasm() {
    let engine = Engine::default();
    let endless = [
        "for (;;);".to_owned(),
        "try { for (;;); } catch { print('caught') } finally { for (;;); }".to_owned(),
        "(async () => { await 0; for (;;); })().catch(() => { for (;;); })".to_owned(),
        "setInterval(() => {}, 1)".to_owned(),
        "setTimeout(() => {}, 1e8)".to_owned(),
        assemble("new WebAssembly.Instance(new WebAssembly.Module(wat`(module (func $f (loop br 0)) (start $f))`))"),
        assemble(
            "new WebAssembly.Instance(new WebAssembly.Module(wat`(module (import \"m\" \"f\" (func $f)) (start $f))`),
            { m: { f() { for (;;); } } })",
        ),
    ];
    for source in endless {
        let mut host = Host::new(&engine, HostOptions::default()).expect("there is memory");
        host.set_timeout(std::time::Duration::from_millis(50));
        let outcome = host.run_source(&source, "endless.js");
        assert!(
            matches!(outcome, Outcome::Interrupted),
            "{source}: {outcome:?}"
        );
    }
}
