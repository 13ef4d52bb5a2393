//! No guest sees or changes anything outside of the directory it was given.

#![no_main]

use libfuzzer_sys::fuzz_target;
use std::path::PathBuf;

fuzz_target!(|bytes: &[u8]| {
    let name = format!("weft-wasi-paths-{}", std::process::id());
    let scratch: PathBuf = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&scratch).expect("a scratch directory can be made");
    weft_wasi::check::wasi_paths(&scratch, bytes).expect("the stage can be set");
});
