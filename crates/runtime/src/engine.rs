//! What all modules and stores of one configuration share.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use weft_abi::{Compiler, Tunables};

use crate::code::Code;
use crate::compiled::CompiledRef;
use crate::error::ResourceError;
use crate::memory::MemoryPool;
use crate::stacks::StackPool;
use crate::types::TypeRegistry;

/// Bounds that are not part of compiled code.
#[derive(Clone, Debug)]
pub struct EngineConfig {
    /// Settings of compiled code.
    pub tunables: Tunables,
    /// Usable bytes of a store's wasm stack.
    pub max_wasm_stack: usize,
    /// How many instances a store may have at a time.
    pub max_instances: usize,
    /// The largest size of a table, in elements.
    pub max_table_elements: u64,
    /// The most bytes of objects of the garbage-collected heap of a store, live or not: at most 2 GiB.
    pub max_gc_heap: usize,
    /// Collect at every n-th allocation, and make stale references fault, if not 0: for tests.
    pub gc_zeal: u32,
    /// How many memories' address spaces are kept for reuse.
    pub pooled_memories: usize,
    /// How many wasm stacks are kept for reuse.
    pub pooled_stacks: usize,
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self {
            tunables: Tunables::default(),
            max_wasm_stack: 1 << 20,
            max_instances: 1_000_000,
            max_table_elements: 10_000_000,
            max_gc_heap: usize::MAX,
            gc_zeal: 0,
            pooled_memories: 16,
            pooled_stacks: 16,
        }
    }
}

/// A compiler, its settings, the canonical types and pools. Cheap to clone; shared by threads.
#[derive(Clone)]
pub struct Engine(Arc<EngineInner>);

struct EngineInner {
    id: u64,
    compiler: Arc<dyn Compiler>,
    config: EngineConfig,
    types: Arc<TypeRegistry>,
    memories: Arc<MemoryPool>,
    stacks: StackPool,
    on_publish: OnceLock<OnPublish>,
}

/// Told of every function that comes into code memory.
pub type OnPublish = Box<dyn Fn(&Code, CompiledRef<'_>) + Send + Sync>;

impl Engine {
    /// An engine that compiles with `compiler`.
    ///
    /// # Errors
    /// When address space for its tables cannot be reserved.
    pub fn new(compiler: Arc<dyn Compiler>, config: EngineConfig) -> Result<Self, ResourceError> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Ok(Self(Arc::new(EngineInner {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            compiler,
            types: TypeRegistry::new()?,
            memories: Arc::new(MemoryPool::new(config.pooled_memories)),
            stacks: StackPool::new(config.max_wasm_stack, config.pooled_stacks),
            on_publish: OnceLock::new(),
            config,
        })))
    }

    /// A number that no other engine of the process has.
    pub fn id(&self) -> u64 {
        self.0.id
    }

    /// Whether both are the same engine.
    pub fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// What turns bodies into code.
    pub fn compiler(&self) -> &dyn Compiler {
        &*self.0.compiler
    }

    /// Settings of compiled code.
    pub fn tunables(&self) -> &Tunables {
        &self.0.config.tunables
    }

    /// All settings.
    pub fn config(&self) -> &EngineConfig {
        &self.0.config
    }

    /// The canonical types.
    pub fn types(&self) -> &Arc<TypeRegistry> {
        &self.0.types
    }

    /// Stacks for stores and for suspendable calls.
    pub fn stacks(&self) -> &StackPool {
        &self.0.stacks
    }

    /// Has `hook` called for every function that comes into code memory from now on. Only the first hook counts.
    pub fn on_publish(&self, hook: OnPublish) {
        let _ = self.0.on_publish.set(hook);
    }

    pub(crate) fn publish_hook(&self) -> Option<&OnPublish> {
        self.0.on_publish.get()
    }

    pub(crate) fn memories(&self) -> &Arc<MemoryPool> {
        &self.0.memories
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Engine({}, {})",
            self.0.id,
            self.0.compiler.fingerprint()
        )
    }
}
