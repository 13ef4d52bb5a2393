//! Waiting for several things at once: `poll_oneoff`.

use crate::errno::Errno;
use crate::memory::{GuestMemory, Value};
use crate::process::Process;
use crate::rights::Rights;
use crate::table::{Object, Table};
use crate::types::{Event, Filestat, Subscription, Wanted};
use crate::wait::{Pollable, is_none_ready};
use rustix::event::PollFlags;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

/// Subscriptions that one call may have; they are copied to the host.
const MAX_SUBSCRIPTIONS: u32 = 1 << 16;

/// What a subscription came to before any waiting.
enum State<'t> {
    /// It is true, or has failed, already.
    Done(Event),
    /// It comes true this many nanoseconds after the call began.
    Timer(u64),
    /// It comes true when the descriptor, the n-th waited for, is ready.
    Descriptor(BorrowedFd<'t>, PollFlags),
}

/// `poll_oneoff`: waits until one of the subscriptions comes true and reports all that have.
pub(crate) fn poll_oneoff(
    ctx: &mut Process,
    memory: GuestMemory<'_>,
    subscriptions: u32,
    events: u32,
    count: u32,
    result: u32,
) -> Result<(), Errno> {
    poll::<Subscription>(ctx, memory, subscriptions, events, count, result)
}

/// The same, with subscriptions laid out as `S`.
pub(crate) fn poll<S: Value + Into<Subscription>>(
    ctx: &mut Process,
    memory: GuestMemory<'_>,
    subscriptions: u32,
    events: u32,
    count: u32,
    result: u32,
) -> Result<(), Errno> {
    match count {
        0 => return Err(Errno::Inval),
        1..=MAX_SUBSCRIPTIONS => {}
        _ => return Err(Errno::Nomem),
    }
    let size = count.checked_mul(Event::SIZE).ok_or(Errno::Fault)?;
    memory.range(events, size)?;
    let mut wanted = Vec::with_capacity(count as usize);
    for i in 0..count {
        let at = GuestMemory::element(subscriptions, i, S::SIZE)?;
        wanted.push(memory.read::<S>(at)?.into());
    }
    let happened = wait_for(ctx, &wanted)?;
    for (i, event) in happened.iter().enumerate() {
        let at = GuestMemory::element(events, i as u32, Event::SIZE)?;
        memory.copy_out(at, &event.encode())?;
    }
    memory.write(result, happened.len() as u32)
}

