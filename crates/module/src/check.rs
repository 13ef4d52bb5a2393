//! What must hold for any bytes whatsoever, as functions that panic where it does not.
//!
//! The fuzz targets and the tests run the same ones.

use std::ops::Range;

use crate::decode::decode_slowly;
use crate::{DecodeError, Decoder, Features, ModuleInfo, Names, decode};

/// Any bytes are decoded or refused, with the same outcome whole, in chunks, and without the
/// quick proof of bodies.
pub fn decode_any(bytes: &[u8]) {
    for features in [Features::default(), Features::all()] {
        let whole = decode(bytes, &features);
        assert_eq!(
            decode_slowly(bytes, &features),
            whole,
            "the quick proof changes the outcome"
        );
        for chunk in chunk_sizes(bytes) {
            assert_eq!(
                decode_in_chunks(bytes, chunk, &features),
                whole,
                "in chunks of {chunk}"
            );
        }
        match whole {
            Ok(info) => description(&info, bytes),
            Err(error) => assert!(
                error.offset() <= bytes.len() as u64,
                "{error} is past the end"
            ),
        }
    }
}

/// Decodes `bytes`, pushed in chunks of `size` bytes.
pub fn decode_in_chunks(
    bytes: &[u8],
    size: usize,
    features: &Features,
) -> Result<ModuleInfo, DecodeError> {
    let mut decoder = Decoder::new(features);
    for chunk in bytes.chunks(size) {
        decoder.push(chunk)?;
    }
    let decoded = decoder.finish()?;
    assert_eq!(&*decoded.bytes, bytes);
    Ok(decoded.info)
}

/// One chunk size that is the module's own, and one that cuts it into a few.
fn chunk_sizes(bytes: &[u8]) -> [usize; 2] {
    let sum = bytes.iter().fold(0usize, |sum, &byte| {
        sum.wrapping_mul(31).wrapping_add(byte.into())
    });
    [1 + sum % 97, 1 + bytes.len() / 3]
}

/// A description fits the bytes that it is of.
fn description(info: &ModuleInfo, bytes: &[u8]) {
    info.bodies.values().for_each(|body| inside(body, bytes));
    info.data
        .values()
        .for_each(|segment| inside(&segment.range, bytes));
    info.customs
        .iter()
        .for_each(|section| inside(&section.range, bytes));

    let escapes: Vec<u32> = info
        .functions
        .values()
        .filter_map(|function| function.escape)
        .collect();
    assert!(
        escapes.iter().copied().eq(0..info.escaping),
        "escape numbers have gaps"
    );
    assert_eq!(
        info.rec_groups.last().map_or(0, |group| group.end),
        info.types.len() as u32
    );
    assert_eq!(
        info.functions.len(),
        info.imported.functions as usize + info.bodies.len()
    );
    assert_eq!(info.facts.table_types.len(), info.tables.len());

    let names = Names::decode(info, bytes);
    for export in &info.exports {
        if let crate::Entity::Func(function) = export.entity {
            assert!(
                names.function_name(function).is_some(),
                "exports name functions"
            );
        }
    }
}

fn inside(range: &Range<u32>, bytes: &[u8]) {
    assert!(
        range.start <= range.end && range.end as usize <= bytes.len(),
        "{range:?} is outside"
    );
}
