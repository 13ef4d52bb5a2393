//! Descriptors: reading, writing, seeking and what is known of them (`fd_*`).

use crate::errno::Errno;
use crate::io::{self, Buffers, Direction};
use crate::memory::GuestMemory;
use crate::process::Process;
use crate::rights::Rights;
use crate::sock;
use crate::table::{Descriptor, FileObject, HostFd, Object};
use crate::types::{FdFlags, Fdstat, Filestat, NewTime, Prestat};
use rustix::fs::{Advice, FallocateFlags, OFlags, SeekFrom, Timespec, Timestamps};
use std::num::NonZeroU64;
use std::os::fd::AsFd;

/// `fd_advise`: how a range of a file will be used.
pub(crate) fn fd_advise(
    ctx: &mut Process,
    _: GuestMemory<'_>,
    fd: u32,
    offset: u64,
    len: u64,
    advice: u32,
) -> Result<(), Errno> {
    let advice = match advice {
        0 => Advice::Normal,
        1 => Advice::Sequential,
        2 => Advice::Random,
        3 => Advice::WillNeed,
        4 => Advice::DontNeed,
        5 => Advice::NoReuse,
        _ => return Err(Errno::Inval),
    };
    let file = file(ctx, fd, Rights::FD_ADVISE)?;
    Ok(rustix::fs::fadvise(
        file.fd.as_fd(),
        offset,
        NonZeroU64::new(len),
        advice,
    )?)
}

/// `fd_allocate`: makes sure that a range of a file has room on the disk.
pub(crate) fn fd_allocate(
    ctx: &mut Process,
    _: GuestMemory<'_>,
    fd: u32,
    offset: u64,
    len: u64,
) -> Result<(), Errno> {
    let file = file(ctx, fd, Rights::FD_ALLOCATE)?;
    file.permissions.require_file_write()?;
    ctx.quota.require(len)?;
    rustix::fs::fallocate(file.fd.as_fd(), FallocateFlags::empty(), offset, len)?;
    ctx.quota.spend(len);
    Ok(())
}

/// `fd_close`.
pub(crate) fn fd_close(ctx: &mut Process, _: GuestMemory<'_>, fd: u32) -> Result<(), Errno> {
    match ctx.table.remove(fd)?.object {
        Object::Output(mut output) => Ok(output.flush()?),
        _ => Ok(()),
    }
}

/// `fd_datasync`: waits until the data of a file is on the disk.
pub(crate) fn fd_datasync(ctx: &mut Process, _: GuestMemory<'_>, fd: u32) -> Result<(), Errno> {
    synchronize(ctx, fd, Rights::FD_DATASYNC, |fd| rustix::fs::fdatasync(fd))
}

/// `fd_sync`: waits until data and metadata of a file are on the disk.
pub(crate) fn fd_sync(ctx: &mut Process, _: GuestMemory<'_>, fd: u32) -> Result<(), Errno> {
    synchronize(ctx, fd, Rights::FD_SYNC, |fd| rustix::fs::fsync(fd))
}

