//! Typed indices, one type for each index space of a module (§ 2.5.1 of the specification).
//!
//! A bare `u32` says nothing about what it counts; a `FuncIndex` cannot be used where a
//! `TypeIndex` is meant.

use std::marker::PhantomData;
use std::ops::{Index, IndexMut};

/// An index into one index space.
pub trait EntityIndex: Copy + Eq + std::hash::Hash + std::fmt::Debug {
    /// The index `index` of this space.
    fn new(index: usize) -> Self;
    /// The position as a `usize`.
    fn index(self) -> usize;
}

macro_rules! index_spaces {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(transparent)]
        pub struct $name(pub u32);

        impl EntityIndex for $name {
            fn new(index: usize) -> Self {
                Self(u32::try_from(index).expect("index spaces hold at most 2^32 entries"))
            }
            fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

index_spaces! {
    /// A type of the type section, counted through all recursion groups.
    TypeIndex
    /// A function: imported ones first, then those the module defines.
    FuncIndex
    /// A function the module defines, counted from zero: the order of the code section.
    DefinedFuncIndex
    /// A table, imported ones first.
    TableIndex
    /// A memory, imported ones first.
    MemoryIndex
    /// A global, imported ones first.
    GlobalIndex
    /// A tag, imported ones first.
    TagIndex
    /// An element segment.
    ElemIndex
    /// A data segment.
    DataIndex
}

/// A vector indexed by one index space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexVec<K, V> {
    items: Vec<V>,
    key: PhantomData<fn(K) -> K>,
}

impl<K: EntityIndex, V> IndexVec<K, V> {
    /// An empty vector.
    pub const fn new() -> Self {
        Self {
            items: Vec::new(),
            key: PhantomData,
        }
    }

    /// An empty vector with room for `capacity` items.
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            items: Vec::with_capacity(capacity),
            key: PhantomData,
        }
    }

    /// Appends `item` and returns its index.
    pub fn push(&mut self, item: V) -> K {
        let key = K::new(self.items.len());
        self.items.push(item);
        key
    }

    /// Makes room for `additional` more items.
    pub fn reserve(&mut self, additional: usize) {
        self.items.reserve(additional);
    }

    /// The item at `key`, or `None` past the end.
    pub fn get(&self, key: K) -> Option<&V> {
        self.items.get(key.index())
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Index and item of each entry, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (K, &V)> + ExactSizeIterator {
        self.items
            .iter()
            .enumerate()
            .map(|(index, item)| (K::new(index), item))
    }

    /// Every index, in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = K> + ExactSizeIterator + use<K, V> {
        (0..self.items.len()).map(K::new)
    }

    /// The items alone, in order.
    pub fn values(&self) -> std::slice::Iter<'_, V> {
        self.items.iter()
    }

    /// The items as a slice.
    pub fn as_slice(&self) -> &[V] {
        &self.items
    }
}

impl<K: EntityIndex, V> Default for IndexVec<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: EntityIndex, V> Index<K> for IndexVec<K, V> {
    type Output = V;
    fn index(&self, key: K) -> &V {
        &self.items[key.index()]
    }
}

impl<K: EntityIndex, V> IndexMut<K> for IndexVec<K, V> {
    fn index_mut(&mut self, key: K) -> &mut V {
        &mut self.items[key.index()]
    }
}

impl<K: EntityIndex, V> FromIterator<V> for IndexVec<K, V> {
    fn from_iter<I: IntoIterator<Item = V>>(items: I) -> Self {
        Self {
            items: items.into_iter().collect(),
            key: PhantomData,
        }
    }
}
