//! The precompiled format: a module's machine code and what must be known of it, as bytes.
//!
//! An artifact is read where it lies, in a file mapping or a buffer: tables are arrays of plain
//! records, so opening one with 30,000 functions costs its checksum and little else. Relocations
//! are kept and their fields are zero in the stored code, so any subset of a module's functions
//! links, and the same function has the same bytes in every artifact.
//!
//! ```text
//! header (144 bytes) | fingerprint | facts | function records | relocations | traps | positions | code | module
//! ```
//!
//! The checksum covers everything after itself. It finds damage, not malice: an artifact is native
//! code, and only whoever wrote it can vouch for it.

use std::fs::File;
use std::io;
use std::path::Path;
use std::ptr::NonNull;
use std::sync::Arc;

use weft_abi::{CodePosition, CompiledFunction, Relocation, TrapKind, TrapSite};
use weft_module::DefinedFuncIndex;

/// The first bytes of every artifact. Not a module's: those start with `\0asm`.
pub const MAGIC: [u8; 8] = *b"\0weftart";
/// Counts incompatible changes of the format.
pub const FORMAT_VERSION: u32 = 1;

const HEADER: usize = 144;
const CHECKSUMMED_FROM: usize = 48;
/// Function code starts at multiples of this, in the artifact as in code memory.
const CODE_ALIGN: usize = 16;

/// Why an artifact is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ArtifactError {
    /// The bytes do not start like an artifact.
    NotAnArtifact,
    /// It is of another version of the format.
    Version {
        /// The version it has.
        found: u32,
    },
    /// It was made by another engine version, for another CPU or with other settings.
    Fingerprint {
        /// What it was made by and for.
        found: String,
        /// What this engine is.
        expected: String,
    },
    /// Bytes are missing or changed.
    Damaged(&'static str),
    /// It does not carry what was asked of it.
    Incomplete(&'static str),
    /// It could not be read.
    Io(String),
}

impl std::fmt::Display for ArtifactError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotAnArtifact => f.write_str("not a precompiled module"),
            Self::Version { found } => write!(
                f,
                "precompiled in format version {found}, this engine reads {FORMAT_VERSION}: compile the module again"
            ),
            Self::Fingerprint { found, expected } => write!(
                f,
                "precompiled for `{found}`, this engine is `{expected}`: compile the module again"
            ),
            Self::Damaged(what) => write!(f, "the precompiled module is damaged: {what}"),
            Self::Incomplete(what) => write!(f, "the precompiled module has no {what}"),
            Self::Io(message) => write!(f, "cannot read the precompiled module: {message}"),
        }
    }
}

impl std::error::Error for ArtifactError {}

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
    reserved2: u64,
}

const _: () = assert!(size_of::<Header>() == HEADER);
const _: () = assert!(std::mem::offset_of!(Header, module_hash) == CHECKSUMMED_FROM);
const _: () = assert!(size_of::<Relocation>() == 8 && align_of::<Relocation>() == 4);
const _: () = assert!(size_of::<TrapSite>() == 8 && align_of::<TrapSite>() == 4);
const _: () = assert!(size_of::<CodePosition>() == 8 && align_of::<CodePosition>() == 4);

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
    relocations: u32,
    traps: u32,
    positions: u32,
}

/// One function as it is stored: everything borrows from the artifact.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct StoredFunction<'a> {
    /// Which function of the module.
    pub func: DefinedFuncIndex,
    /// Its code, with zero in the fields of relocations.
    pub code: &'a [u8],
    /// Places to fill in when it is linked.
    pub relocations: &'a [Relocation],
    /// Instructions that may trap, by ascending offset.
    pub traps: &'a [TrapSite],
    /// Where in the module code came from, by ascending code offset.
    pub positions: &'a [CodePosition],
}

impl<'a> StoredFunction<'a> {
    /// A compiled function as it would be stored.
    pub fn new(func: DefinedFuncIndex, compiled: &'a CompiledFunction) -> Self {
        Self {
            func,
            code: &compiled.code,
            relocations: &compiled.relocations,
            traps: &compiled.traps,
            positions: &compiled.positions,
        }
    }
}

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
    pub functions: Vec<StoredFunction<'a>>,
}

