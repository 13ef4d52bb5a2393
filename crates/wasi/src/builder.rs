//! What a guest is given, set up before it runs.

use crate::args::Strings;
use crate::clock::{Clock, Clocks, VirtualClock};
use crate::ctx::WasiCtx;
use crate::process::Process;
use crate::quota::Quota;
use crate::random::{Random, RandomSource, SeededRandom};
use crate::rights::{Permissions, Rights};
use crate::sock;
use crate::stdio::{Empty, InputStream, OutputStream, Sink};
use crate::table::{
    Descriptor, DirName, DirObject, FileObject, HostFd, Object, StreamObject, Table,
};
use crate::types::Filetype;
use cap_std::fs::Dir;
use rustix::fs::{Mode, OFlags};
use std::io::{self, IsTerminal};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::sync::Arc;

/// Descriptors a guest can have open, unless the builder says otherwise.
const DEFAULT_MAX_OPEN: usize = 4096;

/// Sets up a [`WasiCtx`].
///
/// A guest is given nothing by default: no arguments, no environment, no directories, an empty
/// standard input and outputs that forget what they are told.
///
/// ```
/// use weft_wasi::{MemoryPipe, WasiCtxBuilder};
///
/// let output = MemoryPipe::new(1 << 20);
/// let ctx = WasiCtxBuilder::new()
///     .args(["hello", "world"])
///     .env("LANG", "C.UTF-8")
///     .stdout(output.clone())
///     .build();
/// # let _ = ctx;
/// ```
pub struct WasiCtxBuilder {
    args: Vec<Vec<u8>>,
    env: Vec<(Vec<u8>, Vec<u8>)>,
    stdio: [Standard; 3],
    preopens: Vec<(Dir, DirName, Permissions)>,
    sockets: Vec<OwnedFd>,
    wall: Option<Box<dyn Clock>>,
    monotonic: Option<Box<dyn Clock>>,
    is_virtual: bool,
    random: Random,
    quota: Quota,
    max_open: usize,
}

/// One of the three standard streams.
enum Standard {
    Nothing,
    Inherited,
    Input(Box<dyn InputStream>),
    Output(Box<dyn OutputStream>),
}

impl Default for WasiCtxBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl WasiCtxBuilder {
    /// A guest that is given nothing.
    pub fn new() -> Self {
        Self {
            args: Vec::new(),
            env: Vec::new(),
            stdio: [const { Standard::Nothing }; 3],
            preopens: Vec::new(),
            sockets: Vec::new(),
            wall: None,
            monotonic: None,
            is_virtual: false,
            random: Random::Host,
            quota: Quota::default(),
            max_open: DEFAULT_MAX_OPEN,
        }
    }

    /// Adds an argument. The first is the program's name.
    pub fn arg(&mut self, arg: impl AsRef<[u8]>) -> &mut Self {
        self.args.push(arg.as_ref().to_vec());
        self
    }

    /// Adds arguments.
    pub fn args(&mut self, args: impl IntoIterator<Item = impl AsRef<[u8]>>) -> &mut Self {
        for arg in args {
            self.arg(arg);
        }
        self
    }

    /// Adds this process's arguments.
    pub fn inherit_args(&mut self) -> &mut Self {
        self.args(std::env::args_os().map(std::ffi::OsString::into_encoded_bytes))
    }

    /// Sets an environment variable, in place of an earlier value.
    pub fn env(&mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> &mut Self {
        let (name, value) = (name.as_ref(), value.as_ref().to_vec());
        match self.env.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value,
            None => self.env.push((name.to_vec(), value)),
        }
        self
    }

    /// Adds this process's environment.
    pub fn inherit_env(&mut self) -> &mut Self {
        for (name, value) in std::env::vars_os() {
            self.env(name.into_encoded_bytes(), value.into_encoded_bytes());
        }
        self
    }

    /// Standard input from a stream of the embedder's.
    pub fn stdin(&mut self, stream: impl InputStream + 'static) -> &mut Self {
        self.stdio[0] = Standard::Input(Box::new(stream));
        self
    }

    /// Standard output to a stream of the embedder's.
    pub fn stdout(&mut self, stream: impl OutputStream + 'static) -> &mut Self {
        self.stdio[1] = Standard::Output(Box::new(stream));
        self
    }

    /// Standard error to a stream of the embedder's.
    pub fn stderr(&mut self, stream: impl OutputStream + 'static) -> &mut Self {
        self.stdio[2] = Standard::Output(Box::new(stream));
        self
    }

