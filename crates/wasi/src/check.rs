//! What must hold whatever a guest does with paths, as a function that tests and fuzzers call.
//!
//! Beside the granted directory lies another that was not granted, and inside the granted one lie
//! links that point at it in every way there is. A guest made of arbitrary bytes does what it can.
//! Afterwards nothing outside has changed, and nothing from outside was ever seen.

use crate::errno::Errno;
use crate::memory::{GuestMemory, Value};
use crate::process::Process;
use crate::rights::{Permissions, Rights};
use crate::types::Filestat;
use crate::{WasiCtxBuilder, dir, fd, open, path};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::Path;

/// What lies outside and must never be read.
const SECRET: &[u8] = b"not for guests";

/// A guest without code: its memory, and the calls it would make.
pub(crate) struct Guest {
    pub(crate) ctx: Process,
    pub(crate) memory: Vec<u8>,
}

/// Where a [`Guest`] keeps its arguments, results and data.
const FIRST_PATH: u32 = 0x1000;
const SECOND_PATH: u32 = 0x3000;
const IOVEC: u32 = 0x10;
const RESULT: u32 = 0x20;
pub(crate) const DATA: u32 = 0x8000;

impl Guest {
    pub(crate) fn new(ctx: Process) -> Self {
        Self {
            ctx,
            memory: vec![0; 0x1_0000],
        }
    }

    /// A guest that was granted `host` as descriptor 3.
    pub(crate) fn granted(host: &Path, permissions: Permissions) -> io::Result<Self> {
        let mut builder = WasiCtxBuilder::new();
        builder.preopened_dir(host, "/", permissions)?;
        Ok(Self::new(builder.process()))
    }

