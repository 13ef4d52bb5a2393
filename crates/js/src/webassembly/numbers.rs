//! [`Numbers`]: the short way for functions whose parameters and results are numbers alone.
//!
//! Their values need neither a scope of references nor anything kept meanwhile, so they go straight between JavaScript and the slots of a call.

use weft::host::RawVal;
use weft::{FuncType, ValType};

use crate::quickjs::{Context, JsResult, Value};

/// The most parameters that go the short way.
pub(super) const MOST: usize = 16;

/// A signature of numbers, with at most one result.
pub(super) struct Numbers {
    pub(super) params: Box<[Number]>,
    pub(super) result: Option<Number>,
}

/// A type of numbers.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum Number {
    I32,
    I64,
    F32,
    F64,
}

impl Numbers {
    /// The signature, if it is one of these.
    pub(super) fn of(ty: &FuncType) -> Option<Self> {
        let params: Box<[Number]> = ty.params().map(Number::of).collect::<Option<_>>()?;
        let mut results = ty.results();
        let result = match results.next() {
            Some(result) => Some(Number::of(result)?),
            None => None,
        };
        let is_short = params.len() <= MOST && results.next().is_none();
        is_short.then_some(Self { params, result })
    }
}

impl Number {
    fn of(ty: ValType) -> Option<Self> {
        match ty {
            ValType::I32 => Some(Self::I32),
            ValType::I64 => Some(Self::I64),
            ValType::F32 => Some(Self::F32),
            ValType::F64 => Some(Self::F64),
            _ => None,
        }
    }

    /// ToWebAssemblyValue.
    #[inline]
    pub(super) fn to_wasm(self, value: &Value<'_>) -> JsResult<RawVal> {
        Ok(match self {
            Self::I32 => RawVal::from_i32(value.to_i32()?),
            Self::I64 => RawVal::from_i64(value.to_bigint64()?),
            Self::F32 => RawVal::from_u32((value.to_number()? as f32).to_bits()),
            Self::F64 => RawVal::from_u64(value.to_number()?.to_bits()),
        })
    }

    /// ToJSValue.
    #[inline]
    pub(super) fn to_js<'js>(self, context: Context<'js>, value: RawVal) -> JsResult<Value<'js>> {
        match self {
            Self::I32 => Ok(context.int(value.to_i32())),
            Self::I64 => context.bigint(value.to_i64()),
            Self::F32 => Ok(context.number(f64::from(f32::from_bits(value.to_u32())))),
            Self::F64 => Ok(context.number(f64::from_bits(value.to_u64()))),
        }
    }
}
