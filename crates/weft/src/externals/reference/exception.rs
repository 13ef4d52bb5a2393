//! [`Exception`] and [`ExnRef`]: what is thrown, as an error of the host and as a value of wasm.

use std::fmt;
use std::sync::Arc;

use weft_abi::value::RawVal;
use weft_module::{Entity, ModuleInfo, TagIndex};
use weft_runtime as rt;
use weft_runtime::gc::OwnedRoot;

use super::{GcRef, OwnedRooted, Rooted, gc_ref};
use crate::store::Opaque;
use crate::{AsContext, AsContextMut, Result, Tag, Val};

/// An exception as an error: a host function that returns it throws it in the wasm that called it, and one that
/// no wasm catches is the error of the call.
///
/// It is the same exception on every way through host and wasm. It keeps its payload alive as long as it lives.
///
/// ```
/// use weft::{Engine, Exception, Func, FuncType, Instance, Module, Store, Tag, TagType, Val, ValType};
///
/// let engine = Engine::default();
/// let mut store = Store::new(&engine, ());
/// let tag = Tag::new(&mut store, &TagType::new(FuncType::new(&engine, [ValType::I32], [])))?;
/// let throws = Func::wrap(&mut store, move |mut caller: weft::Caller<'_, ()>| -> weft::Result<()> {
///     Err(Exception::new(&mut caller, &tag, &[Val::I32(42)])?.into())
/// });
/// let module = Module::new(&engine, r#"
///     (module
///         (import "" "throws" (func $throws))
///         (import "" "tag" (tag $tag (param i32)))
///         (func (export "catches") (result i32)
///             (block $caught (result i32)
///                 (try_table (catch $tag $caught) (call $throws))
///                 (i32.const 0)))
///         (func (export "passes") (call $throws)))
/// "#)?;
/// let instance = Instance::new(&mut store, &module, &[throws.into(), tag.into()])?;
/// let catches = instance.get_typed_func::<(), i32>(&mut store, "catches")?;
/// assert_eq!(catches.call(&mut store, ())?, 42);
///
/// let passes = instance.get_typed_func::<(), ()>(&mut store, "passes")?;
/// let error = passes.call(&mut store, ()).unwrap_err();
/// let exception = error.downcast_ref::<Exception>().unwrap();
/// assert_eq!(exception.tag(&mut store)?, tag);
/// assert_eq!(exception.payload(&mut store)?[0].i32(), Some(42));
/// # Ok::<(), weft::Error>(())
/// ```
#[derive(Clone)]
pub struct Exception {
    reference: OwnedRooted<ExnRef>,
    shown: Arc<Shown>,
}

/// What people read when nobody catches it.
#[derive(Default)]
struct Shown {
    /// The module that defines its tag, and the tag's index there, unless that is the host's.
    origin: Option<(Arc<ModuleInfo>, TagIndex)>,
    payload: String,
}

gc_ref! {
    /// A reference to an exception, `exnref`.
    ExnRef
}

impl Exception {
    /// A new exception.
    ///
    /// # Errors
    /// When the payload is not what the tag's type says, the tag or a value belongs to another store, or the heap is full.
    pub fn new(mut store: impl AsContextMut, tag: &Tag, payload: &[Val]) -> Result<Self> {
        let store = store.as_context_mut();
        let opaque = store.opaque();
        let exception = make(opaque, tag, payload)?;
        Ok(Self::of(opaque, OwnedRooted::new(opaque, exception)))
    }

    /// The exception that a reference names.
    ///
    /// # Errors
    /// When it belongs to another store, or its scope has been left.
    pub fn from_ref(mut store: impl AsContextMut, reference: Rooted<ExnRef>) -> Result<Self> {
        let store = store.as_context_mut();
        let opaque = store.opaque();
        let exception = reference.raw(opaque)?;
        Ok(Self::of(opaque, OwnedRooted::new(opaque, exception)))
    }

    /// The exception that `root` holds, which is this one's from now on.
    pub(crate) fn from_root(store: &Opaque, root: OwnedRoot) -> Self {
        Self::of(store, OwnedRooted::from_root(store, root))
    }

    fn of(store: &Opaque, reference: OwnedRooted<ExnRef>) -> Self {
        let shown = match reference.handle().raw(store) {
            // SAFETY: an exception of this store.
            Ok(exception) => unsafe { Shown::new(store, exception) },
            Err(_) => Shown::default(),
        };
        Self {
            reference,
            shown: Arc::new(shown),
        }
    }

    /// The reference as it is now, if the exception belongs to `store`.
    pub(crate) fn raw(&self, store: &Opaque) -> Result<u32, rt::Misuse> {
        self.reference.handle().raw(store)
    }

    /// A reference to it.
    ///
    /// # Errors
    /// When it belongs to another store.
    pub fn to_ref(&self, store: impl AsContextMut) -> Result<Rooted<ExnRef>> {
        self.reference.to_rooted(store)
    }

