//! [`Blobs`]: the data in a page, in pieces that can be unpacked one by one.
//!
//! A piece is an element of script that no browser runs: compressed (RFC 1950, which `DecompressionStream` calls
//! `deflate`), then in base 64, so that nothing in it can be taken for HTML.

use std::io;

use miniz_oxide::deflate::compress_to_vec_zlib;
use rayon::prelude::*;
use serde::Serialize;

/// How many bytes a piece has about, before it is compressed: they are unpacked within a frame.
pub(super) const SIZE: usize = 1 << 17;

/// Pieces that wait to be compressed together.
const BATCH: usize = 32;

/// How hard to compress: more takes longer than it saves.
const LEVEL: u8 = 6;

/// Writes pieces to a page and numbers them from 0.
pub(super) struct Blobs<'w> {
    out: &'w mut dyn io::Write,
    waiting: Vec<Vec<u8>>,
    next: usize,
}

impl<'w> Blobs<'w> {
    pub(super) fn new(out: &'w mut dyn io::Write) -> Self {
        Self {
            out,
            waiting: Vec::new(),
            next: 0,
        }
    }

    /// Adds a piece and answers its number.
    pub(super) fn add(&mut self, bytes: Vec<u8>) -> io::Result<usize> {
        self.waiting.push(bytes);
        self.next += 1;
        if self.waiting.len() == BATCH {
            self.write_waiting()?;
        }
        Ok(self.next - 1)
    }

    /// Adds data as JSON.
    pub(super) fn add_json(&mut self, value: &impl Serialize) -> io::Result<usize> {
        self.add(serde_json::to_vec(value)?)
    }

    /// Adds the last piece, which says what is in the others.
    pub(super) fn finish(mut self, index: &impl Serialize) -> io::Result<()> {
        self.write_waiting()?;
        let index = packed(&serde_json::to_vec(index)?);
        write_element(self.out, "index", &index)
    }

    fn write_waiting(&mut self) -> io::Result<()> {
        let first = self.next - self.waiting.len();
        let waiting = std::mem::take(&mut self.waiting);
        let packed: Vec<String> = waiting.par_iter().map(|bytes| packed(bytes)).collect();
        for (number, text) in packed.iter().enumerate() {
            write_element(self.out, &format!("d{}", first + number), text)?;
        }
        Ok(())
    }
}

fn write_element(out: &mut dyn io::Write, id: &str, text: &str) -> io::Result<()> {
    writeln!(
        out,
        "<script type=\"text/plain\" id=\"{id}\">{text}</script>"
    )
}

fn packed(bytes: &[u8]) -> String {
    base64(&compress_to_vec_zlib(bytes, LEVEL))
}

/// Bytes in base 64 (RFC 4648 § 4).
pub(super) fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let padded = [0, 1, 2].map(|at| group.get(at).copied().unwrap_or(0));
        let bits = u32::from_be_bytes([0, padded[0], padded[1], padded[2]]);
        for digit in 0..4 {
            let value = bits >> (18 - 6 * digit) & 63;
            text.push(match digit <= group.len() {
                true => char::from(DIGITS[value as usize]),
                false => '=',
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_64_is_that_of_the_rfc() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn pieces_are_numbered_in_order() {
        let mut out = Vec::new();
        let mut blobs = Blobs::new(&mut out);
        for number in 0..BATCH + 2 {
            assert_eq!(blobs.add(vec![number as u8]).unwrap(), number);
        }
        blobs.finish(&"index").unwrap();
        let text = String::from_utf8(out).unwrap();
        let ids: Vec<&str> = text
            .lines()
            .map(|line| line.split('"').nth(3).unwrap())
            .collect();
        assert_eq!(ids.len(), BATCH + 3);
        assert_eq!((ids[0], ids[33], ids[34]), ("d0", "d33", "index"));
    }
}
