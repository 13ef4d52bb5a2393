//! Paths: everything that looks a name up in a directory (`path_*`).
//!
//! The sandbox itself is cap-std's: a path is resolved below its directory and neither `..` nor a
//! symbolic link leads out. What is added here are rights and permissions on *every* directory that
//! a call names, and trailing slashes: they are cut off and their meaning ("this is a directory") is
//! checked apart, so that no host call ever sees one.

use crate::errno::{Errno, Refusal};
use crate::memory::GuestMemory;
use crate::process::Process;
use crate::quota::ENTRY_COST;
use crate::rights::{FilePerms, Rights};
use crate::table::{DirObject, Table};
use crate::types::{Filestat, NewTime, follows_symlink, nanoseconds};
use cap_fs_ext::{DirExt, SystemTimeSpec};
use cap_std::fs::{Dir, Metadata, MetadataExt};
use cap_std::time::{Duration, SystemTime};

/// A guest's path without its trailing slashes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Path<'p> {
    /// What is left; never empty.
    pub(crate) name: &'p str,
    /// Whether there were slashes: the path then means a directory, links being followed.
    pub(crate) must_be_dir: bool,
}

impl<'p> Path<'p> {
    pub(crate) fn new(path: &'p str) -> Result<Self, Refusal> {
        if path.starts_with('/') {
            return Err(Refusal::Outside);
        }
        let name = path.trim_end_matches('/');
        if name.is_empty() {
            return Err(Errno::Noent.into());
        }
        Ok(Self {
            name,
            must_be_dir: name.len() < path.len(),
        })
    }
}

/// What a path names, the last link followed or not.
fn metadata(dir: &Dir, path: Path<'_>, follow: bool) -> Result<Metadata, Refusal> {
    let metadata = if follow || path.must_be_dir {
        dir.metadata(path.name)?
    } else {
        dir.symlink_metadata(path.name)?
    };
    if path.must_be_dir && !metadata.is_dir() {
        return Err(Errno::Notdir.into());
    }
    Ok(metadata)
}

/// The kind of what a name itself is, no link followed.
fn is_dir(dir: &Dir, name: &str) -> Result<bool, Refusal> {
    Ok(dir.symlink_metadata(name)?.is_dir())
}

/// `path_create_directory`.
pub(crate) fn path_create_directory(
    ctx: &mut Process,
    memory: GuestMemory<'_>,
    fd: u32,
    path: u32,
    len: u32,
) -> Result<(), Errno> {
    let path = memory.path(path, len)?;
    create_directory(ctx, fd, &path).map_err(|refusal| ctx.refused(fd, &path, refusal))
}

fn create_directory(ctx: &mut Process, fd: u32, path: &str) -> Result<(), Refusal> {
    let (_, dir) = ctx.table.dir(fd, Rights::PATH_CREATE_DIRECTORY)?;
    let path = Path::new(path)?;
    dir.permissions.require_dir_write()?;
    ctx.quota.require(ENTRY_COST)?;
    dir.dir.create_dir(path.name)?;
    ctx.quota.spend(ENTRY_COST);
    Ok(())
}

/// `path_filestat_get`: what is known of a file.
pub(crate) fn path_filestat_get(
    ctx: &mut Process,
    memory: GuestMemory<'_>,
    fd: u32,
    lookup: u32,
    path: u32,
    len: u32,
    result: u32,
) -> Result<(), Errno> {
    let stat = filestat(ctx, memory, fd, lookup, path, len)?;
    memory.write(result, stat)
}

pub(crate) fn filestat(
    ctx: &mut Process,
    memory: GuestMemory<'_>,
    fd: u32,
    lookup: u32,
    path: u32,
    len: u32,
) -> Result<Filestat, Errno> {
    let follow = follows_symlink(lookup)?;
    let path = memory.path(path, len)?;
    look_up(&ctx.table, fd, follow, &path).map_err(|refusal| ctx.refused(fd, &path, refusal))
}

fn look_up(table: &Table, fd: u32, follow: bool, path: &str) -> Result<Filestat, Refusal> {
    let (_, dir) = table.dir(fd, Rights::PATH_FILESTAT_GET)?;
    let metadata = metadata(&dir.dir, Path::new(path)?, follow)?;
    let kind = rustix::fs::FileType::from_raw_mode(metadata.mode());
    Ok(Filestat {
        dev: metadata.dev(),
        ino: metadata.ino(),
        filetype: kind.into(),
        nlink: metadata.nlink(),
        size: metadata.size(),
        atim: nanoseconds(metadata.atime(), metadata.atime_nsec()),
        mtim: nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
        ctim: nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
    })
}

/// `path_filestat_set_times`: sets the times of last access and modification.
pub(crate) fn path_filestat_set_times(
    ctx: &mut Process,
    memory: GuestMemory<'_>,
    fd: u32,
    lookup: u32,
    path: u32,
    len: u32,
    atim: u64,
    mtim: u64,
    flags: u32,
) -> Result<(), Errno> {
    let follow = follows_symlink(lookup)?;
    let times = NewTime::decode(flags, atim, mtim)?;
    let path = memory.path(path, len)?;
    set_times(&ctx.table, fd, follow, &path, times)
        .map_err(|refusal| ctx.refused(fd, &path, refusal))
}

