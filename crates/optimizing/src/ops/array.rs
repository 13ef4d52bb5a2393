//! Aggregate instructions (§ 2.4.4) on arrays. Single elements are read and written inline; what touches many is the
//! runtime's.

mod copy;
mod fill;

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, MemFlagsData, Value, types};
use weft_abi::gc::{self, ArrayLayout, Storage};
use weft_abi::value::Repr;
use weft_abi::{Libcall, TrapKind};
use weft_module::{CompositeType, TypeIndex};

use crate::translate::{
    Extension, Failure, FunctionTranslator, POINTER, Place, REFERENCE, Region, Translated,
};

/// Up to this many elements are written by instructions of their own.
const MAX_INLINE: u32 = 64;
/// Up to this many bytes of elements are filled inline.
const MAX_FILLED: u32 = 512;
/// Bytes that are filled at a time.
const WORD: u32 = 8;
/// Where the first whole word of elements is.
const FIRST_WORD: u32 = 16;

impl FunctionTranslator<'_> {
    pub(crate) fn visit_array_new(&mut self, array_type_index: u32) -> Translated {
        let (value, length) = self.pop2();
        let (low, high) = self.bits(value);
        self.array_new(TypeIndex(array_type_index), length, low, high)
    }

    pub(crate) fn visit_array_new_default(&mut self, array_type_index: u32) -> Translated {
        let length = self.pop1();
        let zero = self.iconst(types::I64, 0);
        self.array_new(TypeIndex(array_type_index), length, zero, zero)
    }

    /// Pushes a new array whose elements all have the bits `low` and `high`: inline if it is small.
    fn array_new(&mut self, ty: TypeIndex, length: Value, low: Value, high: Value) -> Translated {
        let (layout, _) = self.array_layout(ty)?;
        let id = self.type_id(ty);
        let done = self.block_with(&[REFERENCE]);
        let slow = self.cold_block();
        if layout.element.size() <= WORD {
            let array = self.fill_small(ty, layout, length, low, slow)?;
            self.builder.ins().jump(done, &[array.into()]);
        } else {
            self.builder.ins().jump(slow, &[]);
        }
        self.enter_block(slow);
        let array = self.libcall_value(Libcall::ArrayNew, &[id, length, low, high])?;
        self.builder.ins().jump(done, &[array.into()]);
        self.enter_block(done);
        let array = self.builder.block_params(done)[0];
        self.push1(array);
        Ok(())
    }

    /// Makes a small array inline, a word at a time; goes to `slow` if it is not small or there is no room.
    fn fill_small(
        &mut self,
        ty: TypeIndex,
        layout: ArrayLayout,
        length: Value,
        bits: Value,
        slow: Block,
    ) -> Translated<Value> {
        let small = self.builder.create_block();
        let most = i64::from(MAX_FILLED / layout.element.size());
        let large = self
            .builder
            .ins()
            .icmp_imm_u(IntCC::UnsignedGreaterThan, length, most);
        self.builder.ins().brif(large, slow, &[], small, &[]);
        self.enter_block(small);
        let bytes = self.array_bytes(layout, length);
        let id = self.type_id(ty);
        let (array, address) = self.bump(id, bytes, slow);
        let word = self.repeated(layout.element, bits);
        // What is between the length and the first whole word is elements as well.
        let flags = self.trusted(self.element_region(ty)?);
        if layout.elements() < FIRST_WORD {
            let half = self.builder.ins().ireduce(types::I32, word);
            let ins = self.builder.ins();
            ins.store(flags, half, address, layout.elements() as i32);
        }
        let lengths = self.trusted(Region::ArrayLengths);
        let ins = self.builder.ins();
        ins.store(lengths, length, address, gc::ARRAY_LENGTH as i32);
        let first = self
            .builder
            .ins()
            .iadd_imm_u(address, i64::from(FIRST_WORD));
        let end = self.builder.ins().iadd(address, bytes);
        self.fill_words(first, end, word, flags);
        Ok(array)
    }

    /// Writes `word` from `first` up to `end`.
    pub(crate) fn fill_words(
        &mut self,
        first: Value,
        end: Value,
        word: Value,
        flags: MemFlagsData,
    ) {
        let head = self.builder.create_block();
        let body = self.builder.create_block();
        let done = self.builder.create_block();
        let place = self.builder.append_block_param(head, POINTER);
        self.builder.ins().jump(head, &[first.into()]);
        self.builder.switch_to_block(head);
        let more = self.builder.ins().icmp(IntCC::UnsignedLessThan, place, end);
        self.builder.ins().brif(more, body, &[], done, &[]);
        self.enter_block(body);
        self.builder.ins().store(flags, word, place, 0);
        let next = self.builder.ins().iadd_imm_u(place, i64::from(WORD));
        self.builder.ins().jump(head, &[next.into()]);
        self.builder.seal_block(head);
        self.enter_block(done);
    }

    /// Bytes of an array, as 64 bits.
    fn array_bytes(&mut self, layout: ArrayLayout, length: Value) -> Value {
        let length = self.widen(length);
        let size = i64::from(layout.element.size());
        let elements = self.builder.ins().imul_imm_u(length, size);
        let rest = i64::from(layout.elements() + gc::ALIGN - 1);
        let bytes = self.builder.ins().iadd_imm_u(elements, rest);
        self.builder.ins().band_imm_s(bytes, -i64::from(gc::ALIGN))
    }

    /// A word full of elements with these bits.
    fn repeated(&mut self, element: Storage, bits: Value) -> Value {
        if self.known_constant(bits) == Some(0) {
            return bits;
        }
        let (mask, factor) = match element.size() {
            1 => (0xff, 0x0101_0101_0101_0101),
            2 => (0xffff, 0x0001_0001_0001_0001),
            4 => (0xffff_ffff, 0x0000_0001_0000_0001),
            _ => return bits,
        };
        let bits = self.builder.ins().band_imm_u(bits, mask);
        self.builder.ins().imul_imm_u(bits, factor)
    }

    pub(crate) fn visit_array_new_fixed(
        &mut self,
        array_type_index: u32,
        array_size: u32,
    ) -> Translated {
        let ty = TypeIndex(array_type_index);
        let (layout, _) = self.array_layout(ty)?;
        let array = match array_size {
            0..=MAX_INLINE => self.small_array(ty, layout, array_size)?,
            _ => {
                let id = self.type_id(ty);
                let length = self.iconst(types::I32, array_size.into());
                let zero = self.iconst(types::I64, 0);
                let array = self.libcall_value(Libcall::ArrayNew, &[id, length, zero, zero])?;
                self.trace(array, REFERENCE);
                array
            }
        };
        let values = self.peekn(array_size as usize);
        self.stack.truncate(self.stack.len() - values.len());
        let base = self.object(array);
        for (index, value) in (0_u32..).zip(values) {
            let place = Place {
                base,
                offset: (layout.elements() + index * layout.element.size()) as i32,
                region: self.element_region(ty)?,
                checked: true,
            };
            self.store_storage(place, layout.element, value);
        }
        self.push1(array);
        Ok(())
    }

    /// A new array whose elements are still to be written.
    fn small_array(
        &mut self,
        ty: TypeIndex,
        layout: ArrayLayout,
        length: u32,
    ) -> Translated<Value> {
        let array = self.allocate(ty, layout.size(length) as u32)?;
        let place = Place {
            base: self.object(array),
            offset: gc::ARRAY_LENGTH as i32,
            region: Region::ArrayLengths,
            checked: true,
        };
        let length = self.iconst(types::I32, length.into());
        self.store_storage(place, Storage::Plain(Repr::I32), length);
        Ok(array)
    }

    pub(crate) fn visit_array_new_data(&mut self, ty: u32, segment: u32) -> Translated {
        self.array_from(Libcall::ArrayNewData, ty, segment)
    }

    pub(crate) fn visit_array_new_elem(&mut self, ty: u32, segment: u32) -> Translated {
        self.array_from(Libcall::ArrayNewElem, ty, segment)
    }

    fn array_from(&mut self, libcall: Libcall, ty: u32, segment: u32) -> Translated {
        let (offset, length) = self.pop2();
        let ty = self.type_id(TypeIndex(ty));
        let segment = self.iconst(types::I32, segment.into());
        let array = self.libcall_value(libcall, &[ty, segment, offset, length])?;
        self.push_traced(array, REFERENCE);
        Ok(())
    }

    pub(crate) fn visit_array_get(&mut self, ty: u32) -> Translated {
        self.array_get(ty, Extension::Unsigned)
    }

    pub(crate) fn visit_array_get_s(&mut self, ty: u32) -> Translated {
        self.array_get(ty, Extension::Signed)
    }

    pub(crate) fn visit_array_get_u(&mut self, ty: u32) -> Translated {
        self.array_get(ty, Extension::Unsigned)
    }

    fn array_get(&mut self, ty: u32, extension: Extension) -> Translated {
        let (array, index) = self.pop2();
        let (place, storage) = self.element_place(TypeIndex(ty), array, index)?;
        let value = self.load_storage(place, storage, extension);
        self.push1(value);
        Ok(())
    }

    pub(crate) fn visit_array_set(&mut self, ty: u32) -> Translated {
        let (array, index, value) = self.pop3();
        let (place, storage) = self.element_place(TypeIndex(ty), array, index)?;
        self.store_storage(place, storage, value);
        Ok(())
    }

    pub(crate) fn visit_array_len(&mut self) -> Translated {
        let array = self.pop1();
        let length = self.array_length(array);
        self.push1(length);
        Ok(())
    }

    pub(crate) fn visit_array_init_data(&mut self, _ty: u32, segment: u32) -> Translated {
        self.array_init(Libcall::ArrayInitData, segment)
    }

    pub(crate) fn visit_array_init_elem(&mut self, _ty: u32, segment: u32) -> Translated {
        self.array_init(Libcall::ArrayInitElem, segment)
    }

    fn array_init(&mut self, libcall: Libcall, segment: u32) -> Translated {
        let (index, offset, length) = self.pop3();
        let array = self.pop1();
        let segment = self.iconst(types::I32, segment.into());
        self.libcall(libcall, &[array, index, segment, offset, length]);
        Ok(())
    }

    /// Where an element is, and what it holds. Traps if the array is null or the index beyond its length.
    fn element_place(
        &mut self,
        ty: TypeIndex,
        array: Value,
        index: Value,
    ) -> Translated<(Place, Storage)> {
        let (layout, _) = self.array_layout(ty)?;
        let length = self.array_length(array);
        let within = self
            .builder
            .ins()
            .icmp(IntCC::UnsignedLessThan, index, length);
        self.trapz(within, TrapKind::ArrayOutOfBounds);
        let object = self.object(array);
        let index = self.widen(index);
        let bytes = i64::from(layout.element.size());
        let distance = self.builder.ins().imul_imm_u(index, bytes);
        let place = Place {
            base: self.builder.ins().iadd(object, distance),
            offset: layout.elements() as i32,
            region: self.element_region(ty)?,
            checked: true,
        };
        Ok((place, layout.element))
    }

    fn element_region(&self, ty: TypeIndex) -> Translated<Region> {
        let (layout, mutable) = self.array_layout(ty)?;
        Ok(Region::Elements {
            storage: layout.element,
            mutable,
        })
    }

    /// The layout of an array type, and whether its elements can be written.
    fn array_layout(&self, ty: TypeIndex) -> Translated<(ArrayLayout, bool)> {
        let layout = ArrayLayout::in_module(self.module, ty);
        match (layout, &self.module.types[ty].composite) {
            (Some(layout), CompositeType::Array(field)) => Ok((layout, field.mutable)),
            _ => Err(Failure::Malformed(
                "it names an array type that is none".to_owned(),
            )),
        }
    }

    /// The bits of any value as two halves.
    fn bits(&mut self, value: Value) -> (Value, Value) {
        let value = self.joined(value);
        let flags = MemFlagsData::new().with_endianness(cranelift_codegen::ir::Endianness::Little);
        let zero = self.iconst(types::I64, 0);
        match self.type_of(value) {
            types::I32 | types::I64 => (self.widen(value), zero),
            types::F32 => {
                let bits = self.builder.ins().bitcast(types::I32, flags, value);
                (self.widen(bits), zero)
            }
            types::F64 => (self.builder.ins().bitcast(types::I64, flags, value), zero),
            _ => {
                let halves = self.as_lanes(value, types::I64X2);
                let low = self.builder.ins().extractlane(halves, 0);
                (low, self.builder.ins().extractlane(halves, 1))
            }
        }
    }
}
