//! The embedder's say in how much a store may use, and what it is told when less is used.

use weft_module::MemoryType;

use crate::error::{GrowError, HostError, InstantiateError, ResourceError};
use crate::memory::MemoryEntity;
use crate::store::StoreInner;
use crate::table::TableEntity;
use crate::types::TableType;

/// Asked before memories and tables are made or grow. Sizes are in bytes and elements.
///
/// An `Err` ends the computation with the host's error instead of making the instruction fail.
pub trait Limiter {
    /// Whether a memory may grow from `current` to `desired` bytes; `maximum` is its type's.
    ///
    /// # Errors
    /// The host's.
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> Result<bool, HostError>;

    /// A memory could not grow although it may.
    ///
    /// # Errors
    /// The host's.
    fn memory_grow_failed(&mut self, error: &GrowError) -> Result<(), HostError> {
        let _ = error;
        Ok(())
    }

    /// Whether a table may grow from `current` to `desired` elements; `maximum` is its type's.
    ///
    /// # Errors
    /// The host's.
    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> Result<bool, HostError>;

    /// A table could not grow although it may.
    ///
    /// # Errors
    /// The host's.
    fn table_grow_failed(&mut self, error: &GrowError) -> Result<(), HostError> {
        let _ = error;
        Ok(())
    }

    /// Whether the room for objects may change from `current` to `desired` bytes. That it shrinks is told alone: it does whatever the
    /// answer.
    fn heap_resizing(&mut self, current: usize, desired: usize) -> bool {
        let _ = (current, desired);
        true
    }

    /// A memory of `bytes` bytes that no other store can have has gone.
    fn memory_freed(&mut self, bytes: usize) {
        let _ = bytes;
    }

    /// A table of `elements` elements has gone.
    fn table_freed(&mut self, elements: usize) {
        let _ = elements;
    }

    /// How many instances the store may have.
    fn instances(&self) -> usize {
        usize::MAX
    }

    /// How many tables the store may have.
    fn tables(&self) -> usize {
        usize::MAX
    }

    /// How many memories the store may have.
    fn memories(&self) -> usize {
        usize::MAX
    }
}

impl StoreInner {
    /// Runs `f` with the limiter, if there is one. Inside, the store has none: it cannot be entered twice.
    pub(crate) fn with_limiter<R>(&self, f: impl FnOnce(&mut dyn Limiter) -> R) -> Option<R> {
        let mut limiter = self.take_limiter()?;
        let result = f(&mut *limiter);
        self.put_limiter(limiter);
        Some(result)
    }

    pub(crate) fn heap_resizing(&self, current: usize, desired: usize) -> bool {
        self.with_limiter(|limiter| limiter.heap_resizing(current, desired))
            .unwrap_or(true)
    }

    /// Tells of a memory that goes.
    pub(crate) fn memory_freed(&self, memory: &MemoryEntity) {
        if memory.as_shared().is_none() {
            self.with_limiter(|limiter| limiter.memory_freed(memory.byte_size()));
        }
    }

    /// Tells of a table that goes.
    pub(crate) fn table_freed(&self, table: &TableEntity) {
        self.with_limiter(|limiter| limiter.table_freed(table.size()));
    }

    pub(crate) fn memory_growing(
        &self,
        current: usize,
        desired: usize,
        maximum: u64,
    ) -> Result<(), GrowError> {
        let maximum = usize::try_from(maximum).ok();
        allowed(self.with_limiter(|limiter| limiter.memory_growing(current, desired, maximum)))
    }

    pub(crate) fn memory_grow_failed(&self, error: &GrowError) -> Result<(), GrowError> {
        let told = self.with_limiter(|limiter| limiter.memory_grow_failed(error));
        told.unwrap_or(Ok(())).map_err(GrowError::Host)
    }

    pub(crate) fn table_growing(
        &self,
        current: usize,
        desired: usize,
        maximum: u64,
    ) -> Result<(), GrowError> {
        let maximum = usize::try_from(maximum).ok();
        allowed(self.with_limiter(|limiter| limiter.table_growing(current, desired, maximum)))
    }

    pub(crate) fn table_grow_failed(&self, error: &GrowError) -> Result<(), GrowError> {
        let told = self.with_limiter(|limiter| limiter.table_grow_failed(error));
        told.unwrap_or(Ok(())).map_err(GrowError::Host)
    }
}

fn allowed(answer: Option<Result<bool, HostError>>) -> Result<(), GrowError> {
    match answer {
        None | Some(Ok(true)) => Ok(()),
        Some(Ok(false)) => Err(GrowError::Resource(ResourceError::new(
            "refused by the store's limiter",
        ))),
        Some(Err(error)) => Err(GrowError::Host(error)),
    }
}

/// Admission of new entities, before anything is made.
impl StoreInner {
    pub(crate) fn admit_instance(&self) -> Result<(), InstantiateError> {
        let most = self.engine().config().max_instances;
        let limit = self.with_limiter(|limiter| limiter.instances());
        let limit = limit.map_or(most, |limit| limit.min(most));
        within("instances", self.instances.len(), Some(limit))
    }

    pub(crate) fn admit_memory(&self, ty: &MemoryType) -> Result<(), InstantiateError> {
        let limit = self.with_limiter(|limiter| limiter.memories());
        within("memories", self.memories.len(), limit)?;
        let bytes = crate::memory::minimum_bytes(ty)?;
        self.memory_growing(0, bytes, crate::memory::maximum_bytes(ty))?;
        Ok(())
    }

    pub(crate) fn admit_table(&self, ty: &TableType) -> Result<(), InstantiateError> {
        let limit = self.with_limiter(|limiter| limiter.tables());
        within("tables", self.tables.len(), limit)?;
        let elements = usize::try_from(ty.limits.min).unwrap_or(usize::MAX);
        self.table_growing(0, elements, ty.limits.max.unwrap_or(u64::MAX))?;
        Ok(())
    }
}

fn within(what: &str, count: usize, limit: Option<usize>) -> Result<(), InstantiateError> {
    match limit {
        Some(limit) if count >= limit => Err(InstantiateError::Resource(ResourceError::new(
            format!("the store's limit of {limit} {what} is reached"),
        ))),
        _ => Ok(()),
    }
}
