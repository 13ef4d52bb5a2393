//! From an index into a memory to a machine address, with exactly the checks that are needed.
//!
//! A memory's reservation is followed by a guard, and everything in both that lies beyond the
//! memory's size faults by itself. So an access needs no check at all when its index cannot reach past the
//! guard, and otherwise a comparison with a *constant*. Only memories without a reservation, or with
//! pages smaller than the hardware's, compare with their current length.
//!
//! | memory | offset + size ≤ guard | else |
//! |---|---|---|
//! | 32-bit, 4 GiB reserved | — | index > reservation − offset − size |
//! | 64-bit, or less reserved | index > reservation | index > reservation − offset − size |
//! | dynamic | index > length − offset − size, without overflow | the same |
//!
//! Against speculation the outcome replaces the index or address rather than steering a branch:
//! an index beyond becomes the first one in the guard, an address beyond becomes null; both fault.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Value, types};
use wasmparser::{MemArg, MemArgTarget};
use weft_abi::TrapKind;
use weft_abi::layout::field;
use weft_module::{AddressType, EntityIndex, MemoryIndex, MemoryType};

use super::{Failure, FunctionTranslator, POINTER, Region, Translated};

/// Where an access goes.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Address {
    /// The address, without the offset.
    pub(crate) base: Value,
    /// What to add to it.
    pub(crate) offset: i32,
    /// How to access it.
    pub(crate) flags: MemFlagsData,
}

/// How an index is kept within its memory.
enum Check {
    /// By the guard alone.
    None,
    /// It must not be larger than this; what lies beyond, up to the offset, faults.
    Constant(u64),
    /// It is always out of bounds.
    Never,
    /// With the offset and size it must be within the current length.
    Length,
}

