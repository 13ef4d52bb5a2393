//! What each kind of entity refers to.

use std::ptr::NonNull;

use weft_abi::layout::VMFuncRef;
use weft_module::{FuncIndex, RefKind, ValType};

use super::Item;
use super::trace::Tracer;
use crate::error::Misuse;
use crate::func::{Context, Func, HostFuncEntity, context_of};
use crate::global::GlobalEntity;
use crate::instance::InstanceEntity;
use crate::memory::MemoryEntity;
use crate::slab::{Handle, Slot, SlotHeader};
use crate::store::{Extern, StoreInner};
use crate::table::TableEntity;
use crate::tag::TagEntity;

pub(super) type SlotOf<T> = NonNull<Slot<T>>;

/// An entity, alive.
#[derive(Copy, Clone)]
pub(crate) enum Node {
    Instance(SlotOf<InstanceEntity>),
    HostFunc(SlotOf<HostFuncEntity>),
    Table(SlotOf<TableEntity>),
    Memory(SlotOf<MemoryEntity>),
    Global(SlotOf<GlobalEntity>),
    Tag(SlotOf<TagEntity>),
}

/// An entity, or a function by its reference.
#[derive(Copy, Clone)]
pub(crate) enum Found {
    Func(NonNull<VMFuncRef>),
    Node(Node),
}

/// Something that an entity refers to.
pub(crate) enum Edge<'a> {
    /// An object, an integer, or a value of the host: the reference, to be updated if the object moves.
    Object(&'a mut u32),
    /// Anything else.
    Found(Found),
}

impl Found {
    /// A handle to it, which keeps nothing.
    pub(super) fn item(self, store: &StoreInner) -> Item {
        let node = match self {
            // SAFETY: what is found is alive.
            Self::Func(func) => unsafe {
                return Item::Extern(Extern::Func(Func::weak_from_ref(store, func)));
            },
            Self::Node(node) => node,
        };
        Item::Extern(match node {
            Node::Instance(slot) => return Item::Instance(Handle::weak(store, slot)),
            Node::HostFunc(slot) => {
                // SAFETY: alive.
                let func = unsafe { Func::weak_from_ref(store, slot.as_ref().get().own_ref()) };
                Extern::Func(func)
            }
            Node::Table(slot) => Extern::Table(Handle::weak(store, slot)),
            Node::Memory(slot) => Extern::Memory(Handle::weak(store, slot)),
            Node::Global(slot) => Extern::Global(Handle::weak(store, slot)),
            Node::Tag(slot) => Extern::Tag(Handle::weak(store, slot)),
        })
    }
}

impl Node {
    /// What `item` names: for a function, what owns it.
    pub(super) fn of(item: Item, store: &StoreInner) -> Result<Self, Misuse> {
        Ok(match item {
            Item::Instance(instance) => Self::Instance(instance.slot(store)?),
            // SAFETY: a live function's.
            Item::Extern(Extern::Func(func)) => unsafe { Self::owner_of(func.func_ref(store)?) },
            Item::Extern(Extern::Table(table)) => Self::Table(table.slot(store)?),
            Item::Extern(Extern::Memory(memory)) => Self::Memory(memory.slot(store)?),
            Item::Extern(Extern::Global(global)) => Self::Global(global.slot(store)?),
            Item::Extern(Extern::Tag(tag)) => Self::Tag(tag.slot(store)?),
        })
    }

    /// What a function lives as long as.
    ///
    /// # Safety
    /// `func` is a live function's.
    pub(super) unsafe fn owner_of(func: NonNull<VMFuncRef>) -> Self {
        // SAFETY: the caller's. What an instance imports a host function as is part of the instance.
        unsafe {
            match context_of(func.as_ref().vmctx) {
                Context::Instance(slot) => Self::Instance(slot),
                Context::Host(slot, importer) if importer.is_null() => Self::HostFunc(slot),
                Context::Host(_, importer) => Self::Instance(InstanceEntity::slot_of(importer)),
            }
        }
    }

    pub(super) fn header(&self) -> &SlotHeader {
        // SAFETY: slots live as long as their store.
        unsafe {
            match self {
                Self::Instance(slot) => &slot.as_ref().header,
                Self::HostFunc(slot) => &slot.as_ref().header,
                Self::Table(slot) => &slot.as_ref().header,
                Self::Memory(slot) => &slot.as_ref().header,
                Self::Global(slot) => &slot.as_ref().header,
                Self::Tag(slot) => &slot.as_ref().header,
            }
        }
    }

