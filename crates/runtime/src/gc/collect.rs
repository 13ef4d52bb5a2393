//! A collection after Cheney: copy what the roots refer to into the other half, then what the copies refer to, until
//! nothing new turns up.
//!
//! A copied object leaves [`FORWARDED`] in place of its type, and where it went in the header's second word. Values
//! of the host that were not met by then are let go of.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::copy_nonoverlapping;

use weft_abi::gc::{ARRAY_LENGTH, ArrayLayout, ObjectLayout, Storage};
use weft_abi::layout::TypeId;

use super::cage::{self, Cage};
use super::{FIRST_CAPACITY, GROWTH, Heap};
use crate::error::ResourceError;
use crate::host_ref::{Marks, is_host_ref};
use crate::store::StoreInner;
use crate::types::TypeRegistry;

/// In place of the type of an object that has been copied. No type has this number.
const FORWARDED: u32 = u32::MAX;

impl Heap {
    /// Collects, and makes room for `wanted` bytes if the limit allows. The references in `held` are kept and updated.
    ///
    /// # Errors
    /// When the machine has no memory; nothing has changed then.
    pub(super) fn collect(
        &self,
        store: &StoreInner,
        wanted: usize,
        held: &mut [u32],
    ) -> Result<(), ResourceError> {
        let cage = self.prepare(store)?;
        let from = cage.half();
        let to = 1 - from;
        let used = self.used(store);
        cage.open(to, used)?;
        let mut copier = Copier::new(cage, store.engine().types(), to, store.new_marks());
        self.visit_roots(store, held, &mut |reference| copier.visit(reference));
        copier.scan();
        let Copier { free, marks, .. } = copier;
        cage.flip(self.zeal != 0);
        let live = (free - cage::start(to)) as usize;
        let capacity = self.open_room(cage, to, live, wanted);
        self.set_room(store, free, capacity);
        self.collections.set(self.collections.get() + 1);
        // Last, because the values' own code may do anything. A panic of it has been reported by its hook and ends here: wasm
        // may be in the midst of an allocation.
        for value in store.sweep_host_refs(marks) {
            let _ = catch_unwind(AssertUnwindSafe(|| drop(value)));
        }
        Ok(())
    }

    /// Decides how large the room is from now on, and makes it accessible.
    fn open_room(&self, cage: &Cage, half: usize, live: usize, wanted: usize) -> usize {
        let least = live.saturating_add(wanted);
        let best = least.max(live.saturating_mul(GROWTH)).max(FIRST_CAPACITY);
        for capacity in [best, least, live] {
            let capacity = capacity.min(self.limit);
            if cage.open(half, capacity).is_ok() {
                return capacity;
            }
        }
        live
    }
}

/// What the collector must know of a type.
enum Kind {
    /// An object of fixed size with references at these offsets.
    Fixed { size: u32, refs: Box<[u32]> },
    /// An array.
    Array(ArrayLayout),
}

impl Kind {
    fn new(layout: &ObjectLayout) -> Self {
        let (size, fields) = match layout {
            ObjectLayout::Struct(layout) => (layout.size, &layout.fields),
            ObjectLayout::Exception(layout) => (layout.size, &layout.payload),
            ObjectLayout::Array(layout) => return Self::Array(*layout),
        };
        let refs = fields.iter().filter(|field| field.storage == Storage::Ref);
        Self::Fixed {
            size,
            refs: refs.map(|field| field.offset).collect(),
        }
    }
}

/// The types that have been met, by id.
struct Kinds<'a> {
    registry: &'a TypeRegistry,
    /// One more than the place in `kinds`, or 0.
    index: Vec<u32>,
    kinds: Vec<Kind>,
}

impl Kinds<'_> {
    fn get(&mut self, ty: TypeId) -> &Kind {
        let id = ty.0 as usize;
        let known = self.index.get(id).copied().unwrap_or(0);
        let place = match known {
            0 => self.learn(ty),
            known => known as usize - 1,
        };
        &self.kinds[place]
    }

    #[cold]
    fn learn(&mut self, ty: TypeId) -> usize {
        let entry = self
            .registry
            .get(ty)
            .expect("a type is registered while there are objects of it");
        let id = ty.0 as usize;
        if self.index.len() <= id {
            self.index.resize(id + 1, 0);
        }
        self.kinds.push(Kind::new(&entry.layout));
        self.index[id] = self.kinds.len() as u32;
        self.kinds.len() - 1
    }
}

