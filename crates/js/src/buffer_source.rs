//! Buffer sources (Web IDL § 3.2.26): "a copy of the bytes held by the buffer".

use std::sync::atomic::{AtomicU8, Ordering};

use crate::quickjs::{Held, JsResult, Value, ViewKind};

use crate::agent::Agent;
use crate::idl::Api;

/// Bytes of a buffer source.
struct Range<'js> {
    buffer: Value<'js>,
    offset: usize,
    length: Option<usize>,
}

/// A copy of the bytes of an `ArrayBuffer`, `SharedArrayBuffer`, or view of one.
pub(crate) fn copy(api: Api, source: &Value<'_>) -> JsResult<Vec<u8>> {
    Ok(of_source(api, source)?.copy())
}

/// A copy of the bytes of an `ArrayBuffer`, or view of one, where shared bytes are not allowed.
pub(crate) fn copy_unshared(api: Api, source: &Value<'_>) -> JsResult<Vec<u8>> {
    let range = of_source(api, source)?;
    match range.buffer.is_array_buffer() {
        true => Ok(range.copy()),
        false => Err(api.type_error(source.context(), "the buffer source must not be shared")),
    }
}

fn of_source<'js>(api: Api, source: &Value<'js>) -> JsResult<Range<'js>> {
    let range = match (source.is_object(), source.view_kind()) {
        (true, Some(kind)) => of_view(source, kind)?,
        (true, None) if source.is_array_buffer() || source.buffer_bytes().is_some() => Range {
            buffer: source.clone(),
            offset: 0,
            length: None,
        },
        _ => {
            return Err(api.type_error(source.context(), "Argument 0 must be a buffer source"));
        }
    };
    Ok(range)
}

/// Whether a value is a buffer source.
pub(crate) fn is_one(value: &Value<'_>) -> bool {
    value.is_object()
        && (value.view_kind().is_some()
            || value.is_array_buffer()
            || value.buffer_bytes().is_some())
}

/// A copy of the bytes of a `Uint8Array` between two places, as far as there are any.
pub(crate) fn copy_part(api: Api, view: &Value<'_>, start: usize, end: usize) -> JsResult<Vec<u8>> {
    if !view.is_uint8_array() {
        return Err(api.type_error(view.context(), "Argument 0 must be a Uint8Array"));
    }
    let range = of_view(view, ViewKind::TypedArray)?;
    let bytes = range.bytes();
    let end = end.min(bytes.len());
    Ok(copied(&bytes[start.min(end)..end]))
}

/// Puts bytes at a place of a `Uint8Array`, as far as there is room, and says how many.
pub(crate) fn write_at(view: &Value<'_>, start: usize, bytes: &[u8]) -> JsResult<usize> {
    let range = of_view(view, ViewKind::TypedArray)?;
    let room = range.bytes();
    Ok(put(&room[start.min(room.len())..], bytes))
}

/// The length of a `Uint8Array` in bytes.
pub(crate) fn room(view: &Value<'_>) -> JsResult<usize> {
    Ok(of_view(view, ViewKind::TypedArray)?.bytes().len())
}

/// Puts bytes at the start of a `Uint8Array`, as far as there is room, and says how many.
pub(crate) fn write(view: &Value<'_>, bytes: &[u8]) -> JsResult<usize> {
    Ok(of_view(view, ViewKind::TypedArray)?.write(bytes))
}

/// A copy of the bytes of an `ArrayBuffer` or `SharedArrayBuffer`.
pub(crate) fn copy_buffer(buffer: &Value<'_>) -> Vec<u8> {
    let range = Range {
        buffer: buffer.clone(),
        offset: 0,
        length: None,
    };
    range.copy()
}

/// Puts bytes at the start of an `ArrayBuffer`, as far as there is room.
pub(crate) fn fill_buffer(buffer: &Value<'_>, bytes: &[u8]) {
    let range = Range {
        buffer: buffer.clone(),
        offset: 0,
        length: None,
    };
    range.write(bytes);
}

/// What a view shows of its buffer, in bytes.
pub(crate) struct ViewRange<'js> {
    pub(crate) buffer: Value<'js>,
    pub(crate) offset: usize,
    pub(crate) length: usize,
}

/// What a view shows of its buffer.
///
/// # Errors
/// When it is out of the buffer's bounds, as the language has it.
pub(crate) fn view_range<'js>(view: &Value<'js>, kind: ViewKind) -> JsResult<ViewRange<'js>> {
    let context = view.context();
    let realm = Agent::of(context).realm();
    let getters = match kind {
        ViewKind::TypedArray => &realm.language.typed_array,
        ViewKind::DataView => &realm.language.data_view,
    };
    if kind == ViewKind::TypedArray {
        // Its getters say 0 where this throws.
        getters.check.get(context).call(view, &[])?;
    }
    let get = |getter: &Held| getter.get(context).call(view, &[]);
    Ok(ViewRange {
        buffer: get(&getters.buffer)?,
        offset: get(&getters.offset)?.to_number()? as usize,
        length: get(&getters.length)?.to_number()? as usize,
    })
}

/// The part of its buffer that a view shows. The language's own getters know of detached and resized buffers.
fn of_view<'js>(view: &Value<'js>, kind: ViewKind) -> JsResult<Range<'js>> {
    let context = view.context();
    let realm = Agent::of(context).realm();
    let getters = match kind {
        ViewKind::TypedArray => &realm.language.typed_array,
        ViewKind::DataView => &realm.language.data_view,
    };
    let buffer = getters.buffer.get(context).call(view, &[])?;
    // A DataView that is out of bounds throws; its buffer has no such bytes.
    let number = |getter: &Held| match getter.get(context).call(view, &[]) {
        Ok(value) => value.as_number().unwrap_or(0.0) as usize,
        Err(thrown) => {
            drop(context.catch(thrown));
            0
        }
    };
    Ok(Range {
        buffer,
        offset: number(&getters.offset),
        length: Some(number(&getters.length)),
    })
}

impl Range<'_> {
    fn copy(&self) -> Vec<u8> {
        copied(self.bytes())
    }

    /// The bytes, as far as the buffer has them: a detached one has none. They are good until a script runs.
    fn bytes(&self) -> &[AtomicU8] {
        let Some((base, length)) = self.buffer.buffer_bytes() else {
            return &[];
        };
        let start = self.offset.min(length);
        let count = self.length.unwrap_or(length).min(length - start);
        // SAFETY: within the buffer, which nothing detaches before the slice is gone: the callers above run no scripts. Other threads
        // may write to a shared one, so every access is atomic.
        unsafe { std::slice::from_raw_parts(base.add(start).cast::<AtomicU8>(), count) }
    }

    /// Puts bytes at the start, as far as there is room, and says how many.
    fn write(&self, bytes: &[u8]) -> usize {
        put(self.bytes(), bytes)
    }
}

fn copied(bytes: &[AtomicU8]) -> Vec<u8> {
    bytes
        .iter()
        .map(|byte| byte.load(Ordering::Relaxed))
        .collect()
}

fn put(room: &[AtomicU8], bytes: &[u8]) -> usize {
    for (place, byte) in room.iter().zip(bytes) {
        place.store(*byte, Ordering::Relaxed);
    }
    room.len().min(bytes.len())
}
