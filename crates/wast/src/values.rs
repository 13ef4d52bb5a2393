//! Values of a script as values of the engine.

use wast::WastArg;
use wast::core::{V128Const, WastArgCore};
use weft::{AnyRef, ExternRef, HeapType, Store, Val, ValType, bail};

/// The argument `arg` for a parameter of type `ty`.
///
/// The type says which hierarchy a null is of: `ref.null $t` names a type that only the module knows.
pub(crate) fn argument(
    store: &mut Store<()>,
    arg: &WastArg<'_>,
    ty: &ValType,
) -> weft::Result<Val> {
    let WastArg::Core(arg) = arg else {
        bail!("arguments of components are not supported");
    };
    Ok(match arg {
        WastArgCore::I32(value) => Val::I32(*value),
        WastArgCore::I64(value) => Val::I64(*value),
        WastArgCore::F32(value) => Val::F32(value.bits),
        WastArgCore::F64(value) => Val::F64(value.bits),
        WastArgCore::V128(value) => Val::V128(vector(value).into()),
        WastArgCore::RefNull(_) => null(ty)?,
        WastArgCore::RefExtern(value) => Val::ExternRef(Some(ExternRef::new(store, *value)?)),
        WastArgCore::RefHost(value) => {
            let external = ExternRef::new(&mut *store, *value)?;
            Val::AnyRef(Some(AnyRef::convert_extern(store, external)?))
        }
    })
}

fn vector(value: &V128Const) -> u128 {
    u128::from_le_bytes(value.to_le_bytes())
}

/// The null of a reference type.
fn null(ty: &ValType) -> weft::Result<Val> {
    match ty.as_ref() {
        Some(reference) => Ok(Val::null_ref(reference.heap_type())),
        None => bail!("a null was given for a parameter of type {ty}"),
    }
}

/// The top of the hierarchy that an abstract heap type of a script is in.
pub(crate) fn top(heap: &wast::core::HeapType<'_>) -> Option<HeapType> {
    use wast::core::AbstractHeapType as Abstract;
    let wast::core::HeapType::Abstract { ty, .. } = heap else {
        return None;
    };
    match ty {
        Abstract::Func | Abstract::NoFunc => Some(HeapType::Func),
        Abstract::Extern | Abstract::NoExtern => Some(HeapType::Extern),
        Abstract::Exn | Abstract::NoExn => Some(HeapType::Exn),
        Abstract::Any
        | Abstract::Eq
        | Abstract::Struct
        | Abstract::Array
        | Abstract::I31
        | Abstract::None => Some(HeapType::Any),
        Abstract::Cont | Abstract::NoCont => None,
    }
}
