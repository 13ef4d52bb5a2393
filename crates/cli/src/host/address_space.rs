//! Whether this process has the address space that memories usually get.
//!
//! Reserving four gigabytes for a memory costs nothing, and saves every check of an address. But where `ulimit -v` bounds address
//! space, not one memory could be had so; programs then run with checks, which is slower, instead of not at all.

/// Bytes with which a program starts as usual: one memory with what is reserved beside it, objects, types and code take 13 GiB.
const ENOUGH: u64 = 16 << 30;

/// Whether memories must do without reservations.
pub(crate) fn is_short() -> bool {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: the system writes one structure of this type.
    let failed = unsafe { libc::getrlimit(libc::RLIMIT_AS, &raw mut limit) } != 0;
    !failed && limit.rlim_cur < ENOUGH
}
