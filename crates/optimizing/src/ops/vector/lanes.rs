//! Lanes one by one: splat, extract, replace, shuffle, swizzle.

use cranelift_codegen::ir::types::{F32X4, F64X2, I8X16, I16X8, I32, I32X4, I64X2, Type};
use cranelift_codegen::ir::{InstBuilder, Value};

use crate::translate::{FunctionTranslator, Translated};

/// Operators with the index of a lane as their immediate.
macro_rules! lane_family {
    ($method:ident { $($op:ident: $lanes:ident;)* }) => {
        impl FunctionTranslator<'_> {
            $(pub(crate) fn $op(&mut self, lane: u8) -> Translated {
                self.$method($lanes, lane)
            })*
        }
    };
}

family! { splat {
    visit_i8x16_splat: I8X16;
    visit_i16x8_splat: I16X8;
    visit_i32x4_splat: I32X4;
    visit_i64x2_splat: I64X2;
    visit_f32x4_splat: F32X4;
    visit_f64x2_splat: F64X2;
}}

lane_family! { extract_lane {
    visit_i32x4_extract_lane: I32X4;
    visit_i64x2_extract_lane: I64X2;
    visit_f32x4_extract_lane: F32X4;
    visit_f64x2_extract_lane: F64X2;
}}

lane_family! { extract_lane_s {
    visit_i8x16_extract_lane_s: I8X16;
    visit_i16x8_extract_lane_s: I16X8;
}}

lane_family! { extract_lane_u {
    visit_i8x16_extract_lane_u: I8X16;
    visit_i16x8_extract_lane_u: I16X8;
}}

lane_family! { replace_lane {
    visit_i8x16_replace_lane: I8X16;
    visit_i16x8_replace_lane: I16X8;
    visit_i32x4_replace_lane: I32X4;
    visit_i64x2_replace_lane: I64X2;
    visit_f32x4_replace_lane: F32X4;
    visit_f64x2_replace_lane: F64X2;
}}

impl FunctionTranslator<'_> {
    pub(crate) fn visit_i8x16_shuffle(&mut self, lanes: [u8; 16]) -> Translated {
        let (a, b) = self.pop2_lanes(I8X16);
        let mask = self.builder.func.dfg.immediates.push(lanes[..].into());
        let result = self.builder.ins().shuffle(a, b, mask);
        self.push1(result);
        Ok(())
    }

    pub(crate) fn visit_i8x16_swizzle(&mut self) -> Translated {
        let (a, indices) = self.pop2_lanes(I8X16);
        let result = self.builder.ins().swizzle(a, indices);
        self.push1(result);
        Ok(())
    }

    fn splat(&mut self, lanes: Type) -> Translated {
        let scalar = self.pop_lane(lanes);
        let result = self.builder.ins().splat(lanes, scalar);
        self.push1(result);
        Ok(())
    }

    fn replace_lane(&mut self, lanes: Type, lane: u8) -> Translated {
        let scalar = self.pop_lane(lanes);
        let vector = self.pop_lanes(lanes);
        let result = self.builder.ins().insertlane(vector, scalar, lane);
        self.push1(result);
        Ok(())
    }

    fn extract_lane(&mut self, lanes: Type, lane: u8) -> Translated {
        let scalar = self.extract(lanes, lane);
        self.push1(scalar);
        Ok(())
    }

    fn extract_lane_s(&mut self, lanes: Type, lane: u8) -> Translated {
        let scalar = self.extract(lanes, lane);
        let result = self.builder.ins().sextend(I32, scalar);
        self.push1(result);
        Ok(())
    }

    fn extract_lane_u(&mut self, lanes: Type, lane: u8) -> Translated {
        let scalar = self.extract(lanes, lane);
        let result = self.builder.ins().uextend(I32, scalar);
        self.push1(result);
        Ok(())
    }

    /// Pops a vector and takes one lane.
    fn extract(&mut self, lanes: Type, lane: u8) -> Value {
        let vector = self.pop_lanes(lanes);
        self.builder.ins().extractlane(vector, lane)
    }

    /// Pops a scalar and cuts it to the size of a lane.
    fn pop_lane(&mut self, lanes: Type) -> Value {
        let scalar = self.pop1();
        if lanes.lane_bits() < 32 {
            self.builder.ins().ireduce(lanes.lane_type(), scalar)
        } else {
            scalar
        }
    }
}
