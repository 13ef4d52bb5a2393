//! Tests of the calls from compiled code: bounds, overlap, chunks.

use std::sync::Arc;
use std::time::Duration;

use weft_abi::value::RawVal;
use weft_abi::{Libcall, TrapKind};
use weft_module::{AddressType, Limits, MemoryType};

use crate::by_heart::{engine, jump_to_libcall, module, store};
use crate::error::{Failure, HostError};
use crate::func::call_raw;
use crate::instance::{Instance, instantiate};
use crate::limiter::Limiter;
use crate::memory::SharedMemory;
use crate::store::{Extern, Store};

/// Calls the export `name`; the first result, if there is one.
fn call(store: &Store, instance: Instance, name: &str, args: &[u64]) -> Result<u64, Failure> {
    let Ok(Some(Extern::Func(func))) = instance.export(store, name) else {
        panic!("{name} is not a function")
    };
    let entry = store.engine().types().get(func.ty(store).expect("alive"));
    let entry = entry.expect("registered");
    let signature = entry.signature.as_ref().expect("a function type");
    let mut slots: Vec<_> = args.iter().map(|&arg| RawVal::from_u64(arg)).collect();
    slots.resize(slots.len().max(1), RawVal::default());
    let func_ref = func.func_ref(store).expect("alive");
    // SAFETY: integers of the function's own type.
    unsafe { call_raw(store, func_ref, signature, &mut slots) }?;
    Ok(slots[0].to_u64())
}

fn trap(result: Result<u64, Failure>) -> TrapKind {
    match result {
        Err(Failure::Trap(trap)) => trap.kind,
        other => panic!("{other:?}"),
    }
}

#[test]
fn memory_instructions_check_their_bounds_before_they_write() {
    let bodies = [
        Libcall::MemoryFill,
        Libcall::MemoryCopy,
        Libcall::MemoryInit,
        Libcall::DataDrop,
        Libcall::MemoryGrow,
    ];
    let engine = engine(bodies.map(jump_to_libcall).into());
    let code = module(
        &engine,
        r#"(module (memory (export "m") 1 2) (data "abcd")
            (func (export "fill") (param i32 i64 i32 i64))
            (func (export "copy") (param i32 i32 i64 i64 i64))
            (func (export "init") (param i32 i32 i64 i64 i64))
            (func (export "drop") (param i32))
            (func (export "grow") (param i32 i64) (result i64) unreachable))"#,
    );
    let store = store(&engine);
    let instance = instantiate(&store, &code, &[]).expect("instantiates");
    let call = |name, args: &[u64]| call(&store, instance, name, args);
    let Ok(Some(Extern::Memory(memory))) = instance.export(&store, "m") else {
        panic!("a memory is exported")
    };
    let bytes = |offset| {
        let mut bytes = [0; 4];
        let memory = memory.get(&store).expect("alive");
        memory.read(offset, &mut bytes).expect("in bounds");
        bytes
    };
    call("init", &[0, 0, 65532, 0, 4]).expect("in bounds");
    assert_eq!(&bytes(65532), b"abcd");
    call("copy", &[0, 0, 2, 65532, 4]).expect("in bounds");
    call("copy", &[0, 0, 3, 2, 3]).expect("in bounds");
    assert_eq!(&bytes(2), b"aabc");
    call("fill", &[0, 3, 0x178, 1]).expect("in bounds");
    assert_eq!(&bytes(2), b"axbc");
    for (name, args) in [
        ("fill", &[0, 65533, 0, 4][..]),
        ("fill", &[0, u64::MAX, 0, 1]),
        ("copy", &[0, 0, 65533, 0, 4]),
        ("copy", &[0, 0, 0, u64::MAX - 1, 4]),
        ("init", &[0, 0, 0, 1, 4]),
        ("init", &[0, 0, 65533, 0, 4]),
    ] {
        assert_eq!(
            trap(call(name, args)),
            TrapKind::MemoryOutOfBounds,
            "{name} {args:?}"
        );
    }
    assert_eq!(&bytes(65532), b"abcd");
    call("drop", &[0]).expect("returns");
    assert_eq!(
        trap(call("init", &[0, 0, 0, 0, 1])),
        TrapKind::MemoryOutOfBounds
    );
    call("init", &[0, 0, 0, 0, 0]).expect("nothing of nothing");
    assert_eq!(call("grow", &[0, 1]).expect("returns"), 1);
    assert_eq!(call("grow", &[0, 1]).expect("returns"), u64::MAX);
}

