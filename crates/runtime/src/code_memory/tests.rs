//! Allocation, publication, lookup and entries, from one thread and from many.

use weft_abi::{CodePosition, TrapKind, TrapSite};

use super::arena::HEADER;
use super::region::{CHUNK, Region};
use super::*;
use crate::compiled::TablesRef;
use crate::testing::{IDENTITY, Machine, run_again};

const TEST: &str = "code_memory::tests::";

const TRAPS: [TrapSite; 2] = [
    TrapSite {
        offset: 2,
        kind: TrapKind::Unreachable,
    },
    TrapSite {
        offset: 5,
        kind: TrapKind::MemoryOutOfBounds,
    },
];
const POSITIONS: [CodePosition; 4] = [
    CodePosition {
        offset: 0,
        module_offset: 100,
    },
    CodePosition {
        offset: 4,
        module_offset: 200,
    },
    // At 200 a function is called whose instruction at 50 is here.
    CodePosition {
        offset: 8,
        module_offset: 200,
    },
    CodePosition {
        offset: 8,
        module_offset: 50,
    },
];

/// Publishes `len` bytes of code as function `func`; its metadata is leaked.
fn publish(arena: &Arena, len: usize, func: u32) -> &'static FunctionMeta {
    publish_at(arena, len, None, func)
}

fn publish_at(arena: &Arena, len: usize, phase: Option<u8>, func: u32) -> &'static FunctionMeta {
    let code = arena.alloc(len, phase).unwrap();
    // SAFETY: the code is written before it is published, and the metadata is leaked.
    unsafe {
        code.write.write_bytes(0xcc, len);
        let tables = TablesRef {
            traps: &TRAPS,
            positions: &POSITIONS,
            ..TablesRef::default()
        };
        let meta = FunctionMeta::new(code.exec, len, func, std::ptr::null(), tables);
        let meta: &'static FunctionMeta = Box::leak(Box::new(meta));
        arena.publish(&code, meta).unwrap();
        meta
    }
}

fn found(pc: usize) -> Option<u32> {
    // SAFETY: tests keep their arenas.
    unsafe { lookup(pc) }.map(|meta| meta.func)
}

#[test]
fn every_byte_of_a_function_leads_to_it_and_no_other() {
    let arena = Arena::new().unwrap();
    let lengths = [1_usize, 15, 16, 17, 4096, 200_000, 3];
    let metas = Vec::from_iter(
        lengths
            .iter()
            .zip(0..)
            .map(|(&len, n)| publish(&arena, len, n)),
    );
    for (meta, &len) in metas.iter().zip(&lengths) {
        assert!(meta.start.is_multiple_of(16));
        for pc in [meta.start, meta.start + len / 2, meta.start + len - 1] {
            assert_eq!(found(pc), Some(meta.func));
            assert!(contains(pc));
        }
        assert_eq!(found(meta.start + len), None);
        assert_ne!(found(meta.start - 1), Some(meta.func));
    }
    let listed: Vec<u32> = arena.functions().iter().map(|meta| meta.func).collect();
    assert_eq!(listed, [0, 1, 2, 3, 4, 5, 6]);
    assert_eq!(found(0), None);
    assert!(!contains(lookup as *const () as usize));
}

#[test]
fn tables_answer_for_single_instructions() {
    let arena = Arena::new().unwrap();
    let meta = publish(&arena, 16, 0);
    let trap = |offset| meta.trap(meta.start + offset);
    assert_eq!(trap(2), Some(TrapKind::Unreachable));
    assert_eq!(trap(5), Some(TrapKind::MemoryOutOfBounds));
    assert_eq!((trap(0), trap(3), trap(6)), (None, None, None));
    let positions = |offset| {
        let positions = meta.positions(offset).iter();
        positions.map(|at| at.module_offset).collect::<Vec<_>>()
    };
    assert_eq!([0, 3, 4, 7].map(positions), [[100], [100], [200], [200]]);
    assert_eq!([8, 15].map(positions), [[200, 50], [200, 50]]);
}

