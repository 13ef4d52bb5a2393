//! Instances (§ 4.2.6 "module instances").
//!
//! What code needs of an instance is its vmctx, laid out by [`VMOffsets`]; beside it the entity keeps
//! which entities of the store stand behind the vmctx's pointers, and the code itself alive.

mod allocate;
mod build;
mod const_expr;
mod segments;
mod vmctx;

use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::ptr::NonNull;
use std::sync::Arc;

use weft_abi::layout::{VMContext, VMFuncImport, VMFuncRef, VMGlobal, VMOffsets};
use weft_abi::value::ref_kind_in;
use weft_module::{
    DefinedFuncIndex, ElemIndex, Entity, EntityIndex, FuncIndex, GlobalIndex, MemoryIndex,
    ModuleInfo, RefKind, TableIndex, TagIndex, ValType,
};

pub use build::{initialize, instantiate};
pub(crate) use segments::{TableInitError, init_memory, init_table};

use crate::code::Code;
use crate::error::Misuse;
use crate::func::{BoundHost, Func};
use crate::global::{GlobalEntity, GlobalOwner};
use crate::memory::{Memory, MemoryEntity};
use crate::slab::{Handle, Slot};
use crate::store::{Extern, StoreInner};
use crate::table::TableEntity;
use crate::tag::TagEntity;
use vmctx::Vmctx;

/// An instance of a store.
pub type Instance = Handle<InstanceEntity>;

/// The slot of an entity that an instance refers to.
type SlotOf<T> = NonNull<Slot<T>>;

/// What an [`Instance`] names.
pub struct InstanceEntity {
    vmctx: Vmctx,
    code: Arc<Code>,
    /// How many instances the store had made before it.
    number: u64,
    memories: Box<[SlotOf<MemoryEntity>]>,
    tables: Box<[SlotOf<TableEntity>]>,
    tags: Box<[SlotOf<TagEntity>]>,
    /// Entities of globals, made when they are asked for.
    globals: Box<[Cell<Option<SlotOf<GlobalEntity>>>]>,
    /// The imported host functions, each with a context of its own.
    hosts: Box<[BoundHost]>,
    dropped_elements: Box<[Cell<bool>]>,
    /// The references of passive element segments that are given by expressions, which are evaluated once.
    elements: Box<[RefCell<Box<[u64]>>]>,
}

impl InstanceEntity {
    /// The entity that a vmctx is part of.
    ///
    /// # Safety
    /// `vmctx` is a live instance's, and this thread's.
    #[inline]
    pub(crate) unsafe fn of<'a>(vmctx: *mut VMContext) -> &'a Self {
        // SAFETY: the vmctx holds the slot of its instance, which is occupied.
        unsafe { (*(*vmctx).instance.cast::<Slot<Self>>()).get() }
    }

    /// The store it is in.
    #[inline]
    pub(crate) fn store(&self) -> &StoreInner {
        // SAFETY: the vmctx holds its store's context; the store outlives its instances.
        unsafe { StoreInner::from_context((*self.vmctx()).store) }
    }

    /// Its module.
    pub fn code(&self) -> &Arc<Code> {
        &self.code
    }

    /// How many instances the store had made before it.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// The addresses that contexts and references of its functions have.
    pub(crate) fn addresses(&self) -> [Range<usize>; 2] {
        let hosts = self.hosts.as_ptr_range();
        [
            self.vmctx.addresses(),
            hosts.start as usize..hosts.end as usize,
        ]
    }

    /// What its functions get as first argument.
    pub fn vmctx(&self) -> *mut VMContext {
        self.vmctx.as_ptr()
    }

    pub(crate) fn memories(&self) -> &[SlotOf<MemoryEntity>] {
        &self.memories
    }

    pub(crate) fn tables(&self) -> &[SlotOf<TableEntity>] {
        &self.tables
    }

    pub(crate) fn tags(&self) -> &[SlotOf<TagEntity>] {
        &self.tags
    }

