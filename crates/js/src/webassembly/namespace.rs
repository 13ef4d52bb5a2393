//! The namespace itself: its operations, and putting it into the realm.

use weft::Module;

use crate::agent::Agent;
use crate::buffer_source;
use crate::quickjs::{Attributes, Call, Capability, Context, Held, JsResult, Key, Value};

use super::errors::ErrorClass;
use super::imports;
use super::module::ModuleObject;
use super::options::CompileOptions;
use super::streaming;
use super::{
    Classes, errors, esm, exception, gc_object, global, instance, memory, module, promising,
    suspending, table, tag,
};
use crate::idl::{self, Api};

/// Modules up to this size, in bytes, are compiled where they are, since a thread would take longer to wake.
const SMALL: usize = 32 << 10;

/// Puts `WebAssembly` into the realm.
pub(crate) fn install(context: Context<'_>) -> JsResult<Classes> {
    let namespace = context.object()?;
    idl::to_string_tag(&namespace, "WebAssembly")?;
    idl::define_operation(&namespace, "validate", 1, validate)?;
    idl::define_operation(&namespace, "compile", 1, compile)?;
    idl::define_operation(&namespace, "instantiate", 1, instantiate)?;
    idl::define_operation(
        &namespace,
        "compileStreaming",
        1,
        streaming::compile_streaming,
    )?;
    idl::define_operation(
        &namespace,
        "instantiateStreaming",
        1,
        streaming::instantiate_streaming,
    )?;
    idl::define_operation(&namespace, "promising", 1, promising::promising)?;
    idl::define_operation(&namespace, "namespaceInstance", 1, esm::namespace_instance)?;
    idl::define_getter(&namespace, "JSTag", |call| {
        tag::wrap(call.context(), exception::js_tag(call.context())?)
    })?;
    let error = context.global().get(Key::Name("Error"))?;
    let errors = |class: ErrorClass| class.install(&error, &namespace);
    let classes = Classes {
        module: prototype(&namespace, module::interface(context), "Module")?,
        instance: prototype(&namespace, instance::interface(context), "Instance")?,
        memory: prototype(&namespace, memory::interface(context), "Memory")?,
        table: prototype(&namespace, table::interface(context), "Table")?,
        global: prototype(&namespace, global::interface(context), "Global")?,
        tag: prototype(&namespace, tag::interface(context), "Tag")?,
        exception: prototype(&namespace, exception::interface(context), "Exception")?,
        compile_error: errors(ErrorClass::Compile)?,
        link_error: errors(ErrorClass::Link)?,
        suspending: prototype(&namespace, suspending::interface(context), "Suspending")?,
        runtime_error: errors(ErrorClass::Runtime)?,
        suspend_error: errors(ErrorClass::Suspend)?,
        gc_handler: gc_object::handler(context)?,
    };
    context
        .global()
        .define(Key::Name("WebAssembly"), namespace, Attributes::METHOD)?;
    Ok(classes)
}

/// Puts an interface into the namespace and keeps its prototype.
fn prototype<'js>(
    namespace: &Value<'js>,
    interface: JsResult<idl::Interface<'js>>,
    name: &str,
) -> JsResult<Held> {
    Ok(interface?.install(namespace, name)?.hold())
}

/// `validate(bytes, options)`.
fn validate<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    const API: Api = Api("WebAssembly.validate()");
    let context = call.context();
    API.require(call, 1)?;
    let bytes = buffer_source::copy(API, &call.argument(0))?;
    let options = CompileOptions::new(API, &call.argument(1))?;
    let engine = &Agent::of(context).engine;
    // The module itself is needed only to look at its imports.
    let needs_module = !options.builtins.is_empty() || options.imported_string_constants.is_some();
    let valid = match needs_module {
        true => module::compile(engine, bytes, &options).is_ok(),
        false => Module::validate(engine, &bytes).is_ok(),
    };
    Ok(context.boolean(valid))
}

/// An operation that returns a promise (Web IDL § 3.7.7): whatever it throws is the reason of a rejection.
pub(super) fn promised<'js>(
    context: Context<'js>,
    operation: impl FnOnce(Capability) -> Result<(), (Capability, crate::quickjs::Thrown)>,
) -> JsResult<Value<'js>> {
    let capability = Capability::new(context)?;
    let promise = capability.promise(context);
    if let Err((capability, thrown)) = operation(capability) {
        capability.settle(context, Err(thrown))?;
    }
    Ok(promise)
}

/// What is to be compiled.
struct Source {
    bytes: Vec<u8>,
    options: CompileOptions,
}

impl Source {
    /// The arguments of `compile`, and of `instantiate` where the options are third.
    fn new(api: Api, call: &Call<'_>, options: usize) -> JsResult<Self> {
        api.require(call, 1)?;
        Ok(Self {
            bytes: buffer_source::copy(api, &call.argument(0))?,
            options: CompileOptions::new(api, &call.argument(options))?,
        })
    }

