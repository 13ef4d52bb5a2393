//! A module's table of function entries.
//!
//! Calls within a module that are not linked to their callee directly go to its entry here, a jump through a pointer. At
//! first the pointer leads back to the entry's second half, which has the function compiled; once it is, one store changes it.
//!
//! ```text
//! header:  pop r11; jmp [lazy]
//! entry i: jmp [pointer i]          16 bytes
//!          push i
//!          jmp header
//! ```

use std::sync::atomic::{AtomicPtr, Ordering};

use super::arena::{Arena, HEADER};
use super::lookup::FunctionMeta;
use super::region::{CodeMemoryError, Region};
use crate::stubs;

const ENTRY: usize = 16;
/// Offsets in an entry: its second half, and the jump to the header.
const PUSH: usize = 6;
const JUMP: usize = 11;
/// Offset of the header's jump.
const HEADER_JUMP: usize = 2;

/// Entries of all functions that a module defines.
pub struct Plt {
    region: &'static Region,
    /// Address of the header.
    code: *const u8,
    /// Offset of the pointers in the region: first the lazy stub, then one for each function.
    data: usize,
    count: usize,
    _meta: Box<FunctionMeta>,
}

// SAFETY: the pointers are atomic, everything else is immutable.
unsafe impl Send for Plt {}
// SAFETY: as above.
unsafe impl Sync for Plt {}

impl Plt {
    /// Entries for `count` functions, none of them compiled. Its code is in `arena`, which must outlive it.
    ///
    /// # Errors
    /// When code memory is used up.
    pub fn new(arena: &Arena, count: usize) -> Result<Self, CodeMemoryError> {
        let region = arena.region();
        let len = ENTRY * (count + 1);
        let code = arena.alloc(len, None)?;
        let data = region.take_data(8 * (count + 1))?;
        let meta = Box::new(FunctionMeta::stub(code.exec as usize, len));
        let plt = Self {
            region,
            code: code.exec,
            data,
            count,
            _meta: meta,
        };
        plt.pointer(0)
            .store(stubs::lazy().cast_mut(), Ordering::Relaxed);
        // SAFETY: the allocation has room for the header and all entries.
        unsafe {
            plt.write_header(code.write);
            for index in 0..count {
                plt.write_entry(index, code.write.add(ENTRY * (index + 1)));
                plt.set(index, plt.stub(index).add(PUSH));
            }
            arena.publish(&code, &*plt._meta)?;
        }
        Ok(plt)
    }

    /// How many functions.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The entry of function `index`: a valid callee for ever.
    pub fn stub(&self, index: usize) -> *const u8 {
        assert!(index < self.count);
        self.code.wrapping_add(ENTRY * (index + 1))
    }

    /// Where function `index` is entered now: its code, or the second half of its entry.
    pub fn get(&self, index: usize) -> *const u8 {
        assert!(index < self.count);
        self.pointer(index + 1).load(Ordering::Acquire)
    }

    /// The code of function `index`, or `None` while it is not compiled.
    pub fn compiled(&self, index: usize) -> Option<*const u8> {
        let code = self.get(index);
        (code != self.stub(index).wrapping_add(PUSH)).then_some(code)
    }

    /// Lets function `index` be entered at `code` from now on.
    pub fn set(&self, index: usize, code: *const u8) {
        assert!(index < self.count);
        self.pointer(index + 1)
            .store(code.cast_mut(), Ordering::Release);
    }

    /// How many words above the stack pointer the return address is at `offset` from the start of the table.
    pub(crate) fn pushed(offset: usize) -> usize {
        match (offset / ENTRY, offset % ENTRY) {
            (0, within) => (within < HEADER_JUMP) as usize,
            (_, within) => (within >= JUMP) as usize,
        }
    }

    fn pointer(&self, index: usize) -> &AtomicPtr<u8> {
        // SAFETY: in the data that is ours, which is aligned, and all of whose bits are valid.
        unsafe {
            &*self
                .region
                .exec(self.data + 8 * index)
                .cast::<AtomicPtr<u8>>()
        }
    }

    /// What to add to the address `from`, where code is written, to reach pointer `index`.
    fn reach(&self, index: usize, from: usize) -> [u8; 4] {
        let to = self.region.exec(self.data + 8 * index) as i64;
        ((to - from as i64) as i32).to_le_bytes()
    }

    unsafe fn write_header(&self, at: *mut u8) {
        let reach = self.reach(0, self.code as usize + HEADER_JUMP + 6);
        let mut bytes = [0xcc; ENTRY];
        bytes[..4].copy_from_slice(&[0x41, 0x5b, 0xff, 0x25]);
        bytes[4..8].copy_from_slice(&reach);
        // SAFETY: as the caller promises.
        unsafe { at.cast::<[u8; ENTRY]>().write(bytes) };
    }

    unsafe fn write_entry(&self, index: usize, at: *mut u8) {
        let stub = self.stub(index) as usize;
        let back = self.code as i64 - (stub + ENTRY) as i64;
        let mut bytes = [0; ENTRY];
        bytes[..2].copy_from_slice(&[0xff, 0x25]);
        bytes[2..6].copy_from_slice(&self.reach(index + 1, stub + PUSH));
        bytes[PUSH] = 0x68;
        bytes[7..11].copy_from_slice(&(index as u32).to_le_bytes());
        bytes[JUMP] = 0xe9;
        bytes[12..].copy_from_slice(&(back as i32).to_le_bytes());
        // SAFETY: as the caller promises.
        unsafe { at.cast::<[u8; ENTRY]>().write(bytes) };
    }
}

impl std::fmt::Debug for Plt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plt").field("count", &self.count).finish()
    }
}

impl Drop for Plt {
    fn drop(&mut self) {
        self.region.give_data(self.data, 8 * (self.count + 1));
    }
}

const _: () = assert!(HEADER == ENTRY);
