//! `WebAssembly.Module`.

use std::ffi::CStr;
use std::time::Instant;

use weft::{Engine, ExternType, Module};

use crate::agent::{Agent, cost};
use crate::buffer_source;
use crate::clone::Portable;
use crate::quickjs::{Attributes, Call, CallKind, Class, Context, JsResult, Key, Trace, Value};

use crate::timings::Phase;

use super::builtins::{self, find_builtin};
use super::errors;
use super::options::CompileOptions;
use crate::idl::{Api, Interface, link};

/// \[[Module]], \[[BuiltinSets]] and \[[ImportedStringModule]]; \[[Bytes]] are the module's.
#[derive(Clone)]
pub(super) struct ModuleObject {
    pub(super) module: Module,
    pub(super) options: CompileOptions,
}

// SAFETY: it holds nothing of JavaScript.
unsafe impl Trace for ModuleObject {}

impl Class for ModuleObject {
    const NAME: &'static CStr = c"WebAssembly.Module";
}

pub(super) fn interface(context: Context<'_>) -> JsResult<Interface<'_>> {
    let (source, source_prototype) = abstract_module_source(context)?;
    Interface::new(context, "WebAssembly.Module", 1, construct)?
        .static_method("exports", 1, exports)?
        .static_method("imports", 1, imports)?
        .static_method("customSections", 2, custom_sections)?
        .inherit(&source, &source_prototype)
}

/// %AbstractModuleSource% (of the proposal for source phase imports) and its prototype.
fn abstract_module_source(context: Context<'_>) -> JsResult<(Value<'_>, Value<'_>)> {
    let kind = CallKind::ConstructorOrFunction;
    let constructor = context.function("AbstractModuleSource", 0, kind, |call| {
        let what = "AbstractModuleSource cannot be constructed";
        Err(call.context().throw_type(what))
    })?;
    let prototype = context.object()?;
    link(&constructor, &prototype)?;
    let kind = CallKind::Function;
    let get = context.function("get [Symbol.toStringTag]", 0, kind, |call| {
        match call.this().downcast::<ModuleObject>() {
            Some(_) => call.context().string("WebAssembly.Module"),
            None => Ok(call.context().undefined()),
        }
    })?;
    let symbol = context.global().get(Key::Name("Symbol"))?;
    let tag = symbol.get(Key::Name("toStringTag"))?;
    let none = context.undefined();
    prototype.define_accessor(Key::Value(&tag), &get, &none, Attributes::CONFIGURABLE)?;
    Ok((constructor, prototype))
}

/// `new Module(bytes, options)`.
fn construct<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    const API: Api = Api("WebAssembly.Module()");
    let context = call.context();
    API.require(call, 1)?;
    // 1. Let stableBytes be a copy of the bytes held by the buffer.
    let bytes = buffer_source::copy(API, &call.argument(0))?;
    let options = CompileOptions::new(API, &call.argument(1))?;
    // 2. – 6. Compile; on an error, throw a CompileError.
    let agent = Agent::of(context);
    agent.collect_if_due(context);
    let (start, length) = (agent.recorder.start(), bytes.len());
    let module = compile(&agent.engine, bytes, &options);
    let module = module.map_err(|error| errors::throw(context, Some(API), None, &error))?;
    note(agent, start, &module, length, false);
    // 7. – 10. Set the slots.
    let realm = agent.realm();
    let prototype = context.prototype_for(call.this(), &realm.classes.module)?;
    initialize(agent, &prototype, module, options)
}

/// Notes how long a compilation took.
pub(super) fn note(
    agent: &Agent,
    start: Option<Instant>,
    module: &Module,
    bytes: usize,
    is_streamed: bool,
) {
    agent.recorder.note(start, |time| Phase::Compile {
        module: module.clone(),
        bytes: bytes as u64,
        time,
        is_streamed,
    });
}

/// "Compile a WebAssembly module" and "validate builtins and imported string for a WebAssembly module". Any thread can do it.
pub(super) fn compile(
    engine: &Engine,
    bytes: Vec<u8>,
    options: &CompileOptions,
) -> weft::Result<Module> {
    let module = Module::from_owned(engine, bytes)?;
    builtins::validate(&module, options)?;
    Ok(module)
}

