//! Modules of WebAssembly that scripts import: the folder `esm`, whose modules are in text form, by the rules of each identity.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use weft::Engine;
use weft_js::{Host, HostOptions, Identity, Outcome, Output};

/// A copy of the folder, with the modules in binary form.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("js/esm");
        let to = std::env::temp_dir().join(format!("weft-esm-{}", std::process::id()));
        std::fs::create_dir_all(&to).expect("a folder can be made");
        for entry in std::fs::read_dir(from).expect("the folder is there") {
            let path = entry.expect("it can be listed").path();
            let copy = to.join(path.file_name().expect("a file has a name"));
            let bytes = match path.extension().is_some_and(|it| it == "wat") {
                true => wat::parse_file(&path).unwrap_or_else(|error| panic!("{error}")),
                false => std::fs::read(&path).expect("it can be read"),
            };
            let copy = match path.extension().is_some_and(|it| it == "wat") {
                true => copy.with_extension("wasm"),
                false => copy,
            };
            std::fs::write(copy, bytes).expect("it can be written");
        }
        Self(to.canonicalize().expect("it has just been made"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn run(engine: &Engine, identity: Identity, path: &Path) -> String {
    let printed = Arc::new(Mutex::new(String::new()));
    let sink = printed.clone();
    let options = HostOptions {
        identity,
        output: Output::new(move |_, bytes| {
            let mut printed = sink.lock().expect("no panic");
            printed.push_str(&String::from_utf8_lossy(bytes));
        }),
        ..HostOptions::default()
    };
    let mut host = Host::new(engine, options).expect("there is memory");
    let ending = match host.run_file(path).expect("it can be read") {
        Outcome::Finished => String::new(),
        Outcome::Uncaught(report) => format!("uncaught {report}\n"),
        other => format!("{other:?}\n"),
    };
    drop(host);
    let printed = printed.lock().expect("no panic");
    format!("{printed}{ending}")
}

#[test]
fn modules_of_wasm_are_modules_of_javascript() {
    let folder = Folder::new();
    let engine = Engine::default();
    let main = folder.0.join("main.mjs");
    let expected = super::expected(&main);
    for identity in [Identity::Shell, Identity::Worker, Identity::Node] {
        let printed = run(&engine, identity, &main);
        let paths = format!("{}/", folder.0.display());
        assert_eq!(printed.replace(&paths, ""), expected, "{identity:?}");
    }
}