impl Contents<'_> {
    /// The artifact as bytes.
    ///
    /// # Errors
    /// When the code is beyond what 32-bit offsets can address: 64 GiB.
    pub fn encode(&self) -> Result<Vec<u8>, ArtifactError> {
        let header = self.header()?;
        let mut out = Vec::with_capacity(header.total_len as usize);
        put_header(&mut out, &header);
        out.extend_from_slice(self.fingerprint.as_bytes());
        out.extend_from_slice(self.facts);
        pad(&mut out, 8);
        self.put_records(&mut out);
        self.put_tables(&mut out);
        pad(&mut out, CODE_ALIGN);
        self.put_code(&mut out);
        out.extend_from_slice(self.module.unwrap_or_default());
        debug_assert_eq!(out.len() as u64, header.total_len);
        let checksum = blake3::hash(&out[CHECKSUMMED_FROM..]);
        out[16..CHECKSUMMED_FROM].copy_from_slice(checksum.as_bytes());
        Ok(out)
    }

    fn header(&self) -> Result<Header, ArtifactError> {
        let sum = |part: fn(&StoredFunction<'_>) -> usize| -> usize {
            self.functions.iter().map(part).sum()
        };
        let code_len = sum(|f| f.code.len().next_multiple_of(CODE_ALIGN));
        let too_large = |_| ArtifactError::Incomplete("room for so much code");
        u32::try_from(code_len / CODE_ALIGN).map_err(too_large)?;
        let mut header = Header {
            magic: MAGIC,
            version: FORMAT_VERSION,
            reserved: 0,
            checksum: [0; 32],
            module_hash: self.module_hash,
            flags: if self.validated { flag::VALIDATED } else { 0 },
            defined: self.defined,
            functions: self.functions.len() as u32,
            fingerprint_len: self.fingerprint.len() as u32,
            facts_len: self.facts.len() as u32,
            relocations: u32::try_from(sum(|f| f.relocations.len())).map_err(too_large)?,
            traps: u32::try_from(sum(|f| f.traps.len())).map_err(too_large)?,
            positions: u32::try_from(sum(|f| f.positions.len())).map_err(too_large)?,
            code_len: code_len as u64,
            module_len: self.module.map_or(0, <[u8]>::len) as u64,
            total_len: 0,
            reserved2: 0,
        };
        let places = Places::new(&header).ok_or(ArtifactError::Incomplete("end"))?;
        header.total_len = places.end as u64;
        Ok(header)
    }

    fn put_records(&self, out: &mut Vec<u8>) {
        let mut next = Record {
            func: u32::MAX,
            code_start: 0,
            code_len: 0,
            relocations: 0,
            traps: 0,
            positions: 0,
        };
        for function in &self.functions {
            let record = Record {
                func: function.func.0,
                code_len: function.code.len() as u32,
                ..next
            };
            put_record(out, &record);
            next.code_start += function.code.len().div_ceil(CODE_ALIGN) as u32;
            next.relocations += function.relocations.len() as u32;
            next.traps += function.traps.len() as u32;
            next.positions += function.positions.len() as u32;
        }
        put_record(out, &next);
    }

    fn put_tables(&self, out: &mut Vec<u8>) {
        let functions = || self.functions.iter();
        for relocation in functions().flat_map(|f| f.relocations) {
            put_words(out, [relocation.offset, relocation.target.0]);
        }
        for site in functions().flat_map(|f| f.traps) {
            put_words(out, [site.offset, u32::from(site.kind as u8)]);
        }
        for position in functions().flat_map(|f| f.positions) {
            put_words(out, [position.offset, position.module_offset]);
        }
    }

    fn put_code(&self, out: &mut Vec<u8>) {
        for function in &self.functions {
            let start = out.len();
            out.extend_from_slice(function.code);
            for relocation in function.relocations {
                let field = start + relocation.offset as usize;
                out[field..field + 4].fill(0);
            }
            out.resize(start + function.code.len().next_multiple_of(CODE_ALIGN), 0);
        }
    }
}

fn put_words<const N: usize>(out: &mut Vec<u8>, words: [u32; N]) {
    for word in words {
        out.extend_from_slice(&word.to_le_bytes());
    }
}

fn put_record(out: &mut Vec<u8>, record: &Record) {
    let Record {
        func,
        code_start,
        code_len,
        relocations,
        traps,
        positions,
    } = *record;
    put_words(
        out,
        [func, code_start, code_len, relocations, traps, positions],
    );
}

