//! Runs the directives of a script, one method each.

use std::collections::HashMap;
use std::thread::{Scope, ScopedJoinHandle};

use wast::token::Id;
use wast::{QuoteWat, WastDirective, WastExecute, WastInvoke, WastRet, WastThread, Wat};
use weft::{Extern, Instance, Module, Store, Val, bail, format_err};

use crate::module::Loader;
use crate::outcome::{self, Outcome};
use crate::registry::Registry;
use crate::spectest::Spectest;
use crate::{Report, WastConfig, matching, values};

/// Runs `directives`, which were parsed from `source`.
pub(crate) fn run(source: &str, config: &WastConfig, directives: Vec<WastDirective<'_>>) -> Report {
    run_with(source, config, Registry::default(), directives)
}

fn run_with(
    source: &str,
    config: &WastConfig,
    registry: Registry,
    directives: Vec<WastDirective<'_>>,
) -> Report {
    match Runner::new(source, config, registry) {
        Ok(mut runner) => {
            runner.run(directives);
            runner.report
        }
        Err(error) => {
            let mut report = Report::default();
            report.fail(
                source,
                wast::token::Span::from_offset(0),
                format!("the host module `spectest` cannot be made: {error:#}"),
            );
            report
        }
    }
}

/// The state of a script, or of one thread of it.
struct Runner<'s> {
    config: &'s WastConfig,
    loader: Loader<'s>,
    store: Store<()>,
    spectest: Spectest,
    registry: Registry,
    report: Report,
}

/// The threads that a script has started, by name.
struct Threads<'scope, 'env, 's> {
    scope: &'scope Scope<'scope, 'env>,
    running: HashMap<&'s str, ScopedJoinHandle<'scope, Report>>,
}

impl<'s> Runner<'s> {
    fn new(source: &'s str, config: &'s WastConfig, registry: Registry) -> weft::Result<Self> {
        let mut store = Store::new(&config.engine, ());
        let spectest = Spectest::new(&mut store, config.print)?;
        Ok(Self {
            config,
            loader: Loader {
                engine: config.engine.clone(),
                form: config.form,
                source,
            },
            store,
            spectest,
            registry,
            report: Report::default(),
        })
    }

    fn run<'a: 's>(&mut self, directives: Vec<WastDirective<'a>>) {
        std::thread::scope(|scope| {
            let mut threads = Threads {
                scope,
                running: HashMap::new(),
            };
            for directive in directives {
                let span = directive.span();
                let outcome = self.directive(directive, &mut threads);
                self.report.record(self.loader.source, span, outcome);
            }
            for thread in std::mem::take(&mut threads.running).into_values() {
                let _ = self.join(thread);
            }
        });
    }

