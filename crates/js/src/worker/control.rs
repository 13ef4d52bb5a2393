//! [`Control`]: ends a worker from other threads, with the workers that it has started, and tells when it has ended.
//!
//! JavaScript, wasm and everything that waits look whether they are to end. But some single steps of QuickJS take as long as a
//! script likes and look for nothing: `Array.prototype.reverse` of an object that says it is 2⁵³ long. So nobody waits for a worker
//! that is to end longer than [`PATIENCE`]. Then it is *abandoned*: it counts as ended, and its thread goes on by itself until the
//! step or the process ends. That is safe because a thread shares nothing with others but what belongs to all of them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use weft::InterruptHandle;

use crate::mailbox::Mailbox;

/// How long a worker may take to end.
pub(super) const PATIENCE: Duration = Duration::from_secs(1);

/// Ends a worker from other threads.
pub(crate) struct Control {
    mailbox: Arc<Mailbox>,
    is_terminated: AtomicBool,
    state: Mutex<State>,
    ended: Condvar,
}

#[derive(Default)]
struct State {
    interrupt: Option<InterruptHandle>,
    /// Workers that it has started. It may be in no state to end them itself.
    children: Vec<Weak<Control>>,
    has_ended: bool,
}

impl Control {
    /// That of a worker with this mailbox.
    pub(super) fn new(mailbox: Arc<Mailbox>) -> Arc<Self> {
        Arc::new(Self {
            mailbox,
            is_terminated: AtomicBool::new(false),
            state: Mutex::default(),
            ended: Condvar::new(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The mailbox of the worker.
    pub(crate) fn mailbox(&self) -> &Arc<Mailbox> {
        &self.mailbox
    }

    /// Whether it is to end.
    pub(crate) fn is_terminated(&self) -> bool {
        self.is_terminated.load(Ordering::SeqCst)
    }

    /// Gives it what interrupts the worker.
    pub(crate) fn attach(&self, handle: InterruptHandle) {
        let mut state = self.lock();
        if self.is_terminated() {
            handle.interrupt();
        }
        state.interrupt = Some(handle);
    }

    /// Has a worker that this one starts end with it.
    pub(super) fn adopt(&self, child: &Arc<Self>) {
        let mut state = self.lock();
        state.children.retain(|child| child.strong_count() > 0);
        state.children.push(Arc::downgrade(child));
        drop(state);
        if self.is_terminated() {
            child.terminate();
        }
    }

    /// Ends it, and the workers below it. Says whether nobody has before.
    pub(super) fn terminate(self: &Arc<Self>) -> bool {
        if self.is_terminated() {
            return false;
        }
        self.for_each_below(|control| {
            control.is_terminated.store(true, Ordering::SeqCst);
            if let Some(interrupt) = &control.lock().interrupt {
                interrupt.interrupt();
            }
        });
        true
    }

    /// Has nobody wait for it any more, nor for the workers below it.
    pub(super) fn abandon(self: &Arc<Self>) {
        self.for_each_below(|control| control.mailbox.close());
    }

    /// Calls `body` for this and what is below it, each before its children are looked for: so one that comes meanwhile is met here,
    /// or by [`Control::adopt`].
    fn for_each_below(self: &Arc<Self>, body: impl Fn(&Self)) {
        let mut rest = vec![self.clone()];
        while let Some(control) = rest.pop() {
            body(&control);
            rest.extend(control.lock().children.iter().filter_map(Weak::upgrade));
        }
    }

    /// Notes that the worker has ended: its thread does nothing more.
    pub(super) fn end(&self) {
        self.lock().has_ended = true;
        self.ended.notify_all();
    }

    /// Waits until the worker has ended, at most until `until`. Says whether it has.
    pub(super) fn wait(&self, until: Instant) -> bool {
        let rest = until.saturating_duration_since(Instant::now());
        let waited = self
            .ended
            .wait_timeout_while(self.lock(), rest, |state| !state.has_ended);
        waited.unwrap_or_else(PoisonError::into_inner).0.has_ended
    }
}
