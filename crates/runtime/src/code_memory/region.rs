//! The process's region of code: its mappings and its free lists.

use std::io;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock};

use rustix::mm::{self, Advice, MapFlags, MprotectFlags, MremapFlags, ProtFlags};

/// Bytes of a chunk of code: what an arena takes at a time.
pub(super) const CHUNK: usize = 64 << 10;
/// Bytes of a page, the unit of data.
pub(super) const PAGE: usize = 4 << 10;
/// Functions start at multiples of this.
pub(super) const ALIGN: usize = 16;
/// How many units of code and of data that are free keep a page of memory each, so that small modules come and go without the system.
const MOST_SPARE: usize = 256;

/// Sizes to try: all within reach of `rel32`; the smaller ones for a short address space.
const SIZES: [usize; 3] = [2 << 30, 256 << 20, 64 << 20];

/// Code memory could not be had.
#[derive(Debug)]
pub enum CodeMemoryError {
    /// The region is full.
    Exhausted,
    /// The system refuses memory for code.
    System(io::Error),
}

impl std::fmt::Display for CodeMemoryError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exhausted => {
                f.write_str("memory for code is used up: drop modules that are not needed")
            }
            Self::System(error) => write!(f, "the system refuses memory for code: {error}"),
        }
    }
}

impl std::error::Error for CodeMemoryError {}

impl From<rustix::io::Errno> for CodeMemoryError {
    fn from(errno: rustix::io::Errno) -> Self {
        Self::System(errno.into())
    }
}

/// The region. Offsets into it are in bytes.
pub(super) struct Region {
    /// Where code runs.
    exec: usize,
    /// Where code is written: the same place if the system refuses a second mapping.
    write: usize,
    /// Where data begins.
    code_size: usize,
    /// A bit for each possible start of a function.
    starts: *const AtomicU64,
    code: Mutex<FreeList>,
    data: Mutex<FreeList>,
}

// SAFETY: the pointer is to memory that is only used atomically and never freed.
unsafe impl Send for Region {}
// SAFETY: as above.
unsafe impl Sync for Region {}

static REGION: OnceLock<Region> = OnceLock::new();

/// Whether `pc` is in code memory. Safe to call in a signal handler.
#[inline]
pub fn contains(pc: usize) -> bool {
    Region::existing().is_some_and(|region| region.offset_of(pc).is_some())
}

