//! Source files that a module's debug information names.
//!
//! The names are the module's, which may be hostile: only ordinary files of the size of source are read.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

use weft::{Context as _, Result};

/// The largest file that is taken for source.
const MAX_SIZE: u64 = 16 << 20;

/// Source files that have been looked for, by name.
#[derive(Default)]
pub(crate) struct SourceText(HashMap<String, Option<String>>);

impl SourceText {
    /// The line `number`, from 1, of `file`, if that can be read here.
    pub(crate) fn line(&mut self, file: &str, number: u32) -> Option<&str> {
        if !self.0.contains_key(file) {
            self.0.insert(file.to_string(), read(file.as_ref()));
        }
        let text = self.0.get(file)?.as_deref()?;
        text.lines().nth((number as usize).checked_sub(1)?)
    }
}

/// The source files below one directory.
pub(crate) struct SourceTree(Option<PathBuf>);

impl SourceTree {
    /// Those below `root`; none if there is no root.
    ///
    /// # Errors
    /// When `root` cannot be read.
    pub(crate) fn new(root: Option<&Path>) -> Result<Self> {
        let found = root.map(|root| {
            let found = root.canonicalize();
            found.with_context(|| format!("`{}` cannot be read", root.display()))
        });
        found.transpose().map(Self)
    }

    /// The text of `file`, which may have been elsewhere when the module was made: the longest end of its path that is a
    /// file below the root.
    pub(crate) fn read(&self, file: &str) -> Option<String> {
        let root = self.0.as_deref()?;
        let is_name = |part: &Component<'_>| matches!(part, Component::Normal(_));
        let names: Vec<Component<'_>> = Path::new(file).components().filter(is_name).collect();
        (0..names.len()).find_map(|skipped| {
            let end: PathBuf = names[skipped..].iter().collect();
            let path = root.join(end).canonicalize().ok()?;
            // A link may lead out of it.
            path.starts_with(root).then(|| read(&path))?
        })
    }
}

fn read(file: &Path) -> Option<String> {
    let metadata = std::fs::metadata(file).ok()?;
    match metadata.is_file() && metadata.len() <= MAX_SIZE {
        true => std::fs::read_to_string(file).ok(),
        false => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_are_read() {
        let mut sources = SourceText::default();
        let own = concat!(env!("CARGO_MANIFEST_DIR"), "/src/source_text.rs");
        assert!(
            sources
                .line(own, 1)
                .unwrap()
                .starts_with("//! Source files")
        );
        assert_eq!(sources.line(own, 0), None);
        assert_eq!(sources.line(own, 1 << 20), None);
        assert_eq!(sources.line("/dev/zero", 1), None);
        assert_eq!(sources.line("/absent", 1), None);
    }

    #[test]
    fn nothing_outside_of_a_tree_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("root");
        std::fs::create_dir_all(root.join("src")).unwrap();
        std::fs::write(root.join("src/a.c"), "a").unwrap();
        std::fs::write(dir.path().join("secret"), "s").unwrap();
        std::os::unix::fs::symlink(dir.path().join("secret"), root.join("src/link.c")).unwrap();
        let tree = SourceTree::new(Some(&root)).unwrap();
        for file in ["src/a.c", "a/../src/a.c", "/build/x/src/a.c"] {
            assert_eq!(tree.read(file).as_deref(), Some("a"), "{file}");
        }
        let secret = dir.path().join("secret");
        for file in [
            "../secret",
            "src/link.c",
            "src",
            "",
            secret.to_str().unwrap(),
        ] {
            assert_eq!(tree.read(file), None, "{file}");
        }
        assert_eq!(SourceTree::new(None).unwrap().read("src/a.c"), None);
        assert!(SourceTree::new(Some(&root.join("absent"))).is_err());
    }
}