/// A collection under way.
struct Copier<'a> {
    cage: &'a Cage,
    kinds: Kinds<'a>,
    /// Where the half that objects go to starts.
    start: u64,
    /// Where in it the next one goes.
    free: u64,
    marks: Marks,
}

impl<'a> Copier<'a> {
    fn new(cage: &'a Cage, registry: &'a TypeRegistry, to: usize, marks: Marks) -> Self {
        Self {
            cage,
            kinds: Kinds {
                registry,
                index: Vec::new(),
                kinds: Vec::new(),
            },
            start: cage::start(to),
            free: cage::start(to),
            marks,
        }
    }

    /// Copies the object that `reference` names, if it does and has not been, and updates the reference.
    #[inline]
    fn visit(&mut self, reference: &mut u32) {
        let old = *reference;
        match old & 7 {
            0 if old != 0 => *reference = self.copy(old),
            _ if is_host_ref(old) => self.marks.mark(old),
            _ => {}
        }
    }

    fn copy(&mut self, old: u32) -> u32 {
        let header = self.cage.header(old);
        // SAFETY: roots and fields hold references to objects of the half that is being left.
        let word = unsafe { header.read() };
        let ty = word as u32;
        if ty == FORWARDED {
            return (word >> 32) as u32;
        }
        let size = match self.kinds.get(TypeId(ty)) {
            Kind::Fixed { size, .. } => u64::from(*size),
            Kind::Array(layout) => {
                // SAFETY: an array, with its length after the header.
                layout.size(unsafe { length_at(header) })
            }
        };
        let new = self.free as u32;
        // SAFETY: the objects copied so far and this one are no larger together than what the other half held, and as much is
        // open here.
        unsafe {
            copy_words(
                header,
                self.cage.header(new),
                size as usize / size_of::<u64>(),
            );
            header.write(u64::from(FORWARDED) | u64::from(new) << 32);
        }
        self.free += size;
        new
    }

    /// Visits every reference in the copies.
    fn scan(&mut self) {
        let mut next = self.start;
        while next < self.free {
            next += self.scan_object(next as u32);
        }
    }

    /// Visits the references in one copy, and returns its size.
    fn scan_object(&mut self, object: u32) -> u64 {
        let header = self.cage.header(object);
        let start = header.cast::<u8>();
        // SAFETY: a copy, whose header is intact.
        let ty = TypeId(unsafe { header.read() } as u32);
        match self.kinds.get(ty) {
            Kind::Fixed { size, refs } => {
                let size = u64::from(*size);
                let refs: *const [u32] = &raw const **refs;
                // SAFETY: the boxed list stays where it is while more types are learnt.
                for &offset in unsafe { &*refs } {
                    // SAFETY: a field of the object, aligned to its size; nobody else refers to it meanwhile.
                    self.visit(unsafe { &mut *start.add(offset as usize).cast::<u32>() });
                }
                size
            }
            &Kind::Array(layout) => {
                // SAFETY: an array.
                let length = unsafe { length_at(header) };
                if layout.element == Storage::Ref {
                    // SAFETY: the elements, which are within the object.
                    let first = unsafe { start.add(layout.elements() as usize) }.cast::<u32>();
                    for index in 0..length as usize {
                        // SAFETY: as above.
                        self.visit(unsafe { &mut *first.add(index) });
                    }
                }
                layout.size(length)
            }
        }
    }
}

/// Copies `count` words. Most objects are a few words long, for which a call is too much.
///
/// # Safety
/// Both ranges are accessible, aligned, and apart.
unsafe fn copy_words(from: *const u64, to: *mut u64, count: usize) {
    const SHORT: usize = 8;
    // SAFETY: the caller's.
    unsafe {
        if count > SHORT {
            return copy_nonoverlapping(from, to, count);
        }
        for index in 0..count {
            to.add(index).write(from.add(index).read());
        }
    }
}

/// The length of the array with this header.
///
/// # Safety
/// It is an array.
unsafe fn length_at(header: *mut u64) -> u32 {
    // SAFETY: the caller's.
    unsafe {
        header
            .cast::<u8>()
            .add(ARRAY_LENGTH as usize)
            .cast::<u32>()
            .read()
    }
}
