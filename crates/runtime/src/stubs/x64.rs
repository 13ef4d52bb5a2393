//! The stubs for x86-64.
//!
//! One block of assembly, so that a range check tells whether a program counter is in a stub.
//!
//! **Entry frames** lie on the host's stack, at `StoreContext::host_sp`:
//!
//! | offset | |
//! |---|---|
//! | 0 | `wasm_sp` of the activation outside |
//! | 8 | `host_sp` of the activation outside |
//! | 16 | the context |
//! | 24, 32 | where the results go |
//! | 40… | `r15 r14 r13 r12 rbx rbp`, return address |
//!
//! so that `landing` needs nothing but `rsp == host_sp`. While wasm runs, `r12` of its outermost
//! frame is the context: the return path finds the entry frame through it, which a resumed call has got anew.
//!
//! **Exit frames** lie on the wasm stack: a frame pointer chain as in compiled code, and at
//! `StoreContext::wasm_sp` the frame pointer followed by the context.
//!
//! Every check of `pending` is followed only by instructions that can be done again, up to and
//! including the one that reaches wasm: a signal in that *window* sends the program counter back to the check.

use std::arch::global_asm;
use std::mem::offset_of;

use weft_abi::TrapKind;
use weft_abi::layout::{StoreContext, VMHostContext, pending};

use super::{RegisterFile, SUSPENDED};

macro_rules! begin {
    ($name:literal) => {
        concat!(
            ".p2align 6\n.globl ",
            $name,
            "\n.hidden ",
            $name,
            "\n.type ",
            $name,
            ",@function\n",
            $name,
            ":\n.cfi_startproc\n.cfi_undefined rip"
        )
    };
}

macro_rules! end {
    ($name:literal) => {
        concat!(".cfi_endproc\n.size ", $name, ", . - ", $name)
    };
}

/// Builds an entry frame; rdi is the context, `$results` where the results go.
macro_rules! entry_frame {
    ($results:literal) => {
        concat!(
            "push rbp\n mov rbp, rsp\n push rbx\n push r12\n push r13\n push r14\n push r15\n",
            "push ",
            $results,
            "\n push ",
            $results,
            "\n push rdi\n",
            "push [rdi + {HOST_SP}]\n push [rdi + {WASM_SP}]\n",
            "mov [rdi + {HOST_SP}], rsp"
        )
    };
}

/// Undoes an entry frame at rsp; keeps rax. Clobbers rcx, r8 and rdi.
macro_rules! leave_entry {
    () => {
        concat!(
            "pop rcx\n pop r8\n pop rdi\n mov [rdi + {WASM_SP}], rcx\n mov [rdi + {HOST_SP}], r8\n",
            "add rsp, 16\n pop r15\n pop r14\n pop r13\n pop r12\n pop rbx\n pop rbp\n ret"
        )
    };
}

/// Moves to the wasm stack for a call of r11 with vmctx rsi, r12 being the context.
macro_rules! to_wasm {
    () => {
        "mov r12, rdi\n mov r11, rdx\n mov rsp, [rdi + {WASM_SP}]\n mov rdi, rsi"
    };
}

/// `check: nothing pending? call: call r11`.
macro_rules! checked_call {
    ($check:literal, $call:literal) => {
        concat!(
            $check,
            ":\n cmp dword ptr [r12 + {PENDING}], 0\n jne .Lweft_entry_pending\n",
            $call,
            ":\n call r11\n mov rsp, [r12 + {HOST_SP}]\n mov r11, [rsp + 32]"
        )
    };
}

/// Loads (`to_mem` false) or stores the eight vector registers at `$base`.
macro_rules! load_floats {
    ($base:literal) => {
        concat!(
            "movups xmm0, [",
            $base,
            "]\n movups xmm1, [",
            $base,
            " + 16]\n movups xmm2, [",
            $base,
            " + 32]\n",
            "movups xmm3, [",
            $base,
            " + 48]\n movups xmm4, [",
            $base,
            " + 64]\n movups xmm5, [",
            $base,
            " + 80]\n",
            "movups xmm6, [",
            $base,
            " + 96]\n movups xmm7, [",
            $base,
            " + 112]"
        )
    };
}

macro_rules! store_floats {
    ($base:literal) => {
        concat!(
            "movups [",
            $base,
            "], xmm0\n movups [",
            $base,
            " + 16], xmm1\n movups [",
            $base,
            " + 32], xmm2\n",
            "movups [",
            $base,
            " + 48], xmm3\n movups [",
            $base,
            " + 64], xmm4\n movups [",
            $base,
            " + 80], xmm5\n",
            "movups [",
            $base,
            " + 96], xmm6\n movups [",
            $base,
            " + 112], xmm7"
        )
    };
}

