//! Custom sections (§ 5.5.3): noted, and left to those who know what is in them.

use wasmparser::CustomSectionReader;

use super::{Result, Sections, offset32};
use crate::CustomSection;

impl Sections {
    pub(super) fn custom(&mut self, section: &CustomSectionReader<'_>) -> Result<()> {
        let range = section.data_range();
        let range = offset32(range.start)..offset32(range.end);
        self.info.customs.push(CustomSection {
            name: section.name().into(),
            range,
        });
        Ok(())
    }
}
