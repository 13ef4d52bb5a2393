//! The limit of `--max-memory`: one budget for all memories, tables and objects of a program.
//!
//! A limit per memory would be none, for a module may have many memories, tables beside them, and objects in every thread.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

use weft::{Error, ResourceLimiter, Result};

/// What a slot of a table takes.
const TABLE_SLOT: usize = size_of::<usize>();

/// A number of bytes that the memories, tables and objects of all of a program's stores may take together.
///
/// When a store of a thread goes, its tables and objects do. A memory may be the one that the threads share, so what it took is not
/// given back.
#[derive(Debug)]
pub(crate) struct Budget {
    limit: usize,
    used: Arc<AtomicUsize>,
    /// What goes with this store: its tables and objects.
    own: usize,
    /// What the last growth took, in case it fails.
    last: usize,
}

impl Budget {
    /// A budget of `limit` bytes, or without limit.
    pub(crate) fn new(limit: Option<u64>) -> Self {
        let limit = limit.map_or(usize::MAX, |bytes| {
            usize::try_from(bytes).unwrap_or(usize::MAX)
        });
        Self::of(limit, Arc::default())
    }

    /// The same budget, for another store.
    pub(crate) fn share(&self) -> Self {
        Self::of(self.limit, self.used.clone())
    }

    fn of(limit: usize, used: Arc<AtomicUsize>) -> Self {
        Self {
            limit,
            used,
            own: 0,
            last: 0,
        }
    }

    /// Takes so many bytes, if they are there.
    pub(crate) fn take(&mut self, bytes: usize) -> bool {
        let taken = self.used.try_update(Relaxed, Relaxed, |used| {
            let used = used.checked_add(bytes)?;
            (used <= self.limit).then_some(used)
        });
        if taken.is_ok() {
            self.last = bytes;
        }
        taken.is_ok()
    }

    fn release_own(&mut self, bytes: usize) {
        self.own -= bytes;
        self.used.fetch_sub(bytes, Relaxed);
    }

    fn give_back(&mut self) -> usize {
        let bytes = std::mem::take(&mut self.last);
        self.used.fetch_sub(bytes, Relaxed);
        bytes
    }
}

impl Drop for Budget {
    fn drop(&mut self) {
        self.used.fetch_sub(self.own, Relaxed);
    }
}

impl ResourceLimiter for Budget {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> Result<bool> {
        Ok(self.take(desired.saturating_sub(current)))
    }

    fn memory_grow_failed(&mut self, _: Error) -> Result<()> {
        self.give_back();
        Ok(())
    }

    fn table_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> Result<bool> {
        let slots = desired.saturating_sub(current);
        let bytes = slots.saturating_mul(TABLE_SLOT);
        let fits = self.take(bytes);
        if fits {
            self.own += bytes;
        }
        Ok(fits)
    }

    fn table_grow_failed(&mut self, _: Error) -> Result<()> {
        self.own -= self.give_back();
        Ok(())
    }

    fn heap_resizing(&mut self, current: usize, desired: usize) -> bool {
        if desired <= current {
            self.release_own(current - desired);
            return true;
        }
        let bytes = desired - current;
        let fits = self.take(bytes);
        if fits {
            self.own += bytes;
        }
        fits
    }

    fn memory_freed(&mut self, bytes: usize) {
        self.used.fetch_sub(bytes, Relaxed);
    }

    fn table_freed(&mut self, elements: usize) {
        self.release_own(elements.saturating_mul(TABLE_SLOT));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memories_and_tables_share_one_budget() {
        let mut budget = Budget::new(Some(1000));
        assert!(budget.memory_growing(0, 600, None).unwrap());
        assert!(budget.table_growing(0, 50, None).unwrap());
        assert!(!budget.memory_growing(600, 601, None).unwrap());
        assert!(!budget.table_growing(50, usize::MAX, None).unwrap());
    }

    #[test]
    fn a_growth_that_failed_costs_nothing() {
        let mut budget = Budget::new(Some(1000));
        assert!(budget.memory_growing(0, 900, None).unwrap());
        budget.memory_grow_failed(Error::msg("no memory")).unwrap();
        assert!(budget.memory_growing(0, 1000, None).unwrap());
    }

    #[test]
    fn what_has_gone_is_given_back() {
        let mut budget = Budget::new(Some(1000));
        assert!(budget.memory_growing(0, 500, None).unwrap());
        assert!(budget.heap_resizing(0, 400));
        assert!(!budget.heap_resizing(400, 501));
        assert!(budget.heap_resizing(400, 100));
        assert!(budget.table_growing(0, 50, None).unwrap());
        budget.memory_freed(500);
        budget.table_freed(50);
        assert!(budget.memory_growing(0, 900, None).unwrap());
        assert!(!budget.heap_resizing(100, 101));
    }

    #[test]
    fn stores_of_threads_share_a_budget() {
        let mut main = Budget::new(Some(1000));
        let mut thread = main.share();
        assert!(thread.memory_growing(0, 500, None).unwrap());
        assert!(thread.table_growing(0, 10, None).unwrap());
        assert!(thread.heap_resizing(0, 400));
        assert!(!main.memory_growing(0, 500, None).unwrap());
        drop(thread);
        assert!(!main.memory_growing(0, 501, None).unwrap());
        assert!(main.memory_growing(0, 500, None).unwrap());
    }
}
