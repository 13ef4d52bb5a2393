//! The machine that code is made for: Cranelift's target, its settings, and the fingerprint of both.

use std::sync::Arc;

use cranelift_codegen::isa::{self, TargetIsa};
use cranelift_codegen::settings::{self, Configurable, SetError};
use weft_abi::Tunables;

/// The base-2 logarithm of the guard below each wasm stack: frames that are larger probe it.
const GUARD_LOG2: &str = "20";

/// CPU features that code must have, because without them Cranelift calls helper functions from
/// inside wasm, which would run on the wasm stack.
const REQUIRED: [(&str, &str); 4] = [
    ("has_sse3", "SSE3"),
    ("has_ssse3", "SSSE3"),
    ("has_sse41", "SSE4.1"),
    ("has_cmpxchg16b", "CMPXCHG16B"),
];

/// This machine cannot run the compiler's code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetError {
    message: String,
}

impl std::fmt::Display for TargetError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for TargetError {}

impl From<SetError> for TargetError {
    fn from(error: SetError) -> Self {
        Self::new(format!("Cranelift refuses a setting: {error}"))
    }
}

impl TargetError {
    fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
        }
    }
}

/// How much work goes into a function.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Effort {
    /// All that makes code faster.
    Full,
    /// What takes time in proportion to the function's size, unless much lives at many branches: for functions so large that nothing
    /// else ends.
    Linear,
}

impl Effort {
    fn settings(self) -> [(&'static str, &'static str); 2] {
        match self {
            Self::Full => [
                ("opt_level", "speed"),
                ("regalloc_algorithm", "backtracking"),
            ],
            Self::Linear => [("opt_level", "none"), ("regalloc_algorithm", "single_pass")],
        }
    }
}

/// The target for this machine under `tunables`.
pub(crate) fn target(
    tunables: &Tunables,
    effort: Effort,
) -> Result<Arc<dyn TargetIsa>, TargetError> {
    let detected = cranelift_native::builder().map_err(TargetError::new)?;
    let detected = finish(detected, settings::builder())?;
    let missing = missing_features(&*detected);
    if !missing.is_empty() {
        return Err(TargetError::new(format!(
            "this CPU lacks {}, which compiled code needs",
            missing.join(", ")
        )));
    }
    let mut builder =
        cranelift_native::builder_with_options(!tunables.baseline_cpu).map_err(TargetError::new)?;
    if tunables.baseline_cpu {
        for (feature, _) in REQUIRED {
            builder.enable(feature)?;
        }
    }
    finish(builder, flags(tunables, effort)?)
}

fn finish(
    builder: isa::Builder,
    flags: settings::Builder,
) -> Result<Arc<dyn TargetIsa>, TargetError> {
    builder
        .finish(settings::Flags::new(flags))
        .map_err(|error| TargetError::new(format!("Cranelift has no such target: {error}")))
}

fn missing_features(isa: &dyn TargetIsa) -> Vec<&'static str> {
    let has = |name: &str| {
        isa.isa_flags()
            .iter()
            .any(|flag| flag.name == name && flag.as_bool() == Some(true))
    };
    REQUIRED
        .iter()
        .filter(|(flag, _)| !has(flag))
        .map(|&(_, name)| name)
        .collect()
}

fn flags(tunables: &Tunables, effort: Effort) -> Result<settings::Builder, TargetError> {
    let mut flags = settings::builder();
    for (name, value) in effort.settings() {
        flags.set(name, value)?;
    }
    for (name, value) in [
        ("enable_alias_analysis", "true"),
        ("enable_probestack", "true"),
        ("probestack_strategy", "inline"),
        ("probestack_size_log2", GUARD_LOG2),
        // Where registers are saved, for throws.
        ("unwind_info", "true"),
        ("machine_code_cfg_info", "true"),
        ("preserve_frame_pointers", "true"),
        ("enable_verifier", bool_name(cfg!(debug_assertions))),
        (
            "enable_nan_canonicalization",
            bool_name(tunables.canonical_nan),
        ),
    ] {
        flags.set(name, value)?;
    }
    Ok(flags)
}

fn bool_name(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

/// All that determines code besides the module: the version, the CPU and the settings, a line each.
pub(crate) fn fingerprint(isa: &dyn TargetIsa, tunables: &Tunables) -> String {
    let features = isa
        .isa_flags()
        .iter()
        .filter(|flag| flag.as_bool() == Some(true))
        .map(|flag| flag.name.trim_start_matches("has_"))
        .collect::<Vec<_>>()
        .join(" ");
    format!(
        "weft-optimizing {} with cranelift {}, sources {}\n{} {features}\n{tunables:?}",
        env!("CARGO_PKG_VERSION"),
        cranelift_codegen::VERSION,
        env!("WEFT_SOURCES"),
        isa.triple(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tunable_is_in_the_fingerprint() {
        let plain = Tunables::default();
        let fuel = Tunables {
            fuel: true,
            ..plain
        };
        let isa = target(&plain, Effort::Full).unwrap();
        assert_ne!(fingerprint(&*isa, &plain), fingerprint(&*isa, &fuel));
    }

    #[test]
    fn the_baseline_cpu_has_the_required_features_and_no_others() {
        let tunables = Tunables {
            baseline_cpu: true,
            ..Tunables::default()
        };
        let isa = target(&tunables, Effort::Full).unwrap();
        assert!(missing_features(&*isa).is_empty());
        assert!(!fingerprint(&*isa, &tunables).contains("avx"));
    }
}
