//! Classes: objects that hold a value of Rust.
//!
//! An instance owns a box with its value, which its finalizer drops. What the value holds of JavaScript it
//! reports to the collector through [`Trace`], so that cycles through it are found.

use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::ffi::{CStr, c_int, c_void};
use std::hash::Hash;
use std::panic::{AssertUnwindSafe, catch_unwind};

use rquickjs::qjs;

use super::collection::Phase;
use super::held::WeakObjects;
use super::{Call, Context, Core, Held, JsResult, Key, Value};

/// A type whose values JavaScript objects hold.
pub(crate) trait Class: Trace + Sized + 'static {
    /// What the class is called in messages.
    const NAME: &'static CStr;
    /// Whether instances can be called, by [`Class::call`].
    const CALLABLE: bool = false;

    /// `[[Call]]` of an instance.
    fn call<'js>(&self, call: &Call<'js>) -> JsResult<Value<'js>> {
        Ok(call.context().undefined())
    }
}

/// What a value keeps of JavaScript.
///
/// # Safety
/// Every [`Held`] that is reported is owned by the value alone, and reported once. One that is not reported is a root.
/// In [`Phase::Living`] it may also report what an [`Outside`](super::Outside) counts, if nobody has before.
pub(crate) unsafe trait Trace {
    /// Reports what the value holds.
    fn trace(&self, _tracer: &mut Tracer) {}
}

/// Takes reports of values.
pub(crate) struct Tracer {
    runtime: *mut qjs::JSRuntime,
    mark: qjs::JS_MarkFunc,
}

impl Tracer {
    /// Reports a value.
    pub(crate) fn visit(&mut self, held: &Held) {
        // SAFETY: called by the collector, with what it gave.
        unsafe { qjs::JS_MarkValue(self.runtime, held.raw(), self.mark) }
    }

    /// Which part of a collection that [`Context::collect`] has started this is; `None` in any other.
    pub(crate) fn phase(&self) -> Option<Phase> {
        self.core().collection.phase(self.mark)
    }

    /// The runtime's core.
    pub(crate) fn core(&self) -> &Core {
        // SAFETY: the runtime is alive while it collects.
        unsafe { Core::of(self.runtime) }
    }
}

/// What an instance points to.
struct Instance<T> {
    value: T,
    /// What goes with the object: how it is found.
    _entry: Option<Box<dyn Any>>,
}

/// The classes of a runtime that have been used.
#[derive(Default)]
pub(super) struct Classes {
    ids: RefCell<Vec<(TypeId, qjs::JSClassID)>>,
}

impl Classes {
    fn find<T: Class>(&self) -> Option<qjs::JSClassID> {
        let ids = self.ids.borrow();
        let known = ids.iter().find(|(ty, _)| *ty == TypeId::of::<T>());
        known.map(|(_, id)| *id)
    }

    fn get<T: Class>(&self, context: Context<'_>) -> JsResult<qjs::JSClassID> {
        if let Some(id) = self.find::<T>() {
            return Ok(id);
        }
        let mut id = 0;
        let definition = qjs::JSClassDef {
            class_name: T::NAME.as_ptr(),
            finalizer: Some(finalize::<T>),
            gc_mark: Some(mark::<T>),
            call: T::CALLABLE.then_some(call::<T> as _),
            exotic: std::ptr::null_mut(),
        };
        let runtime = context.runtime();
        // SAFETY: a new number, and a definition whose functions fit the instances that are made with it.
        let status = unsafe {
            qjs::JS_NewClassID(runtime, &mut id);
            qjs::JS_NewClass(runtime, id, &definition)
        };
        if status < 0 {
            // SAFETY: the context is alive.
            unsafe { qjs::JS_ThrowOutOfMemory(context.as_ptr()) };
            return Err(context.thrown());
        }
        self.ids.borrow_mut().push((TypeId::of::<T>(), id));
        Ok(id)
    }
}

impl<'js> Context<'js> {
    /// An instance of `T`'s class.
    pub(crate) fn instance<T: Class>(
        self,
        prototype: &Value<'js>,
        value: T,
    ) -> JsResult<Value<'js>> {
        self.instance_with(prototype, |_| (value, None))
    }

    /// An instance that is found by `key` among `objects` from now on.
    pub(crate) fn instance_of_key<T: Class, K: Hash + Eq + Copy + 'static>(
        self,
        prototype: &Value<'js>,
        objects: &WeakObjects<K>,
        key: K,
        value: T,
    ) -> JsResult<Value<'js>> {
        self.instance_with(prototype, |object| {
            let id = object.object_id();
            // SAFETY: the entry goes with the instance, whose finalizer drops it.
            let entry = id.map(|id| unsafe { objects.insert(key, id) });
            (value, Some(Box::new(entry) as Box<dyn Any>))
        })
    }

    fn instance_with<T: Class>(
        self,
        prototype: &Value<'js>,
        value: impl FnOnce(&Value<'js>) -> (T, Option<Box<dyn Any>>),
    ) -> JsResult<Value<'js>> {
        let id = self.core().classes.get::<T>(self)?;
        // SAFETY: live values, and a class of this runtime.
        let object = unsafe { qjs::JS_NewObjectProtoClass(self.as_ptr(), prototype.raw(), id) };
        let object = self.result(object)?;
        let (value, entry) = value(&object);
        let instance = Box::new(Instance {
            value,
            _entry: entry,
        });
        // SAFETY: the object is of this class, which expects such a box.
        unsafe { qjs::JS_SetOpaque(object.raw(), Box::into_raw(instance).cast::<c_void>()) };
        Ok(object)
    }

    /// A proxy of a new instance, by a handler that never gives its target away. The proxy is found by `key` among `objects`.
    pub(crate) fn proxy_of_key<T: Class, K: Hash + Eq + Copy + 'static>(
        self,
        handler: &Value<'js>,
        objects: &WeakObjects<K>,
        key: K,
        value: T,
    ) -> JsResult<Value<'js>> {
        let target = self.instance(&self.null(), value)?;
        target.prevent_extensions()?;
        // SAFETY: live values.
        let proxy = unsafe { qjs::JS_NewProxy(self.as_ptr(), target.raw(), handler.raw()) };
        let proxy = self.result(proxy)?;
        if let (Some(id), Some(instance)) = (proxy.object_id(), target.instance_ptr::<T>()) {
            // SAFETY: only the proxy keeps its target, so both are finalized together, and with the target the entry goes. Nobody
            // else refers to the box meanwhile.
            unsafe { (*instance)._entry = Some(Box::new(objects.insert(key, id))) };
        }
        Ok(proxy)
    }

    /// The prototype for what `target`, a new target, constructs (`GetPrototypeFromConstructor`).
    pub(crate) fn prototype_for(self, target: &Value<'js>, default: &Held) -> JsResult<Value<'js>> {
        let prototype = target.get(Key::Name("prototype"))?;
        Ok(match prototype.is_object() {
            true => prototype,
            false => default.get(self),
        })
    }
}

