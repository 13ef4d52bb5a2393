//! Binds the functions of `wasi_snapshot_preview1`, and of what it was before, to a linker.
//!
//! A function is a closure over plain integers, so compiled code reaches it through the direct exit
//! stub. What a call needs of the engine — the guest's memory and the interruption — is looked up
//! here and nowhere else.

use crate::ctx::WasiCtx;
use crate::errno::Errno;
use crate::functions::{PREVIEW_1, UNSTABLE, in_both, only_preview_1, only_unstable};
use crate::memory::GuestMemory;
use crate::proc::{proc_exit, proc_raise};
use crate::process::Process;
use crate::{args, clock, dir, environ, fd, open, path, poll, random, sched, sock, unstable};
use std::collections::HashSet;
use std::sync::Arc;
use weft::{Caller, Error, Extern, Instance, Linker, Memory, Module, Result, SharedMemory};

/// Defines a function for each line of a list whose name is wanted.
macro_rules! define {
    ($linker:ident $module:ident $wanted:ident $get:ident $($area:ident::$name:ident($($param:ident: $ty:ty),*);)*) => {$(
        if $wanted(stringify!($name)) {
            let get = $get.clone();
            $linker.func_wrap($module, stringify!($name), move |caller: Caller<'_, T>, $($param: $ty),*| {
                call(caller, &get, |ctx, memory| $area::$name(ctx, memory, $($param),*))
            })?;
        }
    )*};
}

/// Defines the functions of WASI preview 1 in `linker`; `get` finds the guest's [`WasiCtx`] in the
/// store's data.
///
/// ```
/// use weft::{Engine, Linker, Module, Store};
/// use weft_wasi::{MemoryPipe, WasiCtxBuilder};
///
/// let engine = Engine::default();
/// let module = Module::new(&engine, r#"
///     (module
///       (import "wasi_snapshot_preview1" "fd_write"
///         (func $fd_write (param i32 i32 i32 i32) (result i32)))
///       (memory (export "memory") 1)
///       (data (i32.const 0) "\08\00\00\00\06\00\00\00hello\n")
///       (func (export "_start")
///         (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))))
/// "#)?;
/// let mut linker = Linker::new(&engine);
/// weft_wasi::add_to_linker(&mut linker, |ctx| ctx)?;
///
/// let output = MemoryPipe::new(1024);
/// let mut store = Store::new(&engine, WasiCtxBuilder::new().stdout(output.clone()).build());
/// let instance = linker.instantiate(&mut store, &module)?;
/// instance.get_typed_func::<(), ()>(&mut store, "_start")?.call(&mut store, ())?;
/// assert_eq!(output.contents(), b"hello\n");
/// # Ok::<(), weft::Error>(())
/// ```
///
/// # Errors
///
/// If the linker already defines one of the names.
pub fn add_to_linker<T: 'static>(
    linker: &mut Linker<T>,
    get: impl Fn(&mut T) -> &mut WasiCtx + Clone + Send + Sync + 'static,
) -> Result<()> {
    define_preview_1(linker, &|_| true, get)
}

/// Defines the functions of `wasi_unstable`, which is what preview 1 was before it was settled:
/// programs compiled before 2020 import it.
///
/// # Errors
///
/// If the linker already defines one of the names.
pub fn add_unstable_to_linker<T: 'static>(
    linker: &mut Linker<T>,
    get: impl Fn(&mut T) -> &mut WasiCtx + Clone + Send + Sync + 'static,
) -> Result<()> {
    define_unstable(linker, &|_| true, get)
}

/// Defines those functions of both that `modules` import, for a linker that is used once: defining all takes longer
/// than a small program runs.
///
/// # Errors
///
/// If the linker already defines one of the names.
pub fn add_imports_to_linker<'a, T: 'static>(
    linker: &mut Linker<T>,
    modules: impl IntoIterator<Item = &'a Module>,
    get: impl Fn(&mut T) -> &mut WasiCtx + Clone + Send + Sync + 'static,
) -> Result<()> {
    let (mut preview_1, mut unstable) = (HashSet::new(), HashSet::new());
    for import in modules.into_iter().flat_map(Module::imports) {
        match import.module() {
            PREVIEW_1 => preview_1.insert(import.name()),
            UNSTABLE => unstable.insert(import.name()),
            _ => false,
        };
    }
    if !preview_1.is_empty() {
        define_preview_1(linker, &|name| preview_1.contains(name), get.clone())?;
    }
    if !unstable.is_empty() {
        define_unstable(linker, &|name| unstable.contains(name), get)?;
    }
    Ok(())
}

