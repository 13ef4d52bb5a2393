//! The engine's types: recursion groups made canonical, so that equal types of all modules share an id.
//!
//! A recursion group is hash-consed as a whole (§ 3.1.3 asks for equality of groups rolled up): inside it types are named by
//! position, outside by their id, and since groups can only refer to earlier ones there are no cycles
//! between groups. Groups are counted: each [`RegisteredTypes`] holds its groups, a group holds those it
//! refers to, and releasing walks a worklist because chains of supertypes can be long.
//!
//! Descriptors, which compiled code reads, lie in an arena that is reserved once and never moves.

mod arena;
mod display;
mod map;
mod matching;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use weft_abi::gc::{ArrayLayout, ObjectLayout, Storage};
pub use weft_abi::layout::TypeId;
use weft_abi::layout::{DISPLAY, TypeDescriptor, type_kind};
use weft_abi::signature::Signature;
use weft_abi::value;
use weft_module::{CompositeType, IndexVec, ModuleInfo, RefKind, SubType, TypeIndex};

use crate::error::ResourceError;
use arena::Arena;
use map::{map_sub, visit_sub};

/// A value type with canonical ids.
pub type ValType = weft_module::ValType<TypeId>;
/// A reference type with canonical ids.
pub type RefType = weft_module::RefType<TypeId>;
/// A heap type with canonical ids.
pub type HeapType = weft_module::HeapType<TypeId>;
/// A function type with canonical ids.
pub type FuncType = weft_module::FuncType<TypeId>;
/// A table type with canonical ids.
pub type TableType = weft_module::TableType<TypeId>;
/// A global type with canonical ids.
pub type GlobalType = weft_module::GlobalType<TypeId>;
/// The type of an import or export with canonical ids.
pub type ExternType = weft_module::ExternType<TypeId>;

/// How many types an engine can hold at a time.
const CAPACITY: usize = 1 << 24;

/// A type inside a group's key.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum GroupRef {
    /// The n-th type of the same group.
    Inside(u32),
    /// A type of an earlier group.
    Outside(TypeId),
}

type GroupKey = Box<[SubType<GroupRef>]>;
type GroupId = usize;

/// A canonical type.
#[derive(Debug)]
pub struct TypeEntry {
    /// Its structure, with canonical ids.
    pub ty: SubType<TypeId>,
    /// Where its parameters and results travel, for a function type.
    pub signature: Option<Signature>,
    /// How objects of it look; for a function type, exceptions whose tag is of it.
    pub layout: ObjectLayout,
    group: GroupId,
}

impl TypeEntry {
    /// The function type it is, if it is one.
    pub fn func(&self) -> Option<&FuncType> {
        match &self.ty.composite {
            CompositeType::Func(func) => Some(func),
            _ => None,
        }
    }

    fn kind(&self) -> RefKind {
        composite_kind(&self.ty.composite)
    }
}

fn composite_kind<T>(composite: &CompositeType<T>) -> RefKind {
    match composite {
        CompositeType::Func(_) => RefKind::Func,
        CompositeType::Struct(_) | CompositeType::Array(_) => RefKind::Any,
    }
}

struct Group {
    key: GroupKey,
    ids: Box<[TypeId]>,
    references: usize,
}

#[derive(Default)]
struct Tables {
    by_key: HashMap<GroupKey, GroupId>,
    groups: Vec<Option<Group>>,
    free_groups: Vec<GroupId>,
    entries: Vec<Option<Arc<TypeEntry>>>,
    free_ids: Vec<u32>,
}

/// All types of an engine. Shared by all threads.
pub struct TypeRegistry {
    arena: Arena<TypeDescriptor>,
    tables: RwLock<Tables>,
}

/// The canonical ids of a list of types, registered for as long as this lives.
pub struct RegisteredTypes {
    registry: Arc<TypeRegistry>,
    ids: IndexVec<TypeIndex, TypeId>,
    groups: Vec<GroupId>,
}

impl TypeRegistry {
    /// An empty registry.
    ///
    /// # Errors
    /// When the address space for the descriptors cannot be reserved.
    pub fn new() -> Result<Arc<Self>, ResourceError> {
        Ok(Arc::new(Self {
            arena: Arena::new(CAPACITY)?,
            tables: RwLock::default(),
        }))
    }

