//! The export section (§ 5.5.10). An exported function can become a value: the host gets one.
//!
//! This section is checked here (§ 3.5.12), not by the validator. Programs with dynamic linking
//! export every function under a long name, and the validator copies each name into a map that
//! nobody asks; that took as long as a tenth of all bodies.

use std::collections::HashSet;

use wasmparser::{ExportSectionReader, ExternalKind};

use super::{Result, Sections, items};
use crate::limits::MAX_EXPORTS;
use crate::{
    DecodeError, DecodeErrorKind, Entity, Export, FuncIndex, GlobalIndex, MemoryIndex, TableIndex,
    TagIndex,
};

impl Sections {
    pub(super) fn exports(&mut self, section: &ExportSectionReader<'_>) -> Result<()> {
        check_count(section)?;
        let capacity = capacity(section);
        let mut names = HashSet::with_capacity(capacity);
        self.info.exports.reserve(capacity);
        for export in items(section) {
            let (offset, export) = export?;
            let entity = self.entity(export.kind, export.index, offset)?;
            if !names.insert(export.name) {
                let message = format!("duplicate export name `{}`", export.name);
                return Err(invalid(message, offset));
            }
            if let Entity::Func(func) = entity {
                self.escapes(func);
            }
            let name = export.name.into();
            self.info.exports.push(Export { name, entity });
        }
        Ok(())
    }

    /// What is exported, which has to be there.
    fn entity(&self, kind: ExternalKind, index: u32, offset: u64) -> Result<Entity> {
        let info = &self.info;
        let (entity, what, count) = match kind {
            ExternalKind::Func | ExternalKind::FuncExact => (
                Entity::Func(FuncIndex(index)),
                "function",
                info.functions.len(),
            ),
            ExternalKind::Table => (Entity::Table(TableIndex(index)), "table", info.tables.len()),
            ExternalKind::Memory => (
                Entity::Memory(MemoryIndex(index)),
                "memory",
                info.memories.len(),
            ),
            ExternalKind::Global => (
                Entity::Global(GlobalIndex(index)),
                "global",
                info.globals.len(),
            ),
            ExternalKind::Tag => (Entity::Tag(TagIndex(index)), "tag", info.tags.len()),
        };
        if index as usize >= count {
            let message = format!("unknown {what} {index}: there are {count}");
            return Err(invalid(message, offset));
        }
        self.check_mutable_global(entity, offset)?;
        Ok(entity)
    }

    fn check_mutable_global(&self, entity: Entity, offset: u64) -> Result<()> {
        match entity {
            Entity::Global(global)
                if self.info.globals[global].ty.mutable && !self.features.mutable_global =>
            {
                let message = "export of a mutable global (the feature `mutable-global` is off)";
                Err(invalid(message.into(), offset))
            }
            _ => Ok(()),
        }
    }
}

fn check_count(section: &ExportSectionReader<'_>) -> Result<()> {
    if section.count() <= MAX_EXPORTS {
        return Ok(());
    }
    let message = format!("{} exports; the limit is {MAX_EXPORTS}", section.count());
    Err(DecodeError::new(
        DecodeErrorKind::Limit,
        message,
        section.range().start,
    ))
}

/// How many exports there can be in as many bytes: the count alone is not to be trusted.
fn capacity(section: &ExportSectionReader<'_>) -> usize {
    const SMALLEST: u64 = 3;
    let range = section.range();
    (section.count() as usize).min(((range.end - range.start) / SMALLEST) as usize)
}

fn invalid(message: String, offset: u64) -> DecodeError {
    DecodeError::new(DecodeErrorKind::Invalid, message, offset)
}
