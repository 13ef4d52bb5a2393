//! The project's automation, in the project's language.
//!
//! `cargo xtask` lists the tasks. Each is a file; this one only chooses between them.

mod conformance;
mod corpus;
mod doctor_check;
mod explore_check;
mod js_api;
mod notices;
mod project;
mod tidy;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask TASK

  tidy                          check the house: arrows between crates, headers, documents
  notices [--check]             write THIRD-PARTY.md from the dependencies' own licences
  conformance spec --path DIR   run test/core and the older exceptions of a WebAssembly/spec checkout
  conformance js-api --path DIR run test/js-api of a WebAssembly/spec checkout
  conformance wasi --path DIR   run the preview 1 programs of a WebAssembly/wasi-testsuite checkout
  conformance misc --path DIR   run tests/misc_testsuite of a bytecodealliance/wasmtime checkout
  corpus --path DIR [NAME...]   run published packages: bring them to $CORPUS or ~/.cache/weft-corpus, and compare with what Node
                                printed, which is in DIR with their scripts
  doctor-check --path DIR       ask weft doctor about published packages that are below DIR
  explore-check MODULE          open a page of weft explore in Chromium: speed, keyboard, errors, pictures

conformance, corpus and the checks use target/release/weft (cargo build --release first) and print what fails and a count.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["tidy"] => tidy::run(),
        ["notices"] => notices::write(),
        ["notices", "--check"] => notices::check(),
        ["doctor-check", "--path", path] => doctor_check::run(path.as_ref()),
        ["explore-check", module] => explore_check::run(module.as_ref()),
        ["conformance", "spec", "--path", path] => conformance::spec(path.as_ref()),
        ["conformance", "js-api", "--path", path] => js_api::run(path.as_ref()),
        ["conformance", "wasi", "--path", path] => conformance::wasi(path.as_ref()),
        ["conformance", "misc", "--path", path] => conformance::misc(path.as_ref()),
        ["corpus", "--path", path, names @ ..] => corpus::run(path.as_ref(), names),
        _ => {
            eprintln!("{HELP}");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
