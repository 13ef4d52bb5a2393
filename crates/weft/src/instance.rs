//! [`Instance`] and [`InstancePre`]: modules brought to life (§ 4.7.2).

use weft_runtime as rt;

use crate::linker::{Definition, resolved};
use crate::store::{Opaque, StoreContext, StoreContextMut};
use crate::{
    AsContext, AsContextMut, Error, Export, Extern, Func, Global, Memory, Module, Result,
    SharedMemory, Table, Tag, TypedFunc, WasmParams, WasmResults,
};

/// A module instance of a store (§ 4.2.6).
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub struct Instance(rt::Instance);

const WRONG_STORE: &str = "the instance belongs to another store or is gone";

impl Instance {
    /// Makes an instance of `module`, with one import for each that the module asks for, in order, and
    /// runs its start function (§ 4.7.2).
    ///
    /// [`Linker`](crate::Linker) finds imports by name.
    ///
    /// # Errors
    /// When imports do not match ([`LinkError`](crate::LinkError), with all that do not), a limit or the
    /// machine does not allow for it, a segment or the start function traps, or something belongs to
    /// another store or engine.
    pub fn new(mut store: impl AsContextMut, module: &Module, imports: &[Extern]) -> Result<Self> {
        let mut store = store.as_context_mut();
        store.escape();
        let opaque = store.opaque();
        Self::instantiate(opaque, module, &live(opaque, imports)?)
    }

    /// The same with a start function that may wait for asynchronous host functions.
    ///
    /// # Errors
    /// As [`Instance::new`].
    pub async fn new_async(
        mut store: impl AsContextMut<Data: Send>,
        module: &Module,
        imports: &[Extern],
    ) -> Result<Self> {
        let mut store = store.as_context_mut();
        store.escape();
        let start = {
            let opaque = store.opaque();
            Self::initialize(opaque, module, &live(opaque, imports)?)?
        };
        start.run(store).await
    }

    pub(crate) fn instantiate(
        store: &Opaque,
        module: &Module,
        imports: &[rt::Extern],
    ) -> Result<Self> {
        let instance = rt::instance::instantiate(&store.live, module.code(), imports);
        match instance {
            Ok(instance) => Ok(Self(instance)),
            Err(error) => Err(Error::from_instantiate(store, error)),
        }
    }

    /// Everything but the call of the start function.
    pub(crate) fn initialize(
        store: &Opaque,
        module: &Module,
        imports: &[rt::Extern],
    ) -> Result<Start> {
        let instance = rt::instance::initialize(&store.live, module.code(), imports);
        let instance = instance.map_err(|error| Error::from_instantiate(store, error))?;
        Ok(Start(Self(instance)))
    }

    pub(crate) fn from_live(instance: rt::Instance) -> Self {
        Self(instance)
    }

    pub(crate) fn live(self) -> rt::Instance {
        self.0
    }

    /// Whether it belongs to `store`.
    pub(crate) fn check(self, store: &Opaque) -> Result<(), rt::Misuse> {
        self.0.get(&store.live).map(drop)
    }

    fn entity(self, store: &Opaque) -> &rt::instance::InstanceEntity {
        self.0.get(&store.live).expect(WRONG_STORE)
    }

    /// The module it is an instance of.
    ///
    /// # Panics
    /// When it belongs to another store.
    pub fn module(&self, store: impl AsContext) -> Module {
        let store = store.as_context();
        Module::of_code(store.engine(), self.entity(store.opaque()).code())
    }

    /// Everything it exports, in the module's order.
    ///
    /// # Panics
    /// When it belongs to another store.
    pub fn exports<'a, T: 'static>(
        &'a self,
        store: impl Into<StoreContext<'a, T>>,
    ) -> impl ExactSizeIterator<Item = Export<'a>> + 'a {
        let store = store.into().opaque();
        let entity = self.entity(store);
        entity.code().info().exports.iter().map(move |export| {
            let definition = entity.get(export.entity);
            let definition = definition.expect("whatever is exported can be a value");
            Export::new(&export.name, Extern::from_live(store, definition))
        })
    }

    /// What it exports as `name`.
    ///
    /// # Panics
    /// When it belongs to another store.
    pub fn get_export(&self, mut store: impl AsContextMut, name: &str) -> Option<Extern> {
        let store = store.as_context_mut();
        let definition = self.entity(store.opaque()).export(name)?;
        Some(Extern::from_live(store.opaque(), definition))
    }

    /// The function that it exports as `name`.
    ///
    /// # Panics
    /// When it belongs to another store.
    pub fn get_func(&self, store: impl AsContextMut, name: &str) -> Option<Func> {
        self.get_export(store, name)?.into_func()
    }

