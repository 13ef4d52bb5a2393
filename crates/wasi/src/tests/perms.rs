//! Rights and permissions: what was granted for reading is never written, on either side of a call.

use crate::check::Guest;
use crate::rights::Rights;
use crate::{DeniedReason, DirPerms, Errno, FilePerms, Permissions, WasiCtxBuilder, fd};
use std::fs;
use tempfile::TempDir;

const CREAT: u32 = 1;
const DIRECTORY: u32 = 2;
const EXCL: u32 = 4;
const TRUNC: u32 = 8;
const READ: Rights = Rights::FD_READ;
const WRITE: Rights = Rights::FD_WRITE;

const WRITABLE: u32 = 3;
const READABLE: u32 = 4;

/// Two directories with the same files, the first writable, the second with `permissions`.
fn stage(permissions: Permissions) -> (TempDir, Guest) {
    let host = tempfile::tempdir().unwrap();
    let mut builder = WasiCtxBuilder::new();
    for (name, permissions) in [("rw", Permissions::ALL), ("ro", permissions)] {
        let dir = host.path().join(name);
        fs::create_dir_all(dir.join("dir")).unwrap();
        fs::write(dir.join("file"), name).unwrap();
        builder.preopened_dir(&dir, name, permissions).unwrap();
    }
    (host, Guest::new(builder.process()))
}

#[test]
fn a_read_only_directory_is_never_changed() {
    let (host, mut guest) = stage(Permissions::READ_ONLY);
    let ro = READABLE;
    assert_eq!(guest.open(ro, "file", false, 0, WRITE, 0), Err(Errno::Rofs));
    assert_eq!(
        guest.open(ro, "file", false, TRUNC, READ, 0),
        Err(Errno::Rofs)
    );
    assert_eq!(
        guest.open(ro, "file", false, TRUNC, Rights::NONE, 0),
        Err(Errno::Rofs)
    );
    assert_eq!(
        guest.open(ro, "new", false, CREAT, READ, 0),
        Err(Errno::Rofs)
    );
    assert_eq!(
        guest.open(ro, "new", false, CREAT | EXCL, READ, 0),
        Err(Errno::Rofs)
    );
    assert_eq!(
        guest.open(ro, "file", false, CREAT | EXCL, READ, 0),
        Err(Errno::Exist)
    );
    assert_eq!(guest.make_dir(ro, "new"), Err(Errno::Rofs));
    assert_eq!(guest.remove_dir(ro, "dir"), Err(Errno::Rofs));
    assert_eq!(guest.unlink(ro, "file"), Err(Errno::Rofs));
    assert_eq!(guest.symlink("file", ro, "new"), Err(Errno::Rofs));
    assert_eq!(guest.set_times(ro, "file", true), Err(Errno::Rofs));
    assert_eq!(guest.rename((ro, "file"), (ro, "new")), Err(Errno::Rofs));
    assert_eq!(
        guest.rename((ro, "file"), (WRITABLE, "new")),
        Err(Errno::Rofs)
    );
    assert_eq!(
        guest.rename((WRITABLE, "file"), (ro, "new")),
        Err(Errno::Rofs)
    );
    assert_eq!(
        guest.link((ro, "file"), (WRITABLE, "new")),
        Err(Errno::Rofs)
    );
    assert_eq!(
        guest.link((WRITABLE, "file"), (ro, "new")),
        Err(Errno::Rofs)
    );
    let denied = guest.ctx.denied.clone().unwrap();
    assert_eq!(
        (denied.path.as_str(), denied.reason),
        ("ro/new", DeniedReason::ReadOnly)
    );

    let fd = guest.open(ro, "file", false, CREAT, READ, 0).unwrap();
    assert_eq!(guest.read(fd, 10).unwrap(), b"ro");
    assert_eq!(guest.write(fd, b"x"), Err(Errno::Notcapable));
    let names = fs::read_dir(host.path().join("ro")).unwrap().count();
    assert_eq!(
        (names, fs::read(host.path().join("ro/file")).unwrap()),
        (2, b"ro".to_vec())
    );
}

#[test]
fn a_read_only_directory_hands_its_permissions_down() {
    let (_host, mut guest) = stage(Permissions::READ_ONLY);
    let dir = guest
        .open(READABLE, "dir", false, DIRECTORY, Rights::DIRECTORY, 0)
        .unwrap();
    assert_eq!(guest.make_dir(dir, "new"), Err(Errno::Rofs));
    assert_eq!(
        guest.open(dir, "new", false, CREAT, WRITE, 0),
        Err(Errno::Rofs)
    );
    let times = guest.call(|ctx, memory| fd::fd_filestat_set_times(ctx, memory, dir, 1, 1, 5));
    assert_eq!(times, Err(Errno::Rofs));
}

