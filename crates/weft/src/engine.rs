//! [`Engine`]: what all modules and stores of one configuration share.

use std::sync::Arc;

use weft_module::Features;
use weft_optimizing::Optimizing;
use weft_runtime::types::TypeRegistry;

use crate::cache::Cache;
use crate::config::{Log, LogLevel};
use crate::profiler;
use crate::{Config, Result, Strategy};

/// A compiler, its settings and the types of all modules. Cheap to clone, and shared by threads.
///
/// Modules, stores and types belong to the engine that they were made with; using them with
/// another is an error.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

struct Inner {
    live: weft_runtime::Engine,
    strategy: Strategy,
    features: Features,
    cache: Option<Cache>,
    log: Option<Log>,
}

impl Engine {
    /// An engine with this configuration.
    ///
    /// # Errors
    /// When the CPU lacks what compiled code needs (SSE4.1), or address space is short. A cache
    /// directory that cannot be used is only reported to [`Config::log`].
    pub fn new(config: &Config) -> Result<Self> {
        let compiler = Optimizing::new(config.runtime.tunables)?;
        let live = weft_runtime::Engine::new(Arc::new(compiler), config.runtime.clone())?;
        let cache = config.cache.as_ref().map(Cache::open).transpose();
        let mut inner = Inner {
            live,
            strategy: config.strategy,
            features: config.features,
            cache: None,
            log: config.log.clone(),
        };
        match cache {
            Ok(cache) => inner.cache = cache,
            Err(error) => inner.log(LogLevel::Warn, || format!("no code cache: {error:#}")),
        }
        if let Some(profiler) = profiler::open(config.profiler)? {
            inner.live.on_publish(profiler::hook(profiler));
        }
        Ok(Self(Arc::new(inner)))
    }

    /// Whether both are the same engine.
    pub fn same(a: &Self, b: &Self) -> bool {
        Arc::ptr_eq(&a.0, &b.0)
    }

    /// Compiles `bytes`, wasm or text, to what [`Module::deserialize`](crate::Module::deserialize) takes.
    ///
    /// # Errors
    /// As [`Module::new`](crate::Module::new) and [`Module::serialize`](crate::Module::serialize).
    pub fn precompile_module(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        crate::Module::new(self, bytes)?.serialize()
    }

    /// What its precompiled modules are made by and for: a line each for the version, the CPU and the settings.
    pub fn fingerprint(&self) -> &str {
        self.0.live.compiler().fingerprint()
    }

    /// The proposals that its modules may use.
    pub fn features(&self) -> &Features {
        &self.0.features
    }

    pub(crate) fn live(&self) -> &weft_runtime::Engine {
        &self.0.live
    }

    pub(crate) fn types(&self) -> &Arc<TypeRegistry> {
        self.0.live.types()
    }

    pub(crate) fn strategy(&self) -> Strategy {
        self.0.strategy
    }

    pub(crate) fn cache(&self) -> Option<&Cache> {
        self.0.cache.as_ref()
    }

    /// The cache, if a module of these bytes may be in it.
    pub(crate) fn cache_for(&self, bytes: &[u8]) -> Option<&Cache> {
        self.cache().filter(|cache| cache.takes(bytes))
    }

    pub(crate) fn log(&self, level: LogLevel, message: impl FnOnce() -> String) {
        self.0.log(level, message);
    }
}

impl Inner {
    fn log(&self, level: LogLevel, message: impl FnOnce() -> String) {
        if let Some(log) = &self.log {
            log(level, &message());
        }
    }
}

impl Default for Engine {
    /// An engine with the default configuration.
    ///
    /// # Panics
    /// Where [`Engine::new`] has an error.
    fn default() -> Self {
        Self::new(&Config::default()).expect("the default engine cannot be made on this machine")
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Engine").field(&self.fingerprint()).finish()
    }
}
