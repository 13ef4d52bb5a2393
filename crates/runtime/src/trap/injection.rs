//! Interrupts at every instruction.
//!
//! Signals sent at random hardly ever land in the few instructions between a stub's check and wasm.
//! So the processor single-steps through calls, and at one chosen instruction the test does what the
//! watchdog and its signal do; then the same for the next instruction, through whole calls.

use std::cell::Cell;
use std::ffi::c_void;
use std::sync::Once;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use weft_abi::layout::{StoreContext, VMHostContext, pending};
use weft_abi::{Handler, TrapKind};

use super::signals::kick;
use super::*;
use crate::stubs;
use crate::testing::{EPILOGUE, IDENTITY, LOOP, Machine, PROLOGUE, call};
use crate::watchdog::Interrupts;

const INTERRUPTED: u32 = TrapKind::Interrupted as u32;
const TRAP_FLAG: libc::greg_t = 0x100;

thread_local! {
    /// Instructions left until the interrupt, and of which store.
    static STEPS: Cell<(u64, *mut StoreContext)> = const { Cell::new((0, std::ptr::null_mut())) };
    static INJECTED: Cell<bool> = const { Cell::new(false) };
}

unsafe extern "C" fn on_step(_: libc::c_int, _: *mut libc::siginfo_t, context: *mut c_void) {
    let (left, ctx) = STEPS.get();
    // SAFETY: the kernel passes a ucontext_t; the context belongs to this thread.
    unsafe {
        let flags =
            &mut (*context.cast::<libc::ucontext_t>()).uc_mcontext.gregs[libc::REG_EFL as usize];
        if ctx.is_null() {
            *flags &= !TRAP_FLAG;
            return;
        }
        *flags |= TRAP_FLAG;
        if left == 0 {
            *flags &= !TRAP_FLAG;
            (*ctx)
                .pending
                .fetch_or(pending::INTERRUPT, Ordering::Relaxed);
            STEPS.set((0, std::ptr::null_mut()));
            INJECTED.set(true);
            kick(context);
        } else {
            STEPS.set((left - 1, ctx));
        }
    }
}

/// Calls `code` and interrupts it after `steps` instructions; whether that was before its end.
fn interrupt_after(machine: &mut Machine, code: *const u8, steps: u64) -> ((u32, u64), bool) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: installs a valid handler.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = on_step as *const () as usize;
            action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
            libc::sigaction(libc::SIGTRAP, &action, std::ptr::null_mut());
        }
    });
    STEPS.set((steps, &mut *machine.ctx));
    // SAFETY: the handler starts stepping.
    unsafe { libc::raise(libc::SIGTRAP) };
    let result = machine.run(code);
    // If still stepping, the handler ends it.
    STEPS.set((0, std::ptr::null_mut()));
    (result, INJECTED.replace(false))
}

/// Interrupts `code` at each of its instructions: every time it traps once, or it is past its last
/// check, has its result and leaves the flag.
fn at_every_instruction(machine: &mut Machine, code: *const u8, expected: u64) {
    let identity = machine.function(99, IDENTITY, &[]);
    // Learns the thread and fills the caches first: that code varies.
    assert_eq!(machine.run(code), (0, expected));
    let start = (machine.ctx.wasm_sp, machine.ctx.host_sp);
    let (mut trapped, mut finished) = (0, 0);
    for steps in 0.. {
        let (result, injected) = interrupt_after(machine, code, steps);
        let left = machine.pending().swap(0, Ordering::Relaxed);
        if !injected {
            assert_eq!((result, left), ((0, expected), 0));
            break;
        }
        match left {
            0 => {
                assert_eq!(result.0, INTERRUPTED, "step {steps}");
                trapped += 1;
            }
            _ => {
                assert_eq!(
                    (result, left),
                    ((0, expected), pending::INTERRUPT),
                    "step {steps}"
                );
                finished += 1;
            }
        }
        assert_eq!(
            (machine.ctx.wasm_sp, machine.ctx.host_sp),
            start,
            "step {steps}"
        );
        // SAFETY: nothing but reads of what the trap left.
        let frames = unsafe { capture_trap(&*machine.ctx, 10) };
        assert!(frames.iter().all(|frame| frame.meta.func < 10));
        assert_eq!(machine.call(identity, [steps, 0, 0, 0, 0]), (0, steps));
    }
    assert!(
        trapped > 20 && finished > 10,
        "{trapped} trapped, {finished} finished"
    );
}