fn put_header(out: &mut Vec<u8>, header: &Header) {
    // SAFETY: the header is plain data without padding (its size is asserted above and equals
    // the sum of its fields), so all its bytes are initialised.
    let bytes =
        unsafe { std::slice::from_raw_parts(std::ptr::from_ref(header).cast::<u8>(), HEADER) };
    out.extend_from_slice(bytes);
}

fn pad(out: &mut Vec<u8>, align: usize) {
    out.resize(out.len().next_multiple_of(align), 0);
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
        let code = positions
            .checked_add(header.positions as usize * 8)?
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
            code,
            module,
            end,
        })
    }
}

/// An artifact that has been opened and checked. Cheap to clone.
#[derive(Clone)]
pub struct Artifact {
    bytes: Arc<Bytes>,
    header: Header,
    places: Places,
}

impl std::fmt::Debug for Artifact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Artifact")
            .field("functions", &self.header.functions)
            .field("defined", &self.header.defined)
            .field("bytes", &self.bytes.as_slice().len())
            .finish_non_exhaustive()
    }
}

impl Artifact {
    /// Whether `bytes` start like an artifact.
    pub fn is_artifact(bytes: &[u8]) -> bool {
        bytes.starts_with(&MAGIC)
    }

    /// Opens an artifact in memory, which is copied.
    ///
    /// # Errors
    /// When it is not an artifact, damaged, or not for `fingerprint`.
    pub fn from_bytes(bytes: &[u8], fingerprint: &str) -> Result<Self, ArtifactError> {
        Self::open(Bytes::copy(bytes), fingerprint)
    }

    /// Opens an artifact in a file, which is mapped and must not be changed in place.
    ///
    /// # Errors
    /// As [`Artifact::from_bytes`], and when the file cannot be read.
    pub fn from_file(path: &Path, fingerprint: &str) -> Result<Self, ArtifactError> {
        let file = File::open(path).map_err(|error| ArtifactError::Io(error.to_string()))?;
        Self::from_open_file(&file, fingerprint)
    }

    /// The same for a file that is open already.
    ///
    /// # Errors
    /// As [`Artifact::from_file`].
    pub fn from_open_file(file: &File, fingerprint: &str) -> Result<Self, ArtifactError> {
        let bytes = Bytes::map(file).map_err(|error| ArtifactError::Io(error.to_string()))?;
        Self::open(bytes, fingerprint)
    }

    fn open(bytes: Bytes, fingerprint: &str) -> Result<Self, ArtifactError> {
        let slice = bytes.as_slice();
        let header = read_header(slice)?;
        let places = check_places(&header, slice.len())?;
        check_checksum(&header, slice)?;
        let artifact = Self {
            bytes: Arc::new(bytes),
            header,
            places,
        };
        artifact.check_fingerprint(fingerprint)?;
        artifact.check_records()?;
        Ok(artifact)
    }

    fn check_fingerprint(&self, expected: &str) -> Result<(), ArtifactError> {
        let found = self.part(
            self.places.fingerprint,
            self.header.fingerprint_len as usize,
        );
        if found == expected.as_bytes() {
            return Ok(());
        }
        Err(ArtifactError::Fingerprint {
            found: String::from_utf8_lossy(found).into_owned(),
            expected: expected.into(),
        })
    }

    /// Establishes what [`Artifact::functions`] relies on. The checksum makes a failure all but
    /// impossible; it guards against a wrong writer.
    fn check_records(&self) -> Result<(), ArtifactError> {
        let ordered = self.records().windows(2).all(|pair| {
            let [a, b] = pair else { return false };
            let code_end = a.code_start as usize * CODE_ALIGN + a.code_len as usize;
            a.func < b.func
                && code_end <= b.code_start as usize * CODE_ALIGN
                && a.relocations <= b.relocations
                && a.traps <= b.traps
                && a.positions <= b.positions
        });
        let last = self.records()[self.records().len() - 1];
        let covered = last.relocations == self.header.relocations
            && last.traps == self.header.traps
            && last.positions == self.header.positions
            && last.code_start as u64 * CODE_ALIGN as u64 == self.header.code_len;
        let in_range = self
            .records()
            .iter()
            .rev()
            .nth(1)
            .is_none_or(|record| record.func < self.header.defined);
        if !(ordered && covered && in_range) {
            return Err(ArtifactError::Damaged("its function table is inconsistent"));
        }
        self.check_trap_kinds()
    }

