//! Filling elements of an array.
//!
//! A few are written inline, one after the other, since a call into the runtime would be most of the cost. All that is unusual — many
//! elements, a range that is not within the array — goes to the runtime, which looks again.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, Value};
use weft_abi::Libcall;
use weft_abi::gc::Storage;
use weft_module::TypeIndex;

use crate::translate::{FunctionTranslator, POINTER, Place, Region, Translated};

/// The most elements that are written inline.
const MOST: i64 = 32;

impl FunctionTranslator<'_> {
    pub(crate) fn visit_array_fill(&mut self, ty: u32) -> Translated {
        let (value, length) = self.pop2();
        let (array, index) = self.pop2();
        let (layout, _) = self.array_layout(TypeIndex(ty))?;
        let done = self.builder.create_block();
        let slow = self.cold_block();
        let is_small = self
            .builder
            .ins()
            .icmp_imm_u(IntCC::UnsignedLessThanOrEqual, length, MOST);
        self.go_on_if(is_small, slow);
        let range = self.elements_of(ty, array, index)?;
        let count = self.widen(length);
        let first = self.start_of(layout, range, count, slow);
        let size = i64::from(layout.element.size());
        let bytes = self.builder.ins().imul_imm_u(count, size);
        let end = self.builder.ins().iadd(first, bytes);
        let region = self.element_region(TypeIndex(ty))?;
        self.fill_elements((first, end), region, layout.element, value, done);
        self.enter_block(slow);
        // The value is below the length.
        let (low, high) = self.bits(value);
        self.libcall(Libcall::ArrayFill, &[array, index, length, low, high]);
        self.builder.ins().jump(done, &[]);
        self.enter_block(done);
        Ok(())
    }

    /// Writes `value` to every element from `first` up to `end`, and goes to `done`.
    fn fill_elements(
        &mut self,
        (first, end): (Value, Value),
        region: Region,
        element: Storage,
        value: Value,
        done: Block,
    ) {
        let head = self.builder.create_block();
        let body = self.builder.create_block();
        let base = self.builder.append_block_param(head, POINTER);
        self.builder.ins().jump(head, &[first.into()]);
        self.builder.switch_to_block(head);
        let more = self.builder.ins().icmp(IntCC::UnsignedLessThan, base, end);
        self.builder.ins().brif(more, body, &[], done, &[]);
        self.enter_block(body);
        let place = Place {
            base,
            offset: 0,
            region,
            checked: true,
        };
        self.store_storage(place, element, value);
        let next = self
            .builder
            .ins()
            .iadd_imm_u(base, i64::from(element.size()));
        self.builder.ins().jump(head, &[next.into()]);
        self.builder.seal_block(head);
    }
}