#[test]
fn table_instructions_check_their_bounds_before_they_write() {
    let bodies = [
        Libcall::TableFill,
        Libcall::TableCopy,
        Libcall::TableInit,
        Libcall::ElemDrop,
        Libcall::TableGrow,
    ];
    let engine = engine(bodies.map(jump_to_libcall).into());
    let code = module(
        &engine,
        r#"(module (table (export "t") 4 6 funcref) (elem func $f $f $f)
            (func $f (export "fill") (param i32 i64 i64 i64))
            (func (export "copy") (param i32 i32 i64 i64 i64))
            (func (export "init") (param i32 i32 i64 i64 i64))
            (func (export "drop") (param i32))
            (func (export "grow") (param i32 i64 i64) (result i64) unreachable))"#,
    );
    let store = store(&engine);
    let instance = instantiate(&store, &code, &[]).expect("instantiates");
    let call = |name, args: &[u64]| call(&store, instance, name, args);
    let Ok(Some(Extern::Table(table))) = instance.export(&store, "t") else {
        panic!("a table is exported")
    };
    let filled = || -> Vec<bool> {
        let table = table.get(&store).expect("alive");
        let slots = 0..table.size() as u64;
        slots
            .map(|slot| table.get(slot).expect("in bounds") != 0)
            .collect()
    };
    call("init", &[0, 0, 2, 1, 2]).expect("in bounds");
    assert_eq!(filled(), [false, false, true, true]);
    call("copy", &[0, 0, 1, 2, 2]).expect("in bounds");
    assert_eq!(filled(), [false, true, true, true]);
    call("fill", &[0, 2, 0, 2]).expect("in bounds");
    assert_eq!(filled(), [false, true, false, false]);
    for (name, args) in [
        ("init", &[0, 0, 0, 2, 2][..]),
        ("init", &[0, 0, 3, 0, 2]),
        ("copy", &[0, 0, 3, 0, 2]),
        ("copy", &[0, 0, 0, u64::MAX, 2]),
        ("fill", &[0, 3, 0, 2]),
    ] {
        assert_eq!(
            trap(call(name, args)),
            TrapKind::TableOutOfBounds,
            "{name} {args:?}"
        );
    }
    call("drop", &[0]).expect("returns");
    assert_eq!(
        trap(call("init", &[0, 0, 0, 0, 1])),
        TrapKind::TableOutOfBounds
    );
    let value = table.get(&store).expect("alive").get(1).expect("in bounds");
    assert_eq!(call("grow", &[0, value, 2]).expect("returns"), 4);
    assert_eq!(filled(), [false, true, false, false, true, true]);
    assert_eq!(call("grow", &[0, value, 1]).expect("returns"), u64::MAX);
}

const WAITING: &str = r#"(module (import "" "m" (memory 1 1 shared)) (memory 1)
    (func (export "wait32") (param i32 i64 i32 i64) (result i32) unreachable)
    (func (export "wait64") (param i32 i64 i64 i64) (result i32) unreachable)
    (func (export "notify") (param i32 i64 i32) (result i32) unreachable))"#;

fn waiting() -> (crate::Engine, SharedMemory) {
    let bodies = [
        Libcall::AtomicWait32,
        Libcall::AtomicWait64,
        Libcall::AtomicNotify,
    ];
    let engine = engine(bodies.map(jump_to_libcall).into());
    let ty = MemoryType {
        address: AddressType::I32,
        limits: Limits {
            min: 1,
            max: Some(1),
        },
        shared: true,
        page_size_log2: 16,
    };
    let memory = SharedMemory::new(&engine, ty).expect("room");
    (engine, memory)
}

fn waiting_in(store: &Store, memory: &SharedMemory) -> Instance {
    let code = module(store.engine(), WAITING);
    let memory = store.adopt_memory(memory).expect("same engine");
    instantiate(store, &code, &[Extern::Memory(memory)]).expect("instantiates")
}

const FOR_EVER: u64 = u64::MAX;

