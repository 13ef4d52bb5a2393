//! Where the collector starts: every reference outside the heap.

use weft_abi::layout::VMGlobal;
use weft_module::RefKind;

use super::Heap;
use crate::store::StoreInner;
use crate::table::TableEntity;
use crate::trap::{Frame, SuspendedPlace, for_each_frame, for_each_suspended_frame};

impl Heap {
    /// Calls `visit` with every reference that is not in an object.
    pub(super) fn visit_roots(
        &self,
        store: &StoreInner,
        held: &mut [u32],
        visit: &mut dyn FnMut(&mut u32),
    ) {
        store.drop_released();
        held.iter_mut().for_each(&mut *visit);
        self.handles().visit(visit);
        visit_frames(store, visit);
        store.instances.for_each(|instance| {
            instance.for_each_ref_global(|cell| visit_global(cell, visit));
            instance.for_each_element_ref(visit);
        });
        store.globals.for_each(|global| {
            if global.is_own_ref() {
                visit_global(global.vm(), visit);
            }
        });
        store.tables.for_each(|table| visit_table(table, visit));
    }
}

/// Visits the references in all frames of the store.
pub(super) fn visit_frames(store: &StoreInner, visit: &mut dyn FnMut(&mut u32)) {
    // SAFETY: called from host code of this thread; instances keep the code of functions on their stacks.
    unsafe { for_each_frame(store, &mut |frame, fp| visit_frame(frame, fp, visit)) };
}

/// Visits the references in the frames of a suspended call.
///
/// # Safety
/// The call is suspended, and its store is used by this thread alone.
pub(crate) unsafe fn visit_suspended(place: &SuspendedPlace, visit: &mut dyn FnMut(&mut u32)) {
    // SAFETY: the caller's; as above.
    unsafe { for_each_suspended_frame(place, &mut |frame, fp| visit_frame(frame, fp, visit)) };
}

/// # Safety
/// The frame at `frame_pointer` is this one, and waits for the call that is under way in it.
unsafe fn visit_frame(frame: Frame, frame_pointer: usize, visit: &mut dyn FnMut(&mut u32)) {
    let returns_to = (frame.pc + 1 - frame.meta.start) as u32;
    for refs in frame.meta.frame_refs(returns_to) {
        let first = (frame_pointer - refs.below as usize) as *mut u32;
        for index in 0..refs.count as usize {
            // SAFETY: a slot of the frame.
            visit(unsafe { &mut *first.add(index) });
        }
    }
}

fn visit_global(cell: *mut VMGlobal, visit: &mut dyn FnMut(&mut u32)) {
    // SAFETY: a global that holds a reference of 4 bytes, at the start of its cell. No code runs meanwhile.
    visit(unsafe { &mut *cell.cast::<u32>() });
}

fn visit_table(table: &TableEntity, visit: &mut dyn FnMut(&mut u32)) {
    if table.kind() == RefKind::Func {
        return;
    }
    for index in 0..table.size() {
        // SAFETY: a slot of the table, of 4 bytes. No code runs meanwhile.
        visit(unsafe { &mut *table.base().cast::<u32>().add(index) });
    }
}
