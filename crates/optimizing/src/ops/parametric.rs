//! Parametric instructions (§ 2.4.2).

use cranelift_codegen::ir::InstBuilder;
use wasmparser::ValType;

use crate::translate::{FunctionTranslator, Translated};

impl FunctionTranslator<'_> {
    pub(crate) fn visit_nop(&mut self) -> Translated {
        Ok(())
    }

    pub(crate) fn visit_drop(&mut self) -> Translated {
        self.pop1();
        Ok(())
    }

    pub(crate) fn visit_select(&mut self) -> Translated {
        let condition = self.pop_condition();
        let (first, second) = self.pop2();
        let (first, second) = (self.joined(first), self.joined(second));
        let value = self.builder.ins().select(condition, first, second);
        self.push1(value);
        Ok(())
    }

    pub(crate) fn visit_typed_select(&mut self, _ty: ValType) -> Translated {
        self.visit_select()
    }

    pub(crate) fn visit_typed_select_multi(&mut self, _tys: Vec<ValType>) -> Translated {
        self.visit_select()
    }
}
