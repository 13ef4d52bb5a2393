//! What `ArrayBuffer.prototype` must not do to buffers of memories.
//!
//! QuickJS has no \[[ArrayBufferDetachKey]] and no HostResizeArrayBuffer. Therefore the methods that would take the bytes
//! of a memory away, or resize it, are replaced before the first script: for the buffers of memories they do what the
//! specification says, for all others they call the language's own.

use crate::quickjs::{Attributes, Call, CallKind, Context, JsResult, Key, Value};

use super::{memory, realm};
use crate::idl::Api;

/// The methods that take the bytes away.
pub(crate) const TRANSFERS: [&str; 3] =
    ["transfer", "transferToFixedLength", "transferToImmutable"];

/// Replaces the methods.
pub(crate) fn install(context: Context<'_>) -> JsResult<()> {
    let buffers = context.global().get(Key::Name("ArrayBuffer"))?;
    let prototype = buffers.get(Key::Name("prototype"))?;
    let [transfer, to_fixed, to_immutable] = TRANSFERS;
    replace(&prototype, transfer, 0, |call| guard(call, 0))?;
    replace(&prototype, to_fixed, 0, |call| guard(call, 1))?;
    replace(&prototype, to_immutable, 0, |call| guard(call, 2))?;
    replace(&prototype, "resize", 1, resize)
}

fn replace<F>(prototype: &Value<'_>, name: &str, length: i32, function: F) -> JsResult<()>
where
    F: for<'a> Fn(&Call<'a>) -> JsResult<Value<'a>> + Copy + 'static,
{
    let context = prototype.context();
    let function = context.function(name, length, CallKind::Function, function)?;
    prototype.define(Key::Name(name), function, Attributes::METHOD)
}

/// A method that takes the bytes away: a buffer whose detach key is "WebAssembly.Memory" keeps them.
fn guard<'js>(call: &Call<'js>, which: usize) -> JsResult<Value<'js>> {
    let context = call.context();
    let own = realm(context).language.transfers[which].get(context);
    let arguments = call.arguments(0);
    if !memory::is_buffer(call.this()) {
        return own.call(call.this(), &arguments);
    }
    // ArrayBufferCopyAndDetach converts the length before it looks at the key.
    if let Some(length) = arguments.first().filter(|length| !length.is_undefined()) {
        length.to_number()?;
    }
    Err(context.throw_type(&format!(
        "ArrayBuffer.prototype.{}: a WebAssembly.Memory's buffer cannot be detached",
        TRANSFERS[which]
    )))
}

/// `resize(newLength)`.
fn resize<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    const API: Api = Api("ArrayBuffer.prototype.resize");
    let context = call.context();
    match memory::host_resize(API, call.this(), &call.argument(0)) {
        Some(resized) => resized,
        None => {
            let own = realm(context).language.resize.get(context);
            own.call(call.this(), &call.arguments(0))
        }
    }
}