    /// This process's standard input.
    pub fn inherit_stdin(&mut self) -> &mut Self {
        self.stdio[0] = Standard::Inherited;
        self
    }

    /// This process's standard output, unbuffered.
    pub fn inherit_stdout(&mut self) -> &mut Self {
        self.stdio[1] = Standard::Inherited;
        self
    }

    /// This process's standard error, unbuffered.
    pub fn inherit_stderr(&mut self) -> &mut Self {
        self.stdio[2] = Standard::Inherited;
        self
    }

    /// This process's standard input, output and error.
    pub fn inherit_stdio(&mut self) -> &mut Self {
        self.inherit_stdin().inherit_stdout().inherit_stderr()
    }

    /// Grants the directory `host`, which the guest finds as `guest`, and everything below it.
    ///
    /// Symbolic links are followed as long as they stay inside; none leads out.
    ///
    /// # Errors
    ///
    /// If the directory cannot be opened.
    pub fn preopened_dir(
        &mut self,
        host: impl AsRef<Path>,
        guest: impl Into<String>,
        permissions: Permissions,
    ) -> io::Result<&mut Self> {
        let dir = open_dir(host.as_ref())?;
        let name = DirName {
            guest: guest.into(),
            host: host.as_ref().to_path_buf(),
        };
        self.preopens.push((dir, name, permissions));
        Ok(self)
    }

    /// Hands over a socket, listening or connected. Sockets are numbered after the directories, in
    /// the order in which they are given.
    pub fn inherit_socket(&mut self, socket: impl Into<OwnedFd>) -> &mut Self {
        self.sockets.push(socket.into());
        self
    }

    /// The clock that tells the time of day.
    pub fn wall_clock(&mut self, clock: impl Clock + 'static) -> &mut Self {
        self.wall = Some(Box::new(clock));
        self
    }

    /// The clock that never goes back.
    pub fn monotonic_clock(&mut self, clock: impl Clock + 'static) -> &mut Self {
        self.monotonic = Some(Box::new(clock));
        self
    }

    /// The source of random bytes; the kernel's otherwise.
    pub fn random(&mut self, source: impl RandomSource + 'static) -> &mut Self {
        self.random = Random::Custom(Box::new(source));
        self
    }

    /// Random bytes that are the same in every run. Not for secrets.
    pub fn seed(&mut self, seed: u64) -> &mut Self {
        self.random(SeededRandom::new(seed))
    }

    /// Times and random bytes that are the same in every run: the clocks start at 2000-01-01, take a
    /// microsecond for each look at them and jump over every sleep.
    pub fn deterministic(&mut self, seed: u64) -> &mut Self {
        const START: u64 = 946_684_800_000_000_000;
        const TICK: u64 = 1_000;
        self.is_virtual = true;
        self.wall_clock(VirtualClock::new(START, TICK))
            .monotonic_clock(VirtualClock::new(START, TICK))
            .seed(seed)
    }

    /// How many bytes the guest may write to files in all. What it overwrites or removes is not given
    /// back, and each file, directory or link it makes counts as 4096. After that, `EDQUOT`.
    pub fn max_bytes_written(&mut self, bytes: u64) -> &mut Self {
        self.quota = Quota::new(bytes);
        self
    }

    /// How many descriptors the guest may have open, the standard three included. After that,
    /// `EMFILE`.
    pub fn max_open_files(&mut self, count: usize) -> &mut Self {
        self.max_open = count;
        self
    }

    /// Makes the guest's state. The builder is left as if new.
    pub fn build(&mut self) -> WasiCtx {
        WasiCtx::new(self.process())
    }

    pub(crate) fn process(&mut self) -> Process {
        let it = std::mem::take(self);
        let granted = 3 + it.preopens.len() + it.sockets.len();
        let mut table = Table::new(it.max_open.max(granted));
        for (number, standard) in it.stdio.into_iter().enumerate() {
            push(&mut table, standard_stream(number, standard));
        }
        for (dir, name, permissions) in it.preopens {
            push(&mut table, preopen(dir, name, permissions));
        }
        for fd in it.sockets {
            push(&mut table, sock::inherited(fd));
        }
        Process {
            args: strings(it.args),
            env: strings(
                it.env
                    .into_iter()
                    .map(|(name, value)| [name, value].join(&b'=')),
            ),
            table,
            clocks: clocks(it.wall, it.monotonic, it.is_virtual),
            random: it.random,
            quota: it.quota,
            waiter: Default::default(),
            denied: None,
        }
    }
}

