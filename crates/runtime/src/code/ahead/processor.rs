//! The processors on which to look ahead.

use std::sync::OnceLock;

use rustix::thread::sched_getaffinity;

/// No more threads than this, whatever the machine has.
const MOST_THREADS: usize = 7;

/// What [`count_spare`] found.
static SPARE: OnceLock<usize> = OnceLock::new();

/// Processors besides the one that runs the program.
///
/// Before a thread has counted them it is one if this process may run on several: to ask for its share of them takes
/// a dozen system calls, which the first call of a program does not wait for.
pub(super) fn spare_processors() -> usize {
    SPARE.get().copied().unwrap_or_else(|| {
        let has_several = sched_getaffinity(None).map_or(true, |all| all.count() > 1);
        usize::from(has_several)
    })
}

/// Finds out how many processors there are to spare.
pub(super) fn count_spare() -> usize {
    *SPARE.get_or_init(|| {
        let all = std::thread::available_parallelism().map_or(1, usize::from);
        (all - 1).min(MOST_THREADS)
    })
}

/// Moves `thread` to another processor than `busy`. The system may leave a new thread on that of the one that started
/// it for longer than a small program takes, and the two would run by turns.
///
/// # Safety
/// It is a thread of this process that has been neither joined nor detached, or the calling one.
pub(super) unsafe fn move_off(thread: libc::pthread_t, busy: usize) {
    let size = size_of::<libc::cpu_set_t>();
    // SAFETY: a set of no processors is all zeros; the sets are as large as is said, `busy` is within them, and the
    // thread is there as the caller promises. It is an improvement only, so that whatever is refused does no harm.
    unsafe {
        let mut all: libc::cpu_set_t = std::mem::zeroed();
        if libc::sched_getaffinity(0, size, &mut all) != 0 || busy >= 8 * size {
            return;
        }
        let mut others = all;
        libc::CPU_CLR(busy, &mut others);
        if libc::CPU_COUNT(&others) > 0 && libc::pthread_setaffinity_np(thread, size, &others) == 0
        {
            libc::pthread_setaffinity_np(thread, size, &all);
        }
    }
}
