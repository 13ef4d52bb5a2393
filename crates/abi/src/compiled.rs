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

/// A call whose exceptions are caught in the function that makes it.
///
/// A handler is entered with the frame pointer and stack pointer that the caller has during the call, the exception
/// in `rax`, and nothing in any other register.
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
