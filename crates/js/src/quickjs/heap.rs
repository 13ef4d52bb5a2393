//! [`HeapBudget`]: what the heaps of several runtimes may take together, with their shared buffers and the messages between them.
//!
//! A runtime takes from it in chunks, so that the count that all of them share is seldom touched.

use std::cell::Cell;
use std::ffi::c_void;
use std::ptr::null_mut;
use std::sync::Arc;
use std::sync::atomic::AtomicIsize;
use std::sync::atomic::Ordering::Relaxed;

use rquickjs::qjs;

/// What a runtime takes at a time, in bytes, and keeps though it is free.
const CHUNK: usize = 128 << 10;

/// A number of bytes that several heaps may take together.
#[derive(Debug)]
pub(crate) struct HeapBudget {
    /// Less than nothing where the C library has rounded up what it gave.
    left: AtomicIsize,
}

impl HeapBudget {
    pub(crate) fn new(bytes: usize) -> Arc<Self> {
        Arc::new(Self {
            left: AtomicIsize::new(isize::try_from(bytes).unwrap_or(isize::MAX)),
        })
    }

    fn take(&self, bytes: usize) -> bool {
        let Ok(bytes) = isize::try_from(bytes) else {
            return false;
        };
        let taken = self.left.try_update(Relaxed, Relaxed, |left| {
            (left >= bytes).then(|| left - bytes)
        });
        taken.is_ok()
    }

    fn give_back(&self, bytes: usize) {
        self.left.fetch_add(bytes as isize, Relaxed);
    }

    /// Takes so many bytes for as long as the result lives; `None` if they are not there.
    pub(crate) fn charge(self: &Arc<Self>, bytes: usize) -> Option<Charge> {
        let budget = self.take(bytes).then(|| self.clone())?;
        Some(Charge { budget, bytes })
    }
}

/// Bytes that have been taken from a budget.
#[derive(Debug)]
pub(crate) struct Charge {
    budget: Arc<HeapBudget>,
    bytes: usize,
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.budget.give_back(self.bytes);
    }
}

/// The memory of one runtime.
pub(super) struct Heap {
    budget: Arc<HeapBudget>,
    /// What has been taken from the budget and is not in use, in bytes.
    spare: Cell<usize>,
    /// What is in use.
    used: Cell<usize>,
}

impl Heap {
    pub(super) fn new(budget: Arc<HeapBudget>) -> Box<Self> {
        Box::new(Self {
            budget,
            spare: Cell::new(0),
            used: Cell::new(0),
        })
    }

    /// A runtime with this memory.
    ///
    /// # Safety
    /// The heap lives longer than the runtime.
    pub(super) unsafe fn runtime(&self) -> *mut qjs::JSRuntime {
        let functions = qjs::JSMallocFunctions {
            js_calloc: Some(calloc),
            js_malloc: Some(malloc),
            js_free: Some(free),
            js_realloc: Some(realloc),
            js_malloc_usable_size: Some(usable_size),
        };
        let heap: *const Self = self;
        // SAFETY: QuickJS copies the functions, which take a heap as long as the runtime lives.
        unsafe { qjs::JS_NewRuntime2(&functions, heap.cast_mut().cast::<c_void>()) }
    }

    /// The budget.
    pub(super) fn budget(&self) -> &Arc<HeapBudget> {
        &self.budget
    }

    /// Notes that `memory` is in use. What there is no room for is freed again.
    ///
    /// # Safety
    /// It is null, or has just been allocated by the C library.
    unsafe fn note(&self, memory: *mut c_void) -> *mut c_void {
        if memory.is_null() {
            return memory;
        }
        // SAFETY: the caller's.
        let bytes = unsafe { libc::malloc_usable_size(memory) };
        if self.take(bytes) {
            return memory;
        }
        // SAFETY: the caller's, and nobody else has it.
        unsafe { libc::free(memory) };
        null_mut()
    }

    fn take(&self, bytes: usize) -> bool {
        if self.spare.get() < bytes {
            let wanted = bytes.saturating_add(CHUNK);
            // Near the end every byte counts.
            let taken = [wanted, bytes]
                .into_iter()
                .find(|more| self.budget.take(*more));
            let Some(taken) = taken else {
                return false;
            };
            self.spare.set(self.spare.get() + taken);
        }
        self.spare.set(self.spare.get() - bytes);
        self.used.set(self.used.get() + bytes);
        true
    }

    fn release(&self, bytes: usize) {
        self.used.set(self.used.get() - bytes);
        let spare = self.spare.get() + bytes;
        let kept = if spare > 2 * CHUNK { CHUNK } else { spare };
        self.budget.give_back(spare - kept);
        self.spare.set(kept);
    }
}

impl Drop for Heap {
    fn drop(&mut self) {
        self.budget.give_back(self.spare.get() + self.used.get());
    }
}

/// The heap that a runtime was made with.
///
/// # Safety
/// QuickJS's call.
unsafe fn heap<'a>(opaque: *mut c_void) -> &'a Heap {
    // SAFETY: `Heap::runtime` gave it, and the heap outlives the runtime.
    unsafe { &*opaque.cast::<Heap>() }
}

unsafe extern "C" fn malloc(opaque: *mut c_void, size: qjs::size_t) -> *mut c_void {
    // SAFETY: QuickJS's call.
    unsafe { heap(opaque).note(libc::malloc(size as usize)) }
}

unsafe extern "C" fn calloc(
    opaque: *mut c_void,
    count: qjs::size_t,
    size: qjs::size_t,
) -> *mut c_void {
    // SAFETY: QuickJS's call.
    unsafe { heap(opaque).note(libc::calloc(count as usize, size as usize)) }
}

unsafe extern "C" fn free(opaque: *mut c_void, memory: *mut c_void) {
    if memory.is_null() {
        return;
    }
    // SAFETY: QuickJS gives back what it got here.
    unsafe {
        heap(opaque).release(libc::malloc_usable_size(memory));
        libc::free(memory);
    }
}

unsafe extern "C" fn realloc(
    opaque: *mut c_void,
    memory: *mut c_void,
    size: qjs::size_t,
) -> *mut c_void {
    // SAFETY: QuickJS's call, with what it got here or null.
    unsafe {
        if memory.is_null() {
            return malloc(opaque, size);
        }
        let heap = heap(opaque);
        let before = libc::malloc_usable_size(memory);
        let more = (size as usize).saturating_sub(before);
        // Asked for first, since what has moved cannot be moved back.
        if !heap.take(more) {
            return null_mut();
        }
        let moved = libc::realloc(memory, size as usize);
        if moved.is_null() {
            heap.release(more);
            return null_mut();
        }
        let after = libc::malloc_usable_size(moved);
        let charged = before + more;
        // What the C library rounds up is little, and is used all the same.
        match after >= charged {
            true => {
                heap.budget
                    .left
                    .fetch_sub((after - charged) as isize, Relaxed);
                heap.used.set(heap.used.get() + (after - charged));
            }
            false => heap.release(charged - after),
        }
        moved
    }
}

unsafe extern "C" fn usable_size(memory: *const c_void) -> qjs::size_t {
    // SAFETY: QuickJS asks about what it got here.
    unsafe { libc::malloc_usable_size(memory.cast_mut()) as qjs::size_t }
}
