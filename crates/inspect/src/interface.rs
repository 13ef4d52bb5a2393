//! [`Interface`]: what a module shows of itself, its types, imports and exports, in words that do not depend on indices.

use std::fmt;

use serde::Serialize;
use wasmparser::{
    BinaryReader, ExportSectionReader, ExternalKind, FromReader, FunctionSectionReader,
    GlobalSectionReader, GlobalType, ImportSectionReader, MemorySectionReader, MemoryType,
    SectionLimited, TableSectionReader, TableType, TagSectionReader, TypeRef, TypeSectionReader,
};

use crate::sections::{EXPORT, FUNCTION, IMPORT, Sections};

/// The types of a module and of what it imports and exports, as far as they can be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interface {
    /// Its types, by index.
    pub types: Vec<String>,
    /// What it imports, in order.
    pub imports: Vec<External>,
    /// What it exports, in order.
    pub exports: Vec<External>,
    functions: Vec<String>,
    tables: Vec<String>,
    memories: Vec<String>,
    globals: Vec<String>,
    tags: Vec<String>,
}

/// Something that a module imports or exports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct External {
    /// The module that it is imported from; `None` of an export.
    pub module: Option<String>,
    /// What it is called. Like all text of a module it may be hostile.
    pub name: String,
    /// `function`, `table`, `memory`, `global` or `tag`.
    pub kind: &'static str,
    /// Its index among those of its kind.
    pub index: u32,
    /// Its type as text.
    pub ty: String,
}

impl fmt::Display for External {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(module) = &self.module {
            write!(f, "{module}.")?;
        }
        write!(f, "{}: {}", self.name, self.ty)
    }
}

const TYPE: u8 = 1;
const TABLE: u8 = 4;
const MEMORY: u8 = 5;
const GLOBAL: u8 = 6;
const TAG: u8 = 13;

impl Interface {
    /// Reads the module `wasm`, whose sections are `sections`.
    pub fn read(wasm: &[u8], sections: &Sections) -> Self {
        let file = File { wasm, sections };
        let mut interface = Self::default();
        interface.read_types(&file);
        interface.read_imports(&file);
        interface.read_definitions(&file);
        interface.read_exports(&file);
        interface
    }

    /// The type of a function.
    pub fn function(&self, index: u32) -> &str {
        self.functions
            .get(index as usize)
            .map_or("?", String::as_str)
    }

    /// The type with this index.
    pub fn ty(&self, index: u32) -> &str {
        self.types.get(index as usize).map_or("?", String::as_str)
    }

    /// The types of its memories, imported ones first.
    pub fn memories(&self) -> &[String] {
        &self.memories
    }

    fn read_types(&mut self, file: &File<'_>) {
        for group in file.items(TYPE, TypeSectionReader::new) {
            self.types.extend(group.types().map(ToString::to_string));
        }
    }

    fn read_imports(&mut self, file: &File<'_>) {
        let imports = file
            .section(IMPORT)
            .and_then(|reader| ImportSectionReader::new(reader).ok());
        let imports = imports
            .into_iter()
            .flat_map(ImportSectionReader::into_imports);
        for import in imports.map_while(Result::ok) {
            let (kind, space, ty) = match import.ty {
                TypeRef::Func(ty) | TypeRef::FuncExact(ty) => {
                    let ty = self.ty(ty).to_string();
                    ("function", &mut self.functions, ty)
                }
                TypeRef::Table(ty) => ("table", &mut self.tables, table(&ty)),
                TypeRef::Memory(ty) => ("memory", &mut self.memories, memory(&ty)),
                TypeRef::Global(ty) => ("global", &mut self.globals, global(&ty)),
                TypeRef::Tag(ty) => {
                    let ty = format!("(tag {})", self.ty(ty.func_type_idx));
                    ("tag", &mut self.tags, ty)
                }
            };
            self.imports.push(External {
                module: Some(import.module.to_string()),
                name: import.name.to_string(),
                kind,
                index: space.len() as u32,
                ty: ty.clone(),
            });
            space.push(ty);
        }
    }