fn synchronize(
    ctx: &mut Process,
    fd: u32,
    right: Rights,
    host: impl Fn(std::os::fd::BorrowedFd<'_>) -> rustix::io::Result<()>,
) -> Result<(), Errno> {
    let descriptor = ctx.table.get_mut(fd)?;
    descriptor.base.require(right)?;
    match &mut descriptor.object {
        Object::Dir(dir) => Ok(host(dir.dir.as_fd())?),
        Object::File(file) => Ok(host(file.fd.as_fd())?),
        Object::Output(output) => Ok(output.flush()?),
        // Nothing is kept back here.
        Object::Stream(_) | Object::Socket(_) | Object::Input(_) => Ok(()),
    }
}

/// `fd_fdstat_get`: kind, flags and rights of a descriptor.
pub(crate) fn fd_fdstat_get(
    ctx: &mut Process,
    memory: GuestMemory<'_>,
    fd: u32,
    result: u32,
) -> Result<(), Errno> {
    let descriptor = ctx.table.get(fd)?;
    memory.write(
        result,
        Fdstat {
            filetype: descriptor.object.filetype(),
            flags: descriptor.flags,
            base: descriptor.base,
            inheriting: descriptor.inheriting,
        },
    )
}

/// `fd_fdstat_set_flags`: changes `append` and `nonblock`; the others are fixed by opening.
pub(crate) fn fd_fdstat_set_flags(
    ctx: &mut Process,
    _: GuestMemory<'_>,
    fd: u32,
    flags: u32,
) -> Result<(), Errno> {
    let flags = FdFlags::decode(flags)?;
    let descriptor = ctx.table.get_mut(fd)?;
    descriptor.base.require(Rights::FD_FDSTAT_SET_FLAGS)?;
    if flags.synchronous() != descriptor.flags.synchronous() {
        return Err(Errno::Notsup);
    }
    if let Object::Dir(_) = descriptor.object {
        return if flags == FdFlags::NONE {
            Ok(())
        } else {
            Err(Errno::Inval)
        };
    }
    set_append(descriptor, flags.contains(FdFlags::APPEND))?;
    descriptor.flags = flags;
    Ok(())
}

/// Makes a file append or not. Streams always do, and a descriptor that belongs to the whole process
/// is not ours to change.
fn set_append(descriptor: &Descriptor, append: bool) -> Result<(), Errno> {
    let Object::File(file) = &descriptor.object else {
        return Ok(());
    };
    if append == descriptor.flags.contains(FdFlags::APPEND) {
        return Ok(());
    }
    let HostFd::Owned(fd) = &file.fd else {
        return Err(Errno::Notsup);
    };
    let mut flags = rustix::fs::fcntl_getfl(fd)?;
    flags.set(OFlags::APPEND, append);
    Ok(rustix::fs::fcntl_setfl(fd, flags)?)
}

/// `fd_fdstat_set_rights`: gives rights up. They never come back.
pub(crate) fn fd_fdstat_set_rights(
    ctx: &mut Process,
    _: GuestMemory<'_>,
    fd: u32,
    base: u64,
    inheriting: u64,
) -> Result<(), Errno> {
    let descriptor = ctx.table.get_mut(fd)?;
    let (base, inheriting) = (Rights(base), Rights(inheriting));
    descriptor.base.require(base)?;
    descriptor.inheriting.require(inheriting)?;
    descriptor.base = base;
    descriptor.inheriting = inheriting;
    Ok(())
}

/// `fd_filestat_get`: what is known of the file.
pub(crate) fn fd_filestat_get(
    ctx: &mut Process,
    memory: GuestMemory<'_>,
    fd: u32,
    result: u32,
) -> Result<(), Errno> {
    memory.write(result, filestat(ctx, fd)?)
}

pub(crate) fn filestat(ctx: &Process, fd: u32) -> Result<Filestat, Errno> {
    let descriptor = ctx.table.with(fd, Rights::FD_FILESTAT_GET)?;
    let filetype = descriptor.object.filetype();
    Ok(match descriptor.object.host_fd() {
        Some(host) => Filestat {
            filetype,
            ..Filestat::from_stat(&rustix::fs::fstat(host)?)
        },
        None => Filestat::of_stream(filetype),
    })
}

/// `fd_filestat_set_size`: cuts a file off, or extends it with zeros.
pub(crate) fn fd_filestat_set_size(
    ctx: &mut Process,
    _: GuestMemory<'_>,
    fd: u32,
    size: u64,
) -> Result<(), Errno> {
    let file = file(ctx, fd, Rights::FD_FILESTAT_SET_SIZE)?;
    file.permissions.require_file_write()?;
    let old = Filestat::from_stat(&rustix::fs::fstat(file.fd.as_fd())?).size;
    let growth = size.saturating_sub(old);
    ctx.quota.require(growth)?;
    rustix::fs::ftruncate(file.fd.as_fd(), size)?;
    ctx.quota.spend(growth);
    Ok(())
}

/// `fd_filestat_set_times`: sets the times of last access and modification.
pub(crate) fn fd_filestat_set_times(
    ctx: &mut Process,
    _: GuestMemory<'_>,
    fd: u32,
    atim: u64,
    mtim: u64,
    flags: u32,
) -> Result<(), Errno> {
    let (atim, mtim) = NewTime::decode(flags, atim, mtim)?;
    let descriptor = ctx.table.with(fd, Rights::FD_FILESTAT_SET_TIMES)?;
    match &descriptor.object {
        Object::Dir(dir) => dir.permissions.require_dir_write()?,
        Object::File(file) => file.permissions.require_file_write()?,
        _ => return Err(Errno::Inval),
    }
    let times = Timestamps {
        last_access: timespec(atim),
        last_modification: timespec(mtim),
    };
    let host = descriptor.object.host_fd().ok_or(Errno::Inval)?;
    Ok(rustix::fs::futimens(host, &times)?)
}

fn timespec(time: NewTime) -> Timespec {
    let special = |tv_nsec| Timespec { tv_sec: 0, tv_nsec };
    match time {
        NewTime::Keep => special(rustix::fs::UTIME_OMIT),
        NewTime::Now => special(rustix::fs::UTIME_NOW),
        NewTime::At(nanoseconds) => Timespec {
            tv_sec: (nanoseconds / 1_000_000_000) as i64,
            tv_nsec: (nanoseconds % 1_000_000_000) as i64,
        },
    }
}

/// `fd_read`: reads at the file's position.
pub(crate) fn fd_read(
    ctx: &mut Process,
    memory: GuestMemory<'_>,
    fd: u32,
    iovs: u32,
    iovs_len: u32,
    result: u32,
) -> Result<(), Errno> {
    let descriptor = ctx.table.get_mut(fd)?;
    descriptor.base.require(Rights::FD_READ)?;
    let buffers = Buffers::gather(&memory, iovs, iovs_len)?;
    let nonblocking = descriptor.is_nonblocking();
    let read = match &mut descriptor.object {
        Object::File(file) => io::transfer_file(
            file.fd.as_fd(),
            Direction::Read,
            &buffers,
            None,
            &ctx.waiter,
        ),
        Object::Stream(stream) => io::transfer_stream(
            stream.fd.as_fd(),
            Direction::Read,
            &buffers,
            nonblocking,
            &ctx.waiter,
        ),
        Object::Input(input) => {
            if let Some(host) = input.poll_fd() {
                await_unless(nonblocking, host, rustix::event::PollFlags::IN, &ctx.waiter)?;
            }
            buffers.fill(|buf| input.read(buf))
        }
        Object::Socket(socket) => {
            sock::receive(socket, &buffers, false, nonblocking, &ctx.waiter).map(|(len, _)| len)
        }
        Object::Dir(_) => Err(Errno::Isdir),
        Object::Output(_) => Err(Errno::Badf),
    }?;
    memory.write(result, read as u32)
}

fn await_unless(
    nonblocking: bool,
    fd: std::os::fd::BorrowedFd<'_>,
    events: rustix::event::PollFlags,
    waiter: &crate::wait::Waiter,
) -> Result<(), Errno> {
    if nonblocking {
        Ok(())
    } else {
        waiter.ready(fd, events)
    }
}

/// `fd_write`: writes at the file's position.
pub(crate) fn fd_write(
    ctx: &mut Process,
    memory: GuestMemory<'_>,
    fd: u32,
    iovs: u32,
    iovs_len: u32,
    result: u32,
) -> Result<(), Errno> {
    let descriptor = ctx.table.get_mut(fd)?;
    descriptor.base.require(Rights::FD_WRITE)?;
    let mut buffers = Buffers::gather(&memory, iovs, iovs_len)?;
    let nonblocking = descriptor.is_nonblocking();
    let written = match &mut descriptor.object {
        Object::File(file) => {
            file.permissions.require_file_write()?;
            let counted = matches!(file.fd, HostFd::Owned(_));
            if counted {
                buffers.truncate(ctx.quota.allowance(buffers.total() as u64)? as usize);
            }
            let fd = file.fd.as_fd();
            let len = io::transfer_file(fd, Direction::Write, &buffers, None, &ctx.waiter)?;
            if counted {
                ctx.quota.spend(len as u64);
            }
            Ok(len)
        }
        Object::Stream(stream) => io::transfer_stream(
            stream.fd.as_fd(),
            Direction::Write,
            &buffers,
            nonblocking,
            &ctx.waiter,
        ),
        Object::Output(output) => {
            if let Some(host) = output.poll_fd() {
                await_unless(
                    nonblocking,
                    host,
                    rustix::event::PollFlags::OUT,
                    &ctx.waiter,
                )?;
            }
            buffers.drain(|buf| output.write(buf))
        }
        Object::Socket(socket) => sock::send(socket, &buffers, nonblocking, &ctx.waiter),
        Object::Dir(_) => Err(Errno::Isdir),
        Object::Input(_) => Err(Errno::Badf),
    }?;
    memory.write(result, written as u32)
}

/// `fd_pread`: reads at an offset; the position stays.
pub(crate) fn fd_pread(
    ctx: &mut Process,
    memory: GuestMemory<'_>,
    fd: u32,
    iovs: u32,
    iovs_len: u32,
    offset: u64,
    result: u32,
) -> Result<(), Errno> {
    let file = file(ctx, fd, Rights::FD_READ | Rights::FD_SEEK)?;
    let buffers = Buffers::gather(&memory, iovs, iovs_len)?;
    let fd = file.fd.as_fd();
    let read = io::transfer_file(fd, Direction::Read, &buffers, Some(offset), &ctx.waiter)?;
    memory.write(result, read as u32)
}

/// `fd_pwrite`: writes at an offset; the position stays.
pub(crate) fn fd_pwrite(
    ctx: &mut Process,
    memory: GuestMemory<'_>,
    fd: u32,
    iovs: u32,
    iovs_len: u32,
    offset: u64,
    result: u32,
) -> Result<(), Errno> {
    let file = file(ctx, fd, Rights::FD_WRITE | Rights::FD_SEEK)?;
    file.permissions.require_file_write()?;
    let mut buffers = Buffers::gather(&memory, iovs, iovs_len)?;
    let counted = matches!(file.fd, HostFd::Owned(_));
    if counted {
        buffers.truncate(ctx.quota.allowance(buffers.total() as u64)? as usize);
    }
    let fd = file.fd.as_fd();
    let written = io::transfer_file(fd, Direction::Write, &buffers, Some(offset), &ctx.waiter)?;
    if counted {
        ctx.quota.spend(written as u64);
    }
    memory.write(result, written as u32)
}

/// `fd_prestat_get`: whether the descriptor is a directory granted from the start.
pub(crate) fn fd_prestat_get(
    ctx: &mut Process,
    memory: GuestMemory<'_>,
    fd: u32,
    result: u32,
) -> Result<(), Errno> {
    let name_len = preopen_name(ctx, fd)?.len() as u32;
    memory.write(result, Prestat { name_len })
}

/// `fd_prestat_dir_name`: the guest's name for such a directory.
pub(crate) fn fd_prestat_dir_name(
    ctx: &mut Process,
    memory: GuestMemory<'_>,
    fd: u32,
    path: u32,
    path_len: u32,
) -> Result<(), Errno> {
    let name = preopen_name(ctx, fd)?;
    if (path_len as usize) < name.len() {
        return Err(Errno::Nametoolong);
    }
    memory.copy_out(path, name.as_bytes())
}

/// `Badf` is what ends a C library's search for granted directories.
fn preopen_name(ctx: &Process, fd: u32) -> Result<&str, Errno> {
    match &ctx.table.get(fd)?.object {
        Object::Dir(dir) if dir.preopened => Ok(&dir.name.guest),
        _ => Err(Errno::Badf),
    }
}

/// `fd_renumber`: gives a descriptor the number of another, which is closed.
pub(crate) fn fd_renumber(
    ctx: &mut Process,
    _: GuestMemory<'_>,
    from: u32,
    to: u32,
) -> Result<(), Errno> {
    ctx.table.renumber(from, to)
}

/// `fd_seek`: moves the position of a file.
pub(crate) fn fd_seek(
    ctx: &mut Process,
    memory: GuestMemory<'_>,
    fd: u32,
    offset: i64,
    whence: u32,
    result: u32,
) -> Result<(), Errno> {
    let position = match whence {
        0 => SeekFrom::Start(u64::try_from(offset).map_err(|_| Errno::Inval)?),
        1 => SeekFrom::Current(offset),
        2 => SeekFrom::End(offset),
        _ => return Err(Errno::Inval),
    };
    // Asking where one is takes less than moving.
    let right = if whence == 1 && offset == 0 {
        Rights::FD_TELL
    } else {
        Rights::FD_SEEK
    };
    memory.write(result, seek(ctx, fd, right, position)?)
}

/// `fd_tell`: the position of a file.
pub(crate) fn fd_tell(
    ctx: &mut Process,
    memory: GuestMemory<'_>,
    fd: u32,
    result: u32,
) -> Result<(), Errno> {
    memory.write(
        result,
        seek(ctx, fd, Rights::FD_TELL, SeekFrom::Current(0))?,
    )
}

fn seek(ctx: &Process, fd: u32, right: Rights, position: SeekFrom) -> Result<u64, Errno> {
    let file = file(ctx, fd, right)?;
    Ok(rustix::fs::seek(file.fd.as_fd(), position)?)
}

/// A file that must have `rights`: `Spipe` for what has no position.
fn file(ctx: &Process, fd: u32, rights: Rights) -> Result<&FileObject, Errno> {
    let descriptor = ctx.table.get(fd)?;
    match &descriptor.object {
        Object::File(file) => {
            descriptor.base.require(rights)?;
            Ok(file)
        }
        Object::Dir(_) => Err(Errno::Isdir),
        Object::Stream(_) | Object::Input(_) | Object::Output(_) | Object::Socket(_) => {
            Err(Errno::Spipe)
        }
    }
}
