//! `Atomics.wait`, `Atomics.waitAsync` and `Atomics.notify` (§ 25.4 of ECMA-262), in the engine's wait queue: QuickJS's own has
//! another one, which wasm and other agents' interrupts know nothing of, and lacks the second.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::CStr;
use std::time::Duration;

use weft::WaitResult;
use weft::host::{self, AsyncWait, Expected};

use crate::agent::{Agent, Ending};
use crate::buffer_source;
use crate::event_loop::Keeps;
use crate::quickjs::{
    Attributes, Call, CallKind, Capability, Class, Context, ElementType, Held, JsResult, Key,
    Trace, Value, ViewKind,
};

/// Replaces the functions of the realm.
pub(crate) fn install(context: Context<'_>) -> JsResult<()> {
    let atomics = context.global().get(Key::Name("Atomics"))?;
    let define = |name, function| atomics.define(Key::Name(name), function, Attributes::METHOD);
    let kind = CallKind::Function;
    define("wait", context.function("wait", 4, kind, wait)?)?;
    define(
        "waitAsync",
        context.function("waitAsync", 4, kind, wait_async)?,
    )?;
    define("notify", context.function("notify", 3, kind, notify)?)
}

/// Promises of `waitAsync` that are not settled, by the receivers of their notifications.
#[derive(Default)]
pub(crate) struct Waits(RefCell<HashMap<u64, Pending>>);

impl Waits {
    /// Waits no more, at the agent's end.
    pub(crate) fn clear(&self) {
        drop(self.0.take());
    }
}

struct Pending {
    wait: AsyncWait,
    promise: Capability,
    /// The timer that ends it.
    timer: Option<u32>,
    /// Keeps the memory, lest another one has its address.
    _array: Held,
}

impl Drop for Pending {
    fn drop(&mut self) {
        self.wait.cancel();
    }
}

/// The place that an element has in memory.
struct Place<'js> {
    array: Value<'js>,
    elements: ElementType,
    index: usize,
}

impl<'js> Place<'js> {
    /// ValidateIntegerTypedArray(typedArray, true) and ValidateAtomicAccess.
    fn new(call: &Call<'js>, name: &str, must_be_shared: bool) -> JsResult<Self> {
        let context = call.context();
        let array = call.argument(0);
        let elements = array.element_type();
        let elements = elements.filter(|it| [ElementType::I32, ElementType::I64].contains(it));
        let Some(elements) = elements else {
            return Err(context.throw_type(&format!(
                "Atomics.{name}: the first argument must be an Int32Array or a BigInt64Array"
            )));
        };
        let range = buffer_source::view_range(&array, ViewKind::TypedArray)?;
        if must_be_shared && range.buffer.is_array_buffer() {
            return Err(context.throw_type(&format!(
                "Atomics.{name}: the array must be one of shared memory"
            )));
        }
        let length = (range.length / elements.size()) as f64;
        // ToIndex.
        let index = call.argument(1).to_number()?.trunc();
        let index = if index.is_nan() { 0.0 } else { index };
        if !(0.0..length).contains(&index) {
            return Err(
                context.throw_range(&format!("Atomics.{name}: the index is beyond the array"))
            );
        }
        Ok(Self {
            array,
            elements,
            index: index as usize,
        })
    }

    /// The address of the element; `None` if its buffer is not shared. Good until a script runs.
    fn address(&self) -> JsResult<Option<*mut u8>> {
        let range = buffer_source::view_range(&self.array, ViewKind::TypedArray)?;
        let offset = range.offset + self.index * self.elements.size();
        Ok(match range.buffer.buffer_bytes() {
            // Shared memory never becomes smaller.
            Some((base, _)) if !range.buffer.is_array_buffer() => Some(base.wrapping_add(offset)),
            _ => None,
        })
    }

    /// The value that the element shall have.
    fn expected(&self, value: &Value<'_>) -> JsResult<Expected> {
        Ok(match self.elements {
            ElementType::I32 => Expected::I32(value.to_i32()? as u32),
            _ => Expected::I64(value.to_bigint64()? as u64),
        })
    }
}

/// How long to wait; `None` is for ever.
fn timeout(value: &Value<'_>) -> JsResult<Option<Duration>> {
    let milliseconds = value.to_number()?;
    if milliseconds.is_nan() {
        return Ok(None);
    }
    let seconds = milliseconds.max(0.0) / 1000.0;
    // What a duration cannot express is for ever.
    Ok(Duration::try_from_secs_f64(seconds).ok())
}

