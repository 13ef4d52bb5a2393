//! Calls in and out with every place an argument or result can be in.

use std::ffi::c_void;

use weft_abi::TrapKind;
use weft_abi::layout::VMHostContext;

use super::*;
use crate::testing::{EPILOGUE, IDENTITY, Machine, PROLOGUE, call};
use crate::trap;

fn float(value: f64) -> u128 {
    u128::from(value.to_bits())
}

#[test]
fn a_direct_call_passes_five_integers_and_returns_one() {
    let mut machine = Machine::new();
    let before = (machine.ctx.wasm_sp, machine.ctx.host_sp);
    // lea rax, [rsi + rdx]; add rax, rcx; add rax, r8; add rax, r9; ret
    let sum = [
        0x48, 0x8d, 0x04, 0x16, 0x48, 0x01, 0xc8, 0x4c, 0x01, 0xc0, 0x4c, 0x01, 0xc8, 0xc3,
    ];
    let sum = machine.function(0, &sum, &[]);
    assert_eq!(machine.call(sum, [1, 20, 300, 4000, 50000]), (0, 54321));
    assert_eq!((machine.ctx.wasm_sp, machine.ctx.host_sp), before);
}

#[test]
fn a_float_call_passes_integers_and_floats() {
    let mut machine = Machine::new();
    // addsd xmm0, xmm1; addsd xmm0, xmm2; addsd xmm0, xmm3; cvtsi2sd xmm1, r9; addsd xmm0, xmm1; mov rax, rsi; ret
    let code = [
        0xf2, 0x0f, 0x58, 0xc1, 0xf2, 0x0f, 0x58, 0xc2, 0xf2, 0x0f, 0x58, 0xc3, 0xf2, 0x49, 0x0f,
        0x2a, 0xc9, 0xf2, 0x0f, 0x58, 0xc1, 0x48, 0x89, 0xf0, 0xc3,
    ];
    let code = machine.function(0, &code, &[]);
    let mut args = FloatArgs {
        ints: [7, 0, 0, 0, 16, 0],
        floats: [1.0_f64, 2.0, 4.0, 8.0].map(f64::to_bits),
    };
    // SAFETY: the code keeps to the convention.
    let trap = unsafe { enter_float(&mut *machine.ctx, &mut *machine.vmctx, code, &mut args) };
    assert_eq!((trap, args.ints[0]), (0, 7));
    assert_eq!(f64::from_bits(args.ints[1]), 31.0);
}

