//! Straight-line code: runs of instructions on locals, constants, numbers and memory.
//!
//! They are most of any body, so the position and the height of the stack stay in registers here,
//! and what is the same for a whole run is looked up once. What a run meets that it does not know,
//! control above all, ends it; [`super::Pass::instruction`] knows every instruction, these included.
//!
//! A table that says for every opcode what it takes and leaves, applied without a jump, was tried
//! and took half as long again: processors predict these jumps well.

use super::memory::{FIRST_LOAD, FIRST_STORE, LAST_LOAD, LAST_STORE, LOADS, STORES};
use super::numeric::{FIRST, LAST, SHAPES};
use super::reader::{long_u32, skip_long};
use super::{F32, F64, GiveUp, I32, I64, Pass, Type};

/// A run in progress: only ever a local variable, so that its fields are registers.
struct Run<'a> {
    code: &'a [u8],
    position: usize,
    stack: &'a mut [Type],
    height: usize,
    floor: usize,
    locals: &'a [Type],
    memory32: bool,
}

impl Pass<'_> {
    /// Validates instructions up to one that does not belong in a run, and returns its opcode.
    pub(super) fn straight_line(&mut self) -> Result<u8, GiveUp> {
        if self.unreachable {
            // Anything may be popped here, which a run does not provide for.
            return self.reader.byte();
        }
        let mut run = Run {
            code: self.reader.code,
            position: self.reader.position,
            stack: &mut self.scratch.stack,
            height: self.height,
            floor: self.floor,
            locals: &self.scratch.locals,
            memory32: self.tables.memory32,
        };
        let opcode = run.run()?;
        self.height = run.height;
        self.reader.position = run.position;
        Ok(opcode)
    }
}

impl Run<'_> {
    #[inline(always)]
    fn run(&mut self) -> Result<u8, GiveUp> {
        loop {
            let opcode = self.byte()?;
            match opcode {
                0x1a => self.height = self.lower(1)?,
                0x20 => self.local_get()?,
                0x21 => self.local_set()?,
                0x22 => self.local_tee()?,
                FIRST_LOAD..=LAST_LOAD => self.load(opcode)?,
                FIRST_STORE..=LAST_STORE => self.store(opcode)?,
                0x41 => self.constant(I32, 5)?,
                0x42 => self.constant(I64, 10)?,
                0x43 => self.float(F32, 4)?,
                0x44 => self.float(F64, 8)?,
                FIRST..=LAST => self.numeric(opcode)?,
                _ => return Ok(opcode),
            }
        }
    }

    #[inline(always)]
    fn byte(&mut self) -> Result<u8, GiveUp> {
        let byte = *self.code.get(self.position).ok_or(GiveUp)?;
        self.position += 1;
        Ok(byte)
    }

    #[inline(always)]
    fn u32(&mut self) -> Result<u32, GiveUp> {
        let byte = self.byte()?;
        if byte < 0x80 {
            return Ok(byte.into());
        }
        let (value, position) = long_u32(self.code, self.position - 1)?;
        self.position = position;
        Ok(value)
    }

    /// The height with `operands` fewer values, which have to be there.
    #[inline(always)]
    fn lower(&self, operands: usize) -> Result<usize, GiveUp> {
        if self.height >= self.floor + operands {
            Ok(self.height - operands)
        } else {
            Err(GiveUp)
        }
    }

    #[inline(always)]
    fn push(&mut self, ty: Type) -> Result<(), GiveUp> {
        *self.stack.get_mut(self.height).ok_or(GiveUp)? = ty;
        self.height += 1;
        Ok(())
    }

    #[inline(always)]
    fn expect(&self, at: usize, ty: Type) -> Result<(), GiveUp> {
        if self.stack.get(at) == Some(&ty) {
            Ok(())
        } else {
            Err(GiveUp)
        }
    }

    /// Takes a value of type `from` and leaves one of type `to`.
    #[inline(always)]
    fn convert(&mut self, from: Type, to: Type) -> Result<(), GiveUp> {
        let at = self.lower(1)?;
        self.expect(at, from)?;
        self.stack[at] = to;
        Ok(())
    }

    #[inline(always)]
    fn local(&mut self) -> Result<Type, GiveUp> {
        let index = self.u32()?;
        self.locals.get(index as usize).copied().ok_or(GiveUp)
    }

    #[inline(always)]
    fn local_get(&mut self) -> Result<(), GiveUp> {
        let ty = self.local()?;
        self.push(ty)
    }

    #[inline(always)]
    fn local_set(&mut self) -> Result<(), GiveUp> {
        let ty = self.local()?;
        self.height = self.lower(1)?;
        self.expect(self.height, ty)
    }

    #[inline(always)]
    fn local_tee(&mut self) -> Result<(), GiveUp> {
        let ty = self.local()?;
        self.expect(self.lower(1)?, ty)
    }

    #[inline(always)]
    fn constant(&mut self, ty: Type, longest: u8) -> Result<(), GiveUp> {
        if self.byte()? >= 0x80 {
            self.position = skip_long(self.code, self.position - 1, longest)?;
        }
        self.push(ty)
    }

    #[inline(always)]
    fn float(&mut self, ty: Type, size: usize) -> Result<(), GiveUp> {
        // A position past the end is found out by the next instruction, which there has to be.
        self.position += size;
        self.push(ty)
    }

    #[inline(always)]
    fn memarg(&mut self, width: u8) -> Result<(), GiveUp> {
        if self.byte()? > width || !self.memory32 {
            return Err(GiveUp);
        }
        self.u32().map(drop)
    }

    #[inline(always)]
    fn load(&mut self, opcode: u8) -> Result<(), GiveUp> {
        let access = LOADS[usize::from(opcode - FIRST_LOAD)];
        self.memarg(access.width)?;
        self.convert(I32, access.ty)
    }

    #[inline(always)]
    fn store(&mut self, opcode: u8) -> Result<(), GiveUp> {
        let access = STORES[usize::from(opcode - FIRST_STORE)];
        self.memarg(access.width)?;
        self.height = self.lower(2)?;
        self.expect(self.height, I32)?;
        self.expect(self.height + 1, access.ty)
    }

    #[inline(always)]
    fn numeric(&mut self, opcode: u8) -> Result<(), GiveUp> {
        let shape = SHAPES[usize::from(opcode - FIRST)];
        if shape.binary {
            let at = self.lower(2)?;
            self.expect(at + 1, shape.operand)?;
            self.height = at + 1;
        }
        self.convert(shape.operand, shape.result)
    }
}
