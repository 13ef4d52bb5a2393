//! `compileStreaming` and `instantiateStreaming` (WebAssembly Web API, § 2). A script reads the response; its bytes are decoded here, and
//! bodies of functions validated on other threads, while more arrive.

use std::cell::{Cell, RefCell};
use std::ffi::CStr;

use weft::{Module, ModuleBuilder};

use crate::agent::Agent;
use crate::buffer_source;
use crate::idl::Api;
use crate::library::{self, Script, native};
use crate::quickjs::{Call, Capability, Class, Context, ErrorKind, JsResult, Trace, Value};

use super::module::{self, ModuleObject};
use super::namespace::{self, compiled, promised};
use super::options::CompileOptions;
use super::{builtins, errors, imports};

/// The script that reads responses.
pub(crate) const SCRIPTS: &[Script] = &[Script {
    name: "webassembly/streaming",
    source: include_str!("streaming.js"),
    natives,
}];

const COMPILE: Api = Api("WebAssembly.compileStreaming()");
const INSTANTIATE: Api = Api("WebAssembly.instantiateStreaming()");

/// `compileStreaming(source, options)`.
pub(super) fn compile_streaming<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    ask(
        COMPILE,
        call,
        "compileStreaming",
        &[call.argument(0), call.argument(1)],
    )
}

/// `instantiateStreaming(source, importObject, options)`.
pub(super) fn instantiate_streaming<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let arguments = [call.argument(0), call.argument(1), call.argument(2)];
    ask(INSTANTIATE, call, "instantiateStreaming", &arguments)
}

/// Has the script do it; what it throws is the reason of a rejection.
fn ask<'js>(
    api: Api,
    call: &Call<'js>,
    function: &str,
    arguments: &[Value<'js>],
) -> JsResult<Value<'js>> {
    let context = call.context();
    let asked = api.require(call, 1).and_then(|()| {
        if function == "instantiateStreaming" {
            imports::check_object(api, &arguments[1])?;
        }
        let function = library::export(context, "webassembly/streaming", function)?;
        function.call(&context.undefined(), arguments)
    });
    asked.or_else(|thrown| promised(context, |capability| Err((capability, thrown))))
}

fn natives(natives: &Value<'_>) -> JsResult<()> {
    native(natives, "begin", begin)?;
    native(natives, "isWasm", |call| {
        let media_type = call.argument(0).to_text()?;
        let media_type = media_type.trim_matches([' ', '\t']);
        let is_wasm = media_type.eq_ignore_ascii_case("application/wasm");
        Ok(call.context().boolean(is_wasm))
    })?;
    native(natives, "push", push)?;
    native(natives, "finish", finish)?;
    native(natives, "instantiate", |call| {
        namespace::instantiate_source(INSTANTIATE, &call.argument(0), &call.argument(1))
    })
}

/// A module whose bytes arrive, which programs never see.
struct Compilation {
    api: Api,
    builder: RefCell<Option<ModuleBuilder>>,
    /// How many bytes have come.
    length: Cell<usize>,
    options: CompileOptions,
}

// SAFETY: it holds nothing of JavaScript.
unsafe impl Trace for Compilation {}

impl Class for Compilation {
    const NAME: &'static CStr = c"Compilation";
}

/// `begin(isInstantiation, options)`.
fn begin<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let api = match call.argument(0).to_boolean() {
        true => INSTANTIATE,
        false => COMPILE,
    };
    let compilation = Compilation {
        api,
        options: CompileOptions::new(api, &call.argument(1))?,
        length: Cell::new(0),
        builder: RefCell::new(Some(Module::streaming(&Agent::of(context).engine))),
    };
    context.instance(&context.null(), compilation)
}

/// What is left of the compilation that is the first argument.
fn take<'js>(call: &Call<'js>) -> JsResult<(Api, ModuleBuilder, CompileOptions, usize)> {
    let object = call.argument(0);
    let compilation = object.downcast::<Compilation>();
    let taken = compilation.and_then(|compilation| {
        let builder = compilation.builder.take()?;
        let length = compilation.length.get();
        Some((
            compilation.api,
            builder,
            compilation.options.clone(),
            length,
        ))
    });
    let ended = "the compilation has ended";
    taken.ok_or_else(|| call.context().throw_error(ErrorKind::Internal, ended))
}

/// `push(compilation, bytes)`.
fn push<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let (api, mut builder, ..) = take(call)?;
    let bytes = buffer_source::copy(api, &call.argument(1))?;
    // Bytes that are no module end it.
    let pushed = builder.push(&bytes);
    pushed.map_err(|error| errors::throw(context, Some(api), None, &error))?;
    let object = call.argument(0);
    if let Some(compilation) = object.downcast::<Compilation>() {
        compilation.builder.replace(Some(builder));
        compilation
            .length
            .set(compilation.length.get() + bytes.len());
    }
    Ok(context.undefined())
}

/// `finish(compilation)`: a promise of the Module.
fn finish<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context: Context<'js> = call.context();
    let (api, builder, options, length) = take(call)?;
    let agent = Agent::of(context);
    let start = agent.recorder.start();
    let capability = Capability::new(context)?;
    let promise = capability.promise(context);
    let work = move || {
        let module = builder.finish()?;
        builtins::validate(&module, &options)?;
        Ok(ModuleObject { module, options })
    };
    agent
        .events
        .work(work, move |context, module: weft::Result<ModuleObject>| {
            if let Ok(made) = &module {
                module::note(Agent::of(context), start, &made.module, length, true);
            }
            let module = compiled(api, context, module);
            capability.settle(context, module)
        });
    Ok(promise)
}
