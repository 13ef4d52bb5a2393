//! Wide arithmetic: 128-bit sums and products from pairs of `i64`, least significant half first.

use cranelift_codegen::ir::types::I128;
use cranelift_codegen::ir::{InstBuilder, Value};

use crate::translate::{FunctionTranslator, Translated};

impl FunctionTranslator<'_> {
    pub(crate) fn visit_i64_add128(&mut self) -> Translated {
        let b = self.pop_i128();
        let a = self.pop_i128();
        let sum = self.builder.ins().iadd(a, b);
        self.push_i128(sum);
        Ok(())
    }

    pub(crate) fn visit_i64_sub128(&mut self) -> Translated {
        let b = self.pop_i128();
        let a = self.pop_i128();
        let difference = self.builder.ins().isub(a, b);
        self.push_i128(difference);
        Ok(())
    }

    pub(crate) fn visit_i64_mul_wide_s(&mut self) -> Translated {
        let (a, b) = self.pop2();
        let a = self.builder.ins().sextend(I128, a);
        let b = self.builder.ins().sextend(I128, b);
        let product = self.builder.ins().imul(a, b);
        self.push_i128(product);
        Ok(())
    }

    pub(crate) fn visit_i64_mul_wide_u(&mut self) -> Translated {
        let (a, b) = self.pop2();
        let a = self.builder.ins().uextend(I128, a);
        let b = self.builder.ins().uextend(I128, b);
        let product = self.builder.ins().imul(a, b);
        self.push_i128(product);
        Ok(())
    }

    fn pop_i128(&mut self) -> Value {
        let (low, high) = self.pop2();
        self.builder.ins().iconcat(low, high)
    }

    fn push_i128(&mut self, value: Value) {
        let (low, high) = self.builder.ins().isplit(value);
        self.push1(low);
        self.push1(high);
    }
}
