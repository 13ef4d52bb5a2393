//! Files as a guest knows them: opening, reading, writing, moving, and the meaning of slashes.

use crate::check::{DATA, Guest};
use crate::memory::GuestMemory;
use crate::rights::Rights;
use crate::types::{FdFlags, Fdstat, Filestat};
use crate::{Errno, MemoryPipe, Permissions, WasiCtxBuilder, fd, sock};
use std::fs;
use std::net::{TcpListener, TcpStream};
use tempfile::TempDir;

const CREAT: u32 = 1;
const DIRECTORY: u32 = 2;
const EXCL: u32 = 4;
const TRUNC: u32 = 8;
const APPEND: u32 = 1;
const BOTH: Rights = Rights::FD_READ.or(Rights::FD_WRITE);

fn stage() -> (TempDir, Guest) {
    let host = tempfile::tempdir().unwrap();
    fs::create_dir(host.path().join("dir")).unwrap();
    fs::write(host.path().join("file"), "0123456789").unwrap();
    let guest = Guest::granted(host.path(), Permissions::ALL).unwrap();
    (host, guest)
}

fn seek(guest: &mut Guest, fd: u32, offset: i64, whence: u32) -> Result<u64, Errno> {
    guest.call(|ctx, memory| {
        fd::fd_seek(ctx, memory, fd, offset, whence, DATA)?;
        memory.read(DATA)
    })
}

#[test]
fn reading_writing_and_seeking_move_one_position() {
    let (_host, mut guest) = stage();
    let file = guest.open(3, "file", false, 0, BOTH, 0).unwrap();
    assert_eq!(guest.read(file, 4).unwrap(), b"0123");
    assert_eq!(guest.write(file, b"xx"), Ok(2));
    assert_eq!(seek(&mut guest, file, 0, 1), Ok(6));
    assert_eq!(seek(&mut guest, file, -3, 2), Ok(7));
    assert_eq!(seek(&mut guest, file, -1, 0), Err(Errno::Inval));
    assert_eq!(seek(&mut guest, file, 0, 3), Err(Errno::Inval));
    assert_eq!(seek(&mut guest, file, i64::MIN, 1), Err(Errno::Inval));
    assert_eq!(seek(&mut guest, file, 0, 0), Ok(0));
    assert_eq!(guest.read(file, 64).unwrap(), b"0123xx6789");
    assert_eq!(guest.read(file, 64).unwrap(), b"");
}

#[test]
fn positioned_access_leaves_the_position() {
    let (_host, mut guest) = stage();
    let file = guest.open(3, "file", false, 0, BOTH, 0).unwrap();
    guest.put(0, &[DATA.to_le_bytes(), 4u32.to_le_bytes()].concat());
    let pread = |guest: &mut Guest, offset| {
        guest.call(|ctx, memory| fd::fd_pread(ctx, memory, file, 0, 1, offset, 64))
    };
    pread(&mut guest, 6).unwrap();
    assert_eq!(&guest.memory[DATA as usize..][..4], b"6789");
    assert_eq!(pread(&mut guest, u64::MAX), Err(Errno::Inval));
    assert_eq!(pread(&mut guest, 1 << 63), Err(Errno::Inval));
    assert_eq!(guest.read(file, 2).unwrap(), b"01");
    let pwrite = guest.call(|ctx, memory| fd::fd_pwrite(ctx, memory, file, 0, 1, u64::MAX, 64));
    assert_eq!(pwrite, Err(Errno::Inval));
}

#[test]
fn appending_can_be_switched() {
    let (_host, mut guest) = stage();
    let file = guest.open(3, "log", false, CREAT, BOTH, APPEND).unwrap();
    guest.write(file, b"one").unwrap();
    seek(&mut guest, file, 0, 0).unwrap();
    guest.write(file, b"two").unwrap();
    let mut set =
        |flags| guest.call(|ctx, memory| fd::fd_fdstat_set_flags(ctx, memory, file, flags));
    assert_eq!(set(0), Ok(()));
    assert_eq!(set(16), Err(Errno::Notsup));
    assert_eq!(set(32), Err(Errno::Inval));
    seek(&mut guest, file, 0, 0).unwrap();
    guest.write(file, b"X").unwrap();
    seek(&mut guest, file, 0, 0).unwrap();
    assert_eq!(guest.read(file, 64).unwrap(), b"Xnetwo");
}