unsafe extern "C" fn seven(_host: *mut VMHostContext) -> u64 {
    7
}

unsafe extern "C" fn seven_in_full(_host: *mut VMHostContext, frame: *mut stubs::ExitFrame) {
    // SAFETY: the stub passes a frame.
    unsafe { (*frame).ints[0] = 7 };
}

#[test]
fn a_host_call_is_interrupted_at_every_instruction() {
    let mut machine = Machine::new();
    let host = machine.host(seven as *const u8, 0, std::ptr::null_mut());
    let code = machine.caller(1, stubs::exit_direct(), host.cast(), &[]);
    at_every_instruction(&mut machine, code, 7);
}

#[test]
fn a_full_host_call_is_interrupted_at_every_instruction() {
    let mut machine = Machine::new();
    let host = machine.host(seven_in_full as *const u8, 0, std::ptr::null_mut());
    let code = machine.caller(1, stubs::exit_full(), host.cast(), &[]);
    at_every_instruction(&mut machine, code, 7);
}

#[test]
fn a_call_through_an_entry_is_interrupted_at_every_instruction() {
    let mut machine = Machine::new();
    let plt = crate::code_memory::Plt::new(&machine.arena, 3).unwrap();
    let host = machine.host(seven as *const u8, 0, std::ptr::null_mut());
    let inner = machine.caller(1, stubs::exit_direct(), host.cast(), &[]);
    plt.set(2, inner);
    let code = machine.caller(2, plt.stub(2), std::ptr::null(), &[]);
    at_every_instruction(&mut machine, code, 7);
}

#[test]
fn a_throw_is_interrupted_at_every_instruction() {
    let mut machine = Machine::new();
    let mut thrown = Thrown {
        exception: 7,
        tag: 1,
    };
    let host = machine.host(
        super::throw::tests::throws as *const u8,
        0,
        (&raw mut thrown).cast(),
    );
    let throws = machine.caller(1, stubs::exit_direct(), host.cast(), &[]);
    let between = machine.caller(2, throws, std::ptr::null(), &[]);
    let inner = machine.catcher(3, between, std::ptr::null(), Handler::ANY);
    let again = machine.caller(4, inner, std::ptr::null(), &call(throws, std::ptr::null()));
    let code = machine.catcher(5, again, std::ptr::null(), Handler::ANY);
    at_every_instruction(&mut machine, code, 7);
}

/// A machine and code of it for host data.
struct Again(*mut Machine, *const u8);

/// Calls wasm again, passing an interrupt on.
unsafe extern "C" fn again(host: *mut VMHostContext) -> u64 {
    // SAFETY: the test's data outlives the call.
    unsafe {
        let Again(machine, code) = *(*host).data.cast::<Again>();
        match (*machine).run(code) {
            (0, result) => result,
            (trap, _) => {
                assert_eq!(trap, INTERRUPTED);
                raise((*host).store, TrapKind::Interrupted);
                0
            }
        }
    }
}

#[test]
fn nested_calls_are_interrupted_at_every_instruction() {
    let mut machine = Machine::new();
    let host = machine.host(seven as *const u8, 0, std::ptr::null_mut());
    let mut code = machine.caller(1, stubs::exit_direct(), host.cast(), &[]);
    let mut levels: Vec<Box<Again>> = Vec::new();
    for level in 2..4 {
        levels.push(Box::new(Again(&mut machine, code)));
        let data = (&raw mut **levels.last_mut().unwrap()).cast();
        let host = machine.host(again as *const u8, 0, data);
        code = machine.caller(level, stubs::exit_direct(), host.cast(), &[]);
    }
    at_every_instruction(&mut machine, code, 7);
}

/// A machine that another thread may interrupt.
fn interruptible() -> (Machine, Interrupts) {
    let mut machine = Machine::new();
    // SAFETY: tests drop both together, and the context is boxed.
    let interrupts = unsafe { Interrupts::new(&mut *machine.ctx) };
    (machine, interrupts)
}

