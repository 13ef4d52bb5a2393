//! The memory that compiled code reads and writes: one page for both sides.
//!
//! A [`StoreContext`] belongs to a store, a vmctx to an instance. A vmctx starts with a
//! [`VMContext`] and goes on with arrays whose places [`VMOffsets`] gives for each module.
//! Fields marked *constant* never change while the instance lives, so loads of them may move freely.

use std::mem::offset_of;
use std::sync::atomic::{AtomicU32, AtomicUsize};

use weft_module::{
    DataIndex, EntityIndex, FuncIndex, GlobalIndex, MemoryIndex, ModuleInfo, TableIndex, TagIndex,
    TypeIndex,
};

use crate::SavedRegisters;

/// An engine-wide canonical type: equal types of all modules of an engine have one.
///
/// It is the index of a [`TypeDescriptor`] in the engine's arena.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(transparent)]
pub struct TypeId(pub u32);

/// How many supertypes a descriptor names directly.
pub const DISPLAY: usize = 8;

/// What compiled code needs of a type to test for it: its supertypes, outermost first.
///
/// `display[depth]` is the type itself when `depth < DISPLAY`; unused entries are `u32::MAX`. Deeper
/// types are tested by a call.
#[derive(Copy, Clone, Debug)]
#[repr(C)]
pub struct TypeDescriptor {
    /// How many supertypes it has.
    pub depth: u32,
    /// What it is: one of [`type_kind`].
    pub kind: u16,
    /// What the elements of an array type are: [`Storage::code`](crate::gc::Storage::code).
    pub element: u16,
    /// The chain from the root of the hierarchy down to the type.
    pub display: [u32; DISPLAY],
}

/// Values of [`TypeDescriptor::kind`].
pub mod type_kind {
    /// A function type; objects of it are exceptions.
    pub const FUNC: u16 = 0;
    /// A struct type.
    pub const STRUCT: u16 = 1;
    /// An array type.
    pub const ARRAY: u16 = 2;
}

/// What belongs to a store and code or stubs must reach.
///
/// Stubs address the first fields by number: see the assertions in the runtime's stubs.
#[derive(Debug)]
#[repr(C)]
pub struct StoreContext {
    /// Reasons for a stub not to go on: a bit set of [`pending`] values.
    pub pending: AtomicU32,
    /// The [`crate::TrapKind`] that ended the innermost activation, as its number.
    pub trap: u32,
    /// Where the host's stack continues when the running wasm is left.
    pub host_sp: usize,
    /// Where the wasm stack continues when wasm is entered.
    pub wasm_sp: usize,
    /// The host stack must not be below this when a host function is entered.
    pub host_limit: usize,
    /// Lowest address of the wasm stack's guard.
    pub guard_low: usize,
    /// One past the guard: the lowest usable address of the wasm stack.
    pub guard_high: usize,
    /// One past the highest usable address of the wasm stack.
    pub stack_high: usize,
    /// Fuel left; code counts it down.
    pub fuel: i64,
    /// The table of libcall stubs. Constant.
    pub libcalls: *const usize,
    /// The engine's type descriptors. Constant.
    pub types: *const TypeDescriptor,
    /// The program counter of the last trap.
    pub trap_pc: usize,
    /// The frame pointer at the last trap.
    pub trap_fp: usize,
    /// The faulting address of the last trap.
    pub trap_address: usize,
    /// The runtime's store.
    pub store: *mut core::ffi::c_void,
    /// The return address of the function that `trap_pc` is in, when it has no frame of its own
    /// yet or any more; otherwise 0.
    pub trap_return: usize,
    /// One past the stack that the last trap happened on.
    pub trap_stack: usize,
    /// The stack pointer of the activation that was suspended last.
    pub suspended: usize,
    /// The kernel's id of the thread that entered last, or 0.
    pub thread: AtomicU32,
    /// Bytes from `host_limit` to the end of the host's stack; 0 when they are not known.
    pub host_span: usize,
    /// Where wasm continues when [`pending::RESUME`] is set: the exception handler.
    pub handler_pc: usize,
    /// The stack pointer there.
    pub handler_sp: usize,
    /// The frame pointer there.
    pub handler_fp: usize,
    /// The exception that the handler gets.
    pub exception: u64,
    /// Where the preserved registers of the handler's frame are, in the order of [`SavedRegisters`].
    pub handler_registers: [*const u64; SavedRegisters::COUNT],
    /// What is in them where wasm was left: the exit stub fills it in, for those of `handler_registers` that lead here.
    pub left_registers: [u64; SavedRegisters::COUNT],
    /// Where the cage of the garbage-collected heap starts. Constant once any code that can have an object runs.
    pub gc_base: *mut u8,
    /// Where in the cage the next object goes.
    pub gc_next: u64,
    /// Where in the cage the room for objects ends. One that does not fit below is the runtime's to allocate.
    pub gc_limit: u64,
}

