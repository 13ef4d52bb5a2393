//! An array of descriptors at one address for ever: reserved whole, backed page by page as it is written.

use std::marker::PhantomData;

use crate::error::ResourceError;
use crate::pages::Reservation;

/// `capacity` values of `T` that never move, zero until written.
pub(super) struct Arena<T> {
    reservation: Reservation,
    capacity: usize,
    of: PhantomData<T>,
}

impl<T: Copy> Arena<T> {
    pub(super) fn new(capacity: usize) -> Result<Self, ResourceError> {
        let reservation = Reservation::accessible(capacity * size_of::<T>())
            .map_err(|error| ResourceError::os("cannot reserve address space for types", error))?;
        Ok(Self {
            reservation,
            capacity,
            of: PhantomData,
        })
    }

    pub(super) fn base(&self) -> *const T {
        self.reservation.base().cast_const().cast()
    }

    fn slot(&self, index: u32) -> *mut T {
        assert!((index as usize) < self.capacity);
        // SAFETY: within the reservation.
        unsafe { self.reservation.base().cast::<T>().add(index as usize) }
    }

    pub(super) fn read(&self, index: u32) -> T {
        // SAFETY: readable memory of plain integers, aligned because the base is a page. A writer
        // holds the registry's lock and only writes ids that are not in use, so no valid id races.
        unsafe { self.slot(index).read_volatile() }
    }

    pub(super) fn write(&self, index: u32, value: T) {
        // SAFETY: as in `read`.
        unsafe { self.slot(index).write_volatile(value) }
    }
}
