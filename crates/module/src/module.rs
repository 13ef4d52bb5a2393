//! What decoding a module yields: its structure (§ 2.5), with bodies left as byte ranges.

use std::ops::Range;

use crate::{
    DataIndex, DefinedFuncIndex, ElemIndex, EntityIndex, ExternType, FuncIndex, FuncType,
    GlobalIndex, GlobalType, IndexVec, MemoryIndex, MemoryType, RefType, SubType, TableIndex,
    TableType, TagIndex, TypeIndex,
};

/// The structure of a validated module.
///
/// Index spaces hold imports first, as in the specification. Function bodies are ranges into the
/// module's bytes, which are kept beside this, not in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ModuleInfo {
    /// Every type, in order.
    pub types: IndexVec<TypeIndex, SubType>,
    /// The recursion groups: ranges that cover `types` without gaps.
    pub rec_groups: Vec<Range<u32>>,
    /// Every import, in order.
    pub imports: Vec<Import>,
    /// Every function, imported ones first.
    pub functions: IndexVec<FuncIndex, Function>,
    /// Every table, imported ones first.
    pub tables: IndexVec<TableIndex, Table>,
    /// Every memory, imported ones first.
    pub memories: IndexVec<MemoryIndex, MemoryType>,
    /// Every global, imported ones first.
    pub globals: IndexVec<GlobalIndex, Global>,
    /// Every tag, imported ones first: the function type of its payload.
    pub tags: IndexVec<TagIndex, TypeIndex>,
    /// How many of each space are imported.
    pub imported: ImportCounts,
    /// Every export, in order.
    pub exports: Vec<Export>,
    /// The start function.
    pub start: Option<FuncIndex>,
    /// The element segments.
    pub elements: IndexVec<ElemIndex, ElementSegment>,
    /// The data segments.
    pub data: IndexVec<DataIndex, DataSegment>,
    /// The body of each defined function: offset of its locals up to the end of its code.
    pub bodies: IndexVec<DefinedFuncIndex, Range<u32>>,
    /// How many of the functions it defines may be referenced as values and have a `VMFuncRef`.
    pub escaping: u32,
    /// Custom sections, in order: name and range of the contents.
    pub customs: Vec<CustomSection>,
    /// The hints of the `metadata.code.branch_hint` section: functions in ascending order, each with the range of
    /// its list of hints.
    pub branch_hints: Vec<(FuncIndex, Range<u32>)>,
    /// Facts about all bodies, for the compilers.
    pub facts: Facts,
}

/// What one pass over every body establishes, so that compilers may rely on it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Tables that no instruction of this module sets, grows, fills, copies or initialises, and that are
    /// neither imported nor exported: what instantiation puts there stays.
    pub constant_tables: Vec<bool>,
    /// Tables that no instruction of this module grows and that are neither imported nor exported:
    /// their size is their minimum for ever.
    pub fixed_tables: Vec<bool>,
    /// The declared type that every function in a table has, where `constant_tables` holds and all
    /// agree. A slot may still be null, and an imported function's own type may be a subtype of it.
    pub table_types: Vec<Option<TypeIndex>>,
    /// Memories that no instruction of this module grows and that are neither imported nor exported:
    /// their size is their minimum for ever.
    pub fixed_memories: Vec<bool>,
}

/// An import (§ 2.5.10).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The first name.
    pub module: Box<str>,
    /// The second name.
    pub name: Box<str>,
    /// What has to be given.
    pub ty: ExternType,
}

/// How many entries of each index space are imported.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportCounts {
    /// Functions.
    pub functions: u32,
    /// Tables.
    pub tables: u32,
    /// Memories.
    pub memories: u32,
    /// Globals.
    pub globals: u32,
    /// Tags.
    pub tags: u32,
}

/// A function as declared.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its type.
    pub ty: TypeIndex,
    /// Its place among the functions that the module defines and that can become values (exported, in an element
    /// segment, in a global's initialiser, `ref.func`, or called at the start), if it is one.
    pub escape: Option<u32>,
}

/// A table as declared.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Its type.
    pub ty: TableType,
    /// What its slots start as; `None` for null and for imported tables.
    pub init: Option<ConstExpr>,
}

/// A global as declared.
#[derive(Clone, Debug, PartialEq)]
pub struct Global {
    /// Its type.
    pub ty: GlobalType,
    /// Its initial value; `None` when imported.
    pub init: Option<ConstExpr>,
}

/// An export (§ 2.5.11).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// Its name.
    pub name: Box<str>,
    /// What is exported.
    pub entity: Entity,
}

/// An index into one of the spaces that can be imported and exported.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub enum Entity {
    /// A function.
    Func(FuncIndex),
    /// A table.
    Table(TableIndex),
    /// A memory.
    Memory(MemoryIndex),
    /// A global.
    Global(GlobalIndex),
    /// A tag.
    Tag(TagIndex),
}

/// An element segment (§ 2.5.7).
#[derive(Clone, Debug, PartialEq)]
pub struct ElementSegment {
    /// What its items are.
    pub ty: RefType,
    /// What happens to it at instantiation.
    pub mode: ElementMode,
    /// Its items.
    pub items: ElementItems,
}

