//! What is active on a thread: a list of entries into wasm, innermost first.
//!
//! An entry links itself on the host's stack. Signal handlers and backtraces start from the list,
//! so that several stores can be active on one thread and each can be entered again from its own host functions.

use std::cell::{Cell, RefCell};
use std::ptr::{null, null_mut};
use std::sync::atomic::{Ordering, fence};
use std::sync::{Arc, Weak};

use smallvec::SmallVec;
use weft_abi::layout::{StoreContext, VMContext, VMHostContext};

use crate::stacks::{HOST_RESERVE, StackFields, WasmStack, host_stack_bounds};
use crate::store::StoreInner;
use crate::stubs::{self, RegisterFile, SUSPENDED};
use crate::trap::backtrace::SUSPENDED_FRAME;
use crate::trap::throw::{Thrown, throw_from};

/// An entry into wasm that has not been left.
///
/// Where it began and where the activation outside is says its entry frame, at the context's `host_sp`.
#[derive(Debug)]
pub(crate) struct Activation {
    pub(crate) ctx: *mut StoreContext,
    previous: *const Activation,
}

/// A change of stacks: activations inside run on another one than those outside.
#[derive(Debug)]
pub(crate) struct Switch {
    ctx: *mut StoreContext,
    /// Where the stack inside begins.
    base: usize,
    /// The entry frame outside.
    host_sp: usize,
    pub(crate) outside: StackFields,
    previous: *const Switch,
}

impl Switch {
    /// Whether `entry`, a frame of `ctx`, is the first on the stack inside.
    pub(crate) fn is_inside(&self, ctx: *const StoreContext, entry: EntryFrame) -> bool {
        self.ctx.cast_const() == ctx && self.base == entry.base && self.host_sp == entry.outer
    }
}

/// The start of an entry frame, as the stubs build it.
#[derive(Copy, Clone, Debug)]
#[repr(C)]
pub(crate) struct EntryFrame {
    /// Where the activation began on its stack: the context's `wasm_sp` outside.
    pub(crate) base: usize,
    /// The entry frame of the same store's activation outside, or 0.
    pub(crate) outer: usize,
}

impl EntryFrame {
    /// Reads the frame at `host_sp`.
    ///
    /// # Safety
    /// It is the `host_sp` of an active context.
    pub(crate) unsafe fn at(host_sp: usize) -> Self {
        // SAFETY: as the caller promises.
        unsafe { (host_sp as *const Self).read() }
    }
}

/// What an entry needs to know of its thread. Never dropped, hence readable in signal handlers.
struct Thread {
    current: Cell<*const Activation>,
    switch: Cell<*const Switch>,
    /// The kernel's id; `u32::MAX` before the first entry.
    id: Cell<u32>,
    stack_low: Cell<usize>,
    stack_high: Cell<usize>,
}

thread_local! {
    static THREAD: Thread = const {
        Thread {
            current: Cell::new(null()),
            switch: Cell::new(null()),
            id: Cell::new(u32::MAX),
            stack_low: Cell::new(0),
            stack_high: Cell::new(0),
        }
    };
}

