//! Opening files and directories: `path_open`.

use crate::builder::stream;
use crate::errno::{Errno, Refusal};
use crate::memory::GuestMemory;
use crate::path::Path;
use crate::process::Process;
use crate::quota::ENTRY_COST;
use crate::rights::Rights;
use crate::table::{Descriptor, DirName, DirObject, FileObject, HostFd, Object, Table};
use crate::types::{FdFlags, Filetype, OFlags, follows_symlink};
use cap_fs_ext::{
    FollowSymlinks, OpenOptionsFollowExt, OpenOptionsMaybeDirExt, OpenOptionsSyncExt,
};
use cap_std::fs::{Dir, File, OpenOptions, OpenOptionsExt};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;

/// A request to open something.
struct Request {
    follow: bool,
    oflags: OFlags,
    base: Rights,
    inheriting: Rights,
    fdflags: FdFlags,
}

/// `path_open`: opens a file or directory, creating a file where that is asked for.
///
/// The rights asked for are granted as far as the directory lets them be inherited and the kind of
/// file has them; not to get the right to read or to write is an error.
pub(crate) fn path_open(
    ctx: &mut Process,
    memory: GuestMemory<'_>,
    fd: u32,
    lookup: u32,
    path: u32,
    len: u32,
    oflags: u32,
    base: u64,
    inheriting: u64,
    fdflags: u32,
    result: u32,
) -> Result<(), Errno> {
    let request = Request {
        follow: follows_symlink(lookup)?,
        oflags: OFlags::decode(oflags)?,
        base: Rights(base),
        inheriting: Rights(inheriting),
        fdflags: FdFlags::decode(fdflags)?,
    };
    let path = memory.path(path, len)?;
    memory.range(result, 4)?;
    let (descriptor, created) =
        open(ctx, fd, &path, &request).map_err(|refusal| ctx.refused(fd, &path, refusal))?;
    if created {
        ctx.quota.spend(ENTRY_COST);
    }
    let number = ctx.table.insert(descriptor)?;
    memory.write(result, number)
}

/// The descriptor, and whether the file was created for it.
fn open(
    ctx: &Process,
    fd: u32,
    path: &str,
    request: &Request,
) -> Result<(Descriptor, bool), Refusal> {
    let (parent, dir) = check_rights(&ctx.table, fd, request)?;
    let path = Path::new(path)?;
    let OFlags {
        creat,
        directory,
        excl,
        trunc,
    } = request.oflags;
    let writes = request.base.contains(Rights::FD_WRITE);
    if directory && creat {
        return Err(Errno::Inval.into());
    }
    if path.must_be_dir && creat || directory && (writes || trunc) {
        return Err(Errno::Isdir.into());
    }
    if writes || trunc {
        dir.permissions.require_file_write()?;
    }
    if !creat {
        let file = open_existing(&dir.dir, path, request)?;
        return Ok((describe(parent, dir, path, file, request)?, false));
    }
    if !excl {
        // Only what is really created needs the permission, and counts.
        match open_existing(&dir.dir, path, request) {
            Err(Refusal::Errno(Errno::Noent)) => {}
            Err(refusal) => return Err(refusal),
            Ok(file) => {
                let descriptor = describe(parent, dir, path, file, request)?;
                return match descriptor.object {
                    Object::Dir(_) => Err(Errno::Isdir.into()),
                    _ => Ok((descriptor, false)),
                };
            }
        }
    }
    let file = create(ctx, dir, path, request)?;
    Ok((describe(parent, dir, path, file, request)?, true))
}

fn check_rights<'t>(
    table: &'t Table,
    fd: u32,
    request: &Request,
) -> Result<(&'t Descriptor, &'t DirObject), Errno> {
    let mut needed = Rights::PATH_OPEN;
    if request.oflags.creat {
        needed = needed | Rights::PATH_CREATE_FILE;
    }
    if request.oflags.trunc {
        needed = needed | Rights::PATH_FILESTAT_SET_SIZE;
    }
    let (parent, dir) = table.dir(fd, needed)?;
    let essential = request.base & (Rights::FD_READ | Rights::FD_WRITE);
    parent.inheriting.require(essential)?;
    Ok((parent, dir))
}

fn create(
    ctx: &Process,
    dir: &DirObject,
    path: Path<'_>,
    request: &Request,
) -> Result<File, Refusal> {
    if dir.permissions.require_dir_write().is_err() {
        let there = request.oflags.excl && dir.dir.symlink_metadata(path.name).is_ok();
        return Err(if there {
            Errno::Exist.into()
        } else {
            Refusal::ReadOnly
        });
    }
    ctx.quota.require(ENTRY_COST)?;
    let mut options = options(path, request);
    // The host wants to write what it creates; the guest's rights say what the guest may do.
    options.write(true);
    if request.oflags.excl {
        options.create_new(true);
    } else {
        options.create(true);
    }
    Ok(dir.dir.open_with(path.name, &options)?)
}

