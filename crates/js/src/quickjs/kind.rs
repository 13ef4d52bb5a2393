//! What internal slots an object has: the part of its class that is none of its properties.

use rquickjs::qjs;

use super::{Context, JsResult, Value};

/// What an object is, by its internal slots.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum ObjectKind {
    /// No slots but those that every object has.
    Ordinary,
    Array,
    Function,
    /// \[[NumberData]].
    Number,
    /// \[[StringData]].
    String,
    /// \[[BooleanData]].
    Boolean,
    /// \[[BigIntData]].
    BigInt,
    /// \[[ErrorData]].
    Error,
    /// A `DOMException`.
    DomException,
    /// \[[DateValue]].
    Date,
    /// \[[RegExpMatcher]].
    RegExp,
    /// \[[MapData]].
    Map,
    /// \[[SetData]].
    Set,
    /// \[[ArrayBufferData]].
    ArrayBuffer,
    /// The same, shared.
    SharedArrayBuffer,
    /// \[[ViewedArrayBuffer]].
    View,
    Proxy,
    /// Anything else: symbols, promises, `arguments`, weak maps, iterators, classes of the host.
    Other,
}

/// The numbers that a runtime's classes have, which QuickJS does not tell: they are those of samples.
#[derive(Default)]
pub(super) struct Kinds(Vec<(qjs::JSClassID, ObjectKind)>);

impl Kinds {
    fn new(context: Context<'_>) -> JsResult<Self> {
        let boxed = |value: Value<'_>| {
            // SAFETY: a live value.
            context.result(unsafe { qjs::JS_ToObject(context.as_ptr(), value.raw()) })
        };
        let dom_exception = {
            let thrown = context.throw_dom("Error", "");
            context.catch(thrown)
        };
        let samples = [
            (context.object()?, ObjectKind::Ordinary),
            (context.array([])?, ObjectKind::Array),
            (boxed(context.int(0))?, ObjectKind::Number),
            (boxed(context.string("")?)?, ObjectKind::String),
            (boxed(context.boolean(true))?, ObjectKind::Boolean),
            (boxed(context.bigint(0)?)?, ObjectKind::BigInt),
            (dom_exception, ObjectKind::DomException),
        ];
        Ok(Self(
            samples
                .into_iter()
                .map(|(sample, kind)| (class(&sample), kind))
                .collect(),
        ))
    }

    fn find(&self, id: qjs::JSClassID) -> Option<ObjectKind> {
        let known = self.0.iter().find(|(known, _)| *known == id);
        known.map(|(_, kind)| *kind)
    }
}

fn class(value: &Value<'_>) -> qjs::JSClassID {
    // SAFETY: a live value.
    unsafe { qjs::JS_GetClassID(value.raw()) }
}

impl Value<'_> {
    /// What the object is.
    pub(crate) fn object_kind(&self) -> JsResult<ObjectKind> {
        let context = self.context();
        let kinds = &context.core().kinds;
        let kinds = match kinds.get() {
            Some(kinds) => kinds,
            None => {
                let made = Kinds::new(context)?;
                kinds.get_or_init(|| made)
            }
        };
        let raw = self.raw();
        // SAFETY: a live value.
        let kind = unsafe {
            match kinds.find(class(self)) {
                Some(kind) => kind,
                None if qjs::JS_IsProxy(raw) => ObjectKind::Proxy,
                None if qjs::JS_IsFunction(context.as_ptr(), raw) => ObjectKind::Function,
                None if qjs::JS_IsError(raw) => ObjectKind::Error,
                None if qjs::JS_IsDate(raw) => ObjectKind::Date,
                None if qjs::JS_IsRegExp(raw) => ObjectKind::RegExp,
                None if qjs::JS_IsMap(raw) => ObjectKind::Map,
                None if qjs::JS_IsSet(raw) => ObjectKind::Set,
                None if qjs::JS_IsArrayBuffer(raw) => ObjectKind::ArrayBuffer,
                None if self.view_kind().is_some() => ObjectKind::View,
                None if self.buffer_bytes().is_some() => ObjectKind::SharedArrayBuffer,
                None => ObjectKind::Other,
            }
        };
        Ok(kind)
    }
}
