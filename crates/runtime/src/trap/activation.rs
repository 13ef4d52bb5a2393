//! What is active on a thread: a list of entries into wasm, innermost first.
//!
//! An entry links itself on the host's stack. Signal handlers and backtraces start from the list,
//! so that several stores can be active on one thread and each can be entered again from its own host functions.

use std::cell::Cell;
use std::ptr::{null, null_mut};
use std::sync::atomic::{Ordering, fence};

use weft_abi::layout::{StoreContext, VMContext};

use crate::stacks::{HOST_RESERVE, StackFields, WasmStack, host_stack_bounds};
use crate::stubs::{self, RegisterFile, SUSPENDED};

/// An entry into wasm that has not been left.
#[derive(Debug)]
pub(crate) struct Activation {
    pub(crate) ctx: *mut StoreContext,
    pub(crate) previous: *const Activation,
    /// Where it began on its stack. Elsewhere than the context's `wasm_sp`, it has called the host.
    pub(crate) base: usize,
    /// Where the same store's activation outside this one left wasm, if there is one.
    pub(crate) outer_wasm_sp: usize,
    /// One past the stack it runs on.
    pub(crate) stack_high: usize,
    suspendable: bool,
}

/// What an entry needs to know of its thread. Never dropped, hence readable in signal handlers.
struct Thread {
    current: Cell<*const Activation>,
    /// The kernel's id; `u32::MAX` before the first entry.
    id: Cell<u32>,
    stack_low: Cell<usize>,
    stack_size: Cell<usize>,
    /// For the next entry: the stack pointer outside when it gets a stack of its own, else 0.
    outside: Cell<usize>,
}

thread_local! {
    static THREAD: Thread = const {
        Thread {
            current: Cell::new(null()),
            id: Cell::new(u32::MAX),
            stack_low: Cell::new(0),
            stack_size: Cell::new(0),
            outside: Cell::new(0),
        }
    };
}

impl Thread {
    #[inline]
    fn owns(&self, address: usize) -> bool {
        address.wrapping_sub(self.stack_low.get()) < self.stack_size.get()
    }

    /// Learns the thread's stack and gives it a stack for signals.
    #[cold]
    fn prepare(&self) {
        let (low, high) = host_stack_bounds().unwrap_or((0, 0));
        self.stack_low.set(low);
        self.stack_size.set(high - low);
        // SAFETY: gettid has no preconditions.
        self.id.set(unsafe { libc::gettid() } as u32);
        super::signals::prepare_thread();
    }

    /// Makes this the thread that `ctx` runs on.
    #[cold]
    #[inline(never)]
    unsafe fn attach(&self, ctx: *mut StoreContext, here: usize) {
        if self.id.get() == u32::MAX {
            self.prepare();
        }
        // On a stack that is not the thread's own, of a coroutine say, the limit is unknown.
        let limit = match self.owns(here) {
            true => self.stack_low.get() + HOST_RESERVE,
            false => 0,
        };
        // SAFETY: the caller owns the context.
        unsafe {
            (*ctx).host_limit = limit;
            (*ctx).thread.store(self.id.get(), Ordering::Relaxed);
        }
        // Whoever sets `pending` before this and reads the old thread is seen by the stub's check.
        fence(Ordering::SeqCst);
    }
}

/// Runs `stub`, an entry stub for `ctx`, as an activation of this thread.
///
/// # Safety
/// `ctx` is a context with a stack, used by this thread alone.
#[inline]
pub(crate) unsafe fn enter(ctx: *mut StoreContext, stub: impl FnOnce() -> u32) -> u32 {
    THREAD.with(|thread| {
        // SAFETY: the context is ours.
        let context = unsafe { &*ctx };
        let (owner, limit) = (context.thread.load(Ordering::Relaxed), context.host_limit);
        let (base, outside) = (context.wasm_sp, thread.outside.replace(0));
        let activation = Activation {
            ctx,
            previous: thread.current.get(),
            base,
            outer_wasm_sp: if outside == 0 { base } else { outside },
            stack_high: context.stack_high,
            suspendable: outside != 0,
        };
        let here = &raw const activation as usize;
        if owner != thread.id.get() || !thread.owns(here) || limit == 0 {
            // SAFETY: the context is ours.
            unsafe { thread.attach(ctx, here) };
        }
        thread.current.set(&raw const activation);
        let code = stub();
        thread.current.set(activation.previous);
        code
    })
}

