//! ToWebAssemblyValue and ToJSValue.
//!
//! Both go through a form that needs neither the store nor a scope of references, because a conversion may run scripts and a script
//! may do anything: [`Coerced`] on the way to wasm, [`Given`] on the way from it.

use std::sync::Arc;

use weft::host::Referent;
use weft::{AnyRef, AsContextMut, ExternRef, Func, HeapType, I31, Ref, RefType, Val, ValType};

use crate::agent::{Agent, HostValue, cost};
use crate::quickjs::{Context, JsResult, Value};

use super::function::ExportedFunction;
use super::{function, gc_object};

/// A value that is of the type that was asked for.
pub(super) enum Coerced {
    /// A number, or null.
    Plain(Val),
    Func(Func),
    Any(Referent),
}

/// Whether values of a type can pass between JavaScript and wasm: neither vectors nor references to exceptions.
pub(super) fn can_pass(ty: &ValType) -> bool {
    match ty {
        ValType::V128 => false,
        ValType::Ref(reference) => !matches!(reference.heap_type().top(), HeapType::Exn),
        _ => true,
    }
}

/// ToWebAssemblyValue, for types that [can pass](can_pass).
pub(super) fn to_wasm(value: &Value<'_>, ty: &ValType) -> JsResult<Coerced> {
    Ok(Coerced::Plain(match ty {
        // 3. If type is i64: ? ToBigInt64(v).
        ValType::I64 => Val::I64(value.to_bigint64()?),
        // 4. If type is i32: ? ToInt32(v).
        ValType::I32 => Val::I32(value.to_i32()?),
        // 5. If type is f32: ? ToNumber(v), rounded to the nearest.
        ValType::F32 => Val::F32((value.to_number()? as f32).to_bits()),
        // 6. If type is f64: ? ToNumber(v).
        ValType::F64 => Val::F64(value.to_number()?.to_bits()),
        // 7. If type is of the form ref null heaptype.
        ValType::Ref(reference) => return to_reference(value, reference),
        ValType::V128 => return Err(mismatch(value, "v128")),
    }))
}

fn mismatch(value: &Value<'_>, expected: &str) -> crate::quickjs::Thrown {
    value.context().throw_type(&format!(
        "type incompatibility when transforming from/to JS: the value is no {expected}"
    ))
}

fn to_reference(value: &Value<'_>, ty: &RefType) -> JsResult<Coerced> {
    let refuse = || mismatch(value, &ty.to_string());
    // 7.1. If v is null, let r be ref.null heaptype.
    if value.is_null() {
        return match ty.is_nullable() {
            true => Ok(Coerced::Plain(Ref::null(ty.heap_type()).into())),
            false => Err(refuse()),
        };
    }
    let heap = ty.heap_type();
    let (coerced, actual) = match heap.top() {
        // 7.2. Else if type matches externref: ToWebAssemblyValue(v, ref any), as an external reference.
        HeapType::Extern => (Coerced::Any(to_any(value).0), HeapType::Extern),
        // 7.3. Else if v is an Exported Function and type matches funcref.
        HeapType::Func => match value.downcast::<ExportedFunction>() {
            Some(function) => (Coerced::Func(*function.func), function.heap_type()),
            None => return Err(refuse()),
        },
        HeapType::Exn => return Err(refuse()),
        _ => {
            let (referent, actual) = to_any(value);
            (Coerced::Any(referent), actual)
        }
    };
    // 7.8. If the actual type does not match, throw a TypeError.
    match actual.matches(heap) {
        true => Ok(coerced),
        false => Err(refuse()),
    }
}

/// Steps 7.1 and 7.4 to 7.6 for types of nullable references to anything, which every value can become.
pub(super) fn to_referent(value: &Value<'_>) -> Referent {
    match value.is_null() {
        true => Referent::Null,
        false => to_any(value).0,
    }
}

/// Steps 7.4 to 7.6: a number of 31 bits, an object of wasm's heap, or a value of the host.
fn to_any(value: &Value<'_>) -> (Referent, HeapType) {
    let whole = value.as_number().filter(|number| {
        let is_negative_zero = *number == 0.0 && number.is_sign_negative();
        *number == number.trunc()
            && (-1_073_741_824.0..1_073_741_824.0).contains(number)
            && !is_negative_zero
    });
    if let Some(number) = whole {
        let integer = I31::wrapping_i32(number as i32);
        return (Referent::I31(integer), HeapType::I31);
    }
    if let Some((object, ty)) = gc_object::reference_of(value) {
        return (Referent::Object(object), ty);
    }
    let agent = Agent::of(value.context());
    agent.note_made(cost::VALUE);
    let kept = agent.values.keep(value.clone());
    (Referent::Host(Arc::new(kept)), HeapType::Any)
}

