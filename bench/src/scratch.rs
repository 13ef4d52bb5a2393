//! A folder of our own for the time of a run.

use std::path::{Path, PathBuf};

/// It goes when this does.
pub(crate) struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Scratch {
    pub(crate) fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("weft-bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("the temporary folder can be written");
        Self(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, bytes).expect("it can be written");
        path
    }

    /// A copy of a program, unless `program` is a name to be looked up. How the pages of a file came to be in memory, all at
    /// once or one by one while it was linked, makes a tenth of the time in which a small program ends: so all
    /// programs that are compared are written in the same way.
    pub(crate) fn program(&self, name: &str, program: &Path) -> PathBuf {
        let Ok(bytes) = std::fs::read(program) else {
            return program.to_owned();
        };
        let copy = self.file(name, &bytes);
        let permissions = std::fs::metadata(program)
            .expect("it is there")
            .permissions();
        std::fs::set_permissions(&copy, permissions).expect("it is ours");
        copy
    }
}
