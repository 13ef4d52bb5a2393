//! Decoding a module while its bytes arrive.
//!
//! Sections are taken in as soon as they are complete, and bodies go to worker threads in batches
//! while later bytes are still on their way. The outcome, errors included, is the same as that of
//! [`crate::decode`], however the bytes are cut into chunks.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use wasmparser::{Chunk, Parser, Payload};

use crate::bodies::{BATCH_SIZE, Batch, Context};
use crate::decode::{SERIAL_SIZE, unexpected_end, validate_bodies};
use crate::facts::BodyFacts;
use crate::sections::Sections;
use crate::work::Work;
use crate::{Bytes, DecodeError, DefinedFuncIndex, Features, ModuleInfo, limits};

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
    /// How many bodies have been handed to `work`.
    handed: usize,
    error: Option<DecodeError>,
}

impl Decoder {
    /// A decoder that has seen nothing yet.
    pub fn new(features: &Features) -> Self {
        let sections = Sections::new(features);
        let mut parser = Parser::new(0);
        parser.set_features(features.to_wasmparser());
        Self {
            parser,
            sections,
            bytes: Vec::new(),
            parsed: 0,
            work: None,
            code_size: 0,
            handed: 0,
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
        self.bytes.extend_from_slice(chunk);
        let read = limits::check_module_size(self.bytes.len()).and_then(|()| self.read(false));
        if read.is_err() || self.work.as_ref().is_some_and(|work| work.failed()) {
            self.settle(read).map(drop)
        } else {
            Ok(())
        }
    }

    /// Ends the module and waits until every body is validated.
    ///
    /// # Errors
    /// When the bytes are not a valid module: as [`crate::decode`].
    pub fn finish(mut self) -> Result<Decoded> {
        self.check()?;
        let read = self.read(true);
        let bodies = self.settle(read)?;
        Ok(Decoded {
            info: self.sections.finish(&bodies),
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
            match self
                .parser
                .parse(rest, eof)
                .map_err(|error| DecodeError::structure(&error))?
            {
                Chunk::NeedMoreData(_) if eof => return Err(unexpected_end(self.bytes.len())),
                Chunk::NeedMoreData(_)
                | Chunk::Parsed {
                    payload: Payload::End(_),
                    ..
                } => return Ok(()),
                Chunk::Parsed { consumed, payload } => {
                    if let Payload::CodeSectionStart { size, .. } = payload {
                        self.code_size = size;
                    }
                    self.sections.payload(payload)?;
                    self.parsed += consumed;
                    self.share();
                }
            }
        }
    }

    /// Hands bodies to the workers when there are enough for a batch.
    fn share(&mut self) {
        let waiting = &self.sections.info.bodies.as_slice()[self.handed..];
        let size = match (waiting.first(), waiting.last()) {
            (Some(first), Some(last)) => last.end - first.start,
            _ => 0,
        };
        if size >= BATCH_SIZE && self.code_size > SERIAL_SIZE {
            self.hand_over();
        }
    }

    fn hand_over(&mut self) {
        let Some(work) = self.work() else { return };
        let Some(batch) = self.take_batch() else {
            return;
        };
        let waiting = work.push(batch);
        // A source that is faster than the workers must not pile up copies: then this thread works too.
        if waiting > 2 * rayon::current_num_threads() {
            work.step();
        }
        rayon::spawn(move || {
            work.step();
        });
    }

    fn work(&mut self) -> Option<Arc<Work<'static>>> {
        if self.work.is_none() {
            let context = Context::of(&self.sections)?;
            self.work = Some(Arc::new(Work::new(context, VecDeque::new())));
        }
        self.work.clone()
    }

    /// A batch of the bodies that have not been handed over, with a copy of their bytes: `bytes`
    /// itself moves when it grows.
    fn take_batch(&mut self) -> Option<Batch<'static>> {
        let info = &self.sections.info;
        let bodies: Vec<Range<u32>> = info.bodies.as_slice()[self.handed..].to_vec();
        let (base, end) = (bodies.first()?.start, bodies.last()?.end);
        let first = info.func_index(DefinedFuncIndex(self.handed as u32));
        self.handed += bodies.len();
        let bytes = self.bytes[base as usize..end as usize].to_vec();
        Some(Batch {
            bytes: Cow::Owned(bytes),
            base,
            first,
            bodies: Cow::Owned(bodies),
        })
    }

    /// Waits for the bodies and settles which error is the lowest, if there is one.
    fn settle(&mut self, read: Result<()>) -> Result<BodyFacts> {
        // A body that is not valid comes before whatever stopped the reading after it.
        let outcome = self
            .validate_bodies()
            .and_then(|facts| read.map(|()| facts));
        self.error = outcome.as_ref().err().cloned();
        outcome
    }

    fn validate_bodies(&mut self) -> Result<BodyFacts> {
        let Some(work) = self.work.clone() else {
            return validate_bodies(&self.bytes, &self.sections);
        };
        if let Some(batch) = self.take_batch() {
            work.push(batch);
        }
        let sections = &self.sections;
        work.finish()
            .map_err(|error| error.name_function(|func| sections.function_name(func)))
    }
}

impl std::fmt::Debug for Decoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Decoder({} bytes)", self.bytes.len())
    }
}
