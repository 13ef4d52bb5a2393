//! A store (§ 4.2.3): everything that belongs to one agent, on one thread at a time.
//!
//! The inside is cells only. Host functions re-enter a store at any point, so there is never a `&mut` of it:
//! [`StoreInner`] is used by shared reference, and whoever owns the [`Store`] sees to it that one
//! thread at a time does.

use std::any::Any;
use std::cell::{Cell, UnsafeCell};
use std::mem::MaybeUninit;
use std::ops::Deref;
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use weft_abi::CompileError;
use weft_abi::layout::{StoreContext, TypeId};
use weft_abi::value::RawVal;

use crate::engine::Engine;
use crate::error::{HostError, InstantiateError, Misuse, ResourceError};
use crate::func::HostFuncEntity;
use crate::gc::Heap;
use crate::global::{Global, GlobalEntity};
use crate::host_ref::{HostRefs, HostValue, Marks};
use crate::instance::InstanceEntity;
use crate::limiter::Limiter;
use crate::memory::{Memory, MemoryEntity, SharedMemory};
use crate::reach::Traced;
use crate::slab::{Handle, Slab, StoreId};
use crate::stacks::WasmStack;
use crate::table::{Table, TableEntity};
use crate::tag::{Tag, TagEntity};
use crate::trap::SuspendedCalls;
use crate::types::{ExternType, GlobalType, HeapType, RegisteredTypes, TableType, ValType};
use crate::wait::Waker;
use crate::watchdog::Interrupts;
use weft_module::MemoryType;

/// Why the running host function or libcall failed, kept until its activation has been left.
#[derive(Debug)]
pub enum PendingFailure {
    /// An error of the host's.
    Host(HostError),
    /// A panic's payload.
    Panic(Box<dyn Any + Send>),
    /// A function could not be compiled.
    Compile(CompileError),
}

/// The owner of a store.
pub struct Store {
    inner: NonNull<StoreInner>,
}

// SAFETY: a store has no affinity to a thread while nothing of it runs; what hosts put in is `Send`
// by the bounds of the functions that take it, or the facade's promise (see `set_user_data`, `set_limiter`).
unsafe impl Send for Store {}

/// A store's inside. `Deref` of [`Store`] gives it; host functions get it by [`StoreInner::from_context`].
#[repr(C)]
pub struct StoreInner {
    /// First, so that a store and its context have one address.
    context: UnsafeCell<StoreContext>,
    id: StoreId,
    engine: Engine,
    user_data: Cell<*mut ()>,
    pub(crate) instances: Slab<InstanceEntity>,
    pub(crate) memories: Slab<MemoryEntity>,
    pub(crate) tables: Slab<TableEntity>,
    pub(crate) globals: Slab<GlobalEntity>,
    pub(crate) tags: Slab<TagEntity>,
    pub(crate) host_funcs: Slab<HostFuncEntity>,
    host_refs: HostRefs,
    heap: Heap,
    suspended: SuspendedCalls,
    limiter: Cell<Option<Box<dyn Limiter>>>,
    failure: Cell<Option<PendingFailure>>,
    next_tag: Cell<u64>,
    instances_made: Cell<u64>,
    memory_growths: Cell<u64>,
    can_block: Cell<bool>,
    /// Whether handles that are given out keep nothing.
    pub(crate) weak_handles: Cell<bool>,
    waker: Arc<Waker>,
    interrupts: Interrupts,
    stack: Option<WasmStack>,
}