    /// Entities of globals: of all that are imported, and of those that were asked for.
    pub(crate) fn global_entities(&self) -> impl Iterator<Item = SlotOf<GlobalEntity>> {
        self.globals.iter().filter_map(Cell::get)
    }

    fn offsets(&self) -> &VMOffsets {
        self.code.offsets()
    }

    /// A memory of its index space.
    pub(crate) fn memory(&self, index: MemoryIndex) -> &MemoryEntity {
        // SAFETY: an instance's entities live as long as it does.
        unsafe { self.memories[index.index()].as_ref().get() }
    }

    /// A table of its index space.
    pub(crate) fn table(&self, index: TableIndex) -> &TableEntity {
        // SAFETY: as above.
        unsafe { self.tables[index.index()].as_ref().get() }
    }

    /// Where the value of a global is.
    pub(crate) fn global_cell(&self, index: GlobalIndex) -> *mut VMGlobal {
        let offsets = self.offsets();
        match index.0 < self.code.info().imported.globals {
            // SAFETY: the module's offsets.
            true => unsafe { *self.vmctx.at(offsets.global_import(index)) },
            false => self.vmctx.at(offsets.global(index)),
        }
    }

    /// The reference to a function of its index space; null if the function can never be a value.
    pub(crate) fn func_ref(&self, func: FuncIndex) -> *const VMFuncRef {
        let info = self.code.info();
        if info.defined_func(func).is_none() {
            let import = self
                .vmctx
                .at::<VMFuncImport>(self.offsets().func_import(func));
            // SAFETY: the module's offsets.
            return unsafe { (*import).func_ref };
        }
        match info.functions[func].escape {
            Some(escape) => self.vmctx.at::<VMFuncRef>(self.offsets().func_ref(escape)),
            None => std::ptr::null(),
        }
    }

    /// Lets a function's reference lead to its newest code, so that calls through it need no entry in between. Importers
    /// call through the same reference.
    ///
    /// It is done when the function is compiled for this instance, and when the host or an importer gets it: other
    /// instances, on other threads too, may have had it compiled.
    pub(crate) fn repair_func_ref(&self, func: DefinedFuncIndex) {
        let info = self.code.info();
        if let Some(escape) = info.functions[info.func_index(func)].escape {
            let func_ref = self.vmctx.at::<VMFuncRef>(self.offsets().func_ref(escape));
            // SAFETY: the module's offsets. Only this store's thread uses the field, and new code is executable before
            // its entry leads there.
            unsafe { (&raw mut (*func_ref).code).write(self.code.entry(func)) };
        }
    }

    pub(crate) fn element_is_dropped(&self, index: ElemIndex) -> bool {
        self.dropped_elements[index.index()].get()
    }

    pub(crate) fn drop_element(&self, index: ElemIndex) {
        self.dropped_elements[index.index()].set(true);
        self.elements[index.index()].take();
    }

    /// Calls `f` with the cell of every global of its own whose reference the collector follows.
    pub(crate) fn for_each_ref_global(&self, mut f: impl FnMut(*mut VMGlobal)) {
        let info = self.code.info();
        for (index, global) in info.globals.iter() {
            if global.init.is_some() && is_traced(info, global.ty.content) {
                f(self.global_cell(index));
            }
        }
    }

    /// Calls `f` with every reference that the collector follows of its element segments.
    pub(crate) fn for_each_element_ref(&self, f: &mut dyn FnMut(&mut u32)) {
        let info = self.code.info();
        for (index, segment) in info.elements.iter() {
            if !is_traced(info, ValType::Ref(segment.ty)) {
                continue;
            }
            for value in self.elements[index.index()].borrow_mut().iter_mut() {
                let mut reference = *value as u32;
                f(&mut reference);
                *value = u64::from(reference);
            }
        }
    }

