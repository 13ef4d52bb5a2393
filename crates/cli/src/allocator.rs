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

/// Bytes of a large page.
const LARGE_PAGE: usize = 2 << 20;

/// Has heaps grow by megabytes, and keep what was freed.
pub(crate) fn settle() {
    #[cfg(target_env = "gnu")]
    // SAFETY: these set numbers of the allocator, before there are threads. A refusal costs speed alone.
    unsafe {
        libc::mallopt(libc::M_TOP_PAD, GROW);
        libc::mallopt(libc::M_TRIM_THRESHOLD, KEEP);
        libc::mallopt(libc::M_MMAP_THRESHOLD, MAP);
    }
    prefer_large_pages();
}

/// Asks the system to back what the first heap grows by at first with large pages. They start at a multiple of
/// their size, so a small program, which needs less than there is up to the first of them, takes none.
fn prefer_large_pages() {
    // Has the heap grow now.
    drop(std::hint::black_box(Box::new(0_u64)));
    // SAFETY: this moves nothing, and advice changes the contents of no page. What is advised on is within the heap, which
    // has just grown, or fails if it has not. A refusal costs speed alone.
    unsafe {
        let end = libc::sbrk(0);
        let first = end.map_addr(|end| (end - GROW as usize).next_multiple_of(LARGE_PAGE));
        let size = end.addr().saturating_sub(first.addr()) / LARGE_PAGE * LARGE_PAGE;
        libc::madvise(first, size, libc::MADV_HUGEPAGE);
    }
}
