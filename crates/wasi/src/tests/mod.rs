//! Tests of whole areas: a guest without code makes calls, on a real directory of the host's.

mod escape;
mod files;
mod listing;
mod perms;
mod waiting;
