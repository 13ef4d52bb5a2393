//! What memory an access can touch, told to Cranelift's alias analysis.
//!
//! A store to one region says nothing of another, so loads survive it; a store without a region
//! would end all knowledge. Every access therefore names its region. Memories, tables and globals that a module
//! defines are distinct from each other and from all imported ones, since they did not exist when the
//! imports were chosen; imported ones may be the same object twice and share a region.

use std::borrow::Cow;

use cranelift_codegen::ir::{AliasRegion, AliasRegionData, Endianness, MemFlagsData, StackSlot};
use weft_abi::TrapKind;
use weft_abi::gc::Storage;
use weft_abi::value::Repr;
use weft_module::{GlobalIndex, MemoryIndex, TableIndex};

use super::FunctionTranslator;
use crate::traps;

/// Objects of one kind that have a region of their own; those beyond share the last.
const OWN_REGIONS: u32 = 32;
/// Fields from this offset on share regions: Cranelift has room for 65,534 combinations of region and flags.
const SHARED_OFFSET: u32 = 1024;

/// A part of memory that is disjoint from the others.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Region {
    /// Everything that is written before code runs, and never after.
    Constants,
    /// Code pointers of functions, which change when a better version is there.
    Code,
    /// Lengths of memories and tables.
    Lengths,
    /// The fuel counter.
    Fuel,
    /// Slots for results in memory.
    Results,
    /// Locals in the frame.
    Locals,
    /// The contents of a memory.
    Memory(MemoryIndex),
    /// The slots of a table.
    Table(TableIndex),
    /// The value of a global.
    Global(GlobalIndex),
    /// Where the next object goes.
    Allocation,
    /// Headers of objects.
    Headers,
    /// Lengths of arrays.
    ArrayLengths,
    /// Tags and payloads of exceptions.
    Exceptions,
    /// Fields at one offset that hold the same and can, or cannot, be written. Equal types may have several
    /// names in a module, so nothing finer keeps apart what is apart.
    Field {
        offset: u32,
        storage: Storage,
        mutable: bool,
    },
    /// Elements of arrays that hold the same.
    Elements { storage: Storage, mutable: bool },
}

impl FunctionTranslator<'_> {
    /// The flags of an access to `region` at an aligned address that is known to be accessible.
    pub(crate) fn trusted(&mut self, region: Region) -> MemFlagsData {
        let region = self.alias_region(region);
        MemFlagsData::trusted().with_alias_region(Some(region))
    }

    /// The flags of a load of something constant, which may move anywhere its address is known.
    pub(crate) fn constant(&mut self) -> MemFlagsData {
        self.trusted(Region::Constants)
            .with_readonly()
            .with_can_move()
    }

    /// The flags of an access whose fault means `kind`.
    pub(crate) fn faulting(&mut self, region: Region, kind: TrapKind) -> MemFlagsData {
        let region = self.alias_region(region);
        MemFlagsData::new()
            .with_endianness(Endianness::Little)
            .with_trap_code(Some(traps::code(kind)))
            .with_alias_region(Some(region))
    }

    fn alias_region(&mut self, region: Region) -> AliasRegion {
        let (kind, number, description) = match region {
            Region::Constants => (0, 0, "constants"),
            Region::Code => (1, 0, "code pointers"),
            Region::Lengths => (2, 0, "lengths"),
            Region::Fuel => (3, 0, "fuel"),
            Region::Results => (4, 0, "results"),
            Region::Locals => (8, 0, "locals"),
            Region::Memory(memory) => {
                let number = own_number(memory.0, self.module.imported.memories);
                (5, number, "memory")
            }
            Region::Table(table) => {
                let number = own_number(table.0, self.module.imported.tables);
                (6, number, "table")
            }
            Region::Global(global) => {
                let number = own_number(global.0, self.module.imported.globals);
                (7, number, "global")
            }
            Region::Allocation => (9, 0, "allocation"),
            Region::Headers => (10, 0, "headers"),
            Region::ArrayLengths => (11, 0, "array lengths"),
            Region::Exceptions => (15, 0, "exceptions"),
            Region::Field {
                offset,
                storage,
                mutable,
            } => {
                let place = offset.min(SHARED_OFFSET);
                let number = place << 4 | storage_number(storage) << 1 | u32::from(mutable);
                (12, number, "field")
            }
            Region::Elements { storage, mutable } => {
                let number = storage_number(storage) << 1 | u32::from(mutable);
                (13, number, "elements")
            }
        };
        let data = AliasRegionData {
            user_id: kind << 16 | number,
            description: Cow::Borrowed(description),
        };
        self.builder.func.dfg.alias_regions.insert(data)
    }
}

/// The regions of the frame's slots for references, which Cranelift fills by itself.
const SPILLS: u32 = 14;
/// Slots that have a region of their own, so that filling one says nothing of the others; those beyond share the last.
const OWN_SPILLS: u32 = 16;

/// The region of `slot`, as data, for whoever has no translator.
pub(super) fn spills(slot: StackSlot) -> AliasRegionData {
    AliasRegionData {
        user_id: SPILLS << 16 | slot.as_u32().min(OWN_SPILLS - 1),
        description: Cow::Borrowed("spills"),
    }
}

/// Below 8. Storage of one size at one place differs enough to have a number each, floats and integers excepted.
fn storage_number(storage: Storage) -> u32 {
    match storage {
        Storage::I8 => 0,
        Storage::I16 => 1,
        Storage::Ref => 2,
        Storage::Func => 3,
        Storage::Plain(repr) => match repr {
            Repr::I32 | Repr::I64 => 4,
            Repr::F32 => 5,
            Repr::F64 => 6,
            Repr::V128 => 7,
        },
    }
}

/// 0 for what is imported, then one number for each of the first that are defined.
fn own_number(index: u32, imported: u32) -> u32 {
    match index.checked_sub(imported) {
        None => 0,
        Some(defined) => 1 + defined.min(OWN_REGIONS - 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imported_objects_share_a_region_and_defined_ones_do_not() {
        assert_eq!(own_number(0, 2), own_number(1, 2));
        assert_ne!(own_number(1, 2), own_number(2, 2));
        assert_ne!(own_number(2, 2), own_number(3, 2));
        assert_eq!(own_number(100, 2), own_number(200, 2));
    }
}
