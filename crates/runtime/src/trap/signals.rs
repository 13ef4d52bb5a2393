//! Faults of the machine as traps, and a signal as a kick.
//!
//! Handlers run on a stack of their own, take no locks and allocate nothing: they read the thread's list of
//! activations, the code memory's bitmap and the stubs' table, and change the registers that the
//! interrupted thread goes on with. Whatever is not wasm's goes to the handler that was there before.

use std::cell::RefCell;
use std::mem::MaybeUninit;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Mutex, Once};

use libc::{c_int, c_void, siginfo_t, ucontext_t};
use rustix::mm::{self, MapFlags, MprotectFlags, ProtFlags};
use weft_abi::TrapKind;
use weft_abi::layout::{StoreContext, pending};

use super::activation::{activations, guarded_by, running_on};
use crate::code_memory::{self, CodeKind};
use crate::stubs::StubTable;

/// Bytes of the stack for signals of each thread that enters wasm.
const SIGNAL_STACK: usize = 64 << 10;
/// When the kernel cannot push a signal's frame, the stack pointer is at most this far above the guard.
const FRAME_ROOM: usize = 64 << 10;
/// `siginfo_t::si_code` of a signal that the kernel made up.
const SI_KERNEL: c_int = 0x80;

const FAULTS: [c_int; 4] = [libc::SIGSEGV, libc::SIGBUS, libc::SIGILL, libc::SIGFPE];

/// The handlers that were installed before ours, by signal number.
static mut PREVIOUS: [MaybeUninit<libc::sigaction>; 65] = [MaybeUninit::zeroed(); 65];
/// The signal that interrupts wasm.
static KICK: AtomicI32 = AtomicI32::new(libc::SIGURG);
static INSTALLED: Mutex<bool> = Mutex::new(false);

/// The signals that can be chosen for interruption have been used already.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct KickSignal(());

impl std::fmt::Display for KickSignal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the interruption signal must be a valid signal, chosen before any wasm runs")
    }
}

impl std::error::Error for KickSignal {}

/// Chooses the signal that interrupts threads in wasm; `SIGURG` otherwise, which is ignored by default.
///
/// # Errors
/// When wasm has run already, or `signal` is one that faults use or that does not exist.
pub fn set_kick_signal(signal: c_int) -> Result<(), KickSignal> {
    let installed = INSTALLED
        .lock()
        .unwrap_or_else(|poison| poison.into_inner());
    if *installed || FAULTS.contains(&signal) || !(1..=64).contains(&signal) {
        return Err(KickSignal(()));
    }
    KICK.store(signal, Ordering::Relaxed);
    Ok(())
}

/// Interrupts the thread with kernel id `thread`, if there is one.
pub(crate) fn kick_thread(thread: u32) {
    // SAFETY: a number that is no thread of ours (any more) is an error without effect, and our handler
    // ignores a signal that finds nothing pending.
    unsafe {
        libc::syscall(
            libc::SYS_tgkill,
            libc::getpid(),
            thread as c_int,
            KICK.load(Ordering::Relaxed),
        );
    }
}

/// Installs the handlers, and gives the calling thread a stack for them.
pub(super) fn prepare_thread() {
    static ONCE: Once = Once::new();
    ONCE.call_once(install);
    SIGNAL_STACKS.with(|stack| {
        let mut stack = stack.borrow_mut();
        if stack.is_none() {
            *stack = SignalStack::install();
        }
    });
}

fn install() {
    let mut installed = INSTALLED
        .lock()
        .unwrap_or_else(|poison| poison.into_inner());
    *installed = true;
    for signal in FAULTS {
        // SAFETY: the handler obeys the rules for handlers; a fault may come inside a handler that was there before.
        unsafe { install_one(signal, on_fault, libc::SA_NODEFER) };
    }
    // SAFETY: as above.
    unsafe { install_one(KICK.load(Ordering::Relaxed), on_kick, libc::SA_RESTART) };
}

type Handler = unsafe extern "C" fn(c_int, *mut siginfo_t, *mut c_void);

