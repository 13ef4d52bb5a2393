//! Live objects.

pub mod artifact;