/// "Construct a WebAssembly module object".
pub(super) fn wrap<'js>(
    context: Context<'js>,
    module: Module,
    options: CompileOptions,
) -> JsResult<Value<'js>> {
    let agent = Agent::of(context);
    let prototype = agent.realm().classes.module.get(context);
    initialize(agent, &prototype, module, options)
}

fn initialize<'js>(
    agent: &Agent,
    prototype: &Value<'js>,
    module: Module,
    options: CompileOptions,
) -> JsResult<Value<'js>> {
    agent.note_made(cost::of_module(&module));
    let data = ModuleObject { module, options };
    prototype.context().instance(prototype, data)
}

impl Portable for ModuleObject {
    /// The same module: it is not compiled again.
    fn arrive<'js>(&self, context: Context<'js>) -> JsResult<Value<'js>> {
        wrap(context, self.module.clone(), self.options.clone())
    }
}

/// "Serialization steps" of the WebAssembly Web API.
pub(crate) fn portable(value: &Value<'_>) -> JsResult<Option<Box<dyn Portable>>> {
    let object = value.downcast::<ModuleObject>();
    Ok(object.map(|object| Box::new(object.clone()) as Box<dyn Portable>))
}

/// The module that is the first argument.
fn argument<'c>(
    api: Api,
    context: Context<'_>,
    module: &'c Value<'_>,
) -> JsResult<&'c ModuleObject> {
    module
        .downcast::<ModuleObject>()
        .ok_or_else(|| api.type_error(context, "Argument 0 must be a WebAssembly.Module"))
}

/// "The string value of the extern type".
fn kind(ty: &ExternType) -> &'static str {
    match ty {
        ExternType::Func(_) => "function",
        ExternType::Table(_) => "table",
        ExternType::Memory(_) => "memory",
        ExternType::Global(_) => "global",
        ExternType::Tag(_) => "tag",
    }
}

/// A dictionary of strings.
fn descriptor<'js>(context: Context<'js>, members: &[(&str, &str)]) -> JsResult<Value<'js>> {
    let object = context.object()?;
    for (name, value) in members {
        object.define(Key::Name(name), context.string(value)?, Attributes::ALL)?;
    }
    Ok(object)
}

/// `exports(moduleObject)`.
fn exports<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    const API: Api = Api("WebAssembly.Module.exports()");
    let context = call.context();
    API.require(call, 1)?;
    let object = call.argument(0);
    let module = &argument(API, context, &object)?.module;
    let mut exports = Vec::new();
    for export in module.exports() {
        let members = [("name", export.name()), ("kind", kind(&export.ty()))];
        exports.push(descriptor(context, &members)?);
    }
    context.array(exports)
}

/// `imports(moduleObject)`.
fn imports<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    const API: Api = Api("WebAssembly.Module.imports()");
    let context = call.context();
    API.require(call, 1)?;
    let object = call.argument(0);
    let ModuleObject { module, options } = argument(API, context, &object)?;
    let mut imports = Vec::new();
    for import in module.imports() {
        // Builtins and string constants are left out.
        let constants = options.imported_string_constants.as_deref();
        if find_builtin(options, import.module(), import.name()).is_some()
            || constants == Some(import.module())
        {
            continue;
        }
        let members = [
            ("module", import.module()),
            ("name", import.name()),
            ("kind", kind(&import.ty())),
        ];
        imports.push(descriptor(context, &members)?);
    }
    context.array(imports)
}

/// `customSections(moduleObject, sectionName)`.
fn custom_sections<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    const API: Api = Api("WebAssembly.Module.customSections()");
    let context = call.context();
    API.require(call, 2)?;
    let object = call.argument(0);
    let module = &argument(API, context, &object)?.module;
    let name = call.argument(1).to_utf16()?;
    // A name that is no sequence of scalar values is that of no section.
    let Ok(name) = String::from_utf16(&name) else {
        return context.array([]);
    };
    let mut sections = Vec::new();
    for section in module.custom_sections(&name) {
        sections.push(context.array_buffer(section)?);
    }
    context.array(sections)
}
