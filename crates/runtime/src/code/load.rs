//! Code from artifacts, and code for artifacts.

use std::sync::Arc;

use weft_module::{DefinedFuncIndex, EntityIndex};

use super::link::Placed;
use super::{Code, lock};
use crate::artifact::Artifact;
use crate::code_memory::CodeMemoryError;
use crate::compiled::CompiledRef;
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

    /// Everything that is compiled, by ascending index.
    pub fn all_compiled(&self) -> Vec<CompiledRef<'_>> {
        let mut all: Vec<_> = self
            .compiled_functions()
            .chain(self.stored_only())
            .collect();
        all.sort_by_key(|function| function.func);
        all
    }

    /// Functions that are in the kept artifact and have not been called yet.
    fn stored_only(&self) -> impl Iterator<Item = CompiledRef<'_>> {
        let stored = self.stored.get().into_iter();
        stored
            .flat_map(|artifact| artifact.functions())
            .filter(|function| self.function(function.func).is_none())
    }
}
