//! Digests and random numbers for `node:crypto`.

use std::cell::RefCell;
use std::ffi::CStr;

use sha2::digest::DynDigest;

use crate::buffer_source;
use crate::idl::Api;
use crate::library::native;
use crate::quickjs::{Call, Class, JsResult, Trace, Value};

pub(super) fn natives(natives: &Value<'_>) -> JsResult<()> {
    native(natives, "hash", hash)?;
    native(natives, "update", |call| {
        let bytes = buffer_source::copy(Api("Hash.update()"), &call.argument(1))?;
        with_hash(call, |hash| hash.state.borrow_mut().update(&bytes))?;
        Ok(call.context().undefined())
    })?;
    native(natives, "digest", |call| {
        let digest = with_hash(call, |hash| hash.state.borrow_mut().finalize_reset())?;
        call.context().uint8_array(&digest)
    })?;
    native(natives, "copy", |call| {
        let copy = with_hash(call, |hash| Hash {
            state: RefCell::new(hash.state.borrow().box_clone()),
            block: hash.block,
        })?;
        call.context().instance(&call.context().null(), copy)
    })?;
    native(natives, "blockSize", |call| {
        let size = with_hash(call, |hash| hash.block)?;
        Ok(call.context().int(size))
    })?;
    native(natives, "random", |call| {
        let view = call.argument(0);
        let mut bytes = vec![0; buffer_source::room(&view)?];
        random(&mut bytes);
        buffer_source::write(&view, &bytes)?;
        Ok(call.context().undefined())
    })
}

/// A digest that is being made.
struct Hash {
    state: RefCell<Box<dyn DynDigest>>,
    /// How many bytes it takes at a time.
    block: i32,
}

// SAFETY: it holds nothing of JavaScript.
unsafe impl Trace for Hash {}

impl Class for Hash {
    const NAME: &'static CStr = c"Hash";
}

/// `hash(algorithm)`: nothing where it is not known.
fn hash<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let (state, block): (Box<dyn DynDigest>, i32) = match call.argument(0).to_text()?.as_str() {
        "md5" => (Box::<md5::Md5>::default(), 64),
        "sha1" => (Box::<sha1::Sha1>::default(), 64),
        "sha224" => (Box::<sha2::Sha224>::default(), 64),
        "sha256" => (Box::<sha2::Sha256>::default(), 64),
        "sha384" => (Box::<sha2::Sha384>::default(), 128),
        "sha512" => (Box::<sha2::Sha512>::default(), 128),
        _ => return Ok(context.undefined()),
    };
    let state = RefCell::new(state);
    context.instance(&context.null(), Hash { state, block })
}

fn with_hash<R>(call: &Call<'_>, body: impl FnOnce(&Hash) -> R) -> JsResult<R> {
    match call.argument(0).downcast::<Hash>() {
        Some(hash) => Ok(body(hash)),
        None => Err(call.context().throw_type("a digest is made of a hash")),
    }
}

/// Fills `bytes` with random ones of the system.
pub(super) fn random(bytes: &mut [u8]) {
    let mut rest = bytes;
    while !rest.is_empty() {
        match rustix::rand::getrandom(&mut *rest, rustix::rand::GetRandomFlags::empty()) {
            Ok(count) => rest = &mut rest[count..],
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => panic!("the system has no random numbers: {error}"),
        }
    }
}
