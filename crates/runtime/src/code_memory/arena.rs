//! A module's part of code memory.

use std::sync::{Mutex, MutexGuard};

use super::lookup::FunctionMeta;
use super::region::{ALIGN, CHUNK, CodeMemoryError, PAGE, Region};

/// Before each function lies a pointer to its [`FunctionMeta`], and room up to the alignment.
pub(super) const HEADER: usize = 16;

/// Memory for one function: written at one address and run at another.
#[derive(Copy, Clone, Debug)]
pub struct Allocation {
    /// Where to write the code.
    pub write: *mut u8,
    /// Where it will run: a multiple of 16.
    pub exec: *const u8,
    /// How many bytes.
    pub len: usize,
}

/// Chunks of code memory, filled from below and free again when the arena is dropped.
///
/// All methods can be called from several threads at a time.
pub struct Arena {
    region: &'static Region,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Offset and length of the chunks.
    extents: Vec<(usize, usize)>,
    next: usize,
    end: usize,
}

impl Arena {
    /// An arena without memory.
    ///
    /// # Errors
    /// When the system has no memory for code at all.
    pub fn new() -> Result<Self, CodeMemoryError> {
        Ok(Self::in_region(Region::get()?))
    }

    pub(super) fn in_region(region: &'static Region) -> Self {
        Self {
            region,
            state: Mutex::default(),
        }
    }

    /// An arena with room for `bytes` of code in one piece, the functions' headers included
    /// ([`Arena::footprint`]).
    ///
    /// # Errors
    /// As [`Arena::new`], and when code memory is used up.
    pub fn with_capacity(bytes: usize) -> Result<Self, CodeMemoryError> {
        let arena = Self::new()?;
        arena.grow(&mut arena.lock(), bytes)?;
        Ok(arena)
    }

    /// What a function of `len` bytes takes of an arena, at most.
    pub fn footprint(len: usize) -> usize {
        (HEADER + len).next_multiple_of(ALIGN)
    }

    /// Takes memory for `len` bytes of code.
    ///
    /// # Errors
    /// When code memory is used up.
    pub fn alloc(&self, len: usize) -> Result<Allocation, CodeMemoryError> {
        let mut state = self.lock();
        let size = self.size_of(len);
        if state.end - state.next < size {
            self.grow(&mut state, size)?;
        }
        let start = state.next + HEADER;
        state.next += size;
        Ok(Allocation {
            write: self.region.write(start),
            exec: self.region.exec(start),
            len,
        })
    }

    /// Lets the code in `allocation` run and be found: `meta` describes it.
    ///
    /// # Errors
    /// When the system refuses to make it executable.
    ///
    /// # Safety
    /// `allocation` is this arena's and holds valid code, with all relocations done. `meta` starts there and lives
    /// as long as the arena.
    pub unsafe fn publish(
        &self,
        allocation: &Allocation,
        meta: *const FunctionMeta,
    ) -> Result<(), CodeMemoryError> {
        let start = allocation.exec as usize - self.region.exec(0) as usize;
        // SAFETY: the header belongs to the allocation.
        unsafe {
            debug_assert_eq!((*meta).start, allocation.exec as usize);
            allocation
                .write
                .sub(HEADER)
                .cast::<*const FunctionMeta>()
                .write(meta);
        }
        self.region
            .seal(start - HEADER, self.size_of(allocation.len))?;
        self.region.mark_start(start);
        Ok(())
    }

    /// What was published, by address within each chunk.
    pub fn functions(&self) -> Vec<&FunctionMeta> {
        let state = self.lock();
        let starts = state
            .extents
            .iter()
            .flat_map(|&(offset, len)| self.region.starts(offset, offset + len));
        // SAFETY: published code has its metadata before it, which lives as long as the arena.
        starts
            .map(|start| unsafe { meta_at(self.region, start) })
            .collect()
    }

    /// Bytes taken from the region.
    pub fn size(&self) -> usize {
        self.lock().extents.iter().map(|extent| extent.1).sum()
    }

    pub(super) fn region(&self) -> &'static Region {
        self.region
    }

    fn size_of(&self, len: usize) -> usize {
        match self.region.is_single() {
            true => Self::footprint(len).next_multiple_of(PAGE),
            false => Self::footprint(len),
        }
    }

    fn grow(&self, state: &mut State, bytes: usize) -> Result<(), CodeMemoryError> {
        let (offset, len) = self.region.take_code(bytes.max(CHUNK))?;
        state.extents.push((offset, len));
        (state.next, state.end) = (offset, offset + len);
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state
            .lock()
            .unwrap_or_else(|poison| poison.into_inner())
    }
}

/// The metadata of the function that starts at `start`.
///
/// # Safety
/// The function is published and not freed.
pub(super) unsafe fn meta_at<'a>(region: &Region, start: usize) -> &'a FunctionMeta {
    // SAFETY: as the caller promises.
    unsafe { &**region.exec(start - HEADER).cast::<*const FunctionMeta>() }
}

impl std::fmt::Debug for Arena {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Arena").field("size", &self.size()).finish()
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        let state = std::mem::take(&mut *self.lock());
        for (offset, len) in state.extents {
            self.region.give_code(offset, len);
        }
    }
}
