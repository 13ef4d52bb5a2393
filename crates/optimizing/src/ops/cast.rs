//! Reference instructions (§ 2.4.4) that look at what a reference is at run time: tests, casts and branches on casts.
//!
//! The tag in the reference tells integers and host values from objects, and an object's header names its type. A type with no
//! subtypes is compared; any other is looked up in the display of the object's type, without a call.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, Value, types};
use weft_abi::TrapKind;
use weft_abi::gc;
use weft_abi::layout::{field, type_kind};
use weft_abi::value::ref_kind_in;
use weft_module::{HeapType, RefKind, RefType, TypeIndex};

use crate::translate::{FunctionTranslator, Region, Translated, block_args, read_heap_type};

/// What is known of a reference before the test.
#[derive(Copy, Clone)]
struct Known {
    /// It may be null.
    nullable: bool,
    /// It may be an integer or a host value.
    tagged: bool,
}

impl Known {
    fn of(ty: RefType) -> Self {
        Self {
            nullable: ty.nullable,
            tagged: !matches!(
                ty.heap,
                HeapType::Struct | HeapType::Array | HeapType::Concrete(_)
            ),
        }
    }
}

/// Where a test leads.
#[derive(Copy, Clone)]
struct Ways {
    yes: Block,
    no: Block,
}

impl Ways {
    fn when(self, outcome: bool) -> Block {
        match outcome {
            true => self.yes,
            false => self.no,
        }
    }
}

