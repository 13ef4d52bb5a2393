//! Scheduling: `sched_yield`.

/// `sched_yield`: lets other threads run. Those of the guest too, so the guest's state is not locked meanwhile.
pub(crate) fn sched_yield() {
    std::thread::yield_now();
}
