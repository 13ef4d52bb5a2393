//! Calls from the host into wasm.
//!
//! [`call_raw`] takes any signature. Typed wrappers whose signature is direct use
//! [`crate::stubs::enter_direct`] themselves, inlined, and [`finish`] for the rare rest.

use std::ptr::NonNull;
use std::sync::atomic::Ordering;

use smallvec::SmallVec;
use weft_abi::TrapKind;
use weft_abi::layout::{StoreContext, VMFuncRef, pending};
use weft_abi::signature::{Location, Signature};
use weft_abi::value::{RawVal, Repr};
use weft_module::DefinedFuncIndex;

use crate::error::{Failure, Trap, TrapFrame};
use crate::global::normalize;
use crate::store::{PendingFailure, StoreInner};
use crate::stubs::{self, EXCEPTION, HOST_ERROR, RegisterFile, SUSPENDED};

/// How many frames a backtrace has at most.
const MAX_FRAMES: usize = 50;

/// Calls a function: `slots` holds its parameters, and its results afterwards.
///
/// # Errors
/// Whatever ends the call without results.
///
/// # Safety
/// `func_ref` is a live function of `store` with this signature, which this thread uses alone; `slots` has room for parameters and
/// results, and the parameters are of their types, in their representation, and of this store.
pub unsafe fn call_raw(
    store: &StoreInner,
    func_ref: NonNull<VMFuncRef>,
    signature: &Signature,
    slots: &mut [RawVal],
) -> Result<(), Failure> {
    let mut stack: SmallVec<[u128; 8]> =
        SmallVec::from_elem(0, signature.stack_bytes as usize / 16);
    let mut registers = load_params(signature, slots, &mut stack);
    // SAFETY: the caller's.
    let code = unsafe {
        let func = func_ref.as_ref();
        stubs::enter(store.context(), func.vmctx, func.code, &raw mut registers)
    };
    if code != 0 {
        // SAFETY: the entry has just failed with this code.
        return Err(unsafe { finish(store, code) });
    }
    take_results(&registers, signature, slots);
    Ok(())
}

/// The registers for a call with these parameters.
///
/// `stack` takes the stack arguments: it has [`Signature::stack_bytes`] bytes and must stay until the call. If results
/// go to memory, they go to `slots`, which must stay until they are there.
///
/// # Panics
/// When there is no room for parameters and results.
pub fn load_params(
    signature: &Signature,
    slots: &mut [RawVal],
    stack: &mut [u128],
) -> RegisterFile {
    assert!(slots.len() >= signature.params.len().max(signature.results.len()));
    assert!(size_of_val(stack) >= signature.stack_bytes as usize);
    let mut registers = RegisterFile {
        stack: stack.as_mut_ptr().cast(),
        stack_bytes: u64::from(signature.stack_bytes),
        ..RegisterFile::default()
    };
    for (&(repr, location), value) in signature.params.iter().zip(&*slots) {
        // SAFETY: the stack has room for the signature's arguments.
        unsafe { put(&mut registers, repr, location, *value) };
    }
    if signature.results_in_memory {
        registers.ints[1] = slots.as_mut_ptr() as u64;
    }
    registers
}

unsafe fn put(registers: &mut RegisterFile, repr: Repr, location: Location, value: RawVal) {
    let value = normalize(repr, value.0);
    match location {
        Location::Int(number) => registers.ints[number as usize] = value.to_u64(),
        Location::Float(number) => registers.floats[number as usize] = value.0,
        // SAFETY: the caller's; each argument is aligned to its size.
        Location::Stack(offset) => unsafe {
            let slot = registers.stack.add(offset as usize);
            match repr {
                Repr::V128 => slot.cast::<u128>().write(value.0),
                _ => slot.cast::<u64>().write(value.to_u64()),
            }
        },
    }
}

/// Takes the results of a call into `slots`.
pub fn take_results(registers: &RegisterFile, signature: &Signature, slots: &mut [RawVal]) {
    for (&(repr, location), slot) in signature.results.iter().zip(slots) {
        let bits = match location {
            _ if signature.results_in_memory => slot.0,
            Location::Int(number) => u128::from(registers.ints[number as usize]),
            Location::Float(number) => registers.floats[number as usize],
            Location::Stack(_) => unreachable!("results are in registers or all in memory"),
        };
        *slot = normalize(repr, bits);
    }
}

