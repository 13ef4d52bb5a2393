//! How the C library's allocator takes memory from the system.
//!
//! Left alone it grows the heap of a thread page by page, and gives back what is free at its end at once. A
//! program that compiles takes the same memory again and again, and would pay for each page each time.

/// Bytes by which heaps grow.
const GROW: libc::c_int = 16 << 20;
/// Free bytes at the end of a heap beyond which they are given back.
const KEEP: libc::c_int = 32 << 20;
/// Bytes from which an allocation is a mapping of its own, which is given back when it is freed.
const MAP: libc::c_int = 4 << 20;

/// Has heaps grow by megabytes, and keep what was freed.
pub(crate) fn settle() {
    #[cfg(target_env = "gnu")]
    // SAFETY: these set numbers of the allocator, before there are threads. A refusal costs speed alone.
    unsafe {
        libc::mallopt(libc::M_TOP_PAD, GROW);
        libc::mallopt(libc::M_TRIM_THRESHOLD, KEEP);
        libc::mallopt(libc::M_MMAP_THRESHOLD, MAP);
    }
}
