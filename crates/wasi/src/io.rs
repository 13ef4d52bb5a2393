//! Vectored input and output straight between the host's files and guest memory.
//!
//! The kernel reads and writes guest memory itself, through checked addresses: no copy, no
//! allocation, and no Rust reference to memory that another thread of the guest may be writing.

use crate::errno::Errno;
use crate::memory::{GuestMemory, Value};
use crate::types::Iovec;
use crate::wait::Waiter;
use rustix::event::PollFlags;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, BorrowedFd};

/// Buffers passed to the kernel by one call; a guest that passes more gets a short count.
const MAX_BUFFERS: usize = 16;

/// Guest buffers looked at by one call.
const MAX_SCANNED: u32 = 1 << 16;

/// Bytes that one system call moves, so that an interrupted guest is stopped soon.
const MAX_TRANSFER: usize = 16 << 20;

/// Bytes that a pipe takes without blocking once it says that it is writable (`PIPE_BUF`).
const PIPE_ATOMIC: usize = 4096;

/// Bytes that go through host memory at once, for streams that are no files.
const BOUNCE: usize = 8192;

/// Which way bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// From the file to the guest.
    Read,
    /// From the guest to the file.
    Write,
}

impl Direction {
    fn ready(self) -> PollFlags {
        match self {
            Self::Read => PollFlags::IN,
            Self::Write => PollFlags::OUT,
        }
    }
}

/// Checked buffers of a guest: the non-empty ones, at most [`MAX_BUFFERS`].
pub(crate) struct Buffers {
    list: [libc::iovec; MAX_BUFFERS],
    count: usize,
    total: usize,
}

impl Buffers {
    /// Reads and checks the array of `len` iovecs at `iovs`.
    pub(crate) fn gather(memory: &GuestMemory<'_>, iovs: u32, len: u32) -> Result<Self, Errno> {
        let empty = libc::iovec {
            iov_base: std::ptr::null_mut(),
            iov_len: 0,
        };
        let mut buffers = Self {
            list: [empty; MAX_BUFFERS],
            count: 0,
            total: 0,
        };
        for i in 0..len.min(MAX_SCANNED) {
            let iovec: Iovec = memory.read(GuestMemory::element(iovs, i, Iovec::SIZE)?)?;
            let base = memory.range(iovec.buf, iovec.len)?;
            buffers.push(base, iovec.len as usize);
            if buffers.count == MAX_BUFFERS {
                break;
            }
        }
        Ok(buffers)
    }

    /// Adds a buffer, unless it is empty or the total would no longer fit the guest's `size`.
    fn push(&mut self, base: *mut u8, len: usize) {
        let room = u32::MAX as usize - self.total;
        let len = len.min(room);
        if len > 0 {
            self.list[self.count] = libc::iovec {
                iov_base: base.cast(),
                iov_len: len,
            };
            self.count += 1;
            self.total += len;
        }
    }

    /// Bytes in all buffers.
    pub(crate) fn total(&self) -> usize {
        self.total
    }

    /// Forgets what is beyond the first `max` bytes.
    pub(crate) fn truncate(&mut self, max: usize) {
        if max >= self.total {
            return;
        }
        let mut left = max;
        let mut count = 0;
        while left > 0 {
            let len = self.list[count].iov_len.min(left);
            self.list[count].iov_len = len;
            left -= len;
            count += 1;
        }
        self.count = count;
        self.total = max;
    }

    /// Forgets the first `done` bytes.
    pub(crate) fn advance(&mut self, done: usize) {
        let mut left = done.min(self.total);
        self.total -= left;
        let mut first = 0;
        while left > 0 {
            let iovec = &mut self.list[first];
            let step = iovec.iov_len.min(left);
            // SAFETY: `step` is at most the buffer's length.
            iovec.iov_base = unsafe { iovec.iov_base.cast::<u8>().add(step).cast() };
            iovec.iov_len -= step;
            left -= step;
            if iovec.iov_len == 0 {
                first += 1;
            }
        }
        self.list.copy_within(first..self.count, 0);
        self.count -= first;
    }

