//! Every function takes whatever numbers a guest gives it: each call ends, with a result or an error number.

use crate::memory::GuestMemory;
use crate::{
    Function, Permissions, RandomSource, SeededRandom, WasiCtx, WasiCtxBuilder, functions,
};
use std::fs;
use std::os::unix::net::UnixStream;
use std::path::Path;

/// Numbers at the edges of descriptors, pointers into the memory below, lengths, flags and offsets.
const NUMBERS: [u64; 24] = [
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    8,
    24,
    48,
    64,
    0x100,
    0x1000,
    0x7fff,
    0xfff0,
    0xffff,
    0x1_0000,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_fff0,
    0xffff_ffff,
    0x1_0000_0000,
    1 << 63,
    u64::MAX,
];

/// The largest error number, of `notcapable`.
const LAST_ERRNO: i32 = 76;

/// A guest that has a directory, a socket, and streams; its time passes at once, so it never waits.
fn guest(host: &Path) -> WasiCtx {
    let (socket, _) = UnixStream::pair().unwrap();
    let mut builder = WasiCtxBuilder::new();
    builder
        .args(["program", "argument"])
        .env("NAME", "value")
        .deterministic(1)
        .max_bytes_written(1 << 20)
        .max_open_files(32)
        .inherit_socket(socket)
        .preopened_dir(host, "/", Permissions::ALL)
        .unwrap();
    builder.build()
}

/// A memory with paths and buffers where [`NUMBERS`] point.
fn memory(random: &mut SeededRandom) -> Vec<u8> {
    let mut bytes = vec![0; 0x1_0000];
    random.fill(&mut bytes[0x2000..0x4000]);
    for (at, text) in [
        (0, "file"),
        (8, "dir"),
        (0x100, "dir/../new"),
        (0x1000, ".."),
    ] {
        bytes[at..at + text.len()].copy_from_slice(text.as_bytes());
    }
    // A list of two buffers.
    for (at, number) in [(24, 0x100_u32), (28, 16), (32, 0xfff0), (36, 32)] {
        bytes[at..at + 4].copy_from_slice(&number.to_le_bytes());
    }
    bytes
}

fn call(
    guest: &mut WasiCtx,
    function: &Function,
    bytes: &mut [u8],
    random: &mut SeededRandom,
) -> i32 {
    let mut drawn = [0; 16];
    random.fill(&mut drawn);
    let count = function.params().len();
    let arguments = drawn[..count]
        .iter()
        .map(|&n| NUMBERS[usize::from(n) % NUMBERS.len()]);
    let arguments: Vec<u64> = arguments.collect();
    guest.invoke(function, GuestMemory::new(bytes), &arguments)
}

#[test]
fn any_arguments_give_a_result_or_an_error_number() {
    let host = tempfile::tempdir().unwrap();
    fs::write(host.path().join("file"), "0123456789").unwrap();
    fs::create_dir(host.path().join("dir")).unwrap();
    let mut random = SeededRandom::new(45);
    for of_unstable in [false, true] {
        for _ in 0..300 {
            let mut guest = guest(host.path());
            let mut bytes = memory(&mut random);
            for function in functions(of_unstable) {
                let number = call(&mut guest, function, &mut bytes, &mut random);
                assert!((0..=LAST_ERRNO).contains(&number), "{}", function.name());
            }
        }
    }
}
