//! Modules under a name: commands, which run anew for every call, and reactors, which stay.

use crate::{
    AsContextMut, Caller, Context as _, Extern, ExternType, Func, InstancePre, Linker, Module,
    Result, Val,
};

/// How a module wants to be used, by what it exports.
enum Kind {
    /// It has `_start`: a program, for which everything begins with a call and is over at its end.
    Command,
    /// Everything else: a library, whose `_initialize` is called first if there is one.
    Reactor,
}

impl<T: 'static> Linker<T> {
    /// Defines the exports of `module` under the name `module_name`.
    ///
    /// A module that exports `_start` is a command: each call of one of its functions is of a new instance, which stays in
    /// the store. Only functions can be defined of it; the memory, the table and the globals that
    /// compilers export beside are left out. Any other module is a reactor: it is instantiated
    /// now, and the `_initialize` that it exports is called.
    ///
    /// # Errors
    /// As [`Linker::instantiate`] and [`Linker::instance`]; when `_initialize` fails; when the module is both, or exports
    /// of a command are no functions.
    pub fn module(
        &mut self,
        store: impl AsContextMut<Data = T>,
        module_name: &str,
        module: &Module,
    ) -> Result<&mut Self> {
        match kind(module)? {
            Kind::Command => self.command(module_name, module),
            Kind::Reactor => self.reactor(store, module_name, module),
        }
    }

    /// The function that starts what is defined under the name `module_name`: its `_start`, or its function without a name.
    ///
    /// # Errors
    /// When it has neither.
    pub fn get_default(
        &self,
        mut store: impl AsContextMut<Data = T>,
        module_name: &str,
    ) -> Result<Func> {
        let mut found = |name| self.get(&mut store, module_name, name);
        match found("").or_else(|| found("_start")) {
            Some(Extern::Func(func)) => Ok(func),
            _ => crate::bail!("`{module_name}` has no function to start with: no `_start`"),
        }
    }

    fn command(&mut self, module_name: &str, module: &Module) -> Result<&mut Self> {
        let pre = self.instantiate_pre(module)?;
        for export in module.exports() {
            match export.ty() {
                ExternType::Func(ty) => {
                    let call = call_anew(pre.clone(), export.name());
                    self.func_new(module_name, export.name(), ty, call)?;
                }
                _ if is_by_the_way(export.name()) => {}
                ty => crate::bail!(
                    "the module is a command, so it can export only functions, but `{}` is {ty}",
                    export.name()
                ),
            }
        }
        Ok(self)
    }

    fn reactor(
        &mut self,
        mut store: impl AsContextMut<Data = T>,
        module_name: &str,
        module: &Module,
    ) -> Result<&mut Self> {
        let instance = self.instantiate(&mut store, module)?;
        if let Some(initialize) = instance.get_func(&mut store, "_initialize") {
            initialize
                .typed::<(), ()>(store.as_context())
                .and_then(|initialize| initialize.call(&mut store, ()))
                .context("`_initialize` failed")?;
        }
        self.instance(store, module_name, instance)
    }
}

fn kind(module: &Module) -> Result<Kind> {
    let exports = ["_start", "_initialize"].map(|name| module.get_export(name));
    for (ty, name) in exports.iter().zip(["_start", "_initialize"]) {
        if let Some(ty) = ty
            && !matches!(ty, ExternType::Func(_))
        {
            crate::bail!("the module exports `{name}`, which must be a function but is {ty}");
        }
    }
    match exports {
        [Some(_), Some(_)] => crate::bail!(
            "the module exports `_start` and `_initialize`: it cannot be both a command and a reactor"
        ),
        [Some(_), None] => Ok(Kind::Command),
        _ => Ok(Kind::Reactor),
    }
}

/// A host function that calls `name` of a new instance.
fn call_anew<T: 'static>(
    pre: InstancePre<T>,
    name: &str,
) -> impl Fn(Caller<'_, T>, &[Val], &mut [Val]) -> Result<()> + Send + Sync + 'static {
    let name = name.to_owned();
    move |mut caller, params, results| {
        let instance = pre.instantiate(&mut caller)?;
        let func = instance.get_func(&mut caller, &name);
        let func = func.expect("its module exports the function");
        func.call(&mut caller, params, results)
    }
}

/// What compilers export of every program, which is of use only to its own host functions.
fn is_by_the_way(name: &str) -> bool {
    matches!(
        name,
        "memory"
            | "table"
            | "__indirect_function_table"
            | "__data_end"
            | "__heap_base"
            | "__dso_handle"
    )
}
