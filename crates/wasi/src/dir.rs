//! Listing directories: `fd_readdir`.
//!
//! A cookie is the host's own position in the directory, so a guest can go on anywhere without this
//! side keeping a list, however large the directory is and whatever changes in it meanwhile.

use crate::errno::Errno;
use crate::memory::{GuestMemory, Value};
use crate::process::Process;
use crate::rights::Rights;
use crate::table::{DirObject, Object};
use crate::types::{Dirent, Filetype};
use rustix::fs::{DirEntry, Mode, OFlags};
use std::os::fd::AsFd;

/// Where a guest is in a directory.
pub(crate) struct Entries {
    stream: rustix::fs::Dir,
    /// Cookie of the entry that comes next.
    next: u64,
    /// That entry, if it was read but did not fit the guest's buffer.
    pending: Option<DirEntry>,
}

impl Entries {
    fn open(dir: &DirObject) -> Result<Self, Errno> {
        // A position of its own, whatever the directory itself was opened for.
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let mode = Mode::empty();
        Ok(Self {
            stream: rustix::fs::Dir::new(rustix::fs::openat(dir.dir.as_fd(), ".", flags, mode)?)?,
            next: 0,
            pending: None,
        })
    }

    /// Goes to a cookie; 0 starts again and sees what has changed.
    fn seek(&mut self, cookie: u64) -> Result<(), Errno> {
        if cookie == 0 {
            self.stream.rewind();
        } else if cookie != self.next {
            let position = i64::try_from(cookie).map_err(|_| Errno::Inval)?;
            self.stream.seek(position)?;
        } else {
            return Ok(());
        }
        self.next = cookie;
        self.pending = None;
        Ok(())
    }

    fn read(&mut self) -> Result<Option<DirEntry>, Errno> {
        match self.pending.take() {
            Some(entry) => Ok(Some(entry)),
            None => Ok(self.stream.read().transpose()?),
        }
    }
}

/// `fd_readdir`: entries from `cookie` on, as many as fit. A full buffer means that there is more;
/// its last entry may be cut off.
pub(crate) fn fd_readdir(
    ctx: &mut Process,
    memory: GuestMemory<'_>,
    fd: u32,
    buf: u32,
    len: u32,
    cookie: u64,
    result: u32,
) -> Result<(), Errno> {
    memory.range(buf, len)?;
    let descriptor = ctx.table.get_mut(fd)?;
    let Object::Dir(dir) = &mut descriptor.object else {
        return Err(Errno::Notdir);
    };
    descriptor.base.require(Rights::FD_READDIR)?;
    let mut entries = match dir.entries.take() {
        Some(entries) => entries,
        None => Entries::open(dir)?,
    };
    entries.seek(cookie)?;
    let mut output = Output {
        memory,
        buf,
        len,
        used: 0,
    };
    let outcome = list(dir, &mut entries, &mut output);
    dir.entries = Some(entries);
    outcome?;
    memory.write(result, output.used)
}

fn list(dir: &DirObject, entries: &mut Entries, output: &mut Output<'_>) -> Result<(), Errno> {
    while output.used < output.len {
        let Some(entry) = entries.read()? else {
            return Ok(());
        };
        let name = entry.file_name().to_bytes();
        let next = entry.offset() as u64;
        let dirent = Dirent {
            next,
            ino: visible_inode(dir, &entry),
            namlen: name.len() as u32,
            filetype: filetype(dir, &entry),
        };
        if !output.put(dirent, name)? {
            entries.pending = Some(entry);
            return Ok(());
        }
        entries.next = next;
    }
    Ok(())
}

/// The number of a file; that of a granted directory's parent is nobody's business.
fn visible_inode(dir: &DirObject, entry: &DirEntry) -> u64 {
    if dir.preopened && entry.file_name().to_bytes() == b".." {
        0
    } else {
        entry.ino()
    }
}

/// The kind of an entry, asked of the file where the directory does not say.
fn filetype(dir: &DirObject, entry: &DirEntry) -> Filetype {
    match entry.file_type() {
        rustix::fs::FileType::Unknown => rustix::fs::statat(
            dir.dir.as_fd(),
            entry.file_name(),
            rustix::fs::AtFlags::SYMLINK_NOFOLLOW,
        )
        .map_or(Filetype::Unknown, |stat| {
            rustix::fs::FileType::from_raw_mode(stat.st_mode).into()
        }),
        known => known.into(),
    }
}

/// The guest's buffer, filled from the front.
struct Output<'a> {
    memory: GuestMemory<'a>,
    buf: u32,
    len: u32,
    used: u32,
}

impl Output<'_> {
    /// Adds an entry and says whether all of it fitted.
    fn put(&mut self, dirent: Dirent, name: &[u8]) -> Result<bool, Errno> {
        let mut head = [0; Dirent::SIZE as usize];
        dirent.encode(&mut head);
        Ok(self.put_bytes(&head)? && self.put_bytes(name)?)
    }

    fn put_bytes(&mut self, bytes: &[u8]) -> Result<bool, Errno> {
        let fitting = bytes.len().min((self.len - self.used) as usize);
        self.memory
            .copy_out(self.buf + self.used, &bytes[..fitting])?;
        self.used += fitting as u32;
        Ok(fitting == bytes.len())
    }
}