    /// The entity of a global, which is made now if need be.
    fn global_slot(&self, store: &StoreInner, index: GlobalIndex) -> SlotOf<GlobalEntity> {
        if let Some(slot) = self.globals[index.index()].get() {
            return slot;
        }
        let types = self.code.types();
        let ty = types.global_type(self.code.info().globals[index].ty);
        // SAFETY: the cell is in the vmctx, which lives as long as the instance.
        let entity = unsafe {
            let owner = GlobalOwner::Instance(self.slot());
            GlobalEntity::over(
                store.engine(),
                self.global_cell(index),
                ty,
                owner,
                Some(types.clone()),
            )
        };
        let slot = store.globals.insert(entity);
        self.globals[index.index()].set(Some(slot));
        slot
    }

    fn slot(&self) -> SlotOf<Self> {
        // SAFETY: its own.
        unsafe { Self::slot_of(self.vmctx()) }
    }

    /// The slot of the instance that a vmctx is part of.
    ///
    /// # Safety
    /// `vmctx` is a live instance's.
    pub(crate) unsafe fn slot_of(vmctx: *mut VMContext) -> SlotOf<Self> {
        // SAFETY: the caller's; set when the instance was put into its slot.
        unsafe { NonNull::new_unchecked((*vmctx).instance.cast()) }
    }

    /// A handle to what `entity` is in this instance.
    ///
    /// A function that the module neither exports nor uses as a value has none.
    pub fn get(&self, entity: Entity) -> Option<Extern> {
        let store = self.store();
        Some(match entity {
            Entity::Func(func) => {
                if let Some(defined) = self.code.info().defined_func(func) {
                    self.repair_func_ref(defined);
                }
                let func_ref = NonNull::new(self.func_ref(func).cast_mut())?;
                // SAFETY: a reference of this store.
                Extern::Func(unsafe { Func::from_ref(store, func_ref) })
            }
            Entity::Table(TableIndex(index)) => {
                Extern::Table(Handle::new(store, self.tables[index as usize]))
            }
            Entity::Memory(index) => Extern::Memory(self.memory_handle(store, index)),
            Entity::Global(index) => {
                Extern::Global(Handle::new(store, self.global_slot(store, index)))
            }
            Entity::Tag(TagIndex(index)) => {
                Extern::Tag(Handle::new(store, self.tags[index as usize]))
            }
        })
    }

    /// Who is given a shared memory holds the memory itself, which needs no entity.
    fn memory_handle(&self, store: &StoreInner, index: MemoryIndex) -> Memory {
        let slot = self.memories[index.index()];
        match self.memory(index).is_shared() {
            true => Handle::weak(store, slot),
            false => Handle::new(store, slot),
        }
    }

    /// The export called `name`.
    pub fn export(&self, name: &str) -> Option<Extern> {
        self.get(self.code.export(name)?)
    }
}

/// Whether values of type `ty` are references that the collector follows.
fn is_traced(info: &ModuleInfo, ty: ValType) -> bool {
    match ty {
        ValType::Ref(reference) => ref_kind_in(info, reference.heap) != RefKind::Func,
        _ => false,
    }
}

impl std::fmt::Debug for InstanceEntity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Instance({:p})", self.vmctx())
    }
}

impl Instance {
    /// The instance whose vmctx a host function found in `VMHostContext::importer`; `None` for null.
    ///
    /// # Safety
    /// `vmctx` is null or a live instance's of `store`.
    pub unsafe fn from_vmctx(store: &StoreInner, vmctx: *mut VMContext) -> Option<Self> {
        let vmctx = NonNull::new(vmctx)?;
        // SAFETY: the caller's.
        let slot = unsafe { vmctx.as_ref().instance };
        Some(Handle::new(store, NonNull::new(slot.cast())?))
    }

    /// The export called `name`, or `None` if there is none.
    ///
    /// # Errors
    /// When the instance belongs to another store or is gone.
    pub fn export(self, store: &StoreInner, name: &str) -> Result<Option<Extern>, Misuse> {
        Ok(self.get(store)?.export(name))
    }
}

#[cfg(test)]
mod tests;