unsafe fn install_one(signal: c_int, handler: Handler, flags: c_int) {
    // SAFETY: plain data; the previous handler is stored before ours can run, and by this thread alone.
    unsafe {
        let previous = &raw mut PREVIOUS[signal as usize];
        let mut action: libc::sigaction = std::mem::zeroed();
        libc::sigaction(signal, std::ptr::null(), (*previous).as_mut_ptr());
        action.sa_sigaction = handler as usize;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | flags;
        libc::sigemptyset(&mut action.sa_mask);
        let done = libc::sigaction(signal, &action, null_mut());
        assert_eq!(done, 0, "cannot install a handler for signal {signal}");
    }
}

/// Does what would have been done with the signal without us.
unsafe fn chain(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    // SAFETY: written before the handler was installed, constant since.
    let previous = unsafe { (&raw const PREVIOUS[signal as usize]).read().assume_init() };
    match previous.sa_sigaction {
        libc::SIG_IGN => {}
        // The fault comes again when we return, and ends the process as it should.
        // SAFETY: sigaction may be called in a handler.
        libc::SIG_DFL if FAULTS.contains(&signal) => unsafe {
            libc::sigaction(signal, &previous, null_mut());
        },
        libc::SIG_DFL => {}
        handler if previous.sa_flags & libc::SA_SIGINFO != 0 => {
            // SAFETY: the flag says that it is of this type.
            let handler: Handler = unsafe { std::mem::transmute(handler) };
            // SAFETY: called as the kernel would have.
            unsafe { handler(signal, info, context) };
        }
        handler => {
            // SAFETY: without the flag it is of this type.
            let handler: extern "C" fn(c_int) = unsafe { std::mem::transmute(handler) };
            handler(signal);
        }
    }
}

/// The registers of an interrupted thread.
struct Registers<'a>(&'a mut [libc::greg_t; 23]);

impl Registers<'_> {
    unsafe fn of<'a>(context: *mut c_void) -> Registers<'a> {
        // SAFETY: the kernel passes a ucontext_t to SA_SIGINFO handlers.
        Registers(unsafe { &mut (*context.cast::<ucontext_t>()).uc_mcontext.gregs })
    }

    fn pc(&self) -> usize {
        self.0[libc::REG_RIP as usize] as usize
    }

    fn sp(&self) -> usize {
        self.0[libc::REG_RSP as usize] as usize
    }

    fn fp(&self) -> usize {
        self.0[libc::REG_RBP as usize] as usize
    }

    fn go_to(&mut self, pc: usize) {
        self.0[libc::REG_RIP as usize] = pc as libc::greg_t;
    }

    /// Ends the innermost activation of `ctx` with `kind`.
    unsafe fn land(&mut self, ctx: *mut StoreContext, kind: TrapKind, address: usize) {
        // SAFETY: the thread, which is stopped here, owns the context, and it is active.
        let ctx = unsafe { &mut *ctx };
        let stack = ctx.guard_high..ctx.stack_high;
        ctx.trap = kind as u32;
        ctx.trap_pc = self.pc();
        ctx.trap_address = address;
        ctx.trap_fp = if stack.contains(&self.fp()) {
            self.fp()
        } else {
            0
        };
        ctx.trap_stack = ctx.stack_high;
        // SAFETY: the stack pointer was in use.
        ctx.trap_return = unsafe { frameless_return(self.pc(), self.sp(), stack) };
        self.0[libc::REG_RSP as usize] = ctx.host_sp as libc::greg_t;
        self.go_to(StubTable::get().landing);
    }
}

/// The return address of the code at `pc`, if its frame is not built yet or undone already; else 0.
unsafe fn frameless_return(pc: usize, sp: usize, stack: std::ops::Range<usize>) -> usize {
    // SAFETY: `pc` is running.
    let slot = match unsafe { return_slot(pc) } {
        Some(slot) => sp + 8 * slot,
        None => return 0,
    };
    if !slot.is_multiple_of(8) || !stack.contains(&slot) {
        return 0;
    }
    // SAFETY: on the stack.
    unsafe { (slot as *const usize).read() }
}

