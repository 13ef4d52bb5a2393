//! A script may do with the `WebAssembly` namespace what it likes.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use weft::Engine;

static ENGINE: LazyLock<Engine> = LazyLock::new(Engine::default);

fuzz_target!(|program: &[u8]| {
    weft_js::check::namespace(&ENGINE, program);
});
