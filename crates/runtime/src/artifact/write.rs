//! Writing an artifact: one pass over the functions for each table.

use weft_abi::CallSite;

use super::{
    ArtifactError, CHECKSUMMED_FROM, CODE_ALIGN, Contents, FORMAT_VERSION, HEADER, Header, MAGIC,
    NO_PHASE, Places, Record, flag,
};
use crate::compiled::CompiledRef;

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
        let sum = |part: fn(&CompiledRef<'_>) -> usize| -> usize {
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
            traps: u32::try_from(sum(|f| f.tables.traps.len())).map_err(too_large)?,
            positions: u32::try_from(sum(|f| f.tables.positions.len())).map_err(too_large)?,
            stack_maps: u32::try_from(sum(|f| f.tables.stack_maps.len())).map_err(too_large)?,
            frame_refs: u32::try_from(sum(|f| f.tables.frame_refs.len())).map_err(too_large)?,
            code_len: code_len as u64,
            module_len: self.module.map_or(0, <[u8]>::len) as u64,
            total_len: 0,
            call_sites: u32::try_from(sum(|f| f.tables.call_sites.len())).map_err(too_large)?,
            handlers: u32::try_from(sum(|f| f.tables.handlers.len())).map_err(too_large)?,
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
            phase: NO_PHASE,
            saved: 0,
            relocations: 0,
            traps: 0,
            positions: 0,
            call_sites: 0,
            handlers: 0,
            stack_maps: 0,
            frame_refs: 0,
        };
        for function in &self.functions {
            let record = Record {
                func: function.func.0,
                code_len: function.code.len() as u32,
                phase: function.phase.map_or(NO_PHASE, u32::from),
                saved: function.tables.saved.0.into(),
                ..next
            };
            put_record(out, &record);
            next.code_start += function.code.len().div_ceil(CODE_ALIGN) as u32;
            next.relocations += function.relocations.len() as u32;
            next.traps += function.tables.traps.len() as u32;
            next.positions += function.tables.positions.len() as u32;
            next.call_sites += function.tables.call_sites.len() as u32;
            next.handlers += function.tables.handlers.len() as u32;
            next.stack_maps += function.tables.stack_maps.len() as u32;
            next.frame_refs += function.tables.frame_refs.len() as u32;
        }
        put_record(out, &next);
    }

    fn put_tables(&self, out: &mut Vec<u8>) {
        let functions = || self.functions.iter();
        for relocation in functions().flat_map(|f| f.relocations) {
            put_words(out, [relocation.offset, relocation.target.0]);
        }
        for site in functions().flat_map(|f| f.tables.traps) {
            put_words(out, [site.offset, u32::from(site.kind as u8)]);
        }
        for position in functions().flat_map(|f| f.tables.positions) {
            put_words(out, [position.offset, position.module_offset]);
        }
        for site in functions().flat_map(|f| f.tables.call_sites) {
            let CallSite {
                return_offset,
                frame_size,
                vmctx,
                first_handler,
            } = *site;
            put_words(out, [return_offset, frame_size, vmctx, first_handler]);
        }
        for handler in functions().flat_map(|f| f.tables.handlers) {
            put_words(out, [handler.tag, handler.offset]);
        }
        for map in functions().flat_map(|f| f.tables.stack_maps) {
            put_words(out, [map.offset, map.start]);
        }
        for refs in functions().flat_map(|f| f.tables.frame_refs) {
            put_words(out, [refs.below, refs.count]);
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
        phase,
        saved,
        relocations,
        traps,
        positions,
        call_sites,
        handlers,
        stack_maps,
        frame_refs,
    } = *record;
    put_words(out, [func, code_start, code_len, phase, saved]);
    put_words(out, [relocations, traps, positions, call_sites, handlers]);
    put_words(out, [stack_maps, frame_refs]);
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