impl FunctionTranslator<'_> {
    pub(crate) fn visit_ref_test_non_null(&mut self, hty: wasmparser::HeapType) -> Translated {
        self.ref_test(false, hty)
    }

    pub(crate) fn visit_ref_test_nullable(&mut self, hty: wasmparser::HeapType) -> Translated {
        self.ref_test(true, hty)
    }

    fn ref_test(&mut self, nullable: bool, heap: wasmparser::HeapType) -> Translated {
        let wanted = self.wanted(nullable, heap)?;
        let reference = self.pop1();
        let ways = self.ways();
        let done = self.builder.create_block();
        let outcome = self.builder.append_block_param(done, types::I32);
        self.branch_by_type(reference, self.known(reference), wanted, ways);
        for (block, value) in [(ways.yes, 1), (ways.no, 0)] {
            self.enter_block(block);
            let value = self.iconst(types::I32, value);
            self.builder.ins().jump(done, &[value.into()]);
        }
        self.enter_block(done);
        self.push1(outcome);
        Ok(())
    }

    pub(crate) fn visit_ref_cast_non_null(&mut self, hty: wasmparser::HeapType) -> Translated {
        self.ref_cast(false, hty)
    }

    pub(crate) fn visit_ref_cast_nullable(&mut self, hty: wasmparser::HeapType) -> Translated {
        self.ref_cast(true, hty)
    }

    fn ref_cast(&mut self, nullable: bool, heap: wasmparser::HeapType) -> Translated {
        let wanted = self.wanted(nullable, heap)?;
        let reference = self.peek1();
        let ways = self.ways();
        self.builder.set_cold_block(ways.no);
        self.branch_by_type(reference, self.known(reference), wanted, ways);
        self.enter_block(ways.no);
        let code = crate::traps::code(TrapKind::CastFailure);
        self.builder.ins().trap(code);
        self.enter_block(ways.yes);
        Ok(())
    }

    pub(crate) fn visit_br_on_cast(
        &mut self,
        relative_depth: u32,
        from_ref_type: wasmparser::RefType,
        to_ref_type: wasmparser::RefType,
    ) -> Translated {
        self.branch_on_cast(relative_depth, from_ref_type, to_ref_type, true)
    }

    pub(crate) fn visit_br_on_cast_fail(
        &mut self,
        relative_depth: u32,
        from_ref_type: wasmparser::RefType,
        to_ref_type: wasmparser::RefType,
    ) -> Translated {
        self.branch_on_cast(relative_depth, from_ref_type, to_ref_type, false)
    }

    /// Branches to a label if the outcome of the test is `taken`; the reference goes both ways.
    fn branch_on_cast(
        &mut self,
        depth: u32,
        from: wasmparser::RefType,
        to: wasmparser::RefType,
        taken: bool,
    ) -> Translated {
        self.count_fuel();
        let from = self.wanted(from.is_nullable(), from.heap_type())?;
        let to = self.wanted(to.is_nullable(), to.heap_type())?;
        let reference = self.peek1();
        let (target, count) = self.label(depth);
        let arguments = self.peekn(count);
        let ways = self.ways();
        self.branch_by_type(reference, Known::of(from), to, ways);
        self.enter_block(ways.when(taken));
        self.builder.ins().jump(target, &block_args(&arguments));
        self.enter_block(ways.when(!taken));
        Ok(())
    }

    /// What the type of `reference` says.
    fn known(&self, reference: Value) -> Known {
        Known {
            nullable: !self.objects.contains(reference),
            tagged: !self.untagged.contains(reference),
        }
    }

    fn wanted(&self, nullable: bool, heap: wasmparser::HeapType) -> Translated<RefType> {
        let heap = read_heap_type(heap)?;
        Ok(RefType { nullable, heap })
    }

    fn ways(&mut self) -> Ways {
        Ways {
            yes: self.builder.create_block(),
            no: self.builder.create_block(),
        }
    }

    /// Ends the current block: goes one of two ways, as `reference` is of type `wanted` or not.
    fn branch_by_type(&mut self, reference: Value, known: Known, wanted: RefType, ways: Ways) {
        let when_null = ways.when(wanted.nullable);
        match wanted.heap {
            HeapType::Any | HeapType::Func | HeapType::Extern | HeapType::Exn => {
                self.choose(reference, ways.yes, when_null);
            }
            HeapType::None | HeapType::NoFunc | HeapType::NoExtern | HeapType::NoExn => {
                self.choose(reference, ways.no, when_null);
            }
            HeapType::I31 => {
                self.leave_if_null(reference, known, when_null);
                let is_integer = self.builder.ins().band_imm_u(reference, 1);
                self.choose(is_integer, ways.yes, ways.no);
            }
            HeapType::Eq => {
                self.leave_if_null(reference, known, when_null);
                let tag = self.builder.ins().band_imm_u(reference, 3);
                let is_host = self.builder.ins().icmp_imm_u(IntCC::Equal, tag, 2);
                self.choose(is_host, ways.no, ways.yes);
            }
            HeapType::Struct => {
                self.branch_by_kind(reference, known, when_null, type_kind::STRUCT, ways);
            }
            HeapType::Array => {
                self.branch_by_kind(reference, known, when_null, type_kind::ARRAY, ways);
            }
            HeapType::Concrete(ty) => {
                let actual = match ref_kind_in(self.module, wanted.heap) {
                    RefKind::Func => {
                        self.leave_if_null(reference, known, when_null);
                        let flags = self.trusted(Region::Constants).with_readonly();
                        let ins = self.builder.ins();
                        ins.load(types::I32, flags, reference, field::FUNC_REF_TYPE)
                    }
                    _ => {
                        self.leave_unless_object(reference, known, when_null, ways.no);
                        self.object_type(reference)
                    }
                };
                let outcome = self.is_below(actual, ty);
                self.choose(outcome, ways.yes, ways.no);
            }
        }
    }

    /// Ends the current block: to `yes` unless `condition` is zero.
    fn choose(&mut self, condition: Value, yes: Block, no: Block) {
        match yes == no {
            true => self.builder.ins().jump(yes, &[]),
            false => self.builder.ins().brif(condition, yes, &[], no, &[]),
        };
    }

    fn leave_if_null(&mut self, reference: Value, known: Known, when_null: Block) {
        if known.nullable {
            let next = self.builder.create_block();
            self.choose(reference, next, when_null);
            self.enter_block(next);
        }
    }

    /// Goes on where `reference` names an object.
    fn leave_unless_object(
        &mut self,
        reference: Value,
        known: Known,
        when_null: Block,
        when_tagged: Block,
    ) {
        if !known.tagged || !known.nullable || when_null != when_tagged {
            self.leave_if_null(reference, known, when_null);
            if known.tagged {
                let tag = self.builder.ins().band_imm_u(reference, 3);
                let next = self.builder.create_block();
                self.choose(tag, when_tagged, next);
                self.enter_block(next);
            }
            return;
        }
        // Turned by three bits, objects are from 1 to 2²⁹ − 1, null is 0, and tags make large numbers.
        let turned = self
            .builder
            .ins()
            .rotr_imm_u(reference, i64::from(gc::ALIGN.trailing_zeros()));
        let number = self.builder.ins().iadd_imm_s(turned, -1);
        let largest = i64::from(u32::MAX / gc::ALIGN);
        let is_object = self
            .builder
            .ins()
            .icmp_imm_u(IntCC::UnsignedLessThan, number, largest);
        let next = self.builder.create_block();
        self.choose(is_object, next, when_null);
        self.enter_block(next);
    }

    fn branch_by_kind(
        &mut self,
        reference: Value,
        known: Known,
        when_null: Block,
        wanted: u16,
        ways: Ways,
    ) {
        self.leave_unless_object(reference, known, when_null, ways.no);
        let ty = self.object_type(reference);
        let kind = self.type_kind(ty);
        let same = self
            .builder
            .ins()
            .icmp_imm_u(IntCC::Equal, kind, i64::from(wanted));
        self.choose(same, ways.yes, ways.no);
    }

    /// Whether the canonical type `actual` is `ty` or below it.
    fn is_below(&mut self, actual: Value, ty: TypeIndex) -> Value {
        let wanted = self.type_id(ty);
        if self.module.types[ty].is_final {
            return self.builder.ins().icmp(IntCC::Equal, actual, wanted);
        }
        self.has_supertype(actual, wanted, self.depth(ty))
    }
}
