//! Letting go of instances and all they are made of: what stays, what goes, and what handles of the gone say.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use weft::host::{self, Item, Trace, Tracer, WeakRef};
use weft::{
    AnyRef, ArrayRef, ArrayType, Caller, Config, Engine, Exception, ExnRef, Extern, ExternRef,
    FieldType, Func, FuncType, Global, GlobalType, Instance, Linker, Memory, MemoryType, Module,
    Mutability, Ref, RefType, RootScope, Rooted, SharedMemory, StorageType, Store, StructRef,
    StructType, Table, TableType, Tag, TagType, Val, ValType,
};

/// A store whose handles keep nothing.
pub(crate) fn store_in(engine: &Engine) -> Store<()> {
    let mut store = Store::new(engine, ());
    host::weak_handles(&mut store);
    store
}

pub(crate) fn store() -> Store<()> {
    store_in(&Engine::default())
}

/// An instance in a store whose handles keep nothing.
fn instantiate(store: &mut Store<()>, text: &str, imports: &[Extern]) -> Instance {
    let module = Module::new(store.engine(), text).expect("a valid module");
    Instance::new(store, &module, imports).expect("fits")
}

pub(crate) fn is_alive(store: &Store<()>, item: impl Into<Item>) -> bool {
    host::edges(store, item).is_ok()
}

/// Counts how many of it there are.
struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

const FUNC: &str = r#"(module (func (export "f") (result i32) (i32.const 7)))"#;

#[test]
fn what_handles_keep_stays_until_it_is_unpinned() {
    let (mut store, instance) = crate::instance(FUNC);
    store.collect().unwrap();
    let f = instance.get_typed_func::<(), i32>(&mut store, "f").unwrap();
    store.collect().unwrap();
    assert_eq!(f.call(&mut store, ()).unwrap(), 7);
    host::unpin(&mut store, instance).unwrap();
    assert_eq!(
        f.call(&mut store, ()).unwrap(),
        7,
        "not before it is collected"
    );
    store.collect().unwrap();
    let error = f.call(&mut store, ()).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&weft::Misuse::Stale));
    assert!(host::unpin(&mut store, instance).is_err());
}

#[test]
fn pins_are_counted() {
    let mut store = store();
    let instance = instantiate(&mut store, FUNC, &[]);
    let f = instance.get_func(&mut store, "f").unwrap();
    host::pin(&mut store, instance).unwrap();
    host::pin(&mut store, f).unwrap();
    host::unpin(&mut store, instance).unwrap();
    store.collect().unwrap();
    assert!(is_alive(&store, instance), "the function keeps it");
    host::unpin(&mut store, f).unwrap();
    store.collect().unwrap();
    assert!(!is_alive(&store, instance) && !is_alive(&store, f));
}

#[test]
fn everything_that_is_gone_is_an_error_to_use() {
    let mut store = store();
    let instance = instantiate(
        &mut store,
        r#"(module (memory (export "m") 1) (table (export "t") 1 funcref) (func (export "f"))
            (global (export "g") (mut i32) (i32.const 0)) (tag (export "e")))"#,
        &[],
    );
    let mut export = |name| instance.get_export(&mut store, name).unwrap();
    let exports = ["m", "t", "f", "g", "e"].map(&mut export);
    store.collect().unwrap();
    for export in &exports {
        assert!(!is_alive(&store, export.clone()), "{export:?}");
        assert!(host::pin(&mut store, export.clone()).is_err());
    }
    let module = Module::new(store.engine(), r#"(module (import "" "" (memory 1)))"#).unwrap();
    assert!(Instance::new(&mut store, &module, &exports[..1]).is_err());
    let Extern::Memory(memory) = &exports[0] else {
        unreachable!()
    };
    assert!(memory.grow(&mut store, 0).is_err());
    // The slot is used again; the old handle does not become current.
    let other = Memory::new(&mut store, MemoryType::new(1, None)).unwrap();
    assert!(is_alive(&store, other) && !is_alive(&store, *memory));
    assert_ne!(other, *memory);
}

