//! Timers, microtasks and the clock.

use std::time::Duration;

use crate::agent::Agent;
use crate::quickjs::{Call, JsResult, Value};

use super::define;

pub(super) fn install(global: &Value<'_>) -> JsResult<()> {
    define(global, "setTimeout", 1, |call| set(call, false))?;
    define(global, "setInterval", 1, |call| set(call, true))?;
    define(global, "clearTimeout", 0, clear)?;
    define(global, "clearInterval", 0, clear)
}

/// `setTimeout(function, delay, ...arguments)`, `setInterval(…)`.
fn set<'js>(call: &Call<'js>, repeats: bool) -> JsResult<Value<'js>> {
    let context = call.context();
    let function = call.argument(0);
    if !function.is_callable() {
        return Err(context.throw_type("a timer needs a function to call"));
    }
    let delay = call.argument(1).to_number()?;
    // What is no number of milliseconds is none.
    let delay = if delay > 0.0 {
        delay.min(f64::from(i32::MAX))
    } else {
        0.0
    };
    // One that repeats at once would leave no room for anything else.
    let delay = if repeats { delay.max(1.0) } else { delay };
    let arguments = call.arguments(2).into_iter().map(Value::hold).collect();
    let id = Agent::of(context).events.set_timer(
        function.hold(),
        arguments,
        Duration::from_secs_f64(delay / 1000.0),
        repeats,
    );
    Ok(context.number(f64::from(id)))
}

/// `clearTimeout(id)`, `clearInterval(id)`.
fn clear<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    if let Some(id) = call.argument(0).as_number() {
        Agent::of(context).events.clear_timer(id as u32);
    }
    Ok(context.undefined())
}
