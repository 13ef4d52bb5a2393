//! The allocation of a vmctx.

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::ops::Range;
use std::ptr::NonNull;

use weft_abi::layout::VMContext;

use crate::error::ResourceError;

/// A vmctx, zero until it is filled in.
pub(super) struct Vmctx {
    base: NonNull<VMContext>,
    layout: Layout,
}

impl Vmctx {
    pub(super) fn new(size: usize) -> Result<Self, ResourceError> {
        let failed = || ResourceError::new(format!("no memory for an instance of {size} bytes"));
        let layout =
            Layout::from_size_align(size.max(size_of::<VMContext>()), 16).map_err(|_| failed())?;
        // SAFETY: the size is not zero.
        let base = NonNull::new(unsafe { alloc_zeroed(layout) }).ok_or_else(failed)?;
        Ok(Self {
            base: base.cast(),
            layout,
        })
    }

    pub(super) fn as_ptr(&self) -> *mut VMContext {
        self.base.as_ptr()
    }

    /// All addresses in it.
    pub(super) fn addresses(&self) -> Range<usize> {
        let base = self.as_ptr() as usize;
        base..base + self.layout.size()
    }

    /// What is `offset` bytes from the start.
    pub(super) fn at<T>(&self, offset: i32) -> *mut T {
        let offset = offset as usize;
        debug_assert!(offset + size_of::<T>() <= self.layout.size());
        // SAFETY: within the allocation for the offsets it was made for.
        unsafe { self.as_ptr().cast::<u8>().add(offset).cast() }
    }
}

impl Drop for Vmctx {
    fn drop(&mut self) {
        // SAFETY: allocated with this layout; the instance is gone.
        unsafe { dealloc(self.base.as_ptr().cast(), self.layout) }
    }
}
