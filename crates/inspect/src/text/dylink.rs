//! `dylink.0` sections with parts that the printer does not know: it would give up, so they are written as bytes.

use wasmparser::{BinaryReader, Dylink0SectionReader, Dylink0Subsection};

/// Whether the printer cannot print this custom section.
pub(super) fn must_be_raw(name: &str, data: &[u8]) -> bool {
    let mut parts = Dylink0SectionReader::new(BinaryReader::new(data, 0));
    name == "dylink.0" && parts.any(|part| matches!(part, Ok(Dylink0Subsection::Unknown { .. })))
}

/// The section as an annotation that has its bytes. It comes before all others.
pub(super) fn raw(data: &[u8]) -> String {
    let bytes: String = data
        .iter()
        .map(|byte| match byte {
            b' ' | b'!' | b'#'..=b'[' | b']'..=b'~' => char::from(*byte).to_string(),
            byte => format!("\\{byte:02x}"),
        })
        .collect();
    format!("(@custom \"dylink.0\" (before first) \"{bytes}\")")
}