impl Store {
    /// An empty store.
    ///
    /// # Errors
    /// When there is no address space for its stack.
    pub fn new(engine: &Engine) -> Result<Self, ResourceError> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let stack = engine
            .stacks()
            .take()
            .map_err(|error| ResourceError::os("cannot reserve a wasm stack", error))?;
        let libcalls = crate::stubs::libcalls();
        let context =
            StoreContext::new(libcalls, engine.types().descriptors(), std::ptr::null_mut());
        let mut place: Box<MaybeUninit<StoreInner>> = Box::new_uninit();
        // SAFETY: the context is the first field of the store, which will be in this box until it is dropped, and
        // the interrupts with it.
        let interrupts = unsafe { Interrupts::new(place.as_mut_ptr().cast()) };
        let inner = NonNull::from(Box::leak(Box::write(
            place,
            StoreInner {
                context: UnsafeCell::new(context),
                id: StoreId(NEXT.fetch_add(1, Ordering::Relaxed)),
                engine: engine.clone(),
                user_data: Cell::new(std::ptr::null_mut()),
                instances: Slab::new(),
                memories: Slab::new(),
                tables: Slab::new(),
                globals: Slab::new(),
                tags: Slab::new(),
                host_funcs: Slab::new(),
                host_refs: HostRefs::default(),
                heap: Heap::new(engine.config().max_gc_heap, engine.config().gc_zeal),
                suspended: SuspendedCalls::default(),
                limiter: Cell::new(None),
                failure: Cell::new(None),
                next_tag: Cell::new(1),
                instances_made: Cell::new(0),
                memory_growths: Cell::new(0),
                can_block: Cell::new(true),
                weak_handles: Cell::new(false),
                waker: Arc::default(),
                interrupts,
                stack: Some(stack),
            },
        )));
        // SAFETY: just made, and nobody else has it.
        unsafe {
            let context = &mut *inner.as_ref().context();
            context.store = inner.as_ptr().cast();
            if let Some(stack) = &inner.as_ref().stack {
                stack.install(context);
            }
        }
        Ok(Self { inner })
    }

    /// The inside, for as long as the store lives.
    pub fn as_ptr(&self) -> NonNull<StoreInner> {
        self.inner
    }
}

impl Deref for Store {
    type Target = StoreInner;
    #[inline]
    fn deref(&self) -> &StoreInner {
        // SAFETY: it lives as long as `self`, and only shared references to it are ever made.
        unsafe { self.inner.as_ref() }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.clear();
        // SAFETY: made by `Box::leak` in `new`, and this is its only owner.
        let mut inner = unsafe { Box::from_raw(self.inner.as_ptr()) };
        if let Some(stack) = inner.stack.take() {
            inner.engine.stacks().put(stack);
        }
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Store({})", self.id.0)
    }
}

impl StoreInner {
    /// The store of a context.
    ///
    /// # Safety
    /// `context` is a live store's, and this thread's.
    #[inline]
    pub unsafe fn from_context<'a>(context: *mut StoreContext) -> &'a Self {
        // SAFETY: the context is the first field.
        unsafe { &*context.cast::<Self>() }
    }

    /// What code and stubs see of it.
    #[inline]
    pub fn context(&self) -> *mut StoreContext {
        self.context.get()
    }

    /// Its number, which no other store of the process has.
    #[inline]
    pub fn id(&self) -> StoreId {
        self.id
    }

    /// Its engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The embedder's pointer, null until it is set.
    #[inline]
    pub fn user_data(&self) -> *mut () {
        self.user_data.get()
    }

    /// Sets the embedder's pointer. The embedder answers for what it points to: it moves between threads with the store.
    pub fn set_user_data(&self, data: *mut ()) {
        self.user_data.set(data);
    }

    /// Sets who is asked before memories and tables grow; returns the one before. It moves between threads with the store.
    pub fn set_limiter(&self, limiter: Option<Box<dyn Limiter>>) -> Option<Box<dyn Limiter>> {
        self.limiter.replace(limiter)
    }

    pub(crate) fn take_limiter(&self) -> Option<Box<dyn Limiter>> {
        self.limiter.take()
    }

    pub(crate) fn put_limiter(&self, limiter: Box<dyn Limiter>) {
        self.limiter.set(Some(limiter));
    }

    /// Whether `memory.atomic.wait` may block the thread; it traps otherwise.
    pub fn set_can_block(&self, can_block: bool) {
        self.can_block.set(can_block);
    }

    pub(crate) fn can_block(&self) -> bool {
        self.can_block.get()
    }

    /// What ends an atomic wait of this store from another thread, after `pending` has been set.
    pub fn waker(&self) -> &Arc<Waker> {
        &self.waker
    }

