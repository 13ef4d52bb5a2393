//! `WebAssembly.promising`: functions that run wasm on a stack of its own and return a promise (the JavaScript Promise Integration API).
//!
//! Wasm alone lies on that stack, since host functions run on their thread's own. So what a call leaves when it is suspended is a
//! stack without frames of JavaScript, and one object that keeps it, to which the promise leads that it waits for. If nobody can settle that promise
//! any more, all of it is garbage, even where the stack itself leads to whoever could.

use std::cell::{Cell, RefCell};
use std::ffi::CStr;
use std::rc::Rc;
use std::sync::Arc;

use weft::host::{self, Progress, SuspendedCall};
use weft::{Func, RootScope, StoreContextMut, Val, ValType};

use crate::agent::{Agent, AgentRef, trace_call};
use crate::idl::Api;
use crate::quickjs::{
    Attributes, Call, Capability, Class, Context, Held, JsResult, Key, Trace, Tracer, Value,
};

use super::function::ExportedFunction;
use super::host_function::{check_types, coerce_return};
use super::suspending::Awaited;
use super::values::{self, Coerced, Given};
use super::{errors, exception};

/// What `promising` returns: a function that captures wasmFunc.
struct PromisingFunction {
    /// The Exported Function, which keeps the function.
    exported: Held,
    func: Func,
    params: Box<[ValType]>,
    can_pass: bool,
}

// SAFETY: the Exported Function is owned by this object and reported once.
unsafe impl Trace for PromisingFunction {
    fn trace(&self, tracer: &mut Tracer) {
        tracer.visit(&self.exported);
    }
}

impl Class for PromisingFunction {
    const NAME: &'static CStr = c"Function";
    const CALLABLE: bool = true;

    fn call<'js>(&self, call: &Call<'js>) -> JsResult<Value<'js>> {
        let _time = Agent::of(call.context()).recorder.call();
        self.run(call)
    }
}

/// `promising(wasmFunc)`.
pub(super) fn promising<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    const API: Api = Api("WebAssembly.promising()");
    let context = call.context();
    let function = call.argument(0);
    // 1. If IsCallable(wasmFunc) is false, throw a TypeError.
    if !function.is_callable() {
        return Err(API.type_error(context, "Argument 0 must be a function"));
    }
    // 2. If wasmFunc does not have a \[[FunctionAddress]] internal slot, throw a TypeError.
    let Some(exported) = function.downcast::<ExportedFunction>() else {
        let what = "Argument 0 must be a WebAssembly exported function";
        return Err(API.type_error(context, what));
    };
    let params: Box<[ValType]> = exported.ty.params().collect();
    let results = exported.ty.results();
    let data = PromisingFunction {
        func: *exported.func,
        can_pass: params.iter().all(values::can_pass)
            && results.into_iter().all(|ty| values::can_pass(&ty)),
        params,
        exported: function.clone().hold(),
    };
    // 3. – 4. CreateBuiltinFunction(builder, 1, "", « »).
    let realm = Agent::of(context).realm();
    let prototype = realm.language.function_prototype.get(context);
    let promising = context.instance(&prototype, data)?;
    let length = Key::Name("length");
    promising.define(length, context.number(1.0), Attributes::CONFIGURABLE)?;
    promising.define(
        Key::Name("name"),
        context.string("")?,
        Attributes::CONFIGURABLE,
    )?;
    Ok(promising)
}

impl PromisingFunction {
    /// "Run a Promising function". As in all engines, arguments that cannot be converted are thrown, and reject nothing.
    fn run<'js>(&self, call: &Call<'js>) -> JsResult<Value<'js>> {
        let context = call.context();
        check_types(context, self.can_pass)?;
        Agent::of(context).collect_suspended_if_due(context);
        let coerce = |(index, ty)| values::to_wasm(&call.argument(index), ty);
        let arguments: JsResult<Vec<Coerced>> =
            self.params.iter().enumerate().map(coerce).collect();
        let arguments = arguments?;
        // 1. Let promise be a new PromiseCapabilityRecord.
        let capability = Capability::new(context)?;
        let promise = capability.promise(context);
        // 4. – 5. Evaluate the function, up to where it waits.
        let gone = Agent::of(context).with_store(|store| {
            let mut scope = RootScope::new(store);
            let arguments = arguments.into_iter().zip(&self.params);
            let arguments: Vec<Val> = arguments
                .map(|(argument, ty)| argument.into_val(&mut scope, ty))
                .collect::<weft::Result<_>>()?;
            let progress = host::call_suspendable(&mut scope, &self.func, &arguments)?;
            Gone::new(&mut scope, progress)
        });
        go_on(context, gone, capability)?;
        Ok(promise)
    }
}

/// [`Progress`] in a form that belongs to no scope.
enum Gone {
    Done(Vec<Given>),
    Suspended(SuspendedCall, Awaited),
}

impl Gone {
    fn new(
        scope: &mut RootScope<StoreContextMut<'_, AgentRef>>,
        progress: Progress,
    ) -> weft::Result<Self> {
        match progress {
            Progress::Done(results) => {
                let results = results.into_iter();
                let results = results.map(|result| Given::new(&mut *scope, result));
                results.collect::<weft::Result<_>>().map(Self::Done)
            }
            Progress::Suspended(call, what) => match what.downcast() {
                Ok(awaited) => Ok(Self::Suspended(call, *awaited)),
                Err(_) => Err(weft::Error::msg(
                    "no function of this agent has suspended it",
                )),
            },
        }
    }
}