/// How many words above the stack pointer the return address is, where the frame pointer is still the caller's.
unsafe fn return_slot(pc: usize) -> Option<usize> {
    if let Some(start) = StubTable::get().frame_start(pc) {
        return Some((pc != start) as usize);
    }
    // SAFETY: `pc` is running, so its code is live.
    let meta = unsafe { code_memory::lookup(pc)? };
    if meta.kind == CodeKind::Stub {
        return Some(code_memory::Plt::pushed(pc - meta.start));
    }
    // SAFETY: code is readable.
    let opcode = unsafe { (pc as *const u8).read() };
    match pc - meta.start {
        0 => Some(0),
        1..4 => Some(1),
        _ if matches!(opcode, 0xc3 | 0xc2) => Some(0),
        _ => None,
    }
}

unsafe extern "C" fn on_fault(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    // SAFETY: the kernel's arguments are passed on as they are.
    unsafe {
        if !try_trap(info, context) {
            chain(signal, info, context);
        }
    }
}

/// Whether the fault was wasm's, and is a trap now.
unsafe fn try_trap(info: *mut siginfo_t, context: *mut c_void) -> bool {
    if activations().next().is_none() {
        return false;
    }
    // SAFETY: the kernel's arguments.
    let (mut registers, code, address) = unsafe {
        let info = &*info;
        (
            Registers::of(context),
            info.si_code,
            info.si_addr() as usize,
        )
    };
    let pc = registers.pc();
    let in_code = code_memory::contains(pc);
    if !in_code && !StubTable::get().contains(pc) {
        return false;
    }
    let exhausted = match guarded_by(address) {
        // SAFETY: contexts of activations are live.
        ctx if ctx.is_null() && unsafe { no_room_for_signal(code, address, registers.sp()) } => {
            running_on(registers.sp())
        }
        ctx => ctx,
    };
    if !exhausted.is_null() {
        // SAFETY: it is active, and running as it touched its guard.
        unsafe { registers.land(exhausted, TrapKind::StackExhausted, address) };
        return true;
    }
    let ctx = running_on(registers.sp());
    if !in_code || ctx.is_null() {
        return false;
    }
    // SAFETY: `pc` is running, so its code is live.
    match unsafe { code_memory::lookup(pc) }.and_then(|meta| meta.trap(pc)) {
        // SAFETY: it is active, and running on its stack.
        Some(kind) => unsafe { registers.land(ctx, kind, address) },
        None => die(pc),
    }
    true
}

/// Whether the kernel could not push a signal's frame onto the wasm stack at `sp`, for a handler
/// of someone else's that does not use the signal stack.
unsafe fn no_room_for_signal(code: c_int, address: usize, sp: usize) -> bool {
    let ctx = running_on(sp);
    // SAFETY: contexts of activations are live.
    code == SI_KERNEL
        && address == 0
        && !ctx.is_null()
        && unsafe { sp < (*ctx).guard_high + FRAME_ROOM }
}

/// A fault in compiled code that no table knows is a bug of the compiler: nothing can be trusted any more.
fn die(pc: usize) {
    let mut message =
        *b"weft: unexpected fault in compiled code at 0x................; this is a bug\n";
    let start = message.iter().position(|&byte| byte == b'.').unwrap_or(0);
    for (digit, byte) in message[start..start + 16].iter_mut().enumerate() {
        *byte = b"0123456789abcdef"[pc >> (60 - 4 * digit) & 15];
    }
    // SAFETY: write and abort may be called in a handler.
    unsafe {
        libc::write(2, message.as_ptr().cast(), message.len());
        libc::abort();
    }
}

unsafe extern "C" fn on_kick(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    // SAFETY: the kernel's arguments are passed on as they are.
    unsafe {
        kick(context);
        chain(signal, info, context);
    }
}

