//! The table that binds every function of `wasi_snapshot_preview1` to a linker.
//!
//! A function is a closure over plain integers, so compiled code reaches it through the direct exit
//! stub. What a call needs of the engine — the guest's memory and the interruption — is looked up
//! here and nowhere else.

use crate::ctx::WasiCtx;
use crate::errno::Errno;
use crate::memory::GuestMemory;
use crate::proc::{proc_exit, proc_raise};
use crate::process::Process;
use crate::wait::Interruption;
use crate::{args, clock, dir, environ, fd, open, path, poll, random, sched, sock, unstable};
use std::os::fd::BorrowedFd;
use std::sync::Arc;
use weft::{
    Caller, Error, Extern, Instance, InterruptHandle, Linker, Memory, Result, SharedMemory,
};

/// The module that guests import from.
const PREVIEW_1: &str = "wasi_snapshot_preview1";

/// The module that guests of before 2020 import from.
const UNSTABLE: &str = "wasi_unstable";

/// Defines a function for each line: the area's file, the name, and its parameters.
macro_rules! define {
    ($linker:ident $module:ident $get:ident $($area:ident::$name:ident($($param:ident: $ty:ty),*);)*) => {$({
        let get = $get.clone();
        $linker.func_wrap($module, stringify!($name), move |caller: Caller<'_, T>, $($param: $ty),*| {
            call(caller, &get, |ctx, memory| $area::$name(ctx, memory, $($param),*))
        })?;
    })*};
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
    define! { linker PREVIEW_1 get
        fd::fd_filestat_get(fd: u32, result: u32);
        fd::fd_seek(fd: u32, offset: i64, whence: u32, result: u32);
        path::path_filestat_get(fd: u32, lookup: u32, path: u32, len: u32, result: u32);
        poll::poll_oneoff(subscriptions: u32, events: u32, count: u32, result: u32);
        sock::sock_accept(fd: u32, flags: u32, result: u32);
    }
    add_common(linker, PREVIEW_1, get)
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
    define! { linker UNSTABLE get
        unstable::fd_filestat_get(fd: u32, result: u32);
        unstable::fd_seek(fd: u32, offset: i64, whence: u32, result: u32);
        unstable::path_filestat_get(fd: u32, lookup: u32, path: u32, len: u32, result: u32);
        unstable::poll_oneoff(subscriptions: u32, events: u32, count: u32, result: u32);
    }
    add_common(linker, UNSTABLE, get)
}

/// What is the same in both.
fn add_common<T: 'static>(
    linker: &mut Linker<T>,
    module: &str,
    get: impl Fn(&mut T) -> &mut WasiCtx + Clone + Send + Sync + 'static,
) -> Result<()> {
    define! { linker module get
        args::args_get(argv: u32, buffer: u32);
        args::args_sizes_get(argc: u32, size: u32);
        environ::environ_get(environ: u32, buffer: u32);
        environ::environ_sizes_get(count: u32, size: u32);
        clock::clock_res_get(id: u32, result: u32);
        clock::clock_time_get(id: u32, precision: u64, result: u32);
        fd::fd_advise(fd: u32, offset: u64, len: u64, advice: u32);
        fd::fd_allocate(fd: u32, offset: u64, len: u64);
        fd::fd_close(fd: u32);
        fd::fd_datasync(fd: u32);
        fd::fd_fdstat_get(fd: u32, result: u32);
        fd::fd_fdstat_set_flags(fd: u32, flags: u32);
        fd::fd_fdstat_set_rights(fd: u32, base: u64, inheriting: u64);
        fd::fd_filestat_set_size(fd: u32, size: u64);
        fd::fd_filestat_set_times(fd: u32, atim: u64, mtim: u64, flags: u32);
        fd::fd_pread(fd: u32, iovs: u32, iovs_len: u32, offset: u64, result: u32);
        fd::fd_prestat_get(fd: u32, result: u32);
        fd::fd_prestat_dir_name(fd: u32, path: u32, path_len: u32);
        fd::fd_pwrite(fd: u32, iovs: u32, iovs_len: u32, offset: u64, result: u32);
        fd::fd_read(fd: u32, iovs: u32, iovs_len: u32, result: u32);
        dir::fd_readdir(fd: u32, buf: u32, len: u32, cookie: u64, result: u32);
        fd::fd_renumber(from: u32, to: u32);
        fd::fd_sync(fd: u32);
        fd::fd_tell(fd: u32, result: u32);
        fd::fd_write(fd: u32, iovs: u32, iovs_len: u32, result: u32);
        path::path_create_directory(fd: u32, path: u32, len: u32);
        path::path_filestat_set_times(
            fd: u32, lookup: u32, path: u32, len: u32, atim: u64, mtim: u64, flags: u32
        );
        path::path_link(
            old_fd: u32, lookup: u32, old: u32, old_len: u32, new_fd: u32, new: u32, new_len: u32
        );
        open::path_open(
            fd: u32, lookup: u32, path: u32, len: u32, oflags: u32, base: u64, inheriting: u64,
            fdflags: u32, result: u32
        );
        path::path_readlink(fd: u32, path: u32, len: u32, buf: u32, buf_len: u32, result: u32);
        path::path_remove_directory(fd: u32, path: u32, len: u32);
        path::path_rename(
            old_fd: u32, old: u32, old_len: u32, new_fd: u32, new: u32, new_len: u32
        );
        path::path_symlink(target: u32, target_len: u32, fd: u32, path: u32, len: u32);
        path::path_unlink_file(fd: u32, path: u32, len: u32);
        random::random_get(buf: u32, len: u32);
        sock::sock_recv(
            fd: u32, iovs: u32, iovs_len: u32, flags: u32, result: u32, result_flags: u32
        );
        sock::sock_send(fd: u32, iovs: u32, iovs_len: u32, flags: u32, result: u32);
        sock::sock_shutdown(fd: u32, how: u32);
    }
    linker.func_wrap(module, "sched_yield", || {
        sched::sched_yield();
        number(Ok(()))
    })?;
    // The two that can end the guest.
    linker.func_wrap(module, "proc_exit", |code: u32| {
        Err::<(), _>(Error::new(proc_exit(code)))
    })?;
    linker.func_wrap(module, "proc_raise", |signal: u32| {
        match proc_raise(signal) {
            Ok(result) => Ok(number(result)),
            Err(exit) => Err(Error::new(exit)),
        }
    })?;
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
    get(caller.data_mut()).set_default_interruption(Arc::new(Watched(handle)));
    let memory = match caller.get_export("memory")? {
        Extern::Memory(memory) => GuestMemories::Own(memory),
        Extern::SharedMemory(memory) => GuestMemories::Shared(memory),
        _ => return None,
    };
    get(caller.data_mut()).remembered = Some((instance, memory.clone()));
    Some(memory)
}

/// The engine's own interruption of the store.
struct Watched(InterruptHandle);

impl Interruption for Watched {
    fn is_raised(&self) -> bool {
        self.0.is_interrupted()
    }

    fn wake_fd(&self) -> Option<BorrowedFd<'_>> {
        self.0.event().ok()
    }
}
