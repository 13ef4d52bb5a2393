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
#[cfg(target_env = "gnu")]
const LARGE: usize = 2 << 20;
/// Bytes of a block that is taken to see where the allocator is.
#[cfg(target_env = "gnu")]
const BLOCK: usize = 1024;

/// Has heaps grow by megabytes, and keep what was freed. There must be no other thread yet.
pub(crate) fn settle() {
    #[cfg(target_env = "gnu")]
    // SAFETY: these set numbers of the allocator, and move its heap, before there are threads. A refusal costs speed alone.
    unsafe {
        libc::mallopt(libc::M_TOP_PAD, GROW);
        libc::mallopt(libc::M_TRIM_THRESHOLD, KEEP);
        libc::mallopt(libc::M_MMAP_THRESHOLD, MAP);
        go_on_at_large_page();
    }
}

/// Has the main heap go on shortly before a large page, and asks for large pages from there: a fault for each small
/// one costs more than clearing the large ones.
///
/// # Safety
/// There is no other thread.
#[cfg(target_env = "gnu")]
unsafe fn go_on_at_large_page() {
    // SAFETY: the break only moves up, and the allocator expects others to move it. Advice changes no contents.
    unsafe {
        let end = libc::sbrk(0);
        if end.addr() == usize::MAX {
            return;
        }
        // Room for the first block, and for what the allocator writes behind it.
        let start = (end.addr() + 2 * BLOCK).next_multiple_of(LARGE);
        if libc::sbrk((start - 2 * BLOCK - end.addr()) as isize).addr() == usize::MAX {
            return;
        }
        // What is left before the old end is taken, and never touched.
        let first = take(BLOCK);
        take(end.addr().saturating_sub(first.saturating_add(4 * BLOCK)));
        // The heap has grown when a block lies beyond.
        (0..8).any(|_| take(BLOCK) >= end.addr());
        libc::madvise(end.with_addr(start), GROW as usize, libc::MADV_HUGEPAGE);
    }
}

/// The address of a block that nobody uses, or one past all of them.
#[cfg(target_env = "gnu")]
fn take(size: usize) -> usize {
    // The compiler would leave out what is not used.
    // SAFETY: any size is allowed.
    let block = std::hint::black_box(unsafe { libc::malloc(std::hint::black_box(size)) });
    match block.is_null() {
        true => usize::MAX,
        false => block.addr(),
    }
}
