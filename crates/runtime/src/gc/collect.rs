//! A collection after Cheney: copy what the roots refer to into the other half, then what the copies refer to, until
//! nothing new turns up.
//!
//! A copied object leaves [`FORWARDED`] in place of its type, and where it went in the header's second word. Values
//! of the host that were not met by then are let go of.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::{NonNull, copy_nonoverlapping};

use weft_abi::gc::{ARRAY_LENGTH, ArrayLayout, EXCEPTION_TAG, Storage};
use weft_abi::layout::{TypeId, VMFuncRef};

use super::cage::{self, Cage};
use super::kinds::{Kind, Kinds};
use super::roots::visit_frames;
use super::{FIRST_CAPACITY, GROWTH, Heap};
use crate::error::ResourceError;
use crate::host_ref::{Marks, is_host_ref};
use crate::reach::{Edge, Found, Node};
use crate::store::StoreInner;

/// In place of the type of an object that has been copied. No type has this number.
const FORWARDED: u32 = u32::MAX;

/// What a search through the heap is to find besides objects.
pub(crate) trait Search {
    /// Whether it is told of functions and tags that objects refer to.
    const ENTITIES: bool;

    /// A function, or an entity that can be reached.
    fn reach(&mut self, found: Found);

    /// There is an exception whose tag has this id.
    fn tag(&mut self, id: u64);

    /// An entity whose own references have yet to be visited.
    fn next(&mut self) -> Option<Node>;
}

/// The search for objects alone: all entities stay.
struct Objects;

impl Search for Objects {
    const ENTITIES: bool = false;

    fn reach(&mut self, _: Found) {}

    fn tag(&mut self, _: u64) {}

    fn next(&mut self) -> Option<Node> {
        None
    }
}

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
        let mut copier = self.begin(store, || Objects)?;
        self.visit_roots(store, held, &mut |reference| copier.visit(reference));
        store.trace_host_funcs(&mut |reference| copier.visit(reference));
        copier.settle(store);
        self.finish(store, copier, wanted);
        Ok(())
    }

    /// Collects what can be reached neither from the host's handles and frames nor by `search`, which is made when nothing can fail any more.
    ///
    /// # Errors
    /// When the machine has no memory; nothing has changed then.
    pub(crate) fn collect_with<S: Search>(
        &self,
        store: &StoreInner,
        search: impl FnOnce() -> S,
    ) -> Result<S, ResourceError> {
        store.drop_released();
        let mut copier = self.begin(store, search)?;
        self.handles()
            .visit(&mut |reference| copier.visit(reference));
        visit_frames(store, &mut |reference| copier.visit(reference));
        copier.settle(store);
        Ok(self.finish(store, copier, 0))
    }

    /// Makes room for a copy of everything.
    fn begin<S: Search>(
        &self,
        store: &StoreInner,
        search: impl FnOnce() -> S,
    ) -> Result<Copier<S>, ResourceError> {
        if let Some(cage) = self.cage.get() {
            cage.open(1 - cage.half(), self.used(store))?;
        }
        Ok(Copier::new(store, self.cage.get(), search()))
    }

    /// Leaves the old half, decides how large the room is from now on, and lets go of values of the host.
    fn finish<S: Search>(&self, store: &StoreInner, copier: Copier<S>, wanted: usize) -> S {
        self.handles().weak().update(|old| copier.moved(old));
        let Copier {
            start,
            free,
            marks,
            search,
            ..
        } = copier;
        if let Some(cage) = self.cage.get() {
            cage.flip();
            let capacity = self.open_room(store, cage, (free - start) as usize, wanted);
            match self.zeal {
                0 => cage.trim(capacity),
                // A stale reference faults.
                _ => cage.close(0),
            }
            self.set_room(store, free, capacity);
        }
        self.collections.set(self.collections.get() + 1);
        // Last, because the values' own code may do anything.
        drop_quietly(store.sweep_host_refs(marks));
        search
    }

    /// Decides how large the room is from now on, and makes it accessible.
    fn open_room(&self, store: &StoreInner, cage: &Cage, live: usize, wanted: usize) -> usize {
        let least = live.saturating_add(wanted);
        let best = least.max(live.saturating_mul(GROWTH)).max(FIRST_CAPACITY);
        // Where the best is too much, half of what it has beside the least, and so on: exactly the least would mean to collect for
        // every object.
        let mut spare = best - least;
        loop {
            let capacity = (least + spare).min(self.limit);
            if self.may_have(store, capacity) && cage.open(cage.half(), capacity).is_ok() {
                return capacity;
            }
            if spare == 0 {
                break;
            }
            spare /= 2;
        }
        // That much there was before.
        self.may_have(store, live);
        live
    }

    /// Whether the room may be of `bytes` bytes from now on.
    fn may_have(&self, store: &StoreInner, bytes: usize) -> bool {
        let room = self.room.get();
        let may = store.heap_resizing(room, bytes) || bytes <= room;
        if may {
            self.room.set(bytes);
        }
        may
    }
}

