//! Weft, under settings that change its code but must not change what it does.

use arbitrary::Arbitrary;
use weft::{
    AnyRef, AsContextMut, Config, Engine, Error, Exception, Extern, ExternType, Func, I31,
    Instance, Linker, Module, ResourceError, Rooted, Store, Strategy, Trap as Kind, V128, Val,
    ValType,
};

use super::Case;
use super::case::{FUEL, MEMORY};
use super::record::{Ending, Internal, Record, Trap, Value, host_result};

/// Settings of the engine.
#[derive(Copy, Clone, Debug, Default, Arbitrary)]
pub struct Settings {
    /// How accesses are kept within memories.
    pub bounds: Bounds,
    /// Leave out the masks against speculation.
    pub no_spectre: bool,
    /// Use no CPU features beyond those required.
    pub baseline_cpu: bool,
    /// Look for interruptions in loops.
    pub poll: bool,
    /// When functions are compiled, and where from.
    pub code: Code,
    /// Collect garbage at every allocation.
    pub zeal: bool,
    /// Leave out the counting of fuel: generated modules end without it.
    pub no_fuel: bool,
    /// Inline whatever can be.
    pub inline_everything: bool,
}

/// How accesses are kept within memories.
#[derive(Copy, Clone, Debug, Default, Arbitrary)]
pub enum Bounds {
    /// By reservations of the default size.
    #[default]
    Reserved,
    /// By reservations just large enough, with small guards.
    Small,
    /// By comparing with the current length.
    Length,
}

/// When functions are compiled, and where from.
#[derive(Copy, Clone, Debug, Default, Arbitrary)]
pub enum Code {
    /// On their first calls.
    #[default]
    Lazy,
    /// All at once.
    Eager,
    /// By another engine of the same settings.
    Precompiled,
}

/// Bytes of the guard after small reservations.
const SMALL_GUARD: u64 = 64 << 10;
/// Bytes of objects at most, so that collections at every allocation take little time.
const HEAP: usize = 1 << 20;
/// How far into objects within objects is looked.
const DEPTH: usize = 2;

type HostCalls = Vec<Vec<Value>>;

/// Runs `case` under `settings`.
pub(super) fn run(case: &Case, settings: Settings) -> Record {
    let engine = Engine::new(&config(settings)).expect("an engine for these settings");
    let module = module(&engine, case, settings.code);
    let mut store = Store::new(&engine, HostCalls::new());
    refuel(&mut store, settings);
    let linker = linker(&engine, &module);
    let mut record = Record::default();
    match linker.instantiate(&mut store, &module) {
        Err(error) => record.endings.push(failure(&mut store, &error)),
        Ok(instance) => {
            record.endings.push(Ending::Returned(Vec::new()));
            call_all(case, settings, &mut store, instance, &mut record);
            observe(&mut store, instance, &mut record);
        }
    }
    record.host_calls = store.into_data();
    record
}

fn module(engine: &Engine, case: &Case, code: Code) -> Module {
    let fresh = || Module::new(engine, &case.bytes).expect("a generated module is valid");
    let Code::Precompiled = code else {
        return fresh();
    };
    let artifact = engine.precompile_module(&case.bytes);
    let artifact = artifact.expect("a generated module can be compiled");
    // SAFETY: the artifact was made by this engine a moment ago.
    unsafe { Module::deserialize(engine, artifact) }.expect("an artifact of this engine")
}

fn config(settings: Settings) -> Config {
    let mut config = Config::new();
    config
        .wasm_all_features(true)
        .consume_fuel(!settings.no_fuel)
        .max_gc_heap(HEAP)
        .deterministic(true)
        .poll_interrupts(settings.poll)
        .spectre_mitigations(!settings.no_spectre)
        .baseline_cpu(settings.baseline_cpu)
        .inline_everything(settings.inline_everything);
    if settings.zeal {
        config.gc_zeal(1);
    }
    if let Code::Eager = settings.code {
        config.strategy(Strategy::Eager);
    }
    match settings.bounds {
        Bounds::Reserved => &mut config,
        Bounds::Small => config
            .memory_reservation(MEMORY)
            .memory64_reservation(MEMORY)
            .memory_guard_size(SMALL_GUARD),
        Bounds::Length => config.memory_dynamic(true),
    };
    config
}

