//! Names of functions as their authors wrote them.

use std::fmt;

use cpp_demangle::{DemangleOptions, DemangleWrite, Symbol};

/// The longest name that is given: a short mangled name can stand for any length.
const MAX_LENGTH: usize = 4096;

/// A symbol as its author wrote it, when it is a mangled name of Rust or C++.
pub fn demangle(symbol: &str) -> String {
    if let Ok(name) = rustc_demangle::try_demangle(symbol) {
        return format!("{name:#}");
    }
    cpp(symbol).unwrap_or_else(|| symbol.to_owned())
}

fn cpp(symbol: &str) -> Option<String> {
    if !symbol.starts_with("_Z") || symbol.len() > MAX_LENGTH {
        return None;
    }
    let mut name = Bounded(String::new());
    let parsed = Symbol::new(symbol).ok()?;
    parsed
        .structured_demangle(&mut name, &DemangleOptions::new())
        .ok()?;
    Some(name.0)
}

/// A string that takes no more than [`MAX_LENGTH`] bytes.
struct Bounded(String);

impl DemangleWrite for Bounded {
    fn write_string(&mut self, text: &str) -> fmt::Result {
        if self.0.len() + text.len() > MAX_LENGTH {
            return Err(fmt::Error);
        }
        self.0.push_str(text);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_demangled_and_others_left_alone() {
        for (symbol, name) in [
            ("_ZN4core3fmt5write17h0123456789abcdefE", "core::fmt::write"),
            ("_ZNK6duckdb6Vector4sizeEv", "duckdb::Vector::size() const"),
            ("main", "main"),
            ("_Zwrong", "_Zwrong"),
        ] {
            assert_eq!(demangle(symbol), name);
        }
    }

    #[test]
    fn a_name_that_grows_without_end_is_left_alone() {
        // Each substitution doubles what stands before it.
        let doubling: String = (0..30).map(|_| "S_S_".to_string()).collect();
        let symbol = format!("_Z1fN1a1bEI{doubling}E");
        assert!(demangle(&symbol).len() <= MAX_LENGTH);
    }
}
