//! The guest's descriptors.

use crate::dir::Entries;
use crate::errno::Errno;
use crate::rights::{Permissions, Rights};
use crate::stdio::{InputStream, OutputStream};
use crate::types::{FdFlags, Filetype};
use cap_std::fs::Dir;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::PathBuf;
use std::sync::Arc;

/// One open thing and what the guest may do with it.
pub(crate) struct Descriptor {
    pub(crate) object: Object,
    pub(crate) flags: FdFlags,
    pub(crate) base: Rights,
    pub(crate) inheriting: Rights,
}

/// What a descriptor stands for.
pub(crate) enum Object {
    Dir(DirObject),
    File(FileObject),
    Stream(StreamObject),
    Input(Box<dyn InputStream>),
    Output(Box<dyn OutputStream>),
    Socket(SocketObject),
}

/// A directory.
pub(crate) struct DirObject {
    pub(crate) dir: Dir,
    pub(crate) permissions: Permissions,
    pub(crate) name: Arc<DirName>,
    pub(crate) preopened: bool,
    pub(crate) entries: Option<Entries>,
}

/// How a directory is called, on either side.
#[derive(Debug)]
pub(crate) struct DirName {
    pub(crate) guest: String,
    pub(crate) host: PathBuf,
}

/// A file with a position.
pub(crate) struct FileObject {
    pub(crate) fd: HostFd,
    pub(crate) permissions: Permissions,
}

/// A pipe, a terminal or another device of the host's.
pub(crate) struct StreamObject {
    pub(crate) fd: HostFd,
    pub(crate) filetype: Filetype,
}

/// A socket that the embedder handed over, or one accepted from it.
pub(crate) struct SocketObject {
    pub(crate) fd: OwnedFd,
    pub(crate) filetype: Filetype,
}

/// A descriptor of the host's.
pub(crate) enum HostFd {
    /// Ours alone.
    Owned(OwnedFd),
    /// One of the process's standard three, shared with everything else in it.
    Standard(BorrowedFd<'static>),
}

impl AsFd for HostFd {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Owned(fd) => fd.as_fd(),
            Self::Standard(fd) => *fd,
        }
    }
}

impl Object {
    /// The host's descriptor that tells when the object is ready; none means always.
    pub(crate) fn poll_fd(&self) -> Option<BorrowedFd<'_>> {
        match self {
            Self::Dir(_) | Self::File(_) => None,
            Self::Stream(stream) => Some(stream.fd.as_fd()),
            Self::Socket(socket) => Some(socket.fd.as_fd()),
            Self::Input(input) => input.poll_fd(),
            Self::Output(output) => output.poll_fd(),
        }
    }

    /// The host's descriptor, if there is one that `fstat` understands.
    pub(crate) fn host_fd(&self) -> Option<BorrowedFd<'_>> {
        match self {
            Self::Dir(dir) => Some(dir.dir.as_fd()),
            Self::File(file) => Some(file.fd.as_fd()),
            Self::Stream(stream) => Some(stream.fd.as_fd()),
            Self::Socket(socket) => Some(socket.fd.as_fd()),
            Self::Input(_) | Self::Output(_) => None,
        }
    }

    pub(crate) fn filetype(&self) -> Filetype {
        let terminal = |is| {
            if is {
                Filetype::CharacterDevice
            } else {
                Filetype::Unknown
            }
        };
        match self {
            Self::Dir(_) => Filetype::Directory,
            Self::File(_) => Filetype::RegularFile,
            Self::Stream(stream) => stream.filetype,
            Self::Socket(socket) => socket.filetype,
            Self::Input(input) => terminal(input.is_terminal()),
            Self::Output(output) => terminal(output.is_terminal()),
        }
    }
}

impl Descriptor {
    /// With every right that `rights` has and nothing to inherit.
    pub(crate) fn new(object: Object, rights: Rights) -> Self {
        Self {
            object,
            flags: FdFlags::NONE,
            base: rights,
            inheriting: Rights::NONE,
        }
    }

    pub(crate) fn is_nonblocking(&self) -> bool {
        self.flags.contains(FdFlags::NONBLOCK)
    }
}

/// Descriptors by number.
pub(crate) struct Table {
    slots: Vec<Option<Descriptor>>,
    limit: usize,
}

