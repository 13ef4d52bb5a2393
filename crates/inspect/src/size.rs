//! [`Sizes`]: what the bytes of a file are for, by section, function, namespace and source file.

mod diff;
mod namespace;

use std::collections::HashMap;
use std::ops::Range;

use serde::Serialize;
use wasmparser::{BinaryReader, FunctionBody};

use crate::functions::{Function, Functions};
use crate::sections::{CODE, Layer, Section, Sections, core_modules, section_name};
use crate::source::SourceMap;

pub use diff::{Change, Diff, diff};

/// Where the bytes of a file go.
#[derive(Clone, Debug, Serialize)]
pub struct Sizes {
    /// The length of the file.
    pub bytes: u64,
    /// By section, in the order of the file.
    pub sections: Vec<Size>,
    /// By function, the largest first.
    pub functions: Vec<Size>,
    /// The functions' bytes by the crate, namespace or package that their names tell, the largest first.
    pub namespaces: Vec<Size>,
    /// The functions' bytes by source file, the largest first; empty without debug information.
    pub files: Vec<Size>,
}

/// The bytes of one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Size {
    /// What it is called. It may be hostile.
    pub name: String,
    /// Its bytes in the file, with the fields that tell its length.
    pub bytes: u64,
}

/// What stands for things without a namespace or source file.
pub const NONE: &str = "(none)";

impl Sizes {
    /// Measures a module, or a component with the functions of its core modules.
    pub fn new(wasm: &[u8]) -> Self {
        let mut functions = Vec::new();
        let mut namespaces = Vec::new();
        let mut files = Vec::new();
        for module in core_modules(wasm) {
            let sections = Sections::read(module);
            let read = Functions::read(module, &sections);
            functions.extend(read.defined.iter().map(|f| (f.shown(), size(f))));
            namespaces.extend(by_namespace(&read));
            files.extend(by_file(module, &sections, &read));
        }
        Self {
            bytes: wasm.len() as u64,
            sections: by_section(&Sections::read(wasm)),
            functions: largest_first(functions.into_iter()),
            namespaces: largest_first(summed(namespaces.into_iter())),
            files: largest_first(summed(files.into_iter())),
        }
    }

    /// The functions' bytes by source file alone.
    pub(crate) fn of_files(wasm: &[u8]) -> Vec<Size> {
        let sections = Sections::read(wasm);
        let functions = Functions::read(wasm, &sections);
        largest_first(by_file(wasm, &sections, &functions).into_iter())
    }
}

fn by_section(sections: &Sections) -> Vec<Size> {
    let layer = sections.layer.unwrap_or(Layer::Module);
    let list = sections.list.iter();
    list.map(|section| Size {
        name: section_label(layer, section),
        bytes: section.range.len() as u64,
    })
    .collect()
}

/// What a person calls a section.
fn section_label(layer: Layer, section: &Section) -> String {
    match &section.name {
        Some(name) => format!("custom {name}"),
        None => section_name(layer, section.id).to_string(),
    }
}

/// The bytes of a function's body, with the field that tells its size.
pub(crate) fn size(function: &Function) -> u64 {
    let body = function.body.len() as u64;
    let significant = u64::BITS - body.leading_zeros();
    body + u64::from(significant.div_ceil(7).max(1))
}

fn by_namespace(functions: &Functions) -> Vec<(String, u64)> {
    let names = namespaces(functions).map(str::to_string);
    names.zip(functions.defined.iter().map(size)).collect()
}

/// The crate, namespace or package of each function that is defined here, or [`NONE`].
pub(crate) fn namespaces(functions: &Functions) -> impl Iterator<Item = &str> {
    let style = namespace::Style::of(functions);
    functions.defined.iter().map(move |function| {
        let name = function.name.as_deref().unwrap_or("");
        namespace::of(name, style).unwrap_or(NONE)
    })
}

