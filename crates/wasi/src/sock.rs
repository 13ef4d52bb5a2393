//! Sockets that the embedder handed over: `sock_*`.
//!
//! Preview 1 cannot open a socket. It can accept from a listening one and talk over a connected one.

use crate::errno::Errno;
use crate::io::Buffers;
use crate::memory::GuestMemory;
use crate::process::Process;
use crate::rights::Rights;
use crate::table::{Descriptor, Object, SocketObject};
use crate::types::{FdFlags, Filetype, known_bits};
use crate::wait::Waiter;
use rustix::event::PollFlags;
use rustix::net::{Shutdown, SocketFlags, SocketType, sockopt};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

/// A descriptor for a socket that is handed over.
pub(crate) fn inherited(fd: OwnedFd) -> Descriptor {
    let filetype = match sockopt::socket_type(&fd) {
        Ok(SocketType::DGRAM) => Filetype::SocketDgram,
        _ => Filetype::SocketStream,
    };
    let listening = sockopt::socket_acceptconn(&fd).unwrap_or(false);
    let rights = if listening {
        Rights::LISTENER
    } else {
        Rights::SOCKET
    };
    let inheriting = if listening {
        Rights::SOCKET
    } else {
        Rights::NONE
    };
    Descriptor {
        inheriting,
        ..Descriptor::new(Object::Socket(SocketObject { fd, filetype }), rights)
    }
}

/// `sock_accept`: takes the next connection.
pub(crate) fn sock_accept(
    ctx: &mut Process,
    memory: GuestMemory<'_>,
    fd: u32,
    flags: u32,
    result: u32,
) -> Result<(), Errno> {
    let flags = FdFlags::decode(flags)?;
    if flags != FdFlags::NONE && flags != FdFlags::NONBLOCK {
        return Err(Errno::Inval);
    }
    memory.range(result, 4)?;
    let (descriptor, listener) = socket(ctx, fd, Rights::SOCK_ACCEPT)?;
    let fd = accept(listener, descriptor.is_nonblocking(), &ctx.waiter)?;
    let object = SocketObject {
        fd,
        filetype: Filetype::SocketStream,
    };
    let rights = descriptor.inheriting;
    let mut accepted = Descriptor::new(Object::Socket(object), rights);
    accepted.flags = flags;
    let number = ctx.table.insert(accepted)?;
    memory.write(result, number)
}

fn accept(listener: &SocketObject, nonblocking: bool, waiter: &Waiter) -> Result<OwnedFd, Errno> {
    loop {
        // The listener may be a blocking one that others share, so readiness comes first.
        if !nonblocking {
            waiter.ready(listener.fd.as_fd(), PollFlags::IN)?;
        } else if !is_readable(listener)? {
            return Err(Errno::Again);
        }
        match rustix::net::accept_with(&listener.fd, SocketFlags::CLOEXEC) {
            Ok(fd) => return Ok(fd),
            Err(rustix::io::Errno::AGAIN) if nonblocking => return Err(Errno::Again),
            Err(rustix::io::Errno::AGAIN | rustix::io::Errno::INTR) => waiter.check()?,
            Err(error) => return Err(error.into()),
        }
    }
}

fn is_readable(socket: &SocketObject) -> Result<bool, Errno> {
    let mut fds = [rustix::event::PollFd::new(&socket.fd, PollFlags::IN)];
    let now = rustix::event::Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    Ok(rustix::event::poll(&mut fds, Some(&now))? > 0)
}

/// `sock_recv`: receives a message, or part of a stream.
pub(crate) fn sock_recv(
    ctx: &mut Process,
    memory: GuestMemory<'_>,
    fd: u32,
    iovs: u32,
    iovs_len: u32,
    flags: u32,
    result: u32,
    result_flags: u32,
) -> Result<(), Errno> {
    let flags = known_bits(flags, 3)?;
    let peek = flags & 1 != 0;
    let all = flags & 2 != 0 && !peek;
    let (descriptor, socket) = socket(ctx, fd, Rights::FD_READ)?;
    let mut buffers = Buffers::gather(&memory, iovs, iovs_len)?;
    let nonblocking = descriptor.is_nonblocking();
    let (mut len, mut truncated) = receive(socket, &buffers, peek, nonblocking, &ctx.waiter)?;
    let mut last = len;
    while all && last > 0 && last < buffers.total() {
        buffers.advance(last);
        match receive(socket, &buffers, false, nonblocking, &ctx.waiter) {
            Ok((more, cut)) => (last, truncated) = (more, cut),
            Err(_) => break,
        }
        len += last;
    }
    memory.write(result, len as u32)?;
    memory.write(result_flags, u16::from(truncated))
}

