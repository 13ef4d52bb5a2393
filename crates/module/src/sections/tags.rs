//! The tag section (§ 5.5.17).

use wasmparser::TagSectionReader;

use super::{Result, Sections, items, verdict};
use crate::TypeIndex;

impl Sections {
    pub(super) fn tags(&mut self, section: &TagSectionReader<'_>) -> Result<()> {
        verdict(section, self.validator.tag_section(section))?;
        for tag in items(section) {
            let (_, tag) = tag?;
            self.info.tags.push(TypeIndex(tag.func_type_idx));
        }
        Ok(())
    }
}
