//! [`NativeCode`]: what a function was compiled to, for people and tools that look at it.

use weft_module::FuncIndex;
use weft_runtime::compiled::CompiledRef;

use super::Module;
use crate::{Result, format_err};

/// The machine code of a function.
#[derive(Copy, Clone)]
pub struct NativeCode<'m>(CompiledRef<'m>);

impl Module {
    /// The machine code of the function `index`, which is compiled now if it has not been.
    ///
    /// # Errors
    /// When it is imported or there is none, or as [`Module::compile_all`].
    pub fn native_code(&self, index: u32) -> Result<NativeCode<'_>> {
        let func = FuncIndex(index);
        let defined = self.info().defined_func(func);
        let defined = defined.filter(|defined| self.info().bodies.get(*defined).is_some());
        let defined =
            defined.ok_or_else(|| format_err!("the module defines no function {index}"))?;
        self.code().compile(defined)?;
        let compiled = self.code().compiled_function(defined);
        compiled
            .map(NativeCode)
            .ok_or_else(|| format_err!("function {index} is not in code memory"))
    }
}

impl<'m> NativeCode<'m> {
    /// The instructions and constants, where they run.
    pub fn bytes(&self) -> &'m [u8] {
        self.0.code
    }

    /// Where code comes from: an offset in the code, and the offset in the module of the instruction that code from there
    /// up to the next entry belongs to: the call, if it is of a function that is inlined. By ascending offset.
    pub fn positions(&self) -> impl Iterator<Item = (u32, u32)> + use<'m> {
        let positions = self
            .0
            .tables
            .positions
            .chunk_by(|a, b| a.offset == b.offset);
        positions.map(|same| (same[0].offset, same[0].module_offset))
    }

    /// Direct calls and jumps to other functions: the offset in the code of the 32-bit field that leads there, and the
    /// function's index.
    pub fn calls(&self) -> impl Iterator<Item = (u32, u32)> + use<'m> {
        let relocations = self.0.relocations.iter();
        relocations.map(|relocation| (relocation.offset, relocation.target.0))
    }
}

impl std::fmt::Debug for NativeCode<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NativeCode({} bytes)", self.0.code.len())
    }
}
