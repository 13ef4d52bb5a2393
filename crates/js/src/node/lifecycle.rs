//! How the event loop and `node:process` meet: ticks, exceptions that nobody catches, and the end.
//!
//! Where a program has not used its process there is nothing to ask.

use std::rc::Rc;

use crate::quickjs::{Context, Held, JsResult, Thrown, Value};

use super::Node;

/// Functions of `node:process`.
pub(super) struct Hooks {
    pub(super) run_ticks: Held,
    pub(super) emit_exit: Held,
    pub(super) uncaught: Held,
    pub(super) rejected: Held,
    pub(super) failed: Held,
    pub(super) before_exit: Held,
}

impl Node {
    /// Whether something waits for the end of what runs now.
    pub(crate) fn has_ticks(&self) -> bool {
        self.has_ticks.get()
    }

    fn hooks(&self) -> Option<Rc<Hooks>> {
        self.hooks.borrow().clone()
    }
}

/// Runs what `process.nextTick` has queued.
pub(crate) fn drain_ticks(context: Context<'_>) -> JsResult<()> {
    let node = Node::of(context);
    let Some(hooks) = node.hooks().filter(|_| node.has_ticks.take()) else {
        return Ok(());
    };
    call(context, &hooks.run_ticks, &[]).map(drop)
}

/// Gives an exception that nobody has caught to the listeners of the process. Without any it comes back.
pub(crate) fn take_uncaught(context: Context<'_>, thrown: Thrown) -> JsResult<()> {
    let exception = context.catch(thrown);
    let hooks = Node::of(context).hooks();
    let Some(hooks) = hooks.filter(|_| !exception.is_uncatchable()) else {
        return Err(context.throw(exception));
    };
    let origin = context.string("uncaughtException")?;
    let taken = call(context, &hooks.uncaught, &[exception.clone(), origin])?;
    match taken.to_boolean() {
        true => Ok(()),
        false => {
            call(context, &hooks.failed, &[])?;
            Err(context.throw(exception))
        }
    }
}

/// Gives a rejection that nobody handles to the listeners of the process, and says whether one has taken it.
pub(crate) fn take_rejection<'js>(promise: &Value<'js>, reason: &Value<'js>) -> JsResult<bool> {
    let context = promise.context();
    let Some(hooks) = Node::of(context).hooks() else {
        return Ok(false);
    };
    let taken = call(context, &hooks.rejected, &[reason.clone(), promise.clone()])?;
    if !taken.to_boolean() {
        call(context, &hooks.failed, &[])?;
    }
    Ok(taken.to_boolean())
}

/// Tells the process that nothing is left to do, and gives its code. Listeners may find more; `go_on` does that, and says whether
/// there was something.
pub(crate) fn end(
    context: Context<'_>,
    mut go_on: impl FnMut() -> JsResult<bool>,
) -> JsResult<i32> {
    let Some(hooks) = Node::of(context).hooks() else {
        return Ok(0);
    };
    loop {
        call(context, &hooks.before_exit, &[])?;
        if !go_on()? {
            return call(context, &hooks.emit_exit, &[])?.to_i32();
        }
    }
}

fn call<'js>(context: Context<'js>, hook: &Held, arguments: &[Value<'js>]) -> JsResult<Value<'js>> {
    hook.get(context).call(&context.undefined(), arguments)
}