impl Region {
    /// The process's region, which is made when it is first asked for.
    pub(super) fn get() -> Result<&'static Self, CodeMemoryError> {
        static MAKING: Mutex<()> = Mutex::new(());
        if let Some(region) = REGION.get() {
            return Ok(region);
        }
        let _making = MAKING.lock().unwrap_or_else(|poison| poison.into_inner());
        if REGION.get().is_none() {
            let region = Self::new()?;
            return Ok(REGION.get_or_init(|| region));
        }
        Self::get()
    }

    /// The region, if there is code.
    #[inline]
    pub(super) fn existing() -> Option<&'static Self> {
        REGION.get()
    }

    fn new() -> Result<Self, CodeMemoryError> {
        let mut error = CodeMemoryError::Exhausted;
        for size in SIZES {
            for map in [map_twice, map_once] {
                match map(size).and_then(|maps| Self::with(maps, size)) {
                    Ok(region) => return Ok(region),
                    Err(errno) => error = errno.into(),
                }
            }
        }
        Err(error)
    }

    fn with(maps: Mappings, size: usize) -> rustix::io::Result<Self> {
        let code_size = size / 8 * 7;
        let bits = size / ALIGN / 8;
        // SAFETY: fresh mappings, or over a part of our own that nothing uses yet.
        let starts = unsafe {
            mm::mmap_anonymous(
                (maps.exec + code_size) as *mut _,
                size - code_size,
                ProtFlags::READ | ProtFlags::WRITE,
                MapFlags::PRIVATE | MapFlags::NORESERVE | MapFlags::FIXED,
            )?;
            anonymous(bits, ProtFlags::READ | ProtFlags::WRITE)?
        };
        let (exec, write) = maps.leak();
        Ok(Self {
            exec,
            write,
            code_size,
            starts: starts as *const AtomicU64,
            code: Mutex::new(FreeList::new(code_size / CHUNK)),
            data: Mutex::new(FreeList::new((size - code_size) / PAGE)),
        })
    }

    /// The smallest region, mapped twice or once.
    #[cfg(test)]
    pub(super) fn small(twice: bool) -> rustix::io::Result<Self> {
        let size = SIZES[2];
        Self::with(
            if twice {
                map_twice(size)
            } else {
                map_once(size)
            }?,
            size,
        )
    }

    /// Where offset `offset` is executed, or data there is used.
    pub(super) fn exec(&self, offset: usize) -> *mut u8 {
        (self.exec + offset) as *mut u8
    }

    /// Where code at `offset` is written.
    pub(super) fn write(&self, offset: usize) -> *mut u8 {
        (self.write + offset) as *mut u8
    }

    /// The offset of an address where code runs.
    #[inline]
    pub(super) fn offset_of(&self, pc: usize) -> Option<usize> {
        let offset = pc.wrapping_sub(self.exec);
        (offset < self.code_size).then_some(offset)
    }

    /// Whether code is written where it runs, so that whole pages change from one to the other.
    pub(super) fn is_single(&self) -> bool {
        self.exec == self.write
    }

    /// Takes contiguous chunks with `len` bytes at least; returns offset and length.
    pub(super) fn take_code(&self, len: usize) -> Result<(usize, usize), CodeMemoryError> {
        let count = len.div_ceil(CHUNK).max(1);
        let index = lock(&self.code)
            .take(count)
            .ok_or(CodeMemoryError::Exhausted)?;
        let (offset, len) = (index * CHUNK, count * CHUNK);
        if self.is_single()
            && let Err(error) =
                self.protect(offset, len, MprotectFlags::READ | MprotectFlags::WRITE)
        {
            lock(&self.code).give(index, count);
            return Err(error);
        }
        Ok((offset, len))
    }

    /// Gives chunks back, of which no more than the first `used` bytes have been written to.
    pub(super) fn give_code(&self, offset: usize, len: usize, used: usize) {
        self.forget_starts(offset, len);
        let is_small = len == CHUNK && used <= PAGE && !self.is_single();
        if is_small && lock(&self.code).spare(offset / CHUNK) {
            return;
        }
        // Failing to free the pages costs memory, and nothing else: whoever takes them next overwrites them.
        let _ = match self.is_single() {
            true => self.reset_single(offset, len),
            false => self.reset_shared(offset, len),
        };
        lock(&self.code).give(offset / CHUNK, len / CHUNK);
    }

    fn reset_shared(&self, offset: usize, len: usize) -> rustix::io::Result<()> {
        // SAFETY: nothing uses the chunk any more.
        unsafe { mm::madvise(self.write(offset).cast(), len, Advice::LinuxRemove) }
    }

    fn reset_single(&self, offset: usize, len: usize) -> rustix::io::Result<()> {
        // SAFETY: nothing uses the chunk any more.
        unsafe {
            mm::madvise(self.exec(offset).cast(), len, Advice::LinuxDontNeed)?;
            mm::mprotect(self.exec(offset).cast(), len, MprotectFlags::empty())
        }
    }

    /// Makes written code executable.
    pub(super) fn seal(&self, offset: usize, len: usize) -> Result<(), CodeMemoryError> {
        match self.is_single() {
            true => self.protect(offset, len, MprotectFlags::READ | MprotectFlags::EXEC),
            false => Ok(()),
        }
    }

    fn protect(
        &self,
        offset: usize,
        len: usize,
        flags: MprotectFlags,
    ) -> Result<(), CodeMemoryError> {
        // SAFETY: inside the region; the caller has the chunk to itself.
        unsafe { mm::mprotect(self.exec(offset).cast(), len, flags) }.map_err(Into::into)
    }

    /// Takes pages for data, whose content is anything: their offset.
    pub(super) fn take_data(&self, len: usize) -> Result<usize, CodeMemoryError> {
        let index = lock(&self.data).take(len.div_ceil(PAGE).max(1));
        Ok(self.code_size + index.ok_or(CodeMemoryError::Exhausted)? * PAGE)
    }

    /// Gives pages for data back.
    pub(super) fn give_data(&self, offset: usize, len: usize) {
        let (index, count) = ((offset - self.code_size) / PAGE, len.div_ceil(PAGE).max(1));
        if count == 1 && lock(&self.data).spare(index) {
            return;
        }
        // Failing to free the pages costs memory, and nothing else.
        // SAFETY: private anonymous pages of ours, which nothing uses any more.
        let _ = unsafe {
            mm::madvise(
                self.exec(offset).cast(),
                count * PAGE,
                Advice::LinuxDontNeed,
            )
        };
        lock(&self.data).give(index, count);
    }

    fn word(&self, index: usize) -> &AtomicU64 {
        // SAFETY: offsets of code are below the region's size, which the bitmap covers.
        unsafe { &*self.starts.add(index) }
    }

    /// Marks `offset` as the start of a function, after everything written before.
    pub(super) fn mark_start(&self, offset: usize) {
        let bit = offset / ALIGN;
        self.word(bit / 64)
            .fetch_or(1 << (bit % 64), Ordering::Release);
    }

    /// The last start at or before `offset`.
    pub(super) fn last_start(&self, offset: usize) -> Option<usize> {
        let bit = offset / ALIGN;
        let mut index = bit / 64;
        let mut word = self.word(index).load(Ordering::Acquire) & (u64::MAX >> (63 - bit % 64));
        while word == 0 {
            index = index.checked_sub(1)?;
            word = self.word(index).load(Ordering::Acquire);
        }
        Some((index * 64 + 63 - word.leading_zeros() as usize) * ALIGN)
    }

    /// The starts from `offset` up to `end`, in order.
    pub(super) fn starts(&self, offset: usize, end: usize) -> impl Iterator<Item = usize> + '_ {
        let words = offset / ALIGN / 64..(end / ALIGN).div_ceil(64);
        words
            .flat_map(move |index| {
                let word = self.word(index).load(Ordering::Acquire);
                (0..64)
                    .filter(move |bit| word >> bit & 1 != 0)
                    .map(move |bit| (index * 64 + bit) * ALIGN)
            })
            .filter(move |start| (offset..end).contains(start))
    }

    fn forget_starts(&self, offset: usize, len: usize) {
        // Chunks are whole words of the bitmap.
        for index in offset / ALIGN / 64..(offset + len) / ALIGN / 64 {
            self.word(index).store(0, Ordering::Relaxed);
        }
    }
}

