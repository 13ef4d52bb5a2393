//! Collections that the host starts, with what it keeps of the heap counted as garbage unless somebody living reports it.
//!
//! QuickJS counts references. To find circles it asks every object what it holds, twice: first it takes these references from the
//! counts, of all objects; then it gives them back, from objects that are still counted and from what those hold, which live, and at last from the
//! others, which are dead. So for a value that something [outside](Outside) of the heap keeps, it does not matter who reports it, if that happens once
//! in the first phase, and once in the others together; what the living report lives. What is left is reported in the end by an object
//! that is sure to be dead.

use std::cell::{Cell, RefCell};
use std::ffi::CStr;

use rquickjs::qjs;

use super::{Attributes, Class, Context, Held, JsResult, Key, Trace, Tracer};

/// A phase of a collection.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Phase {
    /// All objects are asked.
    Counting,
    /// Objects that live are.
    Living,
    /// Objects that will be finalized are.
    Dying,
}

/// Tells phases by the functions that reports go to, which are three.
#[derive(Default)]
pub(super) struct Collection {
    is_active: Cell<bool>,
    counting: Cell<Option<usize>>,
    living: Cell<Option<usize>>,
}

impl Collection {
    pub(super) fn phase(&self, mark: qjs::JS_MarkFunc) -> Option<Phase> {
        let of = |phase: &Cell<Option<usize>>| {
            let mark = mark.map(|mark| mark as usize);
            if phase.get().is_none() {
                phase.set(mark);
            }
            phase.get() == mark
        };
        self.is_active.get().then(|| {
            if of(&self.counting) {
                Phase::Counting
            } else if of(&self.living) {
                Phase::Living
            } else {
                Phase::Dying
            }
        })
    }
}

/// What keeps values of the heap outside of it.
///
/// # Safety
/// In a collection, every value is reported by `count` or by nobody; and if by `count`, then afterwards either once by objects in [`Phase::Living`], or by
/// `bury`, which gives exactly what it reports.
pub(crate) unsafe trait Outside: 'static {
    /// Reports all that is garbage unless somebody living reports it.
    fn count(&self, tracer: &mut Tracer);

    /// Reports what of it nobody has, and gives it up.
    fn bury(&self, tracer: &mut Tracer) -> Vec<Held>;
}

/// An object that lives through a collection, so that in the second phase somebody asks for the phase.
struct Witness;

// SAFETY: it holds nothing.
unsafe impl Trace for Witness {
    fn trace(&self, tracer: &mut Tracer) {
        let _ = tracer.phase();
    }
}

impl Class for Witness {
    const NAME: &'static CStr = c"witness";
}

/// An object that does not, and what it takes along: QuickJS frees what is dead however it is counted, so that must be let go of
/// by the finalizer of something dead.
struct Grave<O> {
    outside: O,
    buried: RefCell<Vec<Held>>,
}

// SAFETY: that of `Outside`.
unsafe impl<O: Outside> Trace for Grave<O> {
    fn trace(&self, tracer: &mut Tracer) {
        match tracer.phase() {
            Some(Phase::Counting) => self.outside.count(tracer),
            Some(Phase::Dying) => *self.buried.borrow_mut() = self.outside.bury(tracer),
            Some(Phase::Living) | None => {}
        }
    }
}

impl<O: Outside> Class for Grave<O> {
    const NAME: &'static CStr = c"grave";
}

impl Context<'_> {
    /// Frees what can be reached no more, circles through what is outside included.
    pub(crate) fn collect(self, outside: impl Outside) -> JsResult<()> {
        let _witness = self.instance(&self.null(), Witness)?;
        let grave = Grave {
            outside,
            buried: RefCell::default(),
        };
        let grave = self.instance(&self.null(), grave)?;
        // Only itself refers to it from now on, which is what the collector looks for.
        grave.define(Key::Name("grave"), grave.clone(), Attributes::NONE)?;
        drop(grave);
        let collection = &self.core().collection;
        collection.counting.set(None);
        collection.living.set(None);
        collection.is_active.set(true);
        // SAFETY: the runtime is alive; any allocation may do the same.
        unsafe { qjs::JS_RunGC(self.runtime()) };
        collection.is_active.set(false);
        Ok(())
    }

    /// Frees circles of objects that can be reached no more.
    pub(crate) fn collect_circles(self) {
        // SAFETY: the runtime is alive; any allocation may do the same.
        unsafe { qjs::JS_RunGC(self.runtime()) };
    }

    /// About how many bytes the heap had when it was last collected by itself.
    pub(crate) fn heap_size(self) -> usize {
        // SAFETY: the runtime is alive. It collects by itself when there is half as much again as was left.
        unsafe { qjs::JS_GetGCThreshold(self.runtime()) as usize / 3 * 2 }
    }
}
