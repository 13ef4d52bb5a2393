//! The compiler as the rest of Weft sees it.

use std::sync::{Arc, Mutex, PoisonError};

use cranelift_codegen::CompiledCode;
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::ir::Function;
use cranelift_codegen::isa::TargetIsa;
use weft_abi::{CompileError, CompiledFunction, Compiler, Tunables};
use weft_module::{DefinedFuncIndex, EntityIndex, ModuleInfo};

use crate::finish::finish;
use crate::pool::{Pool, Scratch};
use crate::target::{self, Effort, TargetError};
use crate::translate::{self, Failure, Translation};

/// Instructions of IR from which a function is not optimised any more. Programs of Go fill their tables in functions of 600,000, which
/// are compiled ten times as fast when they are: without it all that lives at a branch is looked at again for each branch.
const MANY_INSTRUCTIONS: usize = 800_000;
/// The same for blocks: some passes take time that grows with their square, which is two seconds here.
const MANY_BLOCKS: usize = 100_000;
/// The same for loops in loops: hoisting looks at all of them, for each of them, for each instruction.
const MANY_LOOPS: usize = 64;
/// The same for operands that live at once: finding a place for each in turn looks at all the others.
const MANY_OPERANDS: usize = 4096;

/// Bytes of a body from which no other of this size is compiled at the same time: Cranelift takes up to 700 bytes of memory
/// for each of them.
const LARGE_BODY: u32 = 1 << 20;

/// The most bytes of a frame: a stack of the default size holds no larger one. Only a body that keeps more than a hundred thousand
/// values, or is too large to be optimised, has any such.
const MOST_FRAME: u32 = 1 << 20;

/// Compiles with Cranelift at its highest level, for the machine it runs on.
pub struct Optimizing {
    isa: Arc<dyn TargetIsa>,
    linear: Arc<dyn TargetIsa>,
    tunables: Tunables,
    fingerprint: String,
    pool: Pool,
    /// Held by whoever compiles a large body.
    large: Mutex<()>,
}

impl std::fmt::Debug for Optimizing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Optimizing")
            .field(&self.fingerprint)
            .finish()
    }
}

impl Optimizing {
    /// A compiler for this machine under `tunables`.
    ///
    /// # Errors
    /// When the CPU lacks a feature that compiled code needs: SSE4.1 and those before it.
    pub fn new(tunables: Tunables) -> Result<Self, TargetError> {
        let isa = target::target(&tunables, Effort::Full)?;
        Ok(Self {
            fingerprint: target::fingerprint(&*isa, &tunables),
            isa,
            linear: target::target(&tunables, Effort::Linear)?,
            tunables,
            pool: Pool::default(),
            large: Mutex::new(()),
        })
    }

    /// The IR that `func` is translated to, before any optimisation: for tests and people.
    ///
    /// # Errors
    /// As [`Compiler::compile`].
    pub fn translated(
        &self,
        module: &ModuleInfo,
        bytes: &[u8],
        func: DefinedFuncIndex,
    ) -> Result<String, CompileError> {
        self.pool
            .with(|scratch| {
                self.translate(scratch, module, bytes, func)?;
                Ok(scratch.context.func.display().to_string())
            })
            .map_err(|failure: Failure| failure.in_function(module.func_index(func)))
    }

    fn translate(
        &self,
        scratch: &mut Scratch,
        module: &ModuleInfo,
        bytes: &[u8],
        func: DefinedFuncIndex,
    ) -> Result<Translation, Failure> {
        let input = translate::Input {
            module,
            bytes,
            func,
            tunables: &self.tunables,
            isa: &*self.isa,
        };
        translate::translate(&input, scratch)
    }

    fn compile_with(
        &self,
        scratch: &mut Scratch,
        module: &ModuleInfo,
        bytes: &[u8],
        func: DefinedFuncIndex,
    ) -> Result<CompiledFunction, Failure> {
        let body = &module.bodies[func];
        let is_large = body.end - body.start >= LARGE_BODY;
        let _alone = is_large.then(|| self.large.lock().unwrap_or_else(PoisonError::into_inner));
        let translation = self.translate(scratch, module, bytes, func)?;
        let context = &mut scratch.context;
        let isa = match effort(&context.func, &translation) {
            Effort::Full => &self.isa,
            Effort::Linear => &self.linear,
        };
        context
            .compile(&**isa, &mut ControlPlane::default())
            .map_err(|error| Failure::limit(error.inner.to_string()))?;
        let code = context
            .take_compiled_code()
            .ok_or_else(|| Failure::limit("Cranelift gave no code"))?;
        check_frame(&code)?;
        finish(&context.func, &code, body.start, &translation)
    }
}

/// Refuses a function that would exhaust the stack by being called.
fn check_frame(code: &CompiledCode) -> Result<(), Failure> {
    let frame = code.buffer.frame_layout();
    match frame.map_or(0, |layout| layout.frame_to_fp_offset) {
        0..=MOST_FRAME => Ok(()),
        bytes => Err(Failure::limit(format!(
            "a call of it takes {bytes} bytes of stack, and the most is {MOST_FRAME}"
        ))),
    }
}

/// What a function is worth. It depends on the module alone, so that a function always gives the same code.
fn effort(func: &Function, translation: &Translation) -> Effort {
    let is_small = func.dfg.num_insts() < MANY_INSTRUCTIONS
        && func.dfg.num_blocks() < MANY_BLOCKS
        && translation.loops < MANY_LOOPS
        && translation.operands < MANY_OPERANDS;
    match is_small {
        true => Effort::Full,
        false => Effort::Linear,
    }
}

impl Compiler for Optimizing {
    fn compile(
        &self,
        module: &ModuleInfo,
        bytes: &[u8],
        func: DefinedFuncIndex,
    ) -> Result<CompiledFunction, CompileError> {
        debug_assert!(func.index() < module.bodies.len());
        self.pool
            .with(|scratch| self.compile_with(scratch, module, bytes, func))
            .map_err(|failure| failure.in_function(module.func_index(func)))
    }

    fn fingerprint(&self) -> &str {
        &self.fingerprint
    }
}
