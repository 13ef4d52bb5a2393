//! Environment variables: `environ_get` and `environ_sizes_get`.

use crate::errno::Errno;
use crate::memory::GuestMemory;
use crate::process::Process;

/// `environ_get`: the variables, each as `NAME=VALUE`.
pub(crate) fn environ_get(
    ctx: &mut Process,
    memory: GuestMemory<'_>,
    environ: u32,
    buffer: u32,
) -> Result<(), Errno> {
    ctx.env.write(memory, environ, buffer)
}

/// `environ_sizes_get`: how many variables and bytes there are.
pub(crate) fn environ_sizes_get(
    ctx: &mut Process,
    memory: GuestMemory<'_>,
    count: u32,
    size: u32,
) -> Result<(), Errno> {
    ctx.env.sizes(memory, count, size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::WasiCtxBuilder;

    #[test]
    fn a_later_value_replaces_an_earlier_one() {
        let mut ctx = WasiCtxBuilder::new()
            .env("A", "1")
            .env("B", "=")
            .env("A", "2")
            .process();
        let mut bytes = [0; 64];
        let memory = GuestMemory::new(&mut bytes);
        environ_sizes_get(&mut ctx, memory, 0, 4).unwrap();
        assert_eq!(
            (memory.read::<u32>(0), memory.read::<u32>(4)),
            (Ok(2), Ok(8))
        );
        environ_get(&mut ctx, memory, 8, 32).unwrap();
        assert_eq!(&bytes[32..40], b"A=2\0B==\0");
    }
}
