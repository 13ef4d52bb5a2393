//! What `node:fs` does on files.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Read as _};
use std::os::unix::fs::{
    DirBuilderExt as _, FileTypeExt as _, OpenOptionsExt as _, PermissionsExt as _,
};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Stat, Timespec, Timestamps};

use crate::agent::Agent;
use crate::buffer_source;
use crate::idl::Api;
use crate::library::native;
use crate::quickjs::{Call, Context, JsResult, Value};

use super::Node;
use super::errors::{Tried, throw_system};
use super::files::Opened;

pub(super) fn natives(natives: &Value<'_>) -> JsResult<()> {
    native(natives, "open", open)?;
    native(natives, "close", close)?;
    native(natives, "read", read)?;
    native(natives, "readLater", read_later)?;
    native(natives, "write", write)?;
    native(natives, "readAll", read_all)?;
    native(natives, "readFile", read_file)?;
    native(natives, "isFile", is_file)?;
    native(natives, "access", access)?;
    native(natives, "stat", stat)?;
    native(natives, "fstat", fstat)?;
    native(natives, "mkdir", mkdir)?;
    native(natives, "mkdtemp", mkdtemp)?;
    native(natives, "rmdir", |call| {
        change(call, "rmdir", Links::Kept, |path| fs::remove_dir(path))
    })?;
    native(natives, "unlink", |call| {
        change(call, "unlink", Links::Kept, |path| {
            Ok(rustix::fs::unlink(path)?)
        })
    })?;
    native(natives, "removeAll", |call| {
        change(call, "rm", Links::Kept, |path| fs::remove_dir_all(path))
    })?;
    native(natives, "rename", |call| {
        change_two(call, "rename", |from, to| fs::rename(from, to))
    })?;
    native(natives, "link", |call| {
        change_two(call, "link", |from, to| fs::hard_link(from, to))
    })?;
    native(natives, "symlink", symlink)?;
    native(natives, "copyFile", copy_file)?;
    native(natives, "readlink", |call| {
        name(call, "readlink", Links::Kept, |path| fs::read_link(path))
    })?;
    native(natives, "realpath", |call| {
        name(call, "realpath", Links::Followed, |path| {
            fs::canonicalize(path)
        })
    })?;
    native(natives, "readdir", readdir)?;
    native(natives, "ftruncate", |call| {
        let length = call.argument(1).to_number()?.max(0.0) as u64;
        change_open(call, "ftruncate", |file| file.set_len(length))
    })?;
    native(natives, "fsync", |call| {
        change_open(call, "fsync", |file| file.sync_all())
    })?;
    native(natives, "chmod", |call| {
        let mode = call.argument(1).to_i32()? as u32;
        change(call, "chmod", Links::Followed, |path| {
            fs::set_permissions(path, Permissions::from_mode(mode))
        })
    })?;
    native(natives, "fchmod", |call| {
        let mode = call.argument(1).to_i32()? as u32;
        change_open(call, "fchmod", |file| {
            file.set_permissions(Permissions::from_mode(mode))
        })
    })?;
    native(natives, "chown", chown)?;
    native(natives, "fchown", |call| {
        let (owner, group) = owners(call)?;
        change_open(call, "fchown", |file| {
            std::os::unix::fs::fchown(file, owner, group)
        })
    })?;
    native(natives, "utimes", utimes)?;
    native(natives, "futimes", |call| {
        let times = times(call)?;
        change_open(call, "futime", |file| {
            Ok(rustix::fs::futimens(file, &times)?)
        })
    })
}

/// Throws what the system said of a path.
fn fail(call: &Call<'_>, tried: &str, path: &Path, error: &io::Error) -> crate::quickjs::Thrown {
    let tried = Tried {
        call: tried,
        path: Some(&path.to_string_lossy()),
        target: None,
    };
    throw_system(call.context(), error, tried)
}

/// Throws what the system said of an open file.
fn fail_open(call: &Call<'_>, tried: &str, error: &io::Error) -> crate::quickjs::Thrown {
    let tried = Tried {
        call: tried,
        path: None,
        target: None,
    };
    throw_system(call.context(), error, tried)
}

fn path(call: &Call<'_>, index: usize) -> JsResult<PathBuf> {
    Ok(call.argument(index).to_text()?.into())
}

/// The open file that the first argument names.
fn opened(call: &Call<'_>, tried: &str) -> JsResult<Opened> {
    let number = call.argument(0).to_i32()?;
    let opened = Node::of(call.context()).files.get(number);
    opened.map_err(|error| fail_open(call, tried, &error))
}

