//! Objects of the heap from the host's side: making them, holding them, and what a collection lets go of.

use std::sync::Arc;

use weft::{
    AnyRef, ArrayRef, ArrayType, AsContextMut, Caller, Config, Engine, EqRef, ExternRef, FieldType,
    Func, FuncType, HeapType, I31, Instance, Linker, Module, Mutability, OwnedRooted, RefType,
    RootScope, Rooted, StorageType, Store, StructRef, StructType, Trap, Val, ValType,
};

/// An engine that collects at every allocation.
fn zealous() -> Engine {
    let mut config = Config::new();
    config.gc_zeal(1);
    Engine::new(&config).unwrap()
}

fn instance_in(engine: &Engine, text: &str) -> (Store<()>, Instance) {
    let module = Module::new(engine, text).unwrap();
    let mut store = Store::new(engine, ());
    let instance = Instance::new(&mut store, &module, &[]).unwrap();
    (store, instance)
}

fn field(mutability: Mutability, ty: ValType) -> FieldType {
    FieldType::new(mutability, StorageType::ValType(ty))
}

/// `(struct (field (mut i32)) (field (mut anyref)))`.
fn node(engine: &Engine) -> StructType {
    StructType::new(
        engine,
        [
            field(Mutability::Var, ValType::I32),
            field(Mutability::Var, ValType::ANYREF),
        ],
    )
    .unwrap()
}

#[test]
fn structures_made_by_the_host_survive_collections_and_keep_their_fields() {
    let engine = zealous();
    let ty = node(&engine);
    let mut store = Store::new(&engine, ());
    let mut list: Option<Rooted<AnyRef>> = None;
    for index in 0..100 {
        let fields = [Val::I32(index), Val::AnyRef(list)];
        let object = StructRef::new(&mut store, &ty, &fields).unwrap();
        list = Some(object.to_anyref());
    }
    store.gc().unwrap();
    let mut next = list;
    for index in (0..100).rev() {
        let object = next.unwrap().unwrap_struct(&store).unwrap();
        assert!(object.matches_ty(&store, &ty).unwrap());
        let fields = object.fields(&mut store).unwrap();
        assert_eq!(fields[0].unwrap_i32(), index);
        next = fields[1].unwrap_anyref();
    }
    assert!(next.is_none());
}

#[test]
fn arrays_hold_packed_and_unpacked_elements() {
    let engine = zealous();
    let mut store = Store::new(&engine, ());
    let packed = FieldType::new(Mutability::Var, StorageType::I16);
    let shorts = ArrayType::new(&engine, packed).unwrap();
    let array = ArrayRef::new(&mut store, &shorts, &Val::I32(-1), 5).unwrap();
    array.set(&mut store, 2, Val::I32(0x1_2345)).unwrap();
    let values: Vec<i32> = array
        .elems(&mut store)
        .unwrap()
        .iter()
        .map(Val::unwrap_i32)
        .collect();
    assert_eq!(values, [0xffff, 0xffff, 0x2345, 0xffff, 0xffff]);
    assert!(array.get(&mut store, 5).is_err());
    assert!(array.set(&mut store, 0, Val::I64(0)).is_err());

    let vectors = ArrayType::new(&engine, field(Mutability::Const, ValType::V128)).unwrap();
    let elems = [1_u128 << 100, 7].map(|bits| Val::V128(bits.into()));
    let array = ArrayRef::new_fixed(&mut store, &vectors, &elems).unwrap();
    assert_eq!(
        array.get(&mut store, 0).unwrap().unwrap_v128().as_u128(),
        1 << 100
    );
    assert!(array.set(&mut store, 0, elems[1]).is_err(), "not mutable");
}

