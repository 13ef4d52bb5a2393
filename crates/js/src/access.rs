//! [`Access`]: which files and whether the network scripts may use. Everything of the host that opens a file or a connection for a
//! script asks here, below every API.

use std::io;
use std::path::{Path, PathBuf};

/// What scripts may use of the machine.
#[derive(Clone, Debug)]
pub struct Access {
    /// The network.
    pub network: bool,
    /// Files for reading.
    pub read: Scope,
    /// Files for writing, making, renaming and removing.
    pub write: Scope,
}

impl Default for Access {
    /// What the process itself may.
    fn default() -> Self {
        Self {
            network: true,
            read: Scope::All,
            write: Scope::All,
        }
    }
}

/// A part of the file system.
#[derive(Clone, Debug)]
pub enum Scope {
    /// All of it.
    All,
    /// These files, and everything in these folders.
    Only(Vec<PathBuf>),
}

impl Scope {
    /// These files, and everything in these folders. One that is not there grants nothing.
    pub fn only(paths: impl IntoIterator<Item = PathBuf>) -> Self {
        let real = |path: PathBuf| path.canonicalize().ok();
        Self::Only(paths.into_iter().filter_map(real).collect())
    }

    fn has(&self, path: &Path) -> bool {
        match self {
            Self::All => true,
            Self::Only(paths) => paths.iter().any(|granted| path.starts_with(granted)),
        }
    }
}

impl Access {
    /// The path to open instead of `path` for reading: without links, so that it is the one that was looked at.
    ///
    /// # Errors
    /// `PermissionDenied`; or `NotFound`, where scripts may know of it.
    pub fn reading(&self, path: &Path) -> io::Result<PathBuf> {
        check(&self.read, path, resolve, "--allow-read")
    }

    /// The same for what is about a link itself, if `path` is one: only the folder is without links.
    ///
    /// # Errors
    /// As [`Access::reading`].
    pub fn reading_entry(&self, path: &Path) -> io::Result<PathBuf> {
        check(&self.read, path, resolve_folder, "--allow-read")
    }

    /// The same for writing, where there need not be a file yet.
    ///
    /// # Errors
    /// `PermissionDenied`, or what is wrong with the folder.
    pub fn writing(&self, path: &Path) -> io::Result<PathBuf> {
        check(&self.write, path, resolve, "--allow-write")
    }

    /// The same for what is about a link itself, as removing it is: only the folder is without links.
    ///
    /// # Errors
    /// As [`Access::writing`].
    pub fn writing_entry(&self, path: &Path) -> io::Result<PathBuf> {
        check(&self.write, path, resolve_folder, "--allow-write")
    }

    /// Reads a file.
    ///
    /// # Errors
    /// As [`Access::reading`], and what is wrong with the file.
    pub fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        std::fs::read(self.reading(path)?)
    }

    /// Whether a connection may be opened; the error says what to do.
    pub fn connecting(&self) -> io::Result<()> {
        match self.network {
            true => Ok(()),
            false => Err(denied("the network", "leave out --deny-net")),
        }
    }
}

fn check(
    scope: &Scope,
    path: &Path,
    resolve: impl Fn(&Path) -> Option<PathBuf>,
    option: &str,
) -> io::Result<PathBuf> {
    if matches!(scope, Scope::All) {
        return Ok(path.to_owned());
    }
    let refuse = || denied(&path.display().to_string(), &format!("name it in {option}"));
    let real = resolve(path).ok_or_else(refuse)?;
    match scope.has(&real) {
        true => Ok(real),
        false => Err(refuse()),
    }
}

/// The path without links. Of one that is not there only the folder is.
fn resolve(path: &Path) -> Option<PathBuf> {
    if let Ok(real) = path.canonicalize() {
        return Some(real);
    }
    // A link that leads nowhere would be followed when a file is made.
    if path.symlink_metadata().is_ok() {
        return None;
    }
    path.file_name()?;
    resolve_folder(path)
}

/// The path whose folder is without links. One that ends in no name is the folder.
fn resolve_folder(path: &Path) -> Option<PathBuf> {
    let Some(name) = path.file_name() else {
        return path.canonicalize().ok();
    };
    let folder = match path.parent() {
        Some(folder) if folder.as_os_str().is_empty() => Path::new("."),
        Some(folder) => folder,
        None => return None,
    };
    Some(resolve(folder)?.join(name))
}

fn denied(what: &str, hint: &str) -> io::Error {
    let message = format!("scripts may not use {what} ({hint})");
    io::Error::new(io::ErrorKind::PermissionDenied, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn nothing_leads_out_of_what_is_granted() {
        let folder = std::env::temp_dir().join(format!("weft-access-{}", std::process::id()));
        let inside = folder.join("inside");
        fs::create_dir_all(&inside).unwrap();
        fs::write(folder.join("secret"), "s").unwrap();
        fs::write(inside.join("open"), "o").unwrap();
        let link = |to: &str, name: &str| {
            let _ = std::os::unix::fs::symlink(to, inside.join(name));
        };
        link("../secret", "link");
        link("../new", "dangling");
        link("..", "up");
        let access = Access {
            read: Scope::only([inside.clone()]),
            write: Scope::only([inside.clone()]),
            network: false,
        };
        let refused = |result: io::Result<PathBuf>| {
            result.unwrap_err().kind() == io::ErrorKind::PermissionDenied
        };
        assert_eq!(access.read(&inside.join("open")).unwrap(), b"o");
        assert_eq!(access.read(&inside.join("../inside/open")).unwrap(), b"o");
        for name in [
            "../secret",
            "link",
            "dangling",
            "up/secret",
            "up/new",
            "../nothing",
            "/etc/passwd",
        ] {
            assert!(refused(access.reading(&inside.join(name))), "{name}");
            assert!(refused(access.writing(&inside.join(name))), "{name}");
        }
        assert!(access.writing(&inside.join("new")).is_ok());
        assert!(access.writing(&inside.join("no/folder")).is_ok());
        assert!(refused(access.reading(&folder.join("inside-not"))));
        assert!(access.connecting().is_err());
        fs::remove_dir_all(&folder).unwrap();
    }
}
