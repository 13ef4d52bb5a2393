//! From a program counter to its function.

use std::ffi::c_void;
use std::ptr::null;

use weft_abi::{
    CallSite, CodePosition, CompiledFunction, FrameRefs, Handler, SavedRegisters, StackMap,
    TrapKind, TrapSite,
};

use super::arena::meta_at;
use super::region::Region;
use crate::compiled::TablesRef;

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
    /// What its frame keeps for its caller.
    pub saved: SavedRegisters,
    trap_count: u32,
    position_count: u32,
    call_site_count: u32,
    handler_count: u32,
    stack_map_count: u32,
    frame_ref_count: u32,
    traps: *const TrapSite,
    positions: *const CodePosition,
    call_sites: *const CallSite,
    handlers: *const Handler,
    stack_maps: *const StackMap,
    frame_refs: *const FrameRefs,
}

// SAFETY: immutable, and what it borrows is immutable.
unsafe impl Send for FunctionMeta {}
// SAFETY: as above.
unsafe impl Sync for FunctionMeta {}

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
        Self {
            start: start as usize,
            len: len as u32,
            func,
            kind: CodeKind::Function,
            module,
            saved: tables.saved,
            trap_count: tables.traps.len() as u32,
            position_count: tables.positions.len() as u32,
            call_site_count: tables.call_sites.len() as u32,
            handler_count: tables.handlers.len() as u32,
            stack_map_count: tables.stack_maps.len() as u32,
            frame_ref_count: tables.frame_refs.len() as u32,
            traps: tables.traps.as_ptr(),
            positions: tables.positions.as_ptr(),
            call_sites: tables.call_sites.as_ptr(),
            handlers: tables.handlers.as_ptr(),
            stack_maps: tables.stack_maps.as_ptr(),
            frame_refs: tables.frame_refs.as_ptr(),
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
        let (call_sites, handlers) = (self.call_site_count as usize, self.handler_count as usize);
        let (maps, refs) = (self.stack_map_count as usize, self.frame_ref_count as usize);
        // SAFETY: made from slices of these lengths, which live as long.
        unsafe {
            TablesRef {
                saved: self.saved,
                traps: std::slice::from_raw_parts(self.traps, traps),
                positions: std::slice::from_raw_parts(self.positions, positions),
                call_sites: std::slice::from_raw_parts(self.call_sites, call_sites),
                handlers: std::slice::from_raw_parts(self.handlers, handlers),
                stack_maps: std::slice::from_raw_parts(self.stack_maps, maps),
                frame_refs: std::slice::from_raw_parts(self.frame_refs, refs),
            }
        }
    }

    /// The trap that a fault of the instruction at `pc` means. Safe to call in a signal handler.
    pub fn trap(&self, pc: usize) -> Option<TrapKind> {
        let tables = self.tables();
        let offset = u32::try_from(pc.checked_sub(self.start)?).ok()?;
        let index = tables
            .traps
            .binary_search_by_key(&offset, |trap| trap.offset)
            .ok()?;
        Some(tables.traps[index].kind)
    }

    /// Where in the module the code at `offset` came from: the instruction last, before it the calls of the functions that are
    /// inlined there, of which the first is in the function itself.
    pub fn positions(&self, offset: u32) -> &[CodePosition] {
        let positions = self.tables().positions;
        let after = positions.partition_point(|position| position.offset <= offset);
        let Some(last) = positions[..after].last() else {
            return &[];
        };
        let first = positions[..after].partition_point(|position| position.offset < last.offset);
        &positions[first..after]
    }

    /// The call that returns to `pc` and its exception handlers, if it has any.
    pub fn call_site(&self, pc: usize) -> Option<(&CallSite, &[Handler])> {
        let TablesRef {
            call_sites,
            handlers,
            ..
        } = self.tables();
        let offset = u32::try_from(pc.checked_sub(self.start)?).ok()?;
        let index = call_sites
            .binary_search_by_key(&offset, |site| site.return_offset)
            .ok()?;
        let site = &call_sites[index];
        let end = call_sites
            .get(index + 1)
            .map_or(handlers.len(), |next| next.first_handler as usize);
        Some((site, &handlers[site.first_handler as usize..end]))
    }

    /// The references in the frame of a call that returns to `offset`.
    pub fn frame_refs(&self, offset: u32) -> &[FrameRefs] {
        let tables = self.tables();
        let found = tables
            .stack_maps
            .binary_search_by_key(&offset, |map| map.offset);
        let Ok(index) = found else {
            return &[];
        };
        let start = tables.stack_maps[index].start as usize;
        let next = tables.stack_maps.get(index + 1);
        let end = next.map_or(tables.frame_refs.len(), |next| next.start as usize);
        &tables.frame_refs[start..end]
    }
}

/// The tables of a function that was compiled in this process.
#[derive(Clone, Debug, Default)]
pub struct CodeTables {
    saved: SavedRegisters,
    traps: Box<[TrapSite]>,
    positions: Box<[CodePosition]>,
    call_sites: Box<[CallSite]>,
    handlers: Box<[Handler]>,
    stack_maps: Box<[StackMap]>,
    frame_refs: Box<[FrameRefs]>,
}

impl CodeTables {
    /// The tables of `function`.
    pub fn new(function: &CompiledFunction) -> Self {
        Self {
            saved: function.saved,
            traps: function.traps.as_slice().into(),
            positions: function.positions.as_slice().into(),
            call_sites: function.call_sites.as_slice().into(),
            handlers: function.handlers.as_slice().into(),
            stack_maps: function.stack_maps.as_slice().into(),
            frame_refs: function.frame_refs.as_slice().into(),
        }
    }

    /// Borrows them.
    pub fn as_ref(&self) -> TablesRef<'_> {
        TablesRef {
            saved: self.saved,
            traps: &self.traps,
            positions: &self.positions,
            call_sites: &self.call_sites,
            handlers: &self.handlers,
            stack_maps: &self.stack_maps,
            frame_refs: &self.frame_refs,
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
