//! Decoding and validating a module whose bytes are all there.
//!
//! While this thread is still reading sections, others validate the bodies that it has passed.

use std::borrow::Cow;
use std::sync::OnceLock;

use rayon::Scope;
use wasmparser::{BinaryReader, Chunk, Parser, Payload};

use crate::bodies::{BATCH_SIZE, Batch, Context};
use crate::facts::BodyFacts;
use crate::sections::Sections;
use crate::work::Work;
use crate::{DecodeError, DecodeErrorKind, Facts, Features, ModuleInfo, limits};

type Result<T> = std::result::Result<T, DecodeError>;

/// Bytes of code below which starting threads costs more than it saves.
pub(crate) const SERIAL_SIZE: u32 = 100 << 10;

/// Decodes and validates a module: its structure, and every body.
///
/// Large modules are validated on all threads of the rayon pool that this is called in.
///
/// # Errors
/// When `bytes` are not a valid module that uses only `features`: the error at the lowest offset.
pub fn decode(bytes: &[u8], features: &Features) -> Result<ModuleInfo> {
    decode_into(Sections::new(features), bytes)
}

/// Whether `bytes` are a valid module.
///
/// # Errors
/// As [`decode`].
pub fn validate(bytes: &[u8], features: &Features) -> Result<()> {
    decode(bytes, features).map(drop)
}

/// Decodes a module whose bodies are known to be valid, and to have these `facts`: an earlier
/// [`decode`] of the same bytes, with the same features or fewer, has found that out.
///
/// # Errors
/// When what is outside of the bodies is not valid, which means that the bytes are others.
pub fn decode_validated(bytes: &[u8], features: &Features, facts: Facts) -> Result<ModuleInfo> {
    limits::check_module_size(bytes.len())?;
    let mut sections = Sections::new(features);
    read_sections(bytes, &mut sections, |_| {})?;
    let mut info = sections.finish(&BodyFacts::default());
    info.facts = facts;
    Ok(info)
}

/// As [`decode`], but without the quick proof of bodies: for comparing the two.
pub(crate) fn decode_slowly(bytes: &[u8], features: &Features) -> Result<ModuleInfo> {
    let mut sections = Sections::new(features);
    sections.quick = false;
    decode_into(sections, bytes)
}

fn decode_into(sections: Sections, bytes: &[u8]) -> Result<ModuleInfo> {
    limits::check_module_size(bytes.len())?;
    if code_size(bytes).unwrap_or(0) <= SERIAL_SIZE {
        return decode_alone(sections, bytes);
    }
    let work = OnceLock::new();
    rayon::in_place_scope(|scope| decode_shared(sections, bytes, &work, scope))
}

/// The size of the code section by its header, if the bytes look like a module up to there.
fn code_size(bytes: &[u8]) -> Option<u32> {
    const HEADER: usize = 8;
    const CODE: u8 = 10;
    let mut reader = BinaryReader::new(bytes.get(HEADER..)?, 0);
    loop {
        let id = reader.read_u8().ok()?;
        let size = reader.read_var_u32().ok()?;
        if id == CODE {
            return Some(size);
        }
        reader.read_bytes(size as usize).ok()?;
    }
}

/// Decodes on this thread alone.
fn decode_alone(mut sections: Sections, bytes: &[u8]) -> Result<ModuleInfo> {
    let read = read_sections(bytes, &mut sections, |_| {});
    let bodies = validate_rest(bytes, &mut sections);
    conclude(sections, read, bodies)
}

/// Decodes with the help of the threads of the pool.
fn decode_shared<'scope, 'env: 'scope>(
    mut sections: Sections,
    bytes: &'env [u8],
    work: &'scope OnceLock<Work<'env>>,
    scope: &Scope<'scope>,
) -> Result<ModuleInfo> {
    let read = read_sections(bytes, &mut sections, |sections| {
        if sections.waiting_code() < BATCH_SIZE {
            return;
        }
        let Some(work) = begin(work, sections) else {
            return;
        };
        if let Some(batch) = next_batch(bytes, sections)
            && work.push(batch).helper
        {
            scope.spawn(|_| work.help());
        }
    });
    let bodies = match work.get() {
        None => validate_rest(bytes, &mut sections),
        Some(work) => {
            if let Some(batch) = next_batch(bytes, &mut sections) {
                work.push(batch);
            }
            work.finish()
        }
    };
    conclude(sections, read, bodies)
}

/// The work that batches go to, which the first of them begins.
fn begin<'work, 'env>(
    work: &'work OnceLock<Work<'env>>,
    sections: &Sections,
) -> Option<&'work Work<'env>> {
    if work.get().is_none() {
        let context = Context::of(sections)?;
        // This thread takes part, so that one fewer is needed.
        let _ = work.set(Work::new(context, rayon::current_num_threads() - 1));
    }
    work.get()
}

/// Settles which error is the lowest, if there is one.
pub(crate) fn conclude(
    sections: Sections,
    read: Result<()>,
    bodies: Result<BodyFacts>,
) -> Result<ModuleInfo> {
    // A body that is not valid comes before whatever stopped the reading after it.
    let bodies =
        bodies.map_err(|error| error.name_function(|func| sections.function_name(func)))?;
    read?;
    Ok(sections.finish(&bodies))
}

/// Takes in every section of `bytes`, and calls `body` after each body.
pub(crate) fn read_sections(
    bytes: &[u8],
    sections: &mut Sections,
    mut body: impl FnMut(&mut Sections),
) -> Result<()> {
    let mut parser = Parser::new(0);
    parser.set_features(sections.features.to_wasmparser());
    let mut rest = bytes;
    loop {
        let chunk = parser
            .parse(rest, true)
            .map_err(|error| DecodeError::structure(&error))?;
        match chunk {
            Chunk::Parsed {
                payload: Payload::End(_),
                ..
            } => return Ok(()),
            Chunk::Parsed { consumed, payload } => {
                let is_body = matches!(payload, Payload::CodeSectionEntry(_));
                sections.payload(payload, bytes)?;
                rest = &rest[consumed..];
                if is_body {
                    body(sections);
                }
            }
            Chunk::NeedMoreData(_) => return Err(unexpected_end(bytes.len())),
        }
    }
}

/// The error of a module that stops short.
pub(crate) fn unexpected_end(offset: usize) -> DecodeError {
    let message = "unexpected end of the module";
    DecodeError::new(DecodeErrorKind::Malformed, message, offset as u64)
}

/// Validates every body that has not been handed out, on this thread.
pub(crate) fn validate_rest(bytes: &[u8], sections: &mut Sections) -> Result<BodyFacts> {
    let Some(context) = Context::of(sections) else {
        return Ok(BodyFacts::default());
    };
    let work = Work::new(context, 0);
    if let Some(batch) = next_batch(bytes, sections) {
        work.push(batch);
    }
    work.finish()
}

/// The bodies that have been read and not handed out.
fn next_batch<'a>(bytes: &'a [u8], sections: &mut Sections) -> Option<Batch<'a>> {
    let (first, bodies) = sections.hand_out()?;
    Some(Batch {
        bytes: Cow::Borrowed(bytes),
        base: 0,
        first,
        bodies,
    })
}