impl StoreContext {
    /// A context without a stack.
    pub fn new(
        libcalls: *const usize,
        types: *const TypeDescriptor,
        store: *mut core::ffi::c_void,
    ) -> Self {
        Self {
            pending: AtomicU32::new(0),
            trap: 0,
            host_sp: 0,
            wasm_sp: 0,
            host_limit: 0,
            guard_low: 0,
            guard_high: 0,
            stack_high: 0,
            fuel: 0,
            libcalls,
            types,
            trap_pc: 0,
            trap_fp: 0,
            trap_address: 0,
            store,
            trap_return: 0,
            trap_stack: 0,
            suspended: 0,
            thread: AtomicU32::new(0),
            host_span: 0,
            handler_pc: 0,
            handler_sp: 0,
            handler_fp: 0,
            exception: 0,
            handler_registers: [std::ptr::null(); SavedRegisters::COUNT],
            left_registers: [0; SavedRegisters::COUNT],
            gc_base: std::ptr::null_mut(),
            gc_next: 0,
            gc_limit: 0,
        }
    }
}

/// Bits of [`StoreContext::pending`].
pub mod pending {
    /// Someone asked for an end: becomes a trap.
    pub const INTERRUPT: u32 = 1;
    /// A host function or libcall threw: resume at the handler of `StoreContext::handler_pc`.
    pub const RESUME: u32 = 2;
    /// A host function or libcall failed: leave this activation.
    pub const HOST_TRAP: u32 = 4;
    /// A host function waits for something: leave this activation but keep its stack.
    pub const SUSPEND: u32 = 8;
}

/// The fixed start of a vmctx.
#[derive(Debug)]
#[repr(C, align(16))]
pub struct VMContext {
    /// [`VMCONTEXT_MAGIC`].
    pub magic: u64,
    /// The store. Constant, and at the same place as in [`VMHostContext`].
    pub store: *mut StoreContext,
    /// The same as the store's table: one load fewer. Constant.
    pub libcalls: *const usize,
    /// The canonical id of each type of the module. Constant.
    pub type_ids: *const TypeId,
    /// The runtime's instance. Constant.
    pub instance: *mut core::ffi::c_void,
    /// The same as the store's [`StoreContext::gc_base`]: one load fewer. Constant.
    pub gc_base: *mut u8,
}

/// "weftinst".
pub const VMCONTEXT_MAGIC: u64 = u64::from_le_bytes(*b"weftinst");
/// "wefthost".
pub const VMHOSTCONTEXT_MAGIC: u64 = u64::from_le_bytes(*b"wefthost");

/// What a host function is called with in the place of a vmctx.
#[derive(Debug)]
#[repr(C, align(16))]
pub struct VMHostContext {
    /// [`VMHOSTCONTEXT_MAGIC`].
    pub magic: u64,
    /// The store. At the same place as in [`VMContext`].
    pub store: *mut StoreContext,
    /// What the exit stub calls; its signature depends on the stub.
    pub function: *const u8,
    /// Bytes of stack arguments that the exit stub pops.
    pub stack_bytes: u64,
    /// The vmctx of the instance that imports it, or null.
    pub importer: *mut VMContext,
    /// The runtime's host function.
    pub data: *mut core::ffi::c_void,
}

/// A function as a value. It never moves and lives as long as its instance.
#[derive(Debug)]
#[repr(C)]
pub struct VMFuncRef {
    /// Its code: possibly an older version, which stays valid. Read anew at each call. The runtime repairs it when it
    /// compiles the function for this instance, and when the host or an importer gets the function.
    pub code: *const u8,
    /// What to pass in the first register: a [`VMContext`] or [`VMHostContext`]. Constant.
    pub vmctx: *mut VMContext,
    /// Its type. Constant.
    pub ty: TypeId,
    /// The index in its module, or `u32::MAX`.
    pub func: u32,
    /// The function that has this one's identity: itself, but for a host function's import. Constant.
    pub canonical: *const VMFuncRef,
}

/// An imported function as code calls it.
#[derive(Debug)]
#[repr(C)]
pub struct VMFuncImport {
    /// It as a value, which has its code. Constant.
    pub func_ref: *const VMFuncRef,
    /// What to pass in the first register. Constant, and here so that a host function has it early.
    pub vmctx: *mut VMContext,
}

