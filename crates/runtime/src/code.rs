//! A module ready to run: its structure, its canonical types and whatever of its code there is by now.
//!
//! Functions are compiled when they are first called, all at once, or come from an artifact; in every
//! case the same bytes end in code memory. Until a function is there, its entry in the [`Plt`] leads to
//! `compile_lazily`.

mod ahead;
mod compile;
mod link;
mod load;

use std::collections::HashMap;
use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};

use weft_abi::layout::VMOffsets;
use weft_abi::value::ref_kind_in;
use weft_abi::{
    CallSite, CodePosition, FrameRefs, Handler, Relocation, SavedRegisters, StackMap, TrapSite,
};
use weft_module::{
    Bytes, CompositeType, DefinedFuncIndex, Entity, EntityIndex, ModuleInfo, RefKind, SubType,
    ValType,
};

pub(crate) use compile::compile_lazily;

use crate::artifact::Artifact;
use crate::code_memory::{Arena, CodeMemoryError, FunctionMeta, Plt};
use crate::engine::Engine;
use crate::error::ResourceError;
use crate::memory::{MemoryImage, build_images};
use crate::types::RegisteredTypes;
use ahead::CallGraph;
use compile::States;
use link::Function;

impl From<CodeMemoryError> for ResourceError {
    fn from(error: CodeMemoryError) -> Self {
        Self::new(error.to_string())
    }
}

/// A module of an engine, with its code. Shared by all threads.
pub struct Code {
    engine: Engine,
    info: Arc<ModuleInfo>,
    bytes: Bytes,
    types: Arc<RegisteredTypes>,
    offsets: VMOffsets,
    uses_heap: bool,
    /// Defined functions that can be values, with their numbers among the escaping ones.
    escaping: Box<[(DefinedFuncIndex, u32)]>,
    exports: OnceLock<HashMap<Box<str>, Entity>>,
    images: OnceLock<Option<Images>>,
    instantiations: AtomicU32,
    /// What is in code memory of each defined function, null until it is.
    functions: Box<[AtomicPtr<Function>]>,
    states: States,
    compiled: AtomicU32,
    /// Owns what `functions` points to. Dropped before the arena, after which nothing looks for it.
    owned: Mutex<Vec<Box<[Function]>>>,
    /// Functions that are copied into code memory when they are first called.
    stored: OnceLock<Arc<Artifact>>,
    artifacts: Mutex<Vec<Arc<Artifact>>>,
    /// What looking ahead knows of it, once somebody did.
    calls: OnceLock<CallGraph>,
    plt: Plt,
    arena: Arena,
}

type Images = Vec<Option<Arc<MemoryImage>>>;

/// A function in code memory, as it is.
#[derive(Copy, Clone, Debug)]
pub struct CompiledRef<'a> {
    /// Which function.
    pub func: DefinedFuncIndex,
    /// Its code, linked, where it runs.
    pub code: &'a [u8],
    /// Where in a line of 64 bytes it starts, unless that makes no difference.
    pub phase: Option<u8>,
    /// What its frame keeps for its caller.
    pub saved: SavedRegisters,
    /// The places that were filled in.
    pub relocations: &'a [Relocation],
    /// Instructions that may trap, by ascending offset.
    pub traps: &'a [TrapSite],
    /// Where in the module code came from, by ascending code offset.
    pub positions: &'a [CodePosition],
    /// Calls with exception handlers, by ascending return offset.
    pub call_sites: &'a [CallSite],
    /// The handlers of all call sites.
    pub handlers: &'a [Handler],
    /// Calls during which the frame holds references, by ascending offset.
    pub stack_maps: &'a [StackMap],
    /// What the stack maps refer to.
    pub frame_refs: &'a [FrameRefs],
}

impl Code {
    /// A module without any code yet. `bytes` are the whole module's, `info` what decoding them gave.
    ///
    /// # Errors
    /// When code memory, address space or the engine's types are used up.
    pub fn new(
        engine: &Engine,
        info: Arc<ModuleInfo>,
        bytes: Bytes,
    ) -> Result<Arc<Self>, ResourceError> {
        debug_assert_eq!(crate::linking::count_imports(&info), info.imported);
        let count = info.bodies.len();
        let arena = Arena::new()?;
        let plt = Plt::new(&arena, count)?;
        Ok(Arc::new(Self {
            engine: engine.clone(),
            types: engine.types().register_module(&info)?,
            offsets: VMOffsets::new(&info),
            uses_heap: uses_heap(&info),
            escaping: escaping(&info),
            exports: OnceLock::new(),
            images: OnceLock::new(),
            instantiations: AtomicU32::new(0),
            functions: (0..count).map(|_| AtomicPtr::default()).collect(),
            states: States::new(count),
            compiled: AtomicU32::new(0),
            owned: Mutex::default(),
            stored: OnceLock::new(),
            artifacts: Mutex::default(),
            calls: OnceLock::new(),
            info,
            bytes,
            plt,
            arena,
        }))
    }

