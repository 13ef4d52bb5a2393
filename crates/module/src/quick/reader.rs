//! Immediates (§ 5.2), with the one-byte case first.
//!
//! What is longer than it needs to be may be legal or not; it is not for this reader to say.

use super::GiveUp;

pub(super) struct Reader<'a> {
    pub(super) code: &'a [u8],
    pub(super) position: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(code: &'a [u8]) -> Self {
        Self { code, position: 0 }
    }

    #[inline(always)]
    pub(super) fn byte(&mut self) -> Result<u8, GiveUp> {
        let byte = *self.code.get(self.position).ok_or(GiveUp)?;
        self.position += 1;
        Ok(byte)
    }

    /// The next byte, which stays the next.
    pub(super) fn peek(&self) -> Result<u8, GiveUp> {
        self.code.get(self.position).copied().ok_or(GiveUp)
    }

    pub(super) fn skip(&mut self, bytes: usize) -> Result<(), GiveUp> {
        if self.remaining() < bytes {
            return Err(GiveUp);
        }
        self.position += bytes;
        Ok(())
    }

    /// How many bytes are left.
    pub(super) fn remaining(&self) -> usize {
        self.code.len().saturating_sub(self.position)
    }

    pub(super) fn at_end(&self) -> Result<(), GiveUp> {
        if self.position == self.code.len() {
            Ok(())
        } else {
            Err(GiveUp)
        }
    }

    /// An unsigned number of 32 bits.
    #[inline(always)]
    pub(super) fn u32(&mut self) -> Result<u32, GiveUp> {
        let byte = self.byte()?;
        if byte < 0x80 {
            return Ok(byte.into());
        }
        let (value, position) = long_u32(self.code, self.position - 1)?;
        self.position = position;
        Ok(value)
    }

    /// Skips a signed number of 32 bits.
    pub(super) fn skip_i32(&mut self) -> Result<(), GiveUp> {
        self.position = skip_long(self.code, self.position, 5)?;
        Ok(())
    }

    /// Skips a signed number of 64 bits.
    pub(super) fn skip_i64(&mut self) -> Result<(), GiveUp> {
        self.position = skip_long(self.code, self.position, 10)?;
        Ok(())
    }

    /// The rest of a type index in a block type, a signed number of 33 bits that began with `first`.
    pub(super) fn type_index(&mut self, first: u8) -> Result<u32, GiveUp> {
        let (mut value, mut last, mut shift) = (u32::from(first & 0x7f), first, 7);
        while last >= 0x80 {
            // Four bytes hold more than any module has types.
            if shift > 21 {
                return Err(GiveUp);
            }
            last = self.byte()?;
            value |= u32::from(last & 0x7f) << shift;
            shift += 7;
        }
        // The sign is bit 6 of the last byte.
        if last & 0x40 == 0 {
            Ok(value)
        } else {
            Err(GiveUp)
        }
    }
}

/// Reads an unsigned number of 32 bits at `position`; also returns the position after it.
#[inline(never)]
pub(super) fn long_u32(code: &[u8], position: usize) -> Result<(u32, usize), GiveUp> {
    let mut value = 0;
    for (index, &byte) in code[position..].iter().take(5).enumerate() {
        value |= u32::from(byte & 0x7f) << (7 * index);
        if byte < 0x80 {
            // Four bits are left for the fifth byte.
            let fits = index < 4 || byte < 0x10;
            return if fits {
                Ok((value, position + index + 1))
            } else {
                Err(GiveUp)
            };
        }
    }
    Err(GiveUp)
}

/// Skips a signed number at `position` of at most `longest` bytes: 5 for 32 bits, 10 for 64.
#[inline(never)]
pub(super) fn skip_long(code: &[u8], position: usize, longest: u8) -> Result<usize, GiveUp> {
    let longest = usize::from(longest);
    let bytes = code.get(position..).ok_or(GiveUp)?.iter().take(longest);
    let last = bytes.enumerate().find(|(_, byte)| **byte < 0x80);
    let (index, &last) = last.ok_or(GiveUp)?;
    // The last byte of the longest form holds the 4 bits, or the one, that are left; those above
    // repeat the sign.
    let fits = match longest {
        _ if index + 1 < longest => true,
        5 => matches!(last, 0..=0x07 | 0x78..=0x7f),
        _ => matches!(last, 0x00 | 0x7f),
    };
    if fits {
        Ok(position + index + 1)
    } else {
        Err(GiveUp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn u32_of(code: &[u8]) -> Option<u32> {
        let mut reader = Reader::new(code);
        let value = reader.u32().ok()?;
        reader.at_end().ok().map(|()| value)
    }

    #[test]
    fn unsigned_numbers() {
        assert_eq!(u32_of(&[0x7f]), Some(127));
        assert_eq!(u32_of(&[0x80, 1]), Some(128));
        assert_eq!(u32_of(&[0xff, 0xff, 0xff, 0xff, 0x0f]), Some(u32::MAX));
        assert_eq!(u32_of(&[0xff, 0xff, 0xff, 0xff, 0x1f]), None);
        assert_eq!(u32_of(&[0x80, 0x80, 0x80, 0x80, 0x80, 0]), None);
        assert_eq!(u32_of(&[0x80]), None);
    }

    #[test]
    fn signed_numbers_end_where_they_must() {
        let i32_ok = |code: &[u8]| {
            let mut reader = Reader::new(code);
            reader.skip_i32().is_ok() && reader.at_end().is_ok()
        };
        assert!(i32_ok(&[0x7f]) && i32_ok(&[0x80, 0x80, 0x80, 0x80, 0x78]));
        assert!(!i32_ok(&[0x80, 0x80, 0x80, 0x80, 0x08]) && !i32_ok(&[0xff; 5]));
        let i64_ok = |code: &[u8]| {
            let mut reader = Reader::new(code);
            reader.skip_i64().is_ok() && reader.at_end().is_ok()
        };
        let long = |last: u8| [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, last];
        assert!(
            i64_ok(&long(0x7f)) && i64_ok(&long(0)) && !i64_ok(&long(1)) && !i64_ok(&long(0x80))
        );
    }

    #[test]
    fn type_indices_are_not_negative() {
        let index = |code: &[u8]| Reader::new(&code[1..]).type_index(code[0]).ok();
        assert_eq!(index(&[0x3f]), Some(63));
        assert_eq!(index(&[0x40]), None);
        assert_eq!(index(&[0xc0, 0x00]), Some(64));
        assert_eq!(index(&[0xc0, 0x40]), None);
    }
}
