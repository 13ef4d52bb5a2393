//! Code from artifacts, and code for artifacts.

use std::sync::Arc;

use weft_module::{DefinedFuncIndex, EntityIndex};

use super::link::Placed;
use super::{Code, lock};
use crate::artifact::{Artifact, StoredFunction};
use crate::code_memory::CodeMemoryError;
use crate::error::ResourceError;

/// Up to this much code is copied and connected at once; above, each function when it is first called.
const LARGEST_AT_ONCE: usize = 16 << 20;

impl Code {
    /// Takes the functions of `artifact` that are not there yet. The artifact is kept as long as the module.
    ///
    /// # Errors
    /// When the artifact is of another module, or code memory is used up.
    ///
    /// # Safety
    /// The artifact's code is native code that was compiled for this module by this engine's compiler.
    pub unsafe fn load(self: &Arc<Self>, artifact: Arc<Artifact>) -> Result<(), ResourceError> {
        if artifact.defined() != self.functions.len() {
            return Err(ResourceError::new(
                "the precompiled code belongs to another module",
            ));
        }
        if artifact.code_len() > LARGEST_AT_ONCE && self.stored.set(artifact.clone()).is_ok() {
            return Ok(());
        }
        let mut placed = Vec::with_capacity(artifact.len());
        for function in artifact.functions() {
            if self.plt.compiled(function.func.index()).is_none() {
                // SAFETY: the artifact is kept from the end of this function on.
                placed.push(unsafe { self.place_stored(&function) }?);
            }
        }
        lock(&self.artifacts).push(artifact);
        self.publish(placed)?;
        Ok(())
    }

    /// Copies `func` from the artifact that is kept for that, if it is there.
    pub(super) fn take_stored(
        self: &Arc<Self>,
        func: DefinedFuncIndex,
    ) -> Option<Result<Placed, CodeMemoryError>> {
        let stored = self.stored.get()?.function(func)?;
        // SAFETY: the artifact lives as long as the module.
        Some(unsafe { self.place_stored(&stored) })
    }

    /// Gives `f` everything that is compiled, in the form in which artifacts hold it.
    pub fn with_stored_functions<R>(&self, f: impl FnOnce(Vec<StoredFunction<'_>>) -> R) -> R {
        let mut unlinked = Vec::new();
        let mut functions = Vec::new();
        for compiled in self.compiled_functions() {
            let start = unlinked.len();
            unlinked.extend_from_slice(compiled.code);
            for relocation in compiled.relocations {
                let field = start + relocation.offset as usize;
                unlinked[field..field + 4].fill(0);
            }
            functions.push((compiled, start));
        }
        let stored = functions.iter().map(|(compiled, start)| StoredFunction {
            func: compiled.func,
            code: &unlinked[*start..*start + compiled.code.len()],
            phase: compiled.phase,
            saved: compiled.saved,
            relocations: compiled.relocations,
            traps: compiled.traps,
            positions: compiled.positions,
            call_sites: compiled.call_sites,
            handlers: compiled.handlers,
            stack_maps: compiled.stack_maps,
            frame_refs: compiled.frame_refs,
        });
        let mut all: Vec<_> = stored.chain(self.stored_only()).collect();
        all.sort_by_key(|function| function.func);
        f(all)
    }

    /// Functions that are in the kept artifact and have not been called yet.
    fn stored_only(&self) -> impl Iterator<Item = StoredFunction<'_>> {
        let stored = self.stored.get().into_iter();
        stored
            .flat_map(|artifact| artifact.functions())
            .filter(|function| self.function(function.func).is_none())
    }
}
