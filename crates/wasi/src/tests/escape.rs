//! Ways out of a directory that must be closed: the ones that other runtimes had open at some time.

use crate::check::Guest;
use crate::rights::Rights;
use crate::{DeniedReason, Errno, Permissions};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use tempfile::TempDir;

const CREAT: u32 = 1;
const TRUNC: u32 = 8;

/// A host directory with `secret` in it and, granted, `box` beside it.
fn stage() -> (TempDir, Guest) {
    let host = tempfile::tempdir().unwrap();
    fs::create_dir_all(host.path().join("box/dir")).unwrap();
    fs::create_dir(host.path().join("outside")).unwrap();
    fs::write(host.path().join("outside/secret"), "secret").unwrap();
    fs::write(host.path().join("box/file"), "file").unwrap();
    let guest = Guest::granted(&host.path().join("box"), Permissions::ALL).unwrap();
    (host, guest)
}

/// Every call with one path must refuse it.
fn assert_closed(guest: &mut Guest, path: &str) {
    let read = Rights::FD_READ;
    let write = Rights::FD_READ | Rights::FD_WRITE;
    assert!(
        guest.open(3, path, true, 0, read, 0).is_err(),
        "open {path}"
    );
    assert!(
        guest.open(3, path, true, CREAT | TRUNC, write, 0).is_err(),
        "create {path}"
    );
    assert!(guest.stat(3, path, true).is_err(), "stat {path}");
    assert!(guest.make_dir(3, path).is_err(), "mkdir {path}");
    assert!(guest.remove_dir(3, path).is_err(), "rmdir {path}");
    assert!(guest.set_times(3, path, true).is_err(), "times {path}");
    assert!(
        guest.link((3, path), (3, "linked")).is_err(),
        "link from {path}"
    );
    assert!(
        guest.link((3, "file"), (3, path)).is_err(),
        "link to {path}"
    );
    assert!(
        guest.rename((3, "file"), (3, path)).is_err(),
        "rename to {path}"
    );
}

fn assert_untouched(host: &Path) {
    let outside = host.join("outside");
    assert_eq!(fs::read(outside.join("secret")).unwrap(), b"secret");
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 1);
    assert_eq!(fs::read_dir(host).unwrap().count(), 2);
}

#[test]
fn parents_and_absolute_paths() {
    let (host, mut guest) = stage();
    let absolute = host.path().join("outside/secret");
    let paths = [
        "../outside/secret",
        "dir/../../outside/secret",
        "./././../outside/secret",
        "dir/../dir/../../outside/secret",
        "..",
        "../",
        "dir/../..",
        "/",
        "//",
        "/etc/passwd",
        "/proc/self/fd/0",
        absolute.to_str().unwrap(),
    ];
    for path in paths {
        assert_closed(&mut guest, path);
        assert!(guest.unlink(3, path).is_err());
        assert!(guest.rename((3, path), (3, "stolen")).is_err());
        assert!(guest.symlink("x", 3, path).is_err());
    }
    assert_untouched(host.path());
}

#[test]
fn links_that_lead_out() {
    let (host, mut guest) = stage();
    let inside = host.path().join("box");
    symlink(host.path().join("outside"), inside.join("absolute")).unwrap();
    symlink("../outside", inside.join("relative")).unwrap();
    symlink("../outside/secret", inside.join("secret")).unwrap();
    symlink("../../outside", inside.join("dir/deep")).unwrap();
    symlink("relative", inside.join("chain")).unwrap();
    for path in [
        "absolute",
        "absolute/",
        "absolute/secret",
        "relative/",
        "relative/secret",
        "relative/new",
        "relative/./secret",
        "dir/deep/secret",
        "dir/../relative/secret",
        "chain/secret",
        "chain/",
    ] {
        assert!(
            guest.open(3, path, true, 0, Rights::FD_READ, 0).is_err(),
            "open {path}"
        );
        assert!(
            guest
                .open(3, path, false, 1, Rights::FD_READ | Rights::FD_WRITE, 0)
                .is_err()
        );
        assert!(guest.stat(3, path, true).is_err(), "stat {path}");
        assert!(guest.set_times(3, path, true).is_err(), "times {path}");
        assert!(guest.make_dir(3, path).is_err(), "mkdir {path}");
        assert!(guest.remove_dir(3, path).is_err(), "rmdir {path}");
    }
    assert!(guest.unlink(3, "relative/secret").is_err());
    assert!(guest.link((3, "relative/secret"), (3, "got")).is_err());
    assert!(guest.rename((3, "relative/secret"), (3, "got")).is_err());
    assert!(guest.rename((3, "file"), (3, "relative/file")).is_err());
    assert_untouched(host.path());
}

