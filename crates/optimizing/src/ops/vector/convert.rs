//! Conversions between lanes of different types: narrowing, extension, integer to float and back.
//!
//! What two CLIF instructions spell is one machine instruction where the back end knows the pair, so
//! the pairs below are written in the form that it matches.

use cranelift_codegen::ir::InstBuilder;
use cranelift_codegen::ir::types::{F32X4, F64X2, I8X16, I16X8, I32X4, I64X2};

use crate::translate::{FunctionTranslator, Translated};

binary! {
    visit_i8x16_narrow_i16x8_s: I16X8 snarrow;
    visit_i8x16_narrow_i16x8_u: I16X8 unarrow;
    visit_i16x8_narrow_i32x4_s: I32X4 snarrow;
    visit_i16x8_narrow_i32x4_u: I32X4 unarrow;
}

unary! {
    visit_i16x8_extend_low_i8x16_s: I8X16 swiden_low;
    visit_i16x8_extend_high_i8x16_s: I8X16 swiden_high;
    visit_i16x8_extend_low_i8x16_u: I8X16 uwiden_low;
    visit_i16x8_extend_high_i8x16_u: I8X16 uwiden_high;

    visit_i32x4_extend_low_i16x8_s: I16X8 swiden_low;
    visit_i32x4_extend_high_i16x8_s: I16X8 swiden_high;
    visit_i32x4_extend_low_i16x8_u: I16X8 uwiden_low;
    visit_i32x4_extend_high_i16x8_u: I16X8 uwiden_high;

    visit_i64x2_extend_low_i32x4_s: I32X4 swiden_low;
    visit_i64x2_extend_high_i32x4_s: I32X4 swiden_high;
    visit_i64x2_extend_low_i32x4_u: I32X4 uwiden_low;
    visit_i64x2_extend_high_i32x4_u: I32X4 uwiden_high;

    visit_f64x2_promote_low_f32x4: F32X4 fvpromote_low;
    visit_f32x4_demote_f64x2_zero: F64X2 fvdemote;
}

impl FunctionTranslator<'_> {
    pub(crate) fn visit_f32x4_convert_i32x4_s(&mut self) -> Translated {
        let a = self.pop_lanes(I32X4);
        let result = self.builder.ins().fcvt_from_sint(F32X4, a);
        self.push1(result);
        Ok(())
    }

    pub(crate) fn visit_f32x4_convert_i32x4_u(&mut self) -> Translated {
        let a = self.pop_lanes(I32X4);
        let result = self.builder.ins().fcvt_from_uint(F32X4, a);
        self.push1(result);
        Ok(())
    }

    pub(crate) fn visit_f64x2_convert_low_i32x4_s(&mut self) -> Translated {
        let a = self.pop_lanes(I32X4);
        let wide = self.builder.ins().swiden_low(a);
        let result = self.builder.ins().fcvt_from_sint(F64X2, wide);
        self.push1(result);
        Ok(())
    }

    pub(crate) fn visit_f64x2_convert_low_i32x4_u(&mut self) -> Translated {
        let a = self.pop_lanes(I32X4);
        let wide = self.builder.ins().uwiden_low(a);
        let result = self.builder.ins().fcvt_from_uint(F64X2, wide);
        self.push1(result);
        Ok(())
    }

    pub(crate) fn visit_i32x4_trunc_sat_f32x4_s(&mut self) -> Translated {
        let a = self.pop_lanes(F32X4);
        let result = self.builder.ins().fcvt_to_sint_sat(I32X4, a);
        self.push1(result);
        Ok(())
    }

    pub(crate) fn visit_i32x4_trunc_sat_f32x4_u(&mut self) -> Translated {
        let a = self.pop_lanes(F32X4);
        let result = self.builder.ins().fcvt_to_uint_sat(I32X4, a);
        self.push1(result);
        Ok(())
    }

    pub(crate) fn visit_i32x4_trunc_sat_f64x2_s_zero(&mut self) -> Translated {
        let a = self.pop_lanes(F64X2);
        let wide = self.builder.ins().fcvt_to_sint_sat(I64X2, a);
        let zero = self.zero_lanes(I64X2);
        let result = self.builder.ins().snarrow(wide, zero);
        self.push1(result);
        Ok(())
    }

    pub(crate) fn visit_i32x4_trunc_sat_f64x2_u_zero(&mut self) -> Translated {
        let a = self.pop_lanes(F64X2);
        let wide = self.builder.ins().fcvt_to_uint_sat(I64X2, a);
        let zero = self.zero_lanes(I64X2);
        let result = self.builder.ins().uunarrow(wide, zero);
        self.push1(result);
        Ok(())
    }
}
