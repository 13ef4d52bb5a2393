//! Limits on what a store may allocate: the hook, and a ready-made answer to it.

use std::cell::RefCell;
use std::ptr::NonNull;

use weft_runtime as rt;

use crate::store::Inner;
use crate::{Error, Result};

/// How many instances a store may have unless its limiter says otherwise.
pub const DEFAULT_INSTANCE_LIMIT: usize = 10_000;
/// How many tables a store may have unless its limiter says otherwise.
pub const DEFAULT_TABLE_LIMIT: usize = 10_000;
/// How many memories a store may have unless its limiter says otherwise.
pub const DEFAULT_MEMORY_LIMIT: usize = 10_000;

/// Decides whether memories, tables and the room for objects of a store may be created and grow, and is told when they go.
///
/// It is asked before the allocation and counts what guests allocate, not what the engine needs
/// beside. Time is limited elsewhere: by fuel or a deadline.
pub trait ResourceLimiter: Send {
    /// Whether a memory of `current` bytes may become `desired` bytes; `maximum` is its type's.
    ///
    /// `Ok(false)` makes `memory.grow` answer −1 and the creation of a memory fail.
    ///
    /// # Errors
    /// An error ends the guest's call as a trap would.
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> Result<bool>;

    /// A growth that was allowed has failed because of `error`.
    ///
    /// # Errors
    /// An error ends the guest's call as a trap would; by default there is none.
    fn memory_grow_failed(&mut self, error: Error) -> Result<()> {
        let _ = error;
        Ok(())
    }

    /// Whether a table of `current` elements may have `desired`; `maximum` is its type's.
    ///
    /// `Ok(false)` makes `table.grow` answer −1 and the creation of a table fail.
    ///
    /// # Errors
    /// An error ends the guest's call as a trap would.
    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> Result<bool>;

    /// A growth that was allowed has failed because of `error`.
    ///
    /// # Errors
    /// An error ends the guest's call as a trap would; by default there is none.
    fn table_grow_failed(&mut self, error: Error) -> Result<()> {
        let _ = error;
        Ok(())
    }

    /// Whether the room for objects of the garbage-collected heap may change from `current` to `desired` bytes.
    ///
    /// A refusal is followed by smaller wishes; when not even one object fits, its allocation fails. The room also shrinks, by
    /// collections: that is told in the same way, and happens whatever the answer. See also
    /// [`Config::max_gc_heap`](crate::Config::max_gc_heap).
    fn heap_resizing(&mut self, current: usize, desired: usize) -> bool {
        let _ = (current, desired);
        true
    }

    /// A memory of `bytes` bytes has been let go of ([`Store::collect`](crate::Store::collect)), or its instance could not be made. That of
    /// shared memories is not told: other stores may have them.
    fn memory_freed(&mut self, bytes: usize) {
        let _ = bytes;
    }

    /// The same for a table of `elements` elements.
    fn table_freed(&mut self, elements: usize) {
        let _ = elements;
    }

    /// How many instances the store may have.
    fn instances(&self) -> usize {
        DEFAULT_INSTANCE_LIMIT
    }

    /// How many tables the store may have.
    fn tables(&self) -> usize {
        DEFAULT_TABLE_LIMIT
    }

    /// How many memories the store may have.
    fn memories(&self) -> usize {
        DEFAULT_MEMORY_LIMIT
    }
}

/// A [`ResourceLimiter`] with fixed limits.
///
/// ```
/// use weft::{Engine, Store, StoreLimits, StoreLimitsBuilder};
///
/// let limits = StoreLimitsBuilder::new().memory_size(1 << 20).build();
/// let mut store = Store::new(&Engine::default(), limits);
/// store.limiter(|limits: &mut StoreLimits| limits);
/// ```
#[derive(Clone, Debug)]
pub struct StoreLimits {
    memory_size: Option<usize>,
    table_elements: Option<usize>,
    instances: usize,
    tables: usize,
    memories: usize,
    trap_on_grow_failure: bool,
}

impl Default for StoreLimits {
    fn default() -> Self {
        Self {
            memory_size: None,
            table_elements: None,
            instances: DEFAULT_INSTANCE_LIMIT,
            tables: DEFAULT_TABLE_LIMIT,
            memories: DEFAULT_MEMORY_LIMIT,
            trap_on_grow_failure: false,
        }
    }
}

/// Makes [`StoreLimits`].
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct StoreLimitsBuilder(StoreLimits);

impl StoreLimitsBuilder {
    /// No limits but the default counts.
    pub fn new() -> Self {
        Self::default()
    }

    /// The bytes each memory may have at most.
    pub fn memory_size(mut self, bytes: usize) -> Self {
        self.0.memory_size = Some(bytes);
        self
    }

