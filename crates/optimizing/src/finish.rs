//! What Cranelift gives back, as the plain data of `weft-abi`.

use cranelift_codegen::binemit::Reloc;
use cranelift_codegen::ir::{ExternalName, Function};
use cranelift_codegen::isa::unwind::UnwindInst;
use cranelift_codegen::{
    CompiledCode, FinalizedMachExceptionHandler, FinalizedMachReloc, FinalizedRelocTarget, RealReg,
};
use weft_abi::{
    CallSite, CodePosition, CompiledFunction, FrameRefs, Handler, Relocation, SavedRegisters,
    StackMap, TrapSite,
};
use weft_module::FuncIndex;

use crate::translate::{FRAME_LOCALS, Failure, Inlined, Translation};
use crate::{phase, traps};

/// The addend of every `rel32` field: the distance from the field to the next instruction.
const REL32_ADDEND: i64 = -4;
/// What code's start is aligned to.
const ALIGNMENT: u32 = 16;
/// The hardware's numbers of the registers that [`SavedRegisters`] numbers.
const PRESERVED: [u8; SavedRegisters::COUNT] = [3, 12, 13, 14, 15];

/// Collects code, relocations, traps, positions and stack maps. `start` is where the body begins in the module.
pub(crate) fn finish(
    func: &Function,
    code: &CompiledCode,
    start: u32,
    translation: &Translation,
) -> Result<CompiledFunction, Failure> {
    let buffer = &code.buffer;
    if buffer.alignment > ALIGNMENT {
        return Err(Failure::limit(
            "its constants need more than 16-byte alignment",
        ));
    }
    let (call_sites, handlers) = call_sites(code, vmctx_offset(code, translation))?;
    let (stack_maps, refs) = stack_maps(code, translation.frame_refs);
    Ok(CompiledFunction {
        code: buffer.data().to_vec(),
        phase: phase::choose(code),
        saved: saved(code)?,
        relocations: relocations(func, buffer.relocs())?,
        traps: trap_sites(code)?,
        positions: positions(code, start, &translation.inlined),
        call_sites,
        handlers,
        stack_maps,
        frame_refs: refs,
    })
}

fn relocations(func: &Function, relocs: &[FinalizedMachReloc]) -> Result<Vec<Relocation>, Failure> {
    relocs.iter().map(|reloc| relocation(func, reloc)).collect()
}

fn relocation(func: &Function, reloc: &FinalizedMachReloc) -> Result<Relocation, Failure> {
    let FinalizedRelocTarget::ExternalName(ExternalName::User(name)) = reloc.target else {
        return Err(Failure::limit(format!(
            "it needs the helper function {:?}",
            reloc.target
        )));
    };
    if reloc.kind != Reloc::X86CallPCRel4 || reloc.addend != REL32_ADDEND {
        return Err(Failure::limit(format!(
            "it needs a relocation of kind {:?}",
            reloc.kind
        )));
    }
    Ok(Relocation {
        offset: reloc.offset,
        target: FuncIndex(func.params.user_named_funcs()[name].index),
    })
}

fn trap_sites(code: &CompiledCode) -> Result<Vec<TrapSite>, Failure> {
    let mut sites = code
        .buffer
        .traps()
        .iter()
        .map(|trap| {
            let kind = traps::kind(trap.code)
                .ok_or_else(|| Failure::limit(format!("it raises {}", trap.code)))?;
            Ok(TrapSite {
                offset: trap.offset,
                kind,
            })
        })
        .collect::<Result<Vec<_>, Failure>>()?;
    sites.sort_by_key(|site| site.offset);
    Ok(sites)
}

/// The registers that the prologue saves.
fn saved(code: &CompiledCode) -> Result<SavedRegisters, Failure> {
    let (mut area, mut found) = (0, Vec::new());
    for (_, unwind) in &code.buffer.unwind_info {
        match *unwind {
            UnwindInst::DefineNewFrame {
                offset_downward_to_clobbers,
                ..
            } => area = offset_downward_to_clobbers,
            UnwindInst::SaveReg {
                clobber_offset,
                reg,
            } => found.push((reg, clobber_offset)),
            _ => {}
        }
    }
    let number = |reg: RealReg| PRESERVED.iter().position(|&hw| hw == reg.hw_enc());
    let places: Option<Vec<(usize, usize)>> = found
        .iter()
        .map(|&(reg, offset)| Some((number(reg)?, area.checked_sub(offset)? as usize)))
        .collect();
    let places = places.unwrap_or_default();
    let saved = SavedRegisters(
        places
            .iter()
            .fold(0, |bits, (number, _)| bits | 1 << number),
    );
    match places.len() == found.len() && saved.places().eq(places) {
        true => Ok(saved),
        false => Err(Failure::limit(
            "it saves registers where nobody expects them",
        )),
    }
}

