//! The name section (appendix "Custom Sections"), for people who read traces and profiles.
//!
//! It is decoded when somebody asks. What is broken in it is left out and the rest kept: names
//! change nothing about what a module means.

use wasmparser::BinaryReader;

use crate::{Entity, ExternType, FuncIndex, ModuleInfo};

const MODULE: u8 = 0;
const FUNCTIONS: u8 = 1;
const LOCALS: u8 = 2;

/// The names that a module gives to itself, its functions and their locals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    module: Option<Box<str>>,
    functions: NameMap,
    /// Functions that have named locals, by index.
    locals: Vec<(u32, NameMap)>,
}

impl Names {
    /// Decodes the name section of the module that `info` describes and `bytes` are.
    ///
    /// A function without a name in it goes by the name that it is exported or imported under.
    pub fn decode(info: &ModuleInfo, bytes: &[u8]) -> Self {
        let mut names = Self::default();
        for section in info.custom_sections("name") {
            let range = section.range.start as usize..section.range.end as usize;
            // An error ends this section; what came before it stays.
            let _ = names.read_section(BinaryReader::new(bytes.get(range).unwrap_or(&[]), 0));
        }
        names.locals.sort_by_key(|(function, _)| *function);
        names.functions.finish();
        names.add_interface(info);
        names
    }

    /// The name of the module.
    pub fn module_name(&self) -> Option<&str> {
        self.module.as_deref()
    }

    /// The name of a function.
    pub fn function_name(&self, function: FuncIndex) -> Option<&str> {
        self.functions.get(function.0)
    }

    /// The name of a local of a function; parameters are the first locals.
    pub fn local_name(&self, function: FuncIndex, local: u32) -> Option<&str> {
        let position = self
            .locals
            .binary_search_by_key(&function.0, |(function, _)| *function)
            .ok()?;
        self.locals[position].1.get(local)
    }

    /// Every function that has a name, in order of index.
    pub fn functions(&self) -> impl Iterator<Item = (FuncIndex, &str)> {
        self.functions
            .iter()
            .map(|(index, name)| (FuncIndex(index), name))
    }

    fn read_section(&mut self, mut reader: BinaryReader<'_>) -> wasmparser::Result<()> {
        while !reader.eof() {
            let id = reader.read_u8()?;
            let mut contents = reader.read_reader()?;
            let _ = match id {
                MODULE => read_name(&mut contents).map(|name| self.module = Some(name.into())),
                FUNCTIONS => self.functions.read(&mut contents),
                LOCALS => self.read_locals(&mut contents),
                _ => Ok(()),
            };
        }
        Ok(())
    }

    fn read_locals(&mut self, reader: &mut BinaryReader<'_>) -> wasmparser::Result<()> {
        for _ in 0..reader.read_var_u32()? {
            let function = reader.read_var_u32()?;
            let mut names = NameMap::default();
            let read = names.read(reader);
            names.finish();
            self.locals.push((function, names));
            read?;
        }
        Ok(())
    }

    fn add_interface(&mut self, info: &ModuleInfo) {
        let mut more = NameMap::default();
        for export in &info.exports {
            if let Entity::Func(function) = export.entity {
                more.push(function.0, &export.name);
            }
        }
        let functions = info
            .imports
            .iter()
            .filter(|import| matches!(import.ty, ExternType::Func(_)));
        for (index, import) in functions.enumerate() {
            more.push(index as u32, &format!("{}.{}", import.module, import.name));
        }
        more.finish();
        self.functions.fill_from(&more);
    }
}

/// Names by index, with all their text in one place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct NameMap {
    text: String,
    /// Index, and the end of the name in `text`; the start, too, since they get sorted.
    entries: Vec<(u32, u32, u32)>,
}

impl NameMap {
    fn push(&mut self, index: u32, name: &str) {
        let start = self.text.len();
        // The text is never longer than the module, three times over for replacement characters.
        let (Ok(start), Ok(end)) = (u32::try_from(start), u32::try_from(start + name.len())) else {
            return;
        };
        self.text.push_str(name);
        self.entries.push((index, start, end));
    }

    fn read(&mut self, reader: &mut BinaryReader<'_>) -> wasmparser::Result<()> {
        for _ in 0..reader.read_var_u32()? {
            let index = reader.read_var_u32()?;
            let name = read_name(reader)?;
            self.push(index, &name);
        }
        Ok(())
    }

    /// Makes the map searchable: sorted, and the first name of an index alone.
    fn finish(&mut self) {
        self.entries.sort_by_key(|entry| entry.0);
        self.entries.dedup_by_key(|entry| entry.0);
    }

    fn get(&self, index: u32) -> Option<&str> {
        let position = self
            .entries
            .binary_search_by_key(&index, |entry| entry.0)
            .ok()?;
        Some(self.name(self.entries[position]))
    }

    fn iter(&self) -> impl Iterator<Item = (u32, &str)> {
        self.entries
            .iter()
            .map(|&entry| (entry.0, self.name(entry)))
    }

    fn name(&self, (_, start, end): (u32, u32, u32)) -> &str {
        &self.text[start as usize..end as usize]
    }

    /// Adds the names of `other` for indices that have none.
    fn fill_from(&mut self, other: &Self) {
        let missing: Vec<(u32, &str)> = other
            .iter()
            .filter(|(index, _)| self.get(*index).is_none())
            .collect();
        for (index, name) in missing {
            self.push(index, name);
        }
        self.finish();
    }
}

/// A name, with what is not UTF-8 replaced.
fn read_name<'a>(reader: &mut BinaryReader<'a>) -> wasmparser::Result<std::borrow::Cow<'a, str>> {
    let length = reader.read_var_u32()?;
    Ok(String::from_utf8_lossy(reader.read_bytes(length as usize)?))
}
