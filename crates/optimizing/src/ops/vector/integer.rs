//! Arithmetic on lanes of integers.

use cranelift_codegen::ir::types::{I8X16, I16X8, I32X4, I64X2, Type};
use cranelift_codegen::ir::{InstBuilder, Value};

use crate::translate::{FunctionTranslator, Translated};

/// How lanes become twice as wide.
#[derive(Copy, Clone)]
enum Widening {
    Signed,
    Unsigned,
}

/// Which half of the lanes.
#[derive(Copy, Clone)]
enum Half {
    Low,
    High,
}

use Half::{High, Low};
use Widening::{Signed, Unsigned};

unary! {
    visit_i8x16_abs: I8X16 iabs;
    visit_i8x16_neg: I8X16 ineg;
    visit_i8x16_popcnt: I8X16 popcnt;
    visit_i16x8_abs: I16X8 iabs;
    visit_i16x8_neg: I16X8 ineg;
    visit_i32x4_abs: I32X4 iabs;
    visit_i32x4_neg: I32X4 ineg;
    visit_i64x2_abs: I64X2 iabs;
    visit_i64x2_neg: I64X2 ineg;
}

binary! {
    visit_i8x16_add: I8X16 iadd;
    visit_i8x16_add_sat_s: I8X16 sadd_sat;
    visit_i8x16_add_sat_u: I8X16 uadd_sat;
    visit_i8x16_sub: I8X16 isub;
    visit_i8x16_sub_sat_s: I8X16 ssub_sat;
    visit_i8x16_sub_sat_u: I8X16 usub_sat;
    visit_i8x16_min_s: I8X16 smin;
    visit_i8x16_min_u: I8X16 umin;
    visit_i8x16_max_s: I8X16 smax;
    visit_i8x16_max_u: I8X16 umax;
    visit_i8x16_avgr_u: I8X16 avg_round;

    visit_i16x8_add: I16X8 iadd;
    visit_i16x8_add_sat_s: I16X8 sadd_sat;
    visit_i16x8_add_sat_u: I16X8 uadd_sat;
    visit_i16x8_sub: I16X8 isub;
    visit_i16x8_sub_sat_s: I16X8 ssub_sat;
    visit_i16x8_sub_sat_u: I16X8 usub_sat;
    visit_i16x8_mul: I16X8 imul;
    visit_i16x8_min_s: I16X8 smin;
    visit_i16x8_min_u: I16X8 umin;
    visit_i16x8_max_s: I16X8 smax;
    visit_i16x8_max_u: I16X8 umax;
    visit_i16x8_avgr_u: I16X8 avg_round;
    visit_i16x8_q15mulr_sat_s: I16X8 sqmul_round_sat;

    visit_i32x4_add: I32X4 iadd;
    visit_i32x4_sub: I32X4 isub;
    visit_i32x4_mul: I32X4 imul;
    visit_i32x4_min_s: I32X4 smin;
    visit_i32x4_min_u: I32X4 umin;
    visit_i32x4_max_s: I32X4 smax;
    visit_i32x4_max_u: I32X4 umax;

    visit_i64x2_add: I64X2 iadd;
    visit_i64x2_sub: I64X2 isub;
    visit_i64x2_mul: I64X2 imul;
}

family! { extadd_pairwise {
    visit_i16x8_extadd_pairwise_i8x16_s: I8X16, Signed;
    visit_i16x8_extadd_pairwise_i8x16_u: I8X16, Unsigned;
    visit_i32x4_extadd_pairwise_i16x8_s: I16X8, Signed;
    visit_i32x4_extadd_pairwise_i16x8_u: I16X8, Unsigned;
}}

family! { extmul {
    visit_i16x8_extmul_low_i8x16_s: I8X16, Low, Signed;
    visit_i16x8_extmul_high_i8x16_s: I8X16, High, Signed;
    visit_i16x8_extmul_low_i8x16_u: I8X16, Low, Unsigned;
    visit_i16x8_extmul_high_i8x16_u: I8X16, High, Unsigned;

    visit_i32x4_extmul_low_i16x8_s: I16X8, Low, Signed;
    visit_i32x4_extmul_high_i16x8_s: I16X8, High, Signed;
    visit_i32x4_extmul_low_i16x8_u: I16X8, Low, Unsigned;
    visit_i32x4_extmul_high_i16x8_u: I16X8, High, Unsigned;

    visit_i64x2_extmul_low_i32x4_s: I32X4, Low, Signed;
    visit_i64x2_extmul_high_i32x4_s: I32X4, High, Signed;
    visit_i64x2_extmul_low_i32x4_u: I32X4, Low, Unsigned;
    visit_i64x2_extmul_high_i32x4_u: I32X4, High, Unsigned;
}}

impl FunctionTranslator<'_> {
    pub(crate) fn visit_i32x4_dot_i16x8_s(&mut self) -> Translated {
        let (a, b) = self.pop2_lanes(I16X8);
        let result = self.dot(a, b);
        self.push1(result);
        Ok(())
    }

    /// The sums of neighbouring products, in lanes twice as wide.
    pub(crate) fn dot(&mut self, a: Value, b: Value) -> Value {
        let (low, high) = self.widened_products(a, b);
        self.builder.ins().iadd_pairwise(low, high)
    }

    /// The products of the signed lanes of `a` and `b`, in lanes twice as wide: low half, high half.
    pub(crate) fn widened_products(&mut self, a: Value, b: Value) -> (Value, Value) {
        let (a_low, a_high) = self.widen_both(a, Signed);
        let (b_low, b_high) = self.widen_both(b, Signed);
        let low = self.builder.ins().imul(a_low, b_low);
        let high = self.builder.ins().imul(a_high, b_high);
        (low, high)
    }

    /// The sums of neighbouring signed lanes, in lanes twice as wide.
    pub(crate) fn pairwise_sums(&mut self, a: Value) -> Value {
        let (low, high) = self.widen_both(a, Signed);
        self.builder.ins().iadd_pairwise(low, high)
    }

    fn extadd_pairwise(&mut self, lanes: Type, widening: Widening) -> Translated {
        let a = self.pop_lanes(lanes);
        let (low, high) = self.widen_both(a, widening);
        let result = self.builder.ins().iadd_pairwise(low, high);
        self.push1(result);
        Ok(())
    }

    fn extmul(&mut self, lanes: Type, half: Half, widening: Widening) -> Translated {
        let (a, b) = self.pop2_lanes(lanes);
        let a = self.widen_half(a, half, widening);
        let b = self.widen_half(b, half, widening);
        let result = self.builder.ins().imul(a, b);
        self.push1(result);
        Ok(())
    }

    fn widen_both(&mut self, a: Value, widening: Widening) -> (Value, Value) {
        (
            self.widen_half(a, Low, widening),
            self.widen_half(a, High, widening),
        )
    }

    fn widen_half(&mut self, a: Value, half: Half, widening: Widening) -> Value {
        let ins = self.builder.ins();
        match (half, widening) {
            (Low, Signed) => ins.swiden_low(a),
            (High, Signed) => ins.swiden_high(a),
            (Low, Unsigned) => ins.uwiden_low(a),
            (High, Unsigned) => ins.uwiden_high(a),
        }
    }
}
