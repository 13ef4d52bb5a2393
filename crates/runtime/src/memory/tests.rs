//! Tests of memories: sizes, limits, images and reuse.

use std::sync::Arc;

use weft_module::{AddressType, Limits, MemoryType};

use super::{Mapping, MemoryEntity, MemoryPool, Plan, SharedMemory, build_images};
use crate::by_heart::{engine, module, store};
use crate::error::{GrowError, Misuse};
use crate::limiter::Limiter;

const PAGE: usize = 65536;

fn ty(min: u64, max: Option<u64>) -> MemoryType {
    MemoryType {
        address: AddressType::I32,
        limits: Limits { min, max },
        shared: false,
        page_size_log2: 16,
    }
}

#[test]
fn memories_grow_in_place_up_to_their_maximum() {
    let engine = engine(Vec::new());
    let store = store(&engine);
    let memory = MemoryEntity::new(&engine, &ty(1, Some(3)), None).expect("room");
    let base = memory.base();
    memory.write(PAGE as u64 - 1, &[7]).expect("in bounds");
    assert_eq!(memory.write(PAGE as u64, &[7]), Err(Misuse::OutOfBounds));
    assert_eq!(memory.grow(&store, 2).expect("allowed"), 1);
    assert_eq!((memory.base(), memory.size()), (base, 3));
    memory.write(3 * PAGE as u64 - 1, &[8]).expect("in bounds");
    assert!(matches!(memory.grow(&store, 1), Err(GrowError::Maximum)));
    assert_eq!(memory.grow(&store, 0).expect("allowed"), 3);
    assert!(matches!(
        memory.grow(&store, u64::MAX),
        Err(GrowError::Maximum)
    ));
}

#[test]
fn a_memory_of_four_gigabytes_is_the_largest() {
    let engine = engine(Vec::new());
    let store = store(&engine);
    let memory = MemoryEntity::new(&engine, &ty(0, None), None).expect("room");
    assert_eq!(memory.grow(&store, 65536).expect("allowed"), 0);
    assert!(matches!(memory.grow(&store, 1), Err(GrowError::Maximum)));
    memory.write((1 << 32) - 1, &[1]).expect("in bounds");
}

#[test]
fn memories_with_pages_of_one_byte_have_any_size() {
    let engine = engine(Vec::new());
    let store = store(&engine);
    let bytes = MemoryType {
        page_size_log2: 0,
        ..ty(3, Some(10))
    };
    let memory = MemoryEntity::new(&engine, &bytes, None).expect("room");
    assert_eq!(memory.byte_size(), 3);
    assert_eq!(memory.grow(&store, 7).expect("allowed"), 3);
    assert_eq!(memory.write(10, &[1]), Err(Misuse::OutOfBounds));
}

#[test]
fn what_was_written_is_gone_when_a_mapping_is_used_again() {
    let pool = MemoryPool::new(4);
    let engine = engine(Vec::new());
    let plan = Plan::new(engine.tunables(), &ty(1, None), PAGE).expect("small");
    let mapping = pool.take(&plan, 3 * PAGE, None).expect("room");
    let base = mapping.base();
    // SAFETY: accessible.
    unsafe { base.write_bytes(0xaa, 3 * PAGE) };
    pool.put(mapping);
    let again = pool.take(&plan, PAGE, None).expect("room");
    assert_eq!(again.base(), base);
    again.grow(3 * PAGE).expect("room");
    // SAFETY: accessible.
    let bytes = unsafe { std::slice::from_raw_parts(base, 3 * PAGE) };
    assert!(bytes.iter().all(|&byte| byte == 0));
}