#[test]
fn a_trailing_slash_does_not_follow_a_link_out() {
    let (host, mut guest) = stage();
    symlink("../outside", host.path().join("box/link")).unwrap();
    for path in ["link/", "link//", "./link/", "dir/../link/"] {
        assert!(
            guest.open(3, path, false, 2, Rights::FD_READ, 0).is_err(),
            "open {path}"
        );
        assert!(guest.stat(3, path, false).is_err(), "stat {path}");
        assert!(guest.set_times(3, path, false).is_err(), "times {path}");
        assert!(guest.remove_dir(3, path).is_err(), "rmdir {path}");
        assert!(guest.unlink(3, path).is_err(), "unlink {path}");
        assert!(
            guest.rename((3, path), (3, "moved")).is_err(),
            "rename {path}"
        );
        assert!(
            guest.rename((3, "dir"), (3, path)).is_err(),
            "rename to {path}"
        );
        assert!(guest.link((3, path), (3, "linked")).is_err(), "link {path}");
        assert!(guest.readlink(3, path).is_err(), "readlink {path}");
    }
    assert!(host.path().join("box/link").is_symlink());
    assert_untouched(host.path());
}

#[test]
fn a_hard_link_to_a_link_does_not_reach_its_target() {
    let (host, mut guest) = stage();
    symlink("../outside/secret", host.path().join("box/link")).unwrap();
    guest.link((3, "link"), (3, "again")).unwrap();
    assert!(host.path().join("box/again").is_symlink());
    assert!(guest.open(3, "again", true, 0, Rights::FD_READ, 0).is_err());
}

#[test]
fn links_of_the_host_process_are_no_way_out() {
    let mut guest = Guest::granted(Path::new("/proc/self"), Permissions::READ_ONLY).unwrap();
    for path in ["fd/0", "root/etc/passwd", "cwd/x", "root", "exe"] {
        assert!(
            guest.open(3, path, true, 0, Rights::FD_READ, 0).is_err(),
            "open {path}"
        );
    }
    assert!(guest.open(3, "stat", true, 0, Rights::FD_READ, 0).is_ok());
}

#[test]
fn absolute_links_are_neither_made_nor_read() {
    let (host, mut guest) = stage();
    assert_eq!(
        guest.symlink("/etc/passwd", 3, "made"),
        Err(Errno::Notcapable)
    );
    symlink("/etc/passwd", host.path().join("box/found")).unwrap();
    assert!(guest.readlink(3, "found").is_err());
    assert_eq!(guest.symlink("dir/../file", 3, "fine"), Ok(()));
    assert_eq!(guest.readlink(3, "fine").unwrap(), b"dir/../file");
}

#[test]
fn a_directory_that_moves_out_stays_its_own_root() {
    let (host, mut guest) = stage();
    let dir = guest
        .open(3, "dir", false, 2, Rights::DIRECTORY, 0)
        .unwrap();
    assert!(
        guest
            .open(dir, "../file", true, 0, Rights::FD_READ, 0)
            .is_err()
    );
    fs::rename(host.path().join("box/dir"), host.path().join("outside/dir")).unwrap();
    assert!(
        guest
            .open(dir, "../secret", true, 0, Rights::FD_READ, 0)
            .is_err()
    );
}

#[test]
fn odd_paths_are_errors() {
    let (_host, mut guest) = stage();
    assert_eq!(guest.stat(3, "", true).err(), Some(Errno::Noent));
    assert_eq!(guest.stat(3, "file\0", true).err(), Some(Errno::Inval));
    assert_eq!(
        guest.stat(3, &"x".repeat(4097), true).err(),
        Some(Errno::Nametoolong)
    );
    assert_eq!(
        guest.stat(3, &"x".repeat(300), true).err(),
        Some(Errno::Nametoolong)
    );
    assert_eq!(guest.stat(9, "file", true).err(), Some(Errno::Badf));
    assert_eq!(guest.stat(0, "file", true).err(), Some(Errno::Notdir));
    assert_eq!(guest.stat(3, "file/", true).err(), Some(Errno::Notdir));
    assert_eq!(guest.stat(3, "file/x", true).err(), Some(Errno::Notdir));
}

#[test]
fn a_denied_path_is_remembered() {
    let (host, mut guest) = stage();
    assert!(guest.ctx.denied.clone().is_none());
    assert_eq!(guest.stat(3, "missing", true).err(), Some(Errno::Noent));
    assert!(guest.ctx.denied.clone().is_none());
    assert_eq!(
        guest.stat(3, "../outside/secret", true).err(),
        Some(Errno::Notcapable)
    );
    let denied = guest.ctx.denied.clone().unwrap();
    let outside = host.path().join("outside").canonicalize().unwrap();
    assert_eq!(denied.reason, DeniedReason::Outside);
    assert_eq!(denied.host, outside.join("secret"));
    assert_eq!(denied.dir_to_grant(), outside);
}
