//! Vector instructions (§ 4.6.2 and the vector part of § 4.3): families of operators.
//!
//! Most of them differ in a lane type and a CLIF instruction alone, so that they are tables here:
//! `operator: lanes instruction;`. A vector on the value stack has the lanes that the last instruction
//! gave it; the next one takes it as lanes of the type that it works on, by a bitcast that costs
//! nothing on the machine.

use cranelift_codegen::ir::types::Type;
use cranelift_codegen::ir::{InstBuilder, Value};

use crate::translate::{FunctionTranslator, Translated, V128};

/// Operators that map each lane of one vector.
macro_rules! unary {
    ($($op:ident: $lanes:ident $inst:ident;)*) => {
        impl FunctionTranslator<'_> {
            $(pub(crate) fn $op(&mut self) -> Translated {
                let a = self.pop_lanes($lanes);
                let result = self.builder.ins().$inst(a);
                self.push1(result);
                Ok(())
            })*
        }
    };
}

/// Operators that combine each lane of one vector with the same lane of another.
macro_rules! binary {
    ($($op:ident: $lanes:ident $inst:ident;)*) => {
        impl FunctionTranslator<'_> {
            $(pub(crate) fn $op(&mut self) -> Translated {
                let (a, b) = self.pop2_lanes($lanes);
                let result = self.builder.ins().$inst(a, b);
                self.push1(result);
                Ok(())
            })*
        }
    };
}

/// Operators that are one call of a shared method with other arguments.
macro_rules! family {
    ($method:ident { $($op:ident: $($arg:expr),+;)* }) => {
        impl FunctionTranslator<'_> {
            $(pub(crate) fn $op(&mut self) -> Translated {
                self.$method($($arg),+)
            })*
        }
    };
}

pub(super) use family;

mod bitwise;
mod compare;
mod convert;
mod float;
mod integer;
mod lanes;
mod memory;
mod shift;

impl FunctionTranslator<'_> {
    pub(crate) fn visit_v128_const(&mut self, value: wasmparser::V128) -> Translated {
        let bytes = value.bytes().to_vec().into();
        let constant = self.builder.func.dfg.constants.insert(bytes);
        let vector = self.builder.ins().vconst(V128, constant);
        self.push1(vector);
        Ok(())
    }

    /// A vector of zeros.
    pub(crate) fn zero_lanes(&mut self, lanes: Type) -> Value {
        let zeros = self.builder.func.dfg.constants.insert(vec![0; 16].into());
        self.builder.ins().vconst(lanes, zeros)
    }
}
