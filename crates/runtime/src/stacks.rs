//! The stacks: those wasm runs on, and what is known of the host's.
//!
//! A wasm stack is a mapping with a guard below. The guard is exactly as large as the interval in
//! which compiled code probes its frames, so that nothing can step over it: running out of stack is a fault inside
//! the guard, which costs nothing until it happens.

use std::io;
use std::ptr::NonNull;
use std::sync::Mutex;

use rustix::mm::{self, MapFlags, MprotectFlags, ProtFlags};
use weft_abi::layout::StoreContext;

/// Bytes of the guard: compilers probe larger frames at this interval.
pub const GUARD: usize = 1 << 20;
/// Usable bytes of a stack where nothing else is asked for.
pub const DEFAULT_STACK: usize = 1 << 20;
/// What must be left of the host's stack when a host function is entered.
pub const HOST_RESERVE: usize = 256 << 10;

const PAGE: usize = 4096;

/// A stack for wasm code.
#[derive(Debug)]
pub struct WasmStack {
    base: NonNull<u8>,
    size: usize,
}

// SAFETY: it owns its mapping.
unsafe impl Send for WasmStack {}
// SAFETY: nothing can be done to it through a shared reference.
unsafe impl Sync for WasmStack {}

impl WasmStack {
    /// Reserves a stack of at least `usable` bytes; pages come into being when touched.
    ///
    /// # Errors
    /// The system's, when address space or mappings are used up.
    pub fn new(usable: usize) -> io::Result<Self> {
        let usable = usable.max(4 * PAGE).checked_next_multiple_of(PAGE);
        let usable = usable.ok_or(io::ErrorKind::OutOfMemory)?;
        let size = usable
            .checked_add(GUARD)
            .ok_or(io::ErrorKind::OutOfMemory)?;
        // SAFETY: a fresh mapping at an address of the system's choice.
        let base = unsafe {
            mm::mmap_anonymous(
                std::ptr::null_mut(),
                size,
                ProtFlags::empty(),
                MapFlags::PRIVATE | MapFlags::NORESERVE | MapFlags::STACK,
            )?
        };
        let base = NonNull::new(base.cast::<u8>()).ok_or(io::ErrorKind::OutOfMemory)?;
        let stack = Self { base, size };
        // SAFETY: inside the mapping, which nothing uses yet.
        unsafe {
            mm::mprotect(
                base.as_ptr().add(GUARD).cast(),
                usable,
                MprotectFlags::READ | MprotectFlags::WRITE,
            )?;
        }
        Ok(stack)
    }

    /// Lowest address of the guard.
    pub fn guard_low(&self) -> usize {
        self.base.as_ptr() as usize
    }

    /// One past the guard: the lowest usable address.
    pub fn guard_high(&self) -> usize {
        self.guard_low() + GUARD
    }

    /// One past the highest usable address.
    pub fn high(&self) -> usize {
        self.guard_low() + self.size
    }

    /// Usable bytes.
    pub fn usable(&self) -> usize {
        self.size - GUARD
    }

    /// Makes it the stack that `ctx` runs on, and gives back what that was.
    pub fn install(&self, ctx: &mut StoreContext) -> StackFields {
        let fields = StackFields {
            wasm_sp: self.high(),
            guard_low: self.guard_low(),
            guard_high: self.guard_high(),
            high: self.high(),
        };
        fields.swap(ctx)
    }
}

impl Drop for WasmStack {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours; an error could only mean that it is not.
        let unmapped = unsafe { mm::munmap(self.base.as_ptr().cast(), self.size) };
        debug_assert!(unmapped.is_ok());
    }
}

/// The fields of a [`StoreContext`] that say which stack it runs on.
#[derive(Copy, Clone, Debug)]
pub struct StackFields {
    wasm_sp: usize,
    guard_low: usize,
    guard_high: usize,
    high: usize,
}

impl StackFields {
    /// Where the stack was.
    pub(crate) fn wasm_sp(&self) -> usize {
        self.wasm_sp
    }

    /// One past the highest address of the stack.
    pub(crate) fn high(&self) -> usize {
        self.high
    }

