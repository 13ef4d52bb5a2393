//! The bytes of an artifact, in a buffer or a file mapping, aligned for the tables in them.

use std::fs::File;
use std::io;
use std::ptr::NonNull;

/// The bytes of an artifact, aligned to 16.
pub(super) enum Bytes {
    Mapped { start: NonNull<u8>, len: usize },
    Copied { words: Box<[u128]>, len: usize },
}

// SAFETY: the mapping is private and read-only, and owned by this value alone.
unsafe impl Send for Bytes {}
// SAFETY: as above: nobody writes to it.
unsafe impl Sync for Bytes {}

impl Bytes {
    pub(super) fn copy(bytes: &[u8]) -> Self {
        let mut words = vec![0_u128; bytes.len().div_ceil(16)].into_boxed_slice();
        // SAFETY: the words have room for the bytes.
        unsafe {
            std::ptr::copy_nonoverlapping(
                bytes.as_ptr(),
                words.as_mut_ptr().cast::<u8>(),
                bytes.len(),
            );
        }
        Self::Copied {
            words,
            len: bytes.len(),
        }
    }

    pub(super) fn map(file: &File) -> io::Result<Self> {
        use rustix::mm::{MapFlags, ProtFlags, mmap};
        let len = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
        if len == 0 {
            return Ok(Self::copy(&[]));
        }
        // SAFETY: a new mapping at a place of the kernel's choice.
        let start = unsafe {
            mmap(
                std::ptr::null_mut(),
                len,
                ProtFlags::READ,
                MapFlags::PRIVATE | MapFlags::POPULATE,
                file,
                0,
            )?
        };
        let start = NonNull::new(start.cast()).ok_or(io::ErrorKind::OutOfMemory)?;
        Ok(Self::Mapped { start, len })
    }

    pub(super) fn as_slice(&self) -> &[u8] {
        let (start, len) = match self {
            Self::Mapped { start, len } => (start.as_ptr().cast_const(), *len),
            Self::Copied { words, len } => (words.as_ptr().cast(), *len),
        };
        // SAFETY: both own that many readable bytes for as long as they live.
        unsafe { std::slice::from_raw_parts(start, len) }
    }
}

impl Drop for Bytes {
    fn drop(&mut self) {
        if let Self::Mapped { start, len } = *self {
            // SAFETY: the mapping is ours and nobody borrows from it any more. A failure would leak it.
            let _ = unsafe { rustix::mm::munmap(start.as_ptr().cast(), len) };
        }
    }
}
