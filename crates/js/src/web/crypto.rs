//! Random numbers of the operating system, and digests.

use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use crate::agent::Agent;
use crate::buffer_source;
use crate::idl::Api;
use crate::library::native;
use crate::quickjs::{Call, Capability, Context, ElementType, ErrorKind, JsResult, Value};

pub(super) fn natives(natives: &Value<'_>) -> JsResult<()> {
    native(natives, "isSame", is_same)?;
    native(natives, "isView", |call| {
        let is_view = call.argument(0).view_kind().is_some();
        Ok(call.context().boolean(is_view))
    })?;
    native(natives, "isIntegers", |call| {
        let elements = call.argument(0).element_type();
        let is_integers = elements.is_some_and(ElementType::is_integer);
        Ok(call.context().boolean(is_integers))
    })?;
    native(natives, "size", |call| {
        let size = buffer_source::room(&call.argument(0))?;
        Ok(call.context().number(size as f64))
    })?;
    native(natives, "fill", fill)?;
    native(natives, "uuid", uuid)?;
    native(natives, "digest", digest)
}

/// `isSame(left, right)`: but for the case of ASCII letters.
fn is_same<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let (left, right) = (call.argument(0).to_text()?, call.argument(1).to_text()?);
    Ok(call.context().boolean(left.eq_ignore_ascii_case(&right)))
}

/// So many random bytes.
pub(super) fn random(context: Context<'_>, count: usize) -> JsResult<Vec<u8>> {
    let mut bytes = vec![0; count];
    let mut done = 0;
    while done < count {
        let flags = rustix::rand::GetRandomFlags::empty();
        match rustix::rand::getrandom(&mut bytes[done..], flags) {
            Ok(got) => done += got,
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => {
                let message = format!("no random numbers: {error}");
                return Err(context.throw_error(ErrorKind::Error, &message));
            }
        }
    }
    Ok(bytes)
}

/// `fill(array)`.
fn fill<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let array = call.argument(0);
    let bytes = random(call.context(), buffer_source::room(&array)?)?;
    buffer_source::write(&array, &bytes)?;
    Ok(call.context().undefined())
}

/// `uuid()`.
fn uuid<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    context.string(&new_uuid(context)?)
}

/// A version 4 UUID (RFC 9562).
pub(super) fn new_uuid(context: Context<'_>) -> JsResult<String> {
    let mut bytes = random(context, 16)?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut text = String::with_capacity(36);
    for (index, byte) in bytes.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&format!("{byte:02x}"));
    }
    Ok(text)
}

/// `digest(name, data)`: a promise of an `ArrayBuffer`.
fn digest<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let name = call.argument(0).to_text()?;
    let data = buffer_source::copy_unshared(Api("SubtleCrypto.digest()"), &call.argument(1))?;
    let capability = Capability::new(context)?;
    let promise = capability.promise(context);
    let work = move || match name.as_str() {
        "SHA-1" => Sha1::digest(&data).to_vec(),
        "SHA-256" => Sha256::digest(&data).to_vec(),
        "SHA-384" => Sha384::digest(&data).to_vec(),
        _ => Sha512::digest(&data).to_vec(),
    };
    Agent::of(context)
        .events
        .work(work, move |context, digest| {
            let buffer = context.array_buffer(&digest);
            capability.settle(context, buffer)
        });
    Ok(promise)
}