#[test]
fn wasm_and_the_host_see_the_same_objects() {
    let (mut store, instance) = instance_in(
        &zealous(),
        r#"(module
            (type $node (struct (field (mut i32)) (field (mut anyref))))
            (func (export "make") (param i32) (result (ref $node))
                (struct.new $node (local.get 0) (ref.null any)))
            (func (export "read") (param (ref struct)) (result i32)
                (struct.get $node 0 (ref.cast (ref $node) (local.get 0))))
            (func (export "test") (param anyref) (result i32) (ref.test (ref $node) (local.get 0))))"#,
    );
    let make = instance.get_func(&mut store, "make").unwrap();
    let mut made = [Val::null_any_ref()];
    make.call(&mut store, &[Val::I32(41)], &mut made).unwrap();
    let object = made[0]
        .unwrap_anyref()
        .unwrap()
        .unwrap_struct(&store)
        .unwrap();
    object.set_field(&mut store, 0, Val::I32(42)).unwrap();
    let read = instance
        .get_typed_func::<Rooted<StructRef>, i32>(&mut store, "read")
        .unwrap();
    assert_eq!(read.call(&mut store, object).unwrap(), 42);

    let test = instance
        .get_typed_func::<Option<Rooted<AnyRef>>, i32>(&mut store, "test")
        .unwrap();
    let integer = AnyRef::from_i31(&mut store, I31::wrapping_u32(5));
    let external = ExternRef::new(&mut store, 1).unwrap();
    let external = AnyRef::convert_extern(&mut store, external).unwrap();
    for (value, expected) in [
        (Some(object.to_anyref()), 1),
        (Some(integer), 0),
        (Some(external), 0),
        (None, 0),
    ] {
        assert_eq!(test.call(&mut store, value).unwrap(), expected);
    }
    // A type of the host's is the module's when it is the same.
    let ty = node(store.engine());
    let own = StructRef::new(&mut store, &ty, &[Val::I32(9), Val::null_any_ref()]).unwrap();
    assert_eq!(read.call(&mut store, own).unwrap(), 9);
}

#[test]
fn references_know_what_they_are() {
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let ty = node(&engine);
    let object = StructRef::new(&mut store, &ty, &[Val::I32(1), Val::null_any_ref()]).unwrap();
    let any = object.to_anyref();
    assert!(any.is_struct(&store).unwrap() && any.is_eqref(&store).unwrap());
    assert!(!any.is_array(&store).unwrap() && !any.is_i31(&store).unwrap());
    assert!(
        matches!(any.ty(&store).unwrap(), HeapType::ConcreteStruct(found) if StructType::eq(&found, &ty))
    );
    let eq: Rooted<EqRef> = any.unwrap_eqref(&store).unwrap();
    assert!(Rooted::ref_eq(&store, &eq.to_anyref(), &any).unwrap());
    let external = ExternRef::convert_any(&mut store, any).unwrap();
    assert!(external.data(&store).unwrap().is_none());
    let back = AnyRef::convert_extern(&mut store, external).unwrap();
    assert!(Rooted::ref_eq(&store, &back, &any).unwrap());
    let mut other = Store::new(&engine, ());
    assert!(any.is_struct(&other).is_err());
    assert!(object.field(&mut other, 0).is_err());
}

#[test]
fn types_of_the_host_follow_the_rules_of_subtyping() {
    let engine = Engine::default();
    let base = StructType::with_finality_and_supertype(
        &engine,
        false,
        None,
        [field(Mutability::Const, ValType::ANYREF)],
    )
    .unwrap();
    let narrower = ValType::Ref(RefType::new(false, HeapType::I31));
    let derived = StructType::with_finality_and_supertype(
        &engine,
        true,
        Some(&base),
        [
            field(Mutability::Const, narrower),
            field(Mutability::Var, ValType::I64),
        ],
    )
    .unwrap();
    assert!(derived.matches(&base) && !base.matches(&derived));
    for (supertype, fields) in [
        (&base, vec![]),
        (&base, vec![field(Mutability::Var, ValType::ANYREF)]),
        (&derived, vec![field(Mutability::Const, ValType::ANYREF)]),
    ] {
        let below = StructType::with_finality_and_supertype(&engine, true, Some(supertype), fields);
        assert!(below.is_err());
    }
}