#[test]
fn a_read_only_file_cannot_be_changed_through_its_descriptor() {
    let (_host, mut guest) = stage(Permissions::READ_ONLY);
    let everything = Rights::FILE.without(WRITE);
    let file = guest
        .open(READABLE, "file", false, 0, everything, 0)
        .unwrap();
    let times = guest.call(|ctx, memory| fd::fd_filestat_set_times(ctx, memory, file, 1, 1, 5));
    assert_eq!(times, Err(Errno::Rofs));
    assert!(
        guest
            .call(|ctx, memory| fd::fd_filestat_set_size(ctx, memory, file, 1))
            .is_err()
    );
    assert!(
        guest
            .call(|ctx, memory| fd::fd_allocate(ctx, memory, file, 0, 10))
            .is_err()
    );
}

#[test]
fn directories_may_be_writable_and_their_files_not() {
    let (_host, mut guest) = stage(Permissions {
        dirs: DirPerms::ReadWrite,
        files: FilePerms::Read,
    });
    assert_eq!(guest.make_dir(READABLE, "new"), Ok(()));
    assert_eq!(guest.rename((READABLE, "new"), (READABLE, "newer")), Ok(()));
    assert_eq!(
        guest.open(READABLE, "file", false, 0, WRITE, 0),
        Err(Errno::Rofs)
    );
    // Moved or linked to where files are writable, the file would become so.
    assert_eq!(
        guest.link((READABLE, "file"), (WRITABLE, "new")),
        Err(Errno::Rofs)
    );
    assert_eq!(
        guest.rename((READABLE, "file"), (WRITABLE, "new")),
        Err(Errno::Rofs)
    );
    assert_eq!(
        guest.rename((WRITABLE, "file"), (READABLE, "moved")),
        Ok(())
    );
}

/// A call of a guest's, as far as it succeeds.
type Call = fn(&mut Guest) -> Result<(), Errno>;

#[test]
fn each_call_needs_its_right() {
    let needs: [(Rights, Call); 12] = [
        (Rights::PATH_OPEN, |g| {
            g.open(3, "file", false, 0, READ, 0).map(drop)
        }),
        (Rights::PATH_CREATE_FILE, |g| {
            g.open(3, "n1", false, CREAT, READ, 0).map(drop)
        }),
        (Rights::PATH_FILESTAT_SET_SIZE, |g| {
            g.open(3, "file", false, TRUNC, READ, 0).map(drop)
        }),
        (Rights::PATH_CREATE_DIRECTORY, |g| g.make_dir(3, "n2")),
        (Rights::PATH_REMOVE_DIRECTORY, |g| g.remove_dir(3, "n2")),
        (Rights::PATH_SYMLINK, |g| g.symlink("file", 3, "n3")),
        (Rights::PATH_READLINK, |g| g.readlink(3, "n3").map(drop)),
        (Rights::PATH_UNLINK_FILE, |g| g.unlink(3, "n3")),
        (Rights::PATH_FILESTAT_GET, |g| {
            g.stat(3, "file", false).map(drop)
        }),
        (Rights::PATH_FILESTAT_SET_TIMES, |g| {
            g.set_times(3, "file", false)
        }),
        (Rights::PATH_LINK_SOURCE, |g| g.link((3, "file"), (4, "n4"))),
        (Rights::PATH_RENAME_SOURCE, |g| {
            g.rename((3, "file"), (4, "n5"))
        }),
    ];
    let (_host, mut guest) = stage(Permissions::ALL);
    for (right, call) in needs {
        drop_rights(&mut guest, 3, right, Rights::NONE);
        assert_eq!(
            call(&mut guest),
            Err(Errno::Notcapable),
            "without {right:?}"
        );
        give_back(&mut guest, 3, right);
        assert_eq!(call(&mut guest), Ok(()), "with {right:?}");
    }
    for (right, other) in [
        (Rights::PATH_LINK_TARGET, "l"),
        (Rights::PATH_RENAME_TARGET, "r"),
    ] {
        drop_rights(&mut guest, 4, right, Rights::NONE);
        let linked = guest.link((3, "n1"), (4, other));
        let renamed = guest.rename((3, "n1"), (4, other));
        assert!(
            [linked, renamed].contains(&Err(Errno::Notcapable)),
            "without {right:?}"
        );
        give_back(&mut guest, 4, right);
    }
}

