//! A checked view of the guest's linear memory.
//!
//! Every pointer that a guest passes goes through here, and only here: an offset and a length become
//! host addresses after one bounds check, and whatever lies outside is [`Errno::Fault`]. No Rust
//! reference to guest memory is ever made. Another thread of the guest may write to a shared memory
//! while a call reads it, so bytes are copied through raw pointers, by volatile accesses where the
//! memory is shared.

use crate::errno::Errno;
use std::marker::PhantomData;

/// The most bytes a guest path may have, as `PATH_MAX` on the host.
pub const MAX_PATH: u32 = 4096;

/// Guest memory for the length of one host call.
///
/// Offsets are those of a 32-bit memory; WASI preview 1 defines no other.
#[derive(Clone, Copy, Debug)]
pub struct GuestMemory<'a> {
    base: *mut u8,
    len: u64,
    shared: bool,
    lifetime: PhantomData<&'a mut [u8]>,
}

/// A plain value with a little-endian layout in guest memory.
pub trait Value: Copy {
    /// Bytes in guest memory.
    const SIZE: u32;
    /// The value that the bytes (`SIZE` of them) stand for.
    fn decode(bytes: &[u8]) -> Self;
    /// Writes the value into bytes (`SIZE` of them).
    fn encode(self, bytes: &mut [u8]);
}

macro_rules! integer_values {
    ($($int:ty)*) => {$(
        impl Value for $int {
            const SIZE: u32 = size_of::<$int>() as u32;
            fn decode(bytes: &[u8]) -> Self {
                let mut raw = [0; size_of::<$int>()];
                raw.copy_from_slice(&bytes[..size_of::<$int>()]);
                Self::from_le_bytes(raw)
            }
            fn encode(self, bytes: &mut [u8]) {
                bytes[..size_of::<$int>()].copy_from_slice(&self.to_le_bytes());
            }
        }
    )*};
}
integer_values!(u8 u16 u32 u64 i64);

/// The largest `Value::SIZE` (a filestat).
const MAX_VALUE: usize = 64;

impl<'a> GuestMemory<'a> {
    /// A view of memory that nobody else touches while the view lives.
    pub fn new(bytes: &'a mut [u8]) -> Self {
        Self {
            base: bytes.as_mut_ptr(),
            len: bytes.len() as u64,
            shared: false,
            lifetime: PhantomData,
        }
    }

    /// A view of `len` bytes at `base`.
    ///
    /// # Safety
    ///
    /// The bytes must stay mapped, readable and writable for `'a`. Unless `shared`, nothing else may
    /// access them during a call of a method of this view.
    pub unsafe fn from_raw(base: *mut u8, len: u64, shared: bool) -> Self {
        Self {
            base,
            len,
            shared,
            lifetime: PhantomData,
        }
    }

    /// The host address of `len` bytes at `offset`, all of them inside the memory.
    ///
    /// The pointer is good for `'a` and may be handed to the kernel; it must not become a reference.
    pub fn range(&self, offset: u32, len: u32) -> Result<*mut u8, Errno> {
        let end = u64::from(offset) + u64::from(len);
        if end > self.len {
            return Err(Errno::Fault);
        }
        // SAFETY: `offset <= end <= self.len`, all in one mapping.
        Ok(unsafe { self.base.add(offset as usize) })
    }

    /// Copies guest bytes at `offset` into `to`.
    pub fn copy_in(&self, offset: u32, to: &mut [u8]) -> Result<(), Errno> {
        let len = u32::try_from(to.len()).map_err(|_| Errno::Fault)?;
        let from = self.range(offset, len)?;
        if self.shared {
            for (i, byte) in to.iter_mut().enumerate() {
                // SAFETY: inside the checked range; volatile because others may write meanwhile.
                *byte = unsafe { from.add(i).read_volatile() };
            }
        } else {
            // SAFETY: the range is checked and `to` is host memory, so they cannot overlap.
            unsafe { std::ptr::copy_nonoverlapping(from, to.as_mut_ptr(), to.len()) };
        }
        Ok(())
    }

