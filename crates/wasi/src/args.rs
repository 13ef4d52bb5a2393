//! Command-line arguments: `args_get` and `args_sizes_get`; and the list of strings that arguments
//! and environment share.

use crate::errno::Errno;
use crate::memory::GuestMemory;
use crate::process::Process;

/// Strings as a guest wants them: one block of NUL-terminated bytes, and where each begins.
#[derive(Clone, Debug, Default)]
pub(crate) struct Strings {
    bytes: Vec<u8>,
    starts: Vec<u32>,
}

impl Strings {
    /// Adds a string; what follows a NUL in it is lost, as to any C program.
    pub(crate) fn push(&mut self, string: &[u8]) {
        let end = string
            .iter()
            .position(|byte| *byte == 0)
            .unwrap_or(string.len());
        self.starts.push(self.bytes.len() as u32);
        self.bytes.extend_from_slice(&string[..end]);
        self.bytes.push(0);
    }

    /// The strings without their NULs.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.starts.iter().map(|start| {
            let rest = &self.bytes[*start as usize..];
            let end = rest
                .iter()
                .position(|byte| *byte == 0)
                .unwrap_or(rest.len());
            &rest[..end]
        })
    }

    /// Writes the number of strings and of bytes.
    pub(crate) fn sizes(
        &self,
        memory: GuestMemory<'_>,
        count: u32,
        size: u32,
    ) -> Result<(), Errno> {
        memory.write(count, self.starts.len() as u32)?;
        memory.write(size, self.bytes.len() as u32)
    }

    /// Writes the bytes to `buffer` and a pointer to each string to the array at `pointers`.
    pub(crate) fn write(
        &self,
        memory: GuestMemory<'_>,
        pointers: u32,
        buffer: u32,
    ) -> Result<(), Errno> {
        memory.copy_out(buffer, &self.bytes)?;
        for (i, start) in self.starts.iter().enumerate() {
            memory.write(GuestMemory::element(pointers, i as u32, 4)?, buffer + start)?;
        }
        Ok(())
    }
}

/// `args_get`: the arguments.
pub(crate) fn args_get(
    ctx: &mut Process,
    memory: GuestMemory<'_>,
    argv: u32,
    buffer: u32,
) -> Result<(), Errno> {
    ctx.args.write(memory, argv, buffer)
}

/// `args_sizes_get`: how many arguments and bytes there are.
pub(crate) fn args_sizes_get(
    ctx: &mut Process,
    memory: GuestMemory<'_>,
    argc: u32,
    size: u32,
) -> Result<(), Errno> {
    ctx.args.sizes(memory, argc, size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::WasiCtxBuilder;

    #[test]
    fn arguments_lie_where_their_pointers_say() {
        let mut ctx = WasiCtxBuilder::new().args(["prog", "", "x y"]).process();
        let mut bytes = [0xaa; 64];
        let memory = GuestMemory::new(&mut bytes);
        args_sizes_get(&mut ctx, memory, 0, 4).unwrap();
        assert_eq!(
            (memory.read::<u32>(0), memory.read::<u32>(4)),
            (Ok(3), Ok(10))
        );
        args_get(&mut ctx, memory, 8, 32).unwrap();
        let pointers = [8, 12, 16].map(|at| memory.read::<u32>(at).unwrap());
        assert_eq!(pointers, [32, 37, 38]);
        assert_eq!(args_get(&mut ctx, memory, 56, 32), Err(Errno::Fault));
        assert_eq!(args_get(&mut ctx, memory, 8, 60), Err(Errno::Fault));
        assert_eq!(&bytes[32..42], b"prog\0\0x y\0");
    }
}
