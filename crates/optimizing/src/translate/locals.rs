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
/// References among them that a function has room for, whatever its size.
const LEAST_SSA_REFS: usize = 16;
/// References that all the bytes of a function together may name, if each were a call or a block.
const MAX_NAMED: usize = 16 << 20;
/// The base-2 logarithm of the alignment of the others.
const FRAME_ALIGN: u8 = 4;

/// A local.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Local {
    shape: Shape,
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

impl NextPlaces {
    fn place(&mut self, shape: Shape) -> Place {
        let next = match shape.traced {
            true => &mut self.reference,
            false => &mut self.other,
        };
        let offset = next.next_multiple_of(shape.ty.bytes());
        *next = offset + shape.ty.bytes();
        Place::Frame(offset as i32)
    }
}

/// How many references become SSA values in a function of `bytes` bytes. Each call names those that live over it, and
/// there are not many more calls than bytes.
fn ssa_refs(bytes: usize) -> usize {
    (MAX_NAMED / bytes.max(1)).clamp(LEAST_SSA_REFS, SSA_LOCALS)
}

impl FunctionTranslator<'_> {
    /// Declares the parameters, which are the first locals, and the locals of a body, and gives them their initial values.
    pub(super) fn declare_locals(
        &mut self,
        body: &FunctionBody<'_>,
        params: &[Shape],
    ) -> Translated {
        let shapes = self.local_shapes(body, params)?;
        let range = body.range();
        let mut refs_left = ssa_refs((range.end - range.start) as usize);
        let mut is_ssa = |index: usize, shape: Shape| {
            let ssa = index < SSA_LOCALS && (!shape.traced || refs_left > 0);
            refs_left -= usize::from(ssa && shape.traced);
            ssa
        };
        let in_frame: Vec<bool> = (0..)
            .zip(&shapes)
            .map(|(index, &shape)| !is_ssa(index, shape))
            .collect();
        let framed = in_frame.iter().zip(&shapes);
        self.frame_refs = framed
            .filter(|&(&framed, shape)| framed && shape.traced)
            .count() as u32;
        let mut next = NextPlaces {
            reference: 0,
            other: self.frame_refs * types::I32.bytes(),
        };
        for (shape, framed) in shapes.into_iter().zip(in_frame) {
            let place = match framed {
                true => next.place(shape),
                false => Place::Variable(self.declare_variable(shape)),
            };
            self.locals.push(Local { shape, place });
        }
        if next.other > 0 {
            let data = StackSlotData::new(StackSlotKind::ExplicitSlot, next.other, FRAME_ALIGN);
            self.local_slot = Some(self.builder.create_sized_stack_slot(data));
        }
        self.take_arguments();
        self.clear_locals();
        Ok(())
    }

    fn local_shapes(&self, body: &FunctionBody<'_>, params: &[Shape]) -> Translated<Vec<Shape>> {
        let mut shapes = params.to_vec();
        for group in body.get_locals_reader()? {
            let (count, ty) = group?;
            let shape = read_type(self.module, ty)?;
            shapes.extend(std::iter::repeat_n(shape, count as usize));
        }
        Ok(shapes)
    }

    /// Declares the locals of a body that is inlined, gives them their initial values, and has them take the place of the
    /// present ones, which are the result.
    pub(super) fn enter_locals(
        &mut self,
        body: &FunctionBody<'_>,
        params: &[Shape],
        arguments: &[Value],
    ) -> Translated<(Vec<Local>, usize)> {
        let shapes = self.local_shapes(body, params)?;
        let locals = shapes.into_iter().map(|shape| Local {
            shape,
            place: Place::Variable(self.declare_variable(shape)),
        });
        let locals = locals.collect();
        let outer = (
            std::mem::replace(&mut self.locals, locals),
            std::mem::replace(&mut self.params, params.len()),
        );
        for (index, &argument) in arguments.iter().enumerate() {
            self.set_local(index, argument);
        }
        self.clear_locals();
        Ok(outer)
    }

    /// Goes back to the locals that `enter_locals` replaced.
    pub(super) fn leave_locals(&mut self, outer: (Vec<Local>, usize)) {
        (self.locals, self.params) = outer;
    }

    /// Gives the parameters their values.
    fn take_arguments(&mut self) {
        let before = 1 + usize::from(self.results_pointer.is_some());
        let arguments = self.builder.block_params(self.entry)[before..].to_vec();
        for (index, argument) in arguments.into_iter().enumerate() {
            self.set_local(index, argument);
        }
    }

    /// Gives the locals that are not parameters their initial values.
    pub(super) fn clear_locals(&mut self) {
        let mut zero: Option<(Shape, Value)> = None;
        for index in self.params..self.locals.len() {
            let shape = self.locals[index].shape;
            let value = match zero {
                Some((known, value)) if known == shape => value,
                _ if shape.traced => self.null(shape),
                _ => self.zero(shape.ty),
            };
            zero = Some((shape, value));
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
            _ => self.iconst(ty, 0),
        }
    }

    /// The value of a local.
    pub(crate) fn local(&mut self, index: usize) -> Value {
        let Local { shape, place } = self.locals[index];
        match place {
            Place::Variable(variable) => {
                let value = self.builder.use_var(variable);
                self.note_object_here(value, shape);
                value
            }
            Place::Frame(offset) => {
                let (slot, flags) = self.local_frame();
                let address = self.builder.ins().stack_addr(POINTER, slot, offset);
                let value = self.builder.ins().load(shape.ty, flags, address, 0);
                self.trace(value, shape);
                value
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
