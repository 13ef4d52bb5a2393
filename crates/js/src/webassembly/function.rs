//! Exported Functions.

use std::cell::OnceCell;
use std::ffi::CStr;

use weft::host::{self, RawFunc, RawVal, Referent};
use weft::{AsContext, Func, HeapType, RootScope, Val, ValType};

use crate::agent::{Agent, ImportedFunction, Pinned, cost};
use crate::quickjs::{Attributes, Call, Class, Context, JsResult, Key, Trace, Tracer, Value};

use super::direct::{self, Direct, Kind};
use super::errors;
use super::host_function::check_types;
use super::values::{self, Coerced, Given};

/// What an Exported Function holds: \[[FunctionAddress]].
pub(super) struct ExportedFunction {
    pub(super) func: Pinned<Func>,
    pub(super) ty: weft::FuncType,
    /// How it is called, which most never are.
    way: OnceCell<Way>,
}

/// How a function is called.
enum Way {
    /// The short way.
    Direct(Direct, RawFunc),
    /// With any values.
    Values {
        params: Box<[ValType]>,
        results: Box<[ValType]>,
    },
    /// Not at all: a type of its signature cannot pass.
    None,
}

impl Way {
    fn new(agent: &Agent, function: &ExportedFunction) -> weft::Result<Self> {
        if let Some(direct) = Direct::of(&function.ty) {
            let func = agent.with_store(|store| RawFunc::new(store, &function.func))?;
            return Ok(Self::Direct(direct, func));
        }
        let params: Box<[ValType]> = function.ty.params().collect();
        let results: Box<[ValType]> = function.ty.results().collect();
        Ok(match params.iter().chain(&results).all(values::can_pass) {
            true => Self::Values { params, results },
            false => Self::None,
        })
    }
}

// SAFETY: it holds nothing of JavaScript but by what it pins.
unsafe impl Trace for ExportedFunction {
    fn trace(&self, tracer: &mut Tracer) {
        self.func.trace(tracer);
    }
}

impl Class for ExportedFunction {
    const NAME: &'static CStr = c"Function";
    const CALLABLE: bool = true;

    fn call<'js>(&self, call: &Call<'js>) -> JsResult<Value<'js>> {
        let _time = Agent::of(call.context()).recorder.call();
        call_exported(self, call)
    }
}

impl ExportedFunction {
    fn way(&self, agent: &Agent, context: Context<'_>) -> JsResult<&Way> {
        if let Some(way) = self.way.get() {
            return Ok(way);
        }
        let way = Way::new(agent, self);
        let way = way.map_err(|error| errors::throw(context, None, None, &error))?;
        Ok(self.way.get_or_init(|| way))
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
        let index = index.or_else(|| host_function_index(&store, &func));
        (func.ty(&store), index)
    });
    let arity = ty.params().len();
    let data = ExportedFunction {
        func: agent.pin(func, cost::NOTHING),
        ty,
        way: OnceCell::new(),
    };
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

/// The "index of the host function".
fn host_function_index(store: impl AsContext, func: &Func) -> Option<u32> {
    let traced = host::traced(store, func).ok()??;
    let imported = traced.downcast_ref::<ImportedFunction>()?;
    Some(imported.index)
}

/// "Call an Exported Function".
fn call_exported<'js>(function: &ExportedFunction, call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let agent = Agent::of(context);
    match function.way(agent, context)? {
        Way::Direct(direct, func) => match direct.params.len() {
            0..=FEW => call_directly::<FEW>(agent, call, direct, func),
            _ => call_directly::<{ direct::MOST }>(agent, call, direct, func),
        },
        Way::Values { params, results } => {
            call_with_values(agent, call, &function.func, params, results)
        }
        // 4. If any type in parameters or results is v128 or exnref, throw a TypeError.
        Way::None => check_types(context, false).map(|()| context.undefined()),
    }
}

/// How many parameters most functions have at most: room for more takes time to be cleared.
const FEW: usize = 4;

/// Calls a function that has at most `MOST` parameters.
fn call_directly<'js, const MOST: usize>(
    agent: &Agent,
    call: &Call<'js>,
    direct: &Direct,
    func: &RawFunc,
) -> JsResult<Value<'js>> {
    let context = call.context();
    if direct.has_references {
        agent.collect_if_due(context);
    }
    let mut slots = [RawVal::default(); MOST];
    let mut referents = Vec::new();
    // 5. – 7. The arguments.
    for (index, kind) in direct.params.iter().enumerate() {
        let argument = call.argument(index);
        match kind {
            Kind::Number(number) => slots[index] = number.to_wasm(&argument)?,
            Kind::Reference => referents.push(values::to_referent(&argument)),
        }
    }
    // 8. – 9. func_invoke.
    let mut result = None;
    let called = agent.with_store(|mut store| {
        direct.put(&mut store, referents, &mut slots)?;
        // SAFETY: values of the parameters' types, which are at most so many.
        unsafe { func.call(&mut store, &mut slots) }?;
        if direct.result == Some(Kind::Reference) {
            // SAFETY: the result, which has just come.
            result = Some(unsafe { Referent::from_raw(&store, slots[0]) });
        }
        Ok(())
    });
    agent.after_wasm(context)?;
    // 10. – 11. Errors and exceptions.
    called.map_err(|error: weft::Error| errors::throw(context, None, None, &error))?;
    // 12. – 14. The result.
    match (direct.result, result) {
        (_, Some(referent)) => values::referent_to_js(context, &referent),
        (Some(Kind::Number(number)), None) => number.to_js(context, slots[0]),
        (Some(Kind::Reference) | None, None) => Ok(context.undefined()),
    }
}

fn call_with_values<'js>(
    agent: &Agent,
    call: &Call<'js>,
    func: &Func,
    params: &[ValType],
    results: &[ValType],
) -> JsResult<Value<'js>> {
    let context = call.context();
    agent.collect_if_due(context);
    // 5. – 7. The arguments.
    let coerce = |(index, ty)| values::to_wasm(&call.argument(index), ty);
    let arguments: JsResult<Vec<Coerced>> = params.iter().enumerate().map(coerce).collect();
    // 8. – 9. func_invoke.
    let results = invoke(agent, func, arguments?, params, results.len());
    agent.after_wasm(context)?;
    match results {
        // 12. – 15. The results.
        Ok(results) => values::results_to_js(context, &results),
        // 10. – 11. Errors and exceptions.
        Err(error) => Err(errors::throw(context, None, None, &error)),
    }
}

fn invoke(
    agent: &Agent,
    func: &Func,
    arguments: Vec<Coerced>,
    params: &[ValType],
    results: usize,
) -> weft::Result<Vec<Given>> {
    agent.with_store(|store| {
        let mut scope = RootScope::new(store);
        let arguments = arguments.into_iter().zip(params);
        let arguments: Vec<Val> = arguments
            .map(|(argument, ty)| argument.into_val(&mut scope, ty))
            .collect::<weft::Result<_>>()?;
        let mut results = vec![Val::I32(0); results];
        func.call(&mut scope, &arguments, &mut results)?;
        let results = results.into_iter();
        results
            .map(|result| Given::new(&mut scope, result))
            .collect()
    })
}
