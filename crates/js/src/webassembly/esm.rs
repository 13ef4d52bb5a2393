//! Modules of WebAssembly as modules of JavaScript ("Integration with ECMAScript modules", of the ESM integration proposal).
//!
//! QuickJS knows module records of JavaScript alone. So a WebAssembly Module Record is one whose text is made here: it imports and
//! exports what the module says, by name, and between the two it calls one function that only its own `import.meta` has.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::ffi::CStr;
use std::fmt::Write as _;
use std::path::Path;
use std::rc::Rc;

use weft::{Extern, ExternType, Global, ImportType, Instance, Module, RootScope, Val};

use crate::agent::Agent;
use crate::idl::Api;
use crate::quickjs::{Attributes, Call, Class, Context, Held, JsResult, Key, Loader, Trace, Value};

use super::errors::{self, ErrorClass};
use super::global;
use super::instance::{self, InstanceObject};
use super::module::{self, ModuleObject};
use super::options::CompileOptions;
use super::{builtins, imports};

const API: Api = Api("WebAssembly.Instance()");

/// The agent's WebAssembly Module Records, by the names of their modules.
#[derive(Default)]
pub(crate) struct ModuleRecords {
    records: RefCell<HashMap<String, Rc<Record>>>,
    /// Bindings of globals that wasm can change.
    live: RefCell<Vec<Rc<LiveBindings>>>,
}

/// A WebAssembly Module Record.
struct Record {
    /// What \[[ModuleSource]] has.
    module: ModuleObject,
    /// \[[ModuleSource]], when a script has asked for it.
    object: OnceCell<Held>,
    /// By import, the name of the module of WebAssembly that it is of, if it is of one.
    sources: Box<[Option<String>]>,
    evaluated: OnceCell<Evaluated>,
}

/// A record whose module has been instantiated.
struct Evaluated {
    instance: Instance,
    /// \[[Instance]].
    object: Held,
    namespace: Held,
}

/// Whether the module of that name is one of WebAssembly.
pub(crate) fn is_wasm(name: &str) -> bool {
    name.ends_with(".wasm")
}

impl ModuleRecords {
    /// The text of the module of JavaScript that a module is.
    pub(crate) fn load(
        &self,
        context: Context<'_>,
        loader: &dyn Loader,
        name: &str,
    ) -> JsResult<String> {
        let record = self.parse(context, loader, name)?;
        Ok(record.text(&crate::loader::file_url(name)))
    }

    /// \[[ModuleSource]] of a module.
    pub(crate) fn source<'js>(
        &self,
        context: Context<'js>,
        loader: &dyn Loader,
        name: &str,
    ) -> JsResult<Value<'js>> {
        let record = self.parse(context, loader, name)?;
        if let Some(object) = record.object.get() {
            return Ok(object.get(context));
        }
        let ModuleObject { module, options } = record.module.clone();
        let object = module::wrap(context, module, options)?;
        let _ = record.object.set(object.clone().hold());
        Ok(object)
    }

    /// "Parse a WebAssembly module", once.
    fn parse(&self, context: Context<'_>, loader: &dyn Loader, name: &str) -> JsResult<Rc<Record>> {
        if let Some(record) = self.find(name) {
            return Ok(record);
        }
        let module = compile(context, name)?;
        let sources = module.module.imports().map(|import| {
            // What cannot be found is an error when QuickJS looks for it.
            let found = loader.resolve(context, name, import.module());
            let found = found.map_err(|thrown| drop(context.catch(thrown)));
            found.ok().filter(|name| is_wasm(name))
        });
        let record = Rc::new(Record {
            sources: sources.collect(),
            module,
            object: OnceCell::new(),
            evaluated: OnceCell::new(),
        });
        let mut records = self.records.borrow_mut();
        records.insert(name.to_owned(), record.clone());
        Ok(record)
    }

    /// Fills `import.meta` if the module is one of WebAssembly, and says whether it is.
    pub(crate) fn fill_meta(&self, meta: &Value<'_>, name: &str) -> JsResult<bool> {
        if self
            .find(name)
            .is_none_or(|record| record.evaluated.get().is_some())
        {
            return Ok(false);
        }
        let context = meta.context();
        let execute = context.instance(&context.null(), Execute(name.to_owned()))?;
        meta.define(Key::Name("execute"), execute, Attributes::NONE)?;
        Ok(true)
    }

    fn find(&self, name: &str) -> Option<Rc<Record>> {
        self.records.borrow().get(name).cloned()
    }

    /// Gives bindings the values of their globals.
    pub(crate) fn refresh(&self, context: Context<'_>) -> JsResult<()> {
        match self.live.borrow().is_empty() {
            true => Ok(()),
            false => self.refresh_all(context),
        }
    }

    fn refresh_all(&self, context: Context<'_>) -> JsResult<()> {
        let live = self.live.borrow().clone();
        live.iter()
            .try_for_each(|bindings| bindings.refresh(context))
    }

    /// Lets go of everything, at the agent's end.
    pub(crate) fn clear(&self) {
        drop((self.records.take(), self.live.take()));
    }
}

