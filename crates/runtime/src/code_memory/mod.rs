//! Where machine code lives.
//!
//! One region per process holds all code, so that everything is within reach of a `rel32` field.
//! It is mapped twice, writable at one address and executable at another; no address is ever both. A module has an
//! [`Arena`] in it, whose chunks are free again when it is dropped. The upper part of the region is
//! data that code reaches relative to itself: the tables of function entries ([`Plt`]).
//!
//! From a program counter to its function leads a bitmap of function starts ([`lookup`]), without locks, so that
//! signal handlers can use it.

mod arena;
mod lookup;
mod plt;
mod region;

pub use arena::{Allocation, Arena};
pub use lookup::{CodeKind, CodeTables, FunctionMeta, lookup};
pub use plt::Plt;
pub use region::{CodeMemoryError, contains};

#[cfg(test)]
mod tests;
