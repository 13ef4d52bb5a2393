//! Memory instructions (§ 2.4.6): loads and stores inline, and so are copies and fills of a few bytes.

use cranelift_codegen::ir::types::{F32, F64, I32, I64};
use cranelift_codegen::ir::{InstBuilder, Type, Value, types};
use smallvec::SmallVec;
use wasmparser::MemArg;
use weft_abi::Libcall;
use weft_module::MemoryIndex;

use crate::translate::{Address, FunctionTranslator, Translated};

/// Copies and fills of at most this many bytes are done inline.
const INLINE_BYTES: u64 = 64;

/// Loads of a whole value.
macro_rules! loads {
    ($($visit:ident = $ty:ident;)*) => {
        impl FunctionTranslator<'_> {$(
            pub(crate) fn $visit(&mut self, memarg: MemArg) -> Translated {
                let at = self.prepare_address(&memarg, $ty.bytes())?;
                let value = self.builder.ins().load($ty, at.flags, at.base, at.offset);
                self.push1(value);
                Ok(())
            }
        )*}
    };
}

loads! {
    visit_i32_load = I32;
    visit_i64_load = I64;
    visit_f32_load = F32;
    visit_f64_load = F64;
}

/// Loads that widen.
macro_rules! widening_loads {
    ($($visit:ident = $ins:ident($size:literal $(, $ty:ident)?);)*) => {
        impl FunctionTranslator<'_> {$(
            pub(crate) fn $visit(&mut self, memarg: MemArg) -> Translated {
                let at = self.prepare_address(&memarg, $size)?;
                let value = self.builder.ins().$ins($($ty,)? at.flags, at.base, at.offset);
                self.push1(value);
                Ok(())
            }
        )*}
    };
}

widening_loads! {
    visit_i32_load8_s = sload8(1, I32);
    visit_i32_load8_u = uload8(1, I32);
    visit_i32_load16_s = sload16(2, I32);
    visit_i32_load16_u = uload16(2, I32);
    visit_i64_load8_s = sload8(1, I64);
    visit_i64_load8_u = uload8(1, I64);
    visit_i64_load16_s = sload16(2, I64);
    visit_i64_load16_u = uload16(2, I64);
    visit_i64_load32_s = sload32(4);
    visit_i64_load32_u = uload32(4);
}

/// Stores.
macro_rules! stores {
    ($($visit:ident = $ins:ident($size:literal);)*) => {
        impl FunctionTranslator<'_> {$(
            pub(crate) fn $visit(&mut self, memarg: MemArg) -> Translated {
                let value = self.pop1();
                let at = self.prepare_address(&memarg, $size)?;
                self.builder.ins().$ins(at.flags, value, at.base, at.offset);
                Ok(())
            }
        )*}
    };
}

stores! {
    visit_i32_store = store(4);
    visit_i64_store = store(8);
    visit_f32_store = store(4);
    visit_f64_store = store(8);
    visit_i32_store8 = istore8(1);
    visit_i32_store16 = istore16(2);
    visit_i64_store8 = istore8(1);
    visit_i64_store16 = istore16(2);
    visit_i64_store32 = istore32(4);
}

