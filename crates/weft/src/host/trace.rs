//! What values and functions of the host refer to.
//!
//! A value that holds a handle or a [`WeakRef`] without keeping what it names says so when it is asked. Then what it
//! refers to lives as long as wasm or the host can reach the value, and circles through the host go when nothing else reaches them. When the value itself goes, it
//! is dropped: its `Drop` is the hook for that.

use std::any::Any;
use std::sync::Arc;

use weft_runtime as rt;
use weft_runtime::reach::Traced;

use super::{Item, WeakRef};
use crate::{AsContext, AsContextMut, ExternRef, Func, GcRef, Result, Rooted};

/// A value of the host that refers to something in a store.
pub trait Trace: Send + Sync + 'static {
    /// Names everything that it refers to. It is called in the midst of a collection: it must not use the store.
    ///
    /// What it does not name may go, and is then an error to use.
    fn trace(&self, tracer: &mut Tracer<'_, '_>);
}

/// Takes what a value refers to.
pub struct Tracer<'a, 'b>(&'a mut rt::reach::Tracer<'b>);

impl Tracer<'_, '_> {
    /// The value refers to what `item` names.
    pub fn item(&mut self, item: impl Into<Item>) {
        if let Some(item) = item.into().live() {
            self.0.item(item);
        }
    }

    /// The value refers to the object of `reference`.
    pub fn object<T: GcRef>(&mut self, reference: &WeakRef<T>) {
        self.0.object(reference.root());
    }
}

fn asked<V: Trace>(value: V) -> Traced {
    fn trace<V: Trace>(value: &(dyn Any + Send + Sync), tracer: &mut rt::reach::Tracer<'_>) {
        if let Some(value) = value.downcast_ref::<V>() {
            value.trace(&mut Tracer(tracer));
        }
    }
    Traced {
        value: Arc::new(value),
        trace: trace::<V>,
    }
}

/// A reference to `value`, as [`ExternRef::new`] makes it, which is asked what it refers to.
///
/// # Errors
/// When the store holds too many (2³⁰).
pub fn extern_ref<V: Trace>(mut store: impl AsContextMut, value: V) -> Result<Rooted<ExternRef>> {
    let store = store.as_context_mut();
    let reference = store.opaque().live.new_traced_ref(asked(value))?;
    Ok(Rooted::new(store.opaque(), reference))
}

/// Has `value` asked what `func`, a function of the host, refers to. It is dropped with the function.
///
/// # Errors
/// When the function is not of the host, belongs to another store, or is gone.
///
/// ```
/// use weft::host::{self, Trace, Tracer};
/// use weft::{Func, Store};
///
/// /// What a closure calls without keeping it.
/// struct Callee(Func);
///
/// impl Trace for Callee {
///     fn trace(&self, tracer: &mut Tracer<'_, '_>) {
///         tracer.item(self.0);
///     }
/// }
///
/// let mut store: Store<()> = Store::default();
/// host::weak_handles(&mut store);
/// let inner = Func::wrap(&mut store, || 1);
/// let outer = Func::wrap(&mut store, move |mut caller: weft::Caller<'_, ()>| {
///     inner.typed::<(), i32>(&caller)?.call(&mut caller, ())
/// });
/// host::trace_func(&mut store, &outer, Callee(inner))?;
/// host::pin(&mut store, outer)?;
/// store.collect()?;
/// assert_eq!(outer.typed::<(), i32>(&store)?.call(&mut store, ())?, 1);
/// host::unpin(&mut store, outer)?;
/// store.collect()?;
/// assert!(outer.typed::<(), i32>(&store).is_err());
/// # Ok::<(), weft::Error>(())
/// ```
pub fn trace_func<V: Trace>(mut store: impl AsContextMut, func: &Func, value: V) -> Result<()> {
    let store = store.as_context_mut();
    Ok(store.opaque().live.set_traced(func.live(), asked(value))?)
}

/// What [`trace_func`] has been given for `func`; `None` when that has not been called, or the function is not of the host.
///
/// # Errors
/// When it belongs to another store or is gone.
pub fn traced(store: impl AsContext, func: &Func) -> Result<Option<Arc<dyn Any + Send + Sync>>> {
    let traced = func.live().traced(&store.as_context().opaque().live)?;
    Ok(traced.map(|traced| traced.value))
}
