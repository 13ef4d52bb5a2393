//! [`Metadata`]: who made a module and what for, read and added to.
//!
//! The `producers` section is a convention of tools; the texts are annotations of container images, one custom section each.

use std::collections::BTreeMap;

use serde::Serialize;
use wasmparser::{BinaryReader, ProducersSectionReader};

use crate::Fault;
use crate::names::{NameKind, Names};
use crate::sections::{Layer, Sections};
use crate::strip::{push_leb128, push_name, push_section};

/// What a module says about where it comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Metadata {
    /// Its name, from the name section.
    pub name: Option<String>,
    /// Languages, tools and SDKs (`language`, `processed-by`, `sdk`), each with a version that may be empty.
    pub producers: BTreeMap<String, Vec<Producer>>,
    /// The texts of [`TEXTS`] that it has.
    pub texts: BTreeMap<String, String>,
}

/// A language, tool or SDK.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Producer {
    /// What it is called.
    pub name: String,
    /// Its version; may be empty.
    pub version: String,
}

/// Custom sections that are a text about the module.
pub const TEXTS: [&str; 7] = [
    "authors",
    "description",
    "homepage",
    "licenses",
    "revision",
    "source",
    "version",
];

impl Metadata {
    /// Reads the metadata of a module, or of the outermost component. What is damaged is left out.
    pub fn read(wasm: &[u8]) -> Self {
        let mut metadata = Self::default();
        for section in &Sections::read(wasm).list {
            let contents = &wasm[section.contents.clone()];
            match section.name.as_deref() {
                Some("name") => metadata.name = module_name(contents).or(metadata.name),
                Some("producers") => {
                    // An error ends this section; what came before it stays.
                    let _ = metadata.read_producers(BinaryReader::new(contents, 0));
                }
                Some(text) if TEXTS.contains(&text) => {
                    let value = String::from_utf8_lossy(contents).into_owned();
                    metadata.texts.insert(text.to_string(), value);
                }
                _ => {}
            }
        }
        metadata
    }

    fn read_producers(&mut self, reader: BinaryReader<'_>) -> wasmparser::Result<()> {
        for field in ProducersSectionReader::new(reader)? {
            let field = field?;
            for value in field.values {
                let value = value?;
                self.add_producer(field.name, value.name, value.version);
            }
        }
        Ok(())
    }

    /// Adds a producer, or gives it a new version.
    pub fn add_producer(&mut self, field: &str, name: &str, version: &str) {
        let producers = self.producers.entry(field.to_string()).or_default();
        match producers.iter_mut().find(|producer| producer.name == name) {
            Some(producer) => producer.version = version.to_string(),
            None => producers.push(Producer {
                name: name.to_string(),
                version: version.to_string(),
            }),
        }
    }

    /// The module with this metadata in place of what it has.
    ///
    /// # Errors
    /// When the file is damaged, or a name is to be given to a component.
    pub fn write(&self, wasm: &[u8]) -> Result<Vec<u8>, Fault> {
        let sections = Sections::read(wasm);
        if let Some(fault) = sections.fault {
            return Err(fault);
        }
        let is_ours = |name: &str| name == "producers" || TEXTS.contains(&name);
        let mut written = wasm[..wasm.len().min(8)].to_vec();
        let mut other_names = None;
        for section in &sections.list {
            match section.name.as_deref() {
                Some("name") => other_names = Some(&wasm[section.contents.clone()]),
                Some(name) if is_ours(name) => {}
                _ => written.extend(&wasm[section.range.clone()]),
            }
        }
        match (&self.name, sections.layer) {
            (Some(_), Some(Layer::Component)) => {
                return Err(Fault {
                    offset: 0,
                    message: "a component is not named by this section".to_string(),
                });
            }
            (None, _) if other_names.is_none() => {}
            (name, _) => push_custom(
                &mut written,
                "name",
                &with_module_name(other_names.unwrap_or(&[]), name.as_deref()),
            ),
        }
        if !self.producers.is_empty() {
            push_custom(&mut written, "producers", &self.encode_producers());
        }
        for (name, text) in &self.texts {
            push_custom(&mut written, name, text.as_bytes());
        }
        Ok(written)
    }

    fn encode_producers(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        push_leb128(&mut bytes, self.producers.len() as u32);
        for (field, producers) in &self.producers {
            push_name(&mut bytes, field);
            push_leb128(&mut bytes, producers.len() as u32);
            for producer in producers {
                push_name(&mut bytes, &producer.name);
                push_name(&mut bytes, &producer.version);
            }
        }
        bytes
    }
}

fn push_custom(wasm: &mut Vec<u8>, name: &str, contents: &[u8]) {
    let mut section = Vec::new();
    push_name(&mut section, name);
    section.extend(contents);
    push_section(wasm, 0, &section);
}

fn module_name(names: &[u8]) -> Option<String> {
    let names = Names::read(names, 0).list;
    let mut modules = names
        .into_iter()
        .filter(|name| name.kind == NameKind::Module);
    modules.next().map(|name| name.name)
}

/// The contents of a name section with another name of the module. Subsections after a damaged one are lost with it.
fn with_module_name(names: &[u8], name: Option<&str>) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(name) = name {
        let mut subsection = Vec::new();
        push_name(&mut subsection, name);
        push_section(&mut bytes, 0, &subsection);
    }
    let mut reader = BinaryReader::new(names, 0);
    while let (Ok(id), Ok(mut contents)) = (reader.read_u8(), reader.read_reader()) {
        let length = contents.bytes_remaining();
        if let (true, Ok(contents)) = (id != 0, contents.read_bytes(length)) {
            push_section(&mut bytes, id, contents);
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::parse;

    #[test]
    fn what_is_written_is_read_again() {
        let text = "(module $old (@producers (language \"C\" \"11\")) (func $f))";
        let wasm = parse(text.as_bytes(), None, None).unwrap();
        let mut metadata = Metadata::read(&wasm);
        assert_eq!(metadata.name.as_deref(), Some("old"));
        metadata.name = Some("new".to_string());
        metadata.add_producer("language", "C", "23");
        metadata.add_producer("sdk", "kit", "");
        metadata
            .texts
            .insert("licenses".to_string(), "MIT".to_string());
        let written = metadata.write(&wasm).unwrap();
        assert_eq!(Metadata::read(&written), metadata);
        // The other names stay.
        assert!(
            crate::Functions::read(&written, &Sections::read(&written))
                .find("f")
                .is_some()
        );
        assert_eq!(metadata.write(&written).unwrap(), written);
    }

    #[test]
    fn a_damaged_file_is_not_written() {
        assert!(Metadata::default().write(b"\0asm\x01\0\0\0\x01").is_err());
    }
}
