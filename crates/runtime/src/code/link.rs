//! Putting functions into code memory and connecting them.
//!
//! A call goes straight to the callee's code if it is there already, otherwise through the callee's
//! entry for ever: code is never patched.

use std::ffi::c_void;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use weft_abi::{CompiledFunction, Relocation};
use weft_module::{DefinedFuncIndex, EntityIndex};

use super::{Code, CompiledRef, lock};
use crate::artifact::StoredFunction;
use crate::code_memory::{Allocation, CodeMemoryError, CodeTables, FunctionMeta, TablesRef};

/// A function in code memory.
pub(super) struct Function {
    meta: FunctionMeta,
    phase: Option<u8>,
    relocations: *const [Relocation],
    /// What `meta` and `relocations` borrow, unless it is an artifact.
    _owned: Option<(CodeTables, Box<[Relocation]>)>,
}

// SAFETY: all of it is immutable, and what the pointers refer to lives as long as the module.
unsafe impl Send for Function {}
// SAFETY: as above.
unsafe impl Sync for Function {}

impl Function {
    pub(super) fn as_ref(&self) -> CompiledRef<'_> {
        let tables = self.meta.tables();
        // SAFETY: published code, and slices that live as long as `self`.
        unsafe {
            let code = self.meta.start as *const u8;
            CompiledRef {
                func: DefinedFuncIndex(self.meta.func),
                code: std::slice::from_raw_parts(code, self.meta.len as usize),
                phase: self.phase,
                saved: tables.saved,
                relocations: &*self.relocations,
                traps: tables.traps,
                positions: tables.positions,
                call_sites: tables.call_sites,
                handlers: tables.handlers,
                stack_maps: tables.stack_maps,
                frame_refs: tables.frame_refs,
            }
        }
    }
}

/// A function that has been copied to code memory and is not connected yet.
pub(super) struct Placed {
    pub(super) func: DefinedFuncIndex,
    allocation: Allocation,
    function: Function,
}

// SAFETY: the memory of the allocation is written by whoever has the value.
unsafe impl Send for Placed {}

impl Placed {
    pub(super) fn exec(&self) -> *const u8 {
        self.allocation.exec
    }
}

impl Code {
    /// Copies a compiled function to code memory.
    pub(super) fn place(
        self: &Arc<Self>,
        func: DefinedFuncIndex,
        compiled: &CompiledFunction,
    ) -> Result<Placed, CodeMemoryError> {
        let tables = CodeTables::new(compiled);
        let relocations: Box<[Relocation]> = compiled.relocations.as_slice().into();
        let borrowed = tables.as_ref();
        let bytes = (&compiled.code[..], compiled.phase);
        // SAFETY: the tables move into the result, and boxes do not move what they hold.
        let mut placed =
            unsafe { self.place_borrowed(func, bytes, borrowed, &raw const *relocations) }?;
        placed.function._owned = Some((tables, relocations));
        Ok(placed)
    }

    /// Copies a function of an artifact to code memory.
    ///
    /// # Safety
    /// The artifact lives as long as the module.
    pub(super) unsafe fn place_stored(
        self: &Arc<Self>,
        stored: &StoredFunction<'_>,
    ) -> Result<Placed, CodeMemoryError> {
        let tables = TablesRef {
            saved: stored.saved,
            traps: stored.traps,
            positions: stored.positions,
            call_sites: stored.call_sites,
            handlers: stored.handlers,
            stack_maps: stored.stack_maps,
            frame_refs: stored.frame_refs,
        };
        // SAFETY: the caller's.
        unsafe {
            let bytes = (stored.code, stored.phase);
            self.place_borrowed(stored.func, bytes, tables, stored.relocations)
        }
    }

