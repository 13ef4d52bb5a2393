//! A generated module does the same in Weft as in an independent interpreter.

#![no_main]

use arbitrary::Unstructured;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    // Too little entropy for a module is no failure.
    let _ = weft_tests::differential::compile_run(&mut Unstructured::new(data));
});