/// The module in a file, with the builtins that such modules have.
fn compile(context: Context<'_>, name: &str) -> JsResult<ModuleObject> {
    const API: Api = Api("WebAssembly.Module()");
    let agent = Agent::of(context);
    let bytes = agent.setup.access.read(Path::new(name));
    let bytes =
        bytes.map_err(|error| context.throw_load(&format!("cannot read {name}: {error}")))?;
    let options = CompileOptions {
        builtins: vec!["js-string".into()],
        imported_string_constants: Some("wasm:js/string-constants".into()),
    };
    let (start, length) = (agent.recorder.start(), bytes.len());
    let module = module::compile(&agent.engine, bytes, &options);
    let module = module.map_err(|error| errors::throw(context, Some(API), None, &error))?;
    module::note(agent, start, &module, length, false);
    check_names(context, &module)?;
    Ok(ModuleObject { module, options })
}

/// Throws a LinkError for a name that is reserved.
fn check_names(context: Context<'_>, module: &Module) -> JsResult<()> {
    let is_reserved = |name: &str| name.starts_with("wasm:") || name.starts_with("wasm-js:");
    let refuse = |what: &str, name: &str| {
        let message = format!("{what} {name:?}: names that begin so are reserved");
        Err(ErrorClass::Link.throw(context, &message))
    };
    for import in module.imports() {
        if import.module().starts_with("wasm-js:") {
            return refuse("Invalid module of an import", import.module());
        }
        // The names of string constants are the strings.
        if is_reserved(import.name()) && import.module() != "wasm:js/string-constants" {
            return refuse("Invalid name of an import", import.name());
        }
    }
    match module.exports().find(|export| is_reserved(export.name())) {
        Some(export) => refuse("Invalid name of an export", export.name()),
        None => Ok(()),
    }
}

impl Record {
    /// Whether an import is one of the host's, and asks no other module.
    fn is_builtin(&self, import: &ImportType<'_>) -> bool {
        let options = &self.module.options;
        options.imported_string_constants.as_deref() == Some(import.module())
            || builtins::find_builtin(options, import.module(), import.name()).is_some()
    }

    /// The module of JavaScript. `own` is what it can import itself by.
    fn text(&self, own: &str) -> String {
        let mut text = format!("import * as own from {};\n", quote(own));
        let mut values = String::new();
        for (index, import) in self.module.module.imports().enumerate() {
            if !self.is_builtin(&import) {
                let (name, module) = (quote(import.name()), quote(import.module()));
                let _ = writeln!(text, "import {{ {name} as i{index} }} from {module};");
            }
            // What another module of WebAssembly exports is not asked for by its value.
            match self.is_builtin(&import) || self.sources[index].is_some() {
                true => values.push_str("0,"),
                false => {
                    let _ = write!(values, "i{index},");
                }
            }
        }
        let mut update = String::new();
        let (mut bindings, mut exports) = (String::new(), String::new());
        for (index, export) in self.module.module.exports().enumerate() {
            let _ = writeln!(bindings, "let e{index} = e[{index}];");
            let _ = writeln!(
                exports,
                "export {{ e{index} as {} }};",
                quote(export.name())
            );
            if is_live(&export.ty()) {
                let _ = write!(update, "e{index} = e[{index}];");
            }
        }
        let _ = writeln!(
            text,
            "const e = import.meta.execute(own, [{values}], (e) => {{ {update} }});"
        );
        text + &bindings + &exports
    }

    /// ExecuteModule: gives the values of the exports' bindings.
    fn execute<'js>(
        &self,
        namespace: Value<'js>,
        values: &Value<'js>,
        update: Value<'js>,
    ) -> JsResult<Value<'js>> {
        let context = values.context();
        let agent = Agent::of(context);
        let imports = imports::read_each(
            API,
            context,
            &self.module,
            |import, functions| match &self.sources[import.index] {
                Some(source) => exported(context, source, import.ty),
                None => import.of_value(&values.get(Key::Index(import.index as u32))?, functions),
            },
        )?;
        let object = instance::instantiate(API, context, &self.module, &imports)?;
        let Some(InstanceObject { exports, instance }) = object.downcast::<InstanceObject>() else {
            return Err(context.throw_load("the module has no instance"));
        };
        let evaluated = Evaluated {
            instance: **instance,
            object: object.clone().hold(),
            namespace: namespace.hold(),
        };
        let _ = self.evaluated.set(evaluated);
        let exports = exports.get(context);
        let mut bindings = Vec::new();
        let mut globals = Vec::new();
        for (index, export) in self.module.module.exports().enumerate() {
            let value = exports.get(Key::Name(export.name()))?;
            bindings.push(binding(&value)?);
            if is_live(&export.ty())
                && let Some(global) = address(&value)?
            {
                globals.push((index, global));
            }
        }
        if !globals.is_empty() {
            let known = globals.iter().map(|_| None).collect();
            let bindings = LiveBindings {
                globals: globals.into(),
                known: RefCell::new(known),
                update: update.hold(),
            };
            agent.modules.live.borrow_mut().push(Rc::new(bindings));
        }
        context.array(bindings)
    }
}