#[test]
fn imports_and_exports_keep_each_other_as_far_as_they_refer_to_each_other() {
    let mut store = store();
    let inner = instantiate(
        &mut store,
        r#"(module (memory (export "m") 1) (func (export "f") (result i32) (i32.load (i32.const 0)))
            (global (export "g") (mut i32) (i32.const 5)) (tag (export "e")))"#,
        &[],
    );
    let imports = ["m", "f", "g", "e"].map(|name| inner.get_export(&mut store, name).unwrap());
    let outer = instantiate(
        &mut store,
        r#"(module (import "" "m" (memory 1)) (import "" "f" (func $f (result i32)))
            (import "" "g" (global $g (mut i32))) (import "" "e" (tag))
            (func (export "f") (result i32) (i32.add (call $f) (global.get $g))))"#,
        &imports,
    );
    host::pin(&mut store, outer).unwrap();
    store.collect().unwrap();
    let Extern::Memory(memory) = imports[0] else {
        unreachable!()
    };
    memory.write(&mut store, 0, &[37]).unwrap();
    let f = outer.get_typed_func::<(), i32>(&mut store, "f").unwrap();
    assert_eq!(f.call(&mut store, ()).unwrap(), 42);
    assert!(is_alive(&store, inner));
    host::unpin(&mut store, outer).unwrap();
    // An instance does not live because of what it imports, and a memory does not keep its instance.
    host::pin(&mut store, memory).unwrap();
    store.collect().unwrap();
    assert!(is_alive(&store, memory));
    assert!(!is_alive(&store, inner) && !is_alive(&store, outer));
    // A global is part of its instance.
    let inner = instantiate(
        &mut store,
        r#"(module (global (export "g") i32 (i32.const 5)))"#,
        &[],
    );
    let global = inner.get_global(&mut store, "g").unwrap();
    host::pin(&mut store, global).unwrap();
    store.collect().unwrap();
    assert!(is_alive(&store, inner));
    assert_eq!(global.get(&mut store).i32(), Some(5));
}

/// A function of a new instance that nothing keeps.
fn stray(store: &mut Store<()>) -> (Instance, Func) {
    let instance = instantiate(store, FUNC, &[]);
    let f = instance.get_func(store, "f").unwrap();
    (instance, f)
}

#[test]
fn functions_in_tables_and_globals_keep_their_instances() {
    let mut store = store();
    let (first, f) = stray(&mut store);
    let ty = TableType::new(RefType::FUNCREF, 2, None);
    let table = Table::new(&mut store, ty, f.into()).unwrap();
    host::pin(&mut store, table).unwrap();
    let (second, f) = stray(&mut store);
    let ty = GlobalType::new(ValType::FUNCREF, Mutability::Var);
    let global = Global::new(&mut store, ty, f.into()).unwrap();
    host::pin(&mut store, global).unwrap();
    let (third, f) = stray(&mut store);
    let holder = instantiate(
        &mut store,
        r#"(module (global $g (export "g") (mut funcref) (ref.null func))
            (func (export "set") (param funcref) (global.set $g (local.get 0))))"#,
        &[],
    );
    host::pin(&mut store, holder).unwrap();
    let set = holder.get_func(&mut store, "set").unwrap();
    set.call(&mut store, &[f.into()], &mut []).unwrap();
    store.collect().unwrap();
    for instance in [first, second, third] {
        assert!(is_alive(&store, instance));
    }
    table.fill(&mut store, 0, Ref::Func(None), 1).unwrap();
    store.collect().unwrap();
    assert!(is_alive(&store, first), "one slot still holds it");
    table.fill(&mut store, 0, Ref::Func(None), 2).unwrap();
    global.set(&mut store, Val::FuncRef(None)).unwrap();
    set.call(&mut store, &[Val::FuncRef(None)], &mut [])
        .unwrap();
    store.collect().unwrap();
    for instance in [first, second, third] {
        assert!(!is_alive(&store, instance));
    }
}