    /// Registers the types of a module.
    ///
    /// # Errors
    /// When the engine holds too many types.
    pub fn register_module(
        self: &Arc<Self>,
        module: &ModuleInfo,
    ) -> Result<Arc<RegisteredTypes>, ResourceError> {
        let mut registered = RegisteredTypes {
            registry: self.clone(),
            ids: IndexVec::with_capacity(module.types.len()),
            groups: Vec::with_capacity(module.rec_groups.len()),
        };
        let mut tables = self.write();
        for range in &module.rec_groups {
            let key = module.types.as_slice()[range.start as usize..range.end as usize]
                .iter()
                .map(|ty| {
                    map_sub(ty, &mut |index| {
                        group_ref(index, range.start, &registered.ids)
                    })
                })
                .collect();
            match tables.acquire(&self.arena, key) {
                Ok(group) => registered.push(group, &tables),
                Err(error) => {
                    // The guard must go first: dropping `registered` releases what it has.
                    drop(tables);
                    return Err(error);
                }
            }
        }
        drop(tables);
        Ok(Arc::new(registered))
    }

    /// Registers one function type that stands alone; `TypeIndex(0)` of the result is its id.
    ///
    /// # Errors
    /// When the engine holds too many types, or a concrete type in it is not registered.
    pub fn register_func(
        self: &Arc<Self>,
        ty: &FuncType,
    ) -> Result<Arc<RegisteredTypes>, ResourceError> {
        self.register_alone(&SubType {
            is_final: true,
            supertype: None,
            composite: CompositeType::Func(ty.clone()),
        })
    }

    /// Registers one type that stands alone and does not refer to itself.
    ///
    /// # Errors
    /// When the engine holds too many types, or a concrete type in it is not registered.
    pub fn register_alone(
        self: &Arc<Self>,
        ty: &SubType<TypeId>,
    ) -> Result<Arc<RegisteredTypes>, ResourceError> {
        let key: GroupKey = [map_sub(ty, &mut GroupRef::Outside)].into();
        let mut tables = self.write();
        let mut known = true;
        visit_sub(ty, &mut |id| known &= tables.get(id).is_some());
        if !known {
            return Err(ResourceError::new(
                "a type of another engine, or one released",
            ));
        }
        let group = tables.acquire(&self.arena, key)?;
        let mut registered = RegisteredTypes {
            registry: self.clone(),
            ids: IndexVec::new(),
            groups: Vec::new(),
        };
        registered.push(group, &tables);
        drop(tables);
        Ok(Arc::new(registered))
    }

    /// Registers the group of `id` once more, so that it stays; `TypeIndex(0)` of the result is `id`.
    ///
    /// `None` when there is no such type.
    pub fn keep(self: &Arc<Self>, id: TypeId) -> Option<Arc<RegisteredTypes>> {
        let mut tables = self.write();
        let group = tables.get(id)?.group;
        tables.group_mut(group).references += 1;
        Some(Arc::new(RegisteredTypes {
            registry: self.clone(),
            ids: [id].into_iter().collect(),
            groups: vec![group],
        }))
    }

    /// The type with this id, or `None` if it is not registered.
    pub fn get(&self, id: TypeId) -> Option<Arc<TypeEntry>> {
        self.read().get(id).cloned()
    }

    /// The function type with this id and its signature, or `None` if it is not one.
    pub fn func(&self, id: TypeId) -> Option<FuncType> {
        self.read().get(id)?.func().cloned()
    }

    /// The layout of arrays of type `id`, which is registered; `None` when it is no array type. Takes no lock.
    pub fn array_layout(&self, id: TypeId) -> Option<ArrayLayout> {
        let descriptor = self.arena.read(id.0);
        let element = Storage::from_code(descriptor.element)?;
        (descriptor.kind == type_kind::ARRAY).then_some(ArrayLayout { element })
    }

    /// How many types are registered.
    pub fn len(&self) -> usize {
        let tables = self.read();
        tables.entries.len() - tables.free_ids.len()
    }