#[test]
fn a_scope_ends_its_references_and_an_owned_one_outlives_it() {
    let engine = zealous();
    let ty = node(&engine);
    let mut store = Store::new(&engine, ());
    let (scoped, owned): (Rooted<StructRef>, OwnedRooted<StructRef>) = {
        let mut scope = RootScope::new(&mut store);
        let object = StructRef::new(&mut scope, &ty, &[Val::I32(3), Val::null_any_ref()]).unwrap();
        let owned = object.to_owned_rooted(&mut scope).unwrap();
        (object, owned)
    };
    assert!(scoped.field(&mut store, 0).is_err());
    store.gc().unwrap();
    assert_eq!(owned.field(&mut store, 0).unwrap().unwrap_i32(), 3);
    let again = owned.clone().to_rooted(&mut store).unwrap();
    drop(owned);
    store.gc().unwrap();
    assert_eq!(again.field(&mut store, 0).unwrap().unwrap_i32(), 3);
}

#[test]
fn references_of_a_host_function_end_with_its_call() {
    let engine = zealous();
    let mut linker: Linker<Option<Rooted<ExternRef>>> = Linker::new(&engine);
    linker
        .func_wrap(
            "h",
            "f",
            |mut caller: Caller<'_, Option<Rooted<ExternRef>>>,
             value: Option<Rooted<ExternRef>>| {
                *caller.data_mut() = value;
                caller.gc().unwrap();
                assert!(value.unwrap().data(&caller).unwrap().is_some());
                value
            },
        )
        .unwrap();
    let module = Module::new(
        &engine,
        r#"(module (import "h" "f" (func $f (param externref) (result externref)))
            (func (export "f") (param externref) (result externref) (call $f (local.get 0))))"#,
    )
    .unwrap();
    let mut store = Store::new(&engine, None);
    let instance = linker.instantiate(&mut store, &module).unwrap();
    let f = instance
        .get_typed_func::<Option<Rooted<ExternRef>>, Option<Rooted<ExternRef>>>(&mut store, "f")
        .unwrap();
    let value = ExternRef::new(&mut store, "kept").unwrap();
    let result = f.call(&mut store, Some(value)).unwrap().unwrap();
    assert!(Rooted::ref_eq(&store, &result, &value).unwrap());
    let kept = store.data().unwrap();
    assert!(kept.data(&store).is_err(), "its scope has been left");
}

#[test]
fn values_of_the_host_are_dropped_when_nothing_reaches_them() {
    let (mut store, instance) = instance_in(
        &Engine::default(),
        r#"(module (global (export "g") (mut externref) (ref.null extern))
            (table (export "t") 1 externref)
            (func (export "keep") (param externref)
                (global.set 0 (local.get 0)) (table.set 0 (i32.const 0) (local.get 0))))"#,
    );
    let value = Arc::new(());
    let keep = instance
        .get_typed_func::<Option<Rooted<ExternRef>>, ()>(&mut store, "keep")
        .unwrap();
    {
        let mut scope = RootScope::new(&mut store);
        let reference = ExternRef::new(&mut scope, value.clone()).unwrap();
        keep.call(&mut scope, Some(reference)).unwrap();
    }
    store.gc().unwrap();
    assert_eq!(Arc::strong_count(&value), 2);
    keep.call(&mut store, None).unwrap();
    store.gc().unwrap();
    assert_eq!(Arc::strong_count(&value), 1);
}

/// Panics when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("dropped");
    }
}

#[test]
fn a_value_that_panics_when_it_is_dropped_does_no_harm() {
    let (mut store, instance) = instance_in(&zealous(), CHURN);
    let churn = instance
        .get_typed_func::<i32, i32>(&mut store, "churn")
        .unwrap();
    for _ in 0..2 {
        let mut scope = RootScope::new(&mut store);
        ExternRef::new(&mut scope, Bomb).unwrap();
        ExternRef::new(&mut scope, Bomb).unwrap();
    }
    assert_eq!(churn.call(&mut store, 1).unwrap(), 2 * 5050);
}