impl FunctionTranslator<'_> {
    /// Pops the index of an access of `size` bytes and makes an address of it.
    pub(crate) fn prepare_address(&mut self, memarg: &MemArg, size: u32) -> Translated<Address> {
        let memory = memory_of(memarg)?;
        let index = self.pop1();
        Ok(self.address_of(memory, index, memarg.offset, size))
    }

    /// The address of `size` bytes at `index + offset` of a memory.
    pub(crate) fn address_of(
        &mut self,
        memory: MemoryIndex,
        index: Value,
        offset: u64,
        size: u32,
    ) -> Address {
        let ty = self.module.memories[memory];
        let flags = self.faulting(Region::Memory(memory), TrapKind::MemoryOutOfBounds);
        if let Some(place) = self.known_place(&ty, index, offset, size) {
            let base = self.memory_base(memory);
            return Address {
                base,
                offset: place,
                flags: flags.with_notrap(),
            };
        }
        let index = self.widen(index);
        let end = offset.saturating_add(u64::from(size));
        match self.check_for(&ty, end) {
            Check::None => self.unchecked(memory, index, offset, flags),
            Check::Constant(limit) => {
                let index = self.check_constant(index, limit, end);
                self.unchecked(memory, index, offset, flags)
            }
            Check::Never => {
                self.trap_within(TrapKind::MemoryOutOfBounds);
                self.unchecked(memory, index, 0, flags)
            }
            Check::Length => self.check_length(memory, index, offset, end, flags),
        }
    }

    /// An index that is a constant, if the access is within the memory's smallest size: no check, no trap.
    fn known_place(&self, ty: &MemoryType, index: Value, offset: u64, size: u32) -> Option<i32> {
        let index = self.known_constant(index)?;
        let place = index.checked_add(offset)?;
        let smallest = ty.limits.min.saturating_mul(ty.page_size());
        let within = place.checked_add(u64::from(size))? <= smallest;
        i32::try_from(place).ok().filter(|_| within)
    }

    fn check_for(&self, ty: &MemoryType, end: u64) -> Check {
        let plan = &self.tunables.memory;
        if plan.dynamic || ty.page_size_log2 == 0 {
            return Check::Length;
        }
        let (reservation, largest_index) = match ty.address {
            AddressType::I32 => (plan.reservation32, u64::from(u32::MAX)),
            AddressType::I64 => (plan.reservation64, u64::MAX),
        };
        let within_guard = end <= plan.guard;
        match (within_guard, reservation > largest_index) {
            (true, true) => Check::None,
            (true, false) => Check::Constant(reservation),
            (false, _) => match reservation.checked_sub(end) {
                Some(limit) => Check::Constant(limit),
                None => Check::Never,
            },
        }
    }

    fn unchecked(
        &mut self,
        memory: MemoryIndex,
        index: Value,
        offset: u64,
        flags: MemFlagsData,
    ) -> Address {
        let base = self.memory_base(memory);
        let base = self.builder.ins().iadd(base, index);
        let (base, offset) = self.fold_offset(base, offset);
        Address {
            base,
            offset,
            flags,
        }
    }

    /// Adds what of `offset` does not fit into an instruction.
    fn fold_offset(&mut self, base: Value, offset: u64) -> (Value, i32) {
        match i32::try_from(offset) {
            Ok(offset) => (base, offset),
            Err(_) => (self.builder.ins().iadd_imm_s(base, offset as i64), 0),
        }
    }

    /// Keeps `index` at most `limit`, which is the reservation for an access within the guard: then the limit itself
    /// faults and no branch is needed.
    fn check_constant(&mut self, index: Value, limit: u64, end: u64) -> Value {
        let limit_value = self.iconst(types::I64, limit as i64);
        let beyond = self
            .builder
            .ins()
            .icmp(IntCC::UnsignedGreaterThan, index, limit_value);
        if !self.tunables.spectre || end > self.tunables.memory.guard {
            self.trapnz(beyond, TrapKind::MemoryOutOfBounds);
        }
        if !self.tunables.spectre {
            return index;
        }
        self.builder
            .ins()
            .select_spectre_guard(beyond, limit_value, index)
    }

    fn check_length(
        &mut self,
        memory: MemoryIndex,
        index: Value,
        offset: u64,
        end: u64,
        flags: MemFlagsData,
    ) -> Address {
        let length = self.memory_length(memory);
        let end = self.end_of_access(memory, index, end);
        let beyond = self
            .builder
            .ins()
            .icmp(IntCC::UnsignedGreaterThan, end, length);
        if !self.tunables.spectre {
            self.trapnz(beyond, TrapKind::MemoryOutOfBounds);
            return self.unchecked(memory, index, offset, flags);
        }
        let Address { base, offset, .. } = self.unchecked(memory, index, offset, flags);
        let address = self.builder.ins().iadd_imm_s(base, i64::from(offset));
        let null = self.iconst(POINTER, 0);
        let base = self
            .builder
            .ins()
            .select_spectre_guard(beyond, null, address);
        Address {
            base,
            offset: 0,
            flags,
        }
    }

    /// `index + end`, which traps if it does not fit into 64 bits.
    fn end_of_access(&mut self, memory: MemoryIndex, index: Value, end: u64) -> Value {
        if self.module.memories[memory].address == AddressType::I32 {
            return self.builder.ins().iadd_imm_s(index, end as i64);
        }
        let end = self.iconst(types::I64, end as i64);
        let code = crate::traps::code(TrapKind::MemoryOutOfBounds);
        self.builder.ins().uadd_overflow_trap(index, end, code)
    }

    /// The first byte of a memory.
    pub(crate) fn memory_base(&mut self, memory: MemoryIndex) -> Value {
        let place = self.offsets.memory(memory) + field::MEMORY_REF_BASE;
        self.vmctx_pointer(place)
    }

    /// The size of a memory in bytes. Other threads may let a shared one grow, so that is asked for each time.
    pub(crate) fn memory_length(&mut self, memory: MemoryIndex) -> Value {
        if let Some(length) = self.fixed_memory_length(memory) {
            return self.iconst(types::I64, length as i64);
        }
        let place = self.offsets.memory(memory) + field::MEMORY_REF_MEMORY;
        let definition = self.vmctx_pointer(place);
        let flags = self.trusted(Region::Lengths);
        if self.module.memories[memory].shared {
            let place = i64::from(field::MEMORY_LENGTH);
            let address = self.builder.ins().iadd_imm_s(definition, place);
            return self.builder.ins().atomic_load(types::I64, flags, address);
        }
        let ins = self.builder.ins();
        ins.load(types::I64, flags, definition, field::MEMORY_LENGTH)
    }

    /// The size in bytes of a memory that never grows.
    fn fixed_memory_length(&self, memory: MemoryIndex) -> Option<u64> {
        let ty = self.module.memories[memory];
        let fixed = ty.limits.max == Some(ty.limits.min)
            || self.module.facts.fixed_memories.get(memory.index()) == Some(&true);
        fixed.then(|| ty.limits.min.saturating_mul(ty.page_size()))
    }

    /// An index or length as 64 bits.
    pub(crate) fn widen(&mut self, value: Value) -> Value {
        if self.type_of(value) == types::I64 {
            return value;
        }
        if let Some(bits) = self.known_constant(value) {
            return self.iconst(types::I64, bits as i64);
        }
        self.builder.ins().uextend(types::I64, value)
    }
}

/// The memory that an access is to.
pub(crate) fn memory_of(memarg: &MemArg) -> Translated<MemoryIndex> {
    match memarg.target {
        MemArgTarget::Memory(memory) => Ok(MemoryIndex(memory)),
        MemArgTarget::Array(_) => Err(Failure::Unsupported("access to an array's bytes")),
    }
}
