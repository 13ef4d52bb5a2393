//! A module to run and what to do with it.

use arbitrary::{Result, Unstructured};
use wasm_smith::Config;
use weft_module::{CompositeType, Entity, Features, HeapType, ModuleInfo, ValType, decode};

use super::{Internal, Value};

/// Fuel for the instantiation and for each call, about one unit an instruction.
pub(super) const FUEL: u64 = 200_000;
/// Calls of exported functions at most.
const CALLS: usize = 8;
/// Bytes of each memory at most.
pub(super) const MEMORY: u64 = 1 << 20;

/// What a module may import: a host function for each representation of parameters and results.
const IMPORTS: &str = r#"(module
    (import "host" "nothing" (func))
    (import "host" "i32" (func (param i32) (result i32)))
    (import "host" "i64" (func (param i64 i32) (result i64)))
    (import "host" "f32" (func (param f32) (result f32)))
    (import "host" "f64" (func (param f64 f32) (result f64)))
    (import "host" "v128" (func (param v128) (result v128)))
    (import "host" "many" (func
        (param i32 i64 f32 f64 v128 i32 i64 f32 f64 v128 i32 i64 i32 i64 i32 i64 f32 f64 f32 f64)
        (result i32 i64 f32 f64 v128 i32 i64 i32 i64 i32 i64 i32 i64))))"#;

/// A module, and calls of its exports.
#[derive(Debug)]
pub struct Case {
    /// The module.
    pub bytes: Vec<u8>,
    /// The names and arguments of what is called, in this order.
    pub calls: Vec<(String, Vec<Value>)>,
}

impl Case {
    /// Draws a case from `source`.
    ///
    /// # Errors
    /// When `source` does not hold enough.
    pub fn generate(source: &mut Unstructured<'_>) -> Result<Self> {
        let config = config(source)?;
        let mut module = wasm_smith::Module::new(config, source)?;
        // Loops end by fuel, but counting in both engines differs, so most should end by themselves.
        let _ = module.ensure_termination(1_000);
        let bytes = module.to_bytes();
        let info = decode(&bytes, &Features::all()).unwrap_or_else(|error| {
            panic!("a generated module is refused: {error}");
        });
        let calls = calls(&info, source)?;
        Ok(Self { bytes, calls })
    }

    /// A module that was found before, with calls of all its exports: zeros for arguments.
    ///
    /// # Panics
    /// When `bytes` are not a module.
    pub fn of_module(bytes: Vec<u8>) -> Self {
        let info = decode(&bytes, &Features::all()).expect("a valid module");
        let calls = calls(&info, &mut Unstructured::new(&[])).unwrap_or_default();
        Self { bytes, calls }
    }

    /// It as text, to be read and run again.
    pub fn text(&self) -> String {
        let module =
            wasmprinter::print_bytes(&self.bytes).unwrap_or_else(|error| error.to_string());
        format!("calls: {:?}\n{module}", self.calls)
    }
}

/// What a module of this kind may have: what both engines know and the specification determines.
fn config(source: &mut Unstructured<'_>) -> Result<Config> {
    Ok(Config {
        available_imports: Some(wat::parse_str(IMPORTS).expect("the imports are a module")),
        export_everything: true,
        max_instructions: source.int_in_range(10..=500)?,
        max_funcs: source.int_in_range(1..=12)?,
        min_funcs: 1,
        max_memories: source.int_in_range(0..=3)?,
        max_tables: source.int_in_range(0..=3)?,
        max_globals: source.int_in_range(0..=12)?,
        max_memory32_bytes: MEMORY,
        max_memory64_bytes: MEMORY.into(),
        memory_max_size_required: true,
        max_table_elements: 1_000,
        table_max_size_required: true,
        memory64_enabled: source.ratio(1, 3)?,
        custom_page_sizes_enabled: source.ratio(1, 8)?,
        simd_enabled: source.ratio(2, 3)?,
        relaxed_simd_enabled: source.ratio(1, 8)?,
        exceptions_enabled: source.ratio(1, 4)?,
        gc_enabled: source.ratio(1, 3)?,
        // No engine here knows these, or they block.
        threads_enabled: false,
        compact_imports_enabled: false,
        ..Config::default()
    })
}

/// Calls of the module's exported functions, each once, with arguments from `source`.
fn calls(info: &ModuleInfo, source: &mut Unstructured<'_>) -> Result<Vec<(String, Vec<Value>)>> {
    info.exports
        .iter()
        .filter_map(|export| match export.entity {
            Entity::Func(func) => Some((export, info.type_of_func(func))),
            _ => None,
        })
        .take(CALLS)
        .map(|(export, ty)| {
            let arguments = ty.params.iter().map(|&ty| argument(info, ty, source));
            Ok((export.name.to_string(), arguments.collect::<Result<_>>()?))
        })
        .collect()
}

fn argument(info: &ModuleInfo, ty: ValType, source: &mut Unstructured<'_>) -> Result<Value> {
    Ok(match ty {
        ValType::I32 => Value::I32(source.arbitrary()?),
        ValType::I64 => Value::I64(source.arbitrary()?),
        ValType::F32 => Value::F32(source.arbitrary()?),
        ValType::F64 => Value::F64(source.arbitrary()?),
        ValType::V128 => Value::V128(source.arbitrary()?),
        ValType::Ref(reference) => match reference.heap {
            HeapType::Any | HeapType::Eq | HeapType::I31 if source.arbitrary()? => {
                Value::Any(Internal::Integer(source.int_in_range(0..=i32::MAX as u32)?))
            }
            heap => null(info, heap),
        },
    })
}

/// The null of a heap type: every reference type of a generated function has it.
fn null(info: &ModuleInfo, heap: HeapType) -> Value {
    match heap {
        HeapType::Func | HeapType::NoFunc => Value::Func { null: true },
        HeapType::Extern | HeapType::NoExtern => Value::Extern { null: true },
        HeapType::Exn | HeapType::NoExn => Value::Exn { null: true },
        HeapType::Concrete(ty) => match info.types[ty].composite {
            CompositeType::Func(_) => Value::Func { null: true },
            CompositeType::Struct(_) | CompositeType::Array(_) => Value::Any(Internal::Null),
        },
        _ => Value::Any(Internal::Null),
    }
}
