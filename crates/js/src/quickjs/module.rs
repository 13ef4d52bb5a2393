//! Modules: the host's part of loading them (§ 16.2.1.10 "HostLoadImportedModule").

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::{NonNull, null_mut};

use rquickjs::qjs;

use super::{Context, Core, JsResult, Key, Thrown, Value};
use crate::source_phase;

/// Who finds modules.
pub(crate) trait Loader {
    /// The name of the module that `specifier` means in the module `base`.
    fn resolve(&self, context: Context<'_>, base: &str, specifier: &str) -> JsResult<String>;

    /// The module of a name that [`Loader::resolve`] gave. `kind` is the import attribute `type`.
    fn load(&self, context: Context<'_>, name: &str, kind: Option<&str>) -> JsResult<ModuleSource>;

    /// Runs a [`ModuleSource::Synthetic`] and gives the values of its exports, in their order.
    fn evaluate<'js>(
        &self,
        context: Context<'js>,
        name: &str,
        exports: &[String],
    ) -> JsResult<Vec<Value<'js>>> {
        let _ = (name, exports);
        Err(context.throw_load("there are no modules of the host's own"))
    }

    /// The source of the module of a name that [`Loader::resolve`] gave ("GetModuleSource").
    fn source<'js>(&self, context: Context<'js>, name: &str) -> JsResult<Value<'js>>;

    /// Fills `import.meta` of a module.
    fn fill_meta(&self, meta: &Value<'_>, name: &str) -> JsResult<()>;
}

/// A script or module that is ready to run. It is no value that scripts may see.
pub(crate) struct Compiled<'js>(Value<'js>);

/// The text of a module.
pub(crate) enum ModuleSource {
    /// JavaScript.
    JavaScript(String),
    /// JSON, whose value is the default export.
    Json(String),
    /// Exports of these names, which [`Loader::evaluate`] makes.
    Synthetic(Vec<String>),
}

impl Core {
    /// Sets who finds modules, once.
    pub(crate) fn set_loader(&self, loader: Box<dyn Loader>) {
        assert!(self.loader.set(loader).is_ok(), "a runtime has one loader");
    }
}

/// Makes the runtime ask the core's loader.
pub(super) fn install(runtime: NonNull<qjs::JSRuntime>, core: *mut c_void) {
    // SAFETY: the core lives as long as the runtime.
    unsafe {
        qjs::JS_SetModuleLoaderFunc2(runtime.as_ptr(), Some(normalize), Some(load), None, core);
    }
}

impl<'js> Context<'js> {
    /// Compiles a module and those that it imports. [`Context::run`] evaluates it and gives a promise.
    pub(crate) fn compile_module(self, source: &str, name: &str) -> JsResult<Compiled<'js>> {
        self.module(source, name).map(Compiled)
    }

    /// Compiles a script.
    pub(crate) fn compile_script(self, source: &str, name: &str) -> JsResult<Compiled<'js>> {
        let flags = qjs::JS_EVAL_TYPE_GLOBAL | qjs::JS_EVAL_FLAG_COMPILE_ONLY;
        self.compile(source, name, flags).map(Compiled)
    }

    /// Runs what has been compiled.
    pub(crate) fn run(self, Compiled(code): Compiled<'js>) -> JsResult<Value<'js>> {
        // SAFETY: code of this realm, whose count is taken over.
        self.result(unsafe { qjs::JS_EvalFunction(self.as_ptr(), code.into_raw()) })
    }

    fn module(self, source: &str, name: &str) -> JsResult<Value<'js>> {
        let flags = qjs::JS_EVAL_TYPE_MODULE | qjs::JS_EVAL_FLAG_COMPILE_ONLY;
        let module = self.compile(source, name, flags)?;
        self.set_meta(&module, name)?;
        Ok(module)
    }

    /// Compiles a text, which may have source phase imports.
    fn compile(self, source: &str, name: &str, flags: u32) -> JsResult<Value<'js>> {
        let compiled = self.eval(source, name, flags);
        compiled.or_else(|thrown| match source_phase::rewrite(source) {
            None => Err(thrown),
            Some(source) => {
                drop(self.catch(thrown));
                self.eval(&source, name, flags)
            }
        })
    }

    fn set_meta(self, module: &Value<'js>, name: &str) -> JsResult<()> {
        let Some(loader) = self.core().loader.get() else {
            return Ok(());
        };
        // SAFETY: `module` is a module that has just been compiled, so there is a definition behind the pointer.
        let meta = unsafe {
            let definition = qjs::JS_VALUE_GET_PTR(module.raw()).cast::<qjs::JSModuleDef>();
            self.result(qjs::JS_GetImportMeta(self.as_ptr(), definition))?
        };
        loader.fill_meta(&meta, name)
    }

    /// Evaluates a module, and gives the promise of that and its namespace. Its name is nobody else's. `check` is called in between,
    /// when the modules that it imports are loaded, none of which may be in the midst of an evaluation.
    pub(crate) fn evaluate_module(
        self,
        source: &str,
        name: &str,
        check: impl FnOnce() -> JsResult<()>,
    ) -> JsResult<(Value<'js>, Value<'js>)> {
        let flags = qjs::JS_EVAL_TYPE_MODULE | qjs::JS_EVAL_FLAG_COMPILE_ONLY;
        let module = self.eval(source, name, flags)?;
        // SAFETY: `module` is a module; the context keeps its definition, also when the value is gone.
        let definition = unsafe { qjs::JS_VALUE_GET_PTR(module.raw()).cast::<qjs::JSModuleDef>() };
        check()?;
        let promise = self.run(Compiled(module))?;
        // SAFETY: as above.
        let namespace = unsafe { qjs::JS_GetModuleNamespace(self.as_ptr(), definition) };
        Ok((promise, self.result(namespace)?))
    }

    pub(crate) fn throw_load(self, message: &str) -> Thrown {
        self.throw_error(super::ErrorKind::Error, message)
    }
}

