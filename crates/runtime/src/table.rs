//! Tables (§ 4.2.8): they never move either, so their base is a constant for code.
//!
//! A slot is one word that is written by one store: 8 bytes with a pointer to a [`VMFuncRef`]
//! for the `func` hierarchy, 4 bytes with a tagged reference for the others. A table that can grow reserves
//! address space up to its maximum.
//!
//! [`VMFuncRef`]: weft_abi::layout::VMFuncRef

use std::cell::UnsafeCell;
use std::sync::Arc;

use weft_abi::layout::VMTable;
use weft_module::{AddressType, Limits, RefKind};

use crate::engine::Engine;
use crate::error::{GrowError, Misuse, ResourceError};
use crate::pages::Reservation;
use crate::slab::Handle;
use crate::store::StoreInner;
use crate::types::{RegisteredTypes, TableType};

/// A table of a store.
pub type Table = Handle<TableEntity>;

/// Up to this size the slots come from the heap, whole, rather than from a mapping of their own.
const LARGEST_ON_HEAP: usize = 16 << 10;

/// What a [`Table`] names.
#[derive(Debug)]
pub struct TableEntity {
    vm: UnsafeCell<VMTable>,
    ty: TableType,
    kind: RefKind,
    /// Elements that there is room for.
    capacity: usize,
    _slots: Slots,
    /// Keeps the element type registered.
    _types: Option<Arc<RegisteredTypes>>,
}

#[derive(Debug)]
enum Slots {
    Heap(
        #[expect(dead_code, reason = "owns what the definition points to")] Box<[UnsafeCell<u64>]>,
    ),
    Mapped(#[expect(dead_code, reason = "owns what the definition points to")] Reservation),
}

impl TableEntity {
    /// A table of its initial size, null. `fixed` if nothing can ever make it grow.
    pub(crate) fn new(
        engine: &Engine,
        ty: TableType,
        fixed: bool,
        types: Option<Arc<RegisteredTypes>>,
    ) -> Result<Self, ResourceError> {
        let kind = engine.types().kind(ty.element.heap);
        let limit = engine.config().max_table_elements;
        let min = usize::try_from(ty.limits.min)
            .ok()
            .filter(|&min| min as u64 <= limit)
            .ok_or_else(|| {
                ResourceError::new(format!(
                    "a table of {} elements is larger than the limit of {limit} elements",
                    ty.limits.min
                ))
            })?;
        let most = match fixed {
            true => min as u64,
            false => maximum(&ty).min(limit),
        };
        let (slots, base, capacity) = allocate(most as usize, min, slot_size(kind))?;
        Ok(Self {
            vm: UnsafeCell::new(VMTable { base, length: min }),
            ty,
            kind,
            capacity,
            _slots: slots,
            _types: types,
        })
    }

    /// The definition that code reads.
    pub(crate) fn vm(&self) -> *mut VMTable {
        self.vm.get()
    }

    /// The first slot. It never changes.
    pub(crate) fn base(&self) -> *mut u8 {
        // SAFETY: the definition is plain data of this thread.
        unsafe { (*self.vm.get()).base }
    }

    /// The size in elements.
    pub fn size(&self) -> usize {
        // SAFETY: as in `base`.
        unsafe { (*self.vm.get()).length }
    }

    /// The type as declared.
    pub fn declared_ty(&self) -> &TableType {
        &self.ty
    }

    /// The type with the present size as its minimum, which is what an import is matched with.
    pub fn ty(&self) -> TableType {
        TableType {
            limits: Limits {
                min: self.size() as u64,
                ..self.ty.limits
            },
            ..self.ty
        }
    }

    /// The hierarchy of its elements, which gives their representation.
    pub fn kind(&self) -> RefKind {
        self.kind
    }

    pub(crate) fn slot_size(&self) -> usize {
        slot_size(self.kind)
    }

    /// The reference at `index` in its representation, widened.
    ///
    /// # Errors
    /// [`Misuse::OutOfBounds`].
    pub fn get(&self, index: u64) -> Result<u64, Misuse> {
        let index = self.checked(index, 1)?;
        // SAFETY: within the table, whose slots are aligned to their size.
        Ok(unsafe {
            match self.kind {
                RefKind::Func => self.base().cast::<u64>().add(index).read(),
                _ => u64::from(self.base().cast::<u32>().add(index).read()),
            }
        })
    }

    /// Sets the reference at `index`.
    ///
    /// # Errors
    /// [`Misuse::OutOfBounds`]: nothing is written.
    ///
    /// # Safety
    /// `value` is a reference of the table's element type in its representation, and of the same store.
    pub unsafe fn set(&self, index: u64, value: u64) -> Result<(), Misuse> {
        // SAFETY: the caller's.
        unsafe { self.fill(index, value, 1) }
    }

    /// Sets `len` references from `index` on.
    ///
    /// # Errors
    /// [`Misuse::OutOfBounds`]: nothing is written.
    ///
    /// # Safety
    /// As for [`Self::set`].
    pub unsafe fn fill(&self, index: u64, value: u64, len: u64) -> Result<(), Misuse> {
        let start = self.checked(index, len)?;
        // SAFETY: within the table.
        unsafe { self.write(start, value, len as usize) };
        Ok(())
    }