/// `sock_send`: sends a message, or part of a stream.
pub(crate) fn sock_send(
    ctx: &mut Process,
    memory: GuestMemory<'_>,
    fd: u32,
    iovs: u32,
    iovs_len: u32,
    flags: u32,
    result: u32,
) -> Result<(), Errno> {
    known_bits(flags, 0)?;
    let (descriptor, socket) = socket(ctx, fd, Rights::FD_WRITE)?;
    let buffers = Buffers::gather(&memory, iovs, iovs_len)?;
    let len = send(socket, &buffers, descriptor.is_nonblocking(), &ctx.waiter)?;
    memory.write(result, len as u32)
}

/// `sock_shutdown`: ends one direction or both.
pub(crate) fn sock_shutdown(
    ctx: &mut Process,
    _: GuestMemory<'_>,
    fd: u32,
    how: u32,
) -> Result<(), Errno> {
    let how = match how {
        1 => Shutdown::Read,
        2 => Shutdown::Write,
        3 => Shutdown::Both,
        _ => return Err(Errno::Inval),
    };
    let (_, socket) = socket(ctx, fd, Rights::SOCK_SHUTDOWN)?;
    Ok(rustix::net::shutdown(&socket.fd, how)?)
}

fn socket(ctx: &Process, fd: u32, right: Rights) -> Result<(&Descriptor, &SocketObject), Errno> {
    let descriptor = ctx.table.get(fd)?;
    let Object::Socket(socket) = &descriptor.object else {
        return Err(Errno::Notsock);
    };
    descriptor.base.require(right)?;
    Ok((descriptor, socket))
}

/// Receives into guest memory; also says whether a message was cut off.
pub(crate) fn receive(
    socket: &SocketObject,
    buffers: &Buffers,
    peek: bool,
    nonblocking: bool,
    waiter: &Waiter,
) -> Result<(usize, bool), Errno> {
    let mut message = buffers.message();
    let flags = libc::MSG_DONTWAIT | if peek { libc::MSG_PEEK } else { 0 };
    let len = exchange(socket, PollFlags::IN, nonblocking, waiter, |fd| {
        // SAFETY: the message names checked ranges of guest memory, which the kernel writes.
        unsafe { libc::recvmsg(fd, &mut message, flags) }
    })?;
    Ok((len, message.msg_flags & libc::MSG_TRUNC != 0))
}

/// Sends from guest memory.
pub(crate) fn send(
    socket: &SocketObject,
    buffers: &Buffers,
    nonblocking: bool,
    waiter: &Waiter,
) -> Result<usize, Errno> {
    let message = buffers.message();
    exchange(socket, PollFlags::OUT, nonblocking, waiter, |fd| {
        // SAFETY: the message names checked ranges of guest memory, which the kernel reads.
        unsafe { libc::sendmsg(fd, &message, libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL) }
    })
}

/// Repeats a call that never waits until it has done something.
fn exchange(
    socket: &SocketObject,
    events: PollFlags,
    nonblocking: bool,
    waiter: &Waiter,
    mut call: impl FnMut(libc::c_int) -> libc::ssize_t,
) -> Result<usize, Errno> {
    loop {
        match usize::try_from(call(socket.fd.as_raw_fd())) {
            Ok(len) => return Ok(len),
            Err(_) => match Errno::last_os_error() {
                Errno::Again if !nonblocking => waiter.ready(socket.fd.as_fd(), events)?,
                Errno::Intr => waiter.check()?,
                error => return Err(error),
            },
        }
    }
}
