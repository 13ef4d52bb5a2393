//! [`Value`]: a JavaScript value with its count, and conversions of the language.

use std::mem::ManuallyDrop;

use rquickjs::qjs;

use super::{Context, JsResult};

/// A value of the realm. It holds one count of what it refers to.
pub(crate) struct Value<'js> {
    raw: qjs::JSValue,
    context: Context<'js>,
}

impl<'js> Value<'js> {
    /// # Safety
    /// `raw` is a value of this runtime, no exception, and one count of it is given away.
    pub(super) unsafe fn from_raw(context: Context<'js>, raw: qjs::JSValue) -> Self {
        Self { raw, context }
    }

    /// The same for a value that somebody else keeps the count of.
    ///
    /// # Safety
    /// `raw` is a live value of this runtime, and no exception.
    #[inline]
    pub(super) unsafe fn from_borrowed(context: Context<'js>, raw: qjs::JSValue) -> Self {
        // SAFETY: the caller's.
        unsafe {
            if qjs::JS_VALUE_HAS_REF_COUNT(raw) {
                qjs::JS_DupValue(context.as_ptr(), raw);
            }
            Self::from_raw(context, raw)
        }
    }

    /// The value, whose count stays here.
    pub(super) fn raw(&self) -> qjs::JSValue {
        self.raw
    }

    /// The value with its count.
    pub(super) fn into_raw(self) -> qjs::JSValue {
        ManuallyDrop::new(self).raw
    }

    /// The realm.
    pub(crate) fn context(&self) -> Context<'js> {
        self.context
    }
}

impl Clone for Value<'_> {
    fn clone(&self) -> Self {
        // SAFETY: a live value.
        unsafe { Self::from_borrowed(self.context, self.raw) }
    }
}

impl Drop for Value<'_> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: gives back the one count that is ours, if it has any.
        unsafe {
            if qjs::JS_VALUE_HAS_REF_COUNT(self.raw) {
                qjs::JS_FreeValue(self.context.as_ptr(), self.raw);
            }
        }
    }
}

/// Making values.
impl<'js> Context<'js> {
    fn plain(self, raw: qjs::JSValue) -> Value<'js> {
        // SAFETY: values without a count.
        unsafe { Value::from_raw(self, raw) }
    }

    /// `undefined`.
    pub(crate) fn undefined(self) -> Value<'js> {
        self.plain(qjs::JS_UNDEFINED)
    }

    /// `null`.
    pub(crate) fn null(self) -> Value<'js> {
        self.plain(qjs::JS_NULL)
    }

    /// A boolean.
    pub(crate) fn boolean(self, value: bool) -> Value<'js> {
        self.plain(if value { qjs::JS_TRUE } else { qjs::JS_FALSE })
    }

    /// A number.
    pub(crate) fn number(self, value: f64) -> Value<'js> {
        self.plain(qjs::JS_NewFloat64(value))
    }

    /// A number.
    pub(crate) fn int(self, value: i32) -> Value<'js> {
        self.plain(qjs::JS_MKVAL(qjs::JS_TAG_INT, value))
    }

    /// A BigInt.
    pub(crate) fn bigint(self, value: i64) -> JsResult<Value<'js>> {
        // SAFETY: the context is alive.
        self.result(unsafe { qjs::JS_NewBigInt64(self.as_ptr(), value) })
    }

    /// A BigInt.
    pub(crate) fn bigint_unsigned(self, value: u64) -> JsResult<Value<'js>> {
        // SAFETY: the context is alive.
        self.result(unsafe { qjs::JS_NewBigUint64(self.as_ptr(), value) })
    }

    /// An empty object.
    pub(crate) fn object(self) -> JsResult<Value<'js>> {
        // SAFETY: the context is alive.
        self.result(unsafe { qjs::JS_NewObject(self.as_ptr()) })
    }

    /// An empty object with a prototype, or none for `null`.
    pub(crate) fn object_of(self, prototype: &Value<'js>) -> JsResult<Value<'js>> {
        // SAFETY: the context and the value are alive.
        self.result(unsafe { qjs::JS_NewObjectProto(self.as_ptr(), prototype.raw()) })
    }

    /// An array.
    pub(crate) fn array(self, items: impl IntoIterator<Item = Value<'js>>) -> JsResult<Value<'js>> {
        // SAFETY: the context is alive.
        let array = self.result(unsafe { qjs::JS_NewArray(self.as_ptr()) })?;
        for (index, item) in items.into_iter().enumerate() {
            // SAFETY: takes over the count of the item.
            let status = unsafe {
                qjs::JS_DefinePropertyValueUint32(
                    self.as_ptr(),
                    array.raw(),
                    index as u32,
                    item.into_raw(),
                    qjs::JS_PROP_C_W_E as i32,
                )
            };
            self.status(status)?;
        }
        Ok(array)
    }
}

/// What kind of value it is.
impl Value<'_> {
    fn tag(&self) -> i32 {
        // SAFETY: only looks at the tag.
        unsafe { qjs::JS_VALUE_GET_TAG(self.raw) }
    }

    /// Whether it is `undefined`.
    pub(crate) fn is_undefined(&self) -> bool {
        self.tag() == qjs::JS_TAG_UNDEFINED
    }

    /// Whether it is `null`.
    pub(crate) fn is_null(&self) -> bool {
        self.tag() == qjs::JS_TAG_NULL
    }

    /// Whether it is an object.
    pub(crate) fn is_object(&self) -> bool {
        self.tag() == qjs::JS_TAG_OBJECT
    }

    /// Whether it is a string.
    pub(crate) fn is_string(&self) -> bool {
        // SAFETY: only looks at the tag.
        unsafe { qjs::JS_IsString(self.raw) }
    }

    /// Whether it is a symbol.
    pub(crate) fn is_symbol(&self) -> bool {
        self.tag() == qjs::JS_TAG_SYMBOL
    }

    /// Whether it is a number.
    pub(crate) fn is_number(&self) -> bool {
        // SAFETY: only looks at the tag.
        unsafe { qjs::JS_IsNumber(self.raw) }
    }

    /// Whether it is a BigInt.
    pub(crate) fn is_bigint(&self) -> bool {
        // SAFETY: only looks at the tag.
        unsafe { qjs::JS_IsBigInt(self.raw) }
    }

    /// The number that it is, without any conversion.
    pub(crate) fn as_number(&self) -> Option<f64> {
        // SAFETY: the tag says what the union holds.
        unsafe {
            match self.tag() {
                qjs::JS_TAG_INT => Some(f64::from(qjs::JS_VALUE_GET_INT(self.raw))),
                tag if qjs::JS_TAG_IS_FLOAT64(tag) => Some(qjs::JS_VALUE_GET_FLOAT64(self.raw)),
                _ => None,
            }
        }
    }

    /// Whether it can be called (`IsCallable`).
    pub(crate) fn is_callable(&self) -> bool {
        // SAFETY: a live value.
        unsafe { qjs::JS_IsFunction(self.context.as_ptr(), self.raw) }
    }

    /// Whether it is an array, and no proxy of one.
    pub(crate) fn is_array(&self) -> bool {
        // SAFETY: a live value.
        unsafe { qjs::JS_IsArray(self.raw) }
    }

    /// `SameValue`.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        // SAFETY: live values.
        unsafe { qjs::JS_IsSameValue(self.context.as_ptr(), self.raw, other.raw) }
    }
}

