//! Threads: atomic accesses of memory, the fence, wait and notify (threads proposal).
//!
//! All are sequentially consistent. An access must be aligned to its size; that is checked before its
//! bounds. Waiting and waking are calls into the runtime, which checks alignment, bounds and sharing of
//! the effective address it is given.

use cranelift_codegen::ir::AtomicRmwOp::{self, Add, And, Or, Sub, Xchg, Xor};
use cranelift_codegen::ir::types::{I8, I16, I32, I64, Type};
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Value};
use wasmparser::MemArg;
use weft_abi::{Libcall, TrapKind};
use weft_module::{AddressType, MemoryIndex};

use crate::translate::{FunctionTranslator, Translated, Values, memory_of};
use crate::traps;

/// Operators that access memory as one type and have operands and results of another:
/// `operator: access, operand[, operation];`.
macro_rules! accesses {
    ($method:ident { $($op:ident: $($arg:ident),+;)* }) => {
        impl FunctionTranslator<'_> {
            $(pub(crate) fn $op(&mut self, memarg: MemArg) -> Translated {
                self.$method(&memarg, $($arg),+)
            })*
        }
    };
}

accesses! { atomic_load {
    visit_i32_atomic_load: I32, I32;
    visit_i64_atomic_load: I64, I64;
    visit_i32_atomic_load8_u: I8, I32;
    visit_i32_atomic_load16_u: I16, I32;
    visit_i64_atomic_load8_u: I8, I64;
    visit_i64_atomic_load16_u: I16, I64;
    visit_i64_atomic_load32_u: I32, I64;
}}

accesses! { atomic_store {
    visit_i32_atomic_store: I32;
    visit_i64_atomic_store: I64;
    visit_i32_atomic_store8: I8;
    visit_i32_atomic_store16: I16;
    visit_i64_atomic_store8: I8;
    visit_i64_atomic_store16: I16;
    visit_i64_atomic_store32: I32;
}}

accesses! { atomic_rmw {
    visit_i32_atomic_rmw_add: I32, I32, Add;
    visit_i64_atomic_rmw_add: I64, I64, Add;
    visit_i32_atomic_rmw8_add_u: I8, I32, Add;
    visit_i32_atomic_rmw16_add_u: I16, I32, Add;
    visit_i64_atomic_rmw8_add_u: I8, I64, Add;
    visit_i64_atomic_rmw16_add_u: I16, I64, Add;
    visit_i64_atomic_rmw32_add_u: I32, I64, Add;

    visit_i32_atomic_rmw_sub: I32, I32, Sub;
    visit_i64_atomic_rmw_sub: I64, I64, Sub;
    visit_i32_atomic_rmw8_sub_u: I8, I32, Sub;
    visit_i32_atomic_rmw16_sub_u: I16, I32, Sub;
    visit_i64_atomic_rmw8_sub_u: I8, I64, Sub;
    visit_i64_atomic_rmw16_sub_u: I16, I64, Sub;
    visit_i64_atomic_rmw32_sub_u: I32, I64, Sub;

    visit_i32_atomic_rmw_and: I32, I32, And;
    visit_i64_atomic_rmw_and: I64, I64, And;
    visit_i32_atomic_rmw8_and_u: I8, I32, And;
    visit_i32_atomic_rmw16_and_u: I16, I32, And;
    visit_i64_atomic_rmw8_and_u: I8, I64, And;
    visit_i64_atomic_rmw16_and_u: I16, I64, And;
    visit_i64_atomic_rmw32_and_u: I32, I64, And;

    visit_i32_atomic_rmw_or: I32, I32, Or;
    visit_i64_atomic_rmw_or: I64, I64, Or;
    visit_i32_atomic_rmw8_or_u: I8, I32, Or;
    visit_i32_atomic_rmw16_or_u: I16, I32, Or;
    visit_i64_atomic_rmw8_or_u: I8, I64, Or;
    visit_i64_atomic_rmw16_or_u: I16, I64, Or;
    visit_i64_atomic_rmw32_or_u: I32, I64, Or;

    visit_i32_atomic_rmw_xor: I32, I32, Xor;
    visit_i64_atomic_rmw_xor: I64, I64, Xor;
    visit_i32_atomic_rmw8_xor_u: I8, I32, Xor;
    visit_i32_atomic_rmw16_xor_u: I16, I32, Xor;
    visit_i64_atomic_rmw8_xor_u: I8, I64, Xor;
    visit_i64_atomic_rmw16_xor_u: I16, I64, Xor;
    visit_i64_atomic_rmw32_xor_u: I32, I64, Xor;

    visit_i32_atomic_rmw_xchg: I32, I32, Xchg;
    visit_i64_atomic_rmw_xchg: I64, I64, Xchg;
    visit_i32_atomic_rmw8_xchg_u: I8, I32, Xchg;
    visit_i32_atomic_rmw16_xchg_u: I16, I32, Xchg;
    visit_i64_atomic_rmw8_xchg_u: I8, I64, Xchg;
    visit_i64_atomic_rmw16_xchg_u: I16, I64, Xchg;
    visit_i64_atomic_rmw32_xchg_u: I32, I64, Xchg;
}}

accesses! { atomic_cmpxchg {
    visit_i32_atomic_rmw_cmpxchg: I32, I32;
    visit_i64_atomic_rmw_cmpxchg: I64, I64;
    visit_i32_atomic_rmw8_cmpxchg_u: I8, I32;
    visit_i32_atomic_rmw16_cmpxchg_u: I16, I32;
    visit_i64_atomic_rmw8_cmpxchg_u: I8, I64;
    visit_i64_atomic_rmw16_cmpxchg_u: I16, I64;
    visit_i64_atomic_rmw32_cmpxchg_u: I32, I64;
}}

