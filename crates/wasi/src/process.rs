//! What the threads of a guest have in common.

use crate::args::Strings;
use crate::clock::Clocks;
use crate::ctx::{Denied, DeniedReason};
use crate::errno::{Errno, Refusal};
use crate::quota::Quota;
use crate::random::Random;
use crate::rights::Rights;
use crate::table::{DirObject, Table};
use crate::wait::Waiter;
use std::path::{Component, Path, PathBuf};

/// Everything that WASI knows about one guest. The functions of WASI are functions over it.
pub(crate) struct Process {
    pub(crate) args: Strings,
    pub(crate) env: Strings,
    pub(crate) table: Table,
    pub(crate) clocks: Clocks,
    pub(crate) random: Random,
    pub(crate) quota: Quota,
    pub(crate) denied: Option<Denied>,
    /// How the thread waits that makes the present call.
    pub(crate) waiter: Waiter,
}

impl Process {
    /// Arguments that name something on the host which no granted directory covers: where a guest
    /// has failed, likely the files it was meant to work on.
    pub(crate) fn ungranted_arguments(&self) -> Vec<Denied> {
        let arguments = self
            .args
            .iter()
            .skip(1)
            .filter_map(|arg| std::str::from_utf8(arg).ok());
        arguments
            .filter(|arg| !arg.starts_with('-') && !self.covers(arg) && Path::new(arg).exists())
            .map(|arg| Denied {
                path: arg.to_owned(),
                host: PathBuf::from(arg),
                reason: DeniedReason::Outside,
            })
            .collect()
    }

    /// Whether a granted directory's name is a prefix of the guest's path, as a C library matches.
    fn covers(&self, path: &str) -> bool {
        let path = components(path);
        self.table
            .preopens()
            .any(|dir| path.starts_with(&components(&dir.name.guest)))
    }

    /// Remembers why `path` in the directory `fd` was refused, if it was for want of a grant.
    pub(crate) fn refused(&mut self, fd: u32, path: &str, refusal: Refusal) -> Errno {
        let reason = match refusal {
            Refusal::Errno(errno) => return errno,
            Refusal::Outside => DeniedReason::Outside,
            Refusal::ReadOnly => DeniedReason::ReadOnly,
        };
        let Ok((_, DirObject { name: dir, .. })) = self.table.dir(fd, Rights::NONE) else {
            return refusal.into();
        };
        let host = dir.host.join(path);
        self.denied = Some(Denied {
            path: Path::new(&dir.guest)
                .join(path)
                .to_string_lossy()
                .into_owned(),
            host: host.canonicalize().unwrap_or_else(|_| without_dots(&host)),
            reason,
        });
        refusal.into()
    }
}

/// The names in a path; a leading slash, dots and what they undo are dropped.
fn components(path: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for name in path.split('/') {
        match name {
            "" | "." => {}
            ".." if names.last().is_some_and(|last| *last != "..") => {
                names.pop();
            }
            name => names.push(name),
        }
    }
    if path.starts_with('/') {
        // An absolute path is only covered by an absolute name.
        names.insert(0, "/");
    }
    names
}

/// The path with `..` resolved by its letters alone, for a path that does not exist.
fn without_dots(path: &Path) -> PathBuf {
    let mut result = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir
                if matches!(result.components().next_back(), Some(Component::Normal(_))) =>
            {
                result.pop();
            }
            component => result.push(component),
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use crate::{Permissions, WasiCtxBuilder};

    #[test]
    fn grants_cover_as_a_c_library_matches() {
        let dir = tempfile::tempdir().unwrap();
        let ctx_with = |guest: &str| {
            let mut builder = WasiCtxBuilder::new();
            builder
                .preopened_dir(dir.path(), guest, Permissions::ALL)
                .unwrap();
            builder.process()
        };
        assert!(ctx_with("/").covers("/etc/passwd"));
        assert!(!ctx_with("/").covers("etc"));
        assert!(ctx_with(".").covers("./a/../b"));
        assert!(ctx_with("data").covers("data/x"));
        assert!(!ctx_with("data").covers("database"));
        assert!(!ctx_with("/data").covers("data/x"));
    }

    #[test]
    fn arguments_outside_every_grant_are_named() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        std::fs::write(&file, "").unwrap();
        let name = file.to_str().unwrap();
        let missing = dir.path().join("missing");
        let args = ["prog", name, "-v", missing.to_str().unwrap()];
        let ctx = WasiCtxBuilder::new().args(args).process();
        let [denied] = &ctx.ungranted_arguments()[..] else {
            panic!("exactly the file is named");
        };
        assert_eq!(
            (denied.path.as_str(), denied.dir_to_grant()),
            (name, dir.path())
        );
    }
}
