//! [`EventLoop`]: one queue of tasks for an agent, timers, and work that other threads do.
//!
//! A task is whatever runs JavaScript from an empty stack; after each, the jobs of promises run until none is left. The
//! loop ends when nothing is left that could make another task.
//!
//! What comes from other threads comes as letters to receivers, see `mailbox`. A receiver may keep the loop going or not: that of another
//! thread's work does, since it will certainly send; one that only may be sent something has the agent wait as long as
//! any other agent is active.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::mailbox::{Letter, Mailbox, Sender};
use crate::quickjs::{Context, Held, JsResult};

/// A task.
pub(crate) type Task = Box<dyn for<'js> FnOnce(Context<'js>) -> JsResult<()>>;
/// What becomes of another thread's work.
type Then = Box<dyn for<'js> FnOnce(Context<'js>, Letter) -> JsResult<()>>;
/// What becomes of letters.
type OnLetter = Rc<dyn for<'js> Fn(Context<'js>, u64, Letter) -> JsResult<()>>;

/// How many tasks there are before a timer that is due. Who answers each message with another would else keep timers waiting for ever.
const MOST_IN_A_ROW: u32 = 100;

/// What an agent has to do.
pub(crate) struct EventLoop {
    tasks: RefCell<VecDeque<Task>>,
    /// Timers by when they are due; of one moment the first that was set.
    timers: RefCell<BTreeMap<(Instant, u32), Timer>>,
    /// When each timer is due.
    due: RefCell<HashMap<u32, Instant>>,
    next_timer: Cell<u32>,
    /// Works of other threads, by number.
    works: RefCell<HashMap<u64, Then>>,
    /// Who receives letters more than once.
    receivers: RefCell<HashMap<u64, Receiver>>,
    next_receiver: Cell<u64>,
    mailbox: Arc<Mailbox>,
    /// How many tasks there have been since timers were looked for.
    in_a_row: Cell<u32>,
    /// Ends by itself when it has no receivers, and does not wait for all agents to be idle.
    ends_alone: Cell<bool>,
    /// There shall be no more tasks.
    is_closing: Cell<bool>,
}

/// Who receives letters.
struct Receiver {
    on_letter: OnLetter,
    /// Whether a letter will certainly come, or may come.
    keeps: Keeps,
}

/// What a receiver means for the life of its loop.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Keeps {
    /// A letter will come: there is something to wait for.
    Busy,
    /// A letter may come, if somebody sends one.
    Idle,
    /// Nobody waits for a letter.
    Nothing,
}

impl Keeps {
    /// `Idle` where somebody waits for letters that may come.
    pub(crate) fn idle_if(is_awaited: bool) -> Self {
        match is_awaited {
            true => Self::Idle,
            false => Self::Nothing,
        }
    }
}

/// A function that is called later.
pub(crate) struct Timer {
    pub(crate) id: u32,
    pub(crate) function: Held,
    pub(crate) arguments: Vec<Held>,
    /// After which time again, if it is.
    pub(crate) every: Option<Duration>,
    /// Whether the loop goes on for it alone.
    pub(crate) is_awaited: bool,
}

/// Where another thread's reply goes. A thread that ends without one is as if nobody had expected it.
pub(crate) struct Reply<R> {
    sender: Sender,
    is_sent: bool,
    kind: PhantomData<fn(R)>,
}

impl<R: Send + 'static> Reply<R> {
    /// Sends the reply.
    pub(crate) fn send(mut self, result: R) {
        self.is_sent = true;
        self.sender.send(Box::new(result));
    }
}

impl<R> Drop for Reply<R> {
    fn drop(&mut self) {
        if !self.is_sent {
            self.sender.send(Box::new(Nothing));
        }
    }
}

/// No reply.
struct Nothing;

/// What comes next.
pub(crate) enum Next {
    /// Run this.
    Task(Task),
    /// Call this.
    Timer(Timer),
    /// Wait for another thread, at most until then.
    Wait(Option<Instant>),
    /// Wait for other agents as long as one is active, at most until then.
    Idle(Option<Instant>),
    /// Nothing can happen any more.
    End,
}

impl EventLoop {
    /// That of an agent with this mailbox.
    pub(crate) fn new(mailbox: Arc<Mailbox>, ends_alone: bool) -> Self {
        Self {
            tasks: RefCell::default(),
            timers: RefCell::default(),
            due: RefCell::default(),
            next_timer: Cell::new(0),
            works: RefCell::default(),
            receivers: RefCell::default(),
            next_receiver: Cell::new(0),
            mailbox,
            in_a_row: Cell::new(0),
            ends_alone: Cell::new(ends_alone),
            is_closing: Cell::new(false),
        }
    }