#[test]
fn passive_segments_keep_what_their_expressions_gave() {
    let mut store = store();
    let (stray, f) = stray(&mut store);
    let ty = GlobalType::new(ValType::FUNCREF, Mutability::Const);
    let global = Global::new(&mut store, ty, f.into()).unwrap();
    let holder = instantiate(
        &mut store,
        r#"(module (import "" "g" (global $g funcref)) (table $t (export "t") 1 funcref)
            (elem $e funcref (global.get $g))
            (func (export "init") (table.init $t $e (i32.const 0) (i32.const 0) (i32.const 1)))
            (func (export "drop") (elem.drop $e) (table.set $t (i32.const 0) (ref.null func))))"#,
        &[global.into()],
    );
    host::pin(&mut store, holder).unwrap();
    store.collect().unwrap();
    for name in ["init", "drop"] {
        let func = holder.get_typed_func::<(), ()>(&mut store, name).unwrap();
        func.call(&mut store, ()).unwrap();
        store.collect().unwrap();
        assert!(is_alive(&store, stray), "the imported global holds it");
    }
}

/// Both ways of collecting: at leisure, and at every allocation.
fn both(test: impl Fn(&Engine)) {
    test(&Engine::default());
    let mut config = Config::new();
    config.gc_zeal(1);
    test(&Engine::new(&config).unwrap());
}

#[test]
fn functions_and_tags_that_only_objects_refer_to_stay() {
    both(|engine| {
        let mut store = store_in(engine);
        let holder = instantiate(
            &mut store,
            r#"(module
                (type $s (struct (field i64) (field funcref) (field anyref)))
                (type $a (array (mut funcref)))
                (global $kept (export "kept") (mut anyref) (ref.null any))
                (func (export "struct") (param funcref)
                    (global.set $kept (struct.new $s (i64.const 1) (local.get 0) (global.get $kept))))
                (func (export "array") (param funcref)
                    (global.set $kept (struct.new $s (i64.const 1) (ref.null func)
                        (array.new $a (local.get 0) (i32.const 3)))))
                (func (export "first") (result funcref)
                    (struct.get $s 1 (ref.cast (ref $s) (global.get $kept))))
                (func (export "second") (result funcref) (array.get $a (ref.cast (ref $a)
                    (struct.get $s 2 (ref.cast (ref $s) (global.get $kept)))) (i32.const 2)))
                (func (export "forget") (global.set $kept (ref.null any))))"#,
            &[],
        );
        host::pin(&mut store, holder).unwrap();
        for (put, get) in [("struct", "first"), ("array", "second")] {
            let (stray, f) = stray(&mut store);
            let put = holder.get_func(&mut store, put).unwrap();
            put.call(&mut store, &[f.into()], &mut []).unwrap();
            store.collect().unwrap();
            let get = holder.get_typed_func::<(), Option<Func>>(&mut store, get);
            let back = get.unwrap().call(&mut store, ()).unwrap().unwrap();
            assert_eq!(back, f);
            let back = back.typed::<(), i32>(&store).unwrap();
            assert_eq!(back.call(&mut store, ()).unwrap(), 7);
            let forget = holder.get_typed_func::<(), ()>(&mut store, "forget");
            forget.unwrap().call(&mut store, ()).unwrap();
            store.collect().unwrap();
            assert!(!is_alive(&store, stray));
        }
    });
}

#[test]
fn an_exception_keeps_its_tag_and_what_it_carries() {
    both(|engine| {
        let mut store = store_in(engine);
        let (stray, f) = stray(&mut store);
        let ty = TagType::new(FuncType::new(engine, [ValType::FUNCREF], []));
        let tag = Tag::new(&mut store, &ty).unwrap();
        let exception = Exception::new(&mut store, &tag, &[f.into()]).unwrap();
        store.collect().unwrap();
        assert!(is_alive(&store, stray) && is_alive(&store, tag));
        let payload = exception.payload(&mut store).unwrap();
        assert_eq!(payload[0].funcref().unwrap(), Some(f));
        assert_eq!(exception.tag(&mut store).unwrap(), tag);
        drop(exception);
        store.collect().unwrap();
        assert!(!is_alive(&store, stray) && !is_alive(&store, tag));
    });
}

