//! Every operator of the vector, thread and wide-arithmetic groups compiles, alone in a function,
//! under every setting that changes its code — and without a call of a helper function, which
//! `Compiler::compile` refuses.
//!
//! The operators come from the decoder's own list, so that none can be missing; their operand types
//! are found by asking the validator.

use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{
    CodeSection, EntityType, Function, FunctionSection, ImportSection, Instruction, MemoryType,
    Module, TypeSection, ValType,
};
use wasmparser::{MemArg, MemArgTarget, Operator, Ordering, V128};
use weft_abi::{Compiler, Tunables};
use weft_module::{DefinedFuncIndex, Features, decode, validate};
use weft_optimizing::Optimizing;

/// An operator to try.
struct Sample {
    /// With an alignment, where it has one.
    operator: fn(u8) -> Operator<'static>,
    params: usize,
    results: usize,
}

/// An immediate of an operator.
trait Immediate {
    fn sample(align: u8) -> Self;
}

impl Immediate for u8 {
    fn sample(_align: u8) -> Self {
        1
    }
}

impl Immediate for [u8; 16] {
    fn sample(_align: u8) -> Self {
        [0, 17, 2, 19, 4, 21, 6, 23, 8, 25, 10, 27, 12, 29, 14, 31]
    }
}

impl Immediate for Ordering {
    fn sample(_align: u8) -> Self {
        Self::SeqCst
    }
}

impl Immediate for V128 {
    fn sample(_align: u8) -> Self {
        let bytes: Vec<u8> = [0xfd, 12].into_iter().chain(1..=16).collect();
        let reader = wasmparser::BinaryReader::new(&bytes, 0);
        match wasmparser::OperatorsReader::new(reader).read() {
            Ok(Operator::V128Const { value }) => value,
            other => panic!("{other:?} is no vector"),
        }
    }
}

impl Immediate for MemArg {
    fn sample(align: u8) -> Self {
        Self {
            align,
            max_align: align,
            offset: 16,
            target: MemArgTarget::Memory(0),
            ordering: None,
        }
    }
}

macro_rules! samples {
    ($( @$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($arity:tt)*) )*) => {
        [$(samples!(@$proposal $op [$($($arg)*)?] $($arity)*)),*].into_iter().flatten().collect()
    };
    (@simd $($rest:tt)*) => { samples!(some $($rest)*) };
    (@relaxed_simd $($rest:tt)*) => { samples!(some $($rest)*) };
    (@threads $($rest:tt)*) => { samples!(some $($rest)*) };
    (@wide_arithmetic $($rest:tt)*) => { samples!(some $($rest)*) };
    (@$other:ident $($rest:tt)*) => { None::<Sample> };
    (some $op:ident $args:tt arity memarg $params:tt -> $results:tt) => {
        samples!(some $op $args arity $params -> $results)
    };
    (some $op:ident [$($arg:ident)*] arity $params:tt -> $results:tt) => {
        Some(Sample {
            #[allow(unused_variables)]
            operator: |align| Operator::$op { $($arg: Immediate::sample(align)),* },
            params: $params,
            results: $results,
        })
    };
}

fn samples() -> Vec<Sample> {
    wasmparser::for_each_operator!(samples)
}

/// The memory that a function is given.
#[derive(Copy, Clone, Debug)]
struct Memory {
    memory64: bool,
    shared: bool,
}

const MEMORIES: [Memory; 4] = [
    Memory {
        memory64: false,
        shared: false,
    },
    Memory {
        memory64: false,
        shared: true,
    },
    Memory {
        memory64: true,
        shared: false,
    },
    Memory {
        memory64: true,
        shared: true,
    },
];