/// A memory as code finds it in a vmctx.
#[derive(Debug)]
#[repr(C)]
pub struct VMMemoryRef {
    /// Its first byte. Constant: memories never move.
    pub base: *mut u8,
    /// Its definition, for the size. Constant.
    pub memory: *const VMMemory,
}

/// A memory's definition, shared by all instances that use it.
#[derive(Debug)]
#[repr(C)]
pub struct VMMemory {
    /// Its first byte. Constant.
    pub base: *mut u8,
    /// Its size in bytes; other threads may let it grow.
    pub length: AtomicUsize,
}

/// A table as code finds it in a vmctx.
#[derive(Debug)]
#[repr(C)]
pub struct VMTableRef {
    /// Its first slot. Constant: tables never move. Slots are 8 bytes for the `func` hierarchy, else 4.
    pub base: *mut u8,
    /// Its definition, for the size. Constant.
    pub table: *const VMTable,
}

/// A table's definition, shared by all instances that use it.
#[derive(Debug)]
#[repr(C)]
pub struct VMTable {
    /// Its first slot. Constant.
    pub base: *mut u8,
    /// Its size in elements.
    pub length: usize,
}

/// A global's value.
#[derive(Debug)]
#[repr(C, align(16))]
pub struct VMGlobal {
    /// The value in its representation, in the low bytes.
    pub bytes: [u8; 16],
}

/// A data segment as `memory.init` sees it: empty once dropped.
#[derive(Debug)]
#[repr(C)]
pub struct VMData {
    /// Its first byte.
    pub base: *const u8,
    /// Its length in bytes.
    pub length: usize,
}

/// Where the arrays of a module's vmctx are, in bytes from its start.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct VMOffsets {
    memories: u32,
    tables: u32,
    func_imports: u32,
    global_imports: u32,
    tags: u32,
    func_refs: u32,
    data: u32,
    globals: u32,
    size: u32,
    imported_globals: u32,
}

