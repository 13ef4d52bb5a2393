//! Loads and stores of whole vectors and of single lanes.

use cranelift_codegen::ir::types::{I8X16, I16X8, I32X4, I64X2, Type};
use cranelift_codegen::ir::{InstBuilder, Value};
use wasmparser::MemArg;

use crate::translate::{FunctionTranslator, Translated, V128};

/// Operators that load 64 bits and widen their lanes: `operator: instruction;`.
macro_rules! widening_loads {
    ($($op:ident: $inst:ident;)*) => {
        impl FunctionTranslator<'_> {
            $(pub(crate) fn $op(&mut self, memarg: MemArg) -> Translated {
                let at = self.prepare_address(&memarg, 8)?;
                let vector = self.builder.ins().$inst(at.flags, at.base, at.offset);
                self.push1(vector);
                Ok(())
            })*
        }
    };
}

/// Operators that access memory: `operator: lanes;`, where the access is of one lane.
macro_rules! accesses {
    ($method:ident { $($op:ident: $lanes:ident;)* }) => {
        impl FunctionTranslator<'_> {
            $(pub(crate) fn $op(&mut self, memarg: MemArg) -> Translated {
                self.$method(&memarg, $lanes)
            })*
        }
    };
}

/// Operators that access memory for one lane, which they name.
macro_rules! lane_accesses {
    ($method:ident { $($op:ident: $lanes:ident;)* }) => {
        impl FunctionTranslator<'_> {
            $(pub(crate) fn $op(&mut self, memarg: MemArg, lane: u8) -> Translated {
                self.$method(&memarg, $lanes, lane)
            })*
        }
    };
}

widening_loads! {
    visit_v128_load8x8_s: sload8x8;
    visit_v128_load8x8_u: uload8x8;
    visit_v128_load16x4_s: sload16x4;
    visit_v128_load16x4_u: uload16x4;
    visit_v128_load32x2_s: sload32x2;
    visit_v128_load32x2_u: uload32x2;
}

accesses! { load_splat {
    visit_v128_load8_splat: I8X16;
    visit_v128_load16_splat: I16X8;
    visit_v128_load32_splat: I32X4;
    visit_v128_load64_splat: I64X2;
}}

accesses! { load_zero {
    visit_v128_load32_zero: I32X4;
    visit_v128_load64_zero: I64X2;
}}

lane_accesses! { load_lane {
    visit_v128_load8_lane: I8X16;
    visit_v128_load16_lane: I16X8;
    visit_v128_load32_lane: I32X4;
    visit_v128_load64_lane: I64X2;
}}

lane_accesses! { store_lane {
    visit_v128_store8_lane: I8X16;
    visit_v128_store16_lane: I16X8;
    visit_v128_store32_lane: I32X4;
    visit_v128_store64_lane: I64X2;
}}

impl FunctionTranslator<'_> {
    pub(crate) fn visit_v128_load(&mut self, memarg: MemArg) -> Translated {
        let vector = self.load_value(&memarg, V128)?;
        self.push1(vector);
        Ok(())
    }

    pub(crate) fn visit_v128_store(&mut self, memarg: MemArg) -> Translated {
        let vector = self.pop1();
        self.store_value(&memarg, vector)
    }

    fn load_splat(&mut self, memarg: &MemArg, lanes: Type) -> Translated {
        let scalar = self.load_value(memarg, lanes.lane_type())?;
        let vector = self.builder.ins().splat(lanes, scalar);
        self.push1(vector);
        Ok(())
    }

    fn load_zero(&mut self, memarg: &MemArg, lanes: Type) -> Translated {
        let scalar = self.load_value(memarg, lanes.lane_type())?;
        let vector = self.builder.ins().scalar_to_vector(lanes, scalar);
        self.push1(vector);
        Ok(())
    }

    fn load_lane(&mut self, memarg: &MemArg, lanes: Type, lane: u8) -> Translated {
        let vector = self.pop_lanes(lanes);
        let scalar = self.load_value(memarg, lanes.lane_type())?;
        let vector = self.builder.ins().insertlane(vector, scalar, lane);
        self.push1(vector);
        Ok(())
    }

    fn store_lane(&mut self, memarg: &MemArg, lanes: Type, lane: u8) -> Translated {
        let vector = self.pop_lanes(lanes);
        let scalar = self.builder.ins().extractlane(vector, lane);
        self.store_value(memarg, scalar)
    }

    /// Pops an index and loads a `ty` from there.
    fn load_value(&mut self, memarg: &MemArg, ty: Type) -> Translated<Value> {
        let at = self.prepare_address(memarg, ty.bytes())?;
        Ok(self.builder.ins().load(ty, at.flags, at.base, at.offset))
    }

    /// Pops an index and stores `value` there.
    fn store_value(&mut self, memarg: &MemArg, value: Value) -> Translated {
        let at = self.prepare_address(memarg, self.type_of(value).bytes())?;
        self.builder
            .ins()
            .store(at.flags, value, at.base, at.offset);
        Ok(())
    }
}
