//! Standard streams that an embedder can put in the guest's hands.
//!
//! A guest's standard input, output and error are the process's own, nothing, or whatever implements
//! [`InputStream`] or [`OutputStream`]. Writes go through at once; there is no buffer here that a trap
//! could lose.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::os::fd::BorrowedFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Where a guest reads from.
///
/// While one thread of a guest reads or writes a stream, its other threads make no calls. A stream that can be slow should
/// have a descriptor to wait for.
pub trait InputStream: Send {
    /// Reads some bytes; 0 is the end. An error of kind `WouldBlock` becomes `EAGAIN`.
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize>;

    /// Whether the guest should take it for a terminal.
    fn is_terminal(&self) -> bool {
        false
    }

    /// A descriptor that is readable when the stream is; the guest's waits use it and can then be
    /// interrupted. Without one the stream counts as always ready.
    fn poll_fd(&self) -> Option<BorrowedFd<'_>> {
        None
    }
}

/// Where a guest writes to.
pub trait OutputStream: Send {
    /// Writes some bytes and says how many.
    fn write(&mut self, buf: &[u8]) -> io::Result<usize>;

    /// Called when the guest asks for `fd_sync` or `fd_datasync`, and when it closes the stream.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Whether the guest should take it for a terminal.
    fn is_terminal(&self) -> bool {
        false
    }

    /// A descriptor that is writable when the stream is. Without one the stream counts as always
    /// ready.
    fn poll_fd(&self) -> Option<BorrowedFd<'_>> {
        None
    }
}

/// Any reader as an [`InputStream`].
#[derive(Debug)]
pub struct ReadStream<R>(pub R);

impl<R: Read + Send> InputStream for ReadStream<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read(buf)
    }
}

/// Any writer as an [`OutputStream`].
#[derive(Debug)]
pub struct WriteStream<W>(pub W);

impl<W: Write + Send> OutputStream for WriteStream<W> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Nothing to read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Empty;

impl InputStream for Empty {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Ok(0)
    }
}

/// Takes everything and forgets it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sink;

impl OutputStream for Sink {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        Ok(buf.len())
    }
}

/// A pipe in memory, at either end of which a guest can be. Clones are the same pipe.
#[derive(Clone, Debug)]
pub struct MemoryPipe {
    bytes: Arc<Mutex<VecDeque<u8>>>,
    capacity: usize,
}

impl MemoryPipe {
    /// An empty pipe that holds up to `capacity` bytes; a write to a full one is `ENOSPC`.
    pub fn new(capacity: usize) -> Self {
        Self {
            bytes: Arc::default(),
            capacity,
        }
    }

    /// A pipe that holds `bytes` for a guest to read.
    pub fn from_bytes(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes: Vec<u8> = bytes.into();
        let capacity = bytes.len();
        Self {
            bytes: Arc::new(Mutex::new(bytes.into())),
            capacity,
        }
    }

    /// What is in the pipe.
    pub fn contents(&self) -> Vec<u8> {
        self.lock().iter().copied().collect()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<u8>> {
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl InputStream for MemoryPipe {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        Read::read(&mut *self.lock(), buf)
    }
}

impl OutputStream for MemoryPipe {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let mut bytes = self.lock();
        let len = buf.len().min(self.capacity.saturating_sub(bytes.len()));
        if len == 0 && !buf.is_empty() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        bytes.extend(&buf[..len]);
        Ok(len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipe_gives_what_it_got_and_no_more_than_it_holds() {
        let mut pipe = MemoryPipe::new(4);
        assert_eq!(OutputStream::write(&mut pipe, b"abcdef").unwrap(), 4);
        let full = OutputStream::write(&mut pipe, b"g").unwrap_err();
        assert_eq!(full.kind(), io::ErrorKind::StorageFull);
        assert_eq!(pipe.clone().contents(), b"abcd");
        let mut buf = [0; 3];
        assert_eq!(InputStream::read(&mut pipe, &mut buf).unwrap(), 3);
        assert_eq!(&buf, b"abc");
    }
}