#[test]
fn waits_are_checked_and_time_out() {
    let (engine, memory) = waiting();
    let store = store(&engine);
    let instance = waiting_in(&store, &memory);
    let call = |name, args: &[u64]| call(&store, instance, name, args);
    assert_eq!(call("wait32", &[0, 8, 1, FOR_EVER]).expect("returns"), 1);
    assert_eq!(call("wait64", &[0, 8, 0, 1000]).expect("returns"), 2);
    assert_eq!(call("notify", &[0, 8, 9]).expect("returns"), 0);
    assert_eq!(
        trap(call("wait32", &[0, 6, 0, 0])),
        TrapKind::UnalignedAtomic
    );
    assert_eq!(
        trap(call("wait64", &[0, 4, 0, 0])),
        TrapKind::UnalignedAtomic
    );
    assert_eq!(
        trap(call("wait32", &[0, 65536, 0, 0])),
        TrapKind::MemoryOutOfBounds
    );
    assert_eq!(
        trap(call("wait32", &[1, 0, 0, 0])),
        TrapKind::ExpectedSharedMemory
    );
    assert_eq!(call("notify", &[1, 0, 1]).expect("returns"), 0);
    store.set_can_block(false);
    assert_eq!(trap(call("wait32", &[0, 8, 0, 0])), TrapKind::CannotWait);
}

#[test]
fn a_wait_for_ever_ends_by_notification_from_another_store() {
    let (engine, memory) = waiting();
    let waiter = {
        let (engine, memory) = (engine.clone(), memory.clone());
        std::thread::spawn(move || {
            let store = store(&engine);
            let instance = waiting_in(&store, &memory);
            call(&store, instance, "wait32", &[0, 8, 0, FOR_EVER]).expect("returns")
        })
    };
    let store = store(&engine);
    let instance = waiting_in(&store, &memory);
    while call(&store, instance, "notify", &[0, 8, 5]).expect("returns") == 0 {
        std::thread::yield_now();
    }
    assert_eq!(waiter.join().expect("no panic"), 0);
}

#[test]
fn a_wait_for_ever_ends_by_a_deadline() {
    let (engine, memory) = waiting();
    let store = store(&engine);
    let instance = waiting_in(&store, &memory);
    let deadline = store.interrupts().deadline(Duration::from_millis(20));
    let ended = call(&store, instance, "wait64", &[0, 8, 0, FOR_EVER]);
    assert_eq!(trap(ended), TrapKind::Interrupted);
    assert!(deadline.disarm());
    assert_eq!(
        call(&store, instance, "wait64", &[0, 8, 1, FOR_EVER]).expect("returns"),
        1
    );
}

/// Ends every computation that wants more.
struct Strict;

impl Limiter for Strict {
    fn memory_growing(
        &mut self,
        current: usize,
        _desired: usize,
        _maximum: Option<usize>,
    ) -> Result<bool, HostError> {
        match current {
            0 => Ok(true),
            _ => Err(Box::new("no more")),
        }
    }

    fn table_growing(
        &mut self,
        _current: usize,
        _desired: usize,
        _maximum: Option<usize>,
    ) -> Result<bool, HostError> {
        Ok(true)
    }
}

#[test]
fn a_limiter_can_end_the_computation_with_its_own_error() {
    let engine = engine(vec![jump_to_libcall(Libcall::MemoryGrow)]);
    let code = module(
        &engine,
        r#"(module (memory 1) (func (export "grow") (param i32 i64) (result i64) unreachable))"#,
    );
    let store = store(&engine);
    store.set_limiter(Some(Box::new(Strict)));
    let instance = instantiate(&store, &code, &[]).expect("instantiates");
    match call(&store, instance, "grow", &[0, 1]) {
        Err(Failure::Host(error, _)) => {
            assert_eq!(error.downcast_ref::<&str>(), Some(&"no more"));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn threads_that_call_the_same_function_first_compile_it_once() {
    let engine = engine(vec![jump_to_libcall(Libcall::MemoryGrow)]);
    for _ in 0..20 {
        let code = module(
            &engine,
            r#"(module (memory 3) (func (export "grow") (param i32 i64) (result i64) unreachable))"#,
        );
        let barrier = Arc::new(std::sync::Barrier::new(4));
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let (code, barrier) = (code.clone(), barrier.clone());
                std::thread::spawn(move || {
                    let store = store(code.engine());
                    let instance = instantiate(&store, &code, &[]).expect("instantiates");
                    barrier.wait();
                    call(&store, instance, "grow", &[0, 0]).expect("returns")
                })
            })
            .collect();
        for thread in threads {
            assert_eq!(thread.join().expect("no panic"), 3);
        }
        assert_eq!(code.compiled_count(), 1);
    }
}