/// Whether a binding changes with what is exported.
fn is_live(ty: &ExternType) -> bool {
    matches!(ty, ExternType::Global(ty) if ty.mutability().is_var())
}

/// The global that an object stands for, if it does.
fn address(object: &Value<'_>) -> JsResult<Option<Global>> {
    let global = global::address(object).transpose();
    global.map_err(|error| errors::throw(object.context(), Some(API), None, &error))
}

/// The value of an export's binding: that of a global, or the object itself.
fn binding<'js>(value: &Value<'js>) -> JsResult<Value<'js>> {
    match address(value)? {
        // A vector has no value, and a binding of QuickJS cannot stay without one.
        Some(global) => {
            let found = global::value(API, value.context(), global)?;
            Ok(found.unwrap_or_else(|| value.context().undefined()))
        }
        None => Ok(value.clone()),
    }
}

/// What another module of WebAssembly exports for an import.
fn exported(context: Context<'_>, source: &str, import: &ImportType<'_>) -> JsResult<Extern> {
    let agent = Agent::of(context);
    let record = agent.modules.find(source);
    let evaluated = record.as_ref().and_then(|record| record.evaluated.get());
    let found = evaluated.and_then(|evaluated| {
        agent.with_store(|store| evaluated.instance.get_export(store, import.name()))
    });
    found.ok_or_else(|| {
        let message = format!(
            "Import {:?} {:?}: the module has not been instantiated yet",
            import.module(),
            import.name()
        );
        ErrorClass::Link.throw(context, &message)
    })
}

/// A string literal.
fn quote(text: &str) -> String {
    let mut literal = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => literal.extend(['\\', character]),
            '\0'..='\x1f' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(literal, "\\u{:04x}", character as u32);
            }
            character => literal.push(character),
        }
    }
    literal.push('"');
    literal
}

/// What `import.meta` of a record has. It knows the record by its name, since what a record holds of JavaScript are roots.
struct Execute(String);

// SAFETY: it holds nothing of JavaScript.
unsafe impl Trace for Execute {}

impl Class for Execute {
    const NAME: &'static CStr = c"Function";
    const CALLABLE: bool = true;

    fn call<'js>(&self, call: &Call<'js>) -> JsResult<Value<'js>> {
        let context = call.context();
        match Agent::of(context).modules.find(&self.0) {
            Some(record) => record.execute(call.argument(0), &call.argument(1), call.argument(2)),
            None => Err(context.throw_load("the program has ended")),
        }
    }
}

/// Bindings of globals that can change, of one module.
struct LiveBindings {
    /// Which export it is, and the global.
    globals: Box<[(usize, Global)]>,
    /// What was last seen of them, as far as they are numbers.
    known: RefCell<Box<[Option<u64>]>>,
    /// The function of the module that sets the bindings.
    update: Held,
}

impl LiveBindings {
    fn refresh(&self, context: Context<'_>) -> JsResult<()> {
        let seen: Box<[Option<u64>]> = Agent::of(context).with_store(|store| {
            let mut scope = RootScope::new(store);
            let globals = self.globals.iter();
            globals
                .map(|(_, global)| bits(global.get(&mut scope)))
                .collect()
        });
        let is_known = seen.iter().all(Option::is_some) && seen == *self.known.borrow();
        if is_known {
            return Ok(());
        }
        self.known.replace(seen);
        let values = context.array([])?;
        for (index, global) in &self.globals {
            if let Some(value) = global::value(API, context, *global)? {
                values.define(Key::Index(*index as u32), value, Attributes::ALL)?;
            }
        }
        let update = self.update.get(context);
        update.call(&context.undefined(), &[values]).map(drop)
    }
}

/// The bits of a number.
fn bits(value: Val) -> Option<u64> {
    match value {
        Val::I32(value) => Some(u64::from(value.cast_unsigned())),
        Val::I64(value) => Some(value.cast_unsigned()),
        Val::F32(bits) => Some(u64::from(bits)),
        Val::F64(bits) => Some(bits),
        _ => None,
    }
}

/// `namespaceInstance(namespace)`.
pub(super) fn namespace_instance<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    const API: Api = Api("WebAssembly.namespaceInstance()");
    let context = call.context();
    let namespace = call.argument(0);
    let records = &Agent::of(context).modules.records;
    let found = records.borrow().values().find_map(|record| {
        let evaluated = record.evaluated.get()?;
        let is_it = evaluated.namespace.get(context).is_same(&namespace);
        is_it.then(|| evaluated.object.get(context))
    });
    found.ok_or_else(|| {
        let what = "Argument 0 must be the namespace of a WebAssembly module";
        API.type_error(context, what)
    })
}

#[cfg(test)]
mod tests {
    use super::quote;

    #[test]
    fn any_name_is_a_literal() {
        assert_eq!(quote("a b"), "\"a b\"");
        assert_eq!(
            quote("\"\\\n\u{2028}\0"),
            "\"\\\"\\\\\\u000a\\u2028\\u0000\""
        );
        assert_eq!(quote("ä😀"), "\"ä😀\"");
    }
}
