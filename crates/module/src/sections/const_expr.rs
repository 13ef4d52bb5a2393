//! Constant expressions (§ 5.4.11, § 3.3.13) as short programs for a stack machine.

use smallvec::SmallVec;
use wasmparser::{BinaryReader, ConstExpr as Expr, Operator};

use super::{Result, Sections, at};
use crate::convert::{Unsupported, heap_type};
use crate::{ConstExpr, ConstOp, DecodeError, FuncIndex, GlobalIndex, TypeIndex};

impl Sections {
    /// Converts `expr`, and notes the functions that it makes values of.
    pub(super) fn const_expr(&mut self, expr: &Expr<'_>) -> Result<ConstExpr> {
        let mut start = expr.get_binary_reader();
        if let Some(op) = simple_const(&mut start)
            && start.eof()
        {
            self.makes_value(op);
            return Ok(op.into());
        }
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
            self.makes_value(op);
            ops.push(op);
        }
        Ok(ConstExpr { ops })
    }

    fn makes_value(&mut self, op: ConstOp) {
        if let ConstOp::RefFunc(func) = op {
            self.escapes(func);
        }
    }
}

/// A constant number or function reference and the `end` after it: what nearly every expression
/// is, and readable without an allocation.
pub(super) fn simple_const(reader: &mut BinaryReader<'_>) -> Option<ConstOp> {
    const END: u8 = 0x0b;
    let op = match reader.read_u8().ok()? {
        0x41 => ConstOp::I32Const(reader.read_var_i32().ok()?),
        0x42 => ConstOp::I64Const(reader.read_var_i64().ok()?),
        0xd2 => ConstOp::RefFunc(FuncIndex(reader.read_var_u32().ok()?)),
        _ => return None,
    };
    (reader.read_u8().ok()? == END).then_some(op)
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
