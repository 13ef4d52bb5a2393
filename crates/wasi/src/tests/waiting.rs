//! `poll_oneoff`, and calls that wait: what comes true, when, and how waiting ends early.

use crate::check::Guest;
use crate::memory::Value;
use crate::process::Process;
use crate::rights::Rights;
use crate::types::{Event, Subscription, Wanted};
use crate::{Errno, Interruption, Permissions, WasiCtxBuilder, poll};
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// What one event says: userdata, error, kind, bytes.
type Seen = (u64, u16, u8, u64);

fn poll(guest: &mut Guest, wanted: &[Wanted]) -> Result<Vec<Seen>, Errno> {
    for (i, wanted) in wanted.iter().enumerate() {
        let subscription = Subscription {
            userdata: 100 + i as u64,
            wanted: *wanted,
        };
        let mut bytes = [0; 48];
        subscription.encode(&mut bytes);
        guest.put(0x100 + 48 * i as u32, &bytes);
    }
    let count = wanted.len() as u32;
    guest.memory[0x8000..0x9000].fill(0xaa);
    guest.call(|ctx, memory| poll::poll_oneoff(ctx, memory, 0x100, 0x8000, count, 0x20))?;
    let happened: u32 = guest.result();
    Ok((0..happened as usize)
        .map(|i| {
            let event = &guest.memory[0x8000 + i * Event::SIZE as usize..];
            (
                u64::decode(event),
                u16::decode(&event[8..]),
                event[10],
                u64::decode(&event[16..]),
            )
        })
        .collect())
}

fn after(milliseconds: u64) -> Wanted {
    Wanted::Clock {
        clock: 1,
        timeout: milliseconds * 1_000_000,
        absolute: false,
    }
}

#[test]
fn the_earliest_clock_ends_the_wait() {
    let mut guest = Guest::new(WasiCtxBuilder::new().process());
    let start = Instant::now();
    let events = poll(&mut guest, &[after(60_000), after(20), Wanted::Write(9)]).unwrap();
    assert_eq!(events, [(102, 8, 2, 0)], "a bad descriptor is told at once");
    let events = poll(&mut guest, &[after(60_000), after(20)]).unwrap();
    assert_eq!(events, [(101, 0, 0, 0)]);
    assert!(start.elapsed() >= Duration::from_millis(20));
    assert!(start.elapsed() < Duration::from_secs(20));
}

#[test]
fn instants_in_the_past_are_now() {
    let mut guest = Guest::new(WasiCtxBuilder::new().process());
    let past = Wanted::Clock {
        clock: 0,
        timeout: 1,
        absolute: true,
    };
    assert_eq!(poll(&mut guest, &[past]).unwrap(), [(100, 0, 0, 0)]);
}

#[test]
fn nonsense_is_answered() {
    let mut guest = Guest::new(WasiCtxBuilder::new().process());
    assert_eq!(poll(&mut guest, &[]), Err(Errno::Inval));
    let cpu = |clock| Wanted::Clock {
        clock,
        timeout: 0,
        absolute: false,
    };
    let events = poll(
        &mut guest,
        &[cpu(2), cpu(77), Wanted::Unknown(9), Wanted::Read(1)],
    )
    .unwrap();
    let errors: Vec<u16> = events.iter().map(|event| event.1).collect();
    assert_eq!(errors, [58, 28, 28, 76]);
    let too_many = guest.call(|ctx, memory| poll::poll_oneoff(ctx, memory, 0, 0, 1 << 20, 0));
    assert_eq!(too_many, Err(Errno::Nomem));
    let outside = guest.call(|ctx, memory| poll::poll_oneoff(ctx, memory, 0xffff, 0, 1, 0));
    assert_eq!(outside, Err(Errno::Fault));
}

#[test]
fn files_and_replaced_streams_are_always_ready() {
    let host = tempfile::tempdir().unwrap();
    fs::write(host.path().join("file"), "12345").unwrap();
    let mut guest = Guest::granted(host.path(), Permissions::ALL).unwrap();
    let both = Rights::FD_READ | Rights::FD_WRITE;
    let file = guest.open(3, "file", false, 0, both, 0).unwrap();
    guest.read(file, 2).unwrap();
    let wanted = [
        Wanted::Read(file),
        Wanted::Write(file),
        Wanted::Read(0),
        after(60_000),
    ];
    let events = poll(&mut guest, &wanted).unwrap();
    assert_eq!(events[..2], [(100, 0, 1, 3), (101, 0, 2, 1)]);
    assert_eq!(events.len(), 3);
}

#[test]
fn many_clocks_need_no_time_of_their_own() {
    let mut guest = Guest::new(WasiCtxBuilder::new().process());
    guest.memory = vec![0; 1 << 20];
    let count = 5000u32;
    for i in 0..count {
        let mut bytes = [0; 48];
        Subscription {
            userdata: i.into(),
            wanted: after(u64::from(i) + 1),
        }
        .encode(&mut bytes);
        guest.put(0x100 + 48 * i, &bytes);
    }
    let start = Instant::now();
    guest
        .call(|ctx, memory| poll::poll_oneoff(ctx, memory, 0x100, 0x8_0000, count, 0x20))
        .unwrap();
    assert!(guest.result::<u32>() >= 1);
    assert!(start.elapsed() < Duration::from_secs(2));
}

#[test]
fn virtual_time_does_not_wait() {
    let mut guest = Guest::new(WasiCtxBuilder::new().deterministic(0).process());
    let start = Instant::now();
    let events = poll(&mut guest, &[after(3_600_000)]).unwrap();
    assert_eq!((events.len(), events[0].1), (1, 0));
    assert!(start.elapsed() < Duration::from_secs(10));
}

struct Flag(AtomicBool);

impl Interruption for Flag {
    fn is_raised(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// Runs `call`, which would wait for ever, until it is interrupted 30 ms later.
fn interrupted(ctx: Process, call: impl FnOnce(&mut Guest) -> Errno) {
    let flag = Arc::new(Flag(AtomicBool::new(false)));
    let mut guest = Guest::new(ctx);
    guest.ctx.waiter.set(flag.clone());
    let raiser = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(30));
        flag.0.store(true, Ordering::SeqCst);
    });
    let start = Instant::now();
    assert_eq!(call(&mut guest), Errno::Intr);
    assert!(start.elapsed() < Duration::from_millis(500));
    raiser.join().unwrap();
}

#[test]
fn sleeping_reading_and_writing_can_be_interrupted() {
    interrupted(WasiCtxBuilder::new().process(), |guest| {
        poll(guest, &[after(1_000_000)]).unwrap_err()
    });
    let host = tempfile::tempdir().unwrap();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        host.path().join("fifo"),
        rustix::fs::FileType::Fifo,
        0o600.into(),
        0,
    )
    .unwrap();
    let ctx = || {
        let mut builder = WasiCtxBuilder::new();
        builder
            .preopened_dir(host.path(), "/", Permissions::ALL)
            .unwrap();
        builder.process()
    };
    let both = Rights::FD_READ | Rights::FD_WRITE;
    interrupted(ctx(), |guest| {
        let fifo = guest.open(3, "fifo", false, 0, both, 0).unwrap();
        guest.read(fifo, 10).unwrap_err()
    });
    interrupted(ctx(), |guest| {
        let fifo = guest.open(3, "fifo", false, 0, both, 0).unwrap();
        loop {
            if let Err(errno) = guest.write(fifo, &[0; 4096]) {
                return errno;
            }
        }
    });
}
