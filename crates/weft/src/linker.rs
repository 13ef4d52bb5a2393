//! [`Linker`]: finds a module's imports by name.

mod programs;

use std::collections::HashMap;
use std::future::Future;
use std::marker::PhantomData;

use weft_runtime as rt;
use weft_runtime::func::HostFuncSpec;

use crate::func::{asynchronous, host};
use crate::store::Opaque;
use crate::{
    AsContext, AsContextMut, Caller, Engine, Error, Extern, ExternType, Func, FuncType, ImportType,
    Instance, InstancePre, IntoFunc, LinkError, Module, Result, Val, WasmRet, WasmTyList,
};

/// Finds a module's imports by name, and instantiates.
///
/// Host functions defined here belong to no store, so one linker serves any number of stores.
///
/// ```
/// use weft::{Engine, Linker, Module, Store};
///
/// let engine = Engine::default();
/// let mut linker = Linker::new(&engine);
/// linker.func_wrap("host", "double", |n: i32| n * 2)?;
/// let module = Module::new(&engine, r#"
///     (module
///         (import "host" "double" (func $double (param i32) (result i32)))
///         (func (export "quadruple") (param i32) (result i32)
///             (call $double (call $double (local.get 0)))))
/// "#)?;
/// let mut store = Store::new(&engine, ());
/// let instance = linker.instantiate(&mut store, &module)?;
/// let quadruple = instance.get_typed_func::<i32, i32>(&mut store, "quadruple")?;
/// assert_eq!(quadruple.call(&mut store, 5)?, 20);
/// # Ok::<(), weft::Error>(())
/// ```
pub struct Linker<T: 'static> {
    engine: Engine,
    names: HashMap<Box<str>, u32>,
    definitions: HashMap<(u32, u32), Definition<T>>,
    allow_shadowing: bool,
}

/// What a name stands for.
pub(crate) struct Definition<T: 'static> {
    kind: Kind,
    data: PhantomData<fn(&mut T)>,
}

#[derive(Clone)]
enum Kind {
    Extern(Extern),
    Host(HostFuncSpec),
}

impl<T: 'static> Clone for Definition<T> {
    fn clone(&self) -> Self {
        Self::new(self.kind.clone())
    }
}

impl<T: 'static> Definition<T> {
    fn new(kind: Kind) -> Self {
        Self {
            kind,
            data: PhantomData,
        }
    }

    fn to_live(&self, store: &Opaque) -> Result<rt::Extern> {
        match &self.kind {
            Kind::Extern(item) => item.to_live(store),
            Kind::Host(spec) => Ok(rt::Extern::Func(Func::weak_from_spec(store, spec)?.live())),
        }
    }

    /// The type of a host function, which needs no store.
    fn host_type(&self) -> Option<rt::types::ExternType> {
        match &self.kind {
            Kind::Host(spec) => {
                let id = spec.types.ids()[weft_module::TypeIndex(0)];
                Some(rt::types::ExternType::Func(id))
            }
            Kind::Extern(_) => None,
        }
    }
}

/// The definitions as entities of `store`.
pub(crate) fn resolved<'a, T: 'static>(
    store: &Opaque,
    definitions: impl Iterator<Item = &'a Definition<T>>,
) -> Result<Vec<rt::Extern>> {
    definitions
        .map(|definition| definition.to_live(store))
        .collect()
}

impl<T: 'static> Clone for Linker<T> {
    fn clone(&self) -> Self {
        Self {
            engine: self.engine.clone(),
            names: self.names.clone(),
            definitions: self.definitions.clone(),
            allow_shadowing: self.allow_shadowing,
        }
    }
}

impl<T: 'static> std::fmt::Debug for Linker<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Linker")
            .field("definitions", &self.definitions.len())
            .finish_non_exhaustive()
    }
}

