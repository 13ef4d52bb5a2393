//! Exported Functions.

use std::ffi::CStr;

use weft::host;
use weft::{Func, HeapType, RootScope, Val, ValType};

use crate::agent::Agent;
use crate::quickjs::{Attributes, Call, Class, Context, JsResult, Key, Trace, Value};

use super::errors;
use super::values::{self, Coerced, Given};

/// What an Exported Function holds: \[[FunctionAddress]].
pub(super) struct ExportedFunction {
    pub(super) func: Func,
    ty: weft::FuncType,
    params: Box<[ValType]>,
    results: Box<[ValType]>,
    /// Whether neither parameters nor results are of types that cannot pass.
    can_pass: bool,
}

// SAFETY: it holds nothing of JavaScript.
unsafe impl Trace for ExportedFunction {}

impl Class for ExportedFunction {
    const NAME: &'static CStr = c"Function";
    const CALLABLE: bool = true;

    fn call<'js>(&self, call: &Call<'js>) -> JsResult<Value<'js>> {
        let _time = Agent::of(call.context()).recorder.call();
        call_exported(self, call)
    }
}

impl ExportedFunction {
    fn new(func: Func, ty: weft::FuncType) -> Self {
        let params: Box<[ValType]> = ty.params().collect();
        let results: Box<[ValType]> = ty.results().collect();
        Self {
            func,
            can_pass: params.iter().chain(&results).all(values::can_pass),
            params,
            results,
            ty,
        }
    }

    /// The heap type of a reference to it.
    pub(super) fn heap_type(&self) -> HeapType {
        HeapType::ConcreteFunc(self.ty.clone())
    }
}

/// A new Exported Function, or the one that there is.
pub(super) fn wrap<'js>(context: Context<'js>, func: Func) -> JsResult<Value<'js>> {
    let agent = Agent::of(context);
    let canonical = agent.with_store(|store| host::canonical(store, &func));
    let func = canonical.map_err(|error| errors::throw(context, None, None, &error))?;
    // 2. If map[funcaddr] exists, return it.
    let functions = &agent.identities.functions;
    if let Some(function) = functions.get(context, func) {
        return Ok(function);
    }
    // 5. – 8. The arity and the name.
    let (ty, name) = agent.with_store(|store| {
        let index = host::func_index(&store, &func).ok().flatten();
        (func.ty(&store), index)
    });
    let name = name.or_else(|| agent.identities.host_function_index(func));
    let data = ExportedFunction::new(func, ty);
    let arity = data.params.len();
    // 9. – 11. CreateBuiltinFunction.
    let prototype = agent.realm().language.function_prototype.get(context);
    let function = context.instance_of_key(&prototype, functions, func, data)?;
    function.define(
        Key::Name("length"),
        context.number(arity as f64),
        Attributes::CONFIGURABLE,
    )?;
    let name = context.string(&name.unwrap_or(0).to_string())?;
    function.define(Key::Name("name"), name, Attributes::CONFIGURABLE)?;
    Ok(function)
}

/// Notes the "index of the host function".
pub(super) fn note_index(agent: &Agent, func: &Func, index: u32) {
    if let Ok(func) = agent.with_store(|store| host::canonical(store, func)) {
        agent.identities.note_host_function(func, index);
    }
}

/// "Call an Exported Function".
fn call_exported<'js>(function: &ExportedFunction, call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let agent = Agent::of(context);
    // 4. If any type in parameters or results is v128 or exnref, throw a TypeError.
    if !function.can_pass {
        return Err(context.throw_type("type incompatibility when transforming from/to JS"));
    }
    // 5. – 7. The arguments.
    let arguments = coerce_arguments(function, call)?;
    // 8. – 9. func_invoke.
    let results = invoke(agent, function, arguments);
    agent.after_wasm(context)?;
    match results {
        // 12. – 15. The results.
        Ok(results) => values::results_to_js(context, &results),
        // 10. – 11. Errors and exceptions.
        Err(error) => Err(errors::throw(context, None, None, &error)),
    }
}

fn coerce_arguments(function: &ExportedFunction, call: &Call<'_>) -> JsResult<Vec<Coerced>> {
    let coerce = |(index, ty)| values::to_wasm(&call.argument(index), ty);
    function.params.iter().enumerate().map(coerce).collect()
}

fn invoke(
    agent: &Agent,
    function: &ExportedFunction,
    arguments: Vec<Coerced>,
) -> weft::Result<Vec<Given>> {
    agent.with_store(|store| {
        let mut scope = RootScope::new(store);
        let arguments = arguments.into_iter().zip(&function.params);
        let arguments: Vec<Val> = arguments
            .map(|(argument, ty)| argument.into_val(&mut scope, ty))
            .collect::<weft::Result<_>>()?;
        let mut results = vec![Val::I32(0); function.results.len()];
        function.func.call(&mut scope, &arguments, &mut results)?;
        let results = results.into_iter();
        results
            .map(|result| Given::new(&mut scope, result))
            .collect()
    })
}
