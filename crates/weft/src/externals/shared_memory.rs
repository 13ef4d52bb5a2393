//! [`SharedMemory`]: a linear memory that threads share (threads proposal).

use std::time::Duration;

use weft_runtime as rt;

use crate::store::Opaque;
use crate::{Engine, Error, MemoryType, Result, Trap};

/// How a wait ended.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum WaitResult {
    /// Someone notified.
    Ok = 0,
    /// The value was another one.
    Mismatch = 1,
    /// The time was over.
    TimedOut = 2,
}

/// A linear memory that stores on any number of threads share.
///
/// It belongs to an engine. There is no slice of its bytes, because others may change them at any
/// time; `read` and `write` copy, and [`SharedMemory::data_ptr`] is for atomic access.
#[derive(Clone, Debug)]
pub struct SharedMemory {
    engine: Engine,
    live: rt::SharedMemory,
}

impl SharedMemory {
    /// A shared memory of its type's initial size, zero.
    ///
    /// # Errors
    /// When the type is not shared, or the machine has no room for its maximum.
    pub fn new(engine: &Engine, ty: MemoryType) -> Result<Self> {
        let live = rt::SharedMemory::new(engine.live(), ty.live())?;
        Ok(Self::from_live(engine, live))
    }

    pub(crate) fn from_live(engine: &Engine, live: rt::SharedMemory) -> Self {
        Self {
            engine: engine.clone(),
            live,
        }
    }

    pub(crate) fn check_engine(&self, engine: &Engine) -> Result<(), rt::Misuse> {
        match Engine::same(&self.engine, engine) {
            true => Ok(()),
            false => Err(rt::Misuse::WrongEngine),
        }
    }

    /// It as a memory of `store`.
    pub(crate) fn in_store(&self, store: &Opaque) -> Result<rt::Memory> {
        self.check_engine(&store.engine)?;
        Ok(store.live.adopt_memory(&self.live)?)
    }

    /// Its type, with the present size as the minimum.
    pub fn ty(&self) -> MemoryType {
        let mut ty = *self.live.ty();
        ty.limits.min = self.live.size();
        MemoryType::from_live(ty)
    }

    /// The size, in pages. It never shrinks.
    pub fn size(&self) -> u64 {
        self.live.size()
    }

    /// The size, in bytes. It never shrinks.
    pub fn data_size(&self) -> usize {
        self.live.byte_size()
    }

    /// The size of a page, in bytes.
    pub fn page_size(&self) -> u64 {
        self.live.ty().page_size()
    }

    /// The address of its first byte, which never changes. Access must be atomic, or excluded by other means.
    pub fn data_ptr(&self) -> *mut u8 {
        self.live.base()
    }

    /// Copies bytes out, from `offset` on. Of bytes that others write meanwhile, old and new may come mixed.
    ///
    /// # Errors
    /// When they are not all within the memory; nothing is read then.
    pub fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<()> {
        Ok(self.live.read(offset, buffer)?)
    }

    /// Copies bytes in, from `offset` on.
    ///
    /// # Errors
    /// When they are not all within the memory; nothing is written then.
    pub fn write(&self, offset: u64, bytes: &[u8]) -> Result<()> {
        Ok(self.live.write(offset, bytes)?)
    }

    /// Grows by `delta` pages and returns the old size in pages.
    ///
    /// # Errors
    /// When the maximum would be exceeded or the machine has no memory for it.
    pub fn grow(&self, delta: u64) -> Result<u64> {
        self.live.grow(delta).map_err(Error::from_grow)
    }

    /// Wakes up to `count` threads that wait at `offset`, and says how many: `memory.atomic.notify`.
    ///
    /// # Errors
    /// The traps of the instruction, for an address that is unaligned or out of bounds.
    pub fn atomic_notify(&self, offset: u64, count: u32) -> Result<u32, Trap> {
        self.check(offset, 4)?;
        self.live
            .notify(offset, count)
            .map_err(|_| Trap::MemoryOutOfBounds)
    }

    /// Blocks while the 32 bits at `offset` are `expected`: `memory.atomic.wait32`.
    ///
    /// # Errors
    /// The traps of the instruction, for an address that is unaligned or out of bounds.
    pub fn atomic_wait32(
        &self,
        offset: u64,
        expected: u32,
        timeout: Option<Duration>,
    ) -> Result<WaitResult, Trap> {
        self.check(offset, 4)?;
        let waited = self.live.wait32(offset, expected, timeout);
        waited.map(wait_result).map_err(|_| Trap::MemoryOutOfBounds)
    }

    /// Blocks while the 64 bits at `offset` are `expected`: `memory.atomic.wait64`.
    ///
    /// # Errors
    /// The traps of the instruction, for an address that is unaligned or out of bounds.
    pub fn atomic_wait64(
        &self,
        offset: u64,
        expected: u64,
        timeout: Option<Duration>,
    ) -> Result<WaitResult, Trap> {
        self.check(offset, 8)?;
        let waited = self.live.wait64(offset, expected, timeout);
        waited.map(wait_result).map_err(|_| Trap::MemoryOutOfBounds)
    }

    fn check(&self, offset: u64, size: u64) -> Result<(), Trap> {
        if !offset.is_multiple_of(size) {
            return Err(Trap::UnalignedAtomic);
        }
        match offset.checked_add(size) {
            Some(end) if end <= self.data_size() as u64 => Ok(()),
            _ => Err(Trap::MemoryOutOfBounds),
        }
    }
}

fn wait_result(result: rt::wait::WaitResult) -> WaitResult {
    match result {
        rt::wait::WaitResult::Ok => WaitResult::Ok,
        rt::wait::WaitResult::NotEqual => WaitResult::Mismatch,
        rt::wait::WaitResult::TimedOut | rt::wait::WaitResult::Interrupted => WaitResult::TimedOut,
    }
}
