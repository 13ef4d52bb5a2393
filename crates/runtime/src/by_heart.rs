//! What tests of live objects share: modules from text, and a compiler that knows its functions by heart.

use std::sync::Arc;

use weft_abi::layout::{VMOffsets, field};
use weft_abi::{CompileError, CompiledFunction, Compiler, Libcall, Relocation, TrapKind, TrapSite};
use weft_module::{Bytes, DefinedFuncIndex, EntityIndex, Features, FuncIndex, ModuleInfo};

use crate::code::Code;
use crate::engine::{Engine, EngineConfig};
use crate::store::Store;

type Body = Box<dyn Fn(&ModuleInfo) -> CompiledFunction + Send + Sync>;

/// "Compiles" the n-th defined function to the n-th body.
struct ByHeart(Vec<Body>);

impl Compiler for ByHeart {
    fn compile(
        &self,
        module: &ModuleInfo,
        _bytes: &[u8],
        func: DefinedFuncIndex,
    ) -> Result<CompiledFunction, CompileError> {
        match self.0.get(func.index()) {
            Some(body) => Ok(body(module)),
            None => Err(CompileError {
                func: module.func_index(func),
                message: "not known by heart".to_string(),
            }),
        }
    }

    fn fingerprint(&self) -> &str {
        "by heart"
    }
}

/// Machine code as it is.
pub(crate) fn code(bytes: &'static [u8]) -> Body {
    Box::new(|_| CompiledFunction {
        code: bytes.to_vec(),
        ..CompiledFunction::default()
    })
}

/// `unreachable`.
pub(crate) fn unreachable() -> Body {
    Box::new(|_| CompiledFunction {
        code: vec![0x0f, 0x0b],
        traps: vec![TrapSite {
            offset: 0,
            kind: TrapKind::Unreachable,
        }],
        ..CompiledFunction::default()
    })
}

/// A tail call of function `target`, which the module defines.
pub(crate) fn jump_to(target: u32) -> Body {
    Box::new(move |_| CompiledFunction {
        code: vec![0xe9, 0, 0, 0, 0],
        relocations: vec![Relocation {
            offset: 1,
            target: FuncIndex(target),
        }],
        ..CompiledFunction::default()
    })
}

/// A tail call of the imported function `target`.
pub(crate) fn jump_to_import(target: u32) -> Body {
    Box::new(move |module| {
        let place = VMOffsets::new(module).func_import(FuncIndex(target));
        let mut code = vec![0x4c, 0x8b, 0x9f]; // mov r11, [rdi + func_ref]
        code.extend((place + field::FUNC_IMPORT_FUNC_REF).to_le_bytes());
        code.extend([0x48, 0x8b, 0xbf]); // mov rdi, [rdi + vmctx]
        code.extend((place + field::FUNC_IMPORT_VMCTX).to_le_bytes());
        code.extend([0x41, 0xff, 0x63, field::FUNC_REF_CODE as u8]); // jmp [r11 + code]
        CompiledFunction {
            code,
            ..CompiledFunction::default()
        }
    })
}

pub(crate) fn engine(bodies: Vec<Body>) -> Engine {
    Engine::new(Arc::new(ByHeart(bodies)), EngineConfig::default()).expect("an engine")
}

pub(crate) fn module(engine: &Engine, text: &str) -> Arc<Code> {
    let bytes = wat::parse_str(text).expect("valid text");
    let info = weft_module::decode(&bytes, &Features::all()).expect("a valid module");
    Code::new(engine, Arc::new(info), Bytes::from(bytes)).expect("room for the module")
}

pub(crate) fn store(engine: &Engine) -> Store {
    Store::new(engine).expect("a store")
}

/// A tail call of a libcall with the function's own arguments.
pub(crate) fn jump_to_libcall(libcall: Libcall) -> Body {
    Box::new(move |_| {
        let mut code = vec![0x4c, 0x8b, 0x9f]; // mov r11, [rdi + libcalls]
        code.extend(field::VMCTX_LIBCALLS.to_le_bytes());
        code.extend([0x41, 0xff, 0xa3]); // jmp [r11 + offset]
        code.extend(libcall.offset().to_le_bytes());
        CompiledFunction {
            code,
            ..CompiledFunction::default()
        }
    })
}
