//! [`Config`]: how an engine compiles and what its modules may do.

use std::sync::Arc;

use weft_abi::Tunables;
use weft_module::Features;
use weft_runtime::EngineConfig;

use crate::{CacheConfig, ProfilingStrategy, Result};

/// When functions are compiled.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub enum Strategy {
    /// Each when it is first called: fast starts. Processors that have nothing to do compile some of what it may call.
    #[default]
    Lazy,
    /// All in `Module::new`, on all threads. The code is the same.
    Eager,
}

/// How much a message for the log matters.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum LogLevel {
    /// Something was not as it should be, and was worked around.
    Warn,
    /// What the engine does, for people who wonder.
    Info,
}

/// Where messages go: see [`Config::log`].
pub(crate) type Log = Arc<dyn Fn(LogLevel, &str) + Send + Sync>;

/// How an engine compiles and what its modules may do.
///
/// ```
/// use weft::{Config, Engine, Strategy};
///
/// let mut config = Config::new();
/// config.strategy(Strategy::Eager).consume_fuel(true);
/// config.wasm_feature("wide-arithmetic", true)?;
/// let engine = Engine::new(&config)?;
/// # Ok::<(), weft::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Config {
    pub(crate) strategy: Strategy,
    pub(crate) features: Features,
    pub(crate) runtime: EngineConfig,
    pub(crate) profiler: ProfilingStrategy,
    pub(crate) cache: Option<CacheConfig>,
    pub(crate) log: Option<Log>,
}