/// Loads the argument registers after vmctx from 8-byte slots at `$base`.
macro_rules! load_int_args {
    ($base:literal) => {
        concat!(
            "mov rsi, [",
            $base,
            "]\n mov rdx, [",
            $base,
            " + 8]\n mov rcx, [",
            $base,
            " + 16]\n",
            "mov r8, [",
            $base,
            " + 24]\n mov r9, [",
            $base,
            " + 32]"
        )
    };
}

macro_rules! store_int_args {
    ($base:literal) => {
        concat!(
            "mov [",
            $base,
            "], rdi\n mov [",
            $base,
            " + 8], rsi\n mov [",
            $base,
            " + 16], rdx\n",
            "mov [",
            $base,
            " + 24], rcx\n mov [",
            $base,
            " + 32], r8\n mov [",
            $base,
            " + 40], r9"
        )
    };
}

/// Loads the integer result registers; `$base` must not be one of them, or be r10.
macro_rules! load_int_results {
    ($base:literal) => {
        concat!(
            "mov rax, [",
            $base,
            "]\n mov rcx, [",
            $base,
            " + 8]\n mov rdx, [",
            $base,
            " + 16]\n",
            "mov rsi, [",
            $base,
            " + 24]\n mov rdi, [",
            $base,
            " + 32]\n mov r8, [",
            $base,
            " + 40]\n",
            "mov r9, [",
            $base,
            " + 48]\n mov r10, [",
            $base,
            " + 56]"
        )
    };
}

/// Loads a preserved register from where the one at `$offset` in `StoreContext::handler_registers` is; r11 is the context.
macro_rules! load_handler_register {
    ($register:literal, $offset:literal) => {
        concat!(
            "mov rax, [r11 + {HANDLER_REGISTERS} + ",
            $offset,
            "]\n mov ",
            $register,
            ", [rax]"
        )
    };
}

/// A whole exit stub whose arguments stay where they are.
macro_rules! plain_exit {
    ($call:literal, $check:literal, $end:literal) => {
        concat!(
            "push rbp\n mov rbp, rsp\n mov r11, [rdi + {STORE}]\n push r11\n push rbp\n",
            "mov [r11 + {WASM_SP}], rsp\n mov rsp, [r11 + {HOST_SP}]\n",
            "cmp rsp, [r11 + {HOST_LIMIT}]\n jb .Lweft_exit_overflow\n",
            $call,
            "\n mov r11, [rbp - 8]\n mov rsp, rbp\n pop rbp\n",
            $check,
            ":\n cmp dword ptr [r11 + {PENDING}], 0\n jne .Lweft_exit_slow\n",
            $end,
            ":\n ret"
        )
    };
}

