//! Reading files and running scripts: `read`, `readbuffer`, `load`.

use std::path::Path;

use crate::agent::Agent;
use crate::loader;
use crate::quickjs::{Call, ErrorKind, JsResult, Value};

use super::define;

pub(super) fn install(global: &Value<'_>) -> JsResult<()> {
    define(global, "read", 1, read)?;
    define(global, "readbuffer", 1, |call| {
        call.context().array_buffer(&bytes(call)?)
    })?;
    define(global, "load", 1, load)
}

/// The bytes of the file that the first argument names.
fn bytes(call: &Call<'_>) -> JsResult<Vec<u8>> {
    let context = call.context();
    let path = call.argument(0).to_text()?;
    let access = &Agent::of(context).setup.access;
    access.read(Path::new(&path)).map_err(|error| {
        context.throw_error(ErrorKind::Error, &format!("cannot read {path}: {error}"))
    })
}

/// `read(path)`: a file as text, or as a `Uint8Array` with "binary" as the second argument.
fn read<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let bytes = bytes(call)?;
    let kind = call.argument(1);
    if !kind.is_undefined() && kind.to_text()? == "binary" {
        return context.uint8_array(&bytes);
    }
    context.string(&String::from_utf8_lossy(&bytes))
}

/// `load(...paths)`: runs scripts in the global scope.
fn load<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    for path in call.arguments(0) {
        let path = path.to_text()?;
        let source = loader::read_text(&Agent::of(context).setup.access, Path::new(&path))
            .map_err(|message| context.throw_error(ErrorKind::Error, &message))?;
        context.eval_script(&source, &loader::name_of(Path::new(&path)))?;
    }
    Ok(context.undefined())
}
