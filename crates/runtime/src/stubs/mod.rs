//! The doors between host code and wasm code.
//!
//! Host code runs on its thread's own stack, wasm code on its store's. An entry stub switches to the
//! wasm stack and calls code in the `tail` convention; an exit stub is called in that convention,
//! switches back and calls a host function in C's. Both compare `StoreContext::pending` with zero
//! before wasm goes on: one comparison for interrupts, exceptions, failed host calls and suspension.
//! A trap ends the innermost activation by landing in its entry stub.

mod x64;

use std::arch::naked_asm;

use weft_abi::Libcall;
use weft_abi::layout::{StoreContext, VMContext, VMHostContext};

use crate::trap::activation;

/// What an entry returns when a host function suspended it.
pub const SUSPENDED: u32 = 256;
/// What an entry returns when a host function failed with an error that the store keeps.
pub const HOST_ERROR: u32 = 257;
/// What an entry returns when an exception left it, which the store keeps.
pub const EXCEPTION: u32 = 258;

/// Every register that a call can use for arguments or results.
///
/// As arguments `ints` are `rdi rsi rdx rcx r8 r9` and the last two unused; as results
/// `rax rcx rdx rsi rdi r8 r9 r10`: the numbers of `weft_abi::signature::Location`.
#[derive(Clone, Debug)]
#[repr(C, align(16))]
pub struct RegisterFile {
    /// General-purpose registers.
    pub ints: [u64; 8],
    /// Vector registers.
    pub floats: [u128; 8],
    /// The stack arguments.
    pub stack: *mut u8,
    /// How many bytes of them: a multiple of 16.
    pub stack_bytes: u64,
}

impl Default for RegisterFile {
    fn default() -> Self {
        Self {
            ints: [0; 8],
            floats: [0; 8],
            stack: std::ptr::null_mut(),
            stack_bytes: 0,
        }
    }
}

/// What [`exit_full`] passes to a host function: the arguments, and room for the results.
///
/// The host function overwrites `ints` and `floats` with results; it must leave `stack_bytes` alone.
pub type ExitFrame = RegisterFile;

/// Arguments of [`enter_float`]: five integers, an unused slot, four floats.
#[derive(Copy, Clone, Default, Debug)]
#[repr(C)]
pub struct FloatArgs {
    /// Integer parameters, vmctx not counted; `ints[0]` and `ints[1]` are the results afterwards.
    pub ints: [u64; 6],
    /// Float parameters.
    pub floats: [u64; 4],
}

/// Places in the stubs; the assembly fills it in.
#[repr(C)]
pub(crate) struct StubTable {
    text: [usize; 2],
    pub(crate) landing: usize,
    frames: [usize; 4],
    windows: [[usize; 2]; 8],
}

unsafe extern "C" {
    static weft_runtime_stub_table: StubTable;
    fn weft_runtime_enter(
        ctx: *mut StoreContext,
        vmctx: *mut VMContext,
        code: *const u8,
        regs: *mut RegisterFile,
    ) -> u32;
    fn weft_runtime_enter_direct(
        ctx: *mut StoreContext,
        vmctx: *mut VMContext,
        code: *const u8,
        args: *mut [u64; 6],
    ) -> u32;
    fn weft_runtime_enter_float(
        ctx: *mut StoreContext,
        vmctx: *mut VMContext,
        code: *const u8,
        args: *mut FloatArgs,
    ) -> u32;
    fn weft_runtime_resume(
        ctx: *mut StoreContext,
        suspended: usize,
        regs: *mut RegisterFile,
    ) -> u32;
    fn weft_runtime_exit_direct();
    fn weft_runtime_exit_libcall();
    fn weft_runtime_exit_full();
    fn weft_runtime_lazy();
}

impl StubTable {
    #[inline]
    pub(crate) fn get() -> &'static Self {
        // SAFETY: constant data, relocated before anything runs.
        unsafe { &weft_runtime_stub_table }
    }

    /// Whether `pc` is in a stub.
    pub(crate) fn contains(&self, pc: usize) -> bool {
        (self.text[0]..self.text[1]).contains(&pc)
    }

    /// The check to go back to when `pc` is after it and before wasm.
    pub(crate) fn window(&self, pc: usize) -> Option<usize> {
        let window = self.windows.iter().find(|w| w[0] < pc && pc <= w[1])?;
        Some(window[0])
    }

    /// The start of the stub that `pc` is about to build its frame in, if there.
    pub(crate) fn frame_start(&self, pc: usize) -> Option<usize> {
        self.frames
            .iter()
            .copied()
            .find(|&start| (start..start + 4).contains(&pc))
    }
}