impl<'js> Value<'js> {
    fn instance_ptr<T: Class>(&self) -> Option<*mut Instance<T>> {
        let id = self.context().core().classes.find::<T>()?;
        // SAFETY: a live value. What an object of the class points to is its instance.
        let instance = unsafe { qjs::JS_GetOpaque(self.raw(), id) }.cast::<Instance<T>>();
        (!instance.is_null()).then_some(instance)
    }

    /// The value of Rust that it holds, if it is an instance of `T`'s class.
    pub(crate) fn downcast<T: Class>(&self) -> Option<&T> {
        // SAFETY: the box lives as long as the object, which `self` keeps, and nobody borrows it exclusively.
        self.instance_ptr::<T>()
            .map(|instance| unsafe { &(*instance).value })
    }

    /// Has an instance of `T`'s class found by `key` among `objects` from now on.
    pub(crate) fn find_by<T: Class, K: Hash + Eq + Copy + 'static>(
        &self,
        objects: &WeakObjects<K>,
        key: K,
    ) {
        if let (Some(id), Some(instance)) = (self.object_id(), self.instance_ptr::<T>()) {
            // SAFETY: the entry goes with the instance, whose finalizer drops it; references to its value are to another field.
            unsafe { (*instance)._entry = Some(Box::new(objects.insert(key, id))) };
        }
    }

    /// The target of a proxy, if it is one; null if it has been revoked.
    pub(crate) fn proxy_target(&self) -> Option<Self> {
        let context = self.context();
        // SAFETY: a live value.
        unsafe {
            if !qjs::JS_IsProxy(self.raw()) {
                return None;
            }
            let target = context.result(qjs::JS_GetProxyTarget(context.as_ptr(), self.raw()));
            Some(target.unwrap_or_else(|thrown| {
                context.catch(thrown);
                context.null()
            }))
        }
    }
}

impl Value<'_> {
    /// The handler of a proxy, if it is one; null if it has been revoked.
    pub(crate) fn proxy_handler(&self) -> Option<Self> {
        let context = self.context();
        // SAFETY: a live value.
        unsafe {
            if !qjs::JS_IsProxy(self.raw()) {
                return None;
            }
            let handler = context.result(qjs::JS_GetProxyHandler(context.as_ptr(), self.raw()));
            Some(handler.unwrap_or_else(|thrown| {
                context.catch(thrown);
                context.null()
            }))
        }
    }
}

unsafe extern "C" fn finalize<T: Class>(_: *mut qjs::JSRuntime, object: qjs::JSValue) {
    let mut id = 0;
    // SAFETY: called once for an object of the class, whose instance is a box or was not set.
    let instance = unsafe { qjs::JS_GetAnyOpaque(object, &mut id) }.cast::<Instance<T>>();
    if !instance.is_null() {
        // SAFETY: as above.
        let instance = unsafe { Box::from_raw(instance) };
        // A panic has been reported by its hook, and cannot go on through C.
        let _ = catch_unwind(AssertUnwindSafe(|| drop(instance)));
    }
}

unsafe extern "C" fn mark<T: Class>(
    runtime: *mut qjs::JSRuntime,
    object: qjs::JSValue,
    mark: qjs::JS_MarkFunc,
) {
    let mut id = 0;
    // SAFETY: called for a live object of the class.
    let instance = unsafe { qjs::JS_GetAnyOpaque(object, &mut id) }.cast::<Instance<T>>();
    // SAFETY: as above.
    if let Some(instance) = unsafe { instance.as_ref() } {
        let mut tracer = Tracer { runtime, mark };
        instance.value.trace(&mut tracer);
    }
}

unsafe extern "C" fn call<T: Class>(
    context: *mut qjs::JSContext,
    function: qjs::JSValue,
    this: qjs::JSValue,
    count: c_int,
    arguments: *mut qjs::JSValue,
    flags: c_int,
) -> qjs::JSValue {
    let _ = flags;
    let mut id = 0;
    // SAFETY: QuickJS's call: its context, function and arguments are alive meanwhile, and the function is of this class.
    unsafe {
        let instance = qjs::JS_GetAnyOpaque(function, &mut id).cast::<Instance<T>>();
        super::function::enter(context, this, count, arguments, |call| {
            match instance.as_ref() {
                Some(instance) => instance.value.call(call),
                None => Err(call.context().throw_type("not a function")),
            }
        })
    }
}