fn define_preview_1<T: 'static>(
    linker: &mut Linker<T>,
    wanted: &dyn Fn(&str) -> bool,
    get: impl Fn(&mut T) -> &mut WasiCtx + Clone + Send + Sync + 'static,
) -> Result<()> {
    only_preview_1! { define linker PREVIEW_1 wanted get }
    define_common(linker, PREVIEW_1, wanted, get)
}

fn define_unstable<T: 'static>(
    linker: &mut Linker<T>,
    wanted: &dyn Fn(&str) -> bool,
    get: impl Fn(&mut T) -> &mut WasiCtx + Clone + Send + Sync + 'static,
) -> Result<()> {
    only_unstable! { define linker UNSTABLE wanted get }
    define_common(linker, UNSTABLE, wanted, get)
}

/// What is the same in both.
fn define_common<T: 'static>(
    linker: &mut Linker<T>,
    module: &str,
    wanted: &dyn Fn(&str) -> bool,
    get: impl Fn(&mut T) -> &mut WasiCtx + Clone + Send + Sync + 'static,
) -> Result<()> {
    in_both! { define linker module wanted get }
    if wanted("sched_yield") {
        linker.func_wrap(module, "sched_yield", || {
            sched::sched_yield();
            number(Ok(()))
        })?;
    }
    // The two that can end the guest.
    if wanted("proc_exit") {
        linker.func_wrap(module, "proc_exit", |code: u32| {
            Err::<(), _>(Error::new(proc_exit(code)))
        })?;
    }
    if wanted("proc_raise") {
        linker.func_wrap(module, "proc_raise", |signal: u32| {
            match proc_raise(signal) {
                Ok(result) => Ok(number(result)),
                Err(exit) => Err(Error::new(exit)),
            }
        })?;
    }
    Ok(())
}

fn number(result: Result<(), Errno>) -> i32 {
    result.map_or_else(Errno::number, |()| 0)
}

/// Makes a call with the context and memory of the guest that calls.
#[inline]
fn call<T: 'static>(
    mut caller: Caller<'_, T>,
    get: &impl Fn(&mut T) -> &mut WasiCtx,
    function: impl Fn(&mut Process, GuestMemory<'_>) -> Result<(), Errno>,
) -> Result<i32> {
    let found = find_memory(&mut caller, get);
    let (base, len, shared) = match &found {
        Some(GuestMemories::Own(memory)) => {
            (memory.data_ptr(&caller), memory.data_size(&caller), false)
        }
        Some(GuestMemories::Shared(memory)) => (memory.data_ptr(), memory.data_size(), true),
        None => (std::ptr::dangling_mut(), 0, false),
    };
    // SAFETY: these are the bytes of a memory of the guest that calls. It cannot go away, move or be
    // touched by anyone else before the call returns, unless it is shared; a shared one only grows.
    let memory = unsafe { GuestMemory::from_raw(base, len as u64, shared) };
    let ctx = get(caller.data_mut());
    let result = ctx.call(|process| function(process, memory));
    if result == Err(Errno::Fault) && found.is_none() {
        return Err(Error::msg(
            "a WASI function was called by a module that exports no memory called `memory`",
        ));
    }
    Ok(number(result))
}

/// A guest's memory, of either kind.
#[derive(Clone, Debug)]
pub(crate) enum GuestMemories {
    Own(Memory),
    Shared(SharedMemory),
}

/// What is remembered from one call to the next.
pub(crate) type Remembered = Option<(Instance, GuestMemories)>;

#[inline]
fn find_memory<T: 'static>(
    caller: &mut Caller<'_, T>,
    get: &impl Fn(&mut T) -> &mut WasiCtx,
) -> Option<GuestMemories> {
    let instance = caller.instance()?;
    match &get(caller.data_mut()).remembered {
        Some((known, memory)) if *known == instance => Some(memory.clone()),
        _ => meet_instance(caller, get, instance),
    }
}

/// The first call of an instance: finds its memory, and what interrupts it.
#[cold]
fn meet_instance<T: 'static>(
    caller: &mut Caller<'_, T>,
    get: &impl Fn(&mut T) -> &mut WasiCtx,
    instance: Instance,
) -> Option<GuestMemories> {
    let handle = weft::host::interrupt_handle(&*caller);
    get(caller.data_mut()).set_default_interruption(Arc::new(handle));
    let memory = match caller.get_export("memory")? {
        Extern::Memory(memory) => GuestMemories::Own(memory),
        Extern::SharedMemory(memory) => GuestMemories::Shared(memory),
        _ => return None,
    };
    get(caller.data_mut()).remembered = Some((instance, memory.clone()));
    Some(memory)
}
