//! Facts about all bodies of a module, gathered while they are validated.
//!
//! Only instructions that are rare are looked at, one byte an instruction, so that it costs next
//! to nothing. What the compilers make of the facts: a table whose slots never change needs no
//! atomic loads, one with a single signature no signature checks, one that never grows is bounded
//! by a constant.

use wasmparser::BinaryReader;

use crate::bits::BitSet;
use crate::{
    ConstOp, ElementItems, ElementMode, Entity, EntityIndex, Facts, FuncIndex, MemoryIndex,
    ModuleInfo, TableIndex, TypeIndex,
};

const TABLE_SET: u8 = 0x26;
const MEMORY_GROW: u8 = 0x40;
const PREFIX: u8 = 0xfc;
const TABLE_INIT: u32 = 12;
const TABLE_COPY: u32 = 14;
const TABLE_GROW: u32 = 15;
const TABLE_FILL: u32 = 17;

/// What the bodies seen so far do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct BodyFacts {
    written_tables: BitSet,
    grown_tables: BitSet,
    grown_memories: BitSet,
}

impl BodyFacts {
    /// Whether an instruction with this first byte can be one that [`Self::note`] wants to see.
    #[inline(always)]
    pub(crate) fn concern(opcode: u8) -> bool {
        matches!(opcode, TABLE_SET | MEMORY_GROW | PREFIX)
    }

    /// Takes note of the validated instruction at the start of `code`.
    #[cold]
    pub(crate) fn note(&mut self, code: &[u8]) {
        // The instruction has been read before, so reading it again does not fail.
        let _ = self.read(&mut BinaryReader::new(code, 0));
    }

    fn read(&mut self, reader: &mut BinaryReader<'_>) -> wasmparser::Result<()> {
        match reader.read_u8()? {
            TABLE_SET => self.written_tables.insert(reader.read_var_u32()?),
            MEMORY_GROW => self.grown_memories.insert(reader.read_var_u32()?),
            PREFIX => self.read_prefixed(reader)?,
            _ => {}
        }
        Ok(())
    }

    fn read_prefixed(&mut self, reader: &mut BinaryReader<'_>) -> wasmparser::Result<()> {
        match reader.read_var_u32()? {
            TABLE_INIT => {
                let _segment = reader.read_var_u32()?;
                self.written_tables.insert(reader.read_var_u32()?);
            }
            TABLE_COPY | TABLE_FILL => self.written_tables.insert(reader.read_var_u32()?),
            TABLE_GROW => {
                let table = reader.read_var_u32()?;
                self.written_tables.insert(table);
                self.grown_tables.insert(table);
            }
            _ => {}
        }
        Ok(())
    }

    /// Notes that a memory is grown.
    pub(crate) fn grows_memory(&mut self, memory: u32) {
        self.grown_memories.insert(memory);
    }

    /// Adds what other bodies do.
    pub(crate) fn union(&mut self, other: &Self) {
        self.written_tables.union(&other.written_tables);
        self.grown_tables.union(&other.grown_tables);
        self.grown_memories.union(&other.grown_memories);
    }

    /// What follows for the module.
    pub(crate) fn facts(&self, info: &ModuleInfo) -> Facts {
        let shared = Shared::of(info);
        let tables = || info.tables.keys().map(|table| table.0);
        let private = |table: u32| !shared.tables.contains(table);
        let constant_tables: Vec<bool> = tables()
            .map(|table| private(table) && !self.written_tables.contains(table))
            .collect();
        let fixed_tables = tables()
            .map(|table| private(table) && !self.grown_tables.contains(table))
            .collect();
        let fixed_memories = (0..info.memories.len() as u32)
            .map(|memory| {
                !shared.memories.contains(memory) && !self.grown_memories.contains(memory)
            })
            .collect();
        let table_types = table_types(info, &constant_tables);
        Facts {
            constant_tables,
            fixed_tables,
            table_types,
            fixed_memories,
        }
    }
}

/// What others can reach, and so change: imports and exports.
struct Shared {
    tables: BitSet,
    memories: BitSet,
}

impl Shared {
    fn of(info: &ModuleInfo) -> Self {
        let mut shared = Self {
            tables: BitSet::default(),
            memories: BitSet::default(),
        };
        (0..info.imported.tables).for_each(|table| shared.tables.insert(table));
        (0..info.imported.memories).for_each(|memory| shared.memories.insert(memory));
        for export in &info.exports {
            match export.entity {
                Entity::Table(TableIndex(table)) => shared.tables.insert(table),
                Entity::Memory(MemoryIndex(memory)) => shared.memories.insert(memory),
                _ => {}
            }
        }
        shared
    }
}

/// What is known of the functions in a table.
#[derive(Copy, Clone, PartialEq)]
enum Content {
    Empty,
    Only(TypeIndex),
    Anything,
}

impl Content {
    fn add(&mut self, more: Self) {
        *self = match (*self, more) {
            (Self::Empty, content) | (content, Self::Empty) => content,
            (Self::Only(a), Self::Only(b)) if a == b => Self::Only(a),
            _ => Self::Anything,
        };
    }
}

fn table_types(info: &ModuleInfo, constant: &[bool]) -> Vec<Option<TypeIndex>> {
    let mut contents: Vec<Content> = info
        .tables
        .iter()
        .map(|(table, _)| initial(info, table))
        .collect();
    for segment in info.elements.values() {
        if let ElementMode::Active(table, _) = &segment.mode {
            let content = &mut contents[table.index()];
            // A segment of another table's functions is not worth walking.
            if constant[table.index()] && *content != Content::Anything {
                content.add(segment_content(info, &segment.items));
            }
        }
    }
    let known = |(content, &constant)| match content {
        Content::Only(ty) if constant => Some(ty),
        _ => None,
    };
    contents.into_iter().zip(constant).map(known).collect()
}

fn initial(info: &ModuleInfo, table: TableIndex) -> Content {
    match &info.tables[table].init {
        None => Content::Empty,
        Some(init) => value_content(info, &init.ops),
    }
}

fn segment_content(info: &ModuleInfo, items: &ElementItems) -> Content {
    let mut content = Content::Empty;
    match items {
        ElementItems::Functions(functions) => {
            functions
                .iter()
                .for_each(|&func| content.add(function_content(info, func)));
        }
        ElementItems::Expressions(exprs) => {
            exprs
                .iter()
                .for_each(|expr| content.add(value_content(info, &expr.ops)));
        }
    }
    content
}

fn value_content(info: &ModuleInfo, ops: &[ConstOp]) -> Content {
    match ops {
        [ConstOp::RefNull(_)] => Content::Empty,
        [ConstOp::RefFunc(func)] => function_content(info, *func),
        _ => Content::Anything,
    }
}

fn function_content(info: &ModuleInfo, func: FuncIndex) -> Content {
    Content::Only(info.functions[func].ty)
}
