//! Host functions: "create a host function" and "run a host function".

use std::sync::Arc;

use weft::host::{self, RawVal, Referent};
use weft::{Caller, Func, FuncType, Val, ValType};

use crate::agent::{Agent, AgentRef, HostValue, ImportedFunction};
use crate::quickjs::{Context, JsResult, Key, Value};

use super::direct::{Direct, Kind};
use super::errors;
use super::values::{self, Coerced, Given};
use super::{exception, realm};
use crate::idl::{self, Api};

/// A host function that calls `function`, for the import of a function after `index` others.
pub(super) fn create(
    context: Context<'_>,
    function: Value<'_>,
    ty: FuncType,
    index: u32,
) -> JsResult<Func> {
    let agent = Agent::of(context);
    let function = Arc::new(agent.values.keep(function));
    let imported = ImportedFunction::new(function.clone(), index);
    let import = Import::new(function, &ty);
    let func = agent.with_store(|mut store| {
        let func = match Direct::of(&ty) {
            // SAFETY: it leaves a value of the result's type, if there is one.
            Some(direct) => unsafe {
                match direct.has_references {
                    false => host::func_raw(&mut store, &ty, move |caller, slots| {
                        import.run_with_numbers(&direct, caller, slots)
                    }),
                    true => host::func_raw(&mut store, &ty, move |caller, slots| {
                        import.run_with_references(&direct, caller, slots)
                    }),
                }
            },
            None => Func::try_new(&mut store, ty, move |caller, params, results| {
                import.run(caller, params, results)
            }),
        }?;
        host::trace_func(store, &func, imported)?;
        Ok(func)
    });
    func.map_err(|error| errors::throw(context, None, None, &error))
}

/// What a host function knows.
pub(super) struct Import {
    pub(super) function: Arc<HostValue>,
    /// Whether values of all its types can pass.
    pub(super) can_pass: bool,
    pub(super) results: Arc<[ValType]>,
}

impl Import {
    pub(super) fn new(function: Arc<HostValue>, ty: &FuncType) -> Self {
        Self {
            function,
            can_pass: ty
                .params()
                .chain(ty.results())
                .all(|ty| values::can_pass(&ty)),
            results: ty.results().collect(),
        }
    }

    fn run(
        &self,
        mut caller: Caller<'_, AgentRef>,
        params: &[Val],
        results: &mut [Val],
    ) -> weft::Result<()> {
        let arguments = params
            .iter()
            .map(|value| Given::new(&mut caller, *value))
            .collect::<weft::Result<Vec<_>>>()?;
        let (agent, core) = caller.data().parts();
        let returned = agent.lend(&mut caller, || {
            core.enter(|context| {
                self.call(context, &agent, &arguments)
                    .map_err(|thrown| exception::from_thrown(context, thrown))
            })
        })?;
        for ((result, value), ty) in results.iter_mut().zip(returned).zip(&*self.results) {
            *result = value.into_val(&mut caller, ty)?;
        }
        Ok(())
    }

    fn run_with_numbers(
        &self,
        direct: &Direct,
        mut caller: Caller<'_, AgentRef>,
        slots: &mut [RawVal],
    ) -> weft::Result<()> {
        let (agent, core) = caller.data().parts();
        agent.lend(&mut caller, || {
            core.enter(|context| {
                self.call_with_numbers(context, &agent, direct, slots)
                    .map_err(|thrown| exception::from_thrown(context, thrown))
            })
        })
    }

    /// "Run a host function", for numbers.
    fn call_with_numbers(
        &self,
        context: Context<'_>,
        agent: &Agent,
        direct: &Direct,
        slots: &mut [RawVal],
    ) -> JsResult<()> {
        agent.after_wasm(context)?;
        let function = agent.values.get(context, &self.function);
        // 3. – 5. Let ret be ? Call(func, undefined, jsArguments).
        let count = direct.params.len();
        let returned = function.call_made(&context.undefined(), count, |index| {
            direct.params[index].number_to_js(context, slots[index])
        })?;
        // 7. – 8. The result.
        if let Some(Kind::Number(number)) = direct.result {
            slots[0] = number.to_wasm(&returned)?;
        }
        Ok(())
    }

