//! A set of small numbers.
//!
//! Used for indices that validation has already checked, so its size is bounded by the module's.

/// A set of small numbers, a bit each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct BitSet {
    words: Vec<u64>,
}

impl BitSet {
    /// Adds `index`.
    pub(crate) fn insert(&mut self, index: u32) {
        let word = index as usize / 64;
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= 1 << (index % 64);
    }

    /// Whether `index` is in it.
    pub(crate) fn contains(&self, index: u32) -> bool {
        let word = self.words.get(index as usize / 64).copied().unwrap_or(0);
        word >> (index % 64) & 1 != 0
    }

    /// Adds everything that is in `other`.
    pub(crate) fn union(&mut self, other: &Self) {
        if other.words.len() > self.words.len() {
            self.words.resize(other.words.len(), 0);
        }
        for (word, more) in self.words.iter_mut().zip(&other.words) {
            *word |= more;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_what_was_inserted() {
        let mut set = BitSet::default();
        for index in [0, 63, 64, 1000] {
            set.insert(index);
        }
        let all: Vec<u32> = (0..2000).filter(|&index| set.contains(index)).collect();
        assert_eq!(all, [0, 63, 64, 1000]);
    }

    #[test]
    fn union_works_both_ways_round() {
        let (mut short, mut long) = (BitSet::default(), BitSet::default());
        short.insert(1);
        long.insert(200);
        let mut other = long.clone();
        other.union(&short);
        short.union(&long);
        assert_eq!(short, other);
        assert!(short.contains(1) && short.contains(200) && !short.contains(2));
    }
}
