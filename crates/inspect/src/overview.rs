//! [`Overview`]: every section of a file with its place and meaning, as plain data.

use std::ops::Range;

use serde::Serialize;
use wasmparser::{
    BinaryReader, ExportSectionReader, ExternalKind, FromReader, ImportSectionReader,
    SectionLimited, TypeRef, TypeSectionReader,
};
use weft_module::Features;

use crate::custom::{self, Reading, plural};
use crate::functions::Functions;
use crate::sections::{self, CODE, EXPORT, FUNCTION, IMPORT, section_name};
use crate::text::{PrintOptions, lines};
use crate::{Fault, Harmless, Layer, Section, Sections};

/// What a file holds.
#[derive(Clone, Debug, Serialize)]
pub struct Overview {
    /// A module or a component; `None` when its first bytes are neither's.
    pub kind: Option<Layer>,
    /// The length of the file.
    pub bytes: u64,
    /// The sections, as far as they can be told apart.
    pub sections: Vec<SectionView>,
    /// The first thing that is wrong. A module without a fault is valid; components are not validated.
    pub fault: Option<Fault>,
    /// Where the bytes begin that belong to no section.
    pub rest: Option<u64>,
}

/// A section, its place and what it says.
#[derive(Clone, Debug, Serialize)]
pub struct SectionView {
    /// The number of its kind.
    pub id: u8,
    /// What the specification calls it; the name of a custom section, with everything escaped that could do harm.
    pub name: String,
    /// Where it begins: the offset of its id.
    pub offset: u64,
    /// How many bytes it takes with its id and size.
    pub length: u64,
    /// Where its contents begin, after the name of a custom section.
    pub contents: u64,
    /// What it says, in a few words.
    pub meaning: String,
    /// What is wrong in a custom section; it changes nothing about the module.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
    /// What it says in full; empty unless asked for, or when nothing is known of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<Item>,
    /// The sections of a module or component inside a component.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sections: Vec<SectionView>,
}

/// One thing in a section.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Item {
    /// Where it begins.
    pub offset: u64,
    /// What it is. All of it is harmless to show.
    pub text: String,
}

/// How deep modules may lie in components; no more than the component model's own limit.
const MAX_DEPTH: usize = 100;

impl Overview {
    /// Looks at a file, validates it, and reads the items of those sections for which `wants_items` answers true.
    pub fn new(wasm: &[u8], wants_items: impl Fn(&Section) -> bool) -> Self {
        let sections = Sections::read(wasm);
        let views = views(wasm, 0..wasm.len(), &sections, &wants_items, MAX_DEPTH);
        let mut overview = Self {
            kind: sections.layer,
            bytes: wasm.len() as u64,
            sections: views,
            fault: sections.fault.clone(),
            rest: (sections.end() < wasm.len()).then_some(sections.end() as u64),
        };
        if sections.layer == Some(Layer::Module) {
            overview.validate(wasm);
        }
        overview.add_lines(wasm, &wants_items);
        overview
    }

    fn validate(&mut self, wasm: &[u8]) {
        if let Err(error) = weft_module::validate(wasm, &Features::all()) {
            let found = Fault {
                offset: error.offset(),
                message: error.message().to_string(),
            };
            let is_first = |known: &Fault| found.offset < known.offset;
            if self.fault.as_ref().is_none_or(is_first) {
                self.fault = Some(found);
            }
        }
    }

    /// Gives the sections that are best shown as text their lines of it.
    fn add_lines(&mut self, wasm: &[u8], wants_items: &impl Fn(&Section) -> bool) {
        let sections = Sections::read(wasm);
        let Some(layer) = sections.layer else {
            return;
        };
        let wanted = sections.list.iter().zip(&mut self.sections);
        let wanted =
            wanted.filter(|(section, _)| shows_text(layer, section.id) && wants_items(section));
        let mut wanted: Vec<&mut SectionView> = wanted.map(|(_, view)| view).collect();
        let (Some(first), Some(last)) = (wanted.first(), wanted.last()) else {
            return;
        };
        let range = first.offset..last.offset + last.length;
        let options = PrintOptions {
            skeleton: true,
            ..PrintOptions::default()
        };
        for line in lines(wasm, &options, range) {
            let text = line.text.trim_start();
            let view = wanted.iter_mut().find(|view| view.has(line.offset));
            if let Some(view) = view.filter(|_| !text.is_empty() && text != ")") {
                view.items.push(Item {
                    offset: line.offset,
                    text: text.to_string(),
                });
            }
        }
    }
}

