//! The memory model's litmus tests: threads over one shared memory, and what none of them may see.
//!
//! A script runs such a test once, when its threads hardly meet. Here each thread goes through thousands of rounds, each
//! on cache lines of its own, before each of which they meet.

use std::sync::Barrier;

use weft::{Engine, Instance, MemoryType, Module, SharedMemory, Store};

const ROUNDS: usize = 4096;
const BATCHES: usize = 12;

/// `$x`, `$y` and where the threads meet are on lines of their own, and what they saw is in a place of its own.
const LINE: usize = 128;
const ROUND: usize = 3 * LINE;
const SEEN: usize = ROUNDS * ROUND;
const SEEN_IN_ROUND: usize = 32;
const PAGES: u32 = ((SEEN + ROUNDS * SEEN_IN_ROUND) >> 16) as u32;

/// What the thread `thread` saw, in its locals `$0` and `$1`.
type Seen = [[i32; 2]];

/// The module whose export `0`, `1`, … is a round after the other of that thread.
fn module(threads: &[impl AsRef<str>]) -> String {
    let functions = threads.iter().enumerate().map(|(thread, body)| {
        let (first, body) = (SEEN + 8 * thread, body.as_ref());
        format!(
            r#"(func (export "{thread}") (param $rounds i32)
                (local $x i32) (local $y i32) (local $seen i32) (local $0 i32) (local $1 i32) (local $wide i64)
                (loop $next
                    (local.set $y (i32.add (local.get $x) (i32.const {LINE})))
                    (call $meet (i32.add (local.get $y) (i32.const {LINE})))
                    {body}
                    (i32.store offset={first} (local.get $seen) (local.get $0))
                    (i32.store offset={second} (local.get $seen) (local.get $1))
                    (local.set $x (i32.add (local.get $x) (i32.const {ROUND})))
                    (local.set $seen (i32.add (local.get $seen) (i32.const {SEEN_IN_ROUND})))
                    (br_if $next
                        (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1))))))"#,
            second = first + 4,
        )
    });
    let functions: String = functions.collect();
    format!(
        r#"(module (import "m" "shared" (memory {PAGES} {PAGES} shared))
            ;; Waits for the others, but not for one that the system does not run.
            (func $meet (param $at i32) (local $patience i32)
                (local.set $patience (i32.const 2000))
                (drop (i32.atomic.rmw.add (local.get $at) (i32.const 1)))
                (loop $again
                    (local.set $patience (i32.sub (local.get $patience) (i32.const 1)))
                    (br_if $again
                        (i32.and
                            (i32.ne (i32.atomic.load (local.get $at)) (i32.const {threads}))
                            (i32.ne (local.get $patience) (i32.const 0))))))
            {functions})"#,
        threads = threads.len()
    )
}

/// Runs the threads, whose rounds are given as code, and checks what they saw in each round.
#[track_caller]
fn check(threads: &[impl AsRef<str>], allowed: impl Fn(&Seen) -> bool) {
    let engine = Engine::default();
    let module = Module::new(&engine, module(threads)).expect("a valid module");
    let memory = SharedMemory::new(&engine, MemoryType::shared(PAGES, PAGES)).unwrap();
    for _ in 0..BATCHES {
        // Touched before, so that no thread waits for a page.
        memory.write(0, &vec![0; memory.data_size()]).unwrap();
        let start = Barrier::new(threads.len());
        std::thread::scope(|scope| {
            for thread in 0..threads.len() {
                let (module, memory, start) = (&module, &memory, &start);
                scope.spawn(move || run(module, memory, start, thread));
            }
        });
        for round in 0..ROUNDS {
            let seen: Vec<[i32; 2]> = (0..threads.len())
                .map(|thread| [0, 4].map(|local| read(&memory, round, 8 * thread + local)))
                .collect();
            assert!(allowed(&seen), "round {round}: {seen:?}");
        }
    }
}

fn run(module: &Module, memory: &SharedMemory, start: &Barrier, thread: usize) {
    let mut store = Store::new(module.engine(), ());
    let instance = Instance::new(&mut store, module, &[memory.clone().into()]).unwrap();
    let rounds = instance
        .get_typed_func::<i32, ()>(&mut store, &thread.to_string())
        .unwrap();
    start.wait();
    rounds.call(&mut store, ROUNDS as i32).unwrap();
}

fn read(memory: &SharedMemory, round: usize, place: usize) -> i32 {
    let mut bytes = [0; 4];
    let address = SEEN + round * SEEN_IN_ROUND + place;
    memory.read(address as u64, &mut bytes).unwrap();
    i32::from_le_bytes(bytes)
}

/// Only what was written at some time may be seen, in whatever order.
fn written(values: &'static [i32]) -> impl Fn(&Seen) -> bool {
    move |seen| {
        seen.as_flattened()
            .iter()
            .all(|value| values.contains(value))
    }
}

#[test]
fn store_buffering() {
    let threads = [
        "(i32.atomic.store (local.get $x) (i32.const 1))
         (local.set $0 (i32.atomic.load (local.get $y)))",
        "(i32.atomic.store (local.get $y) (i32.const 1))
         (local.set $0 (i32.atomic.load (local.get $x)))",
    ];
    check(&threads, |seen| seen[0][0] == 1 || seen[1][0] == 1);
    check(&plain(&threads), written(&[0, 1]));
}

