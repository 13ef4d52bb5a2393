//! The precompiled format: a module's machine code and what must be known of it, as bytes.
//!
//! An artifact is read where it lies, in a file mapping or a buffer: tables are arrays of plain
//! records, so opening one with 30,000 functions costs its checksum and little else. Relocations
//! are kept and their fields are zero in the stored code, so any subset of a module's functions
//! links, and the same function has the same bytes in every artifact.
//!
//! ```text
//! header (152 bytes) | fingerprint | facts | function records | relocations | traps | positions | call sites |
//! handlers | stack maps | frame references | code | module
//! ```
//!
//! The checksum covers everything after itself. It finds damage, not malice: an artifact is native
//! code, and only whoever wrote it can vouch for it.

mod bytes;
mod read;
mod refusal;
mod write;

pub use read::Artifact;
pub use refusal::{ArtifactError, CpuMismatch};

use weft_abi::{CallSite, CodePosition, FrameRefs, Handler, Relocation, StackMap, TrapSite};

use crate::compiled::CompiledRef;

/// The first bytes of every artifact. Not a module's: those start with `\0asm`.
pub const MAGIC: [u8; 8] = *b"\0weftart";
/// Counts incompatible changes of the format.
pub const FORMAT_VERSION: u32 = 4;

const HEADER: usize = 152;
const CHECKSUMMED_FROM: usize = 48;
/// Function code starts at multiples of this, in the artifact as in code memory.
const CODE_ALIGN: usize = 16;

/// The fixed start of an artifact. All numbers are little endian, all places count from the first byte.
#[derive(Copy, Clone)]
#[repr(C)]
struct Header {
    magic: [u8; 8],
    version: u32,
    /// Zero; before the checksum for its alignment.
    reserved: u32,
    checksum: [u8; 32],
    module_hash: [u8; 32],
    flags: u32,
    /// Functions that the module defines.
    defined: u32,
    /// Functions that are here.
    functions: u32,
    fingerprint_len: u32,
    facts_len: u32,
    relocations: u32,
    traps: u32,
    positions: u32,
    code_len: u64,
    module_len: u64,
    total_len: u64,
    call_sites: u32,
    handlers: u32,
    stack_maps: u32,
    frame_refs: u32,
}

const _: () = assert!(size_of::<Header>() == HEADER);
const _: () = assert!(std::mem::offset_of!(Header, module_hash) == CHECKSUMMED_FROM);
const _: () = assert!(size_of::<Relocation>() == 8 && align_of::<Relocation>() == 4);
const _: () = assert!(size_of::<TrapSite>() == 8 && align_of::<TrapSite>() == 4);
const _: () = assert!(size_of::<CodePosition>() == 8 && align_of::<CodePosition>() == 4);
const _: () = assert!(size_of::<CallSite>() == 16 && align_of::<CallSite>() == 4);
const _: () = assert!(size_of::<Handler>() == 8 && align_of::<Handler>() == 4);
const _: () = assert!(size_of::<StackMap>() == 8 && align_of::<StackMap>() == 4);
const _: () = assert!(size_of::<FrameRefs>() == 8 && align_of::<FrameRefs>() == 4);

/// Bits of [`Header::flags`].
mod flag {
    /// The module's bytes were valid when this was made.
    pub(super) const VALIDATED: u32 = 1;
}

/// Where one function's parts start; they end where the next record's start.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
#[repr(C)]
struct Record {
    func: u32,
    /// In units of [`CODE_ALIGN`].
    code_start: u32,
    code_len: u32,
    /// [`NO_PHASE`] for none.
    phase: u32,
    /// The number in its [`SavedRegisters`].
    saved: u32,
    relocations: u32,
    traps: u32,
    positions: u32,
    call_sites: u32,
    handlers: u32,
    stack_maps: u32,
    frame_refs: u32,
}

/// Says in [`Record::phase`] that there is none.
const NO_PHASE: u32 = u32::MAX;

