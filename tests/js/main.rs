//! Scripts of JavaScript with what they print: one for each interface of the `WebAssembly` namespace, and what is around. Scripts
//! of the workers that they start are in `workers`.
//!
//! The lines of a script that start with `//> ` are its output, in order; a last one says how it ended, unless nothing
//! was left to do. A template wat`…` is the binary of a module in text form.

mod esm;
mod network;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use weft::{Engine, StoreLimits, StoreLimitsBuilder};
use weft_js::{Access, Host, HostOptions, Identity, Outcome, Output, Scope};

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

/// No script needs many of anything at a time.
fn few() -> StoreLimits {
    StoreLimitsBuilder::new()
        .instances(2000)
        .memories(2000)
        .tables(2000)
        .build()
}

fn run(engine: &Engine, path: &Path) -> String {
    let arguments = vec!["an".into(), "argument".into()];
    run_with(engine, path, arguments)
}

fn run_with(engine: &Engine, path: &Path, arguments: Vec<String>) -> String {
    let source = std::fs::read_to_string(path).expect("it can be read");
    let printed = Arc::new(Mutex::new(String::new()));
    let sink = printed.clone();
    let options = HostOptions {
        arguments,
        output: Output::new(move |_, bytes| {
            let mut printed = sink.lock().expect("no panic");
            printed.push_str(&String::from_utf8_lossy(bytes));
        }),
        // A script for a worker's global object says so by its name.
        identity: match path.to_string_lossy().contains("as_worker") {
            true => Identity::Worker,
            false => Identity::Shell,
        },
        limiter: Some(Arc::new(|| Box::new(few()))),
        ..HostOptions::default()
    };
    let mut host = Host::new(engine, options).expect("there is memory");
    // One that never ends fails, and holds up nobody.
    host.set_timeout(Duration::from_secs(60));
    let name = path.to_str().expect("a name of ours");
    let ending = match host.run_source(&assemble(&source), name) {
        Outcome::Finished => String::new(),
        Outcome::Quit(code) => format!("quit {code}\n"),
        Outcome::Interrupted => "interrupted\n".into(),
        Outcome::Uncaught(report) => format!("uncaught {}\n", report.message()),
    };
    drop(host);
    let printed = printed.lock().expect("no panic");
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
        assemble(
            "const { run } = new WebAssembly.Instance(new WebAssembly.Module(wat`(module (import \"m\" \"f\" (func $f))
                (func (export \"run\") (call $f) (loop br 0)))`), { m: { f: new WebAssembly.Suspending(async () => {}) } }).exports;
            WebAssembly.promising(run)().catch(() => { for (;;); })",
        ),
        "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)".to_owned(),
        "const word = new Int32Array(new SharedArrayBuffer(4)); try { Atomics.wait(word, 0, 0); } finally { for (;;); }".to_owned(),
        worker("for (;;);"),
        worker("Promise.reject().catch(() => { for (;;); });"),
        worker("Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)"),
        worker("setInterval(() => {}, 1)"),
        worker(&worker("for (;;);")),
        assemble(
            "const worker = new Worker('data:,onmessage = ({ data }) => new WebAssembly.Instance(data)');
            worker.postMessage(new WebAssembly.Module(wat`(module (func $f (loop br 0)) (start $f))`))",
        ),
        assemble(
            "const worker = new Worker('data:,onmessage = ({ data: [module, m] }) => new WebAssembly.Instance(module, { m: { m } })');
            worker.postMessage([new WebAssembly.Module(wat`(module (import \"m\" \"m\" (memory 1 1 shared))
                (func $f (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))) (start $f))`),
                new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })])",
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

#[test]
fn limits_hold_for_all_agents_together() {
    let engine = Engine::default();
    let fill = "const kept = []; try { for (;;) kept.push(ONE); } catch { }";
    let all = [
        fill.replace("ONE", "new SharedArrayBuffer(1 << 20)"),
        fill.replace("ONE", "new ArrayBuffer(1 << 20)"),
        format!(
            "const {{ port1, port2 }} = new MessageChannel(); const big = new ArrayBuffer(1 << 20); {}",
            fill.replace("ONE", "port1.postMessage(big)")
        ),
        fill.replace("ONE", "structuredClone(new SharedArrayBuffer(1 << 20))"),
    ];
    // Each fills what there is, and lets go of it when it ends: 48 MiB in which two would not fit.
    let ends = "print(kept.length > 20 && kept.length < 48)";
    for source in all {
        let here = format!("{source}; {ends}");
        let there = format!(
            "{source}; onmessage = () => {{}}; postMessage(kept.length > 20 && kept.length < 48)"
        );
        let worker = format!(
            "const worker = new Worker({:?}); worker.onmessage = ({{ data }}) => {{ {}; print(data && kept.length < 20); worker.terminate(); }}",
            format!("data:,{there}"),
            fill.replace("ONE", "new ArrayBuffer(1 << 20)")
        );
        for source in [here, worker] {
            assert_eq!(run_bounded(&engine, &source), "true\n", "{source}");
        }
    }
}

fn run_bounded(engine: &Engine, source: &str) -> String {
    let options = HostOptions {
        max_heap: Some(48 << 20),
        ..HostOptions::default()
    };
    run_printing(engine, source, Path::new("bounded.js"), options)
}

/// What a script prints that ends by itself.
fn run_printing(engine: &Engine, source: &str, name: &Path, options: HostOptions) -> String {
    let printed = Arc::new(Mutex::new(String::new()));
    let sink = printed.clone();
    let options = HostOptions {
        output: Output::new(move |_, bytes| {
            let mut printed = sink.lock().expect("no panic");
            printed.push_str(&String::from_utf8_lossy(bytes));
        }),
        ..options
    };
    let mut host = Host::new(engine, options).expect("there is memory");
    let outcome = host.run_source(source, name.to_str().expect("a name of ours"));
    assert!(
        matches!(outcome, Outcome::Finished),
        "{source}: {outcome:?}"
    );
    printed.lock().expect("no panic").clone()
}

#[test]
fn no_api_of_a_shell_reaches_more_than_is_granted() {
    let folder = tempfile::tempdir().expect("there is room");
    let inside = folder.path().join("inside");
    std::fs::create_dir(&inside).expect("it can be made");
    std::fs::write(folder.path().join("secret.js"), "0").expect("it can be written");
    std::fs::write(folder.path().join("secret.wasm"), "\0asm\x01\0\0\0")
        .expect("it can be written");
    for ending in ["js", "wasm"] {
        let link = inside.join(format!("link.{ending}"));
        std::os::unix::fs::symlink(format!("../secret.{ending}"), link).expect("it can be made");
    }
    let source = r#"
        const worker = (url) => new Promise((done, failed) => {
            const worker = new Worker(url);
            // Of a script that cannot be read the event says no more.
            worker.onerror = (event) => { event.preventDefault(); failed({ message: event.message ?? "--allow-read" }); };
            worker.onmessage = ({ data }) => (data === "done" ? done() : failed({ message: data }));
        });
        const within = (text) => worker(`data:,Promise.resolve().then(() => ${text}).then(() => postMessage("done"), (error) => postMessage(error.message))`);
        const folder = import.meta.url.replace(/[^/]*$/, "");
        for (const url of [`${folder}../secret.js`, `${folder}link.js`]) {
            const path = url.replace("file://", "");
            for (const [name, action] of Object.entries({
                read: () => read(path), readbuffer: () => readbuffer(path), load: () => load(path), fetch: () => fetch(url),
                import: () => import(url), "import source": () => import(url.replace(".js", ".wasm")), worker: () => worker(url),
                "import within a worker": () => within(`import(${JSON.stringify(url)})`), "fetch within a worker": () => within(`fetch(${JSON.stringify(url)})`),
            })) {
                try { await action(); print(name, "was done"); } catch (error) {
                    if (!error.message.includes("--allow-read")) print(name, error.message);
                }
            }
        }
        print("all were refused");
    "#;
    let main = inside.join("main.mjs");
    let options = HostOptions {
        access: Access {
            read: Scope::only([inside]),
            write: Scope::Only(Vec::new()),
            network: false,
        },
        ..HostOptions::default()
    };
    let printed = run_printing(&Engine::default(), source, &main, options);
    assert_eq!(printed, "all were refused\n");
}

/// A script that starts a worker of this script.
fn worker(source: &str) -> String {
    let url = format!("data:text/javascript,{}", source.replace('%', "%25"));
    format!("new Worker({url:?})")
}

#[test]
fn an_uncaught_error_shows_the_line_of_a_function_of_wasm() {
    let engine = Engine::default();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("modules/sum.c");
    let frame = format!(
        "    at adler (wasm://wasm/0a1b2c3d:wasm-function[0]:0x1f) [{}:14:17]\n",
        file.display()
    );
    let source = format!("const e = new Error('in wasm'); e.stack = {frame:?}; throw e");
    let mut host = Host::new(&engine, HostOptions::default()).expect("there is memory");
    let Outcome::Uncaught(report) = host.run_source(&source, "throws.js") else {
        panic!("it throws");
    };
    let line = "\n    a = step(a, bytes[i]);\n                ^\nUncaught Error: in wasm\n";
    assert!(report.to_string().contains(line), "{report}");
}
