//! The function section (§ 5.5.6), and the start section (§ 5.5.11) which names one of them.

use std::ops::Range;

use wasmparser::FunctionSectionReader;

use super::{Result, Sections, items, verdict};
use crate::{DecodeError, FuncIndex, Function, TypeIndex};

impl Sections {
    pub(super) fn functions(&mut self, section: &FunctionSectionReader<'_>) -> Result<()> {
        verdict(section, self.validator.function_section(section))?;
        self.info.functions.reserve(section.count() as usize);
        for ty in items(section) {
            let (_, ty) = ty?;
            self.info.functions.push(Function {
                ty: TypeIndex(ty),
                escape: None,
            });
        }
        Ok(())
    }

    pub(super) fn start(&mut self, func: u32, range: &Range<u64>) -> Result<()> {
        self.validator
            .start_section(func, range)
            .map_err(|error| DecodeError::invalid(&error))?;
        self.info.start = Some(FuncIndex(func));
        Ok(())
    }
}
