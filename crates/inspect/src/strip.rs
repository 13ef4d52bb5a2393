//! [`strip`]: a module without some of its custom sections.

use crate::Fault;
use crate::sections::{Layer, Sections};

/// Which custom sections tools keep unless they are told otherwise: names for people, and what linkers need.
pub fn is_kept_by_default(name: &str) -> bool {
    name == "name" || name == "dylink.0" || name.starts_with("component-type")
}

/// How deep modules may lie in components.
const MAX_DEPTH: usize = 100;

/// The module or component without the custom sections for which `removes` answers true, those of inner modules included.
///
/// # Errors
/// When the file is damaged.
pub fn strip(wasm: &[u8], removes: &impl Fn(&str) -> bool) -> Result<Vec<u8>, Fault> {
    strip_at(wasm, 0, removes, MAX_DEPTH)
}

fn strip_at(
    wasm: &[u8],
    base: usize,
    removes: &impl Fn(&str) -> bool,
    depth: usize,
) -> Result<Vec<u8>, Fault> {
    let sections = Sections::read(wasm);
    if let Some(mut fault) = sections.fault {
        fault.offset += base as u64;
        return Err(fault);
    }
    let mut stripped = wasm[..wasm.len().min(8)].to_vec();
    for section in &sections.list {
        let is_removed = section.name.as_deref().is_some_and(removes);
        let holds_sections =
            sections.layer == Some(Layer::Component) && matches!(section.id, 1 | 4) && depth > 0;
        if holds_sections {
            let inner = &wasm[section.contents.clone()];
            let inner = strip_at(inner, base + section.contents.start, removes, depth - 1)?;
            push_section(&mut stripped, section.id, &inner);
        } else if !is_removed {
            stripped.extend(&wasm[section.range.clone()]);
        }
    }
    Ok(stripped)
}

/// Appends a section with its header.
pub(crate) fn push_section(wasm: &mut Vec<u8>, id: u8, contents: &[u8]) {
    wasm.push(id);
    push_leb128(wasm, contents.len() as u32);
    wasm.extend(contents);
}

/// Appends an unsigned LEB128 number (§ 5.2.2).
pub(crate) fn push_leb128(bytes: &mut Vec<u8>, mut value: u32) {
    while value > 0x7f {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// Appends a name (§ 5.2.4).
pub(crate) fn push_name(bytes: &mut Vec<u8>, name: &str) {
    push_leb128(bytes, name.len() as u32);
    bytes.extend(name.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::parse;

    #[test]
    fn only_what_is_asked_for_goes() {
        let wasm = parse(
            b"(module (@custom \"a\" \"1\") (@custom \"b\" \"2\") (func $f))",
            None,
            None,
        )
        .unwrap();
        let stripped = strip(&wasm, &|name| name == "a").unwrap();
        let names = Sections::read(&stripped)
            .list
            .into_iter()
            .filter_map(|section| section.name);
        assert_eq!(names.collect::<Vec<_>>(), ["b", "name"]);
        assert_eq!(strip(&wasm, &|_| false).unwrap(), wasm);
        assert!(strip(&wasm[..wasm.len() - 1], &|_| true).is_err());
    }

    #[test]
    fn modules_in_components_are_stripped() {
        let wasm = parse(b"(component (core module $m (func $f)))", None, None).unwrap();
        let stripped = strip(&wasm, &|_| true).unwrap();
        let expected = parse(b"(component (core module (func)))", None, None).unwrap();
        assert_eq!(stripped, expected);
    }
}