/// `wait(typedArray, index, value, timeout)`.
fn wait<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let place = Place::new(call, "wait", true)?;
    let expected = place.expected(&call.argument(2))?;
    let timeout = timeout(&call.argument(3))?;
    let Some(address) = place.address()? else {
        return Err(context.throw_type("Atomics.wait: the memory is not shared"));
    };
    let agent = Agent::of(context);
    let result = agent.with_store(|store| {
        // SAFETY: an element of a typed array is aligned, and the array keeps its memory.
        unsafe { host::atomic_wait(store, address, expected, timeout) }
    });
    match result {
        Ok(WaitResult::Ok) => context.string("ok"),
        Ok(WaitResult::Mismatch) => context.string("not-equal"),
        Ok(WaitResult::TimedOut) => context.string("timed-out"),
        Err(_) => Err(agent.end(context, Ending::Interrupted)),
    }
}

/// `notify(typedArray, index, count)`.
fn notify<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let place = Place::new(call, "notify", false)?;
    let count = call.argument(2);
    let count = match count.is_undefined() {
        true => u32::MAX,
        // A number that is too large is all of them.
        false => count.to_number()?.max(0.0) as u32,
    };
    let woken = match place.address()? {
        Some(address) => host::atomic_notify(address, count),
        None => 0,
    };
    Ok(context.number(f64::from(woken)))
}

/// `waitAsync(typedArray, index, value, timeout)`.
fn wait_async<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let place = Place::new(call, "waitAsync", true)?;
    let expected = place.expected(&call.argument(2))?;
    let timeout = timeout(&call.argument(3))?;
    let Some(address) = place.address()? else {
        return Err(context.throw_type("Atomics.waitAsync: the memory is not shared"));
    };
    let events = &Agent::of(context).events;
    // A program for Node may end in spite of them.
    let is_awaited = Agent::of(context).node.get().is_none();
    let keeps = Keeps::idle_if(is_awaited);
    let sender = events.receive(keeps, |context, receiver, _| {
        settle(context, receiver, "ok")
    });
    let receiver = sender.receiver();
    // SAFETY: an element of a typed array is aligned, and the array, which is kept, keeps its memory.
    let wait =
        unsafe { host::atomic_wait_async(address, expected, move || sender.send(Box::new(()))) };
    let at_once = match &wait {
        None => Some("not-equal"),
        Some(wait) if timeout == Some(Duration::ZERO) => {
            wait.cancel();
            Some("timed-out")
        }
        Some(_) => None,
    };
    let result = context.object()?;
    let define = |name, value| result.define(Key::Name(name), value, Attributes::ALL);
    define("async", context.boolean(at_once.is_none()))?;
    let (Some(wait), None) = (wait, at_once) else {
        events.forget(receiver);
        define("value", context.string(at_once.unwrap_or("ok"))?)?;
        return Ok(result);
    };
    let promise = Capability::new(context)?;
    define("value", promise.promise(context))?;
    let timer = match timeout {
        None => None,
        Some(timeout) => {
            let time_up = context.instance(&context.null(), TimeUp(receiver))?;
            let timer = events.set_timer(time_up.hold(), Vec::new(), timeout, false);
            events.await_timer(timer, is_awaited);
            Some(timer)
        }
    };
    let pending = Pending {
        wait,
        promise,
        timer,
        _array: place.array.hold(),
    };
    let waits = &Agent::of(context).waits;
    waits.0.borrow_mut().insert(receiver, pending);
    Ok(result)
}

/// Fulfils the promise of a wait that is over.
fn settle(context: Context<'_>, receiver: u64, result: &str) -> JsResult<()> {
    let agent = Agent::of(context);
    agent.events.forget(receiver);
    let pending = agent.waits.0.borrow_mut().remove(&receiver);
    let Some(pending) = pending else {
        return Ok(());
    };
    if let Some(timer) = pending.timer {
        agent.events.clear_timer(timer);
    }
    pending.promise.settle(context, context.string(result))
}

/// What the timer of a wait calls.
struct TimeUp(u64);

// SAFETY: it holds nothing of JavaScript.
unsafe impl Trace for TimeUp {}

impl Class for TimeUp {
    const NAME: &'static CStr = c"Function";
    const CALLABLE: bool = true;

    fn call<'js>(&self, call: &Call<'js>) -> JsResult<Value<'js>> {
        let context = call.context();
        let waits = &Agent::of(context).waits;
        let is_in_time = waits
            .0
            .borrow()
            .get(&self.0)
            .is_some_and(|it| it.wait.cancel());
        // One that was notified before has its letter under way.
        if is_in_time {
            settle(context, self.0, "timed-out")?;
        }
        Ok(context.undefined())
    }
}