fn drop_rights(guest: &mut Guest, fd: u32, base: Rights, inheriting: Rights) {
    let descriptor = guest.ctx.table.get(fd).unwrap();
    let base = descriptor.base.without(base).0;
    let inheriting = descriptor.inheriting.without(inheriting).0;
    guest
        .call(|ctx, memory| fd::fd_fdstat_set_rights(ctx, memory, fd, base, inheriting))
        .unwrap();
}

/// What no guest can do.
fn give_back(guest: &mut Guest, fd: u32, right: Rights) {
    let descriptor = guest.ctx.table.get_mut(fd).unwrap();
    descriptor.base = descriptor.base | right;
}

#[test]
fn rights_only_shrink() {
    let (_host, mut guest) = stage(Permissions::ALL);
    let fd = guest.open(3, "file", false, 0, READ | WRITE, 0).unwrap();
    drop_rights(&mut guest, fd, READ, Rights::NONE);
    assert_eq!(guest.read(fd, 1), Err(Errno::Notcapable));
    assert_eq!(guest.write(fd, b"ok"), Ok(2));
    let more = guest.call(|ctx, memory| fd::fd_fdstat_set_rights(ctx, memory, fd, READ.0, 0));
    assert_eq!(more, Err(Errno::Notcapable));
    drop_rights(&mut guest, 3, Rights::NONE, WRITE);
    assert_eq!(
        guest.open(3, "file", false, 0, WRITE, 0),
        Err(Errno::Notcapable)
    );
    let dir = guest
        .open(3, "dir", false, DIRECTORY, Rights::DIRECTORY, 0)
        .unwrap();
    assert_eq!(
        guest.open(dir, "new", false, CREAT, WRITE, 0),
        Err(Errno::Notcapable)
    );
}

#[test]
fn a_quota_stops_a_guest_that_fills_the_disk() {
    let host = tempfile::tempdir().unwrap();
    let mut builder = WasiCtxBuilder::new();
    builder
        .preopened_dir(host.path(), "/", Permissions::ALL)
        .unwrap();
    builder.max_bytes_written(4096 + 100);
    let mut guest = Guest::new(builder.process());
    let fd = guest
        .open(3, "file", false, CREAT, READ | WRITE, 0)
        .unwrap();
    assert_eq!(guest.write(fd, &[1; 60]), Ok(60));
    assert_eq!(guest.write(fd, &[1; 60]), Ok(40));
    assert_eq!(guest.write(fd, &[1; 60]), Err(Errno::Dquot));
    let grow = guest.call(|ctx, memory| fd::fd_filestat_set_size(ctx, memory, fd, 101));
    assert_eq!(grow, Err(Errno::Dquot));
    assert_eq!(
        guest.call(|ctx, memory| fd::fd_filestat_set_size(ctx, memory, fd, 5)),
        Ok(())
    );
    assert_eq!(
        guest.call(|ctx, memory| fd::fd_allocate(ctx, memory, fd, 0, 9)),
        Err(Errno::Dquot)
    );
    assert_eq!(
        guest.open(3, "second", false, CREAT, WRITE, 0),
        Err(Errno::Dquot)
    );
    assert_eq!(guest.make_dir(3, "dir"), Err(Errno::Dquot));
    assert_eq!(guest.symlink("x", 3, "link"), Err(Errno::Dquot));
    assert_eq!(guest.link((3, "file"), (3, "link")), Err(Errno::Dquot));
    assert_eq!(fs::read_dir(host.path()).unwrap().count(), 1);
}

#[test]
fn descriptors_run_out_before_the_hosts_do() {
    let host = tempfile::tempdir().unwrap();
    let mut builder = WasiCtxBuilder::new();
    builder
        .preopened_dir(host.path(), "/", Permissions::ALL)
        .unwrap();
    let mut guest = Guest::new(builder.max_open_files(6).process());
    for _ in 0..2 {
        guest
            .open(3, ".", false, DIRECTORY, Rights::DIRECTORY, 0)
            .unwrap();
    }
    assert_eq!(guest.open(3, ".", false, 0, READ, 0), Err(Errno::Mfile));
    guest.close(4).unwrap();
    assert_eq!(guest.open(3, ".", false, 0, READ, 0), Ok(4));
}
