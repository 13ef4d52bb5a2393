//! `BroadcastChannel`: channels of a name that any agent of the group can join.

use std::cell::Cell;
use std::collections::HashMap;
use std::ffi::CStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::agent::Agent;
use crate::clone::{self, Message};
use crate::event_loop::Keeps;
use crate::library::native;
use crate::mailbox::{Letter, Sender};
use crate::quickjs::{Call, Class, Context, Held, JsResult, Trace, Value};

/// The channels of a group, by name, each with its members in the order in which they joined.
#[derive(Default)]
pub(crate) struct Channels(Mutex<HashMap<Vec<u16>, Vec<Member>>>);

struct Member {
    number: u64,
    sender: Sender,
}

impl Channels {
    fn lock(&self) -> MutexGuard<'_, HashMap<Vec<u16>, Vec<Member>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn quit(&self, name: &[u16], number: u64) {
        let mut channels = self.lock();
        if let Some(members) = channels.get_mut(name) {
            members.retain(|member| member.number != number);
            if members.is_empty() {
                channels.remove(name);
            }
        }
    }
}

/// A member of a channel.
struct MemberObject {
    channels: Arc<Channels>,
    name: Vec<u16>,
    number: u64,
    receiver: u64,
    has_quit: Cell<bool>,
}

// SAFETY: it holds nothing of JavaScript.
unsafe impl Trace for MemberObject {}

impl Class for MemberObject {
    const NAME: &'static CStr = c"BroadcastChannel";
}

impl MemberObject {
    fn quit(&self) {
        if !self.has_quit.replace(true) {
            self.channels.quit(&self.name, self.number);
        }
    }
}

impl Drop for MemberObject {
    fn drop(&mut self) {
        self.quit();
    }
}

pub(super) fn natives(natives: &Value<'_>) -> JsResult<()> {
    native(natives, "join", join)?;
    native(natives, "broadcast", broadcast)?;
    native(natives, "keepMember", |call| {
        let context = call.context();
        if let Some(member) = call.argument_ref::<MemberObject>(0) {
            let keeps = Keeps::idle_if(call.argument(1).to_boolean());
            Agent::of(context).events.set_keeps(member.receiver, keeps);
        }
        Ok(context.undefined())
    })?;
    native(natives, "quit", |call| {
        let context = call.context();
        if let Some(member) = call.argument_ref::<MemberObject>(0) {
            member.quit();
            Agent::of(context).events.forget(member.receiver);
        }
        Ok(context.undefined())
    })
}

/// `join(name, deliver)`.
fn join<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let agent = Agent::of(context);
    let name = call.argument(0).to_utf16()?;
    let deliver = call.argument(1).hold();
    let sender = agent
        .events
        .receive(Keeps::Idle, move |context, _, letter| {
            hear(context, &deliver, letter)
        });
    let channels = agent.setup.channels.clone();
    let member = MemberObject {
        name: name.clone(),
        number: agent.setup.new_number(),
        receiver: sender.receiver(),
        has_quit: Cell::new(false),
        channels: channels.clone(),
    };
    let number = member.number;
    let joined = Member { number, sender };
    channels.lock().entry(name).or_default().push(joined);
    context.instance(&context.null(), member)
}

/// `broadcast(member, value)`: false if it has quit.
fn broadcast<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let Some(member) = call.argument_ref::<MemberObject>(0) else {
        return Err(context.throw_type("Illegal invocation"));
    };
    if member.has_quit.get() {
        return Ok(context.boolean(false));
    }
    let message = Arc::new(clone::write(&call.argument(1), &[])?);
    let channels = member.channels.lock();
    let members = channels.get(&member.name);
    let others = members
        .into_iter()
        .flatten()
        .filter(|other| other.number != member.number);
    let others: Vec<Sender> = others.map(|other| other.sender.clone()).collect();
    drop(channels);
    for other in others {
        other.send(Box::new(message.clone()));
    }
    Ok(context.boolean(true))
}

/// Delivers a message of a channel.
fn hear(context: Context<'_>, deliver: &Held, letter: Letter) -> JsResult<()> {
    let Ok(message) = letter.downcast::<Arc<Message>>() else {
        return Ok(());
    };
    let deliver = deliver.get(context);
    let arguments = match clone::read(context, &message) {
        Ok(received) => vec![received.value, context.array([])?],
        Err(thrown) => vec![context.catch(thrown)],
    };
    deliver.call(&context.undefined(), &arguments).map(drop)
}
