//! The instances of Rust behind `MessagePort` objects. Programs have the objects of the script `messaging` alone, which hold these.

use std::cell::{Cell, RefCell};
use std::ffi::CStr;
use std::sync::{Mutex, PoisonError};

use crate::agent::Agent;
use crate::clone::{self, Portable};
use crate::event_loop::{EventLoop, Keeps};
use crate::idl;
use crate::library::native;
use crate::quickjs::{Call, Class, Context, Held, JsResult, Trace, Value};

use super::channel::{Arrival, Port, channel};

/// A port, as long as it is here and not closed.
#[derive(Default)]
pub(super) struct PortObject {
    port: RefCell<Option<Port>>,
    /// Who receives its letters, once it is open.
    receiver: Cell<Option<u64>>,
    /// What the loop goes on for meanwhile, if somebody asked for that: a receiver to which nobody sends.
    keeper: Cell<Option<u64>>,
    /// It is on its way to another agent.
    is_moving: bool,
}

// SAFETY: it holds nothing of JavaScript.
unsafe impl Trace for PortObject {}

impl Class for PortObject {
    const NAME: &'static CStr = c"MessagePort";
}

impl PortObject {
    fn new(port: Port) -> Self {
        Self {
            port: RefCell::new(Some(port)),
            ..Self::default()
        }
    }

    /// Says whether the loop goes on for the port.
    fn keep(&self, events: &EventLoop, is_awaited: bool) {
        if let Some(receiver) = self.receiver.get() {
            return events.set_keeps(receiver, Keeps::idle_if(is_awaited));
        }
        match self.keeper.take() {
            Some(keeper) if is_awaited => self.keeper.set(Some(keeper)),
            Some(keeper) => events.forget(keeper),
            None if is_awaited && self.port.borrow().is_some() => {
                let keeper = events.receive(Keeps::Idle, |_, _, _| Ok(()));
                self.keeper.set(Some(keeper.receiver()));
            }
            None => {}
        }
    }

    /// Takes the port from here.
    fn leave(&self, agent: &Agent) -> Option<Port> {
        let port = self.port.take();
        for receiver in [self.receiver.take(), self.keeper.take()]
            .into_iter()
            .flatten()
        {
            agent.events.forget(receiver);
        }
        if let Some(port) = &port {
            port.shut();
        }
        port
    }
}

pub(crate) fn natives(natives: &Value<'_>) -> JsResult<()> {
    clone::natives(natives)?;
    native(natives, "channel", |call| {
        let context = call.context();
        let (one, two) = channel();
        context.array([wrap(context, one)?, wrap(context, two)?])
    })?;
    native(natives, "post", post)?;
    native(natives, "open", open)?;
    native(natives, "close", |call| {
        let context = call.context();
        let port = this(call)?.leave(Agent::of(context));
        // Its end tells the other one.
        drop(port);
        Ok(context.undefined())
    })?;
    native(natives, "move", |call| {
        let context = call.context();
        match this(call)?.leave(Agent::of(context)) {
            None => Ok(context.undefined()),
            Some(port) => context.instance(
                &context.null(),
                PortObject {
                    is_moving: true,
                    ..PortObject::new(port)
                },
            ),
        }
    })?;
    native(natives, "areEnds", |call| {
        let other = call.argument(1);
        let other = other
            .downcast::<PortObject>()
            .map(|other| other.port.borrow());
        let own = this(call)?.port.borrow();
        let are = match (&*own, other.as_deref()) {
            (Some(own), Some(Some(other))) => own.is_other_end_of(other),
            _ => false,
        };
        Ok(call.context().boolean(are))
    })?;
    native(natives, "clone", structured_clone)
}

/// Functions for what `node:worker_threads` does with ports besides: `keep(port, isAwaited)` and `take(port)`.
pub(crate) fn node_natives(natives: &Value<'_>) -> JsResult<()> {
    self::natives(natives)?;
    native(natives, "keep", |call| {
        let context = call.context();
        let is_awaited = call.argument(1).to_boolean();
        this(call)?.keep(&Agent::of(context).events, is_awaited);
        Ok(context.undefined())
    })?;
    native(natives, "take", |call| {
        let context = call.context();
        let arrival = match &*this(call)?.port.borrow() {
            Some(port) => port.take(),
            None => Arrival::Nothing,
        };
        match arrival {
            Arrival::Message(message) => context.array([clone::read(context, &message)?.value]),
            Arrival::Closed | Arrival::Nothing => Ok(context.undefined()),
        }
    })
}

