//! How much a guest may put on the disks it was given.

use crate::errno::Errno;

/// What creating a directory entry costs: disks run out of entries as well as of bytes.
pub(crate) const ENTRY_COST: u64 = 4096;

/// Bytes that may still be written to files.
///
/// Only ever goes down: what is overwritten or removed is not given back, so the bound also holds
/// for a guest that wears a disk by writing in place.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Quota {
    left: Option<u64>,
}

impl Quota {
    pub(crate) fn new(bytes: u64) -> Self {
        Self { left: Some(bytes) }
    }

    /// How many of `wanted` bytes may be written: at least 1 of 1, or `Dquot`.
    pub(crate) fn allowance(&self, wanted: u64) -> Result<u64, Errno> {
        match self.left {
            None => Ok(wanted),
            Some(0) if wanted > 0 => Err(Errno::Dquot),
            Some(left) => Ok(left.min(wanted)),
        }
    }

    /// Counts bytes that were written.
    pub(crate) fn spend(&mut self, bytes: u64) {
        if let Some(left) = &mut self.left {
            *left = left.saturating_sub(bytes);
        }
    }

    /// `Dquot` unless all of `bytes` may be written.
    pub(crate) fn require(&self, bytes: u64) -> Result<(), Errno> {
        match self.left {
            Some(left) if left < bytes => Err(Errno::Dquot),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_runs_out() {
        let mut quota = Quota::new(10);
        assert_eq!(quota.allowance(20), Ok(10));
        quota.spend(9);
        assert_eq!(quota.require(2), Err(Errno::Dquot));
        assert_eq!(quota.allowance(2), Ok(1));
        quota.spend(1);
        assert_eq!(quota.allowance(1), Err(Errno::Dquot));
        assert_eq!(quota.allowance(0), Ok(0));
        assert_eq!(Quota::default().allowance(u64::MAX), Ok(u64::MAX));
    }
}