const CHURN: &str = r#"(module
    (type $node (sub (struct (field i32) (field (mut (ref null $node))))))
    (type $nodes (array (mut (ref null $node))))
    (func $list (export "list") (param $n i32) (result (ref null $node))
        (local $head (ref null $node))
        (loop $more
            (local.set $head (struct.new $node (local.get $n) (local.get $head)))
            (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (local.get $head))
    (func $sum (export "sum") (param $list (ref null $node)) (result i32)
        (local $sum i32)
        (block $end
            (loop $more
                (br_if $end (ref.is_null (local.get $list)))
                (local.set $sum (i32.add (local.get $sum) (struct.get $node 0 (local.get $list))))
                (local.set $list (struct.get $node 1 (local.get $list)))
                (br $more)))
        (local.get $sum))
    (func (export "churn") (param $rounds i32) (result i32)
        (local $kept (ref null $node)) (local $table (ref $nodes))
        (local.set $kept (call $list (i32.const 100)))
        (local.set $table (array.new $nodes (local.get $kept) (i32.const 10)))
        (loop $more
            (drop (call $list (i32.const 1000)))
            (br_if $more (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1)))))
        (i32.add
            (call $sum (local.get $kept))
            (call $sum (array.get $nodes (local.get $table) (i32.const 9))))))"#;

#[test]
fn garbage_is_collected_while_wasm_runs() {
    let mut config = Config::new();
    config.max_gc_heap(1 << 20);
    let (mut store, instance) = instance_in(&Engine::new(&config).unwrap(), CHURN);
    let churn = instance
        .get_typed_func::<i32, i32>(&mut store, "churn")
        .unwrap();
    // 24 MB of objects in a heap of 1 MiB.
    assert_eq!(churn.call(&mut store, 1000).unwrap(), 2 * 5050);
}

#[test]
fn a_full_heap_is_a_trap_that_the_host_can_go_on_from() {
    let mut config = Config::new();
    config.max_gc_heap(1 << 20);
    let (mut store, instance) = instance_in(&Engine::new(&config).unwrap(), CHURN);
    let list = instance.get_func(&mut store, "list").unwrap();
    let mut results = [Val::null_any_ref()];
    let error = list
        .call(&mut store, &[Val::I32(1_000_000)], &mut results)
        .unwrap_err();
    assert_eq!(error.downcast_ref::<Trap>(), Some(&Trap::ResourceExhausted));
    let churn = instance
        .get_typed_func::<i32, i32>(&mut store, "churn")
        .unwrap();
    assert_eq!(churn.call(&mut store, 10).unwrap(), 2 * 5050);
    // The same for what the host makes.
    let bytes = FieldType::new(Mutability::Var, StorageType::I8);
    let bytes = ArrayType::new(store.engine(), bytes).unwrap();
    for length in [u32::MAX, i32::MAX as u32, 1 << 20] {
        assert!(ArrayRef::new(&mut store, &bytes, &Val::I32(0), length).is_err());
    }
    assert!(ArrayRef::new(&mut store, &bytes, &Val::I32(0), 1 << 19).is_ok());
}

#[test]
fn frames_below_host_functions_are_roots() {
    let engine = zealous();
    let module = Module::new(
        &engine,
        r#"(module
            (type $box (struct (field i32)))
            (import "h" "again" (func $again (param i32) (result i32)))
            (func (export "f") (param $depth i32) (result i32)
                (local $box (ref $box))
                (local.set $box (struct.new $box (local.get $depth)))
                (i32.add
                    (if (result i32) (local.get $depth)
                        (then (call $again (i32.sub (local.get $depth) (i32.const 1))))
                        (else (i32.const 0)))
                    (struct.get $box 0 (local.get $box)))))"#,
    )
    .unwrap();
    let mut store: Store<Option<Instance>> = Store::new(&engine, None);
    let ty = FuncType::new(&engine, [ValType::I32], [ValType::I32]);
    let again = Func::new(
        &mut store,
        ty,
        |mut caller: Caller<'_, Option<Instance>>, params, results| {
            let instance = caller.data().unwrap();
            caller.gc()?;
            let f = instance.get_func(&mut caller, "f").unwrap();
            f.call(caller.as_context_mut(), params, results)
        },
    );
    let instance = Instance::new(&mut store, &module, &[again.into()]).unwrap();
    *store.data_mut() = Some(instance);
    let f = instance
        .get_typed_func::<i32, i32>(&mut store, "f")
        .unwrap();
    assert_eq!(f.call(&mut store, 20).unwrap(), 210);
}