    /// Queues a task.
    pub(crate) fn task(&self, task: impl for<'js> FnOnce(Context<'js>) -> JsResult<()> + 'static) {
        self.tasks.borrow_mut().push_back(Box::new(task));
    }

    /// Has another thread do `work`, and queues `then` with what it gives.
    pub(crate) fn work<R: Send + 'static>(
        &self,
        work: impl FnOnce() -> R + Send + 'static,
        then: impl for<'js> FnOnce(Context<'js>, R) -> JsResult<()> + 'static,
    ) {
        let (_, reply) = self.expect(then);
        rayon::spawn(move || reply.send(work()));
    }

    /// Queues `then` with what another thread replies. The loop goes on until it has, or until [`EventLoop::abandon`] with the number.
    pub(crate) fn expect<R: Send + 'static>(
        &self,
        then: impl for<'js> FnOnce(Context<'js>, R) -> JsResult<()> + 'static,
    ) -> (u64, Reply<R>) {
        let id = self.new_receiver();
        let then: Then = Box::new(move |context, result| match result.downcast::<R>() {
            Ok(result) => then(context, *result),
            Err(_) => Ok(()),
        });
        self.works.borrow_mut().insert(id, then);
        let reply = Reply {
            sender: self.mailbox.sender(id),
            is_sent: false,
            kind: PhantomData,
        };
        (id, reply)
    }

    /// Expects a reply no more.
    pub(crate) fn abandon(&self, id: u64) {
        let then = self.works.borrow_mut().remove(&id);
        // Its end may come back here.
        drop(then);
    }

    fn new_receiver(&self) -> u64 {
        let id = self.next_receiver.get();
        self.next_receiver.set(id + 1);
        id
    }

    /// Has `on_letter` called, as a task, with the receiver's number and each letter that is sent by what this returns, until
    /// [`EventLoop::forget`].
    pub(crate) fn receive(
        &self,
        keeps: Keeps,
        on_letter: impl for<'js> Fn(Context<'js>, u64, Letter) -> JsResult<()> + 'static,
    ) -> Sender {
        let id = self.new_receiver();
        let on_letter: OnLetter = Rc::new(on_letter);
        let receiver = Receiver { on_letter, keeps };
        self.receivers.borrow_mut().insert(id, receiver);
        self.mailbox.sender(id)
    }

    /// Changes what a receiver means for the life of the loop.
    pub(crate) fn set_keeps(&self, receiver: u64, keeps: Keeps) {
        if let Some(receiver) = self.receivers.borrow_mut().get_mut(&receiver) {
            receiver.keeps = keeps;
        }
    }

    /// Receives no more.
    pub(crate) fn forget(&self, receiver: u64) {
        let before = self.receivers.borrow_mut().remove(&receiver);
        // Its end may come back here.
        drop(before);
    }

    /// Has the loop end when it has no receivers, whatever other agents do.
    pub(crate) fn end_alone(&self) {
        self.ends_alone.set(true);
    }

    /// Has the loop end after the present task.
    pub(crate) fn close(&self) {
        self.is_closing.set(true);
    }

    fn new_timer(&self) -> u32 {
        let id = self.next_timer.get() + 1;
        self.next_timer.set(id);
        id
    }

    /// Sets a timer and returns its number.
    pub(crate) fn set_timer(
        &self,
        function: Held,
        arguments: Vec<Held>,
        delay: Duration,
        repeats: bool,
    ) -> u32 {
        let id = self.new_timer();
        self.add_timer(
            Timer {
                id,
                function,
                arguments,
                every: repeats.then_some(delay),
                is_awaited: true,
            },
            delay,
        );
        id
    }

    /// Sets a timer that nothing waits for: where nothing else is left to do the loop ends before it.
    pub(crate) fn set_idle_timer(&self, function: Held, arguments: Vec<Held>, delay: Duration) {
        let id = self.new_timer();
        self.add_timer(
            Timer {
                id,
                function,
                arguments,
                every: None,
                is_awaited: false,
            },
            delay,
        );
    }

    /// Sets a timer that has been due again.
    pub(crate) fn add_timer(&self, timer: Timer, delay: Duration) {
        // What the clock cannot express is for ever.
        let Some(at) = Instant::now().checked_add(delay) else {
            return;
        };
        self.due.borrow_mut().insert(timer.id, at);
        self.timers.borrow_mut().insert((at, timer.id), timer);
    }

    /// Forgets a timer, if there is one of that number.
    pub(crate) fn clear_timer(&self, id: u32) {
        let due = self.due.borrow_mut().remove(&id);
        let timer = due.and_then(|at| self.timers.borrow_mut().remove(&(at, id)));
        drop(timer);
    }

    /// Says whether the loop goes on for a timer, if there is one of that number.
    pub(crate) fn await_timer(&self, id: u32, is_awaited: bool) {
        let due = self.due.borrow().get(&id).copied();
        let mut timers = self.timers.borrow_mut();
        if let Some(timer) = due.and_then(|at| timers.get_mut(&(at, id))) {
            timer.is_awaited = is_awaited;
        }
    }

    /// Whether the timer of that number is to be called again.
    pub(crate) fn is_set(&self, id: u32) -> bool {
        self.due.borrow().contains_key(&id)
    }

    /// What comes next: tasks in their order, what others have sent, and timers that are due. But timers have their turn however much
    /// of the rest there is.
    pub(crate) fn next(&self) -> Next {
        if self.is_closing.get() {
            return Next::End;
        }
        let in_a_row = self.in_a_row.get();
        if in_a_row < MOST_IN_A_ROW
            && let Some(task) = self.next_task()
        {
            self.in_a_row.set(in_a_row + 1);
            return Next::Task(task);
        }
        self.in_a_row.set(0);
        let first = self.timers.borrow().keys().next().copied();
        if let Some((at, id)) = first
            && at <= Instant::now()
        {
            return self.due_timer(at, id);
        }
        match self.next_task() {
            Some(task) => Next::Task(task),
            None => self.wait(first.map(|(at, _)| at)),
        }
    }

    /// The next task, or what the next letter is for its receiver.
    fn next_task(&self) -> Option<Task> {
        let task = self.tasks.borrow_mut().pop_front();
        if task.is_some() {
            return task;
        }
        while let Some((id, letter)) = self.mailbox.take() {
            if let Some(task) = self.open(id, letter) {
                return Some(task);
            }
        }
        None
    }

    /// How to wait, at most until then.
    fn wait(&self, until: Option<Instant>) -> Next {
        if self.is_awaited() {
            return Next::Wait(until);
        }
        let is_over = self.mailbox.group().is_over();
        // The first agent of the web waits for all others anyway.
        match !is_over && (!self.ends_alone.get() || self.has_receiver(Keeps::Idle)) {
            true => Next::Idle(until),
            false => Next::End,
        }
    }

    /// Whether anything is under way that the loop goes on for.
    fn is_awaited(&self) -> bool {
        !self.works.borrow().is_empty()
            || self.has_receiver(Keeps::Busy)
            || self.timers.borrow().values().any(|it| it.is_awaited)
    }

    fn has_receiver(&self, keeps: Keeps) -> bool {
        let receivers = self.receivers.borrow();
        receivers.values().any(|receiver| receiver.keeps == keeps)
    }

    /// The task that a letter is, if somebody receives it.
    fn open(&self, id: u64, letter: Letter) -> Option<Task> {
        let then = self.works.borrow_mut().remove(&id);
        if let Some(then) = then {
            return Some(Box::new(move |context| then(context, letter)));
        }
        let receivers = self.receivers.borrow();
        let on_letter = receivers.get(&id)?.on_letter.clone();
        Some(Box::new(move |context| on_letter(context, id, letter)))
    }

    fn due_timer(&self, at: Instant, id: u32) -> Next {
        let timer = self.timers.borrow_mut().remove(&(at, id));
        let Some(timer) = timer else {
            return Next::End;
        };
        // One that repeats stays set while it is called, so that it can be cleared.
        if timer.every.is_none() {
            self.due.borrow_mut().remove(&id);
        }
        Next::Timer(timer)
    }

    /// What other threads have for the agent.
    pub(crate) fn mailbox(&self) -> &Arc<Mailbox> {
        &self.mailbox
    }

    /// Forgets everything, at the agent's end.
    pub(crate) fn clear(&self) {
        let tasks = std::mem::take(&mut *self.tasks.borrow_mut());
        let timers = std::mem::take(&mut *self.timers.borrow_mut());
        let works = std::mem::take(&mut *self.works.borrow_mut());
        let receivers = std::mem::take(&mut *self.receivers.borrow_mut());
        drop((tasks, timers, works, receivers));
    }
}
