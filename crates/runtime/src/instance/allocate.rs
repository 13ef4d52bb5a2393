//! The first half of instantiation: everything that an instance refers to, and nothing that anyone can see.

use std::cell::{Cell, RefCell};
use std::ptr::NonNull;
use std::sync::Arc;

use weft_abi::layout::{
    TypeId, VMCONTEXT_MAGIC, VMContext, VMData, VMFuncImport, VMFuncRef, VMGlobal, VMMemoryRef,
    VMTableRef,
};
use weft_module::{
    DataIndex, EntityIndex, FuncIndex, GlobalIndex, MemoryIndex, TableIndex, TagIndex,
};

use super::vmctx::Vmctx;
use super::{InstanceEntity, SlotOf};
use crate::code::Code;
use crate::error::{InstantiateError, Misuse};
use crate::func::{BoundHost, Context, context_of};
use crate::memory::MemoryEntity;
use crate::slab::{Slab, Slot};
use crate::store::{Extern, StoreInner};
use crate::table::TableEntity;
use crate::tag::TagEntity;

/// Entities made for an instance; removed again if it does not come to be.
pub(super) struct Made<'a> {
    store: &'a StoreInner,
    memories: Vec<SlotOf<MemoryEntity>>,
    tables: Vec<SlotOf<TableEntity>>,
    tags: Vec<SlotOf<TagEntity>>,
    instance: Option<SlotOf<InstanceEntity>>,
}

impl<'a> Made<'a> {
    pub(super) fn new(store: &'a StoreInner) -> Self {
        Self {
            store,
            memories: Vec::new(),
            tables: Vec::new(),
            tags: Vec::new(),
            instance: None,
        }
    }

    /// From here on everything stays.
    pub(super) fn commit(mut self) {
        self.memories.clear();
        self.tables.clear();
        self.tags.clear();
        self.instance = None;
    }
}

impl Drop for Made<'_> {
    fn drop(&mut self) {
        fn remove<T>(slab: &Slab<T>, slots: &[SlotOf<T>], tell: impl Fn(&T)) {
            for &slot in slots {
                // SAFETY: inserted by us, and the instance that could refer to it is not visible.
                let entity = unsafe { slab.remove(slot) };
                entity.iter().for_each(&tell);
            }
        }
        let store = self.store;
        remove(&store.instances, self.instance.as_slice(), |_| {});
        remove(&store.memories, &self.memories, |it| store.memory_freed(it));
        remove(&store.tables, &self.tables, |it| store.table_freed(it));
        remove(&store.tags, &self.tags, |_| {});
    }
}

/// The imports of each index space, in order.
#[derive(Default)]
struct Sorted {
    funcs: Vec<NonNull<VMFuncRef>>,
    memories: Vec<SlotOf<MemoryEntity>>,
    tables: Vec<SlotOf<TableEntity>>,
    globals: Vec<SlotOf<crate::global::GlobalEntity>>,
    tags: Vec<SlotOf<TagEntity>>,
}

impl Sorted {
    fn new(store: &StoreInner, imports: &[Extern]) -> Result<Self, Misuse> {
        let mut sorted = Self::default();
        for &import in imports {
            match import {
                Extern::Func(func) => sorted.funcs.push(func.func_ref(store)?),
                Extern::Memory(memory) => sorted.memories.push(memory.slot(store)?),
                Extern::Table(table) => sorted.tables.push(table.slot(store)?),
                Extern::Global(global) => sorted.globals.push(global.slot(store)?),
                Extern::Tag(tag) => sorted.tags.push(tag.slot(store)?),
            }
        }
        Ok(sorted)
    }
}