    /// Calls `visit` with everything that it refers to.
    pub(crate) fn for_each_edge(self, store: &StoreInner, visit: &mut dyn FnMut(Edge<'_>)) {
        // SAFETY: nodes are alive.
        unsafe {
            match self {
                Self::Instance(slot) => slot.as_ref().get().for_each_edge(visit),
                Self::HostFunc(slot) => slot.as_ref().get().for_each_edge(store, visit),
                Self::Table(slot) => slot.as_ref().get().for_each_edge(visit),
                Self::Global(slot) => slot.as_ref().get().for_each_edge(visit),
                Self::Memory(_) | Self::Tag(_) => {}
            }
        }
    }
}

/// Calls `visit` with the function that `reference` names, if any.
fn visit_func(reference: u64, visit: &mut dyn FnMut(Edge<'_>)) {
    if let Some(func) = NonNull::new(reference as *mut VMFuncRef) {
        visit(Edge::Found(Found::Func(func)));
    }
}

impl InstanceEntity {
    /// Functions in element segments are its own, or come from constant globals that it has.
    fn for_each_edge(&self, visit: &mut dyn FnMut(Edge<'_>)) {
        let mut node = |node| visit(Edge::Found(Found::Node(node)));
        self.memories()
            .iter()
            .for_each(|&slot| node(Node::Memory(slot)));
        self.tables()
            .iter()
            .for_each(|&slot| node(Node::Table(slot)));
        self.tags().iter().for_each(|&slot| node(Node::Tag(slot)));
        self.global_entities()
            .for_each(|slot| node(Node::Global(slot)));
        let info = self.code().info();
        for index in 0..info.imported.functions {
            // SAFETY: an import, which is there. Its own reference to a host function is part of the instance.
            let func = unsafe { (*self.func_ref(FuncIndex(index))).canonical };
            visit_func(func as u64, visit);
        }
        for (index, global) in info.globals.iter() {
            if global.init.is_some() && self.refers_to_func(global.ty.content) {
                // SAFETY: a global of its own that holds a function; no code runs meanwhile.
                visit_func(
                    unsafe { self.global_cell(index).cast::<u64>().read() },
                    visit,
                );
            }
        }
        self.for_each_ref_global(|cell| {
            // SAFETY: it holds a reference of 4 bytes; no code runs meanwhile.
            visit(Edge::Object(unsafe { &mut *cell.cast::<u32>() }));
        });
        self.for_each_element_ref(&mut |reference| visit(Edge::Object(reference)));
    }

    fn refers_to_func(&self, ty: ValType) -> bool {
        match ty {
            ValType::Ref(reference) => {
                weft_abi::value::ref_kind_in(self.code().info(), reference.heap) == RefKind::Func
            }
            _ => false,
        }
    }
}

impl HostFuncEntity {
    fn for_each_edge(&self, store: &StoreInner, visit: &mut dyn FnMut(Edge<'_>)) {
        if let Some(traced) = self.traced() {
            traced.trace(&mut Tracer::new(store, visit));
        }
    }
}

impl TableEntity {
    fn for_each_edge(&self, visit: &mut dyn FnMut(Edge<'_>)) {
        for index in 0..self.size() {
            // SAFETY: a slot of the table, of its kind's size. No code runs meanwhile.
            unsafe {
                match self.kind() {
                    RefKind::Func => visit_func(self.base().cast::<u64>().add(index).read(), visit),
                    _ => visit(Edge::Object(&mut *self.base().cast::<u32>().add(index))),
                }
            }
        }
    }
}

impl GlobalEntity {
    fn for_each_edge(&self, visit: &mut dyn FnMut(Edge<'_>)) {
        if let Some(slot) = self.owner_slot() {
            visit(Edge::Found(Found::Node(Node::Instance(slot))));
        } else if self.is_own_ref() {
            // SAFETY: it holds a reference of 4 bytes; no code runs meanwhile.
            visit(Edge::Object(unsafe { &mut *self.vm().cast::<u32>() }));
        } else if matches!(self.ty().content, ValType::Ref(_)) {
            visit_func(self.get().to_u64(), visit);
        }
    }
}
