//! Guests that run: what of WASI can only be seen with an engine under it.
//!
//! The programs are text, written here. Calls themselves are tested in `weft-wasi`, without an engine.

use std::fs;
use std::io::Write as _;
use std::time::{Duration, Instant};

use weft::{Engine, Error, Instance, Linker, Module, Result, Store, Trap};
use weft_wasi::{
    DeniedReason, Exit, InputStream, MemoryPipe, Permissions, RandomSource, WasiCtx, WasiCtxBuilder,
};

/// What programs import, and a memory whose first page is theirs.
const PRELUDE: &str = r#"
    (import "wasi_snapshot_preview1" "args_get" (func $args_get (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "args_sizes_get"
        (func $args_sizes_get (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "environ_get" (func $environ_get (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "environ_sizes_get"
        (func $environ_sizes_get (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "clock_time_get"
        (func $clock_time_get (param i32 i64 i32) (result i32)))
    (import "wasi_snapshot_preview1" "random_get" (func $random_get (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_read"
        (func $fd_read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write"
        (func $fd_write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "path_open"
        (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "poll_oneoff"
        (func $poll_oneoff (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
    (import "wasi_snapshot_preview1" "sched_yield" (func $sched_yield (result i32)))
    (memory (export "memory") 2)

    ;; Writes `len` bytes at `at` to standard output.
    (func $print (param $at i32) (param $len i32)
        (i32.store (i32.const 16) (local.get $at))
        (i32.store (i32.const 20) (local.get $len))
        (if (call $fd_write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 24))
            (then unreachable)))
"#;

struct Guest {
    store: Store<WasiCtx>,
    instance: Instance,
}

impl Guest {
    fn new(body: &str, builder: &mut WasiCtxBuilder) -> Result<Self> {
        Self::from_text(&format!("(module {PRELUDE} {body})"), builder)
    }

    fn from_text(text: &str, builder: &mut WasiCtxBuilder) -> Result<Self> {
        let engine = Engine::default();
        let module = Module::new(&engine, text)?;
        let mut linker = Linker::new(&engine);
        weft_wasi::add_to_linker(&mut linker, |ctx| ctx)?;
        weft_wasi::add_unstable_to_linker(&mut linker, |ctx| ctx)?;
        let mut store = Store::new(&engine, builder.build());
        let instance = linker.instantiate(&mut store, &module)?;
        Ok(Self { store, instance })
    }

    fn start(&mut self) -> Result<()> {
        let start = self
            .instance
            .get_typed_func::<(), ()>(&mut self.store, "_start")?;
        start.call(&mut self.store, ())
    }
}

/// Runs a program to its end and returns what it printed.
fn output_of(body: &str, builder: &mut WasiCtxBuilder) -> Vec<u8> {
    let output = MemoryPipe::new(1 << 16);
    let mut guest = Guest::new(body, builder.stdout(output.clone())).expect("the program is valid");
    guest.start().expect("the program ends well");
    output.contents()
}

#[test]
fn arguments_and_environment_reach_the_guest() {
    let output = output_of(
        r#"(func (export "_start")
            (drop (call $args_sizes_get (i32.const 0) (i32.const 4)))
            (drop (call $args_get (i32.const 256) (i32.const 1024)))
            (call $print (i32.const 1024) (i32.load (i32.const 4)))
            (drop (call $environ_sizes_get (i32.const 0) (i32.const 4)))
            (drop (call $environ_get (i32.const 256) (i32.const 1024)))
            (call $print (i32.const 1024) (i32.load (i32.const 4))))"#,
        WasiCtxBuilder::new()
            .args(["program", "two words", ""])
            .env("NAME", "a=b"),
    );
    assert_eq!(output, b"program\0two words\0\0NAME=a=b\0");
}

/// Copies standard input to standard output.
const COPY: &str = r#"
    (func (export "_start")
        (loop $again
            (i32.store (i32.const 16) (i32.const 4096))
            (i32.store (i32.const 20) (i32.const 5))
            (if (call $fd_read (i32.const 0) (i32.const 16) (i32.const 1) (i32.const 28))
                (then unreachable))
            (call $print (i32.const 4096) (i32.load (i32.const 28)))
            (br_if $again (i32.load (i32.const 28)))))
"#;

#[test]
fn input_flows_to_output() {
    let mut builder = WasiCtxBuilder::new();
    builder.stdin(MemoryPipe::from_bytes("some bytes to copy"));
    assert_eq!(output_of(COPY, &mut builder), b"some bytes to copy");
}

#[test]
fn an_exit_ends_the_guest_with_its_code() {
    let body = r#"(func (export "_start") (call $proc_exit (i32.const 42)) unreachable)"#;
    let mut guest = Guest::new(body, &mut WasiCtxBuilder::new()).unwrap();
    for _ in 0..2 {
        let error = guest.start().unwrap_err();
        assert_eq!(error.downcast_ref::<Exit>(), Some(&Exit(42)));
        assert!(error.downcast_ref::<Trap>().is_none());
    }
}

#[test]
fn a_pointer_outside_memory_is_an_error_number() {
    let body = r#"(func (export "_start")
        (if (i32.ne (call $random_get (i32.const 131000) (i32.const 100)) (i32.const 21))
            (then unreachable))
        (if (i32.ne (call $fd_write (i32.const 1) (i32.const -1) (i32.const 1) (i32.const 0)) (i32.const 21))
            (then unreachable)))"#;
    Guest::new(body, &mut WasiCtxBuilder::new())
        .unwrap()
        .start()
        .unwrap();
}

#[test]
fn memory_that_grew_is_known() {
    let body = r#"(func (export "_start")
        (if (i32.ne (call $random_get (i32.const 131072) (i32.const 8)) (i32.const 21))
            (then unreachable))
        (drop (memory.grow (i32.const 1)))
        (if (call $random_get (i32.const 131072) (i32.const 8)) (then unreachable)))"#;
    Guest::new(body, &mut WasiCtxBuilder::new())
        .unwrap()
        .start()
        .unwrap();
}

#[test]
fn a_guest_without_a_memory_is_told_so() {
    let text = r#"(module
        (import "wasi_snapshot_preview1" "random_get" (func $random_get (param i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "sched_yield" (func $sched_yield (result i32)))
        (func (export "_start")
            (drop (call $sched_yield))
            (drop (call $random_get (i32.const 0) (i32.const 8)))))"#;
    let error = Guest::from_text(text, &mut WasiCtxBuilder::new())
        .unwrap()
        .start()
        .unwrap_err();
    assert!(error.to_string().contains("exports no memory"), "{error}");
}

#[test]
fn a_shared_memory_serves_as_well() {
    let text = r#"(module
        (import "wasi_snapshot_preview1" "random_get" (func $random_get (param i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "fd_write"
            (func $fd_write (param i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 1 2 shared)
        (data (i32.const 0) "\10\00\00\00\06\00\00\00")
        (data (i32.const 16) "shared")
        (func (export "_start")
            (if (call $random_get (i32.const 64) (i32.const 8)) (then unreachable))
            (if (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 32))
                (then unreachable))))"#;
    let output = MemoryPipe::new(64);
    let mut builder = WasiCtxBuilder::new();
    Guest::from_text(text, builder.stdout(output.clone()))
        .unwrap()
        .start()
        .unwrap();
    assert_eq!(output.contents(), b"shared");
}

#[test]
fn programs_of_before_2020_find_what_they_import() {
    let text = r#"(module
        (import "wasi_unstable" "fd_seek" (func (param i32 i64 i32 i32) (result i32)))
        (import "wasi_unstable" "random_get" (func $random_get (param i32 i32) (result i32)))
        (memory (export "memory") 1)
        (func (export "_start") (drop (call $random_get (i32.const 0) (i32.const 8)))))"#;
    Guest::from_text(text, &mut WasiCtxBuilder::new())
        .unwrap()
        .start()
        .unwrap();
}

#[test]
fn a_deterministic_guest_does_the_same_in_every_run() {
    let run = || {
        output_of(
            r#"(func (export "_start")
                (drop (call $clock_time_get (i32.const 0) (i64.const 0) (i32.const 1024)))
                (drop (call $clock_time_get (i32.const 1) (i64.const 0) (i32.const 1032)))
                (drop (call $random_get (i32.const 1040) (i32.const 100)))
                (call $print (i32.const 1024) (i32.const 116)))"#,
            WasiCtxBuilder::new().deterministic(7),
        )
    };
    let first = run();
    assert_eq!(first.len(), 116);
    assert_eq!(first, run());
}

#[test]
fn a_denied_path_is_remembered_for_whoever_started_the_guest() {
    let host = tempfile::tempdir().unwrap();
    fs::write(host.path().join("secret"), "secret").unwrap();
    fs::create_dir(host.path().join("box")).unwrap();
    let body = r#"(data (i32.const 512) "../secret")
        (func (export "_start")
            (if (i32.ne (i32.const 76)
                    (call $path_open (i32.const 3) (i32.const 1) (i32.const 512) (i32.const 9)
                        (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 0)))
                (then unreachable)))"#;
    let mut builder = WasiCtxBuilder::new();
    builder
        .preopened_dir(host.path().join("box"), "/", Permissions::ALL)
        .unwrap();
    let mut guest = Guest::new(body, &mut builder).unwrap();
    guest.start().unwrap();
    let denied = guest.store.data().denied().expect("the path was denied");
    assert_eq!(denied.reason, DeniedReason::Outside);
    assert_eq!(denied.dir_to_grant(), host.path().canonicalize().unwrap());
}

/// Starts a program that would never end, with 60 ms to live.
fn assert_stopped(body: &str, builder: &mut WasiCtxBuilder) {
    let mut guest = Guest::new(body, builder).unwrap();
    for _ in 0..2 {
        guest.store.set_timeout(Duration::from_millis(60));
        let start = Instant::now();
        let error: Error = guest.start().expect_err("the program never ends");
        assert_eq!(
            error.downcast_ref::<Trap>(),
            Some(&Trap::Interrupted),
            "{error:?}"
        );
        assert!(
            start.elapsed() < Duration::from_secs(2),
            "stopped after {:?}",
            start.elapsed()
        );
    }
}

/// An input at which nothing ever arrives.
struct Silence {
    reader: std::io::PipeReader,
    _writer: std::io::PipeWriter,
}

impl InputStream for Silence {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        std::io::Read::read(&mut self.reader, buf)
    }

    fn poll_fd(&self) -> Option<std::os::fd::BorrowedFd<'_>> {
        Some(std::os::fd::AsFd::as_fd(&self.reader))
    }
}

#[test]
fn a_deadline_ends_a_read_that_waits() {
    let (reader, _writer) = std::io::pipe().unwrap();
    let silence = Silence { reader, _writer };
    assert_stopped(COPY, WasiCtxBuilder::new().stdin(silence));
}

#[test]
fn a_deadline_ends_a_sleep() {
    let body = r#"(func (export "_start")
        (i32.store (i32.const 1040) (i32.const 1))
        (i64.store (i32.const 1048) (i64.const 3600000000000))
        (drop (call $poll_oneoff (i32.const 1024) (i32.const 2048) (i32.const 1) (i32.const 0))))"#;
    assert_stopped(body, &mut WasiCtxBuilder::new());
}

#[test]
fn a_deadline_ends_a_guest_that_calls_for_ever() {
    let calls = [
        "(drop (call $sched_yield))",
        "(drop (call $random_get (i32.const 1024) (i32.const 65536)))",
        "(drop (call $clock_time_get (i32.const 1) (i64.const 0) (i32.const 64)))",
        "(call $print (i32.const 0) (i32.const 0))",
    ];
    for call in calls {
        let body = format!(r#"(func (export "_start") (loop $again {call} (br $again)))"#);
        assert_stopped(&body, &mut WasiCtxBuilder::new());
    }
}

/// A source that takes its time, as slow hosts do.
struct Slow;

impl RandomSource for Slow {
    fn fill(&mut self, buf: &mut [u8]) {
        std::thread::sleep(Duration::from_millis(20));
        buf.fill(0);
    }
}

#[test]
fn a_deadline_ends_one_long_call() {
    let body = r#"(func (export "_start")
        (drop (memory.grow (i32.const 1000)))
        (drop (call $random_get (i32.const 0) (i32.const 0x3000000))))"#;
    assert_stopped(body, WasiCtxBuilder::new().random(Slow));
}

#[test]
fn a_guest_that_fills_the_disk_is_stopped() {
    let host = tempfile::tempdir().unwrap();
    let body = r#"(data (i32.const 512) "file")
        (func (export "_start")
            (if (call $path_open (i32.const 3) (i32.const 0) (i32.const 512) (i32.const 4)
                    (i32.const 1) (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 0))
                (then unreachable))
            (i32.store (i32.const 16) (i32.const 4096))
            (i32.store (i32.const 20) (i32.const 4096))
            (loop $again
                (br_if $again (i32.eqz
                    (call $fd_write (i32.load (i32.const 0)) (i32.const 16) (i32.const 1)
                        (i32.const 24))))))"#;
    let mut builder = WasiCtxBuilder::new();
    builder
        .preopened_dir(host.path(), "/", Permissions::ALL)
        .unwrap();
    Guest::new(body, builder.max_bytes_written(1 << 20))
        .unwrap()
        .start()
        .unwrap();
    let size = fs::metadata(host.path().join("file")).unwrap().len();
    assert_eq!(size, (1 << 20) - 4096);
}

#[test]
fn output_before_a_trap_is_not_lost() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let body = r#"(data (i32.const 512) "last words")
        (func (export "_start") (call $print (i32.const 512) (i32.const 10)) unreachable)"#;
    let stream = weft_wasi::WriteStream(file.reopen().unwrap());
    let mut guest = Guest::new(body, WasiCtxBuilder::new().stdout(stream)).unwrap();
    let error = guest.start().unwrap_err();
    assert_eq!(error.downcast_ref::<Trap>(), Some(&Trap::Unreachable));
    file.flush().unwrap();
    assert_eq!(fs::read(file.path()).unwrap(), b"last words");
}

#[test]
fn what_a_module_imports_can_be_all_that_is_defined() {
    let engine = Engine::default();
    let text = r#"(module
        (import "wasi_snapshot_preview1" "fd_seek" (func $seek (param i32 i64 i32 i32) (result i32)))
        (import "wasi_unstable" "proc_exit" (func $exit (param i32)))
        (memory (export "memory") 1)
        (func (export "_start")
            (call $exit (call $seek (i32.const 99) (i64.const 0) (i32.const 0) (i32.const 0)))))"#;
    let module = Module::new(&engine, text).unwrap();
    let mut linker = Linker::new(&engine);
    weft_wasi::add_imports_to_linker(&mut linker, [&module, &module], |ctx| ctx).unwrap();
    let mut store = Store::new(&engine, WasiCtxBuilder::new().build());
    let names = [
        ("wasi_snapshot_preview1", "fd_seek", true),
        ("wasi_unstable", "proc_exit", true),
        ("wasi_snapshot_preview1", "proc_exit", false),
        ("wasi_unstable", "fd_seek", false),
    ];
    for (from, name, is_defined) in names {
        let found = linker.get(&mut store, from, name);
        assert_eq!(found.is_some(), is_defined, "{from} {name}");
    }
    let instance = linker.instantiate(&mut store, &module).unwrap();
    let start = instance
        .get_typed_func::<(), ()>(&mut store, "_start")
        .unwrap();
    let error = start.call(&mut store, ()).unwrap_err();
    assert_eq!(error.downcast_ref::<Exit>(), Some(&Exit(8)), "EBADF");
}
