//! Buffer sources (Web IDL § 3.2.26): "a copy of the bytes held by the buffer".

use std::sync::atomic::{AtomicU8, Ordering};

use crate::quickjs::{JsResult, Value, ViewKind};

use super::idl::Api;
use super::realm;

/// Bytes of a buffer source.
struct Range<'js> {
    buffer: Value<'js>,
    offset: usize,
    length: Option<usize>,
}

/// A copy of the bytes of an `ArrayBuffer`, `SharedArrayBuffer`, or view of one.
pub(super) fn copy(api: Api, source: &Value<'_>) -> JsResult<Vec<u8>> {
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
    Ok(range.copy())
}

/// The part of its buffer that a view shows. The language's own getters know of detached and resized buffers.
fn of_view<'js>(view: &Value<'js>, kind: ViewKind) -> JsResult<Range<'js>> {
    let context = view.context();
    let realm = realm(context);
    let getters = match kind {
        ViewKind::TypedArray => &realm.language.typed_array,
        ViewKind::DataView => &realm.language.data_view,
    };
    let buffer = getters.buffer.get(context).call(view, &[])?;
    // A DataView that is out of bounds throws; its buffer has no such bytes.
    let number = |getter: &crate::quickjs::Held| match getter.get(context).call(view, &[]) {
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
    /// The bytes, as far as the buffer has them: a detached one has none.
    fn copy(&self) -> Vec<u8> {
        let Some((base, length)) = self.buffer.buffer_bytes() else {
            return Vec::new();
        };
        let start = self.offset.min(length);
        let count = self.length.unwrap_or(length).min(length - start);
        // SAFETY: within the buffer, which nothing detaches meanwhile. Other threads may write to a shared one, so every access is
        // atomic.
        let bytes =
            unsafe { std::slice::from_raw_parts(base.add(start).cast::<AtomicU8>(), count) };
        bytes
            .iter()
            .map(|byte| byte.load(Ordering::Relaxed))
            .collect()
    }
}
