//! Stack traces that go through JavaScript and wasm: the `stack` of an error names the frames of both, in the order of the calls.
//!
//! QuickJS knows its own frames alone. It writes them when an error is made; those of wasm are known when the error leaves an activation
//! of wasm, as a trap or an exception of JavaScript on its way out. Then they belong before the frames that JavaScript has at that moment.

use std::fmt::Write as _;

use weft::{FrameInfo, Module, WasmBacktrace};

use crate::agent::Agent;
use crate::quickjs::{Attributes, Context, ErrorKind, JsResult, Key, Value};

use super::realm;

/// How many frames of one activation are shown.
const SHOWN: usize = 32;

/// Puts wasm's frames into the `stack` of an error that leaves wasm, as long as that is a text. What is no error is left alone.
pub(super) fn add_frames(value: &Value<'_>, backtrace: &WasmBacktrace) {
    if backtrace.frames().is_empty() || !value.is_error() {
        return;
    }
    if let Err(thrown) = try_add_frames(value, backtrace) {
        // An object that scripts have frozen, for one.
        drop(value.context().catch(thrown));
    }
}

fn try_add_frames(error: &Value<'_>, backtrace: &WasmBacktrace) -> JsResult<()> {
    let context = error.context();
    let stack = stack_of(error)?;
    if !stack.is_string() {
        return Ok(());
    }
    let (stack, here) = (stack.to_text()?, here(context)?);
    let (inner, outer) = split(&stack, &here);
    let mut text = String::from(inner);
    for frame in left(context, backtrace).iter().take(SHOWN) {
        write_frame(&mut text, frame);
    }
    text.push_str(outer);
    let text = context.string(&text)?;
    error.define(Key::Name("stack"), text, Attributes::METHOD)
}

/// The frames that have been left: without those of activations below, which are still there. Either list may have been cut off at its end.
fn left<'a>(context: Context<'_>, backtrace: &'a WasmBacktrace) -> &'a [FrameInfo] {
    let there = Agent::of(context).with_store(|store| WasmBacktrace::capture(store));
    let (frames, there) = (backtrace.frames(), there.frames());
    let is_rest = |start: &usize| {
        let mut both = frames[*start..].iter().zip(there);
        both.all(|(one, other)| is_same(one, other))
    };
    let whole = frames.len().checked_sub(there.len()).filter(is_rest);
    let end = whole.or_else(|| (0..frames.len()).find(is_rest));
    &frames[..end.unwrap_or(frames.len())]
}

fn is_same(one: &FrameInfo, other: &FrameInfo) -> bool {
    one.func_index() == other.func_index()
        && one.module_offset() == other.module_offset()
        && Module::same(one.module(), other.module())
}

/// What an error has as its `stack`, without asking scripts.
fn stack_of<'js>(error: &Value<'js>) -> JsResult<Value<'js>> {
    let context = error.context();
    match error.own_value(Key::Name("stack"))? {
        Some(own) => Ok(own),
        None => {
            let getter = realm(context).language.error_stack.get(context);
            getter.call(error, &[])
        }
    }
}

/// The frames of JavaScript that there are now.
fn here(context: Context<'_>) -> JsResult<String> {
    let stack = stack_of(&context.new_error(ErrorKind::Error, "")?)?;
    match stack.is_string() {
        true => stack.to_text(),
        false => Ok(String::new()),
    }
}

/// Splits a stack where the frames begin that are `here`. Either may have been cut off at its end.
fn split<'a>(stack: &'a str, here: &str) -> (&'a str, &'a str) {
    let mut start = 0;
    loop {
        let (inner, outer) = stack.split_at(start);
        let both = outer.lines().zip(here.lines());
        if both.clone().all(|(one, other)| one == other) && !here.is_empty() || outer.is_empty() {
            return (inner, outer);
        }
        start += outer.find('\n').map_or(outer.len(), |end| end + 1);
    }
}

/// A frame as V8 writes it.
fn write_frame(text: &mut String, frame: &FrameInfo) {
    let index = frame.func_index();
    let _ = match frame.func_name() {
        Some(name) => write!(text, "    at {name} ("),
        None => write!(text, "    at wasm-function[{index}] ("),
    };
    let module = frame.module().name().unwrap_or("wasm").to_owned();
    let _ = write!(text, "wasm://{module}:wasm-function[{index}]");
    if let Some(offset) = frame.module_offset() {
        let _ = write!(text, ":{offset:#x}");
    }
    text.push_str(")\n");
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn a_stack_is_split_where_the_present_frames_begin() {
        assert_eq!(split("f\nmain\n", "main\n"), ("f\n", "main\n"));
        assert_eq!(split("main\n", "main\n"), ("", "main\n"));
        assert_eq!(
            split("f\nf\nf\nmain\n", "f\nmain\n"),
            ("f\nf\n", "f\nmain\n")
        );
        // Deep ones are cut off.
        assert_eq!(split("f\ng\nh\n", "h\nmain\n"), ("f\ng\n", "h\n"));
        assert_eq!(split("f\ng\n", "main\n"), ("f\ng\n", ""));
        assert_eq!(split("f\n", ""), ("f\n", ""));
    }
}
