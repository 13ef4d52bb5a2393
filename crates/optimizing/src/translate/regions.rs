//! What memory an access can touch, told to Cranelift's alias analysis.
//!
//! A store to one region says nothing of another, so loads survive it; a store without a region
//! would end all knowledge. Every access therefore names its region. Memories, tables and globals that a module
//! defines are distinct from each other and from all imported ones, since they did not exist when the
//! imports were chosen; imported ones may be the same object twice and share a region.

use std::borrow::Cow;

use cranelift_codegen::ir::{AliasRegion, AliasRegionData, Endianness, MemFlagsData};
use weft_abi::TrapKind;
use weft_module::{GlobalIndex, MemoryIndex, TableIndex};

use super::FunctionTranslator;
use crate::traps;

/// Objects of one kind that have a region of their own; those beyond share the last.
const OWN_REGIONS: u32 = 32;

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
        };
        let data = AliasRegionData {
            user_id: kind << 16 | number,
            description: Cow::Borrowed(description),
        };
        self.builder.func.dfg.alias_regions.insert(data)
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