macro_rules! feature_switches {
    ($($(#[$doc:meta])* $method:ident => $field:ident;)*) => {$(
        $(#[$doc])*
        pub fn $method(&mut self, enable: bool) -> &mut Self {
            self.features.$field = enable;
            self
        }
    )*};
}

impl Config {
    /// The defaults: everything of WebAssembly 3.0 and threads, compiled lazily, without fuel, without a cache.
    pub fn new() -> Self {
        Self::default()
    }

    /// When functions are compiled.
    pub fn strategy(&mut self, strategy: Strategy) -> &mut Self {
        self.strategy = strategy;
        self
    }

    /// Switches a proposal by its name, such as `"wide-arithmetic"`; see [`Config::feature_names`].
    ///
    /// # Errors
    /// When there is no feature of that name.
    pub fn wasm_feature(&mut self, name: &str, enable: bool) -> Result<&mut Self> {
        self.features.set(name, enable)?;
        Ok(self)
    }

    /// The names that [`Config::wasm_feature`] knows.
    pub fn feature_names() -> &'static [&'static str] {
        Features::NAMES
    }

    /// Switches every proposal, standard or not.
    pub fn wasm_all_features(&mut self, enable: bool) -> &mut Self {
        self.features = if enable {
            Features::all()
        } else {
            Features::mvp()
        };
        self
    }

    feature_switches! {
        /// Whether modules may use 128-bit vectors.
        wasm_simd => simd;
        /// Whether modules may use vector instructions whose results depend on the machine.
        wasm_relaxed_simd => relaxed_simd;
        /// Whether modules may use shared memories and atomic instructions.
        wasm_threads => threads;
        /// Whether modules may use tail calls.
        wasm_tail_call => tail_call;
        /// Whether modules may have several memories.
        wasm_multi_memory => multi_memory;
        /// Whether modules may have 64-bit memories and tables.
        wasm_memory64 => memory64;
        /// Whether constant expressions may compute.
        wasm_extended_const => extended_const;
        /// Whether modules may use bulk memory instructions.
        wasm_bulk_memory => bulk_memory;
        /// Whether modules may use reference types.
        wasm_reference_types => reference_types;
        /// Whether modules may use typed function references.
        wasm_function_references => function_references;
        /// Whether functions and blocks may have several results.
        wasm_multi_value => multi_value;
        /// Whether modules may use structure and array types.
        wasm_gc => gc;
        /// Whether modules may use tags and exceptions.
        wasm_exceptions => exceptions;
        /// Whether memories may have pages of one byte.
        wasm_custom_page_sizes => custom_page_sizes;
        /// Whether modules may use 128-bit arithmetic.
        wasm_wide_arithmetic => wide_arithmetic;
    }

    fn tunables(&mut self) -> &mut Tunables {
        &mut self.runtime.tunables
    }

    /// Whether wasm consumes fuel, about one unit an instruction, and traps when it is used up: see
    /// [`Store::set_fuel`](crate::Store::set_fuel). A store starts with none.
    pub fn consume_fuel(&mut self, enable: bool) -> &mut Self {
        self.tunables().fuel = enable;
        self
    }

    /// Whether compiled code looks for interruption at function entries and loop heads, instead of being
    /// interrupted by a signal. It costs up to 6 % and is for embedders that cannot have signals.
    pub fn poll_interrupts(&mut self, enable: bool) -> &mut Self {
        self.tunables().poll_interrupts = enable;
        self
    }

    /// Whether every NaN that arithmetic yields is the canonical one.
    pub fn canonical_nan(&mut self, enable: bool) -> &mut Self {
        self.tunables().canonical_nan = enable;
        self
    }

    /// Whether relaxed SIMD instructions mean the same on every machine.
    pub fn relaxed_simd_deterministic(&mut self, enable: bool) -> &mut Self {
        self.tunables().deterministic_relaxed_simd = enable;
        self
    }

    /// Whether the same module with the same imports does the same on every machine: canonical NaN
    /// and fixed relaxed SIMD (the deterministic profile, appendix "Profiles"). Growth may still
    /// fail on one machine and not on another, and threads race.
    pub fn deterministic(&mut self, enable: bool) -> &mut Self {
        self.canonical_nan(enable)
            .relaxed_simd_deterministic(enable)
    }

    /// Whether memory and table accesses are masked against speculation. It is on by default.
    pub fn spectre_mitigations(&mut self, enable: bool) -> &mut Self {
        self.tunables().spectre = enable;
        self
    }

    /// Whether code uses only the CPU features that every supported machine has, so that
    /// [precompiled](crate::Module::serialize) modules run on all of them.
    pub fn baseline_cpu(&mut self, enable: bool) -> &mut Self {
        self.tunables().baseline_cpu = enable;
        self
    }

    /// The bytes of a store's wasm stack; 1 MiB by default. Recursion beyond it traps.
    pub fn max_wasm_stack(&mut self, bytes: usize) -> &mut Self {
        self.runtime.max_wasm_stack = bytes;
        self
    }

    /// How many instances a store may have at a time, whatever its limiter allows: a million by default.
    pub fn max_instances(&mut self, count: usize) -> &mut Self {
        self.runtime.max_instances = count;
        self
    }

    /// How many elements a table may have, whatever its store's limiter allows: ten million by default.
    pub fn max_table_elements(&mut self, elements: u64) -> &mut Self {
        self.runtime.max_table_elements = elements;
        self
    }

    /// The bytes of address space reserved for each memory with 32-bit addresses. With the default
    /// of 4 GiB accesses need no checks; with less they do.
    pub fn memory_reservation(&mut self, bytes: u64) -> &mut Self {
        self.tunables().memory.reservation32 = bytes;
        self
    }

    /// The bytes of address space reserved for each memory with 64-bit addresses, and so the most
    /// that it can have.
    pub fn memory64_reservation(&mut self, bytes: u64) -> &mut Self {
        self.tunables().memory.reservation64 = bytes;
        self
    }

    /// The bytes that stay inaccessible after each reservation.
    pub fn memory_guard_size(&mut self, bytes: u64) -> &mut Self {
        self.tunables().memory.guard = bytes;
        self
    }

    /// Whether memories have no reservation and accesses compare with their current length instead: slower, for
    /// machines that are short of address space.
    pub fn memory_dynamic(&mut self, enable: bool) -> &mut Self {
        self.tunables().memory.dynamic = enable;
        self
    }

    /// Whether everything is inlined that can be, in any module: for tests.
    #[doc(hidden)]
    pub fn inline_everything(&mut self, enable: bool) -> &mut Self {
        self.tunables().inline_everything = enable;
        self
    }

    /// The most bytes of objects that a store's garbage-collected heap may hold, live or not: 2 GiB at most, which is the
    /// default. What does not fit even after a collection traps.
    pub fn max_gc_heap(&mut self, bytes: usize) -> &mut Self {
        self.runtime.max_gc_heap = bytes;
        self
    }

    /// Collects garbage at every n-th allocation and makes stale references fault, if `n` is not 0: finds references that the
    /// collector does not know of. Slow, for tests.
    pub fn gc_zeal(&mut self, n: u32) -> &mut Self {
        self.runtime.gc_zeal = n;
        self
    }

    /// How profilers learn about compiled functions.
    pub fn profiler(&mut self, profiler: ProfilingStrategy) -> &mut Self {
        self.profiler = profiler;
        self
    }

    /// Where compiled code is kept between runs; nowhere by default.
    pub fn cache(&mut self, cache: Option<CacheConfig>) -> &mut Self {
        self.cache = cache;
        self
    }

    /// Where messages go that nobody has to read: damaged cache entries, what came from the
    /// cache. Nowhere by default.
    pub fn log(&mut self, log: impl Fn(LogLevel, &str) + Send + Sync + 'static) -> &mut Self {
        self.log = Some(Arc::new(log));
        self
    }
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config")
            .field("strategy", &self.strategy)
            .field("features", &self.features)
            .field("runtime", &self.runtime)
            .field("profiler", &self.profiler)
            .field("cache", &self.cache)
            .finish_non_exhaustive()
    }
}
