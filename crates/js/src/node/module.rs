//! What `node:module` and `node:vm` leave to Rust: finding, reading, compiling.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::access::Access;
use crate::agent::Agent;
use crate::library::{self, native};
use crate::loader;
use crate::quickjs::{Call, Context, ErrorKind, Held, JsResult, Key, PromiseState, Thrown, Value};

use super::resolution::{Fault, Format, Kind, Resolved, Resolver};
use super::{Node, builtins, commonjs, errors, inspect, loader as modules};

/// Functions of `node:module`.
pub(super) struct ModuleHooks {
    /// `importCommonJs(path, names)`: the exports of a CommonJS module, as an ES module sees them.
    import: Held,
    /// `fillMeta(meta, path)`.
    meta: Held,
    /// `runText(source, name)`.
    run_text: Held,
}

pub(super) fn natives(natives: &Value<'_>) -> JsResult<()> {
    native(natives, "builtins", |call| {
        let context = call.context();
        let names = builtins::all().map(|name| context.string(name));
        context.array(names.collect::<JsResult<Vec<_>>>()?)
    })?;
    native(natives, "resolve", |call| {
        let context = call.context();
        match resolve_call(call, Kind::Require)? {
            Ok(resolved) => context.string(&name_of(&resolved)),
            Err(fault) => Err(throw(context, &fault)),
        }
    })?;
    native(natives, "resolveUrl", resolve_url)?;
    native(natives, "pathOfUrl", |call| {
        let url = call.argument(0).to_text()?;
        let path = loader::path_of_url(&url).unwrap_or_default();
        call.context().string(&path.to_string_lossy())
    })?;
    native(natives, "modulePaths", module_paths)?;
    native(natives, "read", read)?;
    native(natives, "runModule", run_module)?;
    native(natives, "promiseState", inspect::promise_state)?;
    native(natives, "isMain", |call| {
        let path = PathBuf::from(call.argument(0).to_text()?);
        let context = call.context();
        Ok(context.boolean(*Node::of(context).main.borrow() == path))
    })?;
    native(natives, "keep", |call| {
        let hooks = ModuleHooks {
            import: call.argument(0).hold(),
            meta: call.argument(1).hold(),
            run_text: call.argument(2).hold(),
        };
        Node::of(call.context())
            .module_hooks
            .replace(Some(Rc::new(hooks)));
        Ok(call.context().undefined())
    })?;
    run_natives(natives)
}

pub(super) fn vm_natives(natives: &Value<'_>) -> JsResult<()> {
    run_natives(natives)?;
    native(natives, "checkScript", |call| {
        let (source, name) = (call.argument(0).to_text()?, call.argument(1).to_text()?);
        call.context().compile_script(&source, &name)?;
        Ok(call.context().undefined())
    })
}

fn run_natives(natives: &Value<'_>) -> JsResult<()> {
    native(natives, "runScript", |call| {
        let (source, name) = (call.argument(0).to_text()?, call.argument(1).to_text()?);
        call.context().eval_script(&source, &name)
    })
}

/// What a module is known by: `node:` and the name of a builtin, or a path.
fn name_of(resolved: &Resolved) -> String {
    match resolved {
        Resolved::Builtin(name) => (*name).to_owned(),
        Resolved::File(path) => path.to_string_lossy().into_owned(),
    }
}

/// Resolves the specifier that is the first argument, for the file that is the second.
fn resolve_call(call: &Call<'_>, kind: Kind) -> JsResult<Result<Resolved, Fault>> {
    let (specifier, parent) = (call.argument(0).to_text()?, call.argument(1).to_text()?);
    let resolver = &Node::of(call.context()).resolver;
    Ok(resolver.resolve(&specifier, Path::new(&parent), kind))
}

/// `resolveUrl(specifier, parent)`, which need not be of a file that is there.
fn resolve_url<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let path = match resolve_call(call, Kind::Import)? {
        Ok(Resolved::Builtin(name)) => return context.string(&format!("node:{name}")),
        Ok(Resolved::File(path)) => path,
        Err(fault) => match fault.path {
            Some(path) => path,
            None => return Err(throw(context, &fault)),
        },
    };
    context.string(&loader::url_of(&path.to_string_lossy()))
}

/// Throws why a module was not found.
pub(super) fn throw(context: Context<'_>, fault: &Fault) -> Thrown {
    let kind = match fault.code {
        "ERR_INVALID_MODULE_SPECIFIER" | "ERR_PACKAGE_IMPORT_NOT_DEFINED" => ErrorKind::Type,
        _ => ErrorKind::Error,
    };
    errors::throw_coded(context, kind, fault.code, &fault.message)
}

/// `modulePaths(folder)`.
fn module_paths<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let folder = PathBuf::from(call.argument(0).to_text()?);
    let paths = Resolver::node_modules(&folder);
    let paths = paths.map(|path| context.string(&path.to_string_lossy()));
    context.array(paths.collect::<JsResult<Vec<_>>>()?)
}

/// `read(path)`: whether a file is a "module" or "commonjs", and its text.
fn read<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let path = PathBuf::from(call.argument(0).to_text()?);
    let (format, text) = read_file(context, &path)?;
    let format = match format {
        Format::Module => "module",
        _ => "commonjs",
    };
    context.array([context.string(format)?, context.string(&text)?])
}

