//! Traps, exhaustion and backtraces, with code whose every byte is known.

use std::ffi::c_void;

use weft_abi::TrapKind;
use weft_abi::layout::VMHostContext;

use super::*;
use crate::stubs::{self, RegisterFile};
use crate::testing::{EPILOGUE, IDENTITY, LOAD, Machine, PROLOGUE, UD2, call, run_again};

fn kind(code: u32) -> Option<TrapKind> {
    TrapKind::from_code(u8::try_from(code).ok()?)
}

/// Numbers of the functions in a backtrace of the machine's last trap.
fn functions(machine: &Machine) -> Vec<u32> {
    // SAFETY: the trap has just happened.
    let frames = unsafe { capture_trap(&*machine.ctx, 100) };
    frames.iter().map(|frame| frame.meta.func).collect()
}

#[test]
fn faults_become_the_traps_that_the_table_says() {
    let mut machine = Machine::new();
    // xor ecx, ecx; xor edx, edx; mov rax, rsi; idiv rcx; ret
    let div = [
        0x31, 0xc9, 0x31, 0xd2, 0x48, 0x89, 0xf0, 0x48, 0xf7, 0xf9, 0xc3,
    ];
    let cases: [(&[u8], u32, TrapKind); 3] = [
        (UD2, 0, TrapKind::Unreachable),
        (LOAD, 0, TrapKind::MemoryOutOfBounds),
        (&div, 7, TrapKind::IntegerDivideByZero),
    ];
    let identity = machine.function(9, IDENTITY, &[]);
    for (bytes, offset, expected) in cases {
        let code = machine.function(1, bytes, &[(offset, expected)]);
        for _ in 0..100 {
            assert_eq!(kind(machine.call(code, [16, 0, 0, 0, 0]).0), Some(expected));
            assert_eq!(machine.ctx.trap_pc, code as usize + offset as usize);
            assert_eq!(machine.call(identity, [3, 0, 0, 0, 0]), (0, 3));
        }
    }
    let code = machine.function(1, LOAD, &[(0, TrapKind::MemoryOutOfBounds)]);
    machine.call(code, [0x1234, 0, 0, 0, 0]);
    assert_eq!(machine.ctx.trap_address, 0x1234);
}

#[test]
fn a_trap_deep_inside_shows_every_caller() {
    let mut machine = Machine::new();
    let mut body = PROLOGUE.to_vec();
    body.extend(UD2);
    let inner = machine.function(3, &body, &[(4, TrapKind::Unreachable)]);
    let middle = machine.caller(2, inner, std::ptr::null(), &[]);
    let outer = machine.caller(1, middle, std::ptr::null(), &[]);
    assert_eq!(kind(machine.run(outer).0), Some(TrapKind::Unreachable));
    assert_eq!(functions(&machine), [3, 2, 1]);
    // SAFETY: the trap has just happened.
    let frames = unsafe { capture_trap(&*machine.ctx, 2) };
    assert_eq!(frames.len(), 2, "no more than asked for");
    let place = |frame: &Frame| frame.positions().last().map(|at| at.module_offset);
    assert_eq!(place(&frames[0]), Some(4));
    assert_eq!(
        place(&frames[1]),
        Some(4 + 22 - 1),
        "the last byte of the call"
    );
}

#[test]
fn a_trap_without_a_frame_still_shows_its_caller() {
    let mut machine = Machine::new();
    // Before the frame is built; between push and mov; after pop, at the return (whose opcode cannot fault itself).
    let before: &[u8] = UD2;
    let between: &[u8] = &[0x55, 0x0f, 0x0b];
    for (code, offset) in [(before, 0), (between, 1)] {
        let inner = machine.function(3, code, &[(offset, TrapKind::Unreachable)]);
        let middle = machine.caller(2, inner, std::ptr::null(), &[]);
        let outer = machine.caller(1, middle, std::ptr::null(), &[]);
        assert_eq!(kind(machine.run(outer).0), Some(TrapKind::Unreachable));
        assert_eq!(functions(&machine), [3, 2, 1]);
    }
}