/// What an artifact is made of.
#[derive(Clone, Debug)]
pub struct Contents<'a> {
    /// Who may run it: see [`weft_abi::Compiler::fingerprint`].
    pub fingerprint: &'a str,
    /// blake3 of the module's bytes.
    pub module_hash: [u8; 32],
    /// The module's bytes, unless whoever opens the artifact has them anyway.
    pub module: Option<&'a [u8]>,
    /// Whether the module's bytes are known to be valid.
    pub validated: bool,
    /// What validation established beside: opaque here.
    pub facts: &'a [u8],
    /// How many functions the module defines.
    pub defined: u32,
    /// The functions that are compiled, by ascending index.
    pub functions: Vec<CompiledRef<'a>>,
}

/// Where each part starts, from the counts in a header.
#[derive(Copy, Clone, Debug)]
struct Places {
    fingerprint: usize,
    facts: usize,
    records: usize,
    relocations: usize,
    traps: usize,
    positions: usize,
    call_sites: usize,
    handlers: usize,
    stack_maps: usize,
    frame_refs: usize,
    code: usize,
    module: usize,
    end: usize,
}

impl Places {
    /// `None` when the counts overflow, which no artifact of ours makes happen.
    fn new(header: &Header) -> Option<Self> {
        let fingerprint = HEADER;
        let facts = fingerprint.checked_add(header.fingerprint_len as usize)?;
        let records = facts
            .checked_add(header.facts_len as usize)?
            .checked_next_multiple_of(8)?;
        let record_bytes = (header.functions as usize)
            .checked_add(1)?
            .checked_mul(size_of::<Record>())?;
        let relocations = records.checked_add(record_bytes)?;
        let traps = relocations.checked_add(header.relocations as usize * 8)?;
        let positions = traps.checked_add(header.traps as usize * 8)?;
        let call_sites = positions.checked_add(header.positions as usize * 8)?;
        let handlers = call_sites.checked_add(header.call_sites as usize * 16)?;
        let stack_maps = handlers.checked_add(header.handlers as usize * 8)?;
        let frame_refs = stack_maps.checked_add(header.stack_maps as usize * 8)?;
        let code = frame_refs
            .checked_add(header.frame_refs as usize * 8)?
            .checked_next_multiple_of(CODE_ALIGN)?;
        let module = code.checked_add(usize::try_from(header.code_len).ok()?)?;
        let end = module.checked_add(usize::try_from(header.module_len).ok()?)?;
        Some(Self {
            fingerprint,
            facts,
            records,
            relocations,
            traps,
            positions,
            call_sites,
            handlers,
            stack_maps,
            frame_refs,
            code,
            module,
            end,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use weft_abi::{CompiledFunction, SavedRegisters, TrapKind};
    use weft_module::{DefinedFuncIndex, FuncIndex};

    fn function(n: u32) -> CompiledFunction {
        CompiledFunction {
            code: (0..20 + n as u8).collect(),
            phase: (n > 0).then_some(16),
            saved: SavedRegisters(n as u8),
            relocations: vec![Relocation {
                offset: 8,
                target: FuncIndex(n + 1),
            }],
            traps: vec![
                TrapSite {
                    offset: n,
                    kind: TrapKind::MemoryOutOfBounds,
                };
                n as usize
            ],
            positions: vec![CodePosition {
                offset: 0,
                module_offset: 100 + n,
            }],
            call_sites: vec![
                CallSite {
                    return_offset: 12,
                    frame_size: 32,
                    vmctx: 8,
                    first_handler: 0,
                };
                n as usize
            ],
            handlers: vec![
                Handler {
                    tag: Handler::ANY,
                    offset: n,
                };
                2 * n as usize
            ],
            stack_maps: vec![
                StackMap {
                    offset: 5,
                    start: 0
                };
                n as usize
            ],
            frame_refs: vec![
                FrameRefs {
                    below: 8 + n,
                    count: 1,
                };
                n as usize
            ],
        }
    }

    fn encode(compiled: &[(DefinedFuncIndex, CompiledFunction)]) -> Vec<u8> {
        Contents {
            fingerprint: "weft test",
            module_hash: [7; 32],
            module: Some(b"\0asm\x01\0\0\0"),
            validated: true,
            facts: &[1, 2, 3],
            defined: 10,
            functions: compiled
                .iter()
                .map(|(func, compiled)| CompiledRef::new(*func, compiled))
                .collect(),
        }
        .encode()
        .unwrap()
    }

    fn sample() -> Vec<(DefinedFuncIndex, CompiledFunction)> {
        [0, 3, 9]
            .map(|n| (DefinedFuncIndex(n), function(n)))
            .to_vec()
    }

    #[test]
    fn what_was_stored_is_found() {
        let compiled = sample();
        let artifact = Artifact::from_bytes(&encode(&compiled), "weft test").unwrap();
        assert_eq!((artifact.len(), artifact.defined()), (3, 10));
        assert_eq!(artifact.module(), Some(&b"\0asm\x01\0\0\0"[..]));
        assert_eq!(artifact.facts(), [1, 2, 3]);
        assert!(artifact.is_validated() && !artifact.is_complete());
        for (func, compiled) in &compiled {
            let stored = artifact.function(*func).unwrap();
            let mut code = compiled.code.clone();
            code[8..12].fill(0);
            assert_eq!(
                stored,
                CompiledRef {
                    code: &code,
                    ..CompiledRef::new(*func, compiled)
                }
            );
        }
        assert!(artifact.function(DefinedFuncIndex(4)).is_none());
        assert_eq!(artifact.functions().len(), 3);
    }

    #[test]
    fn every_damaged_byte_is_found() {
        let bytes = encode(&sample());
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x10;
            assert!(
                Artifact::from_bytes(&damaged, "weft test").is_err(),
                "byte {at}"
            );
        }
    }

    #[test]
    fn every_other_length_is_refused() {
        let bytes = encode(&sample());
        for len in 0..bytes.len() {
            assert!(Artifact::from_bytes(&bytes[..len], "weft test").is_err());
        }
        let mut longer = bytes;
        longer.push(0);
        assert!(Artifact::from_bytes(&longer, "weft test").is_err());
    }

    #[test]
    fn refusals_say_why() {
        let bytes = encode(&sample());
        let refused =
            |bytes: &[u8], fingerprint| Artifact::from_bytes(bytes, fingerprint).unwrap_err();
        assert_eq!(
            refused(&bytes, "other"),
            ArtifactError::Version {
                found: "weft test".into(),
                expected: "other".into(),
            }
        );
        assert_eq!(refused(b"\0asm", "weft test"), ArtifactError::NotAnArtifact);
        for len in MAGIC.len()..bytes.len() {
            assert_eq!(refused(&bytes[..len], "weft test"), ArtifactError::CutShort);
        }
        let mut other = bytes.clone();
        other[8] = 99;
        assert_eq!(
            refused(&other, "weft test").to_string(),
            format!(
                "it was compiled by another version of Weft: format 99, but this is format {FORMAT_VERSION}"
            )
        );
        for at in [12, 20, 60, 90, bytes.len() - 1] {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            assert_eq!(
                refused(&damaged, "weft test"),
                ArtifactError::Damaged("its checksum does not match"),
                "byte {at}"
            );
        }
    }

    #[test]
    fn a_file_is_read_in_place() {
        let path = std::env::temp_dir().join(format!("weft-artifact-{}", std::process::id()));
        std::fs::write(&path, encode(&sample())).unwrap();
        let artifact = Artifact::from_file(&path, "weft test");
        std::fs::remove_file(&path).unwrap();
        assert_eq!(artifact.unwrap().len(), 3);
    }
}
