//! Throws through frames of code whose every byte is known.

use std::mem::offset_of;

use weft_abi::layout::{VMContext, VMHostContext};

use super::*;
use crate::stubs;
use crate::testing::{ALL, Machine, call};
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

/// `mov register, value` for those of `rbx` and `r12–r15` that are in `registers`.
fn fill(registers: SavedRegisters, values: [i32; SavedRegisters::COUNT]) -> Vec<u8> {
    const REGISTERS: [[u8; 2]; SavedRegisters::COUNT] = [
        [0x48, 0xc3],
        [0x49, 0xc4],
        [0x49, 0xc5],
        [0x49, 0xc6],
        [0x49, 0xc7],
    ];
    let mut code = Vec::new();
    for (number, _) in registers.places() {
        let [rex, register] = REGISTERS[number];
        code.extend([rex, 0xc7, register]);
        code.extend(values[number].to_le_bytes());
    }
    code
}

/// A function that calls `callee` with its own vmctx after overwriting every register that it saves.
fn spoiler(
    machine: &mut Machine,
    func: u32,
    saved: SavedRegisters,
    callee: *const u8,
) -> *const u8 {
    let mut body = fill(saved, [-1; 5]);
    // mov rax, callee; call rax
    body.extend([0x48, 0xb8]);
    body.extend((callee as u64).to_le_bytes());
    body.extend([0xff, 0xd0]);
    machine.saving(func, saved, &body)
}

const SENTINELS: [i32; 5] = [0x100, 0x1000, 0x10000, 0x10_0000, 0x100_0000];
/// `add rax, rbx; add rax, r12; … r15`.
const ADD_ALL: [u8; 15] = [
    0x48, 0x01, 0xd8, 0x4c, 0x01, 0xe0, 0x4c, 0x01, 0xe8, 0x4c, 0x01, 0xf0, 0x4c, 0x01, 0xf8,
];

/// A function that throws 7 with the tag 5, with so many frames above it of which each spoils what it saves.
fn deep_thrower(machine: &mut Machine, spoiled: &[u8]) -> *const u8 {
    let thrown = Thrown {
        exception: 7,
        tag: 5,
    };
    machine.vmctx.gc_base = std::ptr::without_provenance_mut(5);
    let mut callee = thrower(machine, 0, thrown);
    for (func, &saved) in (1..).zip(spoiled) {
        callee = spoiler(machine, func, SavedRegisters(saved), callee);
    }
    callee
}

#[test]
fn registers_survive_a_throw_across_ten_frames() {
    let mut machine = Machine::new();
    let callee = deep_thrower(&mut machine, &[ALL.0; 9]);
    let vmctx: *const () = (&raw const *machine.vmctx).cast();
    let catcher = machine.catcher(10, callee, vmctx, TAG);
    // Fills the registers, calls, and adds all of them to the result.
    let mut body = fill(ALL, SENTINELS);
    body.extend(call(catcher, vmctx));
    body.extend(ADD_ALL);
    let outer = machine.saving(11, ALL, &body);
    let before = (machine.ctx.wasm_sp, machine.ctx.host_sp);
    for _ in 0..100 {
        assert_eq!(machine.run(outer), (0, 0x111_1107));
        assert_eq!((machine.ctx.wasm_sp, machine.ctx.host_sp), before);
    }
}

#[test]
fn a_handler_finds_the_registers_of_its_call() {
    // No frame, one, and several that save nothing, one register, some, or the same ones again.
    let frames: [&[u8]; 9] = [
        &[],
        &[0],
        &[0b11111],
        &[0b00001],
        &[0b10000],
        &[0b00101, 0b01010],
        &[1, 2, 4, 8, 16, 0, 16, 8, 4, 2, 1],
        &[0b11100, 0b00111, 0b00100],
        &[0b01000, 0b11111, 0, 0b10001],
    ];
    for spoiled in frames {
        let mut machine = Machine::new();
        let callee = deep_thrower(&mut machine, spoiled);
        let vmctx: *const () = (&raw const *machine.vmctx).cast();
        let before = fill(ALL, SENTINELS);
        let catcher = machine.catcher_between(20, callee, vmctx, TAG, [&before, &ADD_ALL]);
        for _ in 0..10 {
            assert_eq!(machine.run(catcher), (0, 0x111_1107), "{spoiled:?}");
        }
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