#[test]
fn hostile_sizes_are_traps() {
    let (mut store, instance) = instance_in(
        &Engine::default(),
        r#"(module
            (type $bytes (array (mut i8)))
            (type $longs (array (mut i64)))
            (type $refs (array (mut anyref)))
            (data $data "0123456789")
            (elem $elem anyref (ref.i31 (i32.const 1)) (ref.i31 (i32.const 2)))
            (func $len (param arrayref) (result i32) (array.len (local.get 0)))
            (func (export "new") (param i32) (result i32)
                (call $len (array.new $longs (i64.const 1) (local.get 0))))
            (func (export "new_default") (param i32) (result i32)
                (call $len (array.new_default $refs (local.get 0))))
            (func (export "new_data") (param i32) (result i32)
                (call $len (array.new_data $bytes $data (i32.const 0) (local.get 0))))
            (func (export "new_data_at") (param i32) (result i32)
                (call $len (array.new_data $bytes $data (local.get 0) (i32.const 1))))
            (func (export "new_elem") (param i32) (result i32)
                (call $len (array.new_elem $refs $elem (i32.const 0) (local.get 0))))
            (func (export "get") (param i32) (result i32)
                (array.get_u $bytes (array.new_default $bytes (i32.const 2)) (local.get 0)))
            (func (export "set") (param i32) (result i32)
                (array.set $longs (array.new_default $longs (i32.const 2)) (local.get 0) (i64.const 1))
                (i32.const 0))
            (func (export "fill") (param i32) (result i32)
                (array.fill $longs (array.new_default $longs (i32.const 2)) (i32.const 1) (i64.const 1) (local.get 0))
                (i32.const 0))
            (func (export "fill_at") (param i32) (result i32)
                (array.fill $longs (array.new_default $longs (i32.const 2)) (local.get 0) (i64.const 1) (i32.const 1))
                (i32.const 0))
            (func (export "copy") (param i32) (result i32)
                (array.copy $bytes $bytes (array.new_default $bytes (i32.const 2)) (i32.const 1)
                    (array.new_default $bytes (i32.const 2)) (i32.const 0) (local.get 0))
                (i32.const 0))
            (func (export "copy_from") (param i32) (result i32)
                (array.copy $bytes $bytes (array.new_default $bytes (i32.const 2)) (i32.const 0)
                    (array.new_default $bytes (i32.const 2)) (local.get 0) (i32.const 1))
                (i32.const 0))
            (func (export "init_data") (param i32) (result i32)
                (array.init_data $bytes $data (array.new_default $bytes (i32.const 2)) (i32.const 0)
                    (i32.const 0) (local.get 0))
                (i32.const 0))
            (func (export "init_elem") (param i32) (result i32)
                (array.init_elem $refs $elem (array.new_default $refs (i32.const 2)) (local.get 0)
                    (i32.const 0) (i32.const 1))
                (i32.const 0)))"#,
    );
    let sizes = [i32::MAX, i32::MIN, i32::MIN + 1, -1];
    let names = [
        "new",
        "new_default",
        "new_data",
        "new_data_at",
        "new_elem",
        "get",
        "set",
        "fill",
        "fill_at",
        "copy",
        "copy_from",
        "init_data",
        "init_elem",
    ];
    for name in names {
        let f = instance
            .get_typed_func::<i32, i32>(&mut store, name)
            .unwrap();
        for size in [0, 1] {
            assert!(f.call(&mut store, size).is_ok(), "{name} {size}");
        }
        for size in sizes {
            let error = f.call(&mut store, size).unwrap_err();
            let trap = *error.downcast_ref::<Trap>().unwrap();
            assert!(
                [
                    Trap::ResourceExhausted,
                    Trap::ArrayOutOfBounds,
                    Trap::MemoryOutOfBounds,
                    Trap::TableOutOfBounds
                ]
                .contains(&trap),
                "{name} {size}: {trap}"
            );
        }
    }
}

