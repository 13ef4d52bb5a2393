//! Specifiers in a small tree of packages.

use std::path::Path;

use super::{Format, Kind, Resolved, Resolver};

/// A folder with these files, and what specifiers mean there.
struct Tree(tempfile::TempDir);

impl Tree {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        }
        Self(folder)
    }

    fn root(&self) -> std::path::PathBuf {
        self.0.path().canonicalize().expect("it is there")
    }

    /// The path of what is found below the tree, or the code of the fault.
    fn find(&self, specifier: &str, parent: &str, kind: Kind) -> String {
        let resolver = Resolver::default();
        match resolver.resolve(specifier, &self.root().join(parent), kind) {
            Ok(Resolved::Builtin(name)) => format!("node:{name}"),
            Ok(Resolved::File(path)) => match path.strip_prefix(self.root()) {
                Ok(path) => path.display().to_string(),
                Err(_) => path.display().to_string(),
            },
            Err(fault) => fault.code.to_owned(),
        }
    }
}

#[test]
fn require_tries_endings_and_folders() {
    let tree = Tree::new(&[
        ("a.js", ""),
        ("b.json", "{}"),
        ("c/index.js", ""),
        ("d/package.json", r#"{"main": "lib/e"}"#),
        ("d/lib/e.js", ""),
        ("f", ""),
        ("f.js", ""),
    ]);
    let require = |specifier| tree.find(specifier, "main.js", Kind::Require);
    assert_eq!(require("./a"), "a.js");
    assert_eq!(require("./b"), "b.json");
    assert_eq!(require("./c"), "c/index.js");
    assert_eq!(require("./d"), "d/lib/e.js");
    assert_eq!(require("./f"), "f");
    assert_eq!(require("./x"), "MODULE_NOT_FOUND");
    assert_eq!(require("fs"), "node:fs");
    assert_eq!(require("node:fs/promises"), "node:fs/promises");
    assert_eq!(require("node:nothing"), "ERR_UNKNOWN_BUILTIN_MODULE");
    let import = |specifier| tree.find(specifier, "main.mjs", Kind::Import);
    assert_eq!(import("https://a/b.js"), "ERR_UNSUPPORTED_ESM_URL_SCHEME");
    assert_eq!(import("./a.js"), "a.js");
    assert_eq!(import("./a"), "ERR_MODULE_NOT_FOUND");
    assert_eq!(import("./c"), "ERR_UNSUPPORTED_DIR_IMPORT");
    assert_eq!(
        import(&format!("file://{}/a.js", tree.root().display())),
        "a.js"
    );
}

#[test]
fn packages_say_what_is_exported() {
    let exports = r#"{"name": "p", "exports": {
        ".": {"import": "./esm.mjs", "require": "./cjs.js"},
        "./feature": {"browser": "./browser.js", "default": "./feature.js"},
        "./lib/*": "./src/*.js", "./lib/private/*": null, "./list": ["./list.js"], "./bad": "../out.js"
    }}"#;
    let tree = Tree::new(&[
        ("node_modules/p/package.json", exports),
        ("node_modules/p/esm.mjs", ""),
        ("node_modules/p/cjs.js", ""),
        ("node_modules/p/feature.js", ""),
        ("node_modules/p/src/x/y.js", ""),
        ("node_modules/p/list.js", ""),
        ("node_modules/@s/q/package.json", r#"{"main": "main.js"}"#),
        ("node_modules/@s/q/main.js", ""),
        ("node_modules/@s/q/deep.js", ""),
    ]);
    let require = |specifier| tree.find(specifier, "sub/main.js", Kind::Require);
    let import = |specifier| tree.find(specifier, "sub/main.mjs", Kind::Import);
    assert_eq!(require("p"), "node_modules/p/cjs.js");
    assert_eq!(import("p"), "node_modules/p/esm.mjs");
    assert_eq!(import("p/feature"), "node_modules/p/feature.js");
    assert_eq!(import("p/lib/x/y"), "node_modules/p/src/x/y.js");
    assert_eq!(import("p/lib/private/y"), "ERR_PACKAGE_PATH_NOT_EXPORTED");
    assert_eq!(import("p/lib/../x"), "ERR_INVALID_MODULE_SPECIFIER");
    assert_eq!(import("p/list"), "node_modules/p/list.js");
    assert_eq!(import("p/bad"), "ERR_INVALID_PACKAGE_TARGET");
    assert_eq!(require("p/esm.mjs"), "ERR_PACKAGE_PATH_NOT_EXPORTED");
    assert_eq!(import("@s/q"), "node_modules/@s/q/main.js");
    assert_eq!(require("@s/q/deep"), "node_modules/@s/q/deep.js");
    assert_eq!(import("@s/q/deep"), "ERR_MODULE_NOT_FOUND");
    assert_eq!(import("nothing"), "ERR_MODULE_NOT_FOUND");
    // A package may name itself.
    assert_eq!(
        tree.find("p", "node_modules/p/src/z.js", Kind::Require),
        "node_modules/p/cjs.js"
    );
}

#[test]
fn packages_have_names_of_their_own() {
    let imports = r##"{"imports": {"#a": {"node": "./a.js"}, "#b/*": "./b/*.js", "#c": "fs"}, "type": "module"}"##;
    let tree = Tree::new(&[("package.json", imports), ("a.js", ""), ("b/x.js", "")]);
    let import = |specifier| tree.find(specifier, "main.js", Kind::Import);
    assert_eq!(import("#a"), "a.js");
    assert_eq!(import("#b/x"), "b/x.js");
    assert_eq!(import("#c"), "node:fs");
    assert_eq!(import("#d"), "ERR_PACKAGE_IMPORT_NOT_DEFINED");
    let format = |name: &str| {
        Resolver::default()
            .format(&tree.root().join(name))
            .expect("a format")
    };
    assert_eq!(format("a.js"), Format::Module);
    assert_eq!(format("a.cjs"), Format::CommonJs);
    assert_eq!(
        Resolver::default().format(Path::new("/a.js")),
        Ok(Format::Ambiguous)
    );
}

#[test]
fn a_package_that_is_no_json_is_a_fault() {
    let tree = Tree::new(&[
        ("node_modules/p/package.json", "{"),
        ("node_modules/p/index.js", ""),
    ]);
    assert_eq!(
        tree.find("p", "main.js", Kind::Require),
        "ERR_INVALID_PACKAGE_CONFIG"
    );
}
