//! Decoding a module while its bytes arrive.
//!
//! Sections are taken in as soon as they are complete, and bodies go to worker threads in batches
//! while later bytes are still on their way. The outcome, errors included, is the same as that of
//! [`crate::decode`], however the bytes are cut into chunks.

use std::borrow::Cow;
use std::sync::Arc;

use wasmparser::{Chunk, Parser, Payload};

use crate::bodies::{BATCH_SIZE, Batch, Context};
use crate::decode::{SERIAL_SIZE, conclude, unexpected_end, validate_rest};
use crate::facts::BodyFacts;
use crate::sections::Sections;
use crate::work::Work;
use crate::{Bytes, DecodeError, Features, ModuleInfo, limits};

type Result<T> = std::result::Result<T, DecodeError>;

/// A module that has been decoded and validated, with its bytes.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// What it is.
    pub info: ModuleInfo,
    /// Its bytes, into which `info` has ranges.
    pub bytes: Bytes,
}

/// Decodes and validates a module while its bytes arrive.
///
/// ```
/// # use weft_module::{Decoder, Features};
/// let mut decoder = Decoder::new(&Features::default());
/// for chunk in [b"\0asm".as_slice(), b"\x01\0\0\0".as_slice()] {
///     decoder.push(chunk)?;
/// }
/// assert!(decoder.finish()?.info.functions.is_empty());
/// # Ok::<(), weft_module::DecodeError>(())
/// ```
pub struct Decoder {
    parser: Parser,
    sections: Sections,
    bytes: Vec<u8>,
    /// How many of `bytes` the parser has consumed.
    parsed: usize,
    /// Where bodies are validated, once there is enough code to share it.
    work: Option<Arc<Work<'static>>>,
    /// The size of the code section, in bytes.
    code_size: u32,
    error: Option<DecodeError>,
}

impl Decoder {
    /// A decoder that has seen nothing yet.
    pub fn new(features: &Features) -> Self {
        let mut parser = Parser::new(0);
        parser.set_features(features.to_wasmparser());
        Self {
            parser,
            sections: Sections::new(features),
            bytes: Vec::new(),
            parsed: 0,
            work: None,
            code_size: 0,
            error: None,
        }
    }

    /// Makes room for a module of `size` bytes, where that is known. It is only a hint.
    pub fn expect_size(&mut self, size: usize) {
        let more = size
            .min(limits::MAX_MODULE_SIZE)
            .saturating_sub(self.bytes.len());
        // Too little memory for the hint is no error: the bytes may never come.
        let _ = self.bytes.try_reserve_exact(more);
    }

    /// Takes in the next bytes, which may be cut anywhere.
    ///
    /// # Errors
    /// As soon as it is certain that the bytes do not begin a valid module; the decoder then
    /// returns that same error ever after.
    pub fn push(&mut self, chunk: &[u8]) -> Result<()> {
        self.check()?;
        limits::check_module_size(self.bytes.len() + chunk.len())?;
        self.bytes.extend_from_slice(chunk);
        match self.read(false) {
            Ok(()) if !self.work.as_ref().is_some_and(|work| work.failed()) => Ok(()),
            read => self.fail(read),
        }
    }

    /// Ends the module and waits until every body is validated.
    ///
    /// # Errors
    /// When the bytes are not a valid module: as [`crate::decode`].
    pub fn finish(mut self) -> Result<Decoded> {
        self.check()?;
        let read = self.read(true);
        let bodies = self.validate_bodies();
        let info = conclude(self.sections, read, bodies)?;
        Ok(Decoded {
            info,
            bytes: self.bytes.into(),
        })
    }

    fn check(&self) -> Result<()> {
        self.error.clone().map_or(Ok(()), Err)
    }

    /// Takes in whatever is complete.
    fn read(&mut self, eof: bool) -> Result<()> {
        loop {
            let rest = &self.bytes[self.parsed..];
            let chunk = self.parser.parse(rest, eof);
            match chunk.map_err(|error| DecodeError::structure(&error))? {
                Chunk::NeedMoreData(_) if eof => return Err(unexpected_end(self.bytes.len())),
                Chunk::NeedMoreData(_)
                | Chunk::Parsed {
                    payload: Payload::End(_),
                    ..
                } => {
                    return Ok(());
                }
                Chunk::Parsed { consumed, payload } => {
                    if let Payload::CodeSectionStart { size, .. } = payload {
                        self.code_size = size;
                    }
                    self.sections.payload(payload, &self.bytes)?;
                    self.parsed += consumed;
                    self.share();
                }
            }
        }
    }

    /// Hands bodies to the workers when there are enough for a batch.
    fn share(&mut self) {
        if self.code_size <= SERIAL_SIZE || self.sections.waiting_code() < BATCH_SIZE {
            return;
        }
        let Some(work) = self.work() else { return };
        let Some(batch) = self.next_batch() else {
            return;
        };
        let pushed = work.push(batch);
        // A source that is faster than the workers must not pile up copies: this thread works too.
        if pushed.waiting > 2 * rayon::current_num_threads() {
            work.step();
        }
        if pushed.helper {
            rayon::spawn(move || work.help());
        }
    }

    fn work(&mut self) -> Option<Arc<Work<'static>>> {
        if self.work.is_none() {
            let context = Context::of(&self.sections)?;
            self.work = Some(Arc::new(Work::new(context, rayon::current_num_threads())));
        }
        self.work.clone()
    }

    /// The bodies that have not been handed out, with a copy of their bytes: `bytes` itself moves
    /// when it grows.
    fn next_batch(&mut self) -> Option<Batch<'static>> {
        let (first, bodies) = self.sections.hand_out()?;
        let (base, end) = (bodies.first()?.start, bodies.last()?.end);
        let bytes = Cow::Owned(self.bytes[base as usize..end as usize].to_vec());
        Some(Batch {
            bytes,
            base,
            first,
            bodies,
        })
    }

    fn validate_bodies(&mut self) -> Result<BodyFacts> {
        let Some(work) = self.work.clone() else {
            return validate_rest(&self.bytes, &mut self.sections);
        };
        if let Some(batch) = self.next_batch() {
            work.push(batch);
        }
        work.finish()
    }

    /// Settles the error once and for all.
    fn fail(&mut self, read: Result<()>) -> Result<()> {
        let bodies = self.validate_bodies();
        let nothing = Sections::new(&self.sections.features);
        let sections = std::mem::replace(&mut self.sections, nothing);
        self.error = conclude(sections, read, bodies).err();
        self.check()
    }
}

impl std::fmt::Debug for Decoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Decoder({} bytes)", self.bytes.len())
    }
}
