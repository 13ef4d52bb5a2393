//! The names of a script: modules that were defined, instances that were made, and what other
//! modules can import.

use std::collections::HashMap;

use weft::{Extern, Instance, Linker, Module, Store, bail, format_err};

use crate::spectest::Spectest;

/// Everything that a script can name.
#[derive(Default)]
pub(crate) struct Registry {
    /// The instance that actions without a name mean: the last one made.
    current: Option<Instance>,
    /// The module that `(module instance)` without a name means: the last one defined.
    defined: Option<Module>,
    instances: HashMap<String, Namespace>,
    definitions: HashMap<String, Module>,
    registered: HashMap<String, Namespace>,
}

/// What stands behind the first name of an import.
#[derive(Clone)]
pub(crate) enum Namespace {
    /// The exports of an instance.
    Instance(Instance),
    /// Entities that no one store owns, shared with a thread.
    Shared(HashMap<String, Extern>),
}

impl Registry {
    /// The registry of a thread that is given one module's shared part.
    pub(crate) fn with_shared(name: &str, shared: Namespace) -> Self {
        Self {
            instances: HashMap::from([(name.to_string(), shared)]),
            ..Self::default()
        }
    }

    /// Forgets the current instance, so that actions do not reach an older one by mistake.
    pub(crate) fn clear_current(&mut self) {
        self.current = None;
    }

    pub(crate) fn add_instance(&mut self, name: Option<&str>, instance: Instance) {
        self.current = Some(instance);
        if let Some(name) = name {
            let namespace = Namespace::Instance(instance);
            self.instances.insert(name.to_string(), namespace);
        }
    }

    pub(crate) fn add_definition(&mut self, name: Option<&str>, module: Module) {
        if let Some(name) = name {
            self.definitions.insert(name.to_string(), module.clone());
        }
        self.defined = Some(module);
    }

    pub(crate) fn definition(&self, name: Option<&str>) -> weft::Result<Module> {
        let found = match name {
            Some(name) => self.definitions.get(name),
            None => self.defined.as_ref(),
        };
        found
            .cloned()
            .ok_or_else(|| format_err!("no module definition {}", Shown(name)))
    }

    /// The instance called `name`, or the current one.
    fn namespace(&self, name: Option<&str>) -> weft::Result<Namespace> {
        let found = match name {
            Some(name) => self.instances.get(name).cloned(),
            None => self.current.map(Namespace::Instance),
        };
        found.ok_or_else(|| format_err!("no module instance {}", Shown(name)))
    }

    pub(crate) fn register(&mut self, name: &str, module: Option<&str>) -> weft::Result<()> {
        let namespace = self.namespace(module)?;
        self.registered.insert(name.to_string(), namespace);
        Ok(())
    }

    /// The part of the instance `name` that another thread may use: its shared memories.
    pub(crate) fn shared_part(&self, store: &mut Store<()>, name: &str) -> weft::Result<Namespace> {
        let instance = match self.namespace(Some(name))? {
            Namespace::Instance(instance) => instance,
            shared => return Ok(shared),
        };
        let shared = instance
            .exports(store)
            .map(|export| (export.name().to_string(), export.into_extern()))
            .filter(|(_, item)| matches!(item, Extern::SharedMemory(_)))
            .collect();
        Ok(Namespace::Shared(shared))
    }

    /// Instantiates `module` with imports from the registered names and from `spectest`.
    pub(crate) fn instantiate(
        &self,
        store: &mut Store<()>,
        spectest: &Spectest,
        module: &Module,
    ) -> weft::Result<Instance> {
        let mut linker = Linker::new(store.engine());
        // A module may import one thing twice.
        linker.allow_shadowing(true);
        for import in module.imports() {
            let (from, name) = (import.module(), import.name());
            if let Some(item) = self.lookup(store, spectest, from, name) {
                linker.define(&mut *store, from, name, item)?;
            }
        }
        linker.instantiate(store, module)
    }

    fn lookup(
        &self,
        store: &mut Store<()>,
        spectest: &Spectest,
        from: &str,
        name: &str,
    ) -> Option<Extern> {
        match self.registered.get(from) {
            Some(namespace) => namespace.get(store, name),
            None if from == "spectest" => spectest.get(name),
            None => None,
        }
    }

    /// What the instance `module` exports as `name`.
    pub(crate) fn export(
        &self,
        store: &mut Store<()>,
        module: Option<&str>,
        name: &str,
    ) -> weft::Result<Extern> {
        match self.namespace(module)?.get(store, name) {
            Some(item) => Ok(item),
            None => bail!("the module exports nothing called `{name}`"),
        }
    }
}

impl Namespace {
    fn get(&self, store: &mut Store<()>, name: &str) -> Option<Extern> {
        match self {
            Self::Instance(instance) => instance.get_export(store, name),
            Self::Shared(items) => items.get(name).cloned(),
        }
    }
}

/// An optional name in a message.
struct Shown<'n>(Option<&'n str>);

impl std::fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(name) => write!(f, "`${name}`"),
            None => f.write_str("has been made yet"),
        }
    }
}