impl SectionView {
    fn has(&self, offset: u64) -> bool {
        (self.offset..self.offset + self.length).contains(&offset)
    }
}

/// Whether the items of sections with this id are lines of the module's text.
fn shows_text(layer: Layer, id: u8) -> bool {
    match layer {
        Layer::Module => ![0, FUNCTION, sections::START, sections::DATA_COUNT].contains(&id),
        Layer::Component => id != 0,
    }
}

/// The sections of the module or component in `range` of the file, with offsets in the file.
fn views(
    wasm: &[u8],
    range: Range<usize>,
    sections: &Sections,
    wants_items: &impl Fn(&Section) -> bool,
    depth: usize,
) -> Vec<SectionView> {
    let Some(layer) = sections.layer else {
        return Vec::new();
    };
    let bytes = &wasm[range.clone()];
    let base = range.start;
    let view = |section: &Section| {
        let inner = match (layer, section.id) {
            (Layer::Component, 1 | 4) if depth > 0 => {
                let range = base + section.contents.start..base + section.contents.end;
                let inside = Sections::read(&wasm[range.clone()]);
                views(wasm, range, &inside, wants_items, depth - 1)
            }
            _ => Vec::new(),
        };
        let wants_items = wants_items(section);
        let reading = read(bytes, base as u64, layer, section, sections, wants_items);
        SectionView {
            id: section.id,
            name: match &section.name {
                Some(name) => Harmless(name).to_string(),
                None => section_name(layer, section.id).to_string(),
            },
            offset: (base + section.range.start) as u64,
            length: section.range.len() as u64,
            contents: (base + section.contents.start) as u64,
            meaning: reading.meaning,
            fault: reading.fault,
            items: match wants_items {
                true => reading.items,
                false => Vec::new(),
            },
            sections: inner,
        }
    };
    sections.list.iter().map(view).collect()
}

/// What a section says, as far as that is not left to its text.
fn read(
    bytes: &[u8],
    base: u64,
    layer: Layer,
    section: &Section,
    sections: &Sections,
    wants_items: bool,
) -> Reading {
    let contents = &bytes[section.contents.clone()];
    let offset = base + section.contents.start as u64;
    if let Some(name) = &section.name {
        let contents_of = |name: &str| {
            let section = sections.custom(name).next();
            section.map_or(&[][..], |section| &bytes[section.contents.clone()])
        };
        return custom::read(name, contents, offset, wants_items, contents_of);
    }
    let reader = BinaryReader::new(contents, offset);
    match layer {
        Layer::Component => component_section(section.id, reader),
        Layer::Module if section.id == FUNCTION && wants_items => {
            function_types(reader, bytes, sections)
        }
        Layer::Module => module_section(section.id, reader),
    }
}

fn module_section(id: u8, mut reader: BinaryReader<'_>) -> Reading {
    let count = || {
        reader
            .clone()
            .read_var_u32()
            .map_or(0, |count| count as usize)
    };
    let meaning = match id {
        1 => plural(count_types(&reader).unwrap_or_else(count), "type"),
        IMPORT => imports(&reader),
        FUNCTION => types_of(&reader),
        4 => plural(count(), "table"),
        5 => plural(count(), "memory"),
        6 => plural(count(), "global"),
        EXPORT => exports(&reader),
        sections::START => match reader.read_var_u32() {
            Ok(function) => format!("function {function} is called first"),
            Err(_) => String::new(),
        },
        9 => plural(count(), "element segment"),
        CODE => plural(count(), "function body"),
        11 => plural(count(), "data segment"),
        sections::DATA_COUNT => format!("{} follow", plural(count(), "data segment")),
        13 => plural(count(), "tag"),
        _ => String::new(),
    };
    Reading {
        meaning,
        ..Reading::default()
    }
}