#[test]
fn store_buffering_of_bytes() {
    let threads = [
        "(i32.atomic.store8 (local.get $x) (i32.const 1))
         (local.set $0 (i32.atomic.load8_u (local.get $y)))",
        "(i64.atomic.store32 (local.get $y) (i64.const 1))
         (local.set $0 (i32.atomic.load8_u (local.get $x)))",
    ];
    check(&threads, |seen| seen[0][0] == 1 || seen[1][0] == 1);
}

#[test]
fn a_fence_orders_plain_accesses() {
    let threads = [
        "(i32.store (local.get $x) (i32.const 1))
         (atomic.fence)
         (local.set $0 (i32.load (local.get $y)))",
        "(i32.store (local.get $y) (i32.const 1))
         (atomic.fence)
         (local.set $0 (i32.load (local.get $x)))",
    ];
    check(&threads, |seen| seen[0][0] == 1 || seen[1][0] == 1);
}

#[test]
fn load_buffering() {
    let threads = [
        "(local.set $0 (i32.atomic.load (local.get $x)))
         (i32.atomic.store (local.get $y) (i32.const 1))",
        "(local.set $0 (i32.atomic.load (local.get $y)))
         (i32.atomic.store (local.get $x) (i32.const 1))",
    ];
    check(&threads, |seen| seen[0][0] == 0 || seen[1][0] == 0);
    check(&plain(&threads), written(&[0, 1]));
}

#[test]
fn message_passing() {
    let threads = [
        "(i32.atomic.store (local.get $x) (i32.const 42))
         (i32.atomic.store (local.get $y) (i32.const 1))",
        "(local.set $0 (i32.atomic.load (local.get $y)))
         (local.set $1 (i32.atomic.load (local.get $x)))",
    ];
    let passed = |seen: &Seen| seen[1][0] == 0 || seen[1][1] == 42;
    check(&threads, passed);
    check(&plain(&threads), written(&[0, 1, 42]));
    // A flag that is atomic is enough.
    let threads = threads.map(|body| {
        body.replace(
            "i32.atomic.store (local.get $x)",
            "i32.store (local.get $x)",
        )
        .replace("i32.atomic.load (local.get $x)", "i32.load (local.get $x)")
    });
    check(&threads, passed);
}

#[test]
fn message_passing_to_one_who_waits() {
    let threads = [
        "(i32.store (local.get $x) (i32.const 42))
         (i32.atomic.store (local.get $y) (i32.const 1))
         (drop (memory.atomic.notify (local.get $y) (i32.const 1)))",
        "(local.set $0 (memory.atomic.wait32 (local.get $y) (i32.const 0) (i64.const -1)))
         (local.set $1 (i32.load (local.get $x)))",
    ];
    // 0: was told, 1: need not wait.
    check(&threads, |seen| matches!(seen[1], [0 | 1, 42]));
}

#[test]
fn reads_of_one_place_are_in_order() {
    let threads = [
        "(i32.atomic.store (local.get $x) (i32.const 1))",
        "(local.set $0 (i32.atomic.load (local.get $x)))
         (local.set $1 (i32.atomic.load (local.get $x)))",
    ];
    check(&threads, |seen| seen[1] != [1, 0]);
}

#[test]
fn independent_reads_of_independent_writes() {
    let threads = [
        "(i32.atomic.store (local.get $x) (i32.const 1))",
        "(i32.atomic.store (local.get $y) (i32.const 1))",
        "(local.set $0 (i32.atomic.load (local.get $x)))
         (local.set $1 (i32.atomic.load (local.get $y)))",
        "(local.set $0 (i32.atomic.load (local.get $y)))
         (local.set $1 (i32.atomic.load (local.get $x)))",
    ];
    check(&threads, |seen| seen[2] != [1, 0] || seen[3] != [1, 0]);
}

#[test]
fn of_two_who_change_a_place_one_comes_first() {
    for change in [
        "(i32.atomic.rmw.add (local.get $x) (i32.const 1))",
        "(i32.atomic.rmw.xchg (local.get $x) (i32.const 1))",
        "(i32.atomic.rmw.or (local.get $x) (i32.const 1))",
        "(i32.atomic.rmw.cmpxchg (local.get $x) (i32.const 0) (i32.const 1))",
        "(i32.atomic.rmw8.add_u (local.get $x) (i32.const 1))",
        "(i32.wrap_i64 (i64.atomic.rmw16.xchg_u (local.get $x) (i64.const 1)))",
    ] {
        let thread = format!("(local.set $0 {change})");
        check(&[&thread, &thread], |seen| seen[0][0] + seen[1][0] == 1);
    }
}

#[test]
fn a_read_sees_a_whole_write() {
    let threads = [
        "(i64.atomic.store (local.get $x) (i64.const -1))",
        "(local.set $wide (i64.atomic.load (local.get $x)))
         (local.set $0 (i32.wrap_i64 (local.get $wide)))
         (local.set $1 (i32.wrap_i64 (i64.shr_u (local.get $wide) (i64.const 32))))",
    ];
    check(&threads, |seen| seen[1][0] == seen[1][1]);
    let threads = [
        "(i32.store (local.get $x) (i32.const -1))",
        "(local.set $0 (i32.load (local.get $x)))",
    ];
    check(&threads, written(&[0, -1]));
}

/// The same threads without order between their accesses.
fn plain(threads: &[&str]) -> Vec<String> {
    let plain = |body: &&str| body.replace(".atomic", "");
    threads.iter().map(plain).collect()
}
