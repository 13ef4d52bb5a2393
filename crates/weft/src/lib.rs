//! A fast, complete WebAssembly engine to embed.
//!
//! ```
//! use weft::{Engine, Linker, Module, Store};
//!
//! // An engine compiles; modules and linkers belong to one and are shared by threads.
//! let engine = Engine::default();
//! let module = Module::new(&engine, r#"
//!     (module
//!         (import "host" "log" (func $log (param i32)))
//!         (func (export "run") (call $log (i32.const 42))))
//! "#)?;
//!
//! // A linker finds imports by name. Host functions are closures.
//! let mut linker = Linker::new(&engine);
//! linker.func_wrap("host", "log", |mut caller: weft::Caller<'_, Vec<i32>>, n: i32| {
//!     caller.data_mut().push(n);
//! })?;
//!
//! // A store owns what is alive, and the host's data beside it.
//! let mut store = Store::new(&engine, Vec::new());
//! let instance = linker.instantiate(&mut store, &module)?;
//! let run = instance.get_typed_func::<(), ()>(&mut store, "run")?;
//! run.call(&mut store, ())?;
//! assert_eq!(store.data(), &[42]);
//! # Ok::<(), weft::Error>(())
//! ```
//!
//! Names and shapes are those a user of other engines expects. Errors are an [`Error`], in which the
//! phase is found by [`Error::downcast_ref`]: [`CompileError`], [`LinkError`], [`Trap`], an
//! [`Exception`] that nobody caught, or what a host function gave.
//!
//! # If you come from Wasmtime
//!
//! Most programs need another `use` line and no more. What differs is what the engine does differently:
//!
//! | there | here |
//! |---|---|
//! | `Config::epoch_interruption`, `Store::set_epoch_deadline`, `Engine::increment_epoch` | nothing to configure: [`Store::set_timeout`], [`Store::set_deadline`], or an [`InterruptHandle`] for another thread |
//! | `Store::gc(None)` | [`Store::gc`] without an argument; an allocation collects by itself, so there is no `GcHeapOutOfMemory` to handle |
//! | `ArrayType::new` | [`ArrayType::new`] with `?`: the element may be of another engine |
//! | `Val::unwrap_externref`, `Ref::unwrap_any` and their like give `Option<&Rooted<…>>` | they give `Option<Rooted<…>>`: no `.copied()` |
//! | `Config::async_support` | nothing: any store can be used in both ways |
//! | `Trap::Interrupt`, `Trap::StackOverflow`, `Trap::UnreachableCodeReached`, `Trap::BadSignature` | [`Trap::Interrupted`], [`Trap::StackExhausted`], [`Trap::Unreachable`], [`Trap::IndirectCallTypeMismatch`] |
//! | `wasmtime_wasi::p1::add_to_linker_sync`, `WasiCtxBuilder::build_p1` | `weft_wasi::add_to_linker`, `WasiCtxBuilder::build` |
//! | `SharedMemory::data` | [`SharedMemory::read`] and [`SharedMemory::write`]: other threads may write meanwhile |

mod backtrace;
mod cache;
mod config;
mod dwarf;
mod engine;
mod error;
mod externals;
mod failure;
mod func;
pub mod host;
mod instance;
mod interrupt;
mod limits;
mod linker;
mod module;
mod profiler;
mod store;
mod types;
mod v128;
mod value;

pub use backtrace::{FrameInfo, FrameSymbol, WasmBacktrace};
pub use cache::{Cache, CacheConfig, CacheInfo};
pub use config::{Config, LogLevel, Strategy};
pub use engine::Engine;
pub use error::{Chain, Context, Error, Result};
pub use externals::{
    AnyRef, ArrayRef, EqRef, Exception, ExnRef, Export, Extern, ExternRef, GcRef, Global, I31,
    Memory, MemoryAccessError, OwnedRooted, RootScope, Rooted, SharedMemory, StructRef, Table, Tag,
    WaitResult,
};
pub use func::{
    Caller, Func, IntoFunc, TypedFunc, WasmParams, WasmResults, WasmRet, WasmTy, WasmTyList,
};
pub use instance::{Instance, InstancePre};
pub use interrupt::InterruptHandle;
pub use limits::{
    DEFAULT_INSTANCE_LIMIT, DEFAULT_MEMORY_LIMIT, DEFAULT_TABLE_LIMIT, ResourceLimiter,
    StoreLimits, StoreLimitsBuilder,
};
pub use linker::Linker;
pub use module::{Module, ModuleBuilder, NativeCode};
pub use profiler::ProfilingStrategy;
pub use store::{AsContext, AsContextMut, Store, StoreContext, StoreContextMut};
pub use types::{
    ArrayType, ExportType, ExternType, FieldType, FuncType, GlobalType, HeapType, ImportType,
    MemoryType, MemoryTypeBuilder, Mutability, RefType, StorageType, StructType, TableType,
    TagType, ValType,
};
pub use v128::V128;
pub use value::{Ref, Val};

pub use wast::Error as TextError;
pub use weft_abi::CompileError as UnsupportedFunction;
pub use weft_abi::TrapKind as Trap;
pub use weft_module::{DecodeError as CompileError, DecodeErrorKind as CompileErrorKind};
pub use weft_module::{Features, UnknownFeature};
pub use weft_runtime::artifact::{ArtifactError, CpuMismatch};
pub use weft_runtime::error::ImportProblem;
pub use weft_runtime::{GrowError, LinkError, Misuse, ResourceError};

#[cfg(test)]
mod tests {
    use super::*;

    fn shared_by_threads<T: Send + Sync>() {}
    fn moved_between_threads<T: Send>() {}

    #[test]
    fn threads_can_have_what_the_documentation_says() {
        shared_by_threads::<Engine>();
        shared_by_threads::<Module>();
        shared_by_threads::<Linker<std::cell::Cell<u8>>>();
        shared_by_threads::<InstancePre<std::cell::Cell<u8>>>();
        shared_by_threads::<SharedMemory>();
        shared_by_threads::<InterruptHandle>();
        shared_by_threads::<FuncType>();
        shared_by_threads::<Error>();
        shared_by_threads::<TypedFunc<(), ()>>();
        moved_between_threads::<Store<std::cell::Cell<u8>>>();
        moved_between_threads::<Caller<'_, std::cell::Cell<u8>>>();
    }
}
