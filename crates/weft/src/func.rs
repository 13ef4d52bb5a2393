//! [`Func`]: functions as values (§ 4.2.7), of wasm and of the host.

pub(crate) mod asynchronous;
mod call_async;
mod caller;
pub(crate) mod host;
mod list;
pub(crate) mod raw;
pub(crate) mod suspendable;
pub(crate) mod suspending;
mod ty;
pub(crate) mod typed;

pub use caller::Caller;
pub use host::IntoFunc;
pub use list::{WasmParams, WasmResults, WasmRet, WasmTyList};
pub(crate) use suspendable::Waiting;
pub use ty::WasmTy;
pub use typed::TypedFunc;

use std::sync::Arc;

use smallvec::SmallVec;
use weft_abi::value::RawVal;
use weft_module::ValType as ModuleValType;
use weft_runtime as rt;
use weft_runtime::types::TypeEntry;

use crate::externals::live_heap_type;
use crate::store::Opaque;
use crate::{AsContext, AsContextMut, Error, FuncType, Result, Rooted, Val};

/// A function of a store (§ 4.2.7).
///
/// ```
/// use weft::{Engine, Func, Store};
///
/// let engine = Engine::default();
/// let mut store = Store::new(&engine, ());
/// let add = Func::wrap(&mut store, |a: i32, b: i32| a + b);
/// let add = add.typed::<(i32, i32), i32>(&store)?;
/// assert_eq!(add.call(&mut store, (2, 3))?, 5);
/// # Ok::<(), weft::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub struct Func(rt::Func);

const WRONG_STORE: &str = "the function belongs to another store or is gone";

impl Func {
    /// A host function of a type known at run time.
    ///
    /// `func` gets the parameters and has to set all results to values of their types.
    ///
    /// # Panics
    /// When `ty` belongs to another engine. Use [`Func::try_new`] for an error.
    pub fn new<T: 'static>(
        store: impl AsContextMut<Data = T>,
        ty: FuncType,
        func: impl Fn(Caller<'_, T>, &[Val], &mut [Val]) -> Result<()> + Send + Sync + 'static,
    ) -> Self {
        Self::try_new(store, ty, func).expect("cannot make a host function")
    }

    /// A host function of a type known at run time.
    ///
    /// # Errors
    /// When `ty` belongs to another engine.
    pub fn try_new<T: 'static>(
        mut store: impl AsContextMut<Data = T>,
        ty: FuncType,
        func: impl Fn(Caller<'_, T>, &[Val], &mut [Val]) -> Result<()> + Send + Sync + 'static,
    ) -> Result<Self> {
        let store = store.as_context_mut();
        let spec = host::dynamic(store.engine(), ty, func)?;
        Self::from_spec(store.opaque(), &spec)
    }

