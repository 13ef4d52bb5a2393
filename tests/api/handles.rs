//! Handles of another store or engine are an error, never something else: every kind of handle, in every call that takes one.

use std::panic::{AssertUnwindSafe, catch_unwind};

use weft::{
    AnyRef, ArrayRef, ArrayType, Engine, Exception, ExnRef, Extern, ExternRef, FieldType, Func,
    FuncType, Global, GlobalType, HeapType, I31, Instance, Linker, Memory, MemoryType, Misuse,
    Module, Mutability, OwnedRooted, Ref, RefType, Result, Rooted, SharedMemory, Store, StructRef,
    StructType, Table, TableType, Tag, TagType, Val, ValType, host,
};

/// A handle of every kind, all of one store.
struct Handles {
    func: Func,
    memory: Memory,
    table: Table,
    global: Global,
    tag: Tag,
    instance: Instance,
    external: Rooted<ExternRef>,
    any: Rooted<AnyRef>,
    structure: Rooted<StructRef>,
    array: Rooted<ArrayRef>,
    exnref: Rooted<ExnRef>,
    owned: OwnedRooted<ExternRef>,
    exception: Exception,
    pair: StructType,
    list: ArrayType,
}

const INT: ValType = ValType::I32;

fn funcrefs() -> TableType {
    TableType::new(RefType::FUNCREF, 1, None)
}

fn variable(ty: ValType) -> GlobalType {
    GlobalType::new(ty, Mutability::Var)
}

fn handles(store: &mut Store<()>) -> Handles {
    let engine = store.engine().clone();
    let field = || FieldType::new(Mutability::Var, INT.into());
    let pair = StructType::new(&engine, [field()]).unwrap();
    let list = ArrayType::new(&engine, field()).unwrap();
    let tag = Tag::new(&mut *store, &TagType::new(FuncType::new(&engine, [], []))).unwrap();
    let module = Module::new(
        &engine,
        r#"(module (func (export "f") (result i32) (i32.const 1)))"#,
    );
    let structure = StructRef::new(&mut *store, &pair, &[Val::I32(1)]).unwrap();
    let external = ExternRef::new(&mut *store, 1).unwrap();
    Handles {
        func: Func::wrap(&mut *store, || 1),
        memory: Memory::new(&mut *store, MemoryType::new(1, None)).unwrap(),
        table: Table::new(&mut *store, funcrefs(), Ref::Func(None)).unwrap(),
        global: Global::new(&mut *store, variable(INT), Val::I32(1)).unwrap(),
        tag,
        instance: Instance::new(&mut *store, &module.unwrap(), &[]).unwrap(),
        external,
        any: structure.to_anyref(),
        structure,
        array: ArrayRef::new(&mut *store, &list, &Val::I32(1), 3).unwrap(),
        exnref: ExnRef::new(&mut *store, &tag, &[]).unwrap(),
        owned: external.to_owned_rooted(&mut *store).unwrap(),
        exception: Exception::new(&mut *store, &tag, &[]).unwrap(),
        pair,
        list,
    }
}

/// Handles of one store, another store, and handles of that.
fn stage() -> (Handles, Store<()>, Handles) {
    let engine = Engine::default();
    let theirs = handles(&mut Store::new(&engine, ()));
    let mut store = Store::new(&engine, ());
    let ours = handles(&mut store);
    (theirs, store, ours)
}

fn misuse<T>(result: Result<T>) -> Option<Misuse> {
    result.err()?.downcast_ref::<Misuse>().cloned()
}

/// Each call is an error that says which kind of handle was wrong.
macro_rules! assert_misuse {
    ($misuse:ident: $($call:expr;)*) => {$(
        assert_eq!(misuse($call), Some(Misuse::$misuse), "{}", stringify!($call));
    )*};
}

/// Each call has no error to return, so it panics and says why.
macro_rules! assert_panics {
    ($($call:expr;)*) => {$({
        let panic = catch_unwind(AssertUnwindSafe(|| { let _ = $call; }));
        let panic = panic.expect_err(stringify!($call));
        let message = panic.downcast_ref::<String>().expect("a panic has a message");
        assert!(message.contains("another store"), "{}: {message}", stringify!($call));
    })*};
}