/// Why an entry returned `code`, which is not 0. The backtrace is captured here.
///
/// # Safety
/// The last entry into `store` returned `code`, and no wasm of it has run since.
#[cold]
pub unsafe fn finish(store: &StoreInner, code: u32) -> Failure {
    match code {
        SUSPENDED => Failure::Suspended,
        EXCEPTION => {
            // SAFETY: the context is this thread's, and names the exception that has just left.
            let exception = unsafe { (*store.context()).exception } as u32;
            // SAFETY: the caller's.
            Failure::Exception(store.own_root(exception), unsafe { backtrace(store) })
        }
        HOST_ERROR => {
            // SAFETY: the caller's.
            let frames = || unsafe { backtrace(store) };
            match store.take_failure() {
                Some(PendingFailure::Host(error)) => Failure::Host(error, frames()),
                Some(PendingFailure::Panic(payload)) => Failure::Panic(payload),
                Some(PendingFailure::Compile(error)) => Failure::Compile(error),
                None => Failure::trap(TrapKind::ResourceExhausted),
            }
        }
        code => {
            let kind = trap_kind(code);
            // SAFETY: the caller's.
            let frames = unsafe { backtrace(store) };
            if kind == TrapKind::Interrupted {
                // SAFETY: the context lives as long as the store.
                unsafe { interrupt_outer(store.context()) };
            }
            Failure::Trap(Box::new(Trap { kind, frames }))
        }
    }
}

fn trap_kind(code: u32) -> TrapKind {
    let code = u8::try_from(code).ok();
    code.and_then(TrapKind::from_code)
        .unwrap_or(TrapKind::Unreachable)
}

/// An interruption ends every activation of the store: a host function between two of them that
/// swallows the inner one's error does not get around it.
///
/// # Safety
/// `context` is valid.
unsafe fn interrupt_outer(context: *mut StoreContext) {
    // SAFETY: the caller's; other threads write to `pending`, but atomically.
    unsafe {
        if (*context).host_sp != 0 {
            (*context)
                .pending
                .fetch_or(pending::INTERRUPT, Ordering::Relaxed);
        }
    }
}

unsafe fn backtrace(store: &StoreInner) -> Vec<TrapFrame> {
    // SAFETY: the caller's; the code of functions on the stack is kept by their instances.
    let frames = unsafe { crate::trap::capture_trap(store.context(), MAX_FRAMES) };
    calls_of(&frames)
}

/// The wasm frames that are active on this thread, innermost first: for a host function to say who called it.
///
/// # Safety
/// Called from a host function, or where no wasm is active.
pub unsafe fn active_frames() -> Vec<TrapFrame> {
    // SAFETY: the caller's.
    let frames = unsafe { crate::trap::capture(MAX_FRAMES) };
    calls_of(&frames)
}

/// The calls that `frames` stand for, at most [`MAX_FRAMES`]: more than one each where functions are inlined.
fn calls_of(frames: &[crate::trap::Frame]) -> Vec<TrapFrame> {
    let mut calls = Vec::with_capacity(frames.len());
    for frame in frames {
        push_calls(&mut calls, frame);
    }
    calls.truncate(MAX_FRAMES);
    calls
}

fn push_calls(calls: &mut Vec<TrapFrame>, frame: &crate::trap::Frame) {
    // SAFETY: metas of functions are made by `Code`, which is alive while its functions are on a stack.
    let code = unsafe { crate::code::Code::of_meta(frame.meta) };
    let info = code.info();
    let own = DefinedFuncIndex(frame.meta.func);
    let mut push = |func, module_offset| {
        calls.push(TrapFrame {
            code: code.clone(),
            func: info.func_index(func),
            module_offset,
        });
    };
    let (outer, inlined) = match frame.positions().split_first() {
        Some((outer, inlined)) => (Some(outer.module_offset), inlined),
        None => (None, &[][..]),
    };
    for position in inlined.iter().rev() {
        let offset = position.module_offset;
        push(info.func_at(offset).unwrap_or(own), Some(offset));
    }
    push(own, outer);
}
