//! Programs for Node, with what Node 26 printed.
//!
//! Each script beside this file has a file `.expected` with its standard output, and a last line with its exit code if that is
//! not 0, for the arguments `one two`. The packages in `node_modules` are ours.

mod bad_input;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use weft::Engine;
use weft_js::{Access, Host, HostOptions, Identity, Outcome, Output, Scope, Stream};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("node")
}

fn programs() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder()).expect("the folder is there");
    let mut programs: Vec<PathBuf> = entries
        .map(|entry| entry.expect("it can be listed").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|it| it == "cjs" || it == "mjs")
        })
        .collect();
    programs.sort();
    programs
}

/// What a program prints, and how it ends.
fn run(engine: &Engine, path: &Path) -> String {
    run_with(engine, path, &["one", "two"])
}

fn run_with(engine: &Engine, path: &Path, arguments: &[&str]) -> String {
    let printed = Arc::new(Mutex::new(Vec::new()));
    let sink = printed.clone();
    let options = HostOptions {
        identity: Identity::Node,
        arguments: arguments.iter().map(|it| (*it).to_owned()).collect(),
        output: Output::new(move |stream, bytes| {
            if stream == Stream::Output {
                sink.lock().expect("no panic").extend_from_slice(bytes);
            }
        }),
        ..HostOptions::default()
    };
    let mut host = Host::new(engine, options).expect("there is memory");
    let outcome = host.run_file(path).expect("it can be read");
    drop(host);
    let mut text = String::from_utf8_lossy(&printed.lock().expect("no panic")).into_owned();
    match outcome {
        Outcome::Finished => {}
        Outcome::Quit(code) => text.push_str(&format!("exit code {code}\n")),
        other => text.push_str(&format!("{other:?}\n")),
    }
    text
}