/// Makes an instance of `code` with checked `imports`; globals, tables and memories have no contents yet.
pub(super) fn allocate(
    made: &mut Made<'_>,
    code: &Arc<Code>,
    imports: &[Extern],
) -> Result<SlotOf<InstanceEntity>, InstantiateError> {
    let store = made.store;
    store.admit_instance()?;
    let imports = Sorted::new(store, imports)?;
    let info = code.info();
    let memories = make_memories(made, code, &imports)?;
    let tables = make_tables(made, code, &imports)?;
    let tags = make_tags(made, code, &imports);
    let mut globals = vec![Cell::new(None); info.globals.len()].into_boxed_slice();
    for (global, &slot) in globals.iter_mut().zip(&imports.globals) {
        global.set(Some(slot));
    }
    let slot = store.instances.insert(InstanceEntity {
        vmctx: Vmctx::new(code.offsets().size())?,
        code: code.clone(),
        number: store.number_instance(),
        memories,
        tables,
        tags,
        globals,
        hosts: BoundHost::array(count_hosts(&imports.funcs)),
        elements: info.elements.values().map(|_| RefCell::default()).collect(),
        dropped_elements: vec![Cell::new(false); info.elements.len()].into_boxed_slice(),
    });
    made.instance = Some(slot);
    // SAFETY: just inserted; entities do not move.
    let instance = unsafe { slot.as_ref().get() };
    instance.fill_fixed(store, slot);
    instance.fill_memories();
    instance.fill_tables();
    instance.fill_tags();
    instance.fill_global_imports();
    instance.fill_func_imports(store, &imports.funcs);
    instance.fill_func_refs();
    instance.fill_data();
    Ok(slot)
}

fn make_memories(
    made: &mut Made<'_>,
    code: &Code,
    imports: &Sorted,
) -> Result<Box<[SlotOf<MemoryEntity>]>, InstantiateError> {
    let info = code.info();
    let store = made.store;
    let images = code.images_for_instance();
    for (index, ty) in info.memories.iter().skip(imports.memories.len()) {
        store.admit_memory(ty)?;
        let image = images.and_then(|images| images[index.index()].as_ref());
        let entity = MemoryEntity::new(store.engine(), ty, image)?;
        made.memories.push(store.memories.insert(entity));
    }
    Ok(imports
        .memories
        .iter()
        .chain(&made.memories)
        .copied()
        .collect())
}

fn make_tables(
    made: &mut Made<'_>,
    code: &Code,
    imports: &Sorted,
) -> Result<Box<[SlotOf<TableEntity>]>, InstantiateError> {
    let info = code.info();
    let store = made.store;
    for (index, table) in info.tables.iter().skip(imports.tables.len()) {
        let ty = code.types().table_type(table.ty);
        store.admit_table(&ty)?;
        let fixed = info.facts.fixed_tables.get(index.index()).copied();
        let types = Some(code.types().clone());
        let entity = TableEntity::new(store.engine(), ty, fixed.unwrap_or(false), types)?;
        made.tables.push(store.tables.insert(entity));
    }
    Ok(imports.tables.iter().chain(&made.tables).copied().collect())
}

fn make_tags(made: &mut Made<'_>, code: &Code, imports: &Sorted) -> Box<[SlotOf<TagEntity>]> {
    let store = made.store;
    for (index, &ty) in code.info().tags.iter().skip(imports.tags.len()) {
        let types = code.types();
        let origin = Some((code.info().clone(), index));
        let entity = TagEntity::new(store.next_tag(), types.ids()[ty], types.clone(), origin);
        made.tags.push(store.tags.insert(entity));
    }
    imports.tags.iter().chain(&made.tags).copied().collect()
}

fn count_hosts(funcs: &[NonNull<VMFuncRef>]) -> usize {
    let is_host = |func: &&NonNull<VMFuncRef>| {
        matches!(
            // SAFETY: checked references of the store.
            unsafe { context_of(func.as_ref().vmctx) },
            Context::Host(..)
        )
    };
    funcs.iter().filter(is_host).count()
}

impl InstanceEntity {
    fn fill_fixed(&self, store: &StoreInner, slot: NonNull<Slot<Self>>) {
        let type_ids: *const TypeId = self.code.types().ids().as_slice().as_ptr();
        // SAFETY: a fresh vmctx.
        unsafe {
            self.vmctx().write(VMContext {
                magic: VMCONTEXT_MAGIC,
                store: store.context(),
                libcalls: (*store.context()).libcalls,
                type_ids,
                instance: slot.as_ptr().cast(),
                gc_base: (*store.context()).gc_base,
            });
        }
    }