    fn directive<'scope, 'a: 'scope>(
        &mut self,
        directive: WastDirective<'a>,
        threads: &mut Threads<'scope, '_, 'a>,
    ) -> weft::Result<()>
    where
        's: 'scope,
    {
        match directive {
            WastDirective::Module(module) => self.module(module),
            WastDirective::ModuleDefinition(module) => self.module_definition(module),
            WastDirective::ModuleInstance {
                instance, module, ..
            } => self.module_instance(instance, module),
            WastDirective::Register { name, module, .. } => self.register(name, module),
            WastDirective::Invoke(invoke) => self.invoke(invoke)?.returned().map(drop),
            WastDirective::AssertReturn { exec, results, .. } => self.assert_return(exec, &results),
            WastDirective::AssertTrap { exec, message, .. } => self.execute(exec)?.trapped(message),
            WastDirective::AssertExhaustion { call, message, .. } => {
                self.invoke(call)?.exhausted(message)
            }
            WastDirective::AssertException { exec, .. } => self.execute(exec)?.threw(),
            WastDirective::AssertMalformed {
                module, message, ..
            }
            | WastDirective::AssertInvalid {
                module, message, ..
            } => outcome::rejected(self.loader.load(module), message),
            WastDirective::AssertUnlinkable {
                module, message, ..
            } => self.assert_unlinkable(module, message),
            WastDirective::Thread(thread) => self.thread(thread, threads),
            WastDirective::Wait { thread, .. } => self.wait(thread, threads),
            WastDirective::AssertMalformedCustom { .. }
            | WastDirective::AssertInvalidCustom { .. } => {
                bail!("custom sections are not checked: the engine ignores what it does not know")
            }
            WastDirective::AssertSuspension { .. } => bail!("stack switching is not supported"),
        }
    }

    fn module(&mut self, module: QuoteWat<'_>) -> weft::Result<()> {
        self.registry.clear_current();
        let name = module.name().map(|id| id.name().to_string());
        let module = self.loader.load(module)?;
        self.registry
            .add_definition(name.as_deref(), module.clone());
        let instance = self.instantiate(&module)?;
        self.registry.add_instance(name.as_deref(), instance);
        Ok(())
    }

    fn module_definition(&mut self, module: QuoteWat<'_>) -> weft::Result<()> {
        let name = module.name().map(|id| id.name().to_string());
        let module = self.loader.load(module)?;
        self.registry.add_definition(name.as_deref(), module);
        Ok(())
    }

    fn module_instance(&mut self, name: Option<Id<'_>>, of: Option<Id<'_>>) -> weft::Result<()> {
        let module = self.registry.definition(of.map(|id| id.name()))?;
        let instance = self.instantiate(&module)?;
        self.registry
            .add_instance(name.map(|id| id.name()), instance);
        Ok(())
    }

    fn register(&mut self, name: &str, module: Option<Id<'_>>) -> weft::Result<()> {
        self.registry.register(name, module.map(|id| id.name()))
    }

    fn instantiate(&mut self, module: &Module) -> weft::Result<Instance> {
        self.registry
            .instantiate(&mut self.store, &self.spectest, module)
    }

    fn assert_return(
        &mut self,
        action: WastExecute<'_>,
        expected: &[WastRet<'_>],
    ) -> weft::Result<()> {
        let actual = self.execute(action)?.returned()?;
        matching::results(&mut self.store, &actual, expected)
    }

    fn assert_unlinkable(&mut self, module: Wat<'_>, message: &str) -> weft::Result<()> {
        let module = self.loader.load_wat(module)?;
        outcome::unlinkable(self.instantiate(&module), message)
    }

    /// Runs an action. An error of this function is a fault of the script, not what the action came to.
    fn execute(&mut self, action: WastExecute<'_>) -> weft::Result<Outcome> {
        match action {
            WastExecute::Invoke(invoke) => self.invoke(invoke),
            WastExecute::Get { module, global, .. } => self.get(module, global),
            WastExecute::Wat(module) => {
                let module = self.loader.load_wat(module)?;
                let instance = self.instantiate(&module);
                Ok(Outcome::new(instance.map(|_| Vec::new())))
            }
        }
    }

    fn invoke(&mut self, invoke: WastInvoke<'_>) -> weft::Result<Outcome> {
        let export = self.export(invoke.module, invoke.name)?;
        let Extern::Func(func) = export else {
            bail!("`{}` is not a function", invoke.name);
        };
        let ty = func.ty(&self.store);
        if ty.params().len() != invoke.args.len() {
            bail!("`{}` takes {} arguments", invoke.name, ty.params().len());
        }
        let mut args = Vec::with_capacity(invoke.args.len());
        for (arg, ty) in invoke.args.iter().zip(ty.params()) {
            args.push(values::argument(&mut self.store, arg, &ty)?);
        }
        let mut results = vec![Val::I32(0); ty.results().len()];
        let outcome = func.call(&mut self.store, &args, &mut results);
        Ok(Outcome::new(outcome.map(|()| results)))
    }

    fn get(&mut self, module: Option<Id<'_>>, name: &str) -> weft::Result<Outcome> {
        let Extern::Global(global) = self.export(module, name)? else {
            bail!("`{name}` is not a global");
        };
        Ok(Outcome::Returned(vec![global.get(&mut self.store)]))
    }

    fn export(&mut self, module: Option<Id<'_>>, name: &str) -> weft::Result<Extern> {
        let module = module.map(|id| id.name());
        self.registry.export(&mut self.store, module, name)
    }

    /// Starts a thread with a store of its own, to which one module's shared memories are passed.
    fn thread<'scope, 'a: 'scope>(
        &mut self,
        thread: WastThread<'a>,
        threads: &mut Threads<'scope, '_, 'a>,
    ) -> weft::Result<()>
    where
        's: 'scope,
    {
        let registry = match thread.shared_module {
            Some(id) => {
                let shared = self.registry.shared_part(&mut self.store, id.name())?;
                Registry::with_shared(id.name(), shared)
            }
            None => Registry::default(),
        };
        let (source, config) = (self.loader.source, self.config);
        let handle = threads
            .scope
            .spawn(move || run_with(source, config, registry, thread.directives));
        threads.running.insert(thread.name.name(), handle);
        Ok(())
    }

    fn wait(&mut self, thread: Id<'_>, threads: &mut Threads<'_, '_, '_>) -> weft::Result<()> {
        let handle = threads
            .running
            .remove(thread.name())
            .ok_or_else(|| format_err!("no thread `${}`", thread.name()))?;
        self.join(handle)
    }

    fn join(&mut self, thread: ScopedJoinHandle<'_, Report>) -> weft::Result<()> {
        match thread.join() {
            Ok(report) => {
                self.report.merge(report);
                Ok(())
            }
            Err(_) => bail!("the thread panicked"),
        }
    }
}