#[test]
fn objects_of_instances_that_are_gone_go_with_them() {
    let mut store = store();
    let count = Arc::default();
    let holder = instantiate(
        &mut store,
        r#"(module (global $g (mut externref) (ref.null extern)) (table $t 1 externref)
            (func (export "set") (param externref)
                (global.set $g (local.get 0)) (table.set $t (i32.const 0) (local.get 0))))"#,
        &[],
    );
    host::pin(&mut store, holder).unwrap();
    {
        let mut scope = RootScope::new(&mut store);
        let value = ExternRef::new(&mut scope, Counted::new(&count)).unwrap();
        let set = holder.get_func(&mut scope, "set").unwrap();
        set.call(&mut scope, &[value.into()], &mut []).unwrap();
    }
    store.collect().unwrap();
    assert_eq!(count.load(Ordering::Relaxed), 1);
    host::unpin(&mut store, holder).unwrap();
    store.gc().unwrap();
    assert_eq!(
        count.load(Ordering::Relaxed),
        1,
        "entities go with `collect` alone"
    );
    store.collect().unwrap();
    assert_eq!(count.load(Ordering::Relaxed), 0);
}

#[test]
fn host_functions_go_with_their_closures() {
    let mut store = store();
    let count = Arc::default();
    let mut linker = Linker::new(store.engine());
    let counted = Counted::new(&count);
    linker
        .func_wrap("", "f", move || counted.0.load(Ordering::Relaxed) as i32)
        .unwrap();
    let counted = Counted::new(&count);
    let own = Func::wrap(&mut store, move |_: i32| {
        let _ = &counted;
    });
    let module = r#"(module (import "" "f" (func $f (result i32)))
        (func (export "f") (result i32) (call $f)) (export "g" (func $f)))"#;
    let module = Module::new(store.engine(), module).unwrap();
    let instance = linker.instantiate(&mut store, &module).unwrap();
    host::pin(&mut store, instance).unwrap();
    store.collect().unwrap();
    assert_eq!(
        count.load(Ordering::Relaxed),
        1,
        "the one that nothing imports"
    );
    assert!(!is_alive(&store, own));
    let f = instance.get_typed_func::<(), i32>(&mut store, "f").unwrap();
    assert_eq!(f.call(&mut store, ()).unwrap(), 1);
    // What the instance exports is part of it; the function itself is not.
    let export = instance.get_func(&mut store, "g").unwrap();
    let canonical = host::canonical(&store, &export).unwrap();
    assert_ne!(canonical, export);
    assert_eq!(host::canonical(&store, &canonical).unwrap(), canonical);
    host::unpin(&mut store, instance).unwrap();
    host::pin(&mut store, canonical).unwrap();
    store.collect().unwrap();
    assert!(!is_alive(&store, instance) && !is_alive(&store, export));
    let canonical = canonical.typed::<(), i32>(&store).unwrap();
    assert_eq!(canonical.call(&mut store, ()).unwrap(), 1);
    drop(linker);
    drop(store);
    assert_eq!(count.load(Ordering::Relaxed), 0);
}

/// Something of the host's that refers to a function.
struct Callback {
    func: Func,
    _counted: Counted,
}

impl Trace for Callback {
    fn trace(&self, tracer: &mut Tracer<'_, '_>) {
        tracer.item(self.func);
    }
}

#[test]
fn circles_through_host_functions_and_values_go_when_nothing_else_reaches_them() {
    let mut store = store();
    let count = Arc::default();
    let import = Func::wrap(&mut store, |_: Option<Rooted<ExternRef>>| {});
    let instance = instantiate(
        &mut store,
        r#"(module (import "" "f" (func (param externref))) (global $g (mut externref) (ref.null extern))
            (func (export "f") (param externref) (global.set $g (local.get 0))))"#,
        &[import.into()],
    );
    let func = instance.get_func(&mut store, "f").unwrap();
    let callback = |counted| Callback {
        func,
        _counted: counted,
    };
    // The import refers to the export of the instance that imports it, and so does a value in its global.
    host::trace_func(&mut store, &import, callback(Counted::new(&count))).unwrap();
    {
        let mut scope = RootScope::new(&mut store);
        let value = host::extern_ref(&mut scope, callback(Counted::new(&count))).unwrap();
        func.call(&mut scope, &[value.into()], &mut []).unwrap();
    }
    host::pin(&mut store, import).unwrap();
    store.collect().unwrap();
    assert!(is_alive(&store, instance), "the import refers to it");
    assert_eq!(count.load(Ordering::Relaxed), 2);
    host::unpin(&mut store, import).unwrap();
    store.collect().unwrap();
    assert!(!is_alive(&store, instance) && !is_alive(&store, import));
    assert_eq!(count.load(Ordering::Relaxed), 0);
    let (_, f) = stray(&mut store);
    assert!(host::trace_func(&mut store, &f, callback(Counted::new(&count))).is_err());
}

