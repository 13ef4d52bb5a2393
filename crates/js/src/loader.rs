//! Files as scripts and modules.
//!
//! A module's name is the absolute path of its file; specifiers are paths relative to it, absolute paths, or `file:` URLs. Modules that are
//! in no file are those of `inline`.

use std::path::{Path, PathBuf};

use crate::access::Access;
use crate::agent::Agent;
use crate::inline;
use crate::quickjs::{Attributes, Context, ErrorKind, JsResult, Key, Loader, ModuleSource, Value};
use crate::webassembly::is_wasm;

/// Loads modules from files that scripts may read.
pub(crate) struct FileLoader;

impl Loader for FileLoader {
    fn resolve(&self, context: Context<'_>, base: &str, specifier: &str) -> JsResult<String> {
        resolve(base, specifier).map_err(|message| context.throw_load(&message))
    }

    fn load(&self, context: Context<'_>, name: &str, kind: Option<&str>) -> JsResult<ModuleSource> {
        if inline::is_one(name) {
            return inline::load(name, kind).map_err(|message| context.throw_type(&message));
        }
        if is_wasm(name) {
            return load_wasm(context, self, name, kind);
        }
        let text = read_text(&Agent::of(context).setup.access, Path::new(name));
        let text = text.map_err(|message| context.throw_load(&message))?;
        match kind {
            Some("json") => Ok(ModuleSource::Json(text)),
            None => Ok(ModuleSource::JavaScript(text)),
            Some(kind) => {
                let message = format!("modules of type '{kind}' are not supported");
                Err(context.throw_load(&message))
            }
        }
    }

    fn source<'js>(&self, context: Context<'js>, name: &str) -> JsResult<Value<'js>> {
        source_of(context, self, name)
    }

    fn fill_meta(&self, meta: &Value<'_>, name: &str) -> JsResult<()> {
        if Agent::of(meta.context()).modules.fill_meta(meta, name)? {
            return Ok(());
        }
        let url = meta.context().string(&file_url(name))?;
        meta.define(Key::Name("url"), url, Attributes::ALL)
    }
}

/// The module of WebAssembly in a file, whose imports are what `loader` finds.
pub(crate) fn load_wasm(
    context: Context<'_>,
    loader: &dyn Loader,
    name: &str,
    kind: Option<&str>,
) -> JsResult<ModuleSource> {
    if let Some(kind) = kind {
        let message = format!("{name} is a module of WebAssembly, and not of type '{kind}'");
        return Err(context.throw_load(&message));
    }
    let text = Agent::of(context).modules.load(context, loader, name)?;
    Ok(ModuleSource::JavaScript(text))
}

/// The source of a module, which those of WebAssembly have.
pub(crate) fn source_of<'js>(
    context: Context<'js>,
    loader: &dyn Loader,
    name: &str,
) -> JsResult<Value<'js>> {
    if is_wasm(name) {
        return Agent::of(context).modules.source(context, loader, name);
    }
    let url = file_url(name);
    let message = format!("Source phase import object is not defined for module '{url}'");
    Err(context.throw_error(ErrorKind::Syntax, &message))
}

/// The path of the module that `specifier` means in the module `base`.
fn resolve(base: &str, specifier: &str) -> Result<String, String> {
    if let Some(path) = path_of_url(specifier) {
        return Ok(normal(&path));
    }
    if let Some(name) = inline::resolve(specifier) {
        return Ok(name);
    }
    if inline::is_one(base) {
        return Err(unhierarchical(base, specifier));
    }
    if specifier.starts_with('/') {
        return Ok(normal(Path::new(specifier)));
    }
    if specifier.starts_with("./") || specifier.starts_with("../") {
        let folder = Path::new(base).parent().unwrap_or(Path::new("/"));
        return Ok(normal(&folder.join(specifier)));
    }
    Err(format!(
        "Cannot find module '{specifier}' imported from {base}: begin it with './', '../' or '/' to name a file, or run the program with `--as node`"
    ))
}

/// What is wrong with a path in a module that is in no folder.
pub(crate) fn unhierarchical(base: &str, specifier: &str) -> String {
    format!(
        "Failed to resolve module specifier \"{specifier}\" from \"{base}\": Invalid relative URL or base scheme is not hierarchical."
    )
}

/// The path that a `file:` URL names.
pub(crate) fn path_of_url(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("file://")?;
    Some(unescape(path).into())
}

/// The URL of a script or module by its name: a path, unless it is a URL itself.
pub(crate) fn file_url(name: &str) -> String {
    match name.starts_with('/') {
        true => url_of(name),
        false => name.to_owned(),
    }
}

/// The URL of the file with this absolute path.
pub(crate) fn url_of(path: &str) -> String {
    format!("file://{}", escape(path))
}

/// The name that the file has as a script or module.
pub(crate) fn name_of(path: &Path) -> String {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    normal(&absolute)
}

/// Reads a text, which is UTF-8 with U+FFFD for what is not, and without its byte order mark.
pub(crate) fn read_text(access: &Access, path: &Path) -> Result<String, String> {
    let bytes = access.read(path);
    let bytes = bytes.map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    Ok(String::from_utf8_lossy(bytes).into_owned())
}

/// A path without `.` and `..`.
fn normal(path: &Path) -> String {
    let mut parts = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.to_string_lossy().into_owned()
}

/// A path as it is in a URL.
fn escape(path: &str) -> String {
    let mut url = String::new();
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => url.push(byte as char),
            b'/' | b'-' | b'.' | b'_' | b'~' | b'@' | b':' | b'+' | b'=' | b',' => {
                url.push(byte as char);
            }
            byte => url.push_str(&format!("%{byte:02X}")),
        }
    }
    url
}

/// The path that a URL's is.
pub(crate) fn unescape(path: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = path.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        let escaped = tail.get(..2).filter(|_| *first == b'%');
        let escaped = escaped.and_then(|digits| std::str::from_utf8(digits).ok());
        match escaped.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => bytes.push(*first),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specifiers_are_paths_of_files() {
        let resolve = |specifier| resolve("/a/b/c.mjs", specifier);
        assert_eq!(resolve("./d.mjs").unwrap(), "/a/b/d.mjs");
        assert_eq!(resolve("../../../d.mjs").unwrap(), "/d.mjs");
        assert_eq!(resolve("/x/./y.mjs").unwrap(), "/x/y.mjs");
        assert_eq!(resolve("file:///x%20y.mjs").unwrap(), "/x y.mjs");
        assert!(resolve("fs").is_err());
    }

    #[test]
    fn urls_are_escaped_and_back() {
        let url = url_of("/a b/ä%.mjs");
        assert_eq!(url, "file:///a%20b/%C3%A4%25.mjs");
        assert_eq!(unescape("/a%20b/%C3%A4%25.mjs%"), "/a b/ä%.mjs%");
    }
}
