//! Locals and globals (§ 3.4.3 and § 3.4.4).

use super::{GiveUp, OTHER, Pass, Step, Type};
use crate::limits::MAX_LOCALS;

impl Pass<'_> {
    /// Reads the declarations of locals (§ 5.5.13); parameters come first.
    pub(super) fn define_locals(&mut self) -> Step {
        self.scratch.locals.clear();
        self.scratch
            .locals
            .extend_from_slice(self.tables.list(self.signature.params));
        for _ in 0..self.reader.u32()? {
            let count = self.reader.u32()? as usize;
            let ty = self.value_type()?;
            let length = self.scratch.locals.len() + count;
            if length > MAX_LOCALS as usize {
                return Err(GiveUp);
            }
            self.scratch.locals.resize(length, ty);
        }
        Ok(())
    }

    #[inline(always)]
    fn local(&mut self) -> Result<Type, GiveUp> {
        let index = self.reader.u32()?;
        self.scratch
            .locals
            .get(index as usize)
            .copied()
            .ok_or(GiveUp)
    }

    #[inline(always)]
    pub(super) fn local_get(&mut self) -> Step {
        let ty = self.local()?;
        self.push(ty);
        Ok(())
    }

    #[inline(always)]
    pub(super) fn local_set(&mut self) -> Step {
        let ty = self.local()?;
        self.pop(ty)
    }

    #[inline(always)]
    pub(super) fn local_tee(&mut self) -> Step {
        let ty = self.local()?;
        self.convert(ty, ty)
    }

    fn global(&mut self) -> Result<(Type, bool), GiveUp> {
        let index = self.reader.u32()?;
        match self.tables.globals.get(index as usize) {
            Some(&(ty, mutable)) if ty != OTHER => Ok((ty, mutable)),
            _ => Err(GiveUp),
        }
    }

    pub(super) fn global_get(&mut self) -> Step {
        let (ty, _) = self.global()?;
        self.push(ty);
        Ok(())
    }

    pub(super) fn global_set(&mut self) -> Step {
        match self.global()? {
            (ty, true) => self.pop(ty),
            (_, false) => Err(GiveUp),
        }
    }
}