/// `(array (mut i8))`.
fn bytes(engine: &Engine) -> ArrayType {
    ArrayType::new(engine, FieldType::new(Mutability::Var, StorageType::I8)).unwrap()
}

#[test]
fn weak_references_follow_their_object_and_give_it_an_identity() {
    both(|engine| {
        let mut store = store_in(engine);
        let ty = bytes(engine);
        let (weak, owned) = {
            let mut scope = RootScope::new(&mut store);
            let array = ArrayRef::new(&mut scope, &ty, &Val::I32(3), 5).unwrap();
            let other = ArrayRef::new(&mut scope, &ty, &Val::I32(3), 5).unwrap();
            assert_eq!(host::object_key(&scope, &array).unwrap(), None);
            let weak = WeakRef::new(&mut scope, &array).unwrap().unwrap();
            let again = WeakRef::new(&mut scope, &array).unwrap().unwrap();
            assert_eq!(weak.key(), again.key());
            assert_eq!(host::object_key(&scope, &array).unwrap(), Some(weak.key()));
            assert_eq!(host::object_key(&scope, &other).unwrap(), None);
            (weak, array.to_owned_rooted(&mut scope).unwrap())
        };
        for _ in 0..3 {
            store.gc().unwrap();
            store.collect().unwrap();
            let mut scope = RootScope::new(&mut store);
            let array = weak.upgrade(&mut scope).unwrap().unwrap();
            assert_eq!(array.len(&scope).unwrap(), 5);
            assert_eq!(host::object_key(&scope, &array).unwrap(), Some(weak.key()));
        }
        drop(owned);
        store.gc().unwrap();
        assert!(weak.upgrade(&mut store).unwrap().is_none());
        let small = AnyRef::from_i31(&mut store, weft::I31::wrapping_u32(1));
        assert!(WeakRef::new(&mut store, &small).unwrap().is_none());
        let other = weft::Store::new(engine, ());
        assert!(weak.upgrade(other).is_err());
    });
}

#[test]
fn the_key_of_an_object_goes_with_the_last_weak_reference() {
    let mut store = store();
    let ty = bytes(store.engine());
    let array = ArrayRef::new(&mut store, &ty, &Val::I32(3), 5).unwrap();
    let weak = WeakRef::new(&mut store, &array).unwrap().unwrap();
    let key = weak.key();
    drop(weak);
    store.gc().unwrap();
    assert_eq!(host::object_key(&store, &array).unwrap(), None);
    let weak = WeakRef::new(&mut store, &array).unwrap().unwrap();
    assert_ne!(weak.key(), key);
}

/// A value of the host that refers to an object.
struct Holder(WeakRef<ArrayRef>);

impl Trace for Holder {
    fn trace(&self, tracer: &mut Tracer<'_, '_>) {
        tracer.object(&self.0);
    }
}

#[test]
fn a_value_keeps_the_objects_that_it_names_as_long_as_it_can_be_reached() {
    both(|engine| {
        let mut store = store_in(engine);
        let ty = bytes(engine);
        let (value, weak) = {
            let mut scope = RootScope::new(&mut store);
            let array = ArrayRef::new(&mut scope, &ty, &Val::I32(3), 5).unwrap();
            let weak = WeakRef::new(&mut scope, &array).unwrap().unwrap();
            let value = host::extern_ref(&mut scope, Holder(weak.clone())).unwrap();
            (value.to_owned_rooted(&mut scope).unwrap(), weak)
        };
        store.gc().unwrap();
        assert!(weak.upgrade(&mut store).unwrap().is_some());
        // In a store of its own, so that no root from above keeps the object.
        drop(value);
        let mut store = store_in(engine);
        let func = Func::wrap(&mut store, || {});
        host::pin(&mut store, func).unwrap();
        let weak = {
            let mut scope = RootScope::new(&mut store);
            let array = ArrayRef::new(&mut scope, &ty, &Val::I32(3), 5).unwrap();
            WeakRef::new(&mut scope, &array).unwrap().unwrap()
        };
        host::trace_func(&mut store, &func, Holder(weak.clone())).unwrap();
        for _ in 0..2 {
            store.gc().unwrap();
            store.collect().unwrap();
            let mut scope = RootScope::new(&mut store);
            assert!(weak.upgrade(&mut scope).unwrap().is_some());
        }
        host::unpin(&mut store, func).unwrap();
        store.collect().unwrap();
        assert!(weak.upgrade(&mut store).unwrap().is_none());
    });
}

