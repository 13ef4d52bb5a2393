//! [`ModuleBuilder`]: a module whose bytes come in pieces.

use weft_module::Decoder;

use crate::{Engine, Module, Result};

/// Decodes and validates a module while its bytes arrive, bodies on worker threads.
///
/// ```
/// use weft::{Engine, Module};
///
/// let engine = Engine::default();
/// let mut builder = Module::streaming(&engine);
/// for chunk in [b"\0asm".as_slice(), b"\x01\0\0\0".as_slice()] {
///     builder.push(chunk)?;
/// }
/// let module = builder.finish()?;
/// assert_eq!(module.exports().len(), 0);
/// # Ok::<(), weft::Error>(())
/// ```
pub struct ModuleBuilder {
    engine: Engine,
    decoder: Decoder,
}

impl ModuleBuilder {
    pub(super) fn new(engine: &Engine) -> Self {
        Self {
            engine: engine.clone(),
            decoder: Decoder::new(engine.features()),
        }
    }

    /// Makes room for a module of `size` bytes, where that is known.
    pub fn expect_size(&mut self, size: usize) {
        self.decoder.expect_size(size);
    }

    /// Takes the next bytes, which may be cut anywhere.
    ///
    /// # Errors
    /// As soon as they are certain to be no valid module: a [`CompileError`](crate::CompileError).
    pub fn push(&mut self, chunk: &[u8]) -> Result<()> {
        Ok(self.decoder.push(chunk)?)
    }

    /// Ends the bytes.
    ///
    /// # Errors
    /// As [`Module::new`].
    pub fn finish(self) -> Result<Module> {
        let decoded = self.decoder.finish()?;
        Module::from_decoded(&self.engine, decoded)
    }
}

impl std::fmt::Debug for ModuleBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ModuleBuilder").finish_non_exhaustive()
    }
}
