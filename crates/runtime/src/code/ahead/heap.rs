//! The memory that a thread which compiles takes from its heap: some megabytes, at once.

/// Bytes of a large page.
const LARGE: usize = 2 << 20;
/// How many of them a large function takes.
const COUNT: usize = 4;
/// Bytes before the first large page that the allocator may have written to.
const MARGIN: usize = 4096;

/// Memory that nobody uses, so that what is allocated next begins at a large page.
pub(super) struct Gap(#[expect(dead_code, reason = "it is there")] Vec<u8>);

/// Asks the system to back the heap of this thread, which has hardly begun, by large pages: a fault for each small one
/// costs more than a tenth of the time that a large function takes to compile. What is allocated while the result is there lies in them.
pub(super) fn prefer_large_pages() -> Gap {
    // Where it begins there are small pages already.
    let gap = |first: *const u8| first.addr().next_multiple_of(LARGE) - first.addr();
    let first = std::hint::black_box(Box::new(0_u8));
    let skipped = gap(&raw const *first).saturating_sub(MARGIN);
    let skipped = std::hint::black_box(Vec::<u8>::with_capacity(skipped));
    let start = skipped.as_ptr();
    let start = start.wrapping_byte_add(gap(start));
    // SAFETY: advice changes the contents of no page, wherever the heap ends. A refusal costs speed alone.
    unsafe { libc::madvise(start.cast_mut().cast(), COUNT * LARGE, libc::MADV_HUGEPAGE) };
    Gap(skipped)
}
