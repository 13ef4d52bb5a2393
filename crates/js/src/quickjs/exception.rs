//! Exceptions: [`Thrown`], and how errors are made.

use std::ffi::CString;

use rquickjs::qjs;

use super::{Attributes, Context, Key, Value};

/// What an operation gives that may throw.
pub(crate) type JsResult<T> = Result<T, Thrown>;

/// An exception is pending in the context. Only this module and what calls QuickJS make it.
#[derive(Debug)]
#[must_use]
pub(crate) struct Thrown(());

/// The language's own classes of errors that the host throws.
#[derive(Copy, Clone, Debug)]
pub(crate) enum ErrorKind {
    Error,
    Type,
    Range,
    Syntax,
    Internal,
}

impl<'js> Context<'js> {
    /// The fact that an operation has just left an exception.
    pub(super) fn thrown(self) -> Thrown {
        Thrown(())
    }

    /// Throws `value`.
    pub(crate) fn throw(self, value: Value<'js>) -> Thrown {
        // SAFETY: takes over the count of `value`.
        unsafe { qjs::JS_Throw(self.as_ptr(), value.into_raw()) };
        Thrown(())
    }

    /// Throws a new error.
    pub(crate) fn throw_error(self, kind: ErrorKind, message: &str) -> Thrown {
        match self.new_error(kind, message) {
            Ok(error) => self.throw(error),
            Err(thrown) => thrown,
        }
    }

    /// Throws a `TypeError`.
    pub(crate) fn throw_type(self, message: &str) -> Thrown {
        self.throw_error(ErrorKind::Type, message)
    }

    /// Throws a `RangeError`.
    pub(crate) fn throw_range(self, message: &str) -> Thrown {
        self.throw_error(ErrorKind::Range, message)
    }

    /// Throws a `DOMException` of this name.
    pub(crate) fn throw_dom(self, name: &str, message: &str) -> Thrown {
        let name = CString::new(name).unwrap_or_default();
        let message = CString::new(message.replace('\0', "\u{fffd}")).unwrap_or_default();
        // SAFETY: the format takes one string; both end in NUL.
        unsafe {
            qjs::JS_ThrowDOMException(
                self.as_ptr(),
                name.as_ptr(),
                c"%s".as_ptr(),
                message.as_ptr(),
            )
        };
        Thrown(())
    }

    /// A new error of the realm's own class, whatever scripts have made of the global of that name.
    pub(crate) fn new_error(self, kind: ErrorKind, message: &str) -> JsResult<Value<'js>> {
        let short = CString::new(message.replace('\0', "\u{fffd}")).unwrap_or_default();
        let new = match kind {
            ErrorKind::Error => qjs::JS_NewPlainError,
            ErrorKind::Type => qjs::JS_NewTypeError,
            ErrorKind::Range => qjs::JS_NewRangeError,
            ErrorKind::Syntax => qjs::JS_NewSyntaxError,
            ErrorKind::Internal => qjs::JS_NewInternalError,
        };
        // SAFETY: the format takes one string, which ends in NUL.
        let error = unsafe { new(self.as_ptr(), c"%s".as_ptr(), short.as_ptr()) };
        let error = self.result(error)?;
        // QuickJS cuts off what is longer than its buffer.
        if message.len() > 200 || message.contains('\0') {
            error.define(
                Key::Name("message"),
                self.string(message)?,
                Attributes::METHOD,
            )?;
        }
        Ok(error)
    }

    /// Takes the pending exception.
    pub(crate) fn catch(self, _: Thrown) -> Value<'js> {
        // SAFETY: the exception's count is ours from now on.
        unsafe { Value::from_raw(self, qjs::JS_GetException(self.as_ptr())) }
    }

    /// Throws an error that no `catch` or `finally` of a script sees.
    pub(crate) fn throw_uncatchable(self, message: &str) -> Thrown {
        let error = match self.new_error(ErrorKind::Internal, message) {
            Ok(error) => error,
            Err(thrown) => self.catch(thrown),
        };
        // SAFETY: a value of this context; anything but an error is left alone.
        unsafe { qjs::JS_SetUncatchableError(self.as_ptr(), error.raw()) };
        self.throw(error)
    }
}

impl Value<'_> {
    /// Whether it is an error that scripts cannot catch.
    pub(crate) fn is_uncatchable(&self) -> bool {
        // SAFETY: a live value.
        unsafe { qjs::JS_IsUncatchableError(self.raw()) }
    }

    /// Whether it is an instance of `Error` or what extends it.
    pub(crate) fn is_error(&self) -> bool {
        // SAFETY: a live value.
        unsafe { qjs::JS_IsError(self.raw()) }
    }
}
