//! Tests of instances, with machine code known by heart.

use std::sync::Arc;

use weft_abi::TrapKind;
use weft_abi::layout::VMHostContext;
use weft_abi::signature::Signature;
use weft_abi::value::{RawVal, Repr};
use weft_module::{DefinedFuncIndex, MemoryType, TypeIndex};

use super::{Instance, instantiate};
use crate::by_heart::{code, engine, jump_to, jump_to_import, module, store, unreachable};
use crate::error::{Failure, InstantiateError, Misuse};
use crate::func::{Func, HostForm, HostFuncSpec, call_raw, host_data, read_args, write_results};
use crate::store::{Extern, Store, StoreInner};
use crate::stubs::ExitFrame;
use crate::types::{FuncType, ValType};

fn func(store: &Store, instance: Instance, name: &str) -> Func {
    match instance.export(store, name).expect("alive") {
        Some(Extern::Func(func)) => func,
        other => panic!("{other:?}"),
    }
}

/// Calls a function of type (i64 i64) → i64.
fn call(store: &Store, func: Func, args: [u64; 2]) -> Result<u64, Failure> {
    let signature = Signature::new([Repr::I64; 2], [Repr::I64]);
    let mut slots = args.map(RawVal::from_u64);
    let func_ref = func.func_ref(store).expect("alive");
    // SAFETY: tests use this for functions of this type.
    unsafe { call_raw(store, func_ref, &signature, &mut slots) }?;
    Ok(slots[0].to_u64())
}

const ADD: &[u8] = &[0x48, 0x8d, 0x04, 0x16, 0xc3]; // lea rax, [rsi + rdx]; ret

#[test]
fn functions_are_compiled_when_called_and_linked_to_each_other() {
    let engine = engine(vec![code(ADD), jump_to(0)]);
    let code = module(
        &engine,
        r#"(module (type $t (func (param i64 i64) (result i64)))
            (func (export "add") (type $t) unreachable) (func (export "jump") (type $t) unreachable))"#,
    );
    let store = store(&engine);
    let instance = instantiate(&store, &code, &[]).expect("instantiates");
    assert_eq!(code.compiled_count(), 0);
    assert_eq!(
        call(&store, func(&store, instance, "jump"), [3, 4]).expect("returns"),
        7
    );
    assert_eq!(code.compiled_count(), 2);
    assert_eq!(
        call(&store, func(&store, instance, "add"), [5, 6]).expect("returns"),
        11
    );
    let compiled = code.all_compiled();
    assert_eq!(compiled[0].code, ADD);
    assert_eq!((compiled[1].code[0], compiled[1].code.len()), (0xe9, 5));
}

/// Where calls through a function's reference go.
fn target(store: &Store, func: Func) -> *const u8 {
    let func_ref = func.func_ref(store).expect("alive");
    // SAFETY: alive with its instance, and only this thread changes it.
    unsafe { func_ref.as_ref().code }
}

#[test]
fn references_and_imports_lead_to_code_once_it_is_there() {
    let engine = engine(vec![code(ADD), jump_to_import(0)]);
    let adder = module(
        &engine,
        r#"(module (func (export "f") (param i64 i64) (result i64) unreachable))"#,
    );
    let importer = module(
        &engine,
        r#"(module (import "" "f" (func $f (param i64 i64) (result i64))) (export "again" (func $f))
            (func (param i64 i64) (result i64) unreachable)
            (func (export "call") (param i64 i64) (result i64) unreachable))"#,
    );
    let store = store(&engine);
    let first = instantiate(&store, &adder, &[]).expect("instantiates");
    let second = instantiate(&store, &adder, &[]).expect("instantiates");
    let (add, other) = (func(&store, first, "f"), func(&store, second, "f"));
    let outer = instantiate(&store, &importer, &[Extern::Func(add)]).expect("instantiates");
    let entry = target(&store, add);
    let sum = call(&store, func(&store, outer, "call"), [3, 4]);
    assert_eq!(sum.expect("returns"), 7);

    // The import was called while there was no code; both have the same record, which leads to the code now.
    let compiled = adder.compiled_functions().next().expect("compiled").code;
    assert_ne!(compiled.as_ptr(), entry);
    assert_eq!(func(&store, outer, "again"), add);
    assert_eq!(target(&store, add), compiled.as_ptr());
    // Another instance's still leads to the entry, which is as good, until it is given out again.
    assert_eq!(target(&store, other), entry);
    assert_eq!(call(&store, other, [5, 6]).expect("returns"), 11);
    assert_eq!(func(&store, second, "f"), other);
    assert_eq!(target(&store, other), compiled.as_ptr());
}