    /// Copies `from` into guest bytes at `offset`.
    pub fn copy_out(&self, offset: u32, from: &[u8]) -> Result<(), Errno> {
        let len = u32::try_from(from.len()).map_err(|_| Errno::Fault)?;
        let to = self.range(offset, len)?;
        if self.shared {
            for (i, byte) in from.iter().enumerate() {
                // SAFETY: inside the checked range; volatile because others may read meanwhile.
                unsafe { to.add(i).write_volatile(*byte) };
            }
        } else {
            // SAFETY: the range is checked and `from` is host memory, so they cannot overlap.
            unsafe { std::ptr::copy_nonoverlapping(from.as_ptr(), to, from.len()) };
        }
        Ok(())
    }

    /// Reads a value.
    pub fn read<V: Value>(&self, offset: u32) -> Result<V, Errno> {
        let mut bytes = [0; MAX_VALUE];
        let bytes = &mut bytes[..V::SIZE as usize];
        self.copy_in(offset, bytes)?;
        Ok(V::decode(bytes))
    }

    /// Writes a value; its padding is written as zeros.
    pub fn write<V: Value>(&self, offset: u32, value: V) -> Result<(), Errno> {
        let mut bytes = [0; MAX_VALUE];
        let bytes = &mut bytes[..V::SIZE as usize];
        value.encode(bytes);
        self.copy_out(offset, bytes)
    }

    /// Reads a path: UTF-8, without NUL, at most [`MAX_PATH`] bytes.
    pub fn path(&self, offset: u32, len: u32) -> Result<String, Errno> {
        if len > MAX_PATH {
            return Err(Errno::Nametoolong);
        }
        let mut bytes = vec![0; len as usize];
        self.copy_in(offset, &mut bytes)?;
        if bytes.contains(&0) {
            return Err(Errno::Inval);
        }
        String::from_utf8(bytes).map_err(|_| Errno::Ilseq)
    }

    /// The offset of element `index` in an array of `size`-byte elements at `base`.
    pub fn element(base: u32, index: u32, size: u32) -> Result<u32, Errno> {
        index
            .checked_mul(size)
            .and_then(|bytes| base.checked_add(bytes))
            .ok_or(Errno::Fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accesses_stop_at_the_end() {
        let mut bytes = [0; 16];
        let memory = GuestMemory::new(&mut bytes);
        assert!(memory.write(12, 7u32).is_ok());
        assert_eq!(memory.read::<u32>(12), Ok(7));
        assert_eq!(memory.write(13, 7u32), Err(Errno::Fault));
        assert_eq!(memory.read::<u64>(u32::MAX), Err(Errno::Fault));
        assert!(memory.range(16, 0).is_ok());
        assert_eq!(memory.range(17, 0), Err(Errno::Fault));
        assert_eq!(memory.range(1, u32::MAX), Err(Errno::Fault));
    }

    #[test]
    fn paths_are_checked_before_they_are_copied() {
        let mut bytes = [0; 8192];
        bytes[0] = 0xff;
        bytes[1..4].copy_from_slice(b"a\0b");
        bytes[4] = b'c';
        let memory = GuestMemory::new(&mut bytes);
        assert_eq!(memory.path(0, 1), Err(Errno::Ilseq));
        assert_eq!(memory.path(1, 3), Err(Errno::Inval));
        assert_eq!(memory.path(4, 1).as_deref(), Ok("c"));
        assert_eq!(memory.path(0, MAX_PATH + 1), Err(Errno::Nametoolong));
        assert_eq!(memory.path(8000, 400), Err(Errno::Fault));
    }

    #[test]
    fn shared_memory_takes_the_volatile_way() {
        let mut bytes = [0u8; 8];
        // SAFETY: `bytes` outlives the view and nothing else touches it.
        let memory = unsafe { GuestMemory::from_raw(bytes.as_mut_ptr(), 8, true) };
        memory.write(3, 0x0102_0304u32).unwrap();
        assert_eq!(memory.read::<u32>(3), Ok(0x0102_0304));
    }

    #[test]
    fn elements_do_not_wrap() {
        assert_eq!(GuestMemory::element(8, 2, 48), Ok(104));
        assert_eq!(GuestMemory::element(8, u32::MAX, 48), Err(Errno::Fault));
        assert_eq!(GuestMemory::element(u32::MAX, 1, 1), Err(Errno::Fault));
    }
}
