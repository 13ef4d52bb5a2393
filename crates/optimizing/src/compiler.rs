//! The compiler as the rest of Weft sees it.

use std::sync::Arc;

use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::isa::TargetIsa;
use weft_abi::{CompileError, CompiledFunction, Compiler, Tunables};
use weft_module::{DefinedFuncIndex, EntityIndex, ModuleInfo};

use crate::finish::finish;
use crate::pool::{Pool, Scratch};
use crate::target::{self, Effort, TargetError};
use crate::translate::{self, Failure};

/// Instructions of IR from which a function is not optimised any more.
const HUGE: usize = 400_000;

/// Compiles with Cranelift at its highest level, for the machine it runs on.
pub struct Optimizing {
    isa: Arc<dyn TargetIsa>,
    linear: Arc<dyn TargetIsa>,
    tunables: Tunables,
    fingerprint: String,
    pool: Pool,
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
    ) -> Result<u32, Failure> {
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
        let frame_refs = self.translate(scratch, module, bytes, func)?;
        let context = &mut scratch.context;
        let isa = match context.func.dfg.num_insts() {
            0..HUGE => &self.isa,
            _ => &self.linear,
        };
        context
            .compile(&**isa, &mut ControlPlane::default())
            .map_err(|error| Failure::limit(error.inner.to_string()))?;
        let code = context
            .take_compiled_code()
            .ok_or_else(|| Failure::limit("Cranelift gave no code"))?;
        finish(&context.func, &code, module.bodies[func].start, frame_refs)
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
