//! Walking the frames of wasm code.
//!
//! Every compiled function keeps a frame pointer, so frames are a chain from where wasm was left up to its entry
//! stub; from there the walk goes on with the activation outside. Between a function's entry and its frame, and
//! after its frame is gone, the signal handler has noted the return address apart.

use smallvec::SmallVec;
use weft_abi::CodePosition;
use weft_abi::layout::StoreContext;

use super::activation::{EntryFrame, SuspendedPlace, activations, switches};
use crate::code_memory::{self, CodeKind, FunctionMeta};
use crate::store::StoreInner;

/// One call of a wasm function.
#[derive(Copy, Clone, Debug)]
pub struct Frame {
    /// The instruction that runs: for a call, its last byte.
    pub pc: usize,
    /// The function.
    pub meta: &'static FunctionMeta,
}

impl Frame {
    /// Where in the module the instruction that runs came from: see [`FunctionMeta::positions`].
    pub fn positions(&self) -> &'static [CodePosition] {
        self.meta.positions((self.pc - self.meta.start) as u32)
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

/// Calls `visit` with every frame of wasm of `store`, active or suspended, and its frame pointer.
///
/// # Safety
/// Called from host code of the store's thread. The frames' code is alive.
pub(crate) unsafe fn for_each_frame(store: &StoreInner, visit: &mut dyn FnMut(Frame, usize)) {
    // SAFETY: as the caller promises.
    unsafe {
        for_each_chain(&mut |ctx, fp, high| {
            if ctx == store.context().cast_const() {
                follow(fp, high, &mut |frame, fp| {
                    visit(frame, fp);
                    true
                });
            }
            true
        });
        for place in store.suspended().places() {
            for_each_suspended_frame(&place, visit);
        }
    }
}

/// Calls `visit` with every frame of a suspended call, and its frame pointer.
///
/// # Safety
/// The call is suspended, and the frames' code is alive.
pub(crate) unsafe fn for_each_suspended_frame(
    place: &SuspendedPlace,
    visit: &mut dyn FnMut(Frame, usize),
) {
    // SAFETY: the caller's; the frame pointer that was saved begins the chain.
    unsafe {
        follow(place.sp + SUSPENDED_FRAME, place.high, &mut |frame, fp| {
            visit(frame, fp);
            true
        });
    }
}

/// Bytes from a suspended call's stack pointer to the frame pointer that it saved: above five other registers.
pub(super) const SUSPENDED_FRAME: usize = 5 * size_of::<usize>();

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
        // SAFETY: as the caller promises.
        match unsafe { function_at(pc) } {
            Some(frame) => {
                if self.frames.len() < self.limit {
                    self.frames.push(frame);
                }
                true
            }
            None => false,
        }
    }

    /// Follows frame pointers from `fp` to the entry stub, on a stack that ends at `high`.
    unsafe fn chain(&mut self, fp: usize, high: usize) {
        if self.frames.len() == self.limit {
            return;
        }
        // SAFETY: as the caller promises.
        unsafe {
            follow(fp, high, &mut |frame, _| {
                self.frames.push(frame);
                self.frames.len() < self.limit
            });
        }
    }

    /// Follows every activation from where it left wasm.
    unsafe fn active(&mut self) {
        // SAFETY: as the caller promises.
        unsafe {
            for_each_chain(&mut |_, fp, high| {
                self.chain(fp, high);
                self.frames.len() < self.limit
            });
        }
    }
}

/// The function at `pc`, if there is one.
///
/// # Safety
/// The code there is alive.
unsafe fn function_at(pc: usize) -> Option<Frame> {
    // SAFETY: as the caller promises.
    let meta = unsafe { code_memory::lookup(pc) }?;
    (meta.kind == CodeKind::Function).then_some(Frame { pc, meta })
}

/// Calls `visit` with the frames of a chain, each with its own frame pointer, until it returns false. `fp` is that of the frame
/// below the first, on a stack that ends at `high`.
///
/// # Safety
/// `fp` is on the stack, in a chain of frame pointers that leads to an entry stub; the frames' code is alive.
unsafe fn follow(mut fp: usize, high: usize, visit: &mut dyn FnMut(Frame, usize) -> bool) {
    while fp != 0 && fp.is_multiple_of(8) && fp < high.saturating_sub(8) {
        // SAFETY: on the stack, above the frame it came from.
        let [outer, back] = unsafe { (fp as *const [usize; 2]).read() };
        // SAFETY: as the caller promises. The first address that is not a function's is the entry stub's.
        let Some(frame) = (unsafe { function_at(back.wrapping_sub(1)) }) else {
            return;
        };
        if !visit(frame, outer) || outer <= fp {
            return;
        }
        fp = outer;
    }
}

/// Calls `visit` with each activation's context, the frame pointer where it left wasm, and the end of its stack, innermost first, until it
/// returns false.
///
/// # Safety
/// Called from host code.
unsafe fn for_each_chain(visit: &mut dyn FnMut(*const StoreContext, usize, usize) -> bool) {
    let mut exits: SmallVec<[Exit; 4]> = SmallVec::new();
    let mut switches = switches().peekable();
    for activation in activations() {
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
            let fp = unsafe { (exit.wasm_sp as *const usize).read() };
            if !visit(ctx, fp, exit.stack_high) {
                return;
            }
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
