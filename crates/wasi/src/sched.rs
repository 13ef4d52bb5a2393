//! Scheduling: `sched_yield`.

use crate::ctx::WasiCtx;
use crate::errno::Errno;
use crate::memory::GuestMemory;

/// `sched_yield`: lets other threads of the host run.
pub(crate) fn sched_yield(_: &mut WasiCtx, _: GuestMemory<'_>) -> Result<(), Errno> {
    std::thread::yield_now();
    Ok(())
}