#[test]
fn compiling_everything_links_directly() {
    let engine = engine(vec![jump_to(1), code(ADD)]);
    let code = module(
        &engine,
        r#"(module (type $t (func (param i64 i64) (result i64)))
            (func (export "jump") (type $t) unreachable) (func (type $t) unreachable))"#,
    );
    code.compile_all(|| ()).expect("compiles");
    let functions: Vec<_> = code.compiled_functions().collect();
    let distance = i32::from_le_bytes(functions[0].code[1..].try_into().expect("four bytes"));
    let target = functions[0].code.as_ptr() as i64 + 5 + i64::from(distance);
    assert_eq!(target, functions[1].code.as_ptr() as i64);
    let store = store(&engine);
    let instance = instantiate(&store, &code, &[]).expect("instantiates");
    assert_eq!(
        call(&store, func(&store, instance, "jump"), [1, 2]).expect("returns"),
        3
    );
}

#[test]
fn a_function_that_cannot_be_compiled_is_an_error_at_its_call() {
    let engine = engine(Vec::new());
    let code = module(
        &engine,
        r#"(module (func (export "f") (param i64 i64) (result i64) unreachable))"#,
    );
    let store = store(&engine);
    let instance = instantiate(&store, &code, &[]).expect("instantiates");
    for _ in 0..2 {
        let error = call(&store, func(&store, instance, "f"), [0, 0]);
        assert!(matches!(error, Err(Failure::Compile(_))), "{error:?}");
    }
    assert!(code.compile(DefinedFuncIndex(0)).is_err() && code.compile_all(|| ()).is_err());
}

#[test]
fn a_trap_has_its_kind_and_its_frame() {
    let engine = engine(vec![unreachable()]);
    let code = module(
        &engine,
        r#"(module (func (export "f") (param i64 i64) (result i64) unreachable))"#,
    );
    let store = store(&engine);
    let instance = instantiate(&store, &code, &[]).expect("instantiates");
    match call(&store, func(&store, instance, "f"), [0, 0]) {
        Err(Failure::Trap(trap)) => {
            assert_eq!(trap.kind, TrapKind::Unreachable);
            assert_eq!(trap.frames.len(), 1);
            assert!(Arc::ptr_eq(&trap.frames[0].code, &code));
        }
        other => panic!("{other:?}"),
    }
}

/// Multiplies by what it was made with, and counts in its importer's memory.
unsafe extern "C" fn multiply(context: *mut VMHostContext, left: u64, right: u64) -> u64 {
    // SAFETY: the tests make it with a `u64`.
    let (factor, store, importer) = unsafe {
        let store = StoreInner::from_context((*context).store);
        (*host_data::<u64>(context), store, (*context).importer)
    };
    // SAFETY: the importer is alive.
    if let Some(instance) = unsafe { Instance::from_vmctx(store, importer) } {
        let memory = instance.export(store, "memory").expect("alive");
        let Some(Extern::Memory(memory)) = memory else {
            panic!("{memory:?}")
        };
        let memory = memory.get(store).expect("alive");
        memory.write(0, &[9]).expect("in bounds");
    }
    left * right * factor
}

/// The sum of its arguments in each of ten results.
unsafe extern "C" fn spread(context: *mut VMHostContext, frame: *mut ExitFrame) {
    // SAFETY: called by the exit stub.
    unsafe {
        let signature = crate::func::host_entity(context).signature();
        let mut slots = [RawVal::default(); 10];
        read_args(frame, signature, &mut slots);
        let sum = slots.iter().map(|slot| slot.to_u64()).sum();
        write_results(frame, signature, &[RawVal::from_u64(sum); 10]);
    }
}

fn host(store: &Store, ty: &FuncType, form: HostForm, data: u64) -> Func {
    let types = store.engine().types().register_func(ty).expect("room");
    let data = Arc::new(data);
    // SAFETY: the forms above fit the types that they are used with.
    unsafe { store.new_host_func(HostFuncSpec { types, form, data }) }.expect("fits")
}

fn binary() -> FuncType {
    FuncType {
        params: [ValType::I64; 2].into(),
        results: [ValType::I64].into(),
    }
}

