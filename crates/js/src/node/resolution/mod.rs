//! Which file a specifier means: Node's two algorithms ("Resolution Algorithm Specification" of its documentation of ES modules,
//! and "All together" of that of CommonJS modules).
//!
//! `import` takes a specifier as a URL and guesses nothing; `require` tries endings and folders. Both look for packages in
//! the same `node_modules`, and there `exports` has the same say.

mod json;
mod package;

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;

use package::{Package, Target, Type};
use url::Url;

use super::builtins;
use crate::access::Access;
use crate::loader;

/// How a module is asked for.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Import,
    Require,
}

impl Kind {
    /// The conditions of `exports` that hold. Addons are not for us, as for Node with `--no-addons`.
    fn conditions(self) -> [&'static str; 3] {
        match self {
            Self::Import => ["node", "import", "module-sync"],
            Self::Require => ["node", "require", "module-sync"],
        }
    }
}

/// What a specifier means.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Resolved {
    /// A module of ours, by its name without `node:`.
    Builtin(&'static str),
    /// A file, by its path without links.
    File(PathBuf),
}

/// What a file is to be read as.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Format {
    Module,
    CommonJs,
    Json,
    Wasm,
    /// JavaScript of a package that does not say of which kind.
    Ambiguous,
    /// Native code for Node.
    Addon,
}

/// Why a module is not found, as Node says it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Fault {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    /// The path that was looked for, where only that is missing.
    pub(crate) path: Option<PathBuf>,
}

impl Fault {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            path: None,
        }
    }
}

/// Finds files, and remembers the packages that it has seen.
#[derive(Default)]
pub(crate) struct Resolver {
    /// What may be read, and so be known to be there.
    access: Access,
    /// What whoever started the program lets it read in any case: its first file.
    pub(crate) granted: RefCell<PathBuf>,
    packages: RefCell<HashMap<PathBuf, Option<Rc<Package>>>>,
}

impl Resolver {
    /// One for a program with this access.
    pub(crate) fn new(access: Access) -> Self {
        Self {
            access,
            ..Self::default()
        }
    }

    /// What `specifier` means in the file `parent`.
    pub(crate) fn resolve(
        &self,
        specifier: &str,
        parent: &Path,
        kind: Kind,
    ) -> Result<Resolved, Fault> {
        if let Some(name) = specifier.strip_prefix("node:") {
            return builtins::find(name).map(Resolved::Builtin).ok_or_else(|| {
                let message = format!("No such built-in module: {specifier}");
                Fault::new("ERR_UNKNOWN_BUILTIN_MODULE", message)
            });
        }
        if let Some(name) = builtins::find(specifier) {
            return Ok(Resolved::Builtin(name));
        }
        let asked = Asked {
            specifier,
            parent,
            kind,
        };
        let folder = parent.parent().unwrap_or(Path::new("/"));
        let path = match kind {
            Kind::Import if specifier.starts_with("file:") => {
                loader::path_of_url(specifier).ok_or_else(|| asked.not_found())?
            }
            Kind::Import if is_path(specifier) => {
                let decoded = loader::unescape(specifier);
                folder.join(decoded)
            }
            Kind::Require if is_path(specifier) => {
                let path = self.known(folder.join(specifier))?;
                let is_folder = specifier.ends_with('/')
                    || matches!(specifier, "." | "..")
                    || specifier.ends_with("/.")
                    || specifier.ends_with("/..");
                let found = match is_folder {
                    true => None,
                    false => self.as_file(&path),
                };
                let found = match found {
                    None => self.as_folder(&path)?,
                    found => found,
                };
                return found.map(real).ok_or_else(|| asked.not_found());
            }
            _ if specifier.starts_with('#') => return self.private(&asked),
            Kind::Import if let Ok(url) = Url::parse(specifier) => {
                return Err(unsupported_scheme(&url));
            }
            _ => return self.bare(&asked),
        };
        self.existing(&asked, &path)
    }

    /// A path that a specifier spells out, which the program has to be allowed to read.
    fn known(&self, path: PathBuf) -> Result<PathBuf, Fault> {
        match self.access.reading(&path) {
            Err(error) if *self.granted.borrow() != path => {
                let fault = Fault::new("EACCES", error.to_string());
                Err(Fault {
                    path: Some(normal(&path)),
                    ..fault
                })
            }
            _ => Ok(path),
        }
    }

    /// Whether there is a file. One that the program may not read is not there for it.
    fn is_file(&self, path: &Path) -> bool {
        let real = self.access.reading(path);
        real.is_ok_and(|path| path.is_file()) || *self.granted.borrow() == path
    }

