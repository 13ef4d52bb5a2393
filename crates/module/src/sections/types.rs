//! The type section (§ 5.5.4): recursion groups of sub types.

use wasmparser::TypeSectionReader;

use super::{Result, Sections, at, items, verdict};
use crate::convert::Types;

impl Sections {
    pub(super) fn types(&mut self, section: &TypeSectionReader<'_>) -> Result<()> {
        verdict(section, self.validator.type_section(section))?;
        for group in items(section) {
            let (_, group) = group?;
            let start = self.info.types.len() as u32;
            for (offset, ty) in group.into_types_and_offsets() {
                self.info
                    .types
                    .push(at(offset, Types { group: start }.sub_type(&ty))?);
            }
            self.info
                .rec_groups
                .push(start..self.info.types.len() as u32);
        }
        Ok(())
    }
}
