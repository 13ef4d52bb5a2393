//! Throws through frames of code whose every byte is known.

use std::mem::offset_of;

use weft_abi::layout::{VMContext, VMHostContext};

use super::*;
use crate::stubs;
use crate::testing::{EPILOGUE, Machine, PROLOGUE, RESTORE, SAVE, call};
use crate::trap::capture_trap;

/// Where the tests' tag has its id: any word of a vmctx will do.
const TAG: u32 = offset_of!(VMContext, gc_base) as u32;

/// What a host function is to throw.
pub(in crate::trap) unsafe extern "C" fn throws(host: *mut VMHostContext) -> u64 {
    // SAFETY: called by wasm; the data is an exception.
    unsafe { throw((*host).store, *(*host).data.cast::<Thrown>()) };
    0
}

/// A function that throws `thrown`.
fn thrower(machine: &mut Machine, func: u32, thrown: Thrown) -> *const u8 {
    let data = Box::leak(Box::new(thrown));
    let host = machine.host(throws as *const u8, 0, (&raw mut *data).cast());
    machine.caller(func, stubs::exit_direct(), host.cast(), &[])
}

/// `mov register, value` for `rbx` and `r12–r15`.
fn fill(value: [i32; 5]) -> Vec<u8> {
    let registers = [
        [0x48, 0xc3],
        [0x49, 0xc4],
        [0x49, 0xc5],
        [0x49, 0xc6],
        [0x49, 0xc7],
    ];
    let mut code = Vec::new();
    for ([rex, register], value) in registers.into_iter().zip(value) {
        code.extend([rex, 0xc7, register]);
        code.extend(value.to_le_bytes());
    }
    code
}

/// A function that calls `callee` with its own vmctx after overwriting every register that it saves.
fn spoiler(machine: &mut Machine, func: u32, callee: *const u8) -> *const u8 {
    let mut code = PROLOGUE.to_vec();
    code.extend(SAVE);
    code.extend(fill([-1; 5]));
    // mov rax, callee; call rax
    code.extend([0x48, 0xb8]);
    code.extend((callee as u64).to_le_bytes());
    code.extend([0xff, 0xd0]);
    code.extend(RESTORE);
    code.extend(EPILOGUE);
    machine.function(func, &code, &[])
}

#[test]
fn registers_survive_a_throw_across_ten_frames() {
    let mut machine = Machine::new();
    let thrown = Thrown {
        exception: 7,
        tag: 5,
    };
    machine.vmctx.gc_base = std::ptr::without_provenance_mut(5);
    let mut callee = thrower(&mut machine, 0, thrown);
    for func in 1..10 {
        callee = spoiler(&mut machine, func, callee);
    }
    let vmctx: *const () = (&raw const *machine.vmctx).cast();
    let catcher = machine.catcher(10, callee, vmctx, TAG);
    // Fills the registers, calls, and adds all of them to the result.
    let sentinels = [0x100, 0x1000, 0x10000, 0x10_0000, 0x100_0000];
    let mut code = PROLOGUE.to_vec();
    code.extend(SAVE);
    code.extend(fill(sentinels));
    code.extend(call(catcher, vmctx));
    // add rax, rbx; add rax, r12; … r15
    code.extend([
        0x48, 0x01, 0xd8, 0x4c, 0x01, 0xe0, 0x4c, 0x01, 0xe8, 0x4c, 0x01, 0xf0, 0x4c, 0x01, 0xf8,
    ]);
    code.extend(RESTORE);
    code.extend(EPILOGUE);
    let outer = machine.function(11, &code, &[]);
    let before = (machine.ctx.wasm_sp, machine.ctx.host_sp);
    for _ in 0..100 {
        assert_eq!(machine.run(outer), (0, 0x111_1107));
        assert_eq!((machine.ctx.wasm_sp, machine.ctx.host_sp), before);
    }
}

#[test]
fn the_innermost_handler_of_the_tag_takes_it() {
    let mut machine = Machine::new();
    machine.vmctx.gc_base = std::ptr::without_provenance_mut(5);
    let vmctx: *const () = (&raw const *machine.vmctx).cast();
    for (tag, result) in [(5, 107), (6, 7)] {
        let thrown = Thrown { exception: 7, tag };
        let throws = thrower(&mut machine, 0, thrown);
        let inner = machine.catcher(1, throws, vmctx, TAG);
        // add rax, 100, which an exception skips that the inner one does not take.
        let between = machine.caller(2, inner, vmctx, &[0x48, 0x83, 0xc0, 100]);
        let outer = machine.catcher(3, between, vmctx, Handler::ANY);
        assert_eq!(machine.run(outer), (0, result));
    }
}

#[test]
fn an_exception_that_nobody_takes_ends_its_activation() {
    let mut machine = Machine::new();
    machine.vmctx.gc_base = std::ptr::without_provenance_mut(5);
    let vmctx: *const () = (&raw const *machine.vmctx).cast();
    let thrown = Thrown {
        exception: 7,
        tag: 6,
    };
    let throws = thrower(&mut machine, 0, thrown);
    let middle = machine.caller(1, throws, vmctx, &[]);
    let outer = machine.catcher(2, middle, vmctx, TAG);
    for _ in 0..100 {
        assert_eq!(machine.run(outer).0, EXCEPTION);
        assert_eq!(machine.ctx.exception, 7);
        assert_eq!(machine.pending().load(Ordering::Relaxed), 0);
        // SAFETY: it has just happened.
        let frames = unsafe { capture_trap(&*machine.ctx, 10) };
        let functions: Vec<u32> = frames.iter().map(|frame| frame.meta.func).collect();
        assert_eq!(functions, [0, 1, 2]);
    }
}
