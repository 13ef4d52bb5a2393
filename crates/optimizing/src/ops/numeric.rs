//! Numeric instructions (§ 2.4.1): each is one of Cranelift's, or two.

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::immediates::{Ieee32, Ieee64};
use cranelift_codegen::ir::types::{F32, F64, I8, I16, I32, I64};
use cranelift_codegen::ir::{Endianness, InstBuilder, MemFlagsData, Type};

use crate::translate::{FunctionTranslator, Translated};

/// Instructions that take two operands of one type and give a result of the same.
macro_rules! binary {
    ($($visit:ident = $ins:ident;)*) => {
        impl FunctionTranslator<'_> {$(
            pub(crate) fn $visit(&mut self) -> Translated {
                let (first, second) = self.pop2();
                let value = self.builder.ins().$ins(first, second);
                self.push1(value);
                Ok(())
            }
        )*}
    };
}

binary! {
    visit_i32_add = iadd;
    visit_i32_sub = isub;
    visit_i32_mul = imul;
    visit_i32_div_s = sdiv;
    visit_i32_div_u = udiv;
    visit_i32_rem_s = srem;
    visit_i32_rem_u = urem;
    visit_i32_and = band;
    visit_i32_or = bor;
    visit_i32_xor = bxor;
    visit_i32_shl = ishl;
    visit_i32_shr_s = sshr;
    visit_i32_shr_u = ushr;
    visit_i32_rotl = rotl;
    visit_i32_rotr = rotr;
    visit_i64_add = iadd;
    visit_i64_sub = isub;
    visit_i64_mul = imul;
    visit_i64_div_s = sdiv;
    visit_i64_div_u = udiv;
    visit_i64_rem_s = srem;
    visit_i64_rem_u = urem;
    visit_i64_and = band;
    visit_i64_or = bor;
    visit_i64_xor = bxor;
    visit_i64_shl = ishl;
    visit_i64_shr_s = sshr;
    visit_i64_shr_u = ushr;
    visit_i64_rotl = rotl;
    visit_i64_rotr = rotr;
    visit_f32_add = fadd;
    visit_f32_sub = fsub;
    visit_f32_mul = fmul;
    visit_f32_div = fdiv;
    visit_f32_min = fmin;
    visit_f32_max = fmax;
    visit_f32_copysign = fcopysign;
    visit_f64_add = fadd;
    visit_f64_sub = fsub;
    visit_f64_mul = fmul;
    visit_f64_div = fdiv;
    visit_f64_min = fmin;
    visit_f64_max = fmax;
    visit_f64_copysign = fcopysign;
}

/// Instructions that take one operand and give a result of the same type.
macro_rules! unary {
    ($($visit:ident = $ins:ident;)*) => {
        impl FunctionTranslator<'_> {$(
            pub(crate) fn $visit(&mut self) -> Translated {
                let operand = self.pop1();
                let value = self.builder.ins().$ins(operand);
                self.push1(value);
                Ok(())
            }
        )*}
    };
}

unary! {
    visit_i32_clz = clz;
    visit_i32_ctz = ctz;
    visit_i32_popcnt = popcnt;
    visit_i64_clz = clz;
    visit_i64_ctz = ctz;
    visit_i64_popcnt = popcnt;
    visit_f32_abs = fabs;
    visit_f32_neg = fneg;
    visit_f32_sqrt = sqrt;
    visit_f32_ceil = ceil;
    visit_f32_floor = floor;
    visit_f32_trunc = trunc;
    visit_f32_nearest = nearest;
    visit_f64_abs = fabs;
    visit_f64_neg = fneg;
    visit_f64_sqrt = sqrt;
    visit_f64_ceil = ceil;
    visit_f64_floor = floor;
    visit_f64_trunc = trunc;
    visit_f64_nearest = nearest;
}

