//! A module's own copy of the bytes that it was made from.
//!
//! Copying a large module to memory that was never used costs more for the page faults than for the bytes. So it goes to large pages.

use std::io;

use weft_module::Bytes;
use weft_runtime::pages::Reservation;

/// Bytes of a module that has a mapping of its own: some large pages.
const LARGE: usize = 4 << 20;

struct Copy {
    pages: Reservation,
    len: usize,
}

impl AsRef<[u8]> for Copy {
    fn as_ref(&self) -> &[u8] {
        // SAFETY: so many bytes of the mapping were written before anybody had it, and nobody writes since.
        unsafe { std::slice::from_raw_parts(self.pages.base(), self.len) }
    }
}

/// A copy of `bytes`.
pub(super) fn copy(bytes: &[u8]) -> Bytes {
    if bytes.len() < LARGE {
        return bytes.to_vec().into();
    }
    match to_large_pages(bytes) {
        Ok(copy) => Bytes::from_owner(copy),
        Err(_) => bytes.to_vec().into(),
    }
}

fn to_large_pages(bytes: &[u8]) -> io::Result<Copy> {
    let pages = Reservation::accessible(bytes.len())?;
    pages.prefer_large_pages(0, pages.len());
    // SAFETY: a mapping of at least as many bytes, which nobody else knows.
    unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), pages.base(), bytes.len()) };
    Ok(Copy {
        pages,
        len: bytes.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_equal() {
        for len in [0, 5, LARGE - 1, LARGE, LARGE + 4097] {
            let bytes: Vec<u8> = (0..len).map(|at| (at ^ (at >> 11)) as u8).collect();
            assert_eq!(&*copy(&bytes), bytes);
        }
    }
}
