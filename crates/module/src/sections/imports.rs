//! The import section (§ 5.5.5). Imports come first in every index space.

use wasmparser::ImportSectionReader;

use super::{Result, Sections, at, verdict};
use crate::convert::extern_type;
use crate::{DecodeError, ExternType, Function, Global, Import, Table};

impl Sections {
    pub(super) fn imports(&mut self, section: &ImportSectionReader<'_>) -> Result<()> {
        verdict(section, self.validator.import_section(section))?;
        for import in section.clone().into_imports_with_offsets() {
            let (offset, import) = import.map_err(|error| DecodeError::malformed(&error))?;
            let ty = at(offset, extern_type(&import.ty))?;
            self.add_imported(&ty);
            self.info.imports.push(Import {
                module: import.module.into(),
                name: import.name.into(),
                ty,
            });
        }
        Ok(())
    }

    fn add_imported(&mut self, ty: &ExternType) {
        let info = &mut self.info;
        match *ty {
            ExternType::Func(ty) => {
                info.functions.push(Function { ty, escape: None });
                info.imported.functions += 1;
            }
            ExternType::Table(ty) => {
                info.tables.push(Table { ty, init: None });
                info.imported.tables += 1;
            }
            ExternType::Memory(ty) => {
                info.memories.push(ty);
                info.imported.memories += 1;
            }
            ExternType::Global(ty) => {
                info.globals.push(Global { ty, init: None });
                info.imported.globals += 1;
            }
            ExternType::Tag(ty) => {
                info.tags.push(ty);
                info.imported.tags += 1;
            }
        }
    }
}
