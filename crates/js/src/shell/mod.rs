//! What a script finds in its global object besides the language and `WebAssembly`: a shell as engines come with for
//! their tests, which is what glue code falls back to where there is neither a browser nor Node.

mod console;
mod encoding;
mod files;
mod inspect;
mod output;
mod rejections;
mod table;
mod timers;

use crate::agent::{Agent, Ending};
use crate::quickjs::{Attributes, Call, CallKind, Context, JsResult, Key, Value};

pub(crate) use console::Console;
pub(crate) use inspect::{inspect, is_error};
pub use output::{Output, Stream};
pub(crate) use rejections::Rejections;

/// Puts what every identity has into the global object.
pub(crate) fn install_common(context: Context<'_>) -> JsResult<()> {
    encoding::install(&context.global())
}

/// Puts what shells and workers have into the global object.
pub(crate) fn install_scope(context: Context<'_>) -> JsResult<()> {
    let global = context.global();
    console::install(&global)?;
    timers::install(&global)?;
    global.define(Key::Name("self"), global.clone(), Attributes::METHOD)
}

/// Puts what a shell has into the global object.
pub(crate) fn install(context: Context<'_>, arguments: &[String]) -> JsResult<()> {
    let global = context.global();
    files::install(&global)?;
    define(&global, "print", 0, console::print)?;
    define(&global, "printErr", 0, console::print_error)?;
    define(&global, "quit", 0, quit)?;
    for name in ["arguments", "scriptArgs"] {
        let list = arguments.iter().map(|argument| context.string(argument));
        let list = context.array(list.collect::<JsResult<Vec<_>>>()?)?;
        global.define(Key::Name(name), list, Attributes::ALL)?;
    }
    Ok(())
}

/// Defines a function as a method of the language is.
fn define<F>(object: &Value<'_>, name: &str, length: i32, function: F) -> JsResult<()>
where
    F: for<'a> Fn(&Call<'a>) -> JsResult<Value<'a>> + Copy + 'static,
{
    let context = object.context();
    let function = context.function(name, length, CallKind::Function, function)?;
    object.define(Key::Name(name), function, Attributes::METHOD)
}

/// `quit(code)`: ends the program at once.
fn quit<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let code = call.argument(0).to_i32()?;
    Err(Agent::of(context).end(context, Ending::Quit(code)))
}
