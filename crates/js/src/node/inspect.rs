//! What `node:util` cannot see of a value by the language alone.

use crate::buffer_source;
use crate::idl::Api;
use crate::library::native;
use crate::quickjs::{Call, JsResult, PromiseState, Value};

use super::errors;

pub(super) fn natives(natives: &Value<'_>) -> JsResult<()> {
    error_natives(natives)?;
    native(natives, "promiseState", promise_state)?;
    native(natives, "proxyTarget", |call| {
        let target = call.argument(0).proxy_target();
        Ok(target.unwrap_or_else(|| call.context().undefined()))
    })?;
    native(natives, "proxyHandler", |call| {
        let handler = call.argument(0).proxy_handler();
        Ok(handler.unwrap_or_else(|| call.context().undefined()))
    })
}

pub(super) fn error_natives(natives: &Value<'_>) -> JsResult<()> {
    native(natives, "isError", |call| {
        Ok(call.context().boolean(call.argument(0).is_error()))
    })
}

pub(super) fn util_natives(natives: &Value<'_>) -> JsResult<()> {
    error_natives(natives)?;
    native(natives, "errorName", |call| {
        let number = call.argument(0).to_i32()?;
        let context = call.context();
        match errors::name(number) {
            Some(name) => context.string(name),
            None => context.string(&format!("Unknown system error -{number}")),
        }
    })
}

pub(super) fn equal_natives(natives: &Value<'_>) -> JsResult<()> {
    error_natives(natives)?;
    native(natives, "differ", |call| {
        let bytes = |index| buffer_source::copy(Api("isDeepEqual()"), &call.argument(index));
        Ok(call.context().boolean(bytes(0)? != bytes(1)?))
    })
}

/// `promiseState(value)`: how a promise is and its result; nothing for what is none.
pub(super) fn promise_state<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let Some((state, result)) = call.argument(0).promise_state() else {
        return Ok(context.undefined());
    };
    let state = match state {
        PromiseState::Pending => "pending",
        PromiseState::Fulfilled => "fulfilled",
        PromiseState::Rejected => "rejected",
    };
    context.array([context.string(state)?, result])
}