/// A position, which is none where it is negative.
fn position(value: &Value<'_>) -> JsResult<Option<u64>> {
    let position = value.to_number()?;
    Ok((position >= 0.0).then_some(position as u64))
}

/// Changes what a path names.
fn change<'js>(
    call: &Call<'js>,
    tried: &str,
    links: Links,
    body: impl FnOnce(&Path) -> io::Result<()>,
) -> JsResult<Value<'js>> {
    let path = path(call, 0)?;
    match body(&writable(call, tried, links, &path)?) {
        Ok(()) => Ok(call.context().undefined()),
        Err(error) => Err(fail(call, tried, &path, &error)),
    }
}

/// The same with two paths. What the first names is known by the second afterwards, so it must be readable too.
fn change_two<'js>(
    call: &Call<'js>,
    tried: &str,
    body: impl FnOnce(&Path, &Path) -> io::Result<()>,
) -> JsResult<Value<'js>> {
    let (from, to) = (path(call, 0)?, path(call, 1)?);
    readable(call, tried, Links::Kept, &from)?;
    let real_from = writable(call, tried, Links::Kept, &from)?;
    let real_to = writable(call, tried, Links::Kept, &to)?;
    finish_two(call, tried, (&from, &to), body(&real_from, &real_to))
}

/// What an operation on two paths gives.
fn finish_two<'js>(
    call: &Call<'js>,
    tried: &str,
    (from, to): (&Path, &Path),
    done: io::Result<()>,
) -> JsResult<Value<'js>> {
    done.map_err(|error| {
        let tried = Tried {
            call: tried,
            path: Some(&from.to_string_lossy()),
            target: Some(&to.to_string_lossy()),
        };
        throw_system(call.context(), &error, tried)
    })?;
    Ok(call.context().undefined())
}

/// `symlink(target, path)`. The target is a text: it gives nothing that could not be had by its own name.
fn symlink<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let (target, link) = (path(call, 0)?, path(call, 1)?);
    let real = writable(call, "symlink", Links::Kept, &link)?;
    let made = std::os::unix::fs::symlink(&target, real);
    finish_two(call, "symlink", (&target, &link), made)
}

fn change_open<'js>(
    call: &Call<'js>,
    tried: &str,
    body: impl FnOnce(&File) -> io::Result<()>,
) -> JsResult<Value<'js>> {
    let changed = opened(call, tried)?.file().and_then(|file| body(&file));
    match changed {
        Ok(()) => Ok(call.context().undefined()),
        Err(error) => Err(fail_open(call, tried, &error)),
    }
}

/// A path that the system gives for a path.
fn name<'js>(
    call: &Call<'js>,
    tried: &str,
    links: Links,
    body: impl FnOnce(&Path) -> io::Result<PathBuf>,
) -> JsResult<Value<'js>> {
    let path = path(call, 0)?;
    match body(&readable(call, tried, links, &path)?) {
        Ok(found) => call.context().string(&found.to_string_lossy()),
        Err(error) => Err(fail(call, tried, &path, &error)),
    }
}

/// Opens a file that the program may use as the flags say.
fn open_file(call: &Call<'_>, path: &Path, flags: i32, mode: u32) -> JsResult<File> {
    let mut real = path.to_owned();
    if flags & libc::O_ACCMODE != libc::O_WRONLY {
        real = readable(call, "open", Links::Followed, path)?;
    }
    if changes(flags) {
        real = writable(call, "open", Links::Followed, path)?;
    }
    let file = open_with(&real, flags, mode);
    file.map_err(|error| fail(call, "open", path, &error))
}

fn open_with(path: &Path, flags: i32, mode: u32) -> io::Result<File> {
    let access = flags & libc::O_ACCMODE;
    OpenOptions::new()
        .read(access != libc::O_WRONLY)
        .write(access != libc::O_RDONLY)
        .append(flags & libc::O_APPEND != 0)
        .mode(mode)
        // What Rust would refuse, such as to make a file only for reading, the system may decide about.
        .custom_flags(flags & !(libc::O_ACCMODE | libc::O_APPEND))
        .open(path)
}

/// Whether opening with these flags may change something.
fn changes(flags: i32) -> bool {
    flags & libc::O_ACCMODE != libc::O_RDONLY || flags & (libc::O_CREAT | libc::O_TRUNC) != 0
}

