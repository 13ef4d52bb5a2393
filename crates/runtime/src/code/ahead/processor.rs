//! The processors on which to look ahead.

use std::sync::OnceLock;

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// No more threads than this, whatever the machine has.
const MOST_THREADS: usize = 7;

/// Processors besides the one that runs the program.
pub(super) fn spare_processors() -> usize {
    static COUNT: OnceLock<usize> = OnceLock::new();
    *COUNT.get_or_init(|| {
        let all = std::thread::available_parallelism().map_or(1, usize::from);
        (all - 1).min(MOST_THREADS)
    })
}

/// Has this thread run elsewhere than on the processor of the one that started it. The system may leave a new
/// thread there for longer than a small program takes, and the two would run by turns.
pub(super) fn leave_processor(busy: usize) {
    // It is an improvement only, so that whatever is refused does no harm.
    let Ok(all) = sched_getaffinity(None) else {
        return;
    };
    let mut others = all;
    if busy < CpuSet::MAX_CPU {
        others.unset(busy);
    }
    if others.count() > 0 && sched_setaffinity(None, &others).is_ok() {
        let _ = sched_setaffinity(None, &all);
    }
}
