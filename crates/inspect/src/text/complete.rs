//! Makes a damaged module whole enough to be printed as far as it goes.
//!
//! The printer looks ahead for names and counts bodies before it writes a line, so a file that is cut short would give
//! nothing. What lacks at its end is filled up here, and [`super::within`] ends the text where the true bytes end.

use crate::sections::{CODE, FUNCTION, Layer, Sections, leb128, section_name};

/// A body without locals that ends at once, with its size.
pub(super) const EMPTY_BODY: [u8; 3] = [2, 0, 0x0b];

/// What to print in place of a damaged file.
pub(super) struct Completed {
    pub(super) bytes: Vec<u8>,
    /// Where its true bytes end.
    pub(super) end: usize,
}

/// The whole sections of `wasm` and the whole bodies of a cut code section, filled up. `None` when nothing is damaged.
pub(super) fn complete(wasm: &[u8], sections: &Sections) -> Option<Completed> {
    let layer = sections.layer?;
    let is_unknown = |id| section_name(layer, id) == "unknown";
    let unknown = sections.list.iter().find(|section| is_unknown(section.id));
    let end = unknown.map_or(sections.end(), |section| section.range.start);
    if end == wasm.len() {
        return None;
    }
    let mut completed = Completed {
        bytes: wasm[..end].to_vec(),
        end,
    };
    let before_end = |id| {
        sections
            .by_id(id)
            .filter(|section| section.range.end <= end)
    };
    if let (Layer::Module, Some(functions), None) = (layer, before_end(FUNCTION), before_end(CODE))
    {
        let count = leb128(wasm, functions.contents.start).map_or(0, |(count, _)| count);
        // Each function takes a byte or more: a larger count is a lie.
        if count as usize <= functions.contents.len() {
            completed.add_bodies(wasm, count);
        }
    }
    Some(completed)
}

impl Completed {
    /// Adds a code section of `count` bodies: those that are whole in `wasm`, then empty ones.
    fn add_bodies(&mut self, wasm: &[u8], count: u32) {
        let whole = whole_bodies(wasm, self.end, count);
        let missing = (count - whole.count) as usize;
        let size = whole.bytes.len() + EMPTY_BODY.len() * missing;
        self.bytes.push(CODE);
        self.bytes
            .extend(padded_leb128(size as u32, whole.size_length));
        self.bytes.extend(whole.bytes);
        self.end = self.bytes.len();
        self.bytes.extend(EMPTY_BODY.repeat(missing));
    }
}

/// What is whole of a code section.
struct WholeBodies {
    count: u32,
    /// The number of bodies and those that are whole.
    bytes: Vec<u8>,
    /// How many bytes the section's size takes, so that offsets stay.
    size_length: usize,
}

/// The whole bodies of a code section of `count` bodies that begins at `at`; none if there is no such section.
fn whole_bodies(wasm: &[u8], at: usize, count: u32) -> WholeBodies {
    let mut whole = WholeBodies {
        count: 0,
        bytes: padded_leb128(count, 5),
        size_length: 5,
    };
    let Some((_, start)) = leb128(wasm, at + 1).filter(|_| wasm.get(at) == Some(&CODE)) else {
        return whole;
    };
    let Some((_, first)) = leb128(wasm, start).filter(|(claimed, _)| *claimed == count) else {
        return whole;
    };
    let mut end = first;
    while whole.count < count
        && let Some((size, body)) = leb128(wasm, end)
        && size as usize <= wasm.len() - body
    {
        end = body + size as usize;
        whole.count += 1;
    }
    whole.bytes = wasm[start..end].to_vec();
    whole.size_length = start - at - 1;
    whole
}

/// An unsigned LEB128 number of `length` bytes; longer if it does not fit.
pub(super) fn padded_leb128(mut value: u32, length: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while bytes.len() + 1 < length || value > 0x7f {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}
