//! Telling `perf` which machine code is which wasm function.

mod jitdump;
mod perfmap;

use std::sync::Arc;

use crate::Result;

/// How profilers learn about compiled functions.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub enum ProfilingStrategy {
    /// They do not.
    #[default]
    None,
    /// By `/tmp/perf-PID.map`: names and addresses, for `perf record` and `perf report`.
    PerfMap,
    /// By `jit-PID.dump` in the current directory: code as well, for `perf inject --jit` and
    /// `perf annotate`.
    JitDump,
}

impl std::str::FromStr for ProfilingStrategy {
    type Err = crate::Error;

    fn from_str(name: &str) -> Result<Self> {
        match name {
            "none" => Ok(Self::None),
            "perfmap" => Ok(Self::PerfMap),
            "jitdump" => Ok(Self::JitDump),
            _ => crate::bail!("unknown profiler `{name}`; there are: perfmap, jitdump, none"),
        }
    }
}

/// Writes down compiled functions.
pub(crate) trait Profiler: Send + Sync {
    /// `code` is called `name` from now on. A failure is not worth ending a run for.
    fn register(&self, name: &str, code: &[u8]);
}

/// The writer that `strategy` asks for.
///
/// # Errors
/// When its file cannot be made.
pub(crate) fn open(strategy: ProfilingStrategy) -> Result<Option<Arc<dyn Profiler>>> {
    Ok(match strategy {
        ProfilingStrategy::None => None,
        ProfilingStrategy::PerfMap => Some(Arc::new(perfmap::PerfMap::create()?)),
        ProfilingStrategy::JitDump => Some(Arc::new(jitdump::JitDump::create()?)),
    })
}