    /// Whether no type is registered.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The descriptors, for [`weft_abi::layout::StoreContext::types`].
    pub fn descriptors(&self) -> *const TypeDescriptor {
        self.arena.base()
    }

    fn read(&self) -> RwLockReadGuard<'_, Tables> {
        self.tables.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Tables> {
        self.tables.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for TypeRegistry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TypeRegistry({} types)", self.len())
    }
}

fn group_ref(index: TypeIndex, start: u32, ids: &IndexVec<TypeIndex, TypeId>) -> GroupRef {
    match index.0.checked_sub(start) {
        Some(position) => GroupRef::Inside(position),
        None => GroupRef::Outside(ids[index]),
    }
}

impl Tables {
    fn get(&self, id: TypeId) -> Option<&Arc<TypeEntry>> {
        self.entries.get(id.0 as usize)?.as_ref()
    }

    fn group_mut(&mut self, group: GroupId) -> &mut Group {
        self.groups[group]
            .as_mut()
            .expect("a referenced group is kept")
    }

    /// Takes a reference to the group that `key` describes, making it if there is none.
    fn acquire(
        &mut self,
        arena: &Arena<TypeDescriptor>,
        key: GroupKey,
    ) -> Result<GroupId, ResourceError> {
        if let Some(&group) = self.by_key.get(&key) {
            self.group_mut(group).references += 1;
            return Ok(group);
        }
        let ids = self.take_ids(key.len())?;
        for outside in self.outside_groups(&key) {
            self.group_mut(outside).references += 1;
        }
        let group = self.free_groups.pop().unwrap_or_else(|| {
            self.groups.push(None);
            self.groups.len() - 1
        });
        self.define_types(arena, group, &key, &ids);
        self.by_key.insert(key.clone(), group);
        self.groups[group] = Some(Group {
            key,
            ids,
            references: 1,
        });
        Ok(group)
    }

    fn take_ids(&mut self, count: usize) -> Result<Box<[TypeId]>, ResourceError> {
        let fresh = count.saturating_sub(self.free_ids.len());
        if self.entries.len() + fresh > CAPACITY {
            return Err(ResourceError::new(format!(
                "an engine holds at most {CAPACITY} types"
            )));
        }
        Ok((0..count)
            .map(|_| {
                TypeId(self.free_ids.pop().unwrap_or_else(|| {
                    self.entries.push(None);
                    self.entries.len() as u32 - 1
                }))
            })
            .collect())
    }

    fn define_types(
        &mut self,
        arena: &Arena<TypeDescriptor>,
        group: GroupId,
        key: &GroupKey,
        ids: &[TypeId],
    ) {
        for (sub, &id) in key.iter().zip(ids) {
            let ty = map_sub(sub, &mut |reference| resolve(reference, ids));
            let kind = |reference| match reference {
                GroupRef::Inside(position) => composite_kind(&key[position as usize].composite),
                GroupRef::Outside(id) => self.entry_kind(id),
            };
            let signature = match &sub.composite {
                CompositeType::Func(func) => Some(signature_of(func, kind)),
                _ => None,
            };
            let parent = ty.supertype.map(|parent| arena.read(parent.0));
            let layout = ObjectLayout::of(&sub.composite, kind);
            let descriptor = describe(id, &layout, parent);
            arena.write(id.0, descriptor);
            self.entries[id.0 as usize] = Some(Arc::new(TypeEntry {
                ty,
                signature,
                layout,
                group,
            }));
        }
    }

    fn entry_kind(&self, id: TypeId) -> RefKind {
        self.get(id)
            .expect("a referenced type is registered")
            .kind()
    }

    /// The groups that `key` refers to, each once.
    fn outside_groups(&self, key: &GroupKey) -> Vec<GroupId> {
        let mut groups = Vec::new();
        for sub in key {
            visit_sub(sub, &mut |reference| {
                if let GroupRef::Outside(id) = reference {
                    groups.extend(self.get(id).map(|entry| entry.group));
                }
            });
        }
        groups.sort_unstable();
        groups.dedup();
        groups
    }

