//! The crate, namespace or package of a function, from its name alone.

use rustc_demangle::try_demangle;

use crate::functions::Functions;

/// How the names of a module are to be read.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// Packages are in front of a dot: Go.
    Dotted,
    /// A dot means nothing: C, C++, Rust and others.
    Plain,
}

impl Style {
    /// The style of a module: every Go program has functions of the package `runtime`.
    pub(super) fn of(functions: &Functions) -> Self {
        let mut names = functions
            .defined
            .iter()
            .filter_map(|function| function.name.as_deref());
        match names.any(|name| name.starts_with("runtime.")) {
            true => Self::Dotted,
            false => Self::Plain,
        }
    }
}

/// The outermost namespace in a name.
pub(super) fn of(name: &str, style: Style) -> Option<&'_ str> {
    if try_demangle(name).is_ok() {
        return of_rust(name);
    }
    if let Some(nested) = name.strip_prefix("_Z") {
        return of_itanium(nested);
    }
    if let Some((path, _)) = name.split_once("::") {
        return Some(path);
    }
    match style {
        Style::Dotted => of_go(name),
        Style::Plain => of_path(name),
    }
}

/// The crate in a mangled Rust name.
fn of_rust(name: &str) -> Option<&str> {
    if let Some(nested) = name.strip_prefix("_ZN") {
        let first = identifier(nested)?;
        // The form for implementations starts with the type, as in `_$LT$alloc..vec..Vec`.
        return match first.strip_prefix("_$LT$") {
            Some(implementation) => first_path(implementation),
            None => Some(first),
        };
    }
    // In the other form the crate is the first identifier after its disambiguator: `Cs` digits `_`.
    let (_, from_crate) = name.split_once('C')?;
    let identifier_at = match from_crate.strip_prefix('s') {
        Some(rest) => rest.split_once('_')?.1,
        None => from_crate,
    };
    identifier(identifier_at)
}

/// The first path in what stands between `<` and `>`: `$RF$` and the like are marks around it.
fn first_path(escaped: &str) -> Option<&str> {
    let start = escaped
        .rsplit_once("$u20$as$u20$")
        .map_or(escaped, |(ty, _)| ty);
    let words = start.split('$').filter(|word| word.contains(".."));
    let path = words.into_iter().next().unwrap_or(start);
    path.split("..")
        .next()
        .filter(|first| !first.is_empty() && !first.contains('$'))
}

/// The outermost namespace in a mangled C++ name after `_Z`.
fn of_itanium(mangled: &str) -> Option<&str> {
    let nested = match mangled.strip_prefix('N') {
        Some(nested) => nested.trim_start_matches(['r', 'V', 'K']),
        // Only names in `std` have a namespace without being nested, and what belongs to a type: its table, its name.
        None => match mangled.strip_prefix('T') {
            Some(special) => return of_itanium(special.get(1..)?),
            None => mangled.starts_with("St").then_some(mangled)?,
        },
    };
    if ["St", "Sa", "Sb", "Ss", "Si", "So", "Sd"]
        .iter()
        .any(|std| nested.starts_with(std))
    {
        return Some("std");
    }
    identifier(nested)
}

/// An identifier with its length before it.
fn identifier(mangled: &str) -> Option<&str> {
    let digits = mangled.len()
        - mangled
            .trim_start_matches(|c: char| c.is_ascii_digit())
            .len();
    let length: usize = mangled[..digits].parse().ok()?;
    let rest = &mangled[digits..];
    rest.get(..length).filter(|name| !name.is_empty())
}

/// The package of a Go name: up to the first dot after the last slash before any parenthesis or bracket.
fn of_go(name: &str) -> Option<&str> {
    // Methods of a pointer are written `(*package.Type).method`.
    let name = name.trim_start_matches(['(', '*']);
    let plain = name.split(['(', '[']).next().unwrap_or(name);
    let last = plain.rfind('/').map_or(0, |slash| slash + 1);
    let dot = plain[last..].find('.')?;
    Some(&name[..last + dot]).filter(|package| !package.is_empty())
}

/// The file in a name such as `~lib/rt/itcms/__new`: AssemblyScript's.
fn of_path(name: &str) -> Option<&str> {
    let (path, _) = name.rsplit_once('/')?;
    Some(path).filter(|path| !path.is_empty() && !path.contains([' ', '(']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: Option<&str>) {
        assert_eq!(of(name, Style::Plain), expected, "{name}");
    }

    #[test]
    fn rust_has_crates() {
        check("_ZN4core3fmt5write17h0123456789abcdefE", Some("core"));
        check(
            "_ZN60_$LT$alloc..string..String$u20$as$u20$core..fmt..Display$GT$3fmt17h0123456789abcdefE",
            Some("alloc"),
        );
        check("_RNvCs1234_7mycrate3foo", Some("mycrate"));
        check("core::fmt::write", Some("core"));
    }

    #[test]
    fn cpp_has_namespaces() {
        check("_ZN6duckdb5VectorC1Ev", Some("duckdb"));
        check("_ZNK6duckdb5Vector4sizeEv", Some("duckdb"));
        check("_ZNSt3__16vectorIiE4pushEv", Some("std"));
        check("_ZTVN6duckdb5VectorE", Some("duckdb"));
        check("_Z3addii", None);
    }

    #[test]
    fn others() {
        check("~lib/rt/itcms/__new", Some("~lib/rt/itcms"));
        check("main", None);
        check("memcpy.llvm.123", None);
        check("", None);
        check("_Z", None);
        check("_ZN99999999999999999999xE", None);
        assert_eq!(of("runtime.mallocgc", Style::Dotted), Some("runtime"));
        assert_eq!(
            of(
                "github.com/evanw/esbuild/internal/js_parser.(*parser).visit",
                Style::Dotted
            ),
            Some("github.com/evanw/esbuild/internal/js_parser")
        );
        assert_eq!(
            of("(*encoding/json.decodeState).value", Style::Dotted),
            Some("encoding/json")
        );
        assert_eq!(of("memcpy", Style::Dotted), None);
    }
}
