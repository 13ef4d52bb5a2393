//! The compiler's own code, which lies in a file that the system maps by and by.

use std::ffi::c_int;

use crate::pages::HOST_PAGE;

/// Has the system map the code of the program that this is a part of, at once: a thread that compiles for the first time
/// would otherwise wait for it some two hundred times, and the threads that do so at the same time for each other.
pub(super) fn map() {
    // SAFETY: `advise` fits, and takes no data.
    unsafe { libc::dl_iterate_phdr(Some(advise), std::ptr::null_mut()) };
}

/// Maps the code of an object if it is ours, and then ends the iteration.
unsafe extern "C" fn advise(
    object: *mut libc::dl_phdr_info,
    _size: usize,
    _data: *mut libc::c_void,
) -> c_int {
    // SAFETY: the loader's own description, valid during the call.
    let (base, segments) = unsafe {
        let object = &*object;
        let count = usize::from(object.dlpi_phnum);
        let segments = std::slice::from_raw_parts(object.dlpi_phdr, count);
        (object.dlpi_addr as usize, segments)
    };
    let here = map as fn() as usize;
    let code = segments.iter().find_map(|segment| {
        let start = base + segment.p_vaddr as usize;
        let range = start..start + segment.p_memsz as usize;
        (segment.p_type == libc::PT_LOAD && range.contains(&here)).then_some(range)
    });
    let Some(code) = code else {
        return 0;
    };
    let start = code.start & !(HOST_PAGE - 1);
    // SAFETY: this reads what is mapped to be read. A refusal costs speed alone.
    unsafe {
        let start = std::ptr::without_provenance_mut(start);
        libc::madvise(start, code.end - start.addr(), libc::MADV_POPULATE_READ);
    }
    1
}
