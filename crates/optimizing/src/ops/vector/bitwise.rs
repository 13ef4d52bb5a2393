//! Vectors as bits: logic, and tests that give an `i32`.

use cranelift_codegen::ir::InstBuilder;
use cranelift_codegen::ir::types::{I8X16, I16X8, I32, I32X4, I64X2, Type};

use crate::translate::{FunctionTranslator, Translated};

unary! {
    visit_v128_not: I8X16 bnot;
}

binary! {
    visit_v128_and: I8X16 band;
    visit_v128_andnot: I8X16 band_not;
    visit_v128_or: I8X16 bor;
    visit_v128_xor: I8X16 bxor;
}

family! { all_true {
    visit_i8x16_all_true: I8X16;
    visit_i16x8_all_true: I16X8;
    visit_i32x4_all_true: I32X4;
    visit_i64x2_all_true: I64X2;
}}

family! { bitmask {
    visit_i8x16_bitmask: I8X16;
    visit_i16x8_bitmask: I16X8;
    visit_i32x4_bitmask: I32X4;
    visit_i64x2_bitmask: I64X2;
}}

impl FunctionTranslator<'_> {
    pub(crate) fn visit_v128_bitselect(&mut self) -> Translated {
        let (a, b, mask) = self.pop3_lanes(I8X16);
        let result = self.builder.ins().bitselect(mask, a, b);
        self.push1(result);
        Ok(())
    }

    pub(crate) fn visit_v128_any_true(&mut self) -> Translated {
        let a = self.pop_lanes(I8X16);
        let any = self.builder.ins().vany_true(a);
        self.push_bool(any);
        Ok(())
    }

    fn all_true(&mut self, lanes: Type) -> Translated {
        let a = self.pop_lanes(lanes);
        let all = self.builder.ins().vall_true(a);
        self.push_bool(all);
        Ok(())
    }

    fn bitmask(&mut self, lanes: Type) -> Translated {
        let a = self.pop_lanes(lanes);
        let mask = self.builder.ins().vhigh_bits(I32, a);
        self.push1(mask);
        Ok(())
    }
}
