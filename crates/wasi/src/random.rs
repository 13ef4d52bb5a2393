//! Randomness: `random_get`, and the sources that an embedder can replace.

use crate::errno::Errno;
use crate::memory::GuestMemory;
use crate::process::Process;
use crate::wait::Waiter;

/// A source of random bytes.
pub trait RandomSource: Send {
    /// Fills the buffer.
    fn fill(&mut self, buf: &mut [u8]);
}

/// A repeatable source (xoshiro256++): good statistics, no secrecy.
#[derive(Clone, Debug)]
pub struct SeededRandom {
    state: [u64; 4],
}

impl SeededRandom {
    /// The sequence that belongs to `seed`.
    pub fn new(seed: u64) -> Self {
        let mut mixer = seed;
        Self {
            state: std::array::from_fn(|_| split_mix(&mut mixer)),
        }
    }

    fn next(&mut self) -> u64 {
        let [a, b, c, d] = &mut self.state;
        let result = a.wrapping_add(*d).rotate_left(23).wrapping_add(*a);
        let shifted = *b << 17;
        *c ^= *a;
        *d ^= *b;
        *b ^= *c;
        *a ^= *d;
        *c ^= shifted;
        *d = d.rotate_left(45);
        result
    }
}

/// One step of SplitMix64, which turns any seed into a good state.
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

impl RandomSource for SeededRandom {
    fn fill(&mut self, buf: &mut [u8]) {
        for chunk in buf.chunks_mut(8) {
            let bytes = self.next().to_le_bytes();
            chunk.copy_from_slice(&bytes[..chunk.len()]);
        }
    }
}

/// Where a guest's randomness comes from.
pub(crate) enum Random {
    /// The kernel, straight into guest memory.
    Host,
    /// An embedder's source.
    Custom(Box<dyn RandomSource>),
}

/// Bytes asked of the kernel at once, so that an interrupted guest is stopped soon.
const CHUNK: u32 = 1 << 20;

/// `random_get`: fills a buffer of the guest.
pub(crate) fn random_get(
    ctx: &mut Process,
    memory: GuestMemory<'_>,
    buf: u32,
    len: u32,
) -> Result<(), Errno> {
    let start = memory.range(buf, len)?;
    match &mut ctx.random {
        Random::Host => fill_from_host(start, len, &ctx.waiter),
        Random::Custom(source) => fill_from(&mut **source, memory, buf, len, &ctx.waiter),
    }
}

fn fill_from_host(start: *mut u8, len: u32, waiter: &Waiter) -> Result<(), Errno> {
    let mut done = 0;
    while done < len {
        waiter.check()?;
        let chunk = (len - done).min(CHUNK);
        // SAFETY: `done + chunk <= len`, all of it a checked range of guest memory that the kernel
        // writes.
        let got = unsafe { libc::getrandom(start.add(done as usize).cast(), chunk as usize, 0) };
        match u32::try_from(got) {
            Ok(got) => done += got,
            Err(_) => match Errno::last_os_error() {
                Errno::Intr => {}
                error => return Err(error),
            },
        }
    }
    Ok(())
}

fn fill_from(
    source: &mut dyn RandomSource,
    memory: GuestMemory<'_>,
    buf: u32,
    len: u32,
    waiter: &Waiter,
) -> Result<(), Errno> {
    let mut bounce = [0; 4096];
    let mut done = 0;
    while done < len {
        waiter.check()?;
        let chunk = (len - done).min(bounce.len() as u32);
        let bytes = &mut bounce[..chunk as usize];
        source.fill(bytes);
        memory.copy_out(buf + done, bytes)?;
        done += chunk;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::WasiCtxBuilder;

    fn random(ctx: &mut Process, len: u32) -> Result<Vec<u8>, Errno> {
        let mut bytes = vec![0; 10_000];
        random_get(ctx, GuestMemory::new(&mut bytes), 16, len)?;
        assert!(bytes[..16].iter().all(|byte| *byte == 0));
        assert!(bytes[16 + len as usize..].iter().all(|byte| *byte == 0));
        Ok(bytes[16..16 + len as usize].to_vec())
    }

    #[test]
    fn the_host_fills_the_whole_buffer() {
        let mut ctx = WasiCtxBuilder::new().process();
        let bytes = random(&mut ctx, 5000).unwrap();
        assert!(
            bytes
                .chunks(50)
                .all(|chunk| chunk.iter().any(|byte| *byte != 0))
        );
        assert_eq!(random(&mut ctx, u32::MAX), Err(Errno::Fault));
    }

    #[test]
    fn a_seed_repeats_its_sequence() {
        let sequence =
            |seed| random(&mut WasiCtxBuilder::new().seed(seed).process(), 9000).unwrap();
        assert_eq!(sequence(7), sequence(7));
        assert_ne!(sequence(7), sequence(8));
    }
}
