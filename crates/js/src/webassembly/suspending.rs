//! `WebAssembly.Suspending`, and host functions that suspend the wasm that calls them (the JavaScript Promise Integration API, "create a
//! suspending function").

use std::any::Any;
use std::ffi::CStr;
use std::sync::Arc;

use weft::host::{self, Suspension};
use weft::{Caller, Func, FuncType, Val, ValType};

use crate::agent::{Agent, AgentRef, HostValue, ImportedFunction};
use crate::idl::{Api, Interface};
use crate::quickjs::{Call, Class, Context, Held, JsResult, Trace, Tracer, Value};

use super::errors::{self, ErrorClass};
use super::host_function::{Import, check_types};
use super::values::Given;
use super::{exception, realm};

/// \[[WrappedFunction]].
pub(super) struct SuspendingObject(Held);

// SAFETY: the function is owned by the object alone and reported once.
unsafe impl Trace for SuspendingObject {
    fn trace(&self, tracer: &mut Tracer) {
        tracer.visit(&self.0);
    }
}

impl Class for SuspendingObject {
    const NAME: &'static CStr = c"WebAssembly.Suspending";
}

pub(super) fn interface(context: Context<'_>) -> JsResult<Interface<'_>> {
    Interface::new(context, "WebAssembly.Suspending", 1, construct)
}

/// `new Suspending(jsFun)`.
fn construct<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    const API: Api = Api("WebAssembly.Suspending()");
    let context = call.context();
    let function = call.argument(0);
    // 1. If IsCallable(jsFun) is false, throw a TypeError.
    if !function.is_callable() {
        return Err(API.type_error(context, "Argument 0 must be a function"));
    }
    // 2. – 5. An object with \[[WrappedFunction]].
    let realm = realm(context);
    let prototype = context.prototype_for(call.this(), &realm.classes.suspending)?;
    context.instance(&prototype, SuspendingObject(function.hold()))
}

/// What a suspended call waits for.
pub(super) struct Awaited {
    pub(super) promise: HostValue,
    /// What is then made of the promise's value.
    pub(super) results: Arc<[ValType]>,
}

/// "Create a suspending function", for the import of a function after `index` others.
pub(super) fn create(
    context: Context<'_>,
    object: &SuspendingObject,
    ty: FuncType,
    index: u32,
) -> JsResult<Func> {
    let agent = Agent::of(context);
    let function = Arc::new(agent.values.keep(object.0.get(context)));
    let imported = ImportedFunction::new(function.clone(), index);
    let import = SuspendingImport(Import::new(function, &ty));
    let func = agent.with_store(|mut store| {
        let func = host::func_suspending(&mut store, ty, move |caller, params| {
            let awaited = import.run(caller, params)?;
            Ok(Box::new(awaited) as Box<dyn Any + Send>)
        })?;
        host::trace_func(store, &func, imported)?;
        Ok(func)
    });
    func.map_err(|error| errors::throw(context, None, None, &error))
}

/// A host function that suspends the call it is in.
struct SuspendingImport(Import);

impl SuspendingImport {
    fn run(&self, mut caller: Caller<'_, AgentRef>, params: &[Val]) -> weft::Result<Awaited> {
        let arguments = params
            .iter()
            .map(|value| Given::new(&mut caller, *value))
            .collect::<weft::Result<Vec<_>>>()?;
        let suspension = host::suspension(&caller);
        let (agent, core) = caller.data().parts();
        agent.lend(&mut caller, || {
            core.enter(|context| {
                self.call(context, &agent, suspension, &arguments)
                    .map_err(|thrown| exception::from_thrown(context, thrown))
            })
        })
    }

    fn call(
        &self,
        context: Context<'_>,
        agent: &Agent,
        suspension: Suspension,
        arguments: &[Given],
    ) -> JsResult<Awaited> {
        agent.after_wasm(context)?;
        // 5. If the entry for async_context in map is not active, throw a SuspendError.
        let what = match suspension {
            Suspension::Possible => None,
            Suspension::Between => Some("trying to suspend JS frames"),
            Suspension::Absent => Some("trying to suspend without WebAssembly.promising"),
        };
        if let Some(what) = what {
            return Err(ErrorClass::Suspend.throw(context, what));
        }
        check_types(context, self.0.can_pass)?;
        // 9. The arguments.
        let arguments = arguments.iter().map(|value| value.to_js(context));
        let arguments = arguments.collect::<JsResult<Vec<_>>>()?;
        // 10. Let ret be Completion(Call(func, undefined, jsArguments)).
        let function = agent.values.get(context, &self.0.function);
        let returned = function.call(&context.undefined(), &arguments)?;
        // 15.1. PromiseResolve(%Promise%, ret).
        let promise = agent.realm().language.promise.of(returned)?;
        Ok(Awaited {
            promise: agent.values.keep(promise),
            results: self.0.results.clone(),
        })
    }
}
