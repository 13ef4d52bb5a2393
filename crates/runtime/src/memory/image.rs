//! Initial contents of memories as files that instances map copy-on-write.
//!
//! Instantiating then costs no copying: pages come from the page cache and are copied when they are
//! written. Making the file costs a copy of its own, so a module gets one only when it is
//! instantiated for a second time.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;

use rustix::fs::{MemfdFlags, SealFlags};
use weft_module::{
    AddressType, ConstExpr, ConstOp, DataMode, ElementMode, EntityIndex, MemoryIndex, ModuleInfo,
};

use crate::pages::{HOST_PAGE, round_up};

/// Below this, copying is cheaper than a mapping of its own.
const SMALLEST: usize = 8 << 10;
/// A file may be this many times larger than the data in it.
const SPARSEST: usize = 8;

/// The pages that a memory starts with.
#[derive(Debug)]
pub(crate) struct MemoryImage {
    file: OwnedFd,
    start: usize,
    len: usize,
}

impl MemoryImage {
    /// Offset in the memory of its first byte: whole pages.
    pub(crate) fn start(&self) -> usize {
        self.start
    }

    /// Its length in bytes: whole pages.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn file(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }

    fn new(segments: &[(usize, &[u8])]) -> Option<Self> {
        let start = segments.iter().map(|segment| segment.0).min()? / HOST_PAGE * HOST_PAGE;
        let end = segments
            .iter()
            .map(|(offset, bytes)| offset + bytes.len())
            .max()?;
        let len = round_up(end - start)?;
        let total: usize = segments.iter().map(|segment| segment.1.len()).sum();
        if total < SMALLEST || len / SPARSEST > total {
            return None;
        }
        let file = sealed_file(start, len, segments).ok()?;
        Some(Self { file, start, len })
    }
}

fn sealed_file(
    start: usize,
    len: usize,
    segments: &[(usize, &[u8])],
) -> rustix::io::Result<OwnedFd> {
    let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    let file = rustix::fs::memfd_create("weft-memory-image", flags)?;
    rustix::fs::ftruncate(&file, len as u64)?;
    for &(offset, bytes) in segments {
        write_at(&file, bytes, (offset - start) as u64)?;
    }
    let seals = SealFlags::GROW | SealFlags::SHRINK | SealFlags::WRITE | SealFlags::SEAL;
    rustix::fs::fcntl_add_seals(&file, seals)?;
    Ok(file)
}

fn write_at(file: &OwnedFd, mut bytes: &[u8], mut offset: u64) -> rustix::io::Result<()> {
    while !bytes.is_empty() {
        let written = rustix::io::pwrite(file, bytes, offset)?;
        bytes = &bytes[written..];
        offset += written as u64;
    }
    Ok(())
}

/// The image of each memory of `module`, where its active segments allow for one.
///
/// All data must lie at constant offsets within the initial size, and nothing that runs before the
/// data segments may fail where others can see it: then mapping the image is the same as
/// running the segments. `None` for the whole module when a segment has to run.
pub(crate) fn build(module: &ModuleInfo, bytes: &[u8]) -> Option<Vec<Option<Arc<MemoryImage>>>> {
    if has_visible_elements(module) {
        return None;
    }
    let mut segments = vec![Vec::new(); module.memories.len()];
    for segment in module.data.values() {
        if let DataMode::Active(memory, offset) = &segment.mode {
            let range = segment.range.start as usize..segment.range.end as usize;
            let data = bytes.get(range)?;
            segments[memory.index()].push((place(module, *memory, offset, data.len())?, data));
        }
    }
    let images: Vec<_> = segments
        .iter()
        .map(|segments| MemoryImage::new(segments).map(Arc::new))
        .collect();
    // Segments run for all memories or for none.
    let complete = images
        .iter()
        .zip(&segments)
        .all(|(image, data)| image.is_some() || data.is_empty());
    (complete && images.iter().any(Option::is_some)).then_some(images)
}

fn has_visible_elements(module: &ModuleInfo) -> bool {
    module.elements.values().any(|segment| match &segment.mode {
        ElementMode::Active(table, _) => table.0 < module.imported.tables,
        _ => false,
    })
}

/// Where a segment of `len` bytes goes, if that is certain before instantiation.
fn place(
    module: &ModuleInfo,
    memory: MemoryIndex,
    offset: &ConstExpr,
    len: usize,
) -> Option<usize> {
    let ty = &module.memories[memory];
    if memory.0 < module.imported.memories || ty.shared {
        return None;
    }
    let offset = match (&*offset.ops, ty.address) {
        (&[ConstOp::I32Const(value)], AddressType::I32) => u64::from(value as u32),
        (&[ConstOp::I64Const(value)], AddressType::I64) => value as u64,
        _ => return None,
    };
    let size = ty.limits.min.checked_mul(ty.page_size())?;
    // Whole pages only: the end of the last page of the image must be within the memory.
    let end = round_up(usize::try_from(offset.checked_add(len as u64)?).ok()?)?;
    (end as u64 <= size).then_some(offset as usize)
}
