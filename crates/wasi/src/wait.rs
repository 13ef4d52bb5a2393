//! Waiting that can be called off.
//!
//! A guest whose time is up must not sit in a host call. Every wait here therefore watches, next to
//! what the guest wants, the descriptor by which the engine's watchdog wakes it.

use crate::errno::Errno;
use rustix::event::{PollFd, PollFlags, Timespec};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};
use weft::InterruptHandle;

/// Tells a waiting call that its guest is to be stopped.
pub trait Interruption: Send + Sync {
    /// Whether the guest is to be stopped. It stays so until the engine has stopped it.
    fn is_raised(&self) -> bool;

    /// An event (`eventfd`) that becomes readable when the guest is to be stopped, after
    /// [`is_raised`](Self::is_raised) has become true. Waits empty it when it tells of nothing. Without one, waiting
    /// calls look at [`is_raised`](Self::is_raised) every 20 ms.
    fn wake_fd(&self) -> Option<BorrowedFd<'_>> {
        None
    }
}

/// The engine's own interruption of a store.
impl Interruption for InterruptHandle {
    fn is_raised(&self) -> bool {
        self.is_interrupted()
    }

    fn wake_fd(&self) -> Option<BorrowedFd<'_>> {
        self.event().ok()
    }
}

/// How long a wait lasts when nothing can wake it.
const SLICE: Duration = Duration::from_millis(20);

/// Waits on behalf of a thread of a guest.
#[derive(Default)]
pub(crate) struct Waiter {
    interruption: Option<Arc<dyn Interruption>>,
    chosen: bool,
    /// Whether waits are postponed, since the call that makes them keeps other threads out.
    postpones: bool,
    postponed: Cell<Option<Wait>>,
    /// When the present call began, once it was asked for.
    start: Cell<Option<Instant>>,
}

/// A descriptor, and what is wanted of it.
pub(crate) type Pollable<'fd> = (BorrowedFd<'fd>, PollFlags);

/// A wait that outlives the call that asked for it, and thereby the descriptors of the guest.
pub(crate) struct Wait {
    fds: Vec<(OwnedFd, PollFlags)>,
    deadline: Option<Instant>,
}

impl Waiter {
    /// Obeys what the embedder has chosen.
    pub(crate) fn set(&mut self, interruption: Arc<dyn Interruption>) {
        self.interruption = Some(interruption);
        self.chosen = true;
    }

    /// Obeys the engine, unless the embedder has chosen.
    pub(crate) fn set_default(&mut self, interruption: Arc<dyn Interruption>) {
        if !self.chosen {
            self.interruption = Some(interruption);
        }
    }

    /// `Intr` when the guest is to be stopped; the engine turns its return into a trap.
    pub(crate) fn check(&self) -> Result<(), Errno> {
        match &self.interruption {
            Some(interruption) if interruption.is_raised() => Err(Errno::Intr),
            _ => Ok(()),
        }
    }

    /// A call begins, which postpones its waits or not.
    pub(crate) fn begin(&mut self, postpones: bool) {
        self.postpones = postpones;
        self.start.set(None);
    }

    /// When the call began, however often it was broken off since.
    pub(crate) fn start(&self) -> Instant {
        let start = self.start.get().unwrap_or_else(Instant::now);
        self.start.set(Some(start));
        start
    }

    /// What a call that broke off has to wait for.
    pub(crate) fn take_postponed(&self) -> Option<Wait> {
        self.postponed.take()
    }

    /// Makes up for a wait that was postponed.
    pub(crate) fn wait(&self, wait: &Wait) -> Result<(), Errno> {
        let fds: Vec<_> = wait
            .fds
            .iter()
            .map(|(fd, want)| (fd.as_fd(), *want))
            .collect();
        self.block(&fds, wait.deadline).map(|_| ())
    }

    /// Waits until `fd` is ready for `events`, has failed or has hung up.
    pub(crate) fn ready(&self, fd: BorrowedFd<'_>, events: PollFlags) -> Result<(), Errno> {
        self.poll(&[(fd, events)], None).map(|_| ())
    }

