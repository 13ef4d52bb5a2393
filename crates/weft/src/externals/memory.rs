//! [`Memory`]: a linear memory of one store (§ 4.2.9).

use std::fmt;

use weft_runtime as rt;

use crate::store::{Opaque, StoreContext, StoreContextMut};
use crate::{AsContext, AsContextMut, Error, MemoryType, Result};

/// A linear memory of a store (§ 4.2.9).
///
/// It never moves while the store lives, so a pointer into it stays valid; its bytes are accessed
/// directly, because nothing runs in the store meanwhile. Memories that threads share are
/// [`SharedMemory`](crate::SharedMemory).
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub struct Memory(rt::Memory);

/// An access beyond the size of a memory.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MemoryAccessError {}

impl fmt::Display for MemoryAccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("out of bounds memory access")
    }
}

impl std::error::Error for MemoryAccessError {}

const WRONG_STORE: &str = "the memory belongs to another store or is gone";

impl Memory {
    /// A memory of its type's initial size, zero.
    ///
    /// # Errors
    /// When the store's limiter or the machine does not allow for it, or the type is shared.
    pub fn new(mut store: impl AsContextMut, ty: MemoryType) -> Result<Self> {
        if ty.is_shared() {
            crate::bail!("a shared memory is made with SharedMemory::new");
        }
        let store = store.as_context_mut();
        let opaque = store.opaque();
        let memory = opaque.live.new_memory(&ty.live());
        let memory = memory.map_err(|error| Error::from_instantiate(opaque, error))?;
        Ok(Self(memory))
    }

    pub(crate) fn from_live(memory: rt::Memory) -> Self {
        Self(memory)
    }

    pub(crate) fn live(self) -> rt::Memory {
        self.0
    }

    #[inline]
    fn entity(self, store: &Opaque) -> &rt::memory::MemoryEntity {
        self.0.get(&store.live).expect(WRONG_STORE)
    }

    /// Its type, with the present size as the minimum.
    ///
    /// # Panics
    /// When it belongs to another store.
    pub fn ty(&self, store: impl AsContext) -> MemoryType {
        MemoryType::from_live(self.entity(store.as_context().opaque()).ty())
    }

    /// Copies bytes out, from `offset` on.
    ///
    /// # Errors
    /// When they are not all within the memory; nothing is read then.
    ///
    /// # Panics
    /// When it belongs to another store.
    pub fn read(
        &self,
        store: impl AsContext,
        offset: usize,
        buffer: &mut [u8],
    ) -> Result<(), MemoryAccessError> {
        let store = store.as_context();
        let data = self.data(store);
        let source = slice(data, offset, buffer.len()).ok_or(MemoryAccessError {})?;
        buffer.copy_from_slice(source);
        Ok(())
    }

    /// Copies bytes in, from `offset` on.
    ///
    /// # Errors
    /// When they are not all within the memory; nothing is written then.
    ///
    /// # Panics
    /// When it belongs to another store.
    pub fn write(
        &self,
        mut store: impl AsContextMut,
        offset: usize,
        buffer: &[u8],
    ) -> Result<(), MemoryAccessError> {
        let mut store = store.as_context_mut();
        let data = self.data_mut(&mut store);
        let end = offset.checked_add(buffer.len());
        let target = end.and_then(|end| data.get_mut(offset..end));
        target.ok_or(MemoryAccessError {})?.copy_from_slice(buffer);
        Ok(())
    }

    /// All bytes.
    ///
    /// # Panics
    /// When it belongs to another store.
    #[inline]
    pub fn data<'a, T: 'static>(&self, store: impl Into<StoreContext<'a, T>>) -> &'a [u8] {
        let entity = self.entity(store.into().opaque());
        // SAFETY: the memory is this store's alone, and no wasm runs while the store is borrowed.
        unsafe { &*entity.data() }
    }

    /// All bytes.
    ///
    /// # Panics
    /// When it belongs to another store.
    #[inline]
    pub fn data_mut<'a, T: 'static>(
        &self,
        store: impl Into<StoreContextMut<'a, T>>,
    ) -> &'a mut [u8] {
        let entity = self.entity(&store.into().into_inner().opaque);
        // SAFETY: as in `data`; the exclusive borrow of the store covers its memories.
        unsafe { &mut *entity.data() }
    }

    /// All bytes, and the host's data of the store beside.
    ///
    /// # Panics
    /// When it belongs to another store.
    #[inline]
    pub fn data_and_store_mut<'a, T: 'static>(
        &self,
        store: impl Into<StoreContextMut<'a, T>>,
    ) -> (&'a mut [u8], &'a mut T) {
        let inner = store.into().into_inner();
        let entity = self.entity(&inner.opaque);
        // SAFETY: as in `data_mut`; the bytes are not part of the host's data.
        (unsafe { &mut *entity.data() }, &mut inner.data)
    }

    /// The address of its first byte. It stays valid, and constant, while the store lives.
    ///
    /// # Panics
    /// When it belongs to another store.
    pub fn data_ptr(&self, store: impl AsContext) -> *mut u8 {
        self.entity(store.as_context().opaque()).base()
    }

    /// The size, in bytes.
    ///
    /// # Panics
    /// When it belongs to another store.
    pub fn data_size(&self, store: impl AsContext) -> usize {
        self.entity(store.as_context().opaque()).byte_size()
    }

    /// The size, in pages.
    ///
    /// # Panics
    /// When it belongs to another store.
    pub fn size(&self, store: impl AsContext) -> u64 {
        self.entity(store.as_context().opaque()).size()
    }

    /// The size of a page, in bytes.
    ///
    /// # Panics
    /// When it belongs to another store.
    pub fn page_size(&self, store: impl AsContext) -> u64 {
        self.entity(store.as_context().opaque())
            .declared_ty()
            .page_size()
    }

    /// Grows by `delta` pages and returns the old size in pages (§ 4.5.3 "Growing memories").
    ///
    /// # Errors
    /// When the type, the store's limiter or the machine does not allow for it, or the memory
    /// belongs to another store.
    pub fn grow(&self, mut store: impl AsContextMut, delta: u64) -> Result<u64> {
        let store = store.as_context_mut();
        let live = &store.opaque().live;
        self.0
            .get(live)?
            .grow(live, delta)
            .map_err(Error::from_grow)
    }
}

fn slice(data: &[u8], offset: usize, len: usize) -> Option<&[u8]> {
    data.get(offset..offset.checked_add(len)?)
}
