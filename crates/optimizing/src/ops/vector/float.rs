//! Arithmetic on lanes of floats.
//!
//! Rounding is a machine instruction from SSE4.1 on, which the engine requires.

use cranelift_codegen::ir::condcodes::FloatCC;
use cranelift_codegen::ir::types::{F32X4, F64X2, Type};
use cranelift_codegen::ir::{InstBuilder, Value};

use crate::translate::{FunctionTranslator, Translated};

unary! {
    visit_f32x4_ceil: F32X4 ceil;
    visit_f32x4_floor: F32X4 floor;
    visit_f32x4_trunc: F32X4 trunc;
    visit_f32x4_nearest: F32X4 nearest;
    visit_f32x4_abs: F32X4 fabs;
    visit_f32x4_neg: F32X4 fneg;
    visit_f32x4_sqrt: F32X4 sqrt;

    visit_f64x2_ceil: F64X2 ceil;
    visit_f64x2_floor: F64X2 floor;
    visit_f64x2_trunc: F64X2 trunc;
    visit_f64x2_nearest: F64X2 nearest;
    visit_f64x2_abs: F64X2 fabs;
    visit_f64x2_neg: F64X2 fneg;
    visit_f64x2_sqrt: F64X2 sqrt;
}

binary! {
    visit_f32x4_add: F32X4 fadd;
    visit_f32x4_sub: F32X4 fsub;
    visit_f32x4_mul: F32X4 fmul;
    visit_f32x4_div: F32X4 fdiv;
    visit_f32x4_min: F32X4 fmin;
    visit_f32x4_max: F32X4 fmax;

    visit_f64x2_add: F64X2 fadd;
    visit_f64x2_sub: F64X2 fsub;
    visit_f64x2_mul: F64X2 fmul;
    visit_f64x2_div: F64X2 fdiv;
    visit_f64x2_min: F64X2 fmin;
    visit_f64x2_max: F64X2 fmax;
}

family! { pmin {
    visit_f32x4_pmin: F32X4;
    visit_f64x2_pmin: F64X2;
}}

family! { pmax {
    visit_f32x4_pmax: F32X4;
    visit_f64x2_pmax: F64X2;
}}

impl FunctionTranslator<'_> {
    fn pmin(&mut self, lanes: Type) -> Translated {
        let (a, b) = self.pop2_lanes(lanes);
        let result = self.pseudo_min(a, b);
        self.push1(result);
        Ok(())
    }

    fn pmax(&mut self, lanes: Type) -> Translated {
        let (a, b) = self.pop2_lanes(lanes);
        let result = self.pseudo_max(a, b);
        self.push1(result);
        Ok(())
    }

    /// `b < a ? b : a`, which is one machine instruction.
    pub(crate) fn pseudo_min(&mut self, a: Value, b: Value) -> Value {
        self.second_if_less(b, a, a, b)
    }

    /// `a < b ? b : a`, which is one machine instruction.
    pub(crate) fn pseudo_max(&mut self, a: Value, b: Value) -> Value {
        self.second_if_less(a, b, a, b)
    }

    /// Lanes of `b` where `x < y`, else of `a`.
    fn second_if_less(&mut self, x: Value, y: Value, a: Value, b: Value) -> Value {
        let lanes = self.type_of(a);
        let less = self.builder.ins().fcmp(FloatCC::LessThan, x, y);
        let less = self.as_lanes(less, lanes);
        self.builder.ins().bitselect(less, b, a)
    }
}
