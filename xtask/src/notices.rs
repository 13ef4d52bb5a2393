//! Third-party notices: which dependencies the program is linked with, and their licences.

use crate::project::{Result, metadata, root, text};

const HEAD: &str = "\
# Third-party software

The program and library are built with these crates, each under the licence that it names.
`cargo xtask notices` writes this page from the dependencies' own manifests.

| crate | version | licence |
|---|---|---|
";

fn render() -> Result<String> {
    let metadata = metadata(true)?;
    let packages = metadata["packages"]
        .as_array()
        .ok_or("cargo metadata lists no packages")?;
    let mut rows: Vec<String> = packages
        .iter()
        .filter(|package| !package["source"].is_null())
        .map(|package| {
            let (name, version) = (text(package, "name"), text(package, "version"));
            format!("| {name} | {version} | {} |\n", text(package, "license"))
        })
        .collect();
    rows.sort();
    rows.dedup();
    Ok(HEAD.to_owned() + &rows.concat())
}

/// Writes the page.
pub(crate) fn write() -> Result {
    std::fs::write(root().join("THIRD-PARTY.md"), render()?).map_err(|error| error.to_string())
}

/// Says whether the page is up to date.
pub(crate) fn check() -> Result {
    let present = std::fs::read_to_string(root().join("THIRD-PARTY.md")).unwrap_or_default();
    if present == render()? {
        return Ok(());
    }
    Err("THIRD-PARTY.md is out of date: run `cargo xtask notices`".into())
}
