//! Evaluating constant expressions (§ 3.3.13) in an instance that is being made.

use smallvec::SmallVec;
use weft_abi::value::RawVal;
use weft_module::{ConstExpr, ConstOp, GlobalIndex};

use super::InstanceEntity;
use crate::error::ResourceError;

/// A stack machine's stack.
type Stack = SmallVec<[RawVal; 4]>;

impl InstanceEntity {
    /// The value of `expr`.
    ///
    /// # Errors
    /// When it makes an object of the heap: the engine has none yet.
    pub(super) fn evaluate(&self, expr: &ConstExpr) -> Result<RawVal, ResourceError> {
        let mut stack = Stack::new();
        for &op in &expr.ops {
            let value = match op {
                ConstOp::I32Const(value) => RawVal::from_i32(value),
                ConstOp::I64Const(value) => RawVal::from_i64(value),
                ConstOp::F32Const(bits) => RawVal::from_u32(bits),
                ConstOp::F64Const(bits) => RawVal::from_u64(bits),
                ConstOp::V128Const(bits) => RawVal(bits),
                ConstOp::I32Add | ConstOp::I32Sub | ConstOp::I32Mul => arithmetic32(op, &mut stack),
                ConstOp::I64Add | ConstOp::I64Sub | ConstOp::I64Mul => arithmetic64(op, &mut stack),
                ConstOp::GlobalGet(index) => self.global_value(index),
                ConstOp::RefNull(_) => RawVal::default(),
                ConstOp::RefFunc(func) => RawVal::from_u64(self.func_ref(func) as u64),
                ConstOp::RefI31 => RawVal::from_u32(crate::host_ref::i31(pop(&mut stack).to_u32())),
                // One representation serves both hierarchies.
                ConstOp::AnyConvertExtern | ConstOp::ExternConvertAny => pop(&mut stack),
                ConstOp::StructNew(_)
                | ConstOp::StructNewDefault(_)
                | ConstOp::ArrayNew(_)
                | ConstOp::ArrayNewDefault(_)
                | ConstOp::ArrayNewFixed(..) => {
                    return Err(ResourceError::new(
                        "the module makes structures or arrays, which this engine does not support",
                    ));
                }
            };
            stack.push(value);
        }
        Ok(pop(&mut stack))
    }

    fn global_value(&self, index: GlobalIndex) -> RawVal {
        // SAFETY: a global of the instance; no wasm runs meanwhile.
        RawVal(u128::from_le_bytes(unsafe {
            (*self.global_cell(index)).bytes
        }))
    }
}

/// Validation has seen to it that there is a value.
fn pop(stack: &mut Stack) -> RawVal {
    stack.pop().unwrap_or_default()
}

fn arithmetic32(op: ConstOp, stack: &mut Stack) -> RawVal {
    let (right, left) = (pop(stack).to_i32(), pop(stack).to_i32());
    RawVal::from_i32(match op {
        ConstOp::I32Add => left.wrapping_add(right),
        ConstOp::I32Sub => left.wrapping_sub(right),
        _ => left.wrapping_mul(right),
    })
}

fn arithmetic64(op: ConstOp, stack: &mut Stack) -> RawVal {
    let (right, left) = (pop(stack).to_i64(), pop(stack).to_i64());
    RawVal::from_i64(match op {
        ConstOp::I64Add => left.wrapping_add(right),
        ConstOp::I64Sub => left.wrapping_sub(right),
        _ => left.wrapping_mul(right),
    })
}
