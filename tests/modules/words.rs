//! Counts words, as Rust without its standard library:
//! rustc --edition 2024 --target wasm32-wasip1-threads -C opt-level=s -C panic=abort -C strip=debuginfo
//!   -C link-self-contained=no -C link-arg=--no-entry -C link-arg=--export=words --crate-type cdylib -o words.wasm words.rs
#![no_std]

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

mod text {
    pub struct Words<'a>(pub &'a [u8]);

    impl Iterator for Words<'_> {
        type Item = usize;

        #[inline(never)]
        fn next(&mut self) -> Option<usize> {
            let start = self.0.iter().position(|byte| !byte.is_ascii_whitespace())?;
            let rest = &self.0[start..];
            let end = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
            self.0 = &rest[end..];
            Some(end)
        }
    }
}

/// The words in a text: how many.
///
/// # Safety
/// `start` has `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn words(start: *const u8, length: usize) -> usize {
    text::Words(unsafe { core::slice::from_raw_parts(start, length) }).count()
}
