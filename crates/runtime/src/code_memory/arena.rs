//! A module's part of code memory.

use std::sync::{Mutex, MutexGuard};

use super::lookup::FunctionMeta;
use super::region::{ALIGN, CHUNK, CodeMemoryError, PAGE, Region};

/// Before each function, counted from the multiple of 16 at or below its start, lies a pointer to its [`FunctionMeta`] and
/// room up to the alignment.
pub(super) const HEADER: usize = 16;
/// What phases count in: a line of the instruction cache.
const LINE: usize = 64;

/// Memory for one function: written at one address and run at another.
#[derive(Copy, Clone, Debug)]
pub struct Allocation {
    /// Where to write the code.
    pub write: *mut u8,
    /// Where it will run.
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

    /// Takes memory for `len` bytes of code. With a `phase` they start there within a line of 64 bytes.
    ///
    /// # Errors
    /// When code memory is used up.
    pub fn alloc(&self, len: usize, phase: Option<u8>) -> Result<Allocation, CodeMemoryError> {
        let mut state = self.lock();
        let mut start = first_start(state.next, phase);
        if start + len > state.end {
            self.grow(&mut state, HEADER + len + phase.map_or(0, |_| LINE))?;
            start = first_start(state.next, phase);
        }
        state.next = (start + len).next_multiple_of(self.unit());
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
                .sub(HEADER + start % ALIGN)
                .cast::<*const FunctionMeta>()
                .write(meta);
        }
        let first = (start - start % ALIGN - HEADER) / PAGE * PAGE;
        let end = (start + allocation.len).next_multiple_of(PAGE);
        self.region.seal(first, end - first)?;
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

    /// What functions end at: where pages change from writable to executable, none lies in two functions.
    fn unit(&self) -> usize {
        match self.region.is_single() {
            true => PAGE,
            false => ALIGN,
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

/// The first place from `next` on where a function can start, after its header.
fn first_start(next: usize, phase: Option<u8>) -> usize {
    let start = (next + HEADER).next_multiple_of(ALIGN);
    match phase {
        Some(phase) => start + (usize::from(phase).wrapping_sub(start)) % LINE,
        None => start,
    }
}

/// The metadata of the function whose start is marked at `start`.
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
            let used = match (offset..offset + len).contains(&state.next) {
                true => state.next - offset,
                false => len,
            };
            self.region.give_code(offset, len, used);
        }
    }
}