#[test]
fn a_general_call_returns_eight_integers_and_eight_vectors() {
    let mut machine = Machine::new();
    let mut code = Vec::new();
    // mov rax, 1; mov rcx, 2; … r10, 8: sign-extended immediates.
    let registers = [
        [0x48, 0xc0],
        [0x48, 0xc1],
        [0x48, 0xc2],
        [0x48, 0xc6],
        [0x48, 0xc7],
        [0x49, 0xc0],
        [0x49, 0xc1],
        [0x49, 0xc2],
    ];
    for (value, [rex, register]) in (1_u8..).zip(registers) {
        code.extend([rex, 0xc7, register, value, 0, 0, 0]);
    }
    code.push(0xc3);
    let code = machine.function(0, &code, &[]);
    let mut file = RegisterFile::default();
    for (value, slot) in (1_u128..).zip(&mut file.floats) {
        *slot = value << 100 | value;
    }
    let floats = file.floats;
    // SAFETY: the code keeps to the convention.
    let trap = unsafe { enter(&mut *machine.ctx, &mut *machine.vmctx, code, &mut file) };
    assert_eq!(trap, 0);
    assert_eq!(file.ints, [1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(file.floats, floats);
}

#[test]
fn stack_arguments_are_copied_and_popped_by_the_callee() {
    let mut machine = Machine::new();
    // mov rax, [rsp+8]; add rax, [rsp+16]; add rax, [rsp+24]; add rax, [rsp+32]; mov rcx, rsp; ret 32
    let code = [
        0x48, 0x8b, 0x44, 0x24, 0x08, 0x48, 0x03, 0x44, 0x24, 0x10, 0x48, 0x03, 0x44, 0x24, 0x18,
        0x48, 0x03, 0x44, 0x24, 0x20, 0x48, 0x89, 0xe1, 0xc2, 0x20, 0x00,
    ];
    let code = machine.function(0, &code, &[]);
    let mut stack = [1_u64, 20, 300, 4000];
    let mut file = RegisterFile {
        stack: stack.as_mut_ptr().cast(),
        stack_bytes: 32,
        ..RegisterFile::default()
    };
    // SAFETY: the code keeps to the convention.
    let trap = unsafe { enter(&mut *machine.ctx, &mut *machine.vmctx, code, &mut file) };
    assert_eq!((trap, file.ints[0]), (0, 4321));
    assert_eq!(file.ints[1] % 16, 8, "aligned like after a call");
}

unsafe extern "C" fn direct(
    host: *mut VMHostContext,
    a: u64,
    b: u64,
    c: u64,
    d: u64,
    e: u64,
) -> u64 {
    assert!((&raw const host as usize).is_multiple_of(8));
    // SAFETY: the stub passes its own vmctx.
    a + 10 * b + 100 * c + 1000 * d + 10000 * e + unsafe { (*host).data as u64 }
}

#[test]
fn a_direct_host_function_gets_all_registers() {
    let mut machine = Machine::new();
    let data = 600_000 as *mut c_void;
    let host = machine.host(direct as *const u8, 0, data);
    let code = machine.caller(0, exit_direct(), host.cast(), &[]);
    assert_eq!(machine.call(code, [1, 2, 3, 4, 5]), (0, 654321));
    // Called from the host without wasm in between.
    let mut args = [1, 2, 3, 4, 5, 0];
    // SAFETY: a host function's context stands for a vmctx.
    let trap = unsafe { enter_direct(&mut *machine.ctx, host.cast(), exit_direct(), &mut args) };
    assert_eq!((trap, args[0]), (0, 654321));
}

unsafe extern "C" fn full(_host: *mut VMHostContext, frame: *mut ExitFrame) {
    // SAFETY: the stub passes a frame with these stack arguments.
    let (frame, stack) = unsafe {
        let stack = std::slice::from_raw_parts((*frame).stack.cast::<u64>(), 6);
        (&mut *frame, stack)
    };
    assert_eq!(frame.ints[1..6], [1, 2, 3, 4, 5]);
    assert_eq!(frame.floats, std::array::from_fn(|n| float(n as f64)));
    assert_eq!(stack, [10, 11, 12, 13, 14, 15]);
    frame.ints = [21, 22, 23, 24, 25, 26, 27, 28];
    frame.floats.iter_mut().for_each(|slot| *slot <<= 1);
}

#[test]
fn a_full_host_function_gets_everything_and_pops_stack_arguments() {
    let mut machine = Machine::new();
    let host = machine.host(full as *const u8, 48, std::ptr::null_mut());
    let mut stack = [10_u64, 11, 12, 13, 14, 15];
    let file = RegisterFile {
        ints: [0, 1, 2, 3, 4, 5, 0, 0],
        floats: std::array::from_fn(|n| float(n as f64)),
        stack: stack.as_mut_ptr().cast(),
        stack_bytes: 48,
    };
    // mov rdi, host; mov rax, exit; jmp rax: a tail call leaves the arguments to the host function.
    let mut jump = call(exit_full(), host.cast());
    let len = jump.len();
    jump[len - 1] = 0xe0;
    let jump = machine.function(0, &jump, &[]);
    for (code, vmctx) in [(jump, &raw mut *machine.vmctx), (exit_full(), host.cast())] {
        let mut file = file.clone();
        // SAFETY: the registers are what the host function expects.
        let trap = unsafe { enter(&mut *machine.ctx, vmctx, code, &mut file) };
        assert_eq!(trap, 0);
        assert_eq!(file.ints, [21, 22, 23, 24, 25, 26, 27, 28]);
        assert_eq!(file.floats, std::array::from_fn(|n| float(n as f64) << 1));
    }
}

/// What [`nest`] needs to come back.
struct Nest {
    machine: *mut Machine,
    code: *const u8,
    deepest: u64,
}

unsafe extern "C" fn nest(host: *mut VMHostContext, depth: u64) -> u64 {
    // SAFETY: the test's data outlives the call.
    unsafe {
        let nest = (*host).data.cast::<Nest>();
        if depth == (*nest).deepest {
            return depth;
        }
        let machine = &mut *(*nest).machine;
        let (trap, result) = machine.call((*nest).code, [depth + 1, 0, 0, 0, 0]);
        assert_eq!(trap, 0);
        result + depth
    }
}

#[test]
fn calls_nest_a_thousand_deep() {
    let mut machine = Machine::new();
    let mut data = Nest {
        machine: &mut machine,
        code: std::ptr::null(),
        deepest: 1000,
    };
    let host = machine.host(nest as *const u8, 0, (&raw mut data).cast());
    data.code = machine.caller(0, exit_direct(), host.cast(), &[]);
    let before = machine.ctx.wasm_sp;
    let code = data.code;
    for _ in 0..3 {
        assert_eq!(machine.run(code), (0, 1000 * 1001 / 2));
        assert_eq!(machine.ctx.wasm_sp, before);
    }
}

#[test]
fn recursion_through_the_host_ends_at_either_stack() {
    let (mut small, mut large) = (Machine::with_stack(32 << 10), Machine::with_stack(64 << 20));
    for machine in [&mut small, &mut large] {
        let mut data = Nest {
            machine,
            code: std::ptr::null(),
            deepest: u64::MAX,
        };
        unsafe extern "C" fn deeper(host: *mut VMHostContext) -> u64 {
            // SAFETY: the test's data outlives the call.
            unsafe {
                let nest = (*host).data.cast::<Nest>();
                let machine = &mut *(*nest).machine;
                let (trap, _) = machine.run((*nest).code);
                assert_eq!(trap, TrapKind::StackExhausted as u32);
                trap::raise((*host).store, TrapKind::StackExhausted);
                0
            }
        }
        let host = machine.host(deeper as *const u8, 0, (&raw mut data).cast());
        data.code = machine.caller(0, exit_direct(), host.cast(), &[]);
        let code = data.code;
        let before = machine.ctx.wasm_sp;
        assert_eq!(machine.run(code).0, TrapKind::StackExhausted as u32);
        assert_eq!((machine.ctx.wasm_sp, machine.ctx.host_sp), (before, 0));
    }
}

#[test]
fn a_panic_is_caught_in_the_host_function_and_leaves_wasm() {
    unsafe extern "C" fn panics(host: *mut VMHostContext) -> u64 {
        let caught = std::panic::catch_unwind(|| std::panic::resume_unwind(Box::new("inside")));
        // SAFETY: the stub passes a live store.
        unsafe { trap::raise_error((*host).store) };
        assert!(caught.is_err());
        0
    }
    let mut machine = Machine::new();
    let host = machine.host(panics as *const u8, 0, std::ptr::null_mut());
    let code = machine.caller(0, exit_direct(), host.cast(), &[]);
    let identity = machine.function(1, IDENTITY, &[]);
    assert_eq!(machine.run(code).0, HOST_ERROR);
    assert_eq!(machine.call(identity, [5, 0, 0, 0, 0]), (0, 5));
}

unsafe extern "C" fn suspends(host: *mut VMHostContext, _frame: *mut ExitFrame) {
    // SAFETY: the stub passes a live store.
    unsafe {
        assert!(trap::can_suspend((*host).store));
        trap::suspend(host);
    }
}

/// A function that keeps 1000 in a preserved register over a host call and adds its result.
fn suspending(machine: &mut Machine) -> *const u8 {
    let host = machine.host(suspends as *const u8, 0, std::ptr::null_mut());
    let mut code = PROLOGUE.to_vec();
    // push rbx; push rbx; mov ebx, 1000
    code.extend([0x53, 0x53, 0xbb, 0xe8, 0x03, 0, 0]);
    code.extend(call(exit_full(), host.cast()));
    // add rax, rbx; mov rcx, rbp; pop rbx; pop rbx
    code.extend([0x48, 0x01, 0xd8, 0x48, 0x89, 0xe9, 0x5b, 0x5b]);
    code.extend(EPILOGUE);
    machine.function(0, &code, &[])
}

#[test]
fn a_suspended_call_keeps_its_stack_and_goes_on() {
    let mut machine = Machine::new();
    let code = suspending(&mut machine);
    let identity = machine.function(1, IDENTITY, &[]);
    let (ctx, vmctx) = (&raw mut *machine.ctx, &raw mut *machine.vmctx);
    let before = (machine.ctx.wasm_sp, machine.ctx.guard_low);
    let mut calls = Vec::new();
    for _ in 0..3 {
        let mut file = RegisterFile::default();
        let stack = crate::stacks::WasmStack::new(64 << 10).unwrap();
        // SAFETY: the code keeps to the convention.
        match unsafe { trap::enter_suspendable(ctx, stack, vmctx, code, &mut file) } {
            trap::Outcome::Suspended(suspended) => calls.push(suspended),
            other => panic!("not suspended: {other:?}"),
        }
        assert_eq!((machine.ctx.wasm_sp, machine.ctx.guard_low), before);
        assert_eq!(machine.call(identity, [1, 0, 0, 0, 0]), (0, 1));
    }
    // Out of order, from another depth of the host's stack.
    for (result, suspended) in (1_u64..).zip(calls) {
        let mut file = RegisterFile::default();
        file.ints[0] = result;
        // SAFETY: resumed once, in the same store.
        let outcome = unsafe { trap::resume_suspendable(ctx, suspended, &mut file) };
        assert!(matches!(outcome, trap::Outcome::Done(0, _)));
        assert_eq!(file.ints[0], 1000 + result);
    }
    assert_eq!((machine.ctx.wasm_sp, machine.ctx.guard_low), before);
}

#[test]
fn a_resumed_call_can_be_interrupted_instead() {
    let mut machine = Machine::new();
    let code = suspending(&mut machine);
    let (ctx, vmctx) = (&raw mut *machine.ctx, &raw mut *machine.vmctx);
    let stack = crate::stacks::WasmStack::new(64 << 10).unwrap();
    let mut file = RegisterFile::default();
    // SAFETY: the code keeps to the convention.
    let outcome = unsafe { trap::enter_suspendable(ctx, stack, vmctx, code, &mut file) };
    let trap::Outcome::Suspended(suspended) = outcome else {
        panic!("not suspended");
    };
    machine.pending().store(
        weft_abi::layout::pending::INTERRUPT,
        std::sync::atomic::Ordering::Relaxed,
    );
    // SAFETY: resumed once, in the same store.
    let outcome = unsafe { trap::resume_suspendable(ctx, suspended, &mut file) };
    assert!(
        matches!(outcome, trap::Outcome::Done(code, _) if code == TrapKind::Interrupted as u32)
    );
    // SAFETY: the trap has just happened, and its stack still exists.
    let frames = unsafe { trap::capture_trap(ctx, 10) };
    assert_eq!(frames.len(), 1);
}

/// What a call in and a call out cost; run with `--release -- --ignored --nocapture`.
#[test]
#[ignore = "measures"]
#[expect(clippy::print_stdout, reason = "it is what it is for")]
fn measure() {
    unsafe extern "C" fn nothing(_host: *mut VMHostContext, a: u64) -> u64 {
        a
    }
    let mut machine = Machine::new();
    let identity = machine.function(0, IDENTITY, &[]);
    let host = machine.host(nothing as *const u8, 0, std::ptr::null_mut());
    let inner = call(exit_direct(), host.cast());
    // push rbx; push rbx; mov rbx, rsi; 1: call host; dec rbx; jnz 1b; pop rbx; pop rbx
    let mut code = PROLOGUE.to_vec();
    code.extend([0x53, 0x53, 0x48, 0x89, 0xf3]);
    let back = inner.len() as i8 + 5;
    code.extend(inner);
    code.extend([0x48, 0xff, 0xcb, 0x75, (-back) as u8, 0x5b, 0x5b]);
    code.extend(EPILOGUE);
    let hosts = machine.function(1, &code, &[]);
    let mut best = [f64::MAX; 4];
    const ROUNDS: u64 = 20_000;
    for _ in 0..200 {
        let start = std::time::Instant::now();
        let mut args = [0; 6];
        for n in 0..ROUNDS {
            args[0] = n;
            let (ctx, vmctx) = (&raw mut *machine.ctx, &raw mut *machine.vmctx);
            // SAFETY: the code keeps to the convention.
            unsafe { enter_direct(ctx, vmctx, identity, &mut args) };
        }
        best[0] = best[0].min(start.elapsed().as_secs_f64());
        let start = std::time::Instant::now();
        machine.call(hosts, [ROUNDS, 0, 0, 0, 0]);
        best[1] = best[1].min(start.elapsed().as_secs_f64());
        let mut file = RegisterFile::default();
        let start = std::time::Instant::now();
        for _ in 0..ROUNDS {
            // SAFETY: the code keeps to the convention.
            unsafe { enter(&mut *machine.ctx, &mut *machine.vmctx, identity, &mut file) };
        }
        best[2] = best[2].min(start.elapsed().as_secs_f64());
        let mut args = [0; 6];
        let start = std::time::Instant::now();
        for _ in 0..ROUNDS {
            let (ctx, vmctx) = (&raw mut *machine.ctx, &raw mut *machine.vmctx);
            // SAFETY: the code keeps to the convention, and needs no signals.
            unsafe { weft_runtime_enter_direct(ctx, vmctx, identity, &mut args) };
        }
        best[3] = best[3].min(start.elapsed().as_secs_f64());
    }
    let nanos = best.map(|seconds| seconds * 1e9 / ROUNDS as f64);
    println!(
        "in {:.2} ns (the stub alone {:.2}), out {:.2} ns, in by register file {:.2} ns",
        nanos[0], nanos[3], nanos[1], nanos[2]
    );
}
