//! [`Port`]: an end of a channel between two places of any agents (the "message ports" of § 9.4 of the HTML standard, below their
//! objects).
//!
//! Messages wait at the end that they are for, wherever it is. While that end is open somewhere its agent gets a letter for each;
//! an end that is on its way to another agent, within a message, is not.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::clone::Message;
use crate::mailbox::Sender;

/// One end of a channel. Dropping it closes the channel.
pub(crate) struct Port {
    own: Arc<End>,
    other: Arc<End>,
}

/// Where the messages for a port are.
#[derive(Default)]
struct End(Mutex<State>);

#[derive(Default)]
struct State {
    messages: VecDeque<Message>,
    /// Who is told of each message.
    owner: Option<Sender>,
    is_closed: bool,
}

/// What a letter to the owner of a port is: look at the port.
pub(crate) struct Look;

/// What there is at a port.
pub(crate) enum Arrival {
    Message(Message),
    /// There are no messages, and will be none.
    Closed,
    Nothing,
}

impl End {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(state: &State) {
        if let Some(owner) = &state.owner {
            owner.send(Box::new(Look));
        }
    }

    /// Takes no more messages; gives those that nobody will read.
    fn close(&self) -> VecDeque<Message> {
        let mut state = self.lock();
        state.is_closed = true;
        state.owner = None;
        std::mem::take(&mut state.messages)
    }
}

/// Both ends of a new channel.
pub(crate) fn channel() -> (Port, Port) {
    let (one, two) = (Arc::new(End::default()), Arc::new(End::default()));
    let first = Port {
        own: one.clone(),
        other: two.clone(),
    };
    let second = Port {
        own: two,
        other: one,
    };
    (first, second)
}

impl Port {
    /// Sends to the other end, unless it is closed.
    pub(crate) fn post(&self, message: Message) {
        let mut other = self.other.lock();
        if other.is_closed {
            drop(other);
            return discard([message].into());
        }
        other.messages.push_back(message);
        End::tell(&other);
    }

    /// Has `owner` told of the messages that are here, and of those that come.
    pub(crate) fn open(&self, owner: Sender) {
        let mut own = self.own.lock();
        own.owner = Some(owner);
        for _ in &own.messages {
            End::tell(&own);
        }
        // Whoever closes the other end first says that it is closed and then looks for an owner.
        drop(own);
        if self.other.lock().is_closed {
            End::tell(&self.own.lock());
        }
    }

    /// Has nobody told any more.
    pub(crate) fn shut(&self) {
        self.own.lock().owner = None;
    }

    /// What there is.
    pub(crate) fn take(&self) -> Arrival {
        match self.own.lock().messages.pop_front() {
            Some(message) => Arrival::Message(message),
            None if self.other.lock().is_closed => Arrival::Closed,
            None => Arrival::Nothing,
        }
    }

    /// Whether both are the ends of one channel.
    pub(crate) fn is_other_end_of(&self, port: &Self) -> bool {
        Arc::ptr_eq(&self.own, &port.other)
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        let unread = self.own.close();
        End::tell(&self.other.lock());
        discard(unread);
    }
}

/// Drops messages, which may hold ports with messages that hold ports, without going deep.
fn discard(messages: VecDeque<Message>) {
    thread_local! {
        static UNREAD: RefCell<Option<VecDeque<Message>>> = const { RefCell::new(None) };
    }
    let is_outermost = UNREAD.with_borrow_mut(|unread| match unread {
        Some(unread) => {
            unread.extend(messages);
            false
        }
        None => {
            *unread = Some(messages);
            true
        }
    });
    if !is_outermost {
        return;
    }
    while let Some(message) = UNREAD.with_borrow_mut(|unread| unread.as_mut()?.pop_front()) {
        drop(message);
    }
    UNREAD.set(None);
}