#[test]
fn entities_of_another_store() {
    let (theirs, mut b, ours) = stage();
    let Handles {
        func,
        memory,
        table,
        global,
        tag,
        ..
    } = theirs;
    let typed = ours.func.typed::<(), i32>(&b).unwrap();
    typed.call(&mut b, ()).unwrap();
    let mut linker: Linker<()> = Linker::new(b.engine());
    let imports = Module::new(b.engine(), r#"(module (import "" "" (func (result i32))))"#);
    let imports = imports.unwrap();
    assert_misuse! { WrongStore:
        func.call(&mut b, &[], &mut [Val::I32(0)]);
        func.typed::<(), i32>(&b);
        Func::same(&func, &ours.func, &b);
        Func::same(&ours.func, &func, &b);
        global.set(&mut b, Val::I32(1));
        table.set(&mut b, 0, Ref::Func(None));
        table.grow(&mut b, 1, Ref::Func(None));
        table.fill(&mut b, 0, Ref::Func(None), 1);
        Table::copy(&mut b, &table, 0, &ours.table, 0, 1);
        Table::copy(&mut b, &ours.table, 0, &table, 0, 1);
        memory.grow(&mut b, 1);
        ExnRef::new(&mut b, &tag, &[]);
        Exception::new(&mut b, &tag, &[]);
        Instance::new(&mut b, &imports, &[func.into()]);
        linker.define(&b, "m", "f", func).map(drop);
        linker.define(&b, "m", "m", memory).map(drop);
        linker.define(&b, "m", "t", table).map(drop);
        linker.define(&b, "m", "g", global).map(drop);
        linker.define(&b, "m", "e", tag).map(drop);
        linker.instance(&mut b, "m", theirs.instance).map(drop);
    }
    assert!(!Tag::eq(&tag, &ours.tag, &b));
}

#[test]
fn a_typed_function_of_another_store() {
    let engine = Engine::default();
    let (mut a, mut b) = (Store::new(&engine, ()), Store::new(&engine, ()));
    let func = Func::wrap(&mut a, |n: i32| n);
    let typed = func.typed::<i32, i32>(&a).unwrap();
    assert_misuse! { WrongStore: typed.call(&mut b, 1); }
}

#[test]
fn values_of_another_store() {
    let (theirs, mut b, ours) = stage();
    let (func, external) = (theirs.func, theirs.external);
    let take_func = FuncType::new(b.engine(), [ValType::FUNCREF], []);
    let take = Func::new(&mut b, take_func, |_, _, _| Ok(()));
    let typed = take.typed::<Option<Func>, ()>(&b).unwrap();
    let externs = TableType::new(RefType::EXTERNREF, 1, None);
    let externs = Table::new(&mut b, externs, Ref::Extern(None)).unwrap();
    let element = HeapType::ConcreteStruct(ours.pair.clone());
    let element = ValType::Ref(RefType::new(true, element));
    let nested = FieldType::new(Mutability::Var, element.into());
    let nested_pair = StructType::new(b.engine(), [nested.clone()]).unwrap();
    let nested_list = ArrayType::new(b.engine(), nested).unwrap();
    let structure = StructRef::new(&mut b, &nested_pair, &[Val::null_any_ref()]).unwrap();
    let array = ArrayRef::new(&mut b, &nested_list, &Val::null_any_ref(), 1).unwrap();
    let alien: Val = theirs.any.into();
    assert_misuse! { WrongStore:
        take.call(&mut b, &[func.into()], &mut []);
        typed.call(&mut b, Some(func));
        ours.table.set(&mut b, 0, func.into());
        ours.table.grow(&mut b, 1, func.into());
        ours.table.fill(&mut b, 0, func.into(), 1);
        externs.set(&mut b, 0, external.into());
        Table::new(&mut b, funcrefs(), func.into());
        Global::new(&mut b, variable(ValType::FUNCREF), func.into());
        Global::new(&mut b, variable(ValType::EXTERNREF), external.into());
        StructRef::new(&mut b, &nested_pair, &[alien]);
        structure.set_field(&mut b, 0, alien);
        ArrayRef::new(&mut b, &nested_list, &alien, 1);
        ArrayRef::new_fixed(&mut b, &nested_list, &[alien]);
        array.set(&mut b, 0, alien);
    }
}

#[test]
fn what_a_host_function_returns_of_another_store() {
    let (theirs, mut b, _) = stage();
    let (func, external) = (theirs.func, theirs.external);
    let dynamic = FuncType::new(b.engine(), [], [ValType::FUNCREF]);
    let dynamic = Func::new(&mut b, dynamic, move |_, _, results| {
        results[0] = func.into();
        Ok(())
    });
    let typed = Func::wrap(&mut b, move || Some(external));
    assert_misuse! { WrongStore:
        dynamic.call(&mut b, &[], &mut [Val::I32(0)]);
        typed.call(&mut b, &[], &mut [Val::I32(0)]);
    }
}

#[test]
fn references_of_another_store() {
    let (theirs, mut b, ours) = stage();
    let Handles {
        external,
        any,
        structure,
        array,
        exnref,
        ..
    } = theirs;
    assert_misuse! { WrongStore:
        external.data(&b);
        external.to_owned_rooted(&mut b);
        Rooted::ref_eq(&b, &external, &ours.external);
        Rooted::ref_eq(&b, &ours.external, &external);
        AnyRef::convert_extern(&mut b, external);
        ExternRef::convert_any(&mut b, any);
        any.ty(&b);
        any.matches_ty(&b, &HeapType::Any);
        any.is_struct(&b);
        any.as_struct(&b);
        any.is_i31(&b);
        any.as_i31(&b);
        structure.ty(&b);
        structure.matches_ty(&b, &theirs.pair);
        structure.field(&mut b, 0);
        structure.fields(&mut b);
        structure.set_field(&mut b, 0, Val::I32(1));
        array.ty(&b);
        array.matches_ty(&b, &theirs.list);
        array.len(&b);
        array.get(&mut b, 0);
        array.elems(&mut b);
        array.set(&mut b, 0, Val::I32(1));
        exnref.tag(&b);
        exnref.payload(&mut b);
        Exception::from_ref(&mut b, exnref);
        theirs.exception.tag(&b);
        theirs.exception.payload(&mut b);
        theirs.exception.to_ref(&mut b);
        theirs.exception.is_same(&ours.exception, &b);
        ours.exception.is_same(&theirs.exception, &b);
        theirs.owned.to_rooted(&mut b);
        theirs.owned.data(&b);
    }
    // A small integer is no object, but its handle is of a store all the same.
    let mut a = Store::new(b.engine(), ());
    let small = AnyRef::from_i31(&mut a, I31::wrapping_u32(1));
    assert_misuse! { WrongStore: small.as_i31(&b); }
}

/// What refers to nothing.
struct Nothing;

impl host::Trace for Nothing {
    fn trace(&self, _: &mut host::Tracer<'_, '_>) {}
}

#[test]
fn hosts_with_handles_of_another_store() {
    let (theirs, mut b, _) = stage();
    let Handles {
        func,
        memory,
        table,
        global,
        tag,
        instance,
        external,
        structure,
        ..
    } = theirs;
    assert_misuse! { WrongStore:
        host::pin(&mut b, func);
        host::pin(&mut b, memory);
        host::pin(&mut b, table);
        host::pin(&mut b, global);
        host::pin(&mut b, tag);
        host::pin(&mut b, instance);
        host::unpin(&mut b, func);
        host::unpin(&mut b, memory);
        host::edges(&b, table);
        host::canonical(&b, &func);
        host::func_index(&b, &func);
        host::object_key(&b, &structure);
        host::trace_func(&mut b, &func, Nothing);
        host::traced(&b, &func);
        host::call_suspendable(&mut b, &func, &[]);
        host::RawFunc::new(&b, &func);
        host::WeakRef::new(&mut b, &external);
        host::WeakRef::new(&mut b, &structure);
    }
    let mut a = Store::new(b.engine(), ());
    let kept = handles(&mut a);
    let weak = host::WeakRef::new(&mut a, &kept.structure)
        .unwrap()
        .unwrap();
    let raw = host::RawFunc::new(&a, &kept.func).unwrap();
    let mut slot = [host::RawVal::from_i32(0)];
    assert_misuse! { WrongStore:
        weak.upgrade(&mut b);
        // SAFETY: one result, of the function's type, and no parameters.
        unsafe { raw.call(&mut b, &mut slot) };
    }
}

#[test]
fn where_there_is_no_error_it_is_a_panic() {
    let (theirs, mut b, _) = stage();
    let Handles {
        func,
        memory,
        table,
        global,
        tag,
        instance,
        ..
    } = theirs;
    assert_panics! {
        func.ty(&b);
        memory.ty(&b);
        memory.read(&b, 0, &mut [0]);
        memory.write(&mut b, 0, &[0]);
        memory.data(&b);
        memory.data_mut(&mut b);
        memory.data_and_store_mut(&mut b).0;
        memory.data_ptr(&b);
        memory.data_size(&b);
        memory.size(&b);
        memory.page_size(&b);
        host::growths(&b, &memory);
        table.ty(&b);
        table.size(&b);
        table.get(&mut b, 0);
        global.ty(&b);
        global.get(&mut b);
        tag.ty(&b);
        Extern::from(func).ty(&b);
        Extern::from(memory).ty(&b);
        instance.module(&b);
        instance.exports(&b).len();
        instance.get_export(&mut b, "f");
        instance.get_func(&mut b, "f");
        instance.get_typed_func::<(), i32>(&mut b, "f");
        instance.get_table(&mut b, "f");
        instance.get_memory(&mut b, "f");
        instance.get_shared_memory(&mut b, "f");
        instance.get_global(&mut b, "f");
        instance.get_tag(&mut b, "f");
    }
}

#[test]
fn another_engine_is_an_error() {
    let (one, other) = (Engine::default(), Engine::default());
    let theirs = handles(&mut Store::new(&one, ()));
    let mut store = Store::new(&other, ());
    let ours = handles(&mut store);
    let module = Module::new(&one, "(module)").unwrap();
    let linker: Linker<()> = Linker::new(&one);
    let mut own_linker: Linker<()> = Linker::new(&other);
    let ty = FuncType::new(&one, [], []);
    let shared = SharedMemory::new(&one, MemoryType::shared(1, 1)).unwrap();
    let pairs = RefType::new(true, HeapType::ConcreteStruct(theirs.pair.clone()));
    assert_misuse! { WrongEngine:
        Instance::new(&mut store, &module, &[]);
        linker.instantiate(&mut store, &module);
        own_linker.instantiate(&mut store, &module);
        own_linker.instantiate_pre(&module);
        own_linker.module(&mut store, "m", &module).map(drop);
        own_linker.define(&store, "m", "m", shared).map(drop);
        own_linker.func_new("m", "f", ty.clone(), |_, _, _| Ok(())).map(drop);
        Func::try_new(&mut store, ty.clone(), |_, _, _| Ok(()));
        Tag::new(&mut store, &TagType::new(ty.clone()));
        Table::new(&mut store, TableType::new(pairs.clone(), 1, None), Ref::Any(None));
        Global::new(&mut store, variable(ValType::Ref(pairs)), Val::null_any_ref());
        StructRef::new(&mut store, &theirs.pair, &[Val::I32(1)]);
        ArrayRef::new(&mut store, &theirs.list, &Val::I32(1), 1);
        ArrayRef::new_fixed(&mut store, &theirs.list, &[Val::I32(1)]);
    }
    // Stores of two engines are two stores.
    assert_misuse! { WrongStore:
        theirs.func.call(&mut store, &[], &mut [Val::I32(0)]);
        theirs.external.data(&store);
        ours.table.set(&mut store, 0, theirs.func.into());
    }
}