fn open_existing(dir: &Dir, path: Path<'_>, request: &Request) -> Result<File, Refusal> {
    let mut options = options(path, request);
    if request.oflags.trunc {
        options.write(true).truncate(true);
    }
    Ok(dir.open_with(path.name, &options)?)
}

/// Options without creation and truncation. The host's call never waits, not even for the other end
/// of a named pipe: waiting is done where it can be interrupted.
fn options(path: Path<'_>, request: &Request) -> OpenOptions {
    let flags = request.fdflags;
    let writes = request.base.contains(Rights::FD_WRITE);
    let reads = request.base.0 & (Rights::FD_READ | Rights::FD_READDIR).0 != 0;
    let follow = if request.follow || path.must_be_dir {
        FollowSymlinks::Yes
    } else {
        FollowSymlinks::No
    };
    let mut custom = 0;
    if flags.contains(FdFlags::APPEND) {
        custom |= libc::O_APPEND;
    }
    if request.oflags.directory || path.must_be_dir {
        custom |= libc::O_DIRECTORY;
    }
    let mut options = OpenOptions::new();
    options
        .read(reads || !writes)
        .write(writes)
        .custom_flags(custom)
        .follow(follow)
        .maybe_dir(true)
        .nonblock(true)
        .sync(flags.contains(FdFlags::SYNC))
        .dsync(flags.contains(FdFlags::DSYNC))
        .rsync(flags.contains(FdFlags::RSYNC));
    options
}

/// A descriptor for what the host opened, by what it is.
fn describe(
    parent: &Descriptor,
    dir: &DirObject,
    path: Path<'_>,
    file: File,
    request: &Request,
) -> Result<Descriptor, Refusal> {
    let file = OwnedFd::from(file.into_std());
    let stat = rustix::fs::fstat(file.as_fd()).map_err(Errno::from)?;
    let filetype = Filetype::from(rustix::fs::FileType::from_raw_mode(stat.st_mode));
    if filetype == Filetype::Directory {
        return Ok(directory(parent, dir, path, file, request));
    }
    if path.must_be_dir || request.oflags.directory {
        return Err(Errno::Notdir.into());
    }
    Ok(not_a_directory(parent, dir, file, filetype, request))
}

fn directory(
    parent: &Descriptor,
    dir: &DirObject,
    path: Path<'_>,
    file: OwnedFd,
    request: &Request,
) -> Descriptor {
    let name = DirName {
        guest: join(&dir.name.guest, path.name),
        host: dir.name.host.join(path.name),
    };
    let object = Object::Dir(DirObject {
        dir: Dir::from_std_file(file.into()),
        permissions: dir.permissions,
        name: Arc::new(name),
        preopened: false,
        entries: None,
    });
    let asked = (request.base | Rights::IMPLIED_ON_DIRECTORIES) & Rights::DIRECTORY;
    Descriptor {
        inheriting: request.inheriting & parent.inheriting,
        ..Descriptor::new(object, asked & parent.inheriting)
    }
}

fn join(dir: &str, name: &str) -> String {
    if dir.is_empty() || dir.ends_with('/') {
        format!("{dir}{name}")
    } else {
        format!("{dir}/{name}")
    }
}

fn not_a_directory(
    parent: &Descriptor,
    dir: &DirObject,
    file: OwnedFd,
    filetype: Filetype,
    request: &Request,
) -> Descriptor {
    let fd = HostFd::Owned(file);
    let (object, possible) = match filetype {
        Filetype::RegularFile | Filetype::BlockDevice => {
            let permissions = dir.permissions;
            (Object::File(FileObject { fd, permissions }), Rights::FILE)
        }
        _ => stream(fd, filetype),
    };
    let writes = request.base.contains(Rights::FD_WRITE);
    let asked = if writes {
        request.base | Rights::IMPLIED_BY_WRITE
    } else {
        // What the host has opened for reading cannot be resized.
        request
            .base
            .without(Rights::FD_ALLOCATE | Rights::FD_FILESTAT_SET_SIZE)
    };
    let rights = asked & parent.inheriting | Rights::IMPLIED_ON_FILES;
    let mut descriptor = Descriptor::new(object, rights & possible);
    descriptor.inheriting = request.inheriting & parent.inheriting;
    descriptor.flags = request.fdflags;
    descriptor
}