unsafe extern "C" fn normalize(
    context: *mut qjs::JSContext,
    base: *const c_char,
    specifier: *const c_char,
    core: *mut c_void,
) -> *mut c_char {
    // SAFETY: QuickJS's call: strings that end in NUL, and the core that `install` gave.
    unsafe {
        let context = Context::from_raw(NonNull::new_unchecked(context));
        let core = &*core.cast::<Core>();
        let base = CStr::from_ptr(base).to_string_lossy();
        let specifier = CStr::from_ptr(specifier).to_string_lossy();
        let resolved = guarded(context, || {
            let loader = find(core, context)?;
            match specifier.strip_prefix(source_phase::PREFIX) {
                None => loader.resolve(context, &base, &specifier),
                Some(specifier) => {
                    let name = loader.resolve(context, &base, specifier)?;
                    Ok(format!("{}{name}", source_phase::PREFIX))
                }
            }
        });
        match resolved.and_then(|name| {
            CString::new(name).map_err(|_| context.throw_load("a module's name contains a NUL"))
        }) {
            Ok(name) => qjs::js_strdup(context.as_ptr(), name.as_ptr()),
            Err(_thrown) => null_mut(),
        }
    }
}

unsafe extern "C" fn load(
    context: *mut qjs::JSContext,
    name: *const c_char,
    core: *mut c_void,
    attributes: qjs::JSValue,
) -> *mut qjs::JSModuleDef {
    // SAFETY: QuickJS's call, as above; the attributes are a live value.
    unsafe {
        let context = Context::from_raw(NonNull::new_unchecked(context));
        let core = &*core.cast::<Core>();
        let name = CStr::from_ptr(name).to_string_lossy();
        let attributes = Value::from_borrowed(context, attributes);
        let kind = match import_type(&attributes) {
            Ok(kind) => kind,
            Err(_thrown) => return null_mut(),
        };
        if let Some(of) = name.strip_prefix(source_phase::PREFIX) {
            let source = guarded(context, || find(core, context)?.source(context, of));
            let definition = source.and_then(|source| default_module(context, source, &name));
            return definition.unwrap_or(null_mut());
        }
        let source = guarded(context, || {
            find(core, context)?.load(context, &name, kind.as_deref())
        });
        let definition = source.and_then(|source| match source {
            ModuleSource::JavaScript(text) => {
                let module = context.module(&text, &name)?;
                // The context keeps modules; the value is one more count, given back here.
                Ok(qjs::JS_VALUE_GET_PTR(module.raw()).cast())
            }
            ModuleSource::Json(text) => {
                default_module(context, context.parse_json(&text, &name)?, &name)
            }
            ModuleSource::Synthetic(exports) => synthetic_module(context, &exports, &name),
        });
        definition.unwrap_or(null_mut())
    }
}

/// What `import` says of the module's type.
fn import_type(attributes: &Value<'_>) -> JsResult<Option<String>> {
    if !attributes.is_object() {
        return Ok(None);
    }
    let kind = attributes.get(Key::Name("type"))?;
    match kind.is_undefined() {
        true => Ok(None),
        false => kind.to_text().map(Some),
    }
}

