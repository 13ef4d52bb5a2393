//! Stack traces that go through JavaScript and wasm: the `stack` of an error names the frames of both, in the order of the calls.
//!
//! QuickJS knows its own frames alone. It writes them when an error is made; those of wasm are known when the error leaves an activation
//! of wasm, as a trap or an exception of JavaScript on its way out. Then they belong before the frames that JavaScript has at that moment.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::fmt::Write as _;
use std::rc::Rc;

use weft::{FrameInfo, FrameSymbol, Module, WasmBacktrace};

use crate::agent::Agent;
use crate::quickjs::{Context, ErrorKind, JsResult, Value};

use super::realm;

/// How many frames of one activation are shown.
const SHOWN: usize = 32;

/// Puts wasm's frames into the `stack` of an error that leaves wasm, as long as that is a text. What is no error is left alone.
pub(super) fn add_frames(value: &Value<'_>, backtrace: &WasmBacktrace) {
    if backtrace.frames().is_empty() || !value.is_error() {
        return;
    }
    if let Err(thrown) = try_add_frames(value, backtrace) {
        drop(value.context().catch(thrown));
    }
}

fn try_add_frames(error: &Value<'_>, backtrace: &WasmBacktrace) -> JsResult<()> {
    let context = error.context();
    let stacks = &realm(context).error_stacks;
    let stack = stacks.calls(error)?;
    if !stack.is_string() {
        return Ok(());
    }
    let (stack, here) = (stack.to_text()?, here(context)?);
    let (inner, outer) = split(&stack, &here);
    let mut text = String::from(inner);
    for frame in left(context, backtrace).iter().take(SHOWN) {
        write_frame(&mut text, frame, &Agent::of(context).source_lines);
    }
    text.push_str(outer);
    stacks.note(error, &text)
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

/// The frames of JavaScript that there are now.
fn here(context: Context<'_>) -> JsResult<String> {
    let error = context.new_error(ErrorKind::Error, "")?;
    let stack = realm(context).error_stacks.calls(&error)?;
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

/// A frame as V8 writes it, with the place in the source behind it where the module says so.
fn write_frame(text: &mut String, frame: &FrameInfo, lines: &SourceLines) {
    let index = frame.func_index();
    let name = frame.name();
    let name = name.unwrap_or_else(|| format!("wasm-function[{index}]"));
    let _ = write!(
        text,
        "    at {name} ({}:wasm-function[{index}]",
        url(frame.module())
    );
    if let Some(offset) = frame.module_offset() {
        let _ = write!(text, ":{offset:#x}");
    }
    text.push(')');
    if let Some(place) = lines.find(frame) {
        let _ = write!(text, " [{place}]");
    }
    text.push('\n');
}

/// The URL that V8 gives a module: its name, if it has one, and a hash that tells it from others of that name.
fn url(module: &Module) -> String {
    const ENDS: usize = 4096;
    let wasm = module.wasm();
    let ends = [
        &wasm[..wasm.len().min(ENDS)],
        &wasm[wasm.len().saturating_sub(ENDS)..],
    ];
    let length = wasm.len().to_le_bytes();
    let bytes = length.iter().chain(ends.into_iter().flatten());
    // FNV-1a.
    let hash = bytes.fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    });
    match module.name() {
        Some(name) => format!("wasm://wasm/{name}-{hash:08x}"),
        None => format!("wasm://wasm/{hash:08x}"),
    }
}

/// Places in sources that modules have told of, since finding one takes long and a program may throw at one place many times.
#[derive(Default)]
pub(crate) struct SourceLines(RefCell<VecDeque<Lines>>);

/// Places by their offsets in a module.
struct Lines {
    module: Module,
    places: HashMap<usize, Option<Rc<str>>>,
}

impl SourceLines {
    /// Where in the source a frame is: `file:line:column`.
    fn find(&self, frame: &FrameInfo) -> Option<Rc<str>> {
        const MODULES: usize = 8;
        const PLACES: usize = 1000;
        let module = frame.module();
        let offset = frame.module_offset()?;
        module.custom_sections(".debug_line").next()?;
        let mut modules = self.0.borrow_mut();
        let known = modules
            .iter()
            .position(|it| Module::same(&it.module, module));
        let index = known.unwrap_or_else(|| {
            modules.truncate(MODULES - 1);
            modules.push_front(Lines {
                module: module.clone(),
                places: HashMap::new(),
            });
            0
        });
        let places = &mut modules[index].places;
        if let Some(place) = places.get(&offset) {
            return place.clone();
        }
        if places.len() == PLACES {
            places.clear();
        }
        let place = frame.symbols().first().and_then(place);
        places.insert(offset, place.clone());
        place
    }
}

fn place(symbol: &FrameSymbol) -> Option<Rc<str>> {
    let (file, line) = (symbol.file()?, symbol.line()?);
    Some(match symbol.column() {
        Some(column) => format!("{file}:{line}:{column}").into(),
        None => format!("{file}:{line}").into(),
    })
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
