//! What is different in `wasi_unstable`, the state of preview 1 before it was settled: the layout of
//! two records and the order of an enumeration.

use crate::errno::Errno;
use crate::memory::{GuestMemory, Value};
use crate::process::Process;
use crate::types::{Filestat, Filetype, Subscription};
use crate::{fd, path, poll};

/// `filestat` with a link count of 32 bits.
#[derive(Clone, Copy, Debug)]
struct OldFilestat(Filestat);

impl Value for OldFilestat {
    const SIZE: u32 = 56;

    fn decode(bytes: &[u8]) -> Self {
        Self(Filestat {
            dev: u64::decode(bytes),
            ino: u64::decode(&bytes[8..]),
            filetype: Filetype::Unknown,
            nlink: u32::decode(&bytes[20..]).into(),
            size: u64::decode(&bytes[24..]),
            atim: u64::decode(&bytes[32..]),
            mtim: u64::decode(&bytes[40..]),
            ctim: u64::decode(&bytes[48..]),
        })
    }

    fn encode(self, bytes: &mut [u8]) {
        let Self(stat) = self;
        stat.dev.encode(bytes);
        stat.ino.encode(&mut bytes[8..]);
        bytes[16] = stat.filetype as u8;
        u32::try_from(stat.nlink)
            .unwrap_or(u32::MAX)
            .encode(&mut bytes[20..]);
        stat.size.encode(&mut bytes[24..]);
        stat.atim.encode(&mut bytes[32..]);
        stat.mtim.encode(&mut bytes[40..]);
        stat.ctim.encode(&mut bytes[48..]);
    }
}

/// `subscription` whose clock has an identifier, which nothing was ever done with, before the rest.
#[derive(Clone, Copy, Debug)]
struct OldSubscription(Subscription);

impl Value for OldSubscription {
    const SIZE: u32 = 56;

    fn decode(bytes: &[u8]) -> Self {
        const CLOCK: u8 = 0;
        let mut new = [0; Subscription::SIZE as usize];
        new.copy_from_slice(&bytes[..Subscription::SIZE as usize]);
        if bytes[8] == CLOCK {
            new[16..].copy_from_slice(&bytes[24..]);
        }
        Self(Subscription::decode(&new))
    }

    fn encode(self, bytes: &mut [u8]) {
        self.0.encode(bytes);
        if bytes[8] == 0 {
            bytes.copy_within(16..48, 24);
            bytes[16..24].fill(0);
        }
    }
}

impl From<OldSubscription> for Subscription {
    fn from(old: OldSubscription) -> Self {
        old.0
    }
}

/// `fd_filestat_get`.
pub(crate) fn fd_filestat_get(
    ctx: &mut Process,
    memory: GuestMemory<'_>,
    fd: u32,
    result: u32,
) -> Result<(), Errno> {
    memory.write(result, OldFilestat(fd::filestat(ctx, fd)?))
}

/// `path_filestat_get`.
pub(crate) fn path_filestat_get(
    ctx: &mut Process,
    memory: GuestMemory<'_>,
    fd: u32,
    lookup: u32,
    path: u32,
    len: u32,
    result: u32,
) -> Result<(), Errno> {
    let stat = path::filestat(ctx, memory, fd, lookup, path, len)?;
    memory.write(result, OldFilestat(stat))
}

/// `fd_seek`, from the position, the end or the start, in this order.
pub(crate) fn fd_seek(
    ctx: &mut Process,
    memory: GuestMemory<'_>,
    fd: u32,
    offset: i64,
    whence: u32,
    result: u32,
) -> Result<(), Errno> {
    let whence = match whence {
        0 => 1,
        1 => 2,
        2 => 0,
        _ => return Err(Errno::Inval),
    };
    fd::fd_seek(ctx, memory, fd, offset, whence, result)
}

/// `poll_oneoff`.
pub(crate) fn poll_oneoff(
    ctx: &mut Process,
    memory: GuestMemory<'_>,
    subscriptions: u32,
    events: u32,
    count: u32,
    result: u32,
) -> Result<(), Errno> {
    poll::poll::<OldSubscription>(ctx, memory, subscriptions, events, count, result)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Permissions;
    use crate::check::Guest;
    use crate::rights::Rights;
    use crate::types::Wanted;

    #[test]
    fn old_layouts_carry_the_same_values() {
        let clock = Wanted::Clock {
            clock: 1,
            timeout: 77,
            absolute: true,
        };
        for wanted in [clock, Wanted::Read(5), Wanted::Write(6)] {
            let before = Subscription {
                userdata: 9,
                wanted,
            };
            let mut bytes = [0; 56];
            OldSubscription(before).encode(&mut bytes);
            assert_eq!(Subscription::from(OldSubscription::decode(&bytes)), before);
        }
        let stat = Filestat {
            nlink: u64::MAX,
            size: 3,
            ctim: 4,
            ..Filestat::of_stream(Filetype::Unknown)
        };
        let mut bytes = [0; 56];
        OldFilestat(stat).encode(&mut bytes);
        let OldFilestat(read) = OldFilestat::decode(&bytes);
        assert_eq!((read.nlink, read.size, read.ctim), (u32::MAX.into(), 3, 4));
    }

    #[test]
    fn seeking_counts_from_where_it_used_to() {
        let host = tempfile::tempdir().unwrap();
        std::fs::write(host.path().join("file"), "0123456789").unwrap();
        let mut guest = Guest::granted(host.path(), Permissions::READ_ONLY).unwrap();
        let file = guest.open(3, "file", false, 0, Rights::FD_READ, 0).unwrap();
        let mut seek = |offset, whence| {
            guest.call(|ctx, memory| {
                fd_seek(ctx, memory, file, offset, whence, 64)?;
                memory.read::<u64>(64)
            })
        };
        assert_eq!(seek(4, 2), Ok(4));
        assert_eq!(seek(1, 0), Ok(5));
        assert_eq!(seek(-1, 1), Ok(9));
        assert_eq!(seek(0, 3), Err(Errno::Inval));
    }
}
