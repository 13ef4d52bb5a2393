//! [`Store`]: an agent (§ 4.2.3), owner of instances and all they are made of, with the host's data beside.
//!
//! The store's part that does not depend on the type of the data is [`Opaque`]. It lies at the
//! start of [`Inner`], whose address never changes, so compiled code can carry one pointer that leads a host
//! function back to both.

mod context;

pub use context::{AsContext, AsContextMut, StoreContext, StoreContextMut};

use std::cell::Cell;
use std::mem::ManuallyDrop;
use std::ptr::NonNull;
use std::time::{Duration, Instant};

use weft_runtime as rt;
use weft_runtime::watchdog::Deadline;

use crate::func::Waiting;
use crate::{Engine, Error, InterruptHandle, ResourceLimiter, Result};

/// An agent: instances, memories, tables, globals, and `T`, the host's data that host functions reach
/// through their [`Caller`](crate::Caller).
///
/// What is made in a store lives as long as it does, unless the host lets it go (see [`Store::collect`]), and cannot be used with another. It can move
/// between threads (`Send` if `T` is), and is used by one at a time: it is not `Sync`, since even
/// looking something up in it may note that it is in use.
///
/// ```
/// use weft::{Engine, Instance, Module, Store};
///
/// let engine = Engine::default();
/// let module = Module::new(&engine, r#"(module (func (export "answer") (result i32) i32.const 42))"#)?;
/// let mut store = Store::new(&engine, ());
/// let instance = Instance::new(&mut store, &module, &[])?;
/// let answer = instance.get_typed_func::<(), i32>(&mut store, "answer")?;
/// assert_eq!(answer.call(&mut store, ())?, 42);
/// # Ok::<(), weft::Error>(())
/// ```
pub struct Store<T: 'static> {
    inner: NonNull<Inner<T>>,
}

// SAFETY: the store owns what it points to. Values of the host in it are `Send`, and wasm runs only
// while the store is borrowed exclusively.
unsafe impl<T: Send> Send for Store<T> {}
/// A store without its data.
pub struct Opaque {
    deadline: Option<Deadline>,
    /// What the host function that has just suspended its caller waits for.
    pub(crate) waiting: Cell<Option<Waiting>>,
    pub(crate) live: rt::Store,
    pub(crate) engine: Engine,
}

/// A store with its data, at an address that does not change.
#[repr(C)]
pub(crate) struct Inner<T: 'static> {
    pub(crate) opaque: Opaque,
    pub(crate) data: ManuallyDrop<T>,
}