/// A function that calls itself for ever, with `frame` more bytes on the stack each time.
fn recursion(machine: &mut Machine, frame: u8) -> *const u8 {
    // push rbp; mov rbp, rsp; sub rsp, frame; call self
    let mut code = PROLOGUE.to_vec();
    code.extend([0x48, 0x83, 0xec, frame, 0xe8]);
    code.extend((-(code.len() as i32 + 4)).to_le_bytes());
    machine.function(5, &code, &[])
}

#[test]
fn recursion_exhausts_the_stack_at_every_distance_from_the_guard() {
    let mut machine = Machine::with_stack(16 << 10);
    let code = [0_u8, 16, 48, 112].map(|frame| recursion(&mut machine, frame));
    let mut stack = vec![0_u8; 4096];
    for code in code {
        for distance in (0..4096).step_by(16) {
            let mut file = RegisterFile {
                stack: stack.as_mut_ptr(),
                stack_bytes: distance,
                ..RegisterFile::default()
            };
            let (ctx, vmctx) = (&raw mut *machine.ctx, &raw mut *machine.vmctx);
            // SAFETY: the code never returns.
            let trap = unsafe { stubs::enter(ctx, vmctx, code, &mut file) };
            assert_eq!(kind(trap), Some(TrapKind::StackExhausted));
            assert!(
                (machine.ctx.guard_low..machine.ctx.guard_high).contains(&machine.ctx.trap_address)
            );
        }
        let frames = functions(&machine);
        assert!(frames.len() > 90 && frames.iter().all(|&func| func == 5));
    }
}

#[test]
fn stack_arguments_alone_can_exhaust_the_stack() {
    let mut machine = Machine::with_stack(16 << 10);
    let identity = machine.function(1, IDENTITY, &[]);
    let mut stack = vec![0_u8; 64 << 10];
    let mut file = RegisterFile {
        stack: stack.as_mut_ptr(),
        stack_bytes: 64 << 10,
        ..RegisterFile::default()
    };
    let (ctx, vmctx) = (&raw mut *machine.ctx, &raw mut *machine.vmctx);
    // SAFETY: it does not get as far as the code.
    let trap = unsafe { stubs::enter(ctx, vmctx, identity, &mut file) };
    assert_eq!(kind(trap), Some(TrapKind::StackExhausted));
    assert_eq!(functions(&machine), []);
}

/// Host data: what to call next.
struct Next {
    machine: *mut Machine,
    code: *const u8,
    args: [u64; 5],
}

/// Calls what its data says, and passes a trap on.
unsafe extern "C" fn forward(host: *mut VMHostContext) -> u64 {
    // SAFETY: the test's data outlives the call.
    unsafe {
        let next = &*(*host).data.cast::<Next>();
        match (*next.machine).call(next.code, next.args) {
            (0, result) => result,
            (trap, _) => {
                raise((*host).store, kind(trap).unwrap());
                0
            }
        }
    }
}

#[test]
fn exhaustion_inside_the_stubs_is_found_at_every_distance() {
    let before = |machine: &Machine| (machine.ctx.wasm_sp, machine.ctx.host_sp);
    let mut inside_stubs = 0;
    for distance in (0..4096).step_by(16) {
        let mut machine = Machine::with_stack(16 << 10);
        machine.ctx.wasm_sp -= distance;
        let mut next = Next {
            machine: &mut machine,
            code: std::ptr::null(),
            args: [0; 5],
        };
        let host = machine.host(forward as *const u8, 0, (&raw mut next).cast());
        next.code = machine.caller(1, stubs::exit_direct(), host.cast(), &[]);
        let (start, code) = (before(&machine), next.code);
        let fault = machine.ctx.guard_high - 8;
        assert_eq!(kind(machine.run(code).0), Some(TrapKind::StackExhausted));
        assert_eq!(before(&machine), start);
        inside_stubs += (machine.ctx.trap_address == fault) as usize;
    }
    assert!(inside_stubs > 0);
}

