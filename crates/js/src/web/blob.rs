//! Blobs and forms: conversions of text and bytes, and the URLs of blobs, which all agents of the process share.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use crate::buffer_source;
use crate::clone;
use crate::idl::Api;
use crate::library::native;
use crate::quickjs::{Call, Context, JsResult, Value};

use super::{crypto, multipart};

/// A blob that has a URL.
#[derive(Clone)]
pub(crate) struct BlobEntry {
    pub(crate) bytes: Arc<[u8]>,
    pub(crate) media_type: String,
}

/// The "blob URL store" (§ 8.3.1 of the File API).
static URLS: LazyLock<Mutex<HashMap<String, BlobEntry>>> = LazyLock::new(Mutex::default);

fn urls() -> std::sync::MutexGuard<'static, HashMap<String, BlobEntry>> {
    URLS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The blob of a URL, whose fragment does not count.
pub(crate) fn find(url: &str) -> Option<BlobEntry> {
    let url = url.split('#').next().unwrap_or_default();
    urls().get(url).cloned()
}

pub(super) fn natives(natives: &Value<'_>) -> JsResult<()> {
    body_natives(natives)?;
    clone::natives(natives)?;
    native(natives, "bytes", bytes)?;
    native(natives, "lineEndings", |call| {
        let text = call.argument(0).to_text()?;
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        call.context().string(&text)
    })?;
    native(natives, "formName", form_name)?;
    native(natives, "formValue", |call| {
        let text = call.argument(0).to_text()?;
        call.context().string(&crlf(&text))
    })?;
    native(natives, "putUrl", put_url)?;
    native(natives, "getUrl", get_url)?;
    native(natives, "dropUrl", |call| {
        let url = call.argument(0).to_text()?;
        let dropped = urls().remove(&url);
        drop(dropped);
        Ok(call.context().undefined())
    })
}

pub(super) fn body_natives(natives: &Value<'_>) -> JsResult<()> {
    native(natives, "usv", |call| {
        call.context().string(&call.argument(0).to_text()?)
    })?;
    native(natives, "unique", |call| {
        let context = call.context();
        let random = crypto::random(context, 12)?;
        let text: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        context.string(&text)
    })?;
    native(natives, "blobType", |call| {
        let text = call.argument(0).to_text()?;
        let is_plain = text.chars().all(|c| matches!(c, ' '..='~'));
        let text = if is_plain {
            text.to_ascii_lowercase()
        } else {
            String::new()
        };
        call.context().string(&text)
    })?;
    native(natives, "parseForm", multipart::parse)
}

/// `bytes(value)`: a copy of a buffer source, or `undefined`.
fn bytes<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let value = call.argument(0);
    match buffer_source::is_one(&value) {
        true => context.uint8_array(&buffer_source::copy(Api("Blob"), &value)?),
        false => Ok(context.undefined()),
    }
}

/// Line endings as forms have them.
fn crlf(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.replace('\n', "\r\n")
}

/// `formName(name, isName)`: escaped for a header of a part (§ 4.10.21.8 of HTML).
fn form_name<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let text = call.argument(0).to_text()?;
    let text = match call.argument(1).to_boolean() {
        true => crlf(&text),
        false => text,
    };
    let escaped = text.replace('\n', "%0A").replace('\r', "%0D");
    call.context().string(&escaped.replace('"', "%22"))
}

/// `putUrl(bytes, type)`: a new URL.
fn put_url<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let entry = BlobEntry {
        bytes: buffer_source::copy(Api("URL.createObjectURL()"), &call.argument(0))?.into(),
        media_type: call.argument(1).to_text()?,
    };
    let url = format!("blob:null/{}", crypto::new_uuid(context)?);
    urls().insert(url.clone(), entry);
    context.string(&url)
}

/// `getUrl(url)`: `[bytes, type]`, or `null`.
fn get_url<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context: Context<'js> = call.context();
    match find(&call.argument(0).to_text()?) {
        None => Ok(context.null()),
        Some(entry) => context.array([
            context.uint8_array(&entry.bytes)?,
            context.string(&entry.media_type)?,
        ]),
    }
}
