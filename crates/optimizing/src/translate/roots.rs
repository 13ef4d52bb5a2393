//! What the collector finds in frames.
//!
//! The collector moves objects while a call is under way. Each reference that lives over a call must therefore lie in the frame
//! during it, at a place that the function's stack maps name, and be read again afterwards. Cranelift sees to
//! that for all values that are declared, and [`FunctionTranslator::trace`] is where they are: whatever
//! makes a reference out of something else passes it here. A reference that the collector does not move, null or a 31-bit integer,
//! may be declared and need not.
//!
//! An address inside an object is never kept over a call: it is made again from the reference.

use cranelift_codegen::ir::{Inst, InstBuilder, Type, UserStackMapEntry, Value, types};
use cranelift_frontend::Variable;

use super::regions::spills;
use super::{FunctionTranslator, Shape};

/// The type of the one entry that stands for all references among the locals in the frame.
pub(crate) const FRAME_LOCALS: Type = types::I64;

impl FunctionTranslator<'_> {
    /// Declares `value`, whose shape is `shape`, if the collector must know of it.
    pub(crate) fn trace(&mut self, value: Value, shape: Shape) {
        if shape.traced {
            self.traces = true;
            self.builder.declare_value_needs_stack_map(value);
        }
        self.note_object(value, shape);
    }

    /// Remembers that `value`, which is made with this shape, is an object, or one or null, if that is so.
    fn note_object(&mut self, value: Value, shape: Shape) {
        if shape.object {
            self.objects.insert(value);
        }
        if shape.untagged {
            self.untagged.insert(value);
        }
    }

    /// The same for a value that has this shape here. It may be null or a number on other ways, if it was made with a wider type
    /// and a test led here, so it is forgotten where ways join.
    pub(super) fn note_object_here(&mut self, value: Value, shape: Shape) {
        if shape.object && self.objects.insert(value) {
            self.objects_here.push(value);
        }
        if shape.untagged && self.untagged.insert(value) {
            self.untagged_here.push(value);
        }
    }

    /// Forgets what holds on the way to here alone.
    pub(super) fn forget_objects_here(&mut self) {
        for value in self.objects_here.drain(..) {
            self.objects.remove(value);
        }
        for value in self.untagged_here.drain(..) {
            self.untagged.remove(value);
        }
    }

    /// Pushes a value that has just been made.
    pub(crate) fn push_traced(&mut self, value: Value, shape: Shape) {
        self.trace(value, shape);
        self.push1(value);
    }

    /// A variable for values of a shape.
    pub(super) fn declare_variable(&mut self, shape: Shape) -> Variable {
        let variable = self.builder.declare_var(shape.ty);
        if shape.traced {
            self.traces = true;
            self.builder.declare_var_needs_stack_map(variable);
        }
        variable
    }

    /// A null reference of this shape. One that may become the value of a variable that is declared is a value of its own, since
    /// whoever used the same zero as a number would find it declared as well, and read it from the frame.
    pub(crate) fn null(&mut self, shape: Shape) -> Value {
        match shape.traced {
            true => self.builder.ins().iconst(shape.ty, 0),
            false => self.iconst(shape.ty, 0),
        }
    }

    /// Must follow every call that returns: adds the references among the locals in the frame to its stack map.
    pub(crate) fn note_safepoint(&mut self, call: Inst) {
        self.count_kept();
        let Some(slot) = self.local_slot.filter(|_| self.frame_refs > 0) else {
            return;
        };
        let entry = UserStackMapEntry {
            ty: FRAME_LOCALS,
            slot,
            offset: 0,
        };
        self.builder
            .func
            .dfg
            .append_user_stack_map_entry(call, entry);
    }

    /// Counts the operands that Cranelift may have to remember at a call or where a block begins.
    pub(crate) fn count_kept(&mut self) {
        if self.traces {
            self.kept_operands += self.stack.len();
        }
    }

    /// Gives the slots where Cranelift keeps references during calls regions of their own.
    pub(super) fn name_spills(&mut self) {
        self.builder
            .make_stack_map_alias_region(Box::new(|regions, _, slot, _| {
                Some(regions.insert(spills(slot)))
            }));
    }
}
