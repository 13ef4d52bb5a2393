//! Constant expressions (§ 5.4.11, § 3.3.13) as short programs for a stack machine.

use smallvec::SmallVec;
use wasmparser::{ConstExpr as Expr, Operator};

use super::{Result, Sections, at};
use crate::convert::{Unsupported, heap_type};
use crate::{ConstExpr, ConstOp, DecodeError, FuncIndex, GlobalIndex, TypeIndex};

impl Sections {
    /// Converts `expr`, and notes the functions that it makes values of.
    pub(super) fn const_expr(&mut self, expr: &Expr<'_>) -> Result<ConstExpr> {
        let mut ops = SmallVec::new();
        let mut reader = expr.get_operators_reader();
        while !reader.eof() {
            let offset = reader.original_position();
            let operator = reader
                .read()
                .map_err(|error| DecodeError::malformed(&error))?;
            if matches!(operator, Operator::End) {
                continue;
            }
            let op = at(offset, const_op(&operator))?;
            if let ConstOp::RefFunc(func) = op {
                self.escapes(func);
            }
            ops.push(op);
        }
        Ok(ConstExpr { ops })
    }
}

fn const_op(operator: &Operator<'_>) -> std::result::Result<ConstOp, Unsupported> {
    Ok(match *operator {
        Operator::I32Const { value } => ConstOp::I32Const(value),
        Operator::I64Const { value } => ConstOp::I64Const(value),
        Operator::F32Const { value } => ConstOp::F32Const(value.bits()),
        Operator::F64Const { value } => ConstOp::F64Const(value.bits()),
        Operator::V128Const { value } => ConstOp::V128Const(u128::from_le_bytes(*value.bytes())),
        Operator::I32Add => ConstOp::I32Add,
        Operator::I32Sub => ConstOp::I32Sub,
        Operator::I32Mul => ConstOp::I32Mul,
        Operator::I64Add => ConstOp::I64Add,
        Operator::I64Sub => ConstOp::I64Sub,
        Operator::I64Mul => ConstOp::I64Mul,
        Operator::GlobalGet { global_index } => ConstOp::GlobalGet(GlobalIndex(global_index)),
        Operator::RefNull { hty } => ConstOp::RefNull(heap_type(hty)?),
        Operator::RefFunc { function_index } => ConstOp::RefFunc(FuncIndex(function_index)),
        Operator::RefI31 => ConstOp::RefI31,
        Operator::AnyConvertExtern => ConstOp::AnyConvertExtern,
        Operator::ExternConvertAny => ConstOp::ExternConvertAny,
        Operator::StructNew {
            struct_type_index: ty,
        } => ConstOp::StructNew(TypeIndex(ty)),
        Operator::StructNewDefault {
            struct_type_index: ty,
        } => ConstOp::StructNewDefault(TypeIndex(ty)),
        Operator::ArrayNew {
            array_type_index: ty,
        } => ConstOp::ArrayNew(TypeIndex(ty)),
        Operator::ArrayNewDefault {
            array_type_index: ty,
        } => ConstOp::ArrayNewDefault(TypeIndex(ty)),
        Operator::ArrayNewFixed {
            array_type_index: ty,
            array_size,
        } => ConstOp::ArrayNewFixed(TypeIndex(ty), array_size),
        _ => return Err(Unsupported),
    })
}
