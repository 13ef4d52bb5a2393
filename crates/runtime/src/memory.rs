//! Linear memories (§ 4.2.9): they never move, so their base is a constant for code.
//!
//! A memory is an address-space reservation followed by a guard. Growing makes more of it accessible
//! in place; an access beyond the size faults, and the fault is the trap. How much is reserved is the
//! engine's [`MemoryPlan`](weft_abi::MemoryPlan), on which compiled code relies.

mod copy;
mod image;
mod mapping;
mod pool;
mod shared;

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use weft_abi::layout::VMMemory;
use weft_module::{AddressType, Limits, MemoryType};

use crate::engine::Engine;
use crate::error::{GrowError, Misuse, ResourceError};
use crate::slab::Handle;
use crate::store::StoreInner;

pub(crate) use copy::{copy_bytes, fill_bytes, read_bytes, write_bytes};
pub(crate) use image::{MemoryImage, build as build_images};
pub(crate) use mapping::{Mapping, Plan};
pub(crate) use pool::MemoryPool;
pub use shared::SharedMemory;

/// A memory of a store.
pub type Memory = Handle<MemoryEntity>;

/// What a [`Memory`] names.
#[derive(Debug)]
pub struct MemoryEntity {
    ty: MemoryType,
    storage: Storage,
    /// How often this store has made it grow, by nothing included.
    growths: Cell<u64>,
}

#[derive(Debug)]
enum Storage {
    Own(OwnMemory),
    Shared(SharedMemory),
}

/// A memory of one store only.
#[derive(Debug)]
struct OwnMemory {
    vm: VMMemory,
    /// `None` only while it is dropped.
    mapping: Option<Mapping>,
    pool: Arc<MemoryPool>,
}

impl Drop for OwnMemory {
    fn drop(&mut self) {
        if let Some(mapping) = self.mapping.take() {
            self.pool.put(mapping);
        }
    }
}

/// The most bytes that a memory of this type can ever have.
pub(crate) fn maximum_bytes(ty: &MemoryType) -> u64 {
    let addressable = match ty.address {
        AddressType::I32 => 1 << 32,
        AddressType::I64 => u64::MAX,
    };
    let declared = ty
        .limits
        .max
        .map_or(u64::MAX, |max| max.saturating_mul(ty.page_size()));
    declared.min(addressable)
}

/// The size that a memory of this type starts with, or why it cannot.
pub(crate) fn minimum_bytes(ty: &MemoryType) -> Result<usize, ResourceError> {
    let bytes = ty.limits.min.checked_mul(ty.page_size());
    bytes
        .and_then(|bytes| usize::try_from(bytes).ok())
        .ok_or_else(|| {
            ResourceError::new(format!(
                "a memory of {} pages is larger than the address space",
                ty.limits.min
            ))
        })
}

impl MemoryEntity {
    /// A memory of its initial size, zero but for `image`.
    pub(crate) fn new(
        engine: &Engine,
        ty: &MemoryType,
        image: Option<&Arc<MemoryImage>>,
    ) -> Result<Self, ResourceError> {
        if ty.shared {
            return Ok(Self::from_shared(SharedMemory::new(engine, *ty)?));
        }
        let bytes = minimum_bytes(ty)?;
        let plan = Plan::new(engine.tunables(), ty, bytes)?;
        let mapping = engine.memories().take(&plan, bytes, image)?;
        Ok(Self {
            ty: *ty,
            growths: Cell::new(0),
            storage: Storage::Own(OwnMemory {
                vm: VMMemory {
                    base: mapping.base(),
                    length: AtomicUsize::new(bytes),
                },
                mapping: Some(mapping),
                pool: engine.memories().clone(),
            }),
        })
    }

    /// The memory of a store that is `shared`.
    pub(crate) fn from_shared(shared: SharedMemory) -> Self {
        Self {
            ty: *shared.ty(),
            storage: Storage::Shared(shared),
            growths: Cell::new(0),
        }
    }

    /// The definition that code reads.
    pub(crate) fn vm(&self) -> &VMMemory {
        match &self.storage {
            Storage::Own(own) => &own.vm,
            Storage::Shared(shared) => shared.vm(),
        }
    }

    /// Whether its module's active segments were in it from the start.
    pub(crate) fn has_image(&self) -> bool {
        match &self.storage {
            Storage::Own(own) => own
                .mapping
                .as_ref()
                .is_some_and(|mapping| !mapping.has_image(None)),
            Storage::Shared(_) => false,
        }
    }

    /// The first byte. It never changes.
    #[inline]
    pub fn base(&self) -> *mut u8 {
        self.vm().base
    }

    /// The size in bytes.
    #[inline]
    pub fn byte_size(&self) -> usize {
        self.vm().length.load(Ordering::Acquire)
    }