#[test]
fn images_come_back_unchanged_and_leave_nothing_behind() {
    let engine = engine(Vec::new());
    let data = "x".repeat(20_000);
    let text = format!(r#"(module (memory 2) (data (i32.const 5000) "{data}"))"#);
    let code = module(&engine, &text);
    let images = build_images(code.info(), code.bytes()).expect("constant data");
    let image = images[0].as_ref();
    let plan = Plan::new(engine.tunables(), &ty(2, None), 2 * PAGE).expect("small");
    let mut mapping = Mapping::new(&plan, 2 * PAGE, image).expect("room");
    let base = mapping.base();
    // SAFETY: accessible; read anew at each call.
    let contents = || unsafe { std::slice::from_raw_parts(base, 2 * PAGE).to_vec() };
    let mut expected = vec![0; 2 * PAGE];
    expected[5000..25_000].fill(b'x');
    assert!(contents() == expected);
    // SAFETY: accessible.
    unsafe { base.write_bytes(1, 2 * PAGE) };
    mapping.clear().expect("madvise");
    mapping.prepare(2 * PAGE, image).expect("prepared");
    assert!(contents() == expected);
    mapping.clear().expect("madvise");
    mapping.prepare(2 * PAGE, None).expect("prepared");
    assert!(contents().iter().all(|&byte| byte == 0));
}

#[test]
fn data_at_unknown_or_excessive_places_has_no_image() {
    let engine = engine(Vec::new());
    let data = "x".repeat(20_000);
    for (place, imports) in [
        ("(i32.const 60000)", ""),
        ("(global.get 0)", r#"(import "" "g" (global i32))"#),
    ] {
        let text = format!(r#"(module {imports} (memory 1) (data {place} "{data}"))"#);
        let code = module(&engine, &text);
        assert!(build_images(code.info(), code.bytes()).is_none(), "{place}");
    }
}

#[test]
fn sizes_beyond_the_reservation_name_it() {
    let engine = engine(Vec::new());
    let large = MemoryType {
        address: AddressType::I64,
        ..ty(1 << 20, None)
    };
    let error = MemoryEntity::new(&engine, &large, None).expect_err("too large");
    assert!(
        error
            .to_string()
            .contains("reservation for 64-bit memories"),
        "{error}"
    );
    let huge = MemoryType {
        address: AddressType::I64,
        ..ty(1 << 48, None)
    };
    assert!(MemoryEntity::new(&engine, &huge, None).is_err());
}

#[test]
fn shared_memories_grow_for_everyone() {
    let engine = engine(Vec::new());
    let shared = MemoryType {
        shared: true,
        ..ty(1, Some(4))
    };
    let memory = SharedMemory::new(&engine, shared).expect("room");
    let stores = [store(&engine), store(&engine)];
    let [first, second] = stores
        .each_ref()
        .map(|store| store.adopt_memory(&memory).expect("same engine"));
    let entity = first.get(&stores[0]).expect("alive");
    assert_eq!(entity.grow(&stores[0], 1).expect("allowed"), 1);
    entity.write(PAGE as u64, b"abc").expect("in bounds");
    let mut bytes = [0; 3];
    let other = second.get(&stores[1]).expect("alive");
    other.read(PAGE as u64, &mut bytes).expect("in bounds");
    assert_eq!(&bytes, b"abc");
    assert!(first.get(&stores[1]).is_err());
}

struct Refuse(Arc<std::sync::Mutex<Vec<(usize, usize)>>>);

impl Limiter for Refuse {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> Result<bool, crate::error::HostError> {
        self.0.lock().expect("no panic").push((current, desired));
        Ok(desired <= 2 * PAGE)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        _desired: usize,
        _maximum: Option<usize>,
    ) -> Result<bool, crate::error::HostError> {
        Ok(true)
    }
}

#[test]
fn the_limiter_is_asked_and_obeyed() {
    let engine = engine(Vec::new());
    let store = store(&engine);
    let asked = Arc::default();
    store.set_limiter(Some(Box::new(Refuse(Arc::clone(&asked)))));
    let memory = store.new_memory(&ty(1, None)).expect("allowed");
    let entity = memory.get(&store).expect("alive");
    assert!(entity.grow(&store, 1).is_ok());
    assert!(matches!(
        entity.grow(&store, 1),
        Err(GrowError::Resource(_))
    ));
    assert_eq!(entity.size(), 2);
    assert!(store.new_memory(&ty(3, None)).is_err());
    let asked = asked.lock().expect("no panic");
    assert_eq!(
        *asked,
        [
            (0, PAGE),
            (PAGE, 2 * PAGE),
            (2 * PAGE, 3 * PAGE),
            (0, 3 * PAGE)
        ]
    );
}
