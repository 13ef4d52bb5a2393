//! The seam between compilers and the runtime: what a compiler is given and what it gives back.

use weft_module::{DefinedFuncIndex, FuncIndex, ModuleInfo};

use crate::TrapKind;

/// Turns validated bodies into machine code.
///
/// An implementation is immutable and shared by all threads.
pub trait Compiler: Send + Sync {
    /// Compiles the body of `func`. `bytes` are the whole module's.
    ///
    /// The same input gives the same output, byte by byte, on every thread.
    ///
    /// # Errors
    /// When the function is beyond what this compiler can do; never for a fault of the module,
    /// which has been validated.
    fn compile(
        &self,
        module: &ModuleInfo,
        bytes: &[u8],
        func: DefinedFuncIndex,
    ) -> Result<CompiledFunction, CompileError>;

    /// Everything but the module that determines the code, in three lines: name and version; target and CPU features
    /// with a space between each; settings in the form of `{:?}`.
    ///
    /// Code compiled under another fingerprint must not run.
    fn fingerprint(&self) -> &str;
}

/// Position-independent machine code of one function, and what the runtime must know of it.
///
/// Offsets are in bytes from the start of `code`.
#[derive(Clone, Default, Debug, PartialEq, Eq)]
pub struct CompiledFunction {
    /// Instructions and constants.
    pub code: Vec<u8>,
    /// Where in a line of 64 bytes it must start; `None` for any multiple of 16.
    pub phase: Option<u8>,
    /// What its frame keeps for its caller.
    pub saved: SavedRegisters,
    /// Places to fill in when it is linked.
    pub relocations: Vec<Relocation>,
    /// Instructions that may trap, by ascending offset.
    pub traps: Vec<TrapSite>,
    /// Where in the module code came from, by ascending code offset: each entry holds up to the next. Several at one offset are of
    /// functions that are inlined in one another, the function itself first: all but the last are calls.
    pub positions: Vec<CodePosition>,
    /// Calls that an exception can come out of and be caught here, by ascending return offset.
    pub call_sites: Vec<CallSite>,
    /// The handlers of the call sites, one site after the other.
    pub handlers: Vec<Handler>,
    /// Calls during which the frame holds references, by ascending offset.
    pub stack_maps: Vec<StackMap>,
    /// What the stack maps refer to, in their order.
    pub frame_refs: Vec<FrameRefs>,
}

/// A `rel32` field to fill: `target + addend − address of the field`, with an addend of −4.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Relocation {
    /// Where the field is.
    pub offset: u32,
    /// The defined function that is called or jumped to.
    pub target: FuncIndex,
}

/// An instruction that may trap.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct TrapSite {
    /// Where it starts.
    pub offset: u32,
    /// The trap a hardware fault there means.
    pub kind: TrapKind,
}

/// A place in the code and the instruction it belongs to.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct CodePosition {
    /// Where it starts.
    pub offset: u32,
    /// The instruction's offset in the module's bytes.
    pub module_offset: u32,
}

/// The registers of its caller that a function saves in its frame: the bit `1 << n` is for the n-th of `rbx r12 r13 r14 r15`.
///
/// They lie side by side, in this order at ascending addresses. The first is as many times 8 bytes below the frame pointer as
/// there are registers, rounded up to 16.
#[derive(Copy, Clone, Default, Debug, PartialEq, Eq)]
pub struct SavedRegisters(pub u8);

impl SavedRegisters {
    /// How many registers a function preserves for its caller, besides the stack and frame pointers.
    pub const COUNT: usize = 5;

    /// The number of each register, and how many bytes below the frame pointer it is.
    pub fn places(self) -> impl Iterator<Item = (usize, usize)> {
        let saved = (0..Self::COUNT).filter(move |number| self.0 & (1 << number) != 0);
        let first = (self.0.count_ones() as usize * 8).next_multiple_of(16);
        saved
            .enumerate()
            .map(move |(place, number)| (number, first - 8 * place))
    }
}

/// A call whose exceptions are caught in the function that makes it.
///
/// A handler is entered with the frame pointer and stack pointer that the caller has during the call, the exception
/// in `rax`, and in `rbx` and `r12–r15` what the caller has there during the call.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct CallSite {
    /// Where the call returns to.
    pub return_offset: u32,
    /// How far the caller's stack pointer is below its frame pointer during the call, in bytes.
    pub frame_size: u32,
    /// Where the caller's vmctx is, in bytes above that stack pointer; anything if no handler is for a tag.
    pub vmctx: u32,
    /// Its first handler in [`CompiledFunction::handlers`]; its last one is before the next site's first.
    pub first_handler: u32,
}

/// A handler: of several, the first that takes an exception gets it.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Handler {
    /// Where the id of the tag that it takes is in the vmctx, or [`Handler::ANY`].
    pub tag: u32,
    /// Where its code starts.
    pub offset: u32,
}

impl Handler {
    /// The `tag` of a handler that takes every exception.
    pub const ANY: u32 = u32::MAX;
}

/// A call during which the frame holds references that the collector must follow and update.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct StackMap {
    /// Where the call returns to.
    pub offset: u32,
    /// The first of its [`FrameRefs`]; they end where those of the next stack map start.
    pub start: u32,
}

/// References that lie side by side in a frame, of 4 bytes each.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct FrameRefs {
    /// How many bytes below the frame pointer the first is.
    pub below: u32,
    /// How many there are, at ascending addresses.
    pub count: u32,
}

/// A function that could not be compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompileError {
    /// Which function.
    pub func: FuncIndex,
    /// What is beyond the compiler.
    pub message: String,
}

impl std::fmt::Display for CompileError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "cannot compile function {}: {}", self.func, self.message)
    }
}

impl std::error::Error for CompileError {}

#[cfg(test)]
mod tests {
    use super::SavedRegisters;

    #[test]
    fn saved_registers_lie_side_by_side_up_to_the_frame_pointer() {
        let places = |bits| SavedRegisters(bits).places().collect::<Vec<_>>();
        assert_eq!(places(0), []);
        assert_eq!(places(0b00001), [(0, 16)]);
        assert_eq!(places(0b10010), [(1, 16), (4, 8)]);
        assert_eq!(
            places(0b11111),
            [(0, 48), (1, 40), (2, 32), (3, 24), (4, 16)]
        );
    }
}
