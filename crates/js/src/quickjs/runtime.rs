//! [`Runtime`]: a JavaScript heap with its realm, and [`Core`], what everything that is kept refers to it by.
//!
//! The core outlives the runtime where somebody still has it; it then says so, and nothing is done through it.

use std::any::{Any, TypeId};
use std::cell::{Cell, OnceCell, RefCell};
use std::ffi::{c_int, c_void};
use std::ptr::NonNull;
use std::rc::Rc;
use std::sync::Arc;

use rquickjs::qjs;

use super::class::Classes;
use super::collection::Collection;
use super::heap::{Heap, HeapBudget};
use super::kind::Kinds;
use super::{Context, JsResult, Loader, RejectionTracker};

/// What is left of the thread's stack for Rust and C that run without a check of their own, in bytes.
const STACK_MARGIN: usize = 256 << 10;
/// How large the thread's stack is where that cannot be found out, in bytes.
const FALLBACK_STACK: usize = 512 << 10;
/// What is enough for JavaScript where the stack has no limit, in bytes.
const LARGEST_STACK: usize = 64 << 20;

/// A JavaScript heap with one realm. It belongs to the thread that made it.
pub(crate) struct Runtime {
    core: Rc<Core>,
}

/// What a runtime is known by. It may outlive the runtime, and is of no use then.
pub(crate) struct Core {
    runtime: Cell<*mut qjs::JSRuntime>,
    /// Its memory, if that is bounded.
    pub(super) heap: Option<Box<Heap>>,
    context: Cell<*mut qjs::JSContext>,
    /// How many are in [`Core::enter`].
    entered: Cell<u32>,
    pub(super) classes: Classes,
    pub(super) kinds: OnceCell<Kinds>,
    pub(super) collection: Collection,
    host: OnceCell<Host>,
    pub(super) loader: OnceCell<Box<dyn Loader>>,
    pub(super) rejections: OnceCell<Box<dyn RejectionTracker>>,
    interrupt: OnceCell<Box<dyn Fn() -> bool>>,
    /// The panic of a Rust function that JavaScript called, on its way out.
    pub(super) panic: RefCell<Option<Box<dyn Any + Send>>>,
}

/// What the host keeps beside the runtime.
///
/// It is asked for at every call, so its type is not asked of the value itself, which is a call through a pointer.
struct Host {
    ty: TypeId,
    value: Box<dyn Any>,
}

impl Runtime {
    /// An empty heap, which takes its memory from `budget` if there is one; or `None` if there is no memory for it.
    pub(crate) fn new(budget: Option<Arc<HeapBudget>>) -> Option<Self> {
        let heap = budget.map(Heap::new);
        // SAFETY: the heap goes to the core, which outlives the runtime. The runtime is used by this thread alone, because nothing here
        // is `Send`.
        let runtime = NonNull::new(unsafe {
            match &heap {
                Some(heap) => heap.runtime(),
                None => qjs::JS_NewRuntime(),
            }
        })?;
        // SAFETY: just made.
        let Some(context) = NonNull::new(unsafe { qjs::JS_NewContext(runtime.as_ptr()) }) else {
            // SAFETY: made above, and without contexts.
            unsafe { qjs::JS_FreeRuntime(runtime.as_ptr()) };
            return None;
        };
        let core = Rc::new(Core {
            runtime: Cell::new(runtime.as_ptr()),
            heap,
            context: Cell::new(context.as_ptr()),
            entered: Cell::new(0),
            classes: Classes::default(),
            kinds: OnceCell::new(),
            collection: Collection::default(),
            host: OnceCell::new(),
            loader: OnceCell::new(),
            rejections: OnceCell::new(),
            interrupt: OnceCell::new(),
            panic: RefCell::new(None),
        });
        let opaque = Rc::as_ptr(&core).cast_mut().cast::<c_void>();
        // SAFETY: the core lives until the runtime is freed, because `self` holds it; what QuickJS calls with it is ours.
        unsafe {
            qjs::JS_SetRuntimeOpaque(runtime.as_ptr(), opaque);
            qjs::JS_SetContextOpaque(context.as_ptr(), opaque);
            qjs::JS_SetInterruptHandler(runtime.as_ptr(), Some(on_interrupt), opaque);
            qjs::JS_SetMaxStackSize(runtime.as_ptr(), stack_size() as qjs::size_t);
        }
        super::promise::track_rejections(runtime, opaque);
        super::module::install(runtime, opaque);
        super::buffer::share_buffers(runtime, core.heap.as_deref());
        Some(Self { core })
    }

    /// What others may keep of it.
    pub(crate) fn core(&self) -> &Rc<Core> {
        &self.core
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        let context = self.core.context.replace(std::ptr::null_mut());
        let runtime = self.core.runtime.get();
        assert_eq!(self.core.entered.get(), 0, "the runtime is in use");
        // SAFETY: both were made by `new`, and nobody is in the context.
        unsafe {
            qjs::JS_FreeContext(context);
            qjs::JS_RunGC(runtime);
            qjs::JS_FreeRuntime(runtime);
        }
        self.core.runtime.set(std::ptr::null_mut());
    }
}