fn by_file(wasm: &[u8], sections: &Sections, functions: &Functions) -> Vec<(String, u64)> {
    let Some(map) = SourceMap::read(wasm, sections) else {
        return Vec::new();
    };
    let all: u64 = sections
        .by_id(CODE)
        .map_or(0, |code| code.contents.len() as u64);
    let mut known = 0;
    let mut sizes: HashMap<&str, u64> = HashMap::new();
    for function in &functions.defined {
        for instruction in instructions(wasm, function) {
            if let Some(file) = map.file(instruction.start) {
                let bytes = instruction.end - instruction.start;
                *sizes.entry(file).or_default() += bytes;
                known += bytes;
            }
        }
    }
    *sizes.entry(NONE).or_default() += all.saturating_sub(known);
    let sizes = sizes.into_iter().filter(|(_, bytes)| *bytes > 0);
    sizes
        .map(|(file, bytes)| (file.to_string(), bytes))
        .collect()
}

/// Where the instructions of a function are, up to the first that cannot be read.
fn instructions(wasm: &[u8], function: &Function) -> impl Iterator<Item = Range<u64>> {
    let Range { start, end } = function.body;
    let body = FunctionBody::new(BinaryReader::new(&wasm[start..end], start as u64));
    let mut operators = body.get_operators_reader().ok();
    std::iter::from_fn(move || {
        let operators = operators.as_mut().filter(|operators| !operators.eof())?;
        let start = operators.original_position();
        operators.read().ok()?;
        Some(start..operators.original_position())
    })
}

fn summed(sizes: impl Iterator<Item = (String, u64)>) -> impl Iterator<Item = (String, u64)> {
    let mut sums: HashMap<String, u64> = HashMap::new();
    for (name, bytes) in sizes {
        *sums.entry(name).or_default() += bytes;
    }
    sums.into_iter()
}

fn largest_first(sizes: impl Iterator<Item = (String, u64)>) -> Vec<Size> {
    let mut sizes: Vec<Size> = sizes.map(|(name, bytes)| Size { name, bytes }).collect();
    sizes.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.name.cmp(&b.name)));
    sizes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{GenerateDwarf, parse};

    #[test]
    fn every_byte_of_the_code_section_belongs_to_something() {
        let text = "(module (func $a::b::f nop nop) (func $a::g) (func $h i32.const 1 drop))";
        let wasm = parse(
            text.as_bytes(),
            Some("x.wat".as_ref()),
            Some(GenerateDwarf::Lines),
        );
        let wasm = wasm.unwrap();
        let sizes = Sizes::new(&wasm);
        let sum = |sizes: &[Size]| sizes.iter().map(|size| size.bytes).sum::<u64>();
        assert_eq!(sum(&sizes.sections) + 8, sizes.bytes);
        let code = sizes
            .sections
            .iter()
            .find(|section| section.name == "code")
            .unwrap();
        // The section's id and size, and the number of functions.
        assert_eq!(sum(&sizes.functions) + 3, code.bytes);
        assert_eq!(sum(&sizes.functions), sum(&sizes.namespaces));
        assert_eq!(sum(&sizes.files) + 2, code.bytes);
        assert_eq!(sizes.namespaces[0].name, "a");
        assert_eq!(
            sizes.functions.iter().map(|f| &*f.name).collect::<Vec<_>>(),
            ["h", "a::b::f", "a::g"]
        );
    }

    #[test]
    fn functions_of_a_component_are_those_of_its_core_modules() {
        let text = "(component (core module (func $a::f nop)) (core module (func $a::g) (func $b::h nop)))";
        let sizes = Sizes::new(&parse(text.as_bytes(), None, None).unwrap());
        let of = |sizes: &[Size]| -> Vec<_> {
            sizes
                .iter()
                .map(|size| (size.name.clone(), size.bytes))
                .collect()
        };
        let named = |name: &str, bytes| (name.to_string(), bytes);
        assert_eq!(
            of(&sizes.functions),
            [named("a::f", 4), named("b::h", 4), named("a::g", 3)]
        );
        assert_eq!(of(&sizes.namespaces), [named("a", 7), named("b", 4)]);
    }
}