    /// Whether both are one exception.
    ///
    /// # Errors
    /// When one belongs to another store.
    pub fn is_same(&self, other: &Self, store: impl AsContext) -> Result<bool> {
        let store = store.as_context();
        let store = store.opaque();
        Ok(self.raw(store)? == other.raw(store)?)
    }

    /// Its tag.
    ///
    /// # Errors
    /// When it belongs to another store.
    pub fn tag(&self, store: impl AsContext) -> Result<Tag> {
        self.reference.tag(store)
    }

    /// What it carries.
    ///
    /// # Errors
    /// When it belongs to another store.
    pub fn payload(&self, store: impl AsContextMut) -> Result<Vec<Val>> {
        self.reference.payload(store)
    }
}

impl fmt::Display for Exception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.shown.fmt(f)
    }
}

impl fmt::Debug for Exception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Exception({})", self.shown)
    }
}

impl std::error::Error for Exception {}

impl ExnRef {
    /// A new exception.
    ///
    /// # Errors
    /// As [`Exception::new`].
    pub fn new(mut store: impl AsContextMut, tag: &Tag, payload: &[Val]) -> Result<Rooted<Self>> {
        let store = store.as_context_mut();
        let exception = make(store.opaque(), tag, payload)?;
        Ok(Rooted::new(store.opaque(), exception))
    }

    /// Its tag.
    ///
    /// # Errors
    /// When it belongs to another store, or its scope has been left.
    pub fn tag(&self, store: impl AsContext) -> Result<Tag> {
        let store = store.as_context();
        let raw = self.0.raw(store.opaque())?;
        // SAFETY: an exception of this store.
        Ok(Tag::from_live(unsafe {
            store.opaque().live.exception_tag(raw)
        }))
    }

    /// What it carries.
    ///
    /// # Errors
    /// When it belongs to another store, or its scope has been left.
    pub fn payload(&self, mut store: impl AsContextMut) -> Result<Vec<Val>> {
        let store = store.as_context_mut();
        let raw = self.0.raw(store.opaque())?;
        // SAFETY: an exception of this store.
        Ok(unsafe { payload_of(store.opaque(), raw) })
    }
}

fn make(store: &Opaque, tag: &Tag, payload: &[Val]) -> Result<u32> {
    let tag = tag.live().get(&store.live)?;
    let entry = store.engine.types().get(tag.ty());
    let entry = entry.ok_or(rt::Misuse::WrongEngine)?;
    let params = &entry.func().ok_or(rt::Misuse::WrongEngine)?.params;
    let mut values = crate::func::raw_params(store, params, payload)?;
    // SAFETY: the payload has been checked against the type.
    Ok(unsafe { store.live.new_exception(tag, &mut values) }?)
}

/// # Safety
/// `exception` names an exception of `store`.
unsafe fn payload_of(store: &Opaque, exception: u32) -> Vec<Val> {
    // SAFETY: the caller's.
    let payload = unsafe { store.live.exception_payload(exception) };
    let entry = store.engine.types().get(payload.ty);
    let entry = entry.expect("an exception's tag keeps its type registered");
    let params = entry.func().map_or(&[][..], |func| &func.params);
    let values = payload.values.iter().zip(params);
    values
        // SAFETY: read from a place for this type.
        .map(|(&value, &ty)| unsafe { Val::from_raw(store, value, ty) })
        .collect()
}

impl Shown {
    /// # Safety
    /// `exception` names an exception of `store`.
    unsafe fn new(store: &Opaque, exception: u32) -> Self {
        // SAFETY: the caller's.
        let (payload, tag) = unsafe {
            (
                store.live.exception_payload(exception),
                store.live.exception_tag(exception),
            )
        };
        let entry = store.engine.types().get(payload.ty);
        let params = entry.as_ref().and_then(|entry| entry.func());
        let params = params.map_or(&[][..], |func| &func.params);
        let text = |(&value, &ty): (&RawVal, &rt::types::ValType)| match ty {
            rt::types::ValType::Ref(_) if value.to_u64() == 0 => "null".to_string(),
            rt::types::ValType::Ref(_) => "<reference>".to_string(),
            // SAFETY: read from a place for this type.
            number => unsafe { Val::from_raw(store, value, number) }.to_string(),
        };
        let values: Vec<String> = payload.values.iter().zip(params).map(text).collect();
        let tag = tag.get(&store.live).ok();
        Self {
            origin: tag.and_then(|tag| tag.origin().cloned()),
            payload: values.join(", "),
        }
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("uncaught exception ")?;
        if let Some((module, tag)) = &self.origin {
            let mut exports = module.exports.iter();
            match exports.find(|export| export.entity == Entity::Tag(*tag)) {
                Some(export) => write!(f, "`{}` ", export.name)?,
                None => write!(f, "of tag {tag} ")?,
            }
        }
        write!(f, "({})", self.payload)
    }
}