/// Conversions (§ 7.1 of ECMA-262).
impl<'js> Value<'js> {
    /// `ToBoolean`.
    pub(crate) fn to_boolean(&self) -> bool {
        // SAFETY: a live value. It never throws for a value that is no exception.
        unsafe { qjs::JS_ToBool(self.context.as_ptr(), self.raw) != 0 }
    }

    /// `ToNumber`.
    pub(crate) fn to_number(&self) -> JsResult<f64> {
        if let Some(number) = self.as_number() {
            return Ok(number);
        }
        let mut number = 0.0;
        // SAFETY: a live value.
        let status = unsafe { qjs::JS_ToFloat64(self.context.as_ptr(), &mut number, self.raw) };
        self.context.status(status).map(|_| number)
    }

    /// `ToInt32`.
    pub(crate) fn to_i32(&self) -> JsResult<i32> {
        if self.tag() == qjs::JS_TAG_INT {
            // SAFETY: the tag says what the union holds.
            return Ok(unsafe { qjs::JS_VALUE_GET_INT(self.raw) });
        }
        let mut number = 0;
        // SAFETY: a live value.
        let status = unsafe { qjs::JS_ToInt32(self.context.as_ptr(), &mut number, self.raw) };
        self.context.status(status).map(|_| number)
    }

    /// `ToBigInt64`.
    pub(crate) fn to_bigint64(&self) -> JsResult<i64> {
        let mut number = 0;
        // SAFETY: a live value.
        let status = unsafe { qjs::JS_ToBigInt64(self.context.as_ptr(), &mut number, self.raw) };
        self.context.status(status).map(|_| number)
    }
}

/// Calls.
impl<'js> Value<'js> {
    /// `Call`.
    pub(crate) fn call(&self, this: &Self, arguments: &[Self]) -> JsResult<Self> {
        let mut raw = raw_arguments(arguments);
        // SAFETY: live values, whose counts the caller keeps.
        let result = unsafe {
            qjs::JS_Call(
                self.context.as_ptr(),
                self.raw,
                this.raw,
                raw.len() as i32,
                raw.as_mut_ptr(),
            )
        };
        self.context.result(result)
    }

    /// `Call` with `count` arguments that `argument` makes.
    pub(crate) fn call_made(
        &self,
        this: &Self,
        count: usize,
        mut argument: impl FnMut(usize) -> JsResult<Self>,
    ) -> JsResult<Self> {
        const FEW: usize = 8;
        if count > FEW {
            let arguments: JsResult<Vec<_>> = (0..count).map(argument).collect();
            return self.call(this, &arguments?);
        }
        let mut arguments: [Option<Self>; FEW] = [const { None }; FEW];
        let mut raw = [qjs::JS_UNDEFINED; FEW];
        for (index, slot) in arguments.iter_mut().enumerate().take(count) {
            raw[index] = slot.insert(argument(index)?).raw;
        }
        // SAFETY: live values, whose counts stay here.
        let result = unsafe {
            qjs::JS_Call(
                self.context.as_ptr(),
                self.raw,
                this.raw,
                count as i32,
                raw.as_mut_ptr(),
            )
        };
        self.context.result(result)
    }

    /// `Construct`, with itself as the new target unless another is given.
    pub(crate) fn construct(&self, arguments: &[Self], target: Option<&Self>) -> JsResult<Self> {
        let mut raw = raw_arguments(arguments);
        // SAFETY: as in `call`.
        let result = unsafe {
            qjs::JS_CallConstructor2(
                self.context.as_ptr(),
                self.raw,
                target.unwrap_or(self).raw,
                raw.len() as i32,
                raw.as_mut_ptr(),
            )
        };
        self.context.result(result)
    }
}

/// The arguments' values, whose counts stay where they are.
fn raw_arguments(arguments: &[Value<'_>]) -> Vec<qjs::JSValue> {
    arguments.iter().map(Value::raw).collect()
}
