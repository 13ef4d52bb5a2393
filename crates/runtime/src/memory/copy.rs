//! Copies between memories and out of them.
//!
//! Memories of one store are copied as the standard library does it. Bytes of shared memories can
//! change under the copy, which Rust has no words for, so these are moved by one string instruction each, of which the
//! compiler knows nothing.

/// Copies `len` bytes within or between memories as if through a buffer.
///
/// # Safety
/// Both ranges are within memories; `shared` if either can be accessed by other threads.
pub(crate) unsafe fn copy_bytes(target: *mut u8, source: *const u8, len: usize, shared: bool) {
    match shared {
        // SAFETY: the caller's; nobody else accesses them.
        false => unsafe { std::ptr::copy(source, target, len) },
        // SAFETY: the caller's.
        true if is_forward(target, source, len) => unsafe { string_move(target, source, len) },
        // SAFETY: the caller's.
        true => unsafe { move_backward(target, source, len) },
    }
}

/// Sets `len` bytes to `value`.
///
/// # Safety
/// The range is within a memory; `shared` if other threads can access it.
pub(crate) unsafe fn fill_bytes(target: *mut u8, value: u8, len: usize, shared: bool) {
    match shared {
        // SAFETY: the caller's; nobody else accesses them.
        false => unsafe { std::ptr::write_bytes(target, value, len) },
        // SAFETY: the caller's.
        true => unsafe { string_fill(target, value, len) },
    }
}

/// Copies out of a memory into a buffer of Rust's.
///
/// # Safety
/// As for [`copy_bytes`], and the buffer is in no memory.
pub(crate) unsafe fn read_bytes(source: *const u8, buffer: &mut [u8], shared: bool) {
    // SAFETY: the caller's.
    unsafe { copy_bytes(buffer.as_mut_ptr(), source, buffer.len(), shared) }
}

/// Copies a buffer of Rust's into a memory.
///
/// # Safety
/// As for [`copy_bytes`], and the buffer is in no memory.
pub(crate) unsafe fn write_bytes(target: *mut u8, bytes: &[u8], shared: bool) {
    // SAFETY: the caller's.
    unsafe { copy_bytes(target, bytes.as_ptr(), bytes.len(), shared) }
}

/// Whether copying by ascending address is the same as copying through a buffer.
fn is_forward(target: *mut u8, source: *const u8, len: usize) -> bool {
    (target as usize).wrapping_sub(source as usize) >= len
}

unsafe fn string_move(target: *mut u8, source: *const u8, len: usize) {
    // SAFETY: the caller's: both ranges are accessible. The direction flag is clear by the ABI.
    unsafe {
        std::arch::asm!(
            "rep movsb",
            inout("rcx") len => _,
            inout("rdi") target => _,
            inout("rsi") source => _,
            options(nostack, preserves_flags),
        );
    }
}

unsafe fn string_fill(target: *mut u8, value: u8, len: usize) {
    // SAFETY: the caller's: the range is accessible. The direction flag is clear by the ABI.
    unsafe {
        std::arch::asm!(
            "rep stosb",
            inout("rcx") len => _,
            inout("rdi") target => _,
            in("al") value,
            options(nostack, preserves_flags),
        );
    }
}

/// A copy to a higher, overlapping address: from the end, by way of a buffer.
unsafe fn move_backward(target: *mut u8, source: *const u8, len: usize) {
    const STEP: usize = 4096;
    let mut buffer = [0u8; STEP];
    let mut left = len;
    while left > 0 {
        let step = left.min(STEP);
        left -= step;
        // SAFETY: `left + step <= len`, so both parts are within the ranges.
        unsafe {
            string_move(buffer.as_mut_ptr(), source.add(left), step);
            string_move(target.add(left), buffer.as_ptr(), step);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_copies_act_as_if_through_a_buffer() {
        for shared in [false, true] {
            for (target, source) in [(0, 100), (100, 0), (3, 4), (4, 3), (5000, 0)] {
                let mut bytes: Vec<u8> = (0..20_000u32).map(|index| (index * 7) as u8).collect();
                let expected = bytes[source..source + 10_000].to_vec();
                let base = bytes.as_mut_ptr();
                // SAFETY: within the vector.
                unsafe { copy_bytes(base.add(target), base.add(source), 10_000, shared) };
                assert_eq!(
                    bytes[target..target + 10_000],
                    expected,
                    "{target} {source}"
                );
            }
        }
    }
}