    /// Exchanges them with those of `ctx`.
    pub fn swap(self, ctx: &mut StoreContext) -> Self {
        Self {
            wasm_sp: std::mem::replace(&mut ctx.wasm_sp, self.wasm_sp),
            guard_low: std::mem::replace(&mut ctx.guard_low, self.guard_low),
            guard_high: std::mem::replace(&mut ctx.guard_high, self.guard_high),
            high: std::mem::replace(&mut ctx.stack_high, self.high),
        }
    }
}

/// Stacks of one size that are kept for reuse.
#[derive(Debug)]
pub struct StackPool {
    usable: usize,
    keep: usize,
    free: Mutex<Vec<WasmStack>>,
}

impl StackPool {
    /// A pool that makes stacks of `usable` bytes and keeps at most `keep` unused ones.
    pub fn new(usable: usize, keep: usize) -> Self {
        Self {
            usable,
            keep,
            free: Mutex::new(Vec::new()),
        }
    }

    /// A stack, used before or new.
    ///
    /// # Errors
    /// As [`WasmStack::new`].
    pub fn take(&self) -> io::Result<WasmStack> {
        match self.lock().pop() {
            Some(stack) => Ok(stack),
            None => WasmStack::new(self.usable),
        }
    }

    /// Takes `stack` back.
    pub fn put(&self, stack: WasmStack) {
        let mut free = self.lock();
        if free.len() < self.keep && stack.usable() >= self.usable {
            free.push(stack);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<WasmStack>> {
        self.free
            .lock()
            .unwrap_or_else(|poison| poison.into_inner())
    }
}

/// Lowest and one past the highest address of the calling thread's own stack.
///
/// `None` when the system cannot tell.
pub fn host_stack_bounds() -> Option<(usize, usize)> {
    let mut attributes = std::mem::MaybeUninit::<libc::pthread_attr_t>::uninit();
    let (mut base, mut size) = (std::ptr::null_mut(), 0);
    // SAFETY: the calls initialise what they are given, in this order.
    unsafe {
        if libc::pthread_getattr_np(libc::pthread_self(), attributes.as_mut_ptr()) != 0 {
            return None;
        }
        let found = libc::pthread_attr_getstack(attributes.as_ptr(), &mut base, &mut size);
        libc::pthread_attr_destroy(attributes.as_mut_ptr());
        (found == 0).then(|| (base as usize, base as usize + size))
    }
}

/// Bytes left of the calling thread's own stack, or `None` when that is unknown.
///
/// For deep recursion in the host, such as a compiler's.
pub fn remaining_host_stack() -> Option<usize> {
    let marker = 0_u8;
    let here = std::ptr::from_ref(&marker) as usize;
    let (low, high) = crate::trap::activation::host_stack()?;
    (low..high).contains(&here).then(|| here - low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guard_lies_below_the_usable_part() {
        let stack = WasmStack::new(100_000).unwrap();
        assert_eq!(stack.guard_high() - stack.guard_low(), GUARD);
        assert!(stack.usable() >= 100_000 && stack.high().is_multiple_of(PAGE));
        // SAFETY: both ends of the usable part.
        unsafe {
            (stack.guard_high() as *mut u8).write(1);
            ((stack.high() - 1) as *mut u8).write(1);
        }
    }

    #[test]
    fn pool_gives_back_what_it_was_given_and_no_more_than_it_may_keep() {
        let pool = StackPool::new(64 << 10, 1);
        let (one, two) = (pool.take().unwrap(), pool.take().unwrap());
        let first = one.guard_low();
        pool.put(one);
        pool.put(two);
        assert_eq!(pool.take().unwrap().guard_low(), first);
        assert!(pool.lock().is_empty());
    }

    #[test]
    fn an_impossible_stack_is_an_error() {
        for bytes in [1 << 60, usize::MAX - PAGE, usize::MAX] {
            assert!(WasmStack::new(bytes).is_err());
        }
    }

    #[test]
    fn bounds_hold_the_running_frame() {
        let here = 0_u8;
        let (low, high) = host_stack_bounds().unwrap();
        assert!((low..high).contains(&(std::ptr::from_ref(&here) as usize)));
        assert!(remaining_host_stack().is_some());
    }
}
