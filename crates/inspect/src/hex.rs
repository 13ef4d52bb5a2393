//! Bytes for people: sixteen a row, in hexadecimal and as the characters they may be.

use std::fmt::Write as _;

use crate::Item;

/// Bytes in a row.
const ROW: usize = 16;

/// The rows of `bytes`, the first of which is at `offset`.
pub fn rows(bytes: &[u8], offset: u64) -> impl Iterator<Item = Item> {
    bytes
        .chunks(ROW)
        .enumerate()
        .map(move |(index, chunk)| Item {
            offset: offset + (index * ROW) as u64,
            text: row(chunk),
        })
}

fn row(bytes: &[u8]) -> String {
    let mut text = String::new();
    for column in 0..ROW {
        let gap = if column == ROW / 2 { "  " } else { " " };
        text.push_str(if column == 0 { "" } else { gap });
        match bytes.get(column) {
            // Writing to a string cannot fail.
            Some(byte) => {
                let _ = write!(text, "{byte:02x}");
            }
            None => text.push_str("  "),
        }
    }
    text.push_str("  ");
    text.extend(bytes.iter().map(|byte| match byte {
        0x20..=0x7e => char::from(*byte),
        _ => '.',
    }));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_sixteen_bytes() {
        let rows: Vec<Item> = rows(b"\0asm\x01\0\0\0abcdefgh\x1b\x7f", 0x10).collect();
        assert_eq!(rows[0].offset, 0x10);
        assert_eq!(
            rows[0].text,
            "00 61 73 6d 01 00 00 00  61 62 63 64 65 66 67 68  .asm....abcdefgh"
        );
        assert_eq!(rows[1].offset, 0x20);
        assert_eq!(rows[1].text.len(), 2 * 24 + 4);
        assert!(rows[1].text.ends_with(".."));
    }
}
