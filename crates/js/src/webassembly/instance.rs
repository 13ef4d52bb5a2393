//! `WebAssembly.Instance`.

use std::ffi::CStr;

use weft::{Extern, Instance};

use crate::agent::{Agent, Pinned, cost};
use crate::quickjs::{Attributes, Call, Class, Context, Held, JsResult, Key, Trace, Tracer, Value};
use crate::timings::Phase;

use super::imports::Imports;
use super::memory::{self, AnyMemory};
use super::module::ModuleObject;
use super::{errors, function, global, imports, table, tag};
use crate::idl::{Api, Interface};

/// \[[Exports]].
pub(super) struct InstanceObject {
    pub(super) exports: Held,
    pub(super) instance: Pinned<Instance>,
}

// SAFETY: the exports are owned by the object alone and reported once; it holds nothing else of JavaScript but by what it pins.
unsafe impl Trace for InstanceObject {
    fn trace(&self, tracer: &mut Tracer) {
        tracer.visit(&self.exports);
        self.instance.trace(tracer);
    }
}

impl Class for InstanceObject {
    const NAME: &'static CStr = c"WebAssembly.Instance";
}

pub(super) fn interface(context: Context<'_>) -> JsResult<Interface<'_>> {
    Interface::new(context, "WebAssembly.Instance", 1, construct)?.getter("exports", |call| {
        let api = Api("WebAssembly.Instance.exports");
        let this = api.receiver::<InstanceObject>(call)?;
        Ok(this.exports.get(call.context()))
    })
}

/// `new Instance(moduleObject, importObject)`.
fn construct<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    const API: Api = Api("WebAssembly.Instance()");
    let context = call.context();
    API.require(call, 1)?;
    let object = call.argument(0);
    let Some(module) = object.downcast::<ModuleObject>() else {
        return Err(API.type_error(context, "Argument 0 must be a WebAssembly.Module"));
    };
    let import_object = call.argument(1);
    imports::check_object(API, &import_object)?;
    Agent::of(context).collect_if_due(context);
    // 4. Read the imports.
    let imports = imports::read(API, module, &import_object)?;
    // 5. Instantiate the core of a WebAssembly module.
    let instance = instantiate_core(API, context, module, &imports)?;
    // 6. Initialize this.
    let realm = Agent::of(context).realm();
    let prototype = context.prototype_for(call.this(), &realm.classes.instance)?;
    context.instance(&prototype, instance)
}

/// A new Instance of a module with these imports.
pub(super) fn instantiate<'js>(
    api: Api,
    context: Context<'js>,
    module: &ModuleObject,
    imports: &Imports,
) -> JsResult<Value<'js>> {
    let instance = instantiate_core(api, context, module, imports)?;
    let prototype = Agent::of(context).realm().classes.instance.get(context);
    context.instance(&prototype, instance)
}

/// "Instantiate the core of a WebAssembly module", and the exports object.
fn instantiate_core(
    api: Api,
    context: Context<'_>,
    module: &ModuleObject,
    imports: &Imports,
) -> JsResult<InstanceObject> {
    let agent = Agent::of(context);
    let module = &module.module;
    let start = agent.recorder.start();
    let instance = agent.with_store(|store| Instance::new(store, module, &imports.externs));
    agent
        .recorder
        .note(start, |time| Phase::Instantiate { time });
    agent.after_wasm(context)?;
    let instance =
        instance.map_err(|error| errors::throw(context, Some(api), Some(module), &error))?;
    let instance = agent.pin(instance, cost::INSTANCE);
    let exports: Vec<(String, Extern)> = agent.with_store(|store| {
        let exports = instance.exports(&store);
        exports
            .map(|export| (export.name().to_owned(), export.into_extern()))
            .collect()
    });
    Ok(InstanceObject {
        exports: exports_object(context, exports)?,
        instance,
    })
}

/// "Create an exports object".
fn exports_object(context: Context<'_>, exports: Vec<(String, Extern)>) -> JsResult<Held> {
    // 1. Let exportsObject be OrdinaryObjectCreate(null).
    let object = context.object_of(&context.null())?;
    // 2. For each export, CreateDataProperty.
    for (name, definition) in exports {
        let value = match definition {
            Extern::Func(func) => function::wrap(context, func),
            Extern::Global(global) => global::wrap(context, global),
            Extern::Memory(memory) => memory::wrap(context, AnyMemory::Own(memory)),
            Extern::SharedMemory(memory) => memory::wrap(context, AnyMemory::Shared(memory)),
            Extern::Table(table) => table::wrap(context, table),
            Extern::Tag(tag) => tag::wrap(context, tag),
        }?;
        object.define(Key::Name(&name), value, Attributes::ENUMERABLE)?;
    }
    // 3. SetIntegrityLevel(exportsObject, "frozen").
    object.freeze()?;
    Ok(object.hold())
}