/// `open(path, flags, mode)`.
fn open<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let (path, flags) = (path(call, 0)?, call.argument(1).to_i32()?);
    let mode = call.argument(2).to_i32()? as u32;
    let file = open_file(call, &path, flags, mode)?;
    match Node::of(context).files.add(file) {
        Ok(number) => Ok(context.int(number)),
        Err(error) => Err(fail(call, "open", &path, &error)),
    }
}

/// `close(number)`.
fn close<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let number = call.argument(0).to_i32()?;
    let closed = Node::of(call.context()).files.close(number);
    match closed {
        Ok(()) => Ok(call.context().undefined()),
        Err(error) => Err(fail_open(call, "close", &error)),
    }
}

/// `read(number, view, position)`: how many bytes there were.
fn read<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let opened = opened(call, "read")?;
    let view = call.argument(1);
    let mut bytes = vec![0; buffer_source::room(&view)?];
    let position = position(&call.argument(2))?;
    let count = opened.read(&mut bytes, position);
    let count = count.map_err(|error| fail_open(call, "read", &error))?;
    buffer_source::write(&view, &bytes[..count])?;
    Ok(call.context().number(count as f64))
}

/// `readLater(number, count, then)`: another thread reads, and `then(error, bytes)` is called.
fn read_later<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    /// The most that is read at once.
    const MOST: f64 = 1048576.0;
    let context = call.context();
    let opened = opened(call, "read")?;
    let count = call.argument(1).to_number()?.clamp(0.0, MOST) as usize;
    let then = call.argument(2).hold();
    let work = move || {
        let mut bytes = vec![0; count];
        let count = opened.read(&mut bytes, None)?;
        bytes.truncate(count);
        Ok(bytes)
    };
    Agent::of(context)
        .events
        .work(work, move |context, read: io::Result<Vec<u8>>| {
            let arguments = match read {
                Ok(bytes) => [context.null(), context.uint8_array(&bytes)?],
                Err(error) => {
                    let tried = Tried {
                        call: "read",
                        path: None,
                        target: None,
                    };
                    let thrown = throw_system(context, &error, tried);
                    [context.catch(thrown), context.undefined()]
                }
            };
            then.get(context)
                .call(&context.undefined(), &arguments)
                .map(drop)
        });
    Ok(context.undefined())
}

/// `write(number, bytes, position)`: how many have been written.
fn write<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let opened = opened(call, "write")?;
    let bytes = buffer_source::copy(Api("fs.write()"), &call.argument(1))?;
    let position = position(&call.argument(2))?;
    match opened.write(&Agent::of(context).output, &bytes, position) {
        Ok(count) => Ok(context.number(count as f64)),
        Err(error) => Err(fail_open(call, "write", &error)),
    }
}

/// `readAll(number)`: everything from where the file is at.
fn read_all<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let opened = opened(call, "read")?;
    let mut bytes = Vec::new();
    let read = match opened {
        Opened::File(file) => (&*file).read_to_end(&mut bytes).map(drop),
        other => {
            let mut part = [0; 65536];
            loop {
                match other.read(&mut part, None) {
                    Ok(0) => break Ok(()),
                    Ok(count) => bytes.extend_from_slice(&part[..count]),
                    Err(error) => break Err(error),
                }
            }
        }
    };
    match read {
        Ok(()) => call.context().uint8_array(&bytes),
        Err(error) => Err(fail_open(call, "read", &error)),
    }
}

/// `readFile(path, flags)`.
fn read_file<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let (path, flags) = (path(call, 0)?, call.argument(1).to_i32()?);
    let mut file = open_file(call, &path, flags, 0o666)?;
    let size = file.metadata().map_or(0, |metadata| metadata.len());
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    match file.read_to_end(&mut bytes) {
        Ok(_) => call.context().uint8_array(&bytes),
        Err(error) => Err(fail_open(call, "read", &error)),
    }
}

/// `isFile(number)`: whether reading it ends at once.
fn is_file<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let kind = opened(call, "read")?
        .stat()
        .map(|stat| stat.st_mode & libc::S_IFMT);
    let waits = [libc::S_IFIFO, libc::S_IFSOCK, libc::S_IFCHR];
    let is_file = kind.map_or(true, |kind| !waits.contains(&kind));
    Ok(call.context().boolean(is_file))
}

/// `access(path, mode)`.
fn access<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let path = path(call, 0)?;
    let real = readable(call, "access", Links::Followed, &path)?;
    let mode = rustix::fs::Access::from_bits_truncate(call.argument(1).to_i32()? as u32);
    match rustix::fs::access(&real, mode) {
        Ok(()) => Ok(call.context().undefined()),
        Err(error) => Err(fail(call, "access", &path, &error.into())),
    }
}