impl<T: 'static> Store<T> {
    /// A store without instances.
    ///
    /// # Panics
    /// When the machine has no address space for its stack. Use [`Store::try_new`] for an error.
    pub fn new(engine: &Engine, data: T) -> Self {
        Self::try_new(engine, data).expect("cannot make a store")
    }

    /// A store without instances.
    ///
    /// # Errors
    /// When the machine has no address space for its stack.
    pub fn try_new(engine: &Engine, data: T) -> Result<Self> {
        let opaque = Opaque::new(engine)?;
        let data = ManuallyDrop::new(data);
        let inner = NonNull::from(Box::leak(Box::new(Inner { opaque, data })));
        // SAFETY: just made.
        let opaque = unsafe { &inner.as_ref().opaque };
        opaque.live.set_user_data(inner.as_ptr().cast());
        Ok(Self { inner })
    }

    fn inner(&self) -> &Inner<T> {
        // SAFETY: the store owns it and is borrowed.
        unsafe { self.inner.as_ref() }
    }

    fn inner_mut(&mut self) -> &mut Inner<T> {
        // SAFETY: the store owns it and is borrowed exclusively.
        unsafe { self.inner.as_mut() }
    }

    /// The host's data.
    pub fn data(&self) -> &T {
        &self.inner().data
    }

    /// The host's data.
    pub fn data_mut(&mut self) -> &mut T {
        &mut self.inner_mut().data
    }

    /// Ends the store and keeps the host's data.
    pub fn into_data(self) -> T {
        let this = ManuallyDrop::new(self);
        // SAFETY: the allocation came from a box, and the data is taken out of it only here.
        let mut inner = unsafe { Box::from_raw(this.inner.as_ptr()) };
        // SAFETY: as above: nobody uses the field any more.
        unsafe { ManuallyDrop::take(&mut inner.data) }
    }

    /// The engine it belongs to.
    pub fn engine(&self) -> &Engine {
        &self.inner().opaque.engine
    }

    /// Finds the objects and values of the host that nothing can reach any more, and lets go of them.
    ///
    /// A collection also happens by itself when the heap is full.
    ///
    /// # Errors
    /// When the machine has no memory for it; nothing is lost then.
    pub fn gc(&mut self) -> Result<()> {
        Ok(self.inner().opaque.live.collect_garbage()?)
    }

    /// Finds the instances, memories, tables, globals, tags and functions that neither the host nor anything alive refers to, and
    /// lets go of them, as well as what [`Store::gc`] finds.
    ///
    /// The host keeps whatever it was given a handle of, until it says otherwise: see [`host::unpin`](crate::host::unpin) and
    /// [`host::weak_handles`](crate::host::weak_handles). To use a handle of what is gone is an error.
    ///
    /// A suspended call keeps what its frames refer to, and of each module that has frames the instances that were made before it was
    /// suspended: which of them it runs in is not written down.
    ///
    /// ```
    /// use weft::{Engine, Instance, Module, Store, host};
    ///
    /// let engine = Engine::default();
    /// let module = Module::new(&engine, r#"(module (memory 1) (func (export "run")))"#)?;
    /// let mut store = Store::new(&engine, ());
    /// host::weak_handles(&mut store);
    /// for _ in 0..1000 {
    ///     let instance = Instance::new(&mut store, &module, &[])?;
    ///     instance.get_typed_func::<(), ()>(&mut store, "run")?.call(&mut store, ())?;
    ///     store.collect()?;
    /// }
    /// # Ok::<(), weft::Error>(())
    /// ```
    ///
    /// # Errors
    /// While a call into wasm of the store is under way, or when the machine has no memory; nothing is lost then.
    pub fn collect(&mut self) -> Result<()> {
        self.as_context_mut().collect()
    }

    /// Sets the limiter that is asked before memories and tables are made or grow.
    ///
    /// `limiter` says where in the host's data it is.
    pub fn limiter(
        &mut self,
        limiter: impl (FnMut(&mut T) -> &mut dyn ResourceLimiter) + Send + Sync + 'static,
    ) {
        let adapter = crate::limits::Adapter::new(self.inner, limiter);
        self.inner()
            .opaque
            .live
            .set_limiter(Some(Box::new(adapter)));
    }

    /// The fuel that is left.
    ///
    /// # Errors
    /// When the engine does not [consume fuel](crate::Config::consume_fuel).
    pub fn get_fuel(&self) -> Result<u64> {
        self.inner().opaque.get_fuel()
    }

    /// Sets the fuel that is left: about one unit is one instruction.
    ///
    /// # Errors
    /// When the engine does not [consume fuel](crate::Config::consume_fuel).
    pub fn set_fuel(&mut self, fuel: u64) -> Result<()> {
        self.inner_mut().opaque.set_fuel(fuel)
    }

    /// Something that ends this store's running wasm from another thread.
    pub fn interrupt_handle(&self) -> InterruptHandle {
        InterruptHandle::new(self.inner().opaque.live.interrupts().handle())
    }

    /// Ends wasm that still runs at `deadline` with [`Trap::Interrupted`](crate::Trap::Interrupted), and
    /// wakes host calls that block. `None` takes the deadline back.
    ///
    /// It costs running code nothing.
    pub fn set_deadline(&mut self, deadline: Option<Instant>) {
        let opaque = &mut self.inner_mut().opaque;
        // The old one goes first: it takes back what it has not ended yet.
        opaque.deadline = None;
        let after = deadline.map(|at| at.saturating_duration_since(Instant::now()));
        opaque.deadline = after.map(|after| opaque.live.interrupts().deadline(after));
    }

    /// The same as [`Store::set_deadline`], counted from now.
    pub fn set_timeout(&mut self, timeout: Duration) {
        // What the clock cannot express is for ever.
        self.set_deadline(Instant::now().checked_add(timeout));
    }
}

impl<T: 'static> Drop for Store<T> {
    fn drop(&mut self) {
        // SAFETY: the allocation came from a box that only this store owns.
        let mut inner = unsafe { Box::from_raw(self.inner.as_ptr()) };
        // SAFETY: nobody uses the field any more.
        unsafe { ManuallyDrop::drop(&mut inner.data) };
    }
}

impl<T: Default + 'static> Default for Store<T> {
    fn default() -> Self {
        Self::new(&Engine::default(), T::default())
    }
}

impl<T: std::fmt::Debug + 'static> std::fmt::Debug for Store<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store")
            .field("data", self.data())
            .finish_non_exhaustive()
    }
}

impl Opaque {
    fn new(engine: &Engine) -> Result<Self> {
        Ok(Self {
            deadline: None,
            waiting: Cell::new(None),
            live: rt::Store::new(engine.live())?,
            engine: engine.clone(),
        })
    }

    fn check_fuel(&self) -> Result<()> {
        if self.engine.live().tunables().fuel {
            return Ok(());
        }
        Err(Error::msg(
            "the engine does not consume fuel: see Config::consume_fuel",
        ))
    }

    pub(crate) fn get_fuel(&self) -> Result<u64> {
        self.check_fuel()?;
        Ok(self.live.fuel().max(0) as u64)
    }

    pub(crate) fn set_fuel(&mut self, fuel: u64) -> Result<()> {
        self.check_fuel()?;
        self.live.set_fuel(i64::try_from(fuel).unwrap_or(i64::MAX));
        Ok(())
    }
}
