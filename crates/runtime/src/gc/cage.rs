//! The address space of a heap: 4 GiB that every reference points into, in two halves.
//!
//! Only the part of each half that is in use is accessible. The start of the cage never is, so that null faults, and
//! guards on both sides keep any reference with any field's offset inside.

use std::cell::Cell;

use weft_abi::gc::{CAGE, NULL_ZONE};

use crate::error::ResourceError;
use crate::pages::{HOST_PAGE, Reservation};

/// Bytes of a half.
pub(super) const HALF: usize = (CAGE - NULL_ZONE) / 2 / HOST_PAGE * HOST_PAGE;
/// Inaccessible bytes on both sides: more than any static offset in an object.
const GUARD: usize = 1 << 20;
/// From this size on a half is backed by large pages: there are many to touch.
const LARGE: usize = 8 << 20;
/// The half that is not in use keeps at least the first of these bytes, and at most the second: pages that are given back are cleared by
/// the system before they are used again, which takes longer than to fill them with objects.
const KEPT: (usize, usize) = (32 << 20, 256 << 20);

const _: () = assert!(GUARD > NULL_ZONE);

/// Where objects lie.
#[derive(Debug)]
pub(crate) struct Cage {
    space: Reservation,
    /// The half that objects are in.
    half: Cell<usize>,
    /// How much of each half is accessible.
    open: [Cell<usize>; 2],
}

/// Where a half starts, from the start of the cage.
pub(super) fn start(half: usize) -> u64 {
    (NULL_ZONE + half * HALF) as u64
}

impl Cage {
    pub(super) fn new() -> Result<Self, ResourceError> {
        let space = Reservation::new(GUARD + CAGE + GUARD).map_err(|error| {
            ResourceError::os(
                "cannot reserve address space for the garbage-collected heap",
                error,
            )
        })?;
        Ok(Self {
            space,
            half: Cell::new(0),
            open: [Cell::new(0), Cell::new(0)],
        })
    }

    /// The address of reference 0.
    pub(super) fn base(&self) -> *mut u8 {
        self.space.base().wrapping_add(GUARD)
    }

    pub(super) fn half(&self) -> usize {
        self.half.get()
    }

    /// The header of the object that `reference` names.
    pub(super) fn header(&self, reference: u32) -> *mut u64 {
        debug_assert!(reference.is_multiple_of(8) && reference as usize >= NULL_ZONE);
        self.base().wrapping_add(reference as usize).cast()
    }

    /// Makes at least the first `bytes` of `half` accessible.
    pub(super) fn open(&self, half: usize, bytes: usize) -> Result<(), ResourceError> {
        let open = &self.open[half];
        let bytes = bytes.next_multiple_of(HOST_PAGE).min(HALF);
        if bytes > open.get() {
            let from = GUARD + start(half) as usize + open.get();
            self.space
                .allow(from, bytes - open.get())
                .map_err(|error| {
                    ResourceError::os("no memory for the garbage-collected heap", error)
                })?;
            if bytes >= LARGE {
                self.space.prefer_large_pages(from, bytes - open.get());
            }
            open.set(bytes);
        }
        Ok(())
    }

    /// Makes the other half the one that objects are in. The old one's contents are gone.
    pub(super) fn flip(&self) {
        self.half.set(1 - self.half.get());
    }

    /// Gives back pages of the half that is not in use, beyond what a heap with room for `capacity` bytes will fill again.
    pub(super) fn trim(&self, capacity: usize) {
        self.close(capacity.clamp(KEPT.0, KEPT.1).next_multiple_of(HOST_PAGE));
    }

    /// Makes the half that is not in use inaccessible from `kept` bytes on.
    pub(super) fn close(&self, kept: usize) {
        let idle = 1 - self.half.get();
        let open = self.open[idle].get();
        if open <= kept {
            return;
        }
        let from = GUARD + start(idle) as usize + kept;
        // Failure costs memory and nothing else.
        let _ = self.space.reset(from, open - kept);
        if self.space.deny(from, open - kept).is_ok() {
            self.open[idle].set(kept);
        }
    }
}
