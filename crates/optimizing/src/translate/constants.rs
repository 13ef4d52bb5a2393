//! Constants: integers, and what is constant in an instance, which is bases, pointers and ids that are loaded from the
//! vmctx.
//!
//! They may stand anywhere, so each is made once, at the top of the function, and named again by whoever needs
//! it. Cranelift puts it before its uses; what is saved is the making and merging of thousands of equal
//! instructions.

use cranelift_codegen::cursor::{Cursor, FuncCursor};
use cranelift_codegen::ir::{InstBuilder, Type, Value};

use super::stack::zero_extended;
use super::{FunctionTranslator, POINTER, Region};

impl FunctionTranslator<'_> {
    /// An integer constant. `bits` beyond the type's width are ignored.
    pub(crate) fn iconst(&mut self, ty: Type, bits: i64) -> Value {
        let bits = zero_extended(bits, ty) as i64;
        if let Some(&known) = self.names.integers.get(&(ty, bits)) {
            return known;
        }
        let mut cursor = FuncCursor::new(self.builder.func);
        cursor.goto_first_insertion_point(self.entry);
        let value = cursor.ins().iconst(ty, bits);
        self.names.integers.insert((ty, bits), value);
        value
    }

    /// The constant pointer at `offset` in the vmctx.
    pub(crate) fn vmctx_pointer(&mut self, offset: i32) -> Value {
        self.constant_at(self.vmctx, offset, POINTER)
    }

    /// The constant of type `ty` at `offset` from `base`, which is the vmctx or such a constant itself.
    pub(crate) fn constant_at(&mut self, base: Value, offset: i32, ty: Type) -> Value {
        if self.is_rare {
            // Nobody waits for it here, and it must not take a register over the calls that come before or after.
            let flags = self.trusted(Region::Constants);
            return self.builder.ins().load(ty, flags, base, offset);
        }
        if let Some(&known) = self.names.constants.get(&(base, offset)) {
            return known;
        }
        let flags = self.constant();
        let mut cursor = FuncCursor::new(self.builder.func);
        match cursor.func.dfg.value_def(base).inst() {
            Some(inst) => cursor.goto_after_inst(inst),
            None => cursor.goto_first_insertion_point(self.entry),
        }
        let value = cursor.ins().load(ty, flags, base, offset);
        self.names.constants.insert((base, offset), value);
        value
    }
}
