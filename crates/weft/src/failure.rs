//! How the runtime's failures become [`Error`]s: by phase, with the wasm backtrace where there was wasm.

use std::any::{Any, TypeId};
use std::error::Error as StdError;
use std::fmt;
use std::ptr::NonNull;
use std::sync::Arc;

use weft_runtime as rt;
use weft_runtime::code::Code;

use crate::error::{Object, find_in, move_into};
use crate::store::Opaque;
use crate::{Engine, Error, FrameInfo, Module, WasmBacktrace};

/// An error with the wasm that was running.
///
/// It shows as the error followed by the backtrace, and can be downcast to both.
struct Traced {
    error: Error,
    backtrace: WasmBacktrace,
}

impl fmt::Display for Traced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.error.is::<crate::Trap>() {
            f.write_str("wasm trap: ")?;
        }
        write!(f, "{}\n{}", self.error, self.backtrace)
    }
}

impl fmt::Debug for Traced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl StdError for Traced {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.error.as_std().source()
    }
}

impl Object for Traced {
    fn as_std(&self) -> &(dyn StdError + Send + Sync + 'static) {
        self
    }
    fn find(&self, wanted: TypeId) -> Option<NonNull<()>> {
        find_in(&self.backtrace, wanted).or_else(|| self.error.find(wanted))
    }
    fn take(self: Box<Self>, slot: &mut dyn Any) {
        let Self { error, backtrace } = *self;
        if !move_into(slot, backtrace) {
            error.take(slot);
        }
    }
    fn into_std(self: Box<Self>) -> Box<dyn StdError + Send + Sync + 'static> {
        self
    }
}

impl Error {
    /// Why an entry into wasm returned `code`, which is not 0.
    ///
    /// # Panics
    /// When a host function did: the panic goes on.
    #[cold]
    #[inline(never)]
    pub(crate) fn from_entry(store: &Opaque, code: u32) -> Self {
        // SAFETY: called right after the entry, which is the only way to have such a code.
        Self::from_failure(store, unsafe { rt::func::finish(&store.live, code) })
    }

    /// # Panics
    /// When a host function did: the panic goes on.
    #[cold]
    pub(crate) fn from_failure(store: &Opaque, failure: rt::Failure) -> Self {
        match failure {
            rt::Failure::Trap(trap) => traced(&store.engine, Self::new(trap.kind), &trap.frames),
            rt::Failure::Exception(exception, frames) => {
                let exception = crate::Exception::from_root(store, exception);
                traced(&store.engine, Self::new(exception), &frames)
            }
            rt::Failure::Host(error, frames) => {
                traced(&store.engine, Self::from_host(error), &frames)
            }
            rt::Failure::Panic(payload) => std::panic::resume_unwind(payload),
            rt::Failure::Compile(error) => Self::new(error),
            _ => Self::msg("an asynchronous host function was called without call_async"),
        }
    }

    /// The error that a host function or limiter of ours gave to the runtime.
    pub(crate) fn from_host(error: rt::error::HostError) -> Self {
        match error.downcast::<Self>() {
            Ok(error) => *error,
            Err(_) => Self::msg("a host function failed"),
        }
    }

    pub(crate) fn from_instantiate(store: &Opaque, error: rt::InstantiateError) -> Self {
        match error {
            rt::InstantiateError::Link(error) => Self::new(error),
            rt::InstantiateError::Resource(error) => Self::new(error),
            rt::InstantiateError::Limit(error) => Self::from_host(error),
            rt::InstantiateError::Failure(failure) => Self::from_failure(store, failure),
            rt::InstantiateError::Misuse(error) => Self::new(error),
            other => Self::msg(other.to_string()),
        }
    }

    pub(crate) fn from_grow(error: rt::GrowError) -> Self {
        match error {
            rt::GrowError::Host(error) => Self::from_host(error),
            other => Self::new(other),
        }
    }
}

fn traced(engine: &Engine, error: Error, frames: &[rt::error::TrapFrame]) -> Error {
    // A host function that called wasm gives back an error that has its backtrace already.
    if frames.is_empty() || error.is::<WasmBacktrace>() {
        return error;
    }
    Error::from_object(Traced {
        error,
        backtrace: backtrace(engine, frames),
    })
}

/// The frames with their modules, each of which is made once.
pub(crate) fn backtrace(engine: &Engine, frames: &[rt::error::TrapFrame]) -> WasmBacktrace {
    let mut modules: Vec<Module> = Vec::new();
    let mut module = |code: &Arc<Code>| {
        let known = modules
            .iter()
            .find(|module| Arc::ptr_eq(module.code(), code));
        known.cloned().unwrap_or_else(|| {
            let module = Module::of_code(engine, code);
            modules.push(module.clone());
            module
        })
    };
    let frames = frames
        .iter()
        .map(|frame| FrameInfo::new(module(&frame.code), frame.func, frame.module_offset))
        .collect();
    WasmBacktrace::new(frames)
}

impl WasmBacktrace {
    /// The wasm functions that are running on this thread, for a host function to say who called it.
    pub fn capture(store: impl crate::AsContext) -> Self {
        // SAFETY: whoever has a store to give is not wasm, but the host.
        let frames = unsafe { rt::func::active_frames() };
        backtrace(store.as_context().engine(), &frames)
    }
}