#[test]
fn two_stores_on_one_thread_trap_each_on_its_own() {
    let (mut inner, mut outer) = (Machine::new(), Machine::new());
    let load = inner.function(3, LOAD, &[(0, TrapKind::MemoryOutOfBounds)]);
    let load = inner.caller(2, load, std::ptr::null(), &[]);
    let mut next = Next {
        machine: &mut inner,
        code: load,
        args: [8, 0, 0, 0, 0],
    };
    unsafe extern "C" fn swallow(host: *mut VMHostContext) -> u64 {
        // SAFETY: the test's data outlives the call.
        unsafe {
            let next = &*(*host).data.cast::<Next>();
            let (trap, _) = (*next.machine).call(next.code, next.args);
            assert_eq!(kind(trap), Some(TrapKind::MemoryOutOfBounds));
            assert_eq!(functions(&*next.machine), [3, 2, 1]);
            77
        }
    }
    let host = outer.host(swallow as *const u8, 0, (&raw mut next).cast());
    let returns = outer.caller(1, stubs::exit_direct(), host.cast(), &[]);
    assert_eq!(outer.run(returns), (0, 77));
    // The outer store traps after the inner one has: push rax is balanced by nothing, the trap needs no epilogue.
    let mut code = PROLOGUE.to_vec();
    code.extend(call(stubs::exit_direct(), host.cast()));
    let offset = code.len() as u32;
    code.extend(UD2);
    let traps = outer.function(1, &code, &[(offset, TrapKind::Unreachable)]);
    for _ in 0..10 {
        assert_eq!(kind(outer.run(traps).0), Some(TrapKind::Unreachable));
        assert_eq!(functions(&outer), [1]);
    }
}

#[test]
fn a_backtrace_crosses_stores_and_nested_calls() {
    let (mut one, mut two) = (Machine::new(), Machine::new());
    unsafe extern "C" fn look(host: *mut VMHostContext) -> u64 {
        // SAFETY: called by wasm; the data is a vector that outlives the call.
        unsafe {
            let frames = capture(100).iter().map(|frame| frame.meta.func).collect();
            *(*host).data.cast::<Vec<u32>>() = frames;
        }
        0
    }
    let mut seen: Vec<u32> = Vec::new();
    let look = one.host(look as *const u8, 0, (&raw mut seen).cast::<c_void>());
    // one(10 → 11) → two(20) → one(12) → look
    let innermost = one.caller(12, stubs::exit_direct(), look.cast(), &[]);
    let mut back = Next {
        machine: &mut one,
        code: innermost,
        args: [0; 5],
    };
    let back = two.host(forward as *const u8, 0, (&raw mut back).cast());
    let middle = two.caller(20, stubs::exit_direct(), back.cast(), &[]);
    let mut over = Next {
        machine: &mut two,
        code: middle,
        args: [0; 5],
    };
    let over = one.host(forward as *const u8, 0, (&raw mut over).cast());
    let callee = one.caller(11, stubs::exit_direct(), over.cast(), &[]);
    let outermost = one.caller(10, callee, std::ptr::null(), &[]);
    assert_eq!(one.run(outermost), (0, 0));
    assert_eq!(seen, [12, 20, 11, 10]);
    // SAFETY: no wasm is active.
    assert!(unsafe { capture(100) }.is_empty());
}

/// Calls what its data says on a stack of its own.
unsafe extern "C" fn forward_on_own_stack(host: *mut VMHostContext) -> u64 {
    // SAFETY: the test's data outlives the call.
    unsafe {
        let next = &*(*host).data.cast::<Next>();
        let machine = &mut *next.machine;
        let stack = crate::stacks::WasmStack::new(64 << 10).unwrap();
        let (ctx, vmctx) = (&raw mut *machine.ctx, &raw mut *machine.vmctx);
        let mut file = RegisterFile::default();
        let outcome = enter_suspendable(ctx, stack, vmctx, next.code, &mut file);
        assert!(matches!(outcome, Outcome::Done(0, _)));
        0
    }
}

