//! Reference instructions (§ 2.4.4) for functions, null, identity and small integers.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value};
use weft_abi::TrapKind;
use weft_abi::layout::field;
use weft_module::FuncIndex;

use crate::translate::{Failure, FunctionTranslator, Translated, read_hierarchy, ref_shape};

impl FunctionTranslator<'_> {
    pub(crate) fn visit_ref_null(&mut self, hty: wasmparser::HeapType) -> Translated {
        let shape = ref_shape(read_hierarchy(self.module, hty)?);
        let null = self.null(shape);
        self.push1(null);
        Ok(())
    }

    pub(crate) fn visit_ref_is_null(&mut self) -> Translated {
        let reference = self.pop1();
        let outcome = self.is_null(reference);
        self.push_bool(outcome);
        Ok(())
    }

    pub(crate) fn visit_ref_eq(&mut self) -> Translated {
        let (left, right) = self.pop2();
        let same = self.builder.ins().icmp(IntCC::Equal, left, right);
        self.push_bool(same);
        Ok(())
    }

    pub(crate) fn visit_ref_func(&mut self, function_index: u32) -> Translated {
        let func = FuncIndex(function_index);
        let reference = match self.module.defined_func(func) {
            Some(_) => self.own_func_ref(func)?,
            None => self.imported_func_ref(func),
        };
        self.push1(reference);
        Ok(())
    }

    pub(crate) fn visit_ref_as_non_null(&mut self) -> Translated {
        let reference = self.peek1();
        self.trapz(reference, TrapKind::NullReference);
        Ok(())
    }

    pub(crate) fn visit_ref_i31(&mut self) -> Translated {
        let value = self.pop1();
        let shifted = self.builder.ins().ishl_imm_u(value, 1);
        let reference = self.builder.ins().bor_imm_u(shifted, 1);
        self.push1(reference);
        Ok(())
    }

    pub(crate) fn visit_i31_get_s(&mut self) -> Translated {
        let reference = self.pop_i31();
        let value = self.builder.ins().sshr_imm_u(reference, 1);
        self.push1(value);
        Ok(())
    }

    pub(crate) fn visit_i31_get_u(&mut self) -> Translated {
        let reference = self.pop_i31();
        let value = self.builder.ins().ushr_imm_u(reference, 1);
        self.push1(value);
        Ok(())
    }

    fn pop_i31(&mut self) -> Value {
        let reference = self.pop1();
        self.trapz(reference, TrapKind::NullReference);
        reference
    }

    /// One representation serves both hierarchies.
    pub(crate) fn visit_any_convert_extern(&mut self) -> Translated {
        Ok(())
    }

    pub(crate) fn visit_extern_convert_any(&mut self) -> Translated {
        Ok(())
    }

    /// Whether `reference` is null, as 8 bits.
    pub(crate) fn is_null(&mut self, reference: Value) -> Value {
        self.builder.ins().icmp_imm_u(IntCC::Equal, reference, 0)
    }

    fn own_func_ref(&mut self, func: FuncIndex) -> Translated<Value> {
        let escape = self.module.functions[func].escape.ok_or_else(|| {
            Failure::Malformed(format!(
                "ref.func names function {func}, which never escapes"
            ))
        })?;
        let place = i64::from(self.offsets.func_ref(escape));
        Ok(self.builder.ins().iadd_imm_s(self.vmctx, place))
    }

    fn imported_func_ref(&mut self, func: FuncIndex) -> Value {
        let place = self.offsets.func_import(func) + field::FUNC_IMPORT_FUNC_REF;
        self.vmctx_pointer(place)
    }
}
