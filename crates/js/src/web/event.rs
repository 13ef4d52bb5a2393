//! Events and aborting: what their scripts leave to the host, and exceptions on their way to programs.

use std::time::{Duration, SystemTime};

use crate::agent::Agent;
use crate::library::{self, native};
use crate::quickjs::{Attributes, Call, Context, JsResult, Key, Thrown, Value};
use crate::report::Report;

pub(super) fn natives(natives: &Value<'_>) -> JsResult<()> {
    native(natives, "now", now)?;
    native(natives, "describe", describe)?;
    native(natives, "uncaught", |call| {
        let context = call.context();
        Agent::of(context).end_uncaught(call.argument(0));
        Ok(context.undefined())
    })
}

pub(super) fn abort_natives(natives: &Value<'_>) -> JsResult<()> {
    native(natives, "after", after)
}

pub(super) fn clock_natives(natives: &Value<'_>) -> JsResult<()> {
    native(natives, "now", now)?;
    native(natives, "timeOrigin", |call| {
        let context = call.context();
        let origin = Agent::of(context).started_at;
        let since = origin.duration_since(SystemTime::UNIX_EPOCH);
        let since = since.unwrap_or_default().as_secs_f64();
        Ok(context.number(since * 1000.0))
    })
}

/// `now()`: milliseconds since the agent began.
fn now<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let elapsed = Agent::of(context).started.elapsed();
    Ok(context.number(elapsed.as_secs_f64() * 1000.0))
}

/// `after(function, milliseconds)`: a timer that nothing waits for.
fn after<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let milliseconds = call.argument(1).as_number().unwrap_or(0.0);
    Agent::of(context).events.set_idle_timer(
        call.argument(0).hold(),
        Vec::new(),
        Duration::from_secs_f64(milliseconds / 1000.0),
    );
    Ok(context.undefined())
}

/// `describe(exception)`: what an ErrorEvent says of it ("extract error information" of HTML).
fn describe<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let report = Report::new(&call.argument(0));
    let (file, line, column) = report.place().unwrap_or(("", 0, 0));
    let result = context.object()?;
    let define = |name, value| result.define(Key::Name(name), value, Attributes::ALL);
    let message = format!("Uncaught {}", report.message());
    define("message", context.string(&message)?)?;
    define("filename", context.string(file)?)?;
    define("lineno", context.number(line as f64))?;
    define("colno", context.number(column as f64))?;
    Ok(result)
}

/// "Report an exception" that a task has ended with: fine if the program deals with it, and thrown again otherwise.
pub(crate) fn report(context: Context<'_>, thrown: Thrown) -> JsResult<()> {
    let exception = context.catch(thrown);
    let is_handled = match exception.is_uncatchable() {
        true => false,
        false => ask(context, "handleError", std::slice::from_ref(&exception))?,
    };
    match is_handled {
        true => Ok(()),
        false => Err(context.throw(exception)),
    }
}

/// Tells the program of a rejection that nobody has handled; gives whether it has dealt with it now.
pub(crate) fn report_rejection<'js>(promise: &Value<'js>, reason: &Value<'js>) -> JsResult<bool> {
    let arguments = [promise.clone(), reason.clone()];
    ask(promise.context(), "handleRejection", &arguments)
}

/// Asks the script. A program that has never used events has no listeners.
fn ask<'js>(context: Context<'js>, function: &str, arguments: &[Value<'js>]) -> JsResult<bool> {
    let Some(exports) = library::loaded(context, "event") else {
        return Ok(false);
    };
    let function = exports.get(Key::Name(function))?;
    let answer = function.call(&context.undefined(), arguments)?;
    Ok(answer.to_boolean())
}