#[test]
fn host_functions_know_their_data_and_who_imports_them() {
    let engine = engine(vec![jump_to_import(0)]);
    let code = module(
        &engine,
        r#"(module (import "host" "multiply" (func $m (param i64 i64) (result i64)))
            (memory (export "memory") 1) (export "again" (func $m))
            (func (export "call") (param i64 i64) (result i64) unreachable))"#,
    );
    let store = store(&engine);
    let multiply = host(
        &store,
        &binary(),
        HostForm::Direct(multiply as *const u8),
        10,
    );
    assert_eq!(call(&store, multiply, [2, 3]).expect("returns"), 60);
    let instance = instantiate(&store, &code, &[Extern::Func(multiply)]).expect("instantiates");
    assert_eq!(
        call(&store, func(&store, instance, "call"), [4, 5]).expect("returns"),
        200
    );
    let Ok(Some(Extern::Memory(memory))) = instance.export(&store, "memory") else {
        panic!("a memory is exported");
    };
    let mut byte = [0];
    memory
        .get(&store)
        .expect("alive")
        .read(0, &mut byte)
        .expect("in bounds");
    assert_eq!(byte, [9]);
    let again = func(&store, instance, "again");
    assert_ne!(again, multiply);
    assert_eq!(again.identity(&store), multiply.identity(&store));
}

#[test]
fn any_signature_works_from_host_to_host_through_the_stubs() {
    let engine = engine(Vec::new());
    let store = store(&engine);
    let ty = FuncType {
        params: [ValType::I64; 9].into(),
        results: [ValType::I64; 10].into(),
    };
    let func = host(&store, &ty, HostForm::Full(spread), 0);
    let signature = Signature::new([Repr::I64; 9], [Repr::I64; 10]);
    let mut slots: [RawVal; 10] = std::array::from_fn(|index| RawVal::from_u64(1 << index));
    let func_ref = func.func_ref(&store).expect("alive");
    // SAFETY: of this type.
    unsafe { call_raw(&store, func_ref, &signature, &mut slots) }.expect("returns");
    assert!(slots.iter().all(|slot| slot.to_u64() == 511));
    let direct = HostFuncSpec {
        types: engine.types().register_func(&ty).expect("room"),
        form: HostForm::Direct(multiply as *const u8),
        data: Arc::new(0u64),
    };
    // SAFETY: refused.
    let refused = unsafe { store.new_host_func(direct) };
    assert!(matches!(refused, Err(Misuse::Type(_))));
}

#[test]
fn all_imports_that_do_not_fit_are_reported_at_once() {
    let engine = engine(Vec::new());
    let code = module(
        &engine,
        r#"(module (import "a" "f" (func (param i32)))
            (import "a" "m" (memory 2)) (import "b" "t" (table 1 funcref)))"#,
    );
    let store = store(&engine);
    let f = host(
        &store,
        &binary(),
        HostForm::Direct(multiply as *const u8),
        1,
    );
    let memory = store.new_memory(&memory_type(1)).expect("room");
    let resolved = crate::linking::resolve(&store, &code, |import| match &*import.name {
        "f" => Some(Extern::Func(f)),
        "m" => Some(Extern::Memory(memory)),
        _ => None,
    });
    let Err(InstantiateError::Link(error)) = resolved else {
        panic!("{resolved:?}")
    };
    assert_eq!(
        error.to_string(),
        "incompatible import type for `a` `f`: needs (func (param i32)), given (func (param i64 i64) (result i64))\n\
         incompatible import type for `a` `m`: needs (memory 2), given (memory 1)\n\
         unknown import `b` `t`: needs (table 1 (ref null func))"
    );
}

fn memory_type(min: u64) -> MemoryType {
    MemoryType {
        address: weft_module::AddressType::I32,
        limits: weft_module::Limits { min, max: None },
        shared: false,
        page_size_log2: 16,
    }
}

#[test]
fn what_failing_segments_and_start_functions_wrote_stays() {
    let engine = engine(vec![unreachable()]);
    let store = store(&engine);
    let memory = store.new_memory(&memory_type(1)).expect("room");
    let bytes = |offset| {
        let mut byte = [0];
        memory
            .get(&store)
            .expect("alive")
            .read(offset, &mut byte)
            .expect("in bounds");
        byte[0]
    };
    let out = module(
        &engine,
        r#"(module (import "" "m" (memory 1))
            (data (i32.const 0) "a") (data (i32.const 65536) "b") (data (i32.const 1) "c"))"#,
    );
    let failed = instantiate(&store, &out, &[Extern::Memory(memory)]);
    assert!(
        matches!(&failed, Err(InstantiateError::Failure(Failure::Trap(trap))) if trap.kind == TrapKind::MemoryOutOfBounds),
        "{failed:?}"
    );
    assert_eq!((bytes(0), bytes(1)), (b'a', 0));
    let start = module(
        &engine,
        r#"(module (import "" "m" (memory 1)) (data (i32.const 2) "d") (func $f unreachable) (start $f))"#,
    );
    let failed = instantiate(&store, &start, &[Extern::Memory(memory)]);
    assert!(
        matches!(failed, Err(InstantiateError::Failure(Failure::Trap(_)))),
        "{failed:?}"
    );
    assert_eq!(bytes(2), b'd');
}