    fn release(&mut self, mut worklist: Vec<GroupId>) {
        while let Some(id) = worklist.pop() {
            let group = self.group_mut(id);
            group.references -= 1;
            if group.references > 0 {
                continue;
            }
            let Some(group) = self.groups[id].take() else {
                continue;
            };
            worklist.extend(self.outside_groups(&group.key));
            self.by_key.remove(&group.key);
            for &ty in &group.ids {
                self.entries[ty.0 as usize] = None;
                self.free_ids.push(ty.0);
            }
            self.free_groups.push(id);
        }
    }
}

fn resolve(reference: GroupRef, ids: &[TypeId]) -> TypeId {
    match reference {
        GroupRef::Inside(position) => ids[position as usize],
        GroupRef::Outside(id) => id,
    }
}

fn signature_of(
    func: &weft_module::FuncType<GroupRef>,
    kind: impl Fn(GroupRef) -> RefKind,
) -> Signature {
    let repr = |&ty: &weft_module::ValType<GroupRef>| value::repr(ty, &kind);
    Signature::new(func.params.iter().map(repr), func.results.iter().map(repr))
}

/// The descriptor of type `id` below `parent`: the parent's display and itself.
fn describe(id: TypeId, layout: &ObjectLayout, parent: Option<TypeDescriptor>) -> TypeDescriptor {
    let (kind, element) = match layout {
        ObjectLayout::Exception(_) => (type_kind::FUNC, 0),
        ObjectLayout::Struct(_) => (type_kind::STRUCT, 0),
        ObjectLayout::Array(layout) => (type_kind::ARRAY, layout.element.code()),
    };
    let (depth, display) = match parent {
        Some(parent) => (parent.depth + 1, parent.display),
        None => (0, [u32::MAX; DISPLAY]),
    };
    let mut descriptor = TypeDescriptor {
        depth,
        kind,
        element,
        display,
    };
    if let Some(entry) = descriptor.display.get_mut(descriptor.depth as usize) {
        *entry = id.0;
    }
    descriptor
}

impl RegisteredTypes {
    fn push(&mut self, group: GroupId, tables: &Tables) {
        self.groups.push(group);
        let ids = tables.groups[group]
            .iter()
            .flat_map(|group| group.ids.iter());
        for &id in ids {
            self.ids.push(id);
        }
    }

    /// The canonical id of each type, in the order they were registered in.
    pub fn ids(&self) -> &IndexVec<TypeIndex, TypeId> {
        &self.ids
    }

    /// The registry they are in.
    pub fn registry(&self) -> &Arc<TypeRegistry> {
        &self.registry
    }

    /// A module's value type with canonical ids.
    pub fn val_type(&self, ty: weft_module::ValType) -> ValType {
        map::map_val(ty, &mut |index| self.ids[index])
    }

    /// A module's table type with canonical ids.
    pub fn table_type(&self, ty: weft_module::TableType) -> TableType {
        TableType {
            address: ty.address,
            limits: ty.limits,
            element: map::map_ref(ty.element, &mut |index| self.ids[index]),
        }
    }

    /// A module's global type with canonical ids.
    pub fn global_type(&self, ty: weft_module::GlobalType) -> GlobalType {
        GlobalType {
            content: self.val_type(ty.content),
            mutable: ty.mutable,
        }
    }

    /// A module's import or export type with canonical ids.
    pub fn extern_type(&self, ty: &weft_module::ExternType) -> ExternType {
        match *ty {
            weft_module::ExternType::Func(ty) => ExternType::Func(self.ids[ty]),
            weft_module::ExternType::Table(ty) => ExternType::Table(self.table_type(ty)),
            weft_module::ExternType::Memory(ty) => ExternType::Memory(ty),
            weft_module::ExternType::Global(ty) => ExternType::Global(self.global_type(ty)),
            weft_module::ExternType::Tag(ty) => ExternType::Tag(self.ids[ty]),
        }
    }
}

impl Drop for RegisteredTypes {
    fn drop(&mut self) {
        let groups = std::mem::take(&mut self.groups);
        self.registry.write().release(groups);
    }
}

impl std::fmt::Debug for RegisteredTypes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.ids.values()).finish()
    }
}

#[cfg(test)]
mod tests;
