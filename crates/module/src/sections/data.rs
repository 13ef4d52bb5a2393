//! The data section (§ 5.5.14) and the data count section (§ 5.5.15).

use std::ops::Range;

use wasmparser::{DataKind, DataSectionReader};

use super::{Result, Sections, items, offset32, verdict};
use crate::{DataMode, DataSegment, DecodeError, MemoryIndex};

impl Sections {
    pub(super) fn data(&mut self, section: &DataSectionReader<'_>) -> Result<()> {
        verdict(section, self.validator.data_section(section))?;
        for segment in items(section) {
            let (_, segment) = segment?;
            let mode = match segment.kind {
                DataKind::Passive => DataMode::Passive,
                DataKind::Active {
                    memory_index,
                    offset_expr,
                } => DataMode::Active(MemoryIndex(memory_index), self.const_expr(&offset_expr)?),
            };
            let end = segment.range.end;
            let start = end - segment.data.len() as u64;
            self.info.data.push(DataSegment {
                mode,
                range: offset32(start)..offset32(end),
            });
        }
        Ok(())
    }

    pub(super) fn data_count(&mut self, count: u32, range: &Range<u64>) -> Result<()> {
        self.validator
            .data_count_section(count, range)
            .map_err(|error| DecodeError::invalid(&error))
    }
}
