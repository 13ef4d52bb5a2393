//! Strings: JavaScript's are UTF-16 that need not be well formed; Rust's are UTF-8.

use std::ffi::c_char;

use rquickjs::qjs;

use super::{Context, JsResult, Value};

impl<'js> Context<'js> {
    /// A string.
    pub(crate) fn string(self, text: &str) -> JsResult<Value<'js>> {
        // SAFETY: the text lives as long as the call, and its length is given.
        self.result(unsafe {
            qjs::JS_NewStringLen(
                self.as_ptr(),
                text.as_ptr().cast::<c_char>(),
                text.len() as qjs::size_t,
            )
        })
    }

    /// A string of code units, which need not be well formed.
    pub(crate) fn string_utf16(self, units: &[u16]) -> JsResult<Value<'js>> {
        // SAFETY: the units live as long as the call, and their number is given.
        self.result(unsafe {
            qjs::JS_NewStringUTF16(self.as_ptr(), units.as_ptr(), units.len() as qjs::size_t)
        })
    }
}

impl<'js> Value<'js> {
    /// `ToString`, as a value.
    pub(crate) fn to_string_value(&self) -> JsResult<Self> {
        let context = self.context();
        // SAFETY: a live value.
        context.result(unsafe { qjs::JS_ToString(context.as_ptr(), self.raw()) })
    }

    /// `ToString` as UTF-8, with U+FFFD for what is not well formed: Web IDL's `USVString`.
    pub(crate) fn to_text(&self) -> JsResult<String> {
        let text = self.to_string_value()?;
        match text.well_formed()? {
            Some(text) => Ok(text),
            None => Ok(String::from_utf16_lossy(&text.units()?)),
        }
    }

    /// A string as UTF-8, if it is well formed. QuickJS gives ASCII out as it has it.
    fn well_formed(&self) -> JsResult<Option<String>> {
        let context = self.context();
        let mut length = 0;
        // SAFETY: a live value.
        let text =
            unsafe { qjs::JS_ToCStringLen2(context.as_ptr(), &mut length, self.raw(), false) };
        if text.is_null() {
            return Err(context.thrown());
        }
        // SAFETY: QuickJS gave that many bytes, and takes them back.
        unsafe {
            let bytes = std::slice::from_raw_parts(text.cast::<u8>(), length as usize);
            let text_or_not = std::str::from_utf8(bytes).ok().map(str::to_owned);
            qjs::JS_FreeCString(context.as_ptr(), text);
            Ok(text_or_not)
        }
    }

    /// `ToString` as code units: Web IDL's `DOMString`.
    pub(crate) fn to_utf16(&self) -> JsResult<Vec<u16>> {
        self.to_string_value()?.units()
    }

    fn units(&self) -> JsResult<Vec<u16>> {
        let context = self.context();
        let mut length = 0;
        // SAFETY: a live value.
        let units = unsafe { qjs::JS_ToCStringLenUTF16(context.as_ptr(), &mut length, self.raw()) };
        if units.is_null() {
            return Err(context.thrown());
        }
        // SAFETY: QuickJS gave that many units, and takes them back.
        unsafe {
            let copy = std::slice::from_raw_parts(units, length as usize).to_vec();
            qjs::JS_FreeCStringUTF16(context.as_ptr(), units);
            Ok(copy)
        }
    }
}