    fn read_definitions(&mut self, file: &File<'_>) {
        for ty in file.items(FUNCTION, FunctionSectionReader::new) {
            self.functions.push(self.ty(ty).to_string());
        }
        let tables = file.items(TABLE, TableSectionReader::new);
        self.tables
            .extend(tables.map(|definition| table(&definition.ty)));
        let memories = file.items(MEMORY, MemorySectionReader::new);
        self.memories.extend(memories.map(|ty| memory(&ty)));
        let globals = file.items(GLOBAL, GlobalSectionReader::new);
        self.globals
            .extend(globals.map(|definition| global(&definition.ty)));
        for tag in file.items(TAG, TagSectionReader::new) {
            let ty = format!("(tag {})", self.ty(tag.func_type_idx));
            self.tags.push(ty);
        }
    }

    fn read_exports(&mut self, file: &File<'_>) {
        for export in file.items(EXPORT, ExportSectionReader::new) {
            let (kind, space) = match export.kind {
                ExternalKind::Func | ExternalKind::FuncExact => ("function", &self.functions),
                ExternalKind::Table => ("table", &self.tables),
                ExternalKind::Memory => ("memory", &self.memories),
                ExternalKind::Global => ("global", &self.globals),
                ExternalKind::Tag => ("tag", &self.tags),
            };
            let ty = space.get(export.index as usize).map_or("?", String::as_str);
            self.exports.push(External {
                module: None,
                name: export.name.to_string(),
                kind,
                index: export.index,
                ty: ty.to_string(),
            });
        }
    }
}

struct File<'a> {
    wasm: &'a [u8],
    sections: &'a Sections,
}

impl<'a> File<'a> {
    fn section(&self, id: u8) -> Option<BinaryReader<'a>> {
        let range = self.sections.by_id(id)?.contents.clone();
        Some(BinaryReader::new(
            &self.wasm[range.clone()],
            range.start as u64,
        ))
    }

    /// The items of a section, up to the first that cannot be read.
    fn items<T: FromReader<'a>>(
        &self,
        id: u8,
        new: fn(BinaryReader<'a>) -> wasmparser::Result<SectionLimited<'a, T>>,
    ) -> impl Iterator<Item = T> + use<'a, T> {
        let items = self.section(id).and_then(|reader| new(reader).ok());
        items.into_iter().flatten().map_while(Result::ok)
    }
}

fn table(ty: &TableType) -> String {
    let limits = limits(ty.table64, ty.initial, ty.maximum, ty.shared);
    format!("(table {limits} {})", ty.element_type)
}

fn memory(ty: &MemoryType) -> String {
    let limits = limits(ty.memory64, ty.initial, ty.maximum, ty.shared);
    let page = ty
        .page_size_log2
        .map_or(String::new(), |log2| format!(" (pagesize 2^{log2})"));
    format!("(memory {limits}{page})")
}

fn limits(is_64: bool, initial: u64, maximum: Option<u64>, shared: bool) -> String {
    let address = if is_64 { "i64 " } else { "" };
    let maximum = maximum.map_or(String::new(), |maximum| format!(" {maximum}"));
    let shared = if shared { " shared" } else { "" };
    format!("{address}{initial}{maximum}{shared}")
}

fn global(ty: &GlobalType) -> String {
    let content = ty.content_type;
    match ty.mutable {
        true => format!("(global (mut {content}))"),
        false => format!("(global {content})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::parse;

    #[test]
    fn types_are_spelled_out() {
        let wasm = parse(
            b"(module (import \"m\" \"f\" (func (param i32) (result i64 f32)))
                (import \"m\" \"t\" (table 1 2 externref))
                (memory (export \"mem\") i64 3 4 shared)
                (global (export \"g\") (mut v128) (v128.const i64x2 0 0))
                (tag (export \"tag\") (param f64))
                (func (export \"e\")))",
            None,
            None,
        )
        .unwrap();
        let interface = Interface::read(&wasm, &Sections::read(&wasm));
        let shown = |items: &[External]| items.iter().map(External::to_string).collect::<Vec<_>>();
        assert_eq!(
            shown(&interface.imports),
            [
                "m.f: (func (param i32) (result i64 f32))",
                "m.t: (table 1 2 externref)"
            ]
        );
        assert_eq!(
            shown(&interface.exports),
            [
                "mem: (memory i64 3 4 shared)",
                "g: (global (mut v128))",
                "tag: (tag (func (param f64)))",
                "e: (func)"
            ]
        );
    }
}