/// Comparisons.
macro_rules! comparisons {
    ($ins:ident $codes:ident: $($visit:ident = $code:ident;)*) => {
        impl FunctionTranslator<'_> {$(
            pub(crate) fn $visit(&mut self) -> Translated {
                let (a, b) = self.pop2();
                let outcome = self.builder.ins().$ins($codes::$code, a, b);
                self.push_bool(outcome);
                Ok(())
            }
        )*}
    };
}

comparisons! { icmp IntCC:
    visit_i32_eq = Equal;
    visit_i32_ne = NotEqual;
    visit_i32_lt_s = SignedLessThan;
    visit_i32_lt_u = UnsignedLessThan;
    visit_i32_gt_s = SignedGreaterThan;
    visit_i32_gt_u = UnsignedGreaterThan;
    visit_i32_le_s = SignedLessThanOrEqual;
    visit_i32_le_u = UnsignedLessThanOrEqual;
    visit_i32_ge_s = SignedGreaterThanOrEqual;
    visit_i32_ge_u = UnsignedGreaterThanOrEqual;
    visit_i64_eq = Equal;
    visit_i64_ne = NotEqual;
    visit_i64_lt_s = SignedLessThan;
    visit_i64_lt_u = UnsignedLessThan;
    visit_i64_gt_s = SignedGreaterThan;
    visit_i64_gt_u = UnsignedGreaterThan;
    visit_i64_le_s = SignedLessThanOrEqual;
    visit_i64_le_u = UnsignedLessThanOrEqual;
    visit_i64_ge_s = SignedGreaterThanOrEqual;
    visit_i64_ge_u = UnsignedGreaterThanOrEqual;
}

comparisons! { fcmp FloatCC:
    visit_f32_eq = Equal;
    visit_f32_ne = NotEqual;
    visit_f32_lt = LessThan;
    visit_f32_gt = GreaterThan;
    visit_f32_le = LessThanOrEqual;
    visit_f32_ge = GreaterThanOrEqual;
    visit_f64_eq = Equal;
    visit_f64_ne = NotEqual;
    visit_f64_lt = LessThan;
    visit_f64_gt = GreaterThan;
    visit_f64_le = LessThanOrEqual;
    visit_f64_ge = GreaterThanOrEqual;
}

/// Instructions that take one operand and give a result of another type.
macro_rules! conversions {
    ($($visit:ident = $ins:ident($ty:ident);)*) => {
        impl FunctionTranslator<'_> {$(
            pub(crate) fn $visit(&mut self) -> Translated {
                let operand = self.pop1();
                let value = self.builder.ins().$ins($ty, operand);
                self.push1(value);
                Ok(())
            }
        )*}
    };
}

conversions! {
    visit_i32_wrap_i64 = ireduce(I32);
    visit_i64_extend_i32_s = sextend(I64);
    visit_i64_extend_i32_u = uextend(I64);
    visit_i32_trunc_f32_s = fcvt_to_sint(I32);
    visit_i32_trunc_f32_u = fcvt_to_uint(I32);
    visit_i32_trunc_f64_s = fcvt_to_sint(I32);
    visit_i32_trunc_f64_u = fcvt_to_uint(I32);
    visit_i64_trunc_f32_s = fcvt_to_sint(I64);
    visit_i64_trunc_f32_u = fcvt_to_uint(I64);
    visit_i64_trunc_f64_s = fcvt_to_sint(I64);
    visit_i64_trunc_f64_u = fcvt_to_uint(I64);
    visit_i32_trunc_sat_f32_s = fcvt_to_sint_sat(I32);
    visit_i32_trunc_sat_f32_u = fcvt_to_uint_sat(I32);
    visit_i32_trunc_sat_f64_s = fcvt_to_sint_sat(I32);
    visit_i32_trunc_sat_f64_u = fcvt_to_uint_sat(I32);
    visit_i64_trunc_sat_f32_s = fcvt_to_sint_sat(I64);
    visit_i64_trunc_sat_f32_u = fcvt_to_uint_sat(I64);
    visit_i64_trunc_sat_f64_s = fcvt_to_sint_sat(I64);
    visit_i64_trunc_sat_f64_u = fcvt_to_uint_sat(I64);
    visit_f32_convert_i32_s = fcvt_from_sint(F32);
    visit_f32_convert_i32_u = fcvt_from_uint(F32);
    visit_f32_convert_i64_s = fcvt_from_sint(F32);
    visit_f32_convert_i64_u = fcvt_from_uint(F32);
    visit_f64_convert_i32_s = fcvt_from_sint(F64);
    visit_f64_convert_i32_u = fcvt_from_uint(F64);
    visit_f64_convert_i64_s = fcvt_from_sint(F64);
    visit_f64_convert_i64_u = fcvt_from_uint(F64);
    visit_f32_demote_f64 = fdemote(F32);
    visit_f64_promote_f32 = fpromote(F64);
}