#[test]
fn opening_follows_its_flags() {
    let (_host, mut guest) = stage();
    guest.symlink("file", 3, "link").unwrap();
    guest.symlink("made", 3, "dangling").unwrap();
    let read = Rights::FD_READ;
    let mut open = |path: &str, follow, oflags, base| guest.open(3, path, follow, oflags, base, 0);
    assert_eq!(open("missing", true, 0, read), Err(Errno::Noent));
    assert_eq!(open("file", true, CREAT | EXCL, read), Err(Errno::Exist));
    assert_eq!(open("link", false, 0, read), Err(Errno::Loop));
    assert!(open("link", true, 0, read).is_ok());
    assert_eq!(open("link", false, CREAT | EXCL, read), Err(Errno::Exist));
    assert!(open("dangling", true, CREAT, read).is_ok());
    assert_eq!(open("file", true, DIRECTORY, read), Err(Errno::Notdir));
    assert_eq!(open("file/", true, 0, read), Err(Errno::Notdir));
    assert_eq!(open("new/", true, CREAT, read), Err(Errno::Isdir));
    assert_eq!(open("dir", true, CREAT, read), Err(Errno::Isdir));
    assert_eq!(open("dir", true, 0, BOTH), Err(Errno::Isdir));
    assert_eq!(open("dir", true, DIRECTORY, BOTH), Err(Errno::Isdir));
    assert_eq!(
        open("dir", true, DIRECTORY | CREAT, read),
        Err(Errno::Inval)
    );
    assert!(open("dir/", true, 0, read).is_ok());
    assert!(open("file", true, TRUNC, Rights::NONE).is_ok());
    assert_eq!(open("file", true, 16, read), Err(Errno::Inval));
    assert_eq!(guest.stat(3, "file", true).unwrap().size, 0);
    assert_eq!(guest.stat(3, "made", true).unwrap().size, 0);
}

#[test]
fn slashes_mean_directories() {
    let (_host, mut guest) = stage();
    guest.symlink("dir", 3, "link").unwrap();
    assert_eq!(guest.make_dir(3, "made//"), Ok(()));
    assert_eq!(guest.rename((3, "made/"), (3, "moved/")), Ok(()));
    assert_eq!(guest.rename((3, "file/"), (3, "x")), Err(Errno::Notdir));
    assert_eq!(guest.rename((3, "file"), (3, "x/")), Err(Errno::Notdir));
    assert_eq!(guest.rename((3, "link/"), (3, "x")), Err(Errno::Notdir));
    assert_eq!(guest.unlink(3, "file/"), Err(Errno::Notdir));
    assert_eq!(guest.unlink(3, "dir/"), Err(Errno::Isdir));
    assert_eq!(guest.unlink(3, "missing/"), Err(Errno::Noent));
    assert_eq!(guest.remove_dir(3, "file/"), Err(Errno::Notdir));
    assert_eq!(guest.remove_dir(3, "link/"), Err(Errno::Notdir));
    assert_eq!(guest.symlink("x", 3, "new/"), Err(Errno::Noent));
    assert_eq!(guest.symlink("x", 3, "dir/"), Err(Errno::Exist));
    assert_eq!(guest.link((3, "file"), (3, "new/")), Err(Errno::Noent));
    assert_eq!(guest.link((3, "file"), (3, "dir/")), Err(Errno::Exist));
    assert_eq!(guest.link((3, "dir/"), (3, "new")), Err(Errno::Perm));
    assert_eq!(guest.link((3, "file/"), (3, "new")), Err(Errno::Notdir));
    assert_eq!(guest.readlink(3, "link/"), Err(Errno::Inval));
    assert_eq!(guest.readlink(3, "link").unwrap(), b"dir");
    let dir = guest.stat(3, "dir", false).unwrap();
    assert_eq!(guest.stat(3, "link/", false).unwrap().ino, dir.ino);
    assert_ne!(guest.stat(3, "link", false).unwrap().ino, dir.ino);
    assert_eq!(guest.remove_dir(3, "moved/"), Ok(()));
}

#[test]
fn times_are_set_on_the_link_or_on_what_it_names() {
    let (_host, mut guest) = stage();
    guest.symlink("file", 3, "link").unwrap();
    let before = guest.stat(3, "file", false).unwrap();
    guest.set_times(3, "link", false).unwrap();
    assert_eq!(guest.stat(3, "link", false).unwrap().mtim, 6);
    assert_eq!(guest.stat(3, "file", false).unwrap().mtim, before.mtim);
    guest.set_times(3, "link", true).unwrap();
    let after = guest.stat(3, "file", false).unwrap();
    assert_eq!((after.atim, after.mtim), (5, 6));
    let file = guest.open(3, "file", false, 0, BOTH, 0).unwrap();
    let latest = guest.call(|ctx, memory| {
        fd::fd_filestat_set_times(ctx, memory, file, u64::MAX, u64::MAX, 5)?;
        fd::fd_filestat_get(ctx, memory, file, DATA)?;
        memory.read::<Filestat>(DATA)
    });
    // The host's file system may not reach that far; it must not go wrong either.
    assert!(latest.is_ok() || latest == Err(Errno::Inval));
}