#[test]
fn globals_tables_and_constant_expressions_are_initialised() {
    let engine = engine(vec![code(ADD)]);
    let code = module(
        &engine,
        r#"(module (global $a i32 (i32.const 6)) (global (export "g") (mut i32)
                (i32.add (i32.mul (global.get $a) (i32.const 7)) (i32.const 1)))
            (table (export "t") 3 3 funcref (ref.func $f)) (elem (i32.const 1) func $f)
            (table (export "n") 2 externref)
            (func $f (export "f") (param i64 i64) (result i64) unreachable))"#,
    );
    let store = store(&engine);
    let instance = instantiate(&store, &code, &[]).expect("instantiates");
    let export = |name| instance.export(&store, name).expect("alive");
    let Some(Extern::Global(global)) = export("g") else {
        panic!("a global is exported")
    };
    let global = global.get(&store).expect("alive");
    assert_eq!(global.get().to_i32(), 43);
    // SAFETY: an i32.
    unsafe { global.set(RawVal::from_i32(-1)) }.expect("mutable");
    assert_eq!(global.get().to_i32(), -1);
    let Some(Extern::Table(table)) = export("t") else {
        panic!("a table is exported")
    };
    let table = table.get(&store).expect("alive");
    let f = func(&store, instance, "f").to_raw(&store).expect("alive");
    assert_eq!(
        [0, 1, 2].map(|index| table.get(index).expect("in bounds")),
        [f; 3]
    );
    assert_eq!(table.get(3), Err(Misuse::OutOfBounds));
    let Some(Extern::Table(nulls)) = export("n") else {
        panic!("a table is exported")
    };
    let nulls = nulls.get(&store).expect("alive");
    // SAFETY: null, and a host reference of the store.
    unsafe {
        let value = store.new_host_ref(Arc::new(1u8)).expect("room");
        assert_eq!(nulls.grow(&store, 2, u64::from(value)).expect("allowed"), 2);
        assert_eq!(nulls.get(1), Ok(0));
        assert_eq!(nulls.get(3), Ok(u64::from(value)));
    }
    let registry = engine.types();
    let ty = registry
        .get(code.types().ids()[TypeIndex(0)])
        .expect("registered");
    assert_eq!(ty.func(), Some(&binary()));
}

#[test]
fn later_instances_start_from_an_image_with_the_same_contents() {
    let engine = engine(Vec::new());
    let data = "0123456789abcdef".repeat(1000);
    let text = format!(r#"(module (memory (export "m") 1) (data (i32.const 100) "{data}"))"#);
    let code = module(&engine, &text);
    for round in 0..4 {
        let store = store(&engine);
        let instance = instantiate(&store, &code, &[]).expect("instantiates");
        let Ok(Some(Extern::Memory(memory))) = instance.export(&store, "m") else {
            panic!("a memory is exported")
        };
        let memory = memory.get(&store).expect("alive");
        assert_eq!(memory.has_image(), round > 0);
        let mut bytes = vec![0; 65536];
        memory.read(0, &mut bytes).expect("in bounds");
        assert!(
            &bytes[100..16_100] == data.as_bytes() && bytes[16_100..].iter().all(|&byte| byte == 0)
        );
        memory.write(0, &[0xff; 65536]).expect("in bounds");
    }
}

#[test]
fn things_of_other_stores_and_engines_are_refused() {
    let (first, second) = (engine(Vec::new()), engine(Vec::new()));
    let (here, there) = (store(&first), store(&first));
    let code = module(&first, r#"(module (import "" "m" (memory 1)))"#);
    let foreign = there.new_memory(&memory_type(1)).expect("room");
    let refused = instantiate(&here, &code, &[Extern::Memory(foreign)]);
    assert!(
        matches!(refused, Err(InstantiateError::Misuse(Misuse::WrongStore))),
        "{refused:?}"
    );
    let refused = instantiate(&store(&second), &code, &[]);
    assert!(
        matches!(refused, Err(InstantiateError::Misuse(Misuse::WrongEngine))),
        "{refused:?}"
    );
    let refused = instantiate(&here, &code, &[]);
    assert!(
        matches!(refused, Err(InstantiateError::Misuse(Misuse::Type(_)))),
        "{refused:?}"
    );
}