    /// Waits until one of `fds` is ready for what is wanted of it or `deadline` has passed, and
    /// returns what each is ready for.
    ///
    /// Where waits are postponed, an error breaks off the call.
    pub(crate) fn poll(
        &self,
        fds: &[Pollable<'_>],
        deadline: Option<Instant>,
    ) -> Result<Vec<PollFlags>, Errno> {
        if !self.postpones {
            return self.block(fds, deadline);
        }
        let now = Instant::now();
        let ready = self.block(fds, Some(now))?;
        if is_none_ready(&ready) && deadline.is_none_or(|at| at > now) {
            self.postponed.set(Some(Wait::new(fds, deadline)?));
            return Err(Errno::Again);
        }
        Ok(ready)
    }

    fn block(
        &self,
        wanted: &[Pollable<'_>],
        deadline: Option<Instant>,
    ) -> Result<Vec<PollFlags>, Errno> {
        let wake = self.interruption.as_ref().and_then(|it| it.wake_fd());
        let slice = (wake.is_none() && self.interruption.is_some()).then_some(SLICE);
        let wake = wake.map(|fd| (fd, PollFlags::IN));
        let mut fds: Vec<PollFd<'_>> = wanted
            .iter()
            .copied()
            .chain(wake)
            .map(|(fd, events)| PollFd::from_borrowed_fd(fd, events))
            .collect();
        loop {
            self.check()?;
            let left = deadline.map(|at| at.saturating_duration_since(Instant::now()));
            let expired = left == Some(Duration::ZERO);
            let wait = match (left, slice) {
                (Some(left), Some(slice)) => Some(left.min(slice)),
                (left, slice) => left.or(slice),
            };
            match rustix::event::poll(&mut fds, wait.map(timespec).as_ref()) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
            self.check()?;
            forget_stale(&fds[wanted.len()..]);
            let ready: Vec<_> = fds[..wanted.len()].iter().map(PollFd::revents).collect();
            if expired || !is_none_ready(&ready) {
                return Ok(ready);
            }
        }
    }
}

impl Wait {
    /// The same descriptor may be wanted many times, and is duplicated once.
    fn new(fds: &[Pollable<'_>], deadline: Option<Instant>) -> Result<Self, Errno> {
        let mut wanted = BTreeMap::new();
        for (fd, events) in fds {
            *wanted.entry(fd.as_raw_fd()).or_insert(PollFlags::empty()) |= *events;
        }
        let mut kept = Vec::with_capacity(wanted.len());
        for (fd, _) in fds {
            if let Some(events) = wanted.remove(&fd.as_raw_fd()) {
                kept.push((rustix::io::fcntl_dupfd_cloexec(fd, 0)?, events));
            }
        }
        Ok(Self {
            fds: kept,
            deadline,
        })
    }
}

/// Whether the time was over before any descriptor was ready.
pub(crate) fn is_none_ready(ready: &[PollFlags]) -> bool {
    ready.iter().all(|events| events.is_empty())
}

/// Empties an event that tells of an interruption which is over: it would end every wait at once.
fn forget_stale(wake: &[PollFd<'_>]) {
    for event in wake.iter().filter(|event| !event.revents().is_empty()) {
        // The next interruption is raised before it signals, so none is lost here.
        let _ = rustix::io::read(event, &mut [0_u8; 8]);
    }
}

fn timespec(duration: Duration) -> Timespec {
    Timespec {
        tv_sec: i64::try_from(duration.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: duration.subsec_nanos().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering};

    struct Flag {
        raised: AtomicBool,
        wake: Option<OwnedFd>,
    }

    impl Interruption for Flag {
        fn is_raised(&self) -> bool {
            self.raised.load(Ordering::SeqCst)
        }
        fn wake_fd(&self) -> Option<BorrowedFd<'_>> {
            self.wake.as_ref().map(|fd| fd.as_fd())
        }
    }

    fn interrupts_a_read_of_a_silent_pipe(wake: Option<OwnedFd>) {
        let flag = Arc::new(Flag {
            raised: AtomicBool::new(false),
            wake,
        });
        let mut waiter = Waiter::default();
        waiter.set(flag.clone());
        let (reader, _writer) = std::io::pipe().unwrap();
        let raiser = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(30));
            flag.raised.store(true, Ordering::SeqCst);
            if let Some(wake) = &flag.wake {
                rustix::io::write(wake, &1u64.to_ne_bytes()).unwrap();
            }
        });
        let start = Instant::now();
        assert_eq!(
            waiter.ready(reader.as_fd(), PollFlags::IN),
            Err(Errno::Intr)
        );
        assert!(start.elapsed() < Duration::from_secs(5));
        raiser.join().unwrap();
    }

    #[test]
    fn an_eventfd_ends_a_wait() {
        let wake = rustix::event::eventfd(0, rustix::event::EventfdFlags::CLOEXEC).unwrap();
        interrupts_a_read_of_a_silent_pipe(Some(wake));
    }

    #[test]
    fn an_event_that_is_over_is_forgotten() {
        let wake = rustix::event::eventfd(1, rustix::event::EventfdFlags::CLOEXEC).unwrap();
        let mut waiter = Waiter::default();
        waiter.set(Arc::new(Flag {
            raised: AtomicBool::new(false),
            wake: Some(wake.try_clone().unwrap()),
        }));
        let deadline = Instant::now() + Duration::from_millis(5);
        assert_eq!(waiter.poll(&[], Some(deadline)), Ok(vec![]));
        let mut fds = [PollFd::new(&wake, PollFlags::IN)];
        let now = timespec(Duration::ZERO);
        assert_eq!(rustix::event::poll(&mut fds, Some(&now)).unwrap(), 0);
    }

    #[test]
    fn a_flag_alone_ends_a_wait() {
        interrupts_a_read_of_a_silent_pipe(None);
    }

    #[test]
    fn a_deadline_ends_a_wait() {
        let waiter = Waiter::default();
        let deadline = Instant::now() + Duration::from_millis(5);
        assert_eq!(waiter.poll(&[], Some(deadline)), Ok(vec![]));
        assert!(Instant::now() >= deadline);
    }
}
