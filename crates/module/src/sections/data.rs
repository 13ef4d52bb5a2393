//! The data section (§ 5.5.14) and the data count section (§ 5.5.15).

use std::ops::Range;

use wasmparser::{BinaryReader, DataKind, DataSectionReader};

use super::const_expr::simple_const;
use super::{Result, Sections, items, offset32, verdict};
use crate::limits::MAX_DATA_SEGMENTS;
use crate::{
    AddressType, ConstOp, DataMode, DataSegment, DecodeError, EntityIndex, IndexVec, MemoryIndex,
};

impl Sections {
    /// Takes in the section, whose `contents` these are.
    pub(super) fn data(&mut self, section: &DataSectionReader<'_>, contents: &[u8]) -> Result<()> {
        if let Some(segments) = self.plain_segments(contents, section.range().start) {
            self.info.data = segments;
            return Ok(());
        }
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
            let range = offset32(start)..offset32(end);
            self.info.data.push(DataSegment { mode, range });
        }
        Ok(())
    }

    pub(super) fn data_count(&mut self, count: u32, range: &Range<u64>) -> Result<()> {
        let counted = self.validator.data_count_section(count, range);
        counted.map_err(|error| DecodeError::invalid(&error))
    }

    /// The segments of a section in which all are plain: for memory 0 at a constant address, or
    /// passive. Go programs have a hundred thousand of them, and there is nothing to validate but
    /// what is read anyhow. Anything else, errors included, is left to the validator.
    fn plain_segments(
        &self,
        contents: &[u8],
        start: u64,
    ) -> Option<IndexVec<crate::DataIndex, DataSegment>> {
        let mut reader = BinaryReader::new(contents, start);
        let count = reader.read_var_u32().ok()?;
        if count > MAX_DATA_SEGMENTS {
            return None;
        }
        let mut segments = IndexVec::with_capacity((count as usize).min(contents.len() / 2));
        for _ in 0..count {
            segments.push(self.plain_segment(&mut reader)?);
        }
        reader.eof().then_some(segments)
    }

    fn plain_segment(&self, reader: &mut BinaryReader<'_>) -> Option<DataSegment> {
        const ACTIVE: u32 = 0;
        const PASSIVE: u32 = 1;
        let mode = match reader.read_var_u32().ok()? {
            ACTIVE => self.plain_mode(reader)?,
            PASSIVE if self.features.bulk_memory => DataMode::Passive,
            _ => return None,
        };
        let length = reader.read_var_u32().ok()?;
        let start = reader.original_position();
        reader.read_bytes(length as usize).ok()?;
        let range = offset32(start)..offset32(reader.original_position());
        Some(DataSegment { mode, range })
    }

    fn plain_mode(&self, reader: &mut BinaryReader<'_>) -> Option<DataMode> {
        let memory = MemoryIndex::new(0);
        let address = self.info.memories.get(memory)?.address;
        let offset = simple_const(reader)?;
        let fits = match offset {
            ConstOp::I32Const(_) => address == AddressType::I32,
            ConstOp::I64Const(_) => address == AddressType::I64,
            _ => false,
        };
        fits.then(|| DataMode::Active(memory, offset.into()))
    }
}