impl FunctionTranslator<'_> {
    pub(crate) fn visit_atomic_fence(&mut self, _ordering: wasmparser::Ordering) -> Translated {
        self.builder.ins().fence();
        Ok(())
    }

    pub(crate) fn visit_memory_atomic_notify(&mut self, memarg: MemArg) -> Translated {
        let count = self.pop1();
        self.call_at_effective_address(&memarg, Libcall::AtomicNotify, &[count])
    }

    pub(crate) fn visit_memory_atomic_wait32(&mut self, memarg: MemArg) -> Translated {
        let (expected, timeout) = self.pop2();
        self.call_at_effective_address(&memarg, Libcall::AtomicWait32, &[expected, timeout])
    }

    pub(crate) fn visit_memory_atomic_wait64(&mut self, memarg: MemArg) -> Translated {
        let (expected, timeout) = self.pop2();
        self.call_at_effective_address(&memarg, Libcall::AtomicWait64, &[expected, timeout])
    }

    /// Pops an index and pushes the result of `libcall(memory, effective address, rest…)`.
    fn call_at_effective_address(
        &mut self,
        memarg: &MemArg,
        libcall: Libcall,
        rest: &[Value],
    ) -> Translated {
        let memory = memory_of(memarg)?;
        let index = self.pop1();
        let address = self.effective_address(memory, index, memarg.offset);
        let memory = self.iconst(I32, i64::from(memory.0));
        let mut arguments = Values::from_slice(&[memory, address]);
        arguments.extend_from_slice(rest);
        let result = self.libcall_value(libcall, &arguments)?;
        self.push1(result);
        Ok(())
    }

    /// `index + offset` as 64 bits. A sum beyond them is out of bounds.
    fn effective_address(&mut self, memory: MemoryIndex, index: Value, offset: u64) -> Value {
        let index = self.widen(index);
        if offset == 0 {
            return index;
        }
        let offset = self.iconst(I64, offset as i64);
        match self.module.memories[memory].address {
            AddressType::I32 => self.builder.ins().iadd(index, offset),
            AddressType::I64 => {
                let code = traps::code(TrapKind::MemoryOutOfBounds);
                self.builder.ins().uadd_overflow_trap(index, offset, code)
            }
        }
    }

    fn atomic_load(&mut self, memarg: &MemArg, access: Type, operand: Type) -> Translated {
        let (flags, address) = self.atomic_address(memarg, access)?;
        let value = self.builder.ins().atomic_load(access, flags, address);
        self.push_extended(value, operand);
        Ok(())
    }

    fn atomic_store(&mut self, memarg: &MemArg, access: Type) -> Translated {
        let value = self.pop_reduced(access);
        let (flags, address) = self.atomic_address(memarg, access)?;
        self.builder.ins().atomic_store(flags, value, address);
        Ok(())
    }

    fn atomic_rmw(
        &mut self,
        memarg: &MemArg,
        access: Type,
        operand: Type,
        operation: AtomicRmwOp,
    ) -> Translated {
        let value = self.pop_reduced(access);
        let (flags, address) = self.atomic_address(memarg, access)?;
        let ins = self.builder.ins();
        let old = ins.atomic_rmw(access, flags, operation, address, value);
        self.push_extended(old, operand);
        Ok(())
    }

    fn atomic_cmpxchg(&mut self, memarg: &MemArg, access: Type, operand: Type) -> Translated {
        let replacement = self.pop_reduced(access);
        let expected = self.pop_reduced(access);
        let (flags, address) = self.atomic_address(memarg, access)?;
        let ins = self.builder.ins();
        let old = ins.atomic_cas(flags, address, expected, replacement);
        self.push_extended(old, operand);
        Ok(())
    }

    /// Pops an index and makes an address of it, which is aligned to `access`.
    fn atomic_address(
        &mut self,
        memarg: &MemArg,
        access: Type,
    ) -> Translated<(MemFlagsData, Value)> {
        let size = access.bytes();
        self.check_alignment(memarg.offset, size);
        let at = self.prepare_address(memarg, size)?;
        let address = match at.offset {
            0 => at.base,
            offset => self.builder.ins().iadd_imm_s(at.base, i64::from(offset)),
        };
        Ok((at.flags, address))
    }

    /// Traps if the topmost index with `offset` is not a multiple of `size`. A sum that overflows is out
    /// of bounds whatever its low bits, and is found to be so afterwards.
    fn check_alignment(&mut self, offset: u64, size: u32) {
        if size == 1 {
            return;
        }
        let index = self.peek1();
        let low = i64::from(size - 1);
        let effective = match offset as i64 & low {
            0 => index,
            offset => self.builder.ins().iadd_imm_s(index, offset),
        };
        let misalignment = self.builder.ins().band_imm_u(effective, low);
        self.trapnz(misalignment, TrapKind::UnalignedAtomic);
    }

    /// Pops a value and cuts it to `access`.
    fn pop_reduced(&mut self, access: Type) -> Value {
        let value = self.pop1();
        if self.type_of(value) == access {
            value
        } else {
            self.builder.ins().ireduce(access, value)
        }
    }

    /// Pushes `value`, zero-extended to `operand`.
    fn push_extended(&mut self, value: Value, operand: Type) {
        let value = if self.type_of(value) == operand {
            value
        } else {
            self.builder.ins().uextend(operand, value)
        };
        self.push1(value);
    }
}