    fn fill_memories(&self) {
        for (index, slot) in self.memories.iter().enumerate() {
            let place = self.offsets().memory(MemoryIndex::new(index));
            // SAFETY: the module's offsets; entities live as long as the instance.
            unsafe {
                let vm = slot.as_ref().get().vm();
                self.vmctx.at::<VMMemoryRef>(place).write(VMMemoryRef {
                    base: vm.base,
                    memory: vm,
                });
            }
        }
    }

    fn fill_tables(&self) {
        for (index, slot) in self.tables.iter().enumerate() {
            let place = self.offsets().table(TableIndex::new(index));
            // SAFETY: as in `fill_memories`.
            unsafe {
                let table = slot.as_ref().get();
                self.vmctx.at::<VMTableRef>(place).write(VMTableRef {
                    base: table.base(),
                    table: table.vm(),
                });
            }
        }
    }

    fn fill_tags(&self) {
        for (index, slot) in self.tags.iter().enumerate() {
            let place = self.offsets().tag(TagIndex::new(index));
            // SAFETY: as in `fill_memories`.
            unsafe { self.vmctx.at::<u64>(place).write(slot.as_ref().get().id()) };
        }
    }

    fn fill_global_imports(&self) {
        for index in 0..self.code.info().imported.globals {
            let place = self.offsets().global_import(GlobalIndex(index));
            if let Some(slot) = self.globals[index as usize].get() {
                // SAFETY: as in `fill_memories`.
                unsafe {
                    self.vmctx
                        .at::<*mut VMGlobal>(place)
                        .write(slot.as_ref().get().vm())
                };
            }
        }
    }

    /// Imported functions: those of the host get a context that knows this instance.
    fn fill_func_imports(&self, store: &StoreInner, funcs: &[NonNull<VMFuncRef>]) {
        let mut hosts = self.hosts.iter();
        for (index, &func) in funcs.iter().enumerate() {
            // SAFETY: checked references of the store; the bindings do not move.
            let func = unsafe {
                match (context_of(func.as_ref().vmctx), hosts.as_slice()) {
                    (Context::Host(slot, _), [host, ..]) => {
                        hosts.next();
                        host.bind(store, slot, self.vmctx());
                        host.func_ref()
                    }
                    _ => func,
                }
            };
            let place = self.offsets().func_import(FuncIndex::new(index));
            // SAFETY: the module's offsets.
            unsafe {
                self.vmctx.at::<VMFuncImport>(place).write(VMFuncImport {
                    func_ref: func.as_ptr(),
                    vmctx: func.as_ref().vmctx,
                });
            }
        }
    }

    /// References to the functions that the module defines.
    fn fill_func_refs(&self) {
        let info = self.code.info();
        let ids = self.code.types().ids();
        for &(defined, escape) in self.code.escaping() {
            let func = info.func_index(defined);
            let func_ref = self.vmctx.at::<VMFuncRef>(self.offsets().func_ref(escape));
            // SAFETY: the module's offsets.
            unsafe {
                func_ref.write(VMFuncRef {
                    code: self.code.entry(defined),
                    vmctx: self.vmctx(),
                    ty: ids[info.functions[func].ty],
                    func: func.0,
                    canonical: func_ref,
                });
            }
        }
    }

    fn fill_data(&self) {
        for (index, segment) in self.code.info().data.iter() {
            let range = segment.range.start as usize..segment.range.end as usize;
            let bytes = self.code.bytes().get(range).unwrap_or_default();
            self.set_data(index, bytes);
        }
    }

    /// Sets what `memory.init` finds for a segment.
    pub(crate) fn set_data(&self, index: DataIndex, bytes: &[u8]) {
        let place = self.vmctx.at::<VMData>(self.offsets().data(index));
        // SAFETY: the module's offsets; the module's bytes live as long as the instance.
        unsafe {
            place.write(VMData {
                base: bytes.as_ptr(),
                length: bytes.len(),
            });
        }
    }

    /// What `memory.init` finds for a segment.
    pub(crate) fn data(&self, index: DataIndex) -> (*const u8, usize) {
        let place = self.vmctx.at::<VMData>(self.offsets().data(index));
        // SAFETY: the module's offsets.
        unsafe { ((*place).base, (*place).length) }
    }
}