/// More references than SSA values are made for, all alive over a call.
#[test]
fn locals_in_the_frame_are_roots() {
    let count = 1500;
    let sets: String = (0..count)
        .map(|index| {
            format!(
                "(local.set {} (struct.new $box (i32.const {index})))",
                index + 1
            )
        })
        .collect();
    let gets: String = (0..count)
        .map(|index| {
            format!(
                "(local.get {}) (drop (struct.new $box (i32.const 0))) struct.get $box 0 local.get 0 i32.add local.set 0 ",
                index + 1
            )
        })
        .collect();
    let text = format!(
        r#"(module (type $box (struct (field i32)))
            (func (export "f") (result i32) (local i32) {} {sets} {gets} (local.get 0)))"#,
        "(local (ref null $box))".repeat(count),
    );
    let mut config = Config::new();
    config.gc_zeal(7);
    let (mut store, instance) = instance_in(&Engine::new(&config).unwrap(), &text);
    let f = instance.get_typed_func::<(), i32>(&mut store, "f").unwrap();
    assert_eq!(
        f.call(&mut store, ()).unwrap(),
        (count * (count - 1) / 2) as i32
    );
}

/// Calls times references that live over them must not decide how much memory a compiler takes.
#[test]
fn many_references_over_many_calls_have_bounds() {
    let engine = Engine::default();
    let compile = |text: &str| {
        let (mut store, instance) = instance_in(&engine, text);
        let f = instance.get_typed_func::<(), ()>(&mut store, "f").unwrap();
        f.call(&mut store, ()).map_err(|error| error.to_string())
    };
    let locals = format!(
        r#"(module (func $g) (func (export "f") {} {} {}))"#,
        "(local anyref)".repeat(1000),
        "call $g ".repeat(100_000),
        (0..1000)
            .map(|index| format!("(drop (local.get {index}))"))
            .collect::<String>(),
    );
    compile(&locals).unwrap();
    let operands = format!(
        r#"(module (func $g (result anyref) ref.null any) (func (export "f") {} {}))"#,
        "call $g ".repeat(20_000),
        "drop ".repeat(20_000),
    );
    assert!(compile(&operands).unwrap_err().contains("it is too large"));
}

#[test]
fn precompiled_code_brings_its_stack_maps() {
    let engine = zealous();
    let bytes = Module::new(&engine, CHURN).unwrap().serialize().unwrap();
    // SAFETY: made by this engine a line above.
    let module = unsafe { Module::deserialize(&engine, &bytes) }.unwrap();
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[]).unwrap();
    let churn = instance
        .get_typed_func::<i32, i32>(&mut store, "churn")
        .unwrap();
    assert_eq!(churn.call(&mut store, 2).unwrap(), 2 * 5050);
}

/// Frames of several stores lie on one thread, each with objects of its own heap.
#[test]
fn each_store_looks_at_its_own_frames() {
    let engine = zealous();
    let module = Module::new(
        &engine,
        r#"(module
            (type $box (struct (field i32)))
            (import "h" "other" (func $other (param i32) (result i32)))
            (func (export "f") (param $depth i32) (result i32)
                (local $box (ref $box))
                (local.set $box (struct.new $box (local.get $depth)))
                (i32.add
                    (if (result i32) (local.get $depth)
                        (then (call $other (i32.sub (local.get $depth) (i32.const 1))))
                        (else (i32.const 0)))
                    (struct.get $box 0 (local.get $box)))))"#,
    )
    .unwrap();
    fn run(engine: &Engine, module: &Module, depth: i32) -> weft::Result<i32> {
        let mut store = Store::new(engine, ());
        let again = (engine.clone(), module.clone());
        let call = move |mut caller: Caller<'_, ()>, depth: i32| -> weft::Result<i32> {
            let sum = run(&again.0, &again.1, depth)?;
            caller.gc()?;
            Ok(sum)
        };
        let other = Func::wrap(&mut store, call);
        let instance = Instance::new(&mut store, module, &[other.into()])?;
        let f = instance.get_typed_func::<i32, i32>(&mut store, "f")?;
        f.call(&mut store, depth)
    }
    assert_eq!(run(&engine, &module, 10).unwrap(), 55);
}

