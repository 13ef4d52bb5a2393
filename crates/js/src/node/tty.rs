//! What `node:tty` and `node:console` write, and what they know of terminals.

use std::io::{self, IsTerminal as _};
use std::os::fd::AsFd as _;

use crate::agent::Agent;
use crate::buffer_source;
use crate::idl::Api;
use crate::library::native;
use crate::quickjs::{Call, JsResult, Value};
use crate::shell::Stream;

pub(super) fn natives(natives: &Value<'_>) -> JsResult<()> {
    native(natives, "isTerminal", is_terminal)?;
    native(natives, "windowSize", window_size)?;
    native(natives, "write", |call| {
        let bytes = buffer_source::copy(Api("write()"), &call.argument(1))?;
        write(call, &bytes)
    })
}

pub(super) fn console_natives(natives: &Value<'_>) -> JsResult<()> {
    native(natives, "now", |call| {
        let elapsed = Agent::of(call.context()).started.elapsed();
        Ok(call.context().number(elapsed.as_secs_f64() * 1000.0))
    })?;
    native(natives, "writeText", |call| {
        let text = call.argument(1).to_text()?;
        write(call, text.as_bytes())
    })
}

/// Writes to the stream that the first argument numbers.
fn write<'js>(call: &Call<'js>, bytes: &[u8]) -> JsResult<Value<'js>> {
    let stream = match call.argument(0).to_i32()? {
        2 => Stream::Error,
        _ => Stream::Output,
    };
    Agent::of(call.context()).output.write_bytes(stream, bytes);
    Ok(call.context().undefined())
}

/// `isTerminal(number)`.
fn is_terminal<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let is_terminal = match call.argument(0).to_number()? as i32 {
        0 => io::stdin().is_terminal(),
        1 => io::stdout().is_terminal(),
        2 => io::stderr().is_terminal(),
        _ => false,
    };
    Ok(call.context().boolean(is_terminal))
}

/// `windowSize(number)`: columns and rows.
fn window_size<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let size = match call.argument(0).to_i32()? {
        1 => rustix::termios::tcgetwinsize(io::stdout().as_fd()),
        _ => rustix::termios::tcgetwinsize(io::stderr().as_fd()),
    };
    let (columns, rows) = size.map_or((80, 24), |size| (size.ws_col, size.ws_row));
    context.array([context.int(columns.into()), context.int(rows.into())])
}
