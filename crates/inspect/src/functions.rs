//! The functions of a module: their indices, names and bodies, as far as they can be read.

use std::collections::HashMap;
use std::ops::Range;

use wasmparser::{
    BinaryReader, ExportSectionReader, ExternalKind, FunctionBody, ImportSectionReader, Operator,
    OperatorsReader, TypeRef,
};

use crate::sections::{CODE, EXPORT, IMPORT, Section, Sections, leb128};
use crate::{Layer, demangle, names};

/// The functions of a module, by index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Functions {
    /// The imported ones, which come first.
    pub imported: Vec<Function>,
    /// Those that have a body in the module.
    pub defined: Vec<Function>,
}

/// A function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its index in the module.
    pub index: u32,
    /// What the name section calls it, else what it is exported as, or `module.name` if it is imported.
    pub name: Option<String>,
    /// Its body without its size; empty if it is imported.
    pub body: Range<usize>,
}

impl Function {
    /// Its name demangled, or `function 7`.
    pub fn shown(&self) -> String {
        match &self.name {
            Some(name) => demangle(name),
            None => format!("function {}", self.index),
        }
    }
}

impl Functions {
    /// The functions of the module `wasm`, whose sections are `sections`.
    pub fn read(wasm: &[u8], sections: &Sections) -> Self {
        if sections.layer != Some(Layer::Module) {
            return Self::default();
        }
        let mut names = names::by_index(wasm, sections, "function");
        for (index, name) in exported(wasm, sections) {
            names.entry(index).or_insert(name);
        }
        let imports = Self::read_imported(wasm, sections);
        let mut index = 0..u32::MAX;
        let mut function = |name: Option<String>, body| {
            let index = index.next().unwrap_or(u32::MAX);
            Function {
                index,
                name: names.remove(&index).or(name),
                body,
            }
        };
        Self {
            imported: imports
                .into_iter()
                .map(|name| function(Some(name), 0..0))
                .collect(),
            defined: bodies(wasm, sections)
                .into_iter()
                .map(|body| function(None, body))
                .collect(),
        }
    }

    /// What the imported functions are called where they come from, `module.name`, in order.
    pub fn read_imported(wasm: &[u8], sections: &Sections) -> Vec<String> {
        let imports = sections
            .by_id(IMPORT)
            .and_then(|s| ImportSectionReader::new(reader(wasm, s)).ok());
        let imports = imports
            .into_iter()
            .flat_map(ImportSectionReader::into_imports);
        imports
            .map_while(Result::ok)
            .filter(|import| matches!(import.ty, TypeRef::Func(_) | TypeRef::FuncExact(_)))
            .map(|import| format!("{}.{}", import.module, import.name))
            .collect()
    }

    /// All functions by index.
    pub fn iter(&self) -> impl Iterator<Item = &Function> {
        self.imported.iter().chain(&self.defined)
    }

    /// The function with this index.
    pub fn get(&self, index: u32) -> Option<&Function> {
        let index = index as usize;
        match self.imported.get(index) {
            Some(function) => Some(function),
            None => self.defined.get(index - self.imported.len()),
        }
    }

    /// The function that a person calls `name`: by its name, mangled or not, or by its index.
    pub fn find(&self, name: &str) -> Option<&Function> {
        let is_called = |function: &&Function| function.name.as_deref() == Some(name);
        let is_shown = |function: &&Function| function.shown() == name;
        self.iter()
            .find(is_called)
            .or_else(|| self.iter().find(is_shown))
            .or_else(|| self.get(name.parse().ok()?))
    }

    /// The function whose body has the byte at `offset`.
    pub fn at(&self, offset: u64) -> Option<&Function> {
        let after = self
            .defined
            .partition_point(|function| function.body.end as u64 <= offset);
        let function = self.defined.get(after)?;
        (function.body.start as u64 <= offset).then_some(function)
    }
}

/// The instructions of a function, up to the first that cannot be read.
pub(crate) fn operators<'a>(
    wasm: &'a [u8],
    function: &Function,
) -> impl Iterator<Item = Operator<'a>> + use<'a> {
    let body = FunctionBody::new(BinaryReader::new(&wasm[function.body.clone()], 0));
    let operators = body.get_operators_reader();
    let operators = operators.map(OperatorsReader::into_iter);
    operators.into_iter().flatten().map_while(Result::ok)
}

fn reader<'a>(wasm: &'a [u8], section: &Section) -> BinaryReader<'a> {
    BinaryReader::new(
        &wasm[section.contents.clone()],
        section.contents.start as u64,
    )
}

fn exported(wasm: &[u8], sections: &Sections) -> HashMap<u32, String> {
    let mut names = HashMap::new();
    let exports = sections
        .by_id(EXPORT)
        .and_then(|s| ExportSectionReader::new(reader(wasm, s)).ok());
    for export in exports.into_iter().flatten().map_while(Result::ok) {
        if matches!(export.kind, ExternalKind::Func | ExternalKind::FuncExact) {
            names
                .entry(export.index)
                .or_insert_with(|| export.name.to_string());
        }
    }
    names
}

fn bodies(wasm: &[u8], sections: &Sections) -> Vec<Range<usize>> {
    let Some(code) = sections.by_id(CODE) else {
        return Vec::new();
    };
    let section = &wasm[..code.contents.end];
    let mut bodies = Vec::new();
    let Some((count, mut at)) = leb128(section, code.contents.start) else {
        return bodies;
    };
    for _ in 0..count {
        let Some((size, start)) = leb128(section, at) else {
            break;
        };
        if size as usize > section.len() - start {
            break;
        }
        at = start + size as usize;
        bodies.push(start..at);
    }
    bodies
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::parse;

    fn functions(text: &str) -> Functions {
        let wasm = parse(text.as_bytes(), None, None).unwrap();
        Functions::read(&wasm, &Sections::read(&wasm))
    }

    #[test]
    fn functions_are_found_by_name_and_index() {
        let functions = functions(
            "(module (import \"m\" \"f\" (func)) (import \"m\" \"g\" (global i32))
                (func $named) (func (export \"e\")) (func)
                (func $_ZN4core3fmt5write17h0123456789abcdefE))",
        );
        let index = |name| functions.find(name).map(|function| function.index);
        assert_eq!(index("m.f"), Some(0));
        assert_eq!(index("named"), Some(1));
        assert_eq!(index("e"), Some(2));
        assert_eq!(index("3"), Some(3));
        assert_eq!(index("core::fmt::write"), Some(4));
        assert_eq!(index("other"), None);
        assert_eq!(functions.get(3).unwrap().shown(), "function 3");
        let body = functions.get(2).unwrap().body.clone();
        assert_eq!(functions.at(body.start as u64).unwrap().index, 2);
        assert_eq!(functions.at(body.end as u64), None);
    }
}
