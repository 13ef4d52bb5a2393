//! `jit-PID.dump`: functions with their code, in the format of
//! tools/perf/Documentation/jitdump-specification.txt in the Linux sources.

use std::fs::File;
use std::io::Write;
use std::ptr::NonNull;
use std::sync::Mutex;

use rustix::mm::{MapFlags, ProtFlags};
use rustix::time::ClockId;

use super::Profiler;
use crate::{Context as _, Result};

/// "JiTD".
const MAGIC: u32 = 0x4A69_5444;
const VERSION: u32 = 1;
const HEADER_SIZE: u32 = 40;
const EM_X86_64: u32 = 62;
const JIT_CODE_LOAD: u32 = 0;
/// Bytes of a load record before the name.
const LOAD_SIZE: usize = 56;

pub(super) struct JitDump {
    state: Mutex<State>,
    mapping: Marker,
}

struct State {
    file: File,
    next_index: u64,
}

/// An executable mapping of the file's first page: `perf record` sees it being made and so knows
/// where the dump is.
struct Marker(NonNull<core::ffi::c_void>);

// SAFETY: the mapping is never read or written.
unsafe impl Send for Marker {}
// SAFETY: as above.
unsafe impl Sync for Marker {}

const PAGE: usize = 4096;

impl Marker {
    fn new(file: &File) -> Result<Self> {
        // SAFETY: a new mapping at a place of the kernel's choice.
        let page = unsafe {
            rustix::mm::mmap(
                std::ptr::null_mut(),
                PAGE,
                ProtFlags::READ | ProtFlags::EXEC,
                MapFlags::PRIVATE,
                file,
                0,
            )
        };
        let page = page.context("cannot map the profile for perf to see")?;
        Ok(Self(NonNull::new(page).context("mapped at address 0")?))
    }
}

impl Drop for Marker {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours and nobody uses it.
        let _ = unsafe { rustix::mm::munmap(self.0.as_ptr(), PAGE) };
    }
}

impl JitDump {
    pub(super) fn create() -> Result<Self> {
        let path = format!("jit-{}.dump", std::process::id());
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(&path)
            .with_context(|| format!("cannot write {path}"))?;
        file.write_all(&header())
            .with_context(|| format!("cannot write {path}"))?;
        let mapping = Marker::new(&file)?;
        Ok(Self {
            state: Mutex::new(State {
                file,
                next_index: 0,
            }),
            mapping,
        })
    }
}

impl Profiler for JitDump {
    fn register(&self, name: &str, code: &[u8]) {
        let _ = &self.mapping;
        if let Ok(mut state) = self.state.lock() {
            let record = load_record(name, code, state.next_index);
            state.next_index += 1;
            let _ = state.file.write_all(&record);
        }
    }
}

/// Nanoseconds on the clock that `perf record -k 1` uses.
fn timestamp() -> u64 {
    let time = rustix::time::clock_gettime(ClockId::Monotonic);
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

fn header() -> Vec<u8> {
    let mut out = Vec::new();
    for word in [
        MAGIC,
        VERSION,
        HEADER_SIZE,
        EM_X86_64,
        0,
        std::process::id(),
    ] {
        out.extend(word.to_le_bytes());
    }
    for word in [timestamp(), 0] {
        out.extend(word.to_le_bytes());
    }
    out
}

fn load_record(name: &str, code: &[u8], index: u64) -> Vec<u8> {
    let name: Vec<u8> = name.bytes().filter(|&byte| byte != 0).collect();
    let size = LOAD_SIZE + name.len() + 1 + code.len();
    let address = code.as_ptr().addr() as u64;
    let mut out = Vec::with_capacity(size);
    for word in [JIT_CODE_LOAD, size as u32] {
        out.extend(word.to_le_bytes());
    }
    out.extend(timestamp().to_le_bytes());
    for word in [std::process::id(), thread_id()] {
        out.extend(word.to_le_bytes());
    }
    for word in [address, address, code.len() as u64, index] {
        out.extend(word.to_le_bytes());
    }
    out.extend(name);
    out.push(0);
    out.extend(code);
    out
}

fn thread_id() -> u32 {
    rustix::thread::gettid().as_raw_nonzero().get() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_has_its_size() {
        assert_eq!(header().len(), HEADER_SIZE as usize);
    }

    #[test]
    fn a_record_says_its_own_size() {
        let record = load_record("f\0oo", &[0x90; 7], 3);
        let size = u32::from_le_bytes(record[4..8].try_into().unwrap());
        assert_eq!(size as usize, record.len());
        assert_eq!(&record[LOAD_SIZE..LOAD_SIZE + 4], b"foo\0");
    }
}
