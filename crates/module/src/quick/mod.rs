//! A quick proof that a function body is valid.
//!
//! The validator of wasmparser knows every proposal and words every error; most bodies need
//! neither. Here is one pass over what compilers emit day in, day out: numbers, vectors, locals,
//! globals, memory, calls and structured control, with a byte for each type on the stack. It
//! either proves a body valid or gives up, for whatever reason, and the full validator decides. So
//! an error here can only ever be that something is accepted, and [`crate::check`] compares the
//! two wherever modules are generated, changed or found.
//!
//! The algorithm is the one of the specification's appendix, "Validation Algorithm".

mod atomic;
mod control;
mod exception;
mod memory;
mod numeric;
mod reader;
mod straight;
mod tables;
#[cfg(test)]
mod tests;
mod variable;
mod vector;

pub(crate) use tables::Tables;

use crate::facts::BodyFacts;
use crate::limits::MAX_OPERANDS;
use control::Frame;
use reader::Reader;
use tables::Signature;

/// The type of a value, or that nothing is known of it because the code is unreachable.
///
/// Reference types are the three that compilers use without garbage collection; a body with others is not for this pass.
type Type = u8;

const BOTTOM: Type = 0;
const I32: Type = 1;
const I64: Type = 2;
const F32: Type = 3;
const F64: Type = 4;
const V128: Type = 5;
const FUNCREF: Type = 6;
const EXTERNREF: Type = 7;
const EXNREF: Type = 8;
/// Any type that this pass does not know.
const OTHER: Type = 9;

/// Something is wrong or unusual: the full validator has to look.
struct GiveUp;

type Step = Result<(), GiveUp>;

/// The reusable state of the pass.
#[derive(Default)]
pub(crate) struct Scratch {
    /// The stack, with room above its height.
    stack: Vec<Type>,
    frames: Vec<Frame>,
    locals: Vec<Type>,
}

/// Whether the body of a function is certainly valid. `code` starts with its locals. Only then is
/// what it does noted in `facts`.
pub(crate) fn proves(
    tables: &Tables,
    function: u32,
    code: &[u8],
    scratch: &mut Scratch,
    facts: &mut BodyFacts,
) -> bool {
    let Some(signature) = tables.functions.get(function as usize) else {
        return false;
    };
    let mut pass = Pass {
        reader: Reader::new(code),
        tables,
        signature: *signature,
        scratch,
        height: 0,
        floor: 0,
        unreachable: false,
        grows_memory: false,
    };
    if pass.body().is_err() {
        return false;
    }
    if pass.grows_memory {
        facts.grows_memory(0);
    }
    true
}

/// One pass over one body.
struct Pass<'a> {
    reader: Reader<'a>,
    tables: &'a Tables,
    signature: Signature,
    scratch: &'a mut Scratch,
    /// How many values are on the stack.
    height: usize,
    /// The height of the stack where the innermost frame begins.
    floor: usize,
    /// Whether the rest of the innermost frame cannot be reached.
    unreachable: bool,
    grows_memory: bool,
}

impl Pass<'_> {
    fn body(&mut self) -> Step {
        self.scratch.frames.clear();
        self.make_room(0)?;
        self.define_locals()?;
        self.enter_function()?;
        while !self.scratch.frames.is_empty() {
            let opcode = self.straight_line()?;
            self.instruction(opcode)?;
        }
        self.reader.at_end()
    }

    /// Makes room on the stack for `values` and one more for each byte of code to come, so that
    /// no instruction but those that push lists has to.
    fn make_room(&mut self, values: usize) -> Step {
        let height = self.height + values;
        if height > MAX_OPERANDS {
            return Err(GiveUp);
        }
        let room = height + self.reader.remaining() + 1;
        if self.scratch.stack.len() < room {
            self.scratch.stack.resize(room, BOTTOM);
        }
        Ok(())
    }

    fn instruction(&mut self, opcode: u8) -> Step {
        match opcode {
            0x00 => self.unreachable(),
            0x01 => Ok(()),
            0x02 => self.block(),
            0x03 => self.loop_(),
            0x04 => self.if_(),
            0x05 => self.else_(),
            0x06 => self.try_(),
            0x07 => self.catch(),
            0x08 => self.throw(),
            0x09 => self.rethrow(),
            0x0a => self.throw_ref(),
            0x0b => self.end(),
            0x0c => self.br(),
            0x0d => self.br_if(),
            0x0e => self.br_table(),
            0x0f => self.return_(),
            0x10 => self.call(),
            0x11 => self.call_indirect(),
            0x18 => self.delegate(),
            0x19 => self.catch_all(),
            0x1a => self.pop_any().map(drop),
            0x1b => self.select(),
            0x1c => self.select_typed(),
            0x1f => self.try_table(),
            0x20 => self.local_get(),
            0x21 => self.local_set(),
            0x22 => self.local_tee(),
            0x23 => self.global_get(),
            0x24 => self.global_set(),
            0x28..=0x35 => self.load(opcode),
            0x36..=0x3e => self.store(opcode),
            0x3f => self.memory_size(),
            0x40 => self.memory_grow(),
            0x41 => self.i32_const(),
            0x42 => self.i64_const(),
            0x43 => self.f32_const(),
            0x44 => self.f64_const(),
            0x45..=0xc4 => self.numeric(opcode),
            0xd0 => self.ref_null(),
            0xd1 => self.ref_is_null(),
            0xfc => self.prefixed(),
            0xfd => self.vector(),
            0xfe => self.atomic(),
            _ => Err(GiveUp),
        }
    }

    #[inline(always)]
    fn push(&mut self, ty: Type) {
        self.scratch.stack[self.height] = ty;
        self.height += 1;
    }

    /// Takes a value of any type.
    #[inline(always)]
    fn pop_any(&mut self) -> Result<Type, GiveUp> {
        if self.height > self.floor {
            self.height -= 1;
            Ok(self.scratch.stack[self.height])
        } else if self.unreachable {
            Ok(BOTTOM)
        } else {
            Err(GiveUp)
        }
    }

    /// Takes a value of type `ty`.
    #[inline(always)]
    fn pop(&mut self, ty: Type) -> Step {
        let actual = self.pop_any()?;
        if actual == ty || actual == BOTTOM {
            Ok(())
        } else {
            Err(GiveUp)
        }
    }

    /// Takes a value of type `from` and leaves one of type `to`.
    #[inline(always)]
    fn convert(&mut self, from: Type, to: Type) -> Step {
        self.pop(from)?;
        self.push(to);
        Ok(())
    }

    fn prefixed(&mut self) -> Step {
        match self.reader.u32()? {
            0 | 1 => self.convert(F32, I32),
            2 | 3 => self.convert(F64, I32),
            4 | 5 => self.convert(F32, I64),
            6 | 7 => self.convert(F64, I64),
            10 => self.memory_copy(),
            11 => self.memory_fill(),
            _ => Err(GiveUp),
        }
    }
}
