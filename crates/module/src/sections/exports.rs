//! The export section (§ 5.5.10). An exported function can become a value: the host gets one.

use wasmparser::{ExportSectionReader, ExternalKind};

use super::{Result, Sections, items, verdict};
use crate::{Entity, Export, FuncIndex, GlobalIndex, MemoryIndex, TableIndex, TagIndex};

impl Sections {
    pub(super) fn exports(&mut self, section: &ExportSectionReader<'_>) -> Result<()> {
        verdict(section, self.validator.export_section(section))?;
        self.info.exports.reserve(section.count() as usize);
        for export in items(section) {
            let (_, export) = export?;
            let entity = entity(export.kind, export.index);
            if let Entity::Func(func) = entity {
                self.escapes(func);
            }
            self.info.exports.push(Export {
                name: export.name.into(),
                entity,
            });
        }
        Ok(())
    }
}

fn entity(kind: ExternalKind, index: u32) -> Entity {
    match kind {
        ExternalKind::Func | ExternalKind::FuncExact => Entity::Func(FuncIndex(index)),
        ExternalKind::Table => Entity::Table(TableIndex(index)),
        ExternalKind::Memory => Entity::Memory(MemoryIndex(index)),
        ExternalKind::Global => Entity::Global(GlobalIndex(index)),
        ExternalKind::Tag => Entity::Tag(TagIndex(index)),
    }
}