    /// Makes a call with the guest's memory.
    pub(crate) fn call<R>(
        &mut self,
        f: impl FnOnce(&mut Process, GuestMemory<'_>) -> Result<R, Errno>,
    ) -> Result<R, Errno> {
        f(&mut self.ctx, GuestMemory::new(&mut self.memory))
    }

    /// Makes a call with a path in memory.
    pub(crate) fn with_path<R>(
        &mut self,
        path: &str,
        f: impl FnOnce(&mut Process, GuestMemory<'_>, u32, u32) -> Result<R, Errno>,
    ) -> Result<R, Errno> {
        self.put(FIRST_PATH, path.as_bytes());
        self.call(|ctx, memory| f(ctx, memory, FIRST_PATH, path.len() as u32))
    }

    /// Makes a call with two paths in memory.
    pub(crate) fn with_paths<R>(
        &mut self,
        first: &str,
        second: &str,
        f: impl FnOnce(&mut Process, GuestMemory<'_>, [u32; 4]) -> Result<R, Errno>,
    ) -> Result<R, Errno> {
        self.put(FIRST_PATH, first.as_bytes());
        self.put(SECOND_PATH, second.as_bytes());
        let places = [
            FIRST_PATH,
            first.len() as u32,
            SECOND_PATH,
            second.len() as u32,
        ];
        self.call(|ctx, memory| f(ctx, memory, places))
    }

    pub(crate) fn put(&mut self, at: u32, bytes: &[u8]) {
        self.memory[at as usize..][..bytes.len()].copy_from_slice(bytes);
    }

    pub(crate) fn result<V: Value>(&mut self) -> V {
        V::decode(&self.memory[RESULT as usize..])
    }

    pub(crate) fn open(
        &mut self,
        dir: u32,
        path: &str,
        follow: bool,
        oflags: u32,
        base: Rights,
        fdflags: u32,
    ) -> Result<u32, Errno> {
        let inheriting = Rights::INHERITING.0;
        self.with_path(path, |ctx, memory, at, len| {
            let lookup = u32::from(follow);
            open::path_open(
                ctx, memory, dir, lookup, at, len, oflags, base.0, inheriting, fdflags, RESULT,
            )
        })?;
        Ok(self.result())
    }

    pub(crate) fn read(&mut self, fd: u32, len: u32) -> Result<Vec<u8>, Errno> {
        self.put(IOVEC, &[DATA.to_le_bytes(), len.to_le_bytes()].concat());
        self.call(|ctx, memory| fd::fd_read(ctx, memory, fd, IOVEC, 1, RESULT))?;
        let read: u32 = self.result();
        Ok(self.memory[DATA as usize..][..read as usize].to_vec())
    }

    pub(crate) fn write(&mut self, fd: u32, bytes: &[u8]) -> Result<u32, Errno> {
        self.put(DATA, bytes);
        self.put(
            IOVEC,
            &[DATA.to_le_bytes(), (bytes.len() as u32).to_le_bytes()].concat(),
        );
        self.call(|ctx, memory| fd::fd_write(ctx, memory, fd, IOVEC, 1, RESULT))?;
        Ok(self.result())
    }

    pub(crate) fn stat(&mut self, dir: u32, path: &str, follow: bool) -> Result<Filestat, Errno> {
        self.with_path(path, |ctx, memory, at, len| {
            path::path_filestat_get(ctx, memory, dir, follow.into(), at, len, RESULT)
        })?;
        Ok(self.result())
    }

    pub(crate) fn stat_fd(&mut self, fd: u32) -> Result<Filestat, Errno> {
        self.call(|ctx, memory| fd::fd_filestat_get(ctx, memory, fd, RESULT))?;
        Ok(self.result())
    }

    pub(crate) fn make_dir(&mut self, dir: u32, path: &str) -> Result<(), Errno> {
        self.with_path(path, |ctx, memory, at, len| {
            path::path_create_directory(ctx, memory, dir, at, len)
        })
    }

    pub(crate) fn remove_dir(&mut self, dir: u32, path: &str) -> Result<(), Errno> {
        self.with_path(path, |ctx, memory, at, len| {
            path::path_remove_directory(ctx, memory, dir, at, len)
        })
    }

    pub(crate) fn unlink(&mut self, dir: u32, path: &str) -> Result<(), Errno> {
        self.with_path(path, |ctx, memory, at, len| {
            path::path_unlink_file(ctx, memory, dir, at, len)
        })
    }

    pub(crate) fn symlink(&mut self, target: &str, dir: u32, path: &str) -> Result<(), Errno> {
        self.with_paths(target, path, |ctx, memory, [a, a_len, b, b_len]| {
            path::path_symlink(ctx, memory, a, a_len, dir, b, b_len)
        })
    }

    pub(crate) fn readlink(&mut self, dir: u32, path: &str) -> Result<Vec<u8>, Errno> {
        self.with_path(path, |ctx, memory, at, len| {
            path::path_readlink(ctx, memory, dir, at, len, DATA, 4096, RESULT)
        })?;
        let len: u32 = self.result();
        Ok(self.memory[DATA as usize..][..len as usize].to_vec())
    }

    pub(crate) fn rename(&mut self, from: (u32, &str), to: (u32, &str)) -> Result<(), Errno> {
        self.with_paths(from.1, to.1, |ctx, memory, [a, a_len, b, b_len]| {
            path::path_rename(ctx, memory, from.0, a, a_len, to.0, b, b_len)
        })
    }

    pub(crate) fn link(&mut self, from: (u32, &str), to: (u32, &str)) -> Result<(), Errno> {
        self.with_paths(from.1, to.1, |ctx, memory, [a, a_len, b, b_len]| {
            path::path_link(ctx, memory, from.0, 0, a, a_len, to.0, b, b_len)
        })
    }

    pub(crate) fn set_times(&mut self, dir: u32, path: &str, follow: bool) -> Result<(), Errno> {
        self.with_path(path, |ctx, memory, at, len| {
            path::path_filestat_set_times(ctx, memory, dir, follow.into(), at, len, 5, 6, 5)
        })
    }

    /// The bytes of one `fd_readdir`.
    pub(crate) fn read_dir(&mut self, fd: u32, len: u32, cookie: u64) -> Result<Vec<u8>, Errno> {
        self.call(|ctx, memory| dir::fd_readdir(ctx, memory, fd, DATA, len, cookie, RESULT))?;
        let used: u32 = self.result();
        Ok(self.memory[DATA as usize..][..used as usize].to_vec())
    }

    pub(crate) fn close(&mut self, fd: u32) -> Result<(), Errno> {
        self.call(|ctx, memory| fd::fd_close(ctx, memory, fd))
    }
}

/// Lets a guest that is made of `bytes` loose in a directory below `scratch`, which is emptied first.
///
/// # Errors
///
/// If the host's file system does not let the stage be set.
///
/// # Panics
///
/// If the guest saw or changed anything outside of its directory.
pub fn wasi_paths(scratch: &Path, bytes: &[u8]) -> io::Result<()> {
    let outside = scratch.join("outside");
    let granted = scratch.join("granted");
    for dir in [&outside, &granted] {
        let _ = fs::remove_dir_all(dir);
    }
    fs::create_dir_all(outside.join("d"))?;
    fs::write(outside.join("f"), SECRET)?;
    fs::write(outside.join("d/f"), SECRET)?;
    set_links(&granted, &outside)?;

    let before = describe(&outside)?;
    let inodes = inodes(scratch, &outside)?;
    let mut guest = Guest::granted(&granted, Permissions::ALL)?;
    run(&mut guest, bytes, &inodes);
    drop(guest);
    assert_eq!(
        before,
        describe(&outside)?,
        "a guest changed what it was not given"
    );
    Ok(())
}

/// Fills the granted directory, with every kind of link that leads out.
fn set_links(granted: &Path, outside: &Path) -> io::Result<()> {
    fs::create_dir_all(granted.join("a/b"))?;
    fs::write(granted.join("f"), b"for guests")?;
    fs::write(granted.join("a/f"), b"for guests")?;
    symlink(outside, granted.join("abs"))?;
    symlink("../outside", granted.join("rel"))?;
    symlink("../outside/f", granted.join("file"))?;
    symlink("..", granted.join("up"))?;
    symlink("../..", granted.join("a/up"))?;
    symlink("up/../outside", granted.join("chain"))?;
    symlink("/proc/self/root", granted.join("proc"))?;
    symlink("a", granted.join("in"))?;
    symlink("loop", granted.join("loop"))
}

/// Everything in a directory and what the host knows of it, as text that can be compared.
fn describe(dir: &Path) -> io::Result<String> {
    let mut text = String::new();
    let mut todo = vec![dir.to_path_buf()];
    while let Some(path) = todo.pop() {
        let stat = fs::symlink_metadata(&path)?;
        let (mtime, links) = ((stat.mtime(), stat.mtime_nsec()), stat.nlink());
        let _ = write!(
            text,
            "{} {:o} {mtime:?} {links} ",
            path.display(),
            stat.mode()
        );
        if stat.is_dir() {
            let mut entries: Vec<_> = fs::read_dir(&path)?
                .map(|entry| entry.map(|entry| entry.path()))
                .collect::<io::Result<_>>()?;
            entries.sort();
            todo.extend(entries);
        } else {
            let _ = write!(text, "{:?}", fs::read(&path)?);
        }
        text.push('\n');
    }
    Ok(text)
}

/// Device and number of everything that a guest must not see.
fn inodes(scratch: &Path, outside: &Path) -> io::Result<BTreeSet<(u64, u64)>> {
    [
        Path::new("/"),
        Path::new("/proc"),
        scratch,
        outside,
        &outside.join("f"),
        &outside.join("d"),
        &outside.join("d/f"),
    ]
    .into_iter()
    .map(|path| fs::metadata(path).map(|stat| (stat.dev(), stat.ino())))
    .collect()
}

/// The names that paths are made of.
const NAMES: [&str; 16] = [
    "a", "b", "f", "d", "..", ".", "abs", "rel", "file", "up", "chain", "proc", "in", "loop", "",
    "new",
];

/// Turns bytes into what a guest does next.
struct Script<'b>(&'b [u8]);

impl Script<'_> {
    fn byte(&mut self) -> u8 {
        match self.0.split_first() {
            Some((first, rest)) => {
                self.0 = rest;
                *first
            }
            None => 0,
        }
    }

    /// Up to four names, perhaps absolute, perhaps with a trailing slash.
    fn path(&mut self) -> String {
        let shape = self.byte();
        let mut path = String::from(if shape & 0x80 != 0 { "/" } else { "" });
        for i in 0..=shape & 3 {
            if i > 0 {
                path.push('/');
            }
            path.push_str(NAMES[usize::from(self.byte()) % NAMES.len()]);
        }
        if shape & 0x40 != 0 {
            path.push('/');
        }
        path
    }
}

/// Runs a script, looking at everything it gets to see.
fn run(guest: &mut Guest, bytes: &[u8], forbidden: &BTreeSet<(u64, u64)>) {
    let mut script = Script(bytes);
    let mut dirs = vec![3];
    while !script.0.is_empty() {
        let op = script.byte();
        let follow = op & 0x10 != 0;
        let dir = dirs[usize::from(op >> 5) % dirs.len()];
        let path = script.path();
        match op & 0xf {
            0..=3 => {
                let oflags = u32::from(script.byte() & 0xf);
                let rights = [
                    Rights::FD_READ,
                    Rights::FD_READ | Rights::FD_WRITE,
                    Rights::INHERITING,
                ];
                let base = rights[usize::from(op & 3) % 3];
                if let Ok(fd) = guest.open(dir, &path, follow, oflags, base, 0) {
                    look_at(guest, fd, &path, forbidden);
                    dirs.push(fd);
                }
            }
            4 => see(guest.stat(dir, &path, follow), &path, forbidden),
            5 => ignore(guest.make_dir(dir, &path)),
            6 => ignore(guest.remove_dir(dir, &path)),
            7 => ignore(guest.unlink(dir, &path)),
            8 => ignore(guest.symlink(&script.path(), dir, &path)),
            9 => ignore(guest.readlink(dir, &path)),
            10 | 11 => {
                let to = (dirs[usize::from(script.byte()) % dirs.len()], script.path());
                ignore(guest.rename((dir, &path), (to.0, &to.1)));
            }
            12 | 13 => {
                let to = (dirs[usize::from(script.byte()) % dirs.len()], script.path());
                ignore(guest.link((dir, &path), (to.0, &to.1)));
            }
            14 => close_one(guest, &mut dirs, dir),
            _ => ignore(guest.set_times(dir, &path, follow)),
        }
    }
}

/// Closes a descriptor, but never the granted directory.
fn close_one(guest: &mut Guest, dirs: &mut Vec<u32>, fd: u32) {
    if fd != 3 {
        ignore(guest.close(fd));
        dirs.retain(|dir| *dir != fd);
    }
}

/// A call may fail or not; what matters is what it did.
fn ignore<R>(_: Result<R, Errno>) {}

fn see(stat: Result<Filestat, Errno>, path: &str, forbidden: &BTreeSet<(u64, u64)>) {
    if let Ok(stat) = stat {
        let seen = (stat.dev, stat.ino);
        assert!(
            !forbidden.contains(&seen),
            "`{path}` shows what was not given"
        );
    }
}

/// Reads, lists and writes what was opened.
fn look_at(guest: &mut Guest, fd: u32, path: &str, forbidden: &BTreeSet<(u64, u64)>) {
    see(guest.stat_fd(fd), path, forbidden);
    if let Ok(bytes) = guest.read(fd, 64) {
        assert_ne!(bytes, SECRET, "`{path}` was read though it was not given");
    }
    let _ = guest.write(fd, b"written by a guest");
    let _ = guest.read_dir(fd, 512, 0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    /// A second of random guests.
    #[test]
    fn no_guest_leaves_its_directory() {
        use crate::{RandomSource, SeededRandom};
        let scratch = tempfile::tempdir().unwrap();
        let mut random = SeededRandom::new(0x5eed);
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(1) {
            let mut bytes = [0; 512];
            random.fill(&mut bytes);
            wasi_paths(scratch.path(), &bytes).unwrap();
        }
    }

    /// The property must be able to fail.
    #[test]
    #[should_panic(expected = "changed what it was not given")]
    fn a_change_outside_is_noticed() {
        let scratch = tempfile::tempdir().unwrap();
        fs::create_dir(scratch.path().join("d")).unwrap();
        let before = describe(scratch.path()).unwrap();
        fs::write(scratch.path().join("d/f"), b"x").unwrap();
        assert_eq!(
            before,
            describe(scratch.path()).unwrap(),
            "a guest changed what it was not given"
        );
    }
}
