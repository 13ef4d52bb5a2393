//! Variable instructions (§ 2.4.3).

use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Value, types};
use weft_module::{ConstOp, GlobalIndex};

use crate::translate::{FunctionTranslator, Region, Shape, Translated, ref_shape, shape};

/// Where a global's value is.
struct Place {
    base: Value,
    offset: i32,
    flags: MemFlagsData,
}

impl FunctionTranslator<'_> {
    pub(crate) fn visit_local_get(&mut self, local_index: u32) -> Translated {
        let value = self.local(local_index as usize);
        self.push1(value);
        Ok(())
    }

    pub(crate) fn visit_local_set(&mut self, local_index: u32) -> Translated {
        let value = self.pop1();
        let value = self.joined(value);
        self.set_local(local_index as usize, value);
        Ok(())
    }

    pub(crate) fn visit_local_tee(&mut self, local_index: u32) -> Translated {
        let value = self.peek1();
        self.visit_local_set(local_index)?;
        self.push1(value);
        Ok(())
    }

    pub(crate) fn visit_global_get(&mut self, global_index: u32) -> Translated {
        let global = GlobalIndex(global_index);
        let shape = shape(self.module, self.module.globals[global].ty.content);
        let value = match self.known_global(global) {
            Some(value) => value,
            None => self.load_global(global, shape),
        };
        self.push_traced(value, shape);
        Ok(())
    }

    pub(crate) fn visit_global_set(&mut self, global_index: u32) -> Translated {
        let global = GlobalIndex(global_index);
        let value = self.pop1();
        let place = self.global_place(global);
        self.builder
            .ins()
            .store(place.flags, value, place.base, place.offset);
        Ok(())
    }

    fn load_global(&mut self, global: GlobalIndex, shape: Shape) -> Value {
        let place = self.global_place(global);
        self.builder
            .ins()
            .load(shape.ty, place.flags, place.base, place.offset)
    }

    fn global_place(&mut self, global: GlobalIndex) -> Place {
        let ty = self.module.globals[global].ty;
        // The collector writes to globals of references, even to those that code cannot change.
        let flags = if ty.mutable || shape(self.module, ty.content).traced {
            self.trusted(Region::Global(global))
        } else {
            self.constant()
        };
        if global.0 >= self.module.imported.globals {
            return Place {
                base: self.vmctx,
                offset: self.offsets.global(global),
                flags,
            };
        }
        let pointer = self.offsets.global_import(global);
        Place {
            base: self.vmctx_pointer(pointer),
            offset: 0,
            flags,
        }
    }

    /// The value of a global that never changes and starts as a number or null.
    fn known_global(&mut self, global: GlobalIndex) -> Option<Value> {
        let global = &self.module.globals[global];
        let init = global.init.as_ref().filter(|_| !global.ty.mutable)?;
        match init.ops[..] {
            [ConstOp::I32Const(value)] => Some(self.iconst(types::I32, value.into())),
            [ConstOp::I64Const(value)] => Some(self.iconst(types::I64, value)),
            [ConstOp::F32Const(bits)] => Some(self.builder.ins().f32const(f32::from_bits(bits))),
            [ConstOp::F64Const(bits)] => Some(self.builder.ins().f64const(f64::from_bits(bits))),
            [ConstOp::RefNull(heap)] => {
                let kind = weft_abi::value::ref_kind_in(self.module, heap);
                Some(self.null(ref_shape(kind)))
            }
            _ => None,
        }
    }
}
