//! The oracle: an interpreter with another author, another design and no code in common.

use std::sync::{Arc, Mutex};

use wasmi::{
    Config, Engine, Error, Extern, ExternType, F32, F64, Func, FuncType, Instance, Linker, Module,
    Nullable, Store, TrapCode, Val, ValType,
};

use super::Case;
use super::case::FUEL;
use super::record::{Ending, Record, Trap, Value, host_result};

type HostCalls = Arc<Mutex<Vec<Vec<Value>>>>;

/// Runs `case`, or gives nothing where the interpreter cannot.
pub(super) fn run(case: &Case) -> Option<Record> {
    let engine = Engine::new(&config());
    let module = Module::new(&engine, &case.bytes).ok()?;
    let mut store = Store::new(&engine, ());
    store.set_fuel(FUEL).ok()?;
    let host_calls = HostCalls::default();
    let linker = linker(&module, &host_calls)?;
    let mut record = Record::default();
    match linker.instantiate_and_start(&mut store, &module) {
        Err(error) => record.endings.push(failure(&error)),
        Ok(instance) => {
            record.endings.push(Ending::Returned(Vec::new()));
            call_all(case, &mut store, instance, &mut record);
            observe(&store, instance, &mut record);
        }
    }
    record.host_calls = std::mem::take(&mut *host_calls.lock().ok()?);
    Some(record)
}

fn config() -> Config {
    let mut config = Config::default();
    config
        .wasm_custom_page_sizes(true)
        .wasm_wide_arithmetic(true)
        // It does the same in both engines only up to rounding.
        .wasm_relaxed_simd(false)
        .consume_fuel(true);
    config
}

fn linker(module: &Module, host_calls: &HostCalls) -> Option<Linker<()>> {
    let mut linker = Linker::new(module.engine());
    linker.allow_shadowing(true);
    for import in module.imports() {
        let ExternType::Func(ty) = import.ty() else {
            return None;
        };
        let host_calls = Arc::clone(host_calls);
        let host = move |_: wasmi::Caller<'_, ()>, arguments: &[Val], results: &mut [Val]| {
            answer(&host_calls, arguments, results);
            Ok(())
        };
        linker
            .func_new(import.module(), import.name(), ty.clone(), host)
            .ok()?;
    }
    Some(linker)
}

fn answer(host_calls: &HostCalls, arguments: &[Val], results: &mut [Val]) {
    let arguments: Vec<Value> = arguments.iter().map(value).collect();
    let bits = host_result(&arguments);
    for result in results {
        *result = match result.ty() {
            ValType::I32 => Val::I32(bits as i32),
            ValType::I64 => Val::I64(bits as i64),
            ValType::F32 => Val::F32(F32::from_bits(bits as u32)),
            ValType::F64 => Val::F64(F64::from_bits(bits as u64)),
            ValType::V128 => Val::V128(bits.into()),
            ValType::FuncRef => Val::FuncRef(Nullable::Null),
            ValType::ExternRef => Val::ExternRef(Nullable::Null),
        };
    }
    if let Ok(mut calls) = host_calls.lock() {
        calls.push(arguments);
    }
}

fn call_all(case: &Case, store: &mut Store<()>, instance: Instance, record: &mut Record) {
    for (name, arguments) in &case.calls {
        let Some(func) = instance.get_func(&*store, name) else {
            continue;
        };
        let ending = call(store, func, arguments);
        let stop = ending == Ending::Exhausted;
        record.endings.push(ending);
        if stop {
            break;
        }
    }
}

fn call(store: &mut Store<()>, func: Func, arguments: &[Value]) -> Ending {
    let ty: FuncType = func.ty(&*store);
    let arguments: Vec<Val> = arguments.iter().map(val).collect();
    let mut results: Vec<Val> = ty
        .results()
        .iter()
        .map(|&ty| Val::default_for_ty(ty))
        .collect();
    if store.set_fuel(FUEL).is_err() {
        return Ending::Exhausted;
    }
    match func.call(store, &arguments, &mut results) {
        Ok(()) => Ending::Returned(results.iter().map(value).collect()),
        Err(error) => failure(&error),
    }
}

fn failure(error: &Error) -> Ending {
    let trap = match error.as_trap_code() {
        Some(TrapCode::UnreachableCodeReached) => Trap::Unreachable,
        Some(TrapCode::MemoryOutOfBounds) => Trap::Memory,
        Some(TrapCode::TableOutOfBounds) => Trap::Table,
        Some(TrapCode::IndirectCallToNull) => Trap::NullFunction,
        Some(TrapCode::BadSignature) => Trap::Signature,
        Some(TrapCode::IntegerOverflow) => Trap::IntegerOverflow,
        Some(TrapCode::IntegerDivisionByZero) => Trap::DivideByZero,
        Some(TrapCode::BadConversionToInteger) => Trap::BadConversion,
        _ => return Ending::Exhausted,
    };
    Ending::Trapped(trap)
}

fn observe(store: &Store<()>, instance: Instance, record: &mut Record) {
    for export in instance.exports(store) {
        let name = export.name().to_owned();
        match export.into_extern() {
            Extern::Memory(memory) => record.memories.push((name, memory.data(store).to_vec())),
            Extern::Global(global) => record.globals.push((name, value(&global.get(store)))),
            Extern::Table(table) => record.tables.push((name, table.size(store))),
            Extern::Func(_) => {}
        }
    }
    record.memories.sort();
    record.globals.sort_by(|(a, _), (b, _)| a.cmp(b));
    record.tables.sort();
}

fn value(val: &Val) -> Value {
    match val {
        Val::I32(value) => Value::I32(*value as u32),
        Val::I64(value) => Value::I64(*value as u64),
        Val::F32(value) => Value::F32(value.to_bits()),
        Val::F64(value) => Value::F64(value.to_bits()),
        Val::V128(value) => Value::V128(value.as_u128()),
        Val::FuncRef(func) => Value::Func {
            null: func.is_null(),
        },
        Val::ExternRef(object) => Value::Extern {
            null: object.is_null(),
        },
    }
}

fn val(value: &Value) -> Val {
    match *value {
        Value::I32(value) => Val::I32(value as i32),
        Value::I64(value) => Val::I64(value as i64),
        Value::F32(value) => Val::F32(F32::from_bits(value)),
        Value::F64(value) => Val::F64(F64::from_bits(value)),
        Value::V128(value) => Val::V128(value.into()),
        Value::Func { .. } => Val::FuncRef(Nullable::Null),
        Value::Extern { .. } => Val::ExternRef(Nullable::Null),
        Value::Exn { .. } | Value::Any(_) => {
            unreachable!("the interpreter refuses modules with exceptions or objects")
        }
    }
}
