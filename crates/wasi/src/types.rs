//! Flags, enumerations and records of `wasi_snapshot_preview1`, with their layouts in guest memory.
//!
//! All records are little-endian; padding is written as zeros, so a guest never sees host bytes in it.

use crate::errno::Errno;
use crate::memory::Value;
use crate::rights::Rights;
use std::ops::{BitOr, BitOrAssign};

/// Kind of a file: `filetype`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Filetype {
    /// Anything else; pipes too, which preview 1 has no kind for.
    Unknown = 0,
    /// A block device.
    BlockDevice = 1,
    /// A character device.
    CharacterDevice = 2,
    /// A directory.
    Directory = 3,
    /// A regular file.
    RegularFile = 4,
    /// A datagram socket.
    SocketDgram = 5,
    /// A stream socket.
    SocketStream = 6,
    /// A symbolic link.
    SymbolicLink = 7,
}

impl From<rustix::fs::FileType> for Filetype {
    fn from(kind: rustix::fs::FileType) -> Self {
        match kind {
            rustix::fs::FileType::RegularFile => Self::RegularFile,
            rustix::fs::FileType::Directory => Self::Directory,
            rustix::fs::FileType::Symlink => Self::SymbolicLink,
            rustix::fs::FileType::CharacterDevice => Self::CharacterDevice,
            rustix::fs::FileType::BlockDevice => Self::BlockDevice,
            rustix::fs::FileType::Socket => Self::SocketStream,
            _ => Self::Unknown,
        }
    }
}

/// Flags of a descriptor: `fdflags`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct FdFlags(u16);

impl FdFlags {
    /// No flag.
    pub(crate) const NONE: Self = Self(0);
    /// Every write goes to the end.
    pub(crate) const APPEND: Self = Self(1);
    /// Data reaches the disk before a write returns.
    pub(crate) const DSYNC: Self = Self(2);
    /// Calls return `Again` where they would wait.
    pub(crate) const NONBLOCK: Self = Self(4);
    /// Reads are as synchronous as writes.
    pub(crate) const RSYNC: Self = Self(8);
    /// Data and metadata reach the disk before a write returns.
    pub(crate) const SYNC: Self = Self(16);

    /// From the guest's number; unknown bits are invalid.
    pub(crate) fn decode(bits: u32) -> Result<Self, Errno> {
        known_bits(bits, 0x1f).map(Self)
    }

    /// Whether every flag of `other` is set.
    pub(crate) fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The flags that only opening can choose.
    pub(crate) fn synchronous(self) -> Self {
        Self(self.0 & (Self::DSYNC.0 | Self::RSYNC.0 | Self::SYNC.0))
    }
}

impl BitOr for FdFlags {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for FdFlags {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// How to open: `oflags`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OFlags {
    /// Create the file if it is not there.
    pub(crate) creat: bool,
    /// Fail unless it is a directory.
    pub(crate) directory: bool,
    /// Fail if it is there.
    pub(crate) excl: bool,
    /// Make it empty.
    pub(crate) trunc: bool,
}

impl OFlags {
    /// From the guest's number; unknown bits are invalid.
    pub(crate) fn decode(bits: u32) -> Result<Self, Errno> {
        let bits = known_bits(bits, 0xf)?;
        Ok(Self {
            creat: bits & 1 != 0,
            directory: bits & 2 != 0,
            excl: bits & 4 != 0,
            trunc: bits & 8 != 0,
        })
    }
}

/// `lookupflags`: whether the last component, a symbolic link, is followed.
pub(crate) fn follows_symlink(bits: u32) -> Result<bool, Errno> {
    known_bits(bits, 1).map(|bits| bits != 0)
}

/// Bits of a flags argument, `Inval` if one is not in `known`.
pub(crate) fn known_bits(bits: u32, known: u16) -> Result<u16, Errno> {
    match u16::try_from(bits) {
        Ok(bits) if bits & !known == 0 => Ok(bits),
        _ => Err(Errno::Inval),
    }
}

/// A time to set: one side of `fstflags`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NewTime {
    /// Leave it.
    Keep,
    /// The host's present.
    Now,
    /// Nanoseconds since 1970.
    At(u64),
}