    /// The buffers in pieces of at most `max` bytes, as addresses and lengths.
    fn pieces(&self, max: usize) -> impl Iterator<Item = libc::iovec> + '_ {
        self.list[..self.count].iter().flat_map(move |iovec| {
            (0..iovec.iov_len)
                .step_by(max)
                .map(move |start| libc::iovec {
                    // SAFETY: `start` is less than the buffer's length.
                    iov_base: unsafe { iovec.iov_base.cast::<u8>().add(start).cast() },
                    iov_len: (iovec.iov_len - start).min(max),
                })
        })
    }

    /// The buffers as a message of a socket; it borrows from them without the compiler knowing.
    pub(crate) fn message(&self) -> libc::msghdr {
        // SAFETY: all zeros is a valid, empty message.
        let mut message: libc::msghdr = unsafe { std::mem::zeroed() };
        message.msg_iov = self.list.as_ptr().cast_mut();
        message.msg_iovlen = self.count;
        message
    }

    /// Fills the buffers through host memory with what `read` yields, until it yields less than
    /// asked. For streams that are no files.
    pub(crate) fn fill(
        &self,
        mut read: impl FnMut(&mut [u8]) -> std::io::Result<usize>,
    ) -> Result<usize, Errno> {
        let mut bounce = [MaybeUninit::uninit(); BOUNCE];
        let mut done = 0;
        for piece in self.pieces(BOUNCE) {
            let bytes = zeroed(&mut bounce[..piece.iov_len]);
            let len = match read(bytes) {
                Ok(len) => len.min(piece.iov_len),
                Err(_) if done > 0 => break,
                Err(error) => return Err(error.into()),
            };
            // SAFETY: the piece lies in a checked buffer and `len` is at most its length.
            unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), piece.iov_base.cast(), len) };
            done += len;
            if len < piece.iov_len {
                break;
            }
        }
        Ok(done)
    }

    /// Hands the buffers through host memory to `write`, until it takes less than it is given.
    pub(crate) fn drain(
        &self,
        mut write: impl FnMut(&[u8]) -> std::io::Result<usize>,
    ) -> Result<usize, Errno> {
        let mut bounce = [MaybeUninit::uninit(); BOUNCE];
        let mut done = 0;
        for piece in self.pieces(BOUNCE) {
            let bytes = zeroed(&mut bounce[..piece.iov_len]);
            // SAFETY: the piece lies in a checked buffer and `bytes` has its length.
            unsafe {
                std::ptr::copy_nonoverlapping(
                    piece.iov_base.cast::<u8>(),
                    bytes.as_mut_ptr(),
                    bytes.len(),
                );
            }
            let len = match write(bytes) {
                Ok(len) => len.min(piece.iov_len),
                Err(_) if done > 0 => break,
                Err(error) => return Err(error.into()),
            };
            done += len;
            if len < piece.iov_len {
                break;
            }
        }
        Ok(done)
    }
}

/// Host memory for one piece: only what is used is cleared.
fn zeroed(bounce: &mut [MaybeUninit<u8>]) -> &mut [u8] {
    bounce.fill(MaybeUninit::new(0));
    // SAFETY: every byte has just been written.
    unsafe { &mut *(std::ptr::from_mut(bounce) as *mut [u8]) }
}