#[test]
fn programs_print_what_they_do_in_node() {
    let engine = Engine::default();
    let mut failed = Vec::new();
    for path in programs() {
        let printed = run(&engine, &path);
        let expected = std::fs::read_to_string(path.with_extension("expected"));
        let expected = expected.expect("every program has one");
        if printed != expected {
            let mut lines = printed.lines().zip(expected.lines());
            let place = lines.position(|(printed, expected)| printed != expected);
            let place = place.map_or_else(|| "the end".into(), |at| (at + 1).to_string());
            let path = path.display();
            failed.push(format!(
                "{path}: first difference at line {place}\n{printed}"
            ));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn what_a_file_is_for_is_seen() {
    let of = |name: &str| Identity::of_file(&folder().join(name));
    assert_eq!(of("require.cjs"), Identity::Node);
    assert_eq!(of("import.mjs"), Identity::Node);
    assert_eq!(of("node_modules/esm-package/src/thing.js"), Identity::Node);
    assert_eq!(of("lib/awaits.mjs"), Identity::Shell);
    assert_eq!(of("node_modules/dual/lib/index.mjs"), Identity::Shell);
}

#[test]
fn an_exception_that_nobody_catches_is_reported() {
    let engine = Engine::default();
    let printed = run(&engine, &folder().join("lib/throws.cjs"));
    assert!(printed.contains("thrown by a module"), "{printed}");
}

#[test]
fn modules_ask_no_prototype_that_a_program_may_have_changed() {
    let engine = Engine::default();
    let path = folder().join("lib/changed_prototypes.cjs");
    let kinds = [
        "nothing",
        "iteration",
        "objects",
        "arrays",
        "texts",
        "expressions",
        "functions",
        "promises",
        "collections",
    ];
    let printed = kinds.map(|kind| run_with(&engine, &path, &[kind]));
    assert!(printed[0].ends_with("vm 1\n"), "{}", printed[0]);
    for (kind, printed) in kinds.iter().zip(&printed) {
        assert!(!printed.contains("used: "), "{kind}: {printed}");
    }
    for (kind, changed) in kinds.iter().zip(&printed) {
        assert_eq!(changed, &printed[0], "{kind}");
    }
}

/// What a program prints that may read `inside` alone, and write `writable`.
fn confined(inside: &Path, writable: &Path, source: &str) -> String {
    let main = inside.join("main.cjs");
    std::fs::write(&main, source).expect("it can be written");
    let printed = Arc::new(Mutex::new(Vec::new()));
    let sink = printed.clone();
    let options = HostOptions {
        identity: Identity::Node,
        output: Output::new(move |_, bytes| {
            sink.lock().expect("no panic").extend_from_slice(bytes);
        }),
        access: Access {
            read: Scope::only([inside.to_owned()]),
            write: Scope::only([writable.to_owned()]),
            network: false,
        },
        ..HostOptions::default()
    };
    let mut host = Host::new(&Engine::default(), options).expect("there is memory");
    let outcome = host.run_file(&main).expect("it can be read");
    assert!(matches!(outcome, Outcome::Finished), "{outcome:?}");
    String::from_utf8_lossy(&printed.lock().expect("no panic")).into_owned()
}

#[test]
fn files_outside_of_what_is_granted_are_out_of_reach() {
    let folder = std::env::temp_dir().join(format!("weft-node-{}", std::process::id()));
    let inside = folder.join("inside");
    std::fs::create_dir_all(&inside).expect("it can be made");
    std::fs::write(folder.join("secret"), "secret").expect("it can be written");
    let printed = confined(
        &inside,
        &inside,
        r#"
        const fs = require("fs");
        const at = (name) => __dirname + "/" + name;
        const attempt = (name, action) => {
            try { action(); console.log(name, "done"); } catch (error) { console.log(name, error.code, error.message.includes("--allow-")); }
        };
        fs.symlinkSync(at("../secret"), at("link"));
        attempt("read", () => fs.readFileSync(at("link")));
        attempt("outside", () => fs.readFileSync(at("../secret")));
        attempt("open", () => fs.openSync(at("link"), "r+"));
        attempt("write", () => fs.writeFileSync(at("link"), "x"));
        attempt("truncate", () => fs.truncateSync(at("link")));
        attempt("chmod", () => fs.chmodSync(at("link"), 0o777));
        attempt("copy", () => fs.copyFileSync(at("link"), at("copy")));
        attempt("hard link", () => fs.linkSync(at("../secret"), at("hard")));
        attempt("rename", () => fs.renameSync(at("../secret"), at("mine")));
        attempt("list", () => fs.readdirSync(at("..")));
        attempt("stat", () => fs.statSync(at("link")));
        attempt("lstat", () => fs.lstatSync(at("link")));
        console.log(fs.readlinkSync(at("link")).endsWith("../secret"));
        attempt("unlink", () => fs.unlinkSync(at("link")));
        attempt("new", () => fs.writeFileSync(at("new"), "x"));
        console.log(fs.readFileSync(at("new"), "utf8"));
        "#,
    );
    let secret = std::fs::read_to_string(folder.join("secret"));
    let _ = std::fs::remove_dir_all(&folder);
    assert_eq!(secret.expect("nobody could remove it"), "secret");
    assert_eq!(
        printed,
        "read EACCES true\noutside EACCES true\nopen EACCES true\nwrite EACCES true\ntruncate EACCES true\n\
         chmod EACCES true\ncopy EACCES true\nhard link EACCES true\nrename EACCES true\nlist EACCES true\n\
         stat EACCES true\nlstat done\ntrue\nunlink done\nnew done\nx\n"
    );
}

#[test]
fn programs_of_wasi_and_workers_get_no_more_than_the_script() {
    let folder = std::env::temp_dir().join(format!("weft-node-wasi-{}", std::process::id()));
    let (inside, writable) = (folder.join("inside"), folder.join("inside/writable"));
    std::fs::create_dir_all(&writable).expect("it can be made");
    std::fs::write(folder.join("secret.js"), "0").expect("it can be written");
    let printed = confined(
        &inside,
        &writable,
        r#"
        const { WASI } = require("wasi"), { Worker } = require("worker_threads");
        const memory = new WebAssembly.Memory({ initial: 1 }), bytes = Buffer.from(memory.buffer);
        bytes.write("made");
        // Makes a file in the folder that a program gets, and gives the number of the error.
        const attempt = (name, folder) => {
            try {
                const wasi = new WASI({ version: "preview1", preopens: { "/": folder } });
                wasi.finalizeBindings({ exports: { memory } });
                console.log(name, wasi.wasiImport.path_open(3, 0, 0, 4, 1, 64n, 0n, 0, 8));
            } catch (error) { console.log(name, error.code, error.message.includes("--allow-read")); }
        };
        attempt("outside", __dirname + "/..");
        attempt("inside", __dirname);
        attempt("writable", __dirname + "/writable");
        const worker = new Worker(__dirname + "/../secret.js");
        worker.on("error", (error) => console.log("error", error.message.includes("--allow-read")));
        "#,
    );
    let made = writable.join("made").exists() && !inside.join("made").exists();
    let _ = std::fs::remove_dir_all(&folder);
    assert!(made);
    assert_eq!(
        printed,
        "outside EACCES true\ninside 69\nwritable 0\nerror true\n"
    );
}

#[test]
fn no_api_reaches_more_than_is_granted() {
    let folder = tempfile::tempdir().expect("there is room");
    let inside = folder.path().join("inside");
    std::fs::create_dir_all(inside.join("folder")).expect("it can be made");
    let secrets = [
        ("secret.js", "console.log('read')"),
        ("secret.json", "{}"),
        ("secret.wasm", "\0asm\x01\0\0\0"),
    ];
    for (name, text) in secrets {
        std::fs::write(folder.path().join(name), text).expect("it can be written");
    }
    let package = folder.path().join("node_modules/secret-package");
    std::fs::create_dir_all(&package).expect("it can be made");
    std::fs::write(package.join("index.js"), "").expect("it can be written");
    std::os::unix::fs::symlink("../secret.js", inside.join("link")).expect("it can be made");
    let none = folder.path().join("none");
    let printed = confined(&inside, &none, include_str!("lib/denied.cjs"));
    assert_eq!(
        printed,
        "--allow-read 84 of 84 refused\n--allow-write 37 of 37 refused\n--deny-net 5 of 5 refused\n"
    );
}

#[test]
fn a_server_needs_the_network() {
    let folder = tempfile::tempdir().expect("there is room");
    let printed = confined(
        folder.path(),
        folder.path(),
        r#"
        const server = require("http").createServer(() => {});
        server.on("error", (error) => console.log(error.code, error.message.includes("--deny-net"), server.listening));
        server.listen(0);
        "#,
    );
    assert_eq!(printed, "EACCES true false\n");
}

#[test]
fn the_example_draws_its_picture() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/silk.mjs");
    let folder = tempfile::tempdir().expect("there is room");
    let picture = folder.path().join("silk.png");
    let printed = Arc::new(Mutex::new(Vec::new()));
    let sink = printed.clone();
    let options = HostOptions {
        identity: Identity::of_file(&example),
        arguments: vec![picture.display().to_string()],
        output: Output::new(move |_, bytes| {
            sink.lock().expect("no panic").extend_from_slice(bytes);
        }),
        ..HostOptions::default()
    };
    let mut host = Host::new(&Engine::default(), options).expect("there is memory");
    let outcome = host.run_file(&example).expect("it can be read");
    assert!(matches!(outcome, Outcome::Finished), "{outcome:?}");
    let printed = String::from_utf8_lossy(&printed.lock().expect("no panic")).into_owned();
    assert!(printed.contains("1000 × 1000"), "{printed}");
    let picture = std::fs::read(picture).expect("it is there");
    assert!(picture.starts_with(b"\x89PNG\r\n\x1a\n") && picture.len() > 1_000_000);
}