/// The text of a file, and what it is; where nothing else says so its syntax decides.
pub(super) fn read_file(context: Context<'_>, path: &Path) -> JsResult<(Format, String)> {
    let node = Node::of(context);
    let format = node
        .resolver
        .format(path)
        .map_err(|fault| throw(context, &fault))?;
    let text = read_text(context, path);
    let text = text.map_err(|message| context.throw_error(ErrorKind::Error, &message))?;
    let format = match format {
        Format::Ambiguous if commonjs::look(&text).is_module => Format::Module,
        Format::Ambiguous => Format::CommonJs,
        format => format,
    };
    Ok((format, text))
}

/// Reads a module.
fn read_text(context: Context<'_>, path: &Path) -> Result<String, String> {
    match *Node::of(context).resolver.granted.borrow() == path {
        true => loader::read_text(&Access::default(), path),
        false => loader::read_text(&Agent::of(context).setup.access, path),
    }
}

/// `runModule(source, name, required, parent)`: the promise of its evaluation, and its namespace. It is there for `required`.
fn run_module<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    let context = call.context();
    let (source, name) = (call.argument(0).to_text()?, call.argument(1).to_text()?);
    let graph = &Node::of(context).graph;
    graph.note_module(&name);
    graph.begin(&name);
    let evaluated = context.evaluate_module(&source, &name, || match graph.has_cycle() {
        true => Err(throw_cycle(call)),
        false => Ok(()),
    });
    let promise = evaluated.as_ref().ok().map(|(promise, _)| promise);
    graph.end(has_failed(promise));
    let (promise, namespace) = evaluated?;
    context.array([promise, namespace])
}

fn throw_cycle(call: &Call<'_>) -> Thrown {
    let text = |index| call.argument(index).to_text().unwrap_or_default();
    let from = match text(3) {
        parent if parent.is_empty() => parent,
        parent => format!(" (from {parent})"),
    };
    let message = format!(
        "Cannot require() ES Module {} in a cycle.{from} A cycle involving require(esm) is not allowed to maintain invariants mandated by the ECMAScript specification. Try making at least part of the dependency in the graph lazily loaded.",
        text(2)
    );
    let code = "ERR_REQUIRE_CYCLE_MODULE";
    errors::throw_coded(call.context(), ErrorKind::Error, code, &message)
}

/// Whether an evaluation has failed before its end.
pub(super) fn has_failed(promise: Option<&Value<'_>>) -> bool {
    let state = promise.and_then(Value::promise_state);
    !matches!(
        state,
        Some((PromiseState::Pending | PromiseState::Fulfilled, _))
    )
}

/// The names that a CommonJS module exports, with those of modules that it passes on.
pub(super) fn export_names(context: Context<'_>, path: &Path, text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut seen_paths = vec![path.to_owned()];
    add_names(context, path, text, &mut names, &mut seen_paths);
    names.retain(|name| name != "default" && name != "module.exports");
    names
}

fn add_names(
    context: Context<'_>,
    path: &Path,
    text: &str,
    names: &mut Vec<String>,
    done: &mut Vec<PathBuf>,
) {
    let seen = commonjs::look(text);
    for name in seen.exports {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    for specifier in seen.reexports {
        let resolver = &Node::of(context).resolver;
        let Ok(Resolved::File(target)) = resolver.resolve(&specifier, path, Kind::Require) else {
            continue;
        };
        let is_javascript = target
            .extension()
            .is_some_and(|it| it == "js" || it == "cjs");
        if is_javascript
            && !done.contains(&target)
            && let Ok(text) = read_text(context, &target)
        {
            done.push(target.clone());
            add_names(context, &target, &text, names, done);
        }
    }
}

/// The exports of a CommonJS module, by their names. It runs if it has not yet.
pub(super) fn import<'js>(
    context: Context<'js>,
    path: &str,
    names: &[String],
) -> JsResult<Value<'js>> {
    let hooks = hooks(context)?;
    let list = names.iter().map(|name| context.string(name));
    let list = context.array(list.collect::<JsResult<Vec<_>>>()?)?;
    let arguments = [context.string(path)?, list];
    hooks
        .import
        .get(context)
        .call(&context.undefined(), &arguments)
}

/// Puts what Node has there into `import.meta`.
pub(super) fn fill_meta(meta: &Value<'_>, path: &str) -> JsResult<()> {
    let context = meta.context();
    let hooks = hooks(context)?;
    let arguments = [meta.clone(), context.string(path)?];
    hooks
        .meta
        .get(context)
        .call(&context.undefined(), &arguments)
        .map(drop)
}

/// Runs the program's file as a CommonJS module.
pub(super) fn run_main(context: Context<'_>, path: &Path) -> JsResult<()> {
    let module = library::exports(context, "node:module")?;
    let run = module.get(Key::Name("runMain"))?;
    let path = context.string(&path.to_string_lossy())?;
    run.call(&module, &[path]).map(drop)
}

/// Runs a text that is no file; of an ES module it gives the promise.
pub(super) fn run_text<'js>(
    context: Context<'js>,
    text: &str,
    name: &str,
) -> JsResult<Option<Value<'js>>> {
    if commonjs::look(text).is_module {
        return modules::run_module(context, text, name).map(Some);
    }
    let hooks = hooks(context)?;
    let arguments = [context.string(text)?, context.string(name)?];
    let run = hooks.run_text.get(context);
    run.call(&context.undefined(), &arguments).map(|_| None)
}

fn hooks(context: Context<'_>) -> JsResult<Rc<ModuleHooks>> {
    library::exports(context, "node:module")?;
    let hooks = Node::of(context).module_hooks.borrow().clone();
    hooks.ok_or_else(|| context.throw_load("the program has ended"))
}
