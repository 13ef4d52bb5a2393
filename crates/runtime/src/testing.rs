//! Machine code by hand, for tests of what is beneath the compilers.

use std::sync::atomic::AtomicU32;

use weft_abi::layout::{
    StoreContext, VMCONTEXT_MAGIC, VMContext, VMHOSTCONTEXT_MAGIC, VMHostContext,
};
use weft_abi::{CallSite, CodePosition, Handler, SavedRegisters, TrapKind, TrapSite};

use crate::code_memory::{Arena, FunctionMeta};
use crate::compiled::TablesRef;
use crate::stacks::WasmStack;
use crate::stubs;

/// `push rbp; mov rbp, rsp`.
pub(crate) const PROLOGUE: [u8; 4] = [0x55, 0x48, 0x89, 0xe5];
/// `pop rbp; ret`.
pub(crate) const EPILOGUE: [u8; 2] = [0x5d, 0xc3];
/// `mov rax, rsi; ret`.
pub(crate) const IDENTITY: &[u8] = &[0x48, 0x89, 0xf0, 0xc3];
/// `jmp .`.
pub(crate) const LOOP: &[u8] = &[0xeb, 0xfe];
/// `ud2`.
pub(crate) const UD2: &[u8] = &[0x0f, 0x0b];
/// `mov rax, [rsi]; ret`.
pub(crate) const LOAD: &[u8] = &[0x48, 0x8b, 0x06, 0xc3];

/// `rbx` and `r12–r15`.
pub(crate) const ALL: SavedRegisters = SavedRegisters(0b11111);

/// A store with one instance, as far as code can see.
#[expect(clippy::vec_box, reason = "code points to them")]
pub(crate) struct Machine {
    pub(crate) ctx: Box<StoreContext>,
    pub(crate) vmctx: Box<VMContext>,
    pub(crate) arena: Arena,
    _stack: WasmStack,
    metas: Vec<Box<FunctionMeta>>,
    hosts: Vec<Box<VMHostContext>>,
}

impl Machine {
    pub(crate) fn new() -> Self {
        Self::with_stack(256 << 10)
    }

    pub(crate) fn with_stack(bytes: usize) -> Self {
        let null = std::ptr::null_mut::<core::ffi::c_void>();
        let mut ctx = Box::new(StoreContext::new(stubs::libcalls(), null.cast(), null));
        let stack = WasmStack::new(bytes).unwrap();
        stack.install(&mut ctx);
        let vmctx = Box::new(VMContext {
            magic: VMCONTEXT_MAGIC,
            store: &mut *ctx,
            libcalls: stubs::libcalls(),
            type_ids: null.cast(),
            instance: null,
            gc_base: null.cast(),
        });
        Self {
            ctx,
            vmctx,
            arena: Arena::new().unwrap(),
            _stack: stack,
            metas: Vec::new(),
            hosts: Vec::new(),
        }
    }

    pub(crate) fn pending(&self) -> &AtomicU32 {
        &self.ctx.pending
    }

    /// Publishes `code` as function number `func`, with one position per byte and the given traps.
    pub(crate) fn function(
        &mut self,
        func: u32,
        code: &[u8],
        traps: &[(u32, TrapKind)],
    ) -> *const u8 {
        let site = |&(offset, kind): &(u32, TrapKind)| TrapSite { offset, kind };
        let position = |offset| CodePosition {
            offset,
            module_offset: offset,
        };
        let tables = TablesRef {
            traps: Vec::from_iter(traps.iter().map(site)).leak(),
            positions: Vec::from_iter((0..code.len() as u32).map(position)).leak(),
            ..TablesRef::default()
        };
        self.publish(func, code, tables)
    }

    /// A function that saves `saved`, does `body`, and restores them.
    pub(crate) fn saving(&mut self, func: u32, saved: SavedRegisters, body: &[u8]) -> *const u8 {
        let mut code = PROLOGUE.to_vec();
        code.extend(save(saved));
        code.extend(body);
        code.extend(restore(saved));
        code.extend(EPILOGUE);
        let tables = TablesRef {
            saved,
            ..TablesRef::default()
        };
        self.publish(func, &code, tables)
    }

    fn publish(&mut self, func: u32, code: &[u8], tables: TablesRef<'static>) -> *const u8 {
        let allocation = self.arena.alloc(code.len(), None).unwrap();
        // SAFETY: the tables are leaked, the code is written before it is published.
        unsafe {
            let null = std::ptr::null();
            let meta = FunctionMeta::new(allocation.exec, code.len(), func, null, tables);
            self.metas.push(Box::new(meta));
            std::ptr::copy_nonoverlapping(code.as_ptr(), allocation.write, code.len());
            let meta: *const FunctionMeta = &**self.metas.last().unwrap();
            self.arena.publish(&allocation, meta).unwrap();
        }
        allocation.exec
    }

