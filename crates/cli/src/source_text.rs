//! Lines of source files that a module's debug information names.
//!
//! The names are the module's, which may be hostile: only ordinary files of the size of source are read.

use std::collections::HashMap;

/// The largest file that is taken for source.
const MAX_SIZE: u64 = 16 << 20;

/// Source files that have been looked for, by name.
#[derive(Default)]
pub(crate) struct SourceText(HashMap<String, Option<String>>);

impl SourceText {
    /// The line `number`, from 1, of `file`, if that can be read here.
    pub(crate) fn line(&mut self, file: &str, number: u32) -> Option<&str> {
        if !self.0.contains_key(file) {
            self.0.insert(file.to_string(), read(file));
        }
        let text = self.0.get(file)?.as_deref()?;
        text.lines().nth((number as usize).checked_sub(1)?)
    }
}

fn read(file: &str) -> Option<String> {
    let metadata = std::fs::metadata(file).ok()?;
    match metadata.is_file() && metadata.len() <= MAX_SIZE {
        true => std::fs::read_to_string(file).ok(),
        false => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_are_read() {
        let mut sources = SourceText::default();
        let own = concat!(env!("CARGO_MANIFEST_DIR"), "/src/source_text.rs");
        assert!(sources.line(own, 1).unwrap().starts_with("//! Lines"));
        assert_eq!(sources.line(own, 0), None);
        assert_eq!(sources.line(own, 1 << 20), None);
        assert_eq!(sources.line("/dev/zero", 1), None);
        assert_eq!(sources.line("/absent", 1), None);
    }
}
