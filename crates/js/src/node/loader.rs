//! [`NodeLoader`]: modules by Node's rules. CommonJS modules and builtins are ES modules whose exports are made when they run.

use std::path::{Path, PathBuf};

use crate::inline;
use crate::library;
use crate::loader::{self, FileLoader};
use crate::quickjs::{Context, ErrorKind, JsResult, Key, Loader, ModuleSource, Value};
use crate::webassembly::is_wasm;

use super::resolution::{Format, Kind, Resolved};
use super::{Node, builtins, module};

/// Loads modules by Node's rules.
pub(crate) struct NodeLoader;

impl Loader for NodeLoader {
    fn resolve(&self, context: Context<'_>, base: &str, specifier: &str) -> JsResult<String> {
        let node = Node::of(context);
        if let Some(name) = inline::resolve(specifier).filter(|name| name.starts_with("data:")) {
            node.graph.note_import(base, &name);
            return Ok(name);
        }
        if inline::is_one(base)
            && !specifier.starts_with("node:")
            && builtins::find(specifier).is_none()
        {
            let code = "ERR_UNSUPPORTED_RESOLVE_REQUEST";
            let message = loader::unhierarchical(base, specifier);
            return Err(super::errors::throw_coded(
                context,
                ErrorKind::Type,
                code,
                &message,
            ));
        }
        let path = match base.starts_with('/') {
            true => PathBuf::from(base),
            // What was evaluated by another name is of the folder that the program runs in.
            false => std::path::absolute(base).unwrap_or_default(),
        };
        let name = match node.resolver.resolve(specifier, &path, Kind::Import) {
            Ok(Resolved::Builtin(name)) => format!("node:{name}"),
            Ok(Resolved::File(path)) => path.to_string_lossy().into_owned(),
            Err(fault) => return Err(module::throw(context, &fault)),
        };
        node.graph.note_import(base, &name);
        Ok(name)
    }

    fn load(&self, context: Context<'_>, name: &str, kind: Option<&str>) -> JsResult<ModuleSource> {
        if name.starts_with("node:") {
            return Ok(ModuleSource::Synthetic(builtin_names(context, name)?));
        }
        let path = Path::new(name);
        let node = Node::of(context);
        if inline::is_one(name) {
            node.graph.note_module(name);
            return FileLoader.load(context, name, kind);
        }
        let format = node.resolver.format(path);
        let format = format.map_err(|fault| module::throw(context, &fault))?;
        match (format, kind) {
            (Format::Json, None) => {
                let message = format!(
                    "Module \"{}\" needs an import attribute of \"type: json\"",
                    loader::url_of(name)
                );
                let code = "ERR_IMPORT_ATTRIBUTE_MISSING";
                Err(super::errors::throw_coded(
                    context,
                    ErrorKind::Type,
                    code,
                    &message,
                ))
            }
            (Format::Wasm, kind) => loader::load_wasm(context, self, name, kind),
            (Format::Addon, _) => {
                let message = format!("Unknown file extension \".node\" for {name}");
                let code = "ERR_UNKNOWN_FILE_EXTENSION";
                Err(super::errors::throw_coded(
                    context,
                    ErrorKind::Type,
                    code,
                    &message,
                ))
            }
            (Format::CommonJs | Format::Ambiguous, None) => match module::read_file(context, path)?
            {
                (Format::Module, text) => {
                    node.graph.note_module(name);
                    Ok(ModuleSource::JavaScript(text))
                }
                (_, text) => {
                    let mut names = module::export_names(context, path, &text);
                    names.extend(["default".to_owned(), "module.exports".to_owned()]);
                    Ok(ModuleSource::Synthetic(names))
                }
            },
            _ => {
                node.graph.note_module(name);
                FileLoader.load(context, name, kind)
            }
        }
    }

    fn evaluate<'js>(
        &self,
        context: Context<'js>,
        name: &str,
        exports: &[String],
    ) -> JsResult<Vec<Value<'js>>> {
        Node::of(context).graph.note_reached(name);
        let is_builtin = name.starts_with("node:");
        let values = match is_builtin {
            true => library::exports(context, name)?,
            false => module::import(context, name, exports)?,
        };
        let export = |export: &String| match export == "default" && is_builtin {
            true => Ok(values.clone()),
            false => values.get(Key::Name(export)),
        };
        exports.iter().map(export).collect()
    }

    fn source<'js>(&self, context: Context<'js>, name: &str) -> JsResult<Value<'js>> {
        loader::source_of(context, self, name)
    }

    fn fill_meta(&self, meta: &Value<'_>, name: &str) -> JsResult<()> {
        FileLoader.fill_meta(meta, name)?;
        match is_wasm(name) || inline::is_one(name) {
            true => Ok(()),
            false => module::fill_meta(meta, name),
        }
    }
}

/// The names that a builtin exports, with itself as the default.
fn builtin_names(context: Context<'_>, name: &str) -> JsResult<Vec<String>> {
    let exports = library::exports(context, name)?;
    let keys = exports.own_keys(false)?;
    let names = keys
        .iter()
        .map(Value::to_text)
        .collect::<JsResult<Vec<_>>>()?;
    let mut names: Vec<String> = names.into_iter().filter(|name| name != "default").collect();
    names.push("default".to_owned());
    Ok(names)
}

/// Runs the program's file: what it gives is the promise of an ES module, or nothing.
pub(crate) fn run_main<'js>(context: Context<'js>, path: &Path) -> JsResult<Option<Value<'js>>> {
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    super::set_main(context, &path);
    let (format, text) = module::read_file(context, &path)?;
    let name = path.to_string_lossy();
    match format {
        Format::Module => run_module(context, &text, &name).map(Some),
        Format::Wasm => Err(context.throw_type("a module of wasm is no script")),
        _ => module::run_main(context, &path).map(|()| None),
    }
}

/// Runs the text of an ES module of this name, and gives the promise of that.
pub(super) fn run_module<'js>(
    context: Context<'js>,
    text: &str,
    name: &str,
) -> JsResult<Value<'js>> {
    let graph = &Node::of(context).graph;
    graph.note_module(name);
    graph.begin(name);
    let promise = context
        .compile_module(text, name)
        .and_then(|code| context.run(code));
    graph.end(module::has_failed(promise.as_ref().ok()));
    promise
}