/// The region's mappings.
struct Mappings {
    exec: usize,
    write: usize,
    size: usize,
}

impl Mappings {
    /// Keeps the mappings for good.
    fn leak(self) -> (usize, usize) {
        let parts = (self.exec, self.write);
        std::mem::forget(self);
        parts
    }
}

impl Drop for Mappings {
    fn drop(&mut self) {
        for address in [self.exec, self.write] {
            if address != 0 {
                // SAFETY: ours, and not used.
                let _ = unsafe { mm::munmap(address as *mut _, self.size) };
            }
        }
    }
}

/// Maps the same memory once to write and once to execute.
///
/// It is shared memory without a name, which profilers take for what it is: code made at run time.
fn map_twice(size: usize) -> rustix::io::Result<Mappings> {
    let mut maps = Mappings {
        exec: 0,
        write: 0,
        size,
    };
    let flags = MapFlags::SHARED | MapFlags::NORESERVE;
    let writable = ProtFlags::READ | ProtFlags::WRITE;
    // SAFETY: a fresh mapping.
    maps.write = unsafe { mm::mmap_anonymous(null_mut(), size, writable, flags)? } as usize;
    // SAFETY: an old size of zero leaves a shared mapping and makes another of the same memory.
    maps.exec =
        unsafe { mm::mremap(maps.write as *mut _, 0, size, MremapFlags::MAYMOVE)? } as usize;
    let executable = MprotectFlags::READ | MprotectFlags::EXEC;
    // SAFETY: ours, and not used yet.
    unsafe { mm::mprotect(maps.exec as *mut _, size, executable)? };
    // A child process shares the memory: it must not write over our code.
    // SAFETY: changes only what fork does.
    unsafe { mm::madvise(maps.write as *mut _, size, Advice::LinuxDontFork)? };
    Ok(maps)
}

