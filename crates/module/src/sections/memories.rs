//! The memory section (§ 5.5.8).

use wasmparser::MemorySectionReader;

use super::{Result, Sections, at, items, verdict};
use crate::convert::memory_type;

impl Sections {
    pub(super) fn memories(&mut self, section: &MemorySectionReader<'_>) -> Result<()> {
        verdict(section, self.validator.memory_section(section))?;
        for memory in items(section) {
            let (offset, memory) = memory?;
            self.info.memories.push(at(offset, memory_type(&memory))?);
        }
        Ok(())
    }
}