#[test]
fn a_deadline_ends_an_endless_loop() {
    let (mut machine, interrupts) = interruptible();
    let code = machine.function(1, LOOP, &[]);
    let outer = machine.caller(2, code, std::ptr::null(), &[]);
    let mut in_loop = 0;
    for _ in 0..20 {
        let deadline = interrupts.deadline(Duration::from_millis(2));
        assert_eq!(machine.run(outer).0, INTERRUPTED);
        assert!(deadline.disarm());
        assert_eq!(machine.pending().load(Ordering::Relaxed), 0);
        // SAFETY: the trap has just happened. The loop's first instruction is its only one, before any frame.
        let frames = unsafe { capture_trap(&*machine.ctx, 10) };
        let functions: Vec<u32> = frames.iter().map(|frame| frame.meta.func).collect();
        // On a busy machine it may pass on the way to the loop.
        assert!([1, 2].ends_with(&functions), "{functions:?}");
        in_loop += usize::from(functions.len() == 2);
    }
    assert!(in_loop > 0);
}

#[test]
fn a_deadline_that_does_not_pass_has_no_effect() {
    let (mut machine, interrupts) = interruptible();
    let identity = machine.function(1, IDENTITY, &[]);
    for n in 0..1000 {
        let deadline = interrupts.deadline(Duration::from_secs(100));
        assert_eq!(machine.call(identity, [n, 0, 0, 0, 0]), (0, n));
        assert!(!deadline.disarm());
    }
    let longest = interrupts.deadline(Duration::MAX);
    assert!(!longest.disarm());
}

#[test]
fn a_host_function_cannot_swallow_a_deadline() {
    unsafe extern "C" fn swallow(host: *mut VMHostContext) -> u64 {
        // SAFETY: the test's data outlives the call.
        unsafe {
            let Again(machine, code) = *(*host).data.cast::<Again>();
            (*machine).run(code);
        }
        0
    }
    let (mut machine, interrupts) = interruptible();
    let code = machine.function(1, LOOP, &[]);
    let mut data = Again(&mut machine, code);
    let host = machine.host(swallow as *const u8, 0, (&raw mut data).cast());
    let mut body = PROLOGUE.to_vec();
    body.extend(call(stubs::exit_direct(), host.cast()));
    body.extend(LOOP);
    let outer = machine.function(2, &body, &[]);
    let deadline = interrupts.deadline(Duration::from_millis(2));
    assert_eq!(machine.run(outer).0, INTERRUPTED);
    assert!(deadline.disarm());
}

#[test]
fn an_interrupt_ends_wasm_of_another_store_that_it_called() {
    let (mut outer, interrupts) = interruptible();
    let mut inner = Machine::new();
    let endless = inner.function(1, LOOP, &[]);
    let mut data = Again(&mut inner, endless);
    let host = outer.host(again as *const u8, 0, (&raw mut data).cast());
    let code = outer.caller(2, stubs::exit_direct(), host.cast(), &[]);
    let deadline = interrupts.deadline(Duration::from_millis(2));
    assert_eq!(outer.run(code).0, INTERRUPTED);
    assert!(deadline.disarm());
    assert_eq!(inner.pending().load(Ordering::Relaxed), 0);
    let identity = inner.function(3, IDENTITY, &[]);
    assert_eq!(inner.call(identity, [1, 0, 0, 0, 0]), (0, 1));
}

/// Kicks at random moments: each is one trap or a flag that is left, whatever it meets.
fn random_kicks(build: impl Fn(&mut Machine) -> *const u8) {
    let (mut machine, interrupts) = interruptible();
    let code = build(&mut machine);
    let identity = machine.function(9, IDENTITY, &[]);
    let handle = interrupts.handle();
    let (go, wait) = std::sync::mpsc::channel();
    let kicker = std::thread::spawn(move || {
        for spin in wait {
            (0..spin).for_each(|_| std::hint::spin_loop());
            assert!(handle.interrupt());
        }
    });
    for round in 0..2000_u32 {
        go.send(round.wrapping_mul(2_654_435_761) >> 20).unwrap();
        assert_eq!(machine.run(code).0, INTERRUPTED);
        assert_eq!(machine.pending().load(Ordering::Relaxed), 0);
        assert_eq!(machine.call(identity, [5, 0, 0, 0, 0]), (0, 5));
    }
    drop(go);
    kicker.join().unwrap();
}