#[test]
fn nothing_is_collected_while_a_call_is_under_way() {
    let mut store = store();
    let refused = Func::wrap(&mut store, |mut caller: Caller<'_, ()>| {
        let mut store = weft::AsContextMut::as_context_mut(&mut caller);
        i32::from(store.collect().is_err())
    });
    let instance = instantiate(
        &mut store,
        r#"(module (import "" "f" (func $f (result i32))) (func (export "f") (result i32) (call $f)))"#,
        &[refused.into()],
    );
    let f = instance.get_typed_func::<(), i32>(&mut store, "f").unwrap();
    assert_eq!(f.call(&mut store, ()).unwrap(), 1);
    store.collect().unwrap();
    assert!(!is_alive(&store, instance));
}

#[test]
fn instances_that_could_not_be_made_go() {
    let mut store = store();
    let count = Arc::default();
    let counted = Counted::new(&count);
    let import = Func::wrap(&mut store, move || {
        let _ = &counted;
    });
    let ty = TableType::new(RefType::FUNCREF, 2, None);
    let table = Table::new(&mut store, ty, Ref::Func(None)).unwrap();
    host::pin(&mut store, table).unwrap();
    let module = Module::new(
        store.engine(),
        r#"(module (import "" "f" (func $f)) (import "" "t" (table 2 funcref))
            (elem (i32.const 1) func $g) (func $g (call $f)) (start $s) (func $s unreachable))"#,
    )
    .unwrap();
    let imports = [import.into(), table.into()];
    assert!(Instance::new(&mut store, &module, &imports).is_err());
    store.collect().unwrap();
    assert_eq!(
        count.load(Ordering::Relaxed),
        1,
        "a function of it is in the table"
    );
    let Some(Ref::Func(Some(func))) = table.get(&mut store, 1) else {
        panic!("the segment was written");
    };
    func.typed::<(), ()>(&store)
        .unwrap()
        .call(&mut store, ())
        .unwrap();
    table.set(&mut store, 1, Ref::Func(None)).unwrap();
    store.collect().unwrap();
    assert_eq!(count.load(Ordering::Relaxed), 0);
}

#[test]
fn definitions_of_a_linker_that_are_gone_are_errors() {
    let mut store = store();
    let (_, f) = stray(&mut store);
    let mut linker = Linker::new(store.engine());
    linker.define(&store, "", "f", f).unwrap();
    let module = r#"(module (import "" "f" (func (result i32))))"#;
    let module = Module::new(store.engine(), module).unwrap();
    let pre = linker.instantiate_pre(&module).ok();
    store.collect().unwrap();
    assert!(linker.instantiate(&mut store, &module).is_err());
    if let Some(pre) = pre {
        assert!(pre.instantiate(&mut store).is_err());
    }
}

