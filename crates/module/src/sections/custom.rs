//! Custom sections (§ 5.5.3): noted, and left to those who know what is in them.

use wasmparser::{BinaryReader, BranchHintSectionReader, CustomSectionReader};

use super::{Result, Sections, offset32};
use crate::{CustomSection, FuncIndex};

/// The section in which compilers say which branches are likely.
const BRANCH_HINTS: &str = "metadata.code.branch_hint";

impl Sections {
    pub(super) fn custom(&mut self, section: &CustomSectionReader<'_>) -> Result<()> {
        let range = section.data_range();
        let range = offset32(range.start)..offset32(range.end);
        self.info.customs.push(CustomSection {
            name: section.name().into(),
            range,
        });
        if section.name() == BRANCH_HINTS {
            self.branch_hints(BinaryReader::new(section.data(), section.data_offset()));
        }
        Ok(())
    }

    /// Notes where each function's hints are. A section that cannot be read, or is out of order, is no error:
    /// hints are advice, and what comes before still counts.
    fn branch_hints(&mut self, data: BinaryReader<'_>) {
        let Ok(section) = BranchHintSectionReader::new(data) else {
            return;
        };
        for function in section.into_iter().map_while(wasmparser::Result::ok) {
            let func = FuncIndex(function.func);
            let hints = &mut self.info.branch_hints;
            if hints.last().is_some_and(|&(last, _)| last >= func) {
                return;
            }
            let range = function.hints.range();
            hints.push((func, offset32(range.start)..offset32(range.end)));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Features, FuncIndex, decode};

    #[test]
    fn branch_hints_are_found_by_function() {
        let bytes = wat::parse_str(
            r#"(module (func) (func (param i32)
                block local.get 0 (@metadata.code.branch_hint "\00") br_if 0 end))"#,
        )
        .unwrap();
        let info = decode(&bytes, &Features::default()).unwrap();
        let (func, range) = &info.branch_hints[0];
        assert_eq!(*func, FuncIndex(1));
        // One hint: its offset in the body, the length 1, not taken.
        let hints = &bytes[range.start as usize..range.end as usize];
        assert_eq!(hints, [1, 5, 1, 0]);
    }
}
