//! `SharedArrayBuffer.prototype.grow` and `byteLength`: QuickJS keeps a length with each object, but all objects over one memory have
//! the same.
//!
//! What an object shows is brought up to date whenever it is asked for its length, or grown. Until then views of it show what they
//! did before, as the memory model allows.

use crate::agent::Agent;
use crate::quickjs::{Attributes, Call, CallKind, Context, JsResult, Key, SharedBytes, Value};

/// Replaces the methods of the realm.
pub(crate) fn install(context: Context<'_>) -> JsResult<()> {
    let buffers = context.global().get(Key::Name("SharedArrayBuffer"))?;
    let prototype = buffers.get(Key::Name("prototype"))?;
    let function = context.function("grow", 1, CallKind::Function, grow)?;
    prototype.define(Key::Name("grow"), function, Attributes::METHOD)?;
    let getter = context.function("get byteLength", 0, CallKind::Function, byte_length)?;
    prototype.define_accessor(
        Key::Name("byteLength"),
        &getter,
        &context.undefined(),
        Attributes::CONFIGURABLE,
    )
}

/// Makes `buffer` as long as its memory is by now; gives its bytes if it can grow at all.
fn catch_up(buffer: &Value<'_>) -> JsResult<Option<SharedBytes>> {
    let context = buffer.context();
    let realm = Agent::of(context).realm();
    // It throws for anything but a SharedArrayBuffer.
    let growable = realm.language.shared_growable.get(context);
    if !growable.call(buffer, &[])?.to_boolean() {
        return Ok(None);
    }
    let (Some(bytes), Some((_, length))) = (SharedBytes::of(buffer), buffer.buffer_bytes()) else {
        return Ok(None);
    };
    let present = bytes.grow(length);
    if present > length {
        let grow = realm.language.shared_grow.get(context);
        grow.call(buffer, &[context.number(present as f64)])?;
    }
    Ok(Some(bytes))
}

/// `get byteLength`.
fn byte_length<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    catch_up(call.this())?;
    let realm = Agent::of(context).realm();
    realm
        .language
        .shared_length
        .get(context)
        .call(call.this(), &[])
}

/// `grow(newLength)`.
fn grow<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let buffer = call.this();
    // What it throws for is the same whatever the length.
    let is_growable = catch_up(buffer)?.is_some();
    let length = context.number(call.argument(0).to_number()?);
    // The conversion may have run scripts.
    let bytes = if is_growable { catch_up(buffer)? } else { None };
    let grow = Agent::of(context).realm().language.shared_grow.get(context);
    let result = grow.call(buffer, &[length])?;
    if let (Some(bytes), Some((_, length))) = (bytes, buffer.buffer_bytes()) {
        bytes.grow(length);
    }
    Ok(result)
}
