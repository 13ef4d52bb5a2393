//! Table instructions (§ 4.6.5).

use weft_abi::TrapKind;
use weft_abi::layout::VMContext;
use weft_module::{ElemIndex, TableIndex};

use super::{grown, in_steps, running, settle};
use crate::instance::{InstanceEntity, TableInitError, init_table};

/// Elements between two looks for interrupts.
const STEP: usize = 1 << 18;

pub(crate) unsafe extern "C" fn table_grow(
    vmctx: *mut VMContext,
    table: u32,
    init: u64,
    delta: u64,
) -> u64 {
    // SAFETY: called by compiled code.
    let instance = unsafe { running(vmctx) };
    let store = instance.store();
    // SAFETY: by validation `init` is of the element type.
    let result = unsafe { instance.table(TableIndex(table)).grow(store, delta, init) };
    grown(store, result)
}

pub(crate) unsafe extern "C" fn table_fill(
    vmctx: *mut VMContext,
    table: u32,
    dst: u64,
    value: u64,
    len: u64,
) {
    // SAFETY: called by compiled code.
    let instance = unsafe { running(vmctx) };
    settle(instance, fill(instance, TableIndex(table), dst, value, len));
}

fn fill(
    instance: &InstanceEntity,
    table: TableIndex,
    dst: u64,
    value: u64,
    len: u64,
) -> Result<(), TrapKind> {
    let table = instance.table(table);
    table
        .checked(dst, len)
        .map_err(|_| TrapKind::TableOutOfBounds)?;
    in_steps(instance.store(), len as usize, STEP, |start, len| {
        // SAFETY: by validation `value` is of the element type; the range was checked.
        let _ = unsafe { table.fill(dst + start as u64, value, len as u64) };
    });
    Ok(())
}

pub(crate) unsafe extern "C" fn table_copy(
    vmctx: *mut VMContext,
    dst_table: u32,
    src_table: u32,
    dst: u64,
    src: u64,
    len: u64,
) {
    // SAFETY: called by compiled code.
    let instance = unsafe { running(vmctx) };
    let (to, from) = (TableIndex(dst_table), TableIndex(src_table));
    // SAFETY: by validation the elements of one are of the other's type. Tables are small enough for one step.
    let result = unsafe {
        instance
            .table(to)
            .copy_from(dst, instance.table(from), src, len)
    };
    settle(instance, result.map_err(|_| TrapKind::TableOutOfBounds));
}

pub(crate) unsafe extern "C" fn table_init(
    vmctx: *mut VMContext,
    table: u32,
    elem: u32,
    dst: u64,
    src: u64,
    len: u64,
) {
    // SAFETY: called by compiled code.
    let instance = unsafe { running(vmctx) };
    let (table, elem) = (TableIndex(table), ElemIndex(elem));
    let result = init_table(instance, table, elem, dst, src, len);
    settle(instance, result.map_err(trap_of));
}

fn trap_of(error: TableInitError) -> TrapKind {
    match error {
        TableInitError::Trap(kind) => kind,
        TableInitError::Resource(_) => TrapKind::ResourceExhausted,
    }
}

pub(crate) unsafe extern "C" fn elem_drop(vmctx: *mut VMContext, elem: u32) {
    // SAFETY: called by compiled code.
    unsafe { running(vmctx) }.drop_element(ElemIndex(elem));
}
