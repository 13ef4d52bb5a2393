//! Relaxed SIMD: instructions whose result may differ between machines in corner cases.
//!
//! By default each is what the host does fastest within the set of allowed results. With
//! [`Tunables::deterministic_relaxed_simd`](weft_abi::Tunables) each has one of them on every
//! machine: that of the instruction it relaxes, where there is one. Multiply-add rounds twice then, because a
//! CPU without fused multiply-add could only imitate it by a call.

use cranelift_codegen::ir::types::{F32X4, F64X2, I8X16, I16X8, I32X4, I64X2, Type};
use cranelift_codegen::ir::{InstBuilder, Value};

use super::vector::family;
use crate::translate::{FunctionTranslator, Translated};

family! { relaxed_madd {
    visit_f32x4_relaxed_madd: F32X4;
    visit_f64x2_relaxed_madd: F64X2;
}}

family! { relaxed_nmadd {
    visit_f32x4_relaxed_nmadd: F32X4;
    visit_f64x2_relaxed_nmadd: F64X2;
}}

family! { relaxed_laneselect {
    visit_i8x16_relaxed_laneselect: I8X16;
    visit_i16x8_relaxed_laneselect: I16X8;
    visit_i32x4_relaxed_laneselect: I32X4;
    visit_i64x2_relaxed_laneselect: I64X2;
}}

family! { relaxed_min {
    visit_f32x4_relaxed_min: F32X4;
    visit_f64x2_relaxed_min: F64X2;
}}

family! { relaxed_max {
    visit_f32x4_relaxed_max: F32X4;
    visit_f64x2_relaxed_max: F64X2;
}}

impl FunctionTranslator<'_> {
    pub(crate) fn visit_i8x16_relaxed_swizzle(&mut self) -> Translated {
        let (a, indices) = self.pop2_lanes(I8X16);
        let result = if self.deterministic() {
            self.builder.ins().swizzle(a, indices)
        } else {
            self.builder.ins().x86_pshufb(a, indices)
        };
        self.push1(result);
        Ok(())
    }

    pub(crate) fn visit_i32x4_relaxed_trunc_f32x4_s(&mut self) -> Translated {
        if self.deterministic() {
            return self.visit_i32x4_trunc_sat_f32x4_s();
        }
        let a = self.pop_lanes(F32X4);
        let result = self.builder.ins().x86_cvtt2dq(I32X4, a);
        self.push1(result);
        Ok(())
    }

    /// SSE has no unsigned conversion, so that saturating costs little more than not to.
    pub(crate) fn visit_i32x4_relaxed_trunc_f32x4_u(&mut self) -> Translated {
        self.visit_i32x4_trunc_sat_f32x4_u()
    }

    pub(crate) fn visit_i32x4_relaxed_trunc_f64x2_s_zero(&mut self) -> Translated {
        if self.deterministic() {
            return self.visit_i32x4_trunc_sat_f64x2_s_zero();
        }
        let a = self.pop_lanes(F64X2);
        let wide = self.builder.ins().x86_cvtt2dq(I64X2, a);
        let zero = self.zero_lanes(I64X2);
        let result = self.builder.ins().snarrow(wide, zero);
        self.push1(result);
        Ok(())
    }

    pub(crate) fn visit_i32x4_relaxed_trunc_f64x2_u_zero(&mut self) -> Translated {
        self.visit_i32x4_trunc_sat_f64x2_u_zero()
    }

    pub(crate) fn visit_i16x8_relaxed_q15mulr_s(&mut self) -> Translated {
        let (a, b) = self.pop2_lanes(I16X8);
        let result = if self.deterministic() {
            self.builder.ins().sqmul_round_sat(a, b)
        } else {
            self.builder.ins().x86_pmulhrsw(a, b)
        };
        self.push1(result);
        Ok(())
    }

    pub(crate) fn visit_i16x8_relaxed_dot_i8x16_i7x16_s(&mut self) -> Translated {
        let (a, b) = self.pop2_lanes(I8X16);
        let result = self.relaxed_dot(a, b);
        self.push1(result);
        Ok(())
    }

    pub(crate) fn visit_i32x4_relaxed_dot_i8x16_i7x16_add_s(&mut self) -> Translated {
        let c = self.pop_lanes(I32X4);
        let (a, b) = self.pop2_lanes(I8X16);
        let dot = self.relaxed_dot4(a, b);
        let result = self.builder.ins().iadd(dot, c);
        self.push1(result);
        Ok(())
    }

    /// Sums of two neighbouring products of bytes.
    fn relaxed_dot(&mut self, a: Value, b: Value) -> Value {
        if self.deterministic() {
            self.dot(a, b)
        } else {
            self.builder.ins().x86_pmaddubsw(a, b)
        }
    }

    /// Sums of four neighbouring products of bytes; exact when deterministic.
    fn relaxed_dot4(&mut self, a: Value, b: Value) -> Value {
        if !self.deterministic() {
            let pairs = self.builder.ins().x86_pmaddubsw(a, b);
            return self.pairwise_sums(pairs);
        }
        let (low, high) = self.widened_products(a, b);
        let low = self.pairwise_sums(low);
        let high = self.pairwise_sums(high);
        self.builder.ins().iadd_pairwise(low, high)
    }

    fn relaxed_madd(&mut self, lanes: Type) -> Translated {
        let (a, b, c) = self.pop3_lanes(lanes);
        let result = self.multiply_add(a, b, c);
        self.push1(result);
        Ok(())
    }

    fn relaxed_nmadd(&mut self, lanes: Type) -> Translated {
        let (a, b, c) = self.pop3_lanes(lanes);
        let a = self.builder.ins().fneg(a);
        let result = self.multiply_add(a, b, c);
        self.push1(result);
        Ok(())
    }

    /// `a × b + c`, fused when the CPU does that.
    fn multiply_add(&mut self, a: Value, b: Value, c: Value) -> Value {
        if !self.deterministic() && self.isa.has_native_fma() {
            return self.builder.ins().fma(a, b, c);
        }
        let product = self.builder.ins().fmul(a, b);
        self.builder.ins().fadd(product, c)
    }

    fn relaxed_laneselect(&mut self, lanes: Type) -> Translated {
        let (a, b, mask) = self.pop3_lanes(lanes);
        let result = if self.deterministic() || !self.isa.has_blendv_lowering(lanes) {
            self.builder.ins().bitselect(mask, a, b)
        } else {
            self.builder.ins().blendv(mask, a, b)
        };
        self.push1(result);
        Ok(())
    }

    fn relaxed_min(&mut self, lanes: Type) -> Translated {
        let (a, b) = self.pop2_lanes(lanes);
        let result = if self.deterministic() {
            self.builder.ins().fmin(a, b)
        } else {
            self.pseudo_min(a, b)
        };
        self.push1(result);
        Ok(())
    }

    fn relaxed_max(&mut self, lanes: Type) -> Translated {
        let (a, b) = self.pop2_lanes(lanes);
        let result = if self.deterministic() {
            self.builder.ins().fmax(a, b)
        } else {
            self.pseudo_max(a, b)
        };
        self.push1(result);
        Ok(())
    }

    fn deterministic(&self) -> bool {
        self.tunables.deterministic_relaxed_simd
    }
}
