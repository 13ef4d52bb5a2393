//! What `node:timers` is made of: timers of the event loop, by number.

use std::time::Duration;

use crate::agent::Agent;
use crate::library::native;
use crate::quickjs::{JsResult, Value};

pub(super) fn natives(natives: &Value<'_>) -> JsResult<()> {
    native(natives, "setTimer", |call| {
        let context = call.context();
        let delay = Duration::from_secs_f64(call.argument(1).to_number()?.max(0.0) / 1000.0);
        let repeats = call.argument(2).to_boolean();
        let events = &Agent::of(context).events;
        let id = events.set_timer(call.argument(0).hold(), Vec::new(), delay, repeats);
        Ok(context.number(f64::from(id)))
    })?;
    native(natives, "clearTimer", |call| {
        let id = call.argument(0).to_number()? as u32;
        Agent::of(call.context()).events.clear_timer(id);
        Ok(call.context().undefined())
    })?;
    native(natives, "reference", |call| {
        let id = call.argument(0).to_number()? as u32;
        let is_awaited = call.argument(1).to_boolean();
        Agent::of(call.context()).events.await_timer(id, is_awaited);
        Ok(call.context().undefined())
    })
}