#[test]
fn no_address_is_writable_and_executable() {
    let machine = Machine::new();
    let code = machine.arena.alloc(16, None).unwrap();
    assert_ne!(code.write.cast_const(), code.exec);
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let both = maps.lines().filter(|line| line.contains("wx"));
    assert_eq!(both.count(), 0, "{maps}");
}

#[test]
fn dropping_an_arena_frees_its_code() {
    // Nothing but what this test holds: other tests allocate at the same time, so addresses say nothing.
    let region: &'static Region = Box::leak(Box::new(Region::small(true).unwrap()));
    let total = 56 << 20;
    for _ in 0..3 {
        let arenas: Vec<Arena> = std::iter::repeat_with(|| Arena::in_region(region))
            .take_while(|arena| arena.alloc(1 << 20, None).is_ok())
            .collect();
        let taken: usize = arenas.iter().map(Arena::size).sum();
        assert!(taken > total - (2 << 20) && taken <= total, "{taken}");
        let arena = Arena::in_region(region);
        let last = (0..)
            .take_while(|_| arena.alloc(CHUNK - HEADER, None).is_ok())
            .count();
        assert!(last < 32);
        assert!(matches!(
            arena.alloc(1, None),
            Err(CodeMemoryError::Exhausted)
        ));
    }
    for (len, left) in [(100, 1), (5000, 0)] {
        let arena = Arena::in_region(region);
        let first = arena.alloc(len, None).unwrap();
        // SAFETY: just allocated.
        unsafe { first.write.write_bytes(1, 100) };
        drop(arena);
        let again = Arena::in_region(region).alloc(len, None).unwrap();
        assert_eq!(again.exec, first.exec);
        // SAFETY: just allocated.
        let byte = unsafe { again.exec.read() };
        assert_eq!(
            byte, left,
            "pages go back to the system but for single ones"
        );
    }
}

#[test]
fn not_many_chunks_that_are_free_keep_their_pages() {
    const MANY: usize = 800;
    let region: &'static Region = Box::leak(Box::new(Region::small(true).unwrap()));
    let arenas = || {
        let arenas: [Arena; MANY] = std::array::from_fn(|_| Arena::in_region(region));
        let code = arenas
            .each_ref()
            .map(|arena| arena.alloc(100, None).unwrap().write);
        (arenas, code)
    };
    let (used, code) = arenas();
    for code in code {
        // SAFETY: just allocated.
        unsafe { code.write_bytes(1, 100) };
    }
    drop(used);
    let (_again, code) = arenas();
    // SAFETY: just allocated.
    let kept = code.iter().filter(|code| unsafe { code.read() } == 1);
    assert!((1..=MANY / 2).contains(&kept.count()));
}

#[test]
fn code_runs_where_a_second_mapping_is_refused() {
    let region: &'static Region = Box::leak(Box::new(Region::small(false).unwrap()));
    for _ in 0..3 {
        let arena = Arena::in_region(region);
        for value in 0..100_u32 {
            // mov eax, value; ret
            let mut bytes = vec![0xb8];
            bytes.extend(value.to_le_bytes());
            bytes.push(0xc3);
            let code = arena.alloc(bytes.len(), None).unwrap();
            // SAFETY: written before published; the function keeps to C's convention.
            unsafe {
                std::ptr::copy_nonoverlapping(bytes.as_ptr(), code.write, bytes.len());
                let tables = TablesRef::default();
                let meta = FunctionMeta::new(code.exec, bytes.len(), 0, std::ptr::null(), tables);
                arena.publish(&code, Box::leak(Box::new(meta))).unwrap();
                let function: extern "C" fn() -> u32 = std::mem::transmute(code.exec);
                assert_eq!(function(), value);
            }
        }
        let plt = Plt::new(&arena, 10).unwrap();
        assert_eq!(plt.compiled(3), None);
        assert_eq!(arena.functions().len(), 101);
    }
}

