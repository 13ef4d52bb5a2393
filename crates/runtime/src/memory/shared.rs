//! Memories that several threads share.
//!
//! The definition lives outside of any store and its length is atomic. There is never a slice of
//! the contents: other threads may write at any time, so Rust reads and writes by copies that tolerate it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use weft_abi::layout::VMMemory;
use weft_module::MemoryType;

use super::{Mapping, Plan, maximum_bytes, minimum_bytes, read_bytes, write_bytes};
use crate::engine::Engine;
use crate::error::{GrowError, Misuse, ResourceError};
use crate::wait::{self, WaitResult};

/// A shared memory, which any number of stores of its engine can use. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SharedMemory(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    engine: Engine,
    ty: MemoryType,
    vm: VMMemory,
    /// Locked while it grows.
    mapping: Mutex<Mapping>,
}

// SAFETY: the definition's base is constant and its length atomic; all else is `Sync`.
unsafe impl Send for Inner {}
// SAFETY: as above.
unsafe impl Sync for Inner {}

impl SharedMemory {
    /// A shared memory of its initial size, zero.
    ///
    /// # Errors
    /// When the type is not shared or has no maximum, or the machine has no room for it.
    pub fn new(engine: &Engine, ty: MemoryType) -> Result<Self, ResourceError> {
        if !ty.shared || ty.limits.max.is_none() {
            return Err(ResourceError::new(
                "a shared memory needs a type that is shared and has a maximum",
            ));
        }
        let bytes = minimum_bytes(&ty)?;
        let plan = Plan::new(engine.tunables(), &ty, bytes)?;
        let mapping = Mapping::new(&plan, bytes, None)?;
        Ok(Self(Arc::new(Inner {
            engine: engine.clone(),
            ty,
            vm: VMMemory {
                base: mapping.base(),
                length: AtomicUsize::new(bytes),
            },
            mapping: Mutex::new(mapping),
        })))
    }

    /// The engine it was made for.
    pub fn engine(&self) -> &Engine {
        &self.0.engine
    }

    /// The type as declared.
    pub fn ty(&self) -> &MemoryType {
        &self.0.ty
    }

    /// The definition that code reads.
    pub(crate) fn vm(&self) -> &VMMemory {
        &self.0.vm
    }

    /// The first byte. It never changes; access must be atomic.
    pub fn base(&self) -> *mut u8 {
        self.0.vm.base
    }

    /// The size in bytes. It never shrinks.
    pub fn byte_size(&self) -> usize {
        self.0.vm.length.load(Ordering::Acquire)
    }

    /// The size in pages.
    pub fn size(&self) -> u64 {
        self.byte_size() as u64 >> self.0.ty.page_size_log2
    }

    /// Grows by `delta` pages and returns the old size in pages.
    ///
    /// # Errors
    /// When the maximum would be exceeded or the machine has no memory for it.
    pub fn grow(&self, delta: u64) -> Result<u64, GrowError> {
        let inner = &*self.0;
        let mapping = inner.mapping.lock().unwrap_or_else(PoisonError::into_inner);
        let old = self.byte_size();
        let delta = delta.checked_mul(inner.ty.page_size());
        let new = delta
            .and_then(|delta| delta.checked_add(old as u64))
            .filter(|&new| new <= maximum_bytes(&inner.ty))
            .ok_or(GrowError::Maximum)?;
        mapping.grow(new as usize).map_err(GrowError::Resource)?;
        inner.vm.length.store(new as usize, Ordering::Release);
        Ok(old as u64 >> inner.ty.page_size_log2)
    }

    fn range(&self, offset: u64, len: u64) -> Result<*mut u8, Misuse> {
        let end = offset.checked_add(len).ok_or(Misuse::OutOfBounds)?;
        match end <= self.byte_size() as u64 {
            // SAFETY: within the memory.
            true => Ok(unsafe { self.base().add(offset as usize) }),
            false => Err(Misuse::OutOfBounds),
        }
    }

    /// Copies bytes out, from `offset` on. Bytes that others write meanwhile may be old or new.
    ///
    /// # Errors
    /// [`Misuse::OutOfBounds`]: nothing is read.
    pub fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), Misuse> {
        let source = self.range(offset, buffer.len() as u64)?;
        // SAFETY: within the memory; it does not overlap a Rust buffer.
        unsafe { read_bytes(source, buffer, true) };
        Ok(())
    }

    /// Copies bytes in, from `offset` on.
    ///
    /// # Errors
    /// [`Misuse::OutOfBounds`]: nothing is written.
    pub fn write(&self, offset: u64, bytes: &[u8]) -> Result<(), Misuse> {
        let target = self.range(offset, bytes.len() as u64)?;
        // SAFETY: within the memory; it does not overlap a Rust buffer.
        unsafe { write_bytes(target, bytes, true) };
        Ok(())
    }

    /// Wakes up to `count` threads that wait at `offset`, and says how many.
    ///
    /// # Errors
    /// When the four bytes at `offset` are out of bounds or not aligned.
    pub fn notify(&self, offset: u64, count: u32) -> Result<u32, Misuse> {
        Ok(wait::notify(self.aligned(offset, 4)?, count))
    }

    /// Blocks this thread while the 32 bits at `offset` are `expected`, for at most `timeout`.
    ///
    /// # Errors
    /// When the four bytes at `offset` are out of bounds or not aligned.
    pub fn wait32(
        &self,
        offset: u64,
        expected: u32,
        timeout: Option<std::time::Duration>,
    ) -> Result<WaitResult, Misuse> {
        let address = self.aligned(offset, 4)?;
        // SAFETY: within the memory and aligned.
        Ok(unsafe { wait::wait32(address, expected, timeout, None) })
    }

    /// Blocks this thread while the 64 bits at `offset` are `expected`, for at most `timeout`.
    ///
    /// # Errors
    /// When the eight bytes at `offset` are out of bounds or not aligned.
    pub fn wait64(
        &self,
        offset: u64,
        expected: u64,
        timeout: Option<std::time::Duration>,
    ) -> Result<WaitResult, Misuse> {
        let address = self.aligned(offset, 8)?;
        // SAFETY: within the memory and aligned.
        Ok(unsafe { wait::wait64(address, expected, timeout, None) })
    }

    fn aligned(&self, offset: u64, size: u64) -> Result<*mut u8, Misuse> {
        let address = self.range(offset, size)?;
        match offset.is_multiple_of(size) {
            true => Ok(address),
            false => Err(Misuse::Type(format!(
                "offset {offset} is not aligned to {size}"
            ))),
        }
    }

    /// Whether both are the same memory.
    pub fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}