/// A module that copies within one array, whose elements are made from integers and read as such: `@` stands for what is converted.
fn copier(element: &str, make: &str, read: &str) -> String {
    let made = make.replace('@', "(i32.add (local.get $index) (i32.const 1))");
    let get = match element {
        "i8" | "i16" => "array.get_u",
        _ => "array.get",
    };
    let got = format!("({get} $a (global.get $array) (local.get $index))");
    let read = read.replace('@', &got);
    format!(
        r#"(module
            (type $a (array (mut {element})))
            (global $array (mut (ref null $a)) (ref.null $a))
            (func (export "make") (param $length i32) (local $index i32)
                (global.set $array (array.new_default $a (local.get $length)))
                (loop $more
                    (array.set $a (global.get $array) (local.get $index) {made})
                    (br_if $more (i32.lt_u
                        (local.tee $index (i32.add (local.get $index) (i32.const 1)))
                        (local.get $length)))))
            (func (export "copy") (param $to i32) (param $from i32) (param $length i32)
                (array.copy $a $a (global.get $array) (local.get $to)
                    (global.get $array) (local.get $from) (local.get $length)))
            (func (export "get") (param $index i32) (result i32) {read}))"#
    )
}

#[test]
fn small_copies_are_as_if_through_a_buffer() {
    const LENGTH: i32 = 150;
    for (element, make, read) in [
        ("i8", "@", "@"),
        ("i16", "@", "@"),
        ("i32", "@", "@"),
        ("i64", "(i64.extend_i32_u @)", "(i32.wrap_i64 @)"),
        ("f64", "(f64.convert_i32_u @)", "(i32.trunc_f64_u @)"),
        ("v128", "(i32x4.splat @)", "(i32x4.extract_lane 3 @)"),
        (
            "anyref",
            "(ref.i31 @)",
            "(i31.get_u (ref.cast (ref i31) @))",
        ),
    ] {
        let (mut store, instance) = instance_in(&Engine::default(), &copier(element, make, read));
        let make = instance
            .get_typed_func::<i32, ()>(&mut store, "make")
            .unwrap();
        let copy = instance
            .get_typed_func::<(i32, i32, i32), ()>(&mut store, "copy")
            .unwrap();
        let get = instance
            .get_typed_func::<i32, i32>(&mut store, "get")
            .unwrap();
        for length in 0..=70 {
            for (to, from) in [(0, 3), (3, 0), (5, 4), (4, 5), (7, 7), (79, 1), (2, 80)] {
                make.call(&mut store, LENGTH).unwrap();
                let mut expected: Vec<i32> = (1..=LENGTH).collect();
                expected.copy_within(from as usize..(from + length) as usize, to as usize);
                copy.call(&mut store, (to, from, length)).unwrap();
                for (index, expected) in expected.into_iter().enumerate() {
                    let found = get.call(&mut store, index as i32).unwrap();
                    assert_eq!(
                        found, expected,
                        "{element}: {index} after {length} from {from} to {to}"
                    );
                }
            }
        }
        // Just out of bounds, at either end.
        for (to, from, length) in [
            (0, LENGTH - 7, 8),
            (LENGTH - 7, 0, 8),
            (-1, 0, 4),
            (0, -1, 4),
        ] {
            let error = copy.call(&mut store, (to, from, length)).unwrap_err();
            assert_eq!(error.downcast_ref::<Trap>(), Some(&Trap::ArrayOutOfBounds));
        }
    }
}