impl NewTime {
    /// Access and modification time from `fstflags` and their arguments.
    pub(crate) fn decode(bits: u32, atim: u64, mtim: u64) -> Result<(Self, Self), Errno> {
        let bits = known_bits(bits, 0xf)?;
        let one = |bits, time| match bits & 3 {
            0 => Ok(Self::Keep),
            1 => Ok(Self::At(time)),
            2 => Ok(Self::Now),
            _ => Err(Errno::Inval),
        };
        Ok((one(bits, atim)?, one(bits >> 2, mtim)?))
    }
}

/// `fdstat`: what is known of a descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fdstat {
    /// Kind of the file.
    pub(crate) filetype: Filetype,
    /// Flags.
    pub(crate) flags: FdFlags,
    /// Rights of the descriptor.
    pub(crate) base: Rights,
    /// Rights that descriptors opened through it can have.
    pub(crate) inheriting: Rights,
}

impl Value for Fdstat {
    const SIZE: u32 = 24;

    fn decode(bytes: &[u8]) -> Self {
        Self {
            filetype: Filetype::Unknown,
            flags: FdFlags(u16::decode(&bytes[2..])),
            base: Rights(u64::decode(&bytes[8..])),
            inheriting: Rights(u64::decode(&bytes[16..])),
        }
    }

    fn encode(self, bytes: &mut [u8]) {
        bytes[0] = self.filetype as u8;
        self.flags.0.encode(&mut bytes[2..]);
        self.base.0.encode(&mut bytes[8..]);
        self.inheriting.0.encode(&mut bytes[16..]);
    }
}

/// `filestat`: what is known of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Filestat {
    /// Device that holds it.
    pub(crate) dev: u64,
    /// Its number there.
    pub(crate) ino: u64,
    /// Kind.
    pub(crate) filetype: Filetype,
    /// Hard links.
    pub(crate) nlink: u64,
    /// Bytes.
    pub(crate) size: u64,
    /// Last access, nanoseconds since 1970.
    pub(crate) atim: u64,
    /// Last change of the data.
    pub(crate) mtim: u64,
    /// Last change of data or metadata.
    pub(crate) ctim: u64,
}

impl Filestat {
    /// Of something that is no file of the host's.
    pub(crate) fn of_stream(filetype: Filetype) -> Self {
        Self {
            dev: 0,
            ino: 0,
            filetype,
            nlink: 1,
            size: 0,
            atim: 0,
            mtim: 0,
            ctim: 0,
        }
    }

    /// What the guest gets to see of the host's record.
    #[expect(
        clippy::useless_conversion,
        reason = "field types differ between targets"
    )]
    pub(crate) fn from_stat(stat: &rustix::fs::Stat) -> Self {
        let kind = rustix::fs::FileType::from_raw_mode(stat.st_mode.into());
        Self {
            dev: stat.st_dev.into(),
            ino: stat.st_ino.into(),
            filetype: kind.into(),
            nlink: stat.st_nlink.into(),
            size: u64::try_from(stat.st_size).unwrap_or(0),
            atim: nanoseconds(stat.st_atime.into(), stat.st_atime_nsec as i64),
            mtim: nanoseconds(stat.st_mtime.into(), stat.st_mtime_nsec as i64),
            ctim: nanoseconds(stat.st_ctime.into(), stat.st_ctime_nsec as i64),
        }
    }
}

/// Nanoseconds since 1970; times before it and after 2554 are pulled to the edges.
pub(crate) fn nanoseconds(seconds: i64, nanos: i64) -> u64 {
    let total = i128::from(seconds) * 1_000_000_000 + i128::from(nanos);
    u64::try_from(total.max(0)).unwrap_or(u64::MAX)
}