#[test]
fn a_file_keeps_its_size_in_hand() {
    let (_host, mut guest) = stage();
    let file = guest.open(3, "file", false, 0, BOTH, 0).unwrap();
    let size = |guest: &mut Guest| guest.stat_fd(file).unwrap().size;
    guest
        .call(|ctx, memory| fd::fd_filestat_set_size(ctx, memory, file, 4))
        .unwrap();
    assert_eq!(size(&mut guest), 4);
    guest
        .call(|ctx, memory| fd::fd_allocate(ctx, memory, file, 2, 10))
        .unwrap();
    assert_eq!(size(&mut guest), 12);
    for bad in [u64::MAX, 1 << 63] {
        let resized = guest.call(|ctx, memory| fd::fd_filestat_set_size(ctx, memory, file, bad));
        assert_eq!(resized, Err(Errno::Inval));
        assert!(
            guest
                .call(|ctx, memory| fd::fd_allocate(ctx, memory, file, bad, 1))
                .is_err()
        );
        assert!(
            guest
                .call(|ctx, memory| fd::fd_advise(ctx, memory, file, 0, bad, 0))
                .is_err()
        );
    }
    guest
        .call(|ctx, memory| fd::fd_advise(ctx, memory, file, 0, 10, 5))
        .unwrap();
    assert_eq!(
        guest.call(|ctx, memory| fd::fd_advise(ctx, memory, file, 0, 10, 6)),
        Err(Errno::Inval)
    );
}

#[test]
fn positions_are_told_and_files_brought_to_the_disk() {
    let (_host, mut guest) = stage();
    let file = guest.open(3, "file", false, 0, BOTH, 0).unwrap();
    guest.read(file, 4).unwrap();
    let tell = |guest: &mut Guest, fd| {
        guest.call(|ctx, memory| {
            fd::fd_tell(ctx, memory, fd, DATA)?;
            memory.read::<u64>(DATA)
        })
    };
    assert_eq!(tell(&mut guest, file), Ok(4));
    assert!(tell(&mut guest, 3).is_err());
    for sync in [fd::fd_sync, fd::fd_datasync] {
        assert_eq!(guest.call(|ctx, memory| sync(ctx, memory, file)), Ok(()));
        assert_eq!(
            guest.call(|ctx, memory| sync(ctx, memory, 99)),
            Err(Errno::Badf)
        );
    }
}

#[test]
fn directories_are_no_files() {
    let (_host, mut guest) = stage();
    assert!(guest.read(3, 1).is_err() && guest.write(3, b"x").is_err());
    assert_eq!(seek(&mut guest, 3, 0, 1), Err(Errno::Isdir));
    let file = guest.open(3, "file", false, 0, BOTH, 0).unwrap();
    assert_eq!(guest.make_dir(file, "x"), Err(Errno::Notdir));
    assert_eq!(guest.read_dir(file, 64, 0).err(), Some(Errno::Notdir));
}

#[test]
fn granted_directories_are_found_by_name() {
    let (_host, mut guest) = stage();
    let name = |guest: &mut Guest, fd, len| {
        guest.call(|ctx, memory| {
            fd::fd_prestat_get(ctx, memory, fd, 0)?;
            let size = memory.read::<u32>(4)?;
            fd::fd_prestat_dir_name(ctx, memory, fd, DATA, len)?;
            Ok((memory.read::<u32>(0)?, size, memory.read::<u8>(DATA)?))
        })
    };
    assert_eq!(name(&mut guest, 3, 1), Ok((0, 1, b'/')));
    assert_eq!(name(&mut guest, 3, 5), Ok((0, 1, b'/')));
    assert_eq!(name(&mut guest, 3, 0), Err(Errno::Nametoolong));
    let dir = guest
        .open(3, "dir", false, DIRECTORY, Rights::DIRECTORY, 0)
        .unwrap();
    assert_eq!(name(&mut guest, dir, 1), Err(Errno::Badf));
    assert_eq!(name(&mut guest, 0, 1), Err(Errno::Badf));
    guest
        .call(|ctx, memory| fd::fd_renumber(ctx, memory, dir, 3))
        .unwrap();
    assert_eq!(name(&mut guest, 3, 1), Err(Errno::Badf));
    assert_eq!(guest.close(dir), Err(Errno::Badf));
}

