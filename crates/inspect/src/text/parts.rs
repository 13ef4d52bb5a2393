//! A module in parts whose text can be printed at the same time.
//!
//! The printer begins at the beginning. So a later part is the module with empty bodies in place of those before the part, and
//! everything else where it was: offsets, names and indices are those of the whole module, and what is printed of the part is what
//! would be printed of it anyway.

use std::borrow::Cow;
use std::ops::Range;

use super::complete::{EMPTY_BODY, padded_leb128};
use crate::sections::{CODE, Layer, Sections, leb128};

/// A part of a module.
pub(super) struct Part<'m> {
    /// The module, in which bodies before the part may be empty.
    pub(super) bytes: Cow<'m, [u8]>,
    /// Where the lines begin that are the part's, and where they end.
    pub(super) range: Range<u64>,
}

impl<'m> Part<'m> {
    /// All of a module, up to `end`.
    pub(super) fn whole(wasm: &'m [u8], end: u64) -> Self {
        Self {
            bytes: Cow::Borrowed(wasm),
            range: 0..end,
        }
    }
}

/// An undamaged module in at most `count` parts, which are about the same work. What cannot be cut is one part.
pub(super) fn parts<'m>(wasm: &'m [u8], sections: &Sections, count: usize) -> Vec<Part<'m>> {
    let mut parts = vec![Part::whole(wasm, u64::MAX)];
    let code = sections.by_id(CODE).map(|section| section.range.clone());
    let (Some(Layer::Module), Some(code)) = (sections.layer, code) else {
        return parts;
    };
    for cut in cuts(wasm, &code, count) {
        let Some(bytes) = without_bodies(wasm, &code, &cut) else {
            break;
        };
        let place = cut.place as u64;
        if let Some(last) = parts.last_mut() {
            last.range.end = place;
        }
        parts.push(Part {
            bytes: Cow::Owned(bytes),
            range: place..u64::MAX,
        });
    }
    parts
}

/// A place between two bodies.
#[derive(Copy, Clone)]
struct Cut {
    /// The offset of the body after it.
    place: usize,
    /// How many bodies are before it.
    before: usize,
    /// How many there are.
    bodies: u32,
}

/// Where to cut a module with this code section into `count` parts.
fn cuts(wasm: &[u8], code: &Range<usize>, count: usize) -> Vec<Cut> {
    let mut cuts = Vec::new();
    let contents = leb128(wasm, code.start + 1);
    let Some((bodies, mut place)) = contents.and_then(|(_, contents)| leb128(wasm, contents))
    else {
        return cuts;
    };
    // The first is a little less than the others: its processor writes them, too.
    let shares = 9 * count - 1;
    let all = code.len() + (wasm.len() - code.end) / DATA;
    for before in 0..bodies as usize {
        let wanted = all / shares * (9 * cuts.len() + 8);
        if cuts.len() + 1 < count && place - code.start >= wanted {
            cuts.push(Cut {
                place,
                before,
                bodies,
            });
        }
        match leb128(wasm, place) {
            Some((size, body)) if size as usize <= code.end.saturating_sub(body) => {
                place = body + size as usize;
            }
            _ => break,
        }
    }
    cuts
}

/// How many bytes after the code are as much work as one of code.
const DATA: usize = 4;

/// The module with empty bodies before the cut. Where there are too few bytes for them, nothing.
fn without_bodies(wasm: &[u8], code: &Range<usize>, cut: &Cut) -> Option<Vec<u8>> {
    let mut count = padded_leb128(cut.bodies, 5);
    count.extend(EMPTY_BODY.repeat(cut.before));
    // The section's id, the five bytes of its size, and what comes before the cut.
    let start = cut.place.checked_sub(1 + 5 + count.len())?;
    // A custom section without a name fills the room that is left; who prints does not see it.
    let filling = start.checked_sub(code.start + 1 + 5)?;
    if filling == 0 {
        return None;
    }
    let mut bytes = wasm.to_vec();
    let mut head = vec![0];
    head.extend(padded_leb128(filling as u32, 5));
    head.resize(start - code.start, 0);
    head.push(CODE);
    head.extend(padded_leb128((code.end - start - 1 - 5) as u32, 5));
    head.extend(count);
    bytes[code.start..cut.place].copy_from_slice(&head);
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{PrintOptions, parse, print_in_parts};

    /// A module with names, text after its code, and bodies long enough to make room.
    fn module() -> Vec<u8> {
        let nops = "nop ".repeat(40);
        let functions: String = (0..9)
            .map(|i| {
                format!(
                    "(func $f{i} (param $p i32) (local $l i64) {nops} call $f{})",
                    8 - i
                )
            })
            .collect();
        let text = format!(
            "(module {functions} (memory 1) (data $d (i32.const 0) \"text\") (@custom \"x\" \"y\"))"
        );
        parse(text.as_bytes(), None, None).unwrap()
    }

    fn printed(wasm: &[u8], options: &PrintOptions, count: usize) -> (String, Option<String>) {
        let mut text = Vec::new();
        let error = print_in_parts(wasm, options, count, &mut text).err();
        let error = error.map(|error| error.to_string());
        (String::from_utf8(text).unwrap(), error)
    }

    #[test]
    fn parts_give_the_text_of_the_whole() {
        let wasm = module();
        for count in 1..6 {
            assert_eq!(parts(&wasm, &Sections::read(&wasm), count).len(), count);
            for bits in 0..16 {
                let options = PrintOptions {
                    fold: bits & 1 != 0,
                    offsets: bits & 2 != 0,
                    color: bits & 4 != 0,
                    name_unnamed: bits & 8 != 0,
                    skeleton: false,
                };
                assert_eq!(printed(&wasm, &options, count), printed(&wasm, &options, 1));
            }
        }
    }

    #[test]
    fn a_fault_in_a_part_is_where_it_is() {
        let wasm = module();
        let sections = Sections::read(&wasm);
        let code = sections.by_id(CODE).unwrap().contents.clone();
        for at in code {
            let mut damaged = wasm.clone();
            damaged[at] = 0xff;
            let options = PrintOptions::default();
            assert_eq!(
                printed(&damaged, &options, 3),
                printed(&damaged, &options, 1),
                "{at}"
            );
        }
    }

    #[test]
    fn bodies_that_leave_no_room_are_not_cut() {
        let text = format!("(module {})", "(func)".repeat(99));
        let wasm = parse(text.as_bytes(), None, None).unwrap();
        assert_eq!(parts(&wasm, &Sections::read(&wasm), 3).len(), 1);
    }
}