/// The items of an element segment.
#[derive(Clone, Debug, PartialEq)]
pub enum ElementItems {
    /// Functions, by index: the common form, kept small.
    Functions(Box<[FuncIndex]>),
    /// One constant expression an item.
    Expressions(Box<[ConstExpr]>),
}

/// The mode of an element segment.
#[derive(Clone, Debug, PartialEq)]
pub enum ElementMode {
    /// For `table.init`.
    Passive,
    /// Copied into a table at instantiation.
    Active(TableIndex, ConstExpr),
    /// Only declares functions as referenced.
    Declarative,
}

/// A data segment (§ 2.5.8).
#[derive(Clone, Debug, PartialEq)]
pub struct DataSegment {
    /// What happens to it at instantiation.
    pub mode: DataMode,
    /// Where its bytes are in the module.
    pub range: Range<u32>,
}

/// The mode of a data segment.
#[derive(Clone, Debug, PartialEq)]
pub enum DataMode {
    /// For `memory.init`.
    Passive,
    /// Copied into a memory at instantiation.
    Active(MemoryIndex, ConstExpr),
}

/// A custom section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomSection {
    /// Its name.
    pub name: Box<str>,
    /// Where its contents are in the module.
    pub range: Range<u32>,
}

/// A constant expression (§ 3.3.13), in evaluation order, without its `end`.
#[derive(Clone, Debug, PartialEq)]
pub struct ConstExpr {
    /// The instructions, for a stack machine.
    pub ops: smallvec::SmallVec<[ConstOp; 1]>,
}

/// An instruction that may occur in a constant expression.
#[derive(Copy, Clone, Debug, PartialEq)]
#[allow(
    missing_docs,
    reason = "the variants are the specification's instructions"
)]
pub enum ConstOp {
    I32Const(i32),
    I64Const(i64),
    /// The bits of the float.
    F32Const(u32),
    /// The bits of the float.
    F64Const(u64),
    V128Const(u128),
    I32Add,
    I32Sub,
    I32Mul,
    I64Add,
    I64Sub,
    I64Mul,
    GlobalGet(GlobalIndex),
    RefNull(crate::HeapType),
    RefFunc(FuncIndex),
    RefI31,
    AnyConvertExtern,
    ExternConvertAny,
    StructNew(TypeIndex),
    StructNewDefault(TypeIndex),
    ArrayNew(TypeIndex),
    ArrayNewDefault(TypeIndex),
    ArrayNewFixed(TypeIndex, u32),
}

impl From<ConstOp> for ConstExpr {
    fn from(op: ConstOp) -> Self {
        Self {
            ops: smallvec::SmallVec::from_buf([op]),
        }
    }
}

impl ModuleInfo {
    /// The index of a defined function in its own space, or `None` when it is imported.
    pub fn defined_func(&self, func: FuncIndex) -> Option<DefinedFuncIndex> {
        func.0
            .checked_sub(self.imported.functions)
            .map(DefinedFuncIndex)
    }

    /// The index of a defined function among all functions.
    pub fn func_index(&self, func: DefinedFuncIndex) -> FuncIndex {
        FuncIndex(func.0 + self.imported.functions)
    }

    /// The function whose body has the byte at `offset` of the module.
    pub fn func_at(&self, offset: u32) -> Option<DefinedFuncIndex> {
        let after = self
            .bodies
            .as_slice()
            .partition_point(|body| body.start <= offset);
        let func = DefinedFuncIndex::new(after.checked_sub(1)?);
        self.bodies[func].contains(&offset).then_some(func)
    }

    /// The function type that `ty` is.
    ///
    /// # Panics
    /// When `ty` is not a function type; validation has ruled that out wherever one is required.
    pub fn func_type(&self, ty: TypeIndex) -> &FuncType {
        match &self.types[ty].composite {
            crate::CompositeType::Func(func) => func,
            other => panic!("type {} is not a function type but {other:?}", ty.index()),
        }
    }

    /// The function type of `func`.
    pub fn type_of_func(&self, func: FuncIndex) -> &FuncType {
        self.func_type(self.functions[func].ty)
    }

    /// What `entity` is, as a type.
    pub fn extern_type(&self, entity: Entity) -> ExternType {
        match entity {
            Entity::Func(func) => ExternType::Func(self.functions[func].ty),
            Entity::Table(table) => ExternType::Table(self.tables[table].ty),
            Entity::Memory(memory) => ExternType::Memory(self.memories[memory]),
            Entity::Global(global) => ExternType::Global(self.globals[global].ty),
            Entity::Tag(tag) => ExternType::Tag(self.tags[tag]),
        }
    }

    /// The custom sections called `name`, in order.
    pub fn custom_sections<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a CustomSection> {
        self.customs
            .iter()
            .filter(move |section| &*section.name == name)
    }

    /// The export called `name`.
    pub fn export(&self, name: &str) -> Option<&Export> {
        self.exports.iter().find(|export| &*export.name == name)
    }
}