    /// The same for a folder.
    fn is_folder(&self, path: &Path) -> bool {
        self.access.reading(path).is_ok_and(|path| path.is_dir())
    }

    /// The folders in which a package that `folder` asks for may be.
    pub(crate) fn node_modules(folder: &Path) -> impl Iterator<Item = PathBuf> {
        folder
            .ancestors()
            .filter(|folder| folder.file_name().is_none_or(|name| name != "node_modules"))
            .map(|folder| folder.join("node_modules"))
    }

    /// What a file is, by its ending and its package.
    pub(crate) fn format(&self, path: &Path) -> Result<Format, Fault> {
        let ending = path.extension().and_then(|ending| ending.to_str());
        Ok(match ending {
            Some("mjs") => Format::Module,
            Some("cjs") => Format::CommonJs,
            Some("json") => Format::Json,
            Some("wasm") => Format::Wasm,
            Some("node") => Format::Addon,
            _ => match self.scope(path)?.map(|package| package.ty()) {
                Some(Type::Module) => Format::Module,
                Some(Type::CommonJs) => Format::CommonJs,
                Some(Type::Unsaid) | None => Format::Ambiguous,
            },
        })
    }

    /// Whether the package of a file says of which type it is.
    pub(crate) fn has_type(&self, path: &Path) -> bool {
        let package = self.scope(path).ok().flatten();
        package.is_some_and(|package| package.ty() != Type::Unsaid)
    }

    /// The package that a file belongs to: the nearest `package.json` above, up to a `node_modules`.
    fn scope(&self, path: &Path) -> Result<Option<Rc<Package>>, Fault> {
        for folder in path.ancestors().skip(1) {
            if folder
                .file_name()
                .is_some_and(|name| name == "node_modules")
            {
                return Ok(None);
            }
            if let Some(package) = self.package(folder)? {
                return Ok(Some(package));
            }
        }
        Ok(None)
    }

    fn package(&self, folder: &Path) -> Result<Option<Rc<Package>>, Fault> {
        if let Some(known) = self.packages.borrow().get(folder) {
            return Ok(known.clone());
        }
        let package = Package::read(&self.access, folder)?.map(Rc::new);
        self.packages
            .borrow_mut()
            .insert(folder.to_owned(), package.clone());
        Ok(package)
    }

    /// A specifier that begins with `#`: PACKAGE_IMPORTS_RESOLVE.
    fn private(&self, asked: &Asked<'_>) -> Result<Resolved, Fault> {
        let package = self.scope(asked.parent)?;
        let target = match &package {
            Some(package) if asked.specifier.len() > 1 => {
                package.imports(asked.specifier, asked.kind)?
            }
            _ => None,
        };
        match (target, package) {
            (Some(Target::File(path)), _) => self.existing(asked, &path),
            (Some(Target::Specifier(name)), Some(package)) => {
                self.resolve(&name, &package.folder.join("package.json"), asked.kind)
            }
            _ => {
                let message = format!(
                    "Package import specifier \"{}\" is not defined imported from {}",
                    asked.specifier,
                    asked.parent.display()
                );
                Err(Fault::new("ERR_PACKAGE_IMPORT_NOT_DEFINED", message))
            }
        }
    }

    /// The name of a package, perhaps with a path in it: PACKAGE_RESOLVE, LOAD_PACKAGE_SELF and LOAD_NODE_MODULES.
    fn bare(&self, asked: &Asked<'_>) -> Result<Resolved, Fault> {
        let (name, subpath) = split(asked.specifier).ok_or_else(|| asked.invalid())?;
        if let Some(package) = self.scope(asked.parent)?
            && package.has_exports()
            && package.name() == Some(name)
        {
            return self.existing(asked, &package.exports(&subpath, asked.kind)?);
        }
        let folder = asked.parent.parent().unwrap_or(Path::new("/"));
        for modules in Self::node_modules(folder) {
            let folder = modules.join(name);
            let package = self.package(&folder)?;
            if let Some(package) = package.filter(|package| package.has_exports()) {
                return self.existing(asked, &package.exports(&subpath, asked.kind)?);
            }
            let path = folder.join(subpath.strip_prefix("./").unwrap_or_default());
            match asked.kind {
                Kind::Require => {
                    let found = match self
                        .as_file(&path)
                        .filter(|_| !asked.specifier.ends_with('/'))
                    {
                        None => self.as_folder(&path)?,
                        found => found,
                    };
                    if let Some(found) = found {
                        return Ok(real(found));
                    }
                }
                Kind::Import if self.is_folder(&folder) => {
                    return match subpath.as_str() {
                        "." => self
                            .as_folder(&folder)?
                            .map(real)
                            .ok_or_else(|| asked.not_found()),
                        _ => self.existing(asked, &path),
                    };
                }
                Kind::Import => {}
            }
        }
        Err(asked.not_found())
    }

