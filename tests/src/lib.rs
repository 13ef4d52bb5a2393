//! What several tests, or tests and fuzz targets, share.

pub mod differential;