/// Where the vmctx is above the stack pointer.
fn vmctx_offset(code: &CompiledCode, translation: &Translation) -> u32 {
    let layout = code.buffer.frame_layout();
    let slot = translation.vmctx_slot.zip(layout);
    slot.map_or(0, |(slot, layout)| layout.stackslots[slot].offset)
}

/// The calls that have handlers, with these.
fn call_sites(code: &CompiledCode, vmctx: u32) -> Result<(Vec<CallSite>, Vec<Handler>), Failure> {
    let mut sites = Vec::new();
    let mut handlers = Vec::new();
    for site in code.buffer.call_sites() {
        if site.exception_handlers.is_empty() {
            continue;
        }
        let first_handler = handlers.len() as u32;
        for handler in site.exception_handlers {
            let (tag, offset) = match *handler {
                FinalizedMachExceptionHandler::Tag(tag, offset) => (tag.as_u32(), offset),
                FinalizedMachExceptionHandler::Default(offset) => (Handler::ANY, offset),
                // `translate::handlers` gives it none.
                FinalizedMachExceptionHandler::Context(_) => continue,
            };
            handlers.push(Handler { tag, offset });
        }
        let frame_size = site
            .frame_offset
            .ok_or_else(|| Failure::limit("the size of its frame is not known"))?;
        sites.push(CallSite {
            return_offset: site.ret_addr,
            frame_size,
            vmctx,
            first_handler,
        });
    }
    debug_assert!(sites.is_sorted_by_key(|site: &CallSite| site.return_offset));
    Ok((sites, handlers))
}

fn stack_maps(code: &CompiledCode, frame_refs: u32) -> (Vec<StackMap>, Vec<FrameRefs>) {
    let mut maps = Vec::new();
    let mut refs = Vec::new();
    for (offset, frame, map) in code.buffer.user_stack_maps() {
        let start = refs.len() as u32;
        let mut places: Vec<_> = map
            .entries()
            .map(|(ty, place)| (place, if ty == FRAME_LOCALS { frame_refs } else { 1 }))
            .collect();
        places.sort_unstable();
        for (place, count) in places {
            push_refs(&mut refs, start as usize, frame - place, count);
        }
        maps.push(StackMap {
            offset: *offset,
            start,
        });
    }
    (maps, refs)
}

/// Appends references to those from `start` on; the last of these grow if the new ones come right after.
fn push_refs(refs: &mut Vec<FrameRefs>, start: usize, below: u32, count: u32) {
    match refs[start..].last_mut() {
        Some(last) if last.below - 4 * last.count == below => last.count += count,
        _ => refs.push(FrameRefs { below, count }),
    }
}

fn positions(code: &CompiledCode, start: u32, inlined: &Inlined) -> Vec<CodePosition> {
    let mut places = vec![(0, start)];
    for srcloc in code.buffer.get_srclocs_sorted() {
        if !srcloc.loc.is_default() {
            push_place(&mut places, (srcloc.start, srcloc.loc.bits()));
        }
    }
    let mut positions = Vec::with_capacity(places.len());
    for (offset, place) in places {
        let offsets = inlined.offsets(place).into_iter();
        positions.extend(offsets.map(|module_offset| CodePosition {
            offset,
            module_offset,
        }));
    }
    positions
}

/// Appends a code offset and its place unless the last entry says the same; of two at one offset the later holds.
fn push_place(places: &mut Vec<(u32, u32)>, (offset, place): (u32, u32)) {
    match places.last_mut() {
        Some(last) if last.0 == offset => last.1 = place,
        Some(last) if last.1 == place => {}
        _ => places.push((offset, place)),
    }
}