    /// LOAD_AS_DIRECTORY, and LEGACY_MAIN_RESOLVE, which finds the same.
    fn as_folder(&self, folder: &Path) -> Result<Option<PathBuf>, Fault> {
        if !self.is_folder(folder) {
            return Ok(None);
        }
        if let Some(main) = self
            .package(folder)?
            .and_then(|it| it.main().map(str::to_owned))
        {
            let path = folder.join(main);
            let found = self.as_file(&path).or_else(|| self.as_index(&path));
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(self.as_index(folder))
    }

    /// LOAD_AS_FILE.
    fn as_file(&self, path: &Path) -> Option<PathBuf> {
        let with = |ending: &str| {
            let mut name = path.as_os_str().to_owned();
            name.push(ending);
            PathBuf::from(name)
        };
        ["", ".js", ".json", ".node"]
            .into_iter()
            .map(with)
            .find(|path| self.is_file(path))
    }

    /// LOAD_INDEX.
    fn as_index(&self, folder: &Path) -> Option<PathBuf> {
        self.as_file(&folder.join("index"))
            .filter(|path| path.extension().is_some())
    }

    /// A file that must be there.
    fn existing(&self, asked: &Asked<'_>, path: &Path) -> Result<Resolved, Fault> {
        let path = &self.known(path.to_owned())?;
        if self.is_file(path) {
            return Ok(real(path.to_owned()));
        }
        let path = normal(path);
        let fault = match self.is_folder(&path) && asked.kind == Kind::Import {
            true => {
                let message = format!(
                    "Directory import '{}' is not supported resolving ES modules imported from {}",
                    path.display(),
                    asked.parent.display()
                );
                Fault::new("ERR_UNSUPPORTED_DIR_IMPORT", message)
            }
            false => asked.missing(&format!("module '{}'", path.display())),
        };
        Err(Fault {
            path: Some(path),
            ..fault
        })
    }
}

/// The file without links in its path, as Node names modules.
fn real(path: PathBuf) -> Resolved {
    Resolved::File(std::fs::canonicalize(&path).unwrap_or_else(|_| normal(&path)))
}

fn normal(path: &Path) -> PathBuf {
    let mut parts = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts
}

fn unsupported_scheme(url: &Url) -> Fault {
    let message = format!(
        "Only URLs with a scheme in: file, data, and node are supported by the default ESM loader. Received protocol '{}:'",
        url.scheme()
    );
    Fault::new("ERR_UNSUPPORTED_ESM_URL_SCHEME", message)
}

fn is_path(specifier: &str) -> bool {
    let is_relative = |start| {
        specifier
            .strip_prefix(start)
            .is_some_and(|rest: &str| rest.is_empty() || rest.starts_with('/'))
    };
    specifier.starts_with('/') || is_relative(".") || is_relative("..")
}

/// The name of a package, and the path in it as `exports` names it.
fn split(specifier: &str) -> Option<(&str, String)> {
    let scope = match specifier.starts_with('@') {
        true => specifier.find('/')? + 1,
        false => 0,
    };
    let end = specifier[scope..]
        .find('/')
        .map_or(specifier.len(), |at| scope + at);
    let (name, rest) = specifier.split_at(end);
    let is_name =
        !name[scope..].is_empty() && !name.starts_with('.') && !name.contains(['\\', '%']);
    is_name.then(|| (name, format!(".{rest}")))
}

/// A question, for what is answered to it.
struct Asked<'a> {
    specifier: &'a str,
    parent: &'a Path,
    kind: Kind,
}

impl Asked<'_> {
    fn not_found(&self) -> Fault {
        let what = match self.kind {
            Kind::Import if !is_path(self.specifier) => "package",
            _ => "module",
        };
        self.missing(&format!("{what} '{}'", self.specifier))
    }

    fn missing(&self, what: &str) -> Fault {
        match self.kind {
            Kind::Import => {
                let message = format!("Cannot find {what} imported from {}", self.parent.display());
                Fault::new("ERR_MODULE_NOT_FOUND", message)
            }
            Kind::Require => {
                let message = format!(
                    "Cannot find {what}\nRequire stack:\n- {}",
                    self.parent.display()
                );
                Fault::new("MODULE_NOT_FOUND", message)
            }
        }
    }

    fn invalid(&self) -> Fault {
        let message = format!(
            "Invalid module \"{}\" is not a valid package name imported from {}",
            self.specifier,
            self.parent.display()
        );
        Fault::new("ERR_INVALID_MODULE_SPECIFIER", message)
    }
}

#[cfg(test)]
mod tests;