fn find<'a>(core: &'a Core, context: Context<'_>) -> JsResult<&'a dyn Loader> {
    let loader = core.loader.get().map(|loader| &**loader);
    loader.ok_or_else(|| context.throw_load("there is no module loader"))
}

/// Runs the loader, which may panic.
fn guarded<T>(context: Context<'_>, ask: impl FnOnce() -> JsResult<T>) -> JsResult<T> {
    catch_unwind(AssertUnwindSafe(ask)).unwrap_or_else(|panic| {
        *context.core().panic.borrow_mut() = Some(panic);
        Err(context.throw_uncatchable("the module loader panicked"))
    })
}

/// A module whose default export is a value.
fn default_module<'js>(
    context: Context<'js>,
    value: Value<'js>,
    name: &str,
) -> JsResult<*mut qjs::JSModuleDef> {
    let name = CString::new(name).unwrap_or_default();
    // SAFETY: strings that end in NUL; the module takes over the count of the value.
    unsafe {
        let module = qjs::JS_NewCModule(context.as_ptr(), name.as_ptr(), Some(init_default));
        if module.is_null() {
            return Err(context.thrown());
        }
        qjs::JS_AddModuleExport(context.as_ptr(), module, c"default".as_ptr());
        qjs::JS_SetModulePrivateValue(context.as_ptr(), module, value.into_raw());
        Ok(module)
    }
}

unsafe extern "C" fn init_default(
    context: *mut qjs::JSContext,
    module: *mut qjs::JSModuleDef,
) -> c_int {
    // SAFETY: QuickJS's call for a module that `default_module` made.
    unsafe {
        let value = qjs::JS_GetModulePrivateValue(context, module);
        qjs::JS_SetModuleExport(context, module, c"default".as_ptr(), value)
    }
}

/// A module whose exports the loader makes when it is evaluated. The names are kept as its private value.
fn synthetic_module(
    context: Context<'_>,
    exports: &[String],
    name: &str,
) -> JsResult<*mut qjs::JSModuleDef> {
    let names = exports.iter().map(|name| context.string(name));
    let names = context.array(names.collect::<JsResult<Vec<_>>>()?)?;
    let name = CString::new(name).unwrap_or_default();
    // SAFETY: strings that end in NUL; the module takes over the count of the names.
    unsafe {
        let module = qjs::JS_NewCModule(context.as_ptr(), name.as_ptr(), Some(init_synthetic));
        if module.is_null() {
            return Err(context.thrown());
        }
        for export in exports
            .iter()
            .filter_map(|export| CString::new(&**export).ok())
        {
            qjs::JS_AddModuleExport(context.as_ptr(), module, export.as_ptr());
        }
        qjs::JS_SetModulePrivateValue(context.as_ptr(), module, names.into_raw());
        Ok(module)
    }
}

unsafe extern "C" fn init_synthetic(
    context: *mut qjs::JSContext,
    module: *mut qjs::JSModuleDef,
) -> c_int {
    // SAFETY: QuickJS's call for a module that `synthetic_module` made.
    let (context, name, names) = unsafe {
        let context = Context::from_raw(NonNull::new_unchecked(context));
        let atom = qjs::JS_GetModuleName(context.as_ptr(), module);
        let name = context.result(qjs::JS_AtomToValue(context.as_ptr(), atom));
        qjs::JS_FreeAtom(context.as_ptr(), atom);
        let names = qjs::JS_GetModulePrivateValue(context.as_ptr(), module);
        (context, name, Value::from_raw(context, names))
    };
    let evaluated = guarded(context, || {
        let exports = texts(&names)?;
        let loader = find(context.core(), context)?;
        let values = loader.evaluate(context, &name?.to_text()?, &exports)?;
        Ok((exports, values))
    });
    let Ok((exports, values)) = evaluated else {
        return -1;
    };
    for (export, value) in exports.into_iter().zip(values) {
        if let Ok(export) = CString::new(export) {
            // SAFETY: a module of this context, which takes over the count of the value.
            unsafe {
                qjs::JS_SetModuleExport(
                    context.as_ptr(),
                    module,
                    export.as_ptr(),
                    value.into_raw(),
                );
            }
        }
    }
    0
}

/// The texts of an array of ours.
fn texts(array: &Value<'_>) -> JsResult<Vec<String>> {
    let length = array.get(Key::Name("length"))?.to_number()? as u32;
    (0..length)
        .map(|index| array.get(Key::Index(index))?.to_text())
        .collect()
}