/// Calls wasm code with any signature.
///
/// Loads all argument registers from `regs` (`regs.ints[0]` excepted: that is `vmctx`), copies the
/// stack arguments, and stores all result registers to `regs`. Returns 0, a
/// [`weft_abi::TrapKind`]'s number, [`SUSPENDED`], [`HOST_ERROR`] or [`EXCEPTION`]; only with 0 there are results.
///
/// # Safety
/// `ctx` is a store's context with a stack, used by this thread alone; `code` is code for `vmctx`,
/// both of that store, and `regs` holds what the code's signature says.
#[inline]
pub unsafe fn enter(
    ctx: *mut StoreContext,
    vmctx: *mut VMContext,
    code: *const u8,
    regs: *mut RegisterFile,
) -> u32 {
    // SAFETY: as the caller promises.
    unsafe { activation::enter(ctx, || weft_runtime_enter(ctx, vmctx, code, regs)) }
}

/// Calls wasm code with at most five integer parameters and at most one result.
///
/// Afterwards `args[0]` is the integer result, `args[1]` the low half of the float result.
///
/// # Safety
/// As for [`enter`]; the call must not suspend.
#[inline]
pub unsafe fn enter_direct(
    ctx: *mut StoreContext,
    vmctx: *mut VMContext,
    code: *const u8,
    args: *mut [u64; 6],
) -> u32 {
    // SAFETY: as the caller promises.
    unsafe { activation::enter(ctx, || weft_runtime_enter_direct(ctx, vmctx, code, args)) }
}

/// Calls wasm code with at most five integer and four float (no vector) parameters and at most one result.
///
/// Results are as with [`enter_direct`], in `args.ints`.
///
/// # Safety
/// As for [`enter`]; the call must not suspend.
#[inline]
pub unsafe fn enter_float(
    ctx: *mut StoreContext,
    vmctx: *mut VMContext,
    code: *const u8,
    args: *mut FloatArgs,
) -> u32 {
    // SAFETY: as the caller promises.
    unsafe { activation::enter(ctx, || weft_runtime_enter_float(ctx, vmctx, code, args)) }
}

/// Continues a suspended call after the host call that suspended it.
///
/// `suspended` is what `StoreContext::suspended` was then; `regs` holds the results of that host
/// call, and those of the whole call when 0 is returned.
///
/// # Safety
/// The suspended stack is the context's stack again, and nothing ran on it since. The suspended
/// call was begun with [`enter`], and each suspension is resumed at most once.
#[inline]
pub unsafe fn resume(ctx: *mut StoreContext, suspended: usize, regs: *mut RegisterFile) -> u32 {
    // SAFETY: as the caller promises.
    unsafe { activation::enter(ctx, || weft_runtime_resume(ctx, suspended, regs)) }
}

/// The code of host functions whose signature is direct: `VMHostContext::function` is an
/// `extern "C" fn(*mut VMHostContext, parameters…) -> result`.
pub fn exit_direct() -> *const u8 {
    weft_runtime_exit_direct as *const u8
}

/// The code of host functions with any signature: `VMHostContext::function` is an
/// `extern "C" fn(*mut VMHostContext, *mut ExitFrame)`.
pub fn exit_full() -> *const u8 {
    weft_runtime_exit_full as *const u8
}

/// The code behind the entries of functions that are not compiled yet: see [`crate::code_memory::Plt`].
pub fn lazy() -> *const u8 {
    weft_runtime_lazy as *const u8
}

/// The type of [`VMHostContext::function`] behind [`exit_full`].
pub type FullHostFunction = unsafe extern "C" fn(*mut VMHostContext, *mut ExitFrame);

/// A stub, which only compiled code can call.
#[derive(Copy, Clone)]
#[repr(transparent)]
pub struct Stub(unsafe extern "C" fn());

macro_rules! libcall_stubs {
    ($($name:ident $snake:ident($($param:ident: $ty:ident),*) $(-> $result:ident)?;)*) => {
        mod libcall {
            use super::*;
            $(
                #[unsafe(naked)]
                pub(super) unsafe extern "C" fn $snake() {
                    naked_asm!(
                        "lea r10, [rip + {implementation}]",
                        "jmp {exit}",
                        implementation = sym crate::libcalls::$snake,
                        exit = sym weft_runtime_exit_libcall,
                    )
                }
            )*
        }

        /// The stubs of all libcalls, in the order of [`Libcall::ALL`].
        pub static LIBCALLS: [Stub; Libcall::ALL.len()] = [$(Stub(libcall::$snake)),*];
    };
}

weft_abi::for_each_libcall!(libcall_stubs);

/// What `StoreContext::libcalls` points to.
pub fn libcalls() -> *const usize {
    LIBCALLS.as_ptr().cast()
}

#[cfg(test)]
mod tests;