#[test]
fn functions_start_at_their_phase_and_are_found() {
    for twice in [true, false] {
        let region: &'static Region = Box::leak(Box::new(Region::small(twice).unwrap()));
        let arena = Arena::in_region(region);
        let wanted = [(5, 60), (100, 4), (70_000, 16), (17, 0), (1, 36), (64, 8)];
        let metas = wanted.map(|(len, phase)| publish_at(&arena, len, Some(phase), 0));
        for (meta, (_, phase)) in metas.iter().zip(wanted) {
            assert_eq!(meta.start % 64, usize::from(phase));
        }
        let found: Vec<usize> = arena.functions().iter().map(|meta| meta.start).collect();
        assert_eq!(found, metas.map(|meta| meta.start));
    }
    let arena = Arena::new().unwrap();
    let metas = [60, 4, 20, 48].map(|phase| publish_at(&arena, 21, Some(phase), u32::from(phase)));
    for meta in metas {
        for pc in [meta.start, meta.start + 20] {
            assert_eq!(found(pc), Some(meta.func));
        }
        assert_eq!(found(meta.start - 1), None);
        assert_eq!(found(meta.start + 21), None);
    }
}

#[test]
fn too_much_code_is_an_error() {
    assert!(matches!(
        Arena::new().unwrap().alloc(3 << 30, None),
        Err(CodeMemoryError::Exhausted)
    ));
}

#[test]
fn entries_lead_to_what_they_were_set_to() {
    let mut machine = Machine::new();
    let identity = machine.function(1, IDENTITY, &[]);
    let plt = Plt::new(&machine.arena, 10_000).unwrap();
    for index in [0, 1, 5000, 9999] {
        assert_eq!(plt.compiled(index), None);
        plt.set(index, identity);
        assert_eq!(plt.compiled(index), Some(identity));
        assert_eq!(machine.call(plt.stub(index), [8, 0, 0, 0, 0]), (0, 8));
        // SAFETY: the table lives.
        let meta = unsafe { lookup(plt.stub(index) as usize) }.unwrap();
        assert_eq!(meta.kind, CodeKind::Stub);
    }
    assert_eq!(plt.compiled(2), None);
}

#[test]
fn threads_allocate_and_look_up_at_once() {
    let shared = std::sync::Arc::new(Arena::new().unwrap());
    let threads = (0..8).map(|thread| {
        let shared = shared.clone();
        std::thread::spawn(move || {
            for round in 0..20 {
                let own = Arena::new().unwrap();
                for n in 0..50 {
                    let func = thread * 10_000 + round * 100 + n;
                    let len = 1 + (func as usize * 7919) % 3000;
                    for meta in [publish(&own, len, func), publish(&shared, len, func)] {
                        assert_eq!(found(meta.start + len - 1), Some(func));
                    }
                }
                assert_eq!(own.functions().len(), 50);
            }
        })
    });
    let threads: Vec<_> = threads.collect();
    threads
        .into_iter()
        .for_each(|thread| thread.join().unwrap());
    assert_eq!(shared.functions().len(), 8 * 20 * 50);
}

#[test]
fn a_short_address_space_gets_a_smaller_region() {
    const KEY: &str = "WEFT_TEST_SHORT";
    if std::env::var_os(KEY).is_none() {
        let output = run_again(
            &format!("{TEST}a_short_address_space_gets_a_smaller_region"),
            KEY,
        );
        assert!(output.status.success(), "{output:?}");
        return;
    }
    let limit = libc::rlimit {
        rlim_cur: 1 << 30,
        rlim_max: 1 << 30,
    };
    // SAFETY: plain data.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_AS, &limit) }, 0);
    let mut machine = Machine::new();
    let identity = machine.function(1, IDENTITY, &[]);
    assert_eq!(machine.call(identity, [8, 0, 0, 0, 0]), (0, 8));
}
