//! Promises: capabilities, states, and word of rejections that nobody handles.

use std::ffi::c_void;
use std::ptr::NonNull;

use rquickjs::qjs;

use super::{Context, Core, Held, JsResult, Key, Tracer, Value};

/// A promise with the power to settle it (§ 27.2.1.1 "PromiseCapability Records"), to keep.
pub(crate) struct Capability {
    promise: Held,
    resolve: Held,
    reject: Held,
}

/// What has become of a promise.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum PromiseState {
    Pending,
    Fulfilled,
    Rejected,
}

/// Who is told of rejections (§ 27.2.1.9 "HostPromiseRejectionTracker").
pub(crate) trait RejectionTracker {
    /// A promise was rejected that nobody handles, or one that was is `handled` now.
    fn track(&self, promise: &Value<'_>, handled: bool);
}

impl Capability {
    /// A new promise.
    pub(crate) fn new(context: Context<'_>) -> JsResult<Self> {
        let mut functions = [qjs::JS_UNDEFINED; 2];
        // SAFETY: there is room for both functions.
        let promise =
            unsafe { qjs::JS_NewPromiseCapability(context.as_ptr(), functions.as_mut_ptr()) };
        let promise = context.result(promise)?;
        // SAFETY: their counts are ours.
        let [resolve, reject] =
            functions.map(|function| unsafe { Value::from_raw(context, function) });
        Ok(Self {
            promise: promise.hold(),
            resolve: resolve.hold(),
            reject: reject.hold(),
        })
    }

    /// Reports what it holds, for an object that owns it.
    pub(crate) fn trace(&self, tracer: &mut Tracer) {
        tracer.visit(&self.promise);
        tracer.visit(&self.resolve);
        tracer.visit(&self.reject);
    }

    /// The promise.
    pub(crate) fn promise<'js>(&self, context: Context<'js>) -> Value<'js> {
        self.promise.get(context)
    }

    /// Fulfils the promise, or rejects it with what is pending.
    pub(crate) fn settle<'js>(
        &self,
        context: Context<'js>,
        result: JsResult<Value<'js>>,
    ) -> JsResult<()> {
        let (function, value) = match result {
            Ok(value) => (&self.resolve, value),
            Err(thrown) => {
                let reason = context.catch(thrown);
                // What ends the script is no reason for anybody.
                if reason.is_uncatchable() {
                    return Err(context.throw(reason));
                }
                (&self.reject, reason)
            }
        };
        let function = function.get(context);
        function.call(&context.undefined(), &[value]).map(drop)
    }
}

/// PromiseResolve(%Promise%, …) (§ 27.2.4.7.1), whatever scripts have made of `Promise` since.
pub(crate) struct PromiseResolve {
    constructor: Held,
    resolve: Held,
}

impl PromiseResolve {
    /// That of %Promise%, before any script has run.
    pub(crate) fn new(constructor: Value<'_>) -> JsResult<Self> {
        let resolve = constructor.get(Key::Name("resolve"))?.hold();
        Ok(Self {
            constructor: constructor.hold(),
            resolve,
        })
    }

    /// A promise that is resolved with `value`: itself, if it is a promise.
    pub(crate) fn of<'js>(&self, value: Value<'js>) -> JsResult<Value<'js>> {
        let context = value.context();
        let constructor = self.constructor.get(context);
        self.resolve.get(context).call(&constructor, &[value])
    }
}

impl<'js> Value<'js> {
    /// Has one of two functions called when the promise that it is has been settled (§ 27.2.5.4.1 "PerformPromiseThen").
    pub(crate) fn when_settled(&self, fulfilled: &Self, rejected: &Self) -> JsResult<()> {
        let context = self.context();
        // SAFETY: live values.
        let then = unsafe {
            qjs::JS_PromiseThen(
                context.as_ptr(),
                self.raw(),
                fulfilled.raw(),
                rejected.raw(),
            )
        };
        context.result(then).map(drop)
    }

    /// What has become of the promise that it is, and the value or reason.
    pub(crate) fn promise_state(&self) -> Option<(PromiseState, Self)> {
        let context = self.context().as_ptr();
        // SAFETY: a live value.
        let (state, result) = unsafe {
            (
                qjs::JS_PromiseState(context, self.raw()),
                Value::from_raw(self.context(), qjs::JS_PromiseResult(context, self.raw())),
            )
        };
        let state = match state {
            qjs::JSPromiseStateEnum_JS_PROMISE_PENDING => PromiseState::Pending,
            qjs::JSPromiseStateEnum_JS_PROMISE_FULFILLED => PromiseState::Fulfilled,
            qjs::JSPromiseStateEnum_JS_PROMISE_REJECTED => PromiseState::Rejected,
            _ => return None,
        };
        Some((state, result))
    }
}

/// Tells the core's tracker of rejections.
pub(super) fn track_rejections(runtime: NonNull<qjs::JSRuntime>, core: *mut c_void) {
    // SAFETY: the core lives as long as the runtime.
    unsafe {
        qjs::JS_SetHostPromiseRejectionTracker(runtime.as_ptr(), Some(on_rejection), core);
    }
}

unsafe extern "C" fn on_rejection(
    context: *mut qjs::JSContext,
    promise: qjs::JSValue,
    _reason: qjs::JSValue,
    handled: bool,
    core: *mut c_void,
) {
    // SAFETY: `track_rejections` registers this with the core; QuickJS calls it with live values.
    unsafe {
        let core = &*core.cast::<Core>();
        let context = Context::from_raw(NonNull::new_unchecked(context));
        if let Some(tracker) = core.rejections.get() {
            tracker.track(&Value::from_borrowed(context, promise), handled);
        }
    }
}

impl Core {
    /// Sets who is told of rejections, once.
    pub(crate) fn set_rejection_tracker(&self, tracker: Box<dyn RejectionTracker>) {
        assert!(
            self.rejections.set(tracker).is_ok(),
            "a runtime has one rejection tracker"
        );
    }
}
