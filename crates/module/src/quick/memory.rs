//! Memory instructions (§ 3.4.6), on memory 0 with 32-bit addresses.

use super::{F32, F64, GiveUp, I32, I64, Pass, Step, Type};

/// The type that a load or store moves, and the logarithm of its width in bytes.
#[derive(Copy, Clone)]
pub(super) struct Access {
    pub(super) ty: Type,
    pub(super) width: u8,
}

const fn access(ty: Type, width: u8) -> Access {
    Access { ty, width }
}

pub(super) const FIRST_LOAD: u8 = 0x28;
pub(super) const LAST_LOAD: u8 = 0x35;
pub(super) const FIRST_STORE: u8 = 0x36;
pub(super) const LAST_STORE: u8 = 0x3e;

/// `i32.load` to `i64.load32_u`.
pub(super) static LOADS: [Access; 14] = [
    access(I32, 2),
    access(I64, 3),
    access(F32, 2),
    access(F64, 3),
    access(I32, 0),
    access(I32, 0),
    access(I32, 1),
    access(I32, 1),
    access(I64, 0),
    access(I64, 0),
    access(I64, 1),
    access(I64, 1),
    access(I64, 2),
    access(I64, 2),
];

/// `i32.store` to `i64.store32`.
pub(super) static STORES: [Access; 9] = [
    access(I32, 2),
    access(I64, 3),
    access(F32, 2),
    access(F64, 3),
    access(I32, 0),
    access(I32, 1),
    access(I64, 0),
    access(I64, 1),
    access(I64, 2),
];

impl Pass<'_> {
    #[inline(always)]
    pub(super) fn load(&mut self, opcode: u8) -> Step {
        let Access { ty, width } = LOADS[usize::from(opcode - FIRST_LOAD)];
        self.memarg(width)?;
        self.convert(I32, ty)
    }

    #[inline(always)]
    pub(super) fn store(&mut self, opcode: u8) -> Step {
        let Access { ty, width } = STORES[usize::from(opcode - FIRST_STORE)];
        self.memarg(width)?;
        self.pop(ty)?;
        self.pop(I32)
    }

    /// An alignment of at most the access's own, and an offset. A memory index would show as a
    /// large alignment.
    #[inline(always)]
    pub(super) fn memarg(&mut self, width: u8) -> Step {
        if self.reader.byte()? > width || !self.tables.memory32 {
            return Err(GiveUp);
        }
        self.reader.u32().map(drop)
    }

    fn memory_0(&mut self) -> Step {
        if self.reader.byte()? == 0 && self.tables.memory32 {
            Ok(())
        } else {
            Err(GiveUp)
        }
    }

    pub(super) fn memory_size(&mut self) -> Step {
        self.memory_0()?;
        self.push(I32);
        Ok(())
    }

    pub(super) fn memory_grow(&mut self) -> Step {
        self.memory_0()?;
        self.grows_memory = true;
        self.convert(I32, I32)
    }

    pub(super) fn memory_copy(&mut self) -> Step {
        self.memory_0()?;
        self.memory_fill()
    }

    pub(super) fn memory_fill(&mut self) -> Step {
        self.memory_0()?;
        self.pop(I32)?;
        self.pop(I32)?;
        self.pop(I32)
    }
}