fn set_times(
    table: &Table,
    fd: u32,
    follow: bool,
    path: &str,
    (atim, mtim): (NewTime, NewTime),
) -> Result<(), Refusal> {
    let (_, dir) = table.dir(fd, Rights::PATH_FILESTAT_SET_TIMES)?;
    let path = Path::new(path)?;
    dir.permissions.require_file_write()?;
    if path.must_be_dir {
        metadata(&dir.dir, path, follow)?;
    }
    let (atim, mtim) = (time_spec(atim), time_spec(mtim));
    if follow || path.must_be_dir {
        dir.dir.set_times(path.name, atim, mtim)?;
    } else {
        dir.dir.set_symlink_times(path.name, atim, mtim)?;
    }
    Ok(())
}

fn time_spec(time: NewTime) -> Option<SystemTimeSpec> {
    match time {
        NewTime::Keep => None,
        NewTime::Now => Some(SystemTimeSpec::SymbolicNow),
        NewTime::At(nanoseconds) => {
            // At most 584 years: no overflow.
            let since = Duration::from_nanos(nanoseconds);
            let epoch = SystemTime::from_std(std::time::SystemTime::UNIX_EPOCH);
            Some(SystemTimeSpec::Absolute(epoch + since))
        }
    }
}

/// `path_link`: another name for a file. A symbolic link is linked itself, never followed.
pub(crate) fn path_link(
    ctx: &mut Process,
    memory: GuestMemory<'_>,
    old_fd: u32,
    lookup: u32,
    old: u32,
    old_len: u32,
    new_fd: u32,
    new: u32,
    new_len: u32,
) -> Result<(), Errno> {
    if follows_symlink(lookup)? {
        return Err(Errno::Inval);
    }
    let (old, new) = (memory.path(old, old_len)?, memory.path(new, new_len)?);
    link(ctx, (old_fd, &old), (new_fd, &new))
        .map_err(|(fd, path, refusal)| ctx.refused(fd, path, refusal))
}

/// One side of a call with two paths.
type Side<'p> = (u32, &'p str);

/// Says which side was refused.
fn on<'p, T>(
    (fd, path): Side<'p>,
    result: Result<T, Refusal>,
) -> Result<T, (u32, &'p str, Refusal)> {
    result.map_err(|refusal| (fd, path, refusal))
}

fn link<'p>(
    ctx: &mut Process,
    old: Side<'p>,
    new: Side<'p>,
) -> Result<(), (u32, &'p str, Refusal)> {
    let (from, to) = both_sides(
        &ctx.table,
        (old, Rights::PATH_LINK_SOURCE),
        (new, Rights::PATH_LINK_TARGET),
    )?;
    let old_path = on(old, Path::new(old.1))?;
    let new_path = on(new, Path::new(new.1))?;
    if old_path.must_be_dir {
        on(old, metadata(&from.dir, old_path, true))?;
        return on(old, Err(Errno::Perm.into()));
    }
    on(new, new_name_is_free(&to.dir, new_path))?;
    on(new, ctx.quota.require(ENTRY_COST).map_err(Refusal::from))?;
    on(
        new,
        from.dir
            .hard_link(old_path.name, &to.dir, new_path.name)
            .map_err(Refusal::from),
    )?;
    ctx.quota.spend(ENTRY_COST);
    Ok(())
}

