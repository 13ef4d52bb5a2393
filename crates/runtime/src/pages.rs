//! Ranges of address space from the kernel: reserve, make accessible, give back.
//!
//! Reservations are private and not counted against the machine's memory (`MAP_NORESERVE`) until
//! their pages are written.

use std::ffi::c_void;
use std::io;
use std::ptr::{self, NonNull};

use rustix::mm::{Advice, MapFlags, MprotectFlags, ProtFlags};

/// Bytes of a page of the host.
pub const HOST_PAGE: usize = 4096;

/// Rounds `bytes` up to whole pages of the host.
pub fn round_up(bytes: usize) -> Option<usize> {
    bytes.checked_next_multiple_of(HOST_PAGE)
}

/// A range of address space that belongs to its owner and is unmapped with it.
#[derive(Debug)]
pub struct Reservation {
    base: NonNull<u8>,
    len: usize,
}

// SAFETY: it is plain memory without affinity to a thread.
unsafe impl Send for Reservation {}
// SAFETY: its own methods that change protections take `&self` but are `unsafe` or idempotent calls to the kernel.
unsafe impl Sync for Reservation {}

impl Reservation {
    /// Reserves `len` bytes, rounded up to whole pages, without access.
    ///
    /// # Errors
    /// When there is not that much address space.
    pub fn new(len: usize) -> io::Result<Self> {
        Self::map(len, ProtFlags::empty())
    }

    /// Reserves `len` bytes, rounded up to whole pages, zero and accessible.
    ///
    /// # Errors
    /// When there is not that much address space.
    pub fn accessible(len: usize) -> io::Result<Self> {
        Self::map(len, ProtFlags::READ | ProtFlags::WRITE)
    }

    fn map(len: usize, protection: ProtFlags) -> io::Result<Self> {
        let len = round_up(len.max(1)).ok_or(io::ErrorKind::OutOfMemory)?;
        let flags = MapFlags::PRIVATE | MapFlags::NORESERVE;
        // SAFETY: a fresh mapping at an address of the kernel's choice.
        let base = unsafe { rustix::mm::mmap_anonymous(ptr::null_mut(), len, protection, flags) }?;
        let base = NonNull::new(base.cast()).ok_or(io::ErrorKind::OutOfMemory)?;
        Ok(Self { base, len })
    }

    /// The first byte.
    pub fn base(&self) -> *mut u8 {
        self.base.as_ptr()
    }

    /// The length in bytes: whole pages.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it has no bytes: never.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    fn at(&self, start: usize, len: usize) -> *mut c_void {
        assert!(start <= self.len && len <= self.len - start);
        // SAFETY: within the reservation.
        unsafe { self.base.as_ptr().add(start) }.cast()
    }

    /// Makes a range readable and writable. `start` and `len` are whole pages.
    ///
    /// # Errors
    /// When the kernel has no memory for it.
    pub fn allow(&self, start: usize, len: usize) -> io::Result<()> {
        self.protect(start, len, MprotectFlags::READ | MprotectFlags::WRITE)
    }

    /// Takes access to a range away. `start` and `len` are whole pages.
    ///
    /// # Errors
    /// When the kernel cannot split the mapping further.
    pub fn deny(&self, start: usize, len: usize) -> io::Result<()> {
        self.protect(start, len, MprotectFlags::empty())
    }

    fn protect(&self, start: usize, len: usize, flags: MprotectFlags) -> io::Result<()> {
        if len == 0 {
            return Ok(());
        }
        // SAFETY: the range is ours; who holds pointers into it relies on the memory's own length.
        unsafe { rustix::mm::mprotect(self.at(start, len), len, flags) }?;
        Ok(())
    }

    /// Asks the kernel to back a range by large pages, where it can.
    pub fn prefer_large_pages(&self, start: usize, len: usize) {
        // SAFETY: the range is ours; the advice changes no contents. A refusal costs speed alone.
        let _ = unsafe { rustix::mm::madvise(self.at(start, len), len, Advice::LinuxHugepage) };
    }

    /// Drops the contents of a range: it reads as zero, or as the file mapped there, again.
    ///
    /// # Errors
    /// Those of `madvise`.
    pub fn reset(&self, start: usize, len: usize) -> io::Result<()> {
        if len == 0 {
            return Ok(());
        }
        // SAFETY: the range is ours, and nobody may rely on contents that its owner resets.
        unsafe { rustix::mm::madvise(self.at(start, len), len, Advice::LinuxDontNeed) }?;
        Ok(())
    }

    /// Maps `len` bytes of `file` privately over the range at `start`, readable and writable.
    ///
    /// # Errors
    /// Those of `mmap`.
    pub fn map_file(
        &self,
        start: usize,
        len: usize,
        file: impl std::os::fd::AsFd,
    ) -> io::Result<()> {
        self.map_fixed(start, len, |address, flags| {
            let access = ProtFlags::READ | ProtFlags::WRITE;
            // SAFETY: it replaces a range of our own mapping.
            unsafe { rustix::mm::mmap(address, len, access, flags, file, 0) }
        })
    }

    /// Replaces the range at `start` by fresh zero pages, readable and writable.
    ///
    /// # Errors
    /// Those of `mmap`.
    pub fn map_zero(&self, start: usize, len: usize) -> io::Result<()> {
        self.map_fixed(start, len, |address, flags| {
            let access = ProtFlags::READ | ProtFlags::WRITE;
            // SAFETY: it replaces a range of our own mapping.
            unsafe { rustix::mm::mmap_anonymous(address, len, access, flags) }
        })
    }

    fn map_fixed(
        &self,
        start: usize,
        len: usize,
        map: impl FnOnce(*mut c_void, MapFlags) -> rustix::io::Result<*mut c_void>,
    ) -> io::Result<()> {
        if len == 0 {
            return Ok(());
        }
        let flags = MapFlags::PRIVATE | MapFlags::NORESERVE | MapFlags::FIXED;
        map(self.at(start, len), flags)?;
        Ok(())
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours and nothing refers to it any more. Failure leaks it, which is all one can do.
        let _ = unsafe { rustix::mm::munmap(self.base.as_ptr().cast(), self.len) };
    }
}
