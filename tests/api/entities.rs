//! Memories, tables, globals, tags and references.

use weft::{
    Engine, Extern, ExternRef, Func, Global, GlobalType, Instance, Memory, MemoryType, Module,
    Mutability, Ref, RefType, Rooted, SharedMemory, Store, Table, TableType, Val, ValType,
};

fn store() -> Store<()> {
    Store::new(&Engine::default(), ())
}

#[test]
fn memories_read_write_and_grow() {
    let mut store = store();
    let memory = Memory::new(&mut store, MemoryType::new(1, Some(3))).unwrap();
    memory.write(&mut store, 65_530, b"edge!!").unwrap();
    assert!(memory.write(&mut store, 65_531, b"edge!!").is_err());
    assert!(memory.write(&mut store, usize::MAX, b"x").is_err());
    let mut buffer = [0; 6];
    memory.read(&store, 65_530, &mut buffer).unwrap();
    assert_eq!(&buffer, b"edge!!");
    let before = memory.data_ptr(&store);
    assert_eq!(memory.grow(&mut store, 2).unwrap(), 1);
    assert_eq!(
        (memory.size(&store), memory.data_size(&store)),
        (3, 3 << 16)
    );
    assert_eq!(memory.data_ptr(&store), before);
    assert!(memory.grow(&mut store, 1).is_err());
    let (bytes, ()) = memory.data_and_store_mut(&mut store);
    assert_eq!((bytes[65_530], bytes[3 * 65_536 - 1]), (b'e', 0));
    assert_eq!(memory.ty(&store).to_string(), "(memory 3 3)");
}

#[test]
fn tables_hold_what_their_type_says() {
    let mut store = store();
    let f = Func::wrap(&mut store, || 5);
    let table = Table::new(
        &mut store,
        TableType::new(RefType::FUNCREF, 2, Some(10)),
        f.into(),
    )
    .unwrap();
    assert!(matches!(table.get(&mut store, 1), Some(Ref::Func(Some(g))) if g == f));
    assert!(table.get(&mut store, 2).is_none());
    assert!(table.set(&mut store, 0, Ref::Extern(None)).is_err());
    table.set(&mut store, 0, Ref::Func(None)).unwrap();
    assert!(table.get(&mut store, 0).unwrap().is_null());
    assert_eq!(table.grow(&mut store, 3, f.into()).unwrap(), 2);
    assert!(table.grow(&mut store, 6, f.into()).is_err());
    table.fill(&mut store, 1, Ref::Func(None), 4).unwrap();
    assert!(table.fill(&mut store, 1, Ref::Func(None), 5).is_err());
    Table::copy(&mut store, &table, 0, &table, 1, 4).unwrap();
    assert!(Table::copy(&mut store, &table, 2, &table, 1, 4).is_err());
    assert_eq!(table.size(&store), 5);
}

#[test]
fn globals_are_typed() {
    let mut store = store();
    let global = Global::new(
        &mut store,
        GlobalType::new(ValType::I64, Mutability::Var),
        Val::I64(1),
    )
    .unwrap();
    global.set(&mut store, Val::I64(-9)).unwrap();
    assert_eq!(global.get(&mut store).i64(), Some(-9));
    assert!(global.set(&mut store, Val::I32(1)).is_err());
    let constant = Global::new(
        &mut store,
        GlobalType::new(ValType::F32, Mutability::Const),
        1.5_f32.into(),
    )
    .unwrap();
    assert!(constant.set(&mut store, 2.5_f32.into()).is_err());
    assert_eq!(constant.get(&mut store).f32(), Some(1.5));
    let wrong = Global::new(
        &mut store,
        GlobalType::new(ValType::F32, Mutability::Const),
        Val::I32(1),
    );
    assert!(wrong.is_err());
}