/// Drops values of the host. A panic of their code has been reported by its hook and ends here: wasm may be in the midst of an
/// allocation.
pub(crate) fn drop_quietly<T>(values: impl IntoIterator<Item = T>) {
    for value in values {
        let _ = catch_unwind(AssertUnwindSafe(|| drop(value)));
    }
}

/// A collection under way.
struct Copier<S> {
    /// The address of reference 0; null when there are no objects.
    base: *mut u8,
    kinds: Kinds,
    /// Where the half that objects go to starts.
    start: u64,
    /// Where in it the first copy is whose references have not been visited.
    next: u64,
    /// Where in it the next one goes.
    free: u64,
    marks: Marks,
    /// Values of the host that have just been met and may refer to more, unless none does.
    hosts: Option<Vec<u32>>,
    search: S,
}

impl<S: Search> Copier<S> {
    fn new(store: &StoreInner, cage: Option<&Cage>, search: S) -> Self {
        let start = cage.map_or(0, |cage| cage::start(1 - cage.half()));
        Self {
            base: cage.map_or(std::ptr::null_mut(), Cage::base),
            kinds: Kinds::new(store.engine().types().clone()),
            start,
            next: start,
            free: start,
            marks: store.new_marks(),
            hosts: store.has_traced_refs().then(Vec::new),
            search,
        }
    }

    /// Copies the object that `reference` names, if it does and has not been, and updates the reference.
    #[inline]
    fn visit(&mut self, reference: &mut u32) {
        let old = *reference;
        match old & 7 {
            0 if old != 0 => *reference = self.copy(old),
            _ if is_host_ref(old) => self.meet(old),
            _ => {}
        }
    }

    /// Notes that there is a reference to a value of the host.
    fn meet(&mut self, reference: u32) {
        let is_new = self.marks.mark(reference);
        if let Some(hosts) = &mut self.hosts
            && is_new
        {
            hosts.push(reference);
        }
    }

    /// Visits all that can be reached from what has been visited.
    fn settle(&mut self, store: &StoreInner) {
        loop {
            self.scan();
            if let Some(reference) = self.hosts.as_mut().and_then(Vec::pop) {
                store.trace_host_ref(reference, &mut |edge| self.follow(edge));
            } else if let Some(node) = self.search.next() {
                node.for_each_edge(store, &mut |edge| self.follow(edge));
            } else {
                return;
            }
        }
    }

    fn follow(&mut self, edge: Edge<'_>) {
        match edge {
            Edge::Object(reference) => self.visit(reference),
            Edge::Found(found) => self.search.reach(found),
        }
    }

    /// Where the object at `old` in the half that is being left is now; null when nothing refers to it.
    fn moved(&self, old: u32) -> u32 {
        // SAFETY: it was an object, whose header is intact or says where it went.
        let word = unsafe { header(self.base, old).read() };
        match word as u32 {
            FORWARDED => (word >> 32) as u32,
            _ => 0,
        }
    }