/// Waits and returns at least one event.
fn wait_for(ctx: &mut Process, wanted: &[Subscription]) -> Result<Vec<Event>, Errno> {
    let start = ctx.waiter.start();
    let mut states = Vec::with_capacity(wanted.len());
    for subscription in wanted {
        states.push(match subscription.wanted {
            Wanted::Clock { .. } => timer(ctx, *subscription),
            _ => None,
        });
    }
    let states: Vec<State<'_>> = states
        .into_iter()
        .zip(wanted)
        .map(|(timer, subscription)| timer.unwrap_or_else(|| descriptor(&ctx.table, *subscription)))
        .collect();
    let earliest = states.iter().filter_map(timeout).min();
    let fds: Vec<Pollable<'_>> = states
        .iter()
        .filter_map(|state| match state {
            State::Descriptor(fd, flags) => Some((*fd, *flags)),
            _ => None,
        })
        .collect();

    let immediate =
        states.iter().any(|state| matches!(state, State::Done(_))) || earliest == Some(0);
    let mut passed = 0;
    let mut ready = Vec::new();
    if immediate {
        ready = ctx.waiter.poll(&fds, Some(start))?;
    } else if let Some(earliest) = earliest {
        // Virtual clocks jump, once it is known that nothing else is ready.
        if ctx.clocks.is_virtual {
            ready = ctx.waiter.poll(&fds, Some(start))?;
        }
        if is_none_ready(&ready) && ctx.clocks.skip(earliest) {
            passed = earliest;
        } else if is_none_ready(&ready) {
            let deadline = start.checked_add(Duration::from_nanos(earliest));
            ready = ctx.waiter.poll(&fds, deadline)?;
            if is_none_ready(&ready) {
                passed = earliest;
            }
        }
    } else {
        ready = ctx.waiter.poll(&fds, None)?;
    }
    if !ctx.clocks.is_virtual {
        passed = passed.max(nanoseconds(start.elapsed()));
    }
    Ok(collect(&ctx.table, wanted, &states, &ready, passed))
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

fn timeout(state: &State<'_>) -> Option<u64> {
    match state {
        State::Timer(nanoseconds) => Some(*nanoseconds),
        _ => None,
    }
}

/// The events of all subscriptions that have come true after `passed` nanoseconds.
fn collect(
    table: &Table,
    wanted: &[Subscription],
    states: &[State<'_>],
    ready: &[PollFlags],
    passed: u64,
) -> Vec<Event> {
    let mut ready = ready.iter();
    let mut events = Vec::new();
    for (subscription, state) in wanted.iter().zip(states) {
        match state {
            State::Done(event) => events.push(*event),
            State::Timer(at) if *at <= passed => {
                events.push(event(*subscription, Errno::Success));
            }
            State::Timer(_) => {}
            State::Descriptor(..) => {
                let revents = ready.next().copied().unwrap_or(PollFlags::empty());
                if !revents.is_empty() {
                    events.push(descriptor_event(table, *subscription, revents));
                }
            }
        }
    }
    events
}

fn event(subscription: Subscription, error: Errno) -> Event {
    Event {
        userdata: subscription.userdata,
        error,
        wanted: subscription.wanted,
        nbytes: 0,
        hangup: false,
    }
}

/// When a clock subscription comes true; an event if the clock cannot be waited for.
fn timer(ctx: &mut Process, subscription: Subscription) -> Option<State<'static>> {
    let Wanted::Clock {
        clock,
        timeout,
        absolute,
    } = subscription.wanted
    else {
        return None;
    };
    // Virtual time does not pass while a call is made.
    let elapsed = match ctx.clocks.is_virtual {
        true => 0,
        false => nanoseconds(ctx.waiter.start().elapsed()),
    };
    Some(match ctx.clocks.waitable(clock) {
        Err(error) => State::Done(event(subscription, error)),
        Ok(clock) if absolute => match timeout.saturating_sub(clock.now()) {
            0 => State::Timer(0),
            left => State::Timer(left.saturating_add(elapsed)),
        },
        Ok(_) => State::Timer(timeout),
    })
}

/// What to wait for on a descriptor; an event if it is ready or bad.
fn descriptor(table: &Table, subscription: Subscription) -> State<'_> {
    let (fd, right, flags) = match subscription.wanted {
        Wanted::Read(fd) => (fd, Rights::FD_READ, PollFlags::IN),
        Wanted::Write(fd) => (fd, Rights::FD_WRITE, PollFlags::OUT),
        _ => return State::Done(event(subscription, Errno::Inval)),
    };
    match pollable(table, fd, right) {
        Err(error) => State::Done(event(subscription, error)),
        Ok(Some(host)) => State::Descriptor(host, flags),
        Ok(None) => State::Done(Event {
            nbytes: available(table, subscription.wanted),
            ..event(subscription, Errno::Success)
        }),
    }
}

/// The host's descriptor to poll; none if the thing is always ready.
fn pollable(table: &Table, fd: u32, right: Rights) -> Result<Option<BorrowedFd<'_>>, Errno> {
    let descriptor = table.with(fd, Rights::POLL_FD_READWRITE)?;
    // A listening socket has no right to read, but waiting for it to be readable is its purpose.
    if !descriptor.base.contains(Rights::SOCK_ACCEPT) {
        descriptor.base.require(right)?;
    }
    Ok(descriptor.object.poll_fd())
}

fn descriptor_event(table: &Table, subscription: Subscription, revents: PollFlags) -> Event {
    let error = if revents.contains(PollFlags::NVAL) {
        Errno::Badf
    } else {
        Errno::Success
    };
    Event {
        nbytes: available(table, subscription.wanted),
        hangup: revents.contains(PollFlags::HUP),
        ..event(subscription, error)
    }
}

/// Bytes that can be read at once, as far as the host knows; for writing at least one.
fn available(table: &Table, wanted: Wanted) -> u64 {
    let Wanted::Read(fd) = wanted else {
        return 1;
    };
    match table.get(fd).map(|descriptor| &descriptor.object) {
        Ok(Object::File(file)) => left_in_file(file.fd.as_fd()).unwrap_or(1),
        Ok(Object::Stream(stream)) => rustix::io::ioctl_fionread(stream.fd.as_fd()).unwrap_or(1),
        Ok(Object::Socket(socket)) => rustix::io::ioctl_fionread(&socket.fd).unwrap_or(1),
        _ => 1,
    }
}

fn left_in_file(fd: BorrowedFd<'_>) -> rustix::io::Result<u64> {
    let size = Filestat::from_stat(&rustix::fs::fstat(fd)?).size;
    Ok(size.saturating_sub(rustix::fs::tell(fd)?))
}
