//! How the event loop and `node:process` meet: ticks, exceptions that nobody catches, and the end.
//!
//! Where a program has not used its process there is nothing to ask.

use std::rc::Rc;

use crate::agent::Agent;
use crate::quickjs::{Context, Held, JsResult, PromiseState, Thrown, Value};
use crate::shell::Stream;

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

/// The code of a program whose module waits for what will never come.
const UNSETTLED: i32 = 13;

/// Tells the process that nothing is left to do, and gives its code. Listeners may find more; `go_on` does that, and says whether
/// there was something. `module` is the promise of the program, if it is a module.
pub(crate) fn end<'js>(
    context: Context<'js>,
    module: Option<&Value<'js>>,
    mut go_on: impl FnMut() -> JsResult<bool>,
) -> JsResult<i32> {
    let hooks = Node::of(context).hooks();
    if let Some(hooks) = &hooks {
        call(context, &hooks.before_exit, &[])?;
        while go_on()? {
            call(context, &hooks.before_exit, &[])?;
        }
    }
    let state = module.and_then(Value::promise_state);
    let code = match state {
        Some((PromiseState::Pending, _)) => UNSETTLED,
        _ => 0,
    };
    let code = match hooks {
        Some(hooks) => call(context, &hooks.emit_exit, &[context.int(code)])?.to_i32()?,
        None => code,
    };
    if code == UNSETTLED {
        let agent = Agent::of(context);
        let message = format!(
            "Warning: Detected unsettled top-level await at {}",
            agent.location().as_str()
        );
        agent.output.write(Stream::Error, &message);
    }
    Ok(code)
}

fn call<'js>(context: Context<'js>, hook: &Held, arguments: &[Value<'js>]) -> JsResult<Value<'js>> {
    hook.get(context).call(&context.undefined(), arguments)
}
