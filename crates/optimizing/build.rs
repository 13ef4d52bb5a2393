//! Gives the sources that determine code a number, for the fingerprint: code compiled by one build must not be run by
//! another that has the same version but lays things out in another way.

use std::fs;
use std::path::Path;

/// The crates that determine code. In a published package only the own sources are there; then versions tell the rest.
const SOURCES: [&str; 3] = ["src", "../abi/src", "../module/src"];

/// FNV-1a: nobody here means harm.
struct Hash(u64);

impl Hash {
    fn add(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        }
    }

    fn add_folder(&mut self, folder: &Path) {
        let Ok(entries) = fs::read_dir(folder) else {
            return;
        };
        let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            match path.is_dir() {
                true => self.add_folder(&path),
                false => self.add(&fs::read(&path).unwrap_or_default()),
            }
        }
    }
}

fn main() {
    let mut hash = Hash(0xcbf2_9ce4_8422_2325);
    for source in SOURCES {
        if Path::new(source).exists() {
            println!("cargo::rerun-if-changed={source}");
        }
        hash.add_folder(Path::new(source));
    }
    println!("cargo::rustc-env=WEFT_SOURCES={:016x}", hash.0);
}
