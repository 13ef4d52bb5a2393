//! Decoding and validating a module whose bytes are all there.

use std::borrow::Cow;
use std::cmp::Reverse;

use wasmparser::{Chunk, Parser, Payload};

use crate::bodies::{BATCH_SIZE, Batch, Context};
use crate::facts::BodyFacts;
use crate::sections::Sections;
use crate::work::Work;
use crate::{DecodeError, DecodeErrorKind, DefinedFuncIndex, Facts, Features, ModuleInfo, limits};

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

/// As [`decode`], but without the quick proof of bodies: for comparing the two.
pub(crate) fn decode_slowly(bytes: &[u8], features: &Features) -> Result<ModuleInfo> {
    let mut sections = Sections::new(features);
    sections.quick = false;
    decode_into(sections, bytes)
}

fn decode_into(mut sections: Sections, bytes: &[u8]) -> Result<ModuleInfo> {
    limits::check_module_size(bytes.len())?;
    // A body that is not valid comes before whatever stopped the reading after it.
    let read = read_sections(bytes, &mut sections);
    let bodies = validate_bodies(bytes, &sections)?;
    read?;
    Ok(sections.finish(&bodies))
}

/// Decodes a module whose bodies are known to be valid, and to have these `facts`: an earlier [`decode`] of the
/// same bytes, with the same features or fewer, has found that out.
///
/// # Errors
/// When what is outside of the bodies is not valid, which means that the bytes are others.
pub fn decode_validated(bytes: &[u8], features: &Features, facts: Facts) -> Result<ModuleInfo> {
    limits::check_module_size(bytes.len())?;
    let mut sections = Sections::new(features);
    read_sections(bytes, &mut sections)?;
    let mut info = sections.finish(&BodyFacts::default());
    info.facts = facts;
    Ok(info)
}

/// Whether `bytes` are a valid module.
///
/// # Errors
/// As [`decode`].
pub fn validate(bytes: &[u8], features: &Features) -> Result<()> {
    decode(bytes, features).map(drop)
}

pub(crate) fn read_sections(bytes: &[u8], sections: &mut Sections) -> Result<()> {
    let mut parser = Parser::new(0);
    parser.set_features(sections.features.to_wasmparser());
    let mut rest = bytes;
    loop {
        match parser
            .parse(rest, true)
            .map_err(|error| DecodeError::structure(&error))?
        {
            Chunk::Parsed {
                payload: Payload::End(_),
                ..
            } => return Ok(()),
            Chunk::Parsed { consumed, payload } => {
                sections.payload(payload)?;
                rest = &rest[consumed..];
            }
            Chunk::NeedMoreData(_) => return Err(unexpected_end(bytes.len())),
        }
    }
}

/// The error of a module that stops short.
pub(crate) fn unexpected_end(offset: usize) -> DecodeError {
    DecodeError::new(
        DecodeErrorKind::Malformed,
        "unexpected end of the module",
        offset as u64,
    )
}

/// Validates every body that `sections` know.
pub(crate) fn validate_bodies(bytes: &[u8], sections: &Sections) -> Result<BodyFacts> {
    let Some(context) = Context::of(sections) else {
        return Ok(BodyFacts::default());
    };
    let batches = batches(bytes, &sections.info);
    let parallel = batches.iter().map(Batch::size).sum::<u32>() > SERIAL_SIZE;
    let work = Work::new(context, batches.into());
    let verdict = if parallel {
        in_parallel(&work)
    } else {
        work.finish()
    };
    verdict.map_err(|error| error.name_function(|func| sections.function_name(func)))
}

fn in_parallel(work: &Work<'_>) -> Result<BodyFacts> {
    rayon::in_place_scope(|scope| {
        // This thread takes part, so that one fewer is needed.
        for _ in 1..rayon::current_num_threads() {
            scope.spawn(|_| while work.step() {});
        }
        work.finish()
    })
}

/// Splits the bodies into batches, largest first: one that is more than a fair share must not be
/// what all others wait for at the end.
fn batches<'a>(bytes: &'a [u8], info: &'a ModuleInfo) -> Vec<Batch<'a>> {
    let bodies = info.bodies.as_slice();
    let mut batches = Vec::new();
    let mut start = 0;
    while let Some(end) = batch_end(bodies, start) {
        batches.push(Batch {
            bytes: Cow::Borrowed(bytes),
            base: 0,
            first: info.func_index(DefinedFuncIndex(start as u32)),
            bodies: Cow::Borrowed(&bodies[start..end]),
        });
        start = end;
    }
    batches.sort_by_key(|batch| Reverse(batch.size() / BATCH_SIZE));
    batches
}

/// The end of the batch that starts at body `start`, or `None` when there are no more bodies.
fn batch_end(bodies: &[std::ops::Range<u32>], start: usize) -> Option<usize> {
    let first = bodies.get(start)?.start;
    let full = bodies[start..]
        .iter()
        .position(|body| body.end - first >= BATCH_SIZE);
    Some(full.map_or(bodies.len(), |position| start + position + 1))
}