    fn copy(&mut self, old: u32) -> u32 {
        let from = header(self.base, old);
        // SAFETY: roots and fields hold references to objects of the half that is being left.
        let word = unsafe { from.read() };
        let ty = word as u32;
        if ty == FORWARDED {
            return (word >> 32) as u32;
        }
        let size = match self.kinds.get(TypeId(ty)) {
            Kind::Fixed(fixed) => u64::from(fixed.size),
            Kind::Array(layout) => {
                // SAFETY: an array, with its length after the header.
                layout.size(unsafe { length_at(from) })
            }
        };
        let new = self.free as u32;
        // SAFETY: the objects copied so far and this one are no larger together than what the other half held, and as much is
        // open here.
        unsafe {
            copy_words(
                from,
                header(self.base, new),
                size as usize / size_of::<u64>(),
            );
            from.write(u64::from(FORWARDED) | u64::from(new) << 32);
        }
        self.free += size;
        new
    }

    /// Visits every reference in the copies.
    fn scan(&mut self) {
        while self.next < self.free {
            self.next += self.scan_object(self.next as u32);
        }
    }

    /// Visits the references in one copy, and returns its size.
    fn scan_object(&mut self, object: u32) -> u64 {
        let header = header(self.base, object);
        // SAFETY: a copy, whose header is intact.
        let ty = TypeId(unsafe { header.read() } as u32);
        match self.kinds.get(ty) {
            Kind::Fixed(fixed) => {
                let (size, is_exception) = (u64::from(fixed.size), fixed.is_exception);
                let (refs, funcs) = (&raw const *fixed.refs, &raw const *fixed.funcs);
                // SAFETY: the boxed lists stay where they are while more types are learnt, and are of this object's type.
                unsafe {
                    self.scan_refs(header.cast(), &*refs);
                    if S::ENTITIES {
                        self.scan_entities(header.cast(), &*funcs, is_exception);
                    }
                }
                size
            }
            // SAFETY: an array.
            &Kind::Array(layout) => unsafe { self.scan_array(header, layout) },
        }
    }

    /// # Safety
    /// A copy starts at `start` and has references at these offsets.
    unsafe fn scan_refs(&mut self, start: *mut u8, refs: &[u32]) {
        for &offset in refs {
            // SAFETY: a field of the object, aligned to its size; nobody else refers to it meanwhile.
            self.visit(unsafe { &mut *start.add(offset as usize).cast::<u32>() });
        }
    }

    /// # Safety
    /// A copy starts at `start` and refers to functions at these offsets.
    unsafe fn scan_entities(&mut self, start: *mut u8, funcs: &[u32], is_exception: bool) {
        for &offset in funcs {
            // SAFETY: a field of the object, aligned to its size.
            self.meet_func(unsafe { start.add(offset as usize).cast::<u64>().read() });
        }
        if is_exception {
            // SAFETY: an exception has the id of its tag.
            let id = unsafe { start.add(EXCEPTION_TAG as usize).cast::<u64>().read() };
            self.search.tag(id);
        }
    }

    /// # Safety
    /// `header` is that of a copy of an array with this layout.
    unsafe fn scan_array(&mut self, header: *mut u64, layout: ArrayLayout) -> u64 {
        // SAFETY: an array, whose elements are within the object.
        let (length, first) = unsafe {
            let first = header.cast::<u8>().add(layout.elements() as usize);
            (length_at(header), first)
        };
        match layout.element {
            Storage::Ref => {
                for index in 0..length as usize {
                    // SAFETY: as above.
                    self.visit(unsafe { &mut *first.cast::<u32>().add(index) });
                }
            }
            Storage::Func if S::ENTITIES => {
                for index in 0..length as usize {
                    // SAFETY: as above.
                    self.meet_func(unsafe { first.cast::<u64>().add(index).read() });
                }
            }
            _ => {}
        }
        layout.size(length)
    }

    fn meet_func(&mut self, func_ref: u64) {
        if let Some(func) = NonNull::new(func_ref as *mut VMFuncRef) {
            self.search.reach(Found::Func(func));
        }
    }
}

/// The header of the object that `reference` names.
fn header(base: *mut u8, reference: u32) -> *mut u64 {
    debug_assert!(reference.is_multiple_of(8) && reference != 0);
    base.wrapping_add(reference as usize).cast()
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