#[test]
fn host_values_come_back() {
    let (mut store, instance) = crate::instance(
        r#"(module (global $kept (export "kept") (mut externref) (ref.null extern))
            (func (export "keep") (param externref) (global.set $kept (local.get 0)))
            (func (export "id") (param externref) (result externref) (local.get 0)))"#,
    );
    let value = ExternRef::new(&mut store, vec![1, 2, 3]).unwrap();
    let id = instance
        .get_typed_func::<Option<Rooted<ExternRef>>, Option<Rooted<ExternRef>>>(&mut store, "id")
        .unwrap();
    let back = id.call(&mut store, Some(value)).unwrap().unwrap();
    assert!(Rooted::ref_eq(&store, &back, &value).unwrap());
    assert!(id.call(&mut store, None).unwrap().is_none());
    let keep = instance.get_typed_func::<Rooted<ExternRef>, ()>(&mut store, "keep");
    keep.unwrap().call(&mut store, value).unwrap();
    let kept = instance
        .get_global(&mut store, "kept")
        .unwrap()
        .get(&mut store);
    let data = kept
        .unwrap_externref()
        .unwrap()
        .data(&store)
        .unwrap()
        .unwrap();
    assert_eq!(data.downcast_ref::<Vec<i32>>().unwrap(), &[1, 2, 3]);
}

#[test]
fn instances_share_what_they_are_given() {
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let memory = Memory::new(&mut store, MemoryType::new(1, None)).unwrap();
    let module = Module::new(&engine, r#"(module (import "" "m" (memory 1))
        (func (export "add") (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))))"#).unwrap();
    for _ in 0..2 {
        let instance = Instance::new(&mut store, &module, &[memory.into()]).unwrap();
        instance
            .get_typed_func::<(), ()>(&mut store, "add")
            .unwrap()
            .call(&mut store, ())
            .unwrap();
    }
    assert_eq!(memory.data(&store)[0], 2);
}

#[test]
fn threads_share_a_memory() {
    let engine = Engine::default();
    let shared = SharedMemory::new(&engine, MemoryType::shared(1, 4)).unwrap();
    let module = Module::new(
        &engine,
        r#"(module (import "" "m" (memory 1 4 shared))
        (func (export "add") (param i32) (loop
            (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))
            (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
        (func (export "wait") (result i32)
            (memory.atomic.wait32 (i32.const 8) (i32.const 0) (i64.const -1))))"#,
    )
    .unwrap();
    let run = |name: &'static str| {
        let (engine, module, shared) = (engine.clone(), module.clone(), shared.clone());
        std::thread::spawn(move || {
            let mut store = Store::new(&engine, ());
            let instance = Instance::new(&mut store, &module, &[shared.into()]).unwrap();
            match instance.get_typed_func::<i32, ()>(&mut store, name) {
                Ok(add) => add.call(&mut store, 1000).map(|()| 0),
                Err(_) => instance
                    .get_typed_func::<(), i32>(&mut store, name)
                    .unwrap()
                    .call(&mut store, ()),
            }
        })
    };
    let adders: Vec<_> = (0..4).map(|_| run("add")).collect();
    let waiter = run("wait");
    for thread in adders {
        thread.join().unwrap().unwrap();
    }
    let mut word = [0; 4];
    shared.read(0, &mut word).unwrap();
    assert_eq!(u32::from_le_bytes(word), 4000);
    while shared.atomic_notify(8, 1).unwrap() == 0 {
        std::thread::yield_now();
    }
    assert_eq!(waiter.join().unwrap().unwrap(), 0);
    assert_eq!(shared.atomic_notify(9, 1), Err(weft::Trap::UnalignedAtomic));
}

#[test]
fn exports_are_listed_in_order() {
    let (mut store, instance) = crate::instance(
        r#"(module (memory (export "m") 1) (table (export "t") 1 funcref) (func (export "f"))
            (global (export "g") i32 (i32.const 0)) (tag (export "e")))"#,
    );
    let names: Vec<_> = instance
        .exports(&store)
        .map(|export| export.name().to_owned())
        .collect();
    assert_eq!(names, ["m", "t", "f", "g", "e"]);
    assert!(matches!(
        instance.get_export(&mut store, "e"),
        Some(Extern::Tag(_))
    ));
    assert!(instance.get_export(&mut store, "x").is_none());
}