    /// The function that it exports as `name`, with its type.
    ///
    /// # Errors
    /// When there is none of that name, or it has another type.
    ///
    /// # Panics
    /// When it belongs to another store.
    pub fn get_typed_func<Params, Results>(
        &self,
        mut store: impl AsContextMut,
        name: &str,
    ) -> Result<TypedFunc<Params, Results>>
    where
        Params: WasmParams,
        Results: WasmResults,
    {
        let func = self.get_func(&mut store, name);
        let func = func.ok_or_else(|| crate::format_err!("no function is exported as `{name}`"))?;
        let typed = func.typed(store.as_context());
        typed.map_err(|error| error.context(format!("the function `{name}` has another type")))
    }

    /// The table that it exports as `name`.
    ///
    /// # Panics
    /// When it belongs to another store.
    pub fn get_table(&self, store: impl AsContextMut, name: &str) -> Option<Table> {
        self.get_export(store, name)?.into_table()
    }

    /// The memory that it exports as `name`; shared ones are found by [`Instance::get_shared_memory`].
    ///
    /// # Panics
    /// When it belongs to another store.
    pub fn get_memory(&self, store: impl AsContextMut, name: &str) -> Option<Memory> {
        self.get_export(store, name)?.into_memory()
    }

    /// The shared memory that it exports as `name`.
    ///
    /// # Panics
    /// When it belongs to another store.
    pub fn get_shared_memory(&self, store: impl AsContextMut, name: &str) -> Option<SharedMemory> {
        self.get_export(store, name)?.into_shared_memory()
    }

    /// The global that it exports as `name`.
    ///
    /// # Panics
    /// When it belongs to another store.
    pub fn get_global(&self, store: impl AsContextMut, name: &str) -> Option<Global> {
        self.get_export(store, name)?.into_global()
    }

    /// The tag that it exports as `name`.
    ///
    /// # Panics
    /// When it belongs to another store.
    pub fn get_tag(&self, store: impl AsContextMut, name: &str) -> Option<Tag> {
        self.get_export(store, name)?.into_tag()
    }
}

fn live(store: &Opaque, imports: &[Extern]) -> Result<Vec<rt::Extern>> {
    imports.iter().map(|import| import.to_live(store)).collect()
}

/// An instance whose start function has yet to be called.
#[must_use]
pub(crate) struct Start(Instance);

impl Start {
    /// Calls it, so that it may wait.
    pub(crate) async fn run<T: Send>(self, store: StoreContextMut<'_, T>) -> Result<Instance> {
        let Self(instance) = self;
        let start = instance.entity(store.opaque()).start();
        if let Some(start) = start.map(Func::from_live) {
            start.call_async(store, &[], &mut []).await?;
        }
        Ok(instance)
    }
}

/// A module whose imports have been found and checked: made by [`Linker::instantiate_pre`](crate::Linker::instantiate_pre).
///
/// Instantiating it is all that is left, any number of times and in any store of the engine if the
/// imports are host functions.
pub struct InstancePre<T: 'static> {
    module: Module,
    imports: Vec<Definition<T>>,
}

impl<T: 'static> Clone for InstancePre<T> {
    fn clone(&self) -> Self {
        Self {
            module: self.module.clone(),
            imports: self.imports.clone(),
        }
    }
}

impl<T: 'static> InstancePre<T> {
    pub(crate) fn new(module: &Module, imports: Vec<Definition<T>>) -> Self {
        Self {
            module: module.clone(),
            imports,
        }
    }

    /// The module.
    pub fn module(&self) -> &Module {
        &self.module
    }

    /// Makes an instance.
    ///
    /// # Errors
    /// As [`Instance::new`].
    pub fn instantiate(&self, mut store: impl AsContextMut<Data = T>) -> Result<Instance> {
        let mut store = store.as_context_mut();
        store.escape();
        let imports = resolved(store.opaque(), self.imports.iter())?;
        Instance::instantiate(store.opaque(), &self.module, &imports)
    }

    /// The same with a start function that may wait for asynchronous host functions.
    ///
    /// # Errors
    /// As [`Instance::new`].
    pub async fn instantiate_async(
        &self,
        mut store: impl AsContextMut<Data = T>,
    ) -> Result<Instance>
    where
        T: Send,
    {
        let mut store = store.as_context_mut();
        store.escape();
        let start = {
            let imports = resolved(store.opaque(), self.imports.iter())?;
            Instance::initialize(store.opaque(), &self.module, &imports)?
        };
        start.run(store).await
    }
}

impl<T: 'static> std::fmt::Debug for InstancePre<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InstancePre")
            .field("module", &self.module)
            .finish_non_exhaustive()
    }
}
