//! [`Package`]: a `package.json`, and what its `exports` and `imports` say ("Package entry points" of Node's documentation).

use std::path::{Path, PathBuf};

use crate::access::Access;
use crate::loader;

use super::json::Json;
use super::{Fault, Kind};

/// A `package.json`.
pub(super) struct Package {
    /// The folder that it is in.
    pub(super) folder: PathBuf,
    json: Json,
}

/// What a package says of the type of its `.js` files.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum Type {
    Module,
    CommonJs,
    /// It says nothing, so the text of a file decides.
    Unsaid,
}

/// What an entry of `exports` or `imports` leads to.
pub(super) enum Target {
    /// A file of the package.
    File(PathBuf),
    /// Another package or a builtin, by its specifier.
    Specifier(String),
}

/// What is looked for among entries: the text that takes the place of `*`, if there is one.
struct Match<'a> {
    target: &'a Json,
    star: Option<&'a str>,
}

impl Package {
    /// Reads the `package.json` of a folder, if there is one.
    pub(super) fn read(access: &Access, folder: &Path) -> Result<Option<Self>, Fault> {
        let path = folder.join("package.json");
        let Ok(text) = loader::read_text(access, &path) else {
            return Ok(None);
        };
        let json = Json::parse(&text).map_err(|error| {
            let message = format!("Invalid package config {}. {error}", path.display());
            Fault::new("ERR_INVALID_PACKAGE_CONFIG", message)
        })?;
        Ok(Some(Self {
            folder: folder.to_owned(),
            json,
        }))
    }

    /// `type`.
    pub(super) fn ty(&self) -> Type {
        match self.json.text("type") {
            Some("module") => Type::Module,
            Some("commonjs") => Type::CommonJs,
            _ => Type::Unsaid,
        }
    }

    /// `name`.
    pub(super) fn name(&self) -> Option<&str> {
        self.json.text("name")
    }

    /// `main`.
    pub(super) fn main(&self) -> Option<&str> {
        self.json.text("main")
    }

    /// Whether there are `exports`, which then alone say what can be imported.
    pub(super) fn has_exports(&self) -> bool {
        !matches!(self.json.get("exports"), None | Some(Json::Null))
    }

    /// PACKAGE_EXPORTS_RESOLVE: what `subpath`, which begins with a dot, is.
    pub(super) fn exports(&self, subpath: &str, kind: Kind) -> Result<PathBuf, Fault> {
        let exports = self.json.get("exports").unwrap_or(&Json::Null);
        let found = match exports {
            Json::Object(entries) if entries.iter().any(|(key, _)| key.starts_with('.')) => {
                find(entries, subpath)
            }
            // What is no table of subpaths is the main entry.
            target if subpath == "." => Some(Match { target, star: None }),
            _ => None,
        };
        let target = match found {
            Some(found) => self.target(&found, subpath, kind, false)?,
            None => None,
        };
        match target {
            Some(Target::File(path)) => Ok(path),
            _ => Err(self.not_exported(subpath)),
        }
    }

    fn not_exported(&self, subpath: &str) -> Fault {
        let file = self.folder.join("package.json");
        let message = match subpath {
            "." => format!("No \"exports\" main defined in {}", file.display()),
            _ => format!(
                "Package subpath '{subpath}' is not defined by \"exports\" in {}",
                file.display()
            ),
        };
        Fault::new("ERR_PACKAGE_PATH_NOT_EXPORTED", message)
    }

    /// PACKAGE_IMPORTS_RESOLVE: what `specifier`, which begins with `#`, is.
    pub(super) fn imports(&self, specifier: &str, kind: Kind) -> Result<Option<Target>, Fault> {
        match self.json.get("imports") {
            Some(Json::Object(entries)) => match find(entries, specifier) {
                Some(found) => self.target(&found, specifier, kind, true),
                None => Ok(None),
            },
            _ => Ok(None),
        }
    }

    /// PACKAGE_TARGET_RESOLVE: `None` where no condition holds or the entry is `null`.
    fn target(
        &self,
        found: &Match<'_>,
        key: &str,
        kind: Kind,
        internal: bool,
    ) -> Result<Option<Target>, Fault> {
        match found.target {
            Json::Text(text) => self.text_target(text, found.star, key, internal).map(Some),
            Json::Object(conditions) => {
                for (condition, target) in conditions {
                    if condition != "default" && !kind.conditions().contains(&condition.as_str()) {
                        continue;
                    }
                    let next = Match { target, ..*found };
                    // `null` under a condition that holds ends the search; what has no entry for us does not.
                    if *target == Json::Null {
                        return Ok(None);
                    }
                    if let Some(target) = self.target(&next, key, kind, internal)? {
                        return Ok(Some(target));
                    }
                }
                Ok(None)
            }
            Json::List(targets) => {
                let mut last = Ok(None);
                for target in targets {
                    last = self.target(&Match { target, ..*found }, key, kind, internal);
                    match &last {
                        Ok(Some(_)) => return last,
                        Err(fault) if fault.code != "ERR_INVALID_PACKAGE_TARGET" => return last,
                        _ => {}
                    }
                }
                last
            }
            Json::Null => Ok(None),
            Json::Other => Err(self.invalid_target(key, "it is neither a path nor an object")),
        }
    }

    fn text_target(
        &self,
        text: &str,
        star: Option<&str>,
        key: &str,
        internal: bool,
    ) -> Result<Target, Fault> {
        let whole = match star {
            Some(star) => text.replace('*', star),
            None => text.to_owned(),
        };
        let Some(inside) = text.strip_prefix("./") else {
            let is_specifier = internal && !text.starts_with("../") && !text.starts_with('/');
            return match is_specifier {
                true => Ok(Target::Specifier(whole)),
                false => Err(self.invalid_target(key, "targets must start with \"./\"")),
            };
        };
        if leaves(inside) {
            return Err(self.invalid_target(key, "it must stay in the package"));
        }
        if star.is_some_and(leaves) {
            let message = format!("request is not a valid subpath for \"{key}\"");
            return Err(Fault::new("ERR_INVALID_MODULE_SPECIFIER", message));
        }
        Ok(Target::File(self.folder.join(&whole[2..])))
    }

    fn invalid_target(&self, key: &str, why: &str) -> Fault {
        let file = self.folder.join("package.json");
        let message = format!(
            "Invalid target for '{key}' in the package config {}: {why}",
            file.display()
        );
        Fault::new("ERR_INVALID_PACKAGE_TARGET", message)
    }
}

/// Whether a path has parts that lead elsewhere than below its start.
fn leaves(path: &str) -> bool {
    path.split(['/', '\\'])
        .any(|part| matches!(part, "." | "..") || part.eq_ignore_ascii_case("node_modules"))
}

/// PACKAGE_IMPORTS_EXPORTS_RESOLVE: the entry of a key, or the most specific pattern that matches.
fn find<'a>(entries: &'a [(String, Json)], key: &'a str) -> Option<Match<'a>> {
    let exact = entries.iter().rev().find(|(name, _)| name == key);
    if let Some((_, target)) = exact.filter(|_| !key.contains('*') && !key.ends_with('/')) {
        return Some(Match { target, star: None });
    }
    let matches = entries.iter().filter_map(|(pattern, target)| {
        let (before, after) = pattern.split_once('*')?;
        let rest = key.strip_prefix(before)?;
        let star = rest.strip_suffix(after).filter(|star| !star.is_empty())?;
        Some((
            (before.len(), pattern.len()),
            Match {
                target,
                star: Some(star),
            },
        ))
    });
    matches
        .max_by_key(|(order, _)| *order)
        .map(|(_, found)| found)
}
