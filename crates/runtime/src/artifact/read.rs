//! Reading an artifact where it lies: everything is checked once, when it is opened.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use weft_abi::{
    CallSite, CodePosition, FrameRefs, Handler, Relocation, SavedRegisters, StackMap, TrapKind,
    TrapSite,
};
use weft_module::DefinedFuncIndex;

use super::bytes::Bytes;
use super::{
    ArtifactError, CHECKSUMMED_FROM, CODE_ALIGN, FORMAT_VERSION, HEADER, Header, MAGIC, Places,
    Record, flag,
};
use crate::compiled::{CompiledRef, TablesRef};

/// An artifact that has been opened and checked. Cheap to clone.
#[derive(Clone)]
pub struct Artifact {
    opened: Arc<Opened>,
}

struct Opened {
    bytes: Bytes,
    header: Header,
    places: Places,
}

impl std::fmt::Debug for Artifact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Artifact")
            .field("functions", &self.opened.header.functions)
            .field("defined", &self.opened.header.defined)
            .field("bytes", &self.opened.bytes.as_slice().len())
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
        if header.total_len > slice.len() as u64 {
            return Err(ArtifactError::CutShort);
        }
        check_checksum(&header, slice)?;
        let places = check_places(&header, slice.len())?;
        let artifact = Self {
            opened: Arc::new(Opened {
                bytes,
                header,
                places,
            }),
        };
        artifact.check_fingerprint(fingerprint)?;
        artifact.check_records()?;
        Ok(artifact)
    }

    fn check_fingerprint(&self, expected: &str) -> Result<(), ArtifactError> {
        let found = self.part(
            self.opened.places.fingerprint,
            self.opened.header.fingerprint_len as usize,
        );
        if found == expected.as_bytes() {
            return Ok(());
        }
        let found = String::from_utf8_lossy(found);
        Err(ArtifactError::mismatch(&found, expected))
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
                && a.call_sites <= b.call_sites
                && a.handlers <= b.handlers
                && a.stack_maps <= b.stack_maps
                && a.frame_refs <= b.frame_refs
        });
        let last = self.records()[self.records().len() - 1];
        let covered = last.relocations == self.opened.header.relocations
            && last.traps == self.opened.header.traps
            && last.positions == self.opened.header.positions
            && last.call_sites == self.opened.header.call_sites
            && last.handlers == self.opened.header.handlers
            && last.stack_maps == self.opened.header.stack_maps
            && last.frame_refs == self.opened.header.frame_refs
            && last.code_start as u64 * CODE_ALIGN as u64 == self.opened.header.code_len;
        let in_range = self
            .records()
            .iter()
            .rev()
            .nth(1)
            .is_none_or(|record| record.func < self.opened.header.defined);
        if !(ordered && covered && in_range) {
            return Err(ArtifactError::Damaged("its function table is inconsistent"));
        }
        self.check_trap_kinds()?;
        self.check_stack_maps()
    }

    fn check_stack_maps(&self) -> Result<(), ArtifactError> {
        let within = |function: CompiledRef<'_>| {
            let TablesRef {
                stack_maps,
                frame_refs,
                ..
            } = function.tables;
            let starts = stack_maps.iter().map(|map| map.start);
            starts.is_sorted()
                && stack_maps
                    .last()
                    .is_none_or(|last| last.start as usize <= frame_refs.len())
        };
        match self.functions().all(within) {
            true => Ok(()),
            false => Err(ArtifactError::Damaged("its stack maps are inconsistent")),
        }
    }

    fn check_trap_kinds(&self) -> Result<(), ArtifactError> {
        let sites = self.part(
            self.opened.places.traps,
            self.opened.header.traps as usize * 8,
        );
        let known = |site: &[u8]| TrapKind::from_code(site[4]).is_some();
        if sites.chunks_exact(8).all(known) {
            return Ok(());
        }
        Err(ArtifactError::Damaged("it has unknown traps"))
    }

    fn part(&self, start: usize, len: usize) -> &[u8] {
        &self.opened.bytes.as_slice()[start..start + len]
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
        unsafe {
            self.table(
                self.opened.places.records,
                self.opened.header.functions as usize + 1,
            )
        }
    }

    fn relocations(&self) -> &[Relocation] {
        // SAFETY: relocations are plain integers.
        unsafe {
            self.table(
                self.opened.places.relocations,
                self.opened.header.relocations as usize,
            )
        }
    }

    fn traps(&self) -> &[TrapSite] {
        // SAFETY: `check_trap_kinds` has looked at every kind.
        unsafe { self.table(self.opened.places.traps, self.opened.header.traps as usize) }
    }

    fn positions(&self) -> &[CodePosition] {
        // SAFETY: positions are plain integers.
        unsafe {
            self.table(
                self.opened.places.positions,
                self.opened.header.positions as usize,
            )
        }
    }

    fn call_sites(&self) -> &[CallSite] {
        // SAFETY: call sites are plain integers.
        unsafe {
            self.table(
                self.opened.places.call_sites,
                self.opened.header.call_sites as usize,
            )
        }
    }

    fn handlers(&self) -> &[Handler] {
        // SAFETY: handlers are plain integers.
        unsafe {
            self.table(
                self.opened.places.handlers,
                self.opened.header.handlers as usize,
            )
        }
    }

    fn stack_maps(&self) -> &[StackMap] {
        // SAFETY: stack maps are plain integers.
        unsafe {
            self.table(
                self.opened.places.stack_maps,
                self.opened.header.stack_maps as usize,
            )
        }
    }

    fn frame_refs(&self) -> &[FrameRefs] {
        // SAFETY: they are plain integers.
        unsafe {
            self.table(
                self.opened.places.frame_refs,
                self.opened.header.frame_refs as usize,
            )
        }
    }

    /// blake3 of the bytes of the module that this was made from.
    pub fn module_hash(&self) -> &[u8; 32] {
        &self.opened.header.module_hash
    }

    /// The module's bytes, if they are here.
    pub fn module(&self) -> Option<&[u8]> {
        let len = self.opened.header.module_len as usize;
        (len != 0).then(|| self.part(self.opened.places.module, len))
    }

    /// Whether the module was valid when this was made.
    pub fn is_validated(&self) -> bool {
        self.opened.header.flags & flag::VALIDATED != 0
    }

    /// What validation established beside.
    pub fn facts(&self) -> &[u8] {
        self.part(
            self.opened.places.facts,
            self.opened.header.facts_len as usize,
        )
    }

    /// How many functions the module defines.
    pub fn defined(&self) -> usize {
        self.opened.header.defined as usize
    }

    /// How many of them are here.
    pub fn len(&self) -> usize {
        self.opened.header.functions as usize
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
        self.opened.header.code_len as usize
    }

    /// Every function, by ascending index.
    pub fn functions(&self) -> impl ExactSizeIterator<Item = CompiledRef<'_>> {
        self.records()
            .windows(2)
            .map(|pair| self.view(&pair[0], &pair[1]))
    }

    /// The function `func`, if it is here.
    pub fn function(&self, func: DefinedFuncIndex) -> Option<CompiledRef<'_>> {
        let records = self.records();
        let found = records[..self.len()]
            .binary_search_by_key(&func.0, |record| record.func)
            .ok()?;
        Some(self.view(&records[found], &records[found + 1]))
    }

    fn view(&self, record: &Record, next: &Record) -> CompiledRef<'_> {
        let code = self.opened.places.code + record.code_start as usize * CODE_ALIGN;
        CompiledRef {
            func: DefinedFuncIndex(record.func),
            code: self.part(code, record.code_len as usize),
            phase: u8::try_from(record.phase).ok(),
            relocations: &self.relocations()
                [record.relocations as usize..next.relocations as usize],
            tables: TablesRef {
                saved: SavedRegisters(record.saved as u8),
                traps: &self.traps()[record.traps as usize..next.traps as usize],
                positions: &self.positions()[record.positions as usize..next.positions as usize],
                call_sites: &self.call_sites()
                    [record.call_sites as usize..next.call_sites as usize],
                handlers: &self.handlers()[record.handlers as usize..next.handlers as usize],
                stack_maps: &self.stack_maps()
                    [record.stack_maps as usize..next.stack_maps as usize],
                frame_refs: &self.frame_refs()
                    [record.frame_refs as usize..next.frame_refs as usize],
            },
        }
    }
}

fn read_header(bytes: &[u8]) -> Result<Header, ArtifactError> {
    if !Artifact::is_artifact(bytes) {
        return Err(ArtifactError::NotAnArtifact);
    }
    if bytes.len() < HEADER {
        return Err(ArtifactError::CutShort);
    }
    // SAFETY: there are enough bytes, and any bytes are a header.
    let header = unsafe { bytes.as_ptr().cast::<Header>().read_unaligned() };
    match header.version {
        FORMAT_VERSION => Ok(header),
        found => Err(ArtifactError::Version {
            found: format!("format {found}"),
            expected: format!("format {FORMAT_VERSION}"),
        }),
    }
}

fn check_places(header: &Header, len: usize) -> Result<Places, ArtifactError> {
    match Places::new(header) {
        Some(places) if places.end == len && header.total_len == len as u64 => Ok(places),
        _ => Err(ArtifactError::Damaged("its sizes are impossible")),
    }
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
