//! From a validated body to Cranelift's IR.
//!
//! [`FunctionTranslator`] holds what one translation needs; the files here are its parts, and the
//! instructions themselves are its methods in `crate::ops`, called by `dispatch`.

mod address;
mod body;
mod calls;
mod constants;
mod dispatch;
mod doomed;
mod failure;
mod frames;
mod handlers;
mod heap;
mod hints;
mod indirect;
mod inline;
mod legacy;
mod locals;
mod metering;
mod regions;
mod roots;
mod stack;
mod types;

pub(crate) use address::{Address, memory_of};
pub(crate) use body::{Input, Translation, translate};
pub(crate) use failure::{Failure, Translated};
pub(crate) use frames::{Frame, FrameKind, block_args};
pub(crate) use handlers::{Destination, Handler, HandlerId};
pub(crate) use heap::{Extension, Place, REFERENCE};
pub(crate) use inline::Inlined;
pub(crate) use regions::Region;
pub(crate) use roots::FRAME_LOCALS;
pub(crate) use stack::Values;
pub(crate) use types::{
    POINTER, Shape, Shapes, V128, clif_type, read_heap_type, read_hierarchy, read_type, ref_shape,
    shape, shapes,
};

use cranelift_codegen::entity::EntitySet;
use cranelift_codegen::ir::{Block, InstBuilder, StackSlot, Value};
use cranelift_codegen::isa::TargetIsa;
use cranelift_frontend::FunctionBuilder;
use weft_abi::layout::VMOffsets;
use weft_abi::{TrapKind, Tunables};
use weft_module::{FuncIndex, ModuleInfo};

use crate::traps;

/// The state of translating one function.
pub(crate) struct FunctionTranslator<'a> {
    /// Where IR goes.
    pub(crate) builder: FunctionBuilder<'a>,
    /// The module of the function.
    pub(crate) module: &'a ModuleInfo,
    /// Its bytes.
    pub(crate) bytes: &'a [u8],
    /// The settings.
    pub(crate) tunables: &'a Tunables,
    /// The machine.
    pub(crate) isa: &'a dyn TargetIsa,
    /// Where things are in a vmctx.
    pub(crate) offsets: VMOffsets,
    /// The function.
    pub(crate) func: FuncIndex,
    /// Its first block.
    pub(crate) entry: Block,
    /// The vmctx parameter.
    pub(crate) vmctx: Value,
    /// The pointer for results in memory, when the function has one.
    pub(crate) results_pointer: Option<Value>,
    /// Its results.
    pub(crate) results: Shapes,
    /// The locals of the body that is being read, parameters first.
    pub(crate) locals: Vec<locals::Local>,
    /// The frame of those that are not SSA values.
    pub(crate) local_slot: Option<StackSlot>,
    /// How many references that frame starts with.
    pub(crate) frame_refs: u32,
    /// How many of the locals are parameters.
    pub(crate) params: usize,
    /// The operands.
    pub(crate) stack: Vec<Value>,
    /// The enclosing blocks, innermost last; the first is the body.
    pub(crate) frames: Vec<Frame>,
    /// How many of them are loops.
    pub(crate) open_loops: usize,
    /// How many loops were open at most.
    pub(crate) deepest_loops: usize,
    /// How many operands there were at most.
    pub(crate) most_operands: usize,
    /// Whether the current place can be reached. If not, there is no current block.
    pub(crate) reachable: bool,
    /// The loop head at the function's entry, when it calls itself in tail position.
    pub(crate) restart: Option<Block>,
    /// Signatures and functions that were named already.
    pub(crate) names: calls::Names,
    /// The body that is being read: its own, or that of a function that is inlined.
    pub(crate) reading: inline::Reading,
    /// What was inlined.
    pub(crate) inlining: inline::Inlining,
    /// What is asked about exceptions, innermost last.
    pub(crate) scopes: Vec<handlers::Scope>,
    /// Where the frame keeps the vmctx, once there is a call of which an exception with a tag is caught.
    pub(crate) vmctx_slot: Option<StackSlot>,
    /// What the older `try` blocks that are still to come will catch.
    pub(crate) try_plans: legacy::TryPlans<'a>,
    /// Ways that exceptions can take: edges from calls to handlers, and entries of scopes.
    pub(crate) edges: usize,
    /// Instructions since fuel was counted last.
    pub(crate) uncounted: i64,
    /// Values that are references to objects, since their types say so.
    pub(crate) objects: EntitySet<Value>,
    /// Values that are such references or null.
    pub(crate) untagged: EntitySet<Value>,
    /// Those of `objects` of which that is known on the way to here alone.
    pub(crate) objects_here: Vec<Value>,
    /// Those of `untagged` of which that is known on the way to here alone.
    pub(crate) untagged_here: Vec<Value>,
    /// Whether the last instruction had two ways out, and the next is on one of them.
    pub(crate) is_fork: bool,
    /// Whether the way from here is rarely taken: it is doomed, or a handler's pad.
    pub(crate) is_rare: bool,
    /// Whether there is any value that the collector must know of.
    pub(crate) traces: bool,
    /// How many operands lay below calls and blocks since then, all together.
    pub(crate) kept_operands: usize,
}

impl FunctionTranslator<'_> {
    /// Ends the current path with a trap.
    pub(crate) fn trap(&mut self, kind: TrapKind) {
        self.count_fuel();
        self.builder.ins().trap(traps::code(kind));
        self.reachable = false;
    }

    /// A trap in the midst of an instruction, whose rest goes to a block that is never entered.
    pub(crate) fn trap_within(&mut self, kind: TrapKind) {
        self.builder.ins().trap(traps::code(kind));
        let dead = self.builder.create_block();
        self.builder.seal_block(dead);
        self.builder.switch_to_block(dead);
    }

    /// Traps unless `condition` is zero.
    pub(crate) fn trapnz(&mut self, condition: Value, kind: TrapKind) {
        self.builder.ins().trapnz(condition, traps::code(kind));
    }

    /// Traps if `condition` is zero.
    pub(crate) fn trapz(&mut self, condition: Value, kind: TrapKind) {
        self.builder.ins().trapz(condition, traps::code(kind));
    }
}
