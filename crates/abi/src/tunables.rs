//! Settings that change what code is compiled: all of them are part of an artifact's fingerprint.

/// How linear memories are laid out and checked.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct MemoryPlan {
    /// Bytes of address space reserved for a memory with 32-bit addresses. With at least 4 GiB no
    /// access needs a check; below that, an access compares with this constant.
    pub reservation32: u64,
    /// Bytes of address space reserved for a memory with 64-bit addresses; accesses compare with it.
    pub reservation64: u64,
    /// Inaccessible bytes after each reservation. An access whose static offset and size fit into
    /// it needs no check of its own.
    pub guard: u64,
    /// Whether accesses compare with the memory's current length instead, which needs no
    /// reservation: for machines short of address space.
    pub dynamic: bool,
}

/// Settings of compiled code.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct Tunables {
    /// Memory layout.
    pub memory: MemoryPlan,
    /// Count fuel, and trap when it is used up.
    pub fuel: bool,
    /// Poll for interruption at function entries and loop heads, for embedders that cannot have signals.
    pub poll_interrupts: bool,
    /// Make every NaN that arithmetic yields the canonical one.
    pub canonical_nan: bool,
    /// Give relaxed SIMD instructions one fixed meaning on every machine.
    pub deterministic_relaxed_simd: bool,
    /// Mask table and bounds-checked memory accesses against speculation.
    pub spectre: bool,
    /// Keep the CPU features to the x86-64 baseline that the engine requires, for reproducible code.
    pub baseline_cpu: bool,
    /// Inline whatever can be, in every module: for tests.
    pub inline_everything: bool,
}

impl Default for MemoryPlan {
    fn default() -> Self {
        Self {
            reservation32: 4 << 30,
            reservation64: 16 << 30,
            guard: 32 << 20,
            dynamic: false,
        }
    }
}

impl Default for Tunables {
    fn default() -> Self {
        Self {
            memory: MemoryPlan::default(),
            fuel: false,
            poll_interrupts: false,
            canonical_nan: false,
            deterministic_relaxed_simd: false,
            spectre: true,
            baseline_cpu: false,
            inline_everything: false,
        }
    }
}