impl FunctionTranslator<'_> {
    pub(crate) fn visit_memory_size(&mut self, mem: u32) -> Translated {
        let memory = MemoryIndex(mem);
        let ty = self.module.memories[memory];
        let length = self.memory_length(memory);
        let shift = i64::from(ty.page_size_log2);
        let pages = self.builder.ins().ushr_imm_u(length, shift);
        self.push_address(ty.address, pages);
        Ok(())
    }

    pub(crate) fn visit_memory_grow(&mut self, mem: u32) -> Translated {
        let delta = self.pop1();
        let delta = self.widen(delta);
        let number = self.iconst(I32, mem.into());
        let old = self.libcall_value(Libcall::MemoryGrow, &[number, delta])?;
        self.push_address(self.module.memories[MemoryIndex(mem)].address, old);
        Ok(())
    }

    pub(crate) fn visit_memory_fill(&mut self, mem: u32) -> Translated {
        let (to, value, count) = self.pop3();
        if let Some(count) = self.inline_count(count) {
            self.fill_inline(MemoryIndex(mem), to, value, count);
            return Ok(());
        }
        let arguments = [
            self.iconst(I32, mem.into()),
            self.widen(to),
            value,
            self.widen(count),
        ];
        self.libcall(Libcall::MemoryFill, &arguments);
        Ok(())
    }

    pub(crate) fn visit_memory_copy(&mut self, dst_mem: u32, src_mem: u32) -> Translated {
        let (to, from, count) = self.pop3();
        if let Some(count) = self.inline_count(count) {
            self.copy_inline(MemoryIndex(dst_mem), MemoryIndex(src_mem), to, from, count);
            return Ok(());
        }
        let arguments = [
            self.iconst(I32, dst_mem.into()),
            self.iconst(I32, src_mem.into()),
            self.widen(to),
            self.widen(from),
            self.widen(count),
        ];
        self.libcall(Libcall::MemoryCopy, &arguments);
        Ok(())
    }

    pub(crate) fn visit_memory_init(&mut self, data_index: u32, mem: u32) -> Translated {
        let (to, from, count) = self.pop3();
        let arguments = [
            self.iconst(I32, mem.into()),
            self.iconst(I32, data_index.into()),
            self.widen(to),
            self.widen(from),
            self.widen(count),
        ];
        self.libcall(Libcall::MemoryInit, &arguments);
        Ok(())
    }

    pub(crate) fn visit_data_drop(&mut self, data_index: u32) -> Translated {
        let segment = self.iconst(I32, data_index.into());
        self.libcall(Libcall::DataDrop, &[segment]);
        Ok(())
    }

    /// A number of bytes that is known and small. None at all still needs the runtime, to check the address.
    fn inline_count(&self, count: Value) -> Option<u64> {
        self.known_constant(count)
            .filter(|count| (1..=INLINE_BYTES).contains(count))
    }

    fn fill_inline(&mut self, memory: MemoryIndex, to: Value, value: Value, count: u64) {
        let at = self.address_of(memory, to, 0, count as u32);
        let byte = self.builder.ins().ireduce(types::I8, value);
        for chunk in chunks(count).into_iter().rev() {
            let value = self.repeat_byte(byte, chunk.ty);
            self.store_chunk(at, chunk, value);
        }
    }

    fn repeat_byte(&mut self, byte: Value, ty: Type) -> Value {
        if ty == types::I8 {
            return byte;
        }
        let vector = self.builder.ins().splat(types::I8X16, byte);
        if ty == types::I8X16 {
            return vector;
        }
        let lanes = Type::int(ty.bits() as u16)
            .and_then(|lane| lane.by(128 / ty.bits()))
            .expect("chunks are of 1 to 16 bytes");
        let vector = self.as_lanes(vector, lanes);
        self.builder.ins().extractlane(vector, 0)
    }

    /// Loads everything before it stores anything, because source and destination may overlap.
    fn copy_inline(
        &mut self,
        to_memory: MemoryIndex,
        from_memory: MemoryIndex,
        to: Value,
        from: Value,
        count: u64,
    ) {
        let from = self.address_of(from_memory, from, 0, count as u32);
        let to = self.address_of(to_memory, to, 0, count as u32);
        let chunks = chunks(count);
        let values: SmallVec<[Value; 8]> = chunks
            .iter()
            .map(|&chunk| self.load_chunk(from, chunk))
            .collect();
        for (&chunk, &value) in chunks.iter().zip(&values).rev() {
            self.store_chunk(to, chunk, value);
        }
    }

    fn load_chunk(&mut self, at: Address, chunk: Chunk) -> Value {
        let offset = at.offset + chunk.offset;
        self.builder.ins().load(chunk.ty, at.flags, at.base, offset)
    }

    fn store_chunk(&mut self, at: Address, chunk: Chunk, value: Value) {
        let offset = at.offset + chunk.offset;
        self.builder.ins().store(at.flags, value, at.base, offset);
    }
}

/// A part of a small copy or fill.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
struct Chunk {
    offset: i32,
    ty: Type,
}

/// Covers `count` bytes with as few accesses as possible. The last one reaches exactly to the end and may
/// overlap the one before, so that storing it first finds out whether all can be stored.
fn chunks(count: u64) -> SmallVec<[Chunk; 8]> {
    let widest = match count {
        16.. => types::I8X16,
        8.. => types::I64,
        4.. => types::I32,
        2.. => types::I16,
        _ => types::I8,
    };
    let size = u64::from(widest.bytes());
    let starts = (0..count / size).map(|number| number * size);
    let last = (!count.is_multiple_of(size)).then(|| count - size);
    starts
        .chain(last)
        .map(|start| Chunk {
            offset: start as i32,
            ty: widest,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_cover_every_byte_and_end_exactly() {
        for count in 1..=INLINE_BYTES {
            let chunks = chunks(count);
            let mut reached = 0;
            for chunk in &chunks {
                assert!(chunk.offset as u64 <= reached, "a gap in {count}");
                reached = chunk.offset as u64 + u64::from(chunk.ty.bytes());
            }
            assert_eq!(reached, count);
            assert!(chunks.len() <= 4);
        }
    }
}