    /// The size in pages of the memory's own page size.
    pub fn size(&self) -> u64 {
        self.byte_size() as u64 >> self.ty.page_size_log2
    }

    /// The type as declared.
    pub fn declared_ty(&self) -> &MemoryType {
        &self.ty
    }

    /// The type with the present size as its minimum, which is what an import is matched with.
    pub fn ty(&self) -> MemoryType {
        MemoryType {
            limits: Limits {
                min: self.size(),
                ..self.ty.limits
            },
            ..self.ty
        }
    }

    /// Whether other threads can see it.
    pub fn is_shared(&self) -> bool {
        self.ty.shared
    }

    /// It as a shared memory, to give to another store; `None` when it is not one.
    pub fn as_shared(&self) -> Option<&SharedMemory> {
        match &self.storage {
            Storage::Own(_) => None,
            Storage::Shared(shared) => Some(shared),
        }
    }

    /// All bytes. The slice may be used only as Rust's rules allow: no wasm runs meanwhile, and never for a shared memory.
    #[inline]
    pub fn data(&self) -> *mut [u8] {
        std::ptr::slice_from_raw_parts_mut(self.base(), self.byte_size())
    }

    /// Copies bytes out, from `offset` on.
    ///
    /// # Errors
    /// [`Misuse::OutOfBounds`]: nothing is read.
    pub fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), Misuse> {
        let source = self.range(offset, buffer.len() as u64)?;
        // SAFETY: within the memory; it does not overlap a Rust buffer.
        unsafe { read_bytes(source, buffer, self.is_shared()) };
        Ok(())
    }

    /// Copies bytes in, from `offset` on.
    ///
    /// # Errors
    /// [`Misuse::OutOfBounds`]: nothing is written.
    pub fn write(&self, offset: u64, bytes: &[u8]) -> Result<(), Misuse> {
        let target = self.range(offset, bytes.len() as u64)?;
        // SAFETY: within the memory; it does not overlap a Rust buffer.
        unsafe { write_bytes(target, bytes, self.is_shared()) };
        Ok(())
    }

    /// The address of `offset` when `len` bytes from there on are within the memory.
    pub(crate) fn range(&self, offset: u64, len: u64) -> Result<*mut u8, Misuse> {
        let end = offset.checked_add(len).ok_or(Misuse::OutOfBounds)?;
        match end <= self.byte_size() as u64 {
            // SAFETY: within the memory.
            true => Ok(unsafe { self.base().add(offset as usize) }),
            false => Err(Misuse::OutOfBounds),
        }
    }

    /// Grows by `delta` pages and returns the old size in pages (§ 4.6.6 `memory.grow`).
    ///
    /// # Errors
    /// When the type, the limiter or the machine does not allow for it; the size is unchanged then.
    pub fn grow(&self, store: &StoreInner, delta: u64) -> Result<u64, GrowError> {
        let old = self.byte_size();
        let desired = self.desired_bytes(old, delta)?;
        if let Some(desired) = desired {
            store.memory_growing(old, desired, maximum_bytes(&self.ty))?;
        }
        let grown = match (&self.storage, desired) {
            (Storage::Shared(shared), _) => shared.grow(delta),
            (Storage::Own(_), None) => Err(GrowError::Maximum),
            (Storage::Own(own), Some(desired)) => own
                .grow(desired)
                .map(|()| old as u64 >> self.ty.page_size_log2),
        };
        match &grown {
            Ok(_) => {
                self.growths.set(self.growths.get() + 1);
                store.note_memory_growth();
            }
            // The limiter has only allowed what the type does.
            Err(error) if desired.is_some() => store.memory_grow_failed(error)?,
            Err(_) => {}
        }
        grown
    }

    /// How often this store has made it grow, by nothing included: what a host looks at that keeps views of its bytes.
    pub fn growths(&self) -> u64 {
        self.growths.get()
    }

    /// The size in bytes after growing by `delta` pages; `None` when that is beyond the type.
    fn desired_bytes(&self, old: usize, delta: u64) -> Result<Option<usize>, GrowError> {
        let delta = delta.checked_mul(self.ty.page_size());
        let desired = delta.and_then(|delta| (old as u64).checked_add(delta));
        Ok(desired
            .filter(|&desired| desired <= maximum_bytes(&self.ty))
            .and_then(|desired| usize::try_from(desired).ok()))
    }
}

impl OwnMemory {
    fn grow(&self, bytes: usize) -> Result<(), GrowError> {
        if let Some(mapping) = &self.mapping {
            mapping.grow(bytes).map_err(GrowError::Resource)?;
        }
        self.vm.length.store(bytes, Ordering::Release);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
