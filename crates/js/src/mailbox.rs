//! [`Mailbox`]: what other threads have for an agent; and [`Group`], the agents that can reach each other.
//!
//! An agent that only waits for others is *idle*. When all agents of a group are, nothing can happen any more, and the group is
//! over: that ends programs whose ports and workers still listen. Who puts something into a mailbox is not idle, and makes its
//! owner so no longer in the same step; so a group that is over stays over.

use std::any::Any;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

/// What somebody sends.
pub(crate) type Letter = Box<dyn Any + Send>;

/// What other threads have for an agent.
pub(crate) struct Mailbox {
    contents: Mutex<Contents>,
    changed: Condvar,
    group: Arc<Group>,
}

#[derive(Default)]
struct Contents {
    /// With the number of who receives each.
    letters: VecDeque<(u64, Letter)>,
    /// Somebody wants the owner to look around.
    is_woken: bool,
    /// The owner can do nothing but wait for letters.
    is_idle: bool,
    /// The owner is gone, or nobody waits for it any more.
    is_closed: bool,
}

/// Sends to one receiver of an agent, from any thread.
#[derive(Clone)]
pub(crate) struct Sender {
    mailbox: Arc<Mailbox>,
    receiver: u64,
}

impl Sender {
    /// Sends a letter. One to an agent that is gone goes nowhere.
    pub(crate) fn send(&self, letter: Letter) {
        let mut contents = self.mailbox.lock();
        if contents.is_closed {
            // Its end may come back here.
            drop(contents);
            return;
        }
        contents.letters.push_back((self.receiver, letter));
        if std::mem::take(&mut contents.is_idle) {
            self.mailbox.group.enter();
        }
        self.mailbox.changed.notify_all();
    }

    /// The number of the receiver.
    pub(crate) fn receiver(&self) -> u64 {
        self.receiver
    }
}

impl Mailbox {
    /// The mailbox of a new agent, which is not idle.
    pub(crate) fn new(group: &Arc<Group>) -> Arc<Self> {
        group.enter();
        let mailbox = Arc::new(Self {
            contents: Mutex::default(),
            changed: Condvar::new(),
            group: group.clone(),
        });
        group.lock().members.push(Arc::downgrade(&mailbox));
        mailbox
    }

    fn lock(&self) -> MutexGuard<'_, Contents> {
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The group of the owner.
    pub(crate) fn group(&self) -> &Arc<Group> {
        &self.group
    }

    /// Something that sends to one of the owner's receivers.
    pub(crate) fn sender(self: &Arc<Self>, receiver: u64) -> Sender {
        Sender {
            mailbox: self.clone(),
            receiver,
        }
    }

    /// The first letter.
    pub(crate) fn take(&self) -> Option<(u64, Letter)> {
        self.lock().letters.pop_front()
    }

    /// Makes a wait end.
    pub(crate) fn wake(&self) {
        self.lock().is_woken = true;
        self.changed.notify_all();
    }

    /// Waits for a letter, until someone wakes, or `until`. An owner that `is_idle` meanwhile waits no longer when its group is over.
    pub(crate) fn wait(&self, until: Option<Instant>, is_idle: bool) {
        let mut contents = self.lock();
        while contents.letters.is_empty() && !std::mem::take(&mut contents.is_woken) {
            // A mailbox that is closed has been taken out of the group, maybe by others.
            if is_idle && !contents.is_idle && !contents.is_closed {
                contents.is_idle = true;
                if self.group.leave() {
                    drop(contents);
                    self.group.wake_all();
                    return;
                }
            }
            if self.group.is_over() {
                return;
            }
            contents = match until.map(|at| at.saturating_duration_since(Instant::now())) {
                None => self
                    .changed
                    .wait(contents)
                    .unwrap_or_else(PoisonError::into_inner),
                Some(Duration::ZERO) => break,
                Some(rest) => {
                    let waited = self.changed.wait_timeout(contents, rest);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
        // Whoever sent a letter has seen to this already.
        if std::mem::take(&mut contents.is_idle) {
            self.group.enter();
        }
    }

    /// The owner goes on after its group was over.
    pub(crate) fn resume(&self) {
        if std::mem::take(&mut self.lock().is_idle) {
            self.group.enter();
        }
        self.group.is_over.store(false, Ordering::SeqCst);
    }

    /// Takes no more letters: the owner is gone, or has been abandoned.
    pub(crate) fn close(&self) {
        let mut contents = self.lock();
        if std::mem::replace(&mut contents.is_closed, true) {
            return;
        }
        let letters = std::mem::take(&mut contents.letters);
        let was_active = !std::mem::take(&mut contents.is_idle);
        drop(contents);
        if was_active && self.group.leave() {
            self.group.wake_all();
        }
        // Their end may come back here.
        drop(letters);
    }
}

/// Agents that can reach each other.
#[derive(Default)]
pub(crate) struct Group {
    members: Mutex<Members>,
    is_over: AtomicBool,
}

#[derive(Default)]
struct Members {
    members: Vec<Weak<Mailbox>>,
    /// How many of them are not idle.
    active: usize,
}

impl Group {
    fn lock(&self) -> MutexGuard<'_, Members> {
        self.members.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One more is active.
    fn enter(&self) {
        self.lock().active += 1;
    }

    /// One less is active. Says whether that was the last.
    fn leave(&self) -> bool {
        let mut members = self.lock();
        members.active -= 1;
        members.members.retain(|member| member.strong_count() > 0);
        let is_over = members.active == 0;
        if is_over {
            self.is_over.store(true, Ordering::SeqCst);
        }
        is_over
    }

    /// Whether nothing can happen any more.
    pub(crate) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::SeqCst)
    }

    fn wake_all(&self) {
        let members: Vec<_> = self
            .lock()
            .members
            .iter()
            .filter_map(Weak::upgrade)
            .collect();
        members.iter().for_each(|member| member.wake());
    }
}