impl Core {
    /// The core of the runtime that `runtime` points to.
    ///
    /// # Safety
    /// It is alive, and the reference is not used longer than it.
    pub(super) unsafe fn of<'a>(runtime: *mut qjs::JSRuntime) -> &'a Self {
        // SAFETY: `Runtime::new` has put it there.
        unsafe { &*qjs::JS_GetRuntimeOpaque(runtime).cast::<Self>() }
    }

    /// The runtime, unless it is gone.
    pub(super) fn runtime(&self) -> Option<NonNull<qjs::JSRuntime>> {
        NonNull::new(self.runtime.get())
    }

    /// Runs `body` with the realm.
    ///
    /// # Panics
    /// When the runtime is gone.
    pub(crate) fn enter<R>(self: &Rc<Self>, body: impl for<'js> FnOnce(Context<'js>) -> R) -> R {
        let context = NonNull::new(self.context.get()).expect("the runtime is gone");
        let _inside = Inside::new(&self.entered);
        // SAFETY: the context is alive, and is not freed while somebody is inside. The brand is fresh, so values do not get out.
        body(unsafe { Context::from_raw(context) })
    }

    /// What the heap takes, in bytes.
    pub(crate) fn heap_size(&self) -> usize {
        let Some(runtime) = self.runtime() else {
            return 0;
        };
        // SAFETY: plain data for QuickJS to fill in, of a runtime that is alive.
        unsafe {
            let mut usage: qjs::JSMemoryUsage = std::mem::zeroed();
            qjs::JS_ComputeMemoryUsage(runtime.as_ptr(), &mut usage);
            usize::try_from(usage.malloc_size).unwrap_or(0)
        }
    }

    /// Sets what the host keeps beside the runtime, once.
    pub(crate) fn set_host(&self, host: Box<dyn Any>) {
        let ty = (*host).type_id();
        let set = self.host.set(Host { ty, value: host });
        assert!(set.is_ok(), "a runtime has one host");
    }

    /// What the host keeps beside the runtime.
    pub(crate) fn host<T: 'static>(&self) -> &T {
        let host = self.host.get().expect("the host has been set");
        assert_eq!(host.ty, TypeId::of::<T>(), "the host is of another type");
        // SAFETY: it is of this type.
        unsafe { &*(&raw const *host.value).cast::<T>() }
    }

    /// Sets what is asked now and then whether JavaScript shall end. It must not use the runtime.
    pub(crate) fn set_interrupt(&self, interrupt: Box<dyn Fn() -> bool>) {
        assert!(
            self.interrupt.set(interrupt).is_ok(),
            "a runtime has one interrupt"
        );
    }

    /// Runs the next job, if there is one, and says whether there was.
    pub(crate) fn run_job<'js>(&self, context: Context<'js>) -> JsResult<bool> {
        let runtime = self.runtime.get();
        let mut of = std::ptr::null_mut();
        // SAFETY: the runtime is alive, as the context shows.
        match unsafe { qjs::JS_ExecutePendingJob(runtime, &mut of) } {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(context.thrown()),
        }
    }
}

/// Counts who is inside.
struct Inside<'a>(&'a Cell<u32>);

impl<'a> Inside<'a> {
    fn new(count: &'a Cell<u32>) -> Self {
        count.set(count.get() + 1);
        Self(count)
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

unsafe extern "C" fn on_interrupt(_: *mut qjs::JSRuntime, opaque: *mut c_void) -> c_int {
    // SAFETY: `Runtime::new` registers this with the core, which lives as long as the runtime.
    let core = unsafe { &*opaque.cast::<Core>() };
    c_int::from(core.interrupt.get().is_some_and(|asked| asked()))
}

/// The version of QuickJS.
pub(crate) fn version() -> String {
    // SAFETY: a constant text that ends in NUL.
    let version = unsafe { std::ffi::CStr::from_ptr(qjs::JS_GetVersion()) };
    version.to_string_lossy().into_owned()
}

/// How deep JavaScript may go on this thread from here, in bytes.
fn stack_size() -> usize {
    let marker = 0_u8;
    let here = std::ptr::from_ref(&marker).addr();
    let whole = match lowest_stack_address() {
        Some(low) => here.saturating_sub(low),
        None => FALLBACK_STACK,
    };
    let margin = STACK_MARGIN.min(whole / 2);
    // 0 would mean no limit at all.
    (whole - margin).clamp(1, LARGEST_STACK)
}

/// Where this thread's stack ends.
fn lowest_stack_address() -> Option<usize> {
    // SAFETY: plain data for the C library to fill in.
    let mut attributes: libc::pthread_attr_t = unsafe { std::mem::zeroed() };
    // SAFETY: the thread is the running one and `attributes` is writable.
    if unsafe { libc::pthread_getattr_np(libc::pthread_self(), &mut attributes) } != 0 {
        return None;
    }
    let (mut low, mut size) = (std::ptr::null_mut(), 0);
    // SAFETY: filled in above, and destroyed once.
    let found = unsafe {
        let found = libc::pthread_attr_getstack(&attributes, &mut low, &mut size);
        libc::pthread_attr_destroy(&mut attributes);
        found
    };
    (found == 0).then(|| low.addr())
}