/// Does what a call has come to: settles its promise, or has it resumed when what it waits for is settled.
fn go_on(context: Context<'_>, gone: weft::Result<Gone>, capability: Capability) -> JsResult<()> {
    let agent = Agent::of(context);
    let refreshed = agent.after_wasm(context);
    let result = match (refreshed, gone) {
        (Err(thrown), _) => Err(thrown),
        // 13. – 15. The result.
        (Ok(()), Ok(Gone::Done(results))) => values::results_to_js(context, &results),
        (Ok(()), Ok(Gone::Suspended(call, awaited))) => {
            let promise = agent.values.get(context, &awaited.promise);
            let waiting = Waiting {
                _counted: agent.suspended.add(),
                call,
                results: awaited.results,
                capability,
            };
            return wait(&promise, waiting);
        }
        // 10. – 12. Errors and exceptions.
        (Ok(()), Err(error)) => Err(errors::throw(context, None, None, &error)),
    };
    capability.settle(context, result)
}

/// How many calls are suspended: each has a stack that QuickJS knows nothing of, so those that nobody can resume are looked for
/// when there are many.
#[derive(Default)]
pub(crate) struct SuspendedCalls {
    count: Rc<Cell<usize>>,
    /// How many were left when they were last looked for.
    left: Cell<usize>,
}

/// One of them.
struct Counted(Rc<Cell<usize>>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

impl SuspendedCalls {
    fn add(&self) -> Counted {
        self.count.set(self.count.get() + 1);
        Counted(self.count.clone())
    }
}

impl Agent {
    fn collect_suspended_if_due(&self, context: Context<'_>) {
        const FEW: usize = 1000;
        let calls = &self.suspended;
        if calls.count.get() >= FEW.max(2 * calls.left.get()) {
            self.collect_what_can_be(context);
            calls.left.set(calls.count.get());
        }
    }
}

/// A call that waits for a promise.
struct Waiting {
    _counted: Counted,
    call: SuspendedCall,
    /// What the host function returns that suspended it.
    results: Arc<[ValType]>,
    /// The promise of the call.
    capability: Capability,
}

/// Keeps a call that waits, for the two functions of which one will be called.
struct WaitingObject(RefCell<Option<Waiting>>);

// SAFETY: the capability is owned by this object alone and reported once.
unsafe impl Trace for WaitingObject {
    fn trace(&self, tracer: &mut Tracer) {
        if let Some(waiting) = &*self.0.borrow() {
            waiting.capability.trace(tracer);
            trace_call(&waiting.call, tracer);
        }
    }
}

impl Class for WaitingObject {
    const NAME: &'static CStr = c"suspended call";
}

/// Resumes a call: `FULFILLED` says what has become of the promise.
struct Resume<const FULFILLED: bool>(Held);

// SAFETY: each function has a count of its own, and reports it once.
unsafe impl<const FULFILLED: bool> Trace for Resume<FULFILLED> {
    fn trace(&self, tracer: &mut Tracer) {
        tracer.visit(&self.0);
    }
}

impl<const FULFILLED: bool> Class for Resume<FULFILLED> {
    const NAME: &'static CStr = c"Function";
    const CALLABLE: bool = true;

    fn call<'js>(&self, call: &Call<'js>) -> JsResult<Value<'js>> {
        let context = call.context();
        let waiting = self.0.get(context);
        let waiting = waiting.downcast::<WaitingObject>();
        if let Some(waiting) = waiting.and_then(|waiting| waiting.0.take()) {
            let _time = Agent::of(context).recorder.call();
            let settled = match FULFILLED {
                true => Ok(call.argument(0)),
                false => Err(context.throw(call.argument(0))),
            };
            waiting.resume(context, settled)?;
        }
        Ok(context.undefined())
    }
}

/// `Await`: has the call resumed when the promise is settled.
fn wait(promise: &Value<'_>, waiting: Waiting) -> JsResult<()> {
    let context = promise.context();
    let none = context.null();
    let waiting = context.instance(&none, WaitingObject(RefCell::new(Some(waiting))))?;
    let fulfilled = context.instance(&none, Resume::<true>(waiting.clone().hold()))?;
    let rejected = context.instance(&none, Resume::<false>(waiting.hold()))?;
    promise.when_settled(&fulfilled, &rejected)
}

impl Waiting {
    fn resume<'js>(self, context: Context<'js>, settled: JsResult<Value<'js>>) -> JsResult<()> {
        let Self {
            call,
            results: types,
            capability,
            ..
        } = self;
        // 15.2.8. Coerce a JavaScript return, or a JavaScript exception.
        let results = settled
            .and_then(|value| coerce_return(&value, &types))
            .map_err(|thrown| exception::from_thrown(context, thrown));
        let gone = Agent::of(context).with_store(|store| {
            let mut scope = RootScope::new(store);
            let results = results.and_then(|results| {
                let results = results.into_iter().zip(&*types);
                let results = results.map(|(result, ty)| result.into_val(&mut scope, ty));
                results.collect::<weft::Result<Vec<Val>>>()
            });
            let progress = match results {
                Ok(results) => call.resume(&mut scope, Ok(&results)),
                Err(error) => call.resume(&mut scope, Err(error)),
            }?;
            Gone::new(&mut scope, progress)
        });
        go_on(context, gone, capability)
    }
}