fn linker(engine: &Engine, module: &Module) -> Linker<HostCalls> {
    let mut linker: Linker<HostCalls> = Linker::new(engine);
    linker.allow_shadowing(true);
    for import in module.imports() {
        let ExternType::Func(ty) = import.ty() else {
            panic!("only functions are imported");
        };
        let results: Vec<ValType> = ty.results().collect();
        linker
            .func_new(
                import.module(),
                import.name(),
                ty,
                move |mut caller, arguments, out| {
                    let arguments = values(&mut caller, arguments, DEPTH);
                    answer(&arguments, &results, out);
                    caller.data_mut().push(arguments);
                    Ok(())
                },
            )
            .expect("a host function of any type");
    }
    linker
}

fn answer(arguments: &[Value], types: &[ValType], out: &mut [Val]) {
    let bits = host_result(arguments);
    for (ty, out) in types.iter().zip(out) {
        *out = match ty {
            ValType::I32 => Val::I32(bits as i32),
            ValType::I64 => Val::I64(bits as i64),
            ValType::F32 => Val::F32(bits as u32),
            ValType::F64 => Val::F64(bits as u64),
            ValType::V128 => Val::V128(V128::from(bits)),
            ValType::Ref(ty) => Val::null_ref(ty.heap_type()),
        };
    }
}

fn call_all(
    case: &Case,
    settings: Settings,
    store: &mut Store<HostCalls>,
    instance: Instance,
    record: &mut Record,
) {
    for (name, arguments) in &case.calls {
        let Some(func) = instance.get_func(&mut *store, name) else {
            continue;
        };
        refuel(store, settings);
        let ending = call(store, func, arguments);
        let stop = ending == Ending::Exhausted;
        record.endings.push(ending);
        if stop {
            break;
        }
    }
}

fn refuel(store: &mut Store<HostCalls>, settings: Settings) {
    if !settings.no_fuel {
        store.set_fuel(FUEL).expect("fuel is on");
    }
}

fn call(store: &mut Store<HostCalls>, func: Func, arguments: &[Value]) -> Ending {
    let ty = func.ty(&*store);
    let arguments = arguments.iter().map(|argument| val(store, argument));
    let arguments: Vec<Val> = arguments.collect();
    let mut results = vec![Val::I32(0); ty.results().len()];
    match func.call(&mut *store, &arguments, &mut results) {
        Ok(()) => Ending::Returned(values(store, &results, DEPTH)),
        Err(error) => failure(store, &error),
    }
}

fn failure(store: &mut Store<HostCalls>, error: &Error) -> Ending {
    if let Some(exception) = error.downcast_ref::<Exception>() {
        let payload = exception.payload(&mut *store);
        let payload = payload.expect("an exception of this store");
        return Ending::Threw(values(store, &payload, DEPTH));
    }
    // Objects of constant expressions that do not fit are no trap, as no code runs yet.
    if error.is::<ResourceError>() {
        return Ending::Exhausted;
    }
    let Some(kind) = error.downcast_ref::<Kind>() else {
        panic!("neither a result nor a trap: {error:?}");
    };
    let trap = match *kind {
        Kind::Unreachable => Trap::Unreachable,
        Kind::MemoryOutOfBounds => Trap::Memory,
        Kind::TableOutOfBounds | Kind::UndefinedElement => Trap::Table,
        Kind::UninitializedElement => Trap::NullFunction,
        Kind::NullReference | Kind::NullFunctionReference => Trap::NullReference,
        Kind::CastFailure => Trap::Cast,
        Kind::ArrayOutOfBounds => Trap::Array,
        Kind::IndirectCallTypeMismatch => Trap::Signature,
        Kind::IntegerOverflow => Trap::IntegerOverflow,
        Kind::IntegerDivideByZero => Trap::DivideByZero,
        Kind::InvalidConversionToInteger => Trap::BadConversion,
        Kind::StackExhausted | Kind::OutOfFuel | Kind::ResourceExhausted => {
            return Ending::Exhausted;
        }
        other => panic!("a trap that no generated module can raise: {other:?}"),
    };
    Ending::Trapped(trap)
}

