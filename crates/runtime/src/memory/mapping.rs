//! The address space of one memory.

use std::cell::Cell;
use std::sync::Arc;

use weft_abi::Tunables;
use weft_module::{AddressType, MemoryType};

use super::{MemoryImage, maximum_bytes};
use crate::error::ResourceError;
use crate::pages::{Reservation, round_up};

/// How much address space a memory gets.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) struct Plan {
    /// Bytes that can become accessible.
    pub(crate) capacity: usize,
    /// Inaccessible bytes after them.
    pub(crate) guard: usize,
    /// Whether less than `capacity` would do, because code compares with the memory's length.
    shrinkable: bool,
}

impl Plan {
    /// The plan for a memory of type `ty` that starts with `bytes`.
    pub(crate) fn new(
        tunables: &Tunables,
        ty: &MemoryType,
        bytes: usize,
    ) -> Result<Self, ResourceError> {
        let memory = &tunables.memory;
        let (reservation, setting) = match ty.address {
            AddressType::I32 => (memory.reservation32, "reservation for 32-bit memories"),
            AddressType::I64 => (memory.reservation64, "reservation for 64-bit memories"),
        };
        if bytes as u64 > reservation {
            return Err(ResourceError::new(format!(
                "a memory of {bytes} bytes is larger than the {setting} ({reservation} bytes)"
            )));
        }
        // Code that compares with the length needs no more than the memory can have.
        let capacity = match memory.dynamic {
            true => reservation.min(maximum_bytes(ty)),
            false => reservation,
        };
        let whole = |bytes: u64| usize::try_from(bytes).ok().and_then(round_up);
        match (whole(capacity), whole(memory.guard)) {
            (Some(capacity), Some(guard)) => Ok(Self {
                capacity,
                guard,
                shrinkable: memory.dynamic,
            }),
            _ => Err(ResourceError::new(format!(
                "the {setting} is larger than the address space"
            ))),
        }
    }

    /// Reserves the address space, less of it than planned when that is allowed and needed.
    fn reserve(mut self, bytes: usize) -> Result<(Self, Reservation), ResourceError> {
        loop {
            match Reservation::new(self.capacity.saturating_add(self.guard)) {
                Ok(reservation) => return Ok((self, reservation)),
                Err(_) if self.shrinkable && self.capacity / 2 >= bytes.max(1 << 16) => {
                    self.capacity = (self.capacity / 2).next_multiple_of(1 << 16);
                }
                Err(error) => {
                    return Err(ResourceError::os(
                        format_args!(
                            "cannot reserve {} bytes of address space for a memory",
                            self.capacity
                        ),
                        error,
                    ));
                }
            }
        }
    }
}

/// The address space of one memory: `[0, accessible)` can be used.
#[derive(Debug)]
pub(crate) struct Mapping {
    reservation: Reservation,
    capacity: usize,
    guard: usize,
    accessible: Cell<usize>,
    image: Option<Arc<MemoryImage>>,
}

// SAFETY: `accessible` is changed by the one who owns the mapping; it moves between threads as a whole.
unsafe impl Sync for Mapping {}

impl Mapping {
    /// A fresh mapping with `bytes` accessible.
    pub(crate) fn new(
        plan: &Plan,
        bytes: usize,
        image: Option<&Arc<MemoryImage>>,
    ) -> Result<Self, ResourceError> {
        let (plan, reservation) = plan.reserve(bytes)?;
        let mut mapping = Self {
            reservation,
            capacity: plan.capacity,
            guard: plan.guard,
            accessible: Cell::new(0),
            image: None,
        };
        mapping.prepare(bytes, image)?;
        Ok(mapping)
    }

    /// The first byte.
    pub(crate) fn base(&self) -> *mut u8 {
        self.reservation.base()
    }

    /// Whether it was made for this plan.
    pub(crate) fn fits(&self, plan: &Plan) -> bool {
        self.capacity == plan.capacity && self.guard == plan.guard
    }

    /// Whether it starts with `image`.
    pub(crate) fn has_image(&self, image: Option<&Arc<MemoryImage>>) -> bool {
        match (&self.image, image) {
            (Some(mine), Some(other)) => Arc::ptr_eq(mine, other),
            (mine, other) => mine.is_none() && other.is_none(),
        }
    }

    /// Makes exactly the pages of `bytes` accessible, with the contents of `image`, otherwise zero.
    ///
    /// The mapping is fresh or [`Self::clear`]ed.
    pub(crate) fn prepare(
        &mut self,
        bytes: usize,
        image: Option<&Arc<MemoryImage>>,
    ) -> Result<(), ResourceError> {
        let failed = |error| ResourceError::os("cannot make a memory accessible", error);
        if !self.has_image(image) {
            self.remove_image().map_err(failed)?;
        }
        self.resize(bytes)?;
        if let Some(image) = image
            && self.image.is_none()
        {
            self.reservation
                .map_file(image.start(), image.len(), image.file())
                .map_err(failed)?;
            self.image = Some(image.clone());
        }
        Ok(())
    }

    fn remove_image(&mut self) -> std::io::Result<()> {
        if let Some(image) = self.image.take() {
            self.reservation.map_zero(image.start(), image.len())?;
            let end = image.start() + image.len();
            self.accessible.set(self.accessible.get().max(end));
        }
        Ok(())
    }

    fn resize(&mut self, bytes: usize) -> Result<(), ResourceError> {
        let accessible = round_up(bytes).unwrap_or(usize::MAX);
        let old = self.accessible.get();
        if accessible < old {
            self.reservation
                .deny(accessible, old - accessible)
                .map_err(|error| ResourceError::os("cannot protect a memory", error))?;
            self.accessible.set(accessible);
        }
        self.grow(bytes)
    }

    /// Makes the pages of `bytes` accessible; it never takes access away.
    pub(crate) fn grow(&self, bytes: usize) -> Result<(), ResourceError> {
        if bytes > self.capacity {
            return Err(ResourceError::new(format!(
                "a memory cannot grow beyond its reservation of {} bytes",
                self.capacity
            )));
        }
        let (old, new) = (self.accessible.get(), round_up(bytes).unwrap_or(usize::MAX));
        if new > old {
            self.reservation
                .allow(old, new - old)
                .map_err(|error| ResourceError::os("no memory to grow into", error))?;
            self.accessible.set(new);
        }
        Ok(())
    }

    /// Drops what was written, so that nothing can leak to the next user.
    pub(crate) fn clear(&mut self) -> std::io::Result<()> {
        self.reservation.reset(0, self.accessible.get())
    }
}