    /// "Asynchronously compile a WebAssembly module": `then` runs as a task.
    fn compile(
        self,
        agent: &Agent,
        then: impl for<'js> FnOnce(Context<'js>, weft::Result<ModuleObject>) -> JsResult<()> + 'static,
    ) {
        let engine = agent.engine.clone();
        let (start, length) = (agent.recorder.start(), self.bytes.len());
        let then = move |context: Context<'_>, module: weft::Result<ModuleObject>| {
            if let Ok(made) = &module {
                module::note(Agent::of(context), start, &made.module, length, false);
            }
            then(context, module)
        };
        let is_small = length <= SMALL;
        let compile = move || {
            let Self { bytes, options } = self;
            let module = module::compile(&engine, bytes, &options)?;
            Ok(ModuleObject { module, options })
        };
        match is_small {
            true => agent.events.task(move |context| then(context, compile())),
            false => agent.events.work(compile, then),
        }
    }
}

/// `compile(bytes, options)`.
fn compile<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    const API: Api = Api("WebAssembly.compile()");
    let context = call.context();
    promised(context, |capability| {
        let source = match Source::new(API, call, 1) {
            Ok(source) => source,
            Err(thrown) => return Err((capability, thrown)),
        };
        source.compile(Agent::of(context), move |context, module| {
            let module = compiled(API, context, module);
            capability.settle(context, module)
        });
        Ok(())
    })
}

/// The Module object, or a CompileError.
pub(super) fn compiled<'js>(
    api: Api,
    context: Context<'js>,
    module: weft::Result<ModuleObject>,
) -> JsResult<Value<'js>> {
    match module {
        Ok(ModuleObject { module, options }) => module::wrap(context, module, options),
        Err(error) => Err(errors::throw(context, Some(api), None, &error)),
    }
}

/// `instantiate(bytes, importObject, options)` and `instantiate(moduleObject, importObject)`.
fn instantiate<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    const API: Api = Api("WebAssembly.instantiate()");
    let context = call.context();
    Agent::of(context).collect_if_due(context);
    promised(context, |capability| {
        let import_object = call.argument(1);
        let is_module = call.argument(0).downcast::<ModuleObject>().is_some();
        let source = match is_module {
            true => None,
            false => match Source::new(API, call, 2) {
                Ok(source) => Some(source),
                Err(thrown) => return Err((capability, thrown)),
            },
        };
        if let Err(thrown) = imports::check_object(API, &import_object) {
            return Err((capability, thrown));
        }
        match source {
            None => {
                let instantiation = Instantiation {
                    api: API,
                    module: call.argument(0).hold(),
                    capability,
                    with_module: false,
                };
                instantiation.start(&import_object)
            }
            Some(source) => {
                let import_object = import_object.hold();
                source.compile(Agent::of(context), move |context, module| {
                    let module = match compiled(API, context, module) {
                        Ok(module) => module.hold(),
                        Err(thrown) => return capability.settle(context, Err(thrown)),
                    };
                    let instantiation = Instantiation {
                        api: API,
                        module,
                        capability,
                        with_module: true,
                    };
                    match instantiation.start(&import_object.get(context)) {
                        Ok(()) => Ok(()),
                        Err((capability, thrown)) => capability.settle(context, Err(thrown)),
                    }
                });
                Ok(())
            }
        }
    })
}

/// "Asynchronously instantiate a WebAssembly module" that has been compiled of a source: a promise of both.
pub(super) fn instantiate_source<'js>(
    api: Api,
    module: &Value<'js>,
    import_object: &Value<'js>,
) -> JsResult<Value<'js>> {
    promised(module.context(), |capability| {
        let instantiation = Instantiation {
            api,
            module: module.clone().hold(),
            capability,
            with_module: true,
        };
        instantiation.start(import_object)
    })
}

/// "Asynchronously instantiate a WebAssembly module", under way.
struct Instantiation {
    api: Api,
    module: Held,
    capability: Capability,
    /// Whether the promise is for a WebAssemblyInstantiatedSource.
    with_module: bool,
}

impl Instantiation {
    /// Reads the imports now and instantiates in a task.
    fn start(self, import_object: &Value<'_>) -> Result<(), (Capability, crate::quickjs::Thrown)> {
        let context = import_object.context();
        let module = self.module.get(context);
        let Some(module) = module.downcast::<ModuleObject>() else {
            return Ok(());
        };
        // 4. Read the imports.
        let imports = match imports::read(self.api, module, import_object) {
            Ok(imports) => imports,
            Err(thrown) => return Err((self.capability, thrown)),
        };
        // 5.1. Queue a task.
        Agent::of(context).events.task(move |context| {
            let instance = self.finish(context, &imports);
            self.capability.settle(context, instance)
        });
        Ok(())
    }

    fn finish<'js>(
        &self,
        context: Context<'js>,
        imports: &imports::Imports,
    ) -> JsResult<Value<'js>> {
        let object = self.module.get(context);
        let Some(module) = object.downcast::<ModuleObject>() else {
            return Ok(context.undefined());
        };
        let instance = instance::instantiate(self.api, context, module, imports)?;
        if !self.with_module {
            return Ok(instance);
        }
        let result = context.object()?;
        result.define(Key::Name("module"), object.clone(), Attributes::ALL)?;
        result.define(Key::Name("instance"), instance, Attributes::ALL)?;
        Ok(result)
    }
}
