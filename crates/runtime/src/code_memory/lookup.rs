//! From a program counter to its function.

use std::ffi::c_void;
use std::ptr::null;

use weft_abi::{CompiledFunction, TrapKind};

use super::arena::meta_at;
use super::region::Region;

/// What code is.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum CodeKind {
    /// A function of a module.
    Function,
    /// A table of jumps to functions: [`super::Plt`].
    Stub,
}

/// What the runtime must know of compiled code.
///
/// It borrows its tables: from [`CodeTables`], or from an artifact.
#[derive(Debug)]
pub struct FunctionMeta {
    /// The address of its first instruction.
    pub start: usize,
    /// Its bytes.
    pub len: u32,
    /// The function's index among those that its module defines.
    pub func: u32,
    /// What it is.
    pub kind: CodeKind,
    /// What it belongs to: a pointer of the runtime's.
    pub module: *const c_void,
    trap_count: u32,
    position_count: u32,
    trap_offsets: *const u32,
    trap_kinds: *const u8,
    position_offsets: *const u32,
    position_values: *const u32,
}

// SAFETY: immutable, and what it borrows is immutable.
unsafe impl Send for FunctionMeta {}
// SAFETY: as above.
unsafe impl Sync for FunctionMeta {}

/// The tables of compiled code, as parallel arrays by ascending offset from its start.
#[derive(Copy, Clone, Debug, Default)]
pub struct TablesRef<'a> {
    /// Where instructions that may trap start.
    pub trap_offsets: &'a [u32],
    /// The number of the [`TrapKind`] of each.
    pub trap_kinds: &'a [u8],
    /// Where the code of instructions starts.
    pub position_offsets: &'a [u32],
    /// The offset in the module's bytes of each.
    pub position_values: &'a [u32],
}

impl FunctionMeta {
    /// Describes the code of function `func` of `module` at `start`.
    ///
    /// # Safety
    /// The tables outlive the result.
    pub unsafe fn new(
        start: *const u8,
        len: usize,
        func: u32,
        module: *const c_void,
        tables: TablesRef<'_>,
    ) -> Self {
        assert_eq!(tables.trap_offsets.len(), tables.trap_kinds.len());
        assert_eq!(tables.position_offsets.len(), tables.position_values.len());
        Self {
            start: start as usize,
            len: len as u32,
            func,
            kind: CodeKind::Function,
            module,
            trap_count: tables.trap_offsets.len() as u32,
            position_count: tables.position_offsets.len() as u32,
            trap_offsets: tables.trap_offsets.as_ptr(),
            trap_kinds: tables.trap_kinds.as_ptr(),
            position_offsets: tables.position_offsets.as_ptr(),
            position_values: tables.position_values.as_ptr(),
        }
    }

    /// Describes code that is no function.
    pub(super) fn stub(start: usize, len: usize) -> Self {
        // SAFETY: there are no tables.
        let meta = unsafe {
            Self::new(
                start as *const u8,
                len,
                u32::MAX,
                null(),
                TablesRef::default(),
            )
        };
        Self {
            kind: CodeKind::Stub,
            ..meta
        }
    }

    /// Whether `pc` is in it.
    pub fn contains(&self, pc: usize) -> bool {
        pc.wrapping_sub(self.start) < self.len as usize
    }

    /// Its tables.
    pub fn tables(&self) -> TablesRef<'_> {
        let (traps, positions) = (self.trap_count as usize, self.position_count as usize);
        // SAFETY: made from slices of these lengths, which live as long.
        unsafe {
            TablesRef {
                trap_offsets: std::slice::from_raw_parts(self.trap_offsets, traps),
                trap_kinds: std::slice::from_raw_parts(self.trap_kinds, traps),
                position_offsets: std::slice::from_raw_parts(self.position_offsets, positions),
                position_values: std::slice::from_raw_parts(self.position_values, positions),
            }
        }
    }

    /// The trap that a fault of the instruction at `pc` means. Safe to call in a signal handler.
    pub fn trap(&self, pc: usize) -> Option<TrapKind> {
        let tables = self.tables();
        let offset = u32::try_from(pc.checked_sub(self.start)?).ok()?;
        let index = tables.trap_offsets.binary_search(&offset).ok()?;
        TrapKind::from_code(tables.trap_kinds[index])
    }

    /// The offset in the module's bytes of the instruction that the code at `offset` is of.
    pub fn position(&self, offset: u32) -> Option<u32> {
        let tables = self.tables();
        let after = tables
            .position_offsets
            .partition_point(|&start| start <= offset);
        Some(tables.position_values[after.checked_sub(1)?])
    }
}

/// The tables of a function that was compiled in this process.
#[derive(Clone, Debug, Default)]
pub struct CodeTables {
    trap_offsets: Box<[u32]>,
    trap_kinds: Box<[u8]>,
    position_offsets: Box<[u32]>,
    position_values: Box<[u32]>,
}

impl CodeTables {
    /// The tables of `function`.
    pub fn new(function: &CompiledFunction) -> Self {
        let (traps, positions) = (&function.traps, &function.positions);
        Self {
            trap_offsets: traps.iter().map(|trap| trap.offset).collect(),
            trap_kinds: traps.iter().map(|trap| trap.kind as u8).collect(),
            position_offsets: positions.iter().map(|position| position.offset).collect(),
            position_values: positions
                .iter()
                .map(|position| position.module_offset)
                .collect(),
        }
    }

    /// Borrows them.
    pub fn as_ref(&self) -> TablesRef<'_> {
        TablesRef {
            trap_offsets: &self.trap_offsets,
            trap_kinds: &self.trap_kinds,
            position_offsets: &self.position_offsets,
            position_values: &self.position_values,
        }
    }
}

/// The code that `pc` is in. Takes no lock; may be called in a signal handler.
///
/// # Safety
/// The code at `pc`, if there is any, is not freed while the result is used: someone keeps its arena.
pub unsafe fn lookup(pc: usize) -> Option<&'static FunctionMeta> {
    let region = Region::existing()?;
    let start = region.last_start(region.offset_of(pc)?)?;
    // SAFETY: marked starts have metadata.
    let meta = unsafe { meta_at(region, start) };
    meta.contains(pc).then_some(meta)
}
