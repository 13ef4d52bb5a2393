//! [`Realm`]: what the host keeps of its realm from before the first script: the language's own functions, which scripts may
//! change later, and the classes of the `WebAssembly` namespace.

use crate::clone;
use crate::error_stack::ErrorStacks;
use crate::library::Reflection;
use crate::quickjs::{Context, Held, JsResult, Key, PromiseResolve, Value};
use crate::webassembly::{self, Classes};
use crate::{atomics, shared_buffer};

/// What the host keeps of its realm.
pub(crate) struct Realm {
    /// The language's own functions.
    pub(crate) language: Language,
    /// What stacks of errors are made of.
    pub(crate) error_stacks: ErrorStacks,
    /// The classes of the `WebAssembly` namespace.
    pub(crate) classes: Classes,
    /// What structured clone uses of the language.
    pub(crate) clone: clone::Intrinsics,
    /// What was in the place of functions that describe properties.
    pub(crate) reflection: Reflection,
}

/// Functions of the language.
pub(crate) struct Language {
    /// `Error`.
    pub(crate) error: Held,
    /// `DOMException.prototype`.
    pub(crate) dom_exception: Held,
    /// `Function.prototype`.
    pub(crate) function_prototype: Held,
    /// `BigInt.asIntN`.
    pub(crate) bigint_as_int: Held,
    /// `Promise`, and `Promise.resolve`.
    pub(crate) promise: PromiseResolve,
    /// `Symbol.iterator`.
    pub(crate) iterator: Held,
    /// The getters of `buffer`, `byteOffset` and `byteLength` of typed arrays.
    pub(crate) typed_array: ViewGetters,
    /// The same of `DataView`s.
    pub(crate) data_view: ViewGetters,
    /// `ArrayBuffer.prototype.resize`.
    pub(crate) resize: Held,
    /// `SharedArrayBuffer.prototype.grow`, and the getters of `byteLength` and `growable`.
    pub(crate) shared_grow: Held,
    pub(crate) shared_length: Held,
    pub(crate) shared_growable: Held,
    /// `ArrayBuffer.prototype.transfer` and its like, by the order of their names in `buffer_guard`.
    pub(crate) transfers: Vec<Held>,
}

/// Getters of a view of a buffer.
pub(crate) struct ViewGetters {
    pub(crate) buffer: Held,
    pub(crate) offset: Held,
    pub(crate) length: Held,
    /// The method `keys`, which throws for a typed array that is out of its buffer's bounds; `undefined` for `DataView`s.
    pub(crate) check: Held,
}

/// Finds values by way of properties.
fn path<'js>(context: Context<'js>, names: &[&str]) -> JsResult<Value<'js>> {
    names
        .iter()
        .try_fold(context.global(), |object, name| object.get(Key::Name(name)))
}

impl Realm {
    /// Makes the realm ready for scripts.
    pub(crate) fn new(context: Context<'_>) -> JsResult<Self> {
        let language = Language::new(context)?;
        let error_stacks = ErrorStacks::install(context)?;
        let clone = clone::Intrinsics::new(context)?;
        webassembly::buffer_guard::install(context)?;
        atomics::install(context)?;
        shared_buffer::install(context)?;
        let classes = webassembly::install(context)?;
        let reflection = Reflection::install(context)?;
        Ok(Self {
            language,
            error_stacks,
            clone,
            classes,
            reflection,
        })
    }
}

impl Language {
    fn new(context: Context<'_>) -> JsResult<Self> {
        let find = |names: &[&str]| path(context, names);
        let typed_array = find(&["Uint8Array", "prototype"])?.prototype()?;
        let data_view = find(&["DataView", "prototype"])?;
        let buffers = find(&["ArrayBuffer", "prototype"])?;
        let shared = find(&["SharedArrayBuffer", "prototype"])?;
        let transfers = webassembly::buffer_guard::TRANSFERS
            .iter()
            .map(|name| Ok(buffers.get(Key::Name(name))?.hold()))
            .collect::<JsResult<_>>()?;
        Ok(Self {
            error: find(&["Error"])?.hold(),
            dom_exception: find(&["DOMException", "prototype"])?.hold(),
            function_prototype: find(&["Function", "prototype"])?.hold(),
            bigint_as_int: find(&["BigInt", "asIntN"])?.hold(),
            promise: PromiseResolve::new(find(&["Promise"])?)?,
            iterator: find(&["Symbol", "iterator"])?.hold(),
            typed_array: ViewGetters::new(&typed_array)?,
            data_view: ViewGetters::new(&data_view)?,
            shared_grow: shared.get(Key::Name("grow"))?.hold(),
            shared_length: shared.getter(Key::Name("byteLength"))?.hold(),
            shared_growable: shared.getter(Key::Name("growable"))?.hold(),
            resize: buffers.get(Key::Name("resize"))?.hold(),
            transfers,
        })
    }
}

impl ViewGetters {
    fn new(prototype: &Value<'_>) -> JsResult<Self> {
        let getter = |name| Ok(prototype.getter(Key::Name(name))?.hold());
        Ok(Self {
            buffer: getter("buffer")?,
            offset: getter("byteOffset")?,
            length: getter("byteLength")?,
            check: prototype.get(Key::Name("keys"))?.hold(),
        })
    }
}
