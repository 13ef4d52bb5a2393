//! What linkers read and write: `linking` and `reloc.*` of object files, `dylink.0` of side modules.

use wasmparser::{
    BinaryReader, ComdatSymbol, Dylink0SectionReader, Dylink0Subsection, Linking,
    LinkingSectionReader, RelocSectionReader, SymbolFlags, SymbolInfo,
};

use super::{Reading, plural};
use crate::Harmless;

pub(super) fn dylink(reader: BinaryReader<'_>) -> Reading {
    let reading = Reading::collect(|reading| {
        let mut subsections = Dylink0SectionReader::new(reader);
        loop {
            let offset = subsections.original_position();
            let Some(subsection) = subsections.next() else {
                return Ok(());
            };
            dylink_subsection(reading, offset, subsection?);
        }
    });
    reading.meaning("a module to be linked while it is loaded")
}

fn dylink_subsection(reading: &mut Reading, offset: u64, subsection: Dylink0Subsection<'_>) {
    match subsection {
        Dylink0Subsection::MemInfo(info) => {
            let (size, align) = (info.memory_size, info.memory_alignment);
            reading.push(
                offset,
                format!("memory: {size} bytes, aligned to 2^{align}"),
            );
            let (size, align) = (info.table_size, info.table_alignment);
            reading.push(
                offset,
                format!("table: {size} elements, aligned to 2^{align}"),
            );
        }
        Dylink0Subsection::Needed(libraries) => libraries
            .iter()
            .for_each(|library| reading.push(offset, format!("needs {}", Harmless(library)))),
        Dylink0Subsection::ExportInfo(exports) => exports.iter().for_each(|export| {
            let text = format!("export {}{}", Harmless(export.name), flags(export.flags));
            reading.push(offset, text);
        }),
        Dylink0Subsection::ImportInfo(imports) => imports.iter().for_each(|import| {
            let (module, field) = (Harmless(import.module), Harmless(import.field));
            reading.push(
                offset,
                format!("import {module}.{field}{}", flags(import.flags)),
            );
        }),
        Dylink0Subsection::RuntimePath(paths) => paths
            .iter()
            .for_each(|path| reading.push(offset, format!("searches {}", Harmless(path)))),
        Dylink0Subsection::TargetArch(arch) => {
            reading.push(offset, format!("architecture {}", Harmless(arch)));
        }
        Dylink0Subsection::Unknown { ty, data, .. } => {
            reading.push(offset, format!("unknown part {ty}, {} bytes", data.len()));
        }
    }
}

pub(super) fn linking(reader: BinaryReader<'_>) -> Reading {
    let reading = Reading::collect(|reading| {
        let mut subsections = LinkingSectionReader::new(reader)?.subsections();
        loop {
            let offset = subsections.original_position();
            let Some(subsection) = subsections.next() else {
                return Ok(());
            };
            linking_subsection(reading, offset, subsection?)?;
        }
    });
    reading.meaning("an object file, to be linked with others")
}

fn linking_subsection(
    reading: &mut Reading,
    offset: u64,
    subsection: Linking<'_>,
) -> wasmparser::Result<()> {
    match subsection {
        Linking::SegmentInfo(segments) => {
            for segment in segments.into_iter_with_offsets() {
                let (offset, segment) = segment?;
                let (name, align) = (Harmless(segment.name), segment.alignment);
                reading.push(offset, format!("segment {name}, aligned to 2^{align}"));
            }
        }
        Linking::InitFuncs(functions) => {
            for function in functions.into_iter_with_offsets() {
                let (offset, function) = function?;
                let (symbol, priority) = (function.symbol_index, function.priority);
                reading.push(
                    offset,
                    format!("start calls symbol {symbol}, priority {priority}"),
                );
            }
        }
        Linking::ComdatInfo(comdats) => {
            for comdat in comdats.into_iter_with_offsets() {
                let (offset, comdat) = comdat?;
                let members = comdat.symbols.into_iter();
                let members: Result<Vec<_>, _> = members.map(|m| m.map(member)).collect();
                let (name, members) = (Harmless(comdat.name), members?.join(", "));
                reading.push(offset, format!("comdat {name}: {members}"));
            }
        }
        Linking::SymbolTable(symbols) => {
            for (index, entry) in symbols.into_iter_with_offsets().enumerate() {
                let (offset, info) = entry?;
                reading.push(offset, format!("symbol {index}: {}", symbol(&info)));
            }
        }
        Linking::TargetArch(arch) => {
            reading.push(offset, format!("architecture {}", Harmless(arch)));
        }
        Linking::Unknown { ty, data, .. } => {
            reading.push(offset, format!("unknown part {ty}, {} bytes", data.len()));
        }
    }
    Ok(())
}

fn member(symbol: ComdatSymbol) -> String {
    format!("{:?} {}", symbol.kind, symbol.index).to_lowercase()
}

fn symbol(info: &SymbolInfo<'_>) -> String {
    let named = |kind: &str, flags: SymbolFlags, index: u32, name: Option<&str>| {
        let name = name.map(|name| format!(" {}", Harmless(name)));
        format!(
            "{kind} {index}{}{}",
            name.unwrap_or_default(),
            self::flags(flags)
        )
    };
    match *info {
        SymbolInfo::Func { flags, index, name } => named("function", flags, index, name),
        SymbolInfo::Global { flags, index, name } => named("global", flags, index, name),
        SymbolInfo::Event { flags, index, name } => named("tag", flags, index, name),
        SymbolInfo::Table { flags, index, name } => named("table", flags, index, name),
        SymbolInfo::Section { flags, section } => named("section", flags, section, None),
        SymbolInfo::Data {
            flags,
            name,
            symbol,
        } => {
            let place = symbol.map_or(String::new(), |symbol| {
                let (segment, offset, size) = (symbol.index, symbol.offset, symbol.size);
                format!(" at {offset} of segment {segment}, {size} bytes")
            });
            format!("data {}{place}{}", Harmless(name), self::flags(flags))
        }
    }
}

/// The flags that are set, as a linker's user knows them.
fn flags(flags: SymbolFlags) -> String {
    let mut text = String::new();
    for (name, _) in flags.iter_names() {
        text.push_str(match name {
            "BINDING_WEAK" => ", weak",
            "BINDING_LOCAL" => ", local",
            "VISIBILITY_HIDDEN" => ", hidden",
            "UNDEFINED" => ", undefined",
            "EXPORTED" => ", exported",
            "EXPLICIT_NAME" => ", explicitly named",
            "NO_STRIP" => ", never stripped",
            "TLS" => ", thread-local",
            "ABSOLUTE" => ", absolute",
            _ => "",
        });
    }
    text
}

pub(super) fn relocations(reader: BinaryReader<'_>, wants_items: bool) -> Reading {
    let mut section = None;
    let mut count = 0;
    let reading = Reading::collect(|reading| {
        let reader = RelocSectionReader::new(reader)?;
        section = Some(reader.section_index());
        for entry in reader.entries().into_iter_with_offsets() {
            let (offset, entry) = entry?;
            count += 1;
            if !wants_items {
                continue;
            }
            let (ty, at, index) = (entry.ty, entry.offset, entry.index);
            let addend = match entry.addend {
                0 => String::new(),
                addend => format!(" {addend:+}"),
            };
            reading.push(offset, format!("{ty:?} of {index}{addend} at {at:#x}"));
        }
        Ok(())
    });
    let count = plural(count, "place");
    let meaning =
        section.map(|section| format!("{count} for the linker to fill in section {section}"));
    reading.meaning(meaning.unwrap_or_default())
}