/// `stat(path, followsLinks)`.
fn stat<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let path = path(call, 0)?;
    let (tried, links) = match call.argument(1).to_boolean() {
        true => ("stat", Links::Followed),
        false => ("lstat", Links::Kept),
    };
    let (real, flags) = (readable(call, tried, links, &path)?, links.flags());
    let found = rustix::fs::statx(CWD, &real, flags, rustix::fs::StatxFlags::BTIME);
    let born = found.ok().map(|found| found.stx_btime);
    let born = born.map_or(0, |time| {
        i128::from(time.tv_sec) * 1_000_000_000 + i128::from(time.tv_nsec)
    });
    match rustix::fs::statat(CWD, &real, flags) {
        Ok(stat) => facts(call.context(), &stat, born),
        Err(error) => Err(fail(call, tried, &path, &error.into())),
    }
}

/// `fstat(number)`.
fn fstat<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    match opened(call, "fstat")?.stat() {
        Ok(stat) => facts(call.context(), &stat, 0),
        Err(error) => Err(fail_open(call, "fstat", &error)),
    }
}

/// What `Stats` is made of, times in nanoseconds. Where nobody knows when a file was born it was when it last changed.
fn facts<'js>(context: Context<'js>, stat: &Stat, born: i128) -> JsResult<Value<'js>> {
    let time = |seconds: i128, nanoseconds: i128| seconds * 1_000_000_000 + nanoseconds;
    let changed = time(stat.st_ctime.into(), stat.st_ctime_nsec.into());
    let numbers: [i128; 14] = [
        stat.st_dev.into(),
        stat.st_ino.into(),
        stat.st_mode.into(),
        stat.st_nlink.into(),
        stat.st_uid.into(),
        stat.st_gid.into(),
        stat.st_rdev.into(),
        stat.st_size.into(),
        stat.st_blksize.into(),
        stat.st_blocks.into(),
        time(stat.st_atime.into(), stat.st_atime_nsec.into()),
        time(stat.st_mtime.into(), stat.st_mtime_nsec.into()),
        changed,
        if born == 0 { changed } else { born },
    ];
    let numbers = numbers.map(|number| context.bigint(i64::try_from(number).unwrap_or(i64::MAX)));
    context.array(numbers.into_iter().collect::<JsResult<Vec<_>>>()?)
}

/// `mkdir(path, recursive, mode)`: the first folder that was made, where several may be.
fn mkdir<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let path = path(call, 0)?;
    let real = writable(call, "mkdir", Links::Followed, &path)?;
    let is_recursive = call.argument(1).to_boolean();
    let mode = call.argument(2).to_i32()? as u32;
    let missing = path
        .ancestors()
        .take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists());
    let first = missing.last().map(Path::to_owned);
    let made = DirBuilder::new()
        .recursive(is_recursive)
        .mode(mode)
        .create(real);
    made.map_err(|error| fail(call, "mkdir", &path, &error))?;
    match first.filter(|_| is_recursive) {
        Some(first) => {
            let first = std::path::absolute(&first).unwrap_or(first);
            context.string(&first.to_string_lossy())
        }
        None => Ok(context.undefined()),
    }
}

/// `mkdtemp(prefix)`: a new folder, whose name begins so.
fn mkdtemp<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let prefix = call.argument(0).to_text()?;
    loop {
        let mut end = [0; 6];
        super::crypto::random(&mut end);
        let end = end.map(|byte| char::from(LETTERS[usize::from(byte) % LETTERS.len()]));
        let path = PathBuf::from(format!("{prefix}{}", String::from_iter(end)));
        let real = writable(call, "mkdtemp", Links::Followed, &path)?;
        match DirBuilder::new().mode(0o700).create(real) {
            Ok(()) => return call.context().string(&path.to_string_lossy()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => {
                let shown = PathBuf::from(format!("{prefix}XXXXXX"));
                return Err(fail(call, "mkdtemp", &shown, &error));
            }
        }
    }
}

/// `copyFile(from, to, mode)`.
fn copy_file<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    /// Fail where there is a file.
    const EXCLUSIVE: i32 = 1;
    let is_exclusive = call.argument(2).to_i32()? & EXCLUSIVE != 0;
    let (from, to) = (path(call, 0)?, path(call, 1)?);
    let real_from = readable(call, "copyfile", Links::Followed, &from)?;
    let real_to = writable(call, "copyfile", Links::Followed, &to)?;
    let copied = match is_exclusive && real_to.exists() {
        true => Err(io::Error::from_raw_os_error(libc::EEXIST)),
        false => fs::copy(real_from, real_to).map(drop),
    };
    finish_two(call, "copyfile", (&from, &to), copied)
}