/// The directories of both sides, with the rights and permissions that moving or linking a file from
/// one to the other takes: writing in both, and that the file does not become writable on the way.
fn both_sides<'t, 'p>(
    table: &'t Table,
    (old, old_rights): (Side<'p>, Rights),
    (new, new_rights): (Side<'p>, Rights),
) -> Result<(&'t DirObject, &'t DirObject), (u32, &'p str, Refusal)> {
    let (_, from) = on(old, table.dir(old.0, old_rights).map_err(Refusal::from))?;
    let (_, to) = on(new, table.dir(new.0, new_rights).map_err(Refusal::from))?;
    on(old, from.permissions.require_dir_write())?;
    on(new, to.permissions.require_dir_write())?;
    if to.permissions.files == FilePerms::ReadWrite {
        on(old, from.permissions.require_file_write())?;
    }
    Ok((from, to))
}

/// A name with a trailing slash is never one for a new file: `Exist` if something has it, else
/// `Noent`, as the host says.
fn new_name_is_free(dir: &Dir, path: Path<'_>) -> Result<(), Refusal> {
    if path.must_be_dir {
        dir.symlink_metadata(path.name)?;
        return Err(Errno::Exist.into());
    }
    Ok(())
}

/// `path_readlink`: what a symbolic link says, as much as fits.
pub(crate) fn path_readlink(
    ctx: &mut Process,
    memory: GuestMemory<'_>,
    fd: u32,
    path: u32,
    len: u32,
    buf: u32,
    buf_len: u32,
    result: u32,
) -> Result<(), Errno> {
    let path = memory.path(path, len)?;
    let target =
        readlink(&ctx.table, fd, &path).map_err(|refusal| ctx.refused(fd, &path, refusal))?;
    let fitting = target.len().min(buf_len as usize);
    memory.copy_out(buf, &target.as_bytes()[..fitting])?;
    memory.write(result, fitting as u32)
}

fn readlink(table: &Table, fd: u32, path: &str) -> Result<String, Refusal> {
    let (_, dir) = table.dir(fd, Rights::PATH_READLINK)?;
    let path = Path::new(path)?;
    if path.must_be_dir {
        // The link would be followed to a directory, which is no link.
        metadata(&dir.dir, path, true)?;
        return Err(Errno::Inval.into());
    }
    let target = dir.dir.read_link(path.name)?;
    target
        .into_os_string()
        .into_string()
        .map_err(|_| Errno::Ilseq.into())
}

/// `path_remove_directory`: removes an empty directory.
pub(crate) fn path_remove_directory(
    ctx: &mut Process,
    memory: GuestMemory<'_>,
    fd: u32,
    path: u32,
    len: u32,
) -> Result<(), Errno> {
    let path = memory.path(path, len)?;
    remove_directory(&ctx.table, fd, &path).map_err(|refusal| ctx.refused(fd, &path, refusal))
}

fn remove_directory(table: &Table, fd: u32, path: &str) -> Result<(), Refusal> {
    let (_, dir) = table.dir(fd, Rights::PATH_REMOVE_DIRECTORY)?;
    let path = Path::new(path)?;
    dir.permissions.require_dir_write()?;
    Ok(dir.dir.remove_dir(path.name)?)
}

/// `path_rename`: moves a file or directory.
pub(crate) fn path_rename(
    ctx: &mut Process,
    memory: GuestMemory<'_>,
    old_fd: u32,
    old: u32,
    old_len: u32,
    new_fd: u32,
    new: u32,
    new_len: u32,
) -> Result<(), Errno> {
    let (old, new) = (memory.path(old, old_len)?, memory.path(new, new_len)?);
    rename(&ctx.table, (old_fd, &old), (new_fd, &new))
        .map_err(|(fd, path, refusal)| ctx.refused(fd, path, refusal))
}

fn rename<'p>(table: &Table, old: Side<'p>, new: Side<'p>) -> Result<(), (u32, &'p str, Refusal)> {
    let (from, to) = both_sides(
        table,
        (old, Rights::PATH_RENAME_SOURCE),
        (new, Rights::PATH_RENAME_TARGET),
    )?;
    let old_path = on(old, Path::new(old.1))?;
    let new_path = on(new, Path::new(new.1))?;
    if (old_path.must_be_dir || new_path.must_be_dir) && !on(old, is_dir(&from.dir, old_path.name))?
    {
        return on(old, Err(Errno::Notdir.into()));
    }
    on(
        new,
        from.dir
            .rename(old_path.name, &to.dir, new_path.name)
            .map_err(Refusal::from),
    )
}

/// `path_symlink`: makes a symbolic link. An absolute one is refused: the guest could not follow it,
/// and a program outside the sandbox might.
pub(crate) fn path_symlink(
    ctx: &mut Process,
    memory: GuestMemory<'_>,
    target: u32,
    target_len: u32,
    fd: u32,
    path: u32,
    len: u32,
) -> Result<(), Errno> {
    let (target, path) = (memory.path(target, target_len)?, memory.path(path, len)?);
    symlink(ctx, &target, fd, &path).map_err(|refusal| ctx.refused(fd, &path, refusal))
}

fn symlink(ctx: &mut Process, target: &str, fd: u32, path: &str) -> Result<(), Refusal> {
    let (_, dir) = ctx.table.dir(fd, Rights::PATH_SYMLINK)?;
    let path = Path::new(path)?;
    dir.permissions.require_dir_write()?;
    if target.starts_with('/') {
        return Err(Errno::Notcapable.into());
    }
    new_name_is_free(&dir.dir, path)?;
    ctx.quota.require(ENTRY_COST)?;
    dir.dir.symlink(target, path.name)?;
    ctx.quota.spend(ENTRY_COST);
    Ok(())
}

/// `path_unlink_file`: removes a file or link, never a directory.
pub(crate) fn path_unlink_file(
    ctx: &mut Process,
    memory: GuestMemory<'_>,
    fd: u32,
    path: u32,
    len: u32,
) -> Result<(), Errno> {
    let path = memory.path(path, len)?;
    unlink_file(&ctx.table, fd, &path).map_err(|refusal| ctx.refused(fd, &path, refusal))
}

fn unlink_file(table: &Table, fd: u32, path: &str) -> Result<(), Refusal> {
    let (_, dir) = table.dir(fd, Rights::PATH_UNLINK_FILE)?;
    let path = Path::new(path)?;
    dir.permissions.require_dir_write()?;
    if path.must_be_dir {
        let kind = if is_dir(&dir.dir, path.name)? {
            Errno::Isdir
        } else {
            Errno::Notdir
        };
        return Err(kind.into());
    }
    Ok(dir.dir.remove_file(path.name)?)
}