    /// A host function from a closure, whose type is the function's.
    ///
    /// Calls of it from wasm are as direct as calls can be when at most 5 parameters are integers or
    /// references, at most 8 are floats or vectors, and there is at most one result.
    ///
    /// # Panics
    /// When the engine is full of types (2²⁴).
    pub fn wrap<T: 'static, Params, Results>(
        mut store: impl AsContextMut<Data = T>,
        func: impl IntoFunc<T, Params, Results>,
    ) -> Self {
        let store = store.as_context_mut();
        let spec = func.into_spec(store.engine());
        spec.and_then(|spec| Self::from_spec(store.opaque(), &spec))
            .expect("cannot make a host function")
    }

    /// # Safety (of the runtime's, kept here)
    /// The form and data of a spec were made together, for stores with data of the type that its
    /// maker had: `IntoFunc<T>` and `dynamic<T>` are only reached with a store or linker of that `T`.
    pub(crate) fn from_spec(store: &Opaque, spec: &rt::func::HostFuncSpec) -> Result<Self> {
        let func = Self::weak_from_spec(store, spec)?;
        let item = rt::reach::Item::Extern(rt::Extern::Func(func.0));
        store.live.keep_item(item)?;
        Ok(func)
    }

    /// The same for a function that only an instance is to have: the handle does not keep it.
    pub(crate) fn weak_from_spec(store: &Opaque, spec: &rt::func::HostFuncSpec) -> Result<Self> {
        // SAFETY: see `from_spec`.
        Ok(Self(unsafe { store.live.new_host_func(spec.clone()) }?))
    }

    pub(crate) fn from_live(func: rt::Func) -> Self {
        Self(func)
    }

    pub(crate) fn live(self) -> rt::Func {
        self.0
    }

    /// Its canonical type with the signature.
    pub(crate) fn entry(self, store: &Opaque) -> Result<Arc<TypeEntry>> {
        let id = self.0.ty(&store.live)?;
        let entry = store.engine.types().get(id);
        Ok(entry.expect("a function keeps its type registered"))
    }

    /// Its type.
    ///
    /// # Panics
    /// When it belongs to another store.
    pub fn ty(&self, store: impl AsContext) -> FuncType {
        self.try_ty(store).expect(WRONG_STORE)
    }

    pub(crate) fn try_ty(self, store: impl AsContext) -> Result<FuncType> {
        let store = store.as_context();
        let id = self.0.ty(&store.opaque().live)?;
        let ty = FuncType::from_id(store.engine(), id);
        Ok(ty.expect("a function keeps its type registered"))
    }

    /// Whether both are one function. Every import of a host function has a reference of its own; this sees through that.
    ///
    /// # Errors
    /// When one belongs to another store.
    pub fn same(a: &Self, b: &Self, store: impl AsContext) -> Result<bool> {
        let live = &store.as_context().opaque().live;
        Ok(a.0.identity(live)? == b.0.identity(live)?)
    }

    /// The function with its type, checked now instead of in every call.
    ///
    /// # Errors
    /// When its type is another one, or it belongs to another store.
    pub fn typed<Params, Results>(
        &self,
        store: impl AsContext,
    ) -> Result<TypedFunc<Params, Results>>
    where
        Params: WasmParams,
        Results: WasmResults,
    {
        let store = store.as_context();
        let ty = self.try_ty(store)?;
        let live = ty.live();
        let types = store.engine().types();
        let fits = |given: &[rt::types::ValType], needed: &[rt::types::ValType]| {
            let matches = |(given, needed): (&_, &_)| types.val_matches(*given, *needed);
            given.len() == needed.len() && given.iter().zip(needed).all(matches)
        };
        if !fits(Params::LIVE_TYPES, &live.params) || !fits(&live.results, Results::LIVE_TYPES) {
            let expected = FuncType::new(store.engine(), Params::valtypes(), Results::valtypes());
            crate::bail!("type mismatch: the function is {ty}, not {expected}");
        }
        // SAFETY: just checked.
        Ok(unsafe { TypedFunc::new_unchecked(*self) })
    }

    /// Calls the function (§ 4.5.5 "Invocation") and writes its results to `results`.
    ///
    /// # Errors
    /// When numbers or types of `params` or the number of `results` are not the function's; as
    /// [`TypedFunc::call`] otherwise.
    ///
    /// # Panics
    /// When a host function that it calls panics: the panic goes on here.
    pub fn call(
        &self,
        mut store: impl AsContextMut,
        params: &[Val],
        results: &mut [Val],
    ) -> Result<()> {
        let mut store = store.as_context_mut();
        store.escape();
        let opaque = store.opaque();
        let func = self.0.func_ref(&opaque.live)?;
        let entry = self.entry(opaque)?;
        let ty = entry.func().expect("a function has a function type");
        let mut slots = raw_params(opaque, &ty.params, params)?;
        check_results(ty.results.len(), results.len())?;
        slots.resize(params.len().max(results.len()), RawVal::default());
        let signature = entry
            .signature
            .as_ref()
            .expect("a function has a signature");
        // SAFETY: the parameters are of their types, and the store is borrowed exclusively.
        unsafe { rt::func::call_raw(&opaque.live, func, signature, &mut slots) }
            .map_err(|failure| Error::from_failure(opaque, failure))?;
        for ((result, slot), ty) in results.iter_mut().zip(&slots).zip(&ty.results) {
            // SAFETY: the call has put a value of this type there.
            *result = unsafe { Val::from_raw(opaque, *slot, *ty) };
        }
        Ok(())
    }
}

pub(crate) fn raw_params(
    store: &Opaque,
    types: &[rt::types::ValType],
    params: &[Val],
) -> Result<SmallVec<[RawVal; 8]>> {
    if types.len() != params.len() {
        crate::bail!("expected {} arguments, got {}", types.len(), params.len());
    }
    let raw = |(index, (value, ty)): (usize, (&Val, &rt::types::ValType))| {
        let raw = value.to_raw_live(store, *ty);
        raw.map_err(|error| error.context(format!("argument {index}")))
    };
    params.iter().zip(types).enumerate().map(raw).collect()
}

