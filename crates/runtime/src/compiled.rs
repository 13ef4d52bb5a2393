//! [`CompiledRef`]: a compiled function, wherever it lies: as the compiler gave it, in code memory, or in an artifact.

use weft_abi::{
    CallSite, CodePosition, CompiledFunction, FrameRefs, Handler, Relocation, SavedRegisters,
    StackMap, TrapSite,
};
use weft_module::DefinedFuncIndex;

/// A function with its code.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct CompiledRef<'a> {
    /// Which function of the module.
    pub func: DefinedFuncIndex,
    /// Its code. The fields of relocations are filled in in code memory only.
    pub code: &'a [u8],
    /// Where in a line of 64 bytes it starts; `None` for any multiple of 16.
    pub phase: Option<u8>,
    /// Places to fill in when it is linked.
    pub relocations: &'a [Relocation],
    /// What the runtime must know of the code.
    pub tables: TablesRef<'a>,
}

/// What the runtime must know of compiled code; tables are by ascending offset from its start.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct TablesRef<'a> {
    /// What its frame keeps for its caller.
    pub saved: SavedRegisters,
    /// Instructions that may trap.
    pub traps: &'a [TrapSite],
    /// Where in the module code came from: see [`CompiledFunction::positions`].
    pub positions: &'a [CodePosition],
    /// Calls with exception handlers, by the offset that they return to.
    pub call_sites: &'a [CallSite],
    /// The handlers of all call sites.
    pub handlers: &'a [Handler],
    /// Calls during which the frame holds references.
    pub stack_maps: &'a [StackMap],
    /// What the stack maps refer to.
    pub frame_refs: &'a [FrameRefs],
}

impl<'a> CompiledRef<'a> {
    /// The function `func` as it was compiled.
    pub fn new(func: DefinedFuncIndex, compiled: &'a CompiledFunction) -> Self {
        Self {
            func,
            code: &compiled.code,
            phase: compiled.phase,
            relocations: &compiled.relocations,
            tables: TablesRef {
                saved: compiled.saved,
                traps: &compiled.traps,
                positions: &compiled.positions,
                call_sites: &compiled.call_sites,
                handlers: &compiled.handlers,
                stack_maps: &compiled.stack_maps,
                frame_refs: &compiled.frame_refs,
            },
        }
    }
}
