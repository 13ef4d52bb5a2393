//! Shifts of lanes by one scalar amount.
//!
//! CLIF takes the amount modulo the width of a lane, as the specification does.

use cranelift_codegen::ir::InstBuilder;
use cranelift_codegen::ir::types::{I8X16, I16X8, I32X4, I64X2};

use crate::translate::{FunctionTranslator, Translated};

macro_rules! shift {
    ($($op:ident: $lanes:ident $inst:ident;)*) => {
        impl FunctionTranslator<'_> {
            $(pub(crate) fn $op(&mut self) -> Translated {
                let amount = self.pop1();
                let a = self.pop_lanes($lanes);
                let result = self.builder.ins().$inst(a, amount);
                self.push1(result);
                Ok(())
            })*
        }
    };
}

shift! {
    visit_i8x16_shl: I8X16 ishl;
    visit_i8x16_shr_s: I8X16 sshr;
    visit_i8x16_shr_u: I8X16 ushr;
    visit_i16x8_shl: I16X8 ishl;
    visit_i16x8_shr_s: I16X8 sshr;
    visit_i16x8_shr_u: I16X8 ushr;
    visit_i32x4_shl: I32X4 ishl;
    visit_i32x4_shr_s: I32X4 sshr;
    visit_i32x4_shr_u: I32X4 ushr;
    visit_i64x2_shl: I64X2 ishl;
    visit_i64x2_shr_s: I64X2 sshr;
    visit_i64x2_shr_u: I64X2 ushr;
}
