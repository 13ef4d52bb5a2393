//! Copying elements between arrays.
//!
//! Most copies are of a few elements, of which a call into the runtime would be most of the cost. So up to [`MOST`] bytes are copied
//! inline: a piece from the start and a piece from the end, which may overlap. All pieces are read before any is written, so that the
//! ranges may overlap as well.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::Type;
use cranelift_codegen::ir::{Block, Endianness, InstBuilder, MemFlagsData, Value, types};
use weft_abi::Libcall;
use weft_abi::gc::ArrayLayout;
use weft_module::TypeIndex;

use crate::translate::{FunctionTranslator, Translated};

/// The most bytes that are copied inline.
const MOST: u32 = 64;
/// The fewest: what is less takes the call.
const FEWEST: u32 = 4;

/// How many bytes are copied as what: up to `most` by pieces of `piece`, `pairs` of them from the start and as many from the end.
struct Class {
    most: u32,
    piece: Type,
    pairs: u32,
}

const CLASSES: [Class; 4] = [
    Class {
        most: 8,
        piece: types::I32,
        pairs: 1,
    },
    Class {
        most: 16,
        piece: types::I64,
        pairs: 1,
    },
    Class {
        most: 32,
        piece: types::I8X16,
        pairs: 1,
    },
    Class {
        most: MOST,
        piece: types::I8X16,
        pairs: 2,
    },
];

/// A range of elements of an array.
#[derive(Copy, Clone)]
pub(super) struct Range {
    array: Value,
    index: Value,
    flags: MemFlagsData,
}

impl FunctionTranslator<'_> {
    pub(crate) fn visit_array_copy(&mut self, to: u32, from: u32) -> Translated {
        let (source, source_index, length) = self.pop3();
        let (target, target_index) = self.pop2();
        let (layout, _) = self.array_layout(TypeIndex(to))?;
        let done = self.builder.create_block();
        let slow = self.cold_block();
        match self.known_constant(length) {
            Some(length) if length > u64::from(MOST / layout.element.size()) => {
                self.builder.ins().jump(slow, &[]);
            }
            _ => {
                let source = self.elements_of(from, source, source_index)?;
                let target = self.elements_of(to, target, target_index)?;
                self.copy_small(layout, target, source, length, slow, done);
            }
        }
        self.enter_block(slow);
        let arguments = [target, target_index, source, source_index, length];
        self.libcall(Libcall::ArrayCopy, &arguments);
        self.builder.ins().jump(done, &[]);
        self.enter_block(done);
        Ok(())
    }

    pub(super) fn elements_of(&mut self, ty: u32, array: Value, index: Value) -> Translated<Range> {
        let region = self.element_region(TypeIndex(ty))?;
        let trusted = self.trusted(region);
        // A piece is larger than an element, and aligned to one alone.
        let flags = MemFlagsData::new()
            .with_endianness(Endianness::Little)
            .with_trap_code(trusted.trap_code())
            .with_alias_region(trusted.alias_region());
        Ok(Range {
            array,
            index,
            flags,
        })
    }

    /// Copies `length` elements and goes to `done`, if they are few and in bounds; otherwise to `slow`.
    fn copy_small(
        &mut self,
        layout: ArrayLayout,
        target: Range,
        source: Range,
        length: Value,
        slow: Block,
        done: Block,
    ) {
        let size = layout.element.size();
        let (least, most) = (FEWEST.div_ceil(size), MOST / size);
        let more = self.builder.ins().iadd_imm_s(length, -i64::from(least));
        let more_at_most = i64::from(most - least);
        let is_small =
            self.builder
                .ins()
                .icmp_imm_u(IntCC::UnsignedLessThanOrEqual, more, more_at_most);
        self.go_on_if(is_small, slow);
        let length = self.widen(length);
        let to = self.start_of(layout, target, length, slow);
        let from = self.start_of(layout, source, length, slow);
        let bytes = self.builder.ins().imul_imm_u(length, i64::from(size));
        for class in CLASSES.iter().filter(|class| class.most >= size) {
            if class.most < MOST {
                let larger = self.builder.create_block();
                let fits = self.builder.create_block();
                let most = i64::from(class.most);
                let is_larger =
                    self.builder
                        .ins()
                        .icmp_imm_u(IntCC::UnsignedGreaterThan, bytes, most);
                self.builder.ins().brif(is_larger, larger, &[], fits, &[]);
                self.enter_block(fits);
                self.copy_pieces(class, (to, target.flags), (from, source.flags), bytes);
                self.builder.ins().jump(done, &[]);
                self.enter_block(larger);
            } else {
                self.copy_pieces(class, (to, target.flags), (from, source.flags), bytes);
                self.builder.ins().jump(done, &[]);
            }
        }
    }

    /// Where a range starts. Traps if the array is null, and goes to `slow` if the range is not within it.
    pub(super) fn start_of(
        &mut self,
        layout: ArrayLayout,
        range: Range,
        length: Value,
        slow: Block,
    ) -> Value {
        let available = self.array_length(range.array);
        let (available, index) = (self.widen(available), self.widen(range.index));
        let end = self.builder.ins().iadd(index, length);
        let is_within = self
            .builder
            .ins()
            .icmp(IntCC::UnsignedLessThanOrEqual, end, available);
        self.go_on_if(is_within, slow);
        let object = self.object(range.array);
        let size = i64::from(layout.element.size());
        let distance = self.builder.ins().imul_imm_u(index, size);
        let first = self.builder.ins().iadd(object, distance);
        let elements = i64::from(layout.elements());
        self.builder.ins().iadd_imm_u(first, elements)
    }

    /// Copies `bytes` bytes, of which there are as many as the class is for.
    fn copy_pieces(
        &mut self,
        class: &Class,
        (to, to_flags): (Value, MemFlagsData),
        (from, from_flags): (Value, MemFlagsData),
        bytes: Value,
    ) {
        let piece = class.piece.bytes() as i32;
        let ends = [from, to].map(|start| self.builder.ins().iadd(start, bytes));
        let offsets = 0..class.pairs as i32;
        let places = |start: Value, end: Value| {
            offsets
                .clone()
                .flat_map(move |pair| [(start, pair * piece), (end, -(pair + 1) * piece)])
        };
        let values: Vec<Value> = places(from, ends[0])
            .map(|(base, offset)| {
                let ins = self.builder.ins();
                ins.load(class.piece, from_flags, base, offset)
            })
            .collect();
        for (value, (base, offset)) in values.into_iter().zip(places(to, ends[1])) {
            self.builder.ins().store(to_flags, value, base, offset);
        }
    }

    /// Goes to `otherwise` unless `condition` holds.
    pub(super) fn go_on_if(&mut self, condition: Value, otherwise: Block) {
        let next = self.builder.create_block();
        self.builder
            .ins()
            .brif(condition, next, &[], otherwise, &[]);
        self.enter_block(next);
    }
}
