//! The error numbers of WASI preview 1, and how the host's errors become them.

use std::io;

macro_rules! errnos {
    ($($(#[$doc:meta])* $name:ident = $number:literal $(<- $($host:ident)|+)?;)*) => {
        /// Why a call failed: `errno` of `wasi_snapshot_preview1`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u16)]
        pub enum Errno {
            $($(#[$doc])* $name = $number,)*
        }

        impl From<rustix::io::Errno> for Errno {
            fn from(error: rustix::io::Errno) -> Self {
                match error {
                    $($($(rustix::io::Errno::$host)|+ => Self::$name,)?)*
                    _ => Self::Io,
                }
            }
        }
    };
}

errnos! {
    /// No error.
    Success = 0;
    /// Argument list too long.
    TooBig = 1 <- TOOBIG;
    /// Permission denied.
    Acces = 2 <- ACCESS;
    /// Address in use.
    Addrinuse = 3 <- ADDRINUSE;
    /// Address not available.
    Addrnotavail = 4 <- ADDRNOTAVAIL;
    /// Address family not supported.
    Afnosupport = 5 <- AFNOSUPPORT;
    /// The call would block.
    Again = 6 <- AGAIN;
    /// Connection already in progress.
    Already = 7 <- ALREADY;
    /// Bad file descriptor.
    Badf = 8 <- BADF;
    /// Bad message.
    Badmsg = 9 <- BADMSG;
    /// Device or resource busy.
    Busy = 10 <- BUSY;
    /// Operation cancelled.
    Canceled = 11 <- CANCELED;
    /// No child processes.
    Child = 12 <- CHILD;
    /// Connection aborted.
    Connaborted = 13 <- CONNABORTED;
    /// Connection refused.
    Connrefused = 14 <- CONNREFUSED;
    /// Connection reset.
    Connreset = 15 <- CONNRESET;
    /// Deadlock would occur.
    Deadlk = 16 <- DEADLK;
    /// Destination address required.
    Destaddrreq = 17 <- DESTADDRREQ;
    /// Argument out of the function's domain.
    Dom = 18 <- DOM;
    /// The quota is used up.
    Dquot = 19 <- DQUOT;
    /// The file exists.
    Exist = 20 <- EXIST;
    /// A pointer outside the guest's memory.
    Fault = 21 <- FAULT;
    /// File too large.
    Fbig = 22 <- FBIG;
    /// Host is unreachable.
    Hostunreach = 23 <- HOSTUNREACH;
    /// Identifier removed.
    Idrm = 24 <- IDRM;
    /// Illegal byte sequence: a path that is not UTF-8.
    Ilseq = 25 <- ILSEQ;
    /// Operation in progress.
    Inprogress = 26 <- INPROGRESS;
    /// Interrupted.
    Intr = 27 <- INTR;
    /// Invalid argument.
    Inval = 28 <- INVAL;
    /// Input or output error.
    Io = 29 <- IO;
    /// The socket is connected.
    Isconn = 30 <- ISCONN;
    /// Is a directory.
    Isdir = 31 <- ISDIR;
    /// Too many levels of symbolic links.
    Loop = 32 <- LOOP;
    /// Too many open files.
    Mfile = 33 <- MFILE;
    /// Too many links.
    Mlink = 34 <- MLINK;
    /// Message too large.
    Msgsize = 35 <- MSGSIZE;
    /// Multihop attempted.
    Multihop = 36 <- MULTIHOP;
    /// Name too long.
    Nametoolong = 37 <- NAMETOOLONG;
    /// Network is down.
    Netdown = 38 <- NETDOWN;
    /// Connection aborted by the network.
    Netreset = 39 <- NETRESET;
    /// Network unreachable.
    Netunreach = 40 <- NETUNREACH;
    /// Too many files open in the system.
    Nfile = 41 <- NFILE;
    /// No buffer space.
    Nobufs = 42 <- NOBUFS;
    /// No such device.
    Nodev = 43 <- NODEV;
    /// No such file or directory.
    Noent = 44 <- NOENT;
    /// Executable format error.
    Noexec = 45 <- NOEXEC;
    /// No locks available.
    Nolck = 46 <- NOLCK;
    /// Link has been severed.
    Nolink = 47 <- NOLINK;
    /// Not enough memory.
    Nomem = 48 <- NOMEM;
    /// No message of the desired type.
    Nomsg = 49 <- NOMSG;
    /// Protocol not available.
    Noprotoopt = 50 <- NOPROTOOPT;
    /// No space left on the device.
    Nospc = 51 <- NOSPC;
    /// Function not supported.
    Nosys = 52 <- NOSYS;
    /// The socket is not connected.
    Notconn = 53 <- NOTCONN;
    /// Not a directory.
    Notdir = 54 <- NOTDIR;
    /// Directory not empty.
    Notempty = 55 <- NOTEMPTY;
    /// State not recoverable.
    Notrecoverable = 56 <- NOTRECOVERABLE;
    /// Not a socket.
    Notsock = 57 <- NOTSOCK;
    /// Not supported.
    Notsup = 58 <- NOTSUP;
    /// Inappropriate operation for a device.
    Notty = 59 <- NOTTY;
    /// No such device or address.
    Nxio = 60 <- NXIO;
    /// Value too large for its type.
    Overflow = 61 <- OVERFLOW;
    /// The previous owner died.
    Ownerdead = 62 <- OWNERDEAD;
    /// Operation not permitted.
    Perm = 63 <- PERM;
    /// Broken pipe.
    Pipe = 64 <- PIPE;
    /// Protocol error.
    Proto = 65 <- PROTO;
    /// Protocol not supported.
    Protonosupport = 66 <- PROTONOSUPPORT;
    /// Wrong protocol type for the socket.
    Prototype = 67 <- PROTOTYPE;
    /// Result out of range.
    Range = 68 <- RANGE;
    /// Read-only file system.
    Rofs = 69 <- ROFS;
    /// Invalid seek: the file is a stream.
    Spipe = 70 <- SPIPE;
    /// No such process.
    Srch = 71 <- SRCH;
    /// Stale file handle.
    Stale = 72 <- STALE;
    /// Connection timed out.
    Timedout = 73 <- TIMEDOUT;
    /// Text file busy.
    Txtbsy = 74 <- TXTBSY;
    /// Link across devices.
    Xdev = 75 <- XDEV;
    /// The descriptor's rights do not allow it, or the path leaves the sandbox.
    Notcapable = 76;
}

impl Errno {
    /// The number that the guest sees.
    pub fn number(self) -> i32 {
        i32::from(self as u16)
    }

    /// What the last C library call of this thread said.
    pub(crate) fn last_os_error() -> Self {
        Self::from(io::Error::last_os_error())
    }
}

impl From<io::Error> for Errno {
    fn from(error: io::Error) -> Self {
        if let Some(code) = error.raw_os_error() {
            return rustix::io::Errno::from_raw_os_error(code).into();
        }
        match error.kind() {
            io::ErrorKind::NotFound => Self::Noent,
            // The sandbox's own verdict carries no error number of the host.
            io::ErrorKind::PermissionDenied => Self::Notcapable,
            io::ErrorKind::AlreadyExists => Self::Exist,
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => Self::Inval,
            io::ErrorKind::WouldBlock => Self::Again,
            io::ErrorKind::Interrupted => Self::Intr,
            io::ErrorKind::BrokenPipe | io::ErrorKind::WriteZero => Self::Pipe,
            io::ErrorKind::TimedOut => Self::Timedout,
            io::ErrorKind::OutOfMemory => Self::Nomem,
            io::ErrorKind::Unsupported => Self::Notsup,
            io::ErrorKind::StorageFull => Self::Nospc,
            io::ErrorKind::QuotaExceeded => Self::Dquot,
            io::ErrorKind::FileTooLarge => Self::Fbig,
            _ => Self::Io,
        }
    }
}

impl std::fmt::Display for Errno {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "E{} ({})",
            format!("{self:?}").to_uppercase(),
            self.number()
        )
    }
}

impl std::error::Error for Errno {}

/// Why a call was refused, as far as whoever granted the directories needs to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// For a reason that has nothing to do with what was granted.
    Errno(Errno),
    /// The path leads out of its directory.
    Outside,
    /// The directory was granted for reading only.
    ReadOnly,
}

impl From<Errno> for Refusal {
    fn from(errno: Errno) -> Self {
        Self::Errno(errno)
    }
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        // The sandbox's own verdict is the one that carries no error number of the host.
        if error.raw_os_error().is_none() && error.kind() == io::ErrorKind::PermissionDenied {
            Self::Outside
        } else {
            Self::Errno(error.into())
        }
    }
}

impl From<Refusal> for Errno {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Errno(errno) => errno,
            Refusal::Outside => Self::Notcapable,
            Refusal::ReadOnly => Self::Rofs,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_errors_keep_their_meaning() {
        assert_eq!(Errno::from(rustix::io::Errno::NOENT), Errno::Noent);
        assert_eq!(
            Errno::from(io::Error::from_raw_os_error(libc::EDQUOT)),
            Errno::Dquot
        );
        assert_eq!(
            Errno::from(io::Error::from(io::ErrorKind::PermissionDenied)),
            Errno::Notcapable
        );
        assert_eq!(Errno::Notcapable.number(), 76);
        assert_eq!(Errno::Fault.to_string(), "EFAULT (21)");
    }
}