    /// Interrupts, deadlines, and blocking that they end.
    pub fn interrupts(&self) -> &Interrupts {
        &self.interrupts
    }

    /// Fuel left, for code that counts it.
    pub fn fuel(&self) -> i64 {
        // SAFETY: plain data of this thread.
        unsafe { (*self.context()).fuel }
    }

    /// Sets the fuel left.
    pub fn set_fuel(&self, fuel: i64) {
        // SAFETY: as above.
        unsafe { (*self.context()).fuel = fuel };
    }

    /// Makes the running host function or libcall end its activation when it returns.
    ///
    /// Only to be called by a host function of this store, right before it returns.
    pub fn fail(&self, failure: PendingFailure) {
        self.failure.set(Some(failure));
        // SAFETY: the context is live and this thread's.
        unsafe { crate::trap::raise_error(self.context()) };
    }

    pub(crate) fn take_failure(&self) -> Option<PendingFailure> {
        self.failure.take()
    }

    /// How many instances there are.
    pub fn instance_count(&self) -> usize {
        self.instances.len()
    }

    /// How often any memory has grown, by nothing included.
    pub fn memory_growths(&self) -> u64 {
        self.memory_growths.get()
    }

    pub(crate) fn note_memory_growth(&self) {
        self.memory_growths.set(self.memory_growths.get() + 1);
    }

    /// How many instances have ever been begun.
    pub(crate) fn instances_made(&self) -> u64 {
        self.instances_made.get()
    }

    /// The number of a new instance: how many there were before it.
    pub(crate) fn number_instance(&self) -> u64 {
        let number = self.instances_made.get();
        self.instances_made.set(number + 1);
        number
    }

    pub(crate) fn next_tag(&self) -> u64 {
        let id = self.next_tag.get();
        self.next_tag.set(id + 1);
        id
    }

    /// Makes a memory of its initial size, zero.
    ///
    /// # Errors
    /// When the limiter refuses or the machine has no room for it.
    pub fn new_memory(&self, ty: &MemoryType) -> Result<Memory, InstantiateError> {
        self.admit_memory(ty)?;
        let entity = MemoryEntity::new(&self.engine, ty, None)?;
        Ok(Handle::new(self, self.memories.insert(entity)))
    }

    /// Makes `shared` usable in this store. The handle does not keep it.
    ///
    /// # Errors
    /// When it was made for another engine.
    pub fn adopt_memory(&self, shared: &SharedMemory) -> Result<Memory, Misuse> {
        if !shared.engine().same(&self.engine) {
            return Err(Misuse::WrongEngine);
        }
        let entity = MemoryEntity::from_shared(shared.clone());
        Ok(Handle::weak(self, self.memories.insert(entity)))
    }

    /// Makes a table of its initial size with all elements `init`.
    ///
    /// # Errors
    /// When the limiter refuses or the machine has no room for it.
    ///
    /// # Safety
    /// `init` is a reference of the element type in its representation, and of this store.
    pub unsafe fn new_table(&self, ty: TableType, init: u64) -> Result<Table, InstantiateError> {
        self.admit_table(&ty)?;
        let types = self.keep_val_type(ValType::Ref(ty.element))?;
        let entity = TableEntity::new(&self.engine, ty, false, types)?;
        if init != 0 {
            // SAFETY: the caller's.
            unsafe { entity.fill(0, init, ty.limits.min) }?;
        }
        Ok(Handle::new(self, self.tables.insert(entity)))
    }

    /// Makes a global with its value.
    ///
    /// # Errors
    /// When its type is not registered with the engine.
    ///
    /// # Safety
    /// `value` is of the type, in its representation, and of this store.
    pub unsafe fn new_global(&self, ty: GlobalType, value: RawVal) -> Result<Global, Misuse> {
        let types = self.keep_val_type(ty.content)?;
        let entity = GlobalEntity::new(&self.engine, ty, value, types);
        Ok(Handle::new(self, self.globals.insert(entity)))
    }

