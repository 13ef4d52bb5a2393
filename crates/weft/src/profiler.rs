//! Telling `perf` which machine code is which wasm function.

mod jitdump;
mod perfmap;

use std::sync::Mutex;

use weft_module::Names;
use weft_runtime::engine::OnPublish;

use crate::Result;
use crate::dwarf::demangle;

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
pub(crate) fn open(strategy: ProfilingStrategy) -> Result<Option<Box<dyn Profiler>>> {
    Ok(match strategy {
        ProfilingStrategy::None => None,
        ProfilingStrategy::PerfMap => Some(Box::new(perfmap::PerfMap::create()?)),
        ProfilingStrategy::JitDump => Some(Box::new(jitdump::JitDump::create()?)),
    })
}

/// What the runtime calls to have functions written down under their names.
pub(crate) fn hook(profiler: Box<dyn Profiler>) -> OnPublish {
    // The names of the module that came last: functions come in runs of one module.
    let last: Mutex<Option<(usize, Names)>> = Mutex::new(None);
    Box::new(move |code, function| {
        let Ok(mut last) = last.lock() else { return };
        let module = std::ptr::from_ref(code).addr();
        if last.as_ref().is_none_or(|(known, _)| *known != module) {
            *last = Some((module, Names::decode(code.info(), code.bytes())));
        }
        let func = code.info().func_index(function.func);
        let name = last
            .as_ref()
            .and_then(|(_, names)| names.function_name(func));
        match name {
            Some(name) => profiler.register(&demangle(name), function.code),
            None => profiler.register(&format!("wasm-function[{func}]"), function.code),
        }
    })
}