/// The object for a port of this agent.
pub(super) fn wrap<'js>(context: Context<'js>, port: Port) -> JsResult<Value<'js>> {
    context.instance(&context.null(), PortObject::new(port))
}

/// An object without a port.
pub(super) fn wrap_none(context: Context<'_>) -> JsResult<Value<'_>> {
    context.instance(&context.null(), PortObject::default())
}

/// Who receives the letters of an open port.
pub(super) fn receiver(object: &Value<'_>) -> Option<u64> {
    object.downcast::<PortObject>()?.receiver.get()
}

/// The first argument. Only the library calls these functions.
fn this<'c>(call: &'c Call<'_>) -> JsResult<&'c PortObject> {
    call.argument_ref::<PortObject>(0)
        .ok_or_else(|| call.context().throw_type("Illegal invocation"))
}

/// `post(port, value, transfer, isDropped)`: what is dropped is serialized all the same.
fn post<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let message = clone::write(&call.argument(1), &idl::items(&call.argument(2))?)?;
    match &*this(call)?.port.borrow() {
        Some(port) if !call.argument(3).to_boolean() => port.post(message),
        _ => drop(message),
    }
    Ok(context.undefined())
}

/// `open(port, deliver)`: has `deliver(value, ports)` called with messages from now on, and without arguments when there
/// will be no more.
fn open<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let agent = Agent::of(context);
    let this = this(call)?;
    let port = this.port.borrow();
    let (Some(port), None) = (&*port, this.receiver.get()) else {
        return Ok(context.undefined());
    };
    let (object, deliver) = (call.argument(0).hold(), call.argument(1).hold());
    let owner = agent.events.receive(Keeps::Idle, move |context, _, _| {
        look(context, &object, &deliver)
    });
    this.receiver.set(Some(owner.receiver()));
    if let Some(keeper) = this.keeper.take() {
        agent.events.forget(keeper);
    }
    port.open(owner);
    Ok(context.undefined())
}

/// Delivers what there is at a port.
fn look(context: Context<'_>, object: &Held, deliver: &Held) -> JsResult<()> {
    let object = object.get(context);
    let Some(this) = object.downcast::<PortObject>() else {
        return Ok(());
    };
    let arrival = match &*this.port.borrow() {
        Some(port) => port.take(),
        None => Arrival::Nothing,
    };
    let deliver = deliver.get(context);
    let arguments = match arrival {
        Arrival::Nothing => return Ok(()),
        Arrival::Closed => {
            drop(this.leave(Agent::of(context)));
            Vec::new()
        }
        Arrival::Message(message) => match clone::read(context, &message) {
            Ok(received) => vec![received.value, context.array(received.transferred)?],
            Err(thrown) => {
                let error = context.catch(thrown);
                if error.is_uncatchable() {
                    return Err(context.throw(error));
                }
                // It could not be read: "messageerror".
                vec![error]
            }
        },
    };
    deliver.call(&context.undefined(), &arguments).map(drop)
}

/// `clone(value, transfer)`.
fn structured_clone<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let message = clone::write(&call.argument(0), &idl::items(&call.argument(1))?)?;
    Ok(clone::read(context, &message)?.value)
}

/// A port on its way.
struct Moving(Mutex<Option<Port>>);

impl Portable for Moving {
    fn arrive<'js>(&self, context: Context<'js>) -> JsResult<Value<'js>> {
        let port = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        match port {
            Some(port) => wrap(context, port),
            None => wrap_none(context),
        }
    }
}

/// A port that has been taken from where it was.
pub(crate) fn portable(value: &Value<'_>) -> JsResult<Option<Box<dyn Portable>>> {
    let moving = value
        .downcast::<PortObject>()
        .filter(|object| object.is_moving);
    Ok(moving.map(|object| {
        let port = object.port.take();
        Box::new(Moving(Mutex::new(port))) as Box<dyn Portable>
    }))
}
