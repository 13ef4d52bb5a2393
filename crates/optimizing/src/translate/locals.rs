//! Locals (§ 4.4.6).
//!
//! They become SSA values, as many as a sane function has. With tens of thousands, each loop would make
//! a parameter of each, and time and memory would be spent without bound; so those beyond the first live in
//! the frame.

use cranelift_codegen::ir::{
    InstBuilder, MemFlagsData, StackSlot, StackSlotData, StackSlotKind, Type, Value, types,
};
use cranelift_frontend::Variable;
use wasmparser::FunctionBody;

use super::types::{Shape, is_vector, read_type};
use super::{FunctionTranslator, POINTER, Region, Translated};

/// Locals that become SSA values.
const SSA_LOCALS: usize = 1024;
/// The base-2 logarithm of the alignment of the others.
const FRAME_ALIGN: u8 = 4;

/// A local.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Local {
    ty: Type,
    place: Place,
}

/// Where a local is.
#[derive(Copy, Clone, Debug)]
enum Place {
    /// In SSA form.
    Variable(Variable),
    /// In the slot for locals, at this offset.
    Frame(i32),
}

/// Where in the slot for locals the next one goes: references are side by side at its start, so that a stack map
/// names them all at once.
struct NextPlaces {
    reference: u32,
    other: u32,
}

/// How many references among the locals `groups`, which come after `before` others, are not SSA values.
fn refs_in_frame(before: usize, groups: &[(u32, Shape)]) -> u32 {
    let mut index = before as u64;
    let mut refs = 0;
    for &(count, shape) in groups {
        let end = index + u64::from(count);
        if shape.traced {
            refs += end.saturating_sub(index.max(SSA_LOCALS as u64)) as u32;
        }
        index = end;
    }
    refs
}

impl FunctionTranslator<'_> {
    /// Declares the parameters, which are the first locals, with their values.
    pub(super) fn declare_params(&mut self, arguments: &[Value], shapes: &[Shape]) {
        for (&argument, &shape) in arguments.iter().zip(shapes) {
            let place = Place::Variable(self.declare_variable(shape));
            let ty = shape.ty;
            self.locals.push(Local { ty, place });
            self.set_local(self.locals.len() - 1, argument);
        }
    }

    /// Declares the locals of a body, and gives them their initial values.
    pub(super) fn declare_locals(&mut self, body: &FunctionBody<'_>) -> Translated {
        let mut groups = Vec::new();
        for group in body.get_locals_reader()? {
            let (count, ty) = group?;
            groups.push((count, read_type(self.module, ty)?));
        }
        self.frame_refs = refs_in_frame(self.locals.len(), &groups);
        let mut next = NextPlaces {
            reference: 0,
            other: self.frame_refs * types::I32.bytes(),
        };
        for (count, shape) in groups {
            for _ in 0..count {
                let place = self.place_local(shape, &mut next);
                let ty = shape.ty;
                self.locals.push(Local { ty, place });
            }
        }
        let frame = next.other;
        if frame > 0 {
            let data = StackSlotData::new(StackSlotKind::ExplicitSlot, frame, FRAME_ALIGN);
            self.local_slot = Some(self.builder.create_sized_stack_slot(data));
        }
        self.clear_locals();
        Ok(())
    }

    fn place_local(&mut self, shape: Shape, next: &mut NextPlaces) -> Place {
        if self.locals.len() < SSA_LOCALS {
            return Place::Variable(self.declare_variable(shape));
        }
        let frame = match shape.traced {
            true => &mut next.reference,
            false => &mut next.other,
        };
        let offset = frame.next_multiple_of(shape.ty.bytes());
        *frame = offset + shape.ty.bytes();
        Place::Frame(offset as i32)
    }

    /// Gives the locals that are not parameters their initial values.
    pub(super) fn clear_locals(&mut self) {
        let mut zero: Option<(Type, Value)> = None;
        for index in self.params..self.locals.len() {
            let ty = self.locals[index].ty;
            let value = match zero {
                Some((known, value)) if known == ty => value,
                _ => self.zero(ty),
            };
            zero = Some((ty, value));
            self.set_local(index, value);
        }
    }

    /// The default value of a type: zero or null.
    pub(crate) fn zero(&mut self, ty: Type) -> Value {
        match ty {
            types::F32 => self.builder.ins().f32const(0.0),
            types::F64 => self.builder.ins().f64const(0.0),
            vector if is_vector(vector) => {
                let bits = self.builder.func.dfg.constants.insert(vec![0; 16].into());
                self.builder.ins().vconst(vector, bits)
            }
            _ => self.builder.ins().iconst(ty, 0),
        }
    }

    /// The value of a local.
    pub(crate) fn local(&mut self, index: usize) -> Value {
        let Local { ty, place } = self.locals[index];
        match place {
            Place::Variable(variable) => self.builder.use_var(variable),
            Place::Frame(offset) => {
                let (slot, flags) = self.local_frame();
                let address = self.builder.ins().stack_addr(POINTER, slot, offset);
                self.builder.ins().load(ty, flags, address, 0)
            }
        }
    }

    /// Sets a local.
    pub(crate) fn set_local(&mut self, index: usize, value: Value) {
        match self.locals[index].place {
            Place::Variable(variable) => self.builder.def_var(variable, value),
            Place::Frame(offset) => {
                let (slot, flags) = self.local_frame();
                let address = self.builder.ins().stack_addr(POINTER, slot, offset);
                self.builder.ins().store(flags, value, address, 0);
            }
        }
    }

    fn local_frame(&mut self) -> (StackSlot, MemFlagsData) {
        let slot = self.local_slot.expect("made when locals were declared");
        (slot, self.trusted(Region::Locals))
    }
}
