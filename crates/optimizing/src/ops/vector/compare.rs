//! Comparisons of lanes: each lane of the result is all ones or all zeros.

use cranelift_codegen::ir::InstBuilder;
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::types::{F32X4, F64X2, I8X16, I16X8, I32X4, I64X2, Type};

use crate::translate::{FunctionTranslator, Translated};

family! { compare_integers {
    visit_i8x16_eq: I8X16, IntCC::Equal;
    visit_i8x16_ne: I8X16, IntCC::NotEqual;
    visit_i8x16_lt_s: I8X16, IntCC::SignedLessThan;
    visit_i8x16_lt_u: I8X16, IntCC::UnsignedLessThan;
    visit_i8x16_gt_s: I8X16, IntCC::SignedGreaterThan;
    visit_i8x16_gt_u: I8X16, IntCC::UnsignedGreaterThan;
    visit_i8x16_le_s: I8X16, IntCC::SignedLessThanOrEqual;
    visit_i8x16_le_u: I8X16, IntCC::UnsignedLessThanOrEqual;
    visit_i8x16_ge_s: I8X16, IntCC::SignedGreaterThanOrEqual;
    visit_i8x16_ge_u: I8X16, IntCC::UnsignedGreaterThanOrEqual;

    visit_i16x8_eq: I16X8, IntCC::Equal;
    visit_i16x8_ne: I16X8, IntCC::NotEqual;
    visit_i16x8_lt_s: I16X8, IntCC::SignedLessThan;
    visit_i16x8_lt_u: I16X8, IntCC::UnsignedLessThan;
    visit_i16x8_gt_s: I16X8, IntCC::SignedGreaterThan;
    visit_i16x8_gt_u: I16X8, IntCC::UnsignedGreaterThan;
    visit_i16x8_le_s: I16X8, IntCC::SignedLessThanOrEqual;
    visit_i16x8_le_u: I16X8, IntCC::UnsignedLessThanOrEqual;
    visit_i16x8_ge_s: I16X8, IntCC::SignedGreaterThanOrEqual;
    visit_i16x8_ge_u: I16X8, IntCC::UnsignedGreaterThanOrEqual;

    visit_i32x4_eq: I32X4, IntCC::Equal;
    visit_i32x4_ne: I32X4, IntCC::NotEqual;
    visit_i32x4_lt_s: I32X4, IntCC::SignedLessThan;
    visit_i32x4_lt_u: I32X4, IntCC::UnsignedLessThan;
    visit_i32x4_gt_s: I32X4, IntCC::SignedGreaterThan;
    visit_i32x4_gt_u: I32X4, IntCC::UnsignedGreaterThan;
    visit_i32x4_le_s: I32X4, IntCC::SignedLessThanOrEqual;
    visit_i32x4_le_u: I32X4, IntCC::UnsignedLessThanOrEqual;
    visit_i32x4_ge_s: I32X4, IntCC::SignedGreaterThanOrEqual;
    visit_i32x4_ge_u: I32X4, IntCC::UnsignedGreaterThanOrEqual;

    visit_i64x2_eq: I64X2, IntCC::Equal;
    visit_i64x2_ne: I64X2, IntCC::NotEqual;
    visit_i64x2_lt_s: I64X2, IntCC::SignedLessThan;
    visit_i64x2_gt_s: I64X2, IntCC::SignedGreaterThan;
    visit_i64x2_le_s: I64X2, IntCC::SignedLessThanOrEqual;
    visit_i64x2_ge_s: I64X2, IntCC::SignedGreaterThanOrEqual;
}}

family! { compare_floats {
    visit_f32x4_eq: F32X4, FloatCC::Equal;
    visit_f32x4_ne: F32X4, FloatCC::NotEqual;
    visit_f32x4_lt: F32X4, FloatCC::LessThan;
    visit_f32x4_gt: F32X4, FloatCC::GreaterThan;
    visit_f32x4_le: F32X4, FloatCC::LessThanOrEqual;
    visit_f32x4_ge: F32X4, FloatCC::GreaterThanOrEqual;

    visit_f64x2_eq: F64X2, FloatCC::Equal;
    visit_f64x2_ne: F64X2, FloatCC::NotEqual;
    visit_f64x2_lt: F64X2, FloatCC::LessThan;
    visit_f64x2_gt: F64X2, FloatCC::GreaterThan;
    visit_f64x2_le: F64X2, FloatCC::LessThanOrEqual;
    visit_f64x2_ge: F64X2, FloatCC::GreaterThanOrEqual;
}}

impl FunctionTranslator<'_> {
    fn compare_integers(&mut self, lanes: Type, condition: IntCC) -> Translated {
        let (a, b) = self.pop2_lanes(lanes);
        let result = self.builder.ins().icmp(condition, a, b);
        self.push1(result);
        Ok(())
    }

    fn compare_floats(&mut self, lanes: Type, condition: FloatCC) -> Translated {
        let (a, b) = self.pop2_lanes(lanes);
        let result = self.builder.ins().fcmp(condition, a, b);
        self.push1(result);
        Ok(())
    }
}