    /// The elements each table may have at most.
    pub fn table_elements(mut self, elements: usize) -> Self {
        self.0.table_elements = Some(elements);
        self
    }

    /// How many instances the store may have.
    pub fn instances(mut self, count: usize) -> Self {
        self.0.instances = count;
        self
    }

    /// How many tables the store may have.
    pub fn tables(mut self, count: usize) -> Self {
        self.0.tables = count;
        self
    }

    /// How many memories the store may have.
    pub fn memories(mut self, count: usize) -> Self {
        self.0.memories = count;
        self
    }

    /// Whether growth beyond a limit ends the guest's call instead of answering −1.
    pub fn trap_on_grow_failure(mut self, trap: bool) -> Self {
        self.0.trap_on_grow_failure = trap;
        self
    }

    /// The limits.
    pub fn build(self) -> StoreLimits {
        self.0
    }
}

impl StoreLimits {
    fn allow(&self, what: &str, desired: usize, limit: Option<usize>) -> Result<bool> {
        match limit {
            Some(limit) if desired > limit && self.trap_on_grow_failure => {
                crate::bail!("{what} would grow to {desired}, above the store's limit of {limit}")
            }
            Some(limit) => Ok(desired <= limit),
            None => Ok(true),
        }
    }

    fn failed(&self, error: Error) -> Result<()> {
        if self.trap_on_grow_failure {
            return Err(error.context("growth failed"));
        }
        Ok(())
    }
}

impl ResourceLimiter for StoreLimits {
    fn memory_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> Result<bool> {
        self.allow("a memory's bytes", desired, self.memory_size)
    }

    fn memory_grow_failed(&mut self, error: Error) -> Result<()> {
        self.failed(error)
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> Result<bool> {
        self.allow("a table's elements", desired, self.table_elements)
    }

    fn table_grow_failed(&mut self, error: Error) -> Result<()> {
        self.failed(error)
    }

    fn instances(&self) -> usize {
        self.instances
    }

    fn tables(&self) -> usize {
        self.tables
    }

    fn memories(&self) -> usize {
        self.memories
    }
}

/// What the runtime asks: finds the embedder's limiter in the store's data.
pub(crate) struct Adapter<T: 'static, F> {
    store: NonNull<Inner<T>>,
    find: RefCell<F>,
}

impl<T: 'static, F> Adapter<T, F>
where
    F: FnMut(&mut T) -> &mut dyn ResourceLimiter,
{
    /// The adapter for the store that `store` is part of, which owns it.
    pub(crate) fn new(store: NonNull<Inner<T>>, find: F) -> Self {
        Self {
            store,
            find: RefCell::new(find),
        }
    }

    fn ask<R>(&self, question: impl FnOnce(&mut dyn ResourceLimiter) -> R) -> R {
        // SAFETY: the store owns this adapter. The runtime asks while the store is borrowed by
        // whoever made it grow, who does not look at the data meanwhile.
        let data = unsafe { &mut (*self.store.as_ptr()).data };
        question((self.find.borrow_mut())(data))
    }
}

impl<T: 'static, F> rt::Limiter for Adapter<T, F>
where
    F: FnMut(&mut T) -> &mut dyn ResourceLimiter,
{
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> Result<bool, rt::error::HostError> {
        self.ask(|limiter| limiter.memory_growing(current, desired, maximum))
            .map_err(host_error)
    }

    fn memory_grow_failed(&mut self, error: &rt::GrowError) -> Result<(), rt::error::HostError> {
        let error = Error::msg(error.to_string());
        self.ask(|limiter| limiter.memory_grow_failed(error))
            .map_err(host_error)
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> Result<bool, rt::error::HostError> {
        self.ask(|limiter| limiter.table_growing(current, desired, maximum))
            .map_err(host_error)
    }

    fn table_grow_failed(&mut self, error: &rt::GrowError) -> Result<(), rt::error::HostError> {
        let error = Error::msg(error.to_string());
        self.ask(|limiter| limiter.table_grow_failed(error))
            .map_err(host_error)
    }

    fn heap_resizing(&mut self, current: usize, desired: usize) -> bool {
        self.ask(|limiter| limiter.heap_resizing(current, desired))
    }

    fn memory_freed(&mut self, bytes: usize) {
        self.ask(|limiter| limiter.memory_freed(bytes));
    }

    fn table_freed(&mut self, elements: usize) {
        self.ask(|limiter| limiter.table_freed(elements));
    }

    fn instances(&self) -> usize {
        self.ask(|limiter| limiter.instances())
    }

    fn tables(&self) -> usize {
        self.ask(|limiter| limiter.tables())
    }

    fn memories(&self) -> usize {
        self.ask(|limiter| limiter.memories())
    }
}

fn host_error(error: Error) -> rt::error::HostError {
    Box::new(error)
}
