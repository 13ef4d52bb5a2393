//! Clocks: `clock_res_get` and `clock_time_get`, and the sources that an embedder can replace.

use crate::errno::Errno;
use crate::memory::GuestMemory;
use crate::process::Process;
use rustix::time::ClockId;

/// A source of time.
pub trait Clock: Send {
    /// Nanoseconds since the clock's origin (1970 for a wall clock).
    fn now(&mut self) -> u64;

    /// Nanoseconds between two ticks, at least 1.
    fn resolution(&self) -> u64 {
        1
    }

    /// Called when the guest has nothing to do but wait for `nanoseconds`. A clock that is not real
    /// moves on by them and returns true; then nobody waits.
    fn skip(&mut self, nanoseconds: u64) -> bool {
        let _ = nanoseconds;
        false
    }
}

/// A clock that stands still except that each look at it takes one tick and sleeping jumps ahead:
/// the same program sees the same times in every run.
#[derive(Clone, Debug)]
pub struct VirtualClock {
    now: u64,
    tick: u64,
}

impl VirtualClock {
    /// Starts at `start` and advances by `tick` with each look, both in nanoseconds.
    pub fn new(start: u64, tick: u64) -> Self {
        Self { now: start, tick }
    }
}

impl Clock for VirtualClock {
    fn now(&mut self) -> u64 {
        self.now = self.now.saturating_add(self.tick);
        self.now
    }

    fn resolution(&self) -> u64 {
        self.tick.max(1)
    }

    fn skip(&mut self, nanoseconds: u64) -> bool {
        self.now = self.now.saturating_add(nanoseconds);
        true
    }
}

/// One of the host's clocks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HostClock(pub(crate) ClockId);

impl Clock for HostClock {
    fn now(&mut self) -> u64 {
        let now = rustix::time::clock_gettime(self.0);
        crate::types::nanoseconds(now.tv_sec, now.tv_nsec)
    }

    fn resolution(&self) -> u64 {
        let tick = rustix::time::clock_getres(self.0);
        crate::types::nanoseconds(tick.tv_sec, tick.tv_nsec).max(1)
    }
}

/// The guest's clocks, by `clockid`.
pub(crate) struct Clocks {
    pub(crate) wall: Box<dyn Clock>,
    pub(crate) monotonic: Box<dyn Clock>,
    process: HostClock,
    thread: HostClock,
    /// Whether the monotonic clock also stands in for processor time, so that no host time shows.
    pub(crate) is_virtual: bool,
}

impl Clocks {
    pub(crate) fn host() -> Self {
        Self {
            wall: Box::new(HostClock(ClockId::Realtime)),
            monotonic: Box::new(HostClock(ClockId::Monotonic)),
            process: HostClock(ClockId::ProcessCPUTime),
            thread: HostClock(ClockId::ThreadCPUTime),
            is_virtual: false,
        }
    }

    fn get(&mut self, id: u32) -> Result<&mut dyn Clock, Errno> {
        match id {
            0 => Ok(&mut *self.wall),
            1 => Ok(&mut *self.monotonic),
            2 | 3 if self.is_virtual => Ok(&mut *self.monotonic),
            2 => Ok(&mut self.process),
            3 => Ok(&mut self.thread),
            _ => Err(Errno::Inval),
        }
    }

    /// A clock that can be waited for; processor time cannot.
    pub(crate) fn waitable(&mut self, id: u32) -> Result<&mut dyn Clock, Errno> {
        match id {
            0 | 1 => self.get(id),
            2 | 3 => Err(Errno::Notsup),
            _ => Err(Errno::Inval),
        }
    }

    /// Lets `nanoseconds` pass at once, if both clocks can.
    pub(crate) fn skip(&mut self, nanoseconds: u64) -> bool {
        self.is_virtual && {
            let wall = self.wall.skip(nanoseconds);
            self.monotonic.skip(nanoseconds) && wall
        }
    }
}

/// `clock_res_get`: the resolution of a clock, in nanoseconds.
pub(crate) fn clock_res_get(
    ctx: &mut Process,
    memory: GuestMemory<'_>,
    id: u32,
    result: u32,
) -> Result<(), Errno> {
    let resolution = ctx.clocks.get(id)?.resolution();
    memory.write(result, resolution)
}

/// `clock_time_get`: the time of a clock, in nanoseconds. Every answer is exact, whatever precision
/// is asked for.
pub(crate) fn clock_time_get(
    ctx: &mut Process,
    memory: GuestMemory<'_>,
    id: u32,
    _precision: u64,
    result: u32,
) -> Result<(), Errno> {
    let now = ctx.clocks.get(id)?.now();
    memory.write(result, now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::WasiCtxBuilder;

    fn time(ctx: &mut Process, id: u32) -> Result<u64, Errno> {
        let mut bytes = [0; 8];
        clock_time_get(ctx, GuestMemory::new(&mut bytes), id, 0, 0)?;
        Ok(u64::from_le_bytes(bytes))
    }

    #[test]
    fn host_clocks_tick_forward() {
        let mut ctx = WasiCtxBuilder::new().process();
        for id in 0..4 {
            let first = time(&mut ctx, id).unwrap();
            assert!(time(&mut ctx, id).unwrap() >= first);
        }
        assert_eq!(time(&mut ctx, 4), Err(Errno::Inval));
        let mut bytes = [0; 8];
        clock_res_get(&mut ctx, GuestMemory::new(&mut bytes), 1, 0).unwrap();
        assert!(u64::from_le_bytes(bytes) > 0);
    }

    #[test]
    fn virtual_clocks_repeat_themselves() {
        let times = || {
            let mut ctx = WasiCtxBuilder::new().deterministic(1).process();
            [0, 1, 2, 3].map(|id| time(&mut ctx, id).unwrap())
        };
        assert_eq!(times(), times());
    }
}