impl Thread {
    /// Learns the thread's stack and gives it a stack for signals.
    #[cold]
    fn prepare(&self) {
        let (low, high) = host_stack_bounds().unwrap_or((0, 0));
        self.stack_low.set(low);
        self.stack_high.set(high);
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
        let limit = self.stack_low.get() + HOST_RESERVE;
        let high = self.stack_high.get();
        // On a stack that is not the thread's own, of a coroutine say, the limit is not known.
        let (limit, span) = match (self.stack_low.get()..high).contains(&here) {
            true => (limit, high.saturating_sub(limit)),
            false => (0, 0),
        };
        // SAFETY: the caller owns the context.
        unsafe {
            (*ctx).host_limit = limit;
            (*ctx).host_span = span;
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
        let activation = Activation {
            ctx,
            previous: thread.current.get(),
        };
        let here = &raw const activation as usize;
        // SAFETY: the context is ours.
        let context = unsafe { &*ctx };
        let known = context.thread.load(Ordering::Relaxed) == thread.id.get()
            && here.wrapping_sub(context.host_limit) < context.host_span;
        if !known {
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
    THREAD.with(|thread| match thread.stack_low.get() {
        0 => host_stack_bounds(),
        low => Some((low, thread.stack_high.get())),
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

/// The calling thread's changes of stacks, innermost first.
pub(crate) fn switches() -> impl Iterator<Item = *const Switch> {
    let first = THREAD.with(|thread| thread.switch.get());
    let some = |switch: *const Switch| (!switch.is_null()).then_some(switch);
    std::iter::successors(some(first), move |&switch| {
        // SAFETY: linked changes are live frames of this thread.
        some(unsafe { (*switch).previous })
    })
}

/// Whether the running host function of `ctx` may suspend: its activation is the thread's innermost and
/// was entered by [`enter_suspendable`].
///
/// # Safety
/// `ctx` is live, belongs to this thread, and is running a host function.
pub unsafe fn can_suspend(ctx: *const StoreContext) -> bool {
    // SAFETY: linked activations are live.
    let running = |activation: *const Activation| unsafe { (*activation).ctx.cast_const() == ctx };
    activations().next().is_some_and(running)
        // SAFETY: the context is active, and linked changes are live.
        && switches().next().is_some_and(|switch| unsafe {
            (*switch).is_inside(ctx, EntryFrame::at((*ctx).host_sp))
        })
}

/// Whether a call of `ctx` that was entered by [`enter_suspendable`] is under way on this thread.
pub fn is_in_suspendable(ctx: *const StoreContext) -> bool {
    // SAFETY: linked changes are live.
    switches().any(|switch| unsafe { (*switch).ctx.cast_const() == ctx })
}

/// A suspended call: the stack it lies on and where it continues.
///
/// Dropping it gives up the call: nothing on the stack is run any more.
#[derive(Debug)]
pub struct Suspended {
    stack: WasmStack,
    sp: usize,
    /// Lets the collector find it. `None` for a context without a store.
    place: Option<Arc<SuspendedPlace>>,
}

/// Where a suspended call lies.
#[derive(Copy, Clone, Debug)]
pub(crate) struct SuspendedPlace {
    /// Its stack pointer.
    pub(crate) sp: usize,
    /// One past the highest address of its stack.
    pub(crate) high: usize,
    /// The context of the host function that has suspended it: an address, since it goes where the store goes.
    pub(crate) host: usize,
    /// How many instances the store had made by then.
    pub(crate) instances: u64,
}

/// The suspended calls of a store.
#[derive(Debug, Default)]
pub(crate) struct SuspendedCalls {
    calls: RefCell<Vec<Weak<SuspendedPlace>>>,
    /// The context of the host function that suspends the running call.
    host: Cell<usize>,
    /// How many were left when those that are over were last taken out.
    living: Cell<usize>,
}

/// So many calls of a store can be suspended at a time: each has a stack of its own, and a process has few mappings.
const MOST_SUSPENDED: usize = 10_000;

impl SuspendedCalls {
    fn add(&self, place: SuspendedPlace) -> Arc<SuspendedPlace> {
        const FEW: usize = 16;
        if self.calls.borrow().len() >= FEW.max(2 * self.living.get()) {
            self.sweep();
        }
        let place = Arc::new(place);
        self.calls.borrow_mut().push(Arc::downgrade(&place));
        place
    }

    /// Takes out those that are over.
    fn sweep(&self) {
        let mut calls = self.calls.borrow_mut();
        calls.retain(|call| call.strong_count() > 0);
        self.living.set(calls.len());
    }

    /// Notes whose call will be suspended next.
    pub(super) fn set_host(&self, host: *mut VMHostContext) {
        self.host.set(host as usize);
    }

    /// Whether there is room for one more.
    pub(crate) fn has_room(&self) -> bool {
        if self.calls.borrow().len() >= MOST_SUSPENDED {
            self.sweep();
        }
        self.calls.borrow().len() < MOST_SUSPENDED
    }

    /// Those that have neither been resumed nor given up.
    pub(crate) fn places(&self) -> SmallVec<[SuspendedPlace; 4]> {
        let calls = self.calls.borrow();
        calls
            .iter()
            .filter_map(|call| Some(*call.upgrade()?))
            .collect()
    }
}

impl Suspended {
    /// Where it lies.
    pub(crate) fn place(&self) -> Option<&SuspendedPlace> {
        self.place.as_deref()
    }

    /// Makes the host function that suspended it throw when it is resumed.
    ///
    /// # Safety
    /// `ctx` is the context that suspended it, and it is resumed next.
    pub(crate) unsafe fn throw(&self, ctx: *mut StoreContext, thrown: Thrown) {
        // SAFETY: the caller's. The frame pointer that was saved is right below the return address into wasm,
        // so that its place is like a frame's.
        unsafe { throw_from(ctx, self.sp + SUSPENDED_FRAME, thrown) };
    }

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
    let Suspended { stack, sp, .. } = suspended;
    // SAFETY: as the caller promises.
    unsafe { run_on(ctx, stack, || stubs::resume(ctx, sp, regs)) }
}

unsafe fn run_on(ctx: *mut StoreContext, stack: WasmStack, call: impl FnOnce() -> u32) -> Outcome {
    // SAFETY: the context is ours while no wasm of it runs.
    let context = unsafe { &mut *ctx };
    let outside = stack.install(context);
    let switch = Switch {
        ctx,
        base: context.wasm_sp,
        host_sp: context.host_sp,
        outside,
        previous: THREAD.with(|thread| thread.switch.get()),
    };
    THREAD.with(|thread| thread.switch.set(&raw const switch));
    let code = call();
    THREAD.with(|thread| thread.switch.set(switch.previous));
    // SAFETY: as above.
    let context = unsafe { &mut *ctx };
    outside.swap(context);
    match code {
        SUSPENDED => {
            let sp = std::mem::take(&mut context.suspended);
            let high = stack.high();
            // SAFETY: the context is its store's, which this thread uses alone; only tests have contexts without one.
            let place = (!context.store.is_null()).then(|| unsafe {
                let store = StoreInner::from_context(ctx);
                store.suspended().add(SuspendedPlace {
                    sp,
                    high,
                    host: store.suspended().host.take(),
                    instances: store.instances_made(),
                })
            });
            Outcome::Suspended(Suspended { stack, sp, place })
        }
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
