//! [`Files`]: the files that a program has open, by numbers of its own.
//!
//! The numbers are ours and not the system's, so a program reaches no file of the host with a number that it makes up.
//! 0, 1 and 2 are the standard streams; what is written to the latter two goes where all scripts write.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use crate::shell::{Output, Stream};

/// Open files.
#[derive(Default)]
pub(super) struct Files {
    open: RefCell<BTreeMap<i32, Arc<File>>>,
}

/// What a number stands for.
pub(super) enum Opened {
    /// Standard input.
    Input,
    /// Where scripts write.
    Output(Stream),
    File(Arc<File>),
}

/// The first number of a file.
const FIRST: i32 = 3;
/// How many files a program may have open.
const MOST: usize = 4096;

impl Files {
    /// Keeps a file, and gives it the lowest number that is free.
    pub(super) fn add(&self, file: File) -> io::Result<i32> {
        let mut open = self.open.borrow_mut();
        if open.len() >= MOST {
            return Err(io::Error::from_raw_os_error(libc::EMFILE));
        }
        let number = (FIRST..)
            .zip(open.keys())
            .find(|(free, used)| free != *used);
        let number = number.map_or(FIRST + open.len() as i32, |(free, _)| free);
        open.insert(number, Arc::new(file));
        Ok(number)
    }

    /// What a number stands for.
    pub(super) fn get(&self, number: i32) -> io::Result<Opened> {
        match number {
            0 => Ok(Opened::Input),
            1 => Ok(Opened::Output(Stream::Output)),
            2 => Ok(Opened::Output(Stream::Error)),
            _ => match self.open.borrow().get(&number) {
                Some(file) => Ok(Opened::File(file.clone())),
                None => Err(bad()),
            },
        }
    }

    /// Closes a file. The standard streams stay open.
    pub(super) fn close(&self, number: i32) -> io::Result<()> {
        if (0..FIRST).contains(&number) {
            return Ok(());
        }
        match self.open.borrow_mut().remove(&number) {
            Some(_file) => Ok(()),
            None => Err(bad()),
        }
    }
}

fn bad() -> io::Error {
    io::Error::from_raw_os_error(libc::EBADF)
}

impl Opened {
    /// The file, where there must be one.
    pub(super) fn file(self) -> io::Result<Arc<File>> {
        match self {
            Self::File(file) => Ok(file),
            _ => Err(io::Error::from_raw_os_error(libc::EINVAL)),
        }
    }

    /// Reads at a position, or where the file is at. 0 is the end.
    pub(super) fn read(&self, bytes: &mut [u8], position: Option<u64>) -> io::Result<usize> {
        loop {
            let read = match (self, position) {
                (Self::Input, _) => read_input(bytes),
                (Self::Output(_), _) => Err(bad()),
                (Self::File(file), Some(position)) => file.read_at(bytes, position),
                (Self::File(file), None) => (&**file).read(bytes),
            };
            match read {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => return read,
            }
        }
    }

    /// Writes at a position, or where the file is at.
    pub(super) fn write(
        &self,
        output: &Output,
        bytes: &[u8],
        position: Option<u64>,
    ) -> io::Result<usize> {
        match (self, position) {
            (Self::Input, _) => Err(bad()),
            (Self::Output(stream), _) => {
                output.write_bytes(*stream, bytes);
                Ok(bytes.len())
            }
            (Self::File(file), Some(position)) => file.write_at(bytes, position),
            (Self::File(file), None) => (&**file).write(bytes),
        }
    }

    /// What the system knows of it.
    pub(super) fn stat(&self) -> io::Result<rustix::fs::Stat> {
        let stat = match self {
            Self::Input => rustix::fs::fstat(io::stdin().as_fd()),
            Self::Output(Stream::Output) => rustix::fs::fstat(io::stdout().as_fd()),
            Self::Output(Stream::Error) => rustix::fs::fstat(io::stderr().as_fd()),
            Self::File(file) => rustix::fs::fstat(file.as_fd()),
        };
        Ok(stat?)
    }
}

/// Reads standard input without a buffer of ours, so that a program may stop at any byte.
fn read_input(bytes: &mut [u8]) -> io::Result<usize> {
    Ok(rustix::io::read(io::stdin().as_fd(), bytes)?)
}
