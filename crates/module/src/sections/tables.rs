//! The table section (§ 5.5.7).

use wasmparser::{TableInit, TableSectionReader};

use super::{Result, Sections, at, items, verdict};
use crate::Table;
use crate::convert::table_type;

impl Sections {
    pub(super) fn tables(&mut self, section: &TableSectionReader<'_>) -> Result<()> {
        verdict(section, self.validator.table_section(section))?;
        for table in items(section) {
            let (offset, table) = table?;
            let init = match table.init {
                TableInit::RefNull => None,
                TableInit::Expr(expr) => Some(self.const_expr(&expr)?),
            };
            self.info.tables.push(Table {
                ty: at(offset, table_type(&table.ty))?,
                init,
            });
        }
        Ok(())
    }
}