pub(crate) fn check_results(expected: usize, given: usize) -> Result<()> {
    if expected != given {
        crate::bail!("expected room for {expected} results, got {given}");
    }
    Ok(())
}

impl Val {
    /// Its representation, after checking that it is of type `ty` and of this store.
    pub(crate) fn to_raw(self, store: &Opaque, ty: &crate::ValType) -> Result<RawVal> {
        self.to_raw_live(store, ty.to_live())
    }

    /// The same for a type in the runtime's form.
    pub(crate) fn to_raw_live(self, store: &Opaque, ty: rt::types::ValType) -> Result<RawVal> {
        let raw = match (self, ty) {
            (Self::I32(value), ModuleValType::I32) => RawVal::from_i32(value),
            (Self::I64(value), ModuleValType::I64) => RawVal::from_i64(value),
            (Self::F32(bits), ModuleValType::F32) => RawVal::from_u32(bits),
            (Self::F64(bits), ModuleValType::F64) => RawVal::from_u64(bits),
            (Self::V128(value), ModuleValType::V128) => RawVal(value.as_u128()),
            (value, ModuleValType::Ref(ty)) => value.to_raw_ref(store, ty)?,
            (value, _) => return Err(value.mismatch(store, ty)),
        };
        Ok(raw)
    }

    fn to_raw_ref(self, store: &Opaque, ty: rt::types::RefType) -> Result<RawVal> {
        let (given, raw) = match self.live_ref(store)? {
            Some(given) => given,
            None => return Err(self.mismatch(store, ModuleValType::Ref(ty))),
        };
        match store.engine.types().ref_matches(given, ty) {
            true => Ok(RawVal::from_u64(raw)),
            false => Err(self.mismatch(store, ModuleValType::Ref(ty))),
        }
    }

    /// The most precise type and the representation of a reference of this store.
    fn live_ref(self, store: &Opaque) -> Result<Option<(rt::types::RefType, u64)>> {
        use weft_module::HeapType as H;
        let null = |heap| (true, heap, 0);
        let (nullable, heap, raw) = match self {
            Self::FuncRef(None) => null(H::NoFunc),
            Self::ExternRef(None) => null(H::NoExtern),
            Self::AnyRef(None) => null(H::None),
            Self::ExnRef(None) => null(H::NoExn),
            Self::FuncRef(Some(func)) => {
                let ty = func.0.ty(&store.live)?;
                (false, H::Concrete(ty), func.0.to_raw(&store.live)?)
            }
            Self::ExternRef(Some(value)) => (false, H::Extern, u64::from(value.raw(store)?)),
            Self::AnyRef(Some(value)) => {
                let raw = value.raw(store)?;
                (false, live_heap_type(store, raw), u64::from(raw))
            }
            Self::ExnRef(Some(value)) => (false, H::Exn, u64::from(value.raw(store)?)),
            _ => return Ok(None),
        };
        Ok(Some((weft_module::RefType { nullable, heap }, raw)))
    }

    fn mismatch(self, store: &Opaque, expected: rt::types::ValType) -> Error {
        let expected = store.engine.types().describe_val(expected);
        crate::format_err!("type mismatch: expected {expected}, got {self:?}")
    }

    /// The value of type `ty` whose representation is `raw`.
    ///
    /// # Safety
    /// It is one, of this store.
    pub(crate) unsafe fn from_raw(store: &Opaque, raw: RawVal, ty: rt::types::ValType) -> Self {
        use weft_module::RefKind;
        match ty {
            ModuleValType::I32 => Self::I32(raw.to_i32()),
            ModuleValType::I64 => Self::I64(raw.to_i64()),
            ModuleValType::F32 => Self::F32(raw.to_u32()),
            ModuleValType::F64 => Self::F64(raw.to_u64()),
            ModuleValType::V128 => Self::V128(raw.0.into()),
            ModuleValType::Ref(ty) => match store.engine.types().kind(ty.heap) {
                // SAFETY: the caller's.
                RefKind::Func => Self::FuncRef(
                    unsafe { rt::Func::from_raw(&store.live, raw.to_u64()) }.map(Func),
                ),
                RefKind::Extern => Self::ExternRef(Rooted::from_raw(store, raw.to_u32())),
                RefKind::Any => Self::AnyRef(Rooted::from_raw(store, raw.to_u32())),
                RefKind::Exn => Self::ExnRef(Rooted::from_raw(store, raw.to_u32())),
            },
        }
    }
}