/// Interrupts wasm code if an interruption is pending.
///
/// Between a stub's check and wasm, the check is done again; elsewhere in stubs and in host code
/// the check comes later by itself.
///
/// # Safety
/// `context` holds the registers of this thread, which is stopped.
pub(super) unsafe fn kick(context: *mut c_void) {
    // SAFETY: as the caller promises.
    let mut registers = unsafe { Registers::of(context) };
    if let Some(check) = StubTable::get().window(registers.pc()) {
        return registers.go_to(check);
    }
    if !code_memory::contains(registers.pc()) {
        return;
    }
    let ctx = running_on(registers.sp());
    // SAFETY: contexts of activations are live.
    if !ctx.is_null() && unsafe { claim(ctx) } {
        // SAFETY: it is active, and running on its stack.
        unsafe { registers.land(ctx, TrapKind::Interrupted, 0) };
    }
}

/// Whether `ctx` is to end: it was asked to, or a store whose host function it runs in was.
///
/// What was asked of `ctx` is done with that; the others find theirs when their host function returns.
unsafe fn claim(ctx: *mut StoreContext) -> bool {
    // SAFETY: contexts of activations are live.
    unsafe {
        let own = (*ctx)
            .pending
            .fetch_and(!pending::INTERRUPT, Ordering::Relaxed);
        let asked =
            |ctx: &StoreContext| ctx.pending.load(Ordering::Relaxed) & pending::INTERRUPT != 0;
        own & pending::INTERRUPT != 0 || activations().any(|outer| asked(&*(*outer).ctx))
    }
}

thread_local! {
    static SIGNAL_STACKS: RefCell<Option<SignalStack>> = const { RefCell::new(None) };
}

/// A thread's stack for signals, with a guard page.
struct SignalStack {
    base: *mut c_void,
}

const PAGE: usize = 4096;

impl SignalStack {
    /// Installs one, unless the thread has one as large or there is no memory. Without it a thread that overflows its
    /// stack ends the process.
    fn install() -> Option<Self> {
        // SAFETY: plain data.
        let mut old: libc::stack_t = unsafe { std::mem::zeroed() };
        // SAFETY: asks only.
        unsafe { libc::sigaltstack(std::ptr::null(), &mut old) };
        if old.ss_flags & libc::SS_DISABLE == 0 && old.ss_size >= SIGNAL_STACK {
            return None;
        }
        let stack = Self {
            base: map_signal_stack().ok()?,
        };
        let new = libc::stack_t {
            ss_sp: stack.start(),
            ss_flags: 0,
            ss_size: SIGNAL_STACK,
        };
        // SAFETY: the memory lives until the thread ends.
        let done = unsafe { libc::sigaltstack(&new, null_mut()) };
        assert_eq!(done, 0, "cannot install a signal stack");
        Some(stack)
    }

    fn start(&self) -> *mut c_void {
        self.base.wrapping_byte_add(PAGE)
    }
}

fn map_signal_stack() -> rustix::io::Result<*mut c_void> {
    // SAFETY: a fresh mapping.
    unsafe {
        let base = mm::mmap_anonymous(
            null_mut(),
            SIGNAL_STACK + PAGE,
            ProtFlags::READ | ProtFlags::WRITE,
            MapFlags::PRIVATE | MapFlags::NORESERVE,
        )?;
        mm::mprotect(base, PAGE, MprotectFlags::empty())?;
        Ok(base)
    }
}

impl Drop for SignalStack {
    fn drop(&mut self) {
        // SAFETY: it is unmapped only once the kernel does not use it any more.
        unsafe {
            let mut current: libc::stack_t = std::mem::zeroed();
            libc::sigaltstack(std::ptr::null(), &mut current);
            if current.ss_sp == self.start() {
                current.ss_flags = libc::SS_DISABLE;
                libc::sigaltstack(&current, null_mut());
            }
            // An error leaves a mapping behind, which harms nobody.
            let _ = mm::munmap(self.base, SIGNAL_STACK + PAGE);
        }
    }
}
