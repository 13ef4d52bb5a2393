//! What may be done with a descriptor.
//!
//! Two things decide. The **rights** are the guest's own: a descriptor carries those it was opened
//! with, they can only shrink, and a call without its right is [`Errno::Notcapable`]. The
//! **permissions** ([`DirPerms`], [`FilePerms`]) are what whoever started the guest granted with a
//! preopened directory; everything opened through it keeps them, and a write without the permission
//! is [`Errno::Rofs`], as on a file system that is mounted read-only.

use crate::errno::{Errno, Refusal};
use std::ops::{BitAnd, BitOr};

/// The rights of a descriptor: `rights` of `wasi_snapshot_preview1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Rights(pub u64);

macro_rules! rights {
    ($($(#[$doc:meta])* $name:ident = $bit:literal;)*) => {
        impl Rights {
            $($(#[$doc])* pub const $name: Self = Self(1 << $bit);)*
        }
    };
}

rights! {
    /// `fd_datasync`.
    FD_DATASYNC = 0;
    /// `fd_read`, and `fd_pread` together with `FD_SEEK`.
    FD_READ = 1;
    /// `fd_seek`.
    FD_SEEK = 2;
    /// `fd_fdstat_set_flags`.
    FD_FDSTAT_SET_FLAGS = 3;
    /// `fd_sync`.
    FD_SYNC = 4;
    /// `fd_tell`, and `fd_seek` that moves nowhere.
    FD_TELL = 5;
    /// `fd_write`, and `fd_pwrite` together with `FD_SEEK`.
    FD_WRITE = 6;
    /// `fd_advise`.
    FD_ADVISE = 7;
    /// `fd_allocate`.
    FD_ALLOCATE = 8;
    /// `path_create_directory`.
    PATH_CREATE_DIRECTORY = 9;
    /// `path_open` with `creat`.
    PATH_CREATE_FILE = 10;
    /// `path_link` from here.
    PATH_LINK_SOURCE = 11;
    /// `path_link` to here.
    PATH_LINK_TARGET = 12;
    /// `path_open`.
    PATH_OPEN = 13;
    /// `fd_readdir`.
    FD_READDIR = 14;
    /// `path_readlink`.
    PATH_READLINK = 15;
    /// `path_rename` from here.
    PATH_RENAME_SOURCE = 16;
    /// `path_rename` to here.
    PATH_RENAME_TARGET = 17;
    /// `path_filestat_get`.
    PATH_FILESTAT_GET = 18;
    /// `path_open` with `trunc`.
    PATH_FILESTAT_SET_SIZE = 19;
    /// `path_filestat_set_times`.
    PATH_FILESTAT_SET_TIMES = 20;
    /// `fd_filestat_get`.
    FD_FILESTAT_GET = 21;
    /// `fd_filestat_set_size`.
    FD_FILESTAT_SET_SIZE = 22;
    /// `fd_filestat_set_times`.
    FD_FILESTAT_SET_TIMES = 23;
    /// `path_symlink`.
    PATH_SYMLINK = 24;
    /// `path_remove_directory`.
    PATH_REMOVE_DIRECTORY = 25;
    /// `path_unlink_file`.
    PATH_UNLINK_FILE = 26;
    /// `poll_oneoff` on the descriptor.
    POLL_FD_READWRITE = 27;
    /// `sock_shutdown`.
    SOCK_SHUTDOWN = 28;
    /// `sock_accept`.
    SOCK_ACCEPT = 29;
}

impl Rights {
    /// No right.
    pub const NONE: Self = Self(0);

    /// Everything that can be done with a directory.
    pub const DIRECTORY: Self = Self::PATH_CREATE_DIRECTORY
        .or(Self::PATH_CREATE_FILE)
        .or(Self::PATH_LINK_SOURCE)
        .or(Self::PATH_LINK_TARGET)
        .or(Self::PATH_OPEN)
        .or(Self::FD_READDIR)
        .or(Self::PATH_READLINK)
        .or(Self::PATH_RENAME_SOURCE)
        .or(Self::PATH_RENAME_TARGET)
        .or(Self::PATH_FILESTAT_GET)
        .or(Self::PATH_FILESTAT_SET_SIZE)
        .or(Self::PATH_FILESTAT_SET_TIMES)
        .or(Self::FD_FILESTAT_GET)
        .or(Self::FD_FILESTAT_SET_TIMES)
        .or(Self::FD_FDSTAT_SET_FLAGS)
        .or(Self::FD_SYNC)
        .or(Self::FD_DATASYNC)
        .or(Self::PATH_SYMLINK)
        .or(Self::PATH_REMOVE_DIRECTORY)
        .or(Self::PATH_UNLINK_FILE);

    /// Everything that can be done with a regular file.
    pub const FILE: Self = Self::FD_DATASYNC
        .or(Self::FD_READ)
        .or(Self::FD_SEEK)
        .or(Self::FD_FDSTAT_SET_FLAGS)
        .or(Self::FD_SYNC)
        .or(Self::FD_TELL)
        .or(Self::FD_WRITE)
        .or(Self::FD_ADVISE)
        .or(Self::FD_ALLOCATE)
        .or(Self::FD_FILESTAT_GET)
        .or(Self::FD_FILESTAT_SET_SIZE)
        .or(Self::FD_FILESTAT_SET_TIMES)
        .or(Self::POLL_FD_READWRITE);

    /// Everything that can be done with a stream that has no position: a terminal, a pipe.
    ///
    /// The absence of `FD_SEEK` and `FD_TELL` on a character device is how C libraries know a
    /// terminal.
    pub const STREAM: Self = Self::FD_READ
        .or(Self::FD_WRITE)
        .or(Self::FD_FDSTAT_SET_FLAGS)
        .or(Self::FD_FILESTAT_GET)
        .or(Self::FD_SYNC)
        .or(Self::FD_DATASYNC)
        .or(Self::POLL_FD_READWRITE);

    /// Everything that can be done with a connected socket.
    pub const SOCKET: Self = Self::STREAM.or(Self::SOCK_SHUTDOWN);

    /// Everything that can be done with a listening socket.
    pub const LISTENER: Self = Self::SOCK_ACCEPT
        .or(Self::FD_FDSTAT_SET_FLAGS)
        .or(Self::FD_FILESTAT_GET)
        .or(Self::POLL_FD_READWRITE);

    /// What things opened through a preopened directory may inherit.
    pub const INHERITING: Self = Self::DIRECTORY.or(Self::FILE);

    /// Granted on every file. They reveal and change nothing that reading and writing do not, and
    /// toolchains have always been careless about asking for them.
    pub const IMPLIED_ON_FILES: Self = Self::FD_SEEK
        .or(Self::FD_TELL)
        .or(Self::FD_ADVISE)
        .or(Self::FD_SYNC)
        .or(Self::FD_DATASYNC)
        .or(Self::FD_FILESTAT_GET)
        .or(Self::FD_FDSTAT_SET_FLAGS)
        .or(Self::POLL_FD_READWRITE);

    /// Granted on a file that is opened for writing, as far as its directory lets them be inherited.
    pub const IMPLIED_BY_WRITE: Self = Self::FD_ALLOCATE
        .or(Self::FD_FILESTAT_SET_SIZE)
        .or(Self::FD_FILESTAT_SET_TIMES);

    /// Granted on a directory, as far as they can be inherited: looking, but not changing.
    pub const IMPLIED_ON_DIRECTORIES: Self = Self::FD_READDIR
        .or(Self::FD_FILESTAT_GET)
        .or(Self::FD_FDSTAT_SET_FLAGS)
        .or(Self::FD_SYNC)
        .or(Self::PATH_OPEN)
        .or(Self::PATH_FILESTAT_GET)
        .or(Self::PATH_READLINK);

    /// Either's rights.
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Without the rights of `other`.
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether every right of `other` is here.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// `Notcapable` unless every right of `needed` is here.
    pub fn require(self, needed: Self) -> Result<(), Errno> {
        if self.contains(needed) {
            Ok(())
        } else {
            Err(Errno::Notcapable)
        }
    }
}

impl BitOr for Rights {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        self.or(other)
    }
}

impl BitAnd for Rights {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

/// What a preopened directory lets the guest do with directories in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DirPerms {
    /// List and look up.
    Read,
    /// Also create, rename, link and remove entries.
    ReadWrite,
}

/// What a preopened directory lets the guest do with files in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilePerms {
    /// Read, but neither write, truncate nor touch.
    Read,
    /// Also write, resize and set times.
    ReadWrite,
}

/// The two permissions together; a directory hands them on to everything below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permissions {
    /// For directories.
    pub dirs: DirPerms,
    /// For files.
    pub files: FilePerms,
}

impl Permissions {
    /// Everything.
    pub const ALL: Self = Self {
        dirs: DirPerms::ReadWrite,
        files: FilePerms::ReadWrite,
    };

    /// Reading only.
    pub const READ_ONLY: Self = Self {
        dirs: DirPerms::Read,
        files: FilePerms::Read,
    };

    /// Refuses unless entries may be changed.
    pub(crate) fn require_dir_write(self) -> Result<(), Refusal> {
        match self.dirs {
            DirPerms::ReadWrite => Ok(()),
            DirPerms::Read => Err(Refusal::ReadOnly),
        }
    }

    /// Refuses unless files may be changed.
    pub(crate) fn require_file_write(self) -> Result<(), Refusal> {
        match self.files {
            FilePerms::ReadWrite => Ok(()),
            FilePerms::Read => Err(Refusal::ReadOnly),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_have_no_file_rights() {
        for right in [
            Rights::FD_WRITE,
            Rights::FD_SEEK,
            Rights::FD_FILESTAT_SET_SIZE,
        ] {
            assert!(!Rights::DIRECTORY.contains(right));
            assert!(Rights::INHERITING.contains(right));
        }
    }

    #[test]
    fn a_missing_right_is_named() {
        assert_eq!(Rights::FD_READ.require(Rights::FD_READ), Ok(()));
        let needed = Rights::FD_READ | Rights::FD_SEEK;
        assert_eq!(Rights::FD_READ.require(needed), Err(Errno::Notcapable));
        assert_eq!(Rights::STREAM & Rights::FD_TELL, Rights::NONE);
    }
}