    /// Makes a tag.
    ///
    /// # Errors
    /// When its type is not a function type of the engine.
    pub fn new_tag(&self, ty: TypeId) -> Result<Tag, Misuse> {
        let types = self.engine.types().keep(ty).ok_or(Misuse::WrongEngine)?;
        let entity = TagEntity::new(self.next_tag(), ty, types, None);
        Ok(Handle::new(self, self.tags.insert(entity)))
    }

    /// Keeps the concrete type in `ty` registered.
    fn keep_val_type(&self, ty: ValType) -> Result<Option<Arc<RegisteredTypes>>, Misuse> {
        match ty {
            ValType::Ref(reference) => match reference.heap {
                HeapType::Concrete(id) => {
                    let types = self.engine.types().keep(id);
                    types.map(Some).ok_or(Misuse::WrongEngine)
                }
                _ => Ok(None),
            },
            _ => Ok(None),
        }
    }

    /// A reference to a value of the host, for `externref` and, converted, `anyref`.
    ///
    /// # Errors
    /// When all slots are taken.
    pub fn new_host_ref(&self, value: HostValue) -> Result<u32, ResourceError> {
        self.host_refs.insert(value, None)
    }

    /// The same to one that refers to what it tells.
    ///
    /// # Errors
    /// When all slots are taken.
    pub fn new_traced_ref(&self, value: Traced) -> Result<u32, ResourceError> {
        self.host_refs.insert(value.value, Some(value.trace))
    }

    /// The value that `reference` names; `None` when it is null, an integer or an object.
    pub fn host_ref(&self, reference: u32) -> Option<HostValue> {
        self.host_refs.get(reference)
    }

    pub(crate) fn traced_ref(&self, reference: u32) -> Option<Traced> {
        self.host_refs.traced(reference)
    }

    pub(crate) fn has_traced_refs(&self) -> bool {
        self.host_refs.has_traced()
    }

    pub(crate) fn new_marks(&self) -> Marks {
        self.host_refs.marks()
    }

    /// Frees the slots of host values without a mark, and gives back what was in them.
    pub(crate) fn sweep_host_refs(&self, marks: Marks) -> Vec<HostValue> {
        self.host_refs.sweep(&marks)
    }

    pub(crate) fn heap(&self) -> &Heap {
        &self.heap
    }

    /// Reserves the heap's address space, before anything that may use it.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) fn prepare_heap(&self) -> Result<(), ResourceError> {
        self.heap.prepare(self).map(|_| ())
    }

    pub(crate) fn suspended(&self) -> &SuspendedCalls {
        &self.suspended
    }

    /// A stack for a call that can be suspended.
    ///
    /// # Errors
    /// When too many calls are suspended, or there is no address space.
    pub fn take_stack(&self) -> Result<WasmStack, ResourceError> {
        if !self.suspended.has_room() {
            return Err(ResourceError::new("too many calls are suspended"));
        }
        let stack = self.engine.stacks().take();
        stack.map_err(|error| ResourceError::os("cannot reserve a wasm stack", error))
    }

    /// Drops all entities, dependents first.
    fn clear(&self) {
        self.instances.clear();
        self.host_funcs.clear();
        self.globals.clear();
        self.tables.clear();
        self.memories.clear();
        self.tags.clear();
    }
}

/// Anything that can be imported or exported (§ 4.2.13 "external instances").
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
#[allow(
    missing_docs,
    reason = "the variants are the specification's own words"
)]
pub enum Extern {
    Func(crate::func::Func),
    Table(Table),
    Memory(Memory),
    Global(Global),
    Tag(Tag),
}

impl Extern {
    /// Its type, with present sizes as minimums.
    ///
    /// # Errors
    /// When it belongs to another store.
    pub fn ty(self, store: &StoreInner) -> Result<ExternType, Misuse> {
        Ok(match self {
            Self::Func(func) => ExternType::Func(func.ty(store)?),
            Self::Table(table) => ExternType::Table(table.get(store)?.ty()),
            Self::Memory(memory) => ExternType::Memory(memory.get(store)?.ty()),
            Self::Global(global) => ExternType::Global(*global.get(store)?.ty()),
            Self::Tag(tag) => ExternType::Tag(tag.get(store)?.ty()),
        })
    }
}