fn observe(store: &mut Store<HostCalls>, instance: Instance, record: &mut Record) {
    let exports: Vec<(String, Extern)> = instance
        .exports(&mut *store)
        .map(|export| (export.name().to_owned(), export.into_extern()))
        .collect();
    for (name, export) in exports {
        match export {
            Extern::Memory(memory) => record.memories.push((name, memory.data(&*store).to_vec())),
            Extern::Global(global) => {
                let content = global.get(&mut *store);
                record.globals.push((name, value(store, &content, DEPTH)));
            }
            Extern::Table(table) => record.tables.push((name, table.size(&*store))),
            _ => {}
        }
    }
    record.memories.sort();
    record.globals.sort_by(|(a, _), (b, _)| a.cmp(b));
    record.tables.sort();
}

fn values(store: &mut impl AsContextMut, vals: &[Val], depth: usize) -> Vec<Value> {
    vals.iter().map(|val| value(store, val, depth)).collect()
}

fn value(store: &mut impl AsContextMut, val: &Val, depth: usize) -> Value {
    match *val {
        Val::I32(value) => Value::I32(value as u32),
        Val::I64(value) => Value::I64(value as u64),
        Val::F32(value) => Value::F32(value),
        Val::F64(value) => Value::F64(value),
        Val::V128(value) => Value::V128(value.as_u128()),
        Val::FuncRef(func) => Value::Func {
            null: func.is_none(),
        },
        Val::ExternRef(object) => Value::Extern {
            null: object.is_none(),
        },
        Val::ExnRef(exception) => Value::Exn {
            null: exception.is_none(),
        },
        Val::AnyRef(None) => Value::Any(Internal::Null),
        Val::AnyRef(Some(reference)) => Value::Any(
            internal(store, reference, depth).expect("a reference of this store and scope"),
        ),
    }
}

/// What `reference` is, with objects within it up to `depth`.
fn internal(
    store: &mut impl AsContextMut,
    reference: Rooted<AnyRef>,
    depth: usize,
) -> weft::Result<Internal> {
    if let Some(integer) = reference.as_i31(&mut *store)? {
        return Ok(Internal::Integer(integer.get_u32()));
    }
    let Some(depth) = depth.checked_sub(1) else {
        return Ok(Internal::Other);
    };
    if let Some(object) = reference.as_struct(&mut *store)? {
        let fields = object.fields(&mut *store)?;
        return Ok(Internal::Struct(values(store, &fields, depth)));
    }
    if let Some(object) = reference.as_array(&mut *store)? {
        let elements = object.elems(&mut *store)?;
        return Ok(Internal::Array(values(store, &elements, depth)));
    }
    Ok(Internal::Other)
}

fn val(store: &mut Store<HostCalls>, value: &Value) -> Val {
    match *value {
        Value::I32(value) => Val::I32(value as i32),
        Value::I64(value) => Val::I64(value as i64),
        Value::F32(value) => Val::F32(value),
        Value::F64(value) => Val::F64(value),
        Value::V128(value) => Val::V128(V128::from(value)),
        Value::Func { .. } => Val::FuncRef(None),
        Value::Extern { .. } => Val::ExternRef(None),
        Value::Exn { .. } => Val::ExnRef(None),
        Value::Any(Internal::Integer(bits)) => {
            Val::AnyRef(Some(AnyRef::from_i31(store, I31::wrapping_u32(bits))))
        }
        Value::Any(_) => Val::AnyRef(None),
    }
}
