//! The global section (§ 5.5.9).

use wasmparser::GlobalSectionReader;

use super::{Result, Sections, at, items, verdict};
use crate::Global;
use crate::convert::global_type;

impl Sections {
    pub(super) fn globals(&mut self, section: &GlobalSectionReader<'_>) -> Result<()> {
        verdict(section, self.validator.global_section(section))?;
        for global in items(section) {
            let (offset, global) = global?;
            let init = Some(self.const_expr(&global.init_expr)?);
            self.info.globals.push(Global {
                ty: at(offset, global_type(&global.ty))?,
                init,
            });
        }
        Ok(())
    }
}