#[test]
fn a_backtrace_crosses_from_a_call_with_its_own_stack() {
    let mut machine = Machine::new();
    unsafe extern "C" fn look(host: *mut VMHostContext) -> u64 {
        // SAFETY: called by wasm; the data is a vector that outlives the call.
        unsafe {
            let frames = capture(100).iter().map(|frame| frame.meta.func).collect();
            *(*host).data.cast::<Vec<u32>>() = frames;
        }
        0
    }
    let mut seen: Vec<u32> = Vec::new();
    let look = machine.host(look as *const u8, 0, (&raw mut seen).cast::<c_void>());
    // 10 → 11 → own stack: 12 → 13 → own stack: 14 → look
    let mut code = machine.caller(14, stubs::exit_direct(), look.cast(), &[]);
    let mut levels: Vec<Box<Next>> = Vec::new();
    for (inner, outer) in [(13, 12), (11, 10)] {
        levels.push(Box::new(Next {
            machine: &mut machine,
            code,
            args: [0; 5],
        }));
        let data = (&raw mut **levels.last_mut().unwrap()).cast();
        let host = machine.host(forward_on_own_stack as *const u8, 0, data);
        code = machine.caller(inner, stubs::exit_direct(), host.cast(), &[]);
        code = machine.caller(outer, code, std::ptr::null(), &[]);
    }
    assert_eq!(machine.run(code), (0, 0));
    assert_eq!(seen, [14, 13, 12, 11, 10]);
}

#[test]
fn a_store_moves_between_threads() {
    struct Moves(Machine, *const u8, *const u8);
    // SAFETY: one thread at a time uses it.
    unsafe impl Send for Moves {}
    let mut machine = Machine::new();
    let load = machine.function(1, LOAD, &[(0, TrapKind::MemoryOutOfBounds)]);
    let deep = recursion(&mut machine, 0);
    let mut moves = Moves(machine, load, deep);
    for _ in 0..20 {
        let work = move || {
            let mut moves = moves;
            let Moves(machine, load, deep) = &mut moves;
            assert_eq!(
                kind(machine.call(*load, [8, 0, 0, 0, 0]).0),
                Some(TrapKind::MemoryOutOfBounds)
            );
            assert_eq!(kind(machine.run(*deep).0), Some(TrapKind::StackExhausted));
            let (low, high) = crate::stacks::host_stack_bounds().unwrap();
            assert!((low..high).contains(&machine.ctx.host_limit));
            moves
        };
        moves = std::thread::spawn(work).join().unwrap();
    }
}

#[test]
fn sixty_four_threads_trap_at_once() {
    let threads: Vec<_> = (0..64)
        .map(|_| {
            std::thread::spawn(|| {
                let mut machine = Machine::with_stack(32 << 10);
                let load = machine.function(1, LOAD, &[(0, TrapKind::MemoryOutOfBounds)]);
                let deep = recursion(&mut machine, 32);
                for _ in 0..50 {
                    assert_eq!(
                        kind(machine.call(load, [8, 0, 0, 0, 0]).0),
                        Some(TrapKind::MemoryOutOfBounds)
                    );
                    assert_eq!(kind(machine.run(deep).0), Some(TrapKind::StackExhausted));
                }
            })
        })
        .collect();
    threads
        .into_iter()
        .for_each(|thread| thread.join().unwrap());
}

/// Runs the body of a test in a process of its own, and gives its end to `check`.
fn in_child(name: &str, body: impl FnOnce(), check: impl FnOnce(std::process::Output)) {
    const KEY: &str = "WEFT_TEST_CHILD";
    match std::env::var_os(KEY) {
        Some(_) => body(),
        None => check(run_again(&format!("trap::tests::{name}"), KEY)),
    }
}

fn fault_in_host() {
    let nowhere = std::hint::black_box(16_usize) as *const u64;
    // SAFETY: it is meant to fault.
    std::hint::black_box(unsafe { nowhere.read_volatile() });
}

/// Enters wasm, which calls a host function that faults.
fn fault_below_wasm() {
    unsafe extern "C" fn faults(_host: *mut VMHostContext) -> u64 {
        fault_in_host();
        0
    }
    let mut machine = Machine::new();
    let load = machine.function(1, LOAD, &[(0, TrapKind::MemoryOutOfBounds)]);
    assert_eq!(
        kind(machine.call(load, [8, 0, 0, 0, 0]).0),
        Some(TrapKind::MemoryOutOfBounds)
    );
    let host = machine.host(faults as *const u8, 0, std::ptr::null_mut());
    let code = machine.caller(1, stubs::exit_direct(), host.cast(), &[]);
    machine.run(code);
}