    fn check_trap_kinds(&self) -> Result<(), ArtifactError> {
        let sites = self.part(self.places.traps, self.header.traps as usize * 8);
        let known = |site: &[u8]| TrapKind::from_code(site[4]).is_some();
        if sites.chunks_exact(8).all(known) {
            return Ok(());
        }
        Err(ArtifactError::Damaged("it has unknown traps"))
    }

    fn part(&self, start: usize, len: usize) -> &[u8] {
        &self.bytes.as_slice()[start..start + len]
    }

    /// `count` records of type `R` from `start` on.
    ///
    /// # Safety
    /// `R` is `repr(C)` with an alignment of at most 8, and the bytes are valid values of it.
    unsafe fn table<R>(&self, start: usize, count: usize) -> &[R] {
        let bytes = self.part(start, count * size_of::<R>());
        debug_assert!(bytes.as_ptr().cast::<R>().is_aligned());
        // SAFETY: the buffer is aligned to at least 16, every table to 8 within it; the rest is the
        // caller's promise.
        unsafe { std::slice::from_raw_parts(bytes.as_ptr().cast(), count) }
    }

    fn records(&self) -> &[Record] {
        // SAFETY: records are plain integers.
        unsafe { self.table(self.places.records, self.header.functions as usize + 1) }
    }

    fn relocations(&self) -> &[Relocation] {
        // SAFETY: relocations are plain integers.
        unsafe { self.table(self.places.relocations, self.header.relocations as usize) }
    }

    fn traps(&self) -> &[TrapSite] {
        // SAFETY: `check_trap_kinds` has looked at every kind.
        unsafe { self.table(self.places.traps, self.header.traps as usize) }
    }

    fn positions(&self) -> &[CodePosition] {
        // SAFETY: positions are plain integers.
        unsafe { self.table(self.places.positions, self.header.positions as usize) }
    }

    /// blake3 of the bytes of the module that this was made from.
    pub fn module_hash(&self) -> &[u8; 32] {
        &self.header.module_hash
    }

    /// The module's bytes, if they are here.
    pub fn module(&self) -> Option<&[u8]> {
        let len = self.header.module_len as usize;
        (len != 0).then(|| self.part(self.places.module, len))
    }

    /// Whether the module was valid when this was made.
    pub fn is_validated(&self) -> bool {
        self.header.flags & flag::VALIDATED != 0
    }

    /// What validation established beside.
    pub fn facts(&self) -> &[u8] {
        self.part(self.places.facts, self.header.facts_len as usize)
    }

    /// How many functions the module defines.
    pub fn defined(&self) -> usize {
        self.header.defined as usize
    }

    /// How many of them are here.
    pub fn len(&self) -> usize {
        self.header.functions as usize
    }

    /// Whether no function is here.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether every function is here.
    pub fn is_complete(&self) -> bool {
        self.len() == self.defined()
    }

    /// The bytes of all code together.
    pub fn code_len(&self) -> usize {
        self.header.code_len as usize
    }

    /// Every function, by ascending index.
    pub fn functions(&self) -> impl ExactSizeIterator<Item = StoredFunction<'_>> {
        self.records()
            .windows(2)
            .map(|pair| self.view(&pair[0], &pair[1]))
    }

    /// The function `func`, if it is here.
    pub fn function(&self, func: DefinedFuncIndex) -> Option<StoredFunction<'_>> {
        let records = self.records();
        let found = records[..self.len()]
            .binary_search_by_key(&func.0, |record| record.func)
            .ok()?;
        Some(self.view(&records[found], &records[found + 1]))
    }

    fn view(&self, record: &Record, next: &Record) -> StoredFunction<'_> {
        let code = self.places.code + record.code_start as usize * CODE_ALIGN;
        StoredFunction {
            func: DefinedFuncIndex(record.func),
            code: self.part(code, record.code_len as usize),
            relocations: &self.relocations()
                [record.relocations as usize..next.relocations as usize],
            traps: &self.traps()[record.traps as usize..next.traps as usize],
            positions: &self.positions()[record.positions as usize..next.positions as usize],
        }
    }
}

fn read_header(bytes: &[u8]) -> Result<Header, ArtifactError> {
    if !Artifact::is_artifact(bytes) {
        return Err(ArtifactError::NotAnArtifact);
    }
    if let Some(version) = bytes.get(8..12) {
        let found = u32::from_le_bytes([version[0], version[1], version[2], version[3]]);
        if found != FORMAT_VERSION {
            return Err(ArtifactError::Version { found });
        }
    }
    if bytes.len() < HEADER {
        return Err(ArtifactError::Damaged("it is cut short"));
    }
    // SAFETY: there are enough bytes, and any bytes are a header.
    Ok(unsafe { bytes.as_ptr().cast::<Header>().read_unaligned() })
}