fn component_section(id: u8, mut reader: BinaryReader<'_>) -> Reading {
    let what = match id {
        2 => "core instance",
        3 => "core type",
        5 => "instance",
        6 => "alias",
        7 => "type",
        8 => "canonical function",
        10 => "import",
        11 => "export",
        _ => return Reading::default(),
    };
    Reading {
        meaning: reader
            .read_var_u32()
            .map_or(String::new(), |count| plural(count as usize, what)),
        ..Reading::default()
    }
}

/// How many types there are, those in recursion groups counted.
fn count_types(reader: &BinaryReader<'_>) -> Option<usize> {
    let groups = TypeSectionReader::new(reader.clone()).ok()?;
    let mut count = 0;
    for group in groups {
        count += group.ok()?.types().len();
    }
    Some(count)
}

fn function_types(reader: BinaryReader<'_>, wasm: &[u8], sections: &Sections) -> Reading {
    let first = Functions::read_imported(wasm, sections).len();
    let types = all_with_offsets::<u32>(SectionLimited::new(reader.clone()));
    let items = types.enumerate().map(|(index, (offset, ty))| Item {
        offset,
        text: format!("function {}: type {ty}", first + index),
    });
    Reading {
        items: items.collect(),
        meaning: types_of(&reader),
        fault: None,
    }
}

fn types_of(reader: &BinaryReader<'_>) -> String {
    let types = all::<u32>(SectionLimited::new(reader.clone()));
    format!("the types of {}", plural(types.count(), "function"))
}

/// How many there are of each kind, the kinds in the order of their indices.
fn by_kind(kinds: impl Iterator<Item = usize>, what: &str) -> String {
    const KINDS: [&str; 5] = ["function", "table", "memory", "global", "tag"];
    let mut counts = [0; KINDS.len()];
    kinds.for_each(|kind| counts[kind] += 1);
    let shown = counts.iter().zip(KINDS).filter(|(count, _)| **count > 0);
    let shown: Vec<String> = shown.map(|(count, kind)| plural(*count, kind)).collect();
    let all = plural(counts.iter().sum(), what);
    match shown.is_empty() {
        true => all,
        false => format!("{all}: {}", shown.join(", ")),
    }
}

/// The items of a section up to the first that cannot be read, which validation tells.
fn all<'a, T: FromReader<'a>>(
    section: wasmparser::Result<SectionLimited<'a, T>>,
) -> impl Iterator<Item = T> {
    all_with_offsets(section).map(|(_, item)| item)
}

fn all_with_offsets<'a, T: FromReader<'a>>(
    section: wasmparser::Result<SectionLimited<'a, T>>,
) -> impl Iterator<Item = (u64, T)> {
    let items = section
        .into_iter()
        .flat_map(SectionLimited::into_iter_with_offsets);
    items.map_while(Result::ok)
}

fn imports(reader: &BinaryReader<'_>) -> String {
    let imports = ImportSectionReader::new(reader.clone()).into_iter();
    let imports = imports
        .flat_map(ImportSectionReader::into_imports)
        .map_while(Result::ok);
    let kinds = imports.map(|import| match import.ty {
        TypeRef::Func(_) | TypeRef::FuncExact(_) => 0,
        TypeRef::Table(_) => 1,
        TypeRef::Memory(_) => 2,
        TypeRef::Global(_) => 3,
        TypeRef::Tag(_) => 4,
    });
    by_kind(kinds, "import")
}

fn exports(reader: &BinaryReader<'_>) -> String {
    let exports = all(ExportSectionReader::new(reader.clone()));
    let kinds = exports.map(|export| match export.kind {
        ExternalKind::Func | ExternalKind::FuncExact => 0,
        ExternalKind::Table => 1,
        ExternalKind::Memory => 2,
        ExternalKind::Global => 3,
        ExternalKind::Tag => 4,
    });
    by_kind(kinds, "export")
}