macro_rules! array_offsets {
    ($($(#[$doc:meta])* $name:ident($index:ident: $ty:ty) -> $array:ident [$element:ty];)*) => {$(
        $(#[$doc])*
        pub fn $name(&self, $index: $ty) -> i32 {
            (self.$array + $index.index() as u32 * size_of::<$element>() as u32) as i32
        }
    )*};
}

impl VMOffsets {
    /// The offsets for `module`.
    ///
    /// The implementation limits on modules keep them far below 2³¹.
    pub fn new(module: &ModuleInfo) -> Self {
        let mut end = size_of::<VMContext>() as u32;
        let mut array = |count: usize, size: usize| {
            let start = end;
            end +=
                u32::try_from(count * size).expect("validated modules have bounded index spaces");
            start
        };
        let imported = module.imported;
        let defined_globals = module.globals.len() - imported.globals as usize;
        let memories = array(module.memories.len(), size_of::<VMMemoryRef>());
        let tables = array(module.tables.len(), size_of::<VMTableRef>());
        let func_imports = array(imported.functions as usize, size_of::<VMFuncImport>());
        let global_imports = array(imported.globals as usize, size_of::<*mut VMGlobal>());
        let tags = array(module.tags.len(), size_of::<u64>());
        let func_refs = array(module.escaping as usize, size_of::<VMFuncRef>());
        let data = array(module.data.len(), size_of::<VMData>());
        let globals = end.next_multiple_of(16);
        let size = globals + defined_globals as u32 * size_of::<VMGlobal>() as u32;
        Self {
            memories,
            tables,
            func_imports,
            global_imports,
            tags,
            func_refs,
            data,
            globals,
            size,
            imported_globals: imported.globals,
        }
    }

    array_offsets! {
        /// The [`VMMemoryRef`] of a memory.
        memory(index: MemoryIndex) -> memories[VMMemoryRef];
        /// The [`VMTableRef`] of a table.
        table(index: TableIndex) -> tables[VMTableRef];
        /// The [`VMFuncImport`] of an imported function.
        func_import(index: FuncIndex) -> func_imports[VMFuncImport];
        /// The pointer to the [`VMGlobal`] of an imported global.
        global_import(index: GlobalIndex) -> global_imports[*mut VMGlobal];
        /// The store-wide id of a tag, a `u64`.
        tag(index: TagIndex) -> tags[u64];
        /// The [`VMData`] of a data segment.
        data(index: DataIndex) -> data[VMData];
    }

    /// The [`VMFuncRef`] of the function with this number among those that escape
    /// (`weft_module::Function::escape`).
    pub fn func_ref(&self, escape: u32) -> i32 {
        (self.func_refs + escape * size_of::<VMFuncRef>() as u32) as i32
    }

    /// The [`VMGlobal`] of a global that the module defines.
    pub fn global(&self, index: GlobalIndex) -> i32 {
        (self.globals + (index.0 - self.imported_globals) * size_of::<VMGlobal>() as u32) as i32
    }

    /// The bytes of the whole vmctx; its alignment is 16.
    pub fn size(&self) -> usize {
        self.size as usize
    }

    /// The bytes from [`VMContext::type_ids`] to the id of `ty`.
    pub fn type_id(ty: TypeIndex) -> i32 {
        (ty.0 * size_of::<TypeId>() as u32) as i32
    }
}

/// Offsets of fields for compiled code, in bytes.
pub mod field {
    use super::*;

    /// [`VMContext::store`].
    pub const VMCTX_STORE: i32 = offset_of!(VMContext, store) as i32;
    /// [`VMContext::libcalls`].
    pub const VMCTX_LIBCALLS: i32 = offset_of!(VMContext, libcalls) as i32;
    /// [`VMContext::type_ids`].
    pub const VMCTX_TYPE_IDS: i32 = offset_of!(VMContext, type_ids) as i32;
    /// [`StoreContext::pending`].
    pub const STORE_PENDING: i32 = offset_of!(StoreContext, pending) as i32;
    /// [`StoreContext::fuel`].
    pub const STORE_FUEL: i32 = offset_of!(StoreContext, fuel) as i32;
    /// [`StoreContext::types`].
    pub const STORE_TYPES: i32 = offset_of!(StoreContext, types) as i32;
    /// [`VMContext::gc_base`].
    pub const VMCTX_GC_BASE: i32 = offset_of!(VMContext, gc_base) as i32;
    /// [`StoreContext::gc_next`].
    pub const STORE_GC_NEXT: i32 = offset_of!(StoreContext, gc_next) as i32;
    /// [`StoreContext::gc_limit`].
    pub const STORE_GC_LIMIT: i32 = offset_of!(StoreContext, gc_limit) as i32;
    /// [`VMFuncRef::code`].
    pub const FUNC_REF_CODE: i32 = offset_of!(VMFuncRef, code) as i32;
    /// [`VMFuncRef::vmctx`].
    pub const FUNC_REF_VMCTX: i32 = offset_of!(VMFuncRef, vmctx) as i32;
    /// [`VMFuncRef::ty`].
    pub const FUNC_REF_TYPE: i32 = offset_of!(VMFuncRef, ty) as i32;
    /// [`VMFuncImport::vmctx`].
    pub const FUNC_IMPORT_VMCTX: i32 = offset_of!(VMFuncImport, vmctx) as i32;
    /// [`VMFuncImport::func_ref`].
    pub const FUNC_IMPORT_FUNC_REF: i32 = offset_of!(VMFuncImport, func_ref) as i32;
    /// [`VMMemoryRef::base`].
    pub const MEMORY_REF_BASE: i32 = offset_of!(VMMemoryRef, base) as i32;
    /// [`VMMemoryRef::memory`].
    pub const MEMORY_REF_MEMORY: i32 = offset_of!(VMMemoryRef, memory) as i32;
    /// [`VMMemory::length`].
    pub const MEMORY_LENGTH: i32 = offset_of!(VMMemory, length) as i32;
    /// [`VMTableRef::base`].
    pub const TABLE_REF_BASE: i32 = offset_of!(VMTableRef, base) as i32;
    /// [`VMTableRef::table`].
    pub const TABLE_REF_TABLE: i32 = offset_of!(VMTableRef, table) as i32;
    /// [`VMTable::length`].
    pub const TABLE_LENGTH: i32 = offset_of!(VMTable, length) as i32;
    /// [`TypeDescriptor::display`].
    pub const TYPE_DISPLAY: i32 = offset_of!(TypeDescriptor, display) as i32;
    /// [`TypeDescriptor::kind`].
    pub const TYPE_KIND: i32 = offset_of!(TypeDescriptor, kind) as i32;
    /// The size of a [`TypeDescriptor`].
    pub const TYPE_SIZE: i32 = size_of::<TypeDescriptor>() as i32;
}

const _: () = {
    assert!(offset_of!(VMContext, store) == offset_of!(VMHostContext, store));
    assert!(size_of::<VMContext>().is_multiple_of(16));
};
