//! Memory instructions (§ 4.6.6).

use weft_abi::TrapKind;
use weft_abi::layout::VMContext;
use weft_module::{DataIndex, MemoryIndex};

use super::{grown, in_steps, running, settle};
use crate::instance::{InstanceEntity, init_memory};
use crate::memory::{copy_bytes, fill_bytes};

/// Bytes between two looks for interrupts: some tenths of a millisecond.
const STEP: usize = 4 << 20;

pub(crate) unsafe extern "C" fn memory_grow(vmctx: *mut VMContext, memory: u32, delta: u64) -> u64 {
    // SAFETY: called by compiled code.
    let instance = unsafe { running(vmctx) };
    let store = instance.store();
    grown(
        store,
        instance.memory(MemoryIndex(memory)).grow(store, delta),
    )
}

pub(crate) unsafe extern "C" fn memory_fill(
    vmctx: *mut VMContext,
    memory: u32,
    dst: u64,
    value: u32,
    len: u64,
) {
    // SAFETY: called by compiled code.
    let instance = unsafe { running(vmctx) };
    settle(
        instance,
        fill(instance, MemoryIndex(memory), dst, value as u8, len),
    );
}

fn fill(
    instance: &InstanceEntity,
    memory: MemoryIndex,
    dst: u64,
    value: u8,
    len: u64,
) -> Result<(), TrapKind> {
    let memory = instance.memory(memory);
    let target = memory
        .range(dst, len)
        .map_err(|_| TrapKind::MemoryOutOfBounds)?;
    in_steps(instance.store(), len as usize, STEP, |start, len| {
        // SAFETY: within the range that was checked; memories do not shrink.
        unsafe { fill_bytes(target.add(start), value, len, memory.is_shared()) };
    });
    Ok(())
}

pub(crate) unsafe extern "C" fn memory_copy(
    vmctx: *mut VMContext,
    dst_memory: u32,
    src_memory: u32,
    dst: u64,
    src: u64,
    len: u64,
) {
    // SAFETY: called by compiled code.
    let instance = unsafe { running(vmctx) };
    let memories = (MemoryIndex(dst_memory), MemoryIndex(src_memory));
    settle(instance, copy(instance, memories, dst, src, len));
}

fn copy(
    instance: &InstanceEntity,
    (dst_memory, src_memory): (MemoryIndex, MemoryIndex),
    dst: u64,
    src: u64,
    len: u64,
) -> Result<(), TrapKind> {
    let (to, from) = (instance.memory(dst_memory), instance.memory(src_memory));
    let out_of_bounds = |_| TrapKind::MemoryOutOfBounds;
    let target = to.range(dst, len).map_err(out_of_bounds)?;
    let source = from.range(src, len).map_err(out_of_bounds)?;
    let shared = to.is_shared() || from.is_shared();
    let len = len as usize;
    // Pieces go in the direction in which none overwrites what another still has to read.
    let backward = (target as usize).wrapping_sub(source as usize) < len;
    in_steps(instance.store(), len, STEP, |start, piece| {
        let start = match backward {
            true => len - start - piece,
            false => start,
        };
        // SAFETY: within the ranges that were checked.
        unsafe { copy_bytes(target.add(start), source.add(start), piece, shared) };
    });
    Ok(())
}

pub(crate) unsafe extern "C" fn memory_init(
    vmctx: *mut VMContext,
    memory: u32,
    data: u32,
    dst: u64,
    src: u64,
    len: u64,
) {
    // SAFETY: called by compiled code.
    let instance = unsafe { running(vmctx) };
    let (memory, data) = (MemoryIndex(memory), DataIndex(data));
    settle(instance, init_memory(instance, memory, data, dst, src, len));
}

pub(crate) unsafe extern "C" fn data_drop(vmctx: *mut VMContext, data: u32) {
    // SAFETY: called by compiled code.
    unsafe { running(vmctx) }.set_data(DataIndex(data), &[]);
}
