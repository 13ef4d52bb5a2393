//! Evaluating constant expressions (§ 3.3.13) in an instance that is being made.

use smallvec::SmallVec;
use weft_abi::value::RawVal;
use weft_module::{CompositeType, ConstExpr, ConstOp, GlobalIndex};

use super::InstanceEntity;
use crate::error::ResourceError;

/// A stack machine's stack.
type Stack = SmallVec<[Operand; 4]>;

/// An operand.
#[derive(Copy, Clone, Default)]
struct Operand {
    value: RawVal,
    /// Whether it is a reference that the collector follows.
    traced: bool,
}

impl InstanceEntity {
    /// The value of `expr`.
    ///
    /// # Errors
    /// When there is no room for an object that it makes.
    pub(super) fn evaluate(&self, expr: &ConstExpr) -> Result<RawVal, ResourceError> {
        let mut stack = Stack::new();
        for &op in &expr.ops {
            let operand = self.evaluate_op(op, &mut stack)?;
            stack.push(operand);
        }
        Ok(pop(&mut stack))
    }

    fn evaluate_op(&self, op: ConstOp, stack: &mut Stack) -> Result<Operand, ResourceError> {
        let value = match op {
            ConstOp::I32Const(value) => RawVal::from_i32(value),
            ConstOp::I64Const(value) => RawVal::from_i64(value),
            ConstOp::F32Const(bits) => RawVal::from_u32(bits),
            ConstOp::F64Const(bits) => RawVal::from_u64(bits),
            ConstOp::V128Const(bits) => RawVal(bits),
            ConstOp::I32Add | ConstOp::I32Sub | ConstOp::I32Mul => arithmetic32(op, stack),
            ConstOp::I64Add | ConstOp::I64Sub | ConstOp::I64Mul => arithmetic64(op, stack),
            ConstOp::GlobalGet(index) => return Ok(self.global_operand(index)),
            ConstOp::RefNull(_) => RawVal::default(),
            ConstOp::RefFunc(func) => RawVal::from_u64(self.func_ref(func) as u64),
            ConstOp::RefI31 => RawVal::from_u32(crate::host_ref::i31(pop(stack).to_u32())),
            // One representation serves both hierarchies.
            ConstOp::AnyConvertExtern | ConstOp::ExternConvertAny => {
                return Ok(stack.pop().unwrap_or_default());
            }
            ConstOp::StructNew(_)
            | ConstOp::StructNewDefault(_)
            | ConstOp::ArrayNew(_)
            | ConstOp::ArrayNewDefault(_)
            | ConstOp::ArrayNewFixed(..) => {
                let object = self.make_object(op, stack)?;
                return Ok(Operand {
                    value: RawVal::from_u32(object),
                    traced: true,
                });
            }
        };
        Ok(Operand {
            value,
            traced: false,
        })
    }

    /// Makes a struct or an array, keeping the operands below its own where the collector finds them.
    fn make_object(&self, op: ConstOp, stack: &mut Stack) -> Result<u32, ResourceError> {
        let ids = self.code.types().ids();
        let mut operands = self.object_operands(op, stack);
        let scope = self.store().enter_scope();
        let kept: SmallVec<[_; 4]> = stack
            .iter_mut()
            .filter(|operand| operand.traced)
            .map(|operand| (self.store().root(operand.value.to_u32()), operand))
            .collect();
        let store = self.store();
        // SAFETY: the instance's types stay registered, and by validation the operands are of them.
        let object = unsafe {
            match op {
                ConstOp::StructNew(ty) => store.new_struct(ids[ty], Some(&mut operands)),
                ConstOp::StructNewDefault(ty) => store.new_struct(ids[ty], None),
                ConstOp::ArrayNew(ty) => {
                    store.new_array(ids[ty], operands[1].to_u32(), operands[0])
                }
                ConstOp::ArrayNewDefault(ty) => {
                    store.new_array(ids[ty], operands[0].to_u32(), RawVal::default())
                }
                ConstOp::ArrayNewFixed(ty, _) => store.new_array_fixed(ids[ty], &mut operands),
                _ => Err(ResourceError::new("an expression that makes no object")),
            }
        };
        for (root, operand) in kept {
            operand.value = RawVal::from_u32(store.rooted(root).unwrap_or_default());
        }
        store.leave_scope(scope);
        object
    }

    /// Pops what an instruction that makes an object takes, the first deepest.
    fn object_operands(&self, op: ConstOp, stack: &mut Stack) -> SmallVec<[RawVal; 8]> {
        let count = match op {
            ConstOp::StructNew(ty) => match &self.code.info().types[ty].composite {
                CompositeType::Struct(fields) => fields.len(),
                _ => 0,
            },
            ConstOp::ArrayNew(_) => 2,
            ConstOp::ArrayNewDefault(_) => 1,
            ConstOp::ArrayNewFixed(_, length) => length as usize,
            _ => 0,
        };
        let start = stack.len().saturating_sub(count);
        stack.drain(start..).map(|operand| operand.value).collect()
    }

    fn global_operand(&self, index: GlobalIndex) -> Operand {
        let info = self.code.info();
        Operand {
            value: self.global_value(index),
            traced: super::is_traced(info, info.globals[index].ty.content),
        }
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
    stack.pop().unwrap_or_default().value
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
