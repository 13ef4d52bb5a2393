//! The sections of a module (§ 5.5), one file each: checked by the validator, then taken into
//! [`ModuleInfo`].
//!
//! A section is validated first and converted after, so conversion may rely on every index and
//! type. When validation fails, the section is read again to tell bytes that are malformed from
//! ones that are only invalid; that costs nothing where it matters.

mod code;
mod const_expr;
mod custom;
mod data;
mod elements;
mod exports;
mod functions;
mod globals;
mod imports;
mod memories;
mod tables;
mod tags;
mod types;

use std::ops::Range;

use wasmparser::{FromReader, Payload, SectionLimited, Validator};

use crate::bits::BitSet;
use crate::convert::Unsupported;
use crate::facts::BodyFacts;
use crate::resources::Resources;
use crate::{
    DecodeError, DecodeErrorKind, DefinedFuncIndex, Entity, Features, FuncIndex, ModuleInfo, quick,
};

type Result<T> = std::result::Result<T, DecodeError>;

/// What the sections that have been seen so far add up to.
pub(crate) struct Sections {
    pub(crate) info: ModuleInfo,
    /// What bodies are validated against: known as soon as the first body is.
    pub(crate) resources: Option<Resources>,
    pub(crate) features: Features,
    /// Whether bodies may be proved valid the quick way.
    pub(crate) quick: bool,
    validator: Validator,
    /// How many bodies have been handed out to be validated.
    handed_out: usize,
    escaping: BitSet,
}

impl Sections {
    pub(crate) fn new(features: &Features) -> Self {
        Self {
            info: ModuleInfo::default(),
            resources: None,
            features: *features,
            quick: true,
            validator: Validator::new_with_features(features.to_wasmparser()),
            handed_out: 0,
            escaping: BitSet::default(),
        }
    }

    /// Validates and takes in one payload of `module`, the bytes so far; bodies are only noted.
    pub(crate) fn payload(&mut self, payload: Payload<'_>, module: &[u8]) -> Result<()> {
        match payload {
            Payload::Version {
                num,
                encoding,
                range,
            } => self
                .validator
                .version(num, encoding, &range)
                .map_err(|error| DecodeError::structure(&error)),
            Payload::TypeSection(section) => self.types(&section),
            Payload::ImportSection(section) => self.imports(&section),
            Payload::FunctionSection(section) => self.functions(&section),
            Payload::TableSection(section) => self.tables(&section),
            Payload::MemorySection(section) => self.memories(&section),
            Payload::TagSection(section) => self.tags(&section),
            Payload::GlobalSection(section) => self.globals(&section),
            Payload::ExportSection(section) => self.exports(&section),
            Payload::StartSection { func, range } => self.start(func, &range),
            Payload::ElementSection(section) => self.elements(&section),
            Payload::DataCountSection { count, range } => self.data_count(count, &range),
            Payload::CodeSectionStart {
                count,
                unchecked_range,
                ..
            } => self.code(count, &unchecked_range),
            Payload::CodeSectionEntry(body) => self.body(&body),
            Payload::DataSection(section) => {
                let range = section.range();
                self.data(&section, &module[range.start as usize..range.end as usize])
            }
            Payload::CustomSection(section) => self.custom(&section),
            Payload::End(_) => Ok(()),
            other => self
                .validator
                .payload(&other)
                .map(drop)
                .map_err(|error| DecodeError::invalid(&error)),
        }
    }

    /// The finished description, once every body is validated.
    pub(crate) fn finish(mut self, bodies: &BodyFacts) -> ModuleInfo {
        self.number_escaping();
        self.info.facts = bodies.facts(&self.info);
        self.info
    }

    /// How much code has been read and not been handed out, in bytes.
    pub(crate) fn waiting_code(&self) -> u32 {
        match self.waiting() {
            [] => 0,
            [first, ..] => {
                self.info.bodies.as_slice()[self.info.bodies.len() - 1].end - first.start
            }
        }
    }

    /// The bodies that have been read and not been handed out, and the function of the first.
    pub(crate) fn hand_out(&mut self) -> Option<(FuncIndex, Vec<Range<u32>>)> {
        let first = DefinedFuncIndex(self.handed_out as u32);
        let bodies = self.waiting().to_vec();
        self.handed_out += bodies.len();
        (!bodies.is_empty()).then(|| (self.info.func_index(first), bodies))
    }

    fn waiting(&self) -> &[Range<u32>] {
        &self.info.bodies.as_slice()[self.handed_out..]
    }

    /// What the quick proof needs to know, if it is to be tried.
    pub(crate) fn quick_tables(&self) -> Option<quick::Tables> {
        if self.quick {
            quick::Tables::of(&self.info, &self.features)
        } else {
            None
        }
    }

    /// What a function is called, as far as that is known before the end of the module.
    pub(crate) fn function_name(&self, func: FuncIndex) -> Option<Box<str>> {
        let exports = &self.info.exports;
        exports
            .iter()
            .find(|export| export.entity == Entity::Func(func))
            .map(|export| export.name.clone())
    }

    /// Notes that `func` can become a value.
    fn escapes(&mut self, func: FuncIndex) {
        self.escaping.insert(func.0);
    }

    fn number_escaping(&mut self) {
        let imported = self.info.imported.functions as usize;
        for func in self.info.functions.keys().skip(imported) {
            // Whoever instantiates calls the start function.
            if self.escaping.contains(func.0) || self.info.start == Some(func) {
                self.info.functions[func].escape = Some(self.info.escaping);
                self.info.escaping += 1;
            }
        }
    }
}

/// Settles whether a section that the validator refused is malformed or invalid.
fn verdict<'a, T: FromReader<'a>>(
    section: &SectionLimited<'a, T>,
    validated: wasmparser::Result<()>,
) -> Result<()> {
    let Err(error) = validated else { return Ok(()) };
    let unreadable = section
        .clone()
        .into_iter()
        .find_map(std::result::Result::err);
    match unreadable {
        Some(read) if read.offset() == error.offset() && read.message() == error.message() => {
            Err(DecodeError::malformed(&read))
        }
        _ => Err(DecodeError::invalid(&error)),
    }
}

/// The items of a section that has been validated, each with its offset.
fn items<'a, T: FromReader<'a>>(
    section: &SectionLimited<'a, T>,
) -> impl Iterator<Item = Result<(u64, T)>> + use<'a, T> {
    section
        .clone()
        .into_iter_with_offsets()
        .map(|item| item.map_err(|error| DecodeError::malformed(&error)))
}

/// Turns a conversion's refusal into an error at `offset`.
fn at<T>(offset: u64, converted: std::result::Result<T, Unsupported>) -> Result<T> {
    converted.map_err(|Unsupported| {
        DecodeError::new(
            DecodeErrorKind::Invalid,
            "a type of a proposal that is not supported",
            offset,
        )
    })
}

/// An offset in a module, whose size is below 4 GiB.
fn offset32(offset: u64) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}
