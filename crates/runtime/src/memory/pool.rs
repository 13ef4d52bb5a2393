//! Address space of dropped memories, kept for the next ones.
//!
//! Reserving 4 GiB and giving it back costs more than everything else in a small instantiation.
//! What was written is dropped when a mapping comes back; a mapping that holds a module's image keeps it,
//! so that instantiating the same module again is a few stores.

use std::sync::{Arc, Mutex, PoisonError};

use super::{Mapping, MemoryImage, Plan};
use crate::error::ResourceError;

/// The free mappings of an engine.
#[derive(Debug)]
pub(crate) struct MemoryPool {
    free: Mutex<Vec<Mapping>>,
    limit: usize,
}

impl MemoryPool {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            free: Mutex::default(),
            limit,
        }
    }

    /// A mapping with `bytes` accessible that hold `image` and are otherwise zero.
    pub(crate) fn take(
        &self,
        plan: &Plan,
        bytes: usize,
        image: Option<&Arc<MemoryImage>>,
    ) -> Result<Mapping, ResourceError> {
        if let Some(mut mapping) = self.find(plan, image)
            && mapping.prepare(bytes, image).is_ok()
        {
            return Ok(mapping);
        }
        Mapping::new(plan, bytes, image).or_else(|error| {
            // Idle mappings may be what is missing.
            if self.drain() == 0 {
                return Err(error);
            }
            Mapping::new(plan, bytes, image)
        })
    }

    /// A free mapping for `plan`: one with the image if there is one, else the one longest unused.
    fn find(&self, plan: &Plan, image: Option<&Arc<MemoryImage>>) -> Option<Mapping> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let same = free
            .iter()
            .rposition(|mapping| mapping.fits(plan) && mapping.has_image(image));
        let index = same.or_else(|| free.iter().position(|mapping| mapping.fits(plan)))?;
        Some(free.remove(index))
    }

    fn drain(&self) -> usize {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        free.drain(..).count()
    }

    /// Takes a mapping back, or unmaps it when there are enough.
    pub(crate) fn put(&self, mut mapping: Mapping) {
        if self.limit == 0 || mapping.clear().is_err() {
            return;
        }
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let oldest = (free.len() >= self.limit).then(|| free.remove(0));
        free.push(mapping);
        // Unmapping is slow, so it happens after the lock is released.
        drop(free);
        drop(oldest);
    }
}