global_asm!(
    ".pushsection .text.weft_stubs,\"ax\",@progbits",
    ".p2align 6",
    ".Lweft_text:",

    // enter(rdi context, rsi vmctx, rdx code, rcx register file) -> eax
    begin!("weft_runtime_enter"),
    entry_frame!("rcx"),
    "mov r10, rcx",
    to_wasm!(),
    "mov rdx, [r10 + {FILE_STACK_BYTES}]",
    "mov rsi, [r10 + {FILE_STACK}]",
    "sub rsp, rdx",
    "2: sub rdx, 8",
    "jb 3f",
    "mov rax, [rsi + rdx]",
    "mov [rsp + rdx], rax",
    "jmp 2b",
    "3:",
    load_floats!("r10 + {FILE_FLOATS}"),
    load_int_args!("r10 + 8"),
    checked_call!(".Lweft_enter_check", ".Lweft_enter_call"),
    "mov [r11], rax",
    "mov [r11 + 8], rcx",
    "mov [r11 + 16], rdx",
    "mov [r11 + 24], rsi",
    "mov [r11 + 32], rdi",
    "mov [r11 + 40], r8",
    "mov [r11 + 48], r9",
    "mov [r11 + 56], r10",
    store_floats!("r11 + {FILE_FLOATS}"),
    "xor eax, eax",
    leave_entry!(),
    end!("weft_runtime_enter"),

    // enter_direct(rdi context, rsi vmctx, rdx code, rcx integer arguments) -> eax
    begin!("weft_runtime_enter_direct"),
    entry_frame!("rcx"),
    "mov r10, rcx",
    to_wasm!(),
    load_int_args!("r10"),
    checked_call!(".Lweft_direct_check", ".Lweft_direct_call"),
    "mov [r11], rax",
    "movq [r11 + 8], xmm0",
    "xor eax, eax",
    leave_entry!(),
    end!("weft_runtime_enter_direct"),

    // enter_float(rdi context, rsi vmctx, rdx code, rcx integer and float arguments) -> eax
    begin!("weft_runtime_enter_float"),
    entry_frame!("rcx"),
    "mov r10, rcx",
    to_wasm!(),
    "movq xmm0, [r10 + 48]",
    "movq xmm1, [r10 + 56]",
    "movq xmm2, [r10 + 64]",
    "movq xmm3, [r10 + 72]",
    load_int_args!("r10"),
    checked_call!(".Lweft_float_check", ".Lweft_float_call"),
    "mov [r11], rax",
    "movq [r11 + 8], xmm0",
    "xor eax, eax",
    leave_entry!(),
    end!("weft_runtime_enter_float"),

    // resume(rdi context, rsi suspended stack pointer, rdx register file with the results) -> eax
    begin!("weft_runtime_resume"),
    entry_frame!("rdx"),
    "mov r11, rdi",
    "mov rsp, rsi",
    "pop r15",
    "pop r14",
    "pop r13",
    "pop r12",
    "pop rbx",
    "pop rbp",
    "mov r10, rdx",
    load_floats!("r10 + {FILE_FLOATS}"),
    load_int_results!("r10"),
    "jmp .Lweft_exit_check",
    end!("weft_runtime_resume"),

    // Tail callee; rdi is a VMHostContext.
    begin!("weft_runtime_exit_direct"),
    plain_exit!("call [rdi + {FUNCTION}]", ".Lweft_exit_check", ".Lweft_exit_end"),
    end!("weft_runtime_exit_direct"),

    // Tail callee; rdi is a VMContext, r10 the implementation.
    begin!("weft_runtime_exit_libcall"),
    plain_exit!("call r10", ".Lweft_libcall_check", ".Lweft_libcall_end"),
    end!("weft_runtime_exit_libcall"),

    // Tail callee; rdi is a VMHostContext. The register file lies in the exit frame.
    begin!("weft_runtime_exit_full"),
    "push rbp",
    "mov rbp, rsp",
    "mov r11, [rdi + {STORE}]",
    "sub rsp, {FILE_SIZE}",
    store_int_args!("rsp"),
    store_floats!("rsp + {FILE_FLOATS}"),
    "lea rax, [rbp + 16]",
    "mov [rsp + {FILE_STACK}], rax",
    "mov rax, [rdi + {STACK_BYTES}]",
    "mov [rsp + {FILE_STACK_BYTES}], rax",
    "push r11",
    "push rbp",
    "mov [r11 + {WASM_SP}], rsp",
    "lea rsi, [rsp + 16]",
    "mov rsp, [r11 + {HOST_SP}]",
    "cmp rsp, [r11 + {HOST_LIMIT}]",
    "jb .Lweft_exit_overflow",
    "call [rdi + {FUNCTION}]",
    "mov r11, [rbp - {FILE_SIZE} - 8]",
    "lea rsp, [rbp - {FILE_SIZE}]",
    // The return address goes where the last stack argument was: that pops them.
    "mov rax, [rsp + {FILE_STACK_BYTES}]",
    "mov rcx, [rbp + 8]",
    "lea rdi, [rbp + rax + 8]",
    "mov rbp, [rbp]",
    "mov [rdi], rcx",
    "mov [rsp + {FILE_STACK}], rdi",
    load_floats!("rsp + {FILE_FLOATS}"),
    load_int_results!("rsp"),
    "mov rsp, [rsp + {FILE_STACK}]",
    ".Lweft_full_check:",
    "cmp dword ptr [r11 + {PENDING}], 0",
    "jne .Lweft_exit_slow",
    ".Lweft_full_end:",
    "ret",
    end!("weft_runtime_exit_full"),

    // Jumped to with all argument registers live and the function's number in r11d.
    begin!("weft_runtime_lazy"),
    "push rbp",
    "mov rbp, rsp",
    "mov r10, [rdi + {STORE}]",
    "sub rsp, 176",
    store_int_args!("rsp"),
    store_floats!("rsp + 48"),
    "push r10",
    "push rbp",
    "mov [r10 + {WASM_SP}], rsp",
    "mov rsp, [r10 + {HOST_SP}]",
    "cmp rsp, [r10 + {HOST_LIMIT}]",
    "jb .Lweft_lazy_overflow",
    "mov esi, r11d",
    "call {COMPILE}",
    "mov r11, rax",
    "mov r10, [rbp - 184]",
    "lea rsp, [rbp - 176]",
    "mov rdi, [rsp]",
    load_int_args!("rsp + 8"),
    load_floats!("rsp + 48"),
    "mov rsp, rbp",
    "pop rbp",
    ".Lweft_lazy_check:",
    "cmp dword ptr [r10 + {PENDING}], 0",
    "jne .Lweft_lazy_slow",
    ".Lweft_lazy_end:",
    "jmp r11",
    ".Lweft_lazy_slow:",
    "mov r11, r10",
    "jmp .Lweft_exit_slow",
    ".Lweft_lazy_overflow:",
    "mov r11, r10",
    "jmp .Lweft_exit_overflow",
    end!("weft_runtime_lazy"),

    // The ways out that are not returns.
    begin!("weft_runtime_leave"),
    // Something is pending at entry: no wasm frame exists. r12 is the context.
    ".Lweft_entry_pending:",
    "mov r11, r12",
    "xor eax, eax",
    "mov [r11 + {TRAP_PC}], rax",
    "mov [r11 + {TRAP_FP}], rax",
    "jmp .Lweft_pending",
    // The host's stack is used up. r11 is the context, rbp the exit frame.
    ".Lweft_exit_overflow:",
    "mov rax, [rbp + 8]",
    "dec rax",
    "mov rcx, [rbp]",
    "mov [r11 + {TRAP_PC}], rax",
    "mov [r11 + {TRAP_FP}], rcx",
    "mov dword ptr [r11 + {TRAP}], {EXHAUSTED}",
    "jmp .Lweft_leave",
    // Something is pending after a host call. r11 is the context, rsp at the return address into wasm.
    ".Lweft_exit_slow:",
    "mov rax, [rsp]",
    "dec rax",
    "mov [r11 + {TRAP_PC}], rax",
    "mov [r11 + {TRAP_FP}], rbp",
    ".Lweft_pending:",
    "mov eax, [r11 + {PENDING}]",
    "test eax, {RESUME}",
    "jnz .Lweft_handler",
    "test eax, {HOST_TRAP}",
    "jnz .Lweft_host_trap",
    "test eax, {SUSPEND}",
    "jnz .Lweft_suspend",
    ".Lweft_interrupt:",
    "lock and dword ptr [r11 + {PENDING}], {NOT_INTERRUPT}",
    "mov dword ptr [r11 + {TRAP}], {INTERRUPTED}",
    "jmp .Lweft_leave",
    ".Lweft_host_trap:",
    "lock and dword ptr [r11 + {PENDING}], {NOT_HOST_TRAP}",
    "jmp .Lweft_leave",
    // An exception is caught: wasm goes on in its handler. r11 is the context.
    ".Lweft_handler:",
    "lock and dword ptr [r11 + {PENDING}], {NOT_RESUME}",
    "mov [r11 + {LEFT_REGISTERS}], rbx",
    "mov [r11 + {LEFT_REGISTERS} + 8], r12",
    "mov [r11 + {LEFT_REGISTERS} + 16], r13",
    "mov [r11 + {LEFT_REGISTERS} + 24], r14",
    "mov [r11 + {LEFT_REGISTERS} + 32], r15",
    // Before the stack pointer: they may lie in frames below it.
    load_handler_register!("rbx", "0"),
    load_handler_register!("r12", "8"),
    load_handler_register!("r13", "16"),
    load_handler_register!("r14", "24"),
    load_handler_register!("r15", "32"),
    "mov rbp, [r11 + {HANDLER_FP}]",
    "mov rsp, [r11 + {HANDLER_SP}]",
    "mov rax, [r11 + {EXCEPTION}]",
    ".Lweft_handler_check:",
    "cmp dword ptr [r11 + {PENDING}], 0",
    "jne .Lweft_handler_interrupted",
    ".Lweft_handler_end:",
    "jmp [r11 + {HANDLER_PC}]",
    ".Lweft_handler_interrupted:",
    "mov rax, [r11 + {HANDLER_PC}]",
    "mov [r11 + {TRAP_PC}], rax",
    "mov [r11 + {TRAP_FP}], rbp",
    "jmp .Lweft_interrupt",
    ".Lweft_suspend:",
    "lock and dword ptr [r11 + {PENDING}], {NOT_SUSPEND}",
    "test eax, {INTERRUPT}",
    "jnz .Lweft_interrupt",
    "push rbp",
    "push rbx",
    "push r12",
    "push r13",
    "push r14",
    "push r15",
    "mov [r11 + {SUSPENDED}], rsp",
    "mov dword ptr [r11 + {TRAP}], {SUSPENDED_CODE}",
    ".Lweft_leave:",
    "xor eax, eax",
    "mov [r11 + {TRAP_RETURN}], rax",
    "mov rax, [r11 + {STACK_HIGH}]",
    "mov [r11 + {TRAP_STACK}], rax",
    "mov rsp, [r11 + {HOST_SP}]",
    // Signal handlers come in here with rsp == host_sp.
    ".Lweft_landing:",
    "mov rdi, [rsp + 16]",
    "mov eax, [rdi + {TRAP}]",
    leave_entry!(),
    end!("weft_runtime_leave"),
    ".Lweft_text_end:",
    ".popsection",

    // `super::StubTable`.
    ".pushsection .data.rel.ro.weft_stubs,\"aw\",@progbits",
    ".p2align 3",
    ".globl weft_runtime_stub_table",
    ".hidden weft_runtime_stub_table",
    "weft_runtime_stub_table:",
    ".quad .Lweft_text, .Lweft_text_end, .Lweft_landing",
    ".quad weft_runtime_exit_direct, weft_runtime_exit_libcall, weft_runtime_exit_full, weft_runtime_lazy",
    ".quad .Lweft_enter_check, .Lweft_enter_call",
    ".quad .Lweft_direct_check, .Lweft_direct_call",
    ".quad .Lweft_float_check, .Lweft_float_call",
    ".quad .Lweft_exit_check, .Lweft_exit_end",
    ".quad .Lweft_libcall_check, .Lweft_libcall_end",
    ".quad .Lweft_full_check, .Lweft_full_end",
    ".quad .Lweft_lazy_check, .Lweft_lazy_end",
    ".quad .Lweft_handler_check, .Lweft_handler_end",
    ".popsection",

    PENDING = const offset_of!(StoreContext, pending),
    TRAP = const offset_of!(StoreContext, trap),
    HOST_SP = const offset_of!(StoreContext, host_sp),
    WASM_SP = const offset_of!(StoreContext, wasm_sp),
    HOST_LIMIT = const offset_of!(StoreContext, host_limit),
    STACK_HIGH = const offset_of!(StoreContext, stack_high),
    TRAP_PC = const offset_of!(StoreContext, trap_pc),
    TRAP_FP = const offset_of!(StoreContext, trap_fp),
    TRAP_RETURN = const offset_of!(StoreContext, trap_return),
    TRAP_STACK = const offset_of!(StoreContext, trap_stack),
    SUSPENDED = const offset_of!(StoreContext, suspended),
    HANDLER_PC = const offset_of!(StoreContext, handler_pc),
    HANDLER_SP = const offset_of!(StoreContext, handler_sp),
    HANDLER_FP = const offset_of!(StoreContext, handler_fp),
    EXCEPTION = const offset_of!(StoreContext, exception),
    HANDLER_REGISTERS = const offset_of!(StoreContext, handler_registers),
    LEFT_REGISTERS = const offset_of!(StoreContext, left_registers),
    STORE = const offset_of!(VMHostContext, store),
    FUNCTION = const offset_of!(VMHostContext, function),
    STACK_BYTES = const offset_of!(VMHostContext, stack_bytes),
    FILE_FLOATS = const offset_of!(RegisterFile, floats),
    FILE_STACK = const offset_of!(RegisterFile, stack),
    FILE_STACK_BYTES = const offset_of!(RegisterFile, stack_bytes),
    FILE_SIZE = const size_of::<RegisterFile>(),
    INTERRUPT = const pending::INTERRUPT,
    RESUME = const pending::RESUME,
    HOST_TRAP = const pending::HOST_TRAP,
    SUSPEND = const pending::SUSPEND,
    NOT_INTERRUPT = const !(pending::INTERRUPT) as i32,
    NOT_RESUME = const !(pending::RESUME) as i32,
    // A host function that failed does not wait for anything.
    NOT_HOST_TRAP = const !(pending::HOST_TRAP | pending::SUSPEND) as i32,
    NOT_SUSPEND = const !pending::SUSPEND as i32,
    EXHAUSTED = const TrapKind::StackExhausted as u32,
    INTERRUPTED = const TrapKind::Interrupted as u32,
    SUSPENDED_CODE = const SUSPENDED,
    COMPILE = sym crate::code::compile_lazily,
);

const _: () = {
    // The register file is pushed whole onto an aligned stack.
    assert!(size_of::<RegisterFile>().is_multiple_of(16));
    assert!(offset_of!(RegisterFile, ints) == 0);
};
