//! The limit of `--max-memory`: one budget for all memories and tables of a program.
//!
//! A limit per memory would be none, for a module may have many memories, and tables beside them.

use weft::{Error, ResourceLimiter, Result};

/// What a slot of a table takes.
const TABLE_SLOT: usize = size_of::<usize>();

/// A number of bytes that memories and tables may take together.
#[derive(Clone, Debug)]
pub(crate) struct Budget {
    limit: usize,
    used: usize,
    /// What the last growth took, in case it fails.
    last: usize,
}

impl Budget {
    /// A budget of `limit` bytes, or without limit.
    pub(crate) fn new(limit: Option<u64>) -> Self {
        Self {
            limit: limit.map_or(usize::MAX, |bytes| {
                usize::try_from(bytes).unwrap_or(usize::MAX)
            }),
            used: 0,
            last: 0,
        }
    }

    fn take(&mut self, bytes: usize) -> bool {
        let fits = self
            .used
            .checked_add(bytes)
            .is_some_and(|used| used <= self.limit);
        if fits {
            self.used += bytes;
            self.last = bytes;
        }
        fits
    }

    fn give_back(&mut self) {
        self.used -= std::mem::take(&mut self.last);
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
        Ok(self.take(slots.saturating_mul(TABLE_SLOT)))
    }

    fn table_grow_failed(&mut self, _: Error) -> Result<()> {
        self.give_back();
        Ok(())
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
}