    fn run_with_references(
        &self,
        direct: &Direct,
        mut caller: Caller<'_, AgentRef>,
        slots: &mut [RawVal],
    ) -> weft::Result<()> {
        // SAFETY: the slots hold what wasm has just called with.
        let referents = unsafe { direct.take(&caller, slots) };
        let (agent, core) = caller.data().parts();
        let returned = agent.lend(&mut caller, || {
            core.enter(|context| {
                self.call_with_references(context, &agent, direct, &referents, slots)
                    .map_err(|thrown| exception::from_thrown(context, thrown))
            })
        })?;
        if let Some(referent) = returned {
            slots[0] = referent.into_raw(&mut caller)?;
        }
        Ok(())
    }

    /// "Run a host function", for numbers and references. A number that it returns is in the first slot.
    fn call_with_references(
        &self,
        context: Context<'_>,
        agent: &Agent,
        direct: &Direct,
        referents: &[Referent],
        slots: &mut [RawVal],
    ) -> JsResult<Option<Referent>> {
        agent.after_wasm(context)?;
        let function = agent.values.get(context, &self.function);
        let mut referents = referents.iter();
        // 3. – 5. Let ret be ? Call(func, undefined, jsArguments).
        let count = direct.params.len();
        let returned = function.call_made(&context.undefined(), count, |index| {
            match direct.params[index] {
                Kind::Reference => match referents.next() {
                    Some(referent) => values::referent_to_js(context, referent),
                    None => Ok(context.undefined()),
                },
                kind => kind.number_to_js(context, slots[index]),
            }
        })?;
        // 7. – 8. The result.
        match direct.result {
            Some(Kind::Number(number)) => slots[0] = number.to_wasm(&returned)?,
            Some(Kind::Reference) => return Ok(Some(values::to_referent(&returned))),
            None => {}
        }
        Ok(None)
    }

    /// "Run a host function".
    fn call(
        &self,
        context: Context<'_>,
        agent: &Agent,
        arguments: &[Given],
    ) -> JsResult<Vec<Coerced>> {
        agent.after_wasm(context)?;
        // 2. If any type is v128 or exnref, throw a TypeError.
        check_types(context, self.can_pass)?;
        // 3. – 4. The arguments.
        let arguments = arguments.iter().map(|value| value.to_js(context));
        let arguments = arguments.collect::<JsResult<Vec<_>>>()?;
        // 5. Let ret be ? Call(func, undefined, jsArguments).
        let function = agent.values.get(context, &self.function);
        let returned = function.call(&context.undefined(), &arguments)?;
        coerce_return(&returned, &self.results)
    }
}

/// Throws a TypeError if a type of a signature cannot pass.
pub(super) fn check_types(context: Context<'_>, can_pass: bool) -> JsResult<()> {
    match can_pass {
        true => Ok(()),
        false => Err(context.throw_type("type incompatibility when transforming from/to JS")),
    }
}

/// Steps 7 to 9: the results.
pub(super) fn coerce_return(returned: &Value<'_>, types: &[ValType]) -> JsResult<Vec<Coerced>> {
    match types {
        // 7. If resultsSize is 0, return « ».
        [] => Ok(Vec::new()),
        // 8. If it is 1, return ? ToWebAssemblyValue(ret).
        [only] => Ok(vec![values::to_wasm(returned, only)?]),
        several => coerce_results(returned, several),
    }
}

/// Step 9: several results come from an iterable.
fn coerce_results(returned: &Value<'_>, types: &[ValType]) -> JsResult<Vec<Coerced>> {
    const API: Api = Api("WebAssembly import");
    let context = returned.context();
    // 9.1. Let method be ? GetMethod(ret, %Symbol.iterator%).
    let symbol = realm(context).language.iterator.get(context);
    let method = match returned.is_undefined() || returned.is_null() {
        true => context.undefined(),
        false => returned.get(Key::Value(&symbol))?,
    };
    // 9.2. If method is undefined, throw a TypeError.
    if !method.is_callable() {
        return Err(context.throw_type("multi-return value must be iterable"));
    }
    // 9.3. Let values be ? IteratorToList.
    let items = idl::iterate(API, returned, &method, "multi-return value")?;
    // 9.5. If there are not as many as results, throw a TypeError.
    if items.len() != types.len() {
        return Err(context.throw_type("multi-return length mismatch"));
    }
    let items = items.iter().zip(types);
    items.map(|(item, ty)| values::to_wasm(item, ty)).collect()
}