impl Coerced {
    /// The value in the present scope, as one of type `ty`, which it was coerced to.
    pub(super) fn into_val(self, mut store: impl AsContextMut, ty: &ValType) -> weft::Result<Val> {
        let is_extern = ty
            .as_ref()
            .is_some_and(|ty| matches!(ty.heap_type().top(), HeapType::Extern));
        let any = match self {
            Self::Plain(value) => return Ok(value),
            Self::Func(func) => return Ok(Val::FuncRef(Some(func))),
            Self::Any(referent) => referent.into_rooted(&mut store)?,
        };
        Ok(match any {
            Some(any) if is_extern => ExternRef::convert_any(&mut store, any)?.into(),
            any => Val::AnyRef(any),
        })
    }
}

/// A value of wasm that belongs to no scope.
pub(super) enum Given {
    I32(i32),
    I64(i64),
    Number(f64),
    Null,
    Func(Func),
    Any(Referent),
}

impl Given {
    /// What `value` is. Neither a vector nor an exception is asked for.
    pub(super) fn new(mut store: impl AsContextMut, value: Val) -> weft::Result<Self> {
        Ok(match value {
            Val::I32(value) => Self::I32(value),
            Val::I64(value) => Self::I64(value),
            Val::F32(bits) => Self::Number(f64::from(f32::from_bits(bits))),
            Val::F64(bits) => Self::Number(f64::from_bits(bits)),
            Val::FuncRef(Some(func)) => Self::Func(func),
            Val::AnyRef(Some(value)) => Self::Any(Referent::new(&store, &value)?),
            Val::ExternRef(Some(value)) => {
                let internal = AnyRef::convert_extern(&mut store, value)?;
                return Self::new(store, Val::AnyRef(Some(internal)));
            }
            Val::V128(_)
            | Val::FuncRef(None)
            | Val::ExternRef(None)
            | Val::AnyRef(None)
            | Val::ExnRef(_) => Self::Null,
        })
    }

    /// ToJSValue.
    pub(super) fn to_js<'js>(&self, context: Context<'js>) -> JsResult<Value<'js>> {
        match self {
            Self::I32(value) => Ok(context.int(*value)),
            Self::I64(value) => context.bigint(*value),
            Self::Number(value) => Ok(context.number(*value)),
            Self::Null => Ok(context.null()),
            Self::Func(func) => function::wrap(context, *func),
            Self::Any(referent) => referent_to_js(context, referent),
        }
    }
}

/// ToJSValue of a reference that is no function.
pub(super) fn referent_to_js<'js>(
    context: Context<'js>,
    referent: &Referent,
) -> JsResult<Value<'js>> {
    match referent {
        Referent::Null => Ok(context.null()),
        Referent::I31(integer) => Ok(context.int(integer.get_i32())),
        Referent::Object(object) => gc_object::wrap(context, object),
        Referent::Host(value) => match value.downcast_ref::<HostValue>() {
            Some(value) => Ok(Agent::of(context).values.get(context, value)),
            None => Ok(context.undefined()),
        },
    }
}

/// ToJSValue of a number.
pub(super) fn number_to_js(context: Context<'_>, value: Val) -> JsResult<Value<'_>> {
    match value {
        Val::I32(value) => Ok(context.int(value)),
        Val::I64(value) => context.bigint(value),
        Val::F32(bits) => Ok(context.number(f64::from(f32::from_bits(bits)))),
        Val::F64(bits) => Ok(context.number(f64::from_bits(bits))),
        _ => Ok(context.undefined()),
    }
}

/// All results of a call: nothing, one value, or an array.
pub(super) fn results_to_js<'js>(context: Context<'js>, results: &[Given]) -> JsResult<Value<'js>> {
    match results {
        [] => Ok(context.undefined()),
        [only] => only.to_js(context),
        several => {
            let values: Vec<_> = several
                .iter()
                .map(|value| value.to_js(context))
                .collect::<JsResult<_>>()?;
            context.array(values)
        }
    }
}

/// DefaultValue.
pub(super) fn default_value(context: Context<'_>, ty: &ValType) -> JsResult<Option<Coerced>> {
    match ty {
        // 1. If valuetype equals externref, return ToWebAssemblyValue(undefined, valuetype).
        ValType::Ref(reference) if RefType::eq(reference, &RefType::EXTERNREF) => {
            to_wasm(&context.undefined(), ty).map(Some)
        }
        // 2. Return val_default(valuetype).
        _ => Ok(Val::default_for_ty(ty).map(Coerced::Plain)),
    }
}
