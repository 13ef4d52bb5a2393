//! Aggregate instructions (§ 4.6.4) that need more than a few inline accesses.
//!
//! References come as plain numbers and are stale after any allocation, which may move objects; `raw_array` keeps the one
//! that `array.new` is given.

use weft_abi::TrapKind;
use weft_abi::gc::Storage;
use weft_abi::layout::{TypeId, VMContext};
use weft_abi::value::RawVal;
use weft_module::{DataIndex, ElemIndex};

use super::{in_steps, raise, running, settle};
use crate::error::ResourceError;
use crate::gc::fill_elements;
use crate::instance::InstanceEntity;
use crate::store::StoreInner;

/// Elements between two looks for interrupts.
const STEP: usize = 1 << 20;

/// Makes the running libcall trap if there is no room for an object, and returns null then.
fn made(store: &StoreInner, object: Result<u32, ResourceError>) -> u32 {
    object.unwrap_or_else(|_| {
        raise(store, TrapKind::ResourceExhausted);
        0
    })
}

pub(crate) unsafe extern "C" fn gc_alloc(vmctx: *mut VMContext, ty: u32, bytes: u32) -> u32 {
    // SAFETY: called by compiled code.
    let store = unsafe { running(vmctx) }.store();
    made(
        store,
        store.allocate_object(TypeId(ty), u64::from(bytes), &mut []),
    )
}

fn bits(low: u64, high: u64) -> RawVal {
    RawVal(u128::from(low) | u128::from(high) << 64)
}

pub(crate) unsafe extern "C" fn array_new(
    vmctx: *mut VMContext,
    ty: u32,
    length: u32,
    low: u64,
    high: u64,
) -> u32 {
    // SAFETY: called by compiled code.
    let store = unsafe { running(vmctx) }.store();
    // SAFETY: by validation an array type of the module, and a value of its elements.
    made(store, unsafe {
        store.new_array(TypeId(ty), length, bits(low, high))
    })
}

pub(crate) unsafe extern "C" fn array_new_data(
    vmctx: *mut VMContext,
    ty: u32,
    data: u32,
    offset: u32,
    length: u32,
) -> u32 {
    // SAFETY: called by compiled code.
    let instance = unsafe { running(vmctx) };
    let store = instance.store();
    // The type's elements have a size even before there is one; the segment is looked at first (§ 4.6.4).
    let result = store
        .array_element(TypeId(ty))
        .map(|element| data_range(instance, data, offset, length, element));
    match result {
        Ok(Ok(_)) => {}
        Ok(Err(kind)) => {
            raise(store, kind);
            return 0;
        }
        Err(error) => return made(store, Err(error)),
    }
    // SAFETY: by validation an array type of the module whose elements are numbers.
    let array = unsafe { store.new_array(TypeId(ty), length, RawVal::default()) };
    let array = made(store, array);
    if array != 0 {
        let copied = copy_data(instance, array, 0, data, offset, length);
        settle(instance, copied);
    }
    array
}

/// Where `length` elements from byte `offset` of a segment on are.
fn data_range(
    instance: &InstanceEntity,
    data: u32,
    offset: u32,
    length: u32,
    element: Storage,
) -> Result<(*const u8, usize), TrapKind> {
    let (base, available) = instance.data(DataIndex(data));
    let bytes = u64::from(length) * u64::from(element.size());
    match u64::from(offset) + bytes <= available as u64 {
        // SAFETY: within the segment.
        true => Ok((unsafe { base.add(offset as usize) }, bytes as usize)),
        false => Err(TrapKind::MemoryOutOfBounds),
    }
}

fn copy_data(
    instance: &InstanceEntity,
    array: u32,
    index: u32,
    data: u32,
    offset: u32,
    length: u32,
) -> Result<(), TrapKind> {
    let store = instance.store();
    check_range(store, array, index, length)?;
    // SAFETY: compiled code passes arrays; the check above has ruled out null.
    let layout = unsafe { store.layout_of_array(array) };
    let (from, bytes) = data_range(instance, data, offset, length, layout.element)?;
    let to = store.element(array, layout, index);
    in_steps(store, bytes, STEP, |start, len| {
        // SAFETY: both ranges have been checked, and a segment is not in the heap.
        unsafe { std::ptr::copy_nonoverlapping(from.add(start), to.add(start), len) };
    });
    Ok(())
}

pub(crate) unsafe extern "C" fn array_new_elem(
    vmctx: *mut VMContext,
    ty: u32,
    elem: u32,
    offset: u32,
    length: u32,
) -> u32 {
    // SAFETY: called by compiled code.
    let instance = unsafe { running(vmctx) };
    let store = instance.store();
    if let Err(kind) = check_segment(instance, elem, offset, length) {
        raise(store, kind);
        return 0;
    }
    // SAFETY: by validation an array type of the module whose elements are references.
    let array = unsafe { store.new_array(TypeId(ty), length, RawVal::default()) };
    let array = made(store, array);
    if array != 0 {
        settle(
            instance,
            copy_elements(instance, array, 0, elem, offset, length),
        );
    }
    array
}

