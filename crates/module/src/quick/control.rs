//! Control instructions (§ 3.4.12): frames, labels, calls.

use super::tables::Types;
use super::{
    BOTTOM, EXNREF, EXTERNREF, F32, F64, FUNCREF, GiveUp, I32, I64, Pass, Signature, Step, Type,
    V128,
};
use crate::limits::MAX_BR_TABLE_SIZE;

/// A block that has been entered and not left.
pub(super) struct Frame {
    pub(super) kind: Kind,
    params: Types,
    results: Types,
    /// The floor and reachability of the frame around it, while this one is the innermost.
    outer_floor: usize,
    outer_unreachable: bool,
}

#[derive(Copy, Clone, PartialEq)]
pub(super) enum Kind {
    /// A block, an `else` or the function: a branch to it goes to its end.
    Block,
    Loop,
    /// An `if` whose `else` has not been seen.
    If,
    /// The legacy `try`, before its first handler.
    Try,
    Catch,
    CatchAll,
}

impl Frame {
    /// The types that a branch to it takes along.
    fn label(&self) -> Types {
        if self.kind == Kind::Loop {
            self.params
        } else {
            self.results
        }
    }
}

impl Pass<'_> {
    pub(super) fn enter_function(&mut self) -> Step {
        let Signature {
            results, simple, ..
        } = self.signature;
        if !simple {
            return Err(GiveUp);
        }
        self.enter(Kind::Block, Types::default(), results)
    }

    pub(super) fn unreachable(&mut self) -> Step {
        self.height = self.floor;
        self.unreachable = true;
        Ok(())
    }

    pub(super) fn block(&mut self) -> Step {
        self.enter_block(Kind::Block)
    }

    pub(super) fn loop_(&mut self) -> Step {
        self.enter_block(Kind::Loop)
    }

    pub(super) fn if_(&mut self) -> Step {
        let (params, results) = self.block_type()?;
        self.pop(I32)?;
        self.pop_all(params)?;
        self.enter(Kind::If, params, results)
    }

    pub(super) fn else_(&mut self) -> Step {
        self.leave_results()?;
        let frame = self.innermost()?;
        if frame.kind != Kind::If {
            return Err(GiveUp);
        }
        frame.kind = Kind::Block;
        let params = frame.params;
        self.unreachable = false;
        self.push_all(params)
    }

    pub(super) fn end(&mut self) -> Step {
        self.leave_results()?;
        let frame = self.scratch.frames.pop().ok_or(GiveUp)?;
        // Without an `else`, what goes in comes out.
        if frame.kind == Kind::If
            && self.tables.list(frame.params) != self.tables.list(frame.results)
        {
            return Err(GiveUp);
        }
        self.floor = frame.outer_floor;
        self.unreachable = frame.outer_unreachable;
        self.push_all(frame.results)
    }

    pub(super) fn br(&mut self) -> Step {
        let label = self.label()?;
        self.pop_all(label)?;
        self.unreachable()
    }

    pub(super) fn br_if(&mut self) -> Step {
        let label = self.label()?;
        self.pop(I32)?;
        if label.length > 0 {
            self.pop_all(label)?;
            self.push_all(label)?;
        }
        Ok(())
    }

    pub(super) fn br_table(&mut self) -> Step {
        self.pop(I32)?;
        let labels = self.reader.u32()?;
        if labels > MAX_BR_TABLE_SIZE {
            return Err(GiveUp);
        }
        let mut length = None;
        // The default comes last.
        for _ in 0..=labels {
            let label = self.label()?;
            if *length.get_or_insert(label.length) != label.length {
                return Err(GiveUp);
            }
            self.peek_all(label)?;
        }
        self.unreachable()
    }

    pub(super) fn return_(&mut self) -> Step {
        self.pop_all(self.signature.results)?;
        self.unreachable()
    }

    pub(super) fn call(&mut self) -> Step {
        let function = self.reader.u32()?;
        let signature = self.tables.functions.get(function as usize).copied();
        self.apply(signature.ok_or(GiveUp)?)
    }

    pub(super) fn call_indirect(&mut self) -> Step {
        let ty = self.reader.u32()?;
        let table = self.reader.u32()?;
        if !self
            .tables
            .callable_tables
            .get(table as usize)
            .copied()
            .unwrap_or(false)
        {
            return Err(GiveUp);
        }
        self.pop(I32)?;
        let signature = self.tables.signatures.get(ty as usize).copied();
        self.apply(signature.ok_or(GiveUp)?)
    }

    pub(super) fn select(&mut self) -> Step {
        self.pop(I32)?;
        let (second, first) = (self.pop_any()?, self.pop_any()?);
        let ty = if first == BOTTOM { second } else { first };
        // Either is unknown or they agree, and neither is a reference.
        if (second != BOTTOM && second != ty) || ty > V128 {
            return Err(GiveUp);
        }
        self.push(ty);
        Ok(())
    }

    pub(super) fn select_typed(&mut self) -> Step {
        if self.reader.byte()? != 1 {
            return Err(GiveUp);
        }
        let ty = self.value_type()?;
        self.pop(I32)?;
        self.pop(ty)?;
        self.convert(ty, ty)
    }

    pub(super) fn ref_null(&mut self) -> Step {
        let ty = self.value_type()?;
        if !matches!(ty, FUNCREF | EXTERNREF | EXNREF) {
            return Err(GiveUp);
        }
        self.push(ty);
        Ok(())
    }

    pub(super) fn ref_is_null(&mut self) -> Step {
        if !matches!(self.pop_any()?, BOTTOM | FUNCREF | EXTERNREF | EXNREF) {
            return Err(GiveUp);
        }
        self.push(I32);
        Ok(())
    }

    fn apply(&mut self, signature: Signature) -> Step {
        if !signature.simple {
            return Err(GiveUp);
        }
        self.pop_all(signature.params)?;
        self.push_all(signature.results)
    }

    pub(super) fn enter_block(&mut self, kind: Kind) -> Step {
        let (params, results) = self.block_type()?;
        self.pop_all(params)?;
        self.enter(kind, params, results)
    }

    pub(super) fn enter(&mut self, kind: Kind, params: Types, results: Types) -> Step {
        let (outer_floor, outer_unreachable) = (self.floor, self.unreachable);
        self.scratch.frames.push(Frame {
            kind,
            params,
            results,
            outer_floor,
            outer_unreachable,
        });
        self.floor = self.height;
        self.unreachable = false;
        self.push_all(params)
    }

    /// Takes the results of the innermost frame, after which nothing may be left in it.
    pub(super) fn leave_results(&mut self) -> Step {
        let results = self.scratch.frames.last().ok_or(GiveUp)?.results;
        self.pop_all(results)?;
        if self.height == self.floor {
            Ok(())
        } else {
            Err(GiveUp)
        }
    }

    pub(super) fn innermost(&mut self) -> Result<&mut Frame, GiveUp> {
        self.scratch.frames.last_mut().ok_or(GiveUp)
    }

    /// The frame whose depth comes next in the code.
    pub(super) fn target(&mut self) -> Result<&Frame, GiveUp> {
        let depth = self.reader.u32()? as usize;
        let frames = &self.scratch.frames;
        let index = frames.len().checked_sub(depth + 1).ok_or(GiveUp)?;
        Ok(&frames[index])
    }

    /// What a branch to the label that comes next in the code takes along.
    pub(super) fn label(&mut self) -> Result<Types, GiveUp> {
        self.target().map(Frame::label)
    }

    pub(super) fn block_type(&mut self) -> Result<(Types, Types), GiveUp> {
        const EMPTY: u8 = 0x40;
        let first = self.reader.byte()?;
        if first == EMPTY {
            return Ok((Types::default(), Types::default()));
        }
        if let Ok(ty) = self.value_type_of(first) {
            return Ok((Types::default(), Types::one(ty)));
        }
        let index = self.reader.type_index(first)?;
        match self.tables.signatures.get(index as usize) {
            Some(Signature {
                params,
                results,
                simple: true,
            }) => Ok((*params, *results)),
            _ => Err(GiveUp),
        }
    }

    /// The value type that comes next in the code, if it is one of a byte (§ 5.3.5).
    pub(super) fn value_type(&mut self) -> Result<Type, GiveUp> {
        let byte = self.reader.byte()?;
        self.value_type_of(byte)
    }

    fn value_type_of(&self, byte: u8) -> Result<Type, GiveUp> {
        match byte {
            0x7f => Ok(I32),
            0x7e => Ok(I64),
            0x7d => Ok(F32),
            0x7c => Ok(F64),
            0x7b => Ok(V128),
            0x70 => Ok(FUNCREF),
            0x6f => Ok(EXTERNREF),
            0x69 if self.tables.exceptions => Ok(EXNREF),
            _ => Err(GiveUp),
        }
    }

    #[inline(always)]
    pub(super) fn push_all(&mut self, types: Types) -> Step {
        if types.length > 0 {
            self.push_list(types)?;
        }
        Ok(())
    }

    fn push_list(&mut self, types: Types) -> Step {
        let list = self.tables.list(types);
        // A list can hold many more values than the bytes that ask for it.
        self.make_room(list.len())?;
        self.scratch.stack[self.height..self.height + list.len()].copy_from_slice(list);
        self.height += list.len();
        Ok(())
    }

    #[inline(always)]
    pub(super) fn pop_all(&mut self, types: Types) -> Step {
        for &ty in self.tables.list(types).iter().rev() {
            self.pop(ty)?;
        }
        Ok(())
    }

    /// Checks that [`Self::pop_all`] would succeed.
    #[inline(always)]
    fn peek_all(&self, types: Types) -> Step {
        let frame = &self.scratch.stack[self.floor..self.height];
        let expected = self.tables.list(types);
        let present = frame.len().min(expected.len());
        if present < expected.len() && !self.unreachable {
            return Err(GiveUp);
        }
        let values = &frame[frame.len() - present..];
        let wanted = &expected[expected.len() - present..];
        let fits = |(actual, wanted): (&Type, &Type)| actual == wanted || *actual == BOTTOM;
        if values.iter().zip(wanted).all(fits) {
            Ok(())
        } else {
            Err(GiveUp)
        }
    }
}