/// `readdir(path)`: names in their order, and the bits of a mode that say what each is.
fn readdir<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let path = path(call, 0)?;
    let real = readable(call, "scandir", Links::Followed, &path)?;
    let entries = fs::read_dir(real).and_then(|entries| {
        entries
            .map(|entry| {
                let entry = entry?;
                Ok((
                    entry.file_name().to_string_lossy().into_owned(),
                    kind(&entry.file_type()?),
                ))
            })
            .collect::<io::Result<Vec<_>>>()
    });
    let mut entries = entries.map_err(|error| fail(call, "scandir", &path, &error))?;
    entries.sort();
    let names = entries.iter().map(|(name, _)| context.string(name));
    let names = context.array(names.collect::<JsResult<Vec<_>>>()?)?;
    let kinds = context.array(entries.iter().map(|(_, kind)| context.int(*kind)))?;
    context.array([names, kinds])
}

fn kind(ty: &fs::FileType) -> i32 {
    let kind = if ty.is_dir() {
        libc::S_IFDIR
    } else if ty.is_symlink() {
        libc::S_IFLNK
    } else if ty.is_fifo() {
        libc::S_IFIFO
    } else if ty.is_socket() {
        libc::S_IFSOCK
    } else if ty.is_char_device() {
        libc::S_IFCHR
    } else if ty.is_block_device() {
        libc::S_IFBLK
    } else {
        libc::S_IFREG
    };
    kind as i32
}

/// The owner and group that the second and third arguments name. -1 leaves them.
fn owners(call: &Call<'_>) -> JsResult<(Option<u32>, Option<u32>)> {
    let id = |index| -> JsResult<Option<u32>> {
        let number = call.argument(index).to_number()?;
        Ok((number >= 0.0).then_some(number as u32))
    };
    Ok((id(1)?, id(2)?))
}

/// `chown(path, owner, group, followsLinks)`.
fn chown<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let (owner, group) = owners(call)?;
    match call.argument(3).to_boolean() {
        true => change(call, "chown", Links::Followed, |path| {
            std::os::unix::fs::chown(path, owner, group)
        }),
        false => change(call, "lchown", Links::Kept, |path| {
            std::os::unix::fs::lchown(path, owner, group)
        }),
    }
}

/// The times that the second and third arguments are, in seconds.
fn times(call: &Call<'_>) -> JsResult<Timestamps> {
    let time = |index| -> JsResult<Timespec> {
        let seconds = call.argument(index).to_number()?;
        let whole = seconds.floor();
        Ok(Timespec {
            tv_sec: whole as i64,
            tv_nsec: ((seconds - whole) * 1e9) as i64,
        })
    };
    Ok(Timestamps {
        last_access: time(1)?,
        last_modification: time(2)?,
    })
}

/// `utimes(path, accessed, modified, followsLinks)`.
fn utimes<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let times = times(call)?;
    let (tried, links) = match call.argument(3).to_boolean() {
        true => ("utime", Links::Followed),
        false => ("lutime", Links::Kept),
    };
    change(call, tried, links, |path| {
        Ok(rustix::fs::utimensat(CWD, path, &times, links.flags())?)
    })
}

/// What becomes of a link that a path ends in.
#[derive(Copy, Clone)]
enum Links {
    /// What it leads to is meant.
    Followed,
    /// It is meant itself.
    Kept,
}

impl Links {
    fn flags(self) -> AtFlags {
        match self {
            Self::Followed => AtFlags::empty(),
            Self::Kept => AtFlags::SYMLINK_NOFOLLOW,
        }
    }
}

/// The path to use instead of `path`, which the program must be allowed to read.
fn readable(call: &Call<'_>, tried: &str, links: Links, path: &Path) -> JsResult<PathBuf> {
    let access = &Agent::of(call.context()).setup.access;
    let real = match links {
        Links::Followed => access.reading(path),
        Links::Kept => access.reading_entry(path),
    };
    real.map_err(|error| fail(call, tried, path, &error))
}

/// The path to use instead of `path`, which the program must be allowed to change.
fn writable(call: &Call<'_>, tried: &str, links: Links, path: &Path) -> JsResult<PathBuf> {
    let access = &Agent::of(call.context()).setup.access;
    let real = match links {
        Links::Followed => access.writing(path),
        Links::Kept => access.writing_entry(path),
    };
    real.map_err(|error| fail(call, tried, path, &error))
}