impl<T: 'static> Linker<T> {
    /// A linker that knows no names.
    pub fn new(engine: &Engine) -> Self {
        Self {
            engine: engine.clone(),
            names: HashMap::new(),
            definitions: HashMap::new(),
            allow_shadowing: false,
        }
    }

    /// The engine it links for.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Whether a name can be defined again, replacing what it stood for. By default that is an error.
    pub fn allow_shadowing(&mut self, allow: bool) -> &mut Self {
        self.allow_shadowing = allow;
        self
    }

    /// Defines `name` in `module` as `item`.
    ///
    /// # Errors
    /// When the name is defined already, or `item` belongs to another store.
    pub fn define(
        &mut self,
        store: impl AsContext<Data = T>,
        module: &str,
        name: &str,
        item: impl Into<Extern>,
    ) -> Result<&mut Self> {
        let item = item.into();
        item.belongs_to(store.as_context().opaque())?;
        self.insert(module, name, Kind::Extern(item))
    }

    /// Defines a host function from a closure, whose type is the function's.
    ///
    /// # Errors
    /// When the name is defined already.
    pub fn func_wrap<Params, Results>(
        &mut self,
        module: &str,
        name: &str,
        func: impl IntoFunc<T, Params, Results>,
    ) -> Result<&mut Self> {
        let spec = func.into_spec(&self.engine)?;
        self.insert(module, name, Kind::Host(spec))
    }

    /// Defines a host function of a type known at run time: see [`Func::new`].
    ///
    /// # Errors
    /// When the name is defined already, or the type belongs to another engine.
    pub fn func_new(
        &mut self,
        module: &str,
        name: &str,
        ty: FuncType,
        func: impl Fn(Caller<'_, T>, &[Val], &mut [Val]) -> Result<()> + Send + Sync + 'static,
    ) -> Result<&mut Self> {
        let spec = host::dynamic(&self.engine, ty, func)?;
        self.insert(module, name, Kind::Host(spec))
    }

    /// Defines an asynchronous host function from a closure: see [`Func::wrap_async`].
    ///
    /// # Errors
    /// When the name is defined already.
    pub fn func_wrap_async<F, P, R>(
        &mut self,
        module: &str,
        name: &str,
        func: F,
    ) -> Result<&mut Self>
    where
        F: for<'a> Fn(Caller<'a, T>, P) -> Box<dyn Future<Output = R> + Send + 'a>
            + Send
            + Sync
            + 'static,
        P: WasmTyList,
        R: WasmRet + 'static,
    {
        let spec = asynchronous::spec(&self.engine, func)?;
        self.insert(module, name, Kind::Host(spec))
    }

    /// Defines an asynchronous host function of a type known at run time: see [`Func::new_async`].
    ///
    /// # Errors
    /// When the name is defined already, or the type belongs to another engine.
    pub fn func_new_async<F>(
        &mut self,
        module: &str,
        name: &str,
        ty: FuncType,
        func: F,
    ) -> Result<&mut Self>
    where
        F: for<'a> Fn(
                Caller<'a, T>,
                &'a [Val],
                &'a mut [Val],
            ) -> Box<dyn Future<Output = Result<()>> + Send + 'a>
            + Send
            + Sync
            + 'static,
    {
        let spec = asynchronous::dynamic(&self.engine, ty, func)?;
        self.insert(module, name, Kind::Host(spec))
    }

    /// Defines every export of `instance` under the name `module`.
    ///
    /// # Errors
    /// When a name is defined already, or `instance` belongs to another store.
    pub fn instance(
        &mut self,
        mut store: impl AsContextMut<Data = T>,
        module: &str,
        instance: Instance,
    ) -> Result<&mut Self> {
        let store = store.as_context_mut();
        instance.check(store.opaque())?;
        let exports: Vec<_> = instance
            .exports(store.as_context())
            .map(|export| (export.name().to_owned(), export.into_extern()))
            .collect();
        for (name, item) in exports {
            self.insert(module, &name, Kind::Extern(item))?;
        }
        Ok(self)
    }

    /// Defines `as_name` in `as_module` as what `name` in `module` stands for.
    ///
    /// # Errors
    /// When `name` is not defined, or `as_name` is defined already.
    pub fn alias(
        &mut self,
        module: &str,
        name: &str,
        as_module: &str,
        as_name: &str,
    ) -> Result<&mut Self> {
        let Some(definition) = self.find(module, name) else {
            crate::bail!("`{module}` `{name}` is not defined");
        };
        let kind = definition.kind.clone();
        self.insert(as_module, as_name, kind)
    }

    /// Defines functions that `module` imports and nothing is defined for: calling one is an error
    /// that names it.
    ///
    /// # Errors
    /// When the engine is full of types.
    pub fn define_unknown_imports_as_traps(&mut self, module: &Module) -> Result<()> {
        let unknown: Vec<ImportType<'_>> = module
            .imports()
            .filter(|import| self.find(import.module(), import.name()).is_none())
            .collect();
        for import in unknown {
            let ExternType::Func(ty) = import.ty() else {
                continue;
            };
            let message = format!(
                "unknown import: `{}` `{}` has not been defined",
                import.module(),
                import.name()
            );
            let trap =
                move |_: Caller<'_, T>, _: &[Val], _: &mut [Val]| Err(Error::msg(message.clone()));
            if self.find(import.module(), import.name()).is_none() {
                self.func_new(import.module(), import.name(), ty, trap)?;
            }
        }
        Ok(())
    }

    /// Makes an instance of `module` and runs its start function.
    ///
    /// # Errors
    /// When imports are not defined or do not match: a [`LinkError`] that has them all, with their
    /// types. Otherwise as [`Instance::new`].
    pub fn instantiate(
        &self,
        mut store: impl AsContextMut<Data = T>,
        module: &Module,
    ) -> Result<Instance> {
        let mut store = store.as_context_mut();
        store.escape();
        let opaque = store.opaque();
        let imports = self.imports_of(module, opaque)?;
        Instance::instantiate(opaque, module, &imports)
    }

    /// The same with a start function that may wait for asynchronous host functions.
    ///
    /// # Errors
    /// As [`Linker::instantiate`].
    pub async fn instantiate_async(
        &self,
        mut store: impl AsContextMut<Data = T>,
        module: &Module,
    ) -> Result<Instance>
    where
        T: Send,
    {
        let mut store = store.as_context_mut();
        store.escape();
        let start = {
            let opaque = store.opaque();
            let imports = self.imports_of(module, opaque)?;
            Instance::initialize(opaque, module, &imports)?
        };
        start.run(store).await
    }

    /// Finds and checks the imports of `module` now, so that instantiating is all that is left.
    ///
    /// # Errors
    /// When imports are not defined or do not match: a [`LinkError`] that has them all. Those that belong to a store
    /// are checked when it is instantiated.
    pub fn instantiate_pre(&self, module: &Module) -> Result<InstancePre<T>> {
        let definitions = self.definitions_for(module, None)?;
        Ok(InstancePre::new(
            module,
            definitions.into_iter().cloned().collect(),
        ))
    }

    /// What `name` in `module` stands for.
    pub fn get(
        &self,
        mut store: impl AsContextMut<Data = T>,
        module: &str,
        name: &str,
    ) -> Option<Extern> {
        let store = store.as_context_mut();
        match &self.find(module, name)?.kind {
            Kind::Extern(item) => Some(item.clone()),
            Kind::Host(spec) => Func::from_spec(store.opaque(), spec).ok().map(Extern::Func),
        }
    }

    /// What stands for an import, by its names.
    pub fn get_by_import(
        &self,
        store: impl AsContextMut<Data = T>,
        import: &ImportType<'_>,
    ) -> Option<Extern> {
        self.get(store, import.module(), import.name())
    }

    pub(crate) fn define_spec(
        &mut self,
        module: &str,
        name: &str,
        spec: HostFuncSpec,
    ) -> Result<()> {
        self.insert(module, name, Kind::Host(spec)).map(drop)
    }

    fn check_engine(&self, engine: &Engine) -> Result<()> {
        match Engine::same(&self.engine, engine) {
            true => Ok(()),
            false => Err(rt::Misuse::WrongEngine.into()),
        }
    }

    fn symbol(&mut self, name: &str) -> u32 {
        if let Some(&symbol) = self.names.get(name) {
            return symbol;
        }
        let symbol = self.names.len() as u32;
        self.names.insert(name.into(), symbol);
        symbol
    }

    fn insert(&mut self, module: &str, name: &str, kind: Kind) -> Result<&mut Self> {
        let key = (self.symbol(module), self.symbol(name));
        if !self.allow_shadowing && self.definitions.contains_key(&key) {
            crate::bail!("`{module}` `{name}` is defined already");
        }
        self.definitions.insert(key, Definition::new(kind));
        Ok(self)
    }

    fn find(&self, module: &str, name: &str) -> Option<&Definition<T>> {
        let key = (*self.names.get(module)?, *self.names.get(name)?);
        self.definitions.get(&key)
    }

    fn imports_of(&self, module: &Module, store: &Opaque) -> Result<Vec<rt::Extern>> {
        self.check_engine(&store.engine)?;
        let definitions = self.definitions_for(module, Some(store))?;
        resolved(store, definitions.into_iter())
    }

    /// The definition for each import, or an error with all that are missing or do not match.
    fn definitions_for(
        &self,
        module: &Module,
        store: Option<&Opaque>,
    ) -> Result<Vec<&Definition<T>>> {
        self.check_engine(module.engine())?;
        let code = module.code();
        let (mut found, mut problems) = (Vec::new(), Vec::new());
        for (import, needed) in code
            .info()
            .imports
            .iter()
            .zip(rt::linking::import_types(code))
        {
            let definition = self.find(&import.module, &import.name);
            match self.check(definition, &needed, store)? {
                Ok(definition) => found.push(definition),
                Err(given) => problems.push(rt::error::ImportProblem {
                    module: import.module.clone(),
                    name: import.name.clone(),
                    expected: self.engine.types().describe(&needed),
                    found: given.map(|given| self.engine.types().describe(&given)),
                }),
            }
        }
        match problems.is_empty() {
            true => Ok(found),
            false => Err(LinkError { problems }.into()),
        }
    }

    /// The definition if it is there and matches, otherwise the type of what is there.
    fn check<'a>(
        &self,
        definition: Option<&'a Definition<T>>,
        needed: &rt::types::ExternType,
        store: Option<&Opaque>,
    ) -> Result<Result<&'a Definition<T>, Option<rt::types::ExternType>>> {
        let Some(definition) = definition else {
            return Ok(Err(None));
        };
        let given = match (definition.host_type(), store) {
            (Some(given), _) => given,
            (None, Some(store)) => definition.to_live(store)?.ty(&store.live)?,
            (None, None) => return Ok(Ok(definition)),
        };
        match self.engine.types().extern_matches(&given, needed) {
            true => Ok(Ok(definition)),
            false => Ok(Err(Some(given))),
        }
    }
}
