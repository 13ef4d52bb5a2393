//! Any bytes can be looked at in every way, and what is shown of them does no harm.
//!
//! Half of the inputs are taken as they are, the other half as the contents of a module.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    match data.split_first() {
        Some((kind, sections)) if kind % 2 == 1 => {
            look(&[b"\0asm\x01\0\0\0", sections].concat());
        }
        Some((_, bytes)) => look(bytes),
        None => {}
    }
});

fn look(bytes: &[u8]) {
    weft_inspect::check::look_at(bytes);
    weft_inspect::check::print_parts(bytes);
}
