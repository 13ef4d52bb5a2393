//! `/tmp/perf-PID.map`: one line a function with start, size and name, as `perf` reads it
//! (tools/perf/Documentation/jit-interface.txt in the Linux sources).

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::sync::{Mutex, Once};

use super::Profiler;
use crate::{Context as _, Result};

pub(super) struct PerfMap {
    file: Mutex<File>,
}

impl PerfMap {
    pub(super) fn create() -> Result<Self> {
        let path = format!("/tmp/perf-{}.map", std::process::id());
        // What an older process left is replaced once; then the engines of this process share the file.
        static REPLACED: Once = Once::new();
        REPLACED.call_once(|| drop(std::fs::remove_file(&path)));
        let file = File::options()
            .append(true)
            .create(true)
            // Everybody can put a link there.
            .custom_flags(libc::O_NOFOLLOW)
            .open(&path)
            .with_context(|| format!("cannot write {path}"))?;
        Ok(Self {
            file: Mutex::new(file),
        })
    }
}

impl Profiler for PerfMap {
    fn register(&self, name: &str, code: &[u8]) {
        let name = name.replace(['\n', '\r'], "_");
        // One write a line: lines stay whole whoever else appends.
        let line = format!("{:x} {:x} {name}\n", code.as_ptr().addr(), code.len());
        if let Ok(mut file) = self.file.lock() {
            let _ = file.write_all(line.as_bytes());
        }
    }
}