#[test]
fn replaced_streams_carry_the_bytes() {
    let output = MemoryPipe::new(6);
    let ctx = WasiCtxBuilder::new()
        .stdin(MemoryPipe::from_bytes("input"))
        .stdout(output.clone())
        .process();
    let mut guest = Guest::new(ctx);
    assert_eq!(guest.read(0, 3).unwrap(), b"inp");
    assert_eq!(guest.read(0, 9).unwrap(), b"ut");
    assert_eq!(guest.read(0, 9).unwrap(), b"");
    assert_eq!(guest.write(1, b"out"), Ok(3));
    assert_eq!(guest.write(1, b"put!"), Ok(3));
    assert_eq!(guest.write(1, b"!"), Err(Errno::Nospc));
    assert_eq!(guest.write(2, b"forgotten"), Ok(9));
    assert_eq!(guest.write(0, b"x"), Err(Errno::Notcapable));
    assert_eq!(guest.read(1, 1), Err(Errno::Notcapable));
    assert_eq!(seek(&mut guest, 1, 0, 1), Err(Errno::Spipe));
    assert_eq!(output.contents(), b"output");
}

#[test]
fn results_are_written_only_where_there_is_memory() {
    let (_host, mut guest) = stage();
    let end = guest.memory.len() as u32;
    let fdstat = guest.call(|ctx, memory| fd::fd_fdstat_get(ctx, memory, 3, end - 23));
    assert_eq!(fdstat, Err(Errno::Fault));
    guest.memory.fill(0xaa);
    let fdstat = guest.call(|ctx, memory: GuestMemory<'_>| {
        fd::fd_fdstat_get(ctx, memory, 3, end - 24)?;
        memory.read::<Fdstat>(end - 24)
    });
    assert_eq!(fdstat.unwrap().flags, FdFlags::NONE);
    let padding = &guest.memory[end as usize - 20..end as usize - 16];
    assert_eq!(padding, [0; 4]);
    guest.put(0, &[(end - 1).to_le_bytes(), 2u32.to_le_bytes()].concat());
    let read = guest.call(|ctx, memory| fd::fd_write(ctx, memory, 1, 0, 1, 64));
    assert_eq!(read, Err(Errno::Fault));
    let huge = guest.call(|ctx, memory| fd::fd_write(ctx, memory, 1, 0, u32::MAX, 64));
    assert_eq!(huge, Err(Errno::Fault));
}

#[test]
fn sockets_that_were_handed_over_talk() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mut guest = Guest::new(WasiCtxBuilder::new().inherit_socket(listener).process());
    let accept = |guest: &mut Guest, flags| {
        guest.call(|ctx, memory| {
            sock::sock_accept(ctx, memory, 3, flags, 64)?;
            memory.read::<u32>(64)
        })
    };
    let set = guest.call(|ctx, memory| fd::fd_fdstat_set_flags(ctx, memory, 3, 4));
    assert_eq!((set, accept(&mut guest, 0)), (Ok(()), Err(Errno::Again)));
    guest
        .call(|ctx, memory| fd::fd_fdstat_set_flags(ctx, memory, 3, 0))
        .unwrap();
    let mut peer = TcpStream::connect(address).unwrap();
    let fd = accept(&mut guest, 4).unwrap();
    assert_eq!(guest.read(fd, 8), Err(Errno::Again));
    guest
        .call(|ctx, memory| fd::fd_fdstat_set_flags(ctx, memory, fd, 0))
        .unwrap();
    std::io::Write::write_all(&mut peer, b"ping").unwrap();
    guest.put(16, &[DATA.to_le_bytes(), 8u32.to_le_bytes()].concat());
    let peeked = guest.call(|ctx, memory| {
        sock::sock_recv(ctx, memory, fd, 16, 1, 1, 64, 68)?;
        Ok((memory.read::<u32>(64)?, memory.read::<u16>(68)?))
    });
    assert_eq!(peeked, Ok((4, 0)));
    assert_eq!(guest.read(fd, 8).unwrap(), b"ping");
    guest.put(DATA, b"answered");
    let sent = guest.call(|ctx, memory| {
        sock::sock_send(ctx, memory, fd, 16, 1, 0, 64)?;
        memory.read::<u32>(64)
    });
    assert_eq!((sent, guest.write(fd, b"pong")), (Ok(8), Ok(4)));
    let mut answer = [0; 12];
    std::io::Read::read_exact(&mut peer, &mut answer).unwrap();
    assert_eq!(&answer, b"answeredpong");
    let shutdown = |guest: &mut Guest, fd, how| {
        guest.call(|ctx, memory| sock::sock_shutdown(ctx, memory, fd, how))
    };
    assert_eq!(shutdown(&mut guest, fd, 2), Ok(()));
    assert_eq!(std::io::Read::read(&mut peer, &mut answer).unwrap(), 0);
    assert_eq!(shutdown(&mut guest, fd, 0), Err(Errno::Inval));
    assert_eq!(shutdown(&mut guest, 1, 1), Err(Errno::Notsock));
    assert_eq!(shutdown(&mut guest, 9, 1), Err(Errno::Badf));
}