/// Opens a directory by an ambient path; for lookups only, where it may be searched but not read.
fn open_dir(path: &Path) -> io::Result<Dir> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    match rustix::fs::open(path, flags, Mode::empty()) {
        Ok(fd) => Ok(Dir::from_std_file(fd.into())),
        Err(rustix::io::Errno::ACCESS) => Dir::open_ambient_dir(path, cap_std::ambient_authority()),
        Err(error) => Err(error.into()),
    }
}

fn push(table: &mut Table, descriptor: Descriptor) {
    table
        .insert(descriptor)
        .expect("the table has room for all that is granted");
}

fn strings(list: impl IntoIterator<Item = Vec<u8>>) -> Strings {
    let mut strings = Strings::default();
    for string in list {
        strings.push(&string);
    }
    strings
}

fn clocks(
    wall: Option<Box<dyn Clock>>,
    monotonic: Option<Box<dyn Clock>>,
    is_virtual: bool,
) -> Clocks {
    let mut clocks = Clocks::host();
    clocks.wall = wall.unwrap_or(clocks.wall);
    clocks.monotonic = monotonic.unwrap_or(clocks.monotonic);
    clocks.is_virtual = is_virtual;
    clocks
}

fn preopen(dir: Dir, name: DirName, permissions: Permissions) -> Descriptor {
    let object = Object::Dir(DirObject {
        dir,
        permissions,
        name: Arc::new(name),
        preopened: true,
        entries: None,
    });
    Descriptor {
        inheriting: Rights::INHERITING,
        ..Descriptor::new(object, Rights::DIRECTORY)
    }
}

/// Descriptor 0, 1 or 2.
fn standard_stream(number: usize, standard: Standard) -> Descriptor {
    let unwanted = if number == 0 {
        Rights::FD_WRITE
    } else {
        Rights::FD_READ
    };
    let object = match standard {
        Standard::Nothing if number == 0 => Object::Input(Box::new(Empty)),
        Standard::Nothing => Object::Output(Box::new(Sink)),
        Standard::Input(stream) => Object::Input(stream),
        Standard::Output(stream) => Object::Output(stream),
        Standard::Inherited => return inherited_stream(number, unwanted),
    };
    Descriptor::new(object, Rights::STREAM.without(unwanted))
}

/// One of this process's own standard streams, as what it is: a file if it was redirected to one.
fn inherited_stream(number: usize, unwanted: Rights) -> Descriptor {
    let Some((fd, kind)) = standard_fd(number) else {
        return standard_stream(number, Standard::Nothing);
    };
    let fd = HostFd::Standard(fd);
    let (object, rights) = match kind {
        rustix::fs::FileType::RegularFile => {
            let permissions = Permissions::ALL;
            (Object::File(FileObject { fd, permissions }), Rights::FILE)
        }
        kind => stream(fd, kind.into()),
    };
    Descriptor::new(object, rights.without(unwanted))
}

/// A descriptor of this process and what it is; none if it is closed.
fn standard_fd(number: usize) -> Option<(BorrowedFd<'static>, rustix::fs::FileType)> {
    // SAFETY: the standard descriptors stay open as long as the process does, and the numbers are
    // only lent.
    let fd = unsafe { BorrowedFd::borrow_raw(number as i32) };
    let stat = rustix::fs::fstat(fd).ok()?;
    Some((fd, rustix::fs::FileType::from_raw_mode(stat.st_mode)))
}

/// A pipe or device. A character device that is no terminal keeps the rights to seek, which is how a
/// C library tells the two apart.
pub(crate) fn stream(fd: HostFd, filetype: Filetype) -> (Object, Rights) {
    let is_terminal = filetype == Filetype::CharacterDevice && fd.as_fd().is_terminal();
    let rights = if filetype == Filetype::CharacterDevice && !is_terminal {
        Rights::STREAM | Rights::FD_SEEK | Rights::FD_TELL
    } else {
        Rights::STREAM
    };
    (Object::Stream(StreamObject { fd, filetype }), rights)
}

impl std::fmt::Debug for WasiCtxBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let preopens: Vec<_> = self.preopens.iter().map(|(_, name, _)| name).collect();
        f.debug_struct("WasiCtxBuilder")
            .field("preopens", &preopens)
            .finish_non_exhaustive()
    }
}
