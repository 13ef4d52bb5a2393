//! [`Direct`]: the short way for functions whose parameters and results are numbers and references to anything.
//!
//! Their values need no scope of references and nothing that is kept meanwhile, so they go straight between JavaScript and the slots of a
//! call. Conversions may run scripts, and those may have objects moved: references go into their slots after all conversions, and
//! come out before any.

use weft::host::{RawVal, Referent};
use weft::{AsContext, AsContextMut, FuncType, RefType, ValType};

use crate::quickjs::{Context, JsResult, Value};

/// The most parameters that go the short way.
pub(super) const MOST: usize = 16;

/// A signature of such types, with at most one result.
pub(super) struct Direct {
    pub(super) params: Box<[Kind]>,
    pub(super) result: Option<Kind>,
    /// Whether there are references.
    pub(super) has_references: bool,
}

/// What a type is of.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Number(Number),
    /// A reference to anything, or null.
    Reference,
}

/// A type of numbers.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum Number {
    I32,
    I64,
    F32,
    F64,
}

impl Direct {
    /// The signature, if it is one of these.
    pub(super) fn of(ty: &FuncType) -> Option<Self> {
        let params: Box<[Kind]> = ty.params().map(Kind::of).collect::<Option<_>>()?;
        let mut results = ty.results();
        let result = match results.next() {
            Some(result) => Some(Kind::of(result)?),
            None => None,
        };
        let is_short = params.len() <= MOST && results.next().is_none();
        let has_references = params
            .iter()
            .chain(&result)
            .any(|&kind| kind == Kind::Reference);
        is_short.then_some(Self {
            params,
            result,
            has_references,
        })
    }

    fn references(&self) -> impl Iterator<Item = usize> + '_ {
        let kinds = self.params.iter().enumerate();
        kinds
            .filter(|(_, kind)| **kind == Kind::Reference)
            .map(|(index, _)| index)
    }

    /// Puts references to `referents` into the slots of the parameters that are references.
    pub(super) fn put(
        &self,
        mut store: impl AsContextMut,
        referents: Vec<Referent>,
        slots: &mut [RawVal],
    ) -> weft::Result<()> {
        for (referent, index) in referents.into_iter().zip(self.references()) {
            slots[index] = referent.into_raw(&mut store)?;
        }
        Ok(())
    }

    /// What the parameters that are references lead to.
    ///
    /// # Safety
    /// The slots hold parameters of these types, with which the store's wasm has just called.
    pub(super) unsafe fn take(&self, store: impl AsContext, slots: &[RawVal]) -> Vec<Referent> {
        let store = store.as_context();
        self.references()
            // SAFETY: the caller's; nothing is allocated here.
            .map(|index| unsafe { Referent::from_raw(store, slots[index]) })
            .collect()
    }
}

impl Kind {
    fn of(ty: ValType) -> Option<Self> {
        Some(match ty {
            ValType::I32 => Self::Number(Number::I32),
            ValType::I64 => Self::Number(Number::I64),
            ValType::F32 => Self::Number(Number::F32),
            ValType::F64 => Self::Number(Number::F64),
            ValType::Ref(ty) if is_to_anything(&ty) => Self::Reference,
            ValType::Ref(_) | ValType::V128 => return None,
        })
    }

    /// ToJSValue of a number; a reference is not in its slot any more.
    #[inline]
    pub(super) fn number_to_js<'js>(
        self,
        context: Context<'js>,
        value: RawVal,
    ) -> JsResult<Value<'js>> {
        match self {
            Self::Number(number) => number.to_js(context, value),
            Self::Reference => Ok(context.undefined()),
        }
    }
}

fn is_to_anything(ty: &RefType) -> bool {
    [RefType::EXTERNREF, RefType::ANYREF]
        .iter()
        .any(|any| RefType::eq(ty, any))
}

impl Number {
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