/// Maps memory whose pages are writable first and executable later.
fn map_once(size: usize) -> rustix::io::Result<Mappings> {
    let exec = anonymous(size, ProtFlags::empty())?;
    Ok(Mappings {
        exec,
        write: exec,
        size,
    })
}

fn anonymous(size: usize, protection: ProtFlags) -> rustix::io::Result<usize> {
    let flags = MapFlags::PRIVATE | MapFlags::NORESERVE;
    // SAFETY: a fresh mapping.
    Ok(unsafe { mm::mmap_anonymous(null_mut(), size, protection, flags)? } as usize)
}

fn lock(list: &Mutex<FreeList>) -> MutexGuard<'_, FreeList> {
    list.lock().unwrap_or_else(|poison| poison.into_inner())
}

/// Which units of a range are in use.
struct FreeList {
    used: Vec<u64>,
    count: usize,
    /// Nothing below it is free.
    first: usize,
    /// Free units that keep their memory. They count as used.
    spare: Vec<usize>,
}

impl FreeList {
    fn new(count: usize) -> Self {
        Self {
            used: vec![0; count.div_ceil(64)],
            count,
            first: 0,
            spare: Vec::new(),
        }
    }

    fn is_used(&self, index: usize) -> bool {
        self.used[index / 64] >> (index % 64) & 1 != 0
    }

    fn set(&mut self, index: usize, used: bool) {
        let bit = 1 << (index % 64);
        match used {
            true => self.used[index / 64] |= bit,
            false => self.used[index / 64] &= !bit,
        }
    }

    /// The unit that was spared last, or the first run of `len` free units.
    fn take(&mut self, len: usize) -> Option<usize> {
        if len == 1
            && let Some(unit) = self.spare.pop()
        {
            return Some(unit);
        }
        self.take_run(len).or_else(|| {
            let spare = std::mem::take(&mut self.spare);
            spare.into_iter().for_each(|unit| self.give(unit, 1));
            self.take_run(len)
        })
    }

    fn take_run(&mut self, len: usize) -> Option<usize> {
        let (mut index, mut start) = (self.first, self.first);
        while index < self.count {
            if index % 64 == 0 && self.used[index / 64] == u64::MAX {
                index += 64;
                start = index;
                continue;
            }
            index += 1;
            if self.is_used(index - 1) {
                start = index;
            } else if index - start == len {
                (start..index).for_each(|unit| self.set(unit, true));
                if start == self.first {
                    self.first = index;
                }
                return Some(start);
            }
        }
        None
    }

    /// Keeps a unit for who asks next, if there are not enough yet.
    fn spare(&mut self, unit: usize) -> bool {
        let is_kept = self.spare.len() < MOST_SPARE;
        if is_kept {
            self.spare.push(unit);
        }
        is_kept
    }

    fn give(&mut self, start: usize, len: usize) {
        (start..start + len).for_each(|unit| self.set(unit, false));
        self.first = self.first.min(start);
    }
}
