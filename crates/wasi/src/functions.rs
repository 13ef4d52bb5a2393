//! The list of the functions of WASI, from which a linker gets them, and a table of them for hosts that make calls themselves.

use crate::ctx::WasiCtx;
use crate::errno::Errno;
use crate::memory::GuestMemory;
use crate::process::Process;
use crate::{args, clock, dir, environ, fd, open, path, poll, random, sock, unstable};

/// The module that guests import from.
pub(crate) const PREVIEW_1: &str = "wasi_snapshot_preview1";

/// The module that guests of before 2020 import from.
pub(crate) const UNSTABLE: &str = "wasi_unstable";

/// Functions of preview 1 that were something else before. Each line is the area's file, the name, and its parameters.
macro_rules! only_preview_1 {
    ($use:ident $($with:ident)*) => { $use! { $($with)*
        fd::fd_filestat_get(fd: u32, result: u32);
        fd::fd_seek(fd: u32, offset: i64, whence: u32, result: u32);
        path::path_filestat_get(fd: u32, lookup: u32, path: u32, len: u32, result: u32);
        poll::poll_oneoff(subscriptions: u32, events: u32, count: u32, result: u32);
        sock::sock_accept(fd: u32, flags: u32, result: u32);
    }};
}

/// What they were before.
macro_rules! only_unstable {
    ($use:ident $($with:ident)*) => { $use! { $($with)*
        unstable::fd_filestat_get(fd: u32, result: u32);
        unstable::fd_seek(fd: u32, offset: i64, whence: u32, result: u32);
        unstable::path_filestat_get(fd: u32, lookup: u32, path: u32, len: u32, result: u32);
        unstable::poll_oneoff(subscriptions: u32, events: u32, count: u32, result: u32);
    }};
}

/// What is the same in both.
macro_rules! in_both {
    ($use:ident $($with:ident)*) => { $use! { $($with)*
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
    }};
}

pub(crate) use {in_both, only_preview_1, only_unstable};

/// A function of WASI for hosts that do not bind guests to a linker: see [`WasiCtx::invoke`].
///
/// `sched_yield`, `proc_exit` and `proc_raise` are not among them: they need nothing of a guest, and are the host's own matter.
#[derive(Debug)]
pub struct Function {
    name: &'static str,
    params: &'static [usize],
    call: fn(&mut Process, GuestMemory<'_>, &[u64]) -> Result<(), Errno>,
}

impl Function {
    /// What guests import it by.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The size of each parameter, which are integers, in bytes.
    pub fn params(&self) -> &'static [usize] {
        self.params
    }
}

macro_rules! table {
    ($($area:ident::$name:ident($($param:ident: $ty:ty),*);)*) => {&[$(
        Function {
            name: stringify!($name),
            params: &[$(size_of::<$ty>()),*],
            call: |process, memory, numbers| {
                let mut numbers = numbers.iter().copied();
                $(let $param = numbers.next().unwrap_or_default() as $ty;)*
                $area::$name(process, memory, $($param),*)
            },
        },
    )*]};
}

/// The functions of the module `wasi_snapshot_preview1`, or of `wasi_unstable`.
pub fn functions(of_unstable: bool) -> impl Iterator<Item = &'static Function> {
    const NEW: &[Function] = only_preview_1!(table);
    const OLD: &[Function] = only_unstable!(table);
    const COMMON: &[Function] = in_both!(table);
    let own = match of_unstable {
        true => OLD,
        false => NEW,
    };
    own.iter().chain(COMMON)
}

impl WasiCtx {
    /// Calls a function with the guest's memory and an integer for each parameter, and returns the number of an [`Errno`], or 0.
    ///
    /// A call that waits ends early when the context's interruption is raised, see [`WasiCtx::set_interruption`].
    pub fn invoke(
        &mut self,
        function: &Function,
        memory: GuestMemory<'_>,
        arguments: &[u64],
    ) -> i32 {
        let result = self.call(|process| (function.call)(process, memory, arguments));
        result.map_or_else(Errno::number, |()| 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::WasiCtxBuilder;

    #[test]
    fn functions_are_called_by_their_names() {
        let mut ctx = WasiCtxBuilder::new().args(["a", "bc"]).build();
        let mut bytes = [0; 64];
        let memory = GuestMemory::new(&mut bytes);
        let mut invoke = |name, arguments: &[u64]| {
            let function = functions(false).find(|function| function.name() == name);
            ctx.invoke(function.unwrap(), memory, arguments)
        };
        assert_eq!(invoke("args_sizes_get", &[0, 4]), 0);
        assert_eq!(invoke("fd_tell", &[99, 8]), Errno::Badf.number());
        assert_eq!(
            (memory.read::<u32>(0), memory.read::<u32>(4)),
            (Ok(2), Ok(5))
        );
        let seek = functions(true).find(|function| function.name() == "fd_seek");
        assert_eq!(seek.unwrap().params(), [4, 8, 4, 4]);
        assert_eq!(functions(true).count() + 1, functions(false).count());
    }
}
