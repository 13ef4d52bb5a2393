//! The stack of operands: WebAssembly's stack machine at compile time, holding SSA values.
//!
//! A vector keeps the lanes of the instruction that made it, and the one that takes it says what it wants
//! with [`FunctionTranslator::pop_lanes`]; where paths join, all have the same lanes. The outcome of a comparison is
//! kept as the 8 bits it has, since most often a branch is next, and widened to an `i32` for everybody else.

use cranelift_codegen::ir::{
    InstBuilder, InstructionData, MemFlagsData, Opcode, Type, Value, types,
};
use smallvec::SmallVec;

use super::FunctionTranslator;
use super::types::{V128, is_vector};

/// A few values.
pub(crate) type Values = SmallVec<[Value; 8]>;

impl FunctionTranslator<'_> {
    /// Pushes one value.
    pub(crate) fn push1(&mut self, value: Value) {
        self.stack.push(value);
    }

    /// Pushes values, the first of them deepest.
    pub(crate) fn pushn(&mut self, values: &[Value]) {
        self.stack.extend_from_slice(values);
    }

    /// Pops the topmost value.
    pub(crate) fn pop1(&mut self) -> Value {
        let value = self.pop_narrow();
        self.widened(value)
    }

    /// Pops the topmost value, or the 8 bits of a comparison's outcome.
    fn pop_narrow(&mut self) -> Value {
        self.stack
            .pop()
            .expect("validation has counted the operands")
    }

    /// `value`, as an `i32` if it is a comparison's outcome.
    fn widened(&mut self, value: Value) -> Value {
        match self.type_of(value) {
            types::I8 => self.builder.ins().uextend(types::I32, value),
            _ => value,
        }
    }

    /// Pops two values; the second was on top.
    pub(crate) fn pop2(&mut self) -> (Value, Value) {
        let second = self.pop1();
        (self.pop1(), second)
    }

    /// Pops three values; the last was on top.
    pub(crate) fn pop3(&mut self) -> (Value, Value, Value) {
        let third = self.pop1();
        let (first, second) = self.pop2();
        (first, second, third)
    }

    /// The topmost value.
    pub(crate) fn peek1(&mut self) -> Value {
        let value = self.pop1();
        self.push1(value);
        value
    }

    /// The `count` topmost values, the deepest first, fit to pass on: see [`Self::joined`].
    pub(crate) fn peekn(&mut self, count: usize) -> Values {
        let start = self.stack.len() - count;
        let values: Values = self.stack[start..].into();
        values.into_iter().map(|value| self.joined(value)).collect()
    }

    /// The type of `value`.
    pub(crate) fn type_of(&self, value: Value) -> Type {
        self.builder.func.dfg.value_type(value)
    }

    /// Pops a vector as lanes of type `lanes`, a 128-bit vector type.
    pub(crate) fn pop_lanes(&mut self, lanes: Type) -> Value {
        let value = self.pop1();
        self.as_lanes(value, lanes)
    }

    /// Pops two vectors as lanes of type `lanes`; the second was on top.
    pub(crate) fn pop2_lanes(&mut self, lanes: Type) -> (Value, Value) {
        let second = self.pop_lanes(lanes);
        (self.pop_lanes(lanes), second)
    }

    /// Pops three vectors as lanes of type `lanes`; the last was on top.
    pub(crate) fn pop3_lanes(&mut self, lanes: Type) -> (Value, Value, Value) {
        let third = self.pop_lanes(lanes);
        let (first, second) = self.pop2_lanes(lanes);
        (first, second, third)
    }

    /// The vector `value` as lanes of type `lanes`.
    pub(crate) fn as_lanes(&mut self, value: Value, lanes: Type) -> Value {
        if self.type_of(value) == lanes {
            return value;
        }
        let flags = MemFlagsData::new().with_endianness(cranelift_codegen::ir::Endianness::Little);
        self.builder.ins().bitcast(lanes, flags, value)
    }

    /// `value` with the type that it has where paths join: one for all vectors, and no outcomes of 8 bits.
    pub(crate) fn joined(&mut self, value: Value) -> Value {
        if is_vector(self.type_of(value)) {
            self.as_lanes(value, V128)
        } else {
            self.widened(value)
        }
    }

    /// Pushes the `i32` that a comparison's 8-bit outcome stands for.
    pub(crate) fn push_bool(&mut self, outcome: Value) {
        self.push1(outcome);
    }

    /// Pops an `i32` as a condition: a comparison's outcome as it is.
    pub(crate) fn pop_condition(&mut self) -> Value {
        self.pop_narrow()
    }

    /// The constant that `value` is, its bits widened with zeros, if it is known to be one.
    pub(crate) fn known_constant(&self, value: Value) -> Option<u64> {
        let dfg = &self.builder.func.dfg;
        let inst = dfg.value_def(value).inst()?;
        match dfg.insts[inst] {
            InstructionData::UnaryImm {
                opcode: Opcode::Iconst,
                imm,
            } => Some(zero_extended(imm.bits(), dfg.value_type(value))),
            _ => None,
        }
    }
}

/// `bits` without those beyond the type's width.
pub(super) fn zero_extended(bits: i64, ty: Type) -> u64 {
    bits as u64 & (u64::MAX >> (64 - ty.bits()))
}