/// Bounds of the calling thread's own stack, remembered.
pub(crate) fn host_stack() -> Option<(usize, usize)> {
    THREAD.with(|thread| {
        if thread.id.get() == u32::MAX {
            return host_stack_bounds();
        }
        let low = thread.stack_low.get();
        (low != 0).then(|| (low, low + thread.stack_size.get()))
    })
}

/// The calling thread's activations, innermost first. Safe to call in a signal handler.
pub(crate) fn activations() -> impl Iterator<Item = *const Activation> {
    let first = THREAD.with(|thread| thread.current.get());
    let some = |activation: *const Activation| (!activation.is_null()).then_some(activation);
    std::iter::successors(some(first), move |&activation| {
        // SAFETY: linked activations are live frames of this thread.
        some(unsafe { (*activation).previous })
    })
}

/// Whether the running host function of `ctx` may suspend: its activation is the thread's innermost and
/// was entered by [`enter_suspendable`].
///
/// # Safety
/// `ctx` is live and belongs to this thread.
pub unsafe fn can_suspend(ctx: *const StoreContext) -> bool {
    activations().next().is_some_and(|activation| {
        // SAFETY: linked activations are live.
        unsafe { (*activation).ctx.cast_const() == ctx && (*activation).suspendable }
    })
}

/// A suspended call: the stack it lies on and where it continues.
///
/// Dropping it gives up the call: nothing on the stack is run any more.
#[derive(Debug)]
pub struct Suspended {
    stack: WasmStack,
    sp: usize,
}

impl Suspended {
    /// Ends the call and gives back its stack.
    pub fn into_stack(self) -> WasmStack {
        self.stack
    }
}

/// How a suspendable call went on.
#[derive(Debug)]
pub enum Outcome {
    /// It returned (0) or trapped, with the entry stub's code; the stack is free again.
    Done(u32, WasmStack),
    /// A host function suspended it.
    Suspended(Suspended),
}

/// Calls wasm code on a stack of its own, so that host functions can suspend it.
///
/// # Safety
/// As for [`stubs::enter`].
pub unsafe fn enter_suspendable(
    ctx: *mut StoreContext,
    stack: WasmStack,
    vmctx: *mut VMContext,
    code: *const u8,
    regs: *mut RegisterFile,
) -> Outcome {
    // SAFETY: as the caller promises.
    unsafe { run_on(ctx, stack, || stubs::enter(ctx, vmctx, code, regs)) }
}

/// Continues a suspended call. `regs` holds the results of the host call that suspended it, and
/// those of the whole call when it is done with code 0.
///
/// # Safety
/// `ctx` is the context that suspended it, used by this thread alone.
pub unsafe fn resume_suspendable(
    ctx: *mut StoreContext,
    suspended: Suspended,
    regs: *mut RegisterFile,
) -> Outcome {
    let Suspended { stack, sp } = suspended;
    // SAFETY: as the caller promises.
    unsafe { run_on(ctx, stack, || stubs::resume(ctx, sp, regs)) }
}

unsafe fn run_on(ctx: *mut StoreContext, stack: WasmStack, call: impl FnOnce() -> u32) -> Outcome {
    // SAFETY: the context is ours while no wasm of it runs.
    let outside: StackFields = stack.install(unsafe { &mut *ctx });
    THREAD.with(|thread| thread.outside.set(outside.wasm_sp()));
    let code = call();
    // SAFETY: as above.
    let ctx = unsafe { &mut *ctx };
    outside.swap(ctx);
    match code {
        SUSPENDED => Outcome::Suspended(Suspended {
            stack,
            sp: std::mem::take(&mut ctx.suspended),
        }),
        code => Outcome::Done(code, stack),
    }
}

/// The context whose stack `sp` is on, among the thread's activations; null if none.
///
/// Its guard counts as its stack. Safe to call in a signal handler.
pub(crate) fn running_on(sp: usize) -> *mut StoreContext {
    find(|ctx| (ctx.guard_low..=ctx.stack_high).contains(&sp))
}

/// The context with this address in its guard, among the thread's activations; null if none.
pub(crate) fn guarded_by(address: usize) -> *mut StoreContext {
    find(|ctx| (ctx.guard_low..ctx.guard_high).contains(&address))
}

fn find(test: impl Fn(&StoreContext) -> bool) -> *mut StoreContext {
    activations()
        // SAFETY: linked activations and their contexts are live.
        .map(|activation| unsafe { (*activation).ctx })
        // SAFETY: as above.
        .find(|&ctx| test(unsafe { &*ctx }))
        .unwrap_or(null_mut())
}