impl FunctionTranslator<'_> {
    pub(crate) fn visit_i32_const(&mut self, value: i32) -> Translated {
        let value = self.iconst(I32, value.into());
        self.push1(value);
        Ok(())
    }

    pub(crate) fn visit_i64_const(&mut self, value: i64) -> Translated {
        let value = self.iconst(I64, value);
        self.push1(value);
        Ok(())
    }

    pub(crate) fn visit_f32_const(&mut self, value: wasmparser::Ieee32) -> Translated {
        let value = Ieee32::with_bits(value.bits());
        let value = self.builder.ins().f32const(value);
        self.push1(value);
        Ok(())
    }

    pub(crate) fn visit_f64_const(&mut self, value: wasmparser::Ieee64) -> Translated {
        let value = Ieee64::with_bits(value.bits());
        let value = self.builder.ins().f64const(value);
        self.push1(value);
        Ok(())
    }

    pub(crate) fn visit_i32_eqz(&mut self) -> Translated {
        self.is_zero()
    }

    pub(crate) fn visit_i64_eqz(&mut self) -> Translated {
        self.is_zero()
    }

    fn is_zero(&mut self) -> Translated {
        let operand = self.pop1();
        let outcome = self.builder.ins().icmp_imm_u(IntCC::Equal, operand, 0);
        self.push_bool(outcome);
        Ok(())
    }

    pub(crate) fn visit_i32_extend8_s(&mut self) -> Translated {
        self.extend_low(I8, I32)
    }

    pub(crate) fn visit_i32_extend16_s(&mut self) -> Translated {
        self.extend_low(I16, I32)
    }

    pub(crate) fn visit_i64_extend8_s(&mut self) -> Translated {
        self.extend_low(I8, I64)
    }

    pub(crate) fn visit_i64_extend16_s(&mut self) -> Translated {
        self.extend_low(I16, I64)
    }

    pub(crate) fn visit_i64_extend32_s(&mut self) -> Translated {
        self.extend_low(I32, I64)
    }

    fn extend_low(&mut self, part: Type, whole: Type) -> Translated {
        let operand = self.pop1();
        let low = self.builder.ins().ireduce(part, operand);
        let value = self.builder.ins().sextend(whole, low);
        self.push1(value);
        Ok(())
    }

    pub(crate) fn visit_i32_reinterpret_f32(&mut self) -> Translated {
        self.reinterpret(I32)
    }

    pub(crate) fn visit_i64_reinterpret_f64(&mut self) -> Translated {
        self.reinterpret(I64)
    }

    pub(crate) fn visit_f32_reinterpret_i32(&mut self) -> Translated {
        self.reinterpret(F32)
    }

    pub(crate) fn visit_f64_reinterpret_i64(&mut self) -> Translated {
        self.reinterpret(F64)
    }

    fn reinterpret(&mut self, ty: Type) -> Translated {
        let operand = self.pop1();
        let flags = MemFlagsData::new().with_endianness(Endianness::Little);
        let value = self.builder.ins().bitcast(ty, flags, operand);
        self.push1(value);
        Ok(())
    }
}
