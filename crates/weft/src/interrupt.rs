//! [`InterruptHandle`]: ending a store's wasm from another thread.

use std::io;
use std::os::fd::BorrowedFd;

use weft_runtime::watchdog;

/// Ends the running wasm of a [`Store`](crate::Store) from any thread.
///
/// ```
/// use weft::{Engine, Instance, Module, Store, Trap};
///
/// let engine = Engine::default();
/// let module = Module::new(&engine, r#"(module (func (export "forever") (loop br 0)))"#)?;
/// let mut store = Store::new(&engine, ());
/// let instance = Instance::new(&mut store, &module, &[])?;
/// let forever = instance.get_typed_func::<(), ()>(&mut store, "forever")?;
/// let handle = store.interrupt_handle();
/// std::thread::spawn(move || {
///     std::thread::sleep(std::time::Duration::from_millis(20));
///     handle.interrupt();
/// });
/// let error = forever.call(&mut store, ()).unwrap_err();
/// assert_eq!(error.downcast_ref::<Trap>(), Some(&Trap::Interrupted));
/// # Ok::<(), weft::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct InterruptHandle(watchdog::InterruptHandle);

impl InterruptHandle {
    pub(crate) fn new(handle: watchdog::InterruptHandle) -> Self {
        Self(handle)
    }

    /// Makes the store's wasm trap with [`Trap::Interrupted`](crate::Trap::Interrupted): what runs now, or what is
    /// called next. A host call that blocks by the means of [`host`](crate::host) is woken.
    ///
    /// False if the store is gone.
    pub fn interrupt(&self) -> bool {
        self.0.interrupt()
    }

    /// Whether an interrupt has been asked for that has not become a trap yet.
    pub fn is_interrupted(&self) -> bool {
        self.0.is_requested()
    }

    /// As [`host::interrupt_event`](crate::host::interrupt_event), for a host function that waits without the store in
    /// its hands.
    ///
    /// # Errors
    /// The system's, when file descriptors are used up.
    pub fn event(&self) -> io::Result<BorrowedFd<'_>> {
        self.0.event()
    }
}
