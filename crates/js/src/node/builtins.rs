//! Which modules there are besides files, by their names without `node:`.

use super::scripts::SCRIPTS;

/// The module of that name.
pub(crate) fn find(name: &str) -> Option<&'static str> {
    all().find(|known| *known == name)
}

/// All modules.
pub(crate) fn all() -> impl Iterator<Item = &'static str> {
    let names = SCRIPTS
        .iter()
        .filter_map(|script| script.name.strip_prefix("node:"));
    names.filter(|name| !name.starts_with("internal/"))
}