    unsafe fn write(&self, start: usize, value: u64, len: usize) {
        // SAFETY: the caller checked the range; slots are aligned to their size.
        unsafe {
            match self.kind {
                RefKind::Func => {
                    std::slice::from_raw_parts_mut(self.base().cast::<u64>().add(start), len)
                        .fill(value);
                }
                _ => {
                    std::slice::from_raw_parts_mut(self.base().cast::<u32>().add(start), len)
                        .fill(value as u32);
                }
            }
        }
    }

    /// `index` as a position, when `len` elements from there on are within the table.
    pub(crate) fn checked(&self, index: u64, len: u64) -> Result<usize, Misuse> {
        match index.checked_add(len) {
            Some(end) if end <= self.size() as u64 => Ok(index as usize),
            _ => Err(Misuse::OutOfBounds),
        }
    }

    /// Copies references from one table to another, or within one, as if through a buffer.
    ///
    /// # Errors
    /// [`Misuse::OutOfBounds`], or [`Misuse::Type`] when the element types are of different hierarchies: nothing is written.
    ///
    /// # Safety
    /// The elements of `source` are of this table's element type, and both are of one store.
    pub unsafe fn copy_from(
        &self,
        index: u64,
        source: &Self,
        source_index: u64,
        len: u64,
    ) -> Result<(), Misuse> {
        if self.slot_size() != source.slot_size() {
            return Err(Misuse::Type(
                "the tables hold different references".to_string(),
            ));
        }
        let target = self.checked(index, len)? * self.slot_size();
        let from = source.checked(source_index, len)? * self.slot_size();
        // SAFETY: both ranges are within the tables.
        unsafe {
            std::ptr::copy(
                source.base().add(from),
                self.base().add(target),
                len as usize * self.slot_size(),
            );
        }
        Ok(())
    }

    /// Grows by `delta` elements that are `init`, and returns the old size.
    ///
    /// # Errors
    /// When the type, the limiter or the machine does not allow for it; the size is unchanged then.
    ///
    /// # Safety
    /// As for [`Self::set`].
    pub unsafe fn grow(&self, store: &StoreInner, delta: u64, init: u64) -> Result<u64, GrowError> {
        let old = self.size();
        let desired = (old as u64)
            .checked_add(delta)
            .filter(|&desired| desired <= maximum(&self.ty))
            .and_then(|desired| usize::try_from(desired).ok());
        let desired = desired.ok_or(GrowError::Maximum)?;
        store.table_growing(old, desired, maximum(&self.ty))?;
        if let Err(error) = self.resize(desired) {
            store.table_grow_failed(&error)?;
            return Err(error);
        }
        if init != 0 {
            // SAFETY: just added.
            unsafe { self.write(old, init, delta as usize) };
        }
        Ok(old as u64)
    }

    fn resize(&self, elements: usize) -> Result<(), GrowError> {
        if elements > self.capacity {
            return Err(GrowError::Resource(ResourceError::new(format!(
                "a table cannot grow beyond the limit of {} elements",
                self.capacity
            ))));
        }
        // SAFETY: plain data of this thread. Slots beyond the length are zero: nothing shrinks.
        unsafe { (*self.vm.get()).length = elements };
        Ok(())
    }
}

fn slot_size(kind: RefKind) -> usize {
    match kind {
        RefKind::Func => 8,
        RefKind::Any | RefKind::Extern | RefKind::Exn => 4,
    }
}

/// The most elements that a table of this type can have.
fn maximum(ty: &TableType) -> u64 {
    let addressable = match ty.address {
        AddressType::I32 => u64::from(u32::MAX),
        AddressType::I64 => u64::MAX,
    };
    ty.limits.max.unwrap_or(u64::MAX).min(addressable)
}

/// Zero slots for `most` elements, or fewer when there is no address space for as many.
fn allocate(
    most: usize,
    min: usize,
    slot_size: usize,
) -> Result<(Slots, *mut u8, usize), ResourceError> {
    if most * slot_size <= LARGEST_ON_HEAP {
        let words = (most * slot_size).div_ceil(8);
        let slots: Box<[UnsafeCell<u64>]> = (0..words).map(|_| UnsafeCell::new(0)).collect();
        let base = slots.as_ptr().cast_mut().cast();
        return Ok((Slots::Heap(slots), base, most));
    }
    let mut capacity = most;
    loop {
        match Reservation::accessible(capacity * slot_size) {
            Ok(slots) => {
                let base = slots.base();
                return Ok((Slots::Mapped(slots), base, capacity));
            }
            Err(_) if capacity / 2 >= min.max(1) => capacity /= 2,
            Err(error) => {
                return Err(ResourceError::os(
                    format_args!("cannot reserve address space for a table of {capacity} elements"),
                    error,
                ));
            }
        }
    }
}
