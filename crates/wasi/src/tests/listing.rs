//! Directory listings: paging, cookies, and what the guest's buffer holds afterwards.

use crate::check::{DATA, Guest};
use crate::memory::Value;
use crate::types::Dirent;
use crate::{Errno, Permissions};
use std::collections::BTreeSet;
use std::fs;
use tempfile::TempDir;

fn stage(files: usize) -> (TempDir, Guest) {
    let host = tempfile::tempdir().unwrap();
    for i in 0..files {
        fs::write(host.path().join(format!("file-{i}")), "").unwrap();
    }
    let guest = Guest::granted(host.path(), Permissions::READ_ONLY).unwrap();
    (host, guest)
}

/// The complete entries in a buffer.
fn entries(mut bytes: &[u8]) -> Vec<(Dirent, String)> {
    let mut entries = Vec::new();
    while bytes.len() >= 24 {
        let dirent = Dirent::decode(bytes);
        let Some(name) = bytes.get(24..24 + dirent.namlen as usize) else {
            break;
        };
        entries.push((dirent, String::from_utf8(name.to_vec()).unwrap()));
        bytes = &bytes[24 + name.len()..];
    }
    entries
}

/// Lists with buffers of `len` bytes, as a C library does.
fn list(guest: &mut Guest, len: u32) -> Vec<String> {
    let mut names = Vec::new();
    let mut cookie = 0;
    loop {
        let bytes = guest.read_dir(3, len, cookie).unwrap();
        let page = entries(&bytes);
        for (dirent, name) in &page {
            cookie = dirent.next;
            names.push(name.clone());
        }
        if bytes.len() < len as usize {
            return names;
        }
        assert!(!page.is_empty(), "a page must hold an entry");
    }
}

#[test]
fn every_buffer_size_lists_everything_once() {
    let (_host, mut guest) = stage(40);
    let mut expected: BTreeSet<String> = (0..40).map(|i| format!("file-{i}")).collect();
    expected.extend([".".to_owned(), "..".to_owned()]);
    for len in [32, 33, 55, 64, 100, 256, 4096] {
        let names = list(&mut guest, len);
        assert_eq!(names.len(), 42, "with {len} bytes");
        assert_eq!(names.into_iter().collect::<BTreeSet<_>>(), expected);
    }
}

#[test]
fn a_cookie_leads_back_to_its_place() {
    let (_host, mut guest) = stage(20);
    let all = entries(&guest.read_dir(3, 4096, 0).unwrap());
    for at in [0, 7, 3, 18, 11] {
        let rest = entries(&guest.read_dir(3, 4096, all[at].0.next).unwrap());
        assert_eq!(rest.len(), all.len() - at - 1);
        assert_eq!(
            rest.first().map(|entry| &entry.1),
            all.get(at + 1).map(|entry| &entry.1)
        );
    }
    assert_eq!(guest.read_dir(3, 64, u64::MAX).err(), Some(Errno::Inval));
}

#[test]
fn starting_again_sees_what_is_new() {
    let (host, mut guest) = stage(1);
    assert_eq!(list(&mut guest, 512).len(), 3);
    fs::write(host.path().join("later"), "").unwrap();
    assert_eq!(list(&mut guest, 512).len(), 4);
}

#[test]
fn a_full_buffer_holds_a_cut_entry_and_nothing_of_the_host() {
    let (_host, mut guest) = stage(5);
    guest.memory.fill(0xaa);
    let bytes = guest.read_dir(3, 70, 0).unwrap();
    assert_eq!(bytes.len(), 70);
    assert_eq!(&bytes[21..24], [0; 3], "padding is zero");
    assert!(
        guest.memory[DATA as usize + 70..]
            .iter()
            .all(|byte| *byte == 0xaa)
    );
    assert_eq!(guest.read_dir(3, 0, 0).unwrap(), b"");
    assert_eq!(guest.read_dir(3, u32::MAX, 0).err(), Some(Errno::Fault));
}

#[test]
fn entries_say_what_they_are() {
    let (host, mut guest) = stage(1);
    fs::create_dir(host.path().join("dir")).unwrap();
    let bytes = guest.read_dir(3, 4096, 0).unwrap();
    let own = guest.stat(3, "file-0", false).unwrap();
    for (dirent, name) in entries(&bytes) {
        let at = bytes
            .windows(name.len())
            .rposition(|part| part == name.as_bytes())
            .unwrap();
        let kind = bytes[at - 4];
        match name.as_str() {
            "file-0" => assert_eq!((kind, dirent.ino), (4, own.ino)),
            "dir" => assert_eq!(kind, 3),
            ".." => assert_eq!(dirent.ino, 0, "the parent was not given"),
            _ => {}
        }
    }
}