impl Value for Filestat {
    const SIZE: u32 = 64;

    fn decode(bytes: &[u8]) -> Self {
        Self {
            dev: u64::decode(bytes),
            ino: u64::decode(&bytes[8..]),
            filetype: Filetype::Unknown,
            nlink: u64::decode(&bytes[24..]),
            size: u64::decode(&bytes[32..]),
            atim: u64::decode(&bytes[40..]),
            mtim: u64::decode(&bytes[48..]),
            ctim: u64::decode(&bytes[56..]),
        }
    }

    fn encode(self, bytes: &mut [u8]) {
        self.dev.encode(bytes);
        self.ino.encode(&mut bytes[8..]);
        bytes[16] = self.filetype as u8;
        self.nlink.encode(&mut bytes[24..]);
        self.size.encode(&mut bytes[32..]);
        self.atim.encode(&mut bytes[40..]);
        self.mtim.encode(&mut bytes[48..]);
        self.ctim.encode(&mut bytes[56..]);
    }
}

/// `dirent`: the head of a directory entry; the name follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dirent {
    /// Cookie of the entry after this.
    pub(crate) next: u64,
    /// File number, 0 where it is not told.
    pub(crate) ino: u64,
    /// Bytes of the name.
    pub(crate) namlen: u32,
    /// Kind.
    pub(crate) filetype: Filetype,
}

impl Value for Dirent {
    const SIZE: u32 = 24;

    fn decode(bytes: &[u8]) -> Self {
        Self {
            next: u64::decode(bytes),
            ino: u64::decode(&bytes[8..]),
            namlen: u32::decode(&bytes[16..]),
            filetype: Filetype::Unknown,
        }
    }

    fn encode(self, bytes: &mut [u8]) {
        self.next.encode(bytes);
        self.ino.encode(&mut bytes[8..]);
        self.namlen.encode(&mut bytes[16..]);
        bytes[20] = self.filetype as u8;
    }
}

/// `prestat` of a directory, the only preopened kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Prestat {
    /// Bytes of the guest's name for it.
    pub(crate) name_len: u32,
}

impl Value for Prestat {
    const SIZE: u32 = 8;

    fn decode(bytes: &[u8]) -> Self {
        Self {
            name_len: u32::decode(&bytes[4..]),
        }
    }

    fn encode(self, bytes: &mut [u8]) {
        self.name_len.encode(&mut bytes[4..]);
    }
}

/// `iovec` and `ciovec`: a buffer in guest memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Iovec {
    /// Offset in memory.
    pub(crate) buf: u32,
    /// Bytes.
    pub(crate) len: u32,
}

impl Value for Iovec {
    const SIZE: u32 = 8;

    fn decode(bytes: &[u8]) -> Self {
        Self {
            buf: u32::decode(bytes),
            len: u32::decode(&bytes[4..]),
        }
    }

    fn encode(self, bytes: &mut [u8]) {
        self.buf.encode(bytes);
        self.len.encode(&mut bytes[4..]);
    }
}

/// `eventtype`, with what each kind is subscribed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// A clock reaching a time.
    Clock {
        /// Which clock, not yet checked.
        clock: u32,
        /// Nanoseconds: an instant if `absolute`, else from now.
        timeout: u64,
        /// Whether `timeout` is an instant.
        absolute: bool,
    },
    /// Something to read from a descriptor.
    Read(u32),
    /// Room to write to a descriptor.
    Write(u32),
    /// A kind or a flag that preview 1 does not have.
    Unknown(u8),
}

impl Wanted {
    fn tag(self) -> u8 {
        match self {
            Self::Clock { .. } => 0,
            Self::Read(_) => 1,
            Self::Write(_) => 2,
            Self::Unknown(tag) => tag,
        }
    }
}