#[test]
fn an_instance_tells_what_it_refers_to() {
    let mut store = store();
    let import = Func::wrap(&mut store, || {});
    let shared = SharedMemory::new(store.engine(), MemoryType::shared(1, 1)).unwrap();
    let instance = instantiate(
        &mut store,
        r#"(module (import "" "f" (func)) (import "" "m" (memory 1 1 shared)) (table (export "t") 1 funcref)
            (elem (i32.const 0) func $g) (func $g (export "g")))"#,
        &[import.into(), shared.into()],
    );
    let edges = host::edges(&store, instance).unwrap();
    let has = |test: &dyn Fn(&Item) -> bool| edges.iter().any(test);
    assert!(has(
        &|item| matches!(item, Item::Extern(Extern::Func(f)) if *f == import)
    ));
    assert!(has(&|item| matches!(
        item,
        Item::Extern(Extern::SharedMemory(_))
    )));
    let table = instance.get_table(&mut store, "t").unwrap();
    assert!(has(
        &|item| matches!(item, Item::Extern(Extern::Table(t)) if *t == table)
    ));
    let g = instance.get_func(&mut store, "g").unwrap();
    let edges = host::edges(&store, table).unwrap();
    assert!(matches!(&edges[..], [Item::Extern(Extern::Func(f))] if *f == g));
}

#[test]
fn structures_made_by_the_host_keep_functions() {
    let mut store = store();
    let (stray, f) = stray(&mut store);
    let field = FieldType::new(Mutability::Var, StorageType::ValType(ValType::FUNCREF));
    let ty = StructType::new(store.engine(), [field]).unwrap();
    let owned = {
        let mut scope = RootScope::new(&mut store);
        let object = StructRef::new(&mut scope, &ty, &[f.into()]).unwrap();
        object.to_owned_rooted(&mut scope).unwrap()
    };
    store.collect().unwrap();
    assert!(is_alive(&store, stray));
    drop(owned);
    store.collect().unwrap();
    assert!(!is_alive(&store, stray));
}

#[test]
fn thrown_references_are_rooted_like_others() {
    let mut store = store();
    let ty = TagType::new(FuncType::new(store.engine(), [], []));
    let tag = Tag::new(&mut store, &ty).unwrap();
    let exception = Exception::new(&mut store, &tag, &[]).unwrap();
    let reference: Rooted<ExnRef> = exception.to_ref(&mut store).unwrap();
    drop(exception);
    store.collect().unwrap();
    assert!(is_alive(&store, tag));
    assert!(Exception::from_ref(&mut store, reference).is_ok());
}

/// Kilobytes of address space and of memory that the process has.
pub(crate) fn usage() -> [usize; 2] {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: Vec<usize> = statm
        .split_whitespace()
        .map(|word| word.parse().unwrap())
        .collect();
    [pages[0] * 4, pages[1] * 4]
}

#[test]
fn a_hundred_thousand_instances_leave_nothing_behind() {
    if !crate::is_alone("collecting::a_hundred_thousand_instances_leave_nothing_behind") {
        return;
    }
    let mut store = store();
    let mut linker = Linker::new(store.engine());
    linker.func_wrap("", "f", |n: i32| n + 1).unwrap();
    let module = Module::new(
        store.engine(),
        r#"(module (import "" "f" (func $f (param i32) (result i32)))
            (type $s (struct (field (mut anyref)) (field funcref)))
            (memory (export "m") 1) (table (export "t") 10 funcref) (tag (export "e") (param i32))
            (global $g (export "g") (mut anyref) (ref.null any))
            (data (i32.const 8) "data") (elem (i32.const 3) func $run)
            (func $run (export "run") (param i32) (result i32)
                (global.set $g (struct.new $s (global.get $g) (ref.func $run)))
                (i32.store (i32.const 60000) (local.get 0))
                (call $f (local.get 0))))"#,
    )
    .unwrap();
    let mut before = None;
    for round in 0..100_000 {
        let instance = linker.instantiate(&mut store, &module).unwrap();
        for name in ["m", "t", "e", "g"] {
            assert!(instance.get_export(&mut store, name).is_some());
        }
        let mut scope = RootScope::new(&mut store);
        let run = instance.get_typed_func::<i32, i32>(&mut scope, "run");
        assert_eq!(run.unwrap().call(&mut scope, round).unwrap(), round + 1);
        drop(scope);
        if round % 16 == 0 {
            store.collect().unwrap();
        }
        if round == 1600 {
            before = Some(usage());
        }
    }
    store.collect().unwrap();
    let (before, after) = (before.unwrap(), usage());
    for (before, after) in before.into_iter().zip(after) {
        assert!(after < before + 4096, "{before} kB became {after} kB");
    }
}