fn check_places(header: &Header, len: usize) -> Result<Places, ArtifactError> {
    let places = Places::new(header).ok_or(ArtifactError::Damaged("its sizes are impossible"))?;
    if places.end as u64 != header.total_len || header.total_len > len as u64 {
        return Err(ArtifactError::Damaged("it is cut short"));
    }
    if header.total_len < len as u64 {
        return Err(ArtifactError::Damaged("there are bytes after its end"));
    }
    Ok(places)
}

fn check_checksum(header: &Header, bytes: &[u8]) -> Result<(), ArtifactError> {
    if header.reserved != 0 {
        return Err(ArtifactError::Damaged("its checksum does not match"));
    }
    // blake3's comparison is in constant time, which does no harm.
    if blake3::hash(&bytes[CHECKSUMMED_FROM..]) == header.checksum {
        return Ok(());
    }
    Err(ArtifactError::Damaged("its checksum does not match"))
}

/// The bytes of an artifact, aligned to 16.
enum Bytes {
    Mapped { start: NonNull<u8>, len: usize },
    Copied { words: Box<[u128]>, len: usize },
}

// SAFETY: the mapping is private and read-only, and owned by this value alone.
unsafe impl Send for Bytes {}
// SAFETY: as above: nobody writes to it.
unsafe impl Sync for Bytes {}

impl Bytes {
    fn copy(bytes: &[u8]) -> Self {
        let mut words = vec![0_u128; bytes.len().div_ceil(16)].into_boxed_slice();
        // SAFETY: the words have room for the bytes.
        unsafe {
            std::ptr::copy_nonoverlapping(
                bytes.as_ptr(),
                words.as_mut_ptr().cast::<u8>(),
                bytes.len(),
            );
        }
        Self::Copied {
            words,
            len: bytes.len(),
        }
    }

    fn map(file: &File) -> io::Result<Self> {
        use rustix::mm::{MapFlags, ProtFlags, mmap};
        let len = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
        if len == 0 {
            return Ok(Self::copy(&[]));
        }
        // SAFETY: a new mapping at a place of the kernel's choice.
        let start = unsafe {
            mmap(
                std::ptr::null_mut(),
                len,
                ProtFlags::READ,
                MapFlags::PRIVATE | MapFlags::POPULATE,
                file,
                0,
            )?
        };
        let start = NonNull::new(start.cast()).ok_or(io::ErrorKind::OutOfMemory)?;
        Ok(Self::Mapped { start, len })
    }

    fn as_slice(&self) -> &[u8] {
        let (start, len) = match self {
            Self::Mapped { start, len } => (start.as_ptr().cast_const(), *len),
            Self::Copied { words, len } => (words.as_ptr().cast(), *len),
        };
        // SAFETY: both own that many readable bytes for as long as they live.
        unsafe { std::slice::from_raw_parts(start, len) }
    }
}

impl Drop for Bytes {
    fn drop(&mut self) {
        if let Self::Mapped { start, len } = *self {
            // SAFETY: the mapping is ours and nobody borrows from it any more. A failure would leak it.
            let _ = unsafe { rustix::mm::munmap(start.as_ptr().cast(), len) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use weft_module::FuncIndex;

    fn function(n: u32) -> CompiledFunction {
        CompiledFunction {
            code: (0..20 + n as u8).collect(),
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
                .map(|(func, compiled)| StoredFunction::new(*func, compiled))
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
            assert_eq!(stored.code, code);
            assert_eq!(stored.relocations, compiled.relocations);
            assert_eq!(stored.traps, compiled.traps);
            assert_eq!(stored.positions, compiled.positions);
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
        let bytes = encode(&[]);
        let refused = |bytes: &[u8], fingerprint| {
            Artifact::from_bytes(bytes, fingerprint)
                .unwrap_err()
                .to_string()
        };
        assert!(refused(&bytes, "other").contains("precompiled for `weft test`"));
        assert!(refused(b"\0asm", "weft test").contains("not a precompiled module"));
        let mut other = bytes;
        other[8] = 99;
        assert!(refused(&other, "weft test").contains("format version 99"));
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