/// `subscription`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Subscription {
    /// Handed back with the event.
    pub(crate) userdata: u64,
    /// What is waited for.
    pub(crate) wanted: Wanted,
}

impl Value for Subscription {
    const SIZE: u32 = 48;

    fn decode(bytes: &[u8]) -> Self {
        let wanted = match (bytes[8], u16::decode(&bytes[40..])) {
            (0, flags @ 0..=1) => Wanted::Clock {
                clock: u32::decode(&bytes[16..]),
                timeout: u64::decode(&bytes[24..]),
                absolute: flags == 1,
            },
            (1, _) => Wanted::Read(u32::decode(&bytes[16..])),
            (2, _) => Wanted::Write(u32::decode(&bytes[16..])),
            (tag, _) => Wanted::Unknown(tag),
        };
        Self {
            userdata: u64::decode(bytes),
            wanted,
        }
    }

    fn encode(self, bytes: &mut [u8]) {
        self.userdata.encode(bytes);
        bytes[8] = self.wanted.tag();
        match self.wanted {
            Wanted::Clock {
                clock,
                timeout,
                absolute,
            } => {
                clock.encode(&mut bytes[16..]);
                timeout.encode(&mut bytes[24..]);
                u16::from(absolute).encode(&mut bytes[40..]);
            }
            Wanted::Read(fd) | Wanted::Write(fd) => fd.encode(&mut bytes[16..]),
            Wanted::Unknown(_) => {}
        }
    }
}

/// `event`: a subscription that came true, or failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    /// From the subscription.
    pub(crate) userdata: u64,
    /// `Success`, or why it failed.
    pub(crate) error: Errno,
    /// What was subscribed.
    pub(crate) wanted: Wanted,
    /// Bytes that can be read or written at once, if known.
    pub(crate) nbytes: u64,
    /// Whether the other side has hung up.
    pub(crate) hangup: bool,
}

impl Event {
    /// Encoded length.
    pub(crate) const SIZE: u32 = 32;

    /// The layout in guest memory.
    pub(crate) fn encode(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        self.userdata.encode(&mut bytes);
        (self.error as u16).encode(&mut bytes[8..]);
        bytes[10] = self.wanted.tag();
        self.nbytes.encode(&mut bytes[16..]);
        u16::from(self.hangup).encode(&mut bytes[24..]);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subscriptions_survive_their_layout() {
        let clock = Wanted::Clock {
            clock: 1,
            timeout: 99,
            absolute: true,
        };
        for wanted in [clock, Wanted::Read(4), Wanted::Write(5), Wanted::Unknown(9)] {
            let before = Subscription {
                userdata: 0xdead_beef,
                wanted,
            };
            let mut bytes = [0; 48];
            before.encode(&mut bytes);
            assert_eq!(Subscription::decode(&bytes), before);
        }
    }

    #[test]
    fn unknown_bits_are_invalid() {
        assert_eq!(FdFlags::decode(0x20), Err(Errno::Inval));
        assert_eq!(FdFlags::decode(0x1_0000), Err(Errno::Inval));
        assert!(OFlags::decode(0x10).is_err());
        assert!(follows_symlink(2).is_err());
        assert_eq!(NewTime::decode(0x10, 0, 0), Err(Errno::Inval));
    }

    #[test]
    fn a_time_is_set_one_way() {
        assert_eq!(NewTime::decode(3, 0, 0), Err(Errno::Inval));
        assert_eq!(NewTime::decode(12, 0, 0), Err(Errno::Inval));
        assert_eq!(
            NewTime::decode(1 | 8, 5, 6),
            Ok((NewTime::At(5), NewTime::Now))
        );
    }

    #[test]
    fn times_outside_the_range_are_pulled_in() {
        assert_eq!(nanoseconds(-1, 0), 0);
        assert_eq!(nanoseconds(1, 5), 1_000_000_005);
        assert_eq!(nanoseconds(i64::MAX, 0), u64::MAX);
    }
}
