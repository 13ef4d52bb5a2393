//! [`Index`]: what a page knows before it unpacks anything: the outline of the module, and where the rest is.

use std::collections::HashMap;
use std::io;

use serde::Serialize;

use super::blobs::{Blobs, SIZE};
use super::calls::Calls;
use super::code::Code;
use super::{Core, Explorer};
use crate::functions::Function;
use crate::interface::{External, Interface};
use crate::size::{self, Size, Sizes};
use crate::{Fault, Harmless, Item, Layer, Overview, SectionView};

/// How many bytes of the file a piece has.
const BYTES: usize = 1 << 18;

/// The outline of a file.
#[derive(Serialize)]
pub(super) struct Index {
    name: String,
    kind: Option<Layer>,
    bytes: usize,
    fault: Option<Fault>,
    rest: Option<u64>,
    /// How many bytes a piece of the file has, and the number of the first of these pieces.
    pieces: (usize, usize),
    sections: Vec<Section>,
    functions: FunctionList,
    /// The texts that `functions.namespace` and `functions.ty` count.
    namespaces: Vec<String>,
    types: Vec<String>,
    imports: Vec<External>,
    exports: Vec<External>,
    code: Code,
    /// The number of the piece with the calls.
    calls: usize,
    /// The bytes of functions by source file.
    files: Vec<Size>,
}

/// A section, with those inside of it right after.
#[derive(Serialize)]
struct Section {
    depth: usize,
    id: u8,
    name: String,
    offset: u64,
    length: u64,
    contents: u64,
    meaning: String,
    fault: Option<Fault>,
    /// How many lines tell what is in it.
    count: usize,
    /// For each piece of them: the first line in it, its offset, and the number of the piece.
    pieces: Vec<(usize, u64, usize)>,
}

/// Lines of a section in a piece.
#[derive(Serialize)]
struct Lines<'a> {
    /// The lines.
    t: Vec<&'a str>,
    /// Their offsets.
    o: Vec<u64>,
}

/// Functions by index. Those that are imported come first and have no bytes.
#[derive(Default, Serialize)]
struct FunctionList {
    imported: usize,
    name: Vec<String>,
    start: Vec<usize>,
    length: Vec<usize>,
    /// With the field that tells its size.
    size: Vec<u64>,
    ty: Vec<usize>,
    /// For each that is defined here.
    namespace: Vec<usize>,
}

impl Index {
    /// Writes everything but the index, which is what comes out.
    pub(super) fn write(explorer: &Explorer<'_>, blobs: &mut Blobs<'_>) -> io::Result<Self> {
        let wasm = explorer.wasm;
        let core = Core::of(wasm);
        let interface = Interface::read(core.wasm, &core.sections);
        let overview = Overview::new(wasm, |_| true);
        let first = write_bytes(wasm, blobs)?;
        let calls = blobs.add_json(&Calls::read(core.wasm, &core.sections, &core.functions))?;
        let mut views = Vec::new();
        write_sections(&overview.sections, 0, &mut views, blobs)?;
        let code = Code::write(explorer, &core, blobs)?;
        let mut namespaces = Texts::default();
        let mut types = Texts::default();
        let functions = FunctionList::new(&core, &interface, &mut namespaces, &mut types);
        Ok(Self {
            name: Harmless(explorer.name).to_string(),
            kind: overview.kind,
            bytes: wasm.len(),
            fault: overview.fault,
            rest: overview.rest,
            pieces: (BYTES, first),
            sections: views,
            functions,
            namespaces: namespaces.list,
            types: types.list,
            imports: interface.imports.into_iter().map(harmless).collect(),
            exports: interface.exports.into_iter().map(harmless).collect(),
            code,
            calls,
            files: Sizes::of_files(core.wasm)
                .into_iter()
                .map(|file| Size {
                    name: Harmless(&file.name).to_string(),
                    bytes: file.bytes,
                })
                .collect(),
        })
    }
}

fn harmless(external: External) -> External {
    External {
        module: external.module.map(|name| Harmless(&name).to_string()),
        name: Harmless(&external.name).to_string(),
        ..external
    }
}

/// The file itself; the number of the first piece.
fn write_bytes(wasm: &[u8], blobs: &mut Blobs<'_>) -> io::Result<usize> {
    let mut first = None;
    for piece in wasm.chunks(BYTES) {
        let number = blobs.add(piece.to_vec())?;
        first.get_or_insert(number);
    }
    Ok(first.unwrap_or(0))
}

fn write_sections(
    views: &[SectionView],
    depth: usize,
    list: &mut Vec<Section>,
    blobs: &mut Blobs<'_>,
) -> io::Result<()> {
    for view in views {
        list.push(Section {
            depth,
            id: view.id,
            name: view.name.clone(),
            offset: view.offset,
            length: view.length,
            contents: view.contents,
            meaning: view.meaning.clone(),
            fault: view.fault.clone(),
            count: view.items.len(),
            pieces: write_items(&view.items, blobs)?,
        });
        write_sections(&view.sections, depth + 1, list, blobs)?;
    }
    Ok(())
}

fn write_items(items: &[Item], blobs: &mut Blobs<'_>) -> io::Result<Vec<(usize, u64, usize)>> {
    let mut items: Vec<&Item> = items.iter().collect();
    // They are looked for by their offsets.
    items.sort_by_key(|item| item.offset);
    let mut pieces = Vec::new();
    let mut start = 0;
    while start < items.len() {
        let mut size = 0;
        let fits = |item: &&&Item| {
            size += item.text.len();
            size < SIZE
        };
        let count = items[start..].iter().take_while(fits).count().max(1);
        let piece = &items[start..start + count];
        let number = blobs.add_json(&Lines {
            t: piece.iter().map(|item| &*item.text).collect(),
            o: piece.iter().map(|item| item.offset).collect(),
        })?;
        pieces.push((start, piece[0].offset, number));
        start += count;
    }
    Ok(pieces)
}

impl FunctionList {
    fn new(
        core: &Core<'_>,
        interface: &Interface,
        namespaces: &mut Texts,
        types: &mut Texts,
    ) -> Self {
        let functions = &core.functions;
        let mut list = Self {
            imported: functions.imported.len(),
            ..Self::default()
        };
        for function in functions.iter() {
            let ty = types.number(interface.function(function.index));
            list.add(function, core.start, ty);
        }
        let names = size::namespaces(functions);
        list.namespace = names.map(|name| namespaces.number(name)).collect();
        for name in &mut namespaces.list {
            *name = Harmless(name).to_string();
        }
        list
    }

    fn add(&mut self, function: &Function, start: usize, ty: usize) {
        self.name.push(Harmless(&function.shown()).to_string());
        self.start.push(start + function.body.start);
        self.length.push(function.body.len());
        self.size.push(match function.body.is_empty() {
            true => 0,
            false => size::size(function),
        });
        self.ty.push(ty);
    }
}

/// Texts that are numbered when they are first met.
#[derive(Default)]
struct Texts {
    list: Vec<String>,
    numbers: HashMap<String, usize>,
}

impl Texts {
    fn number(&mut self, text: &str) -> usize {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        self.numbers.insert(text.to_string(), self.list.len());
        self.list.push(text.to_string());
        self.list.len() - 1
    }
}
