//! The name section (appendix "Name Section"), read as far as it goes, with the offset of each name.

use std::collections::HashMap;

use wasmparser::BinaryReader;

use crate::{Fault, Sections};

/// What a name is of.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NameKind {
    /// The module.
    Module,
    /// Something with an index: a function, type, table and so on.
    Item(&'static str),
    /// Something inside an item: a local, label or field.
    Inner(&'static str),
    /// A subsection that is not known; its contents have no names.
    Unknown(u8),
}

/// A name in the name section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// Where the entry is.
    pub offset: u64,
    /// What the name is of.
    pub kind: NameKind,
    /// The item's index; 0 for the module.
    pub index: u32,
    /// The index of a local, label or field.
    pub inner: u32,
    /// The name, with what is not UTF-8 replaced.
    pub name: String,
}

/// All names of a section, and where reading them ended if it is damaged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// In the order of the section.
    pub list: Vec<Name>,
    /// Why there are no more.
    pub fault: Option<Fault>,
}

impl Names {
    /// Reads the contents of a name section that begins at `offset`.
    pub fn read(contents: &[u8], offset: u64) -> Self {
        let mut list = Vec::new();
        let fault = each(contents, offset, |entry| {
            list.push(Name {
                offset: entry.offset,
                kind: entry.kind,
                index: entry.index,
                inner: entry.inner,
                name: String::from_utf8_lossy(entry.name).into_owned(),
            });
        });
        Self {
            list,
            fault: fault.err().map(Fault::from),
        }
    }
}

/// A [`Name`] as it lies in the section.
pub(crate) struct Entry<'a> {
    pub(crate) offset: u64,
    pub(crate) kind: NameKind,
    pub(crate) index: u32,
    pub(crate) inner: u32,
    pub(crate) name: &'a [u8],
}

/// Reads the contents of a name section that begins at `offset`, and gives each name to `take`.
///
/// # Errors
/// When it is damaged: what comes before has been given.
pub(crate) fn each<'a>(
    contents: &'a [u8],
    offset: u64,
    mut take: impl FnMut(Entry<'a>),
) -> wasmparser::Result<()> {
    let mut reader = BinaryReader::new(contents, offset);
    while !reader.eof() {
        let offset = reader.original_position();
        let kind = kind(reader.read_u8()?);
        let mut contents = reader.read_reader()?;
        match kind {
            NameKind::Module => take(entry(offset, kind, 0, 0, &mut contents)?),
            NameKind::Item(_) => read_map(kind, &mut contents, &mut take)?,
            NameKind::Inner(_) => read_indirect(kind, &mut contents, &mut take)?,
            NameKind::Unknown(_) => {}
        }
    }
    Ok(())
}

fn read_map<'a>(
    kind: NameKind,
    reader: &mut BinaryReader<'a>,
    take: &mut impl FnMut(Entry<'a>),
) -> wasmparser::Result<()> {
    for _ in 0..reader.read_var_u32()? {
        let offset = reader.original_position();
        let index = reader.read_var_u32()?;
        take(entry(offset, kind, index, 0, reader)?);
    }
    Ok(())
}

fn read_indirect<'a>(
    kind: NameKind,
    reader: &mut BinaryReader<'a>,
    take: &mut impl FnMut(Entry<'a>),
) -> wasmparser::Result<()> {
    for _ in 0..reader.read_var_u32()? {
        let index = reader.read_var_u32()?;
        for _ in 0..reader.read_var_u32()? {
            let offset = reader.original_position();
            let inner = reader.read_var_u32()?;
            take(entry(offset, kind, index, inner, reader)?);
        }
    }
    Ok(())
}

fn entry<'a>(
    offset: u64,
    kind: NameKind,
    index: u32,
    inner: u32,
    reader: &mut BinaryReader<'a>,
) -> wasmparser::Result<Entry<'a>> {
    let length = reader.read_var_u32()?;
    Ok(Entry {
        offset,
        kind,
        index,
        inner,
        name: reader.read_bytes(length as usize)?,
    })
}

fn kind(id: u8) -> NameKind {
    match id {
        0 => NameKind::Module,
        1 => NameKind::Item("function"),
        2 => NameKind::Inner("local"),
        3 => NameKind::Inner("label"),
        4 => NameKind::Item("type"),
        5 => NameKind::Item("table"),
        6 => NameKind::Item("memory"),
        7 => NameKind::Item("global"),
        8 => NameKind::Item("element segment"),
        9 => NameKind::Item("data segment"),
        10 => NameKind::Inner("field"),
        11 => NameKind::Item("tag"),
        id => NameKind::Unknown(id),
    }
}

/// The names of all items of one kind, such as `function`, by index; the first of an index counts.
pub fn by_index(wasm: &[u8], sections: &Sections, item: &str) -> HashMap<u32, String> {
    let mut found = HashMap::new();
    for section in sections.custom("name") {
        let contents = &wasm[section.contents.clone()];
        for name in Names::read(contents, section.contents.start as u64).list {
            if matches!(name.kind, NameKind::Item(kind) if kind == item) {
                found.entry(name.index).or_insert(name.name);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_shapes_are_read() {
        let section = b"\0\x02\x01m\x01\x04\x01\x07\x01f\x02\x06\x01\x07\x01\x02\x01l\x63\x01x";
        let names = Names::read(section, 100);
        assert_eq!(names.fault, None);
        let read: Vec<_> = names
            .list
            .iter()
            .map(|n| (n.kind, n.index, n.inner, n.offset, &*n.name))
            .collect();
        assert_eq!(
            read,
            [
                (NameKind::Module, 0, 0, 100, "m"),
                (NameKind::Item("function"), 7, 0, 107, "f"),
                (NameKind::Inner("local"), 7, 2, 115, "l"),
            ]
        );
    }

    #[test]
    fn a_damaged_section_keeps_what_is_before_the_fault() {
        let names = Names::read(b"\x01\x08\x02\x00\x01f\x01\x7fxy", 0);
        assert_eq!(names.list.len(), 1);
        assert_eq!(names.fault.map(|fault| fault.offset), Some(8));
    }
}