/// A module with one function that applies `operator` to its parameters, and gives or drops the results.
fn module(
    operator: &Operator<'static>,
    params: &[ValType],
    results: &[ValType],
    dropped: usize,
    memory: Memory,
) -> Vec<u8> {
    let mut types = TypeSection::new();
    types
        .ty()
        .function(params.iter().copied(), results.iter().copied());
    let mut imports = ImportSection::new();
    imports.import(
        "host",
        "memory",
        EntityType::Memory(MemoryType {
            minimum: 1,
            maximum: Some(2),
            memory64: memory.memory64,
            shared: memory.shared,
            page_size_log2: None,
        }),
    );
    let mut functions = FunctionSection::new();
    functions.function(0);
    let mut code = CodeSection::new();
    code.function(&body(operator, params.len(), dropped));
    let mut module = Module::new();
    module
        .section(&types)
        .section(&imports)
        .section(&functions)
        .section(&code);
    module.finish()
}

fn body(operator: &Operator<'static>, params: usize, dropped: usize) -> Function {
    let instruction = RoundtripReencoder.instruction(operator.clone()).unwrap();
    let mut body = Function::new([]);
    for index in 0..params {
        body.instruction(&Instruction::LocalGet(index as u32));
    }
    body.instruction(&instruction);
    for _ in 0..dropped {
        body.instruction(&Instruction::Drop);
    }
    body.instruction(&Instruction::End);
    body
}

/// Every list of `count` types.
fn lists(count: usize) -> Vec<Vec<ValType>> {
    const TYPES: [ValType; 5] = [
        ValType::V128,
        ValType::I64,
        ValType::I32,
        ValType::F32,
        ValType::F64,
    ];
    (0..count).fold(vec![Vec::new()], |lists, _| {
        let extended = |list: Vec<ValType>| {
            TYPES.map(|ty| list.iter().copied().chain([ty]).collect::<Vec<_>>())
        };
        lists.into_iter().flat_map(extended).collect()
    })
}

fn is_valid(bytes: &[u8]) -> bool {
    validate(bytes, &Features::all()).is_ok()
}

/// A valid module with the operator: its parameters are found with the results dropped, then its results.
fn valid_module(sample: &Sample, memory: Memory) -> Vec<u8> {
    for align in 0..=3 {
        let operator = (sample.operator)(align);
        let takes = |params: &Vec<ValType>| {
            is_valid(&module(&operator, params, &[], sample.results, memory))
        };
        let Some(params) = lists(sample.params).into_iter().find(takes) else {
            continue;
        };
        return lists(sample.results)
            .iter()
            .map(|results| module(&operator, &params, results, 0, memory))
            .find(|bytes| is_valid(bytes))
            .expect("an operator has results of some type");
    }
    panic!("nothing makes {:?} valid", (sample.operator)(0))
}

fn compile(compiler: &Optimizing, bytes: &[u8]) -> Result<(), String> {
    let info = decode(bytes, &Features::all()).map_err(|error| error.to_string())?;
    let code = compiler
        .compile(&info, bytes, DefinedFuncIndex(0))
        .map_err(|error| error.to_string())?;
    assert!(!code.code.is_empty());
    Ok(())
}

/// The settings under which operators of these groups have code of their own.
fn compilers() -> Vec<Optimizing> {
    let plain = Tunables::default();
    let deterministic = Tunables {
        canonical_nan: true,
        deterministic_relaxed_simd: true,
        ..plain
    };
    let baseline = Tunables {
        baseline_cpu: true,
        ..plain
    };
    let mut dynamic = plain;
    dynamic.memory.dynamic = true;
    [plain, deterministic, baseline, dynamic]
        .map(|tunables| Optimizing::new(tunables).unwrap())
        .into()
}

#[test]
fn all_operators_compile_under_all_settings_and_for_all_memories() {
    let samples = samples();
    assert!(samples.len() > 300, "only {} operators", samples.len());
    let compilers = compilers();
    let mut failures = Vec::new();
    for sample in &samples {
        for memory in MEMORIES {
            let bytes = valid_module(sample, memory);
            for compiler in &compilers {
                if let Err(error) = compile(compiler, &bytes) {
                    failures.push(format!("{:?}, {memory:?}: {error}", (sample.operator)(0)));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