    /// Whether code of it may look at objects of the heap: whether it can have references that are neither functions nor null.
    pub(crate) fn uses_heap(&self) -> bool {
        self.uses_heap
    }

    /// Its engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Its structure.
    pub fn info(&self) -> &Arc<ModuleInfo> {
        &self.info
    }

    /// Its bytes.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The canonical ids of its types.
    pub fn types(&self) -> &Arc<RegisteredTypes> {
        &self.types
    }

    /// Where things are in its instances.
    pub fn offsets(&self) -> &VMOffsets {
        &self.offsets
    }

    pub(crate) fn escaping(&self) -> &[(DefinedFuncIndex, u32)] {
        &self.escaping
    }

    /// What is exported as `name`.
    pub fn export(&self, name: &str) -> Option<Entity> {
        if self.info.exports.len() <= 8 {
            return self.info.export(name).map(|export| export.entity);
        }
        let map = self.exports.get_or_init(|| {
            let exports = self.info.exports.iter();
            exports
                .map(|export| (export.name.clone(), export.entity))
                .collect()
        });
        map.get(name).copied()
    }

    /// Images for the memories of the next instance: from the second on, if its data allows for it.
    pub(crate) fn images_for_instance(&self) -> Option<&[Option<Arc<MemoryImage>>]> {
        if self.instantiations.fetch_add(1, Ordering::Relaxed) == 0 {
            return None;
        }
        let images = self
            .images
            .get_or_init(|| build_images(&self.info, &self.bytes));
        images.as_deref()
    }

    /// Where calls of a function go now: to its code, or to its entry while there is none.
    pub(crate) fn entry(&self, func: DefinedFuncIndex) -> *const u8 {
        let index = func.index();
        self.plt
            .compiled(index)
            .unwrap_or_else(|| self.plt.stub(index))
    }

    /// How many functions are in code memory.
    pub fn compiled_count(&self) -> usize {
        self.compiled.load(Ordering::Relaxed) as usize
    }

    /// Bytes of code memory that it takes.
    pub fn code_size(&self) -> usize {
        self.arena.size()
    }

    fn function(&self, func: DefinedFuncIndex) -> Option<&Function> {
        let function = self.functions[func.index()].load(Ordering::Acquire);
        // SAFETY: it is null or points into `owned`, from which nothing is ever removed.
        unsafe { function.as_ref() }
    }

    /// A function as it is in code memory, if it is there.
    pub fn compiled_function(&self, func: DefinedFuncIndex) -> Option<CompiledRef<'_>> {
        self.function(func).map(Function::as_ref)
    }

    /// The functions that are in code memory, by ascending index.
    pub fn compiled_functions(&self) -> impl Iterator<Item = CompiledRef<'_>> {
        (0..self.functions.len())
            .filter_map(|index| self.compiled_function(DefinedFuncIndex::new(index)))
    }

    /// The module that a function in code memory belongs to.
    ///
    /// # Safety
    /// `meta` is of a function of a module, which is alive.
    pub(crate) unsafe fn of_meta(meta: &FunctionMeta) -> Arc<Self> {
        let code = meta.module.cast::<Self>();
        // SAFETY: it came from an `Arc`, which is alive.
        unsafe {
            Arc::increment_strong_count(code);
            Arc::from_raw(code)
        }
    }
}

fn uses_heap(info: &ModuleInfo) -> bool {
    let is_traced = |ty: &ValType| match ty {
        ValType::Ref(reference) => ref_kind_in(info, reference.heap) != RefKind::Func,
        _ => false,
    };
    let mentions = |ty: &SubType| match &ty.composite {
        CompositeType::Func(func) => func.params.iter().chain(&func.results).any(is_traced),
        CompositeType::Struct(_) | CompositeType::Array(_) => true,
    };
    let tables = || {
        info.tables
            .values()
            .map(|table| ValType::Ref(table.ty.element))
    };
    let globals = || info.globals.values().map(|global| global.ty.content);
    info.types.values().any(mentions)
        || !info.tags.is_empty()
        || tables().chain(globals()).any(|ty| is_traced(&ty))
}

fn escaping(info: &ModuleInfo) -> Box<[(DefinedFuncIndex, u32)]> {
    let functions = info.functions.iter();
    functions
        .filter_map(|(func, function)| Some((info.defined_func(func)?, function.escape?)))
        .collect()
}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (compiled, all) = (self.compiled_count(), self.functions.len());
        write!(f, "Code({compiled} of {all} functions compiled)")
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Woken when any function of any module has been compiled: waiting for another thread's compilation is rare.
static COMPILED: (Mutex<()>, Condvar) = (Mutex::new(()), Condvar::new());
