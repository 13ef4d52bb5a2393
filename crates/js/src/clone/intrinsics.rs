//! [`Intrinsics`]: how a clone looks into objects without asking what scripts can change.

use crate::quickjs::{Context, Held, JsResult, Key, Value};

/// Functions of the language, from before the first script.
pub(crate) struct Intrinsics {
    pub(super) has_own: Held,
    pub(super) bigint: Held,
    pub(super) object: Held,
    pub(super) date: Held,
    pub(super) regexp: Held,
    pub(super) map: Held,
    pub(super) set: Held,
    pub(super) data_view: Held,
    pub(super) dom_exception: Held,
    pub(super) array_buffer: Held,
    pub(super) weak_map: Held,
    /// `valueOf` of `Number.prototype`, and so on.
    pub(super) number_value: Held,
    pub(super) string_value: Held,
    pub(super) boolean_value: Held,
    pub(super) bigint_value: Held,
    pub(super) date_value: Held,
    pub(super) source: Held,
    /// The getters of flags, with their letters.
    pub(super) flags: Vec<(char, Held)>,
    pub(super) map_entries: Held,
    pub(super) map_next: Held,
    pub(super) map_set: Held,
    pub(super) set_values: Held,
    pub(super) set_next: Held,
    pub(super) set_add: Held,
    pub(super) weak_map_get: Held,
    pub(super) weak_map_set: Held,
    pub(super) stack: Held,
    pub(super) dom_name: Held,
    pub(super) dom_message: Held,
    /// The getters of `maxByteLength` and `resizable`, or `growable`.
    pub(super) buffer_max: Held,
    pub(super) buffer_resizable: Held,
    pub(super) shared_max: Held,
    /// The constructors of native errors.
    pub(super) errors: Vec<(&'static str, Held)>,
}

/// The names of classes of errors that are kept; any other becomes the first.
const ERRORS: [&str; 7] = [
    "Error",
    "EvalError",
    "RangeError",
    "ReferenceError",
    "SyntaxError",
    "TypeError",
    "URIError",
];

/// The getters of a regular expression's flags.
const FLAGS: [(char, &str); 8] = [
    ('d', "hasIndices"),
    ('g', "global"),
    ('i', "ignoreCase"),
    ('m', "multiline"),
    ('s', "dotAll"),
    ('u', "unicode"),
    ('v', "unicodeSets"),
    ('y', "sticky"),
];

/// A constructor with its prototype.
struct Pair<'js> {
    constructor: Value<'js>,
    prototype: Value<'js>,
}

impl<'js> Pair<'js> {
    fn new(context: Context<'js>, name: &str) -> JsResult<Self> {
        let constructor = context.global().get(Key::Name(name))?;
        Ok(Self {
            prototype: constructor.get(Key::Name("prototype"))?,
            constructor,
        })
    }

    fn method(&self, name: &str) -> JsResult<Held> {
        Ok(self.prototype.get(Key::Name(name))?.hold())
    }

    fn getter(&self, name: &str) -> JsResult<Held> {
        Ok(self.prototype.getter(Key::Name(name))?.hold())
    }

    /// The method `next` of the iterators that a method gives for an empty instance.
    fn next_of(&self, method: &str) -> JsResult<Held> {
        let empty = self.constructor.construct(&[], None)?;
        let iterator = self.prototype.get(Key::Name(method))?.call(&empty, &[])?;
        Ok(iterator.get(Key::Name("next"))?.hold())
    }
}

impl Intrinsics {
    pub(crate) fn new(context: Context<'_>) -> JsResult<Self> {
        let pair = |name| Pair::new(context, name);
        let object = pair("Object")?;
        let (number, string) = (pair("Number")?, pair("String")?);
        let (boolean, bigint) = (pair("Boolean")?, pair("BigInt")?);
        let (date, regexp) = (pair("Date")?, pair("RegExp")?);
        let (map, set, weak_map) = (pair("Map")?, pair("Set")?, pair("WeakMap")?);
        let (buffer, shared) = (pair("ArrayBuffer")?, pair("SharedArrayBuffer")?);
        let (error, dom) = (pair("Error")?, pair("DOMException")?);
        let flags = FLAGS
            .iter()
            .map(|(letter, name)| Ok((*letter, regexp.getter(name)?)));
        let errors = ERRORS
            .iter()
            .map(|name| Ok((*name, context.global().get(Key::Name(name))?.hold())));
        Ok(Self {
            has_own: object.constructor.get(Key::Name("hasOwn"))?.hold(),
            number_value: number.method("valueOf")?,
            string_value: string.method("valueOf")?,
            boolean_value: boolean.method("valueOf")?,
            bigint_value: bigint.method("valueOf")?,
            date_value: date.method("getTime")?,
            source: regexp.getter("source")?,
            flags: flags.collect::<JsResult<_>>()?,
            map_entries: map.method("entries")?,
            map_next: map.next_of("entries")?,
            map_set: map.method("set")?,
            set_values: set.method("values")?,
            set_next: set.next_of("values")?,
            set_add: set.method("add")?,
            weak_map_get: weak_map.method("get")?,
            weak_map_set: weak_map.method("set")?,
            stack: error.getter("stack")?,
            dom_name: dom.getter("name")?,
            dom_message: dom.getter("message")?,
            buffer_max: buffer.getter("maxByteLength")?,
            buffer_resizable: buffer.getter("resizable")?,
            shared_max: shared.getter("maxByteLength")?,
            errors: errors.collect::<JsResult<_>>()?,
            data_view: pair("DataView")?.constructor.hold(),
            object: object.constructor.hold(),
            bigint: bigint.constructor.hold(),
            date: date.constructor.hold(),
            regexp: regexp.constructor.hold(),
            map: map.constructor.hold(),
            set: set.constructor.hold(),
            dom_exception: dom.constructor.hold(),
            array_buffer: buffer.constructor.hold(),
            weak_map: weak_map.constructor.hold(),
        })
    }
}