/// Reads or writes a regular file, at its position or at `offset`.
pub(crate) fn transfer_file(
    fd: BorrowedFd<'_>,
    direction: Direction,
    buffers: &Buffers,
    offset: Option<u64>,
    waiter: &Waiter,
) -> Result<usize, Errno> {
    if offset.is_some_and(|at| i64::try_from(at).is_err()) {
        return Err(Errno::Inval);
    }
    if buffers.total <= MAX_TRANSFER {
        return retry(waiter, || {
            system_call(fd, direction, &buffers.list[..buffers.count], offset)
        });
    }
    let mut done = 0;
    for piece in buffers.pieces(MAX_TRANSFER) {
        let at = match offset {
            Some(start) => Some(start.checked_add(done as u64).ok_or(Errno::Inval)?),
            None => None,
        };
        match retry(waiter, || system_call(fd, direction, &[piece], at)) {
            Ok(len) => {
                done += len;
                if len < piece.iov_len {
                    break;
                }
            }
            Err(_) if done > 0 => break,
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

/// Reads or writes a stream, waiting (unless `nonblocking`) until some bytes have moved.
///
/// The descriptor may be one that others share, as standard input is, so it is never made
/// non-blocking: the kernel is asked not to wait for this one call, and where it cannot be asked,
/// readiness is awaited first.
pub(crate) fn transfer_stream(
    fd: BorrowedFd<'_>,
    direction: Direction,
    buffers: &Buffers,
    nonblocking: bool,
    waiter: &Waiter,
) -> Result<usize, Errno> {
    if buffers.total == 0 {
        return Ok(0);
    }
    loop {
        match without_waiting(fd, direction, &buffers.list[..buffers.count]) {
            Err(Errno::Again) if nonblocking => return Err(Errno::Again),
            Err(Errno::Again) => waiter.ready(fd, direction.ready())?,
            Err(Errno::Intr) => waiter.check()?,
            Err(Errno::Notsup) => {
                return transfer_when_ready(fd, direction, buffers, nonblocking, waiter);
            }
            result => return result,
        }
    }
}

/// For descriptors whose calls wait whatever they are told: await readiness, then move little.
fn transfer_when_ready(
    fd: BorrowedFd<'_>,
    direction: Direction,
    buffers: &Buffers,
    nonblocking: bool,
    waiter: &Waiter,
) -> Result<usize, Errno> {
    if nonblocking && !is_ready(fd, direction)? {
        return Err(Errno::Again);
    }
    let mut done = 0;
    for piece in buffers.pieces(PIPE_ATOMIC) {
        match done {
            0 => waiter.ready(fd, direction.ready())?,
            _ if is_ready(fd, direction)? => {}
            _ => break,
        }
        match retry(waiter, || system_call(fd, direction, &[piece], None)) {
            Ok(len) => {
                done += len;
                if len < piece.iov_len {
                    break;
                }
            }
            Err(_) if done > 0 => break,
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

/// Whether a call in this direction would not wait.
fn is_ready(fd: BorrowedFd<'_>, direction: Direction) -> Result<bool, Errno> {
    let mut fds = [rustix::event::PollFd::from_borrowed_fd(
        fd,
        direction.ready(),
    )];
    let now = rustix::event::Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    match rustix::event::poll(&mut fds, Some(&now)) {
        Ok(ready) => Ok(ready > 0),
        Err(rustix::io::Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Repeats a call that a signal broke off, unless the guest is to be stopped.
fn retry(waiter: &Waiter, mut call: impl FnMut() -> Result<usize, Errno>) -> Result<usize, Errno> {
    loop {
        match call() {
            Err(Errno::Intr) => waiter.check()?,
            result => return result,
        }
    }
}

/// `readv`, `writev`, `preadv` or `pwritev`.
fn system_call(
    fd: BorrowedFd<'_>,
    direction: Direction,
    list: &[libc::iovec],
    offset: Option<u64>,
) -> Result<usize, Errno> {
    let (fd, list, count) = (fd.as_raw_fd(), list.as_ptr(), list.len() as libc::c_int);
    // SAFETY: the iovecs name checked ranges of guest memory, which stays mapped for the call; the
    // kernel, not Rust, accesses it.
    let moved = unsafe {
        match (direction, offset) {
            (Direction::Read, None) => libc::readv(fd, list, count),
            (Direction::Write, None) => libc::writev(fd, list, count),
            (Direction::Read, Some(at)) => libc::preadv(fd, list, count, at as libc::off_t),
            (Direction::Write, Some(at)) => libc::pwritev(fd, list, count, at as libc::off_t),
        }
    };
    usize::try_from(moved).map_err(|_| Errno::last_os_error())
}

/// The same on a stream, returning `Again` rather than waiting, `Notsup` if that cannot be asked.
fn without_waiting(
    fd: BorrowedFd<'_>,
    direction: Direction,
    list: &[libc::iovec],
) -> Result<usize, Errno> {
    let (fd, list, count) = (fd.as_raw_fd(), list.as_ptr(), list.len() as libc::c_int);
    // SAFETY: as in `system_call`.
    let moved = unsafe {
        match direction {
            Direction::Read => libc::preadv2(fd, list, count, -1, libc::RWF_NOWAIT),
            Direction::Write => libc::pwritev2(fd, list, count, -1, libc::RWF_NOWAIT),
        }
    };
    usize::try_from(moved).map_err(|_| match std::io::Error::last_os_error().raw_os_error() {
        // Kernels without the calls, files without the flag.
        Some(libc::ENOSYS | libc::EOPNOTSUPP | libc::EINVAL | libc::ESPIPE) => Errno::Notsup,
        _ => Errno::last_os_error(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::AsFd;

    /// Memory with an array of iovecs at 0.
    fn memory_with(iovecs: &[Iovec], size: usize) -> Vec<u8> {
        let mut bytes = vec![0; size];
        for (i, iovec) in iovecs.iter().enumerate() {
            iovec.encode(&mut bytes[i * 8..]);
        }
        bytes
    }

    #[test]
    fn buffers_are_checked_counted_and_cut() {
        let iovecs = [
            Iovec { buf: 100, len: 0 },
            Iovec { buf: 100, len: 10 },
            Iovec { buf: 200, len: 6 },
        ];
        let mut bytes = memory_with(&iovecs, 256);
        let memory = GuestMemory::new(&mut bytes);
        let mut buffers = Buffers::gather(&memory, 0, 3).unwrap();
        assert_eq!((buffers.total(), buffers.count), (16, 2));
        buffers.truncate(12);
        assert_eq!((buffers.total(), buffers.list[1].iov_len), (12, 2));
        buffers.truncate(0);
        assert_eq!((buffers.total(), buffers.count), (0, 0));
        memory.write(20, 300u32).unwrap();
        assert_eq!(Buffers::gather(&memory, 0, 3).err(), Some(Errno::Fault));
    }

    #[test]
    fn a_pipe_moves_bytes_both_ways() {
        let (reader, writer) = std::io::pipe().unwrap();
        let mut bytes = memory_with(
            &[Iovec { buf: 100, len: 5 }, Iovec { buf: 200, len: 5 }],
            256,
        );
        bytes[100..105].copy_from_slice(b"hello");
        let memory = GuestMemory::new(&mut bytes);
        let waiter = Waiter::default();
        let out = Buffers::gather(&memory, 0, 1).unwrap();
        let into = Buffers::gather(&memory, 8, 1).unwrap();
        let read = |nonblocking| {
            transfer_stream(reader.as_fd(), Direction::Read, &into, nonblocking, &waiter)
        };
        assert_eq!(read(true), Err(Errno::Again));
        assert_eq!(
            transfer_stream(writer.as_fd(), Direction::Write, &out, false, &waiter),
            Ok(5)
        );
        assert_eq!(read(false), Ok(5));
        drop(writer);
        assert_eq!(read(false), Ok(0));
        assert_eq!(&bytes[200..205], b"hello");
    }

    #[test]
    fn the_cautious_way_moves_the_same_bytes() {
        let (reader, writer) = std::io::pipe().unwrap();
        let mut bytes = memory_with(&[Iovec { buf: 64, len: 9000 }], 10_000);
        bytes[64..9064].fill(7);
        let memory = GuestMemory::new(&mut bytes);
        let waiter = Waiter::default();
        let buffers = Buffers::gather(&memory, 0, 1).unwrap();
        let sent = transfer_when_ready(writer.as_fd(), Direction::Write, &buffers, false, &waiter);
        assert_eq!(sent, Ok(9000));
        let got = transfer_when_ready(reader.as_fd(), Direction::Read, &buffers, false, &waiter);
        assert_eq!(got, Ok(9000));
        let none = transfer_when_ready(reader.as_fd(), Direction::Read, &buffers, true, &waiter);
        assert_eq!(none, Err(Errno::Again));
    }

    #[test]
    fn streams_that_are_no_files_go_through_host_memory() {
        let mut bytes = memory_with(&[Iovec { buf: 64, len: 9000 }], 10_000);
        let memory = GuestMemory::new(&mut bytes);
        let buffers = Buffers::gather(&memory, 0, 1).unwrap();
        let mut calls = 0;
        let filled = buffers.fill(|to| {
            calls += 1;
            to.fill(3);
            Ok(to.len())
        });
        assert_eq!((filled, calls), (Ok(9000), 2));
        let mut sum = 0u32;
        let drained = buffers.drain(|from| {
            sum += from.iter().map(|byte| u32::from(*byte)).sum::<u32>();
            Ok(from.len())
        });
        assert_eq!((drained, sum), (Ok(9000), 27_000));
    }
}