#[test]
fn kicks_end_loops_wherever_they_land() {
    random_kicks(|machine| machine.function(1, LOOP, &[]));
    random_kicks(|machine| {
        let host = machine.host(seven as *const u8, 0, std::ptr::null_mut());
        let mut code = PROLOGUE.to_vec();
        let inner = call(stubs::exit_direct(), host.cast());
        let back = -(inner.len() as i8 + 2);
        code.extend(inner);
        code.extend([0xeb, back as u8]);
        code.extend(EPILOGUE);
        machine.function(1, &code, &[])
    });
    random_kicks(|machine| {
        let thrown = Box::leak(Box::new(Thrown {
            exception: 7,
            tag: 1,
        }));
        let throws = super::throw::tests::throws as *const u8;
        let host = machine.host(throws, 0, (&raw mut *thrown).cast());
        let throws = machine.caller(1, stubs::exit_direct(), host.cast(), &[]);
        let catches = machine.catcher(2, throws, std::ptr::null(), Handler::ANY);
        let mut code = PROLOGUE.to_vec();
        let inner = call(catches, std::ptr::null());
        let back = -(inner.len() as i8 + 2);
        code.extend(inner);
        code.extend([0xeb, back as u8]);
        machine.function(3, &code, &[])
    });
}

#[test]
fn a_handle_outlives_its_store_and_its_thread() {
    let (machine, interrupts) = interruptible();
    let handle = interrupts.handle();
    assert!(handle.clone().interrupt());
    assert!(interrupts.is_requested());
    interrupts.clear();
    assert!(!interrupts.is_requested());
    drop((interrupts, machine));
    assert!(!handle.interrupt());

    struct Send_<T>(T);
    // SAFETY: one thread at a time uses it.
    unsafe impl<T> Send for Send_<T> {}
    let ran = std::thread::spawn(|| {
        let (mut machine, interrupts) = interruptible();
        let identity = machine.function(1, IDENTITY, &[]);
        assert_eq!(machine.call(identity, [4, 0, 0, 0, 0]), (0, 4));
        Send_((machine, interrupts))
    });
    let Send_((mut machine, interrupts)) = ran.join().unwrap();
    assert!(
        interrupts.handle().interrupt(),
        "the thread that ran it is gone"
    );
    let endless = machine.function(2, LOOP, &[]);
    assert_eq!(machine.run(endless).0, INTERRUPTED);
}

#[test]
fn blocking_host_calls_are_woken() {
    let (_machine, interrupts) = interruptible();
    let start = Instant::now();
    let deadline = interrupts.deadline(Duration::from_millis(20));
    assert!(interrupts.sleep(Duration::from_secs(60)).unwrap().is_err());
    assert!(
        interrupts.sleep(Duration::from_secs(60)).unwrap().is_err(),
        "still pending"
    );
    assert!(deadline.disarm());
    assert!(
        interrupts.sleep(Duration::from_millis(5)).unwrap().is_ok(),
        "not any more"
    );

    let (reader, _writer) = std::io::pipe().unwrap();
    use rustix::event::{PollFd, PollFlags};
    let mut fds = [PollFd::new(&reader, PollFlags::IN)];
    let deadline = interrupts.deadline(Duration::from_millis(20));
    assert!(interrupts.poll(&mut fds, None).unwrap().is_err());
    deadline.disarm();
    let timed_out = interrupts.poll(&mut fds, Some(Duration::from_millis(1)));
    assert_eq!(timed_out.unwrap(), Ok(0));
    assert!(start.elapsed() < Duration::from_secs(30));
}

#[test]
fn a_hook_wakes_what_blocks_by_other_means() {
    use std::sync::{Arc, Condvar, Mutex};
    let (_machine, interrupts) = interruptible();
    let woken = Arc::new((Mutex::new(false), Condvar::new()));
    let waker = woken.clone();
    let waker: crate::watchdog::Waker = Arc::new(move || {
        *waker.0.lock().unwrap() = true;
        waker.1.notify_all();
    });
    let wait = || {
        let asleep = woken.0.lock().unwrap();
        drop(woken.1.wait_while(asleep, |woken| !*woken).unwrap());
    };
    let deadline = interrupts.deadline(Duration::from_millis(10));
    interrupts.blocking(waker.clone(), wait);
    deadline.disarm();
    // Asked for before: woken at once.
    *woken.0.lock().unwrap() = false;
    interrupts.handle().interrupt();
    interrupts.blocking(waker, wait);
    interrupts.clear();
}