fn check_segment(
    instance: &InstanceEntity,
    elem: u32,
    offset: u32,
    length: u32,
) -> Result<(), TrapKind> {
    let available = instance.segment_length(ElemIndex(elem)) as u64;
    match u64::from(offset) + u64::from(length) <= available {
        true => Ok(()),
        false => Err(TrapKind::TableOutOfBounds),
    }
}

fn copy_elements(
    instance: &InstanceEntity,
    array: u32,
    index: u32,
    elem: u32,
    offset: u32,
    length: u32,
) -> Result<(), TrapKind> {
    let store = instance.store();
    check_range(store, array, index, length)?;
    check_segment(instance, elem, offset, length)?;
    // SAFETY: compiled code passes arrays; the check above has ruled out null.
    let layout = unsafe { store.layout_of_array(array) };
    let mut to = store.element(array, layout, index);
    for place in 0..length {
        // Expressions of passive segments have been evaluated, so nothing is allocated here.
        let value = instance
            .segment_value(ElemIndex(elem), (offset + place) as usize)
            .map_err(|_| TrapKind::ResourceExhausted)?;
        // SAFETY: an element of the array.
        unsafe { fill_elements(to, layout.element, value, 1) };
        to = to.wrapping_add(layout.element.size() as usize);
    }
    Ok(())
}

/// Traps unless `length` elements from `index` on are in `array`, which may be null.
fn check_range(store: &StoreInner, array: u32, index: u32, length: u32) -> Result<(), TrapKind> {
    if array == 0 {
        return Err(TrapKind::NullReference);
    }
    // SAFETY: compiled code passes arrays or null.
    let available = unsafe { store.array_length(array) };
    match u64::from(index) + u64::from(length) <= u64::from(available) {
        true => Ok(()),
        false => Err(TrapKind::ArrayOutOfBounds),
    }
}

pub(crate) unsafe extern "C" fn array_fill(
    vmctx: *mut VMContext,
    array: u32,
    index: u32,
    length: u32,
    low: u64,
    high: u64,
) {
    // SAFETY: called by compiled code.
    let instance = unsafe { running(vmctx) };
    settle(
        instance,
        fill(instance.store(), array, index, length, bits(low, high)),
    );
}

fn fill(
    store: &StoreInner,
    array: u32,
    index: u32,
    length: u32,
    value: RawVal,
) -> Result<(), TrapKind> {
    check_range(store, array, index, length)?;
    // SAFETY: compiled code passes arrays; the check above has ruled out null.
    let layout = unsafe { store.layout_of_array(array) };
    let to = store.element(array, layout, index);
    in_steps(store, length as usize, STEP, |start, count| {
        let to = to.wrapping_add(start * layout.element.size() as usize);
        // SAFETY: within the array.
        unsafe { fill_elements(to, layout.element, value, count) };
    });
    Ok(())
}

pub(crate) unsafe extern "C" fn array_copy(
    vmctx: *mut VMContext,
    dst: u32,
    dst_index: u32,
    src: u32,
    src_index: u32,
    length: u32,
) {
    // SAFETY: called by compiled code.
    let instance = unsafe { running(vmctx) };
    let result = copy(instance.store(), dst, dst_index, src, src_index, length);
    settle(instance, result);
}

fn copy(
    store: &StoreInner,
    dst: u32,
    dst_index: u32,
    src: u32,
    src_index: u32,
    length: u32,
) -> Result<(), TrapKind> {
    check_range(store, dst, dst_index, length)?;
    check_range(store, src, src_index, length)?;
    // SAFETY: compiled code passes arrays; the checks above have ruled out null.
    let layout = unsafe { store.layout_of_array(dst) };
    let to = store.element(dst, layout, dst_index);
    let from = store.element(src, layout, src_index);
    let bytes = length as usize * layout.element.size() as usize;
    let upwards = (to as usize) <= (from as usize);
    in_steps(store, bytes, STEP, |start, len| {
        // Overlapping ranges are copied from the end that is not in the way.
        let start = if upwards { start } else { bytes - start - len };
        // SAFETY: both ranges have been checked; by validation elements of one are of the other's type.
        unsafe { std::ptr::copy(from.add(start), to.add(start), len) };
    });
    Ok(())
}

pub(crate) unsafe extern "C" fn array_init_data(
    vmctx: *mut VMContext,
    array: u32,
    index: u32,
    data: u32,
    offset: u32,
    length: u32,
) {
    // SAFETY: called by compiled code.
    let instance = unsafe { running(vmctx) };
    settle(
        instance,
        copy_data(instance, array, index, data, offset, length),
    );
}

pub(crate) unsafe extern "C" fn array_init_elem(
    vmctx: *mut VMContext,
    array: u32,
    index: u32,
    elem: u32,
    offset: u32,
    length: u32,
) {
    // SAFETY: called by compiled code.
    let instance = unsafe { running(vmctx) };
    settle(
        instance,
        copy_elements(instance, array, index, elem, offset, length),
    );
}