#[test]
fn a_fault_of_the_host_reaches_the_handler_that_was_there_before() {
    extern "C" fn handler(_: libc::c_int, info: *mut libc::siginfo_t, _: *mut c_void) {
        // SAFETY: the kernel passes it; _exit may be called in a handler.
        unsafe {
            libc::_exit(if (*info).si_addr() as usize == 16 {
                42
            } else {
                43
            })
        };
    }
    let body = || {
        // SAFETY: installs a valid handler.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = handler as *const () as usize;
            action.sa_flags = libc::SA_SIGINFO;
            libc::sigaction(libc::SIGSEGV, &action, std::ptr::null_mut());
        }
        fault_below_wasm();
    };
    in_child(
        "a_fault_of_the_host_reaches_the_handler_that_was_there_before",
        body,
        |output| {
            assert_eq!(output.status.code(), Some(42), "{output:?}");
        },
    );
}

#[test]
fn a_fault_of_the_host_without_a_handler_ends_the_process() {
    use std::os::unix::process::ExitStatusExt;
    let body = || {
        // SAFETY: as at the start of every program.
        unsafe { libc::signal(libc::SIGSEGV, libc::SIG_DFL) };
        fault_below_wasm();
    };
    in_child(
        "a_fault_of_the_host_without_a_handler_ends_the_process",
        body,
        |output| {
            assert_eq!(output.status.signal(), Some(libc::SIGSEGV), "{output:?}");
        },
    );
}

#[test]
fn a_fault_that_no_table_knows_aborts() {
    use std::os::unix::process::ExitStatusExt;
    let body = || {
        let mut machine = Machine::new();
        let code = machine.function(1, LOAD, &[]);
        machine.call(code, [8, 0, 0, 0, 0]);
    };
    in_child("a_fault_that_no_table_knows_aborts", body, |output| {
        assert_eq!(output.status.signal(), Some(libc::SIGABRT), "{output:?}");
        assert!(
            String::from_utf8_lossy(&output.stderr).contains("unexpected fault in compiled code")
        );
    });
}

#[test]
fn preserved_registers_survive_a_trap() {
    let mut machine = Machine::new();
    // Clobbers rbx, r12–r15 and traps.
    let mut code = PROLOGUE.to_vec();
    code.extend([
        0x31, 0xdb, 0x4d, 0x31, 0xe4, 0x4d, 0x31, 0xed, 0x4d, 0x31, 0xf6, 0x4d, 0x31, 0xff,
    ]);
    let offset = code.len() as u32;
    code.extend(UD2);
    code.extend(EPILOGUE);
    let code = machine.function(1, &code, &[(offset, TrapKind::Unreachable)]);
    let (ctx, vmctx) = (&raw mut *machine.ctx, &raw mut *machine.vmctx);
    let mut args = [0_u64; 6];
    let enter: unsafe fn(_, _, _, _) -> u32 = stubs::enter_direct;
    let (mut r12, mut r13, mut r14, mut r15) = (1_u64, 2_u64, 3_u64, 4_u64);
    // Keeps many values alive over the call, whatever registers they are in.
    for round in 0..100_u64 {
        // SAFETY: the code traps.
        let trap = unsafe { std::hint::black_box(enter)(ctx, vmctx, code, &mut args) };
        assert_eq!(kind(trap), Some(TrapKind::Unreachable));
        (r12, r13, r14, r15) = (r13 + round, r14 ^ r12, r15 + 1, r12);
    }
    let (mut a, mut b, mut c, mut d) = (1_u64, 2_u64, 3_u64, 4_u64);
    for round in 0..100_u64 {
        (a, b, c, d) = (b + round, c ^ a, d + 1, a);
    }
    assert_eq!((r12, r13, r14, r15), (a, b, c, d));
}
