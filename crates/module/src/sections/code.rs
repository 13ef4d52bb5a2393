//! The code section (§ 5.5.13): bodies are found here and validated elsewhere.

use std::ops::Range;

use wasmparser::FunctionBody;

use super::{Result, Sections, offset32};
use crate::resources::Resources;
use crate::{DecodeError, limits};

impl Sections {
    pub(super) fn code(&mut self, count: u32, range: &Range<u64>) -> Result<()> {
        self.validator
            .code_section_start(range)
            .map_err(|error| DecodeError::invalid(&error))?;
        // As many as there are declared functions, of which the function section held each.
        self.info.bodies.reserve(count as usize);
        Ok(())
    }

    pub(super) fn body(&mut self, body: &FunctionBody<'_>) -> Result<()> {
        let range = body.range();
        limits::check_body_size(range.start, range.end - range.start)?;
        if self.resources.is_none() {
            // Every body is validated against the same, so one is enough to ask for.
            let first = self.validator.code_section_entry(body);
            let first = first.map_err(|error| DecodeError::invalid(&error))?;
            let referenced = self.escaping.clone();
            self.resources = Some(Resources {
                module: first.resources,
                referenced,
            });
        }
        self.info
            .bodies
            .push(offset32(range.start)..offset32(range.end));
        Ok(())
    }
}
