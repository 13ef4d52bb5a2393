//! Parametric instructions (§ 2.4.2).

use cranelift_codegen::ir::InstBuilder;
use wasmparser::ValType;

use crate::translate::{Failure, FunctionTranslator, Translated, read_type};

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

    pub(crate) fn visit_typed_select(&mut self, ty: ValType) -> Translated {
        let shape = read_type(self.module, ty)?;
        self.visit_select()?;
        let value = self.peek1();
        self.trace(value, shape);
        Ok(())
    }

    pub(crate) fn visit_typed_select_multi(&mut self, tys: Vec<ValType>) -> Translated {
        match tys[..] {
            [ty] => self.visit_typed_select(ty),
            _ => Err(Failure::Unsupported("a selection of several values")),
        }
    }
}
