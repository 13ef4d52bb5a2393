//! Handles of another store or engine are an error, never something else.

use weft::{
    Engine, ExternRef, Func, FuncType, Global, GlobalType, Instance, Linker, Memory, MemoryType,
    Misuse, Module, Mutability, Ref, RefType, SharedMemory, Store, Table, TableType, Tag, TagType,
    Val, ValType,
};

fn misuse<T: std::fmt::Debug>(result: weft::Result<T>) -> Misuse {
    let error = result.unwrap_err();
    error
        .downcast_ref::<Misuse>()
        .unwrap_or_else(|| panic!("{error:?}"))
        .clone()
}

#[test]
fn another_store_is_an_error() {
    let engine = Engine::default();
    let (mut a, mut b) = (Store::new(&engine, ()), Store::new(&engine, ()));
    let func = Func::wrap(&mut a, || 1);
    let typed = func.typed::<(), i32>(&a).unwrap();
    assert_eq!(misuse(typed.call(&mut b, ())), Misuse::WrongStore);
    assert_eq!(
        misuse(func.call(&mut b, &[], &mut [Val::I32(0)])),
        Misuse::WrongStore
    );
    assert_eq!(misuse(func.typed::<(), i32>(&b)), Misuse::WrongStore);
    let reference = ExternRef::new(&mut a, 1).unwrap();
    assert_eq!(misuse(reference.data(&b)), Misuse::WrongStore);
    let global = Global::new(
        &mut a,
        GlobalType::new(ValType::I32, Mutability::Var),
        Val::I32(1),
    )
    .unwrap();
    assert_eq!(misuse(global.set(&mut b, Val::I32(1))), Misuse::WrongStore);
    let table = Table::new(
        &mut a,
        TableType::new(RefType::FUNCREF, 1, None),
        Ref::Func(None),
    )
    .unwrap();
    assert_eq!(
        misuse(table.set(&mut b, 0, Ref::Func(None))),
        Misuse::WrongStore
    );
    let ours = Table::new(
        &mut b,
        TableType::new(RefType::FUNCREF, 1, None),
        Ref::Func(None),
    )
    .unwrap();
    assert_eq!(misuse(ours.set(&mut b, 0, func.into())), Misuse::WrongStore);
    let memory = Memory::new(&mut a, MemoryType::new(1, None)).unwrap();
    assert_eq!(misuse(memory.grow(&mut b, 1)), Misuse::WrongStore);
    let mut linker: Linker<()> = Linker::new(&engine);
    assert_eq!(
        misuse(linker.define(&b, "m", "f", func).map(drop)),
        Misuse::WrongStore
    );
    let module = Module::new(&engine, r#"(module (import "" "" (func (result i32))))"#).unwrap();
    assert_eq!(
        misuse(Instance::new(&mut b, &module, &[func.into()])),
        Misuse::WrongStore
    );
}

#[test]
fn another_engine_is_an_error() {
    let (one, other) = (Engine::default(), Engine::default());
    let mut store = Store::new(&other, ());
    let module = Module::new(&one, "(module)").unwrap();
    assert_eq!(
        misuse(Instance::new(&mut store, &module, &[])),
        Misuse::WrongEngine
    );
    let linker: Linker<()> = Linker::new(&one);
    assert_eq!(
        misuse(linker.instantiate(&mut store, &module)),
        Misuse::WrongEngine
    );
    let ty = FuncType::new(&one, [], []);
    assert_eq!(
        misuse(Func::try_new(&mut store, ty.clone(), |_, _, _| Ok(()))),
        Misuse::WrongEngine
    );
    assert_eq!(
        misuse(Tag::new(&mut store, &TagType::new(ty))),
        Misuse::WrongEngine
    );
    let shared = SharedMemory::new(&one, MemoryType::shared(1, 1)).unwrap();
    let mut linker: Linker<()> = Linker::new(&other);
    assert_eq!(
        misuse(linker.define(&store, "m", "m", shared).map(drop)),
        Misuse::WrongEngine
    );
}

#[test]
#[should_panic(expected = "another store")]
fn where_there_is_no_error_it_is_a_panic() {
    let engine = Engine::default();
    let (mut a, b) = (Store::new(&engine, ()), Store::new(&engine, ()));
    let memory = Memory::new(&mut a, MemoryType::new(1, None)).unwrap();
    memory.data(&b);
}
