//! [`Context`]: the realm, from which values come.

use std::ffi::{CString, c_char};
use std::marker::PhantomData;
use std::ptr::NonNull;
use std::rc::Rc;

use rquickjs::qjs;

use super::{Core, JsResult, Value};
use crate::bigint_bounds;

/// The realm, for the duration of one call into Rust.
#[derive(Copy, Clone)]
pub(crate) struct Context<'js> {
    raw: NonNull<qjs::JSContext>,
    /// Invariant, so that lifetimes tell realms apart.
    brand: PhantomData<fn(&'js ()) -> &'js ()>,
}

impl<'js> Context<'js> {
    /// # Safety
    /// The context is alive as long as `'js`.
    pub(super) unsafe fn from_raw(raw: NonNull<qjs::JSContext>) -> Self {
        Self {
            raw,
            brand: PhantomData,
        }
    }

    pub(super) fn as_ptr(self) -> *mut qjs::JSContext {
        self.raw.as_ptr()
    }

    pub(super) fn runtime(self) -> *mut qjs::JSRuntime {
        // SAFETY: the context is alive.
        unsafe { qjs::JS_GetRuntime(self.as_ptr()) }
    }

    /// The runtime's core.
    pub(crate) fn core(self) -> &'js Core {
        // SAFETY: `Runtime::new` has put it into its only context, and the runtime is alive as long as `'js`.
        unsafe { &*qjs::JS_GetContextOpaque(self.as_ptr()).cast::<Core>() }
    }

    /// The runtime's core, to keep.
    pub(crate) fn core_rc(self) -> Rc<Core> {
        let core: *const Core = self.core();
        // SAFETY: the core is in an `Rc` that the runtime holds; this is one more owner.
        unsafe {
            Rc::increment_strong_count(core);
            Rc::from_raw(core)
        }
    }

    /// What the host keeps beside the runtime.
    pub(crate) fn host<T: 'static>(self) -> &'js T {
        self.core().host()
    }

    /// What QuickJS returned, whose count is ours.
    pub(super) fn result(self, raw: qjs::JSValue) -> JsResult<Value<'js>> {
        // SAFETY: only looks at the tag.
        match unsafe { qjs::JS_IsException(raw) } {
            true => Err(self.thrown()),
            // SAFETY: the count is ours.
            false => Ok(unsafe { Value::from_raw(self, raw) }),
        }
    }

    /// What QuickJS returned as a status: negative if it has thrown.
    pub(super) fn status(self, status: i32) -> JsResult<i32> {
        match status {
            0.. => Ok(status),
            _ => Err(self.thrown()),
        }
    }

    /// The global object.
    pub(crate) fn global(self) -> Value<'js> {
        // SAFETY: the result's count is ours.
        unsafe { Value::from_raw(self, qjs::JS_GetGlobalObject(self.as_ptr())) }
    }

    /// Runs a script (§ 16.1.6 of ECMA-262) and gives its completion value.
    pub(crate) fn eval_script(self, source: &str, name: &str) -> JsResult<Value<'js>> {
        self.eval(source, name, qjs::JS_EVAL_TYPE_GLOBAL)
    }

    pub(super) fn eval(self, source: &str, name: &str, flags: u32) -> JsResult<Value<'js>> {
        let rewritten = bigint_bounds::rewrite(source);
        let source = rewritten.as_deref().unwrap_or(source);
        // The parser wants a NUL after the text.
        let mut text = Vec::with_capacity(source.len() + 1);
        text.extend_from_slice(source.as_bytes());
        text.push(0);
        let name = CString::new(name.replace('\0', "\u{fffd}")).unwrap_or_default();
        // SAFETY: the text is followed by a NUL, and both live as long as the call.
        let value = unsafe {
            qjs::JS_Eval(
                self.as_ptr(),
                text.as_ptr().cast::<c_char>(),
                source.len() as qjs::size_t,
                name.as_ptr(),
                flags as i32,
            )
        };
        self.result(value)
    }

    /// Parses JSON text. `name` is for messages.
    pub(crate) fn parse_json(self, text: &str, name: &str) -> JsResult<Value<'js>> {
        let length = text.len();
        let text = CString::new(text).map_err(|_| self.throw_syntax("a NUL is no JSON"))?;
        let name = CString::new(name.replace('\0', "\u{fffd}")).unwrap_or_default();
        // SAFETY: the text is followed by a NUL, and both live as long as the call.
        let value = unsafe {
            qjs::JS_ParseJSON(
                self.as_ptr(),
                text.as_ptr(),
                length as qjs::size_t,
                name.as_ptr(),
            )
        };
        self.result(value)
    }

    fn throw_syntax(self, message: &str) -> super::Thrown {
        self.throw_error(super::ErrorKind::Syntax, message)
    }
}