impl Table {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            slots: Vec::with_capacity(8),
            limit,
        }
    }

    /// Puts a descriptor at the lowest free number.
    pub(crate) fn insert(&mut self, descriptor: Descriptor) -> Result<u32, Errno> {
        let free = self.slots.iter().position(Option::is_none);
        let index = free.unwrap_or(self.slots.len());
        if index >= self.limit {
            return Err(Errno::Mfile);
        }
        if index == self.slots.len() {
            self.slots.push(None);
        }
        self.slots[index] = Some(descriptor);
        Ok(index as u32)
    }

    pub(crate) fn get(&self, fd: u32) -> Result<&Descriptor, Errno> {
        match self.slots.get(fd as usize) {
            Some(Some(descriptor)) => Ok(descriptor),
            _ => Err(Errno::Badf),
        }
    }

    pub(crate) fn get_mut(&mut self, fd: u32) -> Result<&mut Descriptor, Errno> {
        match self.slots.get_mut(fd as usize) {
            Some(Some(descriptor)) => Ok(descriptor),
            _ => Err(Errno::Badf),
        }
    }

    /// A descriptor that must have `rights`.
    pub(crate) fn with(&self, fd: u32, rights: Rights) -> Result<&Descriptor, Errno> {
        let descriptor = self.get(fd)?;
        descriptor.base.require(rights)?;
        Ok(descriptor)
    }

    /// A directory that must have `rights`.
    pub(crate) fn dir(&self, fd: u32, rights: Rights) -> Result<(&Descriptor, &DirObject), Errno> {
        let descriptor = self.get(fd)?;
        let Object::Dir(dir) = &descriptor.object else {
            return Err(Errno::Notdir);
        };
        descriptor.base.require(rights)?;
        Ok((descriptor, dir))
    }

    pub(crate) fn remove(&mut self, fd: u32) -> Result<Descriptor, Errno> {
        let slot = self.slots.get_mut(fd as usize).ok_or(Errno::Badf)?;
        slot.take().ok_or(Errno::Badf)
    }

    /// Moves `from` to `to`, both open, closing what was there; `from` ends up closed.
    pub(crate) fn renumber(&mut self, from: u32, to: u32) -> Result<(), Errno> {
        self.get(from)?;
        self.get(to)?;
        if from != to {
            self.slots[to as usize] = self.slots[from as usize].take();
        }
        Ok(())
    }

    /// All directories that were granted from the start and are still open.
    pub(crate) fn preopens(&self) -> impl Iterator<Item = &DirObject> {
        self.slots
            .iter()
            .flatten()
            .filter_map(|descriptor| match &descriptor.object {
                Object::Dir(dir) if dir.preopened => Some(dir),
                _ => None,
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stdio::Empty;

    fn table_of(count: usize, limit: usize) -> Table {
        let mut table = Table::new(limit);
        for _ in 0..count {
            table.insert(descriptor()).unwrap();
        }
        table
    }

    fn descriptor() -> Descriptor {
        Descriptor::new(Object::Input(Box::new(Empty)), Rights::STREAM)
    }

    #[test]
    fn the_lowest_free_number_is_used_again() {
        let mut table = table_of(5, 5);
        assert_eq!(table.insert(descriptor()), Err(Errno::Mfile));
        table.remove(1).unwrap();
        table.remove(3).unwrap();
        assert_eq!(table.insert(descriptor()), Ok(1));
        assert_eq!(table.insert(descriptor()), Ok(3));
        assert_eq!(table.remove(9).err(), Some(Errno::Badf));
    }

    #[test]
    fn renumbering_needs_two_open_descriptors() {
        let mut table = table_of(3, 10);
        assert_eq!(table.renumber(1, 3), Err(Errno::Badf));
        assert_eq!(table.renumber(3, 1), Err(Errno::Badf));
        assert_eq!(table.renumber(u32::MAX, u32::MAX), Err(Errno::Badf));
        assert_eq!(table.renumber(2, 2), Ok(()));
        assert_eq!(table.renumber(2, 0), Ok(()));
        assert!(table.get(2).is_err() && table.get(0).is_ok());
        assert_eq!(table.insert(descriptor()), Ok(2));
    }
}
