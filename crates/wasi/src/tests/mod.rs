//! Tests of whole areas: a guest without code makes calls, on a real directory of the host's.

mod any_arguments;
mod escape;
mod files;
mod listing;
mod perms;
mod waiting;
mod without_openat2;
