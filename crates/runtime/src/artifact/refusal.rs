//! Why an artifact is refused, in words for whoever has to do something about it.
//!
//! A fingerprint is long. What is shown of two that differ is the first thing that matters: the version, else the
//! CPU, else the settings.

use std::fmt;

/// Why an artifact is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ArtifactError {
    /// The bytes do not start like an artifact.
    NotAnArtifact,
    /// Another version of the engine made it.
    Version {
        /// The version that made it.
        found: String,
        /// This version.
        expected: String,
    },
    /// It was made for another kind of CPU.
    Cpu(CpuMismatch),
    /// It was made with other settings.
    Settings {
        /// Those it was made with, as far as they differ.
        found: String,
        /// Those of this engine.
        expected: String,
    },
    /// Bytes are missing at its end.
    CutShort,
    /// Bytes are changed.
    Damaged(&'static str),
    /// It does not carry what was asked of it.
    Incomplete(&'static str),
    /// It could not be read.
    Io(String),
}

/// How two CPUs differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CpuMismatch {
    /// In their architecture or system.
    Target {
        /// What the artifact was made for.
        found: String,
        /// What this machine is.
        expected: String,
    },
    /// The artifact needs features that this CPU has not.
    Lacking(Vec<String>),
    /// The artifact was made for a CPU without features that this one has.
    Surplus(Vec<String>),
}

impl fmt::Display for ArtifactError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnArtifact => f.write_str("not a precompiled module"),
            Self::Version { found, expected } => write!(
                f,
                "it was compiled by another version of Weft: {found}, but this is {expected}"
            ),
            Self::Cpu(mismatch) => mismatch.fmt(f),
            Self::Settings { found, expected } => {
                write!(
                    f,
                    "it was compiled with other settings: {found}, but here {expected}"
                )
            }
            Self::CutShort => f.write_str("the precompiled module is cut short"),
            Self::Damaged(what) => write!(f, "the precompiled module is damaged: {what}"),
            Self::Incomplete(what) => write!(f, "the precompiled module has no {what}"),
            Self::Io(message) => write!(f, "cannot read the precompiled module: {message}"),
        }
    }
}

impl fmt::Display for CpuMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Target { found, expected } => {
                write!(f, "it was compiled for {found}, but this is {expected}")
            }
            Self::Lacking(features) => write!(
                f,
                "it was compiled for another CPU: this one has no {}",
                features.join(", ")
            ),
            Self::Surplus(features) => write!(
                f,
                "it was compiled for another CPU: one without {}, which this one has",
                features.join(", ")
            ),
        }
    }
}

impl std::error::Error for ArtifactError {}

impl ArtifactError {
    /// The difference between two fingerprints (see [`weft_abi::Compiler::fingerprint`]) that are not equal.
    pub(super) fn mismatch(found: &str, expected: &str) -> Self {
        let [found_version, found_cpu, found_settings] = lines(found);
        let [version, cpu, settings] = lines(expected);
        match () {
            () if found_version != version => Self::Version {
                found: found_version.into(),
                expected: version.into(),
            },
            () if found_cpu != cpu => Self::Cpu(CpuMismatch::new(found_cpu, cpu)),
            () => Self::Settings {
                found: only_in(found_settings, settings),
                expected: only_in(settings, found_settings),
            },
        }
    }
}

impl CpuMismatch {
    fn new(found: &str, expected: &str) -> Self {
        let (found_target, found_features) = found.split_once(' ').unwrap_or((found, ""));
        let (target, features) = expected.split_once(' ').unwrap_or((expected, ""));
        if found_target != target {
            return Self::Target {
                found: found_target.into(),
                expected: target.into(),
            };
        }
        let lacking = features_only_in(found_features, features);
        match lacking.is_empty() {
            true => Self::Surplus(features_only_in(features, found_features)),
            false => Self::Lacking(lacking),
        }
    }
}

/// The version, the CPU and the settings.
fn lines(fingerprint: &str) -> [&str; 3] {
    let mut lines = fingerprint.splitn(3, '\n');
    std::array::from_fn(|_| lines.next().unwrap_or(""))
}

fn features_only_in(features: &str, others: &str) -> Vec<String> {
    let has = |wanted: &str| others.split(' ').any(|other| other == wanted);
    let only = features.split(' ').filter(|feature| !has(feature));
    only.map(String::from).collect()
}

/// The settings that `others` has not, of the debug form of a structure.
fn only_in(settings: &str, others: &str) -> String {
    let fields = |text| str::split(text, ['{', '}', ',']).map(str::trim);
    let only = fields(settings).filter(|field| !fields(others).any(|other| other == *field));
    only.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: &str = "weft 0.1\nx86-64 avx avx2\nS { memory: M { guard: 8 }, fuel: false }";

    fn refused(found: &str) -> String {
        ArtifactError::mismatch(found, HERE).to_string()
    }

    #[test]
    fn what_differs_is_named_alone() {
        assert_eq!(
            refused(&HERE.replace("0.1", "0.2")),
            "it was compiled by another version of Weft: weft 0.2, but this is weft 0.1"
        );
        assert_eq!(
            refused(&HERE.replace("x86-64", "arm")),
            "it was compiled for arm, but this is x86-64"
        );
        assert_eq!(
            refused(&HERE.replace("avx2", "avx512f avx512vl")),
            "it was compiled for another CPU: this one has no avx512f, avx512vl"
        );
        assert_eq!(
            refused(&HERE.replace(" avx2", "")),
            "it was compiled for another CPU: one without avx2, which this one has"
        );
        assert_eq!(
            refused(
                &HERE
                    .replace("false", "true")
                    .replace("guard: 8", "guard: 9")
            ),
            "it was compiled with other settings: guard: 9, fuel: true, but here guard: 8, fuel: false"
        );
    }

    #[test]
    fn a_fingerprint_of_another_form_is_of_another_version() {
        for found in ["", "one line", "\n\n\n"] {
            let error = ArtifactError::mismatch(found, HERE);
            assert!(matches!(error, ArtifactError::Version { .. }), "{found:?}");
        }
    }
}
