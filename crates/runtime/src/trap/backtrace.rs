//! Walking the frames of wasm code.
//!
//! Every compiled function keeps a frame pointer, so frames are a chain from where wasm was left up to its entry
//! stub; from there the walk goes on with the activation outside. Between a function's entry and its frame, and
//! after its frame is gone, the signal handler has noted the return address apart.

use smallvec::SmallVec;
use weft_abi::layout::StoreContext;

use super::activation::{EntryFrame, activations, switches};
use crate::code_memory::{self, CodeKind, FunctionMeta};

/// One call of a wasm function.
#[derive(Copy, Clone, Debug)]
pub struct Frame {
    /// The instruction that runs: for a call, its last byte.
    pub pc: usize,
    /// The function.
    pub meta: &'static FunctionMeta,
}

impl Frame {
    /// The offset in the module's bytes of the instruction that runs, if known.
    pub fn module_offset(&self) -> Option<u32> {
        self.meta.position((self.pc - self.meta.start) as u32)
    }
}

/// The frames of a trap that has just ended an activation of `ctx`, and of all wasm that is still
/// active on this thread: innermost first, at most `limit`.
///
/// # Safety
/// `ctx` is live and belongs to this thread, its last entry returned a trap, and its stack has not been used or
/// freed since. The frames' code must outlive the result.
pub unsafe fn capture_trap(ctx: *const StoreContext, limit: usize) -> Vec<Frame> {
    let mut walk = Walk::new(limit);
    // SAFETY: as the caller promises.
    unsafe {
        let ctx = &*ctx;
        walk.push(ctx.trap_pc);
        if ctx.trap_return != 0 {
            walk.push(ctx.trap_return - 1);
        }
        walk.chain(ctx.trap_fp, ctx.trap_stack);
        walk.active();
    }
    walk.frames
}

/// The frames of all wasm that is active on this thread: innermost first, at most `limit`.
///
/// # Safety
/// Called from host code. The frames' code must outlive the result.
pub unsafe fn capture(limit: usize) -> Vec<Frame> {
    let mut walk = Walk::new(limit);
    // SAFETY: as the caller promises.
    unsafe { walk.active() };
    walk.frames
}

struct Walk {
    frames: Vec<Frame>,
    limit: usize,
}

impl Walk {
    fn new(limit: usize) -> Self {
        Self {
            frames: Vec::new(),
            limit,
        }
    }

    /// Adds the function at `pc`; false when there is none.
    unsafe fn push(&mut self, pc: usize) -> bool {
        // SAFETY: the code is live as the caller of `capture` promises.
        match unsafe { code_memory::lookup(pc) } {
            Some(meta) if meta.kind == CodeKind::Function => {
                if self.frames.len() < self.limit {
                    self.frames.push(Frame { pc, meta });
                }
                true
            }
            _ => false,
        }
    }

    /// Follows frame pointers from `fp` to the entry stub, on a stack that ends at `high`.
    unsafe fn chain(&mut self, mut fp: usize, high: usize) {
        while self.frames.len() < self.limit
            && fp != 0
            && fp.is_multiple_of(8)
            && fp < high.saturating_sub(8)
        {
            // SAFETY: on the stack, above the frame it came from.
            let [outer, back] = unsafe { (fp as *const [usize; 2]).read() };
            // SAFETY: as above. The first address that is not a function's is the entry stub's.
            if !unsafe { self.push(back.wrapping_sub(1)) } || outer <= fp {
                break;
            }
            fp = outer;
        }
    }

    /// Follows every activation from where it left wasm.
    unsafe fn active(&mut self) {
        let mut exits: SmallVec<[Exit; 4]> = SmallVec::new();
        let mut switches = switches().peekable();
        for activation in activations() {
            if self.frames.len() == self.limit {
                return;
            }
            // SAFETY: linked activations and their contexts are live.
            let ctx = unsafe { (*activation).ctx.cast_const() };
            let known = exits.iter().position(|exit| exit.ctx == ctx);
            let index = known.unwrap_or_else(|| {
                // SAFETY: as above.
                exits.push(unsafe { Exit::of(ctx) });
                exits.len() - 1
            });
            let exit = &mut exits[index];
            // SAFETY: the activation has left wasm, so its entry frame exists.
            let entry = unsafe { EntryFrame::at(exit.host_sp) };
            // An activation that has not left wasm has no exit frame: its stack pointer is where it began.
            if exit.wasm_sp != entry.base {
                // SAFETY: an exit frame starts with its frame pointer.
                unsafe { self.chain((exit.wasm_sp as *const usize).read(), exit.stack_high) };
            }
            exit.host_sp = entry.outer;
            exit.wasm_sp = entry.base;
            // SAFETY: linked changes of stacks are live.
            let switch = switches.next_if(|&switch| unsafe { (*switch).is_inside(ctx, entry) });
            if let Some(switch) = switch {
                // SAFETY: as above.
                let outside = unsafe { (*switch).outside };
                (exit.wasm_sp, exit.stack_high) = (outside.wasm_sp(), outside.high());
            }
        }
    }
}

/// Where a store's activation has left wasm.
struct Exit {
    ctx: *const StoreContext,
    wasm_sp: usize,
    host_sp: usize,
    stack_high: usize,
}

impl Exit {
    /// That of the innermost one.
    unsafe fn of(ctx: *const StoreContext) -> Self {
        // SAFETY: the caller's: a live context.
        let context = unsafe { &*ctx };
        Self {
            ctx,
            wasm_sp: context.wasm_sp,
            host_sp: context.host_sp,
            stack_high: context.stack_high,
        }
    }
}