    /// A host function with `data` for itself.
    pub(crate) fn host(
        &mut self,
        function: *const u8,
        stack_bytes: u64,
        data: *mut core::ffi::c_void,
    ) -> *mut VMHostContext {
        self.hosts.push(Box::new(VMHostContext {
            magic: VMHOSTCONTEXT_MAGIC,
            store: &mut *self.ctx,
            function,
            stack_bytes,
            importer: std::ptr::null_mut(),
            data,
        }));
        &mut **self.hosts.last_mut().unwrap()
    }

    /// A function that calls `callee` with its own arguments, then goes on with `after`.
    pub(crate) fn caller(
        &mut self,
        func: u32,
        callee: *const u8,
        vmctx: *const (),
        after: &[u8],
    ) -> *const u8 {
        let mut code = PROLOGUE.to_vec();
        code.extend(call(callee, vmctx));
        code.extend(after);
        code.extend(EPILOGUE);
        self.function(func, &code, &[])
    }

    /// A function that calls `callee` with its own arguments. An exception whose tag's id is at the offset `tag` of
    /// its vmctx is its result.
    pub(crate) fn catcher(
        &mut self,
        func: u32,
        callee: *const u8,
        vmctx: *const (),
        tag: u32,
    ) -> *const u8 {
        self.catcher_between(func, callee, vmctx, tag, [&[], &[]])
    }

    /// The same, with something done before the call and, whether it returns or throws, after it.
    pub(crate) fn catcher_between(
        &mut self,
        func: u32,
        callee: *const u8,
        vmctx: *const (),
        tag: u32,
        [before, after]: [&[u8]; 2],
    ) -> *const u8 {
        let mut code = PROLOGUE.to_vec();
        code.extend(save(ALL));
        code.extend(before);
        // sub rsp, 16; mov [rsp + 8], rdi
        code.extend([0x48, 0x83, 0xec, 16, 0x48, 0x89, 0x7c, 0x24, 8]);
        code.extend(call(callee, vmctx));
        let back = code.len() as u32;
        // add rsp, 16
        code.extend([0x48, 0x83, 0xc4, 16]);
        code.extend(after);
        code.extend(restore(ALL));
        code.extend(EPILOGUE);
        let tables = TablesRef {
            saved: ALL,
            call_sites: Vec::leak(vec![CallSite {
                return_offset: back,
                frame_size: 48 + 16,
                vmctx: 8,
                first_handler: 0,
            }]),
            handlers: Vec::leak(vec![Handler { tag, offset: back }]),
            ..TablesRef::default()
        };
        self.publish(func, &code, tables)
    }

    /// Calls `code` directly with integers.
    pub(crate) fn call(&mut self, code: *const u8, args: [u64; 5]) -> (u32, u64) {
        let mut all = [0; 6];
        all[..5].copy_from_slice(&args);
        let vmctx = &raw mut *self.vmctx;
        // SAFETY: tests write code that keeps to the convention.
        let trap = unsafe { stubs::enter_direct(&mut *self.ctx, vmctx, code, &mut all) };
        (trap, all[0])
    }

    /// Calls `code` without arguments.
    pub(crate) fn run(&mut self, code: *const u8) -> (u32, u64) {
        self.call(code, [0; 5])
    }
}

/// Makes room for `saved` and stores them there.
fn save(saved: SavedRegisters) -> Vec<u8> {
    // sub rsp, size
    let mut code = vec![0x48, 0x83, 0xec, saved_size(saved)];
    code.extend(moves(saved, 0x89));
    code
}

/// Undoes what [`save`] did.
fn restore(saved: SavedRegisters) -> Vec<u8> {
    let mut code = moves(saved, 0x8b);
    // add rsp, size
    code.extend([0x48, 0x83, 0xc4, saved_size(saved)]);
    code
}

fn saved_size(saved: SavedRegisters) -> u8 {
    saved.places().next().map_or(0, |(_, below)| below as u8)
}

/// `mov [rbp - below], register` or the other way round for each of `saved`.
fn moves(saved: SavedRegisters, opcode: u8) -> Vec<u8> {
    const REGISTERS: [(u8, u8); SavedRegisters::COUNT] =
        [(0x48, 3), (0x4c, 4), (0x4c, 5), (0x4c, 6), (0x4c, 7)];
    let instruction = |(number, below): (usize, usize)| {
        let (rex, register) = REGISTERS[number];
        [
            rex,
            opcode,
            0x45 | register << 3,
            (below as u8).wrapping_neg(),
        ]
    };
    saved.places().flat_map(instruction).collect()
}

/// `mov rdi, vmctx; mov rax, callee; call rax`.
pub(crate) fn call(callee: *const u8, vmctx: *const ()) -> Vec<u8> {
    let mut code = vec![0x48, 0xbf];
    code.extend((vmctx as u64).to_le_bytes());
    code.extend([0x48, 0xb8]);
    code.extend((callee as u64).to_le_bytes());
    code.extend([0xff, 0xd0]);
    code
}

/// Runs this test binary again for the test `name` alone, with `key` set in its environment.
pub(crate) fn run_again(name: &str, key: &str) -> std::process::Output {
    std::process::Command::new(std::env::current_exe().unwrap())
        .args([name, "--exact", "--nocapture", "--test-threads=1"])
        .env(key, "1")
        .output()
        .unwrap()
}
