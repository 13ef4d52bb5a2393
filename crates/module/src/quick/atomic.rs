//! Atomic instructions of the threads proposal, on memory 0 with 32-bit addresses.

use super::{GiveUp, I32, I64, Pass, Step, Type};

/// The types and widths that every group of accesses comes in, in order: i32, i64, then the parts
/// of each.
const ACCESSES: [(Type, u8); 7] = [
    (I32, 2),
    (I64, 3),
    (I32, 0),
    (I32, 1),
    (I64, 0),
    (I64, 1),
    (I64, 2),
];

fn access(first: u32, opcode: u32) -> (Type, u8) {
    ACCESSES[((opcode - first) % 7) as usize]
}

impl Pass<'_> {
    pub(super) fn atomic(&mut self) -> Step {
        if !self.tables.threads {
            return Err(GiveUp);
        }
        match self.reader.u32()? {
            0x00 => self.notify(),
            0x01 => self.wait(I32, 2),
            0x02 => self.wait(I64, 3),
            0x03 => self.fence(),
            opcode @ 0x10..=0x16 => self.atomic_load(access(0x10, opcode)),
            opcode @ 0x17..=0x1d => self.atomic_store(access(0x17, opcode)),
            opcode @ 0x1e..=0x47 => self.atomic_rmw(access(0x1e, opcode)),
            opcode @ 0x48..=0x4e => self.atomic_cmpxchg(access(0x48, opcode)),
            _ => Err(GiveUp),
        }
    }

    fn notify(&mut self) -> Step {
        self.atomic_memarg(2)?;
        self.pop(I32)?;
        self.convert(I32, I32)
    }

    fn wait(&mut self, ty: Type, width: u8) -> Step {
        self.atomic_memarg(width)?;
        self.pop(I64)?;
        self.pop(ty)?;
        self.convert(I32, I32)
    }

    fn fence(&mut self) -> Step {
        if self.reader.byte()? == 0 {
            Ok(())
        } else {
            Err(GiveUp)
        }
    }

    fn atomic_load(&mut self, (ty, width): (Type, u8)) -> Step {
        self.atomic_memarg(width)?;
        self.convert(I32, ty)
    }

    fn atomic_store(&mut self, (ty, width): (Type, u8)) -> Step {
        self.atomic_memarg(width)?;
        self.pop(ty)?;
        self.pop(I32)
    }

    fn atomic_rmw(&mut self, (ty, width): (Type, u8)) -> Step {
        self.atomic_memarg(width)?;
        self.pop(ty)?;
        self.convert(I32, ty)
    }

    fn atomic_cmpxchg(&mut self, (ty, width): (Type, u8)) -> Step {
        self.atomic_memarg(width)?;
        self.pop(ty)?;
        self.pop(ty)?;
        self.convert(I32, ty)
    }

    /// An alignment that is exactly the access's own, and an offset.
    fn atomic_memarg(&mut self, width: u8) -> Step {
        let alignment = self.reader.peek()?;
        self.memarg(width)?;
        if alignment == width {
            Ok(())
        } else {
            Err(GiveUp)
        }
    }
}