    unsafe fn place_borrowed(
        self: &Arc<Self>,
        func: DefinedFuncIndex,
        (code, phase): (&[u8], Option<u8>),
        tables: TablesRef<'_>,
        relocations: *const [Relocation],
    ) -> Result<Placed, CodeMemoryError> {
        let allocation = self.arena.alloc(code.len(), phase)?;
        let module = Arc::as_ptr(self).cast::<c_void>();
        // SAFETY: fresh memory of this length; the caller keeps the tables.
        let meta = unsafe {
            allocation
                .write
                .copy_from_nonoverlapping(code.as_ptr(), code.len());
            FunctionMeta::new(allocation.exec, code.len(), func.0, module, tables)
        };
        Ok(Placed {
            func,
            allocation,
            function: Function {
                meta,
                phase,
                relocations,
                _owned: None,
            },
        })
    }

    /// Connects placed functions with each other and with what is there, and lets them be called.
    ///
    /// # Errors
    /// When the system refuses to make code executable.
    pub(super) fn publish(&self, placed: Vec<Placed>) -> Result<(), CodeMemoryError> {
        let addresses = Addresses::new(self, &placed);
        for function in &placed {
            relocate(self, function, &addresses);
        }
        let allocations: Vec<_> = placed.iter().map(|placed| placed.allocation).collect();
        let functions: Box<[Function]> = placed.into_iter().map(|placed| placed.function).collect();
        let pointers: Vec<*const Function> = functions
            .iter()
            .map(|function| &raw const *function)
            .collect();
        // Kept even if publishing fails half way: what has been published refers to it.
        lock(&self.owned).push(functions);
        for (&function, allocation) in pointers.iter().zip(&allocations) {
            // SAFETY: relocated above, and `owned` keeps the metadata. Nothing runs the code before
            // its entry is set below.
            unsafe { self.arena.publish(allocation, &raw const (*function).meta) }?;
        }
        for (&function, allocation) in pointers.iter().zip(&allocations) {
            // SAFETY: in `owned`.
            let index = unsafe { (*function).meta.func } as usize;
            self.functions[index].store(function.cast_mut(), Ordering::Release);
            // Before anyone can run it, so that a profiler misses nothing.
            if let Some(hook) = self.engine.publish_hook() {
                // SAFETY: as above.
                hook(self, unsafe { &*function }.as_ref());
            }
            self.plt.set(index, allocation.exec);
            self.compiled.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }
}

/// Where calls go: to functions of the same batch, to those published before, or to entries.
struct Addresses<'a> {
    code: &'a Code,
    /// By index, empty for a batch of one.
    batch: Vec<*const u8>,
    single: Option<(DefinedFuncIndex, *const u8)>,
}

impl<'a> Addresses<'a> {
    fn new(code: &'a Code, placed: &[Placed]) -> Self {
        if let [placed] = placed {
            return Self {
                code,
                batch: Vec::new(),
                single: Some((placed.func, placed.exec())),
            };
        }
        let mut batch = vec![std::ptr::null(); code.functions.len()];
        for placed in placed {
            batch[placed.func.index()] = placed.exec();
        }
        Self {
            code,
            batch,
            single: None,
        }
    }

    fn get(&self, func: DefinedFuncIndex) -> *const u8 {
        match (self.single, self.batch.get(func.index())) {
            (Some((single, address)), _) if single == func => address,
            (_, Some(&address)) if !address.is_null() => address,
            _ => self.code.entry(func),
        }
    }
}

/// Fills in the `rel32` fields of a function.
fn relocate(code: &Code, placed: &Placed, addresses: &Addresses<'_>) {
    // SAFETY: alive with the function.
    let relocations = unsafe { &*placed.function.relocations };
    for relocation in relocations {
        let Some(target) = code.info.defined_func(relocation.target) else {
            unreachable!("imported functions are called through the vmctx");
        };
        let offset = relocation.offset as usize;
        assert!(
            offset + 4 <= placed.allocation.len,
            "a relocation lies in its function"
        );
        let field = placed.allocation.exec as i64 + offset as i64;
        let distance = addresses.get(target) as i64 - 4 - field;
        let distance = i32::try_from(distance).expect("code memory is within reach of rel32");
        // SAFETY: within the allocation, which nobody runs yet.
        unsafe {
            let place = placed.allocation.write.add(offset);
            place.cast::<i32>().write_unaligned(distance);
        }
    }
}
