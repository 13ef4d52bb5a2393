//! Functions of Rust that JavaScript calls.
//!
//! Such a function is a type without a value at run time, so that what QuickJS calls is a shim made for it, and nothing
//! has to be allocated or looked up. A panic stops at the shim: the script ends with an error that it
//! cannot catch, and whoever let it in raises the panic again.

use std::ffi::{CString, c_int};
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;

use rquickjs::qjs;

use super::{Class, Context, JsResult, Value};

/// A call of a function of Rust.
pub(crate) struct Call<'js> {
    context: Context<'js>,
    this: ManuallyDrop<Value<'js>>,
    count: usize,
    arguments: *const qjs::JSValue,
}

/// How a function can be called.
#[derive(Copy, Clone, PartialEq, Eq)]
pub(crate) enum CallKind {
    /// Like any function. It is no constructor.
    Function,
    /// With `new` alone: `this` is the new target.
    Constructor,
    /// In both ways: `this` is the new target, or undefined without `new`.
    ConstructorOrFunction,
}

impl<'js> Call<'js> {
    /// The realm.
    pub(crate) fn context(&self) -> Context<'js> {
        self.context
    }

    /// `this`, or the new target of a constructor.
    pub(crate) fn this(&self) -> &Value<'js> {
        &self.this
    }

    /// How many arguments were given.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// The argument at `index`, or `undefined`.
    pub(crate) fn argument(&self, index: usize) -> Value<'js> {
        if index >= self.count {
            return self.context.undefined();
        }
        // SAFETY: there are `count` arguments, which live as long as the call.
        unsafe { Value::from_borrowed(self.context, *self.arguments.add(index)) }
    }

    /// What the argument at `index` holds, if it is an instance of `T`'s class.
    pub(crate) fn argument_ref<T: Class>(&self, index: usize) -> Option<&T> {
        let argument = self.argument(index);
        let instance: *const T = argument.downcast::<T>()?;
        // SAFETY: the argument lives as long as the call.
        Some(unsafe { &*instance })
    }

    /// The arguments from `start` on.
    pub(crate) fn arguments(&self, start: usize) -> Vec<Value<'js>> {
        (start..self.count)
            .map(|index| self.argument(index))
            .collect()
    }
}

impl<'js> Context<'js> {
    /// A function object that calls `function`, which must not capture anything.
    pub(crate) fn function<F>(
        self,
        name: &str,
        length: i32,
        kind: CallKind,
        function: F,
    ) -> JsResult<Value<'js>>
    where
        F: for<'a> Fn(&Call<'a>) -> JsResult<Value<'a>> + Copy + 'static,
    {
        const {
            assert!(size_of::<F>() == 0, "the function captures something");
        }
        let _ = function;
        let name = CString::new(name).unwrap_or_default();
        let form = match kind {
            CallKind::Function => qjs::JSCFunctionEnum_JS_CFUNC_generic,
            CallKind::Constructor => qjs::JSCFunctionEnum_JS_CFUNC_constructor,
            CallKind::ConstructorOrFunction => qjs::JSCFunctionEnum_JS_CFUNC_constructor_or_func,
        };
        // SAFETY: the shim has the type that all three forms have.
        let object = unsafe {
            qjs::JS_NewCFunction2(
                self.as_ptr(),
                Some(shim::<F>),
                name.as_ptr(),
                length,
                form,
                0,
            )
        };
        self.result(object)
    }
}

unsafe extern "C" fn shim<F>(
    context: *mut qjs::JSContext,
    this: qjs::JSValue,
    count: c_int,
    arguments: *mut qjs::JSValue,
) -> qjs::JSValue
where
    F: for<'a> Fn(&Call<'a>) -> JsResult<Value<'a>> + Copy + 'static,
{
    // SAFETY: a type without size, of which `Context::function` had a value.
    let function = unsafe { NonNull::<F>::dangling().as_ref() };
    // SAFETY: QuickJS's call.
    unsafe { enter(context, this, count, arguments, function) }
}

/// Runs `body` for a call by QuickJS.
///
/// # Safety
/// The context and arguments are alive as long as the call.
#[inline(always)]
pub(super) unsafe fn enter(
    context: *mut qjs::JSContext,
    this: qjs::JSValue,
    count: c_int,
    arguments: *mut qjs::JSValue,
    body: impl for<'a> FnOnce(&Call<'a>) -> JsResult<Value<'a>>,
) -> qjs::JSValue {
    // SAFETY: the caller's. `this` is borrowed: it is never dropped here.
    let call = unsafe {
        let context = Context::from_raw(NonNull::new_unchecked(context));
        Call {
            context,
            this: ManuallyDrop::new(Value::from_raw(context, this)),
            count: count.max(0) as usize,
            arguments,
        }
    };
    match catch_unwind(AssertUnwindSafe(|| body(&call).map(Value::into_raw))) {
        Ok(Ok(value)) => value,
        Ok(Err(_thrown)) => qjs::JS_EXCEPTION,
        Err(panic) => {
            *call.context.core().panic.borrow_mut() = Some(panic);
            let _thrown = call
                .context
                .throw_uncatchable("a function of the host panicked");
            qjs::JS_EXCEPTION
        }
    }
}

impl super::Core {
    /// Goes on with the panic of a function that JavaScript called, if there was one.
    pub(crate) fn resume_panic(&self) {
        let panic = self.panic.borrow_mut().take();
        if let Some(panic) = panic {
            std::panic::resume_unwind(panic);
        }
    }
}
